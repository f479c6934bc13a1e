"""Deleting what is stored of one user: which rows are theirs, how they go, how the rollups tell the rest exactly.

The user is known by a hash alone (`hash_of`): the engine keeps the text of its mutations for a while, and an id would outlive
its rows there. Every step may be repeated, so a request that was cut off repeats its last one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args

from promptpulse.core.times import EPOCH
from promptpulse.metrics import days, deleting, kept
from promptpulse.metrics.repriced import Pause
from promptpulse.metrics.rollups import DAY_ROLLUPS, ROLLUPS, Source, select
from promptpulse.store import Store, StoreError

Table = Literal["call_texts", "scores", "events", "calls"]
TABLES: Final[tuple[Table, ...]] = get_args(Table)
"""In the order in which they are emptied: the others are found by the calls."""
_DAY = timedelta(days=1)
_TRIES = 5


def hash_of(project: str, user_id: str) -> str:
    return hashlib.sha256(f"{project}\0{user_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A user of a project; of what arrived up to `until`."""

    project: str
    user_hash: str
    until: datetime

    @property
    def params(self) -> dict[str, object]:
        return {"project": self.project, "user": self.user_hash, "until": self.until}


def _is_user(column: str) -> str:
    return f"{column} != '' AND lower(hex(SHA256(concat(project, char(0), {column})))) = {{user:String}}"


_CALLS = f"project = {{project:String}} AND received_at <= {{until:DateTime('UTC')}} AND {_is_user('user_id')}"
_OF_CALLS = f"(SELECT id FROM calls WHERE {_CALLS})"
# what is on its way from this process is dated before, and received after
_FACTS = "project = {project:String} AND (received_at <= {until:DateTime('UTC')} OR ts <= {until:DateTime('UTC')})"
_WHERE: dict[Table, str] = {
    "call_texts": f"project = {{project:String}} AND id IN {_OF_CALLS}",
    "scores": f"{_FACTS} AND (({_is_user('user_id')}) OR (call_id != '' AND call_id IN {_OF_CALLS}))",
    "events": f"{_FACTS} AND (({_is_user('user_id')}) OR ({_is_user('unit_id')})"
    f" OR (call_id != '' AND call_id IN {_OF_CALLS}))",
    "calls": _CALLS,
}


def counted(store: Store, user: Forgotten) -> dict[Table, int]:
    """Rows of the user, by table."""
    return {
        table: int(
            str(store.query(f"SELECT count() AS n FROM {table} WHERE {_WHERE[table]}", user.params).column("n")[0])
        )
        for table in TABLES
    }


def days_of(store: Store, user: Forgotten) -> list[date]:
    """UTC days with a call of the user; ascending."""
    answer = store.query(
        f"SELECT DISTINCT toUInt32(toDate(ts, 'UTC')) AS number FROM calls WHERE {_CALLS} ORDER BY number", user.params
    )
    return [(EPOCH + timedelta(days=int(str(number)))).date() for number in answer.column("number")]


def gone(store: Store, project: str, ids: Collection[str]) -> set[str]:
    """Which of these calls are not stored."""
    if not ids:
        return set()
    where = "project = {project:String} AND id IN {ids:Array(String)}"
    there = store.query(f"SELECT id FROM calls WHERE {where}", {"project": project, "ids": sorted(ids)}).column("id")
    return set(ids) - {str(one) for one in there}


def delete(store: Store, table: Table, user: Forgotten) -> None:
    """Begin to take the user's rows out of the table's files. It is done when `is_done`."""
    deleting.begin(store, table, _WHERE[table], user.params)


def is_done(store: Store, table: Table, user: Forgotten) -> bool:
    """Whether no such deletion is under way. Raises `StoreError` when the engine cannot delete, and gives up."""
    return deleting.is_done(store, table, user.user_hash)


def retell(store: Store, project: str, day: date, pause: Pause) -> bool:
    """Compute every rollup of a day anew from the calls that are left; False when these are no longer kept: totals stay."""
    for _ in range(_TRIES):
        with pause():
            if kept.gone(store).day(project, day):
                return False
            days.reopen(store, [(project, day)])
            for rollup in DAY_ROLLUPS:  # computed by the writer when it has time; until then the hours are read
                store.command(f"DELETE FROM {rollup.table} WHERE {_on_day(rollup)}", _day(project, day))
            for rollup in ROLLUPS:
                _rebuild(store, rollup, project, day)
        # beside a server of its own, another process may have stored a call between the two statements
        if store.embedded or _agrees(store, project, day):
            return True
    raise StoreError(f"totals of {day} cannot be computed while so many calls of that day arrive", 0)


def _rebuild(store: Store, rollup: Source, project: str, day: date) -> None:
    params = _day(project, day)
    store.command(f"DELETE FROM {rollup.table} WHERE {_on_day(rollup)}", params)
    # the same rows may have been inserted before, and deleted since
    store.command(f"INSERT INTO {rollup.table} SETTINGS insert_deduplicate = 0 {select(rollup, _RAW_DAY)}", params)


def _agrees(store: Store, project: str, day: date) -> bool:
    params = _day(project, day)
    hours = ROLLUPS[0]
    told = store.query(f"SELECT sum(calls_state) AS n FROM {hours.table} WHERE {_on_day(hours)}", params).column("n")[0]
    raw = store.query(f"SELECT count() AS n FROM calls WHERE {_RAW_DAY}", params).column("n")[0]
    return int(str(told or 0)) == int(str(raw))


_RAW_DAY = "project = {project:String} AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"


def _on_day(rollup: Source) -> str:
    return (
        f"project = {{project:String}} AND {rollup.time} >= {{start:DateTime('UTC')}}"
        f" AND {rollup.time} < {{end:DateTime('UTC')}}"
    )


def _day(project: str, day: date) -> dict[str, object]:
    start = datetime.combine(day, time(), UTC)
    return {"project": project, "start": start, "end": start + _DAY}
