"""What all channels say in the same words."""

from __future__ import annotations

from datetime import UTC, datetime

from promptpulse.notify.messages import Event, Message, Severity

EVENTS: dict[Event, str] = {
    "fired": "Alert", "reminder": "Still firing", "acknowledged": "Acknowledged", "resolved": "Resolved",
    "escalated": "Escalated", "note": "Note", "test": "Test",
}  # fmt: skip
SEVERITIES: dict[Severity, str] = {"info": "Info", "warning": "Warning", "critical": "Critical"}
SIGNS: dict[Severity, str] = {"info": "🔵", "warning": "🟠", "critical": "🔴"}


def label(message: Message) -> str:
    """Such as `Critical` or `Resolved`: what a reader must know first."""
    return SEVERITIES[message.severity] if message.event in {"fired", "reminder"} else EVENTS[message.event]


def headline(message: Message) -> str:
    """On one line, such as `Resolved: p95 latency of support-reply is above 2 s`."""
    return f"{label(message)}: {one_line(message.title)}"


def sign(message: Message) -> str:
    return "🟢" if message.event == "resolved" else SIGNS[message.severity]


def one_line(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, longest: int) -> str:
    """At most `longest` characters; an ellipsis says that there were more."""
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + "…"


def moment(at: datetime) -> str:
    """As the product document spells it: 2024-01-15T10:30:00Z."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def link(base_url: str, url: str) -> str:
    """An address that works outside the product; "" when there is none."""
    return base_url + url if url.startswith("/") else url
