import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import beta, ttest_ind_from_stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from promptpulse.experiments.stats import Comparison, Kind, Method, compare, interval, interval_alpha
from promptpulse.metrics.estimates import Estimate

METHODS: tuple[Method, ...] = ("sequential", "fixed", "bayesian")


def _mean(value: float, variance: float, units: int) -> Estimate:
    return Estimate(units, units, value, variance)


def _share(successes: int, units: int) -> Estimate:
    p = successes / units
    return Estimate(units, units, p, (units * p * (1 - p) + (p * p + (1 - p) ** 2) / 2) / (units + 1))


def _compared(
    control: Estimate, treatment: Estimate, method: Method = "sequential", kind: Kind = "mean", alpha: float = 0.05
) -> Comparison:
    return compare(control, treatment, method=method, alpha=alpha, planned_units=5000, kind=kind)


def test_the_confidence_sequence_by_hand() -> None:
    """rho^2 n* = -2 ln .05 + ln(-2 ln .05 + 1) = 5.991465 + 1.944690; at n = n* that is k - 1 = 7.936155. With a standard
    error of 1/50: half-width = 1/50 sqrt(2 x 8.936155 / 7.936155 x ln(sqrt 8.936155 / .05)) = .02 x 3.035209."""
    found = _compared(_mean(1, 0.5, 2500), _mean(1.1, 0.5, 2500))
    assert found.high - found.difference == pytest.approx(0.02 * 3.035209, rel=1e-6)
    assert found.difference - found.low == pytest.approx(0.02 * 3.035209, rel=1e-6)
    # z = .1 / .02 = 5: p = sqrt 8.936155 exp(-7.936155 / (2 x 8.936155) x 25)
    assert found.p_value == pytest.approx(2.989340 * math.exp(-11.101187), rel=1e-5)


def test_welch_is_that_of_scipy() -> None:
    found = _compared(_mean(10, 4, 30), _mean(11.5, 9, 20), "fixed")
    expected = ttest_ind_from_stats(11.5, 3, 20, 10, 2, 30, equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue)
    # df = (9/20 + 4/30)^2 / ((9/20)^2 / 19 + (4/30)^2 / 29) = 30.19, t(.975) = 2.0417
    assert found.high - found.low == pytest.approx(2 * 2.0417 * math.sqrt(9 / 20 + 4 / 30), rel=1e-4)


def test_proportions_are_compared_by_newcombe() -> None:
    """Newcombe (1998), table II: 56/70 against 48/80 is .2000, from .0524 to .3339."""
    found = _compared(_share(48, 80), _share(56, 70), "fixed", "proportion")
    assert [found.low, found.high] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert (found.low, found.high) == pytest.approx(
        confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff", alpha=0.05)
    )


@given(st.integers(0, 60), st.integers(0, 80))
def test_newcombe_touches_zero_at_its_p(control: int, treatment: int) -> None:
    found = _compared(_share(control, 60), _share(treatment, 80), "fixed", "proportion")
    assert found.p_value is not None
    assume(1e-6 < found.p_value < 0.999)
    low, high = confint_proportions_2indep(
        treatment, 80, control, 60, method="newcomb", compare="diff", alpha=found.p_value
    )
    assert min(abs(low), abs(high)) < 1e-6


def test_no_success_of_twenty_is_no_certainty() -> None:
    """Neither that the variants are equal, nor that nobody ever succeeds."""
    for method in METHODS:
        both = _compared(_share(0, 20), _share(0, 20), method, "proportion")
        assert both.low < -0.05
        assert both.high > 0.05
        assert both.chance_to_win == pytest.approx(0.5)
        assert both.p_value in {None, 1.0}
        assert both.lift is None
        low, high = interval(_share(0, 20), method=method, alpha=0.05, planned_units=5000, kind="proportion")
        assert low == pytest.approx(0)
        assert 0.05 < high < 1
    few = _compared(_share(3, 20), _share(0, 20), "sequential", "proportion")
    assert few.low < 0 < few.high


def test_ratings_that_are_all_alike_borrow_the_variance_of_the_other() -> None:
    """All five in B, four or five in A: B's doubt is that of A and of the distance."""
    found = _compared(_mean(4.5, 0.25, 50), _mean(5, 0, 50), "bayesian")
    # within .125, between .25 x .5^2 = .0625: B's variance is .1875
    assert found.high - found.difference == pytest.approx(1.959964 * math.sqrt((0.25 + 0.1875) / 50), rel=1e-6)


def test_ratings_that_are_all_alike_in_both_are_not_proven_equal() -> None:
    found = _compared(_mean(5, 0, 99), _mean(5, 0, 99))
    assert found.difference == 0
    assert found.high > 0.2  # a unit of 0 in 100 would be .05 less
    assert found.p_value == 1


def test_what_rounding_leaves_of_no_variance_is_no_variance() -> None:
    """0.1 a hundred times: floats find a variance of 1e-34."""
    assert _compared(_mean(0.1, 1e-34, 100), _mean(0.1, 1e-34, 100)) == _compared(
        _mean(0.1, 0, 100), _mean(0.1, 0, 100)
    )
    assert _compared(_mean(0.1, 1e-34, 100), _mean(0.2, 0.01, 100)) == _compared(
        _mean(0.1, 0, 100), _mean(0.2, 0.01, 100)
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["proportion", "mean", "ratio", "percentile"])
def test_extreme_numbers_give_numbers(method: Method, kind: Kind) -> None:
    extremes = [
        _mean(0, 0, 2),
        _mean(1, 0, 2),
        _mean(0.5, 0.25, 10**7),
        _mean(0.5, 1e-300, 2),
        _mean(1e-200, 1e-300, 3),
    ]
    for control in extremes:
        low, high = interval(control, method=method, alpha=1e-6, planned_units=10**9, kind=kind)
        assert math.isfinite(low)
        assert math.isfinite(high)
        for treatment in extremes:
            found = compare(control, treatment, method=method, alpha=1e-6, planned_units=10**9, kind=kind)
            numbers = (found.low, found.high, found.lift_low, found.lift_high, found.p_value, found.chance_to_win)
            assert all(math.isfinite(number) for number in numbers if number is not None)


def test_where_every_unit_is_zero_there_is_no_lift() -> None:
    for method in METHODS:
        found = _compared(_mean(0, 0, 10), _mean(0, 0, 10), method)
        assert (found.difference, found.low, found.high, found.lift, found.lift_low) == (0, 0, 0, None, None)


def test_one_unit_has_no_t_test() -> None:
    found = _compared(_mean(1, 1, 10), _mean(3, 0, 1), "fixed")
    assert found.p_value == 1
    assert (found.lift_low, found.lift_high) == (None, None)


def test_the_smaller_variant_does_not_set_the_variance_alone() -> None:
    """10 calm units beside 90 wild ones: their variance is believed to be that of all."""
    found = _compared(_mean(0, 1, 91), _mean(1, 0.01, 11), "bayesian")
    pooled = (90 * 1 + 10 * 0.01) / 100
    assert found.high - found.low == pytest.approx(2 * 1.959964 * math.sqrt(pooled * (1 / 91 + 1 / 11)), rel=1e-6)


def test_the_lift_is_fiellers() -> None:
    """10 +- 1 and 12 +- 1 in half-widths: r from (120 - sqrt(120^2 - 99 x 143)) / 99 to (120 + sqrt(120^2 - 99 x 143)) / 99."""
    one = 100 / 1.959964**2  # half-width 1 of 100 units
    found = _compared(_mean(10, one, 100), _mean(12, one, 100), "bayesian")
    root = math.sqrt(120**2 - 99 * 143)
    assert found.lift == pytest.approx(0.2)
    assert found.lift_low == pytest.approx((120 - root) / 99 - 1, rel=1e-5)
    assert found.lift_high == pytest.approx((120 + root) / 99 - 1, rel=1e-5)


def test_a_control_that_may_be_zero_bounds_no_lift() -> None:
    found = _compared(_mean(0.1, 1, 100), _mean(0.2, 1, 100))
    assert found.lift == pytest.approx(1)
    assert (found.lift_low, found.lift_high) == (None, None)


def test_below_zero_a_gain_is_still_a_gain() -> None:
    up = _compared(_mean(10, 1, 1000), _mean(11, 1, 1000))
    mirrored = _compared(_mean(-11, 1, 1000), _mean(-10, 1, 1000))
    assert mirrored.lift == pytest.approx(1 / 11)
    assert mirrored.lift_low is not None
    assert mirrored.lift_high is not None
    assert up.difference == mirrored.difference
    assert 0 < mirrored.lift_low < 1 / 11 < mirrored.lift_high


@pytest.mark.parametrize(
    ("control", "treatment"), [((5, 50), (10, 50)), ((48, 80), (56, 70)), ((30, 1000), (45, 1000))]
)
def test_the_chance_to_win_is_near_that_of_beta_posteriors(
    control: tuple[int, int], treatment: tuple[int, int]
) -> None:
    found = _compared(_share(*control), _share(*treatment), "bayesian", "proportion").chance_to_win
    (a, of_a), (b, of_b) = control, treatment
    grid = (np.arange(4000) + 0.5) / 4000
    exact = float(np.mean(beta.cdf(beta.ppf(grid, b + 0.5, of_b - b + 0.5), a + 0.5, of_a - a + 0.5)))
    assert found == pytest.approx(exact, abs=0.01)


def test_wilson_of_one_proportion() -> None:
    found = interval(_share(8, 20), method="fixed", alpha=0.05, planned_units=5000, kind="proportion")
    assert found == pytest.approx(proportion_confint(8, 20, method="wilson"))


def test_many_intervals_share_alpha() -> None:
    assert interval_alpha(0.05, 4) == 0.0125
    assert interval_alpha(0.05, 0) == 0.05


SCALES = st.sampled_from(
    [2.0**power for power in range(-10, 11)]
)  # exact in floats, also where a lift is all but unbounded
SIDES = st.builds(_mean, st.floats(1, 100), st.floats(0.01, 100), st.integers(5, 5000))
SHARES = st.integers(5, 400).flatmap(lambda n: st.builds(_share, st.integers(0, n), st.just(n)))


@given(SIDES, SIDES, st.sampled_from(METHODS))
def test_swapping_the_variants_turns_the_sign(a: Estimate, b: Estimate, method: Method) -> None:
    there, back = _compared(a, b, method), _compared(b, a, method)
    assert there.low == pytest.approx(-back.high)
    assert there.high == pytest.approx(-back.low)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.chance_to_win == pytest.approx(1 - back.chance_to_win)


@given(SIDES, SIDES, st.sampled_from(METHODS), SCALES)
def test_units_of_measure_do_not_matter(a: Estimate, b: Estimate, method: Method, scale: float) -> None:
    def scaled(e: Estimate) -> Estimate:
        return Estimate(e.units, e.observations, e.value * scale, e.variance * scale**2)

    one, other = _compared(a, b, method), _compared(scaled(a), scaled(b), method)
    assert (other.low, other.high) == (one.low * scale, one.high * scale)
    assert other.p_value == one.p_value
    assert (other.lift, other.lift_low, other.lift_high) == (one.lift, one.lift_low, one.lift_high)


@given(SIDES, SIDES, st.sampled_from(METHODS))
def test_a_smaller_alpha_is_a_wider_interval(a: Estimate, b: Estimate, method: Method) -> None:
    loose, strict = _compared(a, b, method, alpha=0.05), _compared(a, b, method, alpha=0.01)
    assert strict.low <= loose.low <= loose.difference <= loose.high <= strict.high


@given(SIDES, SIDES)
def test_more_of_the_same_units_are_surer(a: Estimate, b: Estimate) -> None:
    def tenfold(e: Estimate) -> Estimate:
        return Estimate(10 * e.units, e.observations, e.value, e.variance)

    few, many = _compared(a, b), _compared(tenfold(a), tenfold(b))
    assert many.high - many.low < few.high - few.low
    assert few.p_value is not None
    assert many.p_value is not None
    assert many.p_value <= few.p_value + 1e-12 or few.p_value == 1


@given(SIDES, SIDES, st.sampled_from(("sequential", "fixed")))
def test_lift_interval_and_p_agree(a: Estimate, b: Estimate, method: Method) -> None:
    _agree(_compared(a, b, method))


@given(SHARES, SHARES, st.sampled_from(("sequential", "fixed")))
def test_lift_interval_and_p_of_proportions_agree(a: Estimate, b: Estimate, method: Method) -> None:
    _agree(_compared(a, b, method, "proportion"))


def _agree(found: Comparison) -> None:
    """Significant, the difference's interval leaves out 0, the lift's leaves out 0: all or none."""
    assert found.p_value is not None
    assume(abs(found.p_value - 0.05) > 1e-6)
    significant = found.p_value < 0.05
    assert (found.low > 0 or found.high < 0) == significant
    if found.lift_low is not None and found.lift_high is not None:
        assert (found.lift_low > 0 or found.lift_high < 0) == significant
        assert found.lift is not None
        assert found.lift_low - 1e-9 <= found.lift <= found.lift_high + 1e-9
