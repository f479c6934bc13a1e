"""Tells incidents when half, four fifths and all of a budget is spent, and when it is foreseen that it will be passed.

Each is told once a period. It is over when the period ends, or the budget is raised or deleted; what was foreseen is over,
too, when it no longer is, or has come true."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import Project
from promptpulse.costs.budgets import budgets_of
from promptpulse.costs.models import BudgetRow
from promptpulse.costs.present import asked_of
from promptpulse.db import Database
from promptpulse.incidents import service as incidents
from promptpulse.incidents.models import AlertRow
from promptpulse.incidents.signals import Signal
from promptpulse.metrics import METRICS, Filter
from promptpulse.metrics.spending import LEVELS, Projection, projections, reach
from promptpulse.notify.messages import Severity
from promptpulse.store import Store

log = logging.getLogger(__name__)

SOURCE: Literal["budget"] = "budget"
FORECAST = "forecast"
SEVERITIES: Mapping[str, Severity] = {"50": "info", "80": "warning", "100": "critical", FORECAST: "warning"}
_COST = METRICS["total_cost_usd"]


@dataclass(frozen=True, slots=True)
class Budgets:
    """Thread-safe."""

    store: Store
    database: Database

    def round(self, now: datetime) -> None:
        """All budgets of all projects. A project that fails stops no other."""
        with self.database.sessions() as session:
            with_budgets = select(BudgetRow.project_id).union(
                select(AlertRow.project_id).where(AlertRow.source == SOURCE, AlertRow.open_key.is_not(None))
            )
            projects = session.execute(
                select(Project.id, Project.time_zone).where(Project.id.in_(with_budgets)).order_by(Project.id)
            ).all()
        for project_id, tz in projects:
            try:
                self.evaluate(project_id, tz, now)
            except Exception:
                log.exception("budgets of project %s could not be evaluated", project_id)

    def evaluate(self, project_id: str, tz: str, now: datetime) -> None:
        """Those of a project."""
        with self.database.sessions() as session:
            asked = {row.id: asked_of(row) for row in budgets_of(session, project_id)}
        found = projections(self.store, project_id, tz, asked.values(), now) if asked else {}
        with self.database.writing() as session:
            rows = {row.id: row for row in budgets_of(session, project_id)}
            for budget_id, row in rows.items():
                # one that was made or moved to another period meanwhile has its turn in the next round
                if asked.get(budget_id) == asked_of(row):
                    _tell(session, row, found[asked[budget_id]], now)
            _clear_old(session, project_id, rows, {key: found[asked[key]] for key in asked.keys() & rows.keys()}, now)


def _tell(session: Session, row: BudgetRow, found: Projection, now: datetime) -> None:
    reached = reach(found, row.amount_usd)
    *passed, highest = ("", *map(str, reached.levels))
    if highest and not _was_told(session, row, found, highest):
        incidents.fire(session, _signal(row, found, highest, now), now)
    for level in filter(None, passed):  # after it, so that they share its incident
        series, why = _series(row, found, level), f"{highest} % is reached"
        incidents.clear(session, row.project_id, SOURCE, row.id, series, found.spent_usd, now, why)
    forecast = _series(row, found, FORECAST)
    if LEVELS[-1] in reached.levels or reached.will_pass is False:
        why = "the projection no longer passes it" if reached.will_pass is False else "it is spent"
        value = found.end.total_usd if found.end else None
        incidents.clear(session, row.project_id, SOURCE, row.id, forecast, value, now, why)
    elif reached.will_pass:
        incidents.fire(session, _signal(row, found, FORECAST, now), now)


def _was_told(session: Session, row: BudgetRow, found: Projection, level: str) -> bool:
    """Once a period, also where somebody has resolved it meanwhile. One that is open is brought up to date."""
    key = incidents.series_hash(SOURCE, row.id, _series(row, found, level))
    told = select(AlertRow.id).where(
        AlertRow.project_id == row.project_id, AlertRow.series_hash == key, AlertRow.open_key.is_(None)
    )
    return session.scalar(told.limit(1)) is not None


def _series(row: BudgetRow, found: Projection, level: str) -> str:
    """A budget that is raised is another one: its levels are reached anew."""
    return f"level={level},from={found.calendar.start},amount={row.amount_usd!r},period={row.period}"


def _clear_old(
    session: Session,
    project_id: str,
    rows: Mapping[str, BudgetRow],
    found: Mapping[str, Projection],
    now: datetime,
) -> None:
    """Alerts of periods that are over, and of budgets that are another now or gone."""
    for alert in _open(session, project_id):
        row = rows.get(alert.source_id)
        if row is None:
            why = "the budget was deleted"
        elif alert.source_id not in found or alert.series in {
            _series(row, found[row.id], level) for level in SEVERITIES
        }:
            continue
        elif f"from={found[row.id].calendar.start}," in alert.series:
            why = f"the budget is {_usd(row.amount_usd)} now"
        else:
            why = f"the {row.period} is over"
        incidents.clear(session, project_id, SOURCE, alert.source_id, alert.series, None, now, why)


def _open(session: Session, project_id: str) -> Sequence[AlertRow]:
    return session.scalars(
        select(AlertRow)
        .where(AlertRow.project_id == project_id, AlertRow.source == SOURCE, AlertRow.open_key.is_not(None))
        .order_by(AlertRow.fired_at, AlertRow.id)
    ).all()


def _signal(row: BudgetRow, found: Projection, level: str, now: datetime) -> Signal:
    scope = {"prompt_id": row.prompt_id, "environment": row.environment}
    is_forecast = level == FORECAST
    share = LEVELS[-1] if is_forecast else int(level)
    return Signal(
        project_id=row.project_id,
        source=SOURCE,
        source_id=row.id,
        series=_series(row, found, level),
        name=row.name,
        alert_type="budget_forecast" if is_forecast else "budget",
        severity=SEVERITIES[level],
        metric=_COST.key,
        metric_label=_COST.label,
        unit=_COST.unit,
        direction="above",
        value=found.end.total_usd if is_forecast and found.end else found.spent_usd,
        threshold=share / 100 * row.amount_usd,
        since=now,
        where=tuple(Filter(key, "in", (value,)) for key, value in scope.items() if value is not None),
        window_s=max(60, round((now - found.calendar.start_at).total_seconds())),
        text=_text(row, found, level),
    )


def _text(row: BudgetRow, found: Projection, level: str) -> str:
    budget = f"the budget of {_usd(row.amount_usd)} a {row.period}"
    if level != FORECAST:
        spent = "" if found.spent_usd is None else f"{_usd(found.spent_usd)} since {_day(found.calendar.start)}. "
        return f"{level} % of {budget} is spent. {spent}A new {row.period} begins on {_day(found.calendar.end)}."
    if found.end is None:
        return f"It is foreseen that {budget} will be passed."
    end = found.end
    return (
        f"At the end of the {row.period}, {_usd(end.total_usd)} will probably be spent"
        f" ({_usd(end.low_usd)} to {_usd(end.high_usd)}), more than {budget}."
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _usd(value: float) -> str:
    return f"${value:,.2f}"
