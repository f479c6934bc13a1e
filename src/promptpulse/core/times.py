"""Instants, half-open ranges and buckets. UTC inside; days, weeks and months begin in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_BUCKETS = 5000


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_micros(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def rfc3339(instant: datetime) -> str:
    """`2026-11-21T10:00:00Z`; fractions of a second only where there are any."""
    text = instant.astimezone(UTC).isoformat(timespec="microseconds" if instant.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A step of a time axis: `count` units, aligned to local midnight, Monday or the first of the month."""

    count: int
    unit: Literal["second", "hour", "day", "week", "month"]

    @property
    def seconds(self) -> int | None:
        """Fixed length, None where the calendar decides."""
        return {"second": self.count, "hour": 3600 * self.count}.get(self.unit)


BUCKETS = {
    "1m": Bucket(60, "second"),
    "5m": Bucket(300, "second"),
    "15m": Bucket(900, "second"),
    "30m": Bucket(1800, "second"),
    "1h": Bucket(1, "hour"),
    "3h": Bucket(3, "hour"),
    "6h": Bucket(6, "hour"),
    "12h": Bucket(12, "hour"),
    "1d": Bucket(1, "day"),
    "1w": Bucket(1, "week"),
    "1mo": Bucket(1, "month"),
}
"""By name; from fine to coarse."""


def auto_bucket(start: datetime, end: datetime, *, at_most: int = 60) -> str:
    """The finest bucket that cuts `[start, end)` into at most `at_most` pieces."""
    length_s = (end - start).total_seconds()
    rough = {"day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}
    for name, bucket in BUCKETS.items():
        if length_s / (bucket.seconds or rough[bucket.unit]) <= at_most:
            return name
    return "1mo"


def edges(start: datetime, end: datetime, bucket: Bucket, tz: ZoneInfo) -> list[datetime]:
    """Starts of all buckets that meet `[start, end)`, ascending, without gaps, in UTC.

    The first one may begin before `start`. Buckets of an hour and less keep their length over a
    change of the clock; longer ones follow the wall clock, so a day may last 23 or 25 hours."""
    at = _floor(start, bucket, tz)
    found = []
    while at < end:
        found.append(at)
        if len(found) > MAX_BUCKETS:
            break
        at = _next(at, bucket, tz)
    return found


def _floor(instant: datetime, bucket: Bucket, tz: ZoneInfo) -> datetime:
    local = instant.astimezone(tz)
    if bucket.unit == "second" or (bucket.unit == "hour" and bucket.count == 1):
        step = timedelta(seconds=bucket.seconds or 0)
        offset = local.utcoffset() or timedelta(0)
        return instant - (instant - EPOCH + offset) % step
    if bucket.unit == "hour":
        return _local(local.date(), local.hour - local.hour % bucket.count, tz)
    return _local(_floor_day(local.date(), bucket), 0, tz)


def _floor_day(day: date, bucket: Bucket) -> date:
    match bucket.unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return day


def _next(at: datetime, bucket: Bucket, tz: ZoneInfo) -> datetime:
    if bucket.unit == "second" or (bucket.unit == "hour" and bucket.count == 1):
        return at + timedelta(seconds=bucket.seconds or 0)
    local = at.astimezone(tz)
    day = local.date()
    if bucket.unit == "hour":
        # A clock that jumps over the edge puts its bucket at the jump; look past it.
        hour = (local.hour // bucket.count + 1) * bucket.count
        return _local(day + timedelta(days=hour // 24), hour % 24, tz)
    if local.hour >= 12:  # midnight that does not exist shows as the evening before or the hour after
        day += timedelta(days=1)
    match bucket.unit:
        case "week":
            return _local(day + timedelta(days=7), 0, tz)
        case "month":
            return _local((day.replace(day=1) + timedelta(days=32)).replace(day=1), 0, tz)
        case _:
            return _local(day + timedelta(days=1), 0, tz)


def _local(day: date, hour: int, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tz).astimezone(UTC)


def day_start(day: date, tz: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `tz`."""
    return _local(day, 0, tz)
