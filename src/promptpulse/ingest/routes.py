"""Ways in: OTLP over HTTP, and calls as JSON. A 200 means stored, once, and visible."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from datetime import date, datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from promptpulse.accounts.access import Access, may_ingest, may_read
from promptpulse.core.errors import AppError, UnsupportedType
from promptpulse.core.times import from_micros, rfc3339
from promptpulse.ingest import queries
from promptpulse.ingest.body import media_type, read_body
from promptpulse.ingest.calls_in import Rejected, Row, read_calls
from promptpulse.ingest.otlp import Content, Media, Reading, read_logs, read_traces
from promptpulse.ingest.pipeline import Pipeline
from promptpulse.ingest.writer import Written, insert_texts
from promptpulse.metrics import kept
from promptpulse.store import Store

router = APIRouter(tags=["ingest"])
PREFIXES = ("", "/otel", "/api/public/otel")
MEDIA: dict[str, Media] = {"application/x-protobuf": "protobuf", "application/json": "json"}
SHOWN_REJECTIONS = 1000


class RejectedOut(BaseModel):
    index: int = Field(description="Position in the request.")
    error: str = Field(description="The field, the value and what to do.")


class IngestOut(BaseModel):
    accepted: int = Field(description="Calls stored by this request.")
    duplicates: int = Field(description="Calls that were stored before: a retry is harmless.")
    rejected: list[RejectedOut] = Field(description="Rows that are not acceptable; all others are kept.")


class IngestAnswer(BaseModel):
    success: Literal[True] = True
    data: IngestOut
    accepted: int
    duplicates: int
    rejected: list[RejectedOut]


class UnpricedModel(BaseModel):
    provider: str | None
    model: str | None
    calls: int


class RateUse(BaseModel):
    limit: int = Field(description="Requests a key may make in a minute.")
    used: int = Field(description="Requests of the busiest key in this minute.")


class StatusProject(BaseModel):
    id: str
    name: str
    time_zone: str = Field(description="IANA name; days begin in it.")


class KeptFrom(BaseModel):
    """UTC days; null: everything is kept. What is older was deleted, by the project's retention."""

    calls: date | None
    texts: date | None
    scores_and_events: date | None


class StatusOut(BaseModel):
    project: StatusProject
    calls_stored: int = Field(description="That ever were; totals tell also of those that are no longer kept.")
    kept_from: KeptFrom
    first_call_at: str | None
    last_call_at: str | None
    unpriced_models: list[UnpricedModel] = Field(description="Models without a price, by calls in the last 30 days.")
    dropped: dict[str, int] = Field(
        description="Spans and rows that are no call of their own, by reason, since the server started."
    )
    rate_limit: RateUse


class StatusAnswer(BaseModel):
    success: Literal[True] = True
    data: StatusOut


@router.post(
    "/api/v1/calls",
    summary="Send calls",
    response_model=IngestAnswer,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["calls"],
                        "properties": {
                            "calls": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/components/schemas/CallIn"}}
                        },
                    },
                    "example": {
                        "calls": [
                            {
                                "id": "req-7f3a", "timestamp": "2026-11-21T10:00:00Z", "prompt_id": "support-reply",
                                "prompt_version": "3", "provider": "openai", "model": "gpt-4o-mini", "status": "success",
                                "latency_ms": 812.5, "input_tokens": 420, "output_tokens": 96, "user_id": "user-42",
                            }
                        ]
                    },
                }
            },
        }
    },
)  # fmt: skip
async def send_calls(request: Request, access: Annotated[Access, Depends(may_ingest)]) -> Response:
    """Rows that are acceptable are stored even when others are not. The same `id` again is harmless."""
    pipeline = _pipeline(request)
    body = await read_body(request, pipeline.max_body_bytes)
    rows, rejected = await pipeline.read(_read_calls, body, access)
    written = duplicates = 0
    if rows:
        undated = frozenset(i for i, row in enumerate(rows) if row.undated)
        outcome = await asyncio.wrap_future(pipeline.writer.write([row.call for row in rows], undated))
        written, duplicates = outcome.accepted, len(outcome.duplicates)
        rejected += [Rejected(rows[i].index, why) for i, why in outcome.too_old.items()]
        rejected.sort(key=lambda one: one.index)
    pipeline.counts.add(
        access.project.id,
        reasons={"rejected_row": len(rejected)} if rejected else None,
        requests=1, calls=written, duplicates=duplicates,
    )  # fmt: skip
    found: dict[str, object] = {
        "accepted": written,
        "duplicates": duplicates,
        "rejected": rejected[:SHOWN_REJECTIONS],
    }
    return _json({"success": True, "data": found, **found})


async def traces(request: Request, access: Annotated[Access, Depends(may_ingest)]) -> Response:
    """OTLP traces, protobuf or JSON. Spans that describe an LLM call become calls, all others are counted and dropped."""
    pipeline = _pipeline(request)
    media = _media(request)
    body = await read_body(request, pipeline.max_body_bytes)
    reading = await pipeline.read(_read_traces, body, media, access)
    outcome = Written(0, ())
    if reading.calls:
        outcome = await asyncio.wrap_future(_write(pipeline, reading))
    else:
        reading.commit()
    too_old = len(outcome.too_old)
    pipeline.counts.add(
        access.project.id, reasons={**reading.reasons, **({"no_longer_kept": too_old} if too_old else {})},
        requests=1, spans=reading.spans, calls=outcome.accepted, duplicates=len(outcome.duplicates),
    )  # fmt: skip
    why = "; ".join(filter(None, [reading.error_message, next(iter(outcome.too_old.values()), "")]))
    return _otlp_answer(media, "rejected_spans", reading.rejected + too_old, why)


async def logs(request: Request, access: Annotated[Access, Depends(may_ingest)]) -> Response:
    """OTLP logs: texts of calls. Kept when the project captures content, else counted and dropped."""
    pipeline = _pipeline(request)
    media = _media(request)
    body = await read_body(request, pipeline.max_body_bytes)
    texts = await pipeline.read(_read_logs, body, media)
    if texts and access.project.capture_content:
        await run_in_threadpool(_keep_texts, pipeline, access.project.id, texts)
        dropped = {}
    else:
        dropped = {"content_not_captured": len(texts)} if texts else {}
    pipeline.counts.add(access.project.id, reasons=dropped, requests=1)
    return _otlp_answer(media, "rejected_log_records", 0, "")


async def metrics(request: Request, access: Annotated[Access, Depends(may_ingest)]) -> Response:
    """OTLP metrics are accepted and dropped: every number here is computed from calls."""
    pipeline = _pipeline(request)
    media = _media(request)
    await read_body(request, pipeline.max_body_bytes)
    pipeline.counts.add(access.project.id, reasons={"otlp_metrics": 1}, requests=1)
    return _otlp_answer(media, "rejected_data_points", 0, "")


for _prefix in PREFIXES:
    for _signal, _endpoint in (("traces", traces), ("logs", logs), ("metrics", metrics)):
        router.add_api_route(
            f"{_prefix}/v1/{_signal}",
            _endpoint,
            methods=["POST"],
            summary=f"OTLP/HTTP {_signal}",
            name=f"otlp_{_signal}{_prefix.replace('/', '_')}",
            response_class=Response,
            responses={200: {"content": {"application/x-protobuf": {}, "application/json": {}}}},
            openapi_extra={
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
                        "application/json": {"schema": {"type": "object"}, "example": {"resourceSpans": []}},
                    },
                }
            },
        )


@router.get("/api/v1/live", summary="Server-sent events: something has arrived", response_class=StreamingResponse)
async def live(request: Request, access: Annotated[Access, Depends(may_read)]) -> StreamingResponse:
    """Events `calls`, `scores` and `events` with `{"accepted": n}`, at most once a second; a comment every 15 s otherwise."""
    return StreamingResponse(
        _pipeline(request).hub.events(access.project.id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/api/v1/status", summary="What has arrived, what was dropped, what has no price")
def status(request: Request, access: Annotated[Access, Depends(may_read)]) -> StatusAnswer:
    services = request.app.state.services
    now: datetime = services.clock()
    project = access.project.id
    stored = queries.stored(services.store, project, now)
    first, last = queries.extent(services.store, project) if stored else (0, 0)
    rate = services.accounts.limits.project_usage(project, now)
    return StatusAnswer(
        data=StatusOut(
            project=StatusProject(id=project, name=access.project.name, time_zone=access.project.time_zone),
            calls_stored=stored,
            kept_from=_kept_from(services.store, project),
            first_call_at=rfc3339(from_micros(first)) if stored else None,
            last_call_at=rfc3339(from_micros(last)) if stored else None,
            unpriced_models=[
                UnpricedModel(provider=provider, model=model, calls=n)
                for provider, model, n in queries.unpriced_models(services.store, project, now)
            ],
            dropped=_pipeline(request).counts.dropped(project),
            rate_limit=RateUse(limit=rate.limit, used=rate.used),
        )
    )


def _kept_from(store: Store, project: str) -> KeptFrom:
    days = kept.days_of(store, project)
    return KeptFrom(calls=days.get("calls"), texts=days.get("texts"), scores_and_events=days.get("facts"))


def _read_calls(pipeline: Pipeline, body: bytes, access: Access) -> tuple[list[Row], list[Rejected]]:
    rows, rejected = read_calls(body, access.project.id, pipeline.clock())
    pipeline.place(row.call for row in rows)
    for row in rows:
        pipeline.prices.price(row.call, access.project)
    return rows, rejected


def _read_traces(pipeline: Pipeline, body: bytes, media: Media, access: Access) -> Reading:
    project = access.project
    reading = read_traces(
        body, media, project.id, pipeline.clock(), pipeline.recent, capture_content=project.capture_content
    )
    try:
        pipeline.place(reading.calls)
        for call in reading.calls:
            pipeline.prices.price(call, project)
    except BaseException:
        reading.abandon()
        raise
    return reading


def _keep_texts(pipeline: Pipeline, project: str, texts: list[Content]) -> None:
    redact = partial(pipeline.redactor.text, project)
    for text in texts:
        text.input, text.output = redact(text.input), redact(text.output)
    insert_texts(pipeline.store, project, texts, int(pipeline.clock().timestamp()))


def _read_logs(_pipeline: Pipeline, body: bytes, media: Media) -> list[Content]:
    return read_logs(body, media)


def _write(pipeline: Pipeline, reading: Reading) -> Future[Written]:
    """The write settles the reading, also when its sender has gone meanwhile."""
    try:
        future = pipeline.writer.write(reading.calls)
    except AppError:
        reading.abandon()
        raise
    future.add_done_callback(lambda done: reading.abandon() if done.exception() else reading.commit())
    return future


def _pipeline(request: Request) -> Pipeline:
    found = request.app.state.services.pipeline
    assert isinstance(found, Pipeline)  # noqa: S101 - `state` is untyped; `app` puts it there
    return found


def _media(request: Request) -> Media:
    given = media_type(request)
    if given not in MEDIA:
        raise UnsupportedType(f"content-type: {given!r} is not OTLP; send application/x-protobuf or application/json")
    return MEDIA[given]


def _otlp_answer(media: Media, field: str, rejected: int, message: str) -> Response:
    """An empty response says that everything was accepted. The response messages of all signals have the same fields."""
    if media == "json":
        if not rejected and not message:
            return _json({})
        name = "".join(part.title() if i else part for i, part in enumerate(field.split("_")))
        return _json({"partialSuccess": {name: str(rejected), "errorMessage": message}})
    answer = ExportTraceServiceResponse()
    if rejected or message:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = message
    return Response(answer.SerializeToString(), media_type="application/x-protobuf")


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
