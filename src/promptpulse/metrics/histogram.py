"""How the values of one score are spread in each group of units, with the same bars for all groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from promptpulse.metrics.moments import floats
from promptpulse.metrics.units import COUNTS, Cohort, hashed, in_scope, placed, placed_params, unit_text
from promptpulse.store import Store

MOST_BARS = 20
OUTLIERS = 4
"""Ends of the distribution that make the range so many times wider than 99 % of the values need share the outermost bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Values in `[low, high)`; the last bar also holds `high`. Of a text, low and high are None."""

    low: float | None
    high: float | None
    label: str
    counts: tuple[int, ...]
    """By group."""


@dataclass(frozen=True, slots=True)
class Histogram:
    type: Literal["number", "bool", "string"]
    bars: tuple[Bar, ...]
    other: int
    """Texts that are too rare to have a bar."""
    totals: tuple[int, ...]
    """Values by group, of all bars and other ones."""


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float
    inner_low: float
    inner_high: float
    whole: bool
    """All are whole numbers."""


def histogram(store: Store, cohort: Cohort, name: str) -> Histogram | None:
    """None without a value. A name with numbers and texts is shown by its numbers."""
    answer = store.query(
        f"""
        SELECT
          countIf(type IN ('int', 'float')) AS numbers, countIf(type = 'bool') AS bools, countIf(type = 'string') AS texts,
          quantileExactInclusiveIf(0.005)(assumeNotNull(number), isNotNull(number)),
          quantileExactInclusiveIf(0.995)(assumeNotNull(number), isNotNull(number)),
          countIf(isNotNull(number) AND number != floor(number)) AS broken,
          minIf(assumeNotNull(number), isNotNull(number)), maxIf(assumeNotNull(number), isNotNull(number))
        FROM ({_values(cohort)})
        """,
        _params(cohort, name),
    )
    numbers, bools, texts, inner_low, inner_high, broken, low, high = floats([c[0] for c in answer.columns])
    if numbers:
        return _of_numbers(store, cohort, name, edges_of(Range(low, high, inner_low, inner_high, not broken)))
    if bools:
        found = _of_numbers(store, cohort, name, Edges((0, 1, 2), ("false", "true"), 0, 1))
        return Histogram("bool", found.bars, 0, found.totals)
    return _of_texts(store, cohort, name) if texts else None


@dataclass(frozen=True, slots=True)
class Edges:
    starts: tuple[float, ...]
    """Of the bars, and the end of the last."""
    labels: tuple[str, ...]
    low: float
    high: float


def edges_of(values: Range) -> Edges:
    """Few whole numbers have a bar each; others share at most 20 bars between round numbers."""
    low, high = values.low, values.high
    if values.whole and high - low < MOST_BARS:
        each = range(int(low), int(high) + 1)
        return Edges((*map(float, each), high + 1), tuple(str(n) for n in each), low, high)
    if high - low > OUTLIERS * (values.inner_high - values.inner_low) > 0:
        low, high = values.inner_low, values.inner_high
    step = _step((high - low) / (MOST_BARS - 2)) if high > low else 1.0
    first, last = math.floor(low / step), math.floor(high / step)
    starts = tuple(n * step for n in range(first, last + 2))
    labels = [f"{_short(a)} to {_short(b)}" for a, b in pairwise(starts)]
    if values.low < starts[0]:
        labels[0] = f"below {_short(starts[1])}"
    if values.high >= starts[-1]:
        labels[-1] = f"{_short(starts[-2])} and more"
    return Edges(starts, tuple(labels), values.low, values.high)


def _step(at_least: float) -> float:
    """1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= at_least * (1 - 1e-9))


def _short(value: float) -> str:
    return f"{round(value, 10):.10g}"


def _of_numbers(store: Store, cohort: Cohort, name: str, edges: Edges) -> Histogram:
    starts = edges.starts
    answer = store.query(
        f"""
        SELECT g, roundDown(assumeNotNull(number), {{starts:Array(Float64)}}) AS bar, count() AS n
        FROM ({_values(cohort)})
        WHERE isNotNull(number)
        GROUP BY g, bar
        """,
        {**_params(cohort, name), "starts": list(starts[:-1])},  # what lies below the first falls into it
    )
    counts = [[0] * cohort.groups for _ in edges.labels]
    place = {start: i for i, start in enumerate(starts)}
    for g, bar, n in answer.rows():
        counts[place[float(str(bar))]][int(str(g))] = int(str(n))
    bars = [
        Bar(min(starts[i], edges.low) if i == 0 else starts[i],
            max(starts[i + 1], edges.high) if i == len(counts) - 1 else starts[i + 1], label, tuple(counts[i]))
        for i, label in enumerate(edges.labels)
    ]  # fmt: skip
    return Histogram("number", tuple(bars), 0, _totals(cohort, counts))


def _of_texts(store: Store, cohort: Cohort, name: str) -> Histogram:
    answer = store.query(
        f"""
        SELECT text, g, n, sum(n) OVER (PARTITION BY text) AS size
        FROM (SELECT text, g, count() AS n FROM ({_values(cohort)}) WHERE type = 'string' GROUP BY text, g)
        ORDER BY size DESC, text, g
        LIMIT {{rows:UInt32}}
        """,
        {**_params(cohort, name), "rows": MOST_BARS * cohort.groups},
    )
    found: dict[str, list[int]] = {}
    for text, g, n, _ in answer.rows():
        if str(text) in found or len(found) < MOST_BARS:
            found.setdefault(str(text), [0] * cohort.groups)[int(str(g))] = int(str(n))
    counted = store.query(
        f"SELECT g, count() AS n FROM ({_values(cohort)}) WHERE type = 'string' GROUP BY g", _params(cohort, name)
    )
    totals = [0] * cohort.groups
    for g, n in counted.rows():
        totals[int(str(g))] = int(str(n))
    other = sum(totals) - sum(map(sum, found.values()))
    bars = tuple(Bar(None, None, text, tuple(counts)) for text, counts in found.items())
    return Histogram("string", bars, other, tuple(totals))


def _values(cohort: Cohort) -> str:
    """Statement of (g, type, number, text): each value that counts."""
    return f"""
        SELECT who.g AS g, toString(type) AS type, number, text
        FROM scores
        INNER JOIN ({placed(cohort)}) AS who ON {hashed(unit_text(cohort.scope.unit))} = who.unit
        WHERE {in_scope(cohort.scope)} AND {COUNTS} AND name = {{name:String}}
    """


def _params(cohort: Cohort, name: str) -> dict[str, object]:
    return {**placed_params(cohort), "name": name}


def _totals(cohort: Cohort, counts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(sum(row[g] for row in counts) for g in range(cohort.groups))
