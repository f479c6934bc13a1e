"""When silences and maintenance are in force: once, or every week by the project's wall clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
"""`[start, end)`."""
FOREVER = datetime(2200, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    weekdays: frozenset[int]
    """1 is Monday."""
    start: time
    end: time
    """Not later than `start`: of the day after."""


@dataclass(frozen=True, slots=True)
class Window:
    start: datetime
    end: datetime
    weekly: Weekly | None
    tz: ZoneInfo

    def within(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """The parts of `[start, end)` in which it is in force, ascending."""
        lower, upper = max(start, self.start), min(end, self.end)
        if lower >= upper:
            return
        if self.weekly is None:
            yield lower, upper
            return
        day = lower.astimezone(self.tz).date() - DAY
        last = upper.astimezone(self.tz).date()
        while day <= last:
            if day.isoweekday() in self.weekly.weekdays:
                begins, ends = self._of(self.weekly, day)
                begins, ends = max(lower, begins), min(upper, ends)
                if begins < ends:
                    yield begins, ends
            day += DAY

    def _of(self, weekly: Weekly, day: date) -> Interval:
        """The stretch that begins on `day`.

        A time that the clock skips in spring is meant as before it was set (RFC 5545, 3.3.5): 2:30 is 3:30 then, and what
        begins there keeps its length. Of a time that comes twice in autumn the first is meant."""
        start = datetime.combine(day, weekly.start)
        end = datetime.combine(day if weekly.end > weekly.start else day + DAY, weekly.end)
        begins = start.replace(tzinfo=self.tz).astimezone(UTC)
        if begins.astimezone(self.tz).replace(tzinfo=None) != start:
            return begins, begins + (end - start)
        return begins, end.replace(tzinfo=self.tz).astimezone(UTC)

    def now(self, at: datetime) -> Interval | None:
        """The stretch that holds `at`, without its beginning; None when it is not in force."""
        ahead = self.end if self.weekly is None else at + 2 * DAY
        return next((part for part in self.within(at, ahead) if part[0] == at), None)

    def after(self, at: datetime) -> Interval | None:
        """The next stretch that begins after `at`."""
        if self.weekly is None:
            return (self.start, self.end) if self.start > at else None
        begins = max(at, self.start)
        return next((part for part in self.within(begins, begins + 9 * DAY) if part[0] > at), None)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Ascending, without overlaps."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
