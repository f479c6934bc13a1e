"""Scores as the Langfuse clients send them. That of today runs against a server in `tests/client`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from scores.world import JSON, World, values_of
from server.process import Json

TRACE = "d2a2d0377494ac84b880ffccef1d5654"
SPAN = "00f067aa0ba902b7"


def post(world: World, path: str, body: object) -> httpx.Response:
    return world.client.post(f"/api/public{path}", content=json.dumps(body), headers=JSON)


def score(**given: object) -> Json:
    return {"id": "s1", "traceId": TRACE, "name": "rating", "value": 0.9, "dataType": "NUMERIC", **given}


def test_what_version_5_sends_is_stored_as_it_was_meant(world: World, shared: Path) -> None:
    text = (shared / "fixtures/otlp/langfuse-5.0.4__scores.http.jsonl").read_text()
    bodies = [line["body"] for line in map(json.loads, text.splitlines()) if line["path"] == "/api/public/scores"]
    assert bodies
    for body in bodies * 2:  # each is sent again
        answer = post(world, "/scores", body)
        assert (answer.status_code, answer.json()) == (202, {"message": "Accepted"})
    found = {str(row["id"]): row for row in world.read("/scores")}
    assert {k: values_of(row) for k, row in found.items()} == {
        "1c4b77491cf324e4": {"rating": 0.9}, "69e8a81c1146d2ad": {"helpful": True}, "0f8d2773a1169407": {"tone": "kind"},
    }  # fmt: skip
    first = found["1c4b77491cf324e4"]
    assert (first["trace_id"], first["comment"], first["source"]) == (TRACE, "made up", "langfuse")
    assert first["created_at"] == "2026-11-21T09:07:30.053775Z"
    assert found["0f8d2773a1169407"]["session_id"] == "sess-7"


@pytest.mark.parametrize(
    ("given", "kind", "value"),
    [
        ({"value": 1, "dataType": "NUMERIC"}, "float", 1),
        ({"value": 1.0, "dataType": "BOOLEAN"}, "bool", True),
        ({"value": 0, "dataType": "BOOLEAN"}, "bool", False),
        ({"value": "good", "dataType": "CATEGORICAL"}, "string", "good"),
        ({"value": "a long text", "dataType": "TEXT"}, "string", "a long text"),
        ({"value": "better so", "dataType": "CORRECTION"}, "string", "better so"),
        ({"value": 0.5, "dataType": None}, "float", 0.5),
        ({"value": "good", "dataType": None}, "string", "good"),
    ],
    ids=str,
)
def test_every_type_has_its_own_here(world: World, given: Json, kind: str, value: object) -> None:
    assert post(world, "/scores", [score(**given)]).status_code == 202
    (row,) = world.read("/scores")
    assert row["scores"] == [{"name": "rating", "type": kind, "value": value}]


def test_a_trace_and_an_observation_are_a_call(world: World) -> None:
    alone = post(world, "/scores", score(observationId=SPAN))
    assert (alone.status_code, alone.json()) == (202, {"message": "Accepted", "id": "s1"})
    (row,) = world.read("/scores")
    assert (row["call_id"], row["trace_id"]) == (f"{TRACE}{SPAN}", TRACE)


def test_of_a_list_the_good_ones_are_stored_and_the_others_explained(world: World) -> None:
    answer = post(world, "/scores", [
        score(), score(id="s2", value="high"), score(id="s3", traceId=None), score(id="s4", dataType="COLOUR"), 5,
        score(id="s5", value=0.5),
    ])  # fmt: skip
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (207, 2, 4)
    told = [error["message"] for error in answer.json()["errors"]]
    assert [message.partition(":")[0] for message in told] == ["1.value", "2.traceId", "3.dataType", "4"]
    assert "a float is a finite number" in told[0]
    assert {row["id"] for row in world.read("/scores")} == {"s1", "s5"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], ""),
        (score(value="high"), "value"),
        (score(observationId=SPAN, traceId=None, sessionId="s"), "traceId"),
        (score(name=""), "name"),
        ("[", ""),
    ],
    ids=str,
)
def test_a_bad_request_is_a_langfuse_error(world: World, body: object, named: str) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = world.client.post("/api/public/scores", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequestError")
    assert named in answer.json()["message"]
    assert world.read("/scores") == []


def event(kind: str, event_id: str, body: Json) -> Json:
    return {"id": event_id, "type": kind, "timestamp": "2026-11-21T09:07:30Z", "body": body}


def test_versions_3_and_4_send_scores_among_events(world: World) -> None:
    batch = [
        event("score-create", "e1", {"traceId": TRACE, "name": "rating", "value": 0.9, "dataType": "NUMERIC"}),
        event("trace-create", "e2", {"id": TRACE, "name": "chat"}),
        event("score-create", "e3", {"id": "mine", "sessionId": "s", "name": "tone", "value": "kind"}),
        event("score-create", "e4", {"traceId": TRACE, "name": "rating", "value": None}),
    ]
    for _ in range(2):
        answer = post(world, "/ingestion", {"batch": batch, "metadata": {"sdk_name": "python"}})
        assert answer.status_code == 207
        assert answer.json()["successes"] == [{"id": "e1", "status": 201}, {"id": "e3", "status": 201}]
        first, second = answer.json()["errors"]
        assert (first["id"], first["status"], first["error"]) == ("e2", 400, "InvalidRequestError")
        assert "/api/public/otel/v1/traces" in first["message"]
        assert second["message"].startswith("batch.3.body.value: ")
    found = {str(row["id"]): row for row in world.read("/scores")}
    assert {k: values_of(row) for k, row in found.items()} == {"e1": {"rating": 0.9}, "mine": {"tone": "kind"}}
    assert found["e1"]["created_at"] == "2026-11-21T09:07:30Z"


def test_an_empty_batch_is_a_success(world: World) -> None:
    answer = post(world, "/ingestion", {"batch": []})
    assert (answer.status_code, answer.json()) == (207, {"successes": [], "errors": []})
