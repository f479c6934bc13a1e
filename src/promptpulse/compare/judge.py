"""Which of up to three subjects is better, where the difference is more than noise. Pure: estimates in, decisions out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from promptpulse.experiments.stats import adjusted, estimates, interval_alpha
from promptpulse.experiments.stats.comparing import squared_errors, variances
from promptpulse.experiments.stats.fixed import student
from promptpulse.metrics.compared import Measured
from promptpulse.metrics.estimates import Estimate

LEVEL = 95.0
ALPHA = 1 - LEVEL / 100
FEWEST_UNITS = 20
"""Below it an interval is not worth its name: a skewed metric gives more false alarms than it says."""
Better = Literal["up", "down", "neither"]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Value:
    """Of one subject in one metric. None: not known."""

    value: float | None
    low: float | None = None
    high: float | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of all subjects."""

    values: tuple[Value, ...]
    beats: Mapping[Pair, float]
    """p of each pair (better, worse) by its values; how sure the order is."""
    winner: int | None
    too_few: tuple[int, ...] = ()
    """Subjects with values that are too few to be judged."""

    def better(self, a: int, b: int) -> bool:
        """Whether `a` beats `b` by more than noise, all pairs of the row together."""
        return self.beats.get((a, b), 1.0) < ALPHA


def row(
    measured: Measured | None, values: Sequence[float | None], better: Better, bounds: tuple[float, float] | None
) -> Row:
    """Of values to show, and what is known of their noise (None: nothing). `bounds`: the least and greatest value of one
    observation, where it has such."""
    if measured is None:
        return Row(tuple(map(Value, values)), {}, None)
    known = _estimates(measured, bounds)
    too_few = tuple(i for i, e in enumerate(known) if values[i] is not None and (e is None or e.units < FEWEST_UNITS))
    judged = [i for i, e in enumerate(known) if e is not None and i not in too_few and values[i] is not None]
    spans = [
        None if e is None or i in too_few else _span(e, len(values), measured.scale, bounds)
        for i, e in enumerate(known)
    ]
    beats = _beats(measured, known, values, judged, better) if better != "neither" else {}
    found = Row((), beats, None)
    ranks = {i: 1 + sum(found.better(j, i) for j in judged) for i in judged} if better != "neither" else {}
    others = range(len(values))
    winner = next((i for i in judged if all(found.better(i, j) for j in others if j != i)), None)
    shown = tuple(_shown(v, spans[i], ranks.get(i)) for i, v in enumerate(values))
    return Row(shown, beats, winner, too_few)


@dataclass(frozen=True, slots=True)
class Overall:
    places: tuple[int | None, ...]
    winner: int | None
    ahead: Mapping[Pair, tuple[int, ...]]
    """Rows in which the first of two beats the second, all pairs of all rows together (Holm)."""


def overall(rows: Sequence[Row], subjects: int) -> Overall:
    """Places by wins less defeats. The winner beats every other somewhere and is beaten nowhere.

    A win counts if it is more than noise among all comparisons of the table; a defeat as each row tells it."""
    keys = [(r, pair) for r, one in enumerate(rows) for pair in sorted(one.beats)]
    together = adjusted([_alone(rows[r].beats[pair], rows[r]) for r, pair in keys], "holm")
    ahead: dict[Pair, tuple[int, ...]] = {}
    for (r, pair), p in zip(keys, together, strict=True):
        if p is not None and p < ALPHA:
            ahead[pair] = (*ahead.get(pair, ()), r)
    ranked = {i for one in rows for i, v in enumerate(one.values) if v.rank is not None}
    net = {i: sum(len(w) * ((a == i) - (b == i)) for (a, b), w in ahead.items()) for i in ranked}
    places = tuple(1 + sum(n > net[i] for n in net.values()) if i in ranked else None for i in range(subjects))
    winner = None
    for i in range(subjects):
        others = [j for j in range(subjects) if j != i]
        beaten = any(one.better(j, i) for one in rows for j in others)
        if not beaten and all(ahead.get((i, j)) for j in others):
            winner = i
    return Overall(places, winner, ahead)


def _estimates(measured: Measured, bounds: tuple[float, float] | None) -> list[Estimate | None]:
    """Before they are scaled."""
    if measured.kind == "percentile":
        return [None if side is None else side.estimate for side in measured.sides]
    moments = {str(i): side.moments for i, side in enumerate(measured.sides) if side and side.moments}
    found = estimates(moments, "ratio", variance_reduction=False, bounds=bounds)
    return [found.get(str(i)) for i in range(len(measured.sides))]


def _beats(
    measured: Measured,
    known: Sequence[Estimate | None],
    values: Sequence[float | None],
    judged: Sequence[int],
    better: Better,
) -> dict[Pair, float]:
    """Bonferroni over the pairs of the row."""
    found: dict[Pair, float] = {}
    pairs = list(combinations(judged, 2))
    for i, j in pairs:
        a, b, shown_a, shown_b = known[i], known[j], values[i], values[j]
        # percentiles are shown as the histogram tells them: a difference that it cannot show is none
        if (
            a is None
            or b is None
            or shown_a is None
            or shown_b is None
            or (shown_a - shown_b) * (a.value - b.value) <= 0
        ):
            continue
        p = min(1.0, p_value(a, b, measured.covariance.get((i, j), 0.0)) * len(pairs))
        found[(i, j) if (a.value > b.value) == (better == "up") else (j, i)] = p
    return found


def p_value(a: Estimate, b: Estimate, covariance: float = 0.0) -> float:
    """Two-sided, that the two values are equal: Welch's t, with the covariance of units that are in both subjects.

    Each value has its own variance or both have the pooled one, whichever is more in all (`squared_errors`): of a skewed
    metric a small subject that happens to be low also looks sure."""
    from scipy.special import stdtr  # noqa: PLC0415 - scipy takes long to import, and only this needs it

    variance_a, variance_b = variances(a, b)
    error_a, error_b = squared_errors((variance_a, a.units), (variance_b, b.units))
    error = error_a + error_b - 2 * covariance
    if error <= 0:
        return 1.0
    own_a, own_b = variance_a / a.units, variance_b / b.units
    freedom = (own_a + own_b) ** 2 / (own_a**2 / max(1, a.units - 1) + own_b**2 / max(1, b.units - 1))
    return float(2 * stdtr(freedom, -abs(a.value - b.value) / math.sqrt(error)))


def _alone(p: float, one: Row) -> float:
    """Without the correction for the pairs of its row: all pairs of all rows are corrected together."""
    judged = sum(v.rank is not None for v in one.values)
    return p / max(1, judged * (judged - 1) // 2)


def _span(e: Estimate, subjects: int, scale: float, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Interval of a value; those of all subjects hold together (Bonferroni)."""
    half = student(e.units, interval_alpha(ALPHA, subjects)) * math.sqrt(e.squared_error)
    low, high = e.value - half, e.value + half
    if bounds is not None:
        low, high = max(bounds[0], low), min(bounds[1], high)
    return low * scale, high * scale


def _shown(value: float | None, span: tuple[float, float] | None, rank: int | None) -> Value:
    if value is None or span is None:
        return Value(value)
    return Value(value, min(value, span[0]), max(value, span[1]), rank)
