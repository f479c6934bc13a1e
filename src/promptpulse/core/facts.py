"""Late facts about calls and experiments: scores and events. Rows of their own; a call is never changed."""

from __future__ import annotations

from typing import Literal

import msgspec

ScoreType = Literal["int", "float", "bool", "string"]
EventKind = Literal["assignment", "outcome"]
NOT_ENROLLED = "none"
"""Variant of who is served without being counted. Scores, events and calls that carry it belong to no variant."""


class Score(msgspec.Struct, kw_only=True, gc=False):
    """One named value that somebody, or some program, gave to a call, a trace or a unit of an experiment."""

    project: str
    submission_id: str
    """What came in one request has one; the client's `sdkEventId` where it sent one. Stored once a project."""
    ts: int
    """Microseconds since 1970-01-01 UTC."""
    name: str
    type: ScoreType
    number: float | None = None
    """Of int, float and bool (0 or 1); None for a string."""
    text: str = ""
    """Of a string."""
    experiment_id: str = ""
    variant_id: str = ""
    prompt_id: str = ""
    """Name of the prompt, as calls carry it."""
    prompt_version: str = ""
    user_id: str = ""
    session_id: str = ""
    trace_id: str = ""
    call_id: str = ""
    environment: str = ""
    source: str = ""
    """sdk, ui, api, langfuse."""
    client_version: str = ""
    comment: str = ""


class Event(msgspec.Struct, kw_only=True, gc=False):
    """Something that happened to a unit of an experiment."""

    project: str
    id: str
    """Stored once a project."""
    ts: int
    kind: EventKind
    experiment_id: str
    variant_id: str
    variant_name: str = ""
    unit_id: str = ""
    """The user or session that was assigned; "" for an outcome that names neither."""
    user_id: str = ""
    session_id: str = ""
    outcome: str = ""
    """success, failure or any label; "" for an assignment."""
    score: float | None = None
    prompt_id: str = ""
    prompt_version: str = ""
    trace_id: str = ""
    call_id: str = ""
    context: str = ""
    """JSON object of what the assignment looked at, or "" when there was nothing."""
    metadata: str = ""
    """JSON object."""
