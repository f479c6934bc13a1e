"""Up to four spans describe one request (contracts B5, F): the count is right in whatever order they arrive."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from promptpulse.ingest.otlp import Reading, RecentCalls, read_traces
from wire.spans import CHAT, NOW, USED, SpanJson, body, ids, read, span

if TYPE_CHECKING:
    from collections.abc import Sequence

GENERATION = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o"}
ANSWER = {**CHAT, **USED, "gen_ai.response.id": "chatcmpl-1"}


def arriving(spans: Sequence[SpanJson]) -> int:
    """How many calls are counted when each span comes in a body of its own."""
    recent = RecentCalls()
    return sum(len(read(s, recent=recent).calls) for s in spans)


def in_any_order(spans: Sequence[SpanJson], last_but: SpanJson | None = None) -> set[int]:
    """Counts over all orders, alone and together; `last_but` is a span that does not come last."""
    orders = [o for o in itertools.permutations(spans) if o[-1] is not last_but]
    return {arriving(order) for order in orders} | {len(read(*order).calls) for order in orders}


# --- above and below


def test_the_lower_of_two_descriptions_is_kept_and_filled_from_the_upper() -> None:
    upper = span(
        1,
        {
            **GENERATION,
            "langfuse.observation.prompt.name": "geo",
            "langfuse.observation.prompt.version": 3,
            "user.id": "u",
        },
        scope="langfuse-sdk",
        ms=500.0,
    )
    lower = span(2, {**ANSWER, "llm.prompt_template.version": "v9"}, parent=1, at_ms=100.0)
    reading = read(upper, lower)
    (call,) = reading.calls
    assert ids(reading) == [2]
    assert (call.latency_ms, call.prompt_id, call.prompt_version, call.user_id) == (100.0, "geo", "3", "u")
    assert reading.reasons == {"repeated_description": 1}
    assert reading.rejected == 0


def test_a_chain_of_descriptions_is_one_call_in_any_order() -> None:
    chain = [
        span(1, GENERATION, scope="langfuse-sdk", ms=500.0),
        span(2, CHAT, parent=1, scope="pydantic-ai", ms=400.0, at_ms=10.0),
        span(3, ANSWER, parent=2, scope="openai", ms=300.0, at_ms=20.0),
    ]
    # nothing links the ends until the middle is there; it ends, and is sent, before the upper
    assert in_any_order(chain, last_but=chain[1]) == {1}
    assert len(read(chain[0], chain[2], chain[1]).calls) == 1


def test_two_calls_below_a_wrapper_are_two_in_any_order() -> None:
    tree = [
        span(1, {"laikatest.operation.type": "generation"}, scope="laikatest", ms=500.0),
        span(2, ANSWER, parent=1, scope="openai"),
        span(3, {**ANSWER, "gen_ai.response.id": "chatcmpl-2"}, parent=1, at_ms=200.0, scope="openai"),
    ]
    assert in_any_order(tree) == {2}


def test_spans_between_two_descriptions_link_them() -> None:
    tree = [
        span(1, GENERATION, scope="langfuse-sdk", ms=500.0),
        span(2, {}, parent=1, scope="my-app", ms=400.0),
        span(3, {}, parent=2, scope="my-app", ms=300.0),
        span(4, ANSWER, parent=3, scope="openai"),
    ]
    assert ids(read(*tree)) == [4]
    assert arriving(tree) == arriving(tree[::-1]) == 1


def test_an_embedding_below_a_generation_is_a_request_of_its_own() -> None:
    embedding = {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "e"}
    tree = [span(1, GENERATION, ms=500.0), span(2, embedding, parent=1, scope="openai")]
    assert in_any_order(tree) == {2}


def test_an_agent_is_not_counted_beside_its_calls_though_it_repeats_their_usage() -> None:
    tree = [
        span(1, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "geo", **USED}, scope="pydantic-ai"),
        span(2, {**CHAT, **USED}, parent=1, scope="pydantic-ai", ms=30.0),
        span(3, {"gen_ai.operation.name": "execute_tool"}, parent=1, scope="pydantic-ai"),
        span(4, {**CHAT, **USED}, parent=1, scope="pydantic-ai", at_ms=50.0, ms=30.0),
    ]
    assert ids(read(*tree)) == [2, 4]
    assert in_any_order(tree) == {2}


def test_the_same_span_ids_in_two_traces_have_nothing_to_do_with_each_other() -> None:
    assert in_any_order([span(1, CHAT, trace=1, ms=500.0), span(2, CHAT, trace=2, parent=1)]) == {2}


# --- the same response id


def test_one_response_id_in_two_scopes_is_one_call_and_the_shorter_is_kept() -> None:
    own = span(1, ANSWER, trace=1, scope="com.anthropic.sdk.python", ms=100.0)
    other = span(
        2, {**ANSWER, "operation.cost": 0.5}, trace=2, scope="opentelemetry.instrumentation.anthropic", ms=120.0
    )
    assert in_any_order([own, other]) == {1}
    (call,) = read(other, own).calls
    assert (call.scope, str(call.cost_usd), call.cost_source) == ("com.anthropic.sdk.python", "0.500000000", "client")


def test_one_response_id_in_one_scope_is_two_calls_for_each_scope_that_tells() -> None:
    """A replayed reply: both libraries see both requests."""
    four = [
        span(1, ANSWER, trace=1, scope="litellm"),
        span(2, ANSWER, trace=1, scope="openai"),
        span(3, ANSWER, trace=2, scope="litellm", at_ms=1000.0),
        span(4, ANSWER, trace=2, scope="openai", at_ms=1000.0),
    ]
    assert in_any_order(four) == {2}


def test_an_id_that_litellm_made_up_joins_nothing() -> None:
    made_up = {**CHAT, "gen_ai.response.id": "8ca7dc4c-a171-4c7e-8409-9dc49236c6f5"}
    assert in_any_order(
        [span(1, made_up, scope="litellm"), span(2, made_up, trace=2, scope="openai", at_ms=500.0)]
    ) == {2}


def test_siblings_with_one_response_id_below_a_wrapper_are_one_call() -> None:
    tree = [
        span(1, GENERATION, scope="langfuse-sdk", ms=500.0),
        span(2, ANSWER, parent=1, scope="litellm", ms=300.0),
        span(3, ANSWER, parent=1, scope="openai", at_ms=20.0, ms=200.0),
    ]
    assert ids(read(*tree)) == [3]
    assert in_any_order(tree) == {1}


# --- no common id


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ({"trace": 2, "scope": "b", "at_ms": 10.0, "ms": 50.0}, 1),
        ({"trace": 2, "scope": "a", "at_ms": 10.0, "ms": 50.0}, 2),  # the same library
        ({"trace": 2, "scope": "b", "at_ms": 60.0, "ms": 50.0}, 2),  # neither inside the other
        ({"trace": 2, "scope": "b", "at_ms": 10.0, "ms": 50.0, "process": "other"}, 2),
    ],
)
def test_equal_tokens_one_inside_the_other_in_one_process_is_one_call(inner: dict[str, Any], expected: int) -> None:
    pair = [span(1, ANSWER, scope="a"), span(2, {**CHAT, **USED}, **inner)]
    assert in_any_order(pair) == {expected}


def test_other_tokens_or_models_are_other_calls() -> None:
    outer = span(1, ANSWER, scope="a")
    tokens = {**CHAT, **USED, "gen_ai.usage.output_tokens": 46}
    model = {**CHAT, **USED, "gen_ai.request.model": "gpt-4o-mini"}
    for other in (tokens, model, {**ANSWER, "gen_ai.response.id": "chatcmpl-2"}):
        assert in_any_order([outer, span(2, other, trace=2, scope="b", at_ms=10.0, ms=50.0)]) == {2}


def test_two_failed_descriptions_of_one_call_are_one() -> None:
    pair = [
        span(1, {**CHAT, "error.type": "rate_limit_error"}, scope="com.anthropic.sdk.python", error="429 slow"),
        span(2, CHAT, trace=2, scope="openinference", error="RateLimitError: slow", at_ms=1.0, ms=98.0),
    ]
    assert in_any_order(pair) == {1}
    assert in_any_order([pair[0], span(2, CHAT, trace=2, scope="openinference", at_ms=1.0, ms=98.0)]) == {2}


# --- logfire streams


def opened(number: int, trace: int, at_ms: float, messages: str = "[1]") -> SpanJson:
    facts = {**CHAT, "logfire.span_type": "span", "gen_ai.input.messages": messages, "gen_ai.response.model": "gpt-4o"}
    return span(number, facts, trace=trace, at_ms=at_ms, ms=5.0, scope="logfire.openai")


def streamed(number: int, trace: int, end_ms: float, duration_s: float, messages: str = "[1]") -> SpanJson:
    facts = {**CHAT, **USED, "logfire.span_type": "log", "gen_ai.input.messages": messages, "duration": duration_s}
    return span(number, facts, trace=trace, at_ms=end_ms, ms=0.0, scope="logfire.openai", kind=1)


def test_the_halves_of_a_logfire_stream_make_one_call_with_the_start_of_the_first_and_the_data_of_the_second() -> None:
    reading = read(opened(1, 1, 0.0), streamed(2, 2, 405.0, 0.4))
    (call,) = reading.calls
    assert ids(reading) == [1]
    assert (call.latency_ms, call.input_tokens, call.streaming, call.incomplete) == (405.0, 120, True, False)
    assert in_any_order([opened(1, 1, 0.0), streamed(2, 2, 405.0, 0.4)]) == {1}


def test_concurrent_logfire_streams_of_one_prompt_find_their_own_half() -> None:
    halves = [opened(1, 1, 0.0), opened(2, 2, 100.0), streamed(3, 3, 305.0, 0.2), streamed(4, 4, 505.0, 0.5)]
    assert {c.latency_ms for c in read(*halves).calls} == {205.0, 505.0}
    assert in_any_order(halves) == {2}


def test_a_logfire_half_without_the_other_counts() -> None:
    abandoned = read(opened(1, 1, 0.0)).calls[0]
    assert (abandoned.incomplete, abandoned.streaming, abandoned.response_model) == (True, True, "")
    result = read(streamed(2, 2, 405.0, 0.4)).calls[0]
    assert (result.latency_ms, result.incomplete) == (400.0, False)
    assert read(streamed(2, 2, 405.0, -0.4)).calls[0].latency_ms == 0.0
    assert in_any_order([opened(1, 1, 0.0), streamed(2, 2, 405.0, 0.4, messages="[2]")]) == {2}
    # a result that ended before the request began belongs to another one
    assert in_any_order([opened(1, 1, 500.0), streamed(2, 2, 405.0, 0.4)]) == {2}


def test_a_late_result_of_a_stored_stream_is_dropped_by_name() -> None:
    recent = RecentCalls()
    read(opened(1, 1, 0.0), recent=recent)
    assert read(streamed(2, 2, 405.0, 0.4), recent=recent).reasons == {"late_stream_result": 1}


def test_another_librarys_span_below_a_logfire_request_is_the_call() -> None:
    own = span(3, ANSWER, parent=1, at_ms=1.0, ms=400.0, scope="com.anthropic.sdk.python")
    trio = [opened(1, 1, 0.0), own, streamed(2, 2, 405.0, 0.4)]
    assert ids(read(*trio)) == [3]
    assert in_any_order(trio) == {1}


# --- sent again, not stored, at the same time


def test_a_body_sent_again_gives_the_same_calls() -> None:
    recent = RecentCalls()
    spans = [span(1, GENERATION, scope="langfuse-sdk", ms=500.0), span(2, ANSWER, parent=1), span(3, CHAT, trace=3)]
    assert ids(read(*spans, recent=recent)) == ids(read(*spans, recent=recent)) == [2, 3]


def test_a_span_dropped_before_stays_dropped_when_it_is_sent_again() -> None:
    recent = RecentCalls()
    upper, lower = span(1, GENERATION, scope="langfuse-sdk", ms=500.0), span(2, ANSWER, parent=1)
    counts = [len(read(s, recent=recent).calls) for s in (lower, upper, upper, lower, upper)]
    assert counts == [1, 0, 0, 1, 0]


def test_a_span_twice_in_one_body_is_one_call() -> None:
    reading = read(span(1, ANSWER), span(1, ANSWER))
    assert (ids(reading), reading.reasons) == ([1], {"repeated_span": 1})


def attempt(recent: RecentCalls, *spans: SpanJson, after_s: float = 0.0) -> Reading:
    return read_traces(body(*spans), "json", "p", NOW + timedelta(seconds=after_s), recent)


UPPER, LOWER = span(1, GENERATION, scope="langfuse-sdk", ms=500.0), span(2, ANSWER, parent=1)


def test_a_body_that_was_not_stored_leaves_no_trace() -> None:
    recent = RecentCalls()
    attempt(recent, LOWER).abandon()
    assert ids(attempt(recent, UPPER)) == [1]


def test_whoever_comes_next_after_an_abandoned_body_is_counted_and_its_retry_is_not() -> None:
    recent = RecentCalls()
    attempt(recent, LOWER).abandon()
    attempt(recent, UPPER).commit()
    assert ids(attempt(recent, LOWER)) == []
    assert ids(attempt(recent, UPPER)) == [1]


def test_two_bodies_at_the_same_time_cannot_both_count() -> None:
    recent = RecentCalls()
    first, second = attempt(recent, LOWER), attempt(recent, UPPER)
    assert (ids(first), ids(second)) == ([2], [])
    first.abandon()
    assert ids(attempt(recent, LOWER)) == [2]


def test_a_retry_that_overtakes_its_first_attempt_keeps_the_call_when_that_one_fails() -> None:
    recent = RecentCalls()
    first, retry = attempt(recent, LOWER), attempt(recent, LOWER)
    assert ids(first) == ids(retry) == [2]
    retry.commit()
    first.abandon()
    assert ids(attempt(recent, UPPER)) == []


def test_a_body_that_is_never_settled_is_forgotten_after_a_minute() -> None:
    recent = RecentCalls()
    attempt(recent, LOWER)
    assert ids(attempt(recent, UPPER, after_s=59)) == []
    assert ids(attempt(recent, UPPER, after_s=61)) == [1]


def test_many_threads_count_each_call_once() -> None:
    recent = RecentCalls()
    answers = [{**ANSWER, "gen_ai.response.id": f"gen-{t}"} for t in range(1, 41)]
    spans = [
        [span(1, GENERATION, trace=t, scope="langfuse-sdk", ms=500.0), span(2, answer, trace=t, parent=1)]
        for t, answer in enumerate(answers, 1)
    ]
    counted: list[str] = []

    def send(part: int) -> None:
        for pair in spans:
            reading = attempt(recent, pair[part % 2])
            counted.extend(c.trace_id for c in reading.calls)
            reading.commit()

    threads = [threading.Thread(target=send, args=(i,)) for i in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(counted) == len(set(counted)) == 40


# --- bounds


def test_projects_do_not_see_each_other() -> None:
    recent = RecentCalls()
    attempt(recent, LOWER).commit()
    other = read_traces(body(UPPER), "json", "another", NOW, recent)
    assert ids(other) == [1]


def test_calls_are_remembered_for_minutes_and_then_forgotten() -> None:
    for after_s, expected in ((299, []), (599, []), (601, [1])):
        recent = RecentCalls()
        attempt(recent, LOWER).commit()
        attempt(recent, span(9, {}, trace=9), after_s=after_s - 1).commit()
        assert ids(attempt(recent, UPPER, after_s=after_s)) == expected


def test_the_number_of_remembered_spans_is_bounded() -> None:
    recent = RecentCalls(max_spans=10)
    attempt(recent, LOWER).commit()
    for i in range(3, 30):
        attempt(recent, span(i, CHAT, trace=i)).commit()
    assert ids(attempt(recent, UPPER)) == [1]


def test_a_very_deep_or_circular_tree_ends() -> None:
    deep = [span(i, {}, parent=i - 1) for i in range(2, 700)] + [span(1, GENERATION), span(700, ANSWER, parent=699)]
    assert len(read(*deep).calls) == 2  # too far apart to be seen together
    assert len(read(span(1, CHAT, parent=2), span(2, CHAT, parent=1)).calls) == 1
    assert len(read(span(1, CHAT, parent=1)).calls) == 1
