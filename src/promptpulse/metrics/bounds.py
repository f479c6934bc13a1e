"""Where the values of a metric are wrong: a fixed number, one that follows from a former value, or from what is expected.

Everything is an array, over the series of a round or over the rounds of a trial; NaN is "not known" or "no bound"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Op = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Values below `low` or above `high` are wrong; those between them and the others not good again yet."""

    low: Floats
    high: Floats
    clear_low: Floats
    clear_high: Floats
    judged: NDArray[np.bool_]
    """Enough is known to tell."""


def fixed(op: Op, value: float, clear: float | None, size: int) -> Bounds:
    return _one_side(op, np.full(size, value), None if clear is None else np.full(size, clear))


def from_former(op: Op, by: float, clear: float | None, former: Floats, unit: Literal["percent", "absolute"]) -> Bounds:
    """A rise (or fall) of `former` by so much. A part of 0 is not known: growth from 0 is not 100 %."""
    sign = 1.0 if op == "above" else -1.0

    def moved(size: float) -> Floats:
        if unit == "absolute":
            return former + sign * size
        return np.where(former == 0, np.nan, former + sign * np.abs(former) * size / 100)

    return _one_side(op, moved(by), None if clear is None else moved(clear))


def from_expected(op: Op, factor: float, clear: float | None, expected: Floats) -> Bounds:
    """So many times what is expected."""
    return _one_side(op, expected * factor, None if clear is None else expected * clear)


def change_of(values: Floats, former: Floats, unit: Literal["percent", "absolute"]) -> Floats:
    """How far values rose (or fell, below 0); the other way round of `from_former`."""
    if unit == "absolute":
        return values - former
    return 100 * (values - former) / np.where(former == 0, np.nan, np.abs(former))


def factor_of(values: Floats, expected: Floats) -> Floats:
    """How many times what is expected; NaN where that is nothing."""
    return values / np.where(expected > 0, expected, np.nan)


def from_band(direction: Literal["above", "below", "both"], low: Floats, high: Floats) -> Bounds:
    nothing = np.full(len(low), np.nan)
    known = ~(np.isnan(low) | np.isnan(high))
    low, high = (nothing if direction == "above" else low), (nothing if direction == "below" else high)
    return Bounds(low, high, nothing, nothing, known)


def unbounded(size: int) -> Bounds:
    """Every value is good."""
    nothing = np.full(size, np.nan)
    return Bounds(nothing, nothing, nothing, nothing, np.ones(size, dtype=np.bool_))


def _one_side(op: Op, bound: Floats, clear: Floats | None) -> Bounds:
    nothing = np.full(len(bound), np.nan)
    clear = nothing if clear is None else clear
    known = ~np.isnan(bound)
    if op == "above":
        return Bounds(nothing, bound, nothing, clear, known)
    return Bounds(bound, nothing, clear, nothing, known)


def rare(op: Op, values: Floats) -> list[float]:
    """Round numbers that few of the values pass, from often passed to never; for suggesting a limit."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    ordered = known if op == "above" else -known
    marks = [*np.quantile(ordered, (0.95, 0.99, 0.995, 0.999, 0.9995)), float(ordered.max())]
    sign = 1.0 if op == "above" else -1.0
    found = dict.fromkeys(_rounded_away(sign * float(mark), op) for mark in marks)
    return [*found]


def _rounded_away(value: float, op: Op) -> float:
    """To two digits, so that fewer values pass it."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    steps = value / unit
    whole = math.floor(steps) + 1 if op == "above" else math.ceil(steps) - 1
    return float(f"{whole * unit:.10g}")


def worst(op: Op, values: Floats, pieces: int) -> NDArray[np.int64]:
    """Positions of the worst value of each of at most `pieces` equal parts, of what is known; else of its last."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    width = -(-len(values) // pieces)
    found = []
    for start in range(0, len(values), width):
        part = values[start : start + width]
        known = np.flatnonzero(~np.isnan(part))
        if not len(known):
            found.append(start + len(part) - 1)
            continue
        at = known[np.argmax(part[known]) if op == "above" else np.argmin(part[known])]
        found.append(start + int(at))
    return np.array(found, dtype=np.int64)


def extreme(op: Op, values: Floats) -> float | None:
    """The worst value; None when none is known."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    return float(known.max() if op == "above" else known.min())
