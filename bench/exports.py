"""What a file of a million calls takes: memory over idle, time to the first byte, and how long pages wait beside it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from bench.queries import filled
from bench.report import Row
from bench.server import Server

CALLS = 1_000_000
MEMORY_MIB = 300
FIRST_BYTE_S = 2


def run(folder: Path) -> list[Row]:
    filled(folder, CALLS)
    rows = []
    for form in ("csv", "ndjson", "parquet"):
        with Server(folder) as server:
            rows += _measure(server, form)
    return rows


def _measure(server: Server, form: str) -> list[Row]:
    page = {"limit": 100}
    for _ in range(5):
        server.client.get("/api/v1/calls", params=page).raise_for_status()
    idle = server.memory_mib()
    server.forget_peak()
    over = threading.Event()
    waits: list[float] = []

    def look() -> None:
        while not over.wait(1):
            started = time.perf_counter()
            server.client.get("/api/v1/calls", params=page).raise_for_status()
            waits.append(time.perf_counter() - started)

    beside = threading.Thread(target=look)
    beside.start()
    started = time.perf_counter()
    first_s, size = 0.0, 0
    with server.client.stream("GET", "/api/v1/calls", params={"format": form}) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            first_s = first_s or time.perf_counter() - started
            size += len(piece)
        total = int(answer.headers["x-total-rows"])
    took_s = time.perf_counter() - started
    over.set()
    beside.join()
    grown = server.peak_memory_mib() - idle
    p95 = sorted(waits)[int(0.95 * len(waits))] * 1000 if waits else 0.0
    name = f"export of {total:,} calls as {form}"
    return [
        Row(f"{name}: memory over idle", f"{grown:.0f} MiB", f"{MEMORY_MIB} MiB", grown / MEMORY_MIB),
        Row(f"{name}: first byte", f"{first_s:.2f} s", f"{FIRST_BYTE_S} s", first_s / FIRST_BYTE_S),
        Row(f"{name}: all, {size / 1e6:,.0f} MB", f"{took_s:.0f} s", "none", took_s, None),
        Row(f"{name}: a page of calls beside it, p95", f"{p95:.0f} ms", "none", p95, None),
    ]
