"""Objectives and their error budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError
from promptpulse.metrics.tallies import LONGEST
from promptpulse.slas import service, shapes
from promptpulse.slas.history import history, preview
from promptpulse.slas.present import sla_out, slas_out

router = APIRouter(prefix="/api/v1/slas", tags=["slas"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
STATE: JsonValue = {
    "status": "meeting", "said": "12 of 43 minutes are spent, 31 are left.", "frozen_since": None, "as_of": MOMENT,
    "start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z", "compliance": 99.96, "total": 29370, "bad": 12,
    "counted": "minutes",
    "budget": {"minutes": 43.2, "minutes_spent": 12, "minutes_left": 31.2, "calls": None, "calls_spent": None,
               "calls_left": None, "left_share": 72.2},
    "burn_rate": 0.4, "gone_at": None, "gone_in_s": None,
    "windows": [{"speed": "page", "factor": 14.4, "long_minutes": 60, "short_minutes": 5, "long_burn": 0.4,
                 "short_burn": 0, "calls": 1250, "burning": False}],
    "excluded_minutes": 0,
}  # fmt: skip
SLA: JsonValue = {
    "id": ID, "name": "Support is up", "description": "", "objective": {"kind": "downtime", "failing_share": 50},
    "target": 99.9, "period": "month", "where": [{"dimension": "prompt_id", "op": "in", "values": ["support-reply"]}],
    "alerts": True, "minimum_calls": 20, "no_data_minutes": 60, "renotify_minutes": 240, "channels": None, "runbook": "",
    "created_at": MOMENT, "created_by": "ada@example.com", "changed_at": MOMENT, "state": STATE,
    "evaluated_at": MOMENT, "error": None, "firing": [],
}  # fmt: skip
DAY: JsonValue = {
    "day": "2026-11-20", "compliance": 99.9, "total": 1440, "bad": 1, "met": True, "left_share": 97.7,
    "excluded_minutes": 0, "partial": False,
}  # fmt: skip
MONTH: JsonValue = {
    "start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z", "compliance": 99.95, "total": 44640, "bad": 22,
    "met": True, "left_share": 50.7, "partial": False,
}  # fmt: skip
HISTORY: JsonValue = {"target": 99.9, "tz": "UTC", "counted": "minutes", "days": [DAY], "periods": [MONTH]}
PREVIEW: JsonValue = {"state": STATE, "days": [DAY], "suggested_target": 99.9, "notes": []}


@router.get("", summary="List objectives", responses=documented(200, [SLA], 401, 403))
def list_slas(request: Request, access: Reader) -> Answer[list[shapes.SlaOut]]:
    """By name, each with the state that the last evaluation found. One that cannot be read, because another version wrote
    it, is left out; the job `objectives` tells of it."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=slas_out(session, access.project.id))


@router.post("", status_code=201, summary="Define an objective", responses=documented(201, SLA, 401, 403, 409))
def create_sla(body: shapes.SlaIn, request: Request, access: Editor) -> Answer[shapes.SlaOut]:
    """Its state is computed at once, from the calls that are there."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.create(session, access.project.id, body, By(access.actor, services.clock()))
    return Answer(data=_evaluated(request, access, row.id))


@router.post("/preview", summary="Try an objective", responses=documented(200, PREVIEW, 401, 403))
def preview_sla(body: shapes.SlaIn, request: Request, access: Reader) -> Answer[shapes.SlaPreview]:
    """What it would say of the last 30 days. Nothing is kept."""
    services = request.app.state.services
    now: datetime = services.clock()
    wanted = service.checked(body)
    with services.database.sessions() as session:
        asked = services.objectives.asked(session, (access.project.id, access.project.time_zone), wanted, now)
    found = services.objectives.find([asked], now)[asked.id]
    if isinstance(found, AppError):
        raise found
    return Answer(data=preview(services.store, asked, found, now))


@router.get("/{sla_id}", summary="Read an objective", responses=documented(200, SLA, 401, 403, 404))
def read_sla(sla_id: Id, request: Request, access: Reader) -> Answer[shapes.SlaOut]:
    """With its state."""
    return Answer(data=_read(request, access, sla_id))


@router.patch("/{sla_id}", summary="Change an objective", responses=documented(200, SLA, 401, 403, 404, 409))
def change_sla(sla_id: Id, body: shapes.SlaPatch, request: Request, access: Editor) -> Answer[shapes.SlaOut]:
    """Counts at once, for the whole period."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, sla_id)
        service.change(session, row, body, By(access.actor, services.clock()))
    return Answer(data=_evaluated(request, access, sla_id))


@router.delete("/{sla_id}", summary="Delete an objective", responses=documented(200, None, 401, 403, 404))
def delete_sla(sla_id: Id, request: Request, access: Editor) -> Answer[None]:
    """Its open alerts end."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, sla_id)
        service.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.get("/{sla_id}/history", summary="Compliance so far", responses=documented(200, HISTORY, 401, 403, 404))
def history_of_sla(
    sla_id: Id,
    request: Request,
    access: Reader,
    days: Annotated[int, Query(ge=1, le=90, description="Days back, today included.")] = 30,
) -> Answer[shapes.HistoryOut]:
    """By day, and by calendar month."""
    services = request.app.state.services
    now: datetime = services.clock()
    with services.database.sessions() as session:
        row = service.existing(session, access.project.id, sla_id)
        wanted = service.wanted_of(row)
        project = access.project
        asked = services.objectives.asked(session, (project.id, project.time_zone), wanted, now, row.id, LONGEST)
    return Answer(data=history(services.store, asked, days, now))


def _evaluated(request: Request, access: Access, sla_id: str) -> shapes.SlaOut:
    services = request.app.state.services
    services.objectives.evaluate(access.project.id, access.project.time_zone, services.clock(), only=sla_id)
    return _read(request, access, sla_id)


def _read(request: Request, access: Access, sla_id: str) -> shapes.SlaOut:
    with request.app.state.services.database.sessions() as session:
        row = service.existing(session, access.project.id, sla_id)
        return sla_out(row, service.states_of(session, access.project.id).get(row.id))
