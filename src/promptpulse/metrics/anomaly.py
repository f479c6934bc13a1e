"""Judges each value of a series by the values before it, as it comes. How it was chosen and what it reaches: docs/anomalies.md.

Two things are strange: a value far from all values there ever were, and some hours unlike the same hours of the days before.
Neither distance means anything by itself. Each is divided by the largest ones of the past: a series that often jumps must
jump further. Records fade, so that one accident does not blind the detector for good."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Chosen once, by cross-validation, for series of any kind."""

    fades: float = 5000.0
    """Values after which a record counts 1/e of what it was."""
    value_rank: int = 6
    """A distance is compared with the past one of this rank."""
    value_ratio: float = 0.62
    """Of that one; from here on it is strange."""
    day_rank: int = 2
    day_ratio: float = 1.085
    smoothed: int = 24
    """Values over which the distance to the days before is a mean."""
    days: int = 14
    """Compared with."""
    quiet: int = 200
    """Values after a strange one in which only stranger ones are told: an episode is one anomaly."""
    remembered: int = 50_000
    """Values."""


TUNING = Tuning()


class Records:
    """The largest distances so far, fading."""

    def __init__(self, rank: int, fades: float) -> None:
        self._largest = [0.0] * rank
        self._grows = math.exp(1 / fades)
        self._unit = 1.0

    def ratio(self, distance: float) -> float:
        """To the record of the rank, before `distance` becomes one itself. 1 if there is none yet; 0 of nothing."""
        # instead of all records fading, whatever comes grows
        self._unit *= self._grows
        if self._unit > 1e100:
            self._largest = [r / self._unit for r in self._largest]
            self._unit = 1.0
        record, grown = self._largest[0], distance * self._unit
        if grown > record:
            heapq.heapreplace(self._largest, grown)
        if record > 1e-12 * self._unit:
            return grown / record
        return 1.0 if distance > 1e-12 else 0.0


class Detector:
    """For one series of evenly spaced values, `per_day` a day. Some microseconds a value."""

    def __init__(self, per_day: int, tuning: Tuning = TUNING) -> None:
        self._per_day, self._tuning = per_day, tuning
        self._sorted: list[float] = []
        self._all: deque[float] = deque(maxlen=tuning.remembered)
        self._past: list[float] = []
        """The last days, as a ring."""
        self._seen = 0
        self._unlike: deque[float] = deque(maxlen=tuning.smoothed)
        self._of_values = Records(tuning.value_rank, tuning.fades)
        self._of_days = Records(tuning.day_rank, tuning.fades)
        self._told: deque[tuple[int, float]] = deque()
        """Places and strangeness that may silence what follows; falling."""

    def strangeness(self, value: float) -> float:
        """Of the next value: 1 and more is an anomaly; 0 within an episode that was told already."""
        tuning = self._tuning
        by_value = self._of_values.ratio(self._from_all(value)) / tuning.value_ratio
        self._unlike.append(self._from_days(value))
        by_day = self._of_days.ratio(sum(self._unlike) / len(self._unlike)) / tuning.day_ratio
        self._remember(value)
        return self._first_of_episode(max(by_value, by_day))

    def _from_all(self, value: float) -> float:
        """To the nearest value there ever was."""
        at = bisect_left(self._sorted, value)
        around = self._sorted[max(0, at - 1) : at + 1]
        return min((abs(value - v) for v in around), default=0.0)

    def _from_days(self, value: float) -> float:
        """To the nearest value at this time of the days before; 0 on the first day."""
        past, step = self._past, self._per_day
        days = min(self._seen // step, self._tuning.days)
        size = self._tuning.days * step
        return min((abs(value - past[(self._seen - d * step) % size]) for d in range(1, days + 1)), default=0.0)

    def _remember(self, value: float) -> None:
        size = self._tuning.days * self._per_day
        if self._seen < size:
            self._past.append(value)
        else:
            self._past[self._seen % size] = value
        self._seen += 1
        if len(self._all) == self._tuning.remembered:
            del self._sorted[bisect_left(self._sorted, self._all[0])]
        self._all.append(value)
        insort(self._sorted, value)

    def _first_of_episode(self, found: float) -> float:
        told = self._told
        while told and told[0][0] <= self._seen - 1 - self._tuning.quiet:
            told.popleft()
        is_new = not told or found > told[0][1]
        while told and told[-1][1] <= found:
            told.pop()
        told.append((self._seen - 1, found))
        return found if is_new else 0.0


def strangenesses(values: Iterable[float], per_day: int, tuning: Tuning = TUNING) -> list[float]:
    """Of each value, by those before it."""
    detector = Detector(per_day, tuning)
    return [detector.strangeness(value) for value in values]
