"""Which spans describe an LLM request (contracts B5): by operation, never by name or kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from promptpulse.ingest.otlp.decode import KIND_CLIENT, STATUS_ERROR
from promptpulse.ingest.otlp.tables import (
    COLUMNS,
    HTTP_ATTRIBUTES,
    LANGFUSE_TYPES,
    LITELLM_MARKS,
    OPENINFERENCE_KINDS,
    OPERATION_ATTRIBUTES,
    OPERATIONS,
    TRACELOOP_WRAPPERS,
)
from promptpulse.ingest.otlp.values import status_of

if TYPE_CHECKING:
    from promptpulse.ingest.otlp.decode import Attributes, Span


class HttpChild(msgspec.Struct, gc=False, frozen=True):
    """An HTTP request made on behalf of a call."""

    end_ns: int
    status: int | None


def operation_of(span: Span) -> tuple[str, str]:
    """The operation of a span that describes an LLM request, else "" and the reason why it does not."""
    a = span.attributes
    if a.get("logfire.span_type") == "pending_span":
        return "", "pending_span"
    if _is_wrapper(a):
        return "", "wrapper"
    for name, operations in OPERATION_ATTRIBUTES:
        if told := a.get(name):
            if name == "llm.request.type" and (span.scope == "litellm" or not a.keys().isdisjoint(LITELLM_MARKS)):
                operations = OPERATIONS  # noqa: PLW2901 # litellm's `completion` is a chat, OpenLLMetry's is not
            operation = operations.get(str(told).lower(), "")
            return operation, "" if operation else "other_operation"
    return ("chat", "") if _looks_like_a_call(span) else ("", "not_an_llm_call")


def _is_wrapper(a: Attributes) -> bool:
    for name, calls in (
        ("openinference.span.kind", OPENINFERENCE_KINDS),
        ("langfuse.observation.type", LANGFUSE_TYPES),
    ):
        if (kind := a.get(name)) and str(kind).lower() not in calls:
            return True
    return "traceloop.span.kind" in a and str(a["traceloop.span.kind"]).lower() in TRACELOOP_WRAPPERS


def _looks_like_a_call(span: Span) -> bool:
    """OpenLLMetry up to 0.53 gives the Responses API no operation: a model and usage, an answer or a failure."""
    a = span.attributes
    if not a.get("gen_ai.request.model") or "gen_ai.agent.name" in a or span.name.endswith("count_tokens"):
        return False
    if any(name in a for column in ("input_tokens", "output_tokens", "response_id") for name in COLUMNS[column]):
        return True
    return span.status_code == STATUS_ERROR and span.kind == KIND_CLIENT and "gen_ai.system" in a


def http_child_of(span: Span) -> HttpChild | None:
    """The HTTP request that a client span describes, if it is one."""
    a = span.attributes
    if span.kind != KIND_CLIENT or a.keys().isdisjoint(HTTP_ATTRIBUTES):
        return None
    return HttpChild(span.end_ns, status_of(a.get("http.response.status_code", a.get("http.status_code"))))
