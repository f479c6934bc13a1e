"""The calls of two periods by groups, with what is kept of each: it adds up, so groups can be taken out and put back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from promptpulse.metrics.catalogue import PROPERTY_PREFIX, Metric
from promptpulse.metrics.conditions import Filter, calls_where
from promptpulse.metrics.fields import BadQuery, Params, bind, field
from promptpulse.metrics.formula import Aggregate, is_additive
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.leaves import expression_sql, measured
from promptpulse.metrics.measures import GROWTH, MEASURES
from promptpulse.metrics.plan import formula_sql, raw_leaves, reads_scores, references
from promptpulse.metrics.query import MAX_GROUPS, Query, checked
from promptpulse.metrics.run import run
from promptpulse.store import Store

Floats = NDArray[np.float64]
Key = tuple[str, ...]
Row = tuple[Key, int, float, tuple[float, ...]]
"""Values, whether they are of the period after, calls, and what is kept."""
PARENTS = {"prompt_version": "prompt_id", "variant_id": "experiment_id"}
MOST_PROPERTIES = 8
MOST_VALUES = 100
"""Of a dimension: those with the most calls, failures, cost or time."""
_MOMENT = "DateTime64(6, 'UTC')"


@dataclass(frozen=True, slots=True)
class Change:
    """The first metric of `query` over the calls of `before` and of `after`, each `[start, end)`. The query's own range,
    groups and bucket do not count."""

    query: Query
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Damage:
    """Of the calls of the cause in the period after; of all calls of the query where there is no single cause."""

    calls: int
    users: int | None
    """Who made those calls; None: no call names a user."""
    users_hit: int | None
    """Who had a failed call, or for latency one slower than the metric's value before."""
    failed_calls: int
    failed_more: float
    """Than at the rate of the period before."""
    cost_usd: float | None
    """None: no cost is known."""
    extra_usd: float | None
    """More than in the period before, scaled to the same length."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What is kept of each group; rows of `before` and `after` add up. `before` is scaled to the length of `after`."""

    keys: tuple[Key, ...]
    before: Floats
    after: Floats
    calls_before: Floats
    """Not scaled."""
    calls_after: Floats
    scale: float


def with_parent(dimension: str) -> Key:
    return (PARENTS[dimension], dimension) if dimension in PARENTS else (dimension,)


def _form(metric: Metric, used: Mapping[str, Sequence[float]]) -> Literal["mean", "quantile", "sums"]:
    """How the metric of several groups follows from what is kept of each."""
    levels = [level for of_measure in used.values() for level in of_measure]
    formula = formula_of(metric)
    if reads_scores(metric) or raw_leaves([metric]) or "users" in used:
        return "mean"
    if not levels:
        return "sums"
    plain = formula is None or isinstance(formula.root, Aggregate)
    return "quantile" if plain and len(used) == len(levels) == 1 else "mean"


class Reading:
    """The statements of one answer."""

    def __init__(self, store: Store, asked: Query, change: Change, now: datetime) -> None:
        self._store, self._asked, self._change, self._now = store, asked, change, now
        metric = self.metric = asked.metric(asked.metrics[0])
        formula = formula_of(metric)
        self.adds = metric.per_minute or metric.peak or (is_additive(formula.root) if formula else metric.additive)
        (self._b0, self._b1), (self._a0, self._a1) = change.before, change.after
        if not (self._b0 < self._b1 <= self._a0 < self._a1):
            raise BadQuery("before: must be a period that ends where `after` begins, or earlier", field="before")
        self.scale = (self._a1 - self._a0) / (self._b1 - self._b0)
        self._used = references([metric])
        self.adds = self.adds or "users" in self._used  # nearly: one who is in two groups counts twice
        self._form = _form(metric, self._used)

    def of(self, dimensions: Key) -> Groups:
        """Groups of the calls by `dimensions`; one group of all when there are none."""
        match self._form:
            case "mean":
                return self._means(dimensions)
            case "quantile":
                return self._latencies(self._grouped(dimensions, *self._latency()))
            case "sums":
                return self._sums(self._grouped(dimensions, self._summed()))

    def of_each(self, counted: Mapping[str, int]) -> dict[str, Groups]:
        """Groups by each dimension, of which so many are known; those of the few in one statement, which reads the calls
        once."""
        few = [d for d, count in counted.items() if count <= MOST_VALUES and self._form != "mean"]
        found: dict[str, Groups] = {}
        if few:
            sets = [with_parent(d) for d in few]
            if self._form == "quantile":
                found = dict(zip(few, map(self._latencies, self._by_each(sets, *self._latency())), strict=True))
            else:
                found = dict(zip(few, map(self._sums, self._by_each(sets, self._summed())), strict=True))
        return {d: found[d] if d in found else self.of(with_parent(d)) for d in counted}

    def evaluate(self, rows: Floats) -> list[float | None]:
        """The metric of what each row keeps."""
        match self._form:
            case "mean":
                n, y = rows[:, 0], rows[:, 1]
                value = y if self.adds else np.divide(y, n, out=np.full(len(y), np.nan), where=n > 1e-9)
                return [None if math.isnan(v) else float(v) for v in value]
            case "quantile":
                return self._quantiles(rows)
            case "sums":
                return self._formula(rows)

    def evaluate_all(self, several: Sequence[Floats]) -> list[list[float | None]]:
        """In one statement."""
        if self._form != "sums" or not several:
            return [self.evaluate(rows) for rows in several]
        values = self.evaluate(np.concatenate(several))
        ends = np.cumsum([len(rows) for rows in several]).tolist()
        return [values[end - len(rows) : end] for rows, end in zip(several, ends, strict=True)]

    def overlaps(self, groups: Groups, whole: float) -> bool:
        """One is in several groups, as users are: they do not add up, so nobody can be taken away."""
        if self._form != "mean" or not self.adds:
            return False
        return bool(groups.before[:, 1].sum() + groups.after[:, 1].sum() > 1.05 * whole)

    def telling(self, dimensions: Sequence[str]) -> dict[str, int]:
        """Those with more than one group, and how many; the others tell nothing apart."""
        where, params = self._where()
        several = [  # exact while it matters: uniq begins to estimate beyond 65,536
            f"uniq({', '.join(field(d, 'by').sql(params) for d in with_parent(dimension))}) AS d{i}"
            for i, dimension in enumerate(dimensions)
        ]
        row = next(iter(self._store.query(f"SELECT {', '.join(several)} FROM calls WHERE {where}", params).rows()))
        counts = {dimension: int(str(count)) for dimension, count in zip(dimensions, row, strict=True)}
        return {dimension: count for dimension, count in counts.items() if count > 1}

    def properties(self) -> list[str]:
        where, params = self._where()
        found = self._store.query(
            f"""
            SELECT arrayJoin(mapKeys(properties)) AS key, count() AS n
            FROM calls
            WHERE {where} AND notEmpty(properties)
            GROUP BY key
            ORDER BY n DESC, key
            LIMIT {bind(params, "UInt32", MOST_PROPERTIES)}
            """,
            params,
        )
        return [f"{PROPERTY_PREFIX}{key}" for key in found.column("key") if key]

    def damage(self, where: tuple[Filter, ...], before: float | None) -> Damage:
        conditions, params = self._where(where)
        after = self._after(params)
        bad = "status = 'error'"
        if self._form == "quantile" and before is not None:
            name = next(iter(self._used))
            bad = f"({bad} OR ifNull({name}_us, 0) > {bind(params, 'Float64', 1000 * before)})"
        row = next(
            iter(
                self._store.query(
                    f"""
                    SELECT
                      countIf({after}) AS n,
                      countIf(NOT {after}) AS n_before,
                      countIf({after} AND status = 'error') AS failed,
                      countIf(NOT {after} AND status = 'error') AS failed_before,
                      uniqExactIf(user_id, {after} AND user_id != '') AS users,
                      uniqExactIf(user_id, {after} AND user_id != '' AND {bad}) AS users_hit,
                      if(countIf({after} AND isNotNull(cost_usd)) = 0, NULL, toFloat64(sumIf(cost_usd, {after}))) AS usd,
                      if(
                        countIf(NOT {after} AND isNotNull(cost_usd)) = 0, NULL, toFloat64(sumIf(cost_usd, NOT {after}))
                      ) AS usd_before
                    FROM calls
                    WHERE {conditions}
                    """,
                    params,
                ).rows()
            )
        )
        n, n_before, failed, failed_before, users, users_hit = (int(str(v)) for v in row[:6])
        usd, usd_before = (None if v is None else float(str(v)) for v in row[6:8])
        usual = n * failed_before / n_before if n_before else 0.0
        extra = None if usd is None else usd - self.scale * (usd_before or 0.0)
        if n_before and usd_before is None:
            extra = None
        return Damage(
            n, users or None, users_hit if users else None, failed, max(0.0, failed - usual), usd, extra
        )  # fmt: skip

    def _where(self, more: tuple[Filter, ...] = ()) -> tuple[str, Params]:
        where, params = calls_where(
            self._asked.project,
            self._b0,
            self._a1,
            checked(replace(self._asked, where=(*self._asked.where, *more))).where,
        )
        between = bind(params, _MOMENT, self._b1), bind(params, _MOMENT, self._a0)
        return f"{where} AND (ts < {between[0]} OR ts >= {between[1]})", params

    def _after(self, params: Params) -> str:
        return f"(ts >= {bind(params, _MOMENT, self._a0)})"

    def _summed(self) -> list[str]:
        return [f"toFloat64({MEASURES[name].raw(())})" for name in self._used]

    def _latency(self) -> tuple[list[str], str]:
        """How many are known, and the bucket that they lie in."""
        measure = MEASURES[next(iter(self._used))]
        bucket = f"toUInt16(least(1023, round(log1p(ifNull({measure.expression}, 0) / 1000) / log({GROWTH}))))"
        return [f"toFloat64(countIf({measure.condition}))"], bucket

    def _sums(self, rows: Sequence[Row]) -> Groups:
        keys = list(dict.fromkeys(key for key, *_ in rows))
        place = {key: i for i, key in enumerate(keys)}
        kept = np.zeros((2, len(keys), len(self._used)))
        calls = np.zeros((2, len(keys)))
        for key, is_after, n, values in rows:
            calls[is_after, place[key]] = n
            kept[is_after, place[key]] = values
        return self._as_groups(keys, kept, calls)

    def _latencies(self, rows: Sequence[Row]) -> Groups:
        keys = list(dict.fromkeys(key for key, *_ in rows))
        place = {key: i for i, key in enumerate(keys)}
        kept = np.zeros((2, len(keys), 1024))
        calls = np.zeros((2, len(keys)))
        for key, is_after, n, (known, at) in rows:
            calls[is_after, place[key]] += n
            kept[is_after, place[key], int(at)] += known
        return self._as_groups(keys, kept, calls)

    def _means(self, dimensions: Key) -> Groups:
        """Of metrics that cannot be taken apart: the mean of groups by their calls, which is nearly what they are together."""
        metrics = tuple(dict.fromkeys((self._asked.metrics[0], "total_requests")))
        sides: list[dict[Key, tuple[float, float]]] = []
        for start, end in (self._change.before, self._change.after):
            asked = Query(
                self._asked.project, metrics, start, end, by=dimensions, where=self._asked.where, limit=MAX_GROUPS,
                order_by="total_requests" if dimensions else "", definitions=self._asked.definitions,
            )  # fmt: skip
            frame = run(self._store, asked, self._now)
            side: dict[Key, tuple[float, float]] = {}
            for g, group in enumerate(frame.groups):
                value, n = frame.values[metrics[0]][g][0], frame.values["total_requests"][g][0]
                if value is not None:
                    side[tuple(v or "" for v in group)] = (float(n or 0), float(value))
            sides.append(side)
        keys = list(dict.fromkeys([*sides[1], *sides[0]]))[: 2 * MOST_VALUES]
        kept, calls = np.zeros((2, len(keys), 2)), np.zeros((2, len(keys)))
        for s, side in enumerate(sides):
            for i, key in enumerate(keys):
                n, value = side.get(key, (0.0, 0.0))
                calls[s, i] = n
                kept[s, i] = (n, value if self.adds else n * value)
        return self._as_groups(keys, kept, calls)

    def _as_groups(self, keys: Sequence[Key], kept: Floats, calls: Floats) -> Groups:
        return Groups(tuple(keys), kept[0] * self.scale, kept[1], calls[0], calls[1], self.scale)

    def _by_each(self, sets: Sequence[Key], outputs: Sequence[str], bucket: str = "") -> list[list[Row]]:
        """As `_grouped`, by each of `sets`, with all groups."""
        where, params = self._where()
        after = self._after(params)
        names = {d: f"k{i}" for i, d in enumerate(dict.fromkeys(d for of_set in sets for d in of_set))}
        rest = ["is_after", *(["bucket"] if bucket else [])]
        grouped = [f"({', '.join([*(names[d] for d in of_set), *rest])})" for of_set in sets]
        columns = [
            f"grouping({', '.join(names.values())}) AS missing",
            *(f"{field(d, 'by').sql(params)} AS {name}" for d, name in names.items()),
            f"{after} AS is_after",
            *([f"{bucket} AS bucket"] if bucket else []),
        ]
        answer = self._store.query(
            f"""
            SELECT {", ".join([*columns, "count() AS calls", *outputs])}
            FROM calls
            WHERE {where}
            GROUP BY GROUPING SETS ({", ".join(grouped)})
            """,
            params,
        )
        order = list(names)
        # a bit is set where a dimension is missing in the set; the first dimension has the highest
        of = {sum(1 << i for i, d in enumerate(reversed(order)) if d not in of_set): n for n, of_set in enumerate(sets)}
        places = [[1 + order.index(d) for d in of_set] for of_set in sets]
        found: list[list[Row]] = [[] for _ in sets]
        last = 1 + len(order) + len(rest)
        for row in answer.rows():
            n = of[int(str(row[0]))]
            values = [float(str(v)) for v in row[last + 1 :]]
            if bucket:
                values.append(float(str(row[last - 1])))
            key = tuple(str(row[i]) for i in places[n])
            found[n].append((key, int(str(row[1 + len(order)])), float(str(row[last])), tuple(values)))
        return found

    def _grouped(self, dimensions: Key, outputs: Sequence[str], bucket: str = "") -> list[Row]:
        """Values of `outputs`, and the bucket; of the groups that matter most."""
        where, params = self._where()
        after = self._after(params)
        names = [f"k{i}" for i in range(len(dimensions))]
        keys = [f"{field(d, 'by').sql(params)} AS {name}" for d, name in zip(dimensions, names, strict=True)]
        kept = ""
        if dimensions:
            totals = [f"{s} / greatest(toFloat64(sum({s}) OVER ()), 1e-12)" for s in ("n", "failed", "usd", "us")]
            most = bind(params, "UInt32", MOST_VALUES)
            kept = f"""
              AND ({", ".join(field(d, "by").sql(params) for d in dimensions)}) IN (
                SELECT {", ".join(names)}
                FROM (
                  SELECT {", ".join(keys)}, count() AS n, countIf(status = 'error') AS failed,
                    toFloat64(sum(ifNull(cost_usd, 0))) AS usd, sum(latency_us) AS us
                  FROM calls
                  WHERE {where}
                  GROUP BY {", ".join(names)}
                )
                ORDER BY greatest({", ".join(totals)}) DESC, {", ".join(names)}
                LIMIT {most}
              )
            """
        by = [*names, "is_after", *(["bucket"] if bucket else [])]
        columns = [*keys, f"{after} AS is_after", *([f"{bucket} AS bucket"] if bucket else [])]
        answer = self._store.query(
            f"""
            SELECT {", ".join([*columns, "count() AS calls", *outputs])}
            FROM calls
            WHERE {where} {kept}
            GROUP BY {", ".join(by)}
            """,
            params,
        )
        found: list[Row] = []
        for row in answer.rows():
            k = len(names)
            values = [float(str(v)) for v in row[len(by) + 1 :]]
            if bucket:
                values.append(float(str(row[k + 1])))
            found.append((tuple(str(v) for v in row[:k]), int(str(row[k])), float(str(row[len(by)])), tuple(values)))
        return found

    def _quantiles(self, rows: Floats) -> list[float | None]:
        level = next(iter(self._used.values()))[0]
        rows = np.maximum(rows, 0)
        below = rows.cumsum(axis=1)
        n = below[:, -1]
        at = (below >= (level * n)[:, None] - 1e-9).argmax(axis=1)
        values = float(GROWTH) ** at - 1
        return [float(v) if k > 1e-9 else None for v, k in zip(values, n, strict=True)]

    def _formula(self, rows: Floats) -> list[float | None]:
        """By the store, which knows the formula's language."""
        params: Params = {}
        columns = []
        for i, name in enumerate(self._used):
            column = np.round(np.maximum(rows[:, i], 0), 9).tolist()
            columns.append(f"{bind(params, 'Array(Float64)', column)} AS m_{name}")
        formula = formula_of(self.metric)
        if formula is None:
            value = formula_sql(self.metric.formula, self._used)
        else:
            value = expression_sql(formula.root, lambda leaf: formula_sql(measured(leaf) or "NULL", self._used), params)
        arrays = ", ".join(f"m_{name}" for name in self._used)
        answer = self._store.query(
            f"""
            SELECT toFloat64OrNull(toString({value})) AS value
            FROM (SELECT {", ".join(columns)})
            ARRAY JOIN {arrays}, arrayEnumerate(m_{next(iter(self._used))}) AS place
            ORDER BY place
            """,
            params,
        )
        minutes = (self._a1 - self._a0).total_seconds() / 60 if self.metric.per_minute or self.metric.peak else 1.0
        return [
            None if v is None or not math.isfinite(float(str(v))) else float(str(v)) / minutes
            for v in answer.column("value")
        ]
