"""One span -> the call it describes (contracts B3). Tables first: names in order of preference, per column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from promptpulse.core.call import NO_PROPERTIES, Call, CostSource, Status
from promptpulse.ingest.classify import CONTENT_FILTER, classify
from promptpulse.ingest.otlp import content
from promptpulse.ingest.otlp.decode import KIND_CLIENT, STATUS_ERROR, Attributes, Span, Value
from promptpulse.ingest.otlp.values import (
    AbsurdValue,
    dollars_of,
    flag_of,
    json_of,
    map_of,
    milliseconds_of,
    number_of,
    status_of,
    text_of,
    time_ns_of,
    tokens_of,
    unquoted,
)

# --- which spans are calls

OPERATIONS = {
    "chat": "chat",
    "text_completion": "text_completion",
    "generate_content": "generate_content",
    "embeddings": "embeddings",
    "rerank": "rerank",
    # litellm writes its own function names
    "completion": "chat",
    "acompletion": "chat",
    "responses": "chat",
    "aresponses": "chat",
    "anthropic_messages": "chat",
    "aanthropic_messages": "chat",
    "text_completions": "text_completion",
    "atext_completion": "text_completion",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "arerank": "rerank",
    "agenerate_content": "generate_content",
    "generate_content_stream": "generate_content",
    "agenerate_content_stream": "generate_content",
}
"""`gen_ai.operation.name` -> operation; what is not here (invoke_agent, execute_tool, fetch_response, ...) is no call."""
REQUEST_TYPES = {
    "chat": "chat",
    "completion": "text_completion",
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "rerank": "rerank",
}
"""`llm.request.type` of OpenLLMetry."""
OPENINFERENCE_KINDS = {"LLM": "chat", "EMBEDDING": "embeddings"}
LANGFUSE_TYPES = {"generation": "chat", "embedding": "embeddings"}
LAIKATEST_TYPES = {"generation": "chat", "embedding": "embeddings"}
FAMILIES = {"embeddings": "embeddings", "rerank": "rerank"}
"""Operations that may describe one another; all others are ways to generate."""

# --- which attribute fills which column

COLUMNS: dict[str, tuple[str, ...]] = {
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "request_model": ("gen_ai.request.model", "llm.request.model_name", "embedding.model_name"),
    "one_model": ("llm.model_name", "langfuse.observation.model.name"),
    "response_model": ("gen_ai.response.model", "llm.response.model_name", "llm.response.model"),
    "response_id": ("gen_ai.response.id", "llm.response.id"),
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
    ),
    "total_tokens": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"),
    "cached_input_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cached_tokens",
        "llm.token_count.prompt_details.cache_read",
    ),
    "cache_write_tokens": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "llm.token_count.prompt_details.cache_write",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "llm.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
    ),
    "raw_usage": ("gen_ai.usage.raw",),
    "langfuse_usage": ("langfuse.observation.usage_details",),
    "first_chunk_s": ("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"),
    "first_token_at": ("langfuse.observation.completion_start_time",),
    "streaming": ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming", "litellm.request.streaming"),
    "finish": (
        "gen_ai.response.finish_reasons",
        "llm.finish_reason",
        "gen_ai.completion.0.finish_reason",
        "anthropic.message.stop_reason",
        "langfuse.observation.metadata.finish_reason",
    ),
    "error_name": ("error.type",),
    "error_message": ("error.message",),
    "http_status": ("http.response.status_code", "http.status_code", "error.code", "litellm.provider.error.code"),
    "retries": ("http.request.resend_count",),
    "prompt_id": (
        "promptpulse.prompt.name",
        "langfuse.observation.prompt.name",
        "traceloop.prompt.key",
        "gen_ai.prompt.name",
        "laikatest.property.prompt_name",
        "laikatest.property.prompt",
    ),
    "prompt_version": (
        "promptpulse.prompt.version",
        "langfuse.observation.prompt.version",
        "traceloop.prompt.version",
        "gen_ai.prompt.version",
        "llm.prompt_template.version",
        "laikatest.property.prompt_version",
    ),
    "user_id": (
        "laikatest.user.id",
        "user.id",
        "enduser.id",
        "traceloop.association.properties.user_id",
        "langfuse.observation.metadata.langfuse_user_id",
        "laikatest.experiment.user_id",
        "metadata.user_api_key_user_id",
        "litellm.metadata.user_api_key_user_id",
        "gen_ai.user",
        "llm.user",
    ),
    "session_id": (
        "laikatest.session.id",
        "session.id",
        "gen_ai.conversation.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.chat_id",
        "traceloop.association.properties.conversation_id",
        "langfuse.observation.metadata.langfuse_session_id",
        "laikatest.experiment.session_id",
    ),
    "experiment_id": ("laikatest.experiment.id",),
    "variant_id": ("laikatest.experiment.variant_id",),
    "feature": (
        "promptpulse.feature",
        "laikatest.property.feature",
        "traceloop.association.properties.feature",
        "langfuse.observation.metadata.feature",
        "langfuse.trace.metadata.feature",
    ),
    "environment": ("langfuse.environment", "laikatest.property.environment"),
    "llm_ms": ("promptpulse.llm_ms",),
    "network_ms": ("promptpulse.network_ms",),
    "queue_ms": ("promptpulse.queue_ms",),
}
COSTS = (
    "gen_ai.cost.total_cost",
    "litellm.cost.total",
    "operation.cost",
    "llm.cost.total",
    "llm.response.cost",
    "langfuse.observation.cost_details",
    "hidden_params",
    "gen_ai.cost.original_cost",
)
"""Apart from the others, because 0 is passed over."""
RESOURCE_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment", "langfuse.environment")
PROPERTIES = (
    "promptpulse.property.",
    "laikatest.property.",
    "langfuse.observation.metadata.",
    "langfuse.trace.metadata.",
    "traceloop.association.properties.",
)
"""Attributes that begin so and fill no column become properties."""
MAX_PROPERTIES, MAX_PROPERTY_NAME, MAX_PROPERTY = 32, 100, 500
MAX_ERROR_MESSAGE = 4_000

COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names}
COLUMN_OF |= dict.fromkeys(COSTS, "cost")

PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "xai": "x_ai",
    "gemini": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
}
PROVIDERS_OF_MODELS = (
    ("openai", re.compile(r"gpt-|chatgpt-|o[134](-|$)|text-embedding-|codex-|davinci|babbage")),
    ("anthropic", re.compile(r"claude-")),
    ("gcp.gemini", re.compile(r"gemini-")),
    ("mistral_ai", re.compile(r"(mi[sx]tral|ministral|magistral|codestral|pixtral|devstral)-")),
    ("cohere", re.compile(r"(command-|embed-english|embed-multilingual|rerank-(english|multilingual|v\d))")),
    ("deepseek", re.compile(r"deepseek-")),
    ("x_ai", re.compile(r"grok-")),
    ("perplexity", re.compile(r"sonar(-|$)")),
)
"""For emitters that name none (Langfuse): only families that one company serves."""
FINISH_REASONS = {"tool_call": "tool_calls", "end_turn": "stop", "none": "", "null": ""}
FIRST_TOKEN_EVENTS = frozenset(
    ("First Token Stream Event", "gen_ai.content.completion.chunk", "llm.content.completion.chunk")
)
TOKEN_COLUMNS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)

_CLASS_IN_MESSAGE = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Timeout|Limit)): ")
_STATUS_IN_MESSAGE = re.compile(r"(?:Error code: |status_code: |\A(?:Error: )?)([1-5]\d\d)\b")
_OWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_PROVIDER_ID = re.compile(r"[a-z]{2,12}[-_]")

REQUEST_HALF, RESULT_HALF = "request", "result"


class Origin(msgspec.Struct, gc=False, frozen=True):
    """What a resource says of all its spans."""

    process: str
    service: str
    environment: str


class HttpChild(msgspec.Struct, gc=False, frozen=True):
    end_ns: int
    status: int | None


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


def describe(
    span: Span,
    operation: str,
    origin: Origin,
    project: str,
    children: Sequence[HttpChild],
    absurd: Callable[[str], None],
    *,
    capture_content: bool,
) -> tuple[Call, Facts]:
    """The call that a span of a known operation describes. `children` are its HTTP requests, in any order.

    `absurd` is told the column of every number that cannot be true; the column stays unknown."""
    a = span.attributes
    found: dict[str, Value] = {}
    own: dict[str, Value] = {}
    for name, value in a.items():
        column = COLUMN_OF.get(name)
        if column is None:
            if name.startswith(PROPERTIES):
                own[name] = value
        elif value is None or value == "":
            continue
        elif column in found:
            found[column] = _first(a, COLUMNS.get(column, ()))
        else:
            found[column] = value
    get = found.get

    parameters = map_of(a.get("llm.invocation_parameters", a.get("embedding.invocation_parameters")))
    scope = span.scope
    half = _half(span, found) if scope.startswith("logfire") else ""
    start_ns, end_ns = span.start_ns, max(span.start_ns, span.end_ns)
    if half == RESULT_HALF:
        start_ns = end_ns - int(1e9 * (_sane(number_of, a.get("duration"), absurd, "latency_ms") or 0.0))

    first_token_ms = _first_token(span, found, absurd)
    streaming = (
        bool(half) or first_token_ms is not None or flag_of(get("streaming")) or flag_of(parameters.get("stream"))
    )
    finish = _finish(get("finish"), a)
    failed = span.status_code == STATUS_ERROR or a.get("langfuse.observation.level") == "ERROR"
    usage = _usage(found, absurd)
    input_tokens, output_tokens, total_tokens, cached, cache_write, reasoning = usage

    status, error_type, error_family, error_name, error_message = Status.SUCCESS, "", "", "", ""
    http_status: int | None = None
    if failed:
        status = Status.ERROR
        error_name, error_message = _error(span, found)
        http_status = _http_status(a, error_name, children, error_message)
        code = text_of(a.get("error.code"))
        error_type, error_family = classify(http_status, error_name, error_message, code=code)
        if not input_tokens and not output_tokens:
            # litellm writes 0 for what a failed call used
            input_tokens = output_tokens = total_tokens = cached = cache_write = reasoning = None
    elif "content_filter" in finish:
        status, error_name = Status.ERROR, "content_filter"
        error_type, error_family = CONTENT_FILTER
        http_status = _http_status(a, "", children, "")

    response_model = text_of(get("response_model"))
    if half == REQUEST_HALF:
        response_model = ""
    elif not response_model and status == Status.SUCCESS:
        response_model = text_of(get("one_model"))
    model = (
        text_of(get("request_model"))
        or text_of(parameters.get("model"))
        or text_of(get("one_model"))
        or text_of(map_of(a["input.value"]).get("model") if "input.value" in a else a.get("generation.model"))
        or response_model
    )
    cost = _cost(a, absurd) if "cost" in found else None
    key = span.trace_id + span.span_id
    retries = _sane(tokens_of, get("retries"), absurd, "retries")
    call = Call(
        project=project,
        id=key,
        ts=start_ns // 1000,
        operation=operation,
        prompt_id=text_of(get("prompt_id")),
        prompt_version=text_of(get("prompt_version")),
        provider=_provider(text_of(get("provider")), a, model, response_model),
        model=model,
        response_model=response_model,
        response_id=text_of(get("response_id")),
        status=status,
        incomplete=streaming and status == Status.SUCCESS and not finish and input_tokens is output_tokens is None,
        error_type=error_type,
        error_family=error_family,
        error_name=error_name,
        error_message=error_message,
        http_status=http_status,
        finish_reason=finish,
        streaming=streaming,
        retries=max(len(children) - 1, retries or 0) if children and model else retries,
        latency_ms=(end_ns - start_ns) / 1e6,
        inexact_latency=scope != "litellm" and "litellm.call_id" in a,
        llm_ms=_sane(milliseconds_of, get("llm_ms"), absurd, "llm_ms"),
        network_ms=_sane(milliseconds_of, get("network_ms"), absurd, "network_ms"),
        queue_ms=_sane(milliseconds_of, get("queue_ms"), absurd, "queue_ms"),
        first_token_ms=first_token_ms,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        total_tokens=total_tokens,
        cached_input_tokens=cached,
        cache_write_tokens=cache_write,
        reasoning_tokens=reasoning,
        cost_usd=cost,
        cost_source=CostSource.CLIENT if cost is not None else CostSource.UNPRICED,
        user_id=text_of(unquoted(get("user_id"))),
        session_id=text_of(unquoted(get("session_id"))),
        feature=text_of(unquoted(get("feature"))),
        environment=origin.environment or text_of(get("environment")),
        service=origin.service,
        scope=scope,
        experiment_id=text_of(get("experiment_id")),
        variant_id=text_of(get("variant_id")),
        trace_id=span.trace_id,
        parent_id=span.parent_id,
        properties=_properties(own, a.get("metadata")) if own or "metadata" in a else NO_PROPERTIES,
    )
    if capture_content:
        call.input, call.output = content.of_span(a, operation)
    facts = Facts(
        key=key,
        parent_key=span.trace_id + span.parent_id if span.parent_id else "",
        family=FAMILIES.get(operation, "generate"),
        scope=scope,
        process=origin.process,
        start_ns=start_ns,
        end_ns=end_ns,
        model=model,
        response_model=response_model,
        response_id=provider_id(call.response_id),
        failed=failed,
        tokens=None if input_tokens is None else (input_tokens, output_tokens or 0),
    )
    if half:
        facts.half, facts.half_key = half, _half_key(span, origin, model)
    return call, facts


def provider_id(response_id: str) -> str:
    """The id if a provider gave it; litellm puts its own uuid there when a call fails."""
    return response_id if _PROVIDER_ID.match(response_id) and not _OWN_ID.match(response_id) else ""


_N = TypeVar("_N")


def _sane(read: Callable[[Value], _N], value: Value, absurd: Callable[[str], None], column: str) -> _N | None:
    if value is None:
        return None
    try:
        return read(value)
    except AbsurdValue:
        absurd(column)
        return None


def _first(a: Attributes, names: Sequence[str]) -> Value:
    """The value of the first name that is present and not empty."""
    for name in names:
        value = a.get(name)
        if value is not None and value != "":
            return value
    return None


def _provider(name: str, a: Attributes, model: str, response_model: str) -> str:
    if not name:
        # litellm leaves the provider of embeddings empty
        name, slash, _ = text_of(a.get("litellm.provider.model")).partition("/")
        if not slash:
            named = model or response_model
            return (
                next((provider for provider, models in PROVIDERS_OF_MODELS if models.match(named)), "") if named else ""
            )
    name = name.lower()
    return PROVIDERS.get(name, name)


# --- tokens

_USAGE_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "input_tokens": (("prompt_tokens",), ("input_tokens",)),
    "output_tokens": (("completion_tokens",), ("output_tokens",)),
    "total_tokens": (("total",), ("total_tokens",)),
    "cached_input_tokens": (
        ("input_cached_tokens",),
        ("cache_read_input_tokens",),
        ("input_cache_read",),
        ("prompt_tokens_details", "cached_tokens"),
        ("input_tokens_details", "cached_tokens"),
    ),
    "cache_write_tokens": (
        ("cache_creation_input_tokens",),
        ("cache_write_input_tokens",),
        ("input_cache_creation",),
        ("prompt_tokens_details", "cache_write_tokens"),
        ("input_tokens_details", "cache_write_tokens"),
    ),
    "reasoning_tokens": (
        ("output_reasoning_tokens",),
        ("reasoning_tokens",),
        ("completion_tokens_details", "reasoning_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
    ),
}
"""Paths into the usage object of a provider, or into Langfuse's own."""

_Usage = tuple[int | None, int | None, int | None, int | None, int | None, int | None]


def _usage(found: Mapping[str, Value], absurd: Callable[[str], None]) -> _Usage:
    """Tokens in the order of TOKEN_COLUMNS."""
    usage = map_of(found.get("raw_usage") or found.get("langfuse_usage"))
    counts: list[int | None] = []
    for column in TOKEN_COLUMNS:
        value = found.get(column)
        if value is None and usage:
            value = _in_usage(usage, column)
        if value is None or (value.__class__ is int and 0 <= value < 1_000_000_000):  # type: ignore[operator]
            counts.append(value)  # type: ignore[arg-type] # the usual case, without a call; mypy cannot follow
        else:
            counts.append(_sane(tokens_of, value, absurd, column))
    sent, received, total, cached, written, reasoning = counts
    if not written and "langfuse_usage" in found:
        written = None  # OpenAI's usage object says 0 for what it does not count, and Langfuse passes it on
    if sent is not None and (cached or written):
        apart = (cached or 0) + (written or 0)
        exclusive = cached is not None and cached > sent
        if exclusive or _counts_apart(usage, sent, received, total, apart):
            sent += apart
    if total is None and (sent is not None or received is not None):
        total = (sent or 0) + (received or 0)
    return sent, received, total, cached, written, reasoning


def _counts_apart(usage: Mapping[str, Value], sent: int, received: int | None, total: int | None, apart: int) -> bool:
    """Whether `sent` excludes cached tokens: Anthropic's own usage object, or a total that only adds up so."""
    if not usage:
        return False
    if "input_tokens" in usage and ("cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage):
        return True
    return total is not None and total == sent + (received or 0) + apart


def _in_usage(usage: Mapping[str, Value], column: str) -> Value:
    side = {"input_tokens": "input", "output_tokens": "output"}.get(column)
    if side and side in usage:
        # Langfuse JS splits: {"input": 56, "input_cached_tokens": 64}; `input` alone is the whole
        parts = [v for k, v in usage.items() if k == side or k.startswith(side + "_")]
        return sum(v for v in parts if isinstance(v, int | float) and v == v)  # noqa: PLR0124 # NaN
    for path in _USAGE_NAMES[column]:
        value: Value = dict(usage)
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


# --- the rest, column by column


def _first_token(span: Span, found: Mapping[str, Value], absurd: Callable[[str], None]) -> float | None:
    """Milliseconds from the start of the span."""
    seconds = found.get("first_chunk_s")
    if seconds is not None:
        return _sane(lambda s: milliseconds_of(s, 1000.0), seconds, absurd, "first_token_ms")
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
    return _sane(milliseconds_of, 0 if -1000 < waited_ns < 0 else waited_ns / 1e6, absurd, "first_token_ms")


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


def _error(span: Span, found: Mapping[str, Value]) -> tuple[str, str]:
    """Raw class or code, and message."""
    exception = next((e.attributes for e in reversed(span.events) if e.name == "exception"), {})
    message = (
        text_of(found.get("error_message"), MAX_ERROR_MESSAGE)
        or span.status_message[:MAX_ERROR_MESSAGE]
        or text_of(span.attributes.get("langfuse.observation.status_message"), MAX_ERROR_MESSAGE)
        or text_of(exception.get("exception.message"), MAX_ERROR_MESSAGE)
    )
    name = text_of(found.get("error_name")) or text_of(exception.get("exception.type"))
    if not name and (leading := _CLASS_IN_MESSAGE.match(message)) and leading[1] != "Error":
        name = leading[1]
    return name, message


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


def _cost(a: Attributes, absurd: Callable[[str], None]) -> object:
    for name in COSTS:
        if (value := a.get(name)) is None or value == "":
            continue
        if name == "langfuse.observation.cost_details":
            value = _total_cost(map_of(value))
        elif name == "hidden_params":
            value = map_of(value).get("response_cost")
        if cost := _sane(dollars_of, value, absurd, "cost_usd"):
            return cost
    return None


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
