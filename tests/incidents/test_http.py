"""Incidents over HTTP: what is listed, what buttons do, what is exported. On the shared server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from server.making import new, new_experiment, new_incident, new_prompt
from server.process import Json, Server


@dataclass
class Ops:
    """A project whose prompt support-reply went from version 1 to 2, and whose calls of it got slow."""

    client: httpx.Client
    project: str
    incident: str

    def get(self, path: str, **params: str) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Json, status: int = 200) -> Any:
        answer = self.client.post(f"/api/v1/incidents/{self.incident}/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json().get("data") or answer.json()


@pytest.fixture
def ops(server: Server) -> Iterator[Ops]:
    made = server.project_key(f"ops {uuid4()}")
    now = datetime.now(UTC)
    with server.client_of(made.key) as client:
        prompt = new_prompt(client, "support-reply", "one", "two")
        new(client, f"/prompts/{prompt['id']}/deploy", {"version": 2})
        calls: list[Json] = [
            {"id": f"{minute}-{n}", "timestamp": (now - timedelta(minutes=minute, seconds=n)).isoformat(),
             "prompt_id": "support-reply", "prompt_version": "1" if minute > 10 else "2", "user_id": f"u{n}",
             "latency_ms": 1000 if minute > 10 else 3500}
            for minute in range(1, 60) for n in range(3)
        ]  # fmt: skip
        server.send(calls, client)
        yield Ops(client, made.project, new_incident(server, made.project, "Slow answers", prompt_id="support-reply"))


def test_from_the_list_to_the_roll_back_and_the_document(ops: Ops) -> None:
    (listed,) = ops.get("/incidents", open="true")["data"]
    assert (listed["id"], listed["title"], listed["status"], listed["firing"]) == (
        ops.incident,
        "p95 latency of support-reply is above 2 s",
        "firing",
        1,
    )
    assert ops.get("/incidents", prompt_id="greeting")["meta"]["total"] == 0
    (alert,) = ops.get("/alerts", status="firing")["data"]
    assert (alert["incident_id"], alert["group"]) == (ops.incident, {"prompt_id": "support-reply"})

    known = ops.get(f"/incidents/{ops.incident}/dossier")["data"]
    cause = known["causes"]["most_likely"]
    assert (cause["dimension"], cause["value"], cause["prompt_id"]) == ("prompt_version", "2", "support-reply")
    assert known["impact"]["users"] == 3

    rolled = ops.post("rollback", {"prompt": "support-reply", "expected_version": 2})
    assert rolled["status"] == "mitigated"
    served = ops.client.get("/api/v1/prompts/by-name/support-reply").json()["data"]
    assert served["version"] == 1
    again = ops.post("rollback", {"prompt": "support-reply", "expected_version": 2}, 409)
    assert again["field"] == "expected_version"

    event = ops.post("comments", {"text": "Version 1 is back."}, 201)
    assert (event["kind"], event["text"]) == ("comment", "Version 1 is back.")
    assert ops.client.get(f"/api/v1/incidents/{ops.incident}/post-mortem/export").status_code == 404
    draft = ops.post("post-mortem/draft", {})
    assert "Version 2 of support-reply carries" in draft["markdown"]
    exported = ops.client.get(f"/api/v1/incidents/{ops.incident}/post-mortem/export")
    assert (exported.text, exported.headers["content-type"]) == (draft["markdown"], "text/markdown; charset=utf-8")
    assert exported.headers["content-disposition"].startswith('attachment; filename="post-mortem-')


def test_pausing_an_experiment_is_part_of_the_timeline(ops: Ops) -> None:
    halves: list[Json] = [{"name": f"v{n}", "prompt": "support-reply", "version": n, "weight": 50} for n in (1, 2)]
    made = new_experiment(ops.client, "Shorter", halves)
    (offered,) = ops.get(f"/incidents/{ops.incident}")["data"]["experiments"]
    assert (offered["id"], offered["likely"]) == (made["id"], True)
    detail = ops.post("pause-experiment", {"experiment_id": made["id"]})
    assert (detail["experiments"], detail["status"]) == ([], "mitigated")
    assert ops.get(f"/experiments/{made['id']}")["data"]["status"] == "paused"
    assert "pause" in [event["kind"] for event in detail["timeline"]]


def test_silencing_names_its_end_and_lists_the_silence(ops: Ops) -> None:
    detail = ops.post("silence", {"minutes": 60, "reason": "known"})
    (listed,) = ops.get("/silences")["data"]
    assert (listed["active_until"], listed["reason"]) == (detail["silenced_until"], "known")
    assert listed["match"] == {"prompt_id": ["support-reply"]}
    assert ops.client.delete(f"/api/v1/silences/{listed['id']}").status_code == 200
    assert ops.get("/silences")["data"] == []
    assert ops.get("/silences", over="true")["data"][0]["state"] == "over"
