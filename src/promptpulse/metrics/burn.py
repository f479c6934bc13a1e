"""Error budgets: what may go wrong in a period, what did, how fast the rest goes. Pure.

What is counted are calls, scores or minutes, some of them bad. `allowed` is the share that may be bad: 0.001 of 99.9 %.

    budget in minutes   allowed x length of the period                    99.9 % of 30 days: 43.2 minutes
    spent               share that was bad x time that has passed          of minutes: the minutes that were down
    burn rate           share that is bad / allowed                        1 spends the budget in exactly one period
    gone in             minutes left / share that is bad

Windows and factors of alerts: The Site Reliability Workbook, chapter 5, table 5-8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Speed = Literal["page", "ticket"]
Status = Literal["meeting", "at_risk", "violating", "no_data"]
Span = tuple[datetime, datetime]
"""Half-open."""

ROLLING = timedelta(days=30)
LITTLE_LEFT = 25.0
"""Percent of the budget below which an objective is at risk."""
USUAL_TARGETS = (99.99, 99.95, 99.9, 99.5, 99.0, 98.0, 97.0, 95.0, 90.0, 85.0, 80.0, 75.0, 70.0, 60.0, 50.0)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_SLACK = 1e-9
_DIGITS = 9
"""Of percent, so that 100 - 0.6 is 99.4."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What was counted in `[start, end)`."""

    start: datetime
    end: datetime
    total: int
    bad: int
    seen: int
    """Calls or scores; 0 tells nothing about the slot, even where its minutes count."""


@dataclass(frozen=True, slots=True)
class Tally:
    total: int
    bad: int
    seen: int

    @property
    def bad_share(self) -> float | None:
        return self.bad / self.total if self.total else None

    @property
    def compliance(self) -> float | None:
        """Percent."""
        return 100 * (self.total - self.bad) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Burning at least by `factor` in both windows; the short one ends the alert soon after the fault."""

    speed: Speed
    factor: float
    long: timedelta
    short: timedelta


PAIRS = (
    Pair("page", 14.4, timedelta(hours=1), timedelta(minutes=5)),
    Pair("page", 6.0, timedelta(hours=6), timedelta(minutes=30)),
    Pair("ticket", 3.0, timedelta(days=1), timedelta(hours=2)),
    Pair("ticket", 1.0, timedelta(days=3), timedelta(hours=6)),
)
FINE = max(p.short for p in PAIRS)
"""So long before the present, and no longer, minutes matter."""


@dataclass(frozen=True, slots=True)
class Burning:
    pair: Pair
    long_burn: float | None
    """None: nothing was counted."""
    short_burn: float | None
    seen: int
    """In the long window."""
    burning: bool | None
    """None: nothing was counted in the short window, so that nobody knows."""

    def good(self, target: float) -> float | None:
        """Percent that was good in the long window."""
        return None if self.long_burn is None else round(100 - self.long_burn * (100 - target), _DIGITS)

    def least_good(self, target: float) -> float:
        """Percent below which it burns."""
        return round(100 - self.pair.factor * (100 - target), _DIGITS)


@dataclass(frozen=True, slots=True)
class Budget:
    minutes: float
    minutes_spent: float | None
    """None: nothing was counted."""
    minutes_left: float | None
    units: float
    """Calls or scores that may be bad if they go on coming as they did."""
    units_left: float
    left_share: float | None
    """Percent."""


@dataclass(frozen=True, slots=True)
class Assessment:
    status: Status
    period: Span
    tally: Tally
    budget: Budget
    burn_rate: float | None
    """Of the last hour."""
    gone_at: datetime | None
    """None: not within the period, or not at all."""
    windows: tuple[Burning, ...]
    excluded: timedelta
    """Of the period so far."""


def allowed(target: float) -> float:
    """Share that may be bad. `target` in percent."""
    # 1 - 99.9/100 is 0.0010000000000000009; rounded, 30 days of 99.9 % are 43.2 minutes and not a bit more
    return round((100 - target) / 100, 12)


def tallied(slots: Iterable[Slot], since: datetime, until: datetime) -> Tally:
    """The slots that begin in `[since, until)`."""
    total = bad = seen = 0
    for slot in slots:
        if since <= slot.start < until:
            total += slot.total
            bad += slot.bad
            seen += slot.seen
    return Tally(total, bad, seen)


def budget(target: float, length: timedelta, passed: timedelta, tally: Tally) -> Budget:
    """Of a period of `length`, of which `passed` is over. `tally` is of what has passed."""
    may = allowed(target)
    minutes = may * (length / _MINUTE)
    share = tally.bad_share
    spent = None if share is None else share * (passed / _MINUTE)
    left = None if spent is None else minutes - spent
    units = may * tally.total * (length / passed) if passed > timedelta(0) else 0.0
    left_share = None if left is None or minutes <= 0 else 100 * left / minutes
    return Budget(minutes, spent, left, units, units - tally.bad, left_share)


def burn_rate(target: float, tally: Tally) -> float | None:
    """1 spends the budget in exactly one period. None: nothing was counted."""
    share = tally.bad_share
    return None if share is None else share / allowed(target)


def gone_in(left: Budget, tally: Tally) -> timedelta | None:
    """How long the rest lasts while as much is bad as in `tally`; None: it lasts."""
    share = tally.bad_share
    if left.minutes_left is None or not share:
        return None
    return max(timedelta(0), timedelta(minutes=left.minutes_left / share))


def burning(target: float, slots: Sequence[Slot], as_of: datetime, minimum: int) -> tuple[Burning, ...]:
    """All pairs of windows that end at `as_of`. None burns with fewer than `minimum` calls in its long window.

    Where slots are hours, a window begins with the hour that it begins in."""
    found = []
    for pair in PAIRS:
        long = tallied(slots, _begin(slots, as_of - pair.long), as_of)
        short = tallied(slots, _begin(slots, as_of - pair.short), as_of)
        fast, now = burn_rate(target, long), burn_rate(target, short)
        least = pair.factor - _SLACK
        holds: bool | None = fast is not None and fast >= least and long.seen >= minimum
        if holds:
            holds = None if now is None or not short.seen else now >= least
        found.append(Burning(pair, fast, now, long.seen, holds))
    return tuple(found)


def assess(
    target: float, slots: Sequence[Slot], period: Span, as_of: datetime, minimum: int, excluded: Sequence[Span] = ()
) -> Assessment:
    """How an objective stands at `as_of`. `slots` reach back to the begin of the period and of all windows; what is
    `excluded` is not in them."""
    start, end = period
    first = next((slot.start for slot in slots if slot.seen and slot.start >= start), None)
    since = max(start, first) if first is not None else start
    tally = tallied(slots, since, as_of)
    out = covered(excluded, start, as_of)
    passed = max(timedelta(0), as_of - since - covered(excluded, since, as_of))
    left = budget(target, end - start - out, passed, tally)
    last_hour = tallied(slots, as_of - _HOUR, as_of)
    pairs = burning(target, slots, as_of, minimum)
    lasts = gone_in(left, last_hour) if last_hour.seen else None
    spent = left.left_share is not None and left.left_share < -_SLACK
    horizon = end if end > as_of else as_of + ROLLING
    gone_at = None if lasts is None or spent or as_of + lasts > horizon else as_of + lasts
    return Assessment(
        status=_status(tally, left, pairs),
        period=period,
        tally=tally,
        budget=left,
        burn_rate=burn_rate(target, last_hour) if last_hour.seen else None,
        gone_at=gone_at,
        windows=pairs,
        excluded=out,
    )


def covered(spans: Iterable[Span], since: datetime, until: datetime) -> timedelta:
    """How much of `[since, until)` the spans cover; they do not overlap."""
    parts = (min(end, until) - max(start, since) for start, end in spans)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in spans that do not touch each other, ascending."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def suggested(tally: Tally) -> float | None:
    """The strictest usual target that is met."""
    compliance = tally.compliance
    if compliance is None:
        return None
    return next((t for t in USUAL_TARGETS if compliance >= t - _SLACK), None)


def _begin(slots: Sequence[Slot], moment: datetime) -> datetime:
    """`moment`, or the begin of the slot that it lies in."""
    return next((s.start for s in slots if s.start <= moment < s.end), moment)


def _status(tally: Tally, left: Budget, pairs: Sequence[Burning]) -> Status:
    if not tally.seen or left.left_share is None:
        return "no_data"
    if left.left_share < -_SLACK:
        return "violating"
    if left.left_share < LITTLE_LEFT or any(p.burning for p in pairs):
        return "at_risk"
    return "meeting"
