"""Diagnosis of common problems over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.keys import list_keys
from promptpulse.accounts.shapes import MOMENT, Answer, documented
from promptpulse.calls.asked import Filters
from promptpulse.core.errors import Refused
from promptpulse.core.times import from_micros
from promptpulse.definitions.asked import Instant
from promptpulse.incidents import checking
from promptpulse.incidents.diagnosis import Asked, CheckOut, DiagnosisOut, Periods, Problem, arrivals, diagnose
from promptpulse.incidents.examples import CAUSE
from promptpulse.ingest import queries

router = APIRouter(prefix="/api/v1", tags=["incidents"])
LONGEST = timedelta(days=31)
DIAGNOSIS: JsonValue = {
    "problem": "high-latency", "before": [MOMENT, MOMENT], "after": [MOMENT, MOMENT],
    "answer": "Latency, p95: 3.5 s since, 1.2 s before.",
    "figures": [{"metric": "p95_latency_ms", "label": "p95 latency", "unit": "ms", "before": 1200, "after": 3500}],
    "checks": [{
        "key": "long_answers", "title": "Are answers longer?", "state": "found",
        "text": "Output tokens per request: 410 tokens since, 120 tokens before.",
        "advice": "Answers are longer: ask for short ones, or set a limit of tokens.", "where": [], "prompt_id": None,
        "versions": [],
    }],
    "most_likely": CAUSE, "others": [], "note": "",
    "advice": ["Answers are longer: ask for short ones, or set a limit of tokens."],
}  # fmt: skip


class Wanted(Filters):
    """Query parameters: which calls, and when."""

    start: Instant | None = Field(None, description="Inclusive; `hours` before `end` when absent.")
    hours: int = Field(24, ge=1, le=168, description="The last hours, against as many before them.")

    def periods(self, now: datetime) -> Periods:
        """Raises `Refused` that names the parameter."""
        end = self.end or now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        start = self.start or end - timedelta(hours=self.hours)
        if start >= end:
            raise Refused("start: it must lie before the end", field="start")
        if end - start > LONGEST:
            raise Refused(f"start: at most {LONGEST.days} days are looked at; choose a later one", field="start")
        return Periods((start - (end - start), start), (start, end))


@router.get("/diagnosis/{problem}", summary="What is behind a problem", responses=documented(200, DIAGNOSIS, 401, 403))
def diagnosis(
    problem: Problem, request: Request, access: Annotated[Access, Depends(may_read)], wanted: Annotated[Wanted, Query()]
) -> Answer[DiagnosisOut]:
    """Figures before and since, the calls that carry the change, what was checked, and what to do. Nothing is kept."""
    services = request.app.state.services
    now = services.clock()
    asked = Asked(access.project.id, problem, wanted.periods(now), wanted.selection(now).where)
    with services.database.sessions() as session:
        known, recent = checking.served(session, asked), checking.deployments(session, asked)
        keys = list_keys(session, asked.project) if problem is Problem.NOT_UPDATING else ()
        used = [services.accounts.keys.last_used(row.id, row.last_used_at) for row in keys]
        of_keys = [checking.keys(keys, used, now)] if problem is Problem.NOT_UPDATING else []
    more = checking.checks(services.store, asked, known, recent, now)
    if problem is Problem.NOT_UPDATING:
        more = [*_arrived(request, access, now), *of_keys, *more]
    told = diagnose(services.store, asked, more, now)
    if problem is Problem.NOT_UPDATING:
        told.advice[:0] = [f"{one.text} {one.advice}" for one in more if one.advice]
    return Answer(data=told)


def _arrived(request: Request, access: Access, now: datetime) -> list[CheckOut]:
    services, project = request.app.state.services, access.project.id
    stored = queries.stored(services.store, project, now)
    last = from_micros(queries.extent(services.store, project)[1]) if stored else None
    rate = services.accounts.limits.project_usage(project, now)
    return arrivals(last, services.pipeline.counts.dropped(project), 100 * rate.used / max(1, rate.limit), now)
