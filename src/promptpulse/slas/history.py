"""Compliance by day and by month, and what an objective would say before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from promptpulse.core.times import BUCKETS, edges
from promptpulse.metrics.burn import ROLLING, Slot, Span, Tally, budget, covered, suggested, tallied
from promptpulse.metrics.query import zone
from promptpulse.metrics.tallies import hour_of, minute_of, read_slots
from promptpulse.slas.evaluate import Asked, Found, period_of
from promptpulse.slas.shapes import DayOut, HistoryOut, PeriodOut, SlaPreview
from promptpulse.store import Store

MONTHS = 3
"""That are over and told beside the present one."""


def history(store: Store, asked: Asked, days: int, now: datetime) -> HistoryOut:
    """Read anew: it also tells of calls that came late."""
    until, tz = minute_of(now), asked.scope.tz
    dates = edges(until - timedelta(days=days - 1), until + timedelta(minutes=1), BUCKETS["1d"], zone(tz))[-days:]
    months = edges(until - timedelta(days=31 * MONTHS), until + timedelta(minutes=1), BUCKETS["1mo"], zone(tz))
    since = min(months[0], dates[0] - ROLLING)
    hour = hour_of(until, tz)
    hours = read_slots(store, asked.scope, [asked.goal], since, hour, "1h", now)[asked.goal]
    minutes = read_slots(store, asked.scope, [asked.goal], hour, until, "1m", now)[asked.goal]
    slots = (*hours, *minutes)
    return HistoryOut(
        target=asked.wanted.target,
        tz=tz,
        counted=asked.goal.counted,
        days=_days(asked, slots, dates, until),
        periods=[_month(asked, slots, period_of("month", tz, month), until) for month in months],
    )


def preview(store: Store, asked: Asked, found: Found, now: datetime) -> SlaPreview:
    days = history(store, asked, 30, now).days
    tally = Tally(sum(d.total for d in days), sum(d.bad for d in days), sum(d.total for d in days))
    notes = []
    if 0 < found.assessment.tally.seen < asked.wanted.minimum_calls:
        what = "scores" if asked.goal.counted == "scores" else "calls"
        notes.append(f"The period has fewer than {asked.wanted.minimum_calls} {what}: it would never alert.")
    fastest = 100 / (100 - asked.wanted.target)
    if fastest < 14.4:
        notes.append(
            f"With all calls bad the budget burns {fastest:.3g} times as fast as allowed: the alert at 14.4 times cannot"
            " happen, the slower ones can."
        )
    return SlaPreview(
        state=found.state,
        days=days,
        suggested_target=suggested(tally) if found.assessment.tally.seen else None,
        notes=notes,
    )


def _days(asked: Asked, slots: Sequence[Slot], starts: Sequence[datetime], until: datetime) -> list[DayOut]:
    tz = zone(asked.scope.tz)
    found = []
    for i, start in enumerate(starts):
        end = starts[i + 1] if i + 1 < len(starts) else until
        tally = tallied(slots, start, end)
        period = period_of(asked.wanted.period, asked.scope.tz, end - timedelta(microseconds=1))
        since = end - ROLLING if asked.wanted.period == "rolling_30d" else period[0]
        found.append(
            DayOut(
                day=start.astimezone(tz).date(),
                compliance=tally.compliance if tally.seen else None,
                total=tally.total,
                bad=tally.bad,
                met=_met(tally, asked.wanted.target),
                left_share=_left(asked, slots, (since, period[1]), end),
                excluded_minutes=covered(asked.scope.excluded, start, end) / timedelta(minutes=1),
                partial=i + 1 == len(starts),
            )
        )
    return found


def _month(asked: Asked, slots: Sequence[Slot], month: Span, until: datetime) -> PeriodOut:
    start, end = month
    tally = tallied(slots, start, min(end, until))
    left = _left(asked, slots, month, min(end, until))
    return PeriodOut(
        start=start,
        end=end,
        compliance=tally.compliance if tally.seen else None,
        total=tally.total,
        bad=tally.bad,
        met=None if left is None else left >= 0,
        left_share=left,
        partial=end > until,
    )


def _left(asked: Asked, slots: Sequence[Slot], period: Span, at: datetime) -> float | None:
    """Percent of the budget of the period that is left at a moment in it."""
    start, end = period
    first = next((slot.start for slot in slots if slot.seen and slot.start >= start), None)
    if first is None or first >= at:
        return None
    tally = tallied(slots, first, at)
    excluded = asked.scope.excluded
    length = max(end, at) - start - covered(excluded, start, at)
    passed = at - first - covered(excluded, first, at)
    return budget(asked.wanted.target, length, passed, tally).left_share


def _met(tally: Tally, target: float) -> bool | None:
    compliance = tally.compliance
    return None if compliance is None or not tally.seen else compliance >= target - 1e-9
