"""Groups of calls and users."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Query as Parameter
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import Answer, documented
from promptpulse.cohorts import service, shapes
from promptpulse.metrics import Filter, Query
from promptpulse.metrics import cohorts as cohorts_of

router = APIRouter(prefix="/api/v1/cohorts", tags=["analysis"])
Reader = Annotated[Access, Depends(may_read)]
COHORTS: JsonValue = {
    "definition": "New: the user's first call ever lies in the range. Returning: it is older.",
    "metrics": [{"key": "success_rate", "label": "Success rate", "unit": "percent", "better": "up"}],
    "cohorts": [
        {"key": "new", "label": "New users", "values": {"success_rate": 97.1}},
        {"key": "returning", "label": "Returning users", "values": {"success_rate": 98.4}},
    ],
    "total": 2,
}  # fmt: skip
RETENTION: JsonValue = {
    "definition": "A user belongs to the week of the first call ever, and is back in every week with a call.",
    "weeks": [{"week": "2026-11-09", "users": 200, "returned": [200, 90], "percent": [100, 45]}],
    "last_week_partial": True,
}  # fmt: skip


@router.post("", summary="Metrics by cohort", responses=documented(200, COHORTS, 401, 403))
def cohorts(body: shapes.CohortsIn, request: Request, access: Reader) -> Answer[shapes.CohortsOut]:
    """By time, by new and returning users, by any dimension or property. Says how the cohorts are defined.

    Of days and weeks the last `limit` are shown, of dimensions and properties the largest; `total` says how many there are."""
    services, project = request.app.state.services, access.project
    query = Query(
        project.id, tuple(body.metrics), body.start, body.end, where=body.filters, tz=body.tz or project.time_zone,
        limit=body.limit, definitions=services.definitions.of(project.id),
    )  # fmt: skip
    return Answer(data=service.cohorts(services.store, query, body.by, services.clock()))


@router.get("/retention", summary="How many users come back", responses=documented(200, RETENTION, 401, 403))
def retention(
    request: Request,
    access: Reader,
    weeks: Annotated[int, Parameter(ge=2, le=26, description="Weeks up to now.")] = 8,
    prompt_id: Annotated[str | None, Parameter(max_length=256)] = None,
    environment: Annotated[str | None, Parameter(max_length=256)] = None,
) -> Answer[shapes.RetentionOut]:
    """Users by the week of their first call, and the weeks in which they came back.

    With a prompt or an environment, only its calls count, for the first call, too."""
    services, project = request.app.state.services, access.project
    where = [
        Filter(d, "in", (v,)) for d, v in (("prompt_id", prompt_id), ("environment", environment)) if v is not None
    ]
    found = cohorts_of.retention(services.store, project.id, project.time_zone, weeks, services.clock(), where)
    return Answer(data=service.retention_out(found, project.time_zone, filtered=bool(where)))
