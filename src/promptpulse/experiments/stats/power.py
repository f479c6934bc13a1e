"""How many units a test needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from promptpulse.experiments.stats import sequential
from promptpulse.experiments.stats.values import Method

MOST = 10**12
"""Nobody has more units."""


def units_needed(
    baseline: float,
    deviation: float,
    min_effect: float,
    weights: Sequence[float],
    alpha: float,
    power: float,
    method: Method,
    planned_units: int | None = None,
) -> int | None:
    """Units in all variants together that find a lift of `min_effect` (fraction of `baseline`) with the chance `power`.

    `deviation` is that between units; `weights` are in any unit, control first. None where nothing can be planned: no
    baseline, no deviation, a weight of control of 0, more units than `MOST`.
    With several treatments the one with the least weight decides, and alpha is shared (Bonferroni). `planned_units`: n* of
    a test that runs already; None: n* is what is returned. The bayesian view has no power of its own: as fixed."""
    effect = abs(baseline) * min_effect
    shares = _shares(weights)
    if effect <= 0 or deviation <= 0 or shares is None:
        return None
    control, treatment, comparisons = shares
    standardised = effect / deviation
    alpha /= comparisons
    if method == "sequential":
        units = _sequential(standardised, control, treatment, alpha, power, planned_units)
    else:
        units = _fixed(standardised, control, treatment, alpha, power)
    return None if units > MOST else math.ceil(max(units, 2 / control, 2 / treatment))


def detectable(
    units: float,
    baseline: float,
    deviation: float,
    weights: Sequence[float],
    alpha: float,
    power: float,
    method: Method,
    planned_units: int | None = None,
) -> float | None:
    """The lift (fraction of `baseline`) that so many units find with the chance `power`; the inverse of `units_needed`."""
    shares = _shares(weights)
    if units <= 0 or baseline == 0 or deviation <= 0 or shares is None:
        return None
    control, treatment, comparisons = shares
    alpha /= comparisons
    z = NormalDist().inv_cdf
    if method == "sequential":
        pair = units * (control + treatment)
        wide = sequential.multiplier(pair, alpha, planned_units or math.ceil(units))
    else:
        wide = z(1 - alpha / 2)
    error = deviation * math.sqrt((1 / control + 1 / treatment) / units)
    return (wide + z(power)) * error / abs(baseline)


def days_left(units: int, needed: int | None, units_per_day: float | None) -> float | None:
    """None where it cannot be said: nothing planned, nobody comes."""
    if needed is None:
        return None
    if units >= needed:
        return 0.0
    return (needed - units) / units_per_day if units_per_day else None


def _sequential(
    standardised: float, control: float, treatment: float, alpha: float, power: float, planned_units: int | None
) -> float:
    """A difference is found at n at the latest if it is then more than a half-width from 0: with multiplier m and standard
    error s, P(|D| > m s) >= power where effect >= (m + z_power) s. Looks before n only add to it (see
    tests/experiments/stats/test_power.py), so that the power holds."""
    z = NormalDist().inv_cdf(power)
    scatter = 1 / control + 1 / treatment

    def finds(n: float) -> bool:
        wide = sequential.multiplier(n * (control + treatment), alpha, planned_units or math.ceil(n))
        return standardised >= (wide + z) * math.sqrt(scatter / n)

    low, high = 1.0, 2.0
    while high <= MOST and not finds(high):
        low, high = high, 2 * high
    while high <= MOST and high - low > 0.5:
        middle = (low + high) / 2
        low, high = (low, middle) if finds(middle) else (middle, high)
    return high


def _fixed(standardised: float, control: float, treatment: float, alpha: float, power: float) -> float:
    """effect >= (z_alpha/2 + z_power) s. That is `statsmodels.stats.power.NormalIndPower`, whose `solve_power` takes 2 ms and
    has no answer for tiny effects; they are compared in tests/experiments/stats/test_power.py."""
    z = NormalDist().inv_cdf
    root = max(0.0, z(1 - alpha / 2) + z(power)) / standardised
    return root * root * (1 / control + 1 / treatment)


def _shares(weights: Sequence[float]) -> tuple[float, float, int] | None:
    """Share of control, of the smallest treatment, and how many treatments there are."""
    treatments = [weight for weight in weights[1:] if weight > 0]
    if not treatments or weights[0] <= 0:
        return None
    total = weights[0] + sum(treatments)
    return weights[0] / total, min(treatments) / total, len(treatments)
