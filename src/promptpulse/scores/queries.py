"""Statements that list scores and events. Every read has a project and a time range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from promptpulse.calls.queries import Cursor
from promptpulse.core.times import from_micros
from promptpulse.metrics.scores import BEFORE_SCORE
from promptpulse.store import Store
from promptpulse.store.newest import Listing, Place, blocks, left

SCORE_COLUMNS = (
    "submission_id", "name", "type", "number", "text", "experiment_id", "variant_id", "prompt_id", "prompt_version",
    "user_id", "session_id", "trace_id", "call_id", "environment", "source", "comment",
)  # fmt: skip
EVENT_COLUMNS = (
    "id", "kind", "experiment_id", "variant_id", "variant_name", "outcome", "score", "user_id", "session_id", "prompt_id",
    "prompt_version", "trace_id", "call_id", "context", "metadata",
)  # fmt: skip
US = "toUnixTimestamp64Micro(ts) AS us"
_VALUE = "concat(submission_id, '_', name)"
# sorted by what a cursor says of a row: nobody has to find out where the id ends and the name begins
SCORES = Listing("scores", f"{US}, {', '.join(SCORE_COLUMNS)}, {_VALUE} AS value_id", {"value_id": _VALUE})
EVENTS = Listing("events", f"{US}, {', '.join(EVENT_COLUMNS)}", {"id": "id"})

Row = Mapping[str, object]
"""By column, and `us`, its time in microseconds since 1970."""
Version = tuple[str, str]
"""Name and version of a prompt."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Which scores: all conditions hold. None: no condition."""

    start: datetime
    end: datetime
    experiment_id: str | None = None
    prompt_id: str | None = None
    name: str | None = None
    trace_id: str | None = None
    call_id: str | None = None
    trace_of_call: str | None = None
    """With `call_id`: also those of this trace that name no call."""


@dataclass(frozen=True, slots=True)
class Events:
    """Which events of an experiment."""

    start: datetime
    end: datetime
    experiment_id: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Scores that came together: rows of equal time and id, by name."""

    rows: Sequence[Row]


def submissions(store: Store, project: str, which: Scores, limit: int, offset: int) -> list[Submission]:
    """From new to old."""
    where, params = _where(project, which)
    page = store.query(
        f"""
        SELECT {US}, submission_id
        FROM scores
        WHERE {where}
        ORDER BY ts DESC, submission_id DESC
        LIMIT 1 BY submission_id
        LIMIT {{limit:UInt32}} OFFSET {{offset:UInt64}}
        """,
        params | {"limit": limit, "offset": offset},
    )
    found: dict[str, list[Row]] = {str(submission): [] for _, submission in page.rows()}
    if not found:
        return []
    times = [int(str(us)) for us in page.column("us")]
    of_page = store.query(
        f"""
        SELECT {US}, {", ".join(SCORE_COLUMNS)}
        FROM scores
        WHERE {where}
          AND ts BETWEEN {{first:DateTime64(6, 'UTC')}} AND {{last:DateTime64(6, 'UTC')}}
          AND submission_id IN {{submissions:Array(String)}}
        ORDER BY name
        """,
        params | {"first": from_micros(min(times)), "last": from_micros(max(times)), "submissions": list(found)},
    )
    for row in of_page.rows():
        named = dict(zip(of_page.names, row, strict=True))
        found[str(named["submission_id"])].append(named)
    return [Submission(rows) for rows in found.values() if rows]


def count_submissions(store: Store, project: str, which: Scores) -> int:
    where, params = _where(project, which)
    return _number(store, f"SELECT uniqExact(cityHash64(submission_id)) AS n FROM scores WHERE {where}", params)


def stream_scores(store: Store, project: str, which: Scores, limit: int, after: Cursor | None = None) -> Iterator[Row]:
    """One row a value, from new to old, in bounded memory. No connection is held between blocks.

    `after` names a value by `<submission_id>_<name>`."""
    return _stream(store, SCORES, *_where(project, which), limit, after)


def count_scores(store: Store, project: str, which: Scores, after: Cursor | None = None) -> int:
    """How many values `stream_scores` gives without a limit."""
    return left(store, SCORES, *_where(project, which), _place(after))


def events(store: Store, project: str, which: Events, limit: int, offset: int) -> list[Row]:
    """From new to old."""
    where, params = _where(project, which)
    answer = store.query(
        f"""
        SELECT {US}, {", ".join(EVENT_COLUMNS)}
        FROM events
        WHERE {where}
        ORDER BY ts DESC, id DESC
        LIMIT {{limit:UInt32}} OFFSET {{offset:UInt64}}
        """,
        params | {"limit": limit, "offset": offset},
    )
    return [dict(zip(answer.names, row, strict=True)) for row in answer.rows()]


def count_events(store: Store, project: str, which: Events, after: Cursor | None = None) -> int:
    """How many events `stream_events` gives without a limit."""
    return left(store, EVENTS, *_where(project, which), _place(after))


def stream_events(store: Store, project: str, which: Events, limit: int, after: Cursor | None = None) -> Iterator[Row]:
    """From new to old, in bounded memory. No connection is held between blocks."""
    return _stream(store, EVENTS, *_where(project, which), limit, after)


def trace_of(store: Store, project: str, call_id: str) -> str | None:
    """Trace of a call. The store finds the id by its index: no time range is needed."""
    answer = store.query(
        """
        SELECT if(trace_id = '~', substring(id, 1, 32), trace_id) AS trace
        FROM calls
        WHERE project = {project:String} AND id = {id:String}
        LIMIT 1
        """,
        {"project": project, "id": call_id},
    )
    return next((str(trace) for trace in answer.column("trace")), None) or None


def prompts_of_calls(store: Store, project: str, rows: Sequence[Row]) -> dict[str, Version]:
    """Versions by call, of rows that name a call and no prompt."""
    named = [row for row in rows if row["call_id"] and not row["prompt_id"]]
    if not named:
        return {}
    times = [int(str(row["us"])) for row in named]
    answer = store.query(
        """
        SELECT id, prompt_id, prompt_version
        FROM calls
        WHERE project = {project:String}
          AND ts BETWEEN {first:DateTime64(6, 'UTC')} AND {last:DateTime64(6, 'UTC')}
          AND id IN {calls:Array(String)}
        """,
        {
            "project": project,
            "first": from_micros(min(times)) - BEFORE_SCORE,
            "last": from_micros(max(times)) + timedelta(days=1),
            "calls": sorted({str(row["call_id"]) for row in named}),
        },
    )
    return {str(call_id): (str(prompt_id), str(version)) for call_id, prompt_id, version in answer.rows()}


def _stream(
    store: Store, listing: Listing, where: str, params: dict[str, object], limit: int, after: Cursor | None
) -> Iterator[Row]:
    for answer in blocks(store, listing, where, params, _place(after), limit):
        for row in answer.rows():
            yield dict(zip(answer.names, row, strict=True))


def _place(after: Cursor | None) -> Place | None:
    return Place(after.ts, (after.id,)) if after else None


_RANGE = ("start", "end")


def _where(project: str, which: Scores | Events) -> tuple[str, dict[str, object]]:
    conditions = [
        "project = {project:String}",
        "ts >= {start:DateTime64(6, 'UTC')}",
        "ts < {end:DateTime64(6, 'UTC')}",
    ]
    params: dict[str, object] = {"project": project, "start": which.start, "end": which.end}
    for name in (f.name for f in fields(which) if f.name not in _RANGE):
        value = getattr(which, name)
        if value is None:
            continue
        params[name] = value
        if name == "call_id" and isinstance(which, Scores) and which.trace_of_call is not None:
            conditions.append("(call_id = {call_id:String} OR (call_id = '' AND trace_id = {trace_of_call:String}))")
        elif name != "trace_of_call":
            conditions.append(f"{name} = {{{name}:String}}")
    return " AND ".join(conditions), params


def _number(store: Store, sql: str, params: Mapping[str, object]) -> int:
    return int(str(store.query(sql, params).column("n")[0]))
