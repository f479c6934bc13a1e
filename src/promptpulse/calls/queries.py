"""Statements that read single calls. Values are bound; every read has a project and a time range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from promptpulse.core.times import from_micros, rfc3339, to_micros
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import calls_where
from promptpulse.metrics.fields import ERROR_PATTERN, Params, bind
from promptpulse.metrics.query import LATEST
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
LATEST_US = to_micros(datetime(LATEST, 1, 1, tzinfo=UTC))


BLOCK = 10_000
"""Calls that a file is made of at a time: each block is a short question, so a file holds no connection."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls: all filters hold."""

    start: datetime
    end: datetime
    where: tuple[Filter, ...] = ()
    """Checked."""


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
        """Also `<timestamp>_<id>`, as they stand in a row. Raises `ValueError`."""
        moment, _, call_id = text.partition("_")
        us = int(moment) if moment.isdecimal() else to_micros(_aware(datetime.fromisoformat(moment)))
        if not call_id or us > LATEST_US:
            raise ValueError(text)
        return cls(us, call_id)


def page(store: Store, project: str, selection: Selection, after: Cursor | None, limit: int) -> list[Row]:
    """Calls from new to old, `limit` at most.

    The store sorts by time alone without reading more than it must, so it is first asked for the moments of the page."""
    moments = _moments(store, project, selection, after, limit)
    if not moments:
        return []
    where, params = _where(project, selection, after)
    answer = store.query(
        f"""
        SELECT {_SELECT}
        FROM calls
        WHERE {where}
          AND ts BETWEEN {bind(params, "DateTime64(6, 'UTC')", moments[-1])} AND {bind(params, "DateTime64(6, 'UTC')", moments[0])}
          AND ts IN {bind(params, "Array(DateTime64(6, 'UTC'))", moments)}
        ORDER BY ts DESC, id DESC
        LIMIT {bind(params, "UInt32", limit)}
        """,
        params,
    )
    return [_row(answer.names, row) for row in answer.rows()]


def stream(store: Store, project: str, selection: Selection, limit: int, after: Cursor | None = None) -> Iterator[Row]:
    """Calls from new to old, in bounded memory. No connection is held between blocks."""
    while limit > 0:
        rows = page(store, project, selection, after, min(limit, BLOCK))
        yield from rows
        if len(rows) < min(limit, BLOCK):
            return
        limit -= len(rows)
        after = cursor_of(rows[-1])


def count(store: Store, project: str, selection: Selection, after: Cursor | None) -> int:
    """How many calls `stream` gives without a limit."""
    where, params = _where(project, selection, after)
    answer = store.query(f"SELECT count() AS n FROM calls WHERE {where}", params)
    return int(str(answer.column("n")[0]))


def one(store: Store, project: str, call_id: str) -> Row | None:
    """A call with its texts. The store finds the id by its index: no time range is needed."""
    answer = store.query(
        f"""
        SELECT {_SELECT}, {ERROR_PATTERN} AS pattern
        FROM calls
        WHERE project = {{project:String}} AND id = {{id:String}}
        LIMIT 1
        """,
        {"project": project, "id": call_id},
    )
    row = next(answer.rows(), None)
    if row is None:
        return None
    call = _row(answer.names, row)
    call["error_pattern"] = row[-1] or None
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
    of_trace = Filter("trace_id", "in", (str(call["trace_id"]),))
    rows = page(store, project, Selection(at - TRACE_WINDOW, at + TRACE_WINDOW, (of_trace,)), None, limit)
    return [row for row in reversed(rows) if row["id"] != call["id"]]


def _moments(store: Store, project: str, selection: Selection, after: Cursor | None, limit: int) -> list[datetime]:
    """Of the calls of a page, from new to old."""
    where, params = _where(project, selection, after)
    answer = store.query(
        f"""
        SELECT toUnixTimestamp64Micro(ts) AS us
        FROM calls
        WHERE {where}
        ORDER BY ts DESC
        LIMIT {bind(params, "UInt32", limit)}
        """,
        params,
    )
    return [from_micros(int(str(us))) for us in dict.fromkeys(answer.column("us"))]


def _where(project: str, selection: Selection, after: Cursor | None) -> tuple[str, Params]:
    where, params = calls_where(project, selection.start, selection.end, selection.where)
    if after:
        at, call_id = bind(params, "Int64", after.ts), bind(params, "String", after.id)
        where += f" AND (ts, id) < (fromUnixTimestamp64Micro({at}, 'UTC'), {call_id})"
        # lets the engine skip what is newer; it does not see through the pair
        where += f" AND ts <= fromUnixTimestamp64Micro({at}, 'UTC')"
    return where, params


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment


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
