"""A real client, real instrumentations, the real exporter: one row a call, with what it cost and why it failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from client.provider import ANSWERED_BY, provider
from server.process import Json, Server, environment

OPENLLMETRY = "opentelemetry.instrumentation.openai"
OPENINFERENCE = "openinference.instrumentation.openai"
GENAI = "opentelemetry.instrumentation.genai.openai"

# gpt-4o-mini: $0.15 in, $0.075 cached, $0.60 out a million tokens
PLAIN_USD = 0.00027  # 1000 x 0.15 + 200 x 0.60 = 270
CACHED_USD = 0.00024  # 600 x 0.15 + 400 x 0.075 + 200 x 0.60 = 240
SUCCESS = {
    "status": "success", "error_type": None, "error_family": None, "streaming": False, "input_tokens": 1000,
    "output_tokens": 200, "total_tokens": 1200, "cost_usd": PLAIN_USD, "cost_source": "price_list", "finish_reason": "stop",
    "response_model": ANSWERED_BY,
}  # fmt: skip
FAILED = {"status": "error", "input_tokens": None, "output_tokens": None, "total_tokens": None, "cost_usd": None}
SCENARIOS: dict[str, tuple[str, Json]] = {
    "success": ("answered", {**SUCCESS}),
    "cached": ("answered", {**SUCCESS, "cached_input_tokens": 400, "cost_usd": CACHED_USD}),
    "stream": ("answered", {**SUCCESS, "streaming": True}),
    "limited": ("RateLimitError", {**FAILED, "error_type": "rate_limit", "error_family": "llm"}),
    "broken": ("InternalServerError", {**FAILED, "error_type": "model_error", "error_family": "5xx"}),
    "refused": ("BadRequestError", {**FAILED, "error_type": "validation", "error_family": "4xx"}),
    "timeout": ("APITimeoutError", {**FAILED, "error_type": "timeout", "error_family": "5xx"}),
    "retried": ("answered", {**SUCCESS}),
}


@pytest.mark.parametrize("instrumentation", [OPENLLMETRY, OPENINFERENCE, GENAI])
def test_each_call_of_a_real_program_is_one_row_with_tokens_errors_and_price(
    server: Server, instrumentation: str
) -> None:
    mine = server.project_key(instrumentation)
    with provider() as (address, asked):
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("program.py")), instrumentation, address, *SCENARIOS],
            env={
                **environment({}),
                "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
                "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Bearer%20{mine.key}",
                "OTEL_SERVICE_NAME": "shop",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name}: {ended}" for name, (ended, _) in SCENARIOS.items()], done.stderr
    assert asked == {name: 2 if name == "retried" else 1 for name in SCENARIOS}

    with server.client_of(mine.key) as client:
        rows = list(reversed(client.get("/api/v1/calls").json()["data"]))  # as they were made
        assert len(rows) == len(SCENARIOS)
        for row, (name, (_, expected)) in zip(rows, SCENARIOS.items(), strict=True):
            assert {field: row[field] for field in expected} == expected, name
            assert (row["provider"], row["model"], row["service"]) == ("openai", "gpt-4o-mini", "shop"), name
            assert row["latency_ms"] > 0, name
        by_name = dict(zip(SCENARIOS, rows, strict=True))
        assert 0 < by_name["stream"]["first_token_ms"] <= by_name["stream"]["latency_ms"]
        assert by_name["timeout"]["latency_ms"] >= 500
        assert by_name["limited"]["http_status"] in {429, None}

        status = client.get("/api/v1/status").json()["data"]
        assert status["calls_stored"] == 8
        figures = client.get("/api/metrics").json()["metrics"]
    assert figures["total_requests"] == 8
    assert figures["success_rate"] == 50.0
    assert figures["total_tokens"] == 4800
    assert figures["total_cost_usd"] == pytest.approx(0.00105)  # 3 x 0.00027 + 0.00024
