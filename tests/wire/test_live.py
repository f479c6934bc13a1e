"""Several real instrumentations around one client describe each request once each; it counts once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from promptpulse.core.call import Call
from promptpulse.ingest.otlp import RecentCalls, read_traces

OPENLLMETRY = "opentelemetry.instrumentation.openai"
OPENINFERENCE = "openinference.instrumentation.openai"
GENAI = "opentelemetry.instrumentation.genai.openai"


def calls_of(bodies: list[bytes]) -> list[Call]:
    recent = RecentCalls()
    calls = []
    for body in bodies:
        reading = read_traces(body, "protobuf", "p", datetime.now(UTC), recent)
        reading.commit()
        calls += reading.calls
    return calls


@pytest.mark.parametrize("libraries", [[OPENLLMETRY, GENAI], [OPENLLMETRY, OPENINFERENCE, GENAI]], ids=["two", "three"])
def test_a_request_counts_once_however_many_libraries_tell_of_it(libraries: list[str]) -> None:
    script = Path(__file__).with_name("live_openai.py")
    done = subprocess.run([sys.executable, str(script), *libraries], capture_output=True, timeout=120, check=True)
    told = json.loads(done.stdout)
    bodies = [bytes.fromhex(b) for b in told["bodies"]]
    assert len(bodies) == told["made"] * len(libraries)

    together = ExportTraceServiceRequest()
    for body in bodies:
        together.MergeFrom(ExportTraceServiceRequest.FromString(body))
    calls = calls_of([together.SerializeToString()])
    assert Counter((c.status, c.error_type, c.http_status, c.input_tokens, c.streaming) for c in calls) == {
        ("success", "", None, 10, False): 10,
        ("success", "", None, 10, True): 2,
        ("error", "rate_limit", 429, None, False): 2,
    }
    assert len({c.scope for c in calls}) == 1
    assert len(calls_of(bodies)) == len(calls_of(bodies[::-1])) == told["made"]
