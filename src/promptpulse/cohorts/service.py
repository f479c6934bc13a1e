"""Calls in groups: by time, by new and returning users, by any dimension or property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from promptpulse.cohorts.shapes import Cohort, CohortsOut, MetricName, RetentionOut, RetentionWeek
from promptpulse.core.times import rfc3339
from promptpulse.metrics import DIMENSIONS, BadQuery, Frame, Query, run, zone
from promptpulse.metrics.catalogue import PROPERTY_PREFIX
from promptpulse.metrics.cohorts import WeekOfUsers
from promptpulse.metrics.query import HOUR_OF_DAY, NEW_USER, WEEKDAY, canonical
from promptpulse.store import Store

Named = tuple[str | None, str, tuple[int, int]]
"""Key and label of a cohort, and its place (group, bucket) in a frame."""
SIZE = "total_requests"
BY_TIME = {"day": "1d", "week": "1w"}
BY_CLOCK = {"hour": HOUR_OF_DAY, "weekday": WEEKDAY, "new_users": NEW_USER}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_CLOCK = 24
NEW_USERS = {"new": "New users", "returning": "Returning users", None: "Without a user"}
DEFINITIONS = {
    "hour": "By the hour that clocks in {tz} show when the call starts. An hour that a change of the clock repeats is one.",
    "weekday": "By the weekday in {tz} on which the call starts.",
    "day": "By the day in {tz} on which the call starts; days begin at midnight,"
    " and last 23 or 25 hours where the clock is changed.",
    "week": "By the week in which the call starts; weeks begin on Monday in {tz}.",
    "new_users": "New: the user's first call ever, of any prompt, lies in the range. Returning: it is older."
    " Calls that name no user are counted apart.",
}


def cohorts(store: Store, query: Query, by: str, now: datetime) -> CohortsOut:
    """`query` says metrics, range, filters and limit. Raises `BadQuery`."""
    wanted = tuple(dict.fromkeys(query.metrics))
    names = [query.metric(key) for key in wanted]
    zone(query.tz)
    found, total = _groups(store, replace(query, metrics=wanted), by, now)
    return CohortsOut(
        definition=_definition(by, query.tz),
        metrics=[MetricName(key=m.key, label=m.label, unit=m.unit, better=m.better) for m in names],
        cohorts=found,
        total=total,
    )


def retention_out(found: Sequence[WeekOfUsers], tz: str, *, filtered: bool) -> RetentionOut:
    """`found`: up to the week of now, which is not over."""
    whose = "to what was asked for, with other calls left out," if filtered else "ever"
    return RetentionOut(
        definition=f"A user belongs to the week of the first call {whose} and is back in every week with a call."
        f" Weeks begin on Monday in {tz}; calls without a user are left out.",
        weeks=[
            RetentionWeek(
                week=of.monday, users=of.users,
                returned=[*of.returned, *[None] * (len(found) - len(of.returned))],
                percent=[*of.percent, *[None] * (len(found) - len(of.returned))],
            )
            for of in found
        ],
        last_week_partial=True,
    )  # fmt: skip


def _groups(store: Store, query: Query, by: str, now: datetime) -> tuple[list[Cohort], int]:
    if by in BY_TIME:
        frame = run(store, replace(query, bucket=BY_TIME[by]), now)
        tz = zone(query.tz)
        days = [start.astimezone(tz).date().isoformat() for start in frame.buckets or ()]
        first = max(0, len(days) - query.limit)
        named: list[Named] = [(rfc3339((frame.buckets or ())[i]), days[i], (0, i)) for i in range(first, len(days))]
        return _cohorts(frame, named, query.metrics), len(days)
    if by in BY_CLOCK:
        frame = run(store, replace(query, by=(BY_CLOCK[by],), limit=MOST_CLOCK), now)
        order = sorted(range(len(frame.groups)), key=lambda g: _place(by, frame.groups[g][0]))
        named = [(frame.groups[g][0], _label(by, frame.groups[g][0]), (g, 0)) for g in order]
        return _cohorts(frame, named[: query.limit], query.metrics), len(named)
    dimension = _dimension(by)
    metrics = (SIZE, *(key for key in query.metrics if key != SIZE))
    frame = run(store, replace(query, by=(dimension,), metrics=metrics, order_by=SIZE), now)
    named = [(group[0], group[0] or "Not known", (g, 0)) for g, group in enumerate(frame.groups)]
    return _cohorts(frame, named, query.metrics), frame.groups_total


def _cohorts(frame: Frame, named: Sequence[Named], metrics: Sequence[str]) -> list[Cohort]:
    return [
        Cohort(key=key, label=label, values={m: frame.values[m][group][bucket] for m in metrics})
        for key, label, (group, bucket) in named
    ]


def _dimension(by: str) -> str:
    try:
        return canonical(by, "by")
    except BadQuery:
        known = ", ".join([*DEFINITIONS, *DIMENSIONS])
        raise BadQuery(
            f"by: {by!r} makes no cohorts; use one of {known} or {PROPERTY_PREFIX}<key>", field="by"
        ) from None


def _definition(by: str, tz: str) -> str:
    if by in DEFINITIONS:
        return DEFINITIONS[by].format(tz=tz)
    key = _dimension(by)
    name = DIMENSIONS[key].label.lower() if key in DIMENSIONS else f"the property {key.removeprefix(PROPERTY_PREFIX)}"
    return f"By {name} of the call, the most calls first."


def _place(by: str, key: str | None) -> int:
    return list(NEW_USERS).index(key) if by == "new_users" else int(key or 0)


def _label(by: str, key: str | None) -> str:
    match by:
        case "new_users":
            return NEW_USERS[key]
        case "weekday":
            return WEEKDAYS[int(key or 1) - 1]
        case _:
            return f"{int(key or 0):02d}:00"
