"""Statements that read single calls. Values are bound; every read has a project and a time range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from promptpulse.core.times import from_micros, rfc3339, to_micros
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import calls_where
from promptpulse.metrics.fields import ERROR_PATTERN, Params
from promptpulse.metrics.query import LATEST
from promptpulse.store import Answer, Store
from promptpulse.store.newest import Listing, Place, blocks, left, newest

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
LISTING = Listing("calls", _SELECT, {"id": "id"})
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
    """Calls from new to old, `limit` at most."""
    where, params = _where(project, selection)
    return list(_rows(newest(store, LISTING, where, params, _place(after), limit)))


def stream(store: Store, project: str, selection: Selection, limit: int, after: Cursor | None = None) -> Iterator[Row]:
    """Calls from new to old, in bounded memory. No connection is held between blocks."""
    where, params = _where(project, selection)
    for answer in blocks(store, LISTING, where, params, _place(after), limit):
        yield from _rows(answer)


def count(store: Store, project: str, selection: Selection, after: Cursor | None) -> int:
    """How many calls `stream` gives without a limit."""
    where, params = _where(project, selection)
    return left(store, LISTING, where, params, _place(after))


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


def _where(project: str, selection: Selection) -> tuple[str, Params]:
    return calls_where(project, selection.start, selection.end, selection.where)


def _place(after: Cursor | None) -> Place | None:
    return Place(after.ts, (after.id,)) if after else None


def _rows(answer: Answer) -> Iterator[Row]:
    return (_row(answer.names, row) for row in answer.rows())


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
