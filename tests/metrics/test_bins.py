"""Borders of bins: round, few, and around everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptpulse.metrics.bins import Spread, edges_of


@pytest.mark.parametrize(
    ("spread", "bins", "starts", "end", "scale"),
    [
        # low, high, the common values from, to, the positive ones from, whole
        (Spread(0, 3, 0, 3, 1, True), 40, (0, 1, 2, 3), 4, "linear"),
        (Spread(5, 5, 5, 5, 5, True), 40, (5,), 6, "linear"),
        (Spread(0, 0, 0, 0, 0, False), 40, (0,), 1, "linear"),
        (Spread(-5, 5, -4, 4, 1, False), 6, (-6, -4, -2, 0, 2, 4), 6, "linear"),
        # one value of 1,000 does not flatten the others
        (Spread(0, 1000, 0, 10, 1, True), 6, (0, 2, 4, 6, 8, 10), 1000, "linear"),
        (Spread(100, 4000, 100, 4000, 100, False), 6, (100, 200, 500, 1000, 2000), 5000, "log"),
        (Spread(1, 90, 1, 90, 1, True), 15, (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70), 100, "log"),
        # zeros have a bin of their own before the powers
        (Spread(0, 4000, 0, 4000, 100, False), 7, (0, 100, 200, 500, 1000, 2000), 5000, "log"),
        # what is a thousand times below the rest shares the first bin, what is above the last
        (Spread(0.001, 1e9, 10, 1000, 10, False), 8, (0, 10, 20, 50, 100, 200, 500, 1000), 1e9, "log"),
    ],
)
def test_borders_are_round_numbers(
    spread: Spread, bins: int, starts: tuple[float, ...], end: float, scale: str
) -> None:
    found = edges_of(spread, bins)
    assert (found.starts, found.end, found.scale) == (starts, end, scale)


@given(
    st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=4, max_size=4).map(sorted),
    st.integers(2, 100),
    st.booleans(),
)
def test_borders_ascend_hold_everything_and_are_not_too_many(four: list[float], bins: int, whole: bool) -> None:
    low, inner_low, inner_high, high = map(round, four) if whole else four
    positive = max(inner_low, 1e-9) if high > 0 else 0.0
    found = edges_of(Spread(low, high, inner_low, inner_high, min(positive, max(high, 0.0)), whole), bins)
    assert list(found.starts) == sorted(set(found.starts))
    assert found.starts[0] <= low
    assert found.end >= high
    assert found.end > found.starts[-1]
    assert len(found.starts) <= bins
