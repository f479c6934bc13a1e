"""What will be spent until the end of a period, with a band that holds four of five outcomes.

The method, measured in docs/costs.md:
1. Level: the mean of the last days, each divided by the factor of its weekday; the weight of a day halves every 4 days.
2. Weekdays: the median of a day against the week around it, drawn a little towards 1.
3. Today: what the days before spent after this time of day, times how today compares with them so far.
4. Band and centre: the same method is run as of this time on every day before. Its relative errors, together with a wide
   prior that counts as four of them, are the distribution of the error now. With every day ahead the prior becomes what
   the errors of the day before were, a little wider: far days have few past errors, and those overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 80.0
"""Percent of outcomes that the band is made to hold."""
FEWEST_DAYS = 3
"""Whole days with a known cost, before anything is said."""
METHOD = (
    "Mean of the last days by weekday, the newest counting most; today completed by the hours of the days before."
    " The band comes from the errors that the same method made on past days, this far ahead."
)
_HALF_LIFE_DAYS = 4.0
_LEVEL_DAYS, _WEEKDAY_DAYS, _HOURS_DAYS, _TRIED_DAYS = 28, 56, 14, 42
_WEEKDAY_PRIOR = 1.0
"""Days without a weekday's peculiarity that count beside the observed ones."""
_TODAY_PRIOR = 0.5
"""Days like the others that count beside what today has spent so far."""
_PACES = (0.1, 10.0)
_PRIOR_ERROR, _PRIOR_WEIGHT, _PRIOR_GROWTH = 0.4, 4.0, 0.25
"""Standard deviation of the relative error of a day; how many past errors it counts for; exponent of the days ahead."""
_OVERLAP = 0.75
"""An error so many days ahead shares most of them with its neighbours: it counts as days ** -this."""
_LARGEST_ERROR = np.log(20.0)
_NORMAL = np.array([-1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932])
"""Quantiles of the normal distribution in the middle of its ninths."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """A whole day. `by_hour`: 24 costs; None when calls were made and none has a known cost."""

    weekday: int
    """0 is Monday."""
    by_hour: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class Today:
    weekday: int
    hour: float
    """Of the clock on the wall, with its fraction."""
    spent: float | None
    """None: not known."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is still to be spent until the end of a day."""

    low: float
    expected: float
    high: float


def ahead(past: Sequence[PastDay], today: Today, days: int) -> list[Ahead]:
    """Until the end of today, of tomorrow, ... of the last of `days` days to come. `past`: oldest first, up to yesterday.

    Empty when fewer than `FEWEST_DAYS` days are known."""
    if sum(day.by_hour is not None for day in past) < FEWEST_DAYS:
        return []
    series = _Series.of(past[-(_WEEKDAY_DAYS + _TRIED_DAYS) :], today.hour)
    expected = _expected(series, len(series.totals), today.weekday, today.spent, days)
    errors = _past_errors(series, days)
    found: list[Ahead] = []
    for value, (low, middle, high) in zip(expected.tolist(), _bands(errors, days), strict=True):
        before = found[-1] if found else Ahead(0, 0, 0)
        found.append(  # a sum never falls
            Ahead(max(before.low, value * low), max(before.expected, value * middle), max(before.high, value * high))
        )
    return found


@dataclass(frozen=True, slots=True)
class _Series:
    """Whole days, and how much of each was spent by this time of day. NaN: not known."""

    weekdays: NDArray[np.int64]
    totals: Floats
    by_now: Floats
    hour: float

    @classmethod
    def of(cls, past: Sequence[PastDay], hour: float) -> _Series:
        unknown = (np.nan,) * 24
        hours = np.array([unknown if d.by_hour is None else d.by_hour for d in past], dtype=np.float64)
        whole = int(hour)
        part = hours[:, whole] * (hour - whole) if whole < 24 else np.zeros(len(past))
        return cls(
            np.array([d.weekday for d in past]), hours.sum(axis=1), hours[:, :whole].sum(axis=1) + part, float(hour)
        )


def _expected(series: _Series, until: int, weekday: int, spent: float | None, days: int) -> Floats:
    """Until the end of day `until` of the series and of the days after it, as the days before it tell."""
    totals, weekdays = series.totals[:until], series.weekdays[:until]
    factors = _weekday_factors(totals[-_WEEKDAY_DAYS:], weekdays[-_WEEKDAY_DAYS:])
    plain = (totals / factors[weekdays])[-_LEVEL_DAYS:]
    known = ~np.isnan(plain)
    weights = 0.5 ** (np.arange(len(plain))[::-1] / _HALF_LIFE_DAYS) * known
    weight = float(weights.sum())
    level = float((weights * np.where(known, plain, 0)).sum() / weight) if weight else 0.0
    whole = float(np.nansum(totals[-_HOURS_DAYS:]))
    share = float(np.nansum(series.by_now[:until][-_HOURS_DAYS:])) / whole if whole > 0 else series.hour / 24
    usual = level * float(factors[weekday])
    by_now = share * usual
    pace = 1.0
    if spent is not None and usual > 0:
        pace = float(np.clip((spent + _TODAY_PRIOR * usual) / (by_now + _TODAY_PRIOR * usual), *_PACES))
        ratio = min(spent / by_now, 4.0) if by_now > 0 else 1.0
        level *= (weight + share * ratio) / (weight + share)  # so much of a day has been seen
    following = level * factors[(weekday + 1 + np.arange(days)) % 7]
    return np.cumsum(np.concatenate([[usual * (1 - share) * pace], following]))


def _weekday_factors(totals: Floats, weekdays: NDArray[np.int64]) -> Floats:
    """By weekday, around 1."""
    factors = np.ones(7)
    known = ~np.isnan(totals)
    if len(totals) < 7 or not known.any():
        return factors
    filled = np.where(known, totals, np.median(totals[known]))
    weeks = np.convolve(filled, np.ones(7) / 7, "valid")
    around = np.concatenate([np.full(3, weeks[0]), weeks, np.full(3, weeks[-1])])
    usable = known & (around > 0)
    ratios = np.where(usable, filled / np.where(usable, around, 1), 1)
    for weekday in range(7):
        own = ratios[usable & (weekdays == weekday)]
        if len(own):
            factors[weekday] = (float(np.median(own)) * len(own) + _WEEKDAY_PRIOR) / (len(own) + _WEEKDAY_PRIOR)
    factors = np.maximum(factors, 0.02)
    found: Floats = factors / factors.mean()
    return found


def _past_errors(series: _Series, days: int) -> Floats:
    """Logarithms of outcome / forecast, by day on which it was made and days ahead; NaN where one is not known."""
    n = len(series.totals)
    first = max(FEWEST_DAYS, n - _TRIED_DAYS)
    errors = np.full((max(0, n - first), days + 1), np.nan)
    for i, origin in enumerate(range(first, n)):
        width = min(days, n - 1 - origin)
        spent = float(series.by_now[origin])
        if np.isnan(spent) or np.isnan(series.totals[:origin]).sum() > origin - FEWEST_DAYS:
            continue
        made = _expected(series, origin, int(series.weekdays[origin]), spent, width)
        rest = series.totals[origin : origin + width + 1].copy()
        rest[0] -= spent
        outcome = np.cumsum(rest)
        usable = (made > 0) & ~np.isnan(outcome)
        ratio = np.where(usable, np.maximum(outcome, 0), 1) / np.where(usable, made, 1)
        logs = np.log(np.clip(ratio, np.exp(-_LARGEST_ERROR), np.exp(_LARGEST_ERROR)))
        errors[i, : width + 1] = np.where(usable, logs, np.nan)
    return errors


def _bands(errors: Floats, days: int) -> list[tuple[float, float, float]]:
    """Factors on what is expected: low, middle and high, by days ahead."""
    tail = (1 - LEVEL / 100) / 2
    found = []
    spread = _PRIOR_ERROR
    for j in range(days + 1):
        if j:
            spread *= ((j + 1) / j) ** _PRIOR_GROWTH
        made = errors[:, j][~np.isnan(errors[:, j])]
        worth = (j + 1) ** -_OVERLAP
        values = np.concatenate([made, spread * _NORMAL])
        weights = np.concatenate([np.full(len(made), worth), np.full(9, _PRIOR_WEIGHT / 9)])
        order = np.argsort(values, kind="stable")
        ranks = np.cumsum(weights[order])
        places = (ranks - weights[order] / 2) / ranks[-1]
        low, middle, high = np.exp(np.interp([tail, 0.5, 1 - tail], places, values[order])).tolist()
        found.append((low, middle, high))
        squares = worth * float(np.sum(made**2)) + _PRIOR_WEIGHT * spread**2
        spread = float(np.sqrt(squares / (worth * len(made) + _PRIOR_WEIGHT)))
    return found
