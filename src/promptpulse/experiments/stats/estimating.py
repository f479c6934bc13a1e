"""Value and variance of a metric from the moments of its units: delta method, history (CUPED), and a guard for
units that are all alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from promptpulse.experiments.stats.values import ROUNDING, Kind
from promptpulse.metrics.estimates import Estimate, Four, Moments


def estimate(
    moments: Moments, kind: Kind, *, variance_reduction: bool, bounds: tuple[float, float] | None = None
) -> Estimate | None:
    """One variant alone; see `estimates`, which variants that are compared need: their history must be weighed alike."""
    return estimates({"": moments}, kind, variance_reduction=variance_reduction, bounds=bounds)[""]


def estimates(
    by_variant: Mapping[str, Moments],
    kind: Kind,
    *,
    variance_reduction: bool,
    bounds: tuple[float, float] | None = None,
) -> dict[str, Estimate | None]:
    """Values of the variants of one experiment; None without units, or where a ratio's denominator is 0.

    `bounds`: the least and the greatest value that a unit (of a ratio: an observation) can have, such as (0, 1) for a
    success rate; known of proportions. They keep the variance above 0 where all units are alike: see `_with_doubt`."""
    if kind == "proportion":
        bounds = (0.0, 1.0)
    lines = {name: _line(moments, kind) for name, moments in by_variant.items()}
    known = [line for line in lines.values() if line is not None]
    history = _history(known, kind) if variance_reduction else None
    return {name: None if line is None else _estimate(line, history, bounds) for name, line in lines.items()}


@dataclass(frozen=True, slots=True)
class _Line:
    """A variant whose metric is a mean of units: of y itself, or of the ratio's linear part."""

    moments: Moments
    value: float
    weights: Four
    """Of (y, x, before_y, before_x) in what varies around `value`."""

    @property
    def variance(self) -> float:
        return _covariance(self.moments, self.weights, self.weights)


@dataclass(frozen=True, slots=True)
class _History:
    weights: Four
    mean: float
    theta: float
    share: float


def _line(moments: Moments, kind: Kind) -> _Line | None:
    """Of a ratio R = E[y] / E[x], units vary as (y - R x) / E[x] to first order, so that its variance is
    (var y - 2 R cov(y, x) + R^2 var x) / E[x]^2 / n: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics"
    (KDD 2018, arXiv 1803.06336), section 2 for ratios, section 3 for units with many calls."""
    y, x, _, _ = moments.mean
    if moments.units < 1 or (kind == "ratio" and x == 0):
        return None
    if kind == "ratio":
        return _Line(moments, y / x, (1 / x, -y / x / x, 0.0, 0.0))
    return _Line(moments, y, (1.0, 0.0, 0.0, 0.0))


def _history(lines: list[_Line], kind: Kind) -> _History | None:
    """CUPED: Deng, Xu, Kohavi, Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing
    Pre-Experiment Data" (WSDM 2013), section 3.2: value - theta (history - its expectation), theta = cov / var
    (equation 4), leaves 1 - correlation^2 of the variance.

    What is subtracted must be the same function of a unit's history in every variant, or variants would be moved apart:
    one theta, one ratio before and one expectation, pooled over the variants. None without a history."""
    units = sum(line.moments.units for line in lines)
    if not units:
        return None
    before_y, before_x = (sum(line.moments.units * line.moments.mean[i] for line in lines) / units for i in (2, 3))
    if kind == "ratio":
        if before_x == 0:
            return None
        weights = (0.0, 0.0, 1.0, -before_y / before_x)
    else:
        weights = (0.0, 0.0, 1.0, 0.0)
    value = before = both = floor = 0.0
    for line in lines:
        freedom = line.moments.units - 1
        value += freedom * line.variance
        before += freedom * _covariance(line.moments, weights, weights)
        both += freedom * _covariance(line.moments, line.weights, weights)
        floor += freedom * ROUNDING * before_y**2
    if before <= floor or value <= 0:
        return None
    mean = weights[2] * before_y + weights[3] * before_x
    return _History(weights, mean, both / before, min(1.0, both * both / (before * value)))


def _estimate(line: _Line, history: _History | None, bounds: tuple[float, float] | None) -> Estimate:
    moments, value, variance = line.moments, line.value, line.variance
    if history is not None:
        mean = sum(w * m for w, m in zip(history.weights, moments.mean, strict=True))
        left: Four = tuple(a - history.theta * b for a, b in zip(line.weights, history.weights, strict=True))  # type: ignore[assignment]  # four and four are four
        value -= history.theta * (mean - history.mean)
        variance = max(0.0, _covariance(moments, left, left))
    if bounds is not None:
        variance = _with_doubt(line, variance, *bounds)
    share = None if history is None else history.share
    return Estimate(moments.units, moments.observations, value, variance, share)


def _with_doubt(line: _Line, variance: float, lowest: float, highest: float) -> float:
    """The variance with one more unit of one observation that is half at the lowest and half at the highest value possible.

    0 successes of 20 do not prove that there are none. The added observation is what Jeffreys' prior, Beta(1/2, 1/2), adds
    to a proportion (Brown, Cai, DasGupta, "Interval Estimation for a Binomial Proportion", 2001, section 3.1). It never
    makes a proportion surer, and is soon nothing beside the units that came."""
    unit = line.weights[0] ** 2 * ((line.value - lowest) ** 2 + (highest - line.value) ** 2) / 2
    return (line.moments.units * variance + unit) / (line.moments.units + 1)


def _covariance(moments: Moments, a: Four, b: Four) -> float:
    return sum(
        u * v * c for u, row in zip(a, moments.covariance, strict=True) if u for v, c in zip(b, row, strict=True) if v
    )
