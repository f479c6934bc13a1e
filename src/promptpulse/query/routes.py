"""Ask for numbers."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import MOMENT, documented
from promptpulse.files import FORMATS, Attachment, Format, documented_as_files
from promptpulse.metrics.distribution import distribution as distribution_of
from promptpulse.metrics.failures import failures
from promptpulse.query import exploring, service
from promptpulse.query.catalogue import catalogue_of
from promptpulse.query.models import (
    CatalogueAnswer,
    ErrorsAnswer,
    ErrorsIn,
    HistogramAnswer,
    HistogramIn,
    QueryAnswer,
    QueryIn,
    SeedAnswer,
)

router = APIRouter(tags=["metrics"])
FileFormat = Annotated[Literal["json"] | Format, Query(alias="format", description="csv, ndjson, parquet: a file.")]
DISTRIBUTION: JsonValue = {
    "field": "latency_ms", "label": "Latency", "unit": "ms", "start": MOMENT, "end": MOMENT,
    "bins": [{"low": 0, "high": 100}, {"low": 100, "high": 1000}], "scale": "log", "buckets": None, "counts": [[12, 30]],
    "total": 42, "unknown": 0,
}  # fmt: skip
ERRORS: JsonValue = {
    "failed": 12, "groups_total": 1, "buckets": None, "by_bucket": None,
    "groups": [{
        "pattern": "9f86d081884c7d65", "message": "Rate limit reached for gpt-4o: 30000 tokens", "error_type": "rate_limit",
        "error_family": "llm", "error_name": "RateLimitError", "calls": 12, "share": 100, "first_at": MOMENT,
        "last_at": MOMENT, "call_id": "c1", "prompts": ["summarize"],
    }],
}  # fmt: skip


@router.post(
    "/api/v1/query",
    summary="Metrics of calls, over time and by dimension",
    response_model=QueryAnswer,
    responses=documented_as_files(*FORMATS),
)
def query(
    request: Request,
    access: Annotated[Access, Depends(may_read)],
    asked: Annotated[QueryIn, Body()],
    form: FileFormat = "json",
) -> Response:
    """Answered from rollups where they are exact, else from the calls; a stored call is visible at once.

    With the header `Cache-Control: max-age=2`, an answer to the same question that is at most 2 s old will do: for pages
    that many people watch. 30 s at most.

    Another `format` gives a table with a row for each group and bucket, without the comparison."""
    services = request.app.state.services
    project = access.project
    question = asked.value(project.id, project.time_zone, services.definitions.of(project.id))
    if form != "json":
        return Attachment("metrics", *service.table(services.store, question, services.clock()), form)
    compare = asked.compare is not None

    def found() -> bytes:
        return msgspec.json.encode(service.answer(services.store, question, services.clock(), compare=compare))

    key = (project.id, asked.model_dump_json(), repr(question.tz), repr(question.definitions))
    return Response(services.recent.answer(key, _max_age_s(request), found), media_type="application/json")


@router.post(
    "/api/v1/query/distribution",
    summary="How a number is distributed",
    response_model=HistogramAnswer,
    responses=documented_as_files(*FORMATS, beside=documented(200, DISTRIBUTION, 401, 403)),
)
def distribution(
    request: Request,
    access: Annotated[Access, Depends(may_read)],
    asked: Annotated[HistogramIn, Body()],
    form: FileFormat = "json",
) -> Response:
    """Histograms of latency, cost, tokens and every other number of a call; over time, a heatmap."""
    project = access.project
    asked_about = exploring.question(asked, asked.bucket, project.id, project.time_zone)
    found = distribution_of(request.app.state.services.store, asked_about, asked.field, asked.bins)
    if form != "json":
        return Attachment("distribution", *exploring.histogram_table(found), form)
    return _json(HistogramAnswer(data=exploring.histogram_out(found)))


@router.post(
    "/api/v1/query/errors",
    summary="What failed calls say",
    response_model=ErrorsAnswer,
    responses=documented_as_files(*FORMATS, beside=documented(200, ERRORS, 401, 403)),
)
def errors(
    request: Request,
    access: Annotated[Access, Depends(may_read)],
    asked: Annotated[ErrorsIn, Body()],
    form: FileFormat = "json",
) -> Response:
    """Failures grouped by their message without its numbers and ids, the commonest first."""
    project = access.project
    asked_about = exploring.question(asked, asked.bucket, project.id, project.time_zone)
    found = failures(request.app.state.services.store, asked_about, asked.limit)
    if form != "json":
        return Attachment("errors", *exploring.errors_table(found), form)
    return _json(ErrorsAnswer(data=exploring.errors_out(found)))


@router.get("/api/v1/metrics/catalogue", summary="All metrics, fields, functions and dimensions")
def catalogue(request: Request, access: Annotated[Access, Depends(may_read)]) -> CatalogueAnswer:
    """With the project's own metrics. Its scores are listed by `GET /api/v1/scores/names`."""
    return CatalogueAnswer(data=catalogue_of(request.app.state.services.definitions.of(access.project.id)))


@router.get("/api/metrics", summary="Figures of one prompt, or of all, in a period")
def seed_metrics(
    request: Request,
    access: Annotated[Access, Depends(may_read)],
    prompt_id: Annotated[str | None, Query(max_length=256, examples=["abc123"])] = None,
    start: Annotated[str | None, Query(max_length=40, examples=["2024-01-01"])] = None,
    end: Annotated[str | None, Query(max_length=40, examples=["2024-01-31"])] = None,
) -> SeedAnswer:
    """`start` and `end`: a date (whole days in the project's time zone, `end` inclusive) or a date-time.

    The last 30 days by default."""
    services = request.app.state.services
    return service.seed_answer(
        services.store, access.project.id, prompt_id, start, end, access.project.time_zone, services.clock()
    )


_MAX_AGE = re.compile(r"\bmax-age=(\d{1,6})\b")
OLDEST_S = 30


def _max_age_s(request: Request) -> int:
    """How old an answer the caller takes (RFC 9111, 5.2.1.1); without a word of it, none."""
    told = _MAX_AGE.search(request.headers.get("cache-control", ""))
    return min(OLDEST_S, int(told[1])) if told else 0


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
