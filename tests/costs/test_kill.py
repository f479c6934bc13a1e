"""A server that is killed while calls are priced anew, and while others arrive, ends with exact figures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from server.killing import Sender, Sent, acknowledged_by, sent_json
from server.process import Json, Server

DAYS, EACH = 12, 40
NOTED = {"running": "status", "staged": "calls_seen"}
"""What a job has noted when it is so far."""
DONE_WITHIN_S = 120.0
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
SINCE = NOON - timedelta(days=DAYS + 1)


def call(call_id: str, at: datetime) -> Json:
    return {
        "id": call_id, "timestamp": at.isoformat(), "provider": "acme", "model": "acme-large", "prompt_id": "p",
        "user_id": "u", "latency_ms": 10, "input_tokens": 1000, "output_tokens": 100,
    }  # fmt: skip


def late(n: int) -> Sent:
    """Calls of days that are over, and of now."""
    at = NOON - timedelta(days=1 + n % DAYS)
    ids = [f"late-{n}-{i}" for i in range(5)]
    return sent_json("/api/v1/calls", {"calls": [call(i, at) for i in ids]}, ids)


@pytest.mark.xdist_group("kill")
def test_kills_leave_every_call_priced_once(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    stored = [call(f"{day}-{i}", NOON - timedelta(days=1 + day)) for day in range(DAYS) for i in range(EACH)]
    server.send(stored)
    projects = server.client.get("/api/v1/projects").json()["data"]
    price = {
        "provider": "acme", "model": "acme-large", "valid_from": "2020-01-01", "input_usd_per_mtok": "2",
        "output_usd_per_mtok": "10",
    }  # fmt: skip
    assert server.client.post(f"/api/v1/projects/{projects[0]['id']}/prices", json=price).status_code == 201
    sender = Sender(server, late)
    sender.start()
    more(sender)
    job = start(server)
    for reached in ("running", "staged", "staged"):
        until(server, job, lambda row, it=reached: row["status"] == "done" or row[NOTED[it]] not in {"queued", 0})  # type: ignore[misc]
        server.kill()
        server.start()
    more(sender)
    until(server, job, lambda row: row["status"] == "done")
    sender.stopping.set()
    sender.join(30)
    assert sender.wrong == []
    row = server.client.get(f"/api/v1/costs/repricings/{job}").json()["data"]
    assert row["calls_seen"] >= len(stored)
    # what arrived before the server knew the new price is left for another job
    last = start(server)
    until(server, last, lambda row: row["status"] == "done")
    calls = len(stored) + len(acknowledged_by([sender], more_than=20))
    for filters in ({}, {"user_id": "u"}):  # from rollups, and from the calls
        until_then = (NOON + timedelta(days=1)).isoformat()
        metrics = ["total_requests", "total_cost_usd"]
        found = server.ask(metrics=metrics, start=SINCE.isoformat(), end=until_then, where=filters)["values"]
        assert isinstance(found, dict)
        assert found["total_requests"][0][0] == calls
        assert found["total_cost_usd"][0][0] == pytest.approx(calls * 0.003, rel=1e-12)


def start(server: Server) -> str:
    wanted = {"start": SINCE.isoformat(), "end": (NOON + timedelta(days=1)).isoformat()}
    answer = server.client.post("/api/v1/costs/repricings", json=wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["data"]["id"])


def more(sender: Sender) -> None:
    """Some requests get through."""
    deadline, before = time.monotonic() + DONE_WITHIN_S, len(sender.acknowledged)
    while len(sender.acknowledged) < before + 15:
        assert time.monotonic() < deadline, "no request gets through"
        threading.Event().wait(0.02)


def until(server: Server, job: str, is_so: Callable[[Json], bool]) -> None:
    deadline = time.monotonic() + DONE_WITHIN_S
    while time.monotonic() < deadline:
        row = server.client.get(f"/api/v1/costs/repricings/{job}").json()["data"]
        if is_so(row):
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"the job stands still: {row}\n{server.log[-2000:]}")
