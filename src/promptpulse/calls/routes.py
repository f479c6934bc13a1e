"""Look at single calls."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from promptpulse.accounts.access import Access, may_read
from promptpulse.calls import queries
from promptpulse.core.errors import BadRequest, NotFound
from promptpulse.files import FORMATS, MEDIA, Format, Kind, documented_as_files, export
from promptpulse.metrics.query import EARLIEST, LATEST

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])
EXPORT_LIMIT = 1_000_000
DEFAULT_RANGE = timedelta(days=30)


class CallOut(BaseModel):
    """One call. null is "not known", never zero."""

    id: str
    timestamp: str
    prompt_id: str | None
    prompt_version: str | None
    provider: str | None
    model: str | None
    response_model: str | None = Field(description="The model that answered, often a dated snapshot.")
    operation: str
    status: Literal["success", "error"]
    incomplete: bool = Field(description="A stream that was abandoned, or broke unseen.")
    error_type: str | None
    error_family: str | None = Field(description="4xx, 5xx or llm.")
    error_name: str | None = Field(description="The raw class or code.")
    error_message: str | None
    http_status: int | None
    finish_reason: str | None
    streaming: bool
    retries: int | None
    latency_ms: float
    inexact_latency: bool = Field(description="The duration of a wrapper around the call: an upper bound.")
    llm_ms: float | None
    network_ms: float | None
    queue_ms: float | None
    first_token_ms: float | None
    input_tokens: int | None = Field(description="With cached ones.")
    output_tokens: int | None = Field(description="With reasoning ones.")
    total_tokens: int | None
    cached_input_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    cost_source: Literal["client", "price_list", "override", "unpriced"]
    price_date: str | None = Field(description="UTC day whose prices were used.")
    user_id: str | None
    session_id: str | None
    feature: str | None
    environment: str | None
    service: str | None
    scope: str | None
    experiment_id: str | None
    variant_id: str | None
    trace_id: str | None
    parent_id: str | None
    properties: dict[str, str]
    received_at: str


def _kind(annotation: object) -> Kind:
    kinds: dict[object, Kind] = {
        bool: "boolean",
        int: "integer",
        int | None: "integer",
        float: "number",
        float | None: "number",
    }
    return "map" if annotation == dict[str, str] else kinds.get(annotation, "text")


COLUMNS = {name: _kind(field.annotation) for name, field in CallOut.model_fields.items()}


class CallDetail(CallOut):
    input: str | None
    output: str | None
    related: list[CallOut] = Field(description="Other calls of the same trace, oldest first.")


class PageMeta(BaseModel):
    next_cursor: str | None = Field(description="Pass as `cursor` for older calls; null at the end.")


class CallsAnswer(BaseModel):
    success: Literal[True] = True
    data: list[CallOut]
    meta: PageMeta


class CallAnswer(BaseModel):
    success: Literal[True] = True
    data: CallDetail


class Filters(BaseModel):
    """Query parameters of a list of calls."""

    model_config = ConfigDict(extra="ignore")

    start: datetime | None = Field(None, description="Inclusive; 30 days before `end` when absent.")
    end: datetime | None = Field(None, description="Exclusive; now when absent.")
    prompt_id: str | None = Field(None, max_length=256)
    prompt_version: str | None = Field(None, max_length=256)
    provider: str | None = Field(None, max_length=256)
    model: str | None = Field(None, max_length=256)
    status: Literal["success", "error"] | None = None
    error_type: str | None = Field(None, max_length=40)
    error_family: str | None = Field(None, max_length=10)
    environment: str | None = Field(None, max_length=256)
    feature: str | None = Field(None, max_length=256)
    operation: str | None = Field(None, max_length=256)
    user_id: str | None = Field(None, max_length=256)
    session_id: str | None = Field(None, max_length=256)
    experiment_id: str | None = Field(None, max_length=256)
    variant_id: str | None = Field(None, max_length=256)
    cost_source: Literal["client", "price_list", "override", "unpriced"] | None = None
    trace_id: str | None = Field(None, max_length=256)
    min_latency_ms: float | None = Field(None, ge=0, allow_inf_nan=False)
    max_latency_ms: float | None = Field(None, ge=0, allow_inf_nan=False)
    search: str | None = Field(None, max_length=200, description="Part of an id, user, session or error message.")
    where: str | None = Field(
        None,
        max_length=20_000,
        description="Further filters, a JSON list as `where` of `POST /api/v1/query`.",
        examples=['[{"dimension": "latency_ms", "op": "gt", "values": [2000]}]'],
    )
    text: str | None = Field(None, max_length=200, description="Words in the stored texts of a call, in any case.")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, max_length=300)
    format: Literal["json"] | Format = "json"

    @field_validator("start", "end")
    @classmethod
    def aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("add a time zone: Z or an offset such as +01:00")
        if value is not None and not EARLIEST < value.year < LATEST:
            raise ValueError(f"the year must lie between {EARLIEST} and {LATEST}")
        return value

    def selection(self, now: datetime) -> queries.Selection:
        end = self.end or now + timedelta(days=1)  # clocks of clients may be ahead
        start = self.start or min(end, now) - DEFAULT_RANGE
        given = {f.name: getattr(self, f.name) for f in fields(queries.Selection) if f.name not in {"start", "end"}}
        return queries.Selection(start, end, **given)


@router.get("", summary="Calls, newest first", response_model=CallsAnswer, responses=documented_as_files(*FORMATS))
def list_calls(
    request: Request, access: Annotated[Access, Depends(may_read)], filters: Annotated[Filters, Query()]
) -> Response:
    """Pages by `cursor`. Another `format` gives all matching calls (a million at most) as a file, without texts."""
    services = request.app.state.services
    selection = filters.selection(services.clock())
    project = access.project.id
    if filters.format != "json":
        every = queries.stream(services.store, project, selection, EXPORT_LIMIT)
        disposition = f'attachment; filename="calls.{filters.format}"'
        return StreamingResponse(
            export(every, COLUMNS, filters.format),
            media_type=MEDIA[filters.format],
            headers={"Content-Disposition": disposition},
        )
    after = None
    if filters.cursor:
        try:
            after = queries.Cursor.parse(filters.cursor)
        except ValueError:
            raise BadRequest(f"cursor: {filters.cursor!r} did not come from meta.next_cursor", field="cursor") from None
    rows = queries.page(services.store, project, selection, after, filters.limit + 1)
    more = len(rows) > filters.limit
    rows = rows[: filters.limit]
    cursor = queries.cursor_of(rows[-1]).text() if more else None
    return _json({"success": True, "data": rows, "meta": {"next_cursor": cursor}})


@router.get("/{call_id:path}", summary="One call with its texts and its trace", response_model=CallAnswer)
def one_call(
    request: Request, access: Annotated[Access, Depends(may_read)], call_id: Annotated[str, Path(max_length=256)]
) -> Response:
    services = request.app.state.services
    call = queries.one(services.store, access.project.id, call_id)
    if call is None:
        raise NotFound(f"call {call_id!r} is not in this project")
    call["related"] = queries.related(services.store, access.project.id, call)
    return _json({"success": True, "data": call})


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
