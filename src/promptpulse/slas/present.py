"""Objectives as they are told: shapes and sentences."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from sqlalchemy.orm import Session

from promptpulse.core.stored import readable
from promptpulse.incidents.wording import duration
from promptpulse.metrics.burn import Assessment
from promptpulse.metrics.tallies import Counted
from promptpulse.slas import service, shapes
from promptpulse.slas.models import SlaRow, SlaStateRow

SLACK = 1e-9
"""Of a whole number that was computed."""
UNITS: dict[Counted, str] = {"calls": "calls", "scores": "scores", "minutes": "minutes"}


def state_out(found: Assessment, counted: Counted, as_of: datetime, frozen_since: datetime | None) -> shapes.SlaState:
    left, of_minutes = found.budget, counted == "minutes"
    return shapes.SlaState(
        status=found.status,
        said=said(found, counted, as_of, frozen_since),
        frozen_since=frozen_since,
        as_of=as_of,
        start=found.period[0],
        end=found.period[1],
        compliance=found.tally.compliance if found.tally.seen else None,
        total=found.tally.total,
        bad=found.tally.bad,
        counted=counted,
        budget=shapes.BudgetState(
            minutes=left.minutes,
            minutes_spent=left.minutes_spent,
            minutes_left=left.minutes_left,
            calls=None if of_minutes else left.units,
            calls_spent=None if of_minutes else found.tally.bad,
            calls_left=None if of_minutes else left.units_left,
            left_share=left.left_share,
        ),
        burn_rate=found.burn_rate,
        gone_at=found.gone_at,
        gone_in_s=None if found.gone_at is None else round((found.gone_at - as_of).total_seconds()),
        windows=[
            shapes.BurnWindow(
                speed=one.pair.speed,
                factor=one.pair.factor,
                long_minutes=round(one.pair.long.total_seconds() / 60),
                short_minutes=round(one.pair.short.total_seconds() / 60),
                long_burn=one.long_burn,
                short_burn=one.short_burn,
                calls=one.seen,
                burning=bool(one.burning),
            )
            for one in found.windows
        ],
        excluded_minutes=found.excluded.total_seconds() / 60,
    )


def said(found: Assessment, counted: Counted, as_of: datetime, frozen_since: datetime | None) -> str:
    """Such as `12 of 43 minutes are spent, 31 are left.`"""
    left = found.budget
    if found.status == "no_data" or left.minutes_spent is None or left.minutes_left is None:
        return f"No {UNITS[counted] if counted != 'minutes' else 'calls'} in the period, so nothing is known."
    spent, may = amount(left.minutes_spent), amount(left.minutes)
    if min(left.minutes_spent, left.minutes_left) >= 10:
        # so that the three add up: of 43.2, 10.5 and 32.7 it is 11, as 32 are left
        spent = amount(int(left.minutes + SLACK) - int(left.minutes_left + SLACK))
    if found.status == "violating":
        parts = [f"The budget of {may} minutes is overspent by {amount(-left.minutes_left)} minutes."]
    else:
        parts = [f"{spent} of {may} minutes are spent, {amount(left.minutes_left)} are left."]
    if found.gone_at is not None:
        parts.append(f"At the rate of the last hour the rest is gone in {duration(found.gone_at - as_of)}.")
    if frozen_since is not None:
        parts.append(f"No calls since {frozen_since:%Y-%m-%d %H:%M} UTC; this is how it was then.")
    return " ".join(parts)


def amount(minutes: float) -> str:
    """Whole minutes from 10 on: 43 of 43.2."""
    if minutes >= 10:
        return f"{int(minutes + SLACK):,}"
    return f"{minutes:.1f}".removesuffix(".0")


def slas_out(session: Session, project_id: str) -> list[shapes.SlaOut]:
    """By name. What cannot be read is left out; the job `objectives` tells of it."""
    states = service.states_of(session, project_id)
    rows, _ = readable(service.slas_of(session, project_id), service.wanted_of)
    return [sla_out(row, states.get(row.id)) for row in rows]


def sla_out(row: SlaRow, state: SlaStateRow | None) -> shapes.SlaOut:
    wanted = service.wanted_of(row)
    known = shapes.SlaState.model_validate(state.state) if state and state.state else None
    return shapes.SlaOut(
        **dict(wanted),
        id=row.id,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        state=known,
        evaluated_at=state.evaluated_at if state else None,
        error=state.error if state else None,
        firing=[speed for speed in get_args(shapes.Speed) if state and speed in state.firing],
    )
