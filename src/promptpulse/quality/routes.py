"""How good the answers are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.definitions.asked import Instant
from promptpulse.quality import shapes

router = APIRouter(prefix="/api/v1/quality", tags=["quality"])
Reader = Annotated[Access, Depends(may_read)]
Start = Annotated[Instant | None, Query(description="Inclusive; 30 days before `end` when absent.")]
End = Annotated[Instant | None, Query(description="Exclusive; now when absent.")]
PromptId = Annotated[str | None, Query(max_length=256)]
Environment = Annotated[str | None, Query(max_length=256)]
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
    "method": "The day that splits a model's days best, tested against shuffled days.",
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
    raise NotImplementedError


@router.get("/consistency", summary="How much answers vary", responses=documented(200, [CONSISTENCY], 401, 403))
def consistency(
    request: Request,
    access: Reader,
    start: Start = None,
    end: End = None,
    prompt_id: PromptId = None,
    environment: Environment = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Answer[list[shapes.ConsistencyRow]]:
    """Spread of scores, lengths and times by prompt and version, the most calls first."""
    raise NotImplementedError


@router.get("/feedback", summary="Feedback of users, newest first", responses=documented(200, [FEEDBACK], 401, 403))
def feedback(
    request: Request,
    access: Reader,
    start: Start = None,
    end: End = None,
    prompt_id: PromptId = None,
    environment: Environment = None,
    name: Annotated[str | None, Query(max_length=200, description="Only scores of this name.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Answer[list[shapes.Feedback]]:
    """One row a value, with its comment and the call it is about."""
    raise NotImplementedError


@router.get("/drift", summary="Did the provider change?", responses=documented(200, DRIFT, 401, 403))
def drift(
    request: Request, access: Reader, start: Start = None, end: End = None, environment: Environment = None
) -> Answer[shapes.DriftOut]:
    """Shifts of length, latency and refusals by model, told apart from changes of one's own prompts."""
    raise NotImplementedError
