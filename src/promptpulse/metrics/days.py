"""Rollups of whole days. Long ranges read them where they can, and the rollups that views feed for the rest.

A view would cost every insert: a day is computed from its calls once it is over, marked as whole, and reopened before a
late call of that day is stored. The marks live beside the data, so a crash
leaves a day unmarked, never wrong. One writer marks and reopens; anybody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from promptpulse.core.times import EPOCH
from promptpulse.metrics import kept
from promptpulse.metrics.rollups import DAY_ROLLUPS, Source, select
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


def days_with_calls(store: Store, project: str, start: datetime, end: datetime) -> list[datetime]:
    """UTC days (their begins) of `[start, end)` that had calls, kept or not."""
    answer = store.query(
        """
        SELECT DISTINCT toUInt32(toDate(t, 'UTC')) AS number
        FROM calls_1h
        WHERE project = {project:String} AND t >= {start:DateTime64(6, 'UTC')} AND t < {end:DateTime64(6, 'UTC')}
        """,
        {"project": project, "start": start, "end": end},
    )
    return [EPOCH + timedelta(days=int(str(number))) for number in answer.column("number")]


def told_by(store: Store, project: str, rollup: Source, days: Sequence[date]) -> tuple[date, ...]:
    """Those of marked `days` that the rollup still has."""
    first = kept.days_of(store, project).get("minutes") if rollup.grain < timedelta(hours=1) else None
    return tuple(days) if first is None else tuple(day for day in days if day >= first)


def all_whole_days(store: Store) -> set[Day]:
    answer = store.query("SELECT DISTINCT project, toUInt32(day) AS number FROM whole_days")
    return {(str(project), _day(number)) for project, number in answer.rows()}


def unbuilt(store: Store, now: datetime) -> list[Day]:
    """Days that are over, have calls that are kept, and are not marked; the latest first."""
    gone = kept.gone(store)
    return [day for day in _unmarked(store, now) if not gone.day(*day)]


def unbuilt_gone(store: Store, project: str, now: datetime) -> list[Day]:
    """As `unbuilt`, of days of a project whose calls are about to go."""
    gone = kept.gone(store)
    return [day for day in _unmarked(store, now) if day[0] == project and gone.day(*day)]


def _unmarked(store: Store, now: datetime) -> list[Day]:
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
    """Compute a day and mark it, unless its calls are gone. No call of the day may be stored meanwhile."""
    if not kept.gone(store).day(*day):
        _build(store, day)


def build_last(store: Store, day: Day) -> None:
    """Compute and mark a day whose calls are about to go, while they are all there. Nobody stores calls of it any more."""
    project, at = day[0], datetime.combine(day[1], time(), UTC)
    params = {"project": project, "start": at, "end": at + DAY}
    here = "project = {project:String} AND {t} >= {start:DateTime('UTC')} AND {t} < {end:DateTime('UTC')}"
    calls, told = (
        int(
            str(store.query(f"SELECT {n} AS n FROM {table} WHERE {here.replace('{t}', t)}", params).column("n")[0] or 0)
        )
        for n, table, t in (("count()", "calls", "ts"), ("sum(calls_state)", "calls_1h", "t"))
    )
    if calls == told:
        _build(store, day)


def _build(store: Store, day: Day) -> None:
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
    """Late calls are about to be stored in `days`, or their totals to be computed anew."""
    for project, day in days:
        store.command(
            "DELETE FROM whole_days WHERE project = {project:String} AND day = {day:Date}",
            {"project": project, "day": day},
        )


def _day(number: object) -> date:
    return (EPOCH + timedelta(days=int(str(number)))).date()
