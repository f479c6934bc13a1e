"""A user is forgotten also by a server that is killed while it does so."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from server.process import Json, Server

DAYS = 8
PATIENCE_S = 60


@pytest.mark.xdist_group("kill")
def test_a_user_is_forgotten_by_a_server_that_is_killed_on_the_way(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    users = ["ada", "ada", "ada", "bob", "bob"]
    server.send(
        [
            {
                "id": f"{user}-{n}-{i}", "timestamp": (noon - timedelta(days=n)).isoformat(), "prompt_id": "greeting",
                "latency_ms": 10, "user_id": user,
            }
            for n in range(1, DAYS + 1)
            for i, user in enumerate(users)
        ]
    )  # fmt: skip
    asked = server.client.post("/api/v1/retention/forget", json={"user_id": "ada"}).raise_for_status().json()["data"]

    begun = 0
    for _ in range(2):
        begun += state(server, asked["id"], until=lambda row: row["status"] != "queued")["status"] == "running"
        server.kill()
        server.start()
    assert begun, "it was done before it could be killed"
    found = state(server, asked["id"], until=lambda row: row["status"] == "done")
    assert (found["days"], found["error"]) == (DAYS, None)
    question: Json = {"start": (noon - timedelta(days=DAYS + 1)).isoformat(), "end": now.isoformat()}
    for by, expected in (("prompt_id", [[2 * DAYS]]), ("user_id", [[2 * DAYS]]), ("model", [[2 * DAYS]])):
        told = server.ask(None, metrics=["total_requests"], by=[by], **question)
        assert told["values"] == {"total_requests": expected}, told["source"]
    by_day = server.ask(None, metrics=["total_requests"], bucket="1d", **question)
    assert by_day["values"] == {"total_requests": [[0, *[2] * DAYS, 0]]}


def state(server: Server, request: str, until: Callable[[Json], bool]) -> Json:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        row: Json = server.client.get(f"/api/v1/retention/forget/{request}").raise_for_status().json()["data"]
        if until(row):
            return row
        time.sleep(0.02)
    raise AssertionError(f"nothing happened in {PATIENCE_S} s:\n{server.log[-2000:]}")
