"""When reports are made and what period they are about. Pure: dates and a time zone in, moments out.

Times are of the wall clock: 08:00 stays 08:00 over a change of the clock. A time that does not exist (02:30 in spring) is
the moment that the clock would have shown it, had it not been moved: 03:30. One that comes twice counts once, at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from promptpulse.core.times import day_start
from promptpulse.reports.shapes import Covers, Custom, Daily, Monthly, Schedule, Weekly

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOOK_AHEAD = 400
"""Days: every schedule has a moment within them."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A moment of the schedule, and the days `[start, end)` that it is about."""

    at: datetime
    start: date
    end: date

    @property
    def key(self) -> str:
        """Of a report, there is one of each period."""
        return f"{self.start.isoformat()} to {self.end.isoformat()}"


def following(schedule: Schedule, after: datetime, tz: ZoneInfo) -> Due:
    """The first moment later than `after`."""
    first = after.astimezone(tz).date() - DAY  # a moment that was moved may lie on the day after
    for day in _days(first):
        if matches(schedule, day) and exists(day, tz):
            at = moment(day, schedule, tz)
            if at > after:
                return due(schedule, day, tz)
    raise AssertionError(schedule)


def upcoming(schedule: Schedule, after: datetime, tz: ZoneInfo, count: int) -> list[Due]:
    found: list[Due] = []
    for _ in range(count):
        found.append(following(schedule, found[-1].at if found else after, tz))
    return found


def latest(schedule: Schedule, now: datetime, tz: ZoneInfo) -> Due:
    """What the report would be about if it were made now: whole days until today."""
    return due(schedule, now.astimezone(tz).date(), tz, at=now)


def due(schedule: Schedule, day: date, tz: ZoneInfo, at: datetime | None = None) -> Due:
    start = _begin(schedule, day, tz)
    end = day.replace(day=1) if _covers(schedule) == "month" else day
    return Due(at or moment(day, schedule, tz), start, end)


def moment(day: date, schedule: Schedule, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, time(schedule.hour, schedule.minute), tz).astimezone(UTC)


def bounds(found: Due, tz: ZoneInfo) -> tuple[datetime, datetime]:
    return day_start(found.start, tz), day_start(found.end, tz)


def exists(day: date, tz: ZoneInfo) -> bool:
    """False of a day that a zone left out when it moved over the date line."""
    return day_start(day, tz) < day_start(day + DAY, tz)


def matches(schedule: Schedule, day: date) -> bool:
    match schedule:
        case Daily():
            return True
        case Weekly():
            return day.isoweekday() == schedule.weekday
        case Monthly():
            return day.day == schedule.day
        case Custom():
            if day.isoweekday() not in schedule.weekdays:
                return False
            return not schedule.first_of_month or not any(
                date(day.year, day.month, n).isoweekday() in schedule.weekdays for n in range(1, day.day)
            )


def worded(schedule: Schedule) -> str:
    """`Every Monday at 08:00`"""
    at = f"at {schedule.hour:02}:{schedule.minute:02}"
    match schedule:
        case Daily():
            return f"Every day {at}"
        case Weekly():
            return f"Every {DAYS[schedule.weekday - 1]} {at}"
        case Monthly():
            return f"On day {schedule.day} of every month {at}"
        case Custom():
            named = [DAYS[n - 1] for n in sorted(set(schedule.weekdays))]
            if named == list(DAYS[:5]):
                days = "weekday"
            elif len(named) == 7:
                days = "day"
            else:
                days = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
                if schedule.first_of_month and len(named) > 1:
                    days = days.replace(" and ", " or ")
            return f"On the first {days} of every month {at}" if schedule.first_of_month else f"Every {days} {at}"


def period(start: date, end: date) -> str:
    """`[start, end)` in words: a day, a month, or the first and last day."""
    last = end - DAY
    if start >= last:
        return f"{start:%A}, {start.day} {start:%B %Y}"
    if start.day == 1 and end == (start + timedelta(days=32)).replace(day=1):
        return f"{start:%B %Y}"
    year = "" if start.year == last.year else f" {start.year}"
    month = "" if (start.month, start.year) == (last.month, last.year) else f" {start:%B}"
    return f"{start.day}{month}{year} to {last.day} {last:%B %Y}"


def _covers(schedule: Schedule) -> Covers:
    match schedule:
        case Daily():
            return "day"
        case Weekly():
            return "week"
        case Monthly():
            return "month"
        case Custom():
            return schedule.covers


def _begin(schedule: Schedule, day: date, tz: ZoneInfo) -> date:
    match _covers(schedule):
        case "week":
            return day - timedelta(days=7)
        case "month":
            return (day.replace(day=1) - DAY).replace(day=1)
        case "since_last":
            return next(
                back
                for back in (day - timedelta(days=n) for n in range(1, LOOK_AHEAD))
                if matches(schedule, back) and exists(back, tz)
            )
        case _:
            return next(back for n in range(1, 9) if exists(back := day - timedelta(days=n), tz))


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(LOOK_AHEAD))
