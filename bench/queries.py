"""How long the Overview waits, how much room a call takes, how long a start takes: at 1 and at 10 million calls."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.report import Row
from bench.server import Server

SIZES = (1_000_000, 10_000_000)
REPEATS = 100
KPIS = ["total_requests", "peak_rpm", "success_rate", "p50_latency_ms", "p95_latency_ms", "p99_latency_ms", "error_rate",
        "failed_requests", "total_tokens", "avg_tokens_per_request", "total_cost_usd", "cost_per_request_usd", "priced_share",
        "unpriced_requests"]  # fmt: skip
SERIES = ["total_requests", "success_rate", "p50_latency_ms", "p95_latency_ms", "p99_latency_ms", "error_rate",
          "timeout_errors", "rate_limit_errors", "model_errors", "validation_errors", "system_errors", "other_errors",
          "input_tokens", "output_tokens", "total_tokens", "total_cost_usd"]  # fmt: skip
TABLE = [
    "total_requests",
    "success_rate",
    "p95_latency_ms",
    "error_rate",
    "total_tokens",
    "total_cost_usd",
    "cost_per_request_usd",
]


def run(folder: Path) -> list[Row]:
    measured = {calls: _measure(folder / f"calls-{calls}", calls) for calls in SIZES}
    small, large = (measured[calls] for calls in SIZES)
    rows = []
    for name, waits in large.waits.items():
        before, after = _p(small.waits[name], 0.5), _p(waits, 0.5)
        medians = f"{before:.0f} to {after:.0f} ms"
        rows.append(Row(f"{name}: p95 at 10 M", f"{_p(waits, 0.95):.0f} ms", "150 ms", _p(waits, 0.95) / 150))
        rows.append(Row(f"{name}: growth 1 M to 10 M (medians)", medians, "1.5x", after / before / 1.5))
    return [
        *rows,
        Row("disk a call at 10 M, calls and rollups", f"{large.bytes_a_call:.1f} bytes", "60 bytes", large.bytes_a_call / 60),
        Row("start to /readyz on 10 M", f"{large.start_s:.1f} s", "4 s", large.start_s / 4),
        Row("peak memory of the server answering them", f"{large.memory_mib:,.0f} MiB", "1,536 MiB", large.memory_mib / 1536),
    ]  # fmt: skip


class Measured:
    def __init__(self, waits: dict[str, list[float]], start_s: float, memory_mib: float, bytes_a_call: float) -> None:
        self.waits, self.start_s, self.memory_mib, self.bytes_a_call = waits, start_s, memory_mib, bytes_a_call


def _measure(folder: Path, calls: int) -> Measured:
    bytes_a_call = filled(folder, calls)
    with Server(folder) as server:
        waits = {name: _waits(server.client, body) for name, body in overview().items()}
        return Measured(waits, server.start_s, server.peak_memory_mib(), bytes_a_call)


def filled(folder: Path, calls: int, *, rich: bool = False) -> float:
    """Make the data folder of a server with `calls` calls in its only project. Returns bytes on disk a call."""
    with Server(folder) as server:
        projects = server.client.get("/api/v1/projects").json()["data"]
    project = str(projects[0]["id"])
    print(f"Making {calls:,} calls")
    code = (
        "from pathlib import Path; from bench.prepare import prepare; import sys;"
        " print(prepare(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), rich=sys.argv[4] == 'True'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), project, str(calls), str(rich)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def overview(now: datetime | None = None) -> dict[str, dict[str, object]]:
    """The requests of the Overview page for the last 30 days, as it sends them."""
    now = now or datetime.now(UTC)
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    month = {"start": (end - timedelta(days=30)).isoformat(), "end": end.isoformat()}
    minute = now.replace(second=0, microsecond=0)
    return {
        "totals with comparison": {**month, "metrics": KPIS, "compare": "previous"},
        "series": {**month, "metrics": SERIES, "bucket": "1d", "compare": "previous"},
        "by prompt": {**month, "metrics": TABLE, "by": ["prompt_id"]},
        "requests per minute now": {
            "start": (minute - timedelta(minutes=5)).isoformat(), "end": minute.isoformat(), "metrics": ["requests_per_minute"],
        },
    }  # fmt: skip


def _waits(client: httpx.Client, body: dict[str, object]) -> list[float]:
    """Milliseconds of each repeat, sorted; the first one, which warms caches, counts too."""
    found = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        client.post("/api/v1/query", json=body).raise_for_status()
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)


def _p(waits: list[float], level: float) -> float:
    return waits[min(len(waits) - 1, int(level * len(waits)))]
