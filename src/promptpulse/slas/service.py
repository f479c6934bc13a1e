"""Objectives of a project: define, change, delete. Functions never commit."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.stored import unreadable
from promptpulse.db import exclusive, flush_or, relocked
from promptpulse.incidents import service as incidents
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import checked_filter
from promptpulse.metrics.tallies import Goal
from promptpulse.slas.models import SlaRow, SlaStateRow
from promptpulse.slas.shapes import Downtime, Latency, Objective, Score, SlaIn, SlaPatch

MOST = 100
SOURCE = "sla"
NULLABLE = frozenset({"channels", "renotify_minutes"})
"""Null is a value of theirs."""


def slas_of(session: Session, project_id: str) -> Sequence[SlaRow]:
    """By name."""
    return session.scalars(select(SlaRow).where(SlaRow.project_id == project_id).order_by(SlaRow.name)).all()


def states_of(session: Session, project_id: str) -> dict[str, SlaStateRow]:
    """By id of the objective."""
    rows = session.scalars(select(SlaStateRow).where(SlaStateRow.project_id == project_id)).all()
    return {row.sla_id: row for row in rows}


def existing(session: Session, project_id: str, sla_id: str) -> SlaRow:
    """Raises NotFound."""
    row = session.get(SlaRow, sla_id) if is_id(sla_id) else None
    if row is None or row.project_id != project_id:
        raise no_objective(sla_id)
    return row


def no_objective(sla_id: str) -> NotFound:
    return NotFound(f"there is no objective {sla_id!r}; GET /api/v1/slas lists them")


def wanted_of(row: SlaRow) -> SlaIn:
    """Raises Unreadable."""
    try:
        return SlaIn.model_validate({"name": row.name, **row.settings})
    except ValidationError as e:
        raise unreadable("the objective", row.name, row.id) from e


def checked(wanted: SlaIn) -> SlaIn:
    """Raises Refused for what no calls can meet, and for texts that no database keeps."""
    filters_of(wanted)
    for field in ("description", "runbook"):
        _refuse_nul(getattr(wanted, field), field)
    for channel in wanted.channels or ():
        if not is_id(channel):
            raise Refused(
                f"channels: there is no channel {channel!r}; GET /api/v1/channels lists them", field="channels"
            )
    if isinstance(wanted.objective, Score):
        _refuse_nul(wanted.objective.name, "objective.name")
    return wanted


def filters_of(wanted: SlaIn) -> tuple[Filter, ...]:
    """Raises Refused that names `where`."""
    filters = tuple(checked_filter(one.value()) for one in wanted.where)
    for one in filters:
        for text in (one.dimension, *one.values):
            _refuse_nul(text or "", "where")
    return filters


def goal_of(objective: Objective) -> Goal:
    match objective:
        case Downtime():
            return Goal("downtime", failing_share=objective.failing_share)
        case Latency():
            return Goal("latency", under_ms=objective.under_ms)
        case Score():
            return Goal("score", score=objective.name, at_least=objective.at_least)
        case _:
            return Goal(objective.kind)


def create(session: Session, project_id: str, wanted: SlaIn, by: By) -> SlaRow:
    """Raises Refused for a bad value and Conflict for a second objective of the name, or one too many."""
    checked(wanted)
    exclusive(session, f"slas of {project_id}")
    count = select(func.count()).select_from(SlaRow).where(SlaRow.project_id == project_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} objectives, and no more are kept; delete one first")
    row = SlaRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(wanted.name, "name"),
        settings=wanted.model_dump(mode="json", exclude={"name"}),
        created_at=by.at,
        created_by=by.actor[:300],
        changed_at=by.at,
    )
    session.add(row)
    _flush(session, row)
    record(session, project_id, by, "sla.create", row.name, detail=_told(wanted))
    return row


def change(session: Session, row: SlaRow, patch: SlaPatch, by: By) -> bool:
    """Whether anything changed. Raises Refused, Conflict, and NotFound when it was deleted meanwhile."""
    if not relocked(session, row):
        raise no_objective(row.id)
    before = wanted_of(row)
    given = patch.model_dump(mode="json", exclude_unset=True)
    # elsewhere null leaves things as they are
    given = {key: value for key, value in given.items() if value is not None or key in NULLABLE}
    wanted = checked(SlaIn.model_validate({**before.model_dump(mode="json"), **given}))
    if wanted == before:
        return False
    row.name = named(wanted.name, "name")
    row.settings = wanted.model_dump(mode="json", exclude={"name"})
    row.changed_at = by.at
    _flush(session, row)
    detail = {"before": before.name, "fields": ", ".join(sorted(given))[:200]}
    record(session, row.project_id, by, "sla.change", row.name, detail={**detail, **_told(wanted)})
    return True


def delete(session: Session, row: SlaRow, by: By) -> None:
    """Its open alerts end. Raises NotFound when it was deleted meanwhile."""
    if not relocked(session, row):  # a round that was keeping its state has ended by now
        raise no_objective(row.id)
    state = session.get(SlaStateRow, row.id)
    for series in state.firing if state else ():
        incidents.clear(session, row.project_id, SOURCE, row.id, series, None, by.at, "The objective was deleted.")
    session.delete(row)
    record(session, row.project_id, by, "sla.delete", row.name)


def _told(wanted: SlaIn) -> dict[str, str | int | bool | None]:
    return {"objective": wanted.objective.kind, "target": f"{wanted.target:g}", "period": wanted.period}


def _refuse_nul(text: str, field: str) -> None:
    if "\x00" in text:
        raise Refused(f"{field} {text!r} contains a NUL character; remove it", field=field)


def _flush(session: Session, row: SlaRow) -> None:
    flush_or(session, Conflict(f"there is an objective {row.name!r} already; choose another name", field="name"))
