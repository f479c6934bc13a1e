"""A metric over windows that overlap: what a rule saw at each of its rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from promptpulse.metrics.catalogue import Metric
from promptpulse.metrics.days import told_by, whole_days
from promptpulse.metrics.fields import BadQuery
from promptpulse.metrics.formula import empty_value
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.plan import Sources, pick, pick_days, plan, raw_leaves, reads_scores, references
from promptpulse.metrics.query import Query, checked
from promptpulse.metrics.rollups import RAW, Source
from promptpulse.metrics.run import Group, run
from promptpulse.store import Store

Floats = NDArray[np.float64]
MOST_VALUES = 2_000_000
"""Groups x windows x metrics."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Values by metric and group, of the windows that end at `ends`. NaN is "no data"."""

    ends: tuple[datetime, ...]
    """Ascending, equally far apart."""
    groups: tuple[Group, ...]
    """Those with the largest value of `order_by` over the whole range; one empty group when there are no dimensions."""
    groups_total: int
    values: Mapping[str, Sequence[Floats]]
    """`values[metric][group][window]`."""


def sliding(store: Store, query: Query, window: timedelta, step: timedelta, now: datetime) -> Windows:
    """Windows that end every `step` in `(start, end]` of `query`, each as long as `window`, a multiple of `step`.

    Its bucket does not count. Raises `BadQuery` and `TooHeavy`."""
    if window % step:
        raise BadQuery("step: must divide the window", field="step")
    query = checked(replace(query, bucket=None, cumulative=False))
    groups: tuple[Group, ...] = ((),)
    total = 1
    if query.by:
        ranked = replace(query, metrics=(query.order_by or query.metrics[0],))
        frame = run(store, ranked, now)
        groups, total = frame.groups, frame.groups_total
    count = (query.end - query.start) // step
    ends = tuple(query.start + (i + 1) * step for i in range(count))
    if len(groups) * count * len(query.metrics) > MOST_VALUES:
        raise BadQuery(
            f"by: {len(groups)} series x {count} windows are too many; group by less, or take fewer days", field="by"
        )
    metrics = [query.metric(key) for key in query.metrics]
    values = {m.key: [np.full(count, empty_of(m)) for _ in groups] for m in metrics}
    reading = _Reading(store, query, [end - step for end in ends], window // step, now)
    position = {tuple(v or "" for v in group): i for i, group in enumerate(groups)}
    origin, step_s = int(query.start.timestamp()), int(step.total_seconds())
    kinds: dict[tuple[bool, bool, bool], list[Metric]] = {}
    for metric in metrics:
        kinds.setdefault((metric.peak, reads_scores(metric), bool(raw_leaves([metric]))), []).append(metric)
    for kind in kinds.values() if groups and count else ():
        for bucket_s, group, row in reading.rows(kind, list(position) if query.by else None):
            at = (bucket_s - origin) // step_s
            for metric, value in zip(kind, row, strict=False):
                values[metric.key][position[group]][at] = np.nan if value is None else float(str(value))
    minutes = window / timedelta(minutes=1)
    for metric in metrics:
        if metric.per_minute:
            values[metric.key] = [row / minutes for row in values[metric.key]]
    return Windows(ends, groups, total, values)


class _Reading:
    def __init__(self, store: Store, query: Query, starts: Sequence[datetime], span: int, now: datetime) -> None:
        self.store, self.starts, self.span, self.now = store, starts, span, now
        step = starts[1] - starts[0] if len(starts) > 1 else query.end - query.start
        self.query = replace(query, start=query.start - (span - 1) * step)
        self._whole: tuple[date, ...] | None = None

    def rows(
        self, metrics: Sequence[Metric], only: Sequence[Sequence[str]] | None
    ) -> list[tuple[int, tuple[str, ...], tuple[object, ...]]]:
        chosen = plan(self.query, metrics, self.starts, self._sources(metrics), only, self.span)
        answer = self.store.query(chosen.sql, chosen.params)
        after = 1 + len(self.query.by)
        return [(int(str(row[0])), tuple(str(v) for v in row[1:after]), tuple(row[after:])) for row in answer.rows()]

    def _sources(self, metrics: Sequence[Metric]) -> Sources:
        if raw_leaves(metrics):
            return Sources(RAW)
        used = frozenset(references(metrics))
        finest = timedelta(minutes=1) if metrics[0].peak else None
        rest = pick(self.query, self.starts, self.now, used, finest)
        of_days = pick_days(self.query, self.starts, used, finest)
        # whole days of hours and minutes are merged as they are; a step is a part of their rows only where it divides them
        days = self._days(of_days) if of_days and of_days.grain <= timedelta(hours=1) else ()
        return Sources(rest, of_days, days) if days else Sources(rest)

    def _days(self, rollup: Source) -> tuple[date, ...]:
        if self._whole is None:
            query = self.query
            self._whole = tuple(whole_days(self.store, query.project, query.start, query.end))
        return told_by(self.store, self.query.project, rollup, self._whole)


def empty_of(metric: Metric) -> float:
    """Value of a window without calls; NaN where it has none."""
    formula = formula_of(metric)
    empty = empty_value(formula) if formula else metric.empty
    return np.nan if empty is None else float(empty)


def aligned(moment: datetime, step: timedelta) -> datetime:
    """The last multiple of `step` at or before `moment`."""
    step_s = int(step.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // step_s * step_s, UTC)
