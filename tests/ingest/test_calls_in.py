"""`POST /api/v1/calls`: what a row may say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from promptpulse.core.call import Call
from promptpulse.core.errors import BadRequest
from promptpulse.core.times import to_micros
from promptpulse.ingest.calls_in import read_call, read_calls

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEAST = {"model": "gpt-4o", "latency_ms": 5}


def read(**fields: object) -> Call:
    return read_call(msgspec.json.encode({**LEAST, **fields}), "p", NOW)[0]


def test_model_and_latency_are_enough() -> None:
    call, undated = read_call(msgspec.json.encode(LEAST), "p", NOW)
    assert (call.model, call.latency_ms, call.status, call.ts, undated) == (
        "gpt-4o",
        5,
        "success",
        to_micros(NOW),
        True,
    )
    assert len(call.id) == 36
    assert call.input_tokens is None


def test_all_fields_arrive() -> None:
    call = read(
        id="a", timestamp="2026-11-21T10:00:00.5+01:00", prompt_id="greeting", prompt_version=3, provider="OpenAI", status="error",
        error_type="rate_limit", http_status=429, error_message="slow down", llm_ms=3, network_ms=1, queue_ms=1, first_token_ms=2,
        input_tokens=10, output_tokens=5, cached_input_tokens=4, cache_write_tokens=1, reasoning_tokens=2, cost_usd=0.0125,
        user_id=42, session_id="s", feature="chat", environment="production", experiment_id="e", variant_id="v", trace_id="t",
        parent_id="x", properties={"plan": "pro", "beta": True, "seats": 3, "none": None}, input="hi", output="ho",
    )  # fmt: skip
    assert call.ts == to_micros(datetime(2026, 11, 21, 9, 0, 0, 500_000, tzinfo=UTC))
    assert (call.prompt_version, call.provider, call.user_id) == ("3", "openai", "42")
    assert (call.error_type, call.error_family) == ("rate_limit", "llm")
    assert (call.total_tokens, call.cost_usd) == (15, Decimal("0.0125"))
    assert call.properties == {"plan": "pro", "beta": "true", "seats": "3"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"http_status": 429}, ("error", "rate_limit", "llm")),
        ({"http_status": 500}, ("error", "model_error", "5xx")),
        ({"http_status": 504}, ("error", "timeout", "5xx")),
        ({"http_status": 400}, ("error", "validation", "4xx")),
        ({"error_type": "system"}, ("error", "system", "5xx")),
        ({"error_type": "other"}, ("error", "other", "5xx")),
        ({"error_message": "Request timed out."}, ("error", "timeout", "5xx")),
        ({"status": "error"}, ("error", "system", "5xx")),
        ({"http_status": 200}, ("success", "", "")),
        ({}, ("success", "", "")),
    ],
)
def test_failures_are_told_by_what_is_known(given: dict[str, object], expected: tuple[str, str, str]) -> None:
    call = read(**given)
    assert (call.status, call.error_type, call.error_family) == expected


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"latency_ms": None}, "latency_ms"),
        ({"latency_ms": "fast"}, "latency_ms"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"model": None}, "prompt_id"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": "2026-11-21T10:00:00"}, "timestamp"),
        ({"timestamp": "2014-12-31T23:59:59Z"}, "timestamp"),
        ({"timestamp": "2026-11-23T10:00:00Z"}, "timestamp"),
        ({"status": "fine"}, "status"),
        ({"status": "success", "http_status": 500}, "status"),
        ({"error_type": "bad luck"}, "error_type"),
        ({"http_status": 99}, "http_status"),
        ({"input_tokens": -1}, "input_tokens"),
        ({"input_tokens": 1 << 60}, "input_tokens"),
        ({"input_tokens": 10, "cached_input_tokens": 11}, "cached_input_tokens"),
        ({"output_tokens": 1, "reasoning_tokens": 2}, "reasoning_tokens"),
        ({"cost_usd": -0.01}, "cost_usd"),
        ({"properties": {"a": {"b": 1}}}, "properties"),
        ({"properties": {"": "x"}}, "properties"),
        ({"properties": {str(i): "x" for i in range(65)}}, "properties"),
        ({"prompt_id": "x" * 257}, "prompt_id"),
        ({"latency": 5}, "latency"),
    ],
)
def test_a_bad_row_names_its_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        read(**given)


def test_good_rows_are_kept_when_others_are_bad() -> None:
    body = msgspec.json.encode({"calls": [LEAST, {"model": "m"}, 7, LEAST]})
    rows, rejected = read_calls(body, "p", NOW)
    assert [row.index for row in rows] == [0, 3]
    assert [r.index for r in rejected] == [1, 2]
    assert "latency_ms" in rejected[0].error


BROKEN = [b"", b"{", b"[]", b'{"calls": 1}', b"\xff", b'{"calls": [' + b"[" * 100_000, b'{"calls": [{"a": "\\ud800"}]']


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_body_that_cannot_be_read_says_what_it_must_be(body: bytes) -> None:
    with pytest.raises(BadRequest, match="calls"):
        read_calls(body, "p", NOW)


def test_a_long_error_message_is_cut_and_a_cost_keeps_nine_digits() -> None:
    call = read(error_message="x" * 5000, cost_usd=1e-9)
    assert len(call.error_message) == 4000
    assert call.cost_usd == Decimal("1e-9")
