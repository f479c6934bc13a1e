"""From values and rows to the bodies of routes."""

from collections.abc import Mapping

from promptpulse.costs import shapes
from promptpulse.costs.models import BudgetRow, RepricingRow
from promptpulse.metrics.forecast import LEVEL, METHOD
from promptpulse.metrics.repriced import touched_days
from promptpulse.metrics.spending import Burn, Period, Projection, Scope, SpentDay
from promptpulse.metrics.unpriced import Unpriced

PERIODS: Mapping[str, Period] = {"day": "day", "week": "week", "month": "month"}

STATUSES: Mapping[str, shapes.JobStatus] = {
    "queued": "queued",
    "running": "running",
    "done": "done",
    "failed": "failed",
}


def asked_of(row: BudgetRow) -> tuple[Scope, Period]:
    return Scope(row.prompt_id, row.environment), PERIODS[row.period]


def projection_out(found: Projection) -> shapes.ProjectionOut:
    of, end = found.calendar, found.end
    return shapes.ProjectionOut(
        period=of.period,
        start=of.start,
        end=of.end,
        tz=of.tz.key,
        spent_usd=found.spent_usd,
        priced_share=found.priced_share,
        projected_usd=end.total_usd if end else None,
        low_usd=end.low_usd if end else None,
        high_usd=end.high_usd if end else None,
        level=LEVEL,
        rate_usd=found.rate_usd,
        method=METHOD,
        history_days=found.history_days,
        note=found.note,
        days=[_day(day) for day in found.days],
        ahead=[
            shapes.DayBand(day=d.day, low_usd=d.low_usd, total_usd=d.total_usd, high_usd=d.high_usd)
            for d in found.ahead
        ],
        before=[_day(day) for day in found.before],
    )


def budget_out(row: BudgetRow, found: Projection, burnt: Burn) -> shapes.BudgetOut:
    end = found.end
    return shapes.BudgetOut(
        id=row.id,
        name=row.name,
        amount_usd=row.amount_usd,
        period=PERIODS[row.period],
        prompt_id=row.prompt_id,
        environment=row.environment,
        created_at=row.created_at,
        created_by=row.created_by,
        start=found.calendar.start,
        end=found.calendar.end,
        spent_usd=found.spent_usd,
        spent_share=burnt.spent_share,
        priced_share=found.priced_share,
        projected_usd=end.total_usd if end else None,
        low_usd=end.low_usd if end else None,
        high_usd=end.high_usd if end else None,
        crosses_on=burnt.crosses_on,
        state=burnt.state,
    )


def repricing_out(row: RepricingRow) -> shapes.RepricingOut:
    return shapes.RepricingOut(
        id=row.id,
        status=STATUSES[row.status],
        start=row.start,
        end=row.end,
        which="all" if row.which == "all" else "unpriced",
        provider=row.provider,
        model=row.model,
        reason=row.reason,
        days=touched_days(row.start, row.end),
        days_done=touched_days(row.start, row.done_until),
        calls_seen=row.calls_seen,
        calls_changed=row.calls_changed,
        calls_unpriced=row.calls_unpriced,
        before_usd=None if row.before_usd is None else float(row.before_usd),
        after_usd=None if row.after_usd is None else float(row.after_usd),
        created_at=row.created_at,
        created_by=row.created_by,
        finished_at=row.finished_at,
        error=row.error,
    )


def unpriced_out(found: Unpriced) -> shapes.ModelWithoutPrice:
    return shapes.ModelWithoutPrice(
        provider=found.provider,
        model=found.model,
        calls=found.calls,
        share=found.share,
        reason=found.reason,
        first_at=found.first_at,
        last_at=found.last_at,
    )


def _day(day: SpentDay) -> shapes.DayCost:
    return shapes.DayCost(day=day.day, usd=day.usd, total_usd=day.total_usd)
