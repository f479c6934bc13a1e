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
    # in seconds; a week in which the clock is changed has an hour more or less
    starts = [int(day_start(day, zoned).timestamp()) for day in mondays]
    params: Params = {"project": project, "end": now, "starts": starts, "start": day_start(mondays[0], zoned)}
    filters = " AND ".join(["1", *conditions([checked_filter(f) for f in where], params)])
    answer = store.query(
        f"""
        SELECT first, arrayJoin(bitPositionsToArray(active)) AS week, count() AS users
        FROM (
          SELECT sipHash64(user_id) AS user,
            toInt32(indexOf({{starts:Array(Int64)}}, roundDown(toInt64(min(toUnixTimestamp(ts))), {{starts:Array(Int64)}}))) - 1
              AS first,
            min(ts) >= {{start:DateTime64(6, 'UTC')}} AS is_new,
            groupBitOr(bitShiftLeft(
              toUInt64(1),
              indexOf({{starts:Array(Int64)}}, roundDown(toInt64(toUnixTimestamp(ts)), {{starts:Array(Int64)}})) - 1
            )) AS active
          FROM calls
          WHERE project = {{project:String}} AND ts < {{end:DateTime64(6, 'UTC')}} AND user_id != '' AND {filters}
          GROUP BY user
        )
        WHERE is_new
        GROUP BY first, week
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
