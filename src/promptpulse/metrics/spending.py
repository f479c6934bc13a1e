"""What the running day, week or month has cost, will cost, and against a budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from promptpulse.core.times import day_start
from promptpulse.metrics.conditions import Filter
from promptpulse.metrics.forecast import FEWEST_DAYS, Ahead, PastDay, Today, ahead
from promptpulse.metrics.query import MAX_GROUPS, Query, zone
from promptpulse.metrics.run import Frame, run
from promptpulse.store import Store

Period = Literal["day", "week", "month"]
State = Literal["ok", "at_risk", "over", "unknown"]

HISTORY_DAYS = 98
"""Read for a projection: enough to try the method on six weeks of days, each with eight weeks before it."""
MOSTLY_PRICED = 95.0
"""Percent of calls below which a projection says what it leaves out."""
LEVELS = (50, 80, 100)
"""Percent of a budget that are worth a message."""
SAFE = 0.95
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cost. None: of all."""

    prompt_id: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The running period in the project's time zone."""

    period: Period
    start: date
    end: date
    """First day of the next one."""
    today: date
    before: date
    """Start of the period before."""
    tz: ZoneInfo

    @property
    def start_at(self) -> datetime:
        return day_start(self.start, self.tz)

    @property
    def end_at(self) -> datetime:
        return day_start(self.end, self.tz)


@dataclass(frozen=True, slots=True)
class SpentDay:
    day: date
    usd: float | None
    """None: calls, but none with a known cost."""
    total_usd: float | None
    """Since the period began."""


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What will have been spent by the end of a day."""

    day: date
    low_usd: float
    total_usd: float
    high_usd: float


@dataclass(frozen=True, slots=True)
class Projection:
    calendar: Calendar
    spent_usd: float | None
    priced_share: float | None
    rate_usd: float | None
    """At the rate of the period so far."""
    history_days: int
    note: str
    days: tuple[SpentDay, ...]
    ahead: tuple[DayAhead, ...]
    """Empty: too little is known."""
    before: tuple[SpentDay, ...]

    @property
    def end(self) -> DayAhead | None:
        """What the period will have cost."""
        return self.ahead[-1] if self.ahead else None


@dataclass(frozen=True, slots=True)
class Burn:
    """A projection against an amount."""

    spent_share: float | None
    """Percent."""
    crosses_on: date | None
    state: State


def calendar(period: Period, now: datetime, tz: str) -> Calendar:
    """The period of `now`; weeks begin on Monday."""
    zoned = zone(tz)
    today = now.astimezone(zoned).date()
    match period:
        case "day":
            return Calendar(period, today, today + _DAY, today, today - _DAY, zoned)
        case "week":
            start = today - today.weekday() * _DAY
            return Calendar(period, start, start + 7 * _DAY, today, start - 7 * _DAY, zoned)
        case "month":
            start = today.replace(day=1)
            return Calendar(
                period, start, (start + 32 * _DAY).replace(day=1), today, (start - _DAY).replace(day=1), zoned
            )


def projections(
    store: Store, project: str, tz: str, asked: Iterable[tuple[Scope, Period]], now: datetime
) -> dict[tuple[Scope, Period], Projection]:
    """Of several scopes and periods, with two questions for each kind of scope and one for each kind and period."""
    wanted = list(dict.fromkeys(asked))
    ledgers = _ledgers(store, project, tz, {scope for scope, _ in wanted}, now)
    calendars = {period: calendar(period, now, tz) for _, period in wanted}
    sums = {
        period: _sums(store, project, one, {s for s, p in wanted if p == period}, now)
        for period, one in calendars.items()
    }
    return {
        (scope, period): _projection(ledgers[scope], calendars[period], *sums[period][scope], now)
        for scope, period in wanted
    }


def burn(projection: Projection, amount_usd: float) -> Burn:
    """How far the spending is from `amount_usd`, and on which day it passes it."""
    spent, end = projection.spent_usd, projection.end
    share = None if spent is None else 100 * spent / amount_usd
    passed = next((d.day for d in projection.days if d.total_usd is not None and d.total_usd > amount_usd), None)
    if spent is not None and spent > amount_usd:
        return Burn(share, passed or projection.calendar.today, "over")
    if spent is None or end is None:
        return Burn(share, None, "unknown")
    passes = next((d.day for d in projection.ahead if d.total_usd > amount_usd), None)
    return Burn(share, passes, "at_risk" if passes else "ok")


@dataclass(frozen=True, slots=True)
class Reach:
    """What there is to say about a budget."""

    levels: tuple[int, ...]
    """Of `LEVELS`, those that are reached."""
    will_pass: bool | None
    """By the projection. None: it is too near to say that it does, or does not any more; or there is none."""


def reach(projection: Projection, amount_usd: float) -> Reach:
    """A projection swings: it passes above the amount, and no longer below `SAFE` of it."""
    spent, end = projection.spent_usd, projection.end
    levels = tuple(level for level in LEVELS if spent is not None and spent >= level / 100 * amount_usd)
    if end is None or SAFE * amount_usd < end.total_usd <= amount_usd:
        return Reach(levels, None)
    return Reach(levels, end.total_usd > amount_usd)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Costs by local day and hour of the wall clock, from the first day on that is whole."""

    days: Mapping[date, tuple[float, ...] | None]
    """Every day until today; None: calls, but none with a known cost."""
    counted_from: date | None
    """First day with calls; None without."""


def _ledgers(store: Store, project: str, tz: str, scopes: set[Scope], now: datetime) -> dict[Scope, _Ledger]:
    zoned = zone(tz)
    start = day_start(now.astimezone(zoned).date() - HISTORY_DAYS * _DAY, zoned)
    metrics = ("total_cost_usd", "total_requests")
    found: dict[Scope, _Ledger] = {}
    for asked, part in _questions(Query(project, metrics, start, now, "1h", tz=tz), scopes):
        frame = run(store, asked, now)
        for scope in part:
            found[scope] = _ledger(frame, _row(frame, scope), zoned)
    return found


def _ledger(frame: Frame, row: int | None, tz: ZoneInfo) -> _Ledger:
    hours: dict[date, list[float]] = {}
    known: set[date] = set()
    called: set[date] = set()
    for j, bucket in enumerate(frame.buckets or ()):
        local = bucket.astimezone(tz)
        day = hours.setdefault(local.date(), [0.0] * 24)
        if row is None or not frame.values["total_requests"][row][j]:
            continue
        called.add(local.date())
        cost = frame.values["total_cost_usd"][row][j]
        if cost is not None:
            known.add(local.date())
            day[local.hour] += cost
    days = {d: tuple(by_hour) if d in known or d not in called else None for d, by_hour in hours.items()}
    return _Ledger(days, min(called, default=None))


def _sums(
    store: Store, project: str, period: Calendar, scopes: set[Scope], now: datetime
) -> dict[Scope, tuple[float | None, float | None]]:
    """Known cost and priced share of the period so far."""
    found: dict[Scope, tuple[float | None, float | None]] = {}
    for asked, part in _questions(Query(project, ("total_cost_usd", "priced_share"), period.start_at, now), scopes):
        frame = run(store, asked, now) if period.start_at < now else None
        for scope in part:
            row = None if frame is None else _row(frame, scope)
            if frame is None or row is None:
                found[scope] = (0.0, None)
            else:
                found[scope] = (frame.total("total_cost_usd", row), frame.total("priced_share", row))
    return found


def _questions(asked: Query, scopes: set[Scope]) -> list[tuple[Query, list[Scope]]]:
    """`asked` of each scope: one question for all prompts of an environment."""
    kinds: dict[tuple[bool, str | None], list[Scope]] = defaultdict(list)
    for scope in scopes:
        kinds[scope.prompt_id is not None, scope.environment].append(scope)
    found = []
    for (of_prompts, environment), part in kinds.items():
        where: tuple[Filter, ...] = ()
        if environment is not None:
            where += (Filter("environment", "in", (environment,)),)
        if of_prompts:
            where += (Filter("prompt_id", "in", tuple(sorted({s.prompt_id or "" for s in part}))),)
        by = ("prompt_id",) if of_prompts else ()
        found.append((replace(asked, by=by, where=where, limit=MAX_GROUPS), part))
    return found


def _row(frame: Frame, scope: Scope) -> int | None:
    """Place of the scope among the groups; None: it has no calls."""
    group = () if scope.prompt_id is None else (scope.prompt_id,)
    return frame.groups.index(group) if group in frame.groups else None


def _projection(
    ledger: _Ledger, period: Calendar, spent: float | None, priced_share: float | None, now: datetime
) -> Projection:
    past = _past(ledger, period)
    today = ledger.days.get(period.today, (0.0,) * 24)
    local = now.astimezone(period.tz)
    at = Today(local.weekday(), local.hour + local.minute / 60, None if today is None else sum(today))
    whole_days = (period.end - period.today).days
    coming = ahead(past, at, whole_days - 1) if spent is not None else []
    known = sum(day.by_hour is not None for day in past)
    return Projection(
        calendar=period,
        spent_usd=spent,
        priced_share=priced_share,
        rate_usd=_rate(spent, period, now),
        history_days=known,
        note=_note(known, spent, priced_share),
        days=_spent(ledger, period.start, period.today + _DAY),
        ahead=tuple(_day_ahead(period.today + i * _DAY, spent or 0.0, a) for i, a in enumerate(coming)),
        before=_spent(ledger, period.before, period.start),
    )


def _past(ledger: _Ledger, period: Calendar) -> list[PastDay]:
    """Whole days before today. The first day with calls began before its first call."""
    if ledger.counted_from is None:
        return []
    oldest = min(ledger.days)
    first = ledger.counted_from if ledger.counted_from == oldest else ledger.counted_from + _DAY
    return [PastDay(d.weekday(), by_hour) for d, by_hour in ledger.days.items() if first <= d < period.today]


def _spent(ledger: _Ledger, start: date, end: date) -> tuple[SpentDay, ...]:
    days = [d for d in ledger.days if start <= d < end]
    usd = [None if (by_hour := ledger.days[d]) is None else sum(by_hour) for d in days]
    found: list[SpentDay] = []
    total: float | None = None
    for day, one in zip(days, usd, strict=True):
        total = total if one is None else (total or 0.0) + one
        found.append(SpentDay(day, one, total))
    return tuple(found)


def _day_ahead(day: date, spent: float, coming: Ahead) -> DayAhead:
    return DayAhead(day, spent + coming.low, spent + coming.expected, spent + coming.high)


def _rate(spent: float | None, period: Calendar, now: datetime) -> float | None:
    passed = (now - period.start_at) / (period.end_at - period.start_at)
    return None if spent is None or passed <= 0 else spent / passed


def _note(known: int, spent: float | None, priced_share: float | None) -> str:
    if spent is None:
        return "No call of this period has a known cost: see the models without a price."
    if known < FEWEST_DAYS:
        return f"A projection needs {FEWEST_DAYS} whole days with a known cost; there are {known}."
    if priced_share is not None and priced_share < MOSTLY_PRICED:
        return f"{100 - priced_share:.1f} % of the calls of this period have no known cost; the projection leaves them out."
    return ""
