"""How good the answers are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Query as Parameter
from numpy.random import default_rng
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.definitions.asked import Instant
from promptpulse.metrics import BadQuery, Filter, Query, run, variation
from promptpulse.metrics import drift as drifting
from promptpulse.quality import service, shapes, telling

router = APIRouter(prefix="/api/v1/quality", tags=["quality"])
SHUFFLES = 20260101
"""Seed of the shuffled days: the same calls give the same answer."""
RECENT = timedelta(days=30)
Reader = Annotated[Access, Depends(may_read)]
Start = Annotated[Instant | None, Parameter(description="Inclusive; 30 days before `end` when absent.")]
End = Annotated[Instant | None, Parameter(description="Exclusive; now when absent.")]
PromptId = Annotated[str | None, Parameter(max_length=256)]
Environment = Annotated[str | None, Parameter(max_length=256)]
SUMMARY: JsonValue = {
    "name": "rating", "type": "numeric", "count": 1400, "mean": 4.1, "true_percent": None, "shares": [], "mean_before": 4.0,
    "calls": 20_000,
}  # fmt: skip
SPREAD: JsonValue = {"count": 1400, "mean": 4.1, "deviation": 0.9, "relative": 22, "p10": 3, "p50": 4, "p90": 5}
CONSISTENCY: JsonValue = {
    "prompt_id": "summarize", "prompt_version": "3", "calls": 5000, "output_tokens": SPREAD, "latency_ms": SPREAD,
    "scores": [{"name": "rating", "spread": SPREAD}],
}  # fmt: skip
FEEDBACK: JsonValue = {
    "at": MOMENT, "name": "feedback", "value": "positive", "comment": "quick", "source": "sdk", "user_id": "u1",
    "prompt_id": "summarize", "prompt_version": "3", "call_id": ID, "trace_id": None,
}  # fmt: skip
DRIFT: JsonValue = {
    "method": "The day that splits a model's days best, against shuffled days ...",
    "models": [{
        "provider": "openai", "model": "gpt-4o", "snapshot": None, "snapshot_since": None,
        "sentence": "gpt-4o: answers are 31 % shorter since 2026-11-09, while no prompt changed: the provider changed.",
        "metrics": [{
            "metric": "output_tokens", "label": "Output tokens", "unit": "tokens", "before": 210, "after": 145,
            "change_percent": -31, "low_percent": -34, "high_percent": -28, "changed_on": "2026-11-09", "cause": "provider",
            "days": [{"day": "2026-11-08", "value": 211}, {"day": "2026-11-09", "value": 144}],
        }],
    }],
}  # fmt: skip


@router.get("/scores", summary="What scores say", responses=documented(200, [SUMMARY], 401, 403))
def scores(
    request: Request,
    access: Reader,
    start: Start = None,
    end: End = None,
    prompt_id: PromptId = None,
    environment: Environment = None,
) -> Answer[list[shapes.ScoreSummary]]:
    """By name, the most given first. Over time: `POST /api/v1/query` with a formula such as `=avg(score.rating)`."""
    services = request.app.state.services
    scope = _scope(request, access, (start, end), prompt_id=prompt_id, environment=environment)
    asked = Query(access.project.id, ("total_requests",), scope.start, scope.end, where=scope.where)
    calls = run(services.store, asked, services.clock()).total("total_requests")
    found = variation.summaries(services.store, scope, services.definitions.of(access.project.id).mappings)
    return Answer(data=[service.summary_out(of, int(calls or 0)) for of in found])


@router.get("/consistency", summary="How much answers vary", responses=documented(200, [CONSISTENCY], 401, 403))
def consistency(
    request: Request,
    access: Reader,
    start: Start = None,
    end: End = None,
    prompt_id: PromptId = None,
    environment: Environment = None,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
) -> Answer[list[shapes.ConsistencyRow]]:
    """Spread of scores, lengths and times by prompt and version, the most calls first. Failed calls have no length and time."""
    services = request.app.state.services
    scope = _scope(request, access, (start, end), prompt_id=prompt_id, environment=environment)
    mappings = services.definitions.of(access.project.id).mappings
    return Answer(
        data=[service.consistency_out(of) for of in variation.consistency(services.store, scope, mappings, limit)]
    )


@router.get("/feedback", summary="Feedback of users, newest first", responses=documented(200, [FEEDBACK], 401, 403))
def feedback(
    request: Request,
    access: Reader,
    start: Start = None,
    end: End = None,
    prompt_id: PromptId = None,
    environment: Environment = None,
    name: Annotated[str | None, Parameter(max_length=200, description="Only scores of this name.")] = None,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
    offset: Annotated[int, Parameter(ge=0, le=100_000)] = 0,
) -> Answer[list[shapes.Feedback]]:
    """One row a value, with its comment and the call it is about."""
    scope = _scope(request, access, (start, end), prompt_id=prompt_id, environment=environment)
    found = variation.feedback(request.app.state.services.store, scope, name, limit, offset)
    return Answer(data=[service.feedback_out(of) for of in found])


@router.get("/drift", summary="Did the provider change?", responses=documented(200, DRIFT, 401, 403))
def drift(
    request: Request, access: Reader, start: Start = None, end: End = None, environment: Environment = None
) -> Answer[shapes.DriftOut]:
    """Shifts of length, latency and refusals by model, told apart from changes of one's own prompts.

    At least 10 days of calls of a model are needed; of the day that is not over, what there is."""
    services, project = request.app.state.services, access.project
    scope = _scope(request, access, (start, end), environment=environment)
    asked = drifting.Scope(project.id, scope.start, scope.end, project.time_zone, scope.where)
    found = drifting.drift(services.store, asked, default_rng(SHUFFLES))
    return Answer(data=shapes.DriftOut(method=telling.METHOD, models=[telling.model_out(model) for model in found]))


def _scope(
    request: Request, access: Access, asked: tuple[datetime | None, datetime | None], **equal: str | None
) -> variation.Scope:
    """The range asked for, by default the last 30 days, and a filter for each value that was given."""
    end = asked[1] or request.app.state.services.clock()
    start = asked[0] or end - RECENT
    if start >= end:
        raise BadQuery("end: must be later than start", field="end")
    where = tuple(Filter(dimension, "in", (value,)) for dimension, value in equal.items() if value is not None)
    return variation.Scope(access.project.id, start, end, where)
