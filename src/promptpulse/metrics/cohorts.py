"""Users by the week of their first call, and the weeks in which they came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from promptpulse.core.times import day_start
from promptpulse.metrics.conditions import Filter, checked_filter, conditions
from promptpulse.metrics.fields import Params
from promptpulse.metrics.query import zone
from promptpulse.store import Store


@dataclass(frozen=True, slots=True)
class WeekOfUsers:
    """Users whose first call ever lies in the week that begins on `monday`."""

    monday: date
    users: int
    returned: tuple[int, ...]
    """Active 0, 1, 2 ... weeks later, up to the week of now."""
    percent: tuple[float | None, ...]


def retention(
    store: Store, project: str, tz: str, weeks: int, now: datetime, where: Sequence[Filter] = ()
) -> list[WeekOfUsers]:
    """Of the `weeks` up to now, oldest first; the last is not over yet. `where` chooses the calls that count at all."""
    zoned = zone(tz)
    today = now.astimezone(zoned).date()
    last = today - timedelta(days=today.weekday())
    mondays = [last - timedelta(weeks=n) for n in reversed(range(weeks))]
    edges = [*(day_start(day, zoned) for day in mondays), now]
    params: Params = {"project": project, **{f"edge{i}": edge for i, edge in enumerate(edges)}}
    filters = " AND ".join(["1", *conditions([checked_filter(f) for f in where], params)])
    # a week each: the index finds its calls, and no call is asked for its week. Week 0: before all
    spans = ["ts < {edge0:DateTime64(6, 'UTC')}"]
    spans += [
        f"ts >= {{edge{i}:DateTime64(6, 'UTC')}} AND ts < {{edge{i + 1}:DateTime64(6, 'UTC')}}" for i in range(weeks)
    ]
    by_week = " UNION ALL ".join(
        f"""
        SELECT cityHash64(user_id) AS user, {week} AS week
        FROM calls
        WHERE project = {{project:String}} AND {span} AND user_id != '' AND {filters}
        GROUP BY user
        """
        for week, span in enumerate(spans)
    )
    answer = store.query(
        f"""
        SELECT first - 1 AS cohort, active - 1 AS seen, count() AS users
        FROM (SELECT user, min(week) AS first, groupUniqArray(week) AS weeks FROM ({by_week}) GROUP BY user)
        ARRAY JOIN weeks AS active
        WHERE first > 0
        GROUP BY cohort, seen
        """,
        params,
    )
    counts = [[0] * (weeks - i) for i in range(weeks)]
    for first, week, users in answer.rows():
        at = int(str(first))
        counts[at][int(str(week)) - at] = int(str(users))
    return [
        WeekOfUsers(monday, row[0], tuple(row), tuple(100 * n / row[0] if row[0] else None for n in row))
        for monday, row in zip(mondays, counts, strict=True)
    ]
