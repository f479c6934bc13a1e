"""`run` is the only way to get a number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from promptpulse.core.times import from_micros
from promptpulse.metrics import kept
from promptpulse.metrics.catalogue import Metric
from promptpulse.metrics.days import days_with_calls, told_by, whole_days
from promptpulse.metrics.fields import BadQuery
from promptpulse.metrics.formula import empty_value
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.plan import (
    Plan,
    Sources,
    count_groups,
    gaps_of,
    pick,
    pick_days,
    plan,
    raw_leaves,
    reads_scores,
    references,
)
from promptpulse.metrics.query import MAX_POINTS, Query, axis, checked
from promptpulse.metrics.rollups import RAW, Source
from promptpulse.store import Answer, Store

MANY = frozenset({"user_id", "session_id"})
"""Have so many values that the largest groups are found first, and all else is computed of them alone."""
Value = float | int | None
Group = tuple[str | None, ...]
StoredGroup = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Values by metric, group and bucket. None is "no data"."""

    query: Query
    buckets: tuple[datetime, ...] | None
    """Starts, ascending, without gaps; None when there is one value a group."""
    last_bucket_partial: bool
    groups: tuple[Group, ...]
    """Values of the query's dimensions; one empty group when it has none."""
    groups_total: int
    values: Mapping[str, Sequence[Sequence[Value]]]
    """`values[metric][group][bucket]`."""
    moments: Mapping[str, Sequence[Sequence[datetime | None]]]
    """As `values`, of peaks: the clock minute in which each was reached, the first of several."""
    source: str
    rows_read: int | None
    """Of the store; None where it does not tell."""
    elapsed_ms: float
    kept_from: datetime | None = None
    """Rows before this are no longer kept, and the question needs some of them: values of that time miss what they told."""

    def total(self, metric: str, group: int = 0) -> Value:
        """The value of a query without buckets."""
        return self.values[metric][group][0]


def run(store: Store, query: Query, now: datetime, *, source: Source | None = None) -> Frame:
    """Answer `query`. `source` forces a table, for the guard that raw and rollups agree.

    Raises `BadQuery` (a field is not acceptable) and `TooHeavy` (narrow the range)."""
    query = checked(query)
    cut = axis(query)
    starts = None if cut is None else cut[1]
    read = _Reading(store, query, starts, now, source)
    kinds = read.kinds()
    groups, groups_total, ranked = read.groups(kinds) if query.by else ([()], 1, _Rows((), ()))
    width = 1 if starts is None else len(starts)
    if len(groups) * width * len(query.metrics) > MAX_POINTS:
        raise BadQuery(
            f"limit: {len(groups)} groups x {width} buckets x {len(query.metrics)} metrics are more than {MAX_POINTS} values;"
            " lower `limit` or take a larger `bucket`",
            field="limit",
        )
    moments: dict[str, list[list[datetime | None]]] = {
        key: [[None] * width for _ in groups] for key in query.metrics if query.metric(key).peak
    }
    values = {key: [_empty_row(query.metric(key), query, starts, now) for _ in groups] for key in query.metrics}
    position = {group: i for i, group in enumerate(groups)}
    column = {0: 0} if starts is None else {int(s.timestamp()): i for i, s in enumerate(starts)}
    for kind in kinds:
        if starts is None and ranked.metrics == tuple(kind):
            answered = ranked
        elif groups:
            answered = read.rows(kind, groups if query.by else None)
        else:
            break
        for bucket_s, group, row in answered.rows:
            at = position[group], column[bucket_s]
            for metric, value in zip(kind, row[: len(kind)], strict=True):
                values[metric.key][at[0]][at[1]] = _number(value)
            for metric, minute_s in zip(kind, row[len(kind) :], strict=False):
                if not int(str(minute_s)):  # no calls: no minute was the busiest
                    continue
                moments[metric.key][at[0]][at[1]] = datetime.fromtimestamp(int(str(minute_s)), UTC)
    for key in query.metrics:
        if query.metric(key).per_minute:
            values[key] = [_per_minute(row, query, starts, now) for row in values[key]]
        if query.cumulative:
            begun = sum(start <= now for start in starts or ())
            values[key] = [_running(row[:begun]) + row[begun:] for row in values[key]]
    return Frame(
        query=query,
        buckets=None if starts is None else tuple(starts),
        last_bucket_partial=starts is not None and query.end >= now and bool(starts) and starts[-1] <= now,
        groups=tuple(tuple(v or None for v in group) for group in groups),
        groups_total=groups_total,
        values=values,
        moments=moments,
        source=", ".join(dict.fromkeys(", ".join(read.tables).split(", "))),
        rows_read=read.rows_read,
        elapsed_ms=round(read.elapsed_ms, 3),
        kept_from=read.kept_from(),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    metrics: tuple[Metric, ...]
    rows: Sequence[tuple[int, StoredGroup, tuple[object, ...]]]
    """(bucket start in seconds or 0, group as stored, values of `metrics` and, of peaks, their minutes)."""


class _Reading:
    """The statements of one answer, and what they cost together."""

    def __init__(
        self, store: Store, query: Query, starts: Sequence[datetime] | None, now: datetime, source: Source | None
    ) -> None:
        self.store, self.query, self.starts, self.now, self.source = store, query, starts, now, source
        self._whole: tuple[date, ...] | None = None
        self._of_calls: set[tuple[datetime, datetime]] = set()
        """Times of which the calls themselves are read."""
        self._of_scores = False
        self.tables: list[str] = []
        self.rows_read: int | None = None
        self.elapsed_ms = 0.0

    def kinds(self) -> list[list[Metric]]:
        """Metrics that one statement can answer together: all peaks or none, from the same tables."""
        found: dict[tuple[bool, bool, str], list[Metric]] = {}
        for metric in map(self.query.metric, self.query.metrics):
            tables = self._sources([metric], self.starts).tables
            found.setdefault((metric.peak, reads_scores(metric), tables), []).append(metric)
        return list(found.values())

    def groups(self, kinds: Sequence[Sequence[Metric]]) -> tuple[list[StoredGroup], int, _Rows]:
        """The largest groups, how many there are in all, and the values that came with the ranking."""
        query = self.query
        order = query.metric(query.order_by or query.metrics[0])
        # those of every score that is asked for: which metric ranks them does not decide which groups there are
        scored = [m for m in dict.fromkeys(map(query.metric, query.metrics)) if reads_scores(m)]
        apart = self.starts or not MANY.isdisjoint(query.by)
        alone = [order] if apart else next(kind for kind in kinds if order in kind)
        ranked = scored if reads_scores(order) else alone
        found = self._ranked(ranked, order, query.limit)
        groups = [group for _, group, _ in found.rows]
        if scored and not reads_scores(order) and len(groups) < query.limit:
            # who has scores and no calls has nothing to be ranked by, and comes last
            known = set(groups)
            others = self._ranked(scored, scored[0], query.limit + len(groups))
            groups += [group for _, group, _ in others.rows if group not in known]
        if len(groups) < query.limit:
            return groups, len(groups), found
        if scored:
            of_all = self._plan(scored, None, None)
            total = replace(of_all, sql=f"SELECT count() AS n FROM ({of_all.sql})")
        else:
            total = count_groups(query, pick(query, None, self.now, frozenset()))
        counted = self._answer(total)
        return groups[: query.limit], int(str(counted.columns[0][0])), found

    def _ranked(self, metrics: Sequence[Metric], order: Metric, limit: int) -> _Rows:
        """The largest groups by `order`, one of `metrics`."""
        chosen = self._plan(metrics, None, None)
        keys = ", ".join(f"g{i}" for i in range(len(self.query.by)))
        tail = f"ORDER BY v{metrics.index(order)} DESC NULLS LAST, {keys} LIMIT {{limit:UInt32}}"
        return self._read(
            replace(chosen, sql=f"{chosen.sql} {tail}", params={**chosen.params, "limit": limit}), metrics
        )

    def rows(self, metrics: Sequence[Metric], only: Sequence[StoredGroup] | None) -> _Rows:
        """Values of `metrics`, of the groups `only`."""
        return self._read(self._plan(metrics, self.starts, only), metrics)

    def _sources(self, metrics: Sequence[Metric], starts: Sequence[datetime] | None) -> Sources:
        self._of_scores = self._of_scores or any(map(reads_scores, metrics))
        found = self._chosen(metrics, starts)
        if found.rest.is_raw:
            self._of_calls.update(gaps_of(self.query, found.days))
        return found

    def _chosen(self, metrics: Sequence[Metric], starts: Sequence[datetime] | None) -> Sources:
        if self.source:
            return Sources(self.source)
        if raw_leaves(metrics):
            return Sources(RAW)
        used = frozenset(references(metrics))
        finest = timedelta(minutes=1) if metrics[0].peak else None  # a peak is a number of minutes
        rest = pick(self.query, starts, self.now, used, finest)
        of_days = pick_days(self.query, starts, used, finest)
        days = told_by(self.store, self.query.project, of_days, self._whole_days()) if of_days else ()
        return Sources(rest, of_days, days) if days else Sources(rest)

    def kept_from(self) -> datetime | None:
        """`Frame.kept_from`."""
        query = self.query
        if query.start >= self.now - kept.SURE or not (self._of_calls or self._of_scores):
            return None
        days = kept.days_of(self.store, query.project)
        limits = [days["facts"]] if self._of_scores and "facts" in days else []
        if "calls" in days and self._misses_calls(days["calls"]):
            limits.append(days["calls"])
        first = max((datetime.combine(day, time(), UTC) for day in limits), default=query.start)
        return first if first > query.start else None

    def _misses_calls(self, first: date) -> bool:
        """Whether there were calls before the first kept day, at times of which the calls themselves are read."""
        until = datetime.combine(first, time(), UTC)
        gone = [(start, min(end, until)) for start, end in self._of_calls if start < until]
        return any(
            start < day + timedelta(days=1) and day < end
            for day in days_with_calls(self.store, self.query.project, self.query.start, until)
            for start, end in gone
        )

    def _whole_days(self) -> tuple[date, ...]:
        query = self.query
        if self._whole is None:
            long = query.end - query.start >= timedelta(days=1)
            self._whole = tuple(whole_days(self.store, query.project, query.start, query.end)) if long else ()
        return self._whole

    def _plan(
        self, metrics: Sequence[Metric], starts: Sequence[datetime] | None, only: Sequence[StoredGroup] | None
    ) -> Plan:
        return plan(self.query, metrics, starts, self._sources(metrics, starts), only)

    def _read(self, chosen: Plan, metrics: Sequence[Metric]) -> _Rows:
        answer = self._answer(chosen)
        first = int(chosen.has_bucket)
        after = first + len(self.query.by)
        rows = [
            (int(str(row[0])) if first else 0, tuple(str(v) for v in row[first:after]), tuple(row[after:]))
            for row in answer.rows()
        ]
        return _Rows(tuple(metrics), rows)

    def _answer(self, chosen: Plan) -> Answer:
        answer = self.store.query(chosen.sql, chosen.params)
        self.tables.append(chosen.tables)
        if answer.rows_read is not None:
            self.rows_read = (self.rows_read or 0) + answer.rows_read
        self.elapsed_ms += answer.elapsed_ms
        return answer


def first_call(store: Store, project: str) -> datetime | None:
    """When the oldest call of the project started; None without calls. To the hour, where calls are no longer kept."""
    if kept.kept_from(store, project, "calls") is not None:
        hours = store.query(
            "SELECT toUnixTimestamp(min(t)) AS s, count() AS n FROM calls_1h WHERE project = {project:String}",
            {"project": project},
        )
        first_s, n = next(hours.rows())
        return datetime.fromtimestamp(int(str(first_s)), UTC) if n else None
    answer = store.query(
        """
        SELECT toUnixTimestamp64Micro(ts) AS us
        FROM calls
        WHERE project = {project:String}
        ORDER BY ts
        LIMIT 1
        """,
        {"project": project},
    )
    found = answer.column("us")
    return from_micros(int(str(found[0]))) if found else None


def previous(query: Query) -> Query:
    """The same question about the period of equal length just before."""
    return replace(query, start=query.start - (query.end - query.start), end=query.start)


def _empty_row(metric: Metric, query: Query, starts: Sequence[datetime] | None, now: datetime) -> list[Value]:
    formula = formula_of(metric)
    empty = empty_value(formula) if formula else metric.empty
    if starts is None:
        return [empty if query.start <= now else None]
    return [empty if start <= now else None for start in starts]  # the future is not empty, it is unknown


def _running(row: Sequence[Value]) -> list[Value]:
    """Sums of each value and all before it. A bucket that does not know its own adds nothing."""
    found: list[Value] = []
    total: Value = None
    for value in row:
        total = value if total is None else total + (value or 0)
        found.append(total)
    return found


def _per_minute(row: Sequence[Value], query: Query, starts: Sequence[datetime] | None, now: datetime) -> list[Value]:
    begins = [query.start] if starts is None else [max(s, query.start) for s in starts]
    ends = [*begins[1:], query.end]
    minutes = [
        (min(end, max(now, begin)) - begin) / timedelta(minutes=1) for begin, end in zip(begins, ends, strict=True)
    ]
    return [None if value is None or m <= 0 else value / m for value, m in zip(row, minutes, strict=True)]


def _number(value: object) -> Value:
    match value:
        case None:
            return None
        case bool() | int():
            return int(value)
        case Decimal():
            return float(value)
        case float():
            return value if math.isfinite(value) else None
        case _:
            raise TypeError(f"a metric answered {value!r}")
