"""One look at the end that was planned before the start. Every further look adds false alarms."""

# scipy.stats and statsmodels take 1 s and 120 MB to import: whoever never asks for this view never pays for them
# ruff: noqa: PLC0415

from __future__ import annotations

import math
from statistics import NormalDist

from promptpulse.experiments.stats.values import Span

_HALVINGS = 60


def welch(control: tuple[float, float, int], treatment: tuple[float, float, int], alpha: float) -> tuple[float, float]:
    """Multiplier of the standard error, and p, of Welch's t-test. Each side: value, variance between units, units."""
    from scipy.special import stdtrit
    from scipy.stats import ttest_ind_from_stats

    (value_c, variance_c, units_c), (value_t, variance_t, units_t) = control, treatment
    if min(units_c, units_t) < 2:
        return math.inf, 1.0
    error_c, error_t = variance_c / units_c, variance_t / units_t
    error = math.sqrt(error_c + error_t)
    # in standard errors, so that no power of a tiny number is 0
    test = ttest_ind_from_stats(
        (value_t - value_c) / error, math.sqrt(variance_t) / error, units_t,
        0.0, math.sqrt(variance_c) / error, units_c, equal_var=False,
    )  # fmt: skip
    share_c, share_t = error_c / error**2, error_t / error**2
    freedom = 1 / (share_c**2 / (units_c - 1) + share_t**2 / (units_t - 1))  # Welch-Satterthwaite
    return float(stdtrit(freedom, 1 - alpha / 2)), float(test.pvalue)


def newcombe(successes_c: int, units_c: int, successes_t: int, units_t: int, alpha: float) -> tuple[float, float]:
    """Interval of the difference of two proportions of units: Newcombe, "Interval estimation for the difference between
    independent proportions" (Statistics in Medicine 17, 1998), method 10."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        successes_t, units_t, successes_c, units_c, compare="diff", method="newcomb", alpha=alpha
    )
    return float(low), float(high)


def newcombe_p(successes_c: int, units_c: int, successes_t: int, units_t: int) -> float:
    """The alpha at which Newcombe's interval touches 0, so that p and interval never disagree."""
    if successes_c * units_t == successes_t * units_c:
        return 1.0
    (few, few_of), (many, many_of) = sorted(
        [(successes_c, units_c), (successes_t, units_t)], key=lambda pair: pair[0] / pair[1]
    )
    gap = many / many_of - few / few_of

    def touches(z: float) -> bool:
        return math.hypot(wilson(many, many_of, z).below, wilson(few, few_of, z).above) >= gap

    low, high = 0.0, 1.0
    while not touches(high):
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if touches(middle) else (middle, high)
    return math.erfc(low / math.sqrt(2))


def wilson(successes: float, units: int, z: float) -> Span:
    """Wilson's score interval of a proportion; Brown, Cai, DasGupta, "Interval Estimation for a Binomial
    Proportion" (2001), section 3.1."""
    value = successes / units
    centre = (successes + z * z / 2) / (units + z * z)
    half = z / (units + z * z) * math.sqrt(units * value * (1 - value) + z * z / 4)
    return Span(value, max(0.0, value - max(0.0, centre - half)), max(0.0, min(1.0, centre + half) - value))


def two_sided_z(alpha: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2)


def student(units: int, alpha: float) -> float:
    """Multiplier of the standard error of one mean; of a single unit as of two: wide, but a number."""
    from scipy.special import stdtrit

    return float(stdtrit(max(1, units - 1), 1 - alpha / 2))
