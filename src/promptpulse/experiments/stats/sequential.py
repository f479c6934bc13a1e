"""Intervals and p-values that hold at every look: the asymptotic confidence sequence.

Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"
(arXiv 2103.06476, version 7): equation 9 gives the half-width

    sigma sqrt(2 (n rho^2 + 1) / (n^2 rho^2) ln(sqrt(n rho^2 + 1) / alpha))

and equation 161 the rho that is tightest at n*: rho^2 = (-2 ln alpha + ln(-2 ln alpha + 1)) / n*. For two variants
n = n_c + n_t, and sigma^2 / n is the variance of the difference of the means. n* must be fixed before the start."""

from __future__ import annotations

import math

SMALLEST_PLAN = 500
"""n* is never below it. The theorem holds for growing n; a smaller n* spends alpha on the first few units, whose variance
nobody knows. With it, false alarms stay within alpha from 10 units a variant on; a ratio of wildly different users gives
5.8 % from 2 on (tests/experiments/stats/test_false_positives.py)."""


def multiplier(n: float, alpha: float, planned_units: int) -> float:
    """Half-width in standard errors; `n` units in both variants together."""
    k = _spread(n, alpha, planned_units)
    return math.sqrt(2 * k / (k - 1) * math.log(math.sqrt(k) / alpha))


def p_value(squared_z: float, n: float, alpha: float, planned_units: int) -> float:
    """The alpha at which an interval with this rho touches 0: min(1, sqrt(k) exp(-(k - 1) z^2 / (2 k))). `alpha` only
    sets rho; it must be the same at every look."""
    k = _spread(n, alpha, planned_units)
    return min(1.0, math.sqrt(k) * math.exp(-(k - 1) / (2 * k) * squared_z))


def _spread(n: float, alpha: float, planned_units: int) -> float:
    """k = n rho^2 + 1."""
    return 1 + n * (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / max(planned_units, SMALLEST_PLAN)
