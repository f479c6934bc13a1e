"""Lifelike OTLP request bodies, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

MODELS = (("gpt-4o-mini", "gpt-4o-mini-2024-07-18"), ("gpt-4o", "gpt-4o-2024-08-06"), ("o4-mini", "o4-mini-2025-04-16"))
FAILURES = (
    ("openai.RateLimitError", "Error code: 429 - Rate limit reached for requests"),
    ("openai.APITimeoutError", "Request timed out."),
    ("openai.InternalServerError", "Error code: 500 - The server had an error"),
    ("openai.BadRequestError", "Error code: 400 - Invalid 'max_tokens'"),
)
FEATURES = ("search", "chat", "summary", "translate")


def otlp_batch(
    n_spans: int, seed: int, start_ns: int, *, prompts: int = 20, users: int = 1000, other_spans: int = 0
) -> bytes:
    """Protobuf of `n_spans` chat calls as OpenTelemetry's own instrumentation writes them, about 3 % failed, spread over
    the minute from `start_ns`; each has a trace of its own. `other_spans`: spans above each call (application spans,
    and an HTTP request below it) that are no calls."""
    dice = random.Random(seed)
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    _put(
        resource.resource.attributes.add,
        {
            "service.name": "assistant",
            "service.version": "1.2.3",
            "service.instance.id": f"instance-{seed % 4}",
            "deployment.environment.name": dice.choice(("production", "production", "staging")),
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": "1.45.2",
        },
    )
    calls = resource.scope_spans.add()
    calls.scope.name = "opentelemetry.instrumentation.genai.openai"
    calls.scope.version = "1.3b0"
    application = resource.scope_spans.add()
    application.scope.name = "my-app"
    for _ in range(n_spans):
        begin = start_ns + dice.randrange(60 * 10**9)
        took_ns = int(dice.lognormvariate(6.7, 0.6) * 1e6)
        span = calls.spans.add(
            trace_id=dice.randbytes(16),
            span_id=dice.randbytes(8),
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=begin,
            end_time_unix_nano=begin + took_ns,
        )
        _put(span.attributes.add, _chat(span, dice, took_ns, prompts, users))
        parent = b""
        for level in range(other_spans):
            above = application.spans.add(
                trace_id=span.trace_id,
                span_id=dice.randbytes(8),
                parent_span_id=parent,
                name=f"step {level}",
                kind=Span.SPAN_KIND_INTERNAL,
                start_time_unix_nano=begin - 1_000_000,
                end_time_unix_nano=begin + took_ns + 1_000_000,
            )
            _put(above.attributes.add, {"code.function.name": "handle", "thread.id": 7, "app.tenant": "acme"})
            parent = above.span_id
        span.parent_span_id = parent
    return request.SerializeToString()


def _chat(
    span: Span, dice: random.Random, took_ns: int, prompts: int, users: int
) -> Mapping[str, str | int | float | bool]:
    asked, answered = dice.choice(MODELS)
    prompt = dice.randrange(prompts)
    span.name = f"chat {asked}"
    attributes: dict[str, str | int | float | bool] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": asked,
        "server.address": "api.openai.com",
        "server.port": 443,
        "gen_ai.request.temperature": 0.2,
        "promptpulse.prompt.name": f"prompt-{prompt}",
        "promptpulse.prompt.version": str(1 + dice.randrange(3)),
        "promptpulse.feature": FEATURES[prompt % len(FEATURES)],
        "user.id": f"user-{dice.randrange(users)}",
        "session.id": f"session-{dice.randrange(users * 3)}",
    }
    if dice.random() < 0.03:
        name, message = dice.choice(FAILURES)
        span.status.code, span.status.message = Status.STATUS_CODE_ERROR, message
        return attributes | {"error.type": name}
    _answer(span, dice, attributes, answered)
    if dice.random() < 0.3:
        attributes["gen_ai.request.stream"] = True
        attributes["gen_ai.response.time_to_first_chunk"] = took_ns / 4e9
    return attributes


def _answer(span: Span, dice: random.Random, attributes: dict[str, str | int | float | bool], model: str) -> None:
    sent = dice.randrange(100, 4000)
    attributes |= {
        "gen_ai.response.model": model,
        "gen_ai.response.id": f"chatcmpl-{dice.getrandbits(96):024x}",
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": dice.randrange(10, 900),
        "gen_ai.usage.cache_read.input_tokens": dice.choice((0, sent // 2)),
    }
    reasons = span.attributes.add(key="gen_ai.response.finish_reasons").value.array_value
    reasons.values.add(string_value=dice.choices(("stop", "length", "tool_calls"), (90, 4, 6))[0])


def _put(add: Callable[[], KeyValue], attributes: Mapping[str, str | int | float | bool]) -> None:
    for key, value in attributes.items():
        pair = add()
        pair.key = key
        if isinstance(value, str):
            pair.value.string_value = value
        elif isinstance(value, bool):
            pair.value.bool_value = value
        elif isinstance(value, int):
            pair.value.int_value = value
        else:
            pair.value.double_value = value
