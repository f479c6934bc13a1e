"""What units did, as means and covariances over units. Calls of one user are no independent observations: each unit is
summed first, and only what differs between units counts as chance.

All figures of one table come from one statement: rows joined with who counts, summed by unit, then moments by group.
`varSampStable` and `covarSampStable`: sums of squares lose all digits where the mean is large beside the spread."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations_with_replacement

from promptpulse.metrics.estimates import Estimate, Four, Moments
from promptpulse.metrics.measures import MEASURES
from promptpulse.metrics.units import (
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

_REFERENCE = re.compile(r"\{(\w+)\}")
_LOGITS = tuple(step / 5 for step in range(-20, 21))
"""Levels around a percentile, as distances on the logit scale, at which the distribution is read."""
_Z = 1.96
_NOW, _BEFORE = "(ts >= {start:DateTime64(6, 'UTC')})", "(ts < {start:DateTime64(6, 'UTC')})"


@dataclass(frozen=True, slots=True)
class ScoreKey:
    """What is asked of a score: the mean of its values, or its sum by unit."""

    key: str
    name: str
    per: str
    """`value` or `unit`."""
    numbers: Mapping[str, float]
    """What texts count as; others are no values."""


@dataclass(frozen=True, slots=True)
class CallFigures:
    moments: Mapping[str, Sequence[Moments | None]]
    """By key and group; None: nothing is known."""
    percentiles: Mapping[str, Sequence[Estimate | None]]
    """By key and group; None: too few units to tell."""
    calls: Sequence[int]
    """By group."""


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    moments: Mapping[str, Sequence[Moments | None]]
    scores: Sequence[int]
    """Values by group, of all names."""
    bools: frozenset[str]
    """Names whose values are true or false without exception."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A metric as expressions over the sums of one unit."""

    key: str
    y: str
    x: str
    """"" for a mean: 1 for every unit of the group."""
    observations: str
    before_y: str = ""
    """"" without a history."""
    before_x: str = ""
    known: str = ""
    """Must not be 0 in the whole group."""

    @property
    def variables(self) -> list[str]:
        before = [self.before_y, self.before_x] if self.x else [self.before_y]
        return [f"toFloat64({v})" for v in ([self.y, self.x] if self.x else [self.y]) + before if v]


def call_figures(
    store: Store, cohort: Cohort, keys: Sequence[str], history_from: datetime | None = None
) -> CallFigures:
    """Of `keys` of `UNIT_METRICS`. `history_from`: reads what the units did from then to the start, in any experiment or
    none; percentiles have no history."""
    metrics = [m for m in map(UNIT_METRICS.__getitem__, keys) if m.kind != "percentile"]
    levels = [m for m in map(UNIT_METRICS.__getitem__, keys) if m.kind == "percentile"]
    names = sorted({"calls", *(name for m in metrics for name in measures_of(m))})
    sums = [f"{sum_of(name, _NOW)} AS m_{name}" for name in names]
    if history_from:
        sums += [f"{sum_of(name, _BEFORE)} AS b_{name}" for name in names]
    columns = []
    for m in metrics:
        x = over(m.x, "m")
        before = (over(m.y, "b"), over(m.x, "b")) if history_from else ("", "")
        columns.append(_Column(m.key, over(m.y, "m"), x, x or "m_calls", *before, f"m_{m.known}" if m.known else ""))
    curves = _curves(store, cohort, levels) if levels else []
    params: dict[str, object] = {}
    for i, m in enumerate(levels):
        params[f"at{i}"] = [
            curve[len(curve) // 2] if (curve := curves[i].get(g)) else 0.0 for g in range(cohort.groups)
        ]
        below = f"{m.y} <= {{at{i}:Array(Float64)}}[who.g + 1]"
        sums += [f"countIf({below} AND {_NOW}) AS y{i}, countIf(isNotNull({m.y}) AND {_NOW}) AS n{i}"]
        columns.append(_Column(m.key, f"y{i}", f"n{i}", f"n{i}"))
    totals = ["sum(m_calls)", *(f"sum({c.known or '1'})" for c in columns)]
    rows = _grouped(store, cohort, "calls", sums, columns, totals, history_from, params)
    calls = [0] * cohort.groups
    found: dict[str, list[Moments | None]] = {c.key: [None] * cohort.groups for c in columns}
    for g, values, (n_calls, *known) in rows:
        calls[g] = int(n_calls)
        for i, c in enumerate(columns):
            if n_calls and known[i]:
                found[c.key][g] = _moments(c, values[i], cohort.units[g])
    for c in columns:
        for g in range(cohort.groups):
            if not c.x and not calls[g] and cohort.units[g]:  # units without calls made none and spent nothing
                found[c.key][g] = _moments(c, _nothing(c), cohort.units[g])
    percentiles = {
        m.key: [
            quantile_estimate(m.level, curve, below) if (curve := curves[i].get(g)) and below else None
            for g, below in enumerate(found.pop(m.key))
        ]
        for i, m in enumerate(levels)
    }
    return CallFigures(found, percentiles, calls)


def score_moments(
    store: Store, cohort: Cohort, keys: Sequence[ScoreKey], history_from: datetime | None = None
) -> ScoreFigures:
    """Of scores that were given to units of the experiment; before it, of the same names, wherever they were given."""
    sums, totals, columns = [f"countIf({_NOW}) AS m_all"], ["sum(m_all)"], []
    params: dict[str, object] = {}
    for i, key in enumerate(keys):
        mine, number, bound = score_value(key, i)
        params |= bound
        sums += [
            f"sumIf({number}, {mine} AND {_NOW}) AS y{i}",
            f"countIf({mine} AND {_NOW}) AS n{i}",
            f"countIf({mine} AND {_NOW} AND type != 'bool') AS o{i}",
        ]
        before = ("", "")
        if history_from:
            sums += [f"sumIf({number}, {mine} AND {_BEFORE}) AS b{i}", f"countIf({mine} AND {_BEFORE}) AS a{i}"]
            before = (f"b{i}", f"a{i}")
        columns.append(_Column(key.key, f"y{i}", "" if key.per == "unit" else f"n{i}", f"n{i}", *before))
        totals += [f"sum(n{i})", f"sum(o{i})"]
    rows = _grouped(store, cohort, "scores", sums, columns, totals, history_from, params)
    scores = [0] * cohort.groups
    found: dict[str, list[Moments | None]] = {c.key: [None] * cohort.groups for c in columns}
    values_of, others_of = [0.0] * len(columns), [0.0] * len(columns)
    for g, values, (n_all, *counted) in rows:
        scores[g] = int(n_all)
        for i, c in enumerate(columns):
            values_of[i] += counted[2 * i]
            others_of[i] += counted[2 * i + 1]
            found[c.key][g] = _moments(c, values[i], cohort.units[g])
    for i, c in enumerate(columns):
        for g in range(cohort.groups):
            if not c.x and not values_of[i]:
                found[c.key][g] = None  # a score that nobody ever gave is not known to be 0
            elif not c.x and found[c.key][g] is None and cohort.units[g]:
                found[c.key][g] = _moments(c, _nothing(c), cohort.units[g])
    bools = frozenset(key.name for i, key in enumerate(keys) if values_of[i] and not others_of[i])
    return ScoreFigures(found, scores, bools)


def score_value(key: ScoreKey, i: int) -> tuple[str, str, dict[str, object]]:
    """Which rows have a number for `key`, the number, and what both bind; `i` tells the names apart."""
    params: dict[str, object] = {f"name{i}": key.name}
    number, valued = "ifNull(number, 0)", "isNotNull(number)"
    if key.numbers:
        params |= {f"texts{i}": list(key.numbers), f"numbers{i}": list(key.numbers.values())}
        mapped = f"(type = 'string' AND has({{texts{i}:Array(String)}}, text))"
        looked_up = f"transform(text, {{texts{i}:Array(String)}}, {{numbers{i}:Array(Float64)}}, toFloat64(0))"
        number, valued = f"if({mapped}, {looked_up}, {number})", f"({valued} OR {mapped})"
    return f"name = {{name{i}:String}} AND {valued}", number, params


def outcome_moments(
    store: Store, cohort: Cohort, outcomes: Mapping[str, str], history_from: datetime | None = None
) -> Mapping[str, Sequence[Moments | None]]:
    """Of labels by key: whether a unit had at least one such outcome. Every unit of the group counts."""
    sums: list[str] = []
    columns: list[_Column] = []
    params: dict[str, object] = {}
    for i, (key, label) in enumerate(outcomes.items()):
        params[f"label{i}"] = label
        mine = f"kind = 'outcome' AND outcome = {{label{i}:String}}"
        sums.append(f"countIf({mine} AND {_NOW}) AS n{i}")
        if history_from:
            sums.append(f"countIf({mine} AND {_BEFORE}) AS a{i}")
        columns.append(_Column(key, f"n{i} > 0", "", f"n{i}", f"a{i} > 0" if history_from else ""))
    found: dict[str, list[Moments | None]] = {
        c.key: [_moments(c, _nothing(c), units) if units else None for units in cohort.units] for c in columns
    }
    if not columns:
        return found
    for g, values, _ in _grouped(store, cohort, "events", sums, columns, [], history_from, params):
        for i, c in enumerate(columns):
            found[c.key][g] = _moments(c, values[i], cohort.units[g])
    return found


def levels_around(level: float) -> list[float]:
    """Where `quantile_estimate` needs the distribution, ascending."""
    middle = math.log(level / (1 - level))
    return [1 / (1 + math.exp(-middle - step)) for step in _LOGITS]


def quantile_estimate(level: float, curve: Sequence[float], below: Moments) -> Estimate | None:
    """A percentile over calls with the variance between units. `curve`: quantiles in microseconds at
    `levels_around(level)`; `below`: calls below the middle one, and calls, by unit.

    Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics" (2018), section 4: the share of calls below the
    percentile is a ratio metric, whose interval is carried back through the distribution. None when the share is so
    unsure that its interval leaves what the distribution can tell."""
    error = math.sqrt(linear_variance(below) / below.units)
    low, high = level - _Z * error, level + _Z * error
    if error <= 0 or not 0 < low < high < 1:
        return None
    middle = math.log(level / (1 - level))
    ends = []
    for share in (low, high):
        at = (math.log(share / (1 - share)) - middle - _LOGITS[0]) / (_LOGITS[1] - _LOGITS[0])
        i = math.floor(at)
        if not 0 <= i < len(curve) - 1:
            return None
        ends.append(curve[i] + (at - i) * (curve[i + 1] - curve[i]))
    squared_error = ((ends[1] - ends[0]) / (2 * _Z) / 1000) ** 2
    value = curve[len(curve) // 2] / 1000
    return Estimate(below.units, below.observations, value, squared_error * below.units)


def linear_variance(m: Moments) -> float:
    """Variance between units of y / x, linearised at the pooled ratio (delta method)."""
    y, x = m.mean[0], m.mean[1]
    ratio = y / x
    c = m.covariance
    return max(0.0, (c[0][0] - 2 * ratio * c[0][1] + ratio * ratio * c[1][1]) / (x * x))


def _curves(store: Store, cohort: Cohort, metrics: Sequence[UnitMetric]) -> list[dict[int, list[float]]]:
    """Of each metric and group: quantiles in microseconds around the level; absent without calls."""
    levels = [", ".join(f"{level:.9f}" for level in levels_around(m.level)) for m in metrics]
    columns = [
        f"quantilesExactInclusive({levels[i]})({m.y}) AS q{i}, count({m.y}) AS n{i}" for i, m in enumerate(metrics)
    ]
    answer = store.query(
        f"""
        SELECT who.g AS g, {", ".join(columns)}
        FROM calls
        INNER JOIN ({placed(cohort)}) AS who ON {hashed(unit_text(cohort.scope.unit))} = who.unit
        WHERE {in_scope(cohort.scope)} AND {COUNTS}
        GROUP BY g
        """,
        placed_params(cohort),
    )
    found: list[dict[int, list[float]]] = [{} for _ in metrics]
    for g, *values in answer.rows():
        for i in range(len(metrics)):
            if int(str(values[2 * i + 1])):
                found[i][int(str(g))] = floats(values[2 * i])
    return found


def _grouped(
    store: Store,
    cohort: Cohort,
    table: str,
    sums: Sequence[str],
    columns: Sequence[_Column],
    totals: Sequence[str],
    history_from: datetime | None,
    params: Mapping[str, object],
) -> list[tuple[int, list[list[float]], list[float]]]:
    """`sums` by unit; then by group the figures of each column, and `totals`."""
    selects = [*(f"{_figures(c)} AS f{i}" for i, c in enumerate(columns)), *totals]
    answer = store.query(
        f"""
        SELECT g, {", ".join(selects)}
        FROM (
          SELECT who.unit AS unit, any(who.g) AS g, {", ".join(sums)}
          FROM {table}
          INNER JOIN ({placed(cohort)}) AS who ON {hashed(unit_text(cohort.scope.unit))} = who.unit
          WHERE {_in_scope_or_before() if history_from else in_scope(cohort.scope)} AND ({_BEFORE} OR {COUNTS})
          GROUP BY unit
        )
        GROUP BY g
        """,
        {**placed_params(cohort), **params, **({"history": history_from} if history_from else {})},
    )
    found = []
    for g, *values in answer.rows():
        figures = [floats(v) for v in values[: len(columns)]]
        found.append((int(str(g)), figures, [float(str(v)) for v in values[len(columns) :]]))
    return found


def _in_scope_or_before() -> str:
    return f"""
        project = {{project:String}} AND ts >= {{history:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
        AND ({_BEFORE} OR experiment_id = {{experiment:String}})
    """


def _figures(c: _Column) -> str:
    """Array of: units, observations, means, covariances (upper triangle by row)."""
    only = f"{c.x} > 0" if c.x else "1"
    means = [f"avgIf({v}, {only})" for v in c.variables]
    spread = [
        f"varSampStableIf({a}, {only})" if a is b else f"covarSampStableIf({a}, {b}, {only})"
        for a, b in combinations_with_replacement(c.variables, 2)
    ]
    counts = [f"toFloat64(countIf({only}))", f"toFloat64(sum({c.observations}))"]
    return f"[{', '.join([*counts, *means, *spread])}]"


def _moments(c: _Column, figures: Sequence[float], units: int) -> Moments | None:
    """From `_figures`. Units without a row are 0 in a mean, and no part of a ratio."""
    rows, observations, *rest = figures
    if c.x and not rows:
        return None
    places = [0, 1, 2, 3] if c.x else [0, 2]  # of (y, x, before_y, before_x)
    places = places[: len(c.variables)]
    mean, covariance = [0.0, 1.0, 0.0, 1.0 if c.before_y else 0.0], [[0.0] * 4 for _ in range(4)]
    for place, value in zip(places, rest, strict=False):
        mean[place] = value
    if c.x:
        mean[1], mean[3] = (rest[1], rest[3] if c.before_y else 0.0)
    for (a, b), value in zip(combinations_with_replacement(places, 2), rest[len(places) :], strict=True):
        covariance[a][b] = covariance[b][a] = value if rows > 1 and math.isfinite(value) else 0.0
    found = Moments(int(rows), int(observations), _four(mean), _matrix(covariance))
    return found if c.x else _padded(found, max(units, int(rows)))


def _padded(m: Moments, units: int) -> Moments:
    """With units that did nothing, before and after (parallel variance: Chan, Golub, LeVeque 1979)."""
    if units in (m.units, 0):
        return m
    share = m.units / units
    covariance = [[0.0] * 4 for _ in range(4)]
    for a in (0, 2):
        for b in (0, 2):
            within = m.covariance[a][b] * max(0, m.units - 1)
            between = m.mean[a] * m.mean[b] * m.units * (1 - share)
            covariance[a][b] = (within + between) / max(1, units - 1)
    mean = (m.mean[0] * share, m.mean[1], m.mean[2] * share, m.mean[3])
    return Moments(units, m.observations, mean, _matrix(covariance))


def _nothing(c: _Column) -> list[float]:
    """Figures of no rows."""
    n = len(c.variables)
    return [0.0] * (2 + n + n * (n + 1) // 2)


def _four(values: Sequence[float]) -> Four:
    return (values[0], values[1], values[2], values[3])


def _matrix(rows: Sequence[Sequence[float]]) -> tuple[Four, Four, Four, Four]:
    return (_four(rows[0]), _four(rows[1]), _four(rows[2]), _four(rows[3]))


def measures_of(metric: UnitMetric) -> list[str]:
    """Names of the measures that a metric needs."""
    return [*_REFERENCE.findall(metric.y + metric.x), *([metric.known] if metric.known else [])]


def over(formula: str, prefix: str) -> str:
    """`formula` over columns that are named for measures."""
    return _REFERENCE.sub(lambda r: f"{prefix}_{r[1]}", formula)


def sum_of(measure: str, condition: str) -> str:
    """The catalogue's aggregate over rows that meet `condition`."""
    known = MEASURES[measure]
    return replace(known, condition=f"({known.condition}) AND {condition}").raw(())


def floats(values: object) -> list[float]:
    """An array of the store."""
    if not isinstance(values, Sequence):
        raise TypeError(f"the store answered {values!r} for an array")
    return [float(v) for v in values]
