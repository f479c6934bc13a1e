"""How calls, scores and events lie in the store: one column a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptpulse.core.call import Call
from promptpulse.core.facts import Event, Score

TRACE_IN_ID = "~"
"""Stored in `trace_id` when the trace is the first 32 digits of the id, which costs a byte instead of 24."""

COLUMN_TYPES: dict[str, str] = {
    "project": "LowCardinality(String)",
    "id": "String",
    "ts": "DateTime64(6, 'UTC')",
    "operation": "LowCardinality(String)",
    "prompt_id": "LowCardinality(String)",
    "prompt_version": "LowCardinality(String)",
    "provider": "LowCardinality(String)",
    "model": "LowCardinality(String)",
    "response_model": "LowCardinality(String)",
    "status": "LowCardinality(String)",
    "incomplete": "Bool",
    "error_type": "LowCardinality(String)",
    "error_family": "LowCardinality(String)",
    "error_name": "LowCardinality(String)",
    "error_message": "String",
    "http_status": "Nullable(UInt16)",
    "finish_reason": "LowCardinality(String)",
    "streaming": "Bool",
    "retries": "Nullable(UInt16)",
    "latency_us": "UInt64",
    "inexact_latency": "Bool",
    "llm_us": "Nullable(UInt64)",
    "network_us": "Nullable(UInt64)",
    "queue_us": "Nullable(UInt64)",
    "first_token_us": "Nullable(UInt64)",
    "input_tokens": "Nullable(UInt64)",
    "output_tokens": "Nullable(UInt64)",
    "odd_total_tokens": "Nullable(UInt64)",
    "cached_input_tokens": "Nullable(UInt64)",
    "cache_write_tokens": "Nullable(UInt64)",
    "reasoning_tokens": "Nullable(UInt64)",
    "cost_usd": "Nullable(Decimal(18, 9))",
    "cost_source": "LowCardinality(String)",
    "price_date": "LowCardinality(String)",
    "user_id": "String",
    "session_id": "String",
    "feature": "LowCardinality(String)",
    "environment": "LowCardinality(String)",
    "service": "LowCardinality(String)",
    "scope": "LowCardinality(String)",
    "experiment_id": "LowCardinality(String)",
    "variant_id": "LowCardinality(String)",
    "trace_id": "String",
    "parent_id": "String",
    "properties": "Map(LowCardinality(String), String)",
    "received_at": "DateTime('UTC')",
}
TEXT_TYPES = {
    "project": "LowCardinality(String)",
    "id": "String",
    "input": "String",
    "output": "String",
    "received_at": "DateTime('UTC')",
}
SCORE_TYPES: dict[str, str] = {
    "project": "LowCardinality(String)",
    "submission_id": "String",
    "ts": "DateTime64(6, 'UTC')",
    "name": "LowCardinality(String)",
    "type": "LowCardinality(String)",
    "number": "Nullable(Float64)",
    "text": "String",
    "experiment_id": "LowCardinality(String)",
    "variant_id": "LowCardinality(String)",
    "prompt_id": "LowCardinality(String)",
    "prompt_version": "LowCardinality(String)",
    "user_id": "String",
    "session_id": "String",
    "trace_id": "String",
    "call_id": "String",
    "environment": "LowCardinality(String)",
    "source": "LowCardinality(String)",
    "client_version": "LowCardinality(String)",
    "comment": "String",
    "received_at": "DateTime('UTC')",
}
EVENT_TYPES: dict[str, str] = {
    "project": "LowCardinality(String)",
    "id": "String",
    "ts": "DateTime64(6, 'UTC')",
    "kind": "LowCardinality(String)",
    "experiment_id": "LowCardinality(String)",
    "variant_id": "LowCardinality(String)",
    "variant_name": "LowCardinality(String)",
    "unit_id": "String",
    "user_id": "String",
    "session_id": "String",
    "outcome": "LowCardinality(String)",
    "score": "Nullable(Float64)",
    "prompt_id": "LowCardinality(String)",
    "prompt_version": "LowCardinality(String)",
    "trace_id": "String",
    "call_id": "String",
    "context": "String",
    "metadata": "String",
    "received_at": "DateTime('UTC')",
}
_ALWAYS = ("project", "id", "ts")
_DURATIONS = {
    "llm_us": "llm_ms",
    "network_us": "network_ms",
    "queue_us": "queue_ms",
    "first_token_us": "first_token_ms",
}
_TRANSFORMED = frozenset(
    {*_ALWAYS, *_DURATIONS, "latency_us", "odd_total_tokens", "trace_id", "properties", "received_at"}
)
_PLAIN = tuple(name for name in COLUMN_TYPES if name not in _TRANSFORMED)


def columns(calls: Sequence[Call], received_at_s: int) -> dict[str, Sequence[object]]:
    """Values by column. A column that no call fills is left out: the store knows its default."""
    found: dict[str, Sequence[object]] = {name: [getattr(c, name) for c in calls] for name in _ALWAYS}
    found["latency_us"] = [round(c.latency_ms * 1000) for c in calls]
    for name, field in _DURATIONS.items():
        durations = [getattr(c, field) for c in calls]
        if any(d is not None for d in durations):
            found[name] = [None if d is None else round(d * 1000) for d in durations]
    totals = [_odd_total(c) for c in calls]
    if any(t is not None for t in totals):
        found["odd_total_tokens"] = totals
    for name in _PLAIN:
        values = [getattr(c, name) for c in calls]
        if any(value is not None and value != "" and value is not False for value in values):
            found[name] = values
    traces = [
        TRACE_IN_ID if c.trace_id and c.id.startswith(c.trace_id) and len(c.trace_id) == 32 else c.trace_id
        for c in calls
    ]
    if any(traces):
        found["trace_id"] = traces
    if any(c.properties for c in calls):
        found["properties"] = [dict(c.properties) for c in calls]
    found["received_at"] = [received_at_s] * len(calls)
    return found


def _odd_total(call: Call) -> int | None:
    """The reported total, where it is not what the store computes itself."""
    total = call.total_tokens
    if total is None or total == (call.input_tokens or 0) + (call.output_tokens or 0):
        return None
    return total


def text_columns(texts: Sequence[tuple[str, str, str, str]], received_at_s: int) -> dict[str, Sequence[object]]:
    """Values by column of (project, id, input, output)."""
    project, call_id, sent, received = zip(*texts, strict=True)
    return {
        "project": project,
        "id": call_id,
        "input": sent,
        "output": received,
        "received_at": [received_at_s] * len(texts),
    }


def fact_columns(
    facts: Sequence[Score | Event], types: Mapping[str, str], received_at_s: int
) -> dict[str, Sequence[object]]:
    """Values by column."""
    found: dict[str, Sequence[object]] = {
        name: [getattr(fact, name) for fact in facts] for name in types if name != "received_at"
    }
    found["received_at"] = [received_at_s] * len(facts)
    return found
