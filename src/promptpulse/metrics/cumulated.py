"""A metric of units over time: of each bucket alone, and of everything until its end, without reading the facts once for
each bucket. A unit changes the sums of squares only in buckets in which it did something: from Y to Y + y, by y (2 Y + y)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Literal

from promptpulse.metrics.estimates import Estimate, Moments
from promptpulse.metrics.moments import (
    ScoreKey,
    floats,
    levels_around,
    measures_of,
    over,
    quantile_estimate,
    score_value,
    sum_of,
)
from promptpulse.metrics.units import (
    COUNTED_AT,
    COUNTS,
    UNIT_METRICS,
    Cohort,
    UnitMetric,
    hashed,
    in_scope,
    placed,
    placed_params,
    unit_text,
)
from promptpulse.store import Store

_FINE = "1.005"
"""Ratio of neighbouring steps of the distribution over time: within 0.25 %."""
_Sums = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Row:
    """Of one bucket, over all units of a group."""

    y: float = 0
    x: float = 0
    begun: float = 0
    """Units with their first x."""
    more: _Sums = (0, 0, 0, 0, 0)
    """What y, x, y y, y x and x x grow by."""
    observations: float = 0
    known: float = 0


@dataclass(frozen=True, slots=True)
class Series:
    """Of one group."""

    alone: tuple[float | None, ...]
    """Value of each bucket."""
    until: tuple[Moments | Estimate | None, ...]
    """Of everything until the end of each bucket; an `Estimate` of a percentile. None: no data."""
    units: tuple[int, ...]
    """Exposed in each bucket."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a unit did in a bucket."""

    table: Literal["calls", "scores", "events"]
    sums: Sequence[str]
    y: str
    x: str
    """"" for a mean."""
    observations: str
    params: Mapping[str, object]
    at_most_once: bool = False
    """An outcome counts in the first bucket alone that has it."""
    known: str = ""


def call_series(
    store: Store, cohort: Cohort, key: str, starts: Sequence[datetime], level_ms: Sequence[float | None]
) -> list[Series]:
    """Of a metric of `UNIT_METRICS`. `level_ms`: of a percentile, its value over the whole range by group."""
    metric = UNIT_METRICS[key]
    if metric.kind == "percentile":
        return _percentile_series(store, cohort, metric, starts, level_ms)
    names = sorted({"calls", *measures_of(metric)})
    x = over(metric.x, "m")
    part = _Part("calls", [f"{sum_of(n, '1')} AS m_{n}" for n in names], over(metric.y, "m"), x, x or "m_calls", {},
                 known=f"m_{metric.known}" if metric.known else "")  # fmt: skip
    return _series(store, cohort, starts, part)


def score_series(store: Store, cohort: Cohort, key: ScoreKey, starts: Sequence[datetime]) -> list[Series]:
    mine, number, params = score_value(key, 0)
    sums = [f"sumIf({number}, {mine}) AS y0", f"countIf({mine}) AS n0"]
    return _series(store, cohort, starts, _Part("scores", sums, "y0", "" if key.per == "unit" else "n0", "n0", params))


def outcome_series(store: Store, cohort: Cohort, label: str, starts: Sequence[datetime]) -> list[Series]:
    sums = ["countIf(kind = 'outcome' AND outcome = {label:String}) AS n0"]
    return _series(
        store, cohort, starts, _Part("events", sums, "n0 > 0", "", "n0", {"label": label}, at_most_once=True)
    )


def _series(store: Store, cohort: Cohort, starts: Sequence[datetime], part: _Part) -> list[Series]:
    rows, exposed = _rows(store, cohort, starts, part), _exposed(store, cohort, starts)
    return [_one(rows[g], exposed[g], part) for g in range(cohort.groups)]


def _one(rows: Sequence[_Row], exposed: Sequence[int], part: _Part) -> Series:
    alone: list[float | None] = []
    until: list[Moments | Estimate | None] = []
    units = 0
    begun = observations = known = 0.0
    sums = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row, new in zip(rows, exposed, strict=True):
        units, begun, observations, known = (
            units + new,
            begun + row.begun,
            observations + row.observations,
            known + row.known,
        )
        sums = _plus(sums, row.more)
        # calls without a known cost did not cost 0
        is_known = known > 0 or not (part.known and observations)
        is_known_alone = row.known > 0 or not (part.known and row.observations)
        below = row.x if part.x else units
        alone.append(row.y / below if below and is_known_alone else None)
        if part.x:
            until.append(_moments(int(begun), int(observations), sums) if begun and is_known else None)
        else:
            y, _, yy, _, _ = sums
            of_units = (y, float(units), yy, y, float(units))
            until.append(_moments(units, int(observations), of_units) if units and is_known else None)
    return Series(tuple(alone), tuple(until), tuple(exposed))


def _plus(a: _Sums, b: _Sums) -> _Sums:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


def _moments(units: int, observations: int, sums: _Sums) -> Moments:
    y, x, yy, xy, xx = sums
    mean_y, mean_x, free = y / units, x / units, max(1, units - 1)
    c_yy, c_xx = max(0.0, (yy - y * mean_y) / free), max(0.0, (xx - x * mean_x) / free)
    c_xy = (xy - y * mean_x) / free
    none = (0.0, 0.0, 0.0, 0.0)
    return Moments(
        units, observations, (mean_y, mean_x, 0.0, 0.0), ((c_yy, c_xy, 0.0, 0.0), (c_xy, c_xx, 0.0, 0.0), none, none)
    )


def _rows(store: Store, cohort: Cohort, starts: Sequence[datetime], part: _Part) -> list[list[_Row]]:
    """By group and bucket."""
    x = part.x or "0"
    grows = "toFloat64(place = 1)" if part.at_most_once else "y"
    squared = grows if part.at_most_once else "y * (2 * cy - y)"
    answer = store.query(
        f"""
        SELECT
          g, b, sum(y), sum(x), toFloat64(countIf(cx > 0 AND cx - x <= 0)), sum({grows}), sum(x), sum({squared}),
          sum(x * cy + y * cx - x * y), sum(x * (2 * cx - x)), sum(n), sum(k)
        FROM (
          SELECT
            any(g) AS g,
            arraySort(groupArray((b, y, x, n, k))) AS parts,
            arrayMap(p -> p.2, parts) AS ys,
            arrayMap(p -> p.3, parts) AS xs,
            arrayCumSum(ys) AS cys,
            arrayCumSum(xs) AS cxs,
            arrayEnumerate(parts) AS places
          FROM (
            SELECT
              unit, g, b, toFloat64({part.y}) AS y, toFloat64({x}) AS x,
              toUInt64({part.observations}) AS n, toUInt64({part.known or 1}) AS k
            FROM (
              SELECT who.unit AS unit, any(who.g) AS g, {_bucket(COUNTED_AT)} AS b, {", ".join(part.sums)}
              FROM {part.table}
              INNER JOIN ({placed(cohort)}) AS who ON {hashed(unit_text(cohort.scope.unit))} = who.unit
              WHERE {in_scope(cohort.scope)} AND {COUNTS}
              GROUP BY unit, b
            )
            WHERE y != 0 OR x != 0 OR n != 0
          )
          GROUP BY unit
        )
        ARRAY JOIN parts AS part, ys AS y, xs AS x, cys AS cy, cxs AS cx, places AS place, parts.1 AS b, parts.4 AS n, parts.5 AS k
        GROUP BY g, b
        """,
        {**placed_params(cohort), **part.params, **_edges(starts)},
    )
    column = {int(s.timestamp()): i for i, s in enumerate(starts)}
    rows = [[_Row() for _ in starts] for _ in range(cohort.groups)]
    for g, b, *values in answer.rows():
        y, sum_x, begun, dy, dx, dyy, dxy, dxx, n, k = floats(values)
        rows[int(str(g))][column[int(str(b))]] = _Row(y, sum_x, begun, (dy, dx, dyy, dxy, dxx), n, k)
    return rows


def _exposed(store: Store, cohort: Cohort, starts: Sequence[datetime]) -> list[list[int]]:
    """Units by group and bucket of their exposure."""
    answer = store.query(
        f"SELECT g, {_bucket('exposed')} AS b, count() AS units FROM ({placed(cohort)}) GROUP BY g, b",
        {**placed_params(cohort), **_edges(starts)},
    )
    column = {int(s.timestamp()): i for i, s in enumerate(starts)}
    found = [[0] * len(starts) for _ in range(cohort.groups)]
    for g, b, units in answer.rows():
        found[int(str(g))][column[int(str(b))]] = int(str(units))
    return found


def _percentile_series(
    store: Store, cohort: Cohort, metric: UnitMetric, starts: Sequence[datetime], level_ms: Sequence[float | None]
) -> list[Series]:
    """Values from a fine distribution by bucket. How sure they are: from the share of calls below the value of the whole
    range, which is what the value at the end of the range takes as well."""
    at = [0.0 if ms is None else ms * 1000 for ms in level_ms]
    part = _Part(
        "calls",
        [f"countIf({metric.y} <= {{at:Array(Float64)}}[who.g + 1]) AS y0", f"count({metric.y}) AS n0"],
        "y0", "n0", "n0", {"at": at},
    )  # fmt: skip
    below = _series(store, cohort, starts, part)
    answer = store.query(
        f"""
        SELECT who.g AS g, {_bucket(COUNTED_AT)} AS b,
          toUInt16(round(log1p(assumeNotNull({metric.y}) / 1000) / log({_FINE}))) AS step, count() AS calls
        FROM calls
        INNER JOIN ({placed(cohort)}) AS who ON {hashed(unit_text(cohort.scope.unit))} = who.unit
        WHERE {in_scope(cohort.scope)} AND {COUNTS} AND isNotNull({metric.y})
        GROUP BY g, b, step
        ORDER BY g, b, step
        """,
        {**placed_params(cohort), **_edges(starts)},
    )
    column = {int(s.timestamp()): i for i, s in enumerate(starts)}
    counts: list[list[dict[int, int]]] = [[{} for _ in starts] for _ in range(cohort.groups)]
    for g, b, step, calls in answer.rows():
        counts[int(str(g))][column[int(str(b))]][int(str(step))] = int(str(calls))
    found = []
    for series, buckets in zip(below, counts, strict=True):
        alone: list[float | None] = []
        until: list[Moments | Estimate | None] = []
        total: dict[int, int] = {}
        for moments, bucket in zip(series.until, buckets, strict=True):
            alone.append(_quantiles(bucket, [metric.level])[0] / 1000 if bucket else None)
            for step, calls_ in bucket.items():
                total[step] = total.get(step, 0) + calls_
            known = isinstance(moments, Moments) and total
            curve = _quantiles(total, levels_around(metric.level)) if known else []
            until.append(
                quantile_estimate(metric.level, curve, moments) if known and isinstance(moments, Moments) else None
            )
        found.append(Series(tuple(alone), tuple(until), series.units))
    return found


def _quantiles(counts: Mapping[int, int], levels: Sequence[float]) -> list[float]:
    """In microseconds, at ascending levels; between two calls where the level is between them."""
    steps = sorted(counts)
    ends = list(accumulate(counts[step] for step in steps))

    def at(rank: int) -> float:
        return (float(_FINE) ** steps[bisect_right(ends, rank)] - 1) * 1000

    found = []
    for level in levels:
        rank = level * (ends[-1] - 1)
        below, above = at(math.floor(rank)), at(math.ceil(rank))
        found.append(below + (rank - math.floor(rank)) * (above - below))
    return found


def _bucket(column: str) -> str:
    """Start of the bucket in seconds."""
    return f"roundDown(toInt64(toUnixTimestamp({column})), {{edges:Array(Int64)}})"


def _edges(starts: Sequence[datetime]) -> dict[str, object]:
    return {"edges": [int(s.timestamp()) for s in starts]}
