"""Silences and maintenance windows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import Answer, documented
from promptpulse.accounts.values import By
from promptpulse.incidents import service, shapes, silences
from promptpulse.incidents.examples import SILENCE

router = APIRouter(prefix="/api/v1", tags=["silences"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]


@router.get("/silences", summary="List silences", responses=documented(200, [SILENCE], 401, 403))
def list_silences(
    request: Request,
    access: Reader,
    kind: shapes.SilenceKind | None = None,
    *,
    over: Annotated[bool, Query(description="Also those that are over.")] = False,
) -> Answer[list[shapes.SilenceOut]]:
    """Active ones first, then planned ones, then those that are over; 500 at most."""
    services = request.app.state.services
    with services.database.sessions() as session:
        return Answer(data=silences.listed(session, access.project.id, kind, services.clock(), over=over))


@router.post("/silences", status_code=201, summary="Add a silence", responses=documented(201, SILENCE, 401, 403, 409))
def add_silence(body: shapes.SilenceIn, request: Request, access: Editor) -> Answer[shapes.SilenceOut]:
    """Alerts within it are kept, but nobody is told. What still fires when it ends is told then. SLAs leave out maintenance."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    with services.database.writing() as session:
        row = silences.add(session, access.project.id, body, by)
        return Answer(data=silences.silence_out(row, access.project.time_zone, by.at))


@router.delete("/silences/{silence_id}", summary="End a silence", responses=documented(200, None, 401, 403, 404))
def end_silence(silence_id: Id, request: Request, access: Editor) -> Answer[None]:
    """Now. One that has not begun is deleted."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    with services.database.writing() as session:
        row = silences.existing(session, access.project.id, silence_id)
        silences.end(session, row, by)
        service.unmute(session, access.project.id, by.at)
    return Answer(data=None)
