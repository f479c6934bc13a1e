"""What changed against the period before, and whether it is more than noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Direction = Literal["rising", "falling", "steady"]

NOTICEABLE_PERCENT = 5.0
"""Smaller changes are called steady, however sure they are."""
FEWEST_CALLS = 30
"""Rates, means and percentiles of fewer calls have no trend: they jump by chance."""
SURE_Z = 2.0
"""Changes of a count within this many standard deviations of a Poisson count are called steady, however large."""


@dataclass(frozen=True, slots=True)
class Change:
    """`percent` is None where there is nothing to compare with: growth from 0 is not 100 %."""

    percent: float | None
    trend: Direction | None


def change(now: float | None, before: float | None, *, is_count: bool) -> Change:
    """The rule: rising or falling when the value moved by more than 5 %, and, for a count of events, by more than two
    standard deviations of the difference of two Poisson counts, sqrt(now + before)."""
    if now is None or before is None:
        return Change(None, None)
    percent = 100 * (now - before) / abs(before) if before else None
    if now == before:
        return Change(percent, "steady")
    small = percent is not None and abs(percent) <= NOTICEABLE_PERCENT
    unsure = is_count and abs(now - before) <= SURE_Z * math.sqrt(now + before)
    if small or unsure:
        return Change(percent, "steady")
    return Change(percent, "rising" if now > before else "falling")
