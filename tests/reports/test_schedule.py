"""When reports are made, and what they are about: over changes of the clock, months and the date line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptpulse.reports import schedule
from promptpulse.reports.shapes import Custom, Daily, Monthly, Schedule, Weekly

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = [1, 2, 3, 4, 5]


def moments(of: Schedule, after: datetime, tz: ZoneInfo, count: int) -> list[str]:
    """In UTC."""
    return [f"{one.at:%m-%d %H:%M}" for one in schedule.upcoming(of, after, tz, count)]


def test_a_daily_report_keeps_to_the_clock_on_the_wall() -> None:
    after = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert moments(Daily(kind="daily", hour=8), after, BERLIN, 3) == ["10-24 06:00", "10-25 07:00", "10-26 07:00"]


def test_an_hour_that_comes_twice_counts_once() -> None:
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert moments(Daily(kind="daily", hour=2, minute=30), after, BERLIN, 2) == ["10-25 00:30", "10-26 01:30"]


def test_an_hour_that_does_not_exist_is_the_one_after() -> None:
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    # 02:30 is skipped: the clock shows 03:30 then
    assert moments(Daily(kind="daily", hour=2, minute=30), after, BERLIN, 2) == ["03-29 01:30", "03-30 00:30"]


def test_days_of_23_and_25_hours_are_whole_periods() -> None:
    spring = schedule.following(Daily(kind="daily"), datetime(2026, 3, 29, 12, tzinfo=UTC), BERLIN)
    autumn = schedule.following(Daily(kind="daily"), datetime(2026, 10, 25, 12, tzinfo=UTC), BERLIN)
    lengths = [end - start for start, end in (schedule.bounds(one, BERLIN) for one in (spring, autumn))]
    assert [length.total_seconds() / 3600 for length in lengths] == [23, 25]


def test_a_day_that_a_zone_left_out_has_no_report() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    found = schedule.upcoming(Daily(kind="daily"), datetime(2011, 12, 29, 12, tzinfo=UTC), apia, 2)
    assert [(one.start, one.end) for one in found] == [
        (date(2011, 12, 28), date(2011, 12, 29)),
        (date(2011, 12, 29), date(2011, 12, 31)),
    ]


def test_a_monthly_report_is_about_the_calendar_month() -> None:
    found = schedule.following(Monthly(kind="monthly", day=3), datetime(2026, 3, 1, tzinfo=UTC), BERLIN)
    assert (found.start, found.end) == (date(2026, 2, 1), date(2026, 3, 1))
    assert schedule.period(found.start, found.end) == "February 2026"


def test_a_report_on_working_days_covers_the_weekend_on_monday() -> None:
    of = Custom(kind="custom", weekdays=WEEKDAYS)
    monday = schedule.following(of, datetime(2026, 11, 20, 12, tzinfo=UTC), BERLIN)  # after Friday's
    assert (monday.start, monday.end) == (date(2026, 11, 20), date(2026, 11, 23))
    assert schedule.period(monday.start, monday.end) == "20 to 22 November 2026"


@pytest.mark.parametrize(
    ("after", "first"),
    [("2026-11-21", "12-01"), ("2026-12-02", "01-01"), ("2027-01-02", "02-01"), ("2027-04-30", "05-03")],
)
def test_the_first_working_day_of_a_month(after: str, first: str) -> None:
    of = Custom(kind="custom", weekdays=WEEKDAYS, first_of_month=True, covers="month")
    found = schedule.following(of, datetime.fromisoformat(after).replace(tzinfo=UTC), BERLIN)
    assert f"{found.at.astimezone(BERLIN):%m-%d}" == first


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (Daily(kind="daily", hour=7, minute=5), "Every day at 07:05"),
        (Weekly(kind="weekly"), "Every Monday at 08:00"),
        (Monthly(kind="monthly"), "On day 1 of every month at 08:00"),
        (Custom(kind="custom", weekdays=WEEKDAYS), "Every weekday at 08:00"),
        (Custom(kind="custom", weekdays=[5, 1]), "Every Monday and Friday at 08:00"),
        (Custom(kind="custom", weekdays=WEEKDAYS, first_of_month=True), "On the first weekday of every month at 08:00"),
    ],
    ids=lambda value: None if isinstance(value, str) else value.kind,
)
def test_a_schedule_is_told_in_words(of: Schedule, said: str) -> None:
    assert schedule.worded(of) == said


SCHEDULES: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(Daily, kind=st.just("daily"), hour=st.integers(0, 23), minute=st.integers(0, 59)),
    st.builds(Weekly, kind=st.just("weekly"), weekday=st.integers(1, 7), hour=st.integers(0, 23)),
    st.builds(Monthly, kind=st.just("monthly"), day=st.integers(1, 28), hour=st.integers(0, 23)),
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"])


@given(SCHEDULES, ZONES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - drawn without one
def test_periods_follow_one_another_without_a_gap(of: Schedule, zone: str, after: datetime) -> None:
    tz = ZoneInfo(zone)
    found = schedule.upcoming(of, after.replace(tzinfo=UTC), tz, 4)
    assert all(a.end == b.start and a.at < b.at for a, b in pairwise(found))
    assert all(schedule.bounds(one, tz)[1] <= one.at for one in found)
    assert len({one.key for one in found}) == 4
