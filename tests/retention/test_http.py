"""Redaction over HTTP: on from the beginning, changed, tried, counted; nothing unredacted is found anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from server.process import Json, Server

REDACTION = "/api/v1/retention/redaction"
SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
CARD = "4111 1111 1111 1111"
OWN = [{"name": "customers", "pattern": r"\bcust-\d{6}\b"}]


def call(call_id: str, **fields: object) -> Json:
    given = {"id": call_id, "timestamp": datetime.now(UTC).isoformat(), "prompt_id": "greeting", "latency_ms": 10}
    return {**given, **fields}


def detail(client: httpx.Client, call_id: str) -> str:
    answer = client.get(f"/api/v1/calls/{call_id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_texts_are_redacted_before_they_are_stored(project: httpx.Client, server: Server) -> None:
    server.send(
        [
            call("a", input=f"key {SECRET}", output=f"card {CARD}", properties={"note": SECRET}),
            call("b", status="error", error_message=f"Incorrect API key provided: {SECRET}"),
        ],
        project,
    )
    found = detail(project, "a") + detail(project, "b")
    assert found.count("[api_keys]") == 3
    assert found.count("[card_numbers]") == 1
    assert SECRET not in found
    assert CARD not in found


def test_own_patterns_are_saved_tried_and_refused(project: httpx.Client, server: Server) -> None:
    beginning = project.get(REDACTION).json()["data"]
    assert beginning == {"api_keys": True, "card_numbers": True, "patterns": [], "replaced": {}}

    wanted = {"api_keys": True, "card_numbers": False, "patterns": OWN}
    tried = {"text": f"cust-123456 {SECRET} {CARD}"}
    saved = project.post(f"{REDACTION}/preview", json=tried).json()["data"]
    assert saved == {"text": "cust-123456 [api_keys] [card_numbers]", "replaced": {"api_keys": 1, "card_numbers": 1}}
    new = project.post(f"{REDACTION}/preview", json={**tried, "redaction": wanted}).json()["data"]
    assert new == {"text": f"[customers] [api_keys] {CARD}", "replaced": {"api_keys": 1, "customers": 1}}

    assert project.put(REDACTION, json=wanted).json()["data"] == {**wanted, "replaced": {}}
    server.send([call("a", input="of cust-123456")], project)
    assert "of [customers]" in detail(project, "a")

    endless = {"patterns": [{"name": "endless", "pattern": "(a+)+b"}]}
    refused = project.put(REDACTION, json=endless)
    assert (refused.status_code, refused.json()["field"]) == (422, "patterns.0.pattern")
    assert "write {1,100}" in refused.json()["error"]
    taken = project.put(REDACTION, json={"patterns": [{"name": "api_keys", "pattern": "abc"}]})
    assert (taken.status_code, taken.json()["field"]) == (422, "patterns.0.name")


def test_nothing_unredacted_is_left_in_the_data_folder_and_the_log(project: httpx.Client, server: Server) -> None:
    secret = f"{SECRET}notinthefolder"
    server.send([call("a", input=secret, error_message=secret, status="error")], project)
    assert "[api_keys]" in detail(project, "a")
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    assert files
    holding = [path for path in (*files, server.log_file) if secret.encode() in path.read_bytes()]
    assert holding == []
