"""The bodies of the benchmark are what they say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from promptpulse.ingest.otlp import RecentCalls, read_traces
from wire.spans import NOW, NOW_NS

spec = importlib.util.spec_from_file_location("payloads", Path(__file__).parents[2] / "bench" / "payloads.py")
assert spec is not None
assert spec.loader is not None
payloads = importlib.util.module_from_spec(spec)
spec.loader.exec_module(payloads)


def test_a_batch_is_so_many_calls_with_ids_of_their_own_and_the_same_for_the_same_seed() -> None:
    batch = payloads.otlp_batch(500, 7, NOW_NS, other_spans=2)
    assert batch == payloads.otlp_batch(500, 7, NOW_NS, other_spans=2)
    reading = read_traces(batch, "protobuf", "p", NOW, RecentCalls())
    assert (reading.spans, reading.rejected, len({c.id for c in reading.calls})) == (1500, 0, 500)
    assert 5 <= sum(c.status == "error" for c in reading.calls) <= 30
    assert {c.prompt_id for c in reading.calls} == {f"prompt-{i}" for i in range(20)}
    assert all(c.environment and c.feature and c.user_id and c.model for c in reading.calls)
