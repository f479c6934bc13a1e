from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from promptpulse.core.times import BUCKETS, auto_bucket, edges, from_micros, rfc3339, to_micros

STOCKHOLM = ZoneInfo("Europe/Stockholm")
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # a date in short


def hours(starts: list[datetime]) -> list[float]:
    return [(b - a) / timedelta(hours=1) for a, b in pairwise(starts)]


def test_days_begin_at_local_midnight() -> None:
    starts = edges(utc(2026, 1, 10), utc(2026, 1, 12), BUCKETS["1d"], STOCKHOLM)
    assert starts == [utc(2026, 1, 9, 23), utc(2026, 1, 10, 23), utc(2026, 1, 11, 23)]


def test_the_day_of_spring_has_23_hours_and_that_of_autumn_25() -> None:
    assert hours(edges(utc(2026, 3, 28), utc(2026, 3, 31), BUCKETS["1d"], STOCKHOLM)) == [24, 23, 24]
    assert hours(edges(utc(2026, 10, 24), utc(2026, 10, 27), BUCKETS["1d"], STOCKHOLM)) == [24, 25, 24]


def test_six_hour_buckets_follow_the_wall_clock_over_a_change() -> None:
    starts = edges(utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), BUCKETS["6h"], STOCKHOLM)
    assert [s.astimezone(STOCKHOLM).hour for s in starts] == [0, 6, 12, 18]
    assert hours(starts) == [5, 6, 6]


def test_days_of_a_zone_with_an_offset_of_quarters() -> None:
    assert edges(utc(2026, 1, 1), utc(2026, 1, 2), BUCKETS["1d"], KATHMANDU) == [
        utc(2025, 12, 31, 18, 15),
        utc(2026, 1, 1, 18, 15),
    ]


def test_hours_of_a_zone_with_an_offset_of_quarters_begin_on_its_clock() -> None:
    assert edges(utc(2026, 1, 1, 0, 20), utc(2026, 1, 1, 1, 20), BUCKETS["1h"], KATHMANDU) == [
        utc(2026, 1, 1, 0, 15),
        utc(2026, 1, 1, 1, 15),
    ]


def test_a_midnight_that_does_not_exist_begins_at_the_change() -> None:
    beirut = ZoneInfo("Asia/Beirut")  # on 2026-03-29 the clock goes from 00:00 to 01:00
    starts = edges(utc(2026, 3, 27, 22), utc(2026, 3, 30, 22), BUCKETS["1d"], beirut)
    assert [s.astimezone(beirut).day for s in starts] == [28, 29, 30, 31]
    assert hours(starts) == [24, 23, 24]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert edges(utc(2026, 11, 18), utc(2026, 11, 24), BUCKETS["1w"], ZoneInfo("UTC")) == [
        utc(2026, 11, 16),
        utc(2026, 11, 23),
    ]
    assert edges(utc(2026, 1, 31), utc(2026, 3, 1), BUCKETS["1mo"], ZoneInfo("UTC")) == [
        utc(2026, 1, 1),
        utc(2026, 2, 1),
    ]


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (timedelta(hours=1), "1m"),
        (timedelta(hours=24), "30m"),
        (timedelta(days=7), "3h"),
        (timedelta(days=30), "12h"),
        (timedelta(days=365), "1w"),
    ],
)
def test_auto_takes_the_finest_bucket_that_gives_at_most_sixty(length: timedelta, bucket: str) -> None:
    assert auto_bucket(utc(2026, 1, 1), utc(2026, 1, 1) + length) == bucket


def test_microseconds_and_text_survive_a_round_trip() -> None:
    at = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
    assert from_micros(to_micros(at)) == at
    assert rfc3339(at) == "2026-11-21T10:00:00.123456Z"
    assert rfc3339(utc(2026, 11, 21, 10)) == "2026-11-21T10:00:00Z"
