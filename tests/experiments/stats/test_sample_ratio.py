import math

import pytest

from promptpulse.experiments.stats import sample_ratio


def test_one_unit_says_nothing() -> None:
    """e = [G(51) G(50) / G(101)] / [G(50)^2 / G(100)] / (1/2) = (50 / 100) / (1/2) = 1."""
    assert sample_ratio([1, 0], [50, 50]).p_value == pytest.approx(1)


def test_two_units_on_one_side() -> None:
    """By hand: (50/100) (51/101) / (1/4) = 102/101, so p = 101/102."""
    assert sample_ratio([2, 0], [1, 1]).p_value == pytest.approx(101 / 102)


@pytest.mark.parametrize(
    ("counts", "weights", "healthy"),
    [
        ([0, 0], [50, 50], True),
        ([5000, 5000], [50, 50], True),
        ([5000, 5100], [50, 50], True),
        ([5000, 5500], [50, 50], False),
        ([9000, 1000], [90, 10], True),
        ([9000, 1000], [80, 20], False),
        ([3333, 3333, 3334], [1, 1, 1], True),
        ([1000, 1000, 0], [50, 50, 0], True),  # a variant of weight 0 gets nobody
        ([1000, 1000, 1], [50, 50, 0], False),  # and yet it did
        ([200, 0], [50, 50], False),  # one variant stays empty
        ([200, 0], [100, 0], True),
    ],
)
def test_a_split_that_chance_does_not_make_is_an_alarm(counts: list[int], weights: list[float], healthy: bool) -> None:
    assert sample_ratio(counts, weights).healthy is healthy


def test_no_units_and_no_doubt() -> None:
    assert sample_ratio([0, 0], [50, 50]).p_value == 1


def test_the_order_of_variants_and_the_scale_of_weights_do_not_matter() -> None:
    assert sample_ratio([10, 40], [20, 80]).p_value == pytest.approx(sample_ratio([40, 10], [0.8, 0.2]).p_value)


def test_a_million_units_do_not_overflow() -> None:
    p = sample_ratio([1_000_000, 1_100_000], [50, 50]).p_value
    assert 0 <= p < 1e-100
    assert math.isfinite(p)
