"""Dashboards without signing in: whoever has a link sees the dashboard it was made for, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import JsonValue

from promptpulse.accounts.keys import ref
from promptpulse.accounts.service import find_project
from promptpulse.accounts.shapes import MOMENT, Answer, documented
from promptpulse.accounts.values import ProjectRef
from promptpulse.cohorts.shapes import MetricName
from promptpulse.core.errors import NotFound, Refused
from promptpulse.dashboards import data, links, public, shapes
from promptpulse.dashboards.asking import CHARTS, Context, Window, check
from promptpulse.dashboards.models import DashboardShare
from promptpulse.dashboards.routes import DASHBOARD, DATA, answered, context_of, found_by, sources_of
from promptpulse.definitions.asked import Instant
from promptpulse.metrics import BadQuery
from promptpulse.metrics import Query as MetricQuery

router = APIRouter(prefix="/api/v1/shared", tags=["dashboards"])
Token = Annotated[str, Path(description="The last part of the link.")]
LONGEST = timedelta(days=92)
SHARED: JsonValue = {
    "project": "shop", "tz": "Europe/Berlin", "dashboard": DASHBOARD,
    "metrics": [{"key": "total_requests", "label": "Requests", "unit": "count", "better": "neither"}], "expires_at": MOMENT,
}  # fmt: skip


@router.get("/{token}", summary="Read a shared dashboard", responses=documented(200, SHARED, 404))
def read_shared(token: Token, request: Request) -> Answer[shapes.SharedOut]:
    """Without signing in. 404 when the link is wrong, expired or revoked."""
    found, project = opened(request, token)
    context = context_of(request, project)
    dashboard = _dashboard(request, context, found)
    return Answer(
        data=shapes.SharedOut(
            project=project.name,
            tz=project.time_zone,
            dashboard=public.dashboard(dashboard),
            metrics=_metrics(dashboard, context),
            expires_at=found.expires_at,
        )
    )


@router.get(
    "/{token}/widgets/{widget_id}",
    summary="What a shared widget shows",
    response_model=Answer[shapes.WidgetData],
    responses=documented(200, DATA, 404),
)
def shared_data(
    token: Token,
    widget_id: Annotated[str, Path(max_length=256)],
    request: Request,
    start: Annotated[Instant, Query(description="Inclusive.")],
    end: Annotated[Instant, Query(description="Exclusive.")],
) -> Response:
    """Only as the widget was saved; the range alone may be chosen, 92 days at most."""
    found, project = opened(request, token)
    page = Window(start, end)
    if end - start > LONGEST:
        raise Refused(f"start: the range is longer than {LONGEST.days} days; choose a shorter one", field="start")
    context = context_of(request, project)
    widgets = {widget.id: widget for widget in _dashboard(request, context, found).widgets}
    if widget_id not in widgets:
        raise NotFound(f"the dashboard has no widget {widget_id!r}; read it again")
    check(widgets[widget_id], context, f"widgets.{[*widgets].index(widget_id)}.query")
    return answered(public.data(data.shown(sources_of(request), context, widgets[widget_id], page)))


def opened(request: Request, token: str) -> tuple[DashboardShare, ProjectRef]:
    """Raises NotFound, and TooMany over the limit of the link, or of the address for links that do not work."""
    services = request.app.state.services
    now = services.clock()
    try:
        with services.database.sessions() as session:
            found = links.opened(session, token, now)
            project = find_project(session, found.project_id)
            if project is None:
                raise links.no_link()
    except NotFound:
        services.links.count_wrong(request.client.host if request.client else "", now)
        raise
    services.links.count(found, now)
    links.note_use(services.database, found, now)
    return found, ref(project)


def _dashboard(request: Request, context: Context, found: DashboardShare) -> shapes.DashboardOut:
    """Raises NotFound, as for a wrong link, for a dashboard that is not there any more."""
    try:
        return found_by(request, context, found.dashboard_id or found.ready_made or "")
    except NotFound as e:
        raise links.no_link() from e


def _metrics(dashboard: shapes.DashboardOut, context: Context) -> list[MetricName]:
    """Those of its charts, without those that are not defined any more."""
    query = MetricQuery(context.project, (), context.now, context.now, definitions=context.definitions)
    keys = dict.fromkeys(key for widget in dashboard.widgets if widget.kind in CHARTS for key in widget.query.metrics)
    found = []
    for key in keys:
        try:
            metric = query.metric(key)
        except BadQuery:
            continue
        found.append(MetricName(key=key, label=metric.label, unit=metric.unit, better=metric.better))
    return found
