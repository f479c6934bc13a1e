"""Calls on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from promptpulse.files import Kind


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
    error_pattern: str | None = Field(
        description="Of a failed call: filter calls by it to see those that failed the same way."
    )
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


class FieldOut(BaseModel):
    """Something that calls can be filtered by."""

    key: str = Field(description="As `dimension` of a filter.", examples=["properties.plan"])
    label: str = Field(examples=["plan"])
    type: Literal["text", "number", "boolean"] = Field(examples=["text"])
    unit: str | None = Field(examples=[None])


class ValueOut(BaseModel):
    value: str | None = Field(description="As one of the `values` of a filter; null is not known.", examples=["gpt-4o"])
    calls: int = Field(description="Calls that have it; of a score, scores.", examples=[120])
