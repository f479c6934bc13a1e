"""p-values corrected for how many comparisons there are.

Both are a few lines here, and tested against `statsmodels.stats.multitest.multipletests`, because its "holm" calls
`gc.collect()`: 50 ms in which the whole server stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Family = Literal["holm", "bh"]


def adjusted(p_values: Sequence[float | None], family: Family) -> list[float | None]:
    """Below alpha exactly where the correction rejects at alpha. None is a comparison that is not there: stays None, and
    is not counted.

    holm: no false alarm at all with 1 - alpha (Holm, "A simple sequentially rejective multiple test procedure", 1979).
    bh: at most a share alpha of the alarms is false (Benjamini, Hochberg, "Controlling the false discovery rate", 1995)."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    count, result = len(known), list(p_values)
    worst = 0.0
    if family == "holm":
        for rank, (p, place) in enumerate(known):
            worst = max(worst, p * (count - rank))
            result[place] = min(1.0, worst)
        return result
    best = 1.0
    for rank, (p, place) in reversed(list(enumerate(known))):
        best = min(best, p * count / (rank + 1))
        result[place] = best
    return result
