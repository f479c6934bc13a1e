import math
from collections.abc import Mapping

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from experiments.stats.simulated import Floats
from promptpulse.experiments.stats import Method, compare, days_left, detectable, units_needed
from promptpulse.metrics.estimates import Estimate

EVEN = [50.0, 50.0]


def test_the_fixed_size_by_hand() -> None:
    """Per variant 2 (1.959964 + .841621)^2 / .1^2 = 1,569.8: 3,140 in both."""
    assert units_needed(1, 1, 0.1, EVEN, 0.05, 0.8, "fixed") == 3140


def test_the_sequential_size_by_hand() -> None:
    """The half-width at n* is 3.035209 standard errors (test_comparing.py): 2 (3.035209 + .841621)^2 / .1^2 = 3,005.96 a
    variant."""
    assert units_needed(1, 1, 0.1, EVEN, 0.05, 0.8, "sequential") == pytest.approx(2 * 3005.96, abs=2)


def test_the_fixed_size_is_that_of_statsmodels_also_for_unequal_weights() -> None:
    control = NormalIndPower().solve_power(effect_size=0.1, alpha=0.05, power=0.9, ratio=0.25)
    assert units_needed(2, 1, 0.05, [80, 20], 0.05, 0.9, "fixed") == math.ceil(control * 1.25)


def test_of_several_treatments_the_smallest_decides_and_alpha_is_shared() -> None:
    alone = units_needed(1, 1, 0.1, [50, 10], 0.025, 0.8, "fixed")
    assert alone is not None
    assert units_needed(1, 1, 0.1, [50, 40, 10], 0.05, 0.8, "fixed") == pytest.approx(alone * 100 / 60, rel=1e-3)


@pytest.mark.parametrize("method", ["sequential", "fixed"])
@pytest.mark.parametrize("weights", [EVEN, [80.0, 20.0], [40.0, 30.0, 30.0]])
def test_the_detectable_lift_of_the_units_needed_is_the_lift(method: Method, weights: list[float]) -> None:
    units = units_needed(4, 2, 0.07, weights, 0.05, 0.8, method)
    assert units is not None
    assert detectable(units, 4, 2, weights, 0.05, 0.8, method) == pytest.approx(0.07, rel=1e-3)


def test_the_detectable_lift_of_a_running_test() -> None:
    units = units_needed(4, 2, 0.07, EVEN, 0.05, 0.8, "sequential", planned_units=5000)
    assert units is not None
    assert detectable(units, 4, 2, EVEN, 0.05, 0.8, "sequential", planned_units=5000) == pytest.approx(0.07, rel=1e-3)


@pytest.mark.parametrize("weights", [EVEN, [80.0, 20.0]])
@pytest.mark.parametrize("planned_units", [None, 5000])
def test_the_sequential_size_has_the_power_that_was_asked_for(weights: list[float], planned_units: int | None) -> None:
    """80 % asked: 80 to 90 % of experiments with a true lift of 10 % find it in 50 looks until the size is reached."""
    needed = units_needed(5, 2, 0.1, weights, 0.05, 0.8, "sequential", planned_units)
    assert needed is not None
    ends = needed * np.arange(1, 51) // 50
    found = 0
    for seed in range(400):
        rng = np.random.default_rng([seed, 23])
        treated = rng.random(needed) < weights[1] / 100
        value = 5 + 2 * rng.standard_normal(needed) + np.where(treated, 0.5, 0)
        sums = {side: (np.cumsum(treated == side)[ends - 1], np.cumsum(np.where(treated == side, value, 0))[ends - 1],
                       np.cumsum(np.where(treated == side, value**2, 0))[ends - 1]) for side in (False, True)}  # fmt: skip
        found += any(_significant(sums, look, planned_units or needed) for look in range(50))
    assert 0.78 <= found / 400 <= 0.9


def _significant(sums: Mapping[bool, tuple[Floats, Floats, Floats]], look: int, planned: int) -> bool:
    sides = []
    for units, total, squares in sums.values():
        n, mean = int(units[look]), float(total[look] / units[look])
        if n < 2:
            return False
        sides.append(Estimate(n, n, mean, float(squares[look] - n * mean * mean) / (n - 1)))
    p = compare(sides[0], sides[1], method="sequential", alpha=0.05, planned_units=planned, kind="mean").p_value
    return p is not None and p <= 0.05


@pytest.mark.parametrize(
    ("baseline", "deviation", "min_effect", "weights"),
    [(0, 1, 0.1, EVEN), (1, 0, 0.1, EVEN), (1, 1, 0, EVEN), (1, 1, 0.1, [0.0, 100.0]), (1, 1, 0.1, [100.0, 0.0])],
)
def test_what_cannot_be_planned_has_no_size(
    baseline: float, deviation: float, min_effect: float, weights: list[float]
) -> None:
    assert units_needed(baseline, deviation, min_effect, weights, 0.05, 0.8, "sequential") is None


@pytest.mark.parametrize("method", ["sequential", "fixed"])
@pytest.mark.parametrize("effect", [1e-12, 1e-100, 1e-300])
def test_what_nobody_can_find_has_no_size(method: Method, effect: float) -> None:
    assert units_needed(1, 1, effect, EVEN, 0.05, 0.8, method) is None


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_what_everybody_sees_needs_two_units_a_variant(method: Method) -> None:
    assert units_needed(1, 1, 1e6, EVEN, 0.05, 0.8, method) == 4
    assert units_needed(1, 1, 1e6, [90, 10], 0.05, 0.8, method) == 20


def test_smaller_effects_need_more_units() -> None:
    sizes = [units_needed(1, 1, effect, EVEN, 0.05, 0.8, "sequential") or 0 for effect in (0.4, 0.2, 0.1, 0.05)]
    assert sizes == sorted(sizes)
    assert sizes[3] == pytest.approx(4 * sizes[2], rel=0.01)


@pytest.mark.parametrize(
    ("units", "needed", "per_day", "expected"),
    [(100, 300, 50, 4), (300, 300, 50, 0), (400, 300, None, 0), (100, 300, None, None), (100, 300, 0, None), (1, None, 5, None)],
)  # fmt: skip
def test_days_left(units: int, needed: int | None, per_day: float | None, expected: float | None) -> None:
    assert days_left(units, needed, per_day) == expected
