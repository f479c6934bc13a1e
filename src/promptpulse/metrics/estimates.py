"""What experiments know of a metric in one variant, with units (users, sessions) as what varies, never calls."""

from __future__ import annotations

from dataclasses import dataclass

Four = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Moments:
    """Means and sample covariances, over units, of (y, x, before_y, before_x).

    A ratio metric is sum(y) / sum(x): successes and calls, cost and calls, sum and number of scores. A mean or a
    proportion has x = 1. `before_*` are the same figures of the unit before it was assigned; all 0 without a history."""

    units: int
    observations: int
    """Calls, scores or events behind the units."""
    mean: Four
    covariance: tuple[Four, Four, Four, Four]
    """All 0 when there is one unit."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and how sure it is."""

    units: int
    observations: int
    value: float
    variance: float
    """Between units: the variance of the value is `variance / units`."""
    variance_reduced: float | None = None
    """Share of the variance that the history took away, 0 to 1; None: not used."""

    @property
    def squared_error(self) -> float:
        """Variance of the value."""
        return self.variance / self.units
