"""The least that storing spans can cost here: protobuf parsing, and one insert of the same rows."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.payloads import otlp_batch
from promptpulse.app import open_event_store
from promptpulse.ingest.otlp import RecentCalls, read_traces
from promptpulse.ingest.rows import COLUMN_TYPES, columns

BODIES, SPANS = 40, 500


def measure(folder: Path) -> float:
    """Seconds a span, over 20,000 spans in inserts of 2,000."""
    now = datetime.now(UTC)
    store = open_event_store(f"chdb://{folder}", now)
    start_ns = time.time_ns() - 60 * 10**9
    bodies = [gzip.compress(otlp_batch(SPANS, seed=i, start_ns=start_ns), 1) for i in range(BODIES)]
    recent = RecentCalls()
    calls = [read_traces(gzip.decompress(b), "protobuf", "p", now, recent).calls for b in bodies]
    groups = [columns([c for part in calls[i : i + 4] for c in part], 0) for i in range(0, BODIES, 4)]
    started = time.perf_counter()
    for body in bodies:
        ExportTraceServiceRequest.FromString(gzip.decompress(body))
    for group in groups:
        store.insert("calls", group, COLUMN_TYPES)
    elapsed = time.perf_counter() - started
    store.close()
    return elapsed / (BODIES * SPANS)
