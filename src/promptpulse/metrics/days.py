"""Rollups of whole days. Long ranges read them where they can, and the rollups that views feed for the rest.

A view would cost every insert: a day is computed from its calls once it is over, marked as whole, and reopened before a
late call of that day is stored. The marks live beside the data, so a crash
leaves a day unmarked, never wrong. One writer marks and reopens; anybody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from promptpulse.core.times import EPOCH
from promptpulse.metrics.rollups import DAY_ROLLUPS, select
from promptpulse.store import Store

Day = tuple[str, date]
"""A project and a UTC day."""
DAY = timedelta(days=1)
GRACE = timedelta(minutes=30)
"""A day is taken as over this long after its end: most calls have arrived by then."""


def whole_days(store: Store, project: str, start: datetime, end: datetime) -> list[date]:
    """Marked days that lie entirely in `[start, end)`."""
    answer = store.query(
        """
        SELECT DISTINCT toUInt32(day) AS number
        FROM whole_days
        WHERE project = {project:String}
          AND day >= {first:Date} AND day < {last:Date}
        """,
        {"project": project, "first": (start + DAY - timedelta(microseconds=1)).date(), "last": end.date()},
    )
    return [_day(number) for number in answer.column("number")]


def all_whole_days(store: Store) -> set[Day]:
    answer = store.query("SELECT DISTINCT project, toUInt32(day) AS number FROM whole_days")
    return {(str(project), _day(number)) for project, number in answer.rows()}


def unbuilt(store: Store, now: datetime) -> list[Day]:
    """Days that are over, have calls and are not marked; the latest first."""
    answer = store.query(
        """
        SELECT project, toUInt32(toDate(t, 'UTC')) AS number
        FROM calls_1h
        WHERE t < {today:DateTime('UTC')}
        GROUP BY project, number
        ORDER BY number DESC, project
        """,
        {"today": datetime.combine((now - GRACE).date(), time(), UTC)},
    )
    whole = all_whole_days(store)
    return [day for day in ((str(project), _day(number)) for project, number in answer.rows()) if day not in whole]


def build(store: Store, day: Day) -> None:
    """Compute a day and mark it. No call of the day may be stored meanwhile."""
    project, at = day[0], datetime.combine(day[1], time(), UTC)
    params = {"project": project, "start": at, "end": at + DAY}
    for rollup in DAY_ROLLUPS:
        where = "project = {project:String} AND {t} >= {start:DateTime('UTC')} AND {t} < {end:DateTime('UTC')}"
        here = where.replace("{t}", rollup.time)
        if store.query(f"SELECT count() AS n FROM {rollup.table} WHERE {here}", params).column("n")[0]:
            store.command(f"DELETE FROM {rollup.table} WHERE {here}", params)
        # a day that was computed before may come out the same
        rows = select(rollup, where.replace("{t}", "ts"))
        store.command(f"INSERT INTO {rollup.table} SETTINGS insert_deduplicate = 0 {rows}", params)
    # with a token of its own: a mark that was taken away and comes back is no repeated insert
    marked: dict[str, Sequence[object]] = {"project": [project], "day": [day[1]]}
    store.insert("whole_days", marked, {"project": "String", "day": "Date"}, token=str(uuid4()))


def build_all(store: Store, now: datetime) -> int:
    """Compute all days that are over. Returns how many; not to be run beside a writer."""
    days = unbuilt(store, now)
    for day in days:
        build(store, day)
    return len(days)


def reopen(store: Store, days: Iterable[Day]) -> None:
    """Late calls are about to be stored in `days`."""
    for project, day in days:
        store.command(
            "DELETE FROM whole_days WHERE project = {project:String} AND day = {day:Date}",
            {"project": project, "day": day},
        )


def _day(number: object) -> date:
    return (EPOCH + timedelta(days=int(str(number)))).date()
