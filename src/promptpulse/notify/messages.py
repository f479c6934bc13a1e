"""What is said to people and programs: one value that every channel words in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

Severity = Literal["info", "warning", "critical"]
Event = Literal["fired", "reminder", "acknowledged", "resolved", "escalated", "note", "test"]
"""fired, reminder: a problem is there; resolved: it is over; escalated: what was done did not help; note: to be known."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line such as `p95 latency: 3.5 s`, already worded."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    event: Event
    thread: str
    """Same for all messages of one alert: PagerDuty's `dedup_key`, the thread of a mail."""
    severity: Severity
    title: str
    """One line, such as `p95 latency of support-reply is above 2 s`."""
    text: str
    """A few sentences without markup."""
    at: datetime
    url: str
    """Page of the product that shows it; "" when there is none."""
    facts: tuple[Fact, ...] = ()
    body: Mapping[str, JsonValue] = field(default_factory=dict)
    """What a generic webhook sends: the seven fields of the product document first, more after them."""
