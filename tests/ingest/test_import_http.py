"""Imports over HTTP: a busy, slow or strict server costs no row and doubles none."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from promptpulse.core.call import Call
from promptpulse.core.errors import Refused, Unauthenticated, Unavailable
from promptpulse.ingest.calls_in import read_calls
from promptpulse.ingest.imports import ImportReport, Options, http_writer, import_file, named

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers as `POST /api/v1/calls` does and keeps the calls by id; `troubles` come first, one a request."""

    def __init__(self, *troubles: int | str) -> None:
        self.troubles = list(troubles)
        self.calls: dict[str, Call] = {}
        self.requests: list[int] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert (str(request.url), request.headers["authorization"]) == (
            "http://pulse.test/api/v1/calls",
            "Bearer pp_key",
        )
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble == "unreachable":
            raise httpx.ConnectError("connection refused")
        if isinstance(trouble, int):
            answer = {"success": False, "error": "not now", "code": "x"}
            return httpx.Response(trouble, json=answer, headers={"Retry-After": "3"} if trouble == 503 else {})
        rows, rejected = read_calls(gzip.decompress(request.content), "shop", NOW)
        self.requests.append(len(rows))
        fresh = [row.call for row in rows if row.call.id not in self.calls]
        self.calls.update({call.id: call for call in fresh})
        if trouble == "answer lost":
            raise httpx.ReadError("connection reset")
        data = {"accepted": len(fresh), "duplicates": len(rows) - len(fresh), "rejected": rejected}
        return httpx.Response(200, content=msgspec.json.encode({"success": True, "data": data, **data}))

    def receive(self, path: Path, name: str = "azure-llm") -> ImportReport:
        client = httpx.Client(transport=httpx.MockTransport(self))
        write = http_writer("http://pulse.test/", "pp_key", client=client, sleep=self.slept.append)
        return import_file(path, named(name, Options()), write, NOW, lambda _rows, _share: None)


def test_rows_are_sent_in_batches_of_a_thousand_and_twice_is_once(shared: Path) -> None:
    server = Server()
    path = shared / "data" / "llmdrift_prime.csv.gz"

    first, second = server.receive(path, "llmdrift"), server.receive(path, "llmdrift")

    assert (first.stored, second.stored, second.duplicates) == (4_000, 0, 4_000)
    assert server.requests == [1_000] * 8
    assert len(server.calls) == 4_000
    assert sum(call.cost_usd or 0 for call in server.calls.values()) > 16


@pytest.mark.parametrize(
    "troubles,slept",
    [
        ((503, 503), [3, 3]),
        ((429, "unreachable", 502), [0.5, 1, 2]),
        (("answer lost",), [0.5]),
    ],
)
def test_a_server_in_trouble_is_asked_again(shared: Path, troubles: tuple[int | str, ...], slept: list[float]) -> None:
    server = Server(*troubles)

    report = server.receive(shared / "data" / "llmperf_2023_12.csv.gz", "llmperf")

    assert report.stored + report.duplicates == len(server.calls) == 2_845
    assert server.slept == slept


def test_a_server_that_stays_away_ends_the_import_with_advice(shared: Path) -> None:
    server = Server(*["unreachable"] * 10)

    with pytest.raises(Unavailable, match="run the import again when the server is back"):
        server.receive(shared / "data" / "llmperf_2023_12.csv.gz", "llmperf")

    assert server.slept == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_wrong_key_ends_the_import_at_once_with_what_the_server_said(shared: Path) -> None:
    server = Server(401)

    with pytest.raises(Unauthenticated, match="answers 401: not now"):
        server.receive(shared / "data" / "llmperf_2023_12.csv.gz", "llmperf")

    assert server.slept == []


def test_a_batch_that_is_too_large_is_sent_in_halves(shared: Path) -> None:
    server = Server(413)

    report = server.receive(shared / "data" / "llmperf_2023_12.csv.gz", "llmperf")

    assert report.stored == 2_845
    assert server.requests == [500, 500, 1_000, 845]


def test_rows_that_the_server_rejects_are_named_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "calls.ndjson"
    path.write_text(
        "".join(f'{{"model": "m", "latency_ms": {n}, "timestamp": "2026-11-01T00:00:00Z"}}\n' for n in range(3))
    )

    def strict(request: httpx.Request) -> httpx.Response:
        data = {"accepted": 2, "duplicates": 0, "rejected": [{"index": 1, "error": "model: not here"}]}
        return httpx.Response(200, json={"success": True, "data": data})

    write = http_writer("http://pulse.test", "k", client=httpx.Client(transport=httpx.MockTransport(strict)))
    report = import_file(path, named("calls-ndjson", Options()), write, NOW, lambda _rows, _share: None)

    assert (report.rows, report.stored, report.rejected) == (3, 2, 1)
    assert report.errors == ("line 2: model: not here",)


@pytest.mark.parametrize("url", ["pulse.test:8321", "ftp://pulse.test", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="is not an address"):
        http_writer(url, "k")
