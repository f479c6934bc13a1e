"""Which spans describe an LLM request (contracts B5): by operation, never by name or kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from promptpulse.ingest.otlp.decode import KIND_CLIENT, STATUS_ERROR
from promptpulse.ingest.otlp.tables import (
    COLUMNS,
    LAIKATEST_TYPES,
    LANGFUSE_TYPES,
    OPENINFERENCE_KINDS,
    OPERATIONS,
    REQUEST_TYPES,
)
from promptpulse.ingest.otlp.values import status_of

if TYPE_CHECKING:
    from promptpulse.ingest.otlp.decode import Span


class HttpChild(msgspec.Struct, gc=False, frozen=True):
    """An HTTP request made on behalf of a call."""

    end_ns: int
    status: int | None


def operation_of(span: Span) -> tuple[str, str]:  # noqa: PLR0911 # a table of return lines
    """The operation of a span that describes an LLM request, else "" and the reason why it does not."""
    a = span.attributes
    if a.get("logfire.span_type") == "pending_span":
        return "", "pending_span"
    if "traceloop.span.kind" in a:
        return "", "wrapper"
    kind, observation = a.get("openinference.span.kind"), a.get("langfuse.observation.type")
    if kind and str(kind).upper() not in OPENINFERENCE_KINDS:
        return "", "wrapper"
    if observation and observation not in LANGFUSE_TYPES:
        return "", "wrapper"
    if name := a.get("gen_ai.operation.name"):
        operation = OPERATIONS.get(str(name).lower(), "")
        return operation, "" if operation else "other_operation"
    if request_type := a.get("llm.request.type"):
        if "litellm.call_id" in a or span.scope == "litellm":
            return OPERATIONS.get(str(request_type).lower(), ""), "other_operation"
        return REQUEST_TYPES.get(str(request_type).lower(), ""), "other_operation"
    if kind:
        return OPENINFERENCE_KINDS[str(kind).upper()], ""
    if observation:
        return LANGFUSE_TYPES[str(observation)], ""
    if wrapped := a.get("laikatest.operation.type"):
        return LAIKATEST_TYPES.get(str(wrapped), ""), "wrapper"
    return ("chat", "") if _looks_like_a_call(span) else ("", "not_an_llm_call")


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
    if span.kind != KIND_CLIENT or not ("http.request.method" in a or "http.method" in a):
        return None
    return HttpChild(span.end_ns, status_of(a.get("http.response.status_code", a.get("http.status_code"))))
