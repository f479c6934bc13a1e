"""What is strange, of series that a reader can draw."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from promptpulse.metrics.anomaly import TUNING, Records, strangenesses

DAY = 48
"""Values."""


def told(values: Sequence[float]) -> list[int]:
    return [i for i, found in enumerate(strangenesses(values, DAY)) if found >= 1]


def days(n: int) -> list[float]:
    """20 by night, 100 by day, with chance; the same in every run."""
    chance = random.Random(20_261_121)
    return [(100 if 16 <= i % DAY < 40 else 20) + 6 * chance.random() for i in range(n * DAY)]


def test_a_record_is_compared_with_the_one_of_its_rank_and_fades() -> None:
    records = Records(rank=2, fades=1e12)
    assert [records.ratio(d) for d in (0, 4, 2, 6, 0)] == pytest.approx([0, 1, 1, 3, 0])
    # 2 and 4 were the largest; 6 is three times the second of them
    fading = Records(rank=1, fades=1 / 0.6931471805599453)
    assert [fading.ratio(d) for d in (8, 4, 4)] == pytest.approx([1, 1, 2])  # half of it is left after every value


def test_a_value_far_from_all_others_is_strange_and_told_once() -> None:
    values = days(10)
    at = 8 * DAY + 20
    values[at : at + 5] = [400, 400, 400, 400, 400]
    assert [i for i in told(values) if i >= 5 * DAY] == [at]


def test_a_day_that_stays_at_night_is_strange_though_its_values_are_common() -> None:
    values = days(10)
    values[8 * DAY + 16 : 8 * DAY + 40] = values[7 * DAY + 40 : 7 * DAY + 48] * 3
    found = [i for i in told(values) if i >= 5 * DAY]
    assert found
    assert all(8 * DAY + 16 <= i < 8 * DAY + 40 for i in found)


def test_an_ordinary_month_is_not_strange() -> None:
    assert [i for i in told(days(30)) if i >= 5 * DAY] == []


def test_nothing_is_known_of_the_future() -> None:
    values = days(6)
    later = [*values, *[999.0] * 50]
    assert strangenesses(later, DAY)[: len(values)] == strangenesses(values, DAY)


def test_what_was_remembered_long_ago_is_forgotten() -> None:
    short = replace(TUNING, remembered=DAY)
    values = [1.0] * DAY + [2.0] * (6 * DAY) + [1.0]
    assert strangenesses(values, DAY, short)[-1] >= 1
    assert strangenesses(values, DAY)[-1] < 1


@pytest.mark.parametrize("values", [[], [5.0], [0.0] * 500, [3.0] * 500])
def test_nothing_happens_in_a_series_without_change(values: list[float]) -> None:
    assert strangenesses(values, DAY) == [0.0] * len(values)
