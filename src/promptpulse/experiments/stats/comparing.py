"""A treatment against control, and a value alone, by any of the three methods."""

from __future__ import annotations

import math

from promptpulse.experiments.stats import bayesian, fixed, sequential
from promptpulse.experiments.stats.values import ROUNDING, Comparison, Kind, Method, Span
from promptpulse.metrics.estimates import Estimate


def interval_alpha(alpha: float, comparisons: int) -> float:
    """Alpha of each interval so that all hold together (Bonferroni)."""
    return alpha / max(1, comparisons)


def compare(
    control: Estimate, treatment: Estimate, *, method: Method, alpha: float, planned_units: int, kind: Kind
) -> Comparison:
    """`planned_units` is n* of the sequential method, the same at every look; so must `alpha` be."""
    difference = treatment.value - control.value
    variance_c, variance_t = variances(control, treatment)
    error_c, error_t = squared_errors((variance_c, control.units), (variance_t, treatment.units))
    squared_error = error_c + error_t
    chance = bayesian.chance_to_win(difference, squared_error)
    if squared_error <= 0:  # every unit is 0 in both
        lift = _lift(control.value, difference)
        return Comparison(difference, difference, difference, lift, lift, lift,
                          None if method == "bayesian" else 1.0, chance)  # fmt: skip
    if method == "fixed" and _counted(control, treatment, kind=kind):
        return _newcombe(control, treatment, alpha, chance)
    p_value: float | None = None
    match method:
        case "sequential":
            n = control.units + treatment.units
            wide = sequential.multiplier(n, alpha, planned_units)
            p_value = sequential.p_value(difference * difference / squared_error, n, alpha, planned_units)
        case "fixed":
            error_c, error_t = variance_c / control.units, variance_t / treatment.units
            wide, p_value = fixed.welch(
                (control.value, variance_c, control.units), (treatment.value, variance_t, treatment.units), alpha
            )
        case "bayesian":
            wide = fixed.two_sided_z(alpha)
    half = wide * math.sqrt(error_c + error_t)
    half_c, half_t = wide * math.sqrt(error_c), wide * math.sqrt(error_t)
    lift_low, lift_high = lift_interval(Span(control.value, half_c, half_c), Span(treatment.value, half_t, half_t))
    low, high = difference - half, difference + half
    if kind == "proportion":
        low, high = max(-1.0, low), min(1.0, high)
        lift_low = None if lift_low is None else max(-1.0, lift_low)
    lift = _lift(control.value, difference)
    return Comparison(difference, low, high, lift, lift_low, lift_high, p_value, chance)


def interval(e: Estimate, *, method: Method, alpha: float, planned_units: int, kind: Kind) -> tuple[float, float]:
    """Of the value itself."""
    if method == "fixed" and _counted(e, kind=kind):
        span = fixed.wilson(_successes(e), e.units, fixed.two_sided_z(alpha))
        return span.value - span.below, span.value + span.above
    match method:
        case "sequential":  # as one of two equal variants: n and n* count both
            wide = sequential.multiplier(2 * e.units, alpha, planned_units)
        case "fixed":
            wide = fixed.student(e.units, alpha)
        case "bayesian":
            wide = fixed.two_sided_z(alpha)
    variance = _seen(e) or _unseen(e)
    half = wide * math.sqrt(variance / e.units) if variance else 0.0
    low, high = e.value - half, e.value + half
    return (max(0.0, low), min(1.0, high)) if kind == "proportion" else (low, high)


def lift_interval(control: Span, treatment: Span) -> tuple[float | None, float | None]:
    """Limits of treatment / control - 1, as all ratios r at which the interval of treatment - r control holds 0.

    With limits at equal distances this is Fieller's interval ("Some Problems in Interval Estimation", 1954); with
    Wilson's limits it is MOVER-R of Donner and Zou ("Closed-form confidence intervals for functions of the normal mean
    and standard deviation", 2012), which belongs to Newcombe's interval. At r = 1 it asks what the difference asks: the lift's
    interval leaves out 0 exactly when the difference's does. An interval from the logarithm's variance does not, and
    has no value where a treatment is 0. None, None: control is not clearly away from 0, any lift is possible."""
    if control.value < 0:
        low, high = lift_interval(_mirrored(control), _mirrored(treatment))
        return (None, None) if low is None or high is None else (-high, -low)
    c, t = control.value, treatment.value
    a_high = c * c - control.below**2
    if a_high <= 0 or not math.isfinite(treatment.above + treatment.below):
        return None, None
    root = math.sqrt(max(0.0, (c * t) ** 2 - a_high * (t * t - treatment.above**2)))
    high = (c * t + root) / a_high
    a_low, q = c * c - control.above**2, t * t - treatment.below**2
    root = math.sqrt(max(0.0, (c * t) ** 2 - a_low * q))
    if c * t > 0:
        low = q / (c * t + root)
    elif a_low > 0:
        low = (c * t - root) / a_low
    else:  # control could be anything, and treatment is 0: a proportion, whose ratio is at least 0
        low = 0.0
    return low - 1, high - 1


def _newcombe(control: Estimate, treatment: Estimate, alpha: float, chance: float) -> Comparison:
    counts = (_successes(control), control.units, _successes(treatment), treatment.units)
    low, high = fixed.newcombe(*counts, alpha)
    z = fixed.two_sided_z(alpha)
    difference = treatment.value - control.value
    lift_low, lift_high = lift_interval(fixed.wilson(*counts[:2], z), fixed.wilson(*counts[2:], z))
    lift = _lift(control.value, difference)
    return Comparison(difference, low, high, lift, lift_low, lift_high, fixed.newcombe_p(*counts), chance)


def _counted(*sides: Estimate, kind: Kind) -> bool:
    """Whether the values are shares of units; a share that the history has moved is a mean."""
    return kind == "proportion" and all(e.variance_reduced is None for e in sides)


def _successes(e: Estimate) -> int:
    return round(e.value * e.units)


def variances(control: Estimate, treatment: Estimate) -> tuple[float, float]:
    """The variances, never 0 where units might differ after all.

    A variant whose units are all alike has shown no variance, not that there is none. It takes that of all units of both
    variants together, the distance between the variants included, which is the variance if there were no difference.
    If all of both are alike, see `_unseen`."""
    variance_c, variance_t = _seen(control), _seen(treatment)
    if variance_c and variance_t:
        return variance_c, variance_t
    n = control.units + treatment.units
    within = (control.units * variance_c + treatment.units * variance_t) / n
    between = control.units * treatment.units * (treatment.value - control.value) ** 2 / n**2
    if within + between > 0:
        return variance_c or within + between, variance_t or within + between
    return _unseen(control), _unseen(treatment)


def squared_errors(*sides: tuple[float, int]) -> tuple[float, ...]:
    """Of each value: each with its own variance, or both with the pooled one, whichever is more in all.

    Both are the same for variants of equal size. Of a skewed or rare metric a small variant that happens to be low also
    looks sure: in a split of 90 to 10 its own variance gives 7 to 18 % false alarms in 120 looks; the larger variant's
    knows better (tests/experiments/stats/test_false_positives.py). Sides: variance, units."""
    own = tuple(variance / units for variance, units in sides)
    freedom = sum(units - 1 for _, units in sides)
    if freedom < 1:
        return own
    pooled = sum((units - 1) * variance for variance, units in sides) / freedom
    alike = tuple(pooled / units for _, units in sides)
    return max(own, alike, key=sum)


def _seen(e: Estimate) -> float:
    """The variance; 0 where units are all alike."""
    return e.variance if e.variance > ROUNDING * e.value**2 else 0.0


def _unseen(e: Estimate) -> float:
    """Variance if one more unit came that is 0, where all units until now are alike."""
    return e.value**2 / (e.units + 1)


def _lift(control: float, difference: float) -> float | None:
    return difference / abs(control) if control else None


def _mirrored(span: Span) -> Span:
    return Span(-span.value, span.above, span.below)
