"""How long a program waits for a variant, at 500 evaluations a second: half of new users, half of known ones."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.report import Row
from bench.server import KEY, Server

RATE = 500
SECONDS = 20
CONNECTIONS = 20
TITLE = "bench"


@dataclass(slots=True)
class Load:
    """Evaluations at fixed times, whether earlier ones are answered or not; `waits` count from the time that was due."""

    port: int
    waits: dict[str, list[float]] = field(default_factory=lambda: {"new": [], "known": []})
    failed: int = 0
    moved: int = 0
    """Known users whose variant was another one than before."""
    elapsed_s: float = 0.0
    _next: int = 0
    _variants: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        started = time.perf_counter()
        await asyncio.gather(*(self._send(started) for _ in range(CONNECTIONS)))
        self.elapsed_s = time.perf_counter() - started

    async def _send(self, started: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while self._next < RATE * SECONDS:
            n, self._next = self._next, self._next + 1
            due = started + n / RATE
            await asyncio.sleep(due - time.perf_counter())
            # a known user is one of some seconds ago
            kind, user = ("new", f"user-{n}") if n % 2 == 0 or n < RATE else ("known", f"user-{(n - RATE) // 4 * 2}")
            writer.write(_request(user))
            status, body = await _answer(reader)
            self.waits[kind].append(time.perf_counter() - due)
            if status != 200:
                self.failed += 1
                continue
            bucket = json.loads(body)["data"]["bucketId"]
            self.moved += self._variants.setdefault(user, bucket) != bucket
        writer.close()

    @property
    def assigned(self) -> int:
        return len(self._variants)


def run(folder: Path) -> list[Row]:
    with Server(folder) as server:
        experiment = _prepare(server)
        load = Load(server.port)
        cpu = server.cpu_s()
        print(f"{RATE} evaluations a second for {SECONDS} s")
        uvloop.run(load.run())
        cpu = server.cpu_s() - cpu
        stored = server.client.get(f"/api/v1/experiments/{experiment}").json()["data"]["progress"]["units"]
        if stored != load.assigned:
            raise RuntimeError(f"{load.assigned} users were answered, but {stored} are stored")
        memory = server.peak_memory_mib()
    everybody = sorted(load.waits["new"] + load.waits["known"])
    n = len(everybody)
    rows = [
        Row("evaluations a second", f"{n / load.elapsed_s:,.0f}", f"{RATE}", n / load.elapsed_s / RATE * 1.01,
            higher_is_better=True),
        Row("failed or moved to another variant", str(load.failed + load.moved), "0", float(load.failed + load.moved)),
        _within("evaluation, p99", _p(everybody, 0.99), 0.010),
    ]  # fmt: skip
    for kind, waits in load.waits.items():
        waits.sort()
        name = f"of {len(waits):,} {kind} users"
        told = f"{_p(waits, 0.5) * 1000:.1f} / {_p(waits, 0.99) * 1000:.1f} / {waits[-1] * 1000:.0f} ms"
        rows.append(Row(f"{name}, p50 / p99 / longest", told, "-", _p(waits, 0.99) / 0.010, higher_is_better=None))
    share = cpu / load.elapsed_s
    rows.append(Row("server time of that load, cores", f"{share:.2f}", "-", share, higher_is_better=None))
    rows.append(Row("peak memory under that load", f"{memory:,.0f} MiB", "-", memory / 1536, higher_is_better=None))
    return rows


def _prepare(server: Server) -> str:
    """A running experiment; its id."""
    _post(server, "/api/v1/prompts", {"name": "greeting", "content": "Hi {{name}}"})
    variants = [{"name": name, "prompt": "greeting"} for name in ("Control", "Treatment")]
    metrics = [{"score": "rating", "primary": True}]
    targeting = [{"attribute": "plan", "op": "is", "values": ["pro", "team"]}]
    body = {"title": TITLE, "variants": variants, "metrics": metrics, "targeting": targeting}
    experiment = str(_post(server, "/api/v1/experiments", body)["id"])
    _post(server, f"/api/v1/experiments/{experiment}/start", {})
    return experiment


def _post(server: Server, path: str, body: Mapping[str, object]) -> dict[str, object]:
    answer = server.client.post(path, json=body)
    answer.raise_for_status()
    data = answer.json()["data"]
    assert isinstance(data, dict)
    return data


def _request(user: str) -> bytes:
    body = json.dumps({"experimentTitle": TITLE, "context": {"userId": user, "plan": "pro", "country": "NP"}}).encode()
    return (
        b"POST /api/v3/experiments/evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer "
        + KEY.encode()
        + b"\r\nContent-Length: "
        + str(len(body)).encode()
        + b"\r\n\r\n"
        + body
    )


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


def _within(name: str, seconds: float, budget_s: float) -> Row:
    return Row(name, f"{seconds * 1000:.1f} ms", f"{budget_s * 1000:.0f} ms", seconds / budget_s)


def _p(waits: list[float], level: float) -> float:
    return waits[min(len(waits) - 1, int(level * len(waits)))]
