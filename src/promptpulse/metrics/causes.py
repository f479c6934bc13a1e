"""Which calls carry the change of a metric: the version that got slow, the model that fails, the prompt that is new.

Calls of two periods are put into groups by each dimension in turn. A group is judged by a question: had it behaved, and had
it been called, as before, what would the metric be now? The share of the change that is then gone is what it explains. The
answer is exact, also for percentiles: what is kept of a group adds up with the others (sums, or counts of latencies).

Large groups explain much of any change, so a group is a cause only if the other calls do not change alike."""

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
Kind = Literal["itself", "more", "less", "new", "gone"]
"""How a group carries the change: it behaves differently; it has a larger or smaller share of the calls (of a sum: more or
fewer calls); it had none before; it has none any more."""
Verdict = Literal["one", "mix", "several", "all", "unchanged", "too_few"]
"""one: a single group carries it. mix: no group behaves differently, their shares of the calls changed. several: some groups
together do. all: calls changed alike, whatever they are grouped by. too_few: calls, to say anything."""

SEARCHED = (
    "prompt_version", "prompt_id", "model", "provider", "feature", "operation", "variant_id", "environment", "response_model",
    "service", "user_id",
)  # fmt: skip
"""Dimensions, the most telling first: of groups of the same calls the first is named."""
SYMPTOMS = ("error_type", "error_name")
"""Say what went wrong, not where."""
_PARENTS = {"prompt_version": "prompt_id", "variant_id": "experiment_id"}
MOST_PROPERTIES = 8
MOST_VALUES = 100
"""Of a dimension: those with the most calls, failures, cost or time."""
FEWEST_CALLS = 10
MOST_CARRIERS = 20
_CARRIES, _HELPS = 0.5, 0.2
"""Shares of the change: of a single cause, and of one of several."""
_SPECIFIC = 0.5
"""Of the change of a group, this much must be missing in the other calls."""
_SAME = 0.9
"""A narrower group that explains this much of what a wider one does is the better answer."""
_SHIFTED = 0.6
"""Share of the change that is due to shares of calls, from which on these are the cause."""
_KNOWN_BEFORE = 0.8
"""Of the calls after, this share must be of groups that there were before, to speak of their shares."""
_NEGLIGIBLE = 0.02
"""A share of calls that is so small against that of the other period counts as none."""
_UNCHANGED = 0.01
_MOMENT = "DateTime64(6, 'UTC')"


@dataclass(frozen=True, slots=True)
class Change:
    """The first metric of `query` over the calls of `before` and of `after`, each `[start, end)`. The query's own range,
    groups and bucket do not count."""

    query: Query
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A group of calls. Sums of the period before are scaled to the length of the period after."""

    dimension: str
    label: str
    """Of the dimension."""
    value: str | None
    parent: str | None
    """Prompt of a version, experiment of a variant."""
    where: tuple[Filter, ...]
    """Selects its calls, together with the filters of the query."""
    kind: Kind
    before: float | None
    """The metric of its calls."""
    after: float | None
    calls_before: int
    calls_after: int
    share_before: float
    """Percent of all calls."""
    share_after: float
    explained: float
    """Percent of the change of all calls; more than 100 when others moved the other way, negative when it did."""
    without: float | None
    """What the metric would be after, if this group were as before."""
    others_before: float | None
    """The metric of all other calls."""
    others_after: float | None
    is_specific: bool
    """The other calls did not change alike."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of the change is due to the shares of calls that the groups of a dimension have."""

    dimension: str
    label: str
    share: float
    """Percent of the change; the rest is due to groups that behave differently."""


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
class Causes:
    metric: Metric
    before: float | None
    after: float | None
    calls_before: int
    calls_after: int
    verdict: Verdict
    most_likely: Carrier | None
    """The single cause; of a mix, of several and of all: None or the largest of them."""
    within: Carrier | None
    """Among the calls of the most likely cause, what carries its change in turn."""
    symptom: Carrier | None
    """Type of error that carries the change."""
    carriers: tuple[Carrier, ...]
    """Specific ones first, then by what they explain. At most one of a dimension's groups of the same calls."""
    mixes: tuple[Mix, ...]
    damage: Damage


def causes(store: Store, change: Change, now: datetime) -> Causes:
    """Raises `BadQuery` and `TooHeavy`."""
    found = _causes(store, change, now)
    if found.verdict != "one" or found.most_likely is None or found.most_likely.kind == "gone":
        return found
    inner = replace(change, query=replace(change.query, where=(*change.query.where, *found.most_likely.where)))
    of_inner = _causes(store, inner, now, skip=found.most_likely.dimension)
    cause = of_inner.most_likely if of_inner.verdict == "one" else None
    narrower = cause is not None and cause.calls_after < 0.9 * found.most_likely.calls_after
    return replace(found, within=cause if narrower else None)


def _causes(store: Store, change: Change, now: datetime, skip: str = "") -> Causes:
    asked = checked(
        replace(
            change.query, start=change.before[0], end=change.after[1], bucket=None, by=(), cumulative=False, order_by=""
        )
    )
    reading = _Reading(store, asked, change, now)
    whole = reading.of(())
    calls_before, calls_after = int(whole.calls_before.sum()), int(whole.calls_after.sum())
    before_row, after_row = whole.before.sum(axis=0), whole.after.sum(axis=0)
    before, after = reading.evaluate(np.stack([before_row, after_row]))
    nothing = Causes(
        reading.metric, before, after, calls_before, calls_after, "too_few", None, None, None, (), (),
        reading.damage((), before),
    )  # fmt: skip
    if (
        after is None
        or before is None
        or calls_before + calls_after < FEWEST_CALLS
        or not (calls_before or reading.adds)
    ):
        return nothing
    if abs(after - before) <= _UNCHANGED * max(abs(before), abs(after)):
        return replace(nothing, verdict="unchanged")
    total = _Total(before_row, after_row, calls_before, calls_after, before, after)
    carriers: list[Carrier] = []
    symptoms: list[Carrier] = []
    mixes: list[Mix] = []
    searched = reading.telling([d for d in (*SEARCHED, *reading.properties(), *SYMPTOMS) if d != skip])
    asking = [_asking(dimension, reading.of(_with_parent(dimension)), total) for dimension in searched]
    for one, values in zip(asking, reading.evaluate_all([one.rows for one in asking]), strict=True):
        dimension = one.dimension
        found, mix = _judged(reading, one, values, total)
        (symptoms if dimension in SYMPTOMS else carriers).extend(found)
        if mix is not None and dimension not in SYMPTOMS:
            mixes.append(mix)
    ranked = _ranked(carriers)
    mixes.sort(key=lambda m: -m.share)
    verdict, most_likely = _verdict(ranked, mixes)
    symptom = next((c for c in _ranked(symptoms) if c.is_specific and c.explained >= 100 * _CARRIES), None)
    return Causes(
        reading.metric, before, after, calls_before, calls_after, verdict, most_likely, None, symptom,
        tuple(ranked[:MOST_CARRIERS]), tuple(mixes), reading.damage(most_likely.where if most_likely else (), before),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Groups:
    """What is kept of each group; rows of `before` and `after` add up. `before` is scaled to the length of `after`."""

    keys: tuple[Key, ...]
    before: Floats
    after: Floats
    calls_before: Floats
    """Not scaled."""
    calls_after: Floats
    scale: float


@dataclass(frozen=True, slots=True)
class _Total:
    before_row: Floats
    after_row: Floats
    calls_before: int
    calls_after: int
    before: float
    after: float


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


class _Reading:
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

    def of(self, dimensions: Key) -> _Groups:
        """Groups of the calls by `dimensions`; one group of all when there are none."""
        match self._form:
            case "mean":
                return self._means(dimensions)
            case "quantile":
                return self._latencies(dimensions)
            case "sums":
                return self._sums(dimensions)

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

    def overlaps(self, groups: _Groups, total: _Total) -> bool:
        """One is in several groups, as users are: they do not add up, so nobody can be taken away."""
        if self._form != "mean" or not self.adds:
            return False
        whole = total.before_row[1] + total.after_row[1]
        return bool(groups.before[:, 1].sum() + groups.after[:, 1].sum() > 1.05 * whole)

    def telling(self, dimensions: Sequence[str]) -> list[str]:
        """Those with more than one group; the others tell nothing apart."""
        where, params = self._where()
        several = [
            f"uniqUpTo(1)({', '.join(field(d, 'by').sql(params) for d in _with_parent(dimension))}) > 1 AS d{i}"
            for i, dimension in enumerate(dimensions)
        ]
        row = next(iter(self._store.query(f"SELECT {', '.join(several)} FROM calls WHERE {where}", params).rows()))
        return [dimension for dimension, is_told in zip(dimensions, row, strict=True) if is_told]

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

    def _sums(self, dimensions: Key) -> _Groups:
        rows = self._grouped(dimensions, [f"toFloat64({MEASURES[name].raw(())})" for name in self._used])
        keys = list(dict.fromkeys(key for key, *_ in rows))
        place = {key: i for i, key in enumerate(keys)}
        kept = np.zeros((2, len(keys), len(self._used)))
        calls = np.zeros((2, len(keys)))
        for key, is_after, n, values in rows:
            calls[is_after, place[key]] = n
            kept[is_after, place[key]] = values
        return self._as_groups(keys, kept, calls)

    def _latencies(self, dimensions: Key) -> _Groups:
        name = next(iter(self._used))
        measure = MEASURES[name]
        bucket = f"toUInt16(least(1023, round(log1p(ifNull({measure.expression}, 0) / 1000) / log({GROWTH}))))"
        counted = f"countIf({measure.condition})"
        rows = self._grouped(dimensions, [f"toFloat64({counted})"], bucket)
        keys = list(dict.fromkeys(key for key, *_ in rows))
        place = {key: i for i, key in enumerate(keys)}
        kept = np.zeros((2, len(keys), 1024))
        calls = np.zeros((2, len(keys)))
        for key, is_after, n, (known, at) in rows:
            calls[is_after, place[key]] += n
            kept[is_after, place[key], int(at)] += known
        return self._as_groups(keys, kept, calls)

    def _means(self, dimensions: Key) -> _Groups:
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

    def _as_groups(self, keys: Sequence[Key], kept: Floats, calls: Floats) -> _Groups:
        return _Groups(tuple(keys), kept[0] * self.scale, kept[1], calls[0], calls[1], self.scale)

    def _grouped(
        self, dimensions: Key, outputs: Sequence[str], bucket: str = ""
    ) -> list[tuple[Key, int, float, tuple[float, ...]]]:
        """Key, whether it is of the period after, calls, values of `outputs` (and the bucket)."""
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
        found = []
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


@dataclass(frozen=True, slots=True)
class _Asking:
    """The groups of a dimension, those that may carry the change, and of what the metric must be known to judge them."""

    dimension: str
    groups: _Groups
    chosen: list[int]
    rows: Floats


def _with_parent(dimension: str) -> Key:
    return (_PARENTS[dimension], dimension) if dimension in _PARENTS else (dimension,)


def _asking(dimension: str, groups: _Groups, total: _Total) -> _Asking:
    parents = [key[:-1] for key in groups.keys]
    chosen = [i for i in range(len(groups.keys)) if _may_carry(groups, parents, i, total, dimension)]
    rows = [_as_before(groups, parents, i) for i in chosen]
    at_same_share = _at_same_share(groups)
    sets = [
        groups.before[chosen], groups.after[chosen], total.before_row - groups.before[chosen],
        total.after_row - groups.after[chosen],
        np.stack([total.after_row - groups.after[i] + row for i, row in zip(chosen, rows, strict=True)]) if chosen else rows,
        total.after_row - groups.after[chosen] + at_same_share[chosen],
        (total.after_row - groups.after.sum(axis=0) + at_same_share.sum(axis=0))[None, :],
    ]  # fmt: skip
    width = len(total.after_row)
    return _Asking(dimension, groups, chosen, np.concatenate([np.asarray(s).reshape(-1, width) for s in sets]))


def _judged(
    reading: _Reading, one: _Asking, values: Sequence[float | None], total: _Total
) -> tuple[list[Carrier], Mix | None]:
    dimension, groups, chosen = one.dimension, one.groups, one.chosen
    if reading.overlaps(groups, total):
        return [], None
    n_before, n_after = groups.calls_before, groups.calls_after
    parents = [key[:-1] for key in groups.keys]
    own_b, own_a, others_b, others_a, without, behaving = (
        values[j * len(chosen) : (j + 1) * len(chosen)] for j in range(6)
    )
    label = field(dimension, "by").label
    moved = total.after - total.before
    found = []
    for j, i in enumerate(chosen):
        left = without[j]
        explained = 1.0 if left is None else (total.after - left) / moved
        by_itself = 0.0 if (b := behaving[j]) is None else (total.after - b) / moved
        kind = _kind(reading, n_before[i], n_after[i], total, by_itself, explained)
        others = total.calls_after - n_after[i]
        spared = _spared(reading, total, kind, (own_b[j], own_a[j]), (others_b[j], others_a[j]), others)
        key = groups.keys[i]
        found.append(
            Carrier(
                dimension, label, key[-1] or None, key[0] or None if len(key) > 1 else None, _selects(dimension, key), kind,
                own_b[j], own_a[j], int(n_before[i]), int(n_after[i]),
                100 * n_before[i] / max(total.calls_before, 1), 100 * n_after[i] / max(total.calls_after, 1),
                100 * explained, left, others_b[j], others_a[j], spared >= _SPECIFIC,
            )
        )  # fmt: skip
    mixed = values[-1]
    if reading.adds or mixed is None or len(groups.keys) < 2:
        return found, None
    is_parted = dimension not in _PARENTS or len(set(parents)) < len(parents)
    if not is_parted or n_after[n_before > 0].sum() < _KNOWN_BEFORE * total.calls_after:
        return found, None
    return found, Mix(dimension, label, 100 * (mixed - total.before) / moved)


def _may_carry(groups: _Groups, parents: Sequence[Key], i: int, total: _Total, dimension: str) -> bool:
    value, n_before, n_after = groups.keys[i][-1], groups.calls_before[i], groups.calls_after[i]
    is_all = n_before >= 0.99 * total.calls_before and n_after >= 0.99 * total.calls_after
    if n_before + n_after < FEWEST_CALLS or is_all:
        return False
    if dimension in _PARENTS:
        siblings = [j for j, parent in enumerate(parents) if parent == parents[i] and j != i]
        # a version that is alone is the same calls as its prompt
        return bool(parents[i][0] and value and n_after and siblings)
    # calls that did not fail are no symptom, those without a property are all the others, and which snapshot would have
    # answered is not known of calls that failed
    return bool(value) or not (dimension in {*SYMPTOMS, "response_model"} or dimension.startswith(PROPERTY_PREFIX))


def _as_before(groups: _Groups, parents: Sequence[Key], i: int) -> Floats:
    """What the group's calls would be, had it behaved and been called as before.

    Calls of a version do not vanish when it does: the versions that its prompt had before answer them."""
    before: Floats = groups.before[i]
    n_before, n_after = float(groups.calls_before[i]), float(groups.calls_after[i])
    if not parents[i]:
        return before
    of_parent = [j for j, parent in enumerate(parents) if parent == parents[i]]
    parent_before, parent_after = groups.calls_before[of_parent].sum(), groups.calls_after[of_parent].sum()
    if not parent_before:
        return before
    as_usual = min(n_before / parent_before * parent_after, n_after)
    found: Floats = np.zeros_like(before)
    if n_before:
        found = found + before * (as_usual / n_before) / groups.scale
    others = [j for j in of_parent if j != i and groups.calls_before[j]]
    rest = n_after - as_usual
    if rest > 0:
        filling = others or of_parent
        calls = groups.calls_before[filling].sum()
        found = found + groups.before[filling].sum(axis=0) / groups.scale * (rest / calls)
    return found


def _at_same_share(groups: _Groups) -> Floats:
    """Each group as it behaved before, with the calls it has after. One that is new is as it is."""
    n_before, n_after = groups.calls_before, groups.calls_after
    factor = np.divide(n_after, n_before, out=np.zeros(len(n_after)), where=n_before > 0) / groups.scale
    found: Floats = np.where((n_before > 0)[:, None], groups.before * factor[:, None], groups.after)
    return found


def _kind(
    reading: _Reading, n_before: float, n_after: float, total: _Total, by_itself: float, explained: float
) -> Kind:
    share_before, share_after = n_before / max(total.calls_before, 1), n_after / max(total.calls_after, 1)
    if share_before <= _NEGLIGIBLE * share_after:
        return "new"
    if share_after <= _NEGLIGIBLE * share_before:
        return "gone"
    if explained and by_itself / explained >= 0.5:
        return "itself"
    grew = n_after > n_before * reading.scale if reading.adds else share_after > share_before
    return "more" if grew else "less"


def _spared(
    reading: _Reading,
    total: _Total,
    kind: Kind,
    own: tuple[float | None, float | None],
    others: tuple[float | None, float | None],
    others_calls: float,
) -> float:
    """Part of the group's change that the other calls do not share: 1 when they stay as they were."""
    if others_calls < FEWEST_CALLS:  # a group that is nearly all calls cannot be told from the rest
        return 1.0 if kind in {"new", "more"} else 0.0
    compared = own if kind == "itself" or (reading.adds and kind in {"more", "less"}) else (total.before, total.after)
    least = 1e-3 * max(abs(total.before), abs(total.after))
    mine, theirs = _move(reading, compared, least), _move(reading, others, least)
    return 0.0 if not mine else 1 - min(max(theirs / mine, 0.0), 1.0)


def _move(reading: _Reading, values: tuple[float | None, float | None], least: float) -> float:
    """Of shares in points, of all else as a ratio: what is slow by nature may slow down by more."""
    before, after = values
    if before is None or after is None:
        return 0.0
    if (reading.metric.unit == "percent" and not reading.adds) or min(before, after) < 0:
        return after - before
    return math.log((after + least) / (before + least))


def _ranked(carriers: Sequence[Carrier]) -> list[Carrier]:
    """The best answer first; of groups of the same calls only the most telling."""
    ordered = sorted(carriers, key=lambda c: (not c.is_specific, -c.explained))
    strong = [c for c in ordered if c.is_specific and c.explained >= 100 * _CARRIES]
    if strong:
        top = min(strong[0].explained, 100.0)
        near = [c for c in strong if min(c.explained, 100.0) >= _SAME * top]
        fewest = min(_size(c) for c in near)
        best = min(
            (c for c in near if _size(c) <= 1.1 * fewest), key=lambda c: (c.kind not in {"new", "gone"}, _order(c))
        )
        ordered = [best, *(c for c in ordered if c is not best)]
    found: list[Carrier] = []
    seen: set[tuple[int, int, float]] = set()
    for c in ordered:
        same = (c.calls_before, c.calls_after, round(c.explained, 6))
        if same not in seen:
            found.append(c)
        seen.add(same)
    return found


def _size(c: Carrier) -> float:
    return c.share_before + c.share_after


def _order(c: Carrier) -> int:
    return SEARCHED.index(c.dimension) if c.dimension in SEARCHED else len(SEARCHED)


def _verdict(ranked: Sequence[Carrier], mixes: Sequence[Mix]) -> tuple[Verdict, Carrier | None]:
    best = next((c for c in ranked[:1] if c.is_specific and c.explained >= 100 * _CARRIES), None)
    shifted = [m.dimension for m in mixes if m.share >= 100 * _SHIFTED]
    if shifted and (best is None or best.kind in {"more", "less"}):
        helping = [c for c in ranked if c.dimension in shifted and c.is_specific and c.explained >= 100 * _HELPS]
        return "mix", best or next(iter(helping), None)
    if best is not None:
        return "one", best
    for dimension in dict.fromkeys(c.dimension for c in ranked):
        some = [c for c in ranked if c.dimension == dimension and c.is_specific and c.explained >= 100 * _HELPS]
        if len(some) > 1 and sum(c.explained for c in some) >= 100 * _SHIFTED:
            return "several", some[0]
    return "all", None


def _selects(dimension: str, key: Key) -> tuple[Filter, ...]:
    names = (_PARENTS[dimension], dimension) if dimension in _PARENTS else (dimension,)
    return tuple(Filter(name, "in", (value or None,)) for name, value in zip(names, key, strict=True))
