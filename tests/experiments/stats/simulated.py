"""Streams of made units, looked at many times through the statistics of the product."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from promptpulse.experiments.stats import Comparison, Kind, Method, compare, estimates
from promptpulse.metrics.estimates import Moments

Floats = NDArray[np.float64]
Row = tuple[float, float, float, float]
NOTHING: Row = (0.0, 0.0, 0.0, 0.0)


def simulator(shared: Path) -> ModuleType:
    """`data/aa_sim.py` of the shared folder."""
    name = "aa_sim"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, shared / "data" / "aa_sim.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def moments(*columns: Floats) -> Moments:
    """Of (y, x, before_y, before_x), one row a unit; columns that are not given are 1, 0, 0."""
    y = columns[0]
    rest = [np.ones_like(y), np.zeros_like(y), np.zeros_like(y)]
    rows = np.stack([y, *columns[1:], *rest[len(columns) - 1 :]])
    covariance = np.cov(rows) if y.size > 1 else np.zeros((4, 4))
    return Moments(y.size, y.size, _row(rows.mean(axis=1)), tuple(_row(line) for line in covariance))  # type: ignore[arg-type]  # four rows


def mean_moments(units: int, total: float, squares: float) -> Moments:
    """Of a mean, from the sums of its units."""
    mean = total / units
    variance = max(0.0, squares - units * mean * mean) / (units - 1) if units > 1 else 0.0
    # sums of squares do not cancel to the last digit
    variance = variance if variance > 1e-12 else 0.0
    return Moments(units, units, (mean, 1.0, 0.0, 0.0), ((variance, 0.0, 0.0, 0.0), NOTHING, NOTHING, NOTHING))


def looks(
    value: Floats, treated: NDArray[np.bool_], ends: NDArray[np.int64], kind: Kind, *, method: Method, planned: int,
    alpha: float = 0.05, fewest: int = 2,
) -> Iterator[Comparison]:  # fmt: skip
    """Comparisons of what had come until each of `ends`, from `fewest` units a variant on."""
    sums = [
        [np.cumsum(np.where(side, weight, 0.0))[ends - 1] for weight in (np.ones_like(value), value, value * value)]
        for side in (~treated, treated)
    ]
    for look in range(len(ends)):
        sides = {
            str(side): (int(units[look]), total[look], squares[look])
            for side, (units, total, squares) in enumerate(sums)
        }
        if min(side[0] for side in sides.values()) < fewest:
            continue
        found = estimates({name: mean_moments(*side) for name, side in sides.items()}, kind, variance_reduction=False)
        control, treatment = found["0"], found["1"]
        assert control is not None
        assert treatment is not None
        yield compare(control, treatment, method=method, alpha=alpha, planned_units=planned, kind=kind)


def _row(values: Floats) -> Row:
    a, b, c, d = (float(v) for v in values)
    return a, b, c, d
