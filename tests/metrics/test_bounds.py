"""Where values are wrong, and where they are good again, by the kind of condition."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from promptpulse.metrics.bounds import Bounds, fixed, from_band, from_expected, from_former

FORMER = np.array([100.0, 0.0, np.nan])
Told = tuple[float | None, float | None, float | None, float | None]


def told(found: Bounds, at: int = 0) -> Told:
    low, high, clear_low, clear_high = (
        None if np.isnan(one[at]) else float(one[at])
        for one in (found.low, found.high, found.clear_low, found.clear_high)
    )
    return low, high, clear_low, clear_high


def test_a_threshold_and_the_one_past_which_it_is_good_again() -> None:
    assert told(fixed("above", 5, 3, 1)) == (None, 5, None, 3)
    assert told(fixed("below", 90, 92, 1)) == (90, None, 92, None)
    assert told(fixed("below", 90, None, 1)) == (90, None, None, None)


CHANGES: list[tuple[Literal["above", "below"], Literal["percent", "absolute"], Told]] = [
    ("above", "percent", (None, 130, None, 110)),
    ("below", "percent", (70, None, 90, None)),
    ("above", "absolute", (None, 130, None, 110)),
    ("below", "absolute", (70, None, 90, None)),
]


@pytest.mark.parametrize(("op", "unit", "expected"), CHANGES, ids=[f"{op}-{unit}" for op, unit, _ in CHANGES])
def test_a_change_is_against_what_was(
    op: Literal["above", "below"], unit: Literal["percent", "absolute"], expected: Told
) -> None:
    found = from_former(op, 30, 10, FORMER, unit)
    assert told(found) == expected
    # growth from 0 has no percentage, but a size; of what is not known nothing is said
    assert found.judged.tolist() == [True, unit == "absolute", False]


def test_a_size_is_no_percentage() -> None:
    of_50 = np.array([50.0])
    assert told(from_former("above", 30, None, of_50, "percent")) == (None, 65, None, None)
    assert told(from_former("above", 30, None, of_50, "absolute")) == (None, 80, None, None)


def test_so_many_times_what_is_expected() -> None:
    found = from_expected("above", 2, 1.7, np.array([10.0, np.nan]))
    assert told(found) == (None, 20, None, 17)
    assert found.judged.tolist() == [True, False]
    assert told(from_expected("below", 0.5, None, np.array([10.0]))) == (5, None, None, None)


def test_a_band_has_the_sides_that_are_asked_for() -> None:
    low, high = np.array([5.0, np.nan]), np.array([9.0, np.nan])
    assert told(from_band("both", low, high)) == (5, 9, None, None)
    assert told(from_band("above", low, high)) == (None, 9, None, None)
    assert told(from_band("below", low, high)) == (5, None, None, None)
    assert from_band("above", low, high).judged.tolist() == [True, False]
