"""Diagnosis of common problems over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import MOMENT, Answer, documented
from promptpulse.core.times import from_micros
from promptpulse.incidents.diagnosis import DiagnosisOut, Periods, Problem, arrivals, diagnose
from promptpulse.incidents.examples import CAUSE
from promptpulse.ingest import queries

router = APIRouter(prefix="/api/v1", tags=["incidents"])
DIAGNOSIS: JsonValue = {
    "problem": "high-latency", "before": [MOMENT, MOMENT], "after": [MOMENT, MOMENT],
    "answer": "Latency, p95: 3.5 s since, 1.2 s before.",
    "figures": [{"metric": "p95_latency_ms", "label": "p95 latency", "unit": "ms", "before": 1200, "after": 3500}],
    "most_likely": CAUSE, "others": [], "note": "",
    "advice": ["Answers are longer: ask for short ones, or set a limit of tokens."],
}  # fmt: skip


@router.get("/diagnosis/{problem}", summary="What is behind a problem", responses=documented(200, DIAGNOSIS, 401, 403))
def diagnosis(
    problem: Problem,
    request: Request,
    access: Annotated[Access, Depends(may_read)],
    hours: Annotated[int, Query(ge=1, le=168, description="The last hours, against as many before them.")] = 24,
) -> Answer[DiagnosisOut]:
    """Figures before and since, the calls that carry the change, and what to do. Nothing is kept."""
    services = request.app.state.services
    now, project = services.clock(), access.project.id
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    middle = end - timedelta(hours=hours)
    told = diagnose(
        services.store, project, problem, Periods((middle - timedelta(hours=hours), middle), (middle, end)), now
    )
    if problem is Problem.NOT_UPDATING:
        stored = queries.stored(services.store, project, now)
        last = from_micros(queries.extent(services.store, project)[1]) if stored else None
        rate = services.accounts.limits.project_usage(project, now)
        dropped = services.pipeline.counts.dropped(project)
        told.advice[:0] = arrivals(last, dropped, 100 * rate.used / max(1, rate.limit), now)
    return Answer(data=told)
