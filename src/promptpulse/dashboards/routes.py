"""Dashboards: ready made, one's own, and shared by link."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.core.errors import Conflict
from promptpulse.dashboards import data, links, portable, presets, service, shapes
from promptpulse.dashboards.asking import Context, Window, check, check_all
from promptpulse.dashboards.present import body_of, own_out, ready_made_out, share_out, summary_out
from promptpulse.dashboards.table import table
from promptpulse.files import FORMATS, Attachment, Format, documented_as_files

router = APIRouter(prefix="/api/v1", tags=["dashboards"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
WIDGET: JsonValue = {
    "id": "requests", "kind": "line", "title": "Requests", "text": "",
    "query": {"metrics": ["total_requests"], "by": ["prompt_id"], "where": [], "bucket": None, "limit": 10, "cumulative": False,
              "compare": False, "field": None, "range": None},
    "place": {"x": 0, "y": 0, "w": 6, "h": 6},
}  # fmt: skip
BODY: dict[str, JsonValue] = {"name": "Support", "description": "", "range": "7d", "widgets": [WIDGET]}
DASHBOARD: dict[str, JsonValue] = {
    "id": ID, **BODY, "ready_made": False, "revision": 3, "created_at": MOMENT, "created_by": "ada@example.com",
    "updated_at": MOMENT, "updated_by": "ada@example.com",
}  # fmt: skip
SUMMARY: JsonValue = {
    "id": ID, "name": "Support", "description": "", "ready_made": False, "widgets": 1, "updated_at": MOMENT,
    "updated_by": "ada@example.com", "shares": 0,
}  # fmt: skip
SHARE: JsonValue = {
    "id": ID, "note": "for the board", "created_at": MOMENT, "created_by": "ada@example.com", "expires_at": MOMENT,
    "revoked_at": None, "last_used_at": None, "path": "/shared/q0mE",
}  # fmt: skip
DATA: JsonValue = {"start": MOMENT, "end": MOMENT, "budgets": []}
FILE: JsonValue = {"promptpulse_dashboard": 1, "dashboard": BODY}


@router.get("/dashboards", summary="List dashboards", responses=documented(200, [SUMMARY], 401, 403))
def list_dashboards(request: Request, access: Reader) -> Answer[list[shapes.DashboardSummary]]:
    """The four ready-made ones first, then the project's by name."""
    services = request.app.state.services
    context = context_of(request, access.project)
    scores = presets.scores_of(services.store, context)
    with services.database.sessions() as session:
        own = [own_out(row) for row in service.listed(session, access.project.id)]
        shares = links.counts(session, access.project.id, context.now)
    ready_made = [ready_made_out(key, scores) for key in presets.READY_MADE]
    return Answer(data=[summary_out(one, shares.get(one.id, 0)) for one in (*ready_made, *own)])


@router.post(
    "/dashboards", status_code=201, summary="Create a dashboard", responses=documented(201, DASHBOARD, 401, 403, 409)
)
def create_dashboard(body: shapes.DashboardBody, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """Every widget's query is checked before it is stored."""
    context = context_of(request, access.project)
    with request.app.state.services.database.writing() as session:
        return Answer(data=own_out(service.create(session, context, body, By(access.actor, context.now))))


@router.post(
    "/dashboards/import",
    status_code=201,
    summary="Create a dashboard from a file",
    responses=documented(201, DASHBOARD, 401, 403, 409),
)
def import_dashboard(body: shapes.DashboardFile, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """As `GET .../export` made it, here or elsewhere. A name that is taken gets a number."""
    context = context_of(request, access.project)
    by = By(access.actor, context.now)
    with request.app.state.services.database.writing() as session:
        wanted = portable.imported(body, portable.names_of(session, context.project))
        check_all(wanted.widgets, context, place="dashboard.")
        detail = {"imported": True}
        row = service.create_named_freely(session, context.project, wanted, by, detail=detail)
        return Answer(data=own_out(row))


@router.post(
    "/dashboards/data",
    summary="What a widget shows",
    response_model=Answer[shapes.WidgetData],
    responses=documented_as_files(*FORMATS, beside=documented(200, DATA, 401, 403)),
)
def widget_data(
    body: shapes.WidgetDataIn,
    request: Request,
    access: Reader,
    form: Annotated[
        Literal["json"] | Format, Query(alias="format", description="csv, ndjson, parquet: a file, without comparison.")
    ] = "json",
) -> Response:
    """Of a widget that may not be saved yet. Filters of the page over a field that the widget filters by itself do not count."""
    context, sources = context_of(request, access.project), sources_of(request)
    check(body.widget, context, "widget.query")
    page, where = Window(body.start, body.end), [f.value() for f in body.where]
    if form != "json":
        return Attachment("widget", *table(sources, context, body.widget, page, where), form)
    return answered(data.shown(sources, context, body.widget, page, where))


@router.get(
    "/dashboards/{dashboard_id}", summary="Read a dashboard", responses=documented(200, DASHBOARD, 401, 403, 404)
)
def read_dashboard(dashboard_id: Id, request: Request, access: Reader) -> Answer[shapes.DashboardOut]:
    """By its id, or by the name of a ready-made one."""
    return Answer(data=found_by(request, context_of(request, access.project), dashboard_id))


@router.put(
    "/dashboards/{dashboard_id}",
    summary="Save a dashboard",
    responses=documented(200, DASHBOARD, 401, 403, 404, 409),
)
def save_dashboard(
    dashboard_id: Id, body: shapes.DashboardUpdate, request: Request, access: Editor
) -> Answer[shapes.DashboardOut]:
    """Replaces it. A ready-made one stays as it is: what is saved is a copy with an id of its own."""
    context = context_of(request, access.project)
    by = By(access.actor, context.now)
    ready_made = presets.READY_MADE.get(dashboard_id)
    stored = found_by(request, context, dashboard_id).widgets if ready_made else []
    with request.app.state.services.database.writing() as session:
        if ready_made is None:
            row = service.existing(session, context.project, dashboard_id, to_change=True)
            service.save(session, row, context, body, by)
        else:
            check_all(body.widgets, context, stored)
            suffix = service.COPY if body.name.strip() == ready_made.name else ""
            row = service.create_named_freely(session, context.project, body, by, suffix, {"copy_of": ready_made.name})
        return Answer(data=own_out(row))


@router.delete(
    "/dashboards/{dashboard_id}", summary="Delete a dashboard", responses=documented(200, None, 401, 403, 404, 409)
)
def delete_dashboard(dashboard_id: Id, request: Request, access: Editor) -> Answer[None]:
    """Its links stop working. Ready-made ones stay."""
    context = context_of(request, access.project)
    if dashboard_id in presets.READY_MADE:
        raise Conflict(f"{presets.READY_MADE[dashboard_id].name!r} is ready made and cannot be deleted")
    with request.app.state.services.database.writing() as session:
        row = service.existing(session, context.project, dashboard_id, to_change=True)
        service.delete(session, row, By(access.actor, context.now))
    return Answer(data=None)


@router.post(
    "/dashboards/{dashboard_id}/duplicate",
    status_code=201,
    summary="Duplicate a dashboard",
    responses=documented(201, DASHBOARD, 401, 403, 404),
)
def duplicate_dashboard(dashboard_id: Id, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """Named "… copy". Ready-made ones, too."""
    context = context_of(request, access.project)
    original = body_of(found_by(request, context, dashboard_id))
    by = By(access.actor, context.now)
    with request.app.state.services.database.writing() as session:
        detail = {"copy_of": original.name}
        row = service.create_named_freely(session, context.project, original, by, service.COPY, detail)
        return Answer(data=own_out(row))


@router.get(
    "/dashboards/{dashboard_id}/export",
    summary="Export a dashboard",
    responses=documented(200, FILE, 401, 403, 404),
)
def export_dashboard(dashboard_id: Id, request: Request, access: Reader) -> Answer[shapes.DashboardFile]:
    """Without ids: another PromptPulse can import it."""
    context = context_of(request, access.project)
    found = body_of(found_by(request, context, dashboard_id))
    with request.app.state.services.database.sessions() as session:
        names = portable.names_of(session, context.project)
    return Answer(data=portable.exported(found, names))


@router.get(
    "/dashboards/{dashboard_id}/shares", summary="List links", responses=documented(200, [SHARE], 401, 403, 404)
)
def list_shares(dashboard_id: Id, request: Request, access: Editor) -> Answer[list[shapes.ShareOut]]:
    """Newest first, also those that expired or were revoked."""
    with request.app.state.services.database.sessions() as session:
        rows = links.listed(session, _place(session, access, dashboard_id))
    return Answer(data=[share_out(row) for row in rows])


@router.post(
    "/dashboards/{dashboard_id}/shares",
    status_code=201,
    summary="Share by link",
    responses=documented(201, SHARE, 401, 403, 404, 409),
)
def share(dashboard_id: Id, body: shapes.ShareNew, request: Request, access: Editor) -> Answer[shapes.ShareOut]:
    """Whoever has the link sees this dashboard, as it is then, and nothing else. The link is shown once."""
    services = request.app.state.services
    with services.database.writing() as session:
        place = _place(session, access, dashboard_id, to_change=True)
        made = links.share(session, place, body, By(access.actor, services.clock()))
        return Answer(data=share_out(made.row, made.token))


@router.delete(
    "/dashboards/{dashboard_id}/shares/{share_id}",
    summary="Revoke a link",
    responses=documented(200, None, 401, 403, 404),
)
def revoke(dashboard_id: Id, share_id: Id, request: Request, access: Editor) -> Answer[None]:
    """It stops working at once."""
    services = request.app.state.services
    with services.database.writing() as session:
        place = _place(session, access, dashboard_id, to_change=True)
        links.revoke(session, place, share_id, By(access.actor, services.clock()))
    return Answer(data=None)


def context_of(request: Request, project: ProjectRef) -> Context:
    services = request.app.state.services
    return Context(project.id, project.time_zone, services.definitions.of(project.id), services.clock())


def sources_of(request: Request) -> data.Sources:
    services = request.app.state.services
    return data.Sources(services.store, services.database, services.analyst)


def found_by(request: Request, context: Context, dashboard_id: str) -> shapes.DashboardOut:
    """By the id of the project's own, or the name of a ready-made one. Raises NotFound."""
    services = request.app.state.services
    if dashboard_id in presets.READY_MADE:
        return ready_made_out(dashboard_id, presets.scores_of(services.store, context))
    with services.database.sessions() as session:
        return own_out(service.existing(session, context.project, dashboard_id))


def answered(shown: data.Shown) -> Response:
    """Frames are large, and were checked when they were made."""
    return Response(msgspec.json.encode({"success": True, "data": shown}), media_type="application/json")


def _place(session: Session, access: Access, dashboard_id: str, *, to_change: bool = False) -> links.Place:
    ready_made = presets.READY_MADE.get(dashboard_id)
    if ready_made is not None:
        return links.Place(access.project.id, ready_made.name, ready_made=dashboard_id)
    row = service.existing(session, access.project.id, dashboard_id, to_change=to_change)
    return links.Place(access.project.id, row.name, dashboard_id=row.id)
