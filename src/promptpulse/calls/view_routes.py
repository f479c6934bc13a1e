"""Views of a page that were saved under a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.calls import view_shapes as shapes
from promptpulse.calls import views
from promptpulse.calls.models import SavedView

router = APIRouter(prefix="/api/v1/views", tags=["views"])
Reader = Annotated[Access, Depends(may_read)]
Id = Annotated[str, Path(max_length=256)]
VIEW: JsonValue = {
    "id": ID, "name": "Slow answers in production", "page": "calls", "search": "range=7d&min_latency_ms=2000", "shared": True,
    "own": True, "created_at": MOMENT, "created_by": "ada@example.com",
}  # fmt: skip


@router.get("", summary="List saved views", responses=documented(200, [VIEW], 401, 403))
def list_views(
    request: Request, access: Reader, page: Annotated[str | None, Query(max_length=40, pattern=shapes.PAGE)] = None
) -> Answer[list[shapes.ViewOut]]:
    """Your own and the shared ones, by name."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=[_out(view, access) for view in views.visible(session, access, page)])


@router.post("", status_code=201, summary="Save a view", responses=documented(201, VIEW, 401, 403, 409))
def create_view(body: shapes.ViewIn, request: Request, access: Reader) -> Answer[shapes.ViewOut]:
    """For yourself; for everybody of the project when `shared`, which needs an editor."""
    services = request.app.state.services
    wanted = views.Wanted(body.name, body.page, body.search, body.shared)
    with services.database.writing() as session:
        made = views.create(session, access, wanted, By(access.actor, services.clock()))
        return Answer(data=_out(made, access))


@router.patch("/{view_id}", summary="Change a saved view", responses=documented(200, VIEW, 401, 403, 404, 409))
def change_view(view_id: Id, body: shapes.ViewPatch, request: Request, access: Reader) -> Answer[shapes.ViewOut]:
    """Your own; admins of the project also shared ones."""
    services = request.app.state.services
    wanted = views.Changes(body.name, body.search, body.shared)
    with services.database.writing() as session:
        changed = views.change(session, access, view_id, wanted, By(access.actor, services.clock()))
        return Answer(data=_out(changed, access))


@router.delete("/{view_id}", summary="Delete a saved view", responses=documented(200, None, 401, 403, 404))
def delete_view(view_id: Id, request: Request, access: Reader) -> Answer[None]:
    """Your own; admins of the project also shared ones."""
    services = request.app.state.services
    with services.database.writing() as session:
        views.delete(session, access, view_id, By(access.actor, services.clock()))
    return Answer(data=None)


def _out(view: SavedView, access: Access) -> shapes.ViewOut:
    return shapes.ViewOut(
        id=view.id,
        name=view.name,
        page=view.page,
        search=view.search,
        shared=view.shared,
        own=view.owner_id == views.owner_of(access),
        created_at=view.created_at,
        created_by=view.created_by,
    )
