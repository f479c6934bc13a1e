"""Statements that read single calls. Values are bound; every read has a project and a time range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from promptpulse.core.times import from_micros, rfc3339, to_micros
from promptpulse.store import Store

LIST_COLUMNS = (
    "id", "operation", "prompt_id", "prompt_version", "provider", "model", "response_model", "status", "incomplete",
    "error_type", "error_family", "error_name", "error_message", "http_status", "finish_reason", "streaming", "retries",
    "latency_ms", "inexact_latency", "llm_ms", "network_ms", "queue_ms", "first_token_ms", "input_tokens", "output_tokens",
    "total_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens", "cost_usd", "cost_source", "price_date",
    "user_id", "session_id", "feature", "environment", "service", "scope", "experiment_id", "variant_id", "parent_id",
    "properties",
)  # fmt: skip
_SELECT = (
    "toUnixTimestamp64Micro(ts) AS us, toUnixTimestamp(received_at) AS received_s,"
    # the trace of a span is the first half of its id (ingest/rows.py)
    f" if(trace_id = '~', substring(id, 1, 32), trace_id) AS trace, {', '.join(LIST_COLUMNS)}"
)
KNOWN_VALUES = frozenset(
    {
        "id",
        "operation",
        "status",
        "incomplete",
        "streaming",
        "latency_ms",
        "inexact_latency",
        "properties",
        "cost_source",
    }
)
"""Columns whose empty value is a value; in all others "" means "not known" and leaves as None."""
TRACE_WINDOW = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls: all conditions hold. None: no condition."""

    start: datetime
    end: datetime
    prompt_id: str | None = None
    prompt_version: str | None = None
    provider: str | None = None
    model: str | None = None
    status: str | None = None
    error_type: str | None = None
    error_family: str | None = None
    environment: str | None = None
    feature: str | None = None
    operation: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    experiment_id: str | None = None
    variant_id: str | None = None
    cost_source: str | None = None
    trace_id: str | None = None
    min_latency_ms: float | None = None
    max_latency_ms: float | None = None
    search: str | None = None
    """Part of an id, a user, a session or an error message, in any case."""


_EQUAL = tuple(
    f.name
    for f in fields(Selection)
    if f.name not in {"start", "end", "trace_id", "min_latency_ms", "max_latency_ms", "search"}
)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last call of a page; the next page begins after it."""

    ts: int
    id: str

    def text(self) -> str:
        return f"{self.ts}_{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises `ValueError`."""
        ts, _, call_id = text.partition("_")
        if not call_id:
            raise ValueError(text)
        return cls(int(ts), call_id)


def page(store: Store, project: str, selection: Selection, after: Cursor | None, limit: int) -> list[Row]:
    """Calls from new to old, `limit` at most."""
    where, params = _where(project, selection)
    if after:
        where += " AND (ts, id) < (fromUnixTimestamp64Micro({after_us:Int64}, 'UTC'), {after_id:String})"
        params |= {"after_us": after.ts, "after_id": after.id}
        # lets the engine skip what is newer; it does not see through the pair
        where += " AND ts <= fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')"
    answer = store.query(
        f"SELECT {_SELECT} FROM calls WHERE {where} ORDER BY ts DESC, id DESC LIMIT {{limit:UInt32}}",
        {**params, "limit": limit},
    )
    return [_row(answer.names, row) for row in answer.rows()]


def stream(store: Store, project: str, selection: Selection, limit: int) -> Iterator[Row]:
    """Calls from new to old, in bounded memory."""
    where, params = _where(project, selection)
    names = ("us", "received_s", "trace", *LIST_COLUMNS)
    sql = f"SELECT {_SELECT} FROM calls WHERE {where} ORDER BY ts DESC, id DESC LIMIT {{limit:UInt32}}"
    for row in store.stream(sql, {**params, "limit": limit}):
        yield _row(names, row)


def one(store: Store, project: str, call_id: str) -> Row | None:
    """A call with its texts. The store finds the id by its index: no time range is needed."""
    answer = store.query(
        f"""
        SELECT {_SELECT}
        FROM calls
        WHERE project = {{project:String}} AND id = {{id:String}}
        LIMIT 1
        """,
        {"project": project, "id": call_id},
    )
    rows = [_row(answer.names, row) for row in answer.rows()]
    if not rows:
        return None
    call = rows[0]
    texts = store.query(
        """
        SELECT argMax(input, length(input)) AS input, argMax(output, length(output)) AS output
        FROM call_texts
        WHERE project = {project:String} AND id = {id:String}
        """,
        {"project": project, "id": call_id},
    )
    found = next(texts.rows(), ("", ""))
    call["input"], call["output"] = found[0] or None, found[1] or None
    return call


def related(store: Store, project: str, call: Row, limit: int = 100) -> list[Row]:
    """Other calls of the same trace, around the same time, oldest first."""
    if not call["trace_id"]:
        return []
    at = datetime.fromisoformat(str(call["timestamp"]))
    selection = Selection(at - TRACE_WINDOW, at + TRACE_WINDOW, trace_id=str(call["trace_id"]))
    rows = page(store, project, selection, None, limit)
    return [row for row in reversed(rows) if row["id"] != call["id"]]


def _where(project: str, selection: Selection) -> tuple[str, dict[str, object]]:
    conditions = [
        "project = {project:String}",
        "ts >= {start:DateTime64(6, 'UTC')}",
        "ts < {end:DateTime64(6, 'UTC')}",
    ]
    params: dict[str, object] = {"project": project, "start": selection.start, "end": selection.end}
    for name in _EQUAL:
        value = getattr(selection, name)
        if value is not None:
            conditions.append(f"{name} = {{{name}:String}}")
            params[name] = value
    if selection.trace_id is not None:
        conditions.append("(trace_id = {trace_id:String} OR (trace_id = '~' AND startsWith(id, {trace_id:String})))")
        params["trace_id"] = selection.trace_id
    if selection.min_latency_ms is not None:
        conditions.append("latency_ms >= {min_latency_ms:Float64}")
        params["min_latency_ms"] = selection.min_latency_ms
    if selection.max_latency_ms is not None:
        conditions.append("latency_ms <= {max_latency_ms:Float64}")
        params["max_latency_ms"] = selection.max_latency_ms
    if selection.search:
        texts = ("id", "user_id", "session_id", "error_message", "error_name")
        found = " OR ".join(f"positionCaseInsensitiveUTF8({t}, {{search:String}}) > 0" for t in texts)
        conditions.append(f"({found})")
        params["search"] = selection.search
    return " AND ".join(conditions), params


def _row(names: tuple[str, ...], values: tuple[object, ...]) -> Row:
    raw = dict(zip(names, values, strict=True))
    row: Row = {"id": raw["id"], "timestamp": rfc3339(from_micros(int(str(raw["us"]))))}
    for name in LIST_COLUMNS[1:]:
        value = raw[name]
        row[name] = value if name in KNOWN_VALUES or value != "" else None
    row["cost_usd"] = None if raw["cost_usd"] is None else float(str(raw["cost_usd"]))
    row["trace_id"] = raw["trace"] or None
    row["received_at"] = rfc3339(from_micros(int(str(raw["received_s"])) * 1_000_000))
    return row


def cursor_of(row: Row) -> Cursor:
    return Cursor(to_micros(datetime.fromisoformat(str(row["timestamp"]))), str(row["id"]))
