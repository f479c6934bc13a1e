import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.simulated import moments
from promptpulse.experiments.stats import estimate, estimates
from promptpulse.metrics.estimates import Estimate, Moments

ZERO = (0.0, 0.0, 0.0, 0.0)
NOBODY = Moments(0, 0, ZERO, (ZERO, ZERO, ZERO, ZERO))


def _known(found: Estimate | None) -> Estimate:
    assert found is not None
    return found


def test_a_mean_is_a_mean() -> None:
    found = _known(estimate(moments(np.array([1.0, 2, 3])), "mean", variance_reduction=False))
    assert (found.units, found.value) == (3, 2)
    assert found.variance == pytest.approx(1)
    assert found.squared_error == pytest.approx(1 / 3)
    assert found.variance_reduced is None


def test_a_ratio_is_of_the_sums_and_varies_between_users() -> None:
    """Users with 1 of 1, 1 of 2 and 0 of 3 good calls: 2 of 6. y - R x is 2/3, 1/3 and -1; its variance 14/18, by E[x]^2 = 4."""
    found = _known(estimate(moments(np.array([1.0, 1, 0]), np.array([1.0, 2, 3])), "ratio", variance_reduction=False))
    assert found.value == pytest.approx(1 / 3)
    assert found.variance == pytest.approx((4 / 9 + 1 / 9 + 1) / 2 / 4)


def test_a_ratio_whose_denominator_never_varies_is_a_mean() -> None:
    y = np.array([1.0, 4, 7])
    of_two = _known(estimate(moments(y, np.array([2.0, 2, 2])), "ratio", variance_reduction=False))
    halved = _known(estimate(moments(y / 2), "mean", variance_reduction=False))
    assert [of_two.value, of_two.variance] == pytest.approx([halved.value, halved.variance])


def test_the_delta_method_is_the_bootstrap_in_large_samples() -> None:
    rng = np.random.default_rng(1)
    calls = rng.geometric(0.2, 2000).astype(float)
    cost = calls * rng.exponential(1, 2000)
    found = _known(estimate(moments(cost, calls), "ratio", variance_reduction=False))
    picks = rng.integers(0, 2000, (2000, 2000))
    again = cost[picks].sum(1) / calls[picks].sum(1)
    assert np.sqrt(found.squared_error) == pytest.approx(again.std(), rel=0.06)


@pytest.mark.parametrize(
    ("given_moments", "kind"),
    [(NOBODY, "mean"), (NOBODY, "proportion"), (NOBODY, "ratio"), (Moments(3, 0, ZERO, (ZERO, ZERO, ZERO, ZERO)), "ratio")],
)  # fmt: skip
def test_without_units_or_without_calls_there_is_no_value(given_moments: Moments, kind: str) -> None:
    assert estimate(given_moments, kind, variance_reduction=True) is None  # type: ignore[arg-type]  # of the table


@pytest.mark.parametrize("successes", [0, 20])
def test_twenty_alike_are_not_certain(successes: int) -> None:
    """One more unit, half 0 and half 1: variance 1/2 / 21."""
    alike = np.ones(20) if successes else np.zeros(20)
    found = _known(estimate(moments(alike), "proportion", variance_reduction=False))
    assert found.value == successes / 20
    assert found.variance == pytest.approx(1 / 42)


def test_a_success_rate_that_is_a_ratio_keeps_its_doubt_by_its_bounds() -> None:
    """One more call, half a success: 1/2 by the 2.5 calls of a user, squared, over 5 users."""
    calls = np.array([1.0, 2, 3, 4])
    found = _known(estimate(moments(calls, calls), "ratio", variance_reduction=False, bounds=(0, 1)))
    assert found.value == 1
    assert found.variance == pytest.approx(0.5 / 2.5**2 / 5)


def test_history_that_tells_all_takes_all_variance_away() -> None:
    before = np.array([1.0, 2, 3, 4])
    found = _known(estimate(moments(2 * before, np.ones(4), before), "mean", variance_reduction=True))
    assert found.value == pytest.approx(5)
    assert found.variance == pytest.approx(0, abs=1e-12)
    assert found.variance_reduced == pytest.approx(1)


def test_history_by_hand() -> None:
    """A: after 1, 3 and before 0, 2; B: after 4, 8 and before 2, 4. Within variants: cov 2 + 4 = 6, var 2 + 2 = 4, theta 1.5.
    Mean before is 1 and 3, together 2: A is 2 + 1.5, B is 6 - 1.5. Left of the variance: 1 - 6^2 / (4 x 10)."""
    found = estimates(
        {
            "A": moments(np.array([1.0, 3]), np.ones(2), np.array([0.0, 2])),
            "B": moments(np.array([4.0, 8]), np.ones(2), np.array([2.0, 4])),
        },
        "mean",
        variance_reduction=True,
    )
    a, b = _known(found["A"]), _known(found["B"])
    assert [a.value, b.value] == pytest.approx([3.5, 4.5])
    assert a.variance == pytest.approx(2 - 3 * 2 + 2.25 * 2)  # var - 2 theta cov + theta^2 var before
    assert a.variance_reduced == pytest.approx(0.9)
    assert b.variance_reduced == pytest.approx(0.9)


def test_without_a_history_nothing_changes() -> None:
    sides = {"A": moments(np.array([1.0, 3, 5])), "B": moments(np.array([2.0, 2, 8])), "C": NOBODY}
    assert estimates(sides, "mean", variance_reduction=True) == estimates(sides, "mean", variance_reduction=False)


def test_a_history_that_never_varied_tells_nothing_not_even_by_rounding() -> None:
    y = np.array([1.0, 3, 5])
    row = (1e-17, 0.0, 1e-34, 0.0)
    rounded = moments(y)
    covariance = ((4.0, 0.0, 1e-17, 0.0), rounded.covariance[1], row, rounded.covariance[3])
    found = _known(estimate(Moments(3, 3, (3.0, 1.0, 0.1, 0.0), covariance), "mean", variance_reduction=True))
    assert (found.value, found.variance, found.variance_reduced) == (3, 4, None)


def test_history_of_a_ratio_is_its_ratio_before() -> None:
    """Users keep their rate: knowing it before leaves little."""
    rng = np.random.default_rng(2)
    rate = rng.uniform(0.2, 0.9, 3000)
    calls, before = rng.integers(20, 40, 3000), rng.integers(20, 40, 3000)
    found = _known(
        estimate(
            moments(
                rng.binomial(calls, rate).astype(float), calls.astype(float),
                rng.binomial(before, rate).astype(float), before.astype(float),
            ),
            "ratio", variance_reduction=True,
        )
    )  # fmt: skip
    assert found.variance_reduced is not None
    assert 0.6 < found.variance_reduced < 0.9


NUMBERS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=30)


@given(NUMBERS, st.integers(2, 1000))
def test_a_ratio_scales_with_its_numerator(rows: list[tuple[int, int]], scale: int) -> None:
    y, x = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    one = _known(estimate(moments(y, x), "ratio", variance_reduction=False))
    many = _known(estimate(moments(scale * y, x), "ratio", variance_reduction=False))
    assert many.value == pytest.approx(scale * one.value)
    assert many.variance == pytest.approx(scale**2 * one.variance, rel=1e-9, abs=1e-9)
