"""Readable borders of bins: round numbers, evenly spread or, where a number spans magnitudes, by powers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

WIDE = 20.0
"""A number whose common values differ by more than this factor is shown by powers."""
OUTLIERS = 4
"""Ends that make the range so many times wider than the common values need share the outermost bins."""
FAR = 100.0
"""Powers have room for ends that make the range this many times longer."""
_OF_DECADE: tuple[tuple[float, ...], ...] = (
    (1, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.6, 6.3, 7, 8, 9),
    (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
    (1, 1.5, 2, 3, 5, 7),
    (1, 2, 5),
    (1,),
)
"""Round numbers about equally far apart by ratio, from fine to coarse."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a number's values lie."""

    low: float
    high: float
    inner_low: float
    inner_high: float
    """99.8 % of the values lie between the two, roughly."""
    positive_low: float
    """As `inner_low`, of the values above 0; 0 where there are none."""
    whole: bool
    """All are whole numbers."""


@dataclass(frozen=True, slots=True)
class Edges:
    starts: tuple[float, ...]
    """Of the bins, ascending; what lies below the first falls into it."""
    end: float
    """Of the last bin, which holds what lies above, too."""
    scale: Literal["linear", "log"]


def edges_of(spread: Spread, bins: int) -> Edges:
    """At most `bins` bins that hold all of `spread`; near values get the same borders, so that they stay when data comes."""
    if spread.low >= 0 and spread.positive_low > 0 and spread.inner_high >= WIDE * spread.positive_low:
        return _by_powers(spread, bins)
    return _evenly(spread, bins)


def round_step(at_least: float) -> float:
    """1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= at_least * (1 - 1e-9))


def _evenly(spread: Spread, bins: int) -> Edges:
    low, high = spread.low, spread.high
    if high - low > OUTLIERS * (spread.inner_high - spread.inner_low) > 0:
        low, high = spread.inner_low, spread.inner_high
    # one bin more may be needed, because the first begins at a round number
    finest = max(abs(low), abs(high)) * 1e-9
    step = round_step(max((high - low) / max(1, bins - 1), finest)) if high > low else 1.0
    step = max(1.0, step) if spread.whole else step
    first, last = math.floor(low / step + 1e-9), math.floor(high / step + 1e-9)
    starts = tuple(_clean(n * step) for n in range(first, last + 1))
    return Edges((min(spread.low, starts[0]), *starts[1:]), max(spread.high, _clean((last + 1) * step)), "linear")


def _by_powers(spread: Spread, bins: int) -> Edges:
    low, high = spread.low or spread.positive_low, spread.high
    if high / low > FAR * spread.inner_high / spread.positive_low:
        low, high = spread.positive_low, spread.inner_high
    most = bins - 1 if spread.low < low else bins
    borders: list[float] = []
    for of_decade in _OF_DECADE:
        borders = _powers(of_decade, low, high, whole=spread.whole)
        if len(borders) <= most + 1:
            break
    starts, end = borders[:-1][:most], borders[-1]
    if spread.low < starts[0]:
        starts = [0.0, *starts]
    return Edges(tuple(starts), max(end, spread.high), "log")


def _powers(of_decade: tuple[float, ...], low: float, high: float, *, whole: bool) -> list[float]:
    """Borders from the last one at or below `low` to the first one above `high`."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    every = [_clean(part * 10.0**n) for n in range(first, last + 1) for part in of_decade]
    if whole:
        every = sorted({float(round(n)) for n in every if n >= 1})
    below = max(i for i, n in enumerate(every) if n <= low or i == 0)
    above = next(i for i, n in enumerate(every) if n > high)
    return every[below : above + 1]


def _clean(value: float) -> float:
    """0.30000000000000004 is 0.3."""
    return float(f"{value:.10g}")
