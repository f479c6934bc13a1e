"""What is expected, of calls that follow a week a reader knows: 40 an hour by day, 10 by night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from clock import Clock
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import Filter, Query
from promptpulse.metrics.baseline import AHEAD, Baselines, Nature, Past
from promptpulse.store import Store

NOON = datetime(2037, 11, 18, 12, tzinfo=UTC)
"""A Wednesday; to come, so that no rollup has forgotten its minutes."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COUNT = Nature(adds=True, is_share=False, is_count=True)
SHARE = Nature(adds=False, is_share=True, is_count=False)


def usual(at: datetime) -> float:
    return 40.0 if 8 <= at.hour < 20 else 10.0


def hours(n: int) -> list[datetime]:
    """The last whole ones before noon."""
    return [NOON - (n - i) * HOUR for i in range(n)]


def past(values: list[float], nature: Nature = COUNT, calls: list[float] | None = None) -> Past:
    start = NOON - len(values) * HOUR
    local = np.arange(len(values) + AHEAD) + int(start.timestamp()) // 3600
    return Past(nature, start, local, np.array(values), np.array(calls or values), start)


def test_the_same_hour_of_the_weeks_before_is_expected() -> None:
    learned = past([usual(at) for at in hours(35 * 24)])
    told = learned.expected(NOON, HOUR, "medium")
    assert told.expected == pytest.approx(40)
    assert (told.ready, told.basis) == (True, "week")
    night = learned.expected(NOON - 8 * HOUR, HOUR, "medium")
    assert night.expected == pytest.approx(10)
    # the hour ahead is night; half an hour of each is in between on the scale of factors
    assert learned.expected(NOON + 8 * HOUR - HOUR / 2, HOUR, "medium").expected == pytest.approx(
        (41 * 11) ** 0.5 - 1, rel=0.01
    )


@pytest.mark.parametrize(
    ("window", "expected"), [(timedelta(minutes=15), 10), (2 * HOUR, 80), (DAY, 12 * 40 + 12 * 10)]
)
def test_a_count_is_as_long_as_its_window(window: timedelta, expected: float) -> None:
    learned = past([usual(at) for at in hours(35 * 24)])
    told = learned.expected(NOON - 2 * HOUR if window != DAY else NOON - DAY, window, "medium")
    assert told.expected == pytest.approx(expected, rel=0.05)


def test_a_weekend_is_a_weekend() -> None:
    quiet = [2.0 if at.weekday() >= 5 else usual(at) for at in hours(35 * 24)]
    learned = past(quiet)
    saturday = NOON - 4 * DAY
    assert saturday.weekday() == 5
    assert learned.expected(saturday, HOUR, "medium").expected == pytest.approx(2)
    assert learned.expected(NOON - DAY, HOUR, "medium").expected == pytest.approx(40)


def test_a_lasting_change_of_level_is_learned_within_a_day() -> None:
    doubled = [usual(at) * (2 if at >= NOON - DAY else 1) for at in hours(35 * 24)]
    assert past(doubled).expected(NOON, HOUR, "medium").expected == pytest.approx(80, rel=0.03)
    assert past(doubled).expected(NOON - 20 * HOUR, HOUR, "medium").expected == pytest.approx(40)


def test_what_is_said_of_a_moment_follows_from_what_was_before() -> None:
    known = [usual(at) for at in hours(35 * 24)]
    changed = [*known[:-48], *[999.0] * 48]
    moment = NOON - 48 * HOUR
    assert past(known).expected(moment, HOUR, "medium") == past(changed).expected(moment, HOUR, "medium")


def test_warming_up_is_stated_and_then_days_and_weeks_are_compared() -> None:
    ten = past([0.0] * (30 * 24) + [usual(at) for at in hours(10)]).expected(NOON, HOUR, "medium")
    assert (ten.ready, ten.learned_hours, ten.basis, ten.learned_from) == (False, 10, "hours", NOON - 10 * HOUR)
    three = past([0.0] * (30 * 24) + [usual(at) for at in hours(3 * 24)]).expected(NOON, HOUR, "medium")
    assert (three.ready, three.learned_hours, three.basis) == (True, 72, "day")
    assert three.expected == pytest.approx(40)
    nothing = past([0.0] * 240).expected(NOON, HOUR, "medium")
    assert (nothing.ready, nothing.expected, nothing.high, nothing.learned_hours) == (False, None, None, 0)


def test_a_busy_hour_that_doubles_or_falls_silent_is_unusual_and_a_tiny_one_is_not() -> None:
    busy = past([100 * usual(at) for at in hours(35 * 24)]).expected(NOON, HOUR, "medium")
    assert busy.low is not None
    assert busy.high is not None
    assert 0 < busy.low < 4000 < busy.high < 8000
    tiny = past([1.0 for _ in hours(35 * 24)]).expected(NOON, HOUR, "high")
    assert tiny.high is not None
    assert (tiny.low, tiny.high > 4) == (0, True)


def test_a_series_that_jumps_often_must_jump_further() -> None:
    calm = [1000.0 for _ in hours(35 * 24)]
    bursty = [3000.0 if i % 50 == 7 else 1000.0 for i in range(35 * 24)]
    narrow, wide = (past(values).expected(NOON, HOUR, "medium").high for values in (calm, bursty))
    assert narrow is not None
    assert wide is not None
    assert narrow < 1200
    assert wide > 2900


def test_sensitivity_narrows_the_band() -> None:
    learned = past([100.0 + 20 * (i * 7 % 5) for i in range(35 * 24)])
    widths = [
        t.high - t.low for t in (learned.expected(NOON, HOUR, s) for s in ("low", "medium", "high")) if t.high and t.low
    ]
    assert len(widths) == 3
    assert widths[0] > widths[1] > widths[2]


def test_an_error_rate_of_few_calls_may_be_anything_and_of_many_calls_may_not() -> None:
    n = 35 * 24
    few = past([2.0] * n, SHARE, [5.0] * n).expected(NOON, HOUR, "medium")
    many = past([2.0] * n, SHARE, [5000.0] * n).expected(NOON, HOUR, "medium")
    assert few.high is not None
    assert many.high is not None
    assert few.high > 50
    assert 2 < many.high < 5
    assert few.expected == many.expected == 2


def test_a_return_to_what_is_expected_is_never_unusual() -> None:
    """Half the traffic has been missing for five hours."""
    values = [1000.0 + i % 3 for i in range(35 * 24 - 5)] + [500.0] * 5
    told = past(values).expected(NOON, HOUR, "high")
    assert told.expected == pytest.approx(1001, rel=0.01)
    assert told.low is not None
    assert told.expected is not None
    assert told.high is not None
    assert told.low <= told.expected <= told.high


def test_baselines_read_stored_calls_by_group_and_are_kept(store: Store, project: str) -> None:
    def call(at: datetime, prompt: str) -> Call:
        return Call(project=project, id=str(uuid4()), ts=to_micros(at), latency_ms=100.0, prompt_id=prompt)

    calls = [
        call(at + timedelta(minutes=4 * i), prompt)
        for at in hours(10 * 24)
        for prompt, n in (("busy", 12), ("quiet", 3))
        for i in range(n)
    ]
    insert(store, calls, 0)
    clock = Clock(NOON + timedelta(minutes=7))
    baselines = Baselines(store, clock)
    query = Query(
        project, ("total_requests", "p95_latency_ms"), NOON, NOON + HOUR, by=("prompt_id",), tz="Asia/Kathmandu"
    )
    learned = baselines.of(query, HOUR, NOON, NOON)
    assert learned.of("total_requests", ("busy",)).at(NOON).expected == pytest.approx(12)
    assert learned.of("total_requests", ("quiet",)).at(NOON).expected == pytest.approx(3)
    assert learned.of("p95_latency_ms", ("busy",)).at(NOON).expected == pytest.approx(100, rel=0.01)
    unknown = learned.of("total_requests", ("new",)).at(NOON)
    assert (unknown.ready, unknown.expected) == (False, None)
    only = Query(project, ("total_requests",), NOON, NOON + HOUR, where=(Filter("prompt_id", "in", ("quiet",)),))
    assert baselines.of(only, 2 * HOUR, NOON, NOON).of("total_requests").at(NOON).expected == pytest.approx(6)
    # kept through the hour, and learned anew in the next
    insert(store, [call(NOON + timedelta(seconds=i), "quiet") for i in range(500)], 0)
    same = baselines.of(only, HOUR, clock(), clock()).of("total_requests").at(clock())
    assert same.learned_hours == 239  # the window began in the last of the 240
    clock.forward(hours=2)
    later = baselines.of(only, HOUR, clock(), clock()).of("total_requests").at(clock())
    assert later.learned_hours == 241
    # a month is replayed as it was known then
    replayed = baselines.of(only, HOUR, NOON - 5 * DAY, NOON).of("total_requests").at(NOON - 5 * DAY)
    assert replayed.learned_hours == 5 * 24 - 1
    assert replayed.expected == pytest.approx(3)
