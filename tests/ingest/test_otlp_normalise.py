"""One span, one call: attribute mapping (contracts B3) of emitters and versions that are not recorded."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from promptpulse.ingest.otlp import RecentCalls, read_traces
from wire.spans import CHAT, NOW, USED, SpanJson, body, call_of, drops, read, span

if TYPE_CHECKING:
    from promptpulse.core.call import Call


def known(call: Call, *columns: str) -> tuple[object, ...]:
    return tuple(getattr(call, c) for c in columns)


# --- emitters


def test_openllmetry_of_2025_wrote_old_names() -> None:
    call = call_of(
        {
            "llm.request.type": "chat",
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.prompt_tokens": 120,
            "gen_ai.usage.completion_tokens": 45,
            "llm.usage.total_tokens": 165,
            "gen_ai.usage.cache_read_input_tokens": 64,
            "gen_ai.completion.0.finish_reason": "tool_calls",
            "llm.is_streaming": True,
            "llm.user": "user-42",
        },
        events=[("llm.content.completion.chunk", 30.0, {}), ("llm.content.completion.chunk", 60.0, {})],
    )
    assert known(call, "provider", "operation", "input_tokens", "output_tokens", "total_tokens") == (
        "openai",
        "chat",
        120,
        45,
        165,
    )
    assert known(call, "cached_input_tokens", "finish_reason", "streaming", "first_token_ms", "user_id") == (
        64,
        "tool_calls",
        True,
        30.0,
        "user-42",
    )


def test_openllmetry_responses_carry_no_operation_and_still_count() -> None:
    answered = {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.response.id": "resp_1", **USED}
    refused = {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "error.type": "RateLimitError"}
    assert call_of(answered).operation == "chat"
    assert call_of(refused, error="Error code: 429 - slow down").error_type == "rate_limit"


def test_litellm_writes_its_own_function_names() -> None:
    for theirs, ours in {"acompletion": "chat", "aembedding": "embeddings", "aresponses": "chat"}.items():
        assert call_of({**CHAT, "gen_ai.operation.name": theirs}, scope="litellm").operation == ours


def test_litellm_1_79_knows_only_the_original_cost() -> None:
    call = call_of({**CHAT, "gen_ai.cost.original_cost": 0.0000402, "gen_ai.usage.prompt_tokens": 3}, scope="litellm")
    assert known(call, "cost_usd", "cost_source", "input_tokens") == (Decimal("0.0000402"), "client", 3)


def test_litellm_v2_writes_zeros_for_a_failed_call() -> None:
    call = call_of(
        {
            **CHAT,
            "gen_ai.usage.input_tokens": 0,
            "gen_ai.usage.output_tokens": 0,
            "litellm.cost.total": 0.0,
            "litellm.provider.error.code": "429",
            "error.type": "RateLimitError",
            "error.message": "slow down",
        },
        scope="litellm",
        error="",
    )
    assert known(call, "http_status", "error_type", "error_name", "error_message") == (
        429,
        "rate_limit",
        "RateLimitError",
        "slow down",
    )
    assert known(call, "input_tokens", "total_tokens", "cost_usd", "cost_source") == (None, None, None, "unpriced")


def test_litellm_for_langfuse_mixes_openinference_and_langfuse() -> None:
    call = call_of(
        {
            "openinference.span.kind": "LLM",
            "langfuse.trace.name": "geo",
            "llm.model_name": "gpt-4o",
            "llm.response.model": "gpt-4o-2024-08-06",
            "llm.provider": "azure",
            "llm.token_count.prompt": 120,
            "llm.token_count.completion": 45,
            "llm.cost.total": 0.5,
        },
        scope="litellm",
    )
    assert known(call, "model", "response_model", "provider", "cost_usd") == (
        "gpt-4o",
        "gpt-4o-2024-08-06",
        "azure.ai.openai",
        Decimal("0.5"),
    )


def test_litellm_on_an_application_span_has_an_inexact_latency_unless_its_own_request_span_tells() -> None:
    app = span(1, {**CHAT, "hidden_params": "{}"}, scope="my-app", ms=1237.0)
    raw = span(2, {"llm.openai.model": "gpt-4o"}, scope="litellm", parent=1, at_ms=10.0, ms=236.0, kind=1)
    alone, timed = read(app).calls[0], read(app, raw).calls[0]
    assert known(alone, "latency_ms", "inexact_latency") == (1237.0, True)
    assert known(timed, "latency_ms", "inexact_latency") == (236.0, False)
    assert timed.ts == alone.ts + 10_000


def test_pydantic_ai_1_tells_the_status_in_its_message_alone() -> None:
    call = call_of(
        {**CHAT, "gen_ai.agent.name": "geo", "gen_ai.conversation.id": "c-1"},
        scope="pydantic-ai",
        error="",
        events=[
            (
                "exception",
                5.0,
                {
                    "exception.type": "pydantic_ai.exceptions.ModelHTTPError",
                    "exception.message": "status_code: 429, model_name: gpt-4o, body: {'code': 'content_filter'}",
                },
            )
        ],
    )
    assert known(call, "http_status", "error_type", "error_name", "session_id") == (
        429,
        "rate_limit",
        "pydantic_ai.exceptions.ModelHTTPError",
        "c-1",
    )


def test_pydantic_ai_details_hold_cached_and_reasoning_tokens_and_seconds_to_the_first_chunk() -> None:
    call = call_of(
        {
            **CHAT,
            **USED,
            "gen_ai.usage.details.cache_read_tokens": 64,
            "gen_ai.usage.details.reasoning_tokens": 20,
            "gen_ai.client.operation.time_to_first_chunk": 0.25,
            "operation.cost": 0.00004,
        }
    )
    assert known(call, "cached_input_tokens", "reasoning_tokens", "first_token_ms", "streaming") == (
        64,
        20,
        250.0,
        True,
    )
    assert call.cost_usd == Decimal("0.00004")


def test_anthropic_emits_its_own_names_for_cache_writes_and_retries() -> None:
    call = call_of(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "claude-sonnet-4-5",
            **USED,
            "gen_ai.usage.cache_write.input_tokens": 30,
            "anthropic.message.stop_reason": "end_turn",
            "http.response.status_code": 200,
            "http.request.resend_count": 2,
        },
        scope="com.anthropic.sdk.python",
    )
    assert known(call, "cache_write_tokens", "finish_reason", "retries", "http_status") == (30, "stop", 2, None)


def test_traceloop_prompts_and_association_properties() -> None:
    call = call_of(
        {
            **CHAT,
            "traceloop.prompt.key": "geo",
            "traceloop.prompt.version": "7",
            "traceloop.association.properties.user_id": "user-42",
            "traceloop.association.properties.chat_id": "chat-7",
            "traceloop.association.properties.tenant": "acme",
        }
    )
    assert known(call, "prompt_id", "prompt_version", "user_id", "session_id") == ("geo", "7", "user-42", "chat-7")
    assert dict(call.properties) == {"tenant": "acme"}


LANGFUSE = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o-2024-08-06"}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # by hand: `input` is the whole
        ({"input": 120, "output": 45, "total": 165, "cache_read_input_tokens": 64}, (120, 45, 165, 64, None)),
        # by hand, parts that only add up with the cached ones beside the input
        ({"input": 56, "output": 45, "total": 165, "cache_read_input_tokens": 64}, (120, 45, 165, 64, None)),
        # Python drop-in: OpenAI's usage object
        (
            {
                "prompt_tokens": 120,
                "completion_tokens": 45,
                "total_tokens": 165,
                "prompt_tokens_details": {"cached_tokens": 64},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            (120, 45, 165, 64, 20),
        ),
        # Anthropic's usage object counts cached tokens apart
        ({"input_tokens": 56, "output_tokens": 45, "cache_read_input_tokens": 64}, (120, 45, 165, 64, None)),
        # JavaScript drop-in: split parts
        (
            {"input": 56, "input_cached_tokens": 64, "output": 25, "output_reasoning_tokens": 20, "total": 165},
            (120, 45, 165, 64, 20),
        ),
        ({"input": 8}, (8, None, 8, None, None)),
        ({}, (None, None, None, None, None)),
        ("not JSON", (None, None, None, None, None)),
    ],
)
def test_langfuse_usage_comes_in_three_shapes(usage: object, expected: tuple[int | None, ...]) -> None:
    text = usage if isinstance(usage, str) else json.dumps(usage)
    call = call_of({**LANGFUSE, "langfuse.observation.usage_details": text})
    assert (
        known(call, "input_tokens", "output_tokens", "total_tokens", "cached_input_tokens", "reasoning_tokens")
        == expected
    )


def test_langfuse_javascript_fails_without_a_span_status() -> None:
    call = call_of(
        {
            **LANGFUSE,
            "langfuse.observation.level": "ERROR",
            "langfuse.observation.status_message": "Error: 429 Rate limit reached",
            "langfuse.observation.cost_details": '{"input":0,"output":0,"total":0}',
        }
    )
    assert known(call, "status", "http_status", "error_type", "error_name", "cost_usd") == (
        "error",
        429,
        "rate_limit",
        "",
        None,
    )
    assert known(call, "model", "response_model") == ("gpt-4o-2024-08-06", "")


def test_langfuse_metadata_is_json_in_new_versions_and_plain_in_old() -> None:
    for gold, whole in (('"gold"', "7"), ("gold", 7)):
        call = call_of(
            {
                **LANGFUSE,
                "langfuse.observation.metadata.tier": gold,
                "langfuse.trace.metadata.level": whole,
                "langfuse.observation.metadata.feature": '"search"',
                "langfuse.observation.metadata.list": "[1, 2]",
                "langfuse.observation.metadata.langfuse_user_id": '"user-42"',
            }
        )
        assert dict(call.properties) == {"tier": "gold", "level": "7"}
        assert known(call, "feature", "user_id", "provider") == ("search", "user-42", "openai")


def test_langfuse_costs_without_a_total_are_added() -> None:
    call = call_of({**LANGFUSE, "langfuse.observation.cost_details": '{"input": 0.25, "output": 0.5}'})
    assert call.cost_usd == Decimal("0.75")


def test_openinference_takes_the_model_from_the_parameters_when_the_call_fails() -> None:
    failed = {
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.invocation_parameters": '{"model": "gpt-4o"}',
    }
    call = call_of(failed, error="RateLimitError: Error code: 429 - slow down", kind=1)
    assert known(call, "model", "error_name", "http_status") == ("gpt-4o", "RateLimitError", 429)
    from_input = {"openinference.span.kind": "LLM", "input.value": '{"model": "gpt-4o"}'}
    assert call_of(from_input, error="boom").model == "gpt-4o"


def test_openinference_metadata_becomes_properties_when_it_is_flat() -> None:
    kind = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o"}
    assert dict(call_of({**kind, "metadata": '{"tier": "gold", "n": 1}'}).properties) == {"tier": "gold", "n": "1"}
    assert dict(call_of({**kind, "metadata": '{"tier": {"deep": 1}}'}).properties) == {}
    assert dict(call_of({**kind, "metadata": "{broken"}).properties) == {}


def test_a_laikatest_stamp_gives_user_session_experiment_and_properties() -> None:
    call = call_of(
        {
            **CHAT,
            "laikatest.session.id": "sess-7",
            "laikatest.experiment.id": "exp",
            "laikatest.experiment.variant_id": "var",
            "laikatest.experiment.user_id": "stamped",
            "laikatest.property.feature": "geo",
            "laikatest.property.prompt": "capital",
            "laikatest.property.prompt_version": 4,
            "laikatest.property.attempt": 1,
            "laikatest.property.beta": True,
        }
    )
    assert known(call, "session_id", "experiment_id", "variant_id", "user_id") == ("sess-7", "exp", "var", "stamped")
    assert known(call, "feature", "prompt_id", "prompt_version") == ("geo", "capital", "4")
    assert dict(call.properties) == {"attempt": "1", "beta": "true"}


def test_the_first_name_that_is_present_and_not_empty_wins_in_whatever_order_they_come() -> None:
    names = {"gen_ai.user": "last", "user.id": "second", "laikatest.user.id": ""}
    assert call_of({**CHAT, **names}).user_id == "second"
    assert call_of({**CHAT, **dict(reversed(names.items()))}).user_id == "second"


# --- what counts


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({**CHAT, "logfire.span_type": "pending_span"}, "pending_span"),
        ({"gen_ai.operation.name": "invoke_agent", **USED}, "other_operation"),
        ({"gen_ai.operation.name": "execute_tool"}, "other_operation"),
        ({"gen_ai.operation.name": "fetch_response", "gen_ai.request.model": "gpt-4o"}, "other_operation"),
        ({"gen_ai.operation.name": "search_memory"}, "other_operation"),
        ({"traceloop.span.kind": "workflow", **CHAT}, "wrapper"),
        ({"openinference.span.kind": "AGENT", "llm.model_name": "gpt-4o"}, "wrapper"),
        ({"langfuse.observation.type": "span"}, "wrapper"),
        ({"langfuse.observation.type": "tool", "langfuse.observation.model.name": "gpt-4o"}, "wrapper"),
        ({"laikatest.operation.type": "retrieval"}, "other_operation"),
        ({"llm.openai.model": "gpt-4o", "llm.openai.usage": "{}"}, "not_an_llm_call"),
        ({"gen_ai.request.model": "claude", "gen_ai.usage.input_tokens": 3}, "not_an_llm_call"),
        ({"gen_ai.agent.name": "geo", "gen_ai.request.model": "gpt-4o", **USED}, "not_an_llm_call"),
        ({"http.request.method": "POST"}, "not_an_llm_call"),
        ({}, "not_an_llm_call"),
    ],
)
def test_other_spans_are_no_calls_and_are_counted_by_reason(attributes: dict[str, object], reason: str) -> None:
    counted = drops(span(1, attributes, name="anthropic.messages.count_tokens"))
    assert counted == {reason: 1}


def test_a_generation_wrapper_alone_is_a_call_of_unknown_model() -> None:
    call = call_of({"laikatest.operation.type": "generation", "laikatest.operation.name": "answer"}, scope="laikatest")
    assert known(call, "operation", "model", "input_tokens", "status") == ("chat", "", None, "success")
    assert call.inexact_latency


# --- numbers, texts, times


def test_an_absurd_number_is_unknown_and_counted() -> None:
    reading = read(
        span(
            1,
            {
                **CHAT,
                "gen_ai.usage.input_tokens": -1,
                "gen_ai.usage.output_tokens": 10**12,
                "operation.cost": "NaN",
                "promptpulse.queue_ms": -5.0,
            },
        )
    )
    call = reading.calls[0]
    assert known(call, "input_tokens", "output_tokens", "total_tokens", "cost_usd", "queue_ms") == (None,) * 5
    assert reading.reasons == {
        "absurd_input_tokens": 1,
        "absurd_output_tokens": 1,
        "absurd_cost_usd": 1,
        "absurd_queue_ms": 1,
    }
    assert reading.rejected == 0


def test_numbers_may_come_as_text() -> None:
    call = call_of({**CHAT, "gen_ai.usage.input_tokens": "120", "gen_ai.usage.output_tokens": 45.0})
    assert known(call, "input_tokens", "output_tokens", "total_tokens") == (120, 45, 165)


def test_more_cached_than_input_tokens_means_they_were_counted_apart() -> None:
    call = call_of({**CHAT, "gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read.input_tokens": 64})
    assert known(call, "input_tokens", "cached_input_tokens") == (74, 64)


def test_a_cost_of_zero_is_unknown_and_the_next_name_is_asked() -> None:
    call = call_of({**CHAT, "gen_ai.cost.total_cost": 0.0, "hidden_params": '{"response_cost": 0.002}'})
    assert call.cost_usd == Decimal("0.002")


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        (["stop"], "stop"),
        ('["stop"]', "stop"),
        ("tool_call", "tool_calls"),
        (["end_turn"], "stop"),
        ([""], ""),
        (["stop", "length", "stop"], "stop,length"),
        ([], ""),
    ],
)
def test_finish_reasons_are_folded(finish: object, expected: str) -> None:
    assert call_of({**CHAT, "gen_ai.response.finish_reasons": finish}).finish_reason == expected


def test_a_finish_reason_is_found_inside_the_messages() -> None:
    messages = '[{"role": "assistant", "parts": [], "finish_reason": "length"}]'
    assert call_of({**CHAT, "gen_ai.output.messages": messages}).finish_reason == "length"


def test_a_filtered_reply_is_a_failure_of_the_model() -> None:
    call = call_of({**CHAT, **USED, "gen_ai.response.finish_reasons": ["content_filter"]})
    assert known(call, "status", "error_type", "error_family", "error_name") == (
        "error",
        "model_error",
        "llm",
        "content_filter",
    )


def test_a_stream_without_end_or_usage_is_incomplete_and_no_failure() -> None:
    streamed = {**CHAT, "gen_ai.request.stream": True}
    assert known(call_of(streamed), "status", "incomplete") == ("success", True)
    assert call_of({**streamed, **USED}).incomplete is False
    assert call_of({**streamed, "gen_ai.response.finish_reasons": ["stop"]}).incomplete is False
    assert call_of(streamed, error="boom").incomplete is False
    assert call_of(CHAT).incomplete is False


def test_flags_may_be_texts() -> None:
    assert call_of({**CHAT, "llm.is_streaming": "True"}).streaming is True
    assert call_of({**CHAT, "llm.is_streaming": "False"}).streaming is False


def test_a_first_token_before_the_start_is_absurd_but_rounding_is_not() -> None:
    at = "2026-11-21T12:00:00.250000Z"
    call = call_of({**LANGFUSE, "langfuse.observation.completion_start_time": f'"{at}"'})
    assert call.first_token_ms == 250.0
    late = read(span(1, {**LANGFUSE, "langfuse.observation.completion_start_time": at}, at_ms=300.0))
    assert late.calls[0].first_token_ms is None
    assert late.reasons == {"absurd_first_token_ms": 1}
    rounded = call_of({**LANGFUSE, "langfuse.observation.completion_start_time": at}, at_ms=250.0005)
    assert rounded.first_token_ms == 0.0


def test_latency_parts_are_taken_from_our_own_attributes() -> None:
    call = call_of({**CHAT, "promptpulse.llm_ms": 80, "promptpulse.network_ms": "15.5", "promptpulse.queue_ms": 4.5})
    assert known(call, "latency_ms", "llm_ms", "network_ms", "queue_ms") == (100.0, 80, 15.5, 4.5)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, 429), ("429", 429), ("content_filter", None), (42, None), (True, None), (600, None)],
)
def test_only_http_statuses_are_http_statuses(status: object, expected: int | None) -> None:
    assert call_of({**CHAT, "error.code": status}, error="").http_status == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Error code: 429 - {'error': {}}", 429),
        ("status_code: 503, model_name: x", 503),
        ("429 Rate limit reached", 429),
        ("Error: 429 Rate limit reached", 429),
        ("RateLimitError: 429", None),
        ("took 429 ms", None),
        ("", None),
    ],
)
def test_the_status_is_read_from_the_known_spellings_of_messages(message: str, expected: int | None) -> None:
    assert call_of(CHAT, error=message).http_status == expected


def test_http_children_tell_the_last_status_and_the_retries() -> None:
    def post(number: int, at_ms: float, status: int) -> SpanJson:
        return span(
            number, {"http.method": "POST", "http.status_code": status}, parent=1, at_ms=at_ms, ms=10.0, scope="http"
        )

    failed = read(span(1, CHAT, error="refused"), post(3, 40.0, 503), post(2, 10.0, 429)).calls[0]
    assert known(failed, "http_status", "retries", "error_type") == (503, 1, "model_error")
    saved = read(span(1, CHAT), post(2, 10.0, 429), post(3, 40.0, 200)).calls[0]
    assert known(saved, "status", "http_status", "retries") == ("success", None, 1)


@pytest.mark.parametrize(
    ("provider", "expected"),
    [("OpenAI", "openai"), ("azure", "azure.ai.openai"), ("az.ai.openai", "azure.ai.openai"), ("xai", "x_ai")],
)
def test_providers_are_folded(provider: str, expected: str) -> None:
    assert call_of({**CHAT, "gen_ai.provider.name": provider}).provider == expected


def test_the_provider_of_litellm_embeddings_is_the_prefix_of_its_model() -> None:
    call = call_of(
        {
            "gen_ai.operation.name": "embedding",
            "gen_ai.system": "",
            "gen_ai.request.model": "x",
            "litellm.provider.model": "vertex_ai/x",
        }
    )
    assert known(call, "provider", "operation") == ("gcp.vertex_ai", "embeddings")


def test_properties_are_bounded_in_number_and_length() -> None:
    many = {f"promptpulse.property.p{i}": "x" * 600 for i in range(40)} | {"promptpulse.property." + "k" * 101: "x"}
    properties = call_of({**CHAT, **many}).properties
    assert len(properties) == 32
    assert {len(v) for v in properties.values()} == {500}
    assert max(map(len, properties)) <= 100


def test_the_environment_and_service_are_the_resources() -> None:
    sent = body(
        span(1, {**CHAT, "langfuse.environment": "other"}),
        resource={"deployment.environment": "staging", "service.name": "assistant"},
    )
    (call,) = read_traces(sent, "json", "p", NOW, RecentCalls()).calls
    assert known(call, "environment", "service") == ("staging", "assistant")
    assert call_of({**CHAT, "langfuse.environment": "other"}).environment == "other"


# --- texts


def test_texts_are_read_only_when_asked_for() -> None:
    sent = span(1, {**CHAT, "gen_ai.input.messages": '[{"role":"user"}]', "gen_ai.output.messages": "[]"})
    assert known(read(sent).calls[0], "input", "output") == ("", "")
    assert known(read(sent, content=True).calls[0], "input", "output") == ('[{"role":"user"}]', "[]")


@pytest.mark.parametrize(
    ("attributes", "sent", "received"),
    [
        (
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "Hi",
                "gen_ai.prompt.1.content": "there",
                "gen_ai.completion.0.content": "Hello",
            },
            '[{"role":"user","content":"Hi"},{"content":"there"}]',
            '[{"content":"Hello"}]',
        ),
        (
            {"llm.input_messages.1.message.content": "Hi", "llm.output_messages.0.message.content": "Hello"},
            '[{"content":"Hi"}]',
            '[{"content":"Hello"}]',
        ),
        ({"input.value": "Hi", "output.value": "Hello"}, "Hi", "Hello"),
        (
            {
                "request_data": '{"messages": [{"role": "user", "content": "Hi"}]}',
                "response_data": '{"message": {"content": "Hello"}}',
            },
            '[{"role":"user","content":"Hi"}]',
            '{"content":"Hello"}',
        ),
        (
            {"gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text"}]}]},
            '[{"role":"user","parts":[{"type":"text"}]}]',
            "",
        ),
        (
            {"gen_ai.system_instructions": '[{"type":"text"}]', "gen_ai.input.messages": '[{"role":"user"}]'},
            '[{"role":"system","parts":[{"type":"text"}]},{"role":"user"}]',
            "",
        ),
    ],
)
def test_texts_come_in_many_spellings(attributes: dict[str, object], sent: str, received: str) -> None:
    call = read(span(1, {**CHAT, **attributes}), content=True).calls[0]
    assert known(call, "input", "output") == (sent, received)
