"""Rows whose time is over: how many there are, which go in which order.

    days ── days whose calls go are computed a last time, where they were not
    call_texts ── by their arrival; then those of the calls that go, some days at a time
    scores, events, calls ── by their own time
    days_by_minute ── by day

Each step finds by itself what is left to do, so that a run that was cut off is done again from the beginning. Texts go before
their calls: later nobody would know whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args

from promptpulse.core.times import EPOCH
from promptpulse.metrics import deleting
from promptpulse.metrics.kept import What
from promptpulse.store import Store, TooHeavy

Table = Literal["call_texts", "scores", "events", "calls", "days_by_minute"]
TABLES: Final[tuple[Table, ...]] = get_args(Table)
"""In the order in which rows go."""
PART_CALLS: Final = 300_000
"""Calls whose texts are looked for together: their ids are held in memory."""
Days = Mapping[What, date]
"""From which days on rows are kept."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one table that go together."""

    table: Table
    where: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Expiring:
    """What would go. None: more than can be counted in time."""

    rows: Mapping[Table, int | None]
    prompts: int
    """With calls that go."""


def pieces(store: Store, project: str, days: Days) -> Iterator[Piece]:
    """What goes, in order; some pieces may be empty. Texts of calls are found while the calls are there."""
    params: dict[str, object] = {"project": project, "mark": mark_of(project)} | {
        what: datetime.combine(day, time(), UTC) for what, day in days.items()
    }
    if "texts" in days:
        yield Piece("call_texts", f"{_MINE} AND received_at < {{texts:DateTime('UTC')}}", params)
    if "calls" in days:
        for start, end in _parts(store, project, days["calls"]):
            yield Piece("call_texts", f"{_MINE} AND id IN ({_IDS})", params | {"start": start, "end": end})
    if "facts" in days:
        for table in ("scores", "events"):
            yield Piece(table, f"{_MINE} AND ts < {{facts:DateTime64(6, 'UTC')}}", params)
    if "calls" in days:
        yield Piece("calls", f"{_MINE} AND ts < {{calls:DateTime64(6, 'UTC')}}", params)
    if "minutes" in days:
        yield Piece("days_by_minute", f"{_MINE} AND t < {{minutes:DateTime('UTC')}}", params)


def begin(store: Store, piece: Piece) -> int:
    """Begin to delete, and how many rows go. It is done when `is_done`."""
    rows = count(store, piece)
    if rows:
        deleting.begin(store, piece.table, piece.where, piece.params)
    return rows


def is_done(store: Store, table: Table, project: str) -> bool:
    return deleting.is_done(store, table, mark_of(project))


def count(store: Store, piece: Piece) -> int:
    found = store.query(f"SELECT count() AS n FROM {piece.table} WHERE {piece.where}", piece.params)
    return int(str(found.column("n")[0]))


def expiring(store: Store, project: str, days: Days) -> Expiring:
    """What would go if these days were kept."""
    rows: dict[Table, int | None] = {}
    for piece in pieces(store, project, {what: day for what, day in days.items() if what != "texts"}):
        if piece.table != "call_texts":
            rows[piece.table] = _counted(store, piece)
    texts = _texts(project, days)
    if texts:
        rows["call_texts"] = _counted(store, texts)
    return Expiring(rows, _prompts(store, project, days["calls"]) if rows.get("calls") else 0)


def mark_of(project: str) -> str:
    """Stands in every statement of ours, by which it is found."""
    return f"retention of {project}"


_MINE = "project = {project:String} AND {mark:String} != ''"
_IDS = (
    "SELECT id FROM calls WHERE project = {project:String}"
    " AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"
)


def _texts(project: str, days: Days) -> Piece | None:
    """All texts that go, as one piece: for counting alone."""
    params: dict[str, object] = {"project": project, "mark": mark_of(project), "start": EPOCH}
    which = []
    if "texts" in days:
        params["texts"] = datetime.combine(days["texts"], time(), UTC)
        which.append("received_at < {texts:DateTime('UTC')}")
    if "calls" in days:
        params["end"] = datetime.combine(days["calls"], time(), UTC)
        which.append(f"id IN ({_IDS})")
    return Piece("call_texts", f"{_MINE} AND ({' OR '.join(which)})", params) if which else None


def _counted(store: Store, piece: Piece) -> int | None:
    try:
        return count(store, piece)
    except TooHeavy:
        return None


def _parts(store: Store, project: str, until: date) -> Iterator[tuple[datetime, datetime]]:
    """Times that hold the calls before `until`, a bounded number each."""
    answer = store.query(
        """
        SELECT toUInt32(toDate(ts, 'UTC')) AS number, count() AS n
        FROM calls
        WHERE project = {project:String} AND ts < {until:DateTime64(6, 'UTC')}
        GROUP BY number
        ORDER BY number
        """,
        {"project": project, "until": datetime.combine(until, time(), UTC)},
    )
    start: datetime | None = None
    end, calls = EPOCH, 0
    for number, n in answer.rows():
        day = EPOCH + timedelta(days=int(str(number)))
        if start is not None and calls + int(str(n)) > PART_CALLS:
            yield start, end
            start, calls = None, 0
        start = start or day
        end, calls = day + timedelta(days=1), calls + int(str(n))
    if start is not None:
        yield start, end


def _prompts(store: Store, project: str, until: date) -> int:
    answer = store.query(
        """
        SELECT uniqExactIf(prompt_id, prompt_id != '') AS n
        FROM calls
        WHERE project = {project:String} AND ts < {until:DateTime64(6, 'UTC')}
        """,
        {"project": project, "until": datetime.combine(until, time(), UTC)},
    )
    return int(str(answer.column("n")[0]))
