"""How fast spans are taken in, and what a small request waits meanwhile."""

from __future__ import annotations

import gzip
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.payloads import otlp_batch
from bench.report import Row
from bench.server import KEY, Server
from promptpulse.ingest.redaction import BUILT_IN

SPANS = 500
CONNECTIONS = 4
SECONDS = 30
TEXT_BYTES = 500_000
BATCHES = 1300
"""Bodies made beforehand: enough for 21,000 spans a second."""
HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "gzip",
    "Authorization": f"Bearer {KEY}",
}


@dataclass(slots=True)
class Load:
    """Sends bodies over some connections, at full speed or at `pace_s` seconds a body."""

    port: int
    bodies: list[bytes]
    seconds: float
    pace_s: float = 0.0
    sent: int = 0
    failed: int = 0
    elapsed_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        started = time.perf_counter()
        threads = [threading.Thread(target=self._send, args=(started,)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.elapsed_s = time.perf_counter() - started

    def _send(self, started: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        while time.perf_counter() - started < self.seconds:
            with self._lock:
                if not self.bodies:
                    return
                body = self.bodies.pop()
                due = started + (self.sent + self.failed) * self.pace_s
            if (wait := due - time.perf_counter()) > 0:
                time.sleep(wait)
            connection.request("POST", "/v1/traces", body, HEADERS)
            answer = connection.getresponse()
            answer.read()
            with self._lock:
                if answer.status == 200:
                    self.sent += 1
                else:
                    self.failed += 1
        connection.close()


def run(folder: Path) -> list[Row]:
    print(f"Making {BATCHES} bodies of {SPANS} spans")
    now_ns = time.time_ns()
    with ProcessPoolExecutor(2) as pool:
        bodies = list(pool.map(_body, ((i, now_ns) for i in range(BATCHES)), chunksize=50))
    bare_s = _bare(folder / "bare")
    with Server(folder / "full") as server:
        cpu = server.cpu_s()
        load = Load(server.port, bodies[:], SECONDS)
        load.run()
        cpu = server.cpu_s() - cpu
        stored = _stored(server)
        if stored != load.sent * SPANS:
            raise RuntimeError(f"acknowledged {load.sent * SPANS} spans, but the query counts {stored}")
        rate = load.sent * SPANS / load.elapsed_s
        memory = server.peak_memory_mib()
    with Server(folder / "half") as server:
        background = Load(server.port, bodies[: BATCHES // 2], SECONDS, pace_s=2 * SPANS / rate)
        thread = threading.Thread(target=background.run)
        thread.start()
        waits = _small_requests(server.port, SECONDS - 2)
        thread.join()
        half_rate = background.sent * SPANS / background.elapsed_s
        memory = max(memory, server.peak_memory_mib())
    waits.sort()
    span_s = cpu / load.sent / SPANS
    p50, p99 = _p(waits, 0.5), _p(waits, 0.99)
    small = f"small request at half rate ({half_rate:,.0f}/s)"
    return [
        Row("OTLP spans a second, sustained 30 s", f"{rate:,.0f}", "12,000", rate / 12_000, higher_is_better=True),
        Row("failed requests of that load", str(load.failed), "0", float(load.failed)),
        _told(
            "server time a span / bare parse and insert", f"{span_s * 1e6:.0f} / {bare_s * 1e6:.0f} us", span_s / bare_s
        ),
        Row("acknowledged spans not yet in the query", "0", "0", 0.0),
        Row(f"{small}, p99 of {len(waits)}", f"{p99 * 1000:.0f} ms", "400 ms", p99 / 0.4),
        _told(f"{small}, p50", f"{p50 * 1000:.0f} ms", p50 / 0.4),
        Row("peak memory under load", f"{memory:,.0f} MiB", "1,536 MiB", memory / 1536),
        *redaction(),
    ]


def redaction() -> list[Row]:
    """What searching texts costs, as every project begins: for keys and card numbers."""
    ordinary = "Order no. 48213, paid 19.90 on 2026-11-21 by the customer who writes to support-desk@example.com. "
    ordinary_s, cards_s = (
        _redacting((text * (TEXT_BYTES // len(text) + 1))[:TEXT_BYTES]) for text in (ordinary, "4111-")
    )
    kib = TEXT_BYTES / 1024
    return [
        Row(
            "redaction of ordinary text", f"{ordinary_s / kib * 1e6:.1f} us/KiB", "50 us/KiB", ordinary_s / kib / 50e-6
        ),
        Row("redaction of 500 kB of beginnings of card numbers", f"{cards_s * 1000:.0f} ms", "500 ms", cards_s / 0.5),
    ]


def _redacting(text: str) -> float:
    """Seconds of the processor, the best of three."""
    found = []
    for _ in range(3):
        started = time.process_time()
        BUILT_IN.text(text, Counter())
        found.append(time.process_time() - started)
    return min(found)


def _told(name: str, value: str, ratio: float) -> Row:
    return Row(name, value, "-", ratio, higher_is_better=None)


def _body(numbered: tuple[int, int]) -> bytes:
    number, now_ns = numbered
    return gzip.compress(otlp_batch(SPANS, seed=now_ns // 1000 + number, start_ns=now_ns - 60 * 10**9), 1)


def _bare(folder: Path) -> float:
    """Seconds a span of parsing bodies and inserting their rows, nothing else, in a process of its own."""
    code = "from pathlib import Path; from bench.bare import measure; import sys; print(measure(Path(sys.argv[1])))"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _stored(server: Server) -> int:
    now = datetime.now(UTC)
    body: dict[str, object] = {
        "metrics": ["total_requests"],
        "start": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        "end": now.isoformat(),
    }
    values = server.query(body)["values"]
    assert isinstance(values, dict)
    return int(values["total_requests"][0][0])


def _small_requests(port: int, seconds: float) -> list[float]:
    """Seconds that single calls wait for their 200, one every 50 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    waits: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        row = {
            "id": f"small-{len(waits)}",
            "model": "gpt-4o-mini",
            "provider": "openai",
            "latency_ms": 12.5,
            "input_tokens": 5,
            "output_tokens": 7,
        }
        started = time.perf_counter()
        connection.request("POST", "/api/v1/calls", json.dumps({"calls": [row]}), headers)
        answer = connection.getresponse()
        answer.read()
        waits.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"a small request was answered {answer.status}")
        time.sleep(0.05)
    connection.close()
    return waits


def _p(waits: list[float], level: float) -> float:
    return waits[min(len(waits) - 1, int(level * len(waits)))]
