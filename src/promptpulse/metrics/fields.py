"""What filters, formulas and distributions may read of a call: one list of names, in code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from promptpulse.core.errors import Refused
from promptpulse.metrics.catalogue import ALIASES, DIMENSIONS, PROPERTY_PREFIX, Unit
from promptpulse.metrics.measures import FREE_FAILURE

FieldType = Literal["text", "number", "boolean"]
Params = dict[str, object]
NO_PRICE, NO_USAGE = "no_price", "no_usage"
"""no_usage: the call does not say its tokens, or says more cached ones than there are."""
_LONGEST_PATTERN = 1000
_VARIABLE = (
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    r"\\b[0-9a-fA-F]{8,}\\b",
    # numbers, ids and what is made of them: 30000, 1.5s, req_01Ab, 2026-11-21T10:00
    r"\\w*[0-9]\\w*(?:[-.:,/+]+\\w*[0-9]\\w*)*",
    '"[^"]*"',
    "`[^`]*`",
    r"\\B\'[^\']*\'",  # not the apostrophe of "can't"
)
"""What changes from one message to the next of the same failure; as texts of an SQL literal."""
ERROR_PATTERN = (
    f"if(status = 'error', lower(hex(sipHash64(error_type, error_name,"
    f" replaceRegexpAll(substring(error_message, 1, {_LONGEST_PATTERN}), '{'|'.join(_VARIABLE)}', '?')))), '')"
)
_HAS_USAGE = (
    "isNotNull(input_tokens) AND (isNotNull(output_tokens) OR operation IN ('embeddings', 'rerank'))"
    " AND ifNull(cached_input_tokens, 0) + ifNull(cache_write_tokens, 0) <= input_tokens"
)
COST_MISSING = f"multiIf(isNotNull(cost_usd) OR ({FREE_FAILURE}), '', {_HAS_USAGE}, '{NO_PRICE}', '{NO_USAGE}')"
"""Why the cost of a call is not known: what `unpriced_requests` counts has a reason, and nothing else has."""


class BadQuery(Refused):
    code = "bad_query"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of a call. Texts are "" where not known, numbers and booleans NULL."""

    key: str
    label: str
    type: FieldType
    unit: Unit | None = None
    expression: str = ""
    """SQL over the columns of `calls`; empty: the column `key`."""

    def sql(self, params: Params) -> str:
        """The value in its own type. What a property is called is bound in `params`."""
        if self.key.startswith(PROPERTY_PREFIX):
            return f"properties[{bind(params, 'String', self.key.removeprefix(PROPERTY_PREFIX))}]"
        return self.expression or self.key

    def number(self, params: Params) -> str:
        """The value as Float64; NULL where not known, and where a text is not a number."""
        if self.type != "text":
            return f"toFloat64({self.sql(params)})"
        # "nan" and "inf" are texts that ClickHouse reads as numbers
        return f"ifNotFinite(toFloat64OrNull(trimBoth({self.sql(params)})), NULL)"


def bind(params: Params, type_: str, value: object) -> str:
    """The place of `value` in a statement; it is kept in `params` under a name of its own."""
    name = f"v{len(params)}"
    params[name] = value
    return f"{{{name}:{type_}}}"


FIELDS: dict[str, Field] = {
    f.key: f
    for f in (
        *(Field(d.key, d.label, "text") for d in DIMENSIONS.values()),
        Field("id", "Call", "text"),
        # the trace of a span is the first half of its id (ingest/rows.py)
        Field("trace_id", "Trace", "text", None, "if(trace_id = '~', substring(id, 1, 32), trace_id)"),
        Field("parent_id", "Parent span", "text"),
        Field("error_message", "Error message", "text"),
        Field("error_pattern", "Similar failures", "text", None, ERROR_PATTERN),
        Field("price_date", "Day of its prices", "text"),
        Field("cost_missing", "Why it has no cost", "text", None, COST_MISSING),
        Field("latency_ms", "Latency", "number", "ms"),
        Field("llm_ms", "LLM time", "number", "ms"),
        Field("network_ms", "Network time", "number", "ms"),
        Field("queue_ms", "Queue time", "number", "ms"),
        Field("first_token_ms", "First token", "number", "ms"),
        Field("input_tokens", "Input tokens", "number", "tokens"),
        Field("output_tokens", "Output tokens", "number", "tokens"),
        Field("total_tokens", "Tokens", "number", "tokens"),
        Field("cached_input_tokens", "Cached input tokens", "number", "tokens"),
        Field("cache_write_tokens", "Cache-write tokens", "number", "tokens"),
        Field("reasoning_tokens", "Reasoning tokens", "number", "tokens"),
        Field("cost_usd", "Cost", "number", "usd"),
        Field("retries", "Retries", "number", "count"),
        Field("http_status", "HTTP status", "number"),
        Field("streaming", "Streamed", "boolean"),
        Field("incomplete", "Incomplete stream", "boolean"),
        Field("inexact_latency", "Latency is an upper bound", "boolean"),
    )
}


def field(name: str, asked_in: str) -> Field:
    """The field called `name`: a key, a short name or `properties.<key>`. Raises `BadQuery` that names `asked_in`."""
    key = ALIASES.get(name, name)
    if key.startswith(PROPERTY_PREFIX) and len(key) > len(PROPERTY_PREFIX):
        return Field(key, key.removeprefix(PROPERTY_PREFIX), "text")
    found = FIELDS.get(key)
    if found is None:
        raise BadQuery(
            f"{asked_in}: {name!r} is not a field of calls; use {PROPERTY_PREFIX}<key> or one of {', '.join(FIELDS)}",
            field=asked_in,
        )
    return found
