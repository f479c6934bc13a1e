"""What a rule means: its question, its policy of time, and where values are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from promptpulse.alerts.shapes import Band, Change, Expected, NoData, QuietHours, RuleIn, Threshold
from promptpulse.alerts.state import Policy, Quiet, QuietSpan, Reading
from promptpulse.core.times import EPOCH
from promptpulse.metrics import Definitions, Filter, Metric, Query
from promptpulse.metrics.bounds import Bounds, fixed, from_band, from_expected, from_former, unbounded
from promptpulse.metrics.formula import FormulaError
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.query import zone
from promptpulse.metrics.sliding import empty_of

Floats = NDArray[np.float64]
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
SHORT = 15 * MINUTE
"""Windows up to here are judged every 30 s, longer ones every minute, and those of days every 15 minutes."""
DAY = timedelta(days=1)
OFTEN, SELDOM, RARELY = timedelta(seconds=30), MINUTE, 15 * MINUTE
CALLS = "total_requests"


@dataclass(frozen=True)
class Watch:
    """A rule, ready to be asked."""

    id: str
    project_id: str
    revision: int
    body: RuleIn
    tz: str
    definitions: Definitions

    @cached_property
    def window(self) -> timedelta:
        condition = self.body.condition
        return (condition.minutes if isinstance(condition, NoData) else self.body.window_minutes) * MINUTE

    @property
    def every(self) -> timedelta:
        if self.window > DAY:
            return RARELY
        return OFTEN if self.window <= SHORT else SELDOM

    @cached_property
    def metric_key(self) -> str:
        return CALLS if isinstance(self.body.condition, NoData) else self.body.metric

    @cached_property
    def metric(self) -> Metric:
        """Raises `BadQuery`."""
        return Query(self.project_id, (), EPOCH, EPOCH, definitions=self.definitions).metric(self.metric_key)

    @cached_property
    def samples_key(self) -> str:
        """What `minimum_samples` counts: calls or, of a metric of scores, the scores."""
        return samples_of(self.metric)

    @cached_property
    def where(self) -> tuple[Filter, ...]:
        return tuple(f.value() for f in self.body.where)

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.body, self.window, self.every, zone(self.tz), counts=not np.isnan(empty_of(self.metric)))

    @property
    def wants_expected(self) -> bool:
        return isinstance(self.body.condition, Expected | Band)

    @property
    def must_be_remembered(self) -> bool:
        """Its series matter when they have no calls, too."""
        condition = self.body.condition
        falls = (isinstance(condition, Threshold | Expected | Change) and condition.op == "below") or (
            isinstance(condition, Band) and condition.direction != "above"
        )
        return self.absence_alerts or (falls and self.policy.counts)

    @property
    def absence_alerts(self) -> bool:
        return self.policy.on_no_data == "alert"

    def question(self, start: datetime, end: datetime) -> Query:
        """Its value and its samples; series with the most of these first."""
        return Query(
            project=self.project_id,
            metrics=tuple(dict.fromkeys((self.metric_key, self.samples_key))),
            start=start,
            end=end,
            by=tuple(self.body.by),
            where=self.where,
            tz=self.tz,
            limit=self.body.series_limit,
            order_by=self.samples_key,
            definitions=self.definitions,
        )

    def former_end(self, end: datetime) -> datetime | None:
        """End of the window that this one is compared with."""
        condition = self.body.condition
        if not isinstance(condition, Change):
            return None
        return end - self.window if condition.against == "previous" else week_before(end, zone(self.tz))

    def bounds(self, given: Given) -> Bounds:
        """Of as many values as `given` has."""
        body = self.body
        match body.condition:
            case Threshold(op=op, value=value):
                return fixed(op, value, body.recovery_value, given.size)
            case Change(op=op, value=value, unit=unit):
                return from_former(op, value, body.recovery_value, given.former, unit)
            case Expected(op=op, factor=factor):
                return from_expected(op, factor, body.recovery_value, given.expected)
            case Band(direction=direction):
                return from_band(direction, given.low, given.high)
            case NoData():
                return unbounded(given.size)


class Given:
    """What bounds follow from: NaN where nothing is known."""

    def __init__(
        self,
        size: int,
        former: Floats | None = None,
        expected: Floats | None = None,
        low: Floats | None = None,
        high: Floats | None = None,
    ) -> None:
        nothing = np.full(size, np.nan)
        self.size = size
        self.former = nothing if former is None else former
        self.expected = nothing if expected is None else expected
        self.low = nothing if low is None else low
        self.high = nothing if high is None else high


def readings_of(watch: Watch, values: Floats, samples: Floats, bounds: Bounds) -> list[Reading]:
    """One of each value."""
    if isinstance(watch.body.condition, NoData):
        values = np.where(values == 0, np.nan, values)
    numbers = np.nan_to_num(samples)
    return [
        Reading(
            value=known(values[i]),
            samples=int(numbers[i]),
            low=known(bounds.low[i]),
            high=known(bounds.high[i]),
            clear_low=known(bounds.clear_low[i]),
            clear_high=known(bounds.clear_high[i]),
            judged=bool(bounds.judged[i]),
        )
        for i in range(len(values))
    ]


def known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def policy_of(body: RuleIn, window: timedelta, every: timedelta, tz: ZoneInfo, *, counts: bool) -> Policy:
    is_absence = isinstance(body.condition, NoData)
    return Policy(
        window=window,
        gap=max(3 * every, 2 * MINUTE),
        hold=body.for_minutes * MINUTE,
        recover=body.recovery_minutes * MINUTE,
        minimum_samples=0 if is_absence else body.minimum_samples,
        on_no_data="alert" if is_absence else body.on_no_data,
        renotify=None if body.renotify_minutes is None else body.renotify_minutes * MINUTE,
        quiet=Quiet(tuple(map(_span, body.quiet_hours)), tz) if body.quiet_hours else None,
        counts=counts,
    )


def samples_of(metric: Metric) -> str:
    try:
        formula = formula_of(metric)
    except FormulaError:  # it is refused when it is asked for
        return CALLS
    scores = [leaf.score for leaf in formula.aggregates if leaf.score] if formula else []
    if not scores:
        return CALLS
    quoted = scores[-1].replace('"', '""')
    return f'=count(score."{quoted}")'


def week_before(moment: datetime, tz: ZoneInfo) -> datetime:
    """At the same time of the wall clock."""
    return ((moment.astimezone(tz).replace(tzinfo=None) - WEEK).replace(tzinfo=tz)).astimezone(moment.tzinfo)


def _span(hours: QuietHours) -> QuietSpan:
    return QuietSpan(tuple(hours.weekdays), time.fromisoformat(hours.start), time.fromisoformat(hours.end))
