"""When silences and maintenance are in force, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from promptpulse.incidents.windows import FOREVER, Weekly, Window, merged

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Weekly(frozenset({6}), time(22), time(2))
"""Saturday, 22:00 to 2:00 on Sunday."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def spans(window: Window, start: str, end: str) -> list[tuple[str, str]]:
    return [(f"{a:%m-%d %H:%M}", f"{b:%m-%d %H:%M}") for a, b in window.within(at(start), at(end))]


@pytest.mark.parametrize(
    ("tz", "start", "end", "expected"),
    [
        ("Europe/Berlin", "11-20", "11-24", [("11-21 21:00", "11-22 01:00")]),
        ("Asia/Kathmandu", "11-20", "11-24", [("11-21 16:15", "11-21 20:15")]),
        ("Europe/Berlin", "03-28", "03-30", [("03-28 21:00", "03-29 01:00")]),  # 2:00 is 3:00 that night
        ("Europe/Berlin", "10-24", "10-26", [("10-24 20:00", "10-25 00:00")]),  # the first 2:00 of two
        ("Europe/Berlin", "11-21T23:00", "11-21T23:30", [("11-21 23:00", "11-21 23:30")]),
        ("Europe/Berlin", "11-22T01:00", "11-28T21:00", []),
        ("Europe/Berlin", "11-14", "11-24", [("11-14 21:00", "11-15 01:00"), ("11-21 21:00", "11-22 01:00")]),
    ],
)
def test_a_weekly_window_follows_the_clock_on_the_wall(
    tz: str, start: str, end: str, expected: list[tuple[str, str]]
) -> None:
    window = Window(at("01-01"), FOREVER, NIGHT, ZoneInfo(tz))
    assert spans(window, start, end) == expected


@pytest.mark.parametrize(
    ("tz", "start", "end", "night", "expected"),
    [
        # clocks go from 2:00 to 3:00 on 29 March, which is 1:00 UTC
        ("Europe/Berlin", time(2, 30), time(3), "03-29", ("03-29 01:30", "03-29 02:00")),
        ("Europe/Berlin", time(2), time(3), "03-29", ("03-29 01:00", "03-29 02:00")),
        ("Europe/Berlin", time(2, 30), time(4), "03-29", ("03-29 01:30", "03-29 03:00")),
        ("Europe/Berlin", time(1), time(2, 30), "03-29", ("03-29 00:00", "03-29 01:30")),
        ("Europe/Berlin", time(1, 30), time(4), "03-29", ("03-29 00:30", "03-29 02:00")),
        # from 2:00 to 3:00 on 8 March, which is 7:00 UTC
        ("America/New_York", time(2, 30), time(3), "03-08", ("03-08 07:30", "03-08 08:00")),
        # from 3:00 back to 2:00 on 25 October, which is 1:00 UTC
        ("Europe/Berlin", time(2, 30), time(3), "10-25", ("10-25 00:30", "10-25 02:00")),
    ],
)  # fmt: skip
def test_what_begins_at_a_time_that_the_spring_skips_begins_as_much_later_and_lasts_as_long(
    tz: str, start: time, end: time, night: str, expected: tuple[str, str]
) -> None:
    sunday = Window(at("01-01"), FOREVER, Weekly(frozenset({7}), start, end), ZoneInfo(tz))
    day = at(night)
    assert spans(sunday, f"{day:%m-%d}", f"{day + timedelta(days=1):%m-%d}") == [expected]


def test_the_present_stretch_and_the_next_one() -> None:
    window = Window(at("11-01"), FOREVER, NIGHT, BERLIN)
    inside = at("11-22T00:30")
    assert window.now(inside) == (inside, at("11-22T01:00"))
    assert window.now(at("11-22T01:00")) is None
    assert window.after(inside) == (at("11-28T21:00"), at("11-29T01:00"))


def test_what_does_not_repeat_has_one_stretch() -> None:
    window = Window(at("11-20"), at("11-21"), None, BERLIN)
    assert window.now(at("11-20T12:00")) == (at("11-20T12:00"), at("11-21"))
    assert (window.now(at("11-21")), window.after(at("11-20T12:00"))) == (None, None)
    assert window.after(at("11-19")) == (at("11-20"), at("11-21"))


def test_intervals_that_touch_become_one() -> None:
    hour = timedelta(hours=1)
    start = at("11-21")
    assert merged([(start + hour, start + 2 * hour), (start, start + hour), (start + 5 * hour, start + 6 * hour)]) == [
        (start, start + 2 * hour),
        (start + 5 * hour, start + 6 * hour),
    ]
