"""Rules over HTTP, on a server of its own process, whose rounds are its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from server.process import Json, Server

RULES = "/api/v1/rules"
WITHIN_S = 90.0
LOUD: Json = {
    "name": "Errors", "metric": "error_rate", "by": ["prompt_id"], "window_minutes": 5, "severity": "critical",
    "condition": {"kind": "threshold", "op": "above", "value": 5}, "minimum_samples": 5, "runbook": "Roll back.",
}  # fmt: skip


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client_of(server.project_key(f"rules {uuid4()}").key) as opened:
        yield opened


def test_a_rule_from_its_trial_to_its_end(client: httpx.Client, server: Server) -> None:
    now = datetime.now(UTC)
    calls: list[Json] = [
        {"id": f"c{i}", "timestamp": (now - timedelta(seconds=i)).isoformat(), "prompt_id": "p", "latency_ms": 10,
         "status": "error", "error_type": "timeout"}
        for i in range(60)
    ]  # fmt: skip
    server.send(calls, client)
    tried = client.post(f"{RULES}/preview", json={"rule": LOUD, "days": 1})
    assert tried.status_code == 200, tried.text
    assert tried.json()["data"]["metric_label"] == "Error rate"
    made = client.post(RULES, json=LOUD)
    assert made.status_code == 201, made.text
    rule = made.json()["data"]
    assert (rule["health"]["status"], rule["alert_type"]) == ("waiting", "error_rate")
    fired = _firing(client, rule["id"])
    assert (fired["value"], fired["threshold"], fired["group"]) == (100, 5, {"prompt_id": "p"})
    states = client.get(f"{RULES}/{rule['id']}/states").json()["data"]
    assert [(s["phase"], s["value"]) for s in states["states"]] == [("firing", 100)]
    assert states["health"]["status"] == "ok"
    listed = {one["name"]: one for one in client.get(RULES).json()["data"]}
    assert (len(listed), listed["Errors"]["phase"], listed["Errors"]["firing"]) == (7, "firing", 1)
    changed = client.patch(f"{RULES}/{rule['id']}", json={"recovery_value": 4, "renotify_minutes": 60}).json()["data"]
    assert (changed["phase"], changed["recovery_value"]) == ("firing", 4)
    assert (
        client.patch(f"{RULES}/{rule['id']}", json={"renotify_minutes": None}).json()["data"]["renotify_minutes"]
        is None
    )
    assert client.delete(f"{RULES}/{rule['id']}").status_code == 200
    after = client.get("/api/v1/alerts", params={"source_id": rule["id"]}).json()["data"]
    assert [(a["status"], a["clear_reason"]) for a in after] == [("cleared", "the rule was deleted")]


def _firing(client: httpx.Client, rule_id: str) -> Json:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        found: list[Json] = client.get("/api/v1/alerts", params={"source_id": rule_id}).json()["data"]
        if found:
            return found[0]
        time.sleep(0.5)
    pytest.fail(f"nothing fired within {WITHIN_S:g} s")


def test_the_examples_of_the_product_are_templates(client: httpx.Client) -> None:
    found = {one["key"]: one for one in client.get(f"{RULES}/templates").json()["data"]}
    first, second = found["success-rate-95"]["rule"], found["p99-latency"]["rule"]
    assert (first["metric"], first["condition"]["op"], first["condition"]["value"]) == ("success_rate", "below", 95)
    assert (first["for_minutes"], first["severity"]) == (5, "warning")
    assert (second["metric"], second["condition"]["op"], second["condition"]["value"]) == (
        "p99_latency_ms",
        "above",
        5000,
    )
    assert (second["for_minutes"], second["severity"]) == (2, "critical")
    third = found["customer-satisfaction"]["rule"]
    assert (third["condition"]["op"], third["condition"]["value"]) == ("below", 80)
    assert 60 in (third["window_minutes"], third["for_minutes"])
    assert sum(one["ready_made"] for one in found.values()) == 6
    for template in found.values():
        made = client.post(RULES, json={**template["rule"], "name": f"mine: {template['key']}"})
        assert made.status_code == 201, made.text
        assert made.json()["data"]["changed"] is False


def test_a_ready_made_rule_can_be_changed_and_reset(client: httpx.Client) -> None:
    rule = next(one for one in client.get(RULES).json()["data"] if one["template"] == "server-errors")
    assert (rule["ready_made"], rule["changed"], rule["created_by"]) == (True, False, "PromptPulse")
    path = f"{RULES}/{rule['id']}"
    changed = client.patch(
        path, json={"condition": {"kind": "threshold", "op": "above", "value": 50}, "name": "Many 5xx"}
    )
    assert changed.json()["data"]["changed"] is True
    again = client.post(f"{path}/reset").json()["data"]
    assert (again["changed"], again["name"], again["condition"]["value"]) == (False, "Many 5xx", 4)
