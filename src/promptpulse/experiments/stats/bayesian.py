"""Chance to win. Shown, never a reason to stop: stopping when it passes 95 % gives 46 to 53 % false alarms in 50 looks."""

from __future__ import annotations

import math


def chance_to_win(difference: float, squared_error: float) -> float:
    """That the treatment's value is higher: with a flat prior the difference is normal around what was measured."""
    if squared_error <= 0:
        return 0.5 if difference == 0 else float(difference > 0)
    return math.erfc(-difference / math.sqrt(2 * squared_error)) / 2
