"""What a comparison of two variants says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["sequential", "fixed", "bayesian"]
Kind = Literal["proportion", "mean", "ratio", "percentile"]


ROUNDING = 1e-12
"""A variance below this share of the squared value is what sums of floats leave of 0: its units are all alike."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A treatment against control. Lifts are fractions of the size of control: 0.05 is 5 % more."""

    difference: float
    low: float
    high: float
    lift: float | None
    """None where control is 0."""
    lift_low: float | None
    """None also where control is too near to 0 to bound the lift."""
    lift_high: float | None
    p_value: float | None
    """Two-sided; None for the bayesian view."""
    chance_to_win: float
    """That the treatment's value is the higher one, 0 to 1. Never a reason to stop."""


@dataclass(frozen=True, slots=True)
class Span:
    """A value and how far its limits are below and above it."""

    value: float
    below: float
    above: float
