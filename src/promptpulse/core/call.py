"""The record of one LLM call, as every way in produces it and the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import msgspec

NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


class Status(StrEnum):
    SUCCESS = "success"
    ERROR = "error"


class ErrorType(StrEnum):
    """The failure breakdown of the product (contracts: error_class)."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    MODEL_ERROR = "model_error"
    VALIDATION = "validation"
    SYSTEM = "system"
    OTHER = "other"


class ErrorFamily(StrEnum):
    """The stacked error chart: whose fault it looks like from outside."""

    CLIENT = "4xx"
    SERVER = "5xx"
    LLM = "llm"


class CostSource(StrEnum):
    CLIENT = "client"
    PRICE_LIST = "price_list"
    OVERRIDE = "override"
    UNPRICED = "unpriced"


class Call(msgspec.Struct, kw_only=True, gc=False):
    """One LLM request. "" in a text field and None elsewhere mean "not known", never zero.

    `input_tokens` includes cached and cache-written tokens, `output_tokens` includes reasoning
    tokens (OpenTelemetry GenAI convention); pricing splits them into disjoint kinds."""

    project: str
    id: str
    """Unique within the project. OTLP: 32 hex digits of the trace and 16 of the span."""
    ts: int
    """Start of the call, microseconds since 1970-01-01 UTC."""
    operation: str = "chat"
    """OpenTelemetry `gen_ai.operation.name`: chat, text_completion, generate_content, embeddings, rerank."""
    prompt_id: str = ""
    prompt_version: str = ""
    provider: str = ""
    model: str = ""
    """The model asked for; what the team chose and groups by."""
    response_model: str = ""
    """The model that answered, often a dated snapshot; what is priced."""
    response_id: str = ""
    status: str = Status.SUCCESS
    incomplete: bool = False
    """A stream that ended with neither a finish reason nor usage: abandoned by the caller, or broken unseen."""
    error_type: str = ""
    error_family: str = ""
    error_name: str = ""
    """The raw class or code: `openai.RateLimitError`, `rate_limit_error`."""
    error_message: str = ""
    http_status: int | None = None
    finish_reason: str = ""
    """Several choices: their distinct reasons joined by a comma."""
    streaming: bool = False
    retries: int | None = None
    latency_ms: float = 0.0
    inexact_latency: bool = False
    """The duration is that of a wrapper around the call, an upper bound."""
    llm_ms: float | None = None
    network_ms: float | None = None
    queue_ms: float | None = None
    first_token_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    """As reported, else input + output; None when neither is known."""
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = None
    cost_source: str = CostSource.UNPRICED
    price_date: str = ""
    """ISO day whose prices were used; "" for a cost given by the client."""
    user_id: str = ""
    session_id: str = ""
    feature: str = ""
    environment: str = ""
    service: str = ""
    """OpenTelemetry `service.name`."""
    scope: str = ""
    """Instrumentation scope of the span, or the way in (`api`, `import`, `demo`)."""
    experiment_id: str = ""
    variant_id: str = ""
    trace_id: str = ""
    parent_id: str = ""
    properties: Mapping[str, str] = NO_PROPERTIES
    input: str = ""
    """Text sent; kept apart from the row and read by the detail view alone."""
    output: str = ""
