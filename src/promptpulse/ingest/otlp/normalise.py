"""One span -> the call it describes (contracts B3). What fills which column stands in `tables`."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from promptpulse.core.call import Call, CostSource, Status
from promptpulse.ingest.classify import CONTENT_FILTER, classify
from promptpulse.ingest.otlp import content
from promptpulse.ingest.otlp.decode import STATUS_ERROR, Attributes, Span, Value
from promptpulse.ingest.otlp.tables import (
    COLUMN_OF,
    COLUMNS,
    DURATIONS,
    FAMILIES,
    FINISH_REASONS,
    FIRST_TOKEN_EVENTS,
    LITELLM_MARKS,
    MAX_PROPERTIES,
    MAX_PROPERTY,
    MAX_PROPERTY_NAME,
    PROPERTIES,
    PROVIDERS,
    PROVIDERS_OF_MODELS,
    RESOURCE_ENVIRONMENTS,
    TEXT_COLUMNS,
)
from promptpulse.ingest.otlp.usage import tokens
from promptpulse.ingest.otlp.values import (
    dollars_of,
    flag_of,
    json_of,
    map_of,
    milliseconds_of,
    sane,
    seconds_in_ms_of,
    status_of,
    text_of,
    time_ns_of,
    tokens_of,
    unquoted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptpulse.ingest.otlp.select import HttpChild

MAX_ERROR_MESSAGE = 4_000
REQUEST_HALF, RESULT_HALF = "request", "result"

_CLASS_IN_MESSAGE = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Timeout|Limit)): ")
_STATUS_IN_MESSAGE = re.compile(r"(?:Error code: |status_code: |\A(?:Error: )?)([1-5]\d\d)\b")
_OWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_PROVIDER_ID = re.compile(r"[a-z]{2,12}[-_]")


class Origin(msgspec.Struct, gc=False, frozen=True):
    """What a resource says of all its spans."""

    process: str
    service: str
    environment: str


class Terms(msgspec.Struct):
    """How the spans of one body are read."""

    project: str
    capture_content: bool
    absurd: Counter[str]
    """`absurd_<column>` -> numbers that were dropped."""


class Facts(msgspec.Struct, gc=False):
    """What joining needs to know of a described call, beside its row."""

    key: str
    """Trace id and span id; the id of the call."""
    parent_key: str
    family: str
    scope: str
    process: str
    start_ns: int
    end_ns: int
    model: str
    response_model: str
    response_id: str
    """"" unless it is the provider's own."""
    failed: bool
    tokens: tuple[int, int] | None
    half: str = ""
    """A logfire stream is two spans: REQUEST_HALF opens it, RESULT_HALF has what came; "" for all other spans."""
    half_key: str = ""
    """Equal for the two halves of one stream."""


def origin_of(resource: Attributes) -> Origin:
    process = text_of(resource.get("service.instance.id"))
    service = text_of(resource.get("service.name"))
    if not process:
        process = "/".join((service, text_of(resource.get("host.name")), text_of(resource.get("process.pid"))))
    return Origin(
        process=process,
        service="" if service.startswith("unknown_service") else service,
        environment=next((e for name in RESOURCE_ENVIRONMENTS if (e := text_of(resource.get(name)))), ""),
    )


def describe(
    span: Span, operation: str, origin: Origin, children: Sequence[HttpChild], terms: Terms
) -> tuple[Call, Facts]:
    """The call that a span of a known operation describes. `children` are its HTTP requests, in any order."""
    a, absurd = span.attributes, terms.absurd
    found, own = _columns(a)
    half = _half(span, found) if span.scope.startswith("logfire") else ""
    start_ns, end_ns = span.start_ns, max(span.start_ns, span.end_ns)
    if half == RESULT_HALF:
        start_ns = end_ns - int(1e6 * (sane(seconds_in_ms_of, a.get("duration"), absurd, "latency_ms") or 0.0))

    fields = _numbers(found, a, absurd)
    for column, value in found.items():
        if column in TEXT_COLUMNS:
            # most values are short texts as they are; the others pay for a call
            plain = value.__class__ is str and len(value) <= 256 and value[0] != '"'
            fields[column] = value if plain else text_of(unquoted(value))
    if own or "metadata" in a:
        fields["properties"] = _properties(own, a.get("metadata"))
    if origin.environment:
        fields["environment"] = origin.environment
    if terms.capture_content:
        fields["input"], fields["output"] = content.of_span(a, operation)

    finish = _finish(found.get("finish"), a)
    failed = span.status_code == STATUS_ERROR or a.get("langfuse.observation.level") == "ERROR"
    if failed:
        fields |= _failure(span, found, children)
        if not fields["input_tokens"] and not fields["output_tokens"]:
            fields |= tokens({}, absurd)  # litellm writes 0 for what a failed call used
    elif "content_filter" in finish:
        fields |= _filtered(a, children)

    parameters = map_of(a.get("llm.invocation_parameters", a.get("embedding.invocation_parameters")))
    model, response_model = _models(a, found, parameters, succeeded="status" not in fields)
    if half == REQUEST_HALF:
        response_model = ""  # logfire repeats the model asked for until it knows better
    fields["response_model"] = response_model
    first_token_ms = _first_token(span, found, absurd)
    streaming = bool(half) or first_token_ms is not None or flag_of(found.get("streaming", parameters.get("stream")))
    unanswered = not finish and fields["input_tokens"] is None and fields["output_tokens"] is None
    key = span.trace_id + span.span_id
    call = Call(
        project=terms.project,
        id=key,
        ts=start_ns // 1000,
        operation=operation,
        provider=_provider(found.get("provider"), a, model),
        model=model,
        incomplete=streaming and unanswered and "status" not in fields,
        finish_reason=finish,
        streaming=streaming,
        retries=_retries(found, children, absurd) if model else None,
        latency_ms=(end_ns - start_ns) / 1e6,
        inexact_latency=_is_around(a, span.scope, model),
        first_token_ms=first_token_ms,
        service=origin.service,
        scope=span.scope,
        trace_id=span.trace_id,
        parent_id=span.parent_id,
        **fields,  # type: ignore[arg-type] # the tables pair columns with readers of their type
    )
    facts = Facts(
        key,
        span.trace_id + span.parent_id if span.parent_id else "",
        FAMILIES.get(operation, "generate"),
        span.scope,
        origin.process,
        start_ns,
        end_ns,
        model,
        response_model,
        provider_id(call.response_id) if call.response_id else "",
        failed,
        None if call.input_tokens is None else (call.input_tokens, call.output_tokens or 0),
    )
    if half:
        facts.half, facts.half_key = half, _half_key(span, origin, model)
    return call, facts


def provider_id(response_id: str) -> str:
    """The id if a provider gave it; litellm puts its own uuid there when a call fails."""
    return response_id if _PROVIDER_ID.match(response_id) and not _OWN_ID.match(response_id) else ""


def _columns(a: Attributes) -> tuple[dict[str, Value], Attributes]:
    """Column -> the value of its best attribute that is not empty; and the attributes that may become properties."""
    found: dict[str, Value] = {}
    own: Attributes = {}
    for name, value in a.items():
        column = COLUMN_OF.get(name)
        if column is None:
            if name.startswith(PROPERTIES):
                own[name] = value
        elif value is None or value == "":
            continue
        elif column in found:
            found[column] = next((v for n in COLUMNS[column] if (v := a.get(n)) is not None and v != ""), None)
        else:
            found[column] = value
    return found, own


def _numbers(found: Mapping[str, Value], a: Attributes, absurd: Counter[str]) -> dict[str, object]:
    fields = tokens(found, absurd)
    if "cost" in found:
        fields |= _cost(a, absurd)
    for column in DURATIONS:
        if column in found:
            fields[column] = sane(milliseconds_of, found[column], absurd, column)
    return fields


def _models(
    a: Attributes, found: Mapping[str, Value], parameters: Mapping[str, Value], *, succeeded: bool
) -> tuple[str, str]:
    """The model asked for and the one that answered; emitters with one name for both replace it by the latter."""
    one = text_of(found.get("one_model"))
    answered = text_of(found.get("response_model")) or (one if succeeded else "")
    asked = text_of(found.get("request_model")) or text_of(parameters.get("model")) or one
    if not asked:
        asked = text_of(map_of(a["input.value"]).get("model") if "input.value" in a else a.get("generation.model"))
    return asked or answered, answered


def _provider(named: Value, a: Attributes, model: str) -> str:
    name = text_of(named)
    if not name:
        # litellm leaves the provider of embeddings empty
        name, slash, _ = text_of(a.get("litellm.provider.model")).partition("/")
        if not slash:
            return next((provider for provider, models in PROVIDERS_OF_MODELS if models.match(model)), "")
    name = name.lower()
    return PROVIDERS.get(name, name)


def _is_around(a: Attributes, scope: str, model: str) -> bool:
    """Whether the span is the application's, which does more than the call that is told on it."""
    if not model:
        return "laikatest.operation.type" in a
    return scope != "litellm" and not a.keys().isdisjoint(LITELLM_MARKS)


def _retries(found: Mapping[str, Value], children: Sequence[HttpChild], absurd: Counter[str]) -> int | None:
    if "retries" in found:
        return sane(tokens_of, found["retries"], absurd, "retries")
    return len(children) - 1 if children else None


# --- the rest, column by column


def _first_token(span: Span, found: Mapping[str, Value], absurd: Counter[str]) -> float | None:
    """Milliseconds from the start of the span."""
    seconds = found.get("first_chunk_s")
    if seconds is not None:
        return sane(seconds_in_ms_of, seconds, absurd, "first_token_ms")
    if "first_token_at" in found:
        at_ns = time_ns_of(found["first_token_at"])
    else:
        at_ns = (
            min((e.time_ns for e in span.events if e.name in FIRST_TOKEN_EVENTS), default=None) if span.events else None
        )
    if at_ns is None:
        return None
    # Langfuse writes microseconds, which may round to before the start
    waited_ns = at_ns - span.start_ns
    return sane(milliseconds_of, 0 if -1000 < waited_ns < 0 else waited_ns / 1e6, absurd, "first_token_ms")


def _finish(value: Value, a: Attributes) -> str:
    """Distinct reasons joined by a comma."""
    if value is None:
        messages = a.get("gen_ai.output.messages")
        if not messages or (isinstance(messages, str) and '"finish_reason"' not in messages):
            return ""
        decoded = json_of(messages)
        reasons = [m.get("finish_reason") for m in decoded if isinstance(m, dict)] if isinstance(decoded, list) else []
    elif isinstance(value, str):
        decoded = json_of(value) if value[:1] in ("[", '"') else value
        reasons = decoded if isinstance(decoded, list) else [decoded]
    else:
        reasons = value if isinstance(value, list) else [value]
    folded: dict[str, None] = {}
    for reason in reasons:
        if isinstance(reason, str) and reason:
            lowered = reason.lower()
            folded[FINISH_REASONS.get(lowered, lowered)[:64]] = None
    folded.pop("", None)
    return ",".join(folded)


def _failure(span: Span, found: Mapping[str, Value], children: Sequence[HttpChild]) -> dict[str, object]:
    a = span.attributes
    exception = next((e.attributes for e in reversed(span.events) if e.name == "exception"), {})
    message = (
        text_of(found.get("error_message"), MAX_ERROR_MESSAGE)
        or span.status_message[:MAX_ERROR_MESSAGE]
        or text_of(a.get("langfuse.observation.status_message"), MAX_ERROR_MESSAGE)
        or text_of(exception.get("exception.message"), MAX_ERROR_MESSAGE)
    )
    name = text_of(found.get("error_name")) or text_of(exception.get("exception.type"))
    if not name and (leading := _CLASS_IN_MESSAGE.match(message)) and leading[1] != "Error":
        name = leading[1]
    http_status = _http_status(a, name, children, message)
    error_type, error_family = classify(http_status, name, message, code=text_of(a.get("error.code")))
    return {
        "status": Status.ERROR,
        "error_type": error_type,
        "error_family": error_family,
        "error_name": name,
        "error_message": message,
        "http_status": http_status,
    }


def _filtered(a: Attributes, children: Sequence[HttpChild]) -> dict[str, object]:
    """A reply that the provider withheld, which emitters call a success."""
    return {
        "status": Status.ERROR,
        "error_type": CONTENT_FILTER.type,
        "error_family": CONTENT_FILTER.family,
        "error_name": "content_filter",
        "http_status": _http_status(a, "", children, ""),
    }


def _http_status(a: Attributes, error_name: str, children: Sequence[HttpChild], message: str) -> int | None:
    for name in COLUMNS["http_status"]:
        if name in a and (status := status_of(a[name])) is not None:
            return status
    if (status := status_of(error_name)) is not None:
        return status
    if children and (status := max(children, key=lambda c: c.end_ns).status) is not None:
        return status
    digits = _STATUS_IN_MESSAGE.search(message)
    return int(digits[1]) if digits else None


def _cost(a: Attributes, absurd: Counter[str]) -> dict[str, object]:
    """The first that is not 0, which emitters write for a price they do not know."""
    for name in COLUMNS["cost"]:
        if (value := a.get(name)) is None or value == "":
            continue
        if name == "langfuse.observation.cost_details":
            value = _total_cost(map_of(value))
        elif name == "hidden_params":
            value = map_of(value).get("response_cost")
        if cost := sane(dollars_of, value, absurd, "cost_usd"):
            return {"cost_usd": cost, "cost_source": CostSource.CLIENT}
    return {}


def _total_cost(details: Mapping[str, Value]) -> Value:
    if details.get("total") is not None:
        return details["total"]
    return sum(v for v in details.values() if isinstance(v, int | float))


def _properties(own: Attributes, metadata: Value) -> Mapping[str, str]:
    flat = map_of(metadata) if metadata else {}
    pairs = [(name[next(len(p) for p in PROPERTIES if name.startswith(p)) :], v) for name, v in own.items()]
    if not any(isinstance(v, dict | list) for v in flat.values()):
        pairs += flat.items()
    properties: dict[str, str] = {}
    for name, value in pairs:
        text = text_of(unquoted(value), MAX_PROPERTY)
        if text and text[0] not in "[{" and 0 < len(name) <= MAX_PROPERTY_NAME and len(properties) < MAX_PROPERTIES:
            properties.setdefault(name, text)
    return properties


# --- logfire streams


def _half(span: Span, found: Mapping[str, Value]) -> str:
    a = span.attributes
    match a.get("logfire.span_type"):
        case "log" if "duration" in a and span.end_ns == span.start_ns:
            return RESULT_HALF
        case "span" if span.status_code != STATUS_ERROR and not (
            found.keys() & {"input_tokens", "output_tokens", "raw_usage", "response_id", "finish"}
            or "gen_ai.output.messages" in a
            or "response_data" in a
        ):
            return REQUEST_HALF
    return ""


def _half_key(span: Span, origin: Origin, model: str) -> str:
    messages = span.attributes.get("gen_ai.input.messages") or span.attributes.get("request_data")
    parent = span.trace_id + span.parent_id if span.parent_id else ""
    return f"{origin.process}|{model}|{parent}|{hash(str(messages))}"
