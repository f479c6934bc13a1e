"""Policies from outside."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("scaling")
HOOK: Json = {"kind": "webhook", "url": "https://example.com/hook?token=sentinel", "direction": "scale_up"}
SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client_of(server.project_key(f"actions {uuid4()}").key) as found:
        yield found


def test_a_policy_is_made_read_changed_tried_and_deleted(client: httpx.Client) -> None:
    body: Json = {"name": "Scale", "trigger": {"kind": "sla"}, "action": HOOK, "secret": SECRET}
    made = client.post("/api/v1/policies", json=body)
    assert made.status_code == 201, made.text
    policy = made.json()["data"]
    assert (policy["dry_run"], policy["has_secret"], policy["acts_today"]) == (True, True, 0)
    assert policy["action"]["url"] == "https://example.com/..."
    path = f"/api/v1/policies/{policy['id']}"
    changed = client.patch(path, json={"action": {**policy["action"], "direction": "scale_down"}, "daily_cap": 1})
    assert changed.status_code == 200, changed.text
    assert changed.json()["data"]["action"]["direction"] == "scale_down"
    assert changed.json()["data"]["has_secret"] is True
    assert client.patch(path, json={"secret": ""}).json()["data"]["has_secret"] is False
    tried = client.post(f"{path}/try", json={}).json()["data"]
    assert (tried["matches"], tried["would_act"], tried["said"]) == (False, False, "Nothing fires that it is for.")
    assert client.post(f"{path}/try", json={"incident_id": str(uuid4())}).status_code == 404
    everything = client.get("/api/v1/policies").text + client.get(path).text + changed.text
    assert "sentinel" not in everything
    assert SECRET not in everything
    assert client.get("/api/v1/action-runs").json() == {"success": True, "data": [], "meta": {"total": 0}}
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
