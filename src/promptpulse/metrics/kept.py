"""From which UTC day on rows of a project are kept.

    before the day of `calls` ── rollups are all that tells: nobody computes them from calls any more, no call is stored
    before the day of `minutes` ── the rollup of minutes is not asked

A day is moved first, and rows go a while later: whoever computed totals of it has ended by then. It never moves back, because
totals hold what is gone: calls of that time that came again would count twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args

from promptpulse.core.times import EPOCH, from_micros, to_micros
from promptpulse.store import Store

What = Literal["calls", "texts", "facts", "minutes"]
WHATS: Final[tuple[What, ...]] = get_args(What)
SHORTEST: Final[Mapping[What, int]] = {"calls": 35, "texts": 1, "facts": 35, "minutes": 35}
"""Days. Objectives, alerts and their backtests look back a month, and read calls, scores and minutes."""
LONGEST: Final = 3650
SURE: Final = timedelta(days=min(SHORTEST["calls"], SHORTEST["facts"]) - 1)
"""Calls and facts younger than this are kept, whatever anybody wants: they need not be looked up."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Calls of each project before a moment are gone, or about to go."""

    before: Mapping[str, datetime]

    def has(self, project: str, at: datetime) -> bool:
        return project in self.before and at < self.before[project]

    def day(self, project: str, day: date) -> bool:
        return self.has(project, datetime.combine(day, time(), UTC))

    def left_out(self, column: str) -> tuple[str, dict[str, object]]:
        """Condition that rows are of days whose calls are kept, and what it binds."""
        return self._compared(column, ">=", "1")

    def alone(self, column: str) -> tuple[str, dict[str, object]]:
        """Condition that rows are of days whose calls are gone, and what it binds."""
        return self._compared(column, "<", "0")

    def _compared(self, column: str, sign: str, for_none: str) -> tuple[str, dict[str, object]]:
        if not self.before:
            return for_none, {}
        condition = (
            f"{column} {sign} transform(project, {{gone_projects:Array(String)}}, {{gone_before:Array(DateTime('UTC'))}},"
            " toDateTime(0, 'UTC'))"
        )
        return condition, {"gone_projects": list(self.before), "gone_before": list(self.before.values())}


def days_of(store: Store, project: str) -> dict[What, date]:
    """The first kept days; what is kept for ever is not in it."""
    answer = store.query(
        "SELECT what, max(toUInt32(day)) AS number FROM kept_from WHERE project = {project:String} GROUP BY what",
        {"project": project},
    )
    found = {str(what): _day(number) for what, number in answer.rows()}
    return {what: found[what] for what in WHATS if what in found}


def kept_from(store: Store, project: str, what: What) -> datetime | None:
    """Begin of the first kept day; None: everything is kept."""
    day = days_of(store, project).get(what)
    return None if day is None else _begin(day)


def gone(store: Store) -> Gone:
    """Of all projects."""
    answer = store.query(
        "SELECT project, max(toUInt32(day)) AS number FROM kept_from WHERE what = 'calls' GROUP BY project"
    )
    return Gone({str(project): _begin(_day(number)) for project, number in answer.rows()})


def move(store: Store, project: str, to: Mapping[What, date]) -> dict[What, date]:
    """Keep rows from these days on; those that moved. No call may be stored meanwhile."""
    known = days_of(store, project)
    moved = {what: day for what, day in to.items() if what not in known or known[what] < day}
    if moved:
        store.insert(
            "kept_from",
            {"project": [project] * len(moved), "what": list(moved), "day": list(moved.values())},
            {"project": "String", "what": "String", "day": "Date"},
        )
    return moved


def too_old(
    store: Store, what: Literal["calls", "facts"], rows: Iterable[tuple[str, int]], now: datetime
) -> dict[int, str]:
    """Which of these (project, microseconds since 1970) may not be stored any more, and why: by their place."""
    sure = to_micros(now - SURE)
    doubtful = [(i, project, ts) for i, (project, ts) in enumerate(rows) if ts < sure]
    limits = {project: kept_from(store, project, what) for project in {project for _, project, _ in doubtful}}
    found = {}
    for i, project, ts in doubtful:
        limit = limits[project]
        if limit is not None and ts < to_micros(limit):
            found[i] = no_longer(what, from_micros(ts), limit, "timestamp")
    return found


def no_longer(what: Literal["calls", "facts"], at: datetime, limit: datetime, field: str) -> str:
    """What its sender is told."""
    name = "calls" if what == "calls" else "scores and events"
    return (
        f"{field}: {at.isoformat()} is before {limit.date().isoformat()}: {name} of that time are no longer kept in this"
        " project (Settings, Retention)"
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(number: object) -> date:
    return (EPOCH + timedelta(days=int(str(number)))).date()
