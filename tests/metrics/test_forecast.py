"""What the rest of a period will cost, from days alone."""

from __future__ import annotations

import itertools
import random

import pytest

from promptpulse.metrics.forecast import Ahead, PastDay, Today, ahead

EVEN = (1.0,) * 24
"""A dollar an hour."""


def days(*totals: float | None, first_weekday: int = 0) -> list[PastDay]:
    """Whole days, spent evenly over their hours."""
    return [
        PastDay((first_weekday + i) % 7, None if total is None else (total / 24,) * 24)
        for i, total in enumerate(totals)
    ]


def around(found: Ahead, value: float) -> bool:
    return found.low <= value <= found.high and found.expected == pytest.approx(value, rel=1e-6)


def test_equal_days_go_on_as_they_were() -> None:
    found = ahead(days(*[24] * 14), Today(0, 12, 12.0), 2)
    assert [round(a.expected, 6) for a in found] == [12, 36, 60]
    assert all(a.low < a.expected < a.high for a in found)


def test_of_two_days_nothing_is_said() -> None:
    assert ahead(days(24, 24), Today(2, 12, 12.0), 2) == []
    assert len(ahead(days(24, 24, 24), Today(3, 12, 12.0), 2)) == 3


def test_days_of_which_nothing_is_known_are_not_cheap_days() -> None:
    found = ahead(days(*[24] * 10, None, None, *[24] * 2), Today(0, 0, 0.0), 0)
    assert around(found[0], 24)
    assert ahead(days(24, 24, None, None), Today(4, 12, 12.0), 1) == []


def test_weekends_are_told_from_weekdays() -> None:
    week = [10, 10, 10, 10, 10, 1, 1]
    found = ahead(days(*week * 8), Today(4, 24, 10.0), 3)  # Friday midnight; then Saturday, Sunday, Monday
    saturday, sunday, monday = (b.expected - a.expected for a, b in itertools.pairwise(found))
    assert saturday < 2.5
    assert sunday < 2.5
    assert monday > 7.5


def test_a_day_that_began_twice_as_dear_ends_dearer_than_the_others() -> None:
    usual, dear = (ahead(days(*[24] * 14), Today(0, 12, spent), 0)[0].expected for spent in (12.0, 24.0))
    assert usual == pytest.approx(12)
    assert 16 < dear < 24


def test_the_hours_of_a_day_are_those_of_the_days_before() -> None:
    morning = [PastDay(i % 7, (2.0,) * 12 + (0.0,) * 12) for i in range(14)]
    assert ahead(morning, Today(0, 12, 24.0), 0)[0].expected == pytest.approx(0, abs=1e-9)
    assert ahead(morning, Today(0, 6, 12.0), 0)[0].expected == pytest.approx(12)


def test_what_was_spent_can_only_grow() -> None:
    dice = random.Random(3)
    found = ahead(days(*[dice.lognormvariate(3, 1) for _ in range(60)]), Today(4, 9.5, 3.0), 30)
    for values in ([a.low for a in found], [a.expected for a in found], [a.high for a in found]):
        assert values == sorted(values)
    assert all(0 <= a.low <= a.expected <= a.high for a in found)


def test_restless_days_have_a_wider_band_than_calm_ones() -> None:
    dice = random.Random(5)
    widths = []
    for spread in (0.02, 0.5):
        past = days(*[100 * dice.lognormvariate(0, spread) for _ in range(60)])
        end = ahead(past, Today(4, 12, 50.0), 10)[-1]
        widths.append((end.high - end.low) / end.expected)
    assert widths[1] > 3 * widths[0]


def test_days_without_spending_foretell_none() -> None:
    assert ahead(days(*[0] * 20), Today(6, 12, 0.0), 3)[-1] == Ahead(0, 0, 0)


def test_four_of_five_outcomes_lie_in_the_band() -> None:
    """160 forecasts of a week on noise without a pattern; bench/forecast.py tries it on real series."""
    dice = random.Random(11)
    held = 0
    for _ in range(20):
        totals = [100 * dice.lognormvariate(0, 0.4) for _ in range(75)]
        for today in range(40, 72, 4):
            past = days(*totals[:today])
            end = ahead(past, Today(today % 7, 12, totals[today] / 2), 5)[-1]
            held += end.low <= sum(totals[today + 1 : today + 6]) + totals[today] / 2 <= end.high
    assert 0.72 <= held / 160 <= 0.88
