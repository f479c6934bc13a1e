"""What autoscalers and Prometheus read, from a running server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed

from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("scaling")
NASTY = 'say "hi"\\\nnow'
"""What label values must escape."""


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """Of a project with ten calls in the last whole minutes: 6 of version 1, 4 of version 2, of which one timed out."""
    with server.client_of(server.project_key(f"scaling {uuid4()}").key) as found:
        at = (datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=2)).isoformat()
        call: Json = {
            "prompt_id": NASTY,
            "model": "gpt-4o-mini",
            "provider": "openai",
            "timestamp": at,
            "latency_ms": 100,
        }
        used: Json = {**call, "input_tokens": 1000, "output_tokens": 100}
        calls: list[Json] = [{**used, "prompt_version": "1" if i < 6 else "2"} for i in range(9)]
        failed: Json = {**call, "prompt_version": "2", "status": "error", "error_type": "timeout"}
        assert server.send([*calls, failed], found)["accepted"] == 10
        yield found


def figure(client: httpx.Client, **asked: str | float) -> object:
    answer = client.get("/api/v1/scaling/figure", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_figure_is_one_number(client: httpx.Client) -> None:
    assert figure(client, metric="total_requests", window_minutes=10) == {"value": 10}
    assert figure(client, window_minutes=10) == {"value": 1.0}
    assert figure(client, metric="error_rate", window_minutes=10, version="2") == {"value": 25.0}
    assert figure(client, metric="=max(latency_ms)", window_minutes=10, prompt_id=NASTY) == {"value": 100.0}
    assert figure(client, metric="total_requests", window_minutes=10, prompt_id="other") == {"value": 0}


def test_no_data_is_null_or_what_the_scaler_asks_for(client: httpx.Client) -> None:
    assert figure(client, metric="p95_latency_ms", prompt_id="other") == {"value": None}
    assert figure(client, metric="p95_latency_ms", prompt_id="other", empty=0) == {"value": 0}


def test_prometheus_reads_prompts_versions_models_and_error_classes(client: httpx.Client) -> None:
    sla = {"name": 'Good "enough"', "objective": {"kind": "success_rate"}, "target": 80}
    assert client.post("/api/v1/slas", json=sla).status_code == 201
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["content-type"].endswith("charset=utf-8")
    assert answer.text.endswith("\n")
    lines = answer.text.splitlines()
    families = {f.name: f for f in parsed(answer.text)}
    for name in families:
        assert sum(line.startswith((f"# TYPE {name} ", f"# TYPE {name}_total ")) for line in lines) == 1, name
    calls = {s.labels["version"]: s for s in families["promptpulse_calls"].samples}
    assert {version: s.value for version, s in calls.items()} == {"1": 6, "2": 4}
    assert calls["1"].labels == {"prompt": NASTY, "version": "1", "model": "gpt-4o-mini"}
    (failed,) = families["promptpulse_call_errors"].samples
    assert (failed.name, failed.value) == ("promptpulse_call_errors_total", 1)
    assert failed.labels == {"prompt": NASTY, "version": "2", "model": "gpt-4o-mini", "error_class": "timeout"}
    assert sum(s.value for s in families["promptpulse_call_tokens"].samples) == 9 * 1100
    (left,) = families["promptpulse_sla_budget_left_ratio"].samples
    assert left.labels == {"sla": 'Good "enough"'}
    assert left.value > 0.9
    labels = {key for f in families.values() for s in f.samples for key in s.labels}
    assert labels <= {"prompt", "version", "model", "error_class", "quantile", "reason", "sla"}


def test_openmetrics_too(client: httpx.Client) -> None:
    accept = (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5"
    )
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.text.endswith("# EOF\n")
    found = {f.name for f in parsed_openmetrics(answer.text)}  # type: ignore[no-untyped-call]  # not ours
    assert found >= {"promptpulse_calls", "promptpulse_call_errors"}
