"""Objectives from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("scaling")


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """Of a project with 100 calls in the last hours, of which two failed."""
    with server.client_of(server.project_key(f"slas {uuid4()}").key) as found:
        now = datetime.now(UTC)
        calls: list[Json] = [
            {"prompt_id": "greeting", "model": "m", "timestamp": (now - timedelta(minutes=2 + i)).isoformat(), "latency_ms": 100}
            for i in range(98)
        ]  # fmt: skip
        failed: Json = {**calls[0], "status": "error", "error_type": "validation"}
        assert server.send([*calls, failed, failed], found)["accepted"] == 100
        yield found


def test_an_objective_is_defined_read_changed_and_deleted(client: httpx.Client) -> None:
    body: Json = {"name": "Good", "objective": {"kind": "success_rate"}, "target": 95}
    tried = client.post("/api/v1/slas/preview", json=body).json()["data"]
    assert (tried["state"]["compliance"], tried["suggested_target"]) == (98, 98)
    made = client.post("/api/v1/slas", json=body)
    assert made.status_code == 201, made.text
    sla = made.json()["data"]
    assert (sla["state"]["status"], sla["state"]["total"], sla["state"]["bad"]) == ("meeting", 100, 2)
    assert sla["state"]["budget"]["minutes"] == pytest.approx(2160)  # 5 % of 30 days
    assert sla["state"]["budget"]["calls_left"] > 0
    assert [w["factor"] for w in sla["state"]["windows"]] == [14.4, 6, 3, 1]
    path = f"/api/v1/slas/{sla['id']}"
    assert client.get(path).json()["data"]["id"] == sla["id"]
    assert [one["name"] for one in client.get("/api/v1/slas").json()["data"]] == ["Good"]
    changed = client.patch(path, json={"objective": {"kind": "availability"}, "name": "Answered"}).json()["data"]
    assert (changed["name"], changed["state"]["bad"]) == ("Answered", 0)  # a wrong request is the caller's
    assert client.post("/api/v1/slas", json={**body, "name": "Answered"}).status_code == 409
    history = client.get(f"{path}/history", params={"days": 7}).json()["data"]
    assert len(history["days"]) == 7
    assert sum(day["total"] for day in history["days"]) == 100
    assert history["days"][-1]["partial"] is True
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
