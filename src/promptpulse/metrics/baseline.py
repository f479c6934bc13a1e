"""What a metric is expected to be, learned from its own past. docs/anomalies.md tells how it was chosen.

Expected is the usual value of the hour of the week, moved to the level of the last day. How far a value may lie from it is
told by the largest distances of the last weeks, as in anomaly.py, and by chance where calls are few. Two bands are laid over
each other: around the level of the last day, which notices what lasts, and around that of the last hours, which is narrower
and notices what is sudden; it never calls a return to the expected unusual.

Whatever is said of a moment follows from hours that were over before the window that ends there began: what a rule would
have done last month is told by what was known last month."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from promptpulse.core.ids import stable_hash
from promptpulse.core.times import EPOCH
from promptpulse.metrics.catalogue import Metric
from promptpulse.metrics.formula import is_additive
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.query import MAX_GROUPS, Query, checked, zone
from promptpulse.metrics.run import Group, run
from promptpulse.store import Store

Floats = NDArray[np.float64]
V = TypeVar("V")
Basis = Literal["week", "day", "hours"]
Sensitivity = Literal["low", "medium", "high"]
HOUR = timedelta(hours=1)
HISTORY = timedelta(days=35)
"""Read before the first moment."""
READY_HOURS = 24
"""With calls, before anything is said."""
WIDTHS: Mapping[Sensitivity, float] = {"low": 1.5, "medium": 1.0, "high": 0.7}
"""Of the past record, beyond which a value is unusual."""
FLOORS: Mapping[Sensitivity, float] = {"low": math.inf, "medium": 10.0, "high": 5.0}
"""A sum that falls below this part of what is expected is unusual, also where it did so before: traffic has had outages."""
CHANCE = 4.0
"""Standard deviations of a value of so few calls that are not unusual, at medium sensitivity."""
MOST_KEPT, MOST_REPLAYED = 1000, 20
_WEEK, _DAY = 168, 24
_WEEKS, _FEWEST_WEEKS, _DAYS = 4, 2, 7
_LAST_HOURS = 3
_RECORD_HOURS, _RECORD_RANK = 14 * _DAY, 3
AHEAD = 28
"""Hours after the last known one that are foretold: a window of a day begins in one of them."""
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

    def __init__(self, past: Past | None, window: timedelta) -> None:
        self._past, self._window = past, window

    def at(self, moment: datetime, sensitivity: Sensitivity = "medium") -> Expected:
        """Of the window that ends at `moment`."""
        if self._past is None:
            return _UNKNOWN
        return self._past.expected(moment - self._window, self._window, sensitivity)


@dataclass(frozen=True, slots=True)
class Baselined:
    """Baselines of a query's metrics and groups."""

    window: timedelta
    _found: Mapping[tuple[str, Group], Past]

    def of(self, metric: str, group: Group = ()) -> Baseline:
        """A group that has no past is expected to be nothing: its baseline never is ready."""
        return Baseline(self._found.get((metric, group)), self.window)


class Baselines:
    """Learned once, then kept and brought up to date every hour. May be used by several threads."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._live: OrderedDict[Query, tuple[datetime, Mapping[tuple[str, Group], Past]]] = OrderedDict()
        """With the hour up to which is known."""
        self._replayed: OrderedDict[Query, Mapping[tuple[str, Group], Past]] = OrderedDict()
        self._lock = Lock()
        """Guards both."""

    def of(self, query: Query, window: timedelta, since: datetime, until: datetime) -> Baselined:
        """For moments in `[since, until]`, of windows as long as `window`. Of `query` its range, bucket and sums do not count.

        Raises `BadQuery` and `TooHeavy`."""
        now = self._clock()
        end = _hour(min(until, now))
        asked = replace(query, start=EPOCH, end=EPOCH + HOUR, bucket="1h", cumulative=False)
        if since < now - 2 * HOUR:
            return Baselined(window, self._replay(asked, _hour(since - window), end, now))
        # not all at the turn of the hour; what is an hour older says nearly the same
        turn = _hour(now - timedelta(seconds=int(stable_hash(repr(asked))[:8], 16) % 3000))
        with self._lock:
            known, found = self._live.get(asked, (EPOCH, {}))
        if known < min(turn, end):
            found = self._learned(asked, end - HISTORY, end, end - AHEAD * HOUR, now)
            with self._lock:
                _keep(self._live, asked, (end, found), MOST_KEPT)
        return Baselined(window, found)

    def _replay(self, asked: Query, since: datetime, end: datetime, now: datetime) -> Mapping[tuple[str, Group], Past]:
        key = replace(asked, start=since, end=max(end, since + HOUR))
        with self._lock:
            found = self._replayed.get(key)
        if found is None:
            found = self._learned(asked, since - HISTORY, end, since - HOUR, now)
            with self._lock:
                _keep(self._replayed, key, found, MOST_REPLAYED)
        return found

    def _learned(
        self, asked: Query, start: datetime, end: datetime, since: datetime, now: datetime
    ) -> Mapping[tuple[str, Group], Past]:
        """Of hours in `[start, end)`; what is told begins at `since`."""
        # hours of UTC, which a rollup holds in every zone; the zone decides which of them are alike
        question = replace(
            asked,
            metrics=tuple(dict.fromkeys((*asked.metrics, _COUNTED))),
            start=start,
            end=end,
            tz="UTC",
            order_by=asked.order_by or _COUNTED,
            limit=min(MAX_GROUPS, 2 * asked.limit),
        )
        frame = run(self._store, checked(question), now)
        local = _local_hours(start, len(frame.buckets or ()) + AHEAD, zone(asked.tz))
        found: dict[tuple[str, Group], Past] = {}
        for g, group in enumerate(frame.groups):
            calls = np.array(frame.values[_COUNTED][g], dtype=np.float64)  # None becomes NaN
            for key in asked.metrics:
                values = np.array(frame.values[key][g], dtype=np.float64)
                found[key, group] = Past(nature_of(asked.metric(key)), start, local, values, calls, since)
        return found


def _keep(kept: OrderedDict[Query, V], key: Query, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _local_hours(start: datetime, hours: int, tz: ZoneInfo) -> NDArray[np.int64]:
    """Number of the hour on the clocks of `tz`, of each hour from `start` on."""
    moments = (start + i * HOUR for i in range(hours))
    offsets = ((m, m.astimezone(tz).utcoffset() or timedelta()) for m in moments)
    return np.array([(m - EPOCH + offset) // HOUR for m, offset in offsets], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Nature:
    """How values of a metric behave."""

    adds: bool
    """Those of parts of an hour add up to that of the hour."""
    is_share: bool
    """They are percent, and differ by points; all else differs by a factor."""
    is_count: bool


def nature_of(metric: Metric) -> Nature:
    formula = formula_of(metric)
    adds = is_additive(formula.root) if formula else metric.additive
    return Nature(adds, metric.unit == "percent" and not adds, metric.unit == "count" and adds)


class Past:
    """What one metric of one group is expected to be, by hour: foretold at its beginning from the hours before it."""

    def __init__(
        self, nature: Nature, start: datetime, local: NDArray[np.int64], values: Floats, calls: Floats, since: datetime
    ) -> None:
        """`values` and `calls` of the hours from `start` on, NaN where not known; `local` as many and `AHEAD` more. Nothing is
        told before `since`."""
        self._nature = nature
        called = np.nan_to_num(calls) > 0
        known = np.flatnonzero(called)
        self._first = start + int(known[0]) * HOUR if len(known) else None
        values = values.copy()
        if len(known):
            values[: known[0]] = np.nan  # before the first call nothing was measured
        positive = values[values > 0]
        self._least = max(1.0 if nature.is_count else 1e-9, 0.02 * float(np.median(positive)) if len(positive) else 0.0)
        y = values if nature.is_share else np.log(np.maximum(values, 0) + self._least)
        usual, basis = _seasonal(y, local)
        hourly_calls = _seasonal(np.log1p(np.where(np.isnan(values), np.nan, calls)), local)[0]
        rest = y - usual[: len(y)]
        begin = max(0, (since - start) // HOUR)
        self._start = start + begin * HOUR
        day, of_day = _level(rest, _DAY, begin)
        last, of_last = _level(rest, _LAST_HOURS, begin)
        learned = np.concatenate([[0], np.cumsum(called), np.full(AHEAD - 1, called.sum())])
        self._hours = np.stack([usual[begin:], day, of_day, last, of_last, hourly_calls[begin:]])
        self._learned, self._basis = learned[begin:], basis[begin:]

    def expected(self, begin: datetime, window: timedelta, sensitivity: Sensitivity) -> Expected:
        """Of the window that begins at `begin`."""
        place, share = (begin - self._start) / HOUR, window / HOUR
        p = math.floor(place)
        if self._first is None or not 0 <= p < self._hours.shape[1]:
            return _UNKNOWN
        _, day, of_day, last, of_last, hourly_calls = self._hours[:, p].tolist()
        usual, learned = self._usual(place, share), int(self._learned[p])
        if math.isnan(usual) or math.isnan(hourly_calls) or not learned:
            return replace(_UNKNOWN, learned_from=self._first if learned else None, learned_hours=learned)
        value = self._value(usual + day, share)
        chance = CHANCE * self._chance(value, max(math.expm1(hourly_calls) * share, 0.5))
        width = WIDTHS[sensitivity]
        low, high = self._band(usual + day, math.hypot(of_day, chance) * width, share)
        low_now, high_now = self._band(usual + last, math.hypot(of_last, chance) * width, share)
        low, high = max(low, min(low_now, value)), min(high, max(high_now, value))
        if self._nature.adds:
            low = max(low, value / FLOORS[sensitivity])
        if self._nature.is_count:
            off = CHANCE * width * math.sqrt(value + 1)  # calls come and go by chance
            low, high = max(0.0, value - math.hypot(value - low, off)), value + math.hypot(high - value, off)
        names: tuple[Basis, Basis, Basis] = ("hours", "day", "week")
        basis = names[int(self._basis[p])]
        return Expected(value, low, high, learned >= READY_HOURS, self._first, learned, basis)

    def _value(self, y: float, share: float) -> float:
        if self._nature.is_share:
            return min(max(y, 0.0), 100.0)
        value = max(math.exp(min(y, 700.0)) - self._least, 0.0)
        return value * share if self._nature.adds else value

    def _band(self, y: float, off: float, share: float) -> tuple[float, float]:
        return self._value(y - off, share), self._value(y + off, share)

    def _chance(self, value: float, calls: float) -> float:
        """Standard deviation of a value of so many calls: points of a share, logarithm of all else. That of counts is not one
        of logarithms."""
        if self._nature.is_count:
            return 0.0
        if self._nature.is_share:
            p = min(max(value / 100, 1 / (calls + 2)), 1 - 1 / (calls + 2))
            return 100 * math.sqrt(p * (1 - p) / calls)
        return 1.3 / math.sqrt(calls)

    def _usual(self, place: float, share: float) -> float:
        """In a window: between the middles of two hours, or over all that it touches."""
        usual = self._hours[0]
        if share > 1:
            part = usual[math.floor(place) : math.ceil(place + share)]
            part = part[~np.isnan(part)]
            if not len(part):
                return math.nan
            return float(part.mean() if self._nature.is_share else np.log(np.exp(part).mean()))
        middle = place + share / 2 - 0.5
        i = min(max(math.floor(middle), 0), len(usual) - 2)
        a, b = float(usual[i]), float(usual[i + 1])
        if math.isnan(a) or math.isnan(b):
            return float(usual[math.floor(place)])
        return a + min(max(middle - i, 0.0), 1.0) * (b - a)


def _level(rest: Floats, hours: int, begin: int) -> tuple[Floats, Floats]:
    """Median of the `hours` before each hour from `begin` on, and how far hours lay from theirs at most. To `AHEAD` hours after
    the last, which know as much as the first of them."""
    n = len(rest)
    padded = np.concatenate([np.full(hours, np.nan), rest])
    before = np.lib.stride_tricks.sliding_window_view(padded, hours)  # row i: the hours before hour i
    level = np.nan_to_num(_median(before.T))
    off = np.abs(rest - level[:n])
    records = np.empty(n + 1)
    for i in range(begin - begin % _DAY, n + 1, _DAY):  # a day long the same
        records[i : i + _DAY] = _record(off[max(0, i - _RECORD_HOURS) : i])
    records[n] = _record(off[max(0, n - _RECORD_HOURS) :])
    stretch = np.full(AHEAD - 1, 0)
    at = np.concatenate([np.arange(begin, n + 1), n + stretch])
    return level[at], records[at]


def _record(off: Floats) -> float:
    known = np.sort(off[~np.isnan(off)])
    return float(known[-min(_RECORD_RANK, len(known))]) if len(known) else 1.0


def _seasonal(y: Floats, local: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Median of the same hour of the weeks before; with too few weeks that of the days before, then of the last day. For all
    of `local`, which goes on where `y` ends."""
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
