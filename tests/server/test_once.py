"""The same call counts once: after a restart, in overlapping batches, at the same moment, and without a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from bench.payloads import otlp_batch

from server.process import Json, Server


def rows(ids: range, at: datetime | None, **more: object) -> list[Json]:
    """Calls named for the numbers."""
    when = {} if at is None else {"timestamp": at.isoformat()}
    return [{"id": f"call-{i}", "prompt_id": "greeting", "latency_ms": 100, **when, **more} for i in ids]


def total(server: Server, client: httpx.Client | None = None, days: int = 400) -> object:
    """All calls, as a metric query counts them."""
    now = datetime.now(UTC)
    found = server.ask(
        client,
        metrics=["total_requests"],
        start=(now - timedelta(days=days)).isoformat(),
        end=(now + timedelta(days=1)).isoformat(),
    )
    values = found["values"]
    assert isinstance(values, dict)
    return values["total_requests"][0][0]


def outcome(answer: Json) -> tuple[object, object, object]:
    return answer["accepted"], answer["duplicates"], answer["rejected"]


@pytest.mark.parametrize("ago", [timedelta(), timedelta(minutes=50), timedelta(hours=2), timedelta(days=200)], ids=str)
def test_a_batch_sent_again_counts_once(server: Server, project: httpx.Client, ago: timedelta) -> None:
    batch = rows(range(10), datetime.now(UTC) - ago)
    assert outcome(server.send(batch, project)) == (10, 0, [])
    assert outcome(server.send(batch, project)) == (0, 10, [])
    assert total(server, project) == 10


def test_overlapping_batches_count_their_union(server: Server, project: httpx.Client) -> None:
    at = datetime.now(UTC) - timedelta(hours=3)
    assert outcome(server.send(rows(range(10), at), project)) == (10, 0, [])
    assert outcome(server.send(rows(range(5, 15), at), project)) == (5, 5, [])
    assert total(server, project) == 15


def test_an_id_twice_in_one_batch_counts_once(server: Server, project: httpx.Client) -> None:
    at = datetime.now(UTC)
    assert outcome(server.send(rows(range(3), at) + rows(range(3), at), project)) == (3, 3, [])
    assert total(server, project) == 3


def test_the_same_id_in_two_projects_is_two_calls(server: Server, project: httpx.Client) -> None:
    at = datetime.now(UTC)
    assert outcome(server.send(rows(range(3), at), project)) == (3, 0, [])
    with server.client_of(server.project_key(f"other {at}").key) as other:
        assert outcome(server.send(rows(range(3), at), other)) == (3, 0, [])
        assert total(server, other) == 3
    assert total(server, project) == 3


def test_equal_batches_at_the_same_moment_count_once(server: Server, project: httpx.Client) -> None:
    at = datetime.now(UTC)
    batches = [rows(range(n * 100, n * 100 + 100), at - timedelta(hours=n)) for n in range(6)] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda batch: server.send(batch, project), batches))
    assert sum(int(str(a["accepted"])) for a in answers) == 600
    assert sum(int(str(a["duplicates"])) for a in answers) == 1800
    assert total(server, project) == 600


def test_a_call_with_an_id_and_no_time_counts_once(server: Server, project: httpx.Client) -> None:
    batch = rows(range(5), None)
    assert outcome(server.send(batch, project)) == (5, 0, [])
    assert outcome(server.send(batch, project)) == (0, 5, [])
    assert total(server, project) == 5


def test_calls_without_an_id_are_calls_of_their_own(server: Server, project: httpx.Client) -> None:
    batch: list[Json] = [{"model": "gpt-4o-mini", "latency_ms": 1}] * 3
    assert outcome(server.send(batch, project)) == (3, 0, [])
    assert outcome(server.send(batch, project)) == (3, 0, [])
    assert total(server, project) == 6


def test_what_was_sent_before_a_restart_counts_once(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    now = datetime.now(UTC)
    minute = now - timedelta(minutes=5)
    spans = otlp_batch(200, 1, int(minute.timestamp()) * 10**9)
    old = otlp_batch(200, 2, int((now - timedelta(days=40)).timestamp()) * 10**9)
    batches = [
        rows(range(10), now),
        rows(range(100, 110), now - timedelta(days=20)),
        rows(range(200, 210), None),
        rows(range(300, 310), now + timedelta(hours=2)),  # a client whose clock is ahead
    ]

    def send_all() -> list[tuple[object, object]]:
        for body in (spans, old):
            answer = server.client.post("/v1/traces", content=body, headers={"Content-Type": "application/x-protobuf"})
            assert (answer.status_code, answer.content) == (200, b"")
        return [outcome(server.send(batch))[:2] for batch in batches]

    assert send_all() == [(10, 0)] * 4
    assert total(server) == 440
    server.restart()
    assert send_all() == [(0, 10)] * 4
    assert total(server) == 440
    server.kill()
    server.start()
    assert outcome(server.send(rows(range(5, 15), now))) == (5, 5, [])
    assert send_all() == [(0, 10)] * 4
    assert total(server) == 445
    server.stop()
