"""The life of an incident: which status may follow which. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from promptpulse.notify.messages import Severity

Status = Literal["firing", "acknowledged", "mitigated", "resolved", "post_mortem"]

NEXT: Mapping[Status, tuple[Status, ...]] = {
    "firing": ("acknowledged", "mitigated", "resolved"),
    "acknowledged": ("mitigated", "resolved", "firing"),
    "mitigated": ("resolved", "firing"),
    "resolved": ("post_mortem", "firing"),
    "post_mortem": (),
}
"""post_mortem needs a document and ends it: what happens later is another incident."""
OPEN: tuple[Status, ...] = ("firing", "acknowledged", "mitigated")
STATUSES: Mapping[str, Status] = {status: status for status in NEXT}
SEVERITIES: Mapping[str, Severity] = {"info": "info", "warning": "warning", "critical": "critical"}
"""From the mildest to the gravest."""


def is_graver(a: str, b: str) -> bool:
    order = list(SEVERITIES)
    return order.index(a) > order.index(b)


def gravest(a: str, b: str) -> str:
    return a if is_graver(a, b) else b
