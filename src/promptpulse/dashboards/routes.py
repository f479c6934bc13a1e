"""Dashboards: ready made, one's own, and shared by link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.dashboards import shapes
from promptpulse.definitions.asked import Instant

router = APIRouter(prefix="/api/v1", tags=["dashboards"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
Token = Annotated[str, Path(max_length=256)]
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
    raise NotImplementedError


@router.post(
    "/dashboards", status_code=201, summary="Create a dashboard", responses=documented(201, DASHBOARD, 401, 403, 409)
)
def create_dashboard(body: shapes.DashboardBody, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """Every widget's query is checked before it is stored."""
    raise NotImplementedError


@router.post(
    "/dashboards/import",
    status_code=201,
    summary="Create a dashboard from a file",
    responses=documented(201, DASHBOARD, 401, 403, 409),
)
def import_dashboard(body: shapes.DashboardFile, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """As `GET .../export` made it, here or elsewhere. A name that is taken gets a number."""
    raise NotImplementedError


@router.post("/dashboards/data", summary="What a widget shows", responses=documented(200, DATA, 401, 403))
def widget_data(body: shapes.WidgetDataIn, request: Request, access: Reader) -> Answer[shapes.WidgetData]:
    """Of a widget that may not be saved yet."""
    raise NotImplementedError


@router.get(
    "/dashboards/{dashboard_id}", summary="Read a dashboard", responses=documented(200, DASHBOARD, 401, 403, 404)
)
def read_dashboard(dashboard_id: Id, request: Request, access: Reader) -> Answer[shapes.DashboardOut]:
    """By its id, or by the name of a ready-made one."""
    raise NotImplementedError


@router.put(
    "/dashboards/{dashboard_id}",
    summary="Save a dashboard",
    responses=documented(200, DASHBOARD, 401, 403, 404, 409),
)
def save_dashboard(
    dashboard_id: Id, body: shapes.DashboardUpdate, request: Request, access: Editor
) -> Answer[shapes.DashboardOut]:
    """Replaces it. A ready-made one stays as it is: what is saved is a copy with an id of its own."""
    raise NotImplementedError


@router.delete(
    "/dashboards/{dashboard_id}", summary="Delete a dashboard", responses=documented(200, None, 401, 403, 404, 409)
)
def delete_dashboard(dashboard_id: Id, request: Request, access: Editor) -> Answer[None]:
    """Its links stop working. Ready-made ones stay."""
    raise NotImplementedError


@router.post(
    "/dashboards/{dashboard_id}/duplicate",
    status_code=201,
    summary="Duplicate a dashboard",
    responses=documented(201, DASHBOARD, 401, 403, 404),
)
def duplicate_dashboard(dashboard_id: Id, request: Request, access: Editor) -> Answer[shapes.DashboardOut]:
    """Named "… copy". Ready-made ones, too."""
    raise NotImplementedError


@router.get(
    "/dashboards/{dashboard_id}/export",
    summary="Export a dashboard",
    responses=documented(200, FILE, 401, 403, 404),
)
def export_dashboard(dashboard_id: Id, request: Request, access: Reader) -> Answer[shapes.DashboardFile]:
    """Without ids: another PromptPulse can import it."""
    raise NotImplementedError


@router.get(
    "/dashboards/{dashboard_id}/shares", summary="List links", responses=documented(200, [SHARE], 401, 403, 404)
)
def list_shares(dashboard_id: Id, request: Request, access: Editor) -> Answer[list[shapes.ShareOut]]:
    """Newest first, also those that expired or were revoked."""
    raise NotImplementedError


@router.post(
    "/dashboards/{dashboard_id}/shares",
    status_code=201,
    summary="Share by link",
    responses=documented(201, SHARE, 401, 403, 404),
)
def share(dashboard_id: Id, body: shapes.ShareNew, request: Request, access: Editor) -> Answer[shapes.ShareOut]:
    """Whoever has the link sees this dashboard, as it is then, and nothing else. The link is shown once."""
    raise NotImplementedError


@router.delete(
    "/dashboards/{dashboard_id}/shares/{share_id}",
    summary="Revoke a link",
    responses=documented(200, None, 401, 403, 404),
)
def revoke(dashboard_id: Id, share_id: Id, request: Request, access: Editor) -> Answer[None]:
    """It stops working at once."""
    raise NotImplementedError


@router.get("/shared/{token}", summary="Read a shared dashboard", responses=documented(200, None, 404))
def read_shared(token: Token, request: Request) -> Answer[shapes.SharedOut]:
    """Without signing in. 404 when the link is wrong, expired or revoked."""
    raise NotImplementedError


@router.get(
    "/shared/{token}/widgets/{widget_id}", summary="What a shared widget shows", responses=documented(200, DATA, 404)
)
def shared_data(
    token: Token,
    widget_id: Id,
    request: Request,
    start: Annotated[Instant, Query(description="Inclusive.")],
    end: Annotated[Instant, Query(description="Exclusive.")],
) -> Answer[shapes.WidgetData]:
    """Only as the widget was saved; the range alone may be chosen, 92 days at most."""
    raise NotImplementedError
