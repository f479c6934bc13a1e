"""Metrics and targets that a project defines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.definitions import service, shapes
from promptpulse.definitions.models import CustomMetricRow
from promptpulse.definitions.preview import check

router = APIRouter(prefix="/api/v1/metrics", tags=["metrics"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
MetricId = Annotated[str, Path(max_length=256, description="Id or key of the custom metric.")]
CUSTOM: JsonValue = {
    "id": ID, "key": "custom.customer_satisfaction", "name": "Customer satisfaction",
    "formula": "100 * count(score.feedback = 'positive') / count(score.feedback)", "unit": "percent", "better": "up",
    "threshold": 80, "description": "Share of positive feedback.", "created_at": MOMENT, "created_by": "ada@example.com",
    "updated_at": MOMENT,
}  # fmt: skip
CHECKED: JsonValue = {
    "problem": None,
    "reads": ["score.feedback"],
    "preview": {"value": 82.5, "buckets": [MOMENT], "values": [82.5]},
}
TARGETS: JsonValue = {"p50_latency_ms": 1000, "p95_latency_ms": 2000, "p99_latency_ms": 5000}


@router.get("/custom", summary="List custom metrics", responses=documented(200, [CUSTOM], 401, 403))
def list_custom(request: Request, access: Reader) -> Answer[list[shapes.CustomMetricOut]]:
    """By name."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=[_out(row) for row in service.custom_metrics(session, access.project.id)])


@router.post("/custom", status_code=201, summary="Define a metric", responses=documented(201, CUSTOM, 401, 403, 409))
def create_custom(body: shapes.CustomMetricIn, request: Request, access: Editor) -> Answer[shapes.CustomMetricOut]:
    """Its key is made of its name. A fault in the formula is refused with the character it begins at."""
    with _changing(request, access) as (session, by):
        row = service.create(session, access.project.id, body, by)
    return Answer(data=_out(row))


@router.post("/custom/check", summary="Check and try a formula", responses=documented(200, CHECKED, 401, 403))
def check_custom(body: shapes.FormulaCheckIn, request: Request, access: Reader) -> Answer[shapes.FormulaChecked]:
    """Says what is wrong and where; with a range, also what the formula gives."""
    services, project = request.app.state.services, access.project
    definitions = services.definitions.of(project.id)
    return Answer(data=check(services.store, project.id, project.time_zone, body, definitions, services.clock()))


@router.get("/custom/{metric_id}", summary="Read a custom metric", responses=documented(200, CUSTOM, 401, 403, 404))
def read_custom(metric_id: MetricId, request: Request, access: Reader) -> Answer[shapes.CustomMetricOut]:
    """By its id or its key."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=_out(service.existing(session, access.project.id, metric_id)))


@router.patch(
    "/custom/{metric_id}", summary="Change a custom metric", responses=documented(200, CUSTOM, 401, 403, 404, 409)
)
def change_custom(
    metric_id: MetricId, body: shapes.CustomMetricPatch, request: Request, access: Editor
) -> Answer[shapes.CustomMetricOut]:
    """The past is computed with the new formula, too."""
    with _changing(request, access) as (session, by):
        row = service.change(session, access.project.id, metric_id, body, by)
    return Answer(data=_out(row))


@router.delete("/custom/{metric_id}", summary="Delete a custom metric", responses=documented(200, None, 401, 403, 404))
def delete_custom(metric_id: MetricId, request: Request, access: Editor) -> Answer[None]:
    """Dashboards that use it say that it is gone."""
    with _changing(request, access) as (session, by):
        service.delete(session, access.project.id, metric_id, by)
    return Answer(data=None)


@router.get("/targets", summary="Read the latency targets", responses=documented(200, TARGETS, 401, 403))
def read_targets(request: Request, access: Reader) -> Answer[shapes.TargetsBody]:
    """Lines on the latency chart."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=service.targets(session, access.project.id))


@router.put("/targets", summary="Change the latency targets", responses=documented(200, TARGETS, 401, 403))
def change_targets(body: shapes.TargetsBody, request: Request, access: Editor) -> Answer[shapes.TargetsBody]:
    """What is left out goes back to its default."""
    with _changing(request, access) as (session, by):
        found = service.change_targets(session, access.project.id, body, by)
    return Answer(data=found)


@contextmanager
def _changing(request: Request, access: Access) -> Iterator[tuple[Session, By]]:
    """A transaction, and who makes the change; queries know of it when it is over."""
    services = request.app.state.services
    with services.database.writing() as session:
        yield session, By(access.actor, services.clock())
    services.definitions.forget(access.project.id)


def _out(row: CustomMetricRow) -> shapes.CustomMetricOut:
    return shapes.CustomMetricOut(
        id=row.id,
        key=row.key,
        name=row.name,
        formula=row.formula,
        unit=service.UNITS[row.unit],
        better=service.DIRECTIONS[row.better],
        threshold=row.threshold,
        description=row.description,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
    )
