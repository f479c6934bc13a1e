"""Whatever arrives, reading ends with calls or with BadRequest."""

from __future__ import annotations

import itertools
import json
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptpulse.core.call import Call
from promptpulse.core.errors import BadRequest
from promptpulse.ingest.otlp import Media, RecentCalls, read_logs, read_traces
from promptpulse.ingest.otlp.tables import COLUMN_OF, PROPERTIES
from wire.spans import NOW, NOW_NS, body, span

NAMES = st.sampled_from(
    [
        *COLUMN_OF,
        *(p + "x" for p in PROPERTIES),
        "metadata",
        "gen_ai.operation.name",
        "llm.request.type",
        "openinference.span.kind",
        "langfuse.observation.type",
        "langfuse.observation.level",
        "langfuse.observation.input",
        "laikatest.operation.type",
        "traceloop.span.kind",
        "logfire.span_type",
        "duration",
        "request_data",
        "response_data",
        "input.value",
        "llm.invocation_parameters",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.prompt.0.content",
        "litellm.call_id",
        "litellm.provider.model",
        "http.method",
    ]
)
WORDS = st.sampled_from(
    ["chat", "LLM", "generation", "log", "span", "429", "-1", "1e999", "NaN", "[", '"', "{}", "[]", '["stop", 1, null]',
     '{"input": {"a": 1}, "total": "x"}', '{"prompt_tokens": 1.5, "prompt_tokens_details": 7}', '{"model": ["x"]}',
     '{"total": 1e400}', "[[[[[[]]]]]]", '[{"finish_reason": {"a": []}}]', '"\\ud83d"', "2026-99-99T00:00:00Z",
     "2026-11-21", "0001-01-01T00:00:00+23:59"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5) | NAMES, v, max_size=3),
    max_leaves=8,
)
SPANS = st.builds(
    span,
    st.integers(1, 6),
    st.dictionaries(NAMES, VALUES, max_size=12),
    trace=st.integers(1, 2),
    parent=st.integers(0, 6),
    at_ms=st.floats(-1e5, 1e5),
    ms=st.floats(-10, 1e6),
    scope=st.sampled_from(["a", "b", "litellm", "logfire.openai"]),
    kind=st.integers(0, 5),
    error=st.none() | st.text(max_size=20) | st.just("Error code: 429 - x"),
    events=st.lists(
        st.tuples(
            st.sampled_from(["exception", "First Token Stream Event"]),
            st.floats(-1e3, 1e3),
            st.dictionaries(st.sampled_from(["exception.type", "exception.message"]), VALUES, max_size=2),
        ),
        max_size=2,
    ),
)


def jsonable(sent: bytes) -> bytes:
    """Python writes NaN and Infinity bare; OTLP/JSON has them as texts."""
    return json.dumps(json.loads(sent, parse_constant=str)).encode()


def check(call: Call) -> None:
    assert len(call.id) == 48
    assert call.status in ("success", "error")
    assert bool(call.error_type) == (call.status == "error")
    assert math.isfinite(call.latency_ms)
    assert call.latency_ms >= 0
    for count in (call.input_tokens, call.output_tokens, call.cached_input_tokens, call.http_status, call.retries):
        assert count is None or 0 <= count <= 10**10
    # every field is of the type it is declared with, and can be written as UTF-8
    plain = msgspec.structs.replace(call, properties=dict(call.properties))
    assert msgspec.json.decode(msgspec.json.encode(plain), type=Call) == plain


@pytest.mark.parametrize("media", ["protobuf", "json"])
@given(sent=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_read_or_refused(media: Media, sent: bytes) -> None:
    for reader in (lambda: read_traces(sent, media, "p", NOW, RecentCalls()), lambda: read_logs(sent, media)):
        try:
            reader()
        except BadRequest as e:
            assert e.message


@given(sent=st.lists(SPANS, max_size=6), content=st.booleans())
@settings(max_examples=400, deadline=None)
def test_random_spans_are_read(sent: list[dict[str, object]], content: bool) -> None:
    recent = RecentCalls()
    bytes_ = jsonable(body(*sent))
    first = read_traces(bytes_, "json", "p", NOW, recent, capture_content=content)
    first.commit()
    for call in first.calls:
        check(call)
    again = read_traces(bytes_, "json", "p", NOW, recent, capture_content=content)
    assert [c.id for c in again.calls] == [c.id for c in first.calls]
    one_by_one = RecentCalls()
    for each in sent:
        read_traces(jsonable(body(each)), "json", "p", NOW, one_by_one).commit()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda v: st.lists(v, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "stringValue", "arrayValue", "values",
             "traceId", "startTimeUnixNano", "status", "events", "resource", "kvlistValue", "resourceLogs", "logRecords"]
        ),
        v,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(sent=JSON)
@settings(max_examples=200, deadline=None)
def test_random_json_is_read_or_refused(sent: object) -> None:
    for reader in (
        lambda: read_traces(json.dumps(sent).encode(), "json", "p", NOW, RecentCalls()),
        lambda: read_logs(json.dumps(sent).encode(), "json"),
    ):
        try:
            reader()
        except BadRequest as e:
            assert e.message


@given(at=st.integers(-(2**70), 2**70), end=st.integers(-(2**70), 2**70))
@settings(max_examples=100, deadline=None)
def test_any_time_is_accepted_or_refused(at: int, end: int) -> None:
    sent = span(1, {"gen_ai.operation.name": "chat"}) | {"startTimeUnixNano": at, "endTimeUnixNano": end}
    try:
        reading = read_traces(body(sent), "json", "p", NOW, RecentCalls())
    except BadRequest:
        return
    assert reading.rejected + len(reading.calls) == 1
    assert all(abs(c.ts * 1000 - NOW_NS) < 15 * 366 * 86_400 * 10**9 for c in reading.calls)


@st.composite
def trees(draw: st.DrawFn) -> list[tuple[int, bool]]:
    """Spans as (index of the parent or -1, describes a call), parents first."""
    size = draw(st.integers(1, 12))
    return [(draw(st.integers(-1, i - 1)), draw(st.booleans())) for i in range(size)]


@given(tree=trees(), cuts=st.sets(st.integers(1, 11)), parents_first=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_tree_stands_for_as_many_calls_as_it_has_lowest_descriptions(
    tree: list[tuple[int, bool]], cuts: set[int], parents_first: bool
) -> None:
    above: set[int] = set()
    for index, (parent, describes) in enumerate(tree):
        at = parent
        while describes and at >= 0:
            above.add(at)
            at = tree[at][0]
        assert index > parent
    lowest = {i for i, (_, describes) in enumerate(tree) if describes and i not in above}

    spans = [
        span(i + 1, {"gen_ai.operation.name": "chat"} if describes else {}, parent=parent + 1, scope=f"scope {i}")
        for i, (parent, describes) in enumerate(tree)
    ]
    ordered = spans if parents_first else spans[::-1]
    edges = [0, *sorted(c for c in cuts if c < len(ordered)), len(ordered)]
    bodies = [body(*ordered[a:b]) for a, b in itertools.pairwise(edges)]
    recent = RecentCalls()
    first = [c.id for b in bodies for c in read_traces(b, "json", "p", NOW, recent).calls]
    assert len(first) == len(lowest)
    again = [c.id for b in bodies for c in read_traces(b, "json", "p", NOW, recent).calls]
    assert sorted(again) == sorted(first)
    whole = read_traces(body(*ordered), "json", "p", NOW, RecentCalls()).calls
    assert {int(c.id[32:], 16) - 1 for c in whole} == lowest
