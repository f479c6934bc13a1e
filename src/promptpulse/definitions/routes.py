"""Metrics and targets that a project defines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.definitions import shapes

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
    raise NotImplementedError


@router.post("/custom", status_code=201, summary="Define a metric", responses=documented(201, CUSTOM, 401, 403, 409))
def create_custom(body: shapes.CustomMetricIn, request: Request, access: Editor) -> Answer[shapes.CustomMetricOut]:
    """Its key is made of its name. A fault in the formula is refused with the character it begins at."""
    raise NotImplementedError


@router.post("/custom/check", summary="Check and try a formula", responses=documented(200, CHECKED, 401, 403))
def check_custom(body: shapes.FormulaCheckIn, request: Request, access: Reader) -> Answer[shapes.FormulaChecked]:
    """Says what is wrong and where; with a range, also what the formula gives."""
    raise NotImplementedError


@router.get("/custom/{metric_id}", summary="Read a custom metric", responses=documented(200, CUSTOM, 401, 403, 404))
def read_custom(metric_id: MetricId, request: Request, access: Reader) -> Answer[shapes.CustomMetricOut]:
    """By its id or its key."""
    raise NotImplementedError


@router.patch(
    "/custom/{metric_id}", summary="Change a custom metric", responses=documented(200, CUSTOM, 401, 403, 404, 409)
)
def change_custom(
    metric_id: MetricId, body: shapes.CustomMetricPatch, request: Request, access: Editor
) -> Answer[shapes.CustomMetricOut]:
    """The past is computed with the new formula, too."""
    raise NotImplementedError


@router.delete("/custom/{metric_id}", summary="Delete a custom metric", responses=documented(200, None, 401, 403, 404))
def delete_custom(metric_id: MetricId, request: Request, access: Editor) -> Answer[None]:
    """Dashboards that use it say that it is gone."""
    raise NotImplementedError


@router.get("/targets", summary="Read the latency targets", responses=documented(200, TARGETS, 401, 403))
def read_targets(request: Request, access: Reader) -> Answer[shapes.TargetsBody]:
    """Lines on the latency chart."""
    raise NotImplementedError


@router.put("/targets", summary="Change the latency targets", responses=documented(200, TARGETS, 401, 403))
def change_targets(body: shapes.TargetsBody, request: Request, access: Editor) -> Answer[shapes.TargetsBody]:
    """What is left out goes back to its default."""
    raise NotImplementedError
