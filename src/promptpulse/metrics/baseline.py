"""What a metric is expected to be, learned from its own past: the usual value of the hour of the week, moved to the level of
the last day, and how far values usually lie from it. docs/anomalies.md tells how it was chosen.

Whatever is said of a moment follows from hours that were over before the window that ends there began: what a rule would
have done last month is told by what was known last month."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from promptpulse.core.times import EPOCH
from promptpulse.metrics.catalogue import Metric
from promptpulse.metrics.formula import is_additive
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.query import MAX_GROUPS, Query, checked, zone
from promptpulse.metrics.run import Group, run
from promptpulse.store import Store

Floats = NDArray[np.float64]
Basis = Literal["week", "day", "hours"]
Sensitivity = Literal["low", "medium", "high"]
HOUR = timedelta(hours=1)
HISTORY = timedelta(days=35)
"""Read before the first moment."""
READY_HOURS = 24
"""With calls, before anything is said."""
WIDTHS: Mapping[Sensitivity, float] = {"low": 6.0, "medium": 4.5, "high": 3.5}
"""Usual distances from what is expected, beyond which a value is unusual."""
MOST_KEPT = 1000
_WEEK, _DAY = 168, 24
_WEEKS, _FEWEST_WEEKS, _DAYS = 4, 2, 7
_SPREAD_HOURS = 14 * _DAY
_COUNTED = "total_requests"


@dataclass(frozen=True, slots=True)
class Expected:
    """Of the window that ends at a moment. None where nothing can be said."""

    expected: float | None
    low: float | None
    """Values below are unusual."""
    high: float | None
    ready: bool
    """Enough was known to judge by."""
    learned_from: datetime | None
    """Start of the first hour with calls that it may know; None: there is none."""
    learned_hours: int
    """With calls, before the window."""
    basis: Basis | None
    """Same hours of the weeks before, same hours of the days before, or the last hours; None: nothing is known."""


_UNKNOWN = Expected(None, None, None, ready=False, learned_from=None, learned_hours=0, basis=None)


class Baseline:
    """Of one metric of one group."""

    def __init__(self, past: _Past | None, window: timedelta) -> None:
        self._past, self._window = past, window

    def at(self, moment: datetime, sensitivity: Sensitivity = "medium") -> Expected:
        """Of the window that ends at `moment`."""
        if self._past is None:
            return _UNKNOWN
        return self._past.expected(moment - self._window, self._window, WIDTHS[sensitivity])


@dataclass(frozen=True, slots=True)
class Baselined:
    """Baselines of a query's metrics and groups."""

    window: timedelta
    _found: Mapping[tuple[str, Group], _Past]

    def of(self, metric: str, group: Group = ()) -> Baseline:
        """A group that has no past is expected to be nothing: its baseline never is ready."""
        return Baseline(self._found.get((metric, group)), self.window)


class Baselines:
    """Learned once, then kept and brought up to date after every hour. May be used by several threads."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._kept: OrderedDict[tuple[Query, datetime, datetime], Mapping[tuple[str, Group], _Past]] = OrderedDict()
        self._lock = Lock()
        """Guards `_kept`."""

    def of(self, query: Query, window: timedelta, since: datetime, until: datetime) -> Baselined:
        """For moments in `[since, until]`, of windows as long as `window`. Of `query` its range, bucket and sums do not count.

        Raises `BadQuery` and `TooHeavy`."""
        now = self._clock()
        start, end = _hour(since - HISTORY), _hour(min(until, now))
        asked = replace(query, start=start, end=end, bucket="1h", cumulative=False)
        key = (asked, start, end)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = _learned(self._store, asked, now)
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return Baselined(window, found)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _learned(store: Store, asked: Query, now: datetime) -> Mapping[tuple[str, Group], _Past]:
    metrics = tuple(dict.fromkeys((*asked.metrics, _COUNTED)))
    # hours of UTC, which a rollup holds in every zone; the zone decides which of them are alike
    frame = run(
        store,
        checked(
            replace(
                asked,
                metrics=metrics,
                tz="UTC",
                order_by=asked.order_by or _COUNTED,
                limit=min(MAX_GROUPS, 2 * asked.limit),
            )
        ),
        now,
    )
    found: dict[tuple[str, Group], _Past] = {}
    tz = zone(asked.tz)
    local = _local_hours(asked.start, len(frame.buckets or ()) + 2, tz)
    for g, group in enumerate(frame.groups):
        calls = _floats(frame.values[_COUNTED][g])
        for key in asked.metrics:
            found[key, group] = _Past(asked.metric(key), asked.start, local, _floats(frame.values[key][g]), calls)
    return found


def _floats(row: object) -> Floats:
    return np.array(row, dtype=np.float64)  # None becomes NaN


def _local_hours(start: datetime, hours: int, tz: ZoneInfo) -> NDArray[np.int64]:
    """Number of the hour on the clocks of `tz`, of each hour from `start` on."""
    found = np.empty(hours, dtype=np.int64)
    for i in range(hours):
        at = start + i * HOUR
        offset = at.astimezone(tz).utcoffset() or timedelta()
        found[i] = (at - EPOCH + offset) // HOUR
    return found


class _Past:
    """Hours of one metric of one group."""

    def __init__(
        self, metric: Metric, start: datetime, local: NDArray[np.int64], values: Floats, calls: Floats
    ) -> None:
        formula = formula_of(metric)
        self._adds = is_additive(formula.root) if formula else metric.additive
        self._is_share = metric.unit == "percent"
        self._start = start
        known = np.flatnonzero(np.nan_to_num(calls) > 0)
        self._first = int(known[0]) if len(known) else None
        self._called = np.concatenate([[0], np.cumsum(np.nan_to_num(calls) > 0)])
        values = values.copy()
        if self._first is not None:
            values[: self._first] = np.nan  # before the first call nothing was measured
        self._calls = _seasonal(np.log1p(np.where(np.isnan(values), np.nan, calls)), local)[0]
        positive = values[values > 0]
        self._least = 0.0 if self._is_share or not len(positive) else 0.02 * float(np.median(positive))
        if self._adds and metric.unit == "count":
            self._least = max(1.0, self._least)
        y = values if self._is_share else np.log(np.maximum(values, 0) + (self._least or 1e-9))
        self._y = y
        self._usual, self._basis = _seasonal(y, local)
        n = len(y)
        self._rest = y - self._usual[:n]
        self._levels: dict[int, tuple[float, float]] = {}

    def expected(self, begin: datetime, window: timedelta, width: float) -> Expected:
        hours = (begin - self._start) / HOUR
        p = min(int(hours), len(self._usual) - 2)
        learned = int(self._called[min(max(p, 0), len(self._called) - 1)])
        if self._first is None or p <= self._first or math.isnan(self._usual[p]):
            return _UNKNOWN
        middle = hours + window / HOUR / 2
        usual = self._between(middle, p)
        if p not in self._levels:
            self._levels[p] = self._level(p)
        level, spread = self._levels[p]
        share = window / HOUR
        calls = math.expm1(float(self._calls[p])) if not math.isnan(self._calls[p]) else 0.0
        n = max(calls * share, 0.5)
        if self._is_share:
            value = min(max(usual + level, 0.0), 100.0)
            p_ = min(max(value / 100, 1 / (n + 2)), 1 - 1 / (n + 2))
            chance = 100 * math.sqrt(p_ * (1 - p_) / n)
            off = width * math.hypot(spread, chance)
            low, high = max(0.0, value - off), min(100.0, value + off)
        else:
            value = max(math.exp(usual + level) - self._least, 0.0)
            if self._adds:
                value *= share
            off = width * math.hypot(spread, 1.2 / math.sqrt(n))
            low, high = value * math.exp(-off), value * math.exp(off)
            if self._adds:
                low, high = low if n > width * width else 0.0, high + width * value / n
        at = self._start + self._first * HOUR
        return Expected(value, low, high, learned >= READY_HOURS, at, learned, self._basis_at(p))

    def _between(self, middle: float, p: int) -> float:
        """Of the usual values, at a fraction of an hour; the middle of an hour has its own value."""
        place = middle - 0.5
        i = min(max(math.floor(place), 0), len(self._usual) - 2)
        a, b = float(self._usual[i]), float(self._usual[i + 1])
        if math.isnan(a) or math.isnan(b):
            return float(self._usual[p])
        part = min(max(place - i, 0.0), 1.0)
        return a + part * (b - a)

    def _level(self, p: int) -> tuple[float, float]:
        """How far the last day lay from the usual, and how far hours lie from that."""
        day = self._rest[max(0, p - _DAY) : p]
        day = day[~np.isnan(day)]
        level = float(np.median(day)) if len(day) else 0.0
        rest = self._rest[max(0, p - _SPREAD_HOURS) : p]
        rest = rest[~np.isnan(rest)]
        spread = 1.4826 * float(np.median(np.abs(rest - np.median(rest)))) if len(rest) else 0.5
        return level, max(spread, 0.02 if not self._is_share else 0.2)

    def _basis_at(self, p: int) -> Basis:
        names: tuple[Basis, Basis, Basis] = ("hours", "day", "week")
        return names[int(self._basis[p])]


def _seasonal(y: Floats, local: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Median of the same hour of the weeks before; with too few weeks of that of the days before, then of the last day.
    Two hours more than `y` has."""
    first = int(local[0])
    clock = np.full(int(local[-1]) - first + 1, np.nan)
    clock[local[: len(y)] - first] = y
    weeks = np.stack([_before(clock, local - first, _WEEK * j) for j in range(1, _WEEKS + 1)])
    days = np.stack([_before(clock, local - first, _DAY * j) for j in range(1, _DAYS + 1)])
    hours = np.stack([_before(clock, local - first, 1 + j) for j in range(_DAY)])
    basis = np.where(
        (~np.isnan(weeks)).sum(axis=0) >= _FEWEST_WEEKS, 2, np.where((~np.isnan(days)).sum(axis=0) >= 2, 1, 0)
    )
    usual = np.choose(basis, [_median(hours), _median(days), _median(weeks)])
    return usual, basis


def _before(clock: Floats, at: NDArray[np.int64], hours: int) -> Floats:
    place = at - hours
    return np.where(place >= 0, clock[np.maximum(place, 0)], np.nan)


def _median(rows: Floats) -> Floats:
    """Of each column, of what is known."""
    ordered = np.sort(rows, axis=0)  # NaN last
    known = (~np.isnan(rows)).sum(axis=0)
    columns = np.arange(rows.shape[1])
    low, high = (
        ordered[np.maximum((known - 1) // 2, 0), columns],
        ordered[np.minimum(known // 2, len(rows) - 1), columns],
    )
    found: Floats = np.where(known > 0, (low + high) / 2, np.nan)
    return found
