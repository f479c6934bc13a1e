"""Scores over HTTP: sent, stored once, listed, averaged, exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import httpx
import msgspec
import pyarrow.parquet as pq
import pytest

from scores.world import JSON, World, chunks, new_world, typed, values_of
from server.making import new
from server.process import Json, Server

ALL_TYPES: Json = {"rating": 5, "quality": 0.75, "helpful": True, "comment": "made up"}


def recorded(shared: Path, name: str) -> list[Json]:
    """Bodies of the score calls that a real client made."""
    lines = (shared / "fixtures/otlp" / name).read_text().splitlines()
    calls = [json.loads(line) for line in lines]
    return [call["body"] for call in calls if call["path"] == "/api/v1/scores"]


def test_what_the_javascript_client_sends_is_stored_as_it_was_meant(world: World, shared: Path) -> None:
    told = world.client.post(
        "/api/v3/experiments/evaluate", json={"experimentTitle": "running", "context": {"userId": "user-42"}}
    ).json()["data"]
    bodies = recorded(shared, "laikatest-js-client-2.1.2__all.http.jsonl")
    assert len(bodies) == 3
    for body in bodies:
        body |= {
            "expId": world.experiment, "bucketId": told["bucketId"], "promptVersionId": told["prompt"]["promptVersionId"],
        }  # fmt: skip
        answer = world.client.post("/api/v1/scores", content=chunks(body), headers=JSON)
        assert (answer.status_code, answer.json()["success"]) == (201, True)
        assert answer.json()["data"] == {"id": body["sdkEventId"], "duplicate": False}
    stored = {row["id"]: row for row in world.scores()}
    assert [values_of(stored[body["sdkEventId"]]) for body in bodies] == [ALL_TYPES, {"rating": 0}, {"helpful": False}]
    first = stored[bodies[0]["sdkEventId"]]
    assert {name: first[name] for name in ("user_id", "session_id", "source", "prompt_id", "prompt_version")} == {
        "user_id": "user-42", "session_id": "sess-7", "source": "sdk", "prompt_id": "greeting",
        "prompt_version": "1" if told["bucketId"] == world.control else "2",
    }  # fmt: skip
    assert first["bucket_name"] == told["groupName"]


def test_the_same_sdk_event_id_is_stored_once_and_the_first_counts(world: World) -> None:
    body = {"expId": world.experiment, "bucketId": world.control, "userId": "u", "sdkEventId": "event-1"}
    assert world.send("/scores", {**body, "scores": typed({"rating": 5})}) == {"id": "event-1", "duplicate": False}
    again = world.send("/scores", {**body, "scores": typed({"rating": 1, "more": 2})}, status=200)
    assert again == {"id": "event-1", "duplicate": True}
    assert [values_of(row) for row in world.scores()] == [{"rating": 5}]


def test_a_call_by_hand_needs_no_source_no_version_and_no_event_id(world: World) -> None:
    made = [world.score(rating=5), world.score(rating=5)]
    assert [row["id"] for row in world.scores()] == [made[1]["id"], made[0]["id"]]


def test_snake_case_is_understood(world: World) -> None:
    body = {"exp_id": "?", "experiment_id": world.experiment, "bucket_id": world.treatment, "session_id": 7}
    world.send("/scores", {**body, "sdk_event_id": "e", "client_version": "1", "scores": typed({"rating": 1})})
    (row,) = world.scores()
    assert (row["id"], row["session_id"], row["bucket_name"]) == ("e", "7", "Treatment")


def test_scores_of_somebody_who_is_not_enrolled_belong_to_no_variant(world: World) -> None:
    world.score(bucket="none", rating=1)
    assert world.scores() == []
    (row,) = world.read("/scores")
    assert (row["experiment_id"], row["bucket_id"], row["bucket_name"]) == (None, None, None)


def test_aggregates_are_exact_and_name_every_variant(world: World) -> None:
    for rating, helpful, feedback in ((1, True, "good"), (2, True, "good"), (6, False, "bad")):
        world.score(rating=rating, helpful=helpful, feedback=feedback)
    path = f"/scores/experiments/{world.experiment}/aggregate"
    control, treatment = world.read(path)
    assert (control["bucket_name"], control["control"], control["count"]) == ("Control", True, 3)
    assert control["avg_scores"] == {"feedback": None, "helpful": pytest.approx(2 / 3), "rating": 3}
    assert cast("Json", control["spread"])["rating"] == {
        "count": 3, "mean": 3, "standard_deviation": pytest.approx(7**0.5), "min": 1, "p25": 1.5, "median": 2,
        "p75": 4, "max": 6,
    }  # fmt: skip
    assert control["bool_rates"] == {"helpful": pytest.approx(200 / 3)}
    assert control["distributions"] == {"feedback": {"good": 2, "bad": 1}}
    assert treatment == {
        "bucket_id": world.treatment, "bucket_name": "Treatment", "control": False, "count": 0, "avg_scores": {},
        "spread": {}, "bool_rates": {}, "distributions": {},
    }  # fmt: skip


def test_mapped_texts_are_averaged_at_once(world: World) -> None:
    for feedback in ("good", "good", "good", "bad"):
        world.score(feedback=feedback)
    answer = world.client.put("/api/v1/scores/mappings", json={"mappings": {"feedback": {"good": 1, "bad": 0}}})
    assert answer.json()["data"] == {"mappings": {"feedback": {"good": 1, "bad": 0}}}
    assert world.one("/scores/mappings") == answer.json()["data"]
    path = f"/scores/experiments/{world.experiment}/aggregate"
    assert world.read(path)[0]["avg_scores"] == {"feedback": 0.75}
    (by_version,) = world.read("/scores/by-version")
    assert (by_version["mean"], by_version["count"], by_version["bool_rate"]) == (0.75, 4, None)


def test_names_are_those_of_the_experiment_or_of_the_project(world: World) -> None:
    world.score(rating=5, helpful=True)
    world.score(rating=4.5)
    world.score_call({"tone": "kind"}, traceId="t")
    of_experiment = {"score_names": ["helpful", "rating"], "types": {"helpful": ["bool"], "rating": ["float", "int"]}}
    assert world.one(f"/scores/experiments/{world.experiment}/score-names") == of_experiment
    assert world.one("/scores/names")["score_names"] == ["helpful", "rating", "tone"]


def test_pages_follow_each_other_from_new_to_old(world: World) -> None:
    at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    for i in range(5):
        body = {"expId": world.experiment, "bucketId": world.control, "userId": "u", "sdkEventId": f"e{i}"}
        when = (at + timedelta(minutes=i)).isoformat()
        world.send("/scores", {**body, "timestamp": when, "scores": typed({"a": i, "b": True})})
    path = f"/scores/experiments/{world.experiment}"
    pages = [world.whole(path, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    ids = [[row["id"] for row in cast("list[Json]", page["data"])] for page in pages]
    assert ids == [["e4", "e3"], ["e2", "e1"], ["e0"], []]
    assert [page["meta"] for page in pages] == [{"total": 5}] * 4
    assert cast("list[Json]", pages[0]["data"])[0]["created_at"] == "2026-01-02T12:04:00Z"


def test_an_end_date_is_the_end_of_that_day_where_the_project_is(server: Server) -> None:
    mine = server.project_key(f"zone {uuid4()}", time_zone="Asia/Tokyo")
    with server.client_of(mine.key) as client:
        world = new_world(client)
        # Tokyo is nine hours ahead: its 2 January ends at 15:00 UTC
        for name, when in (("in", "2026-01-02T14:59:59Z"), ("out", "2026-01-02T15:00:00Z")):
            body = {"expId": world.experiment, "bucketId": world.control, "userId": "u", "sdkEventId": name}
            world.send("/scores", {**body, "timestamp": when, "scores": typed({"a": 1})})
        assert [row["id"] for row in world.scores(end_date="2026-01-02")] == ["in"]
        assert [row["id"] for row in world.scores(start_date="2026-01-03")] == ["out"]
        assert [row["id"] for row in world.scores(start_date="2026-01-02", end_date="2026-01-03")] == ["out", "in"]
        path = f"/scores/experiments/{world.experiment}/aggregate"
        assert world.read(path, end_date="2026-01-02")[0]["count"] == 1


def test_files_have_one_row_a_value(world: World) -> None:
    world.score(rating=5, quality=0.75, helpful=True, comment="=SUM(A1)")
    path = f"/api/v1/scores/experiments/{world.experiment}"
    text = world.client.get(path, params={"format": "csv"})
    assert text.headers["content-disposition"] == 'attachment; filename="scores.csv"'
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text.text))}
    assert {name: (row["type"], row["number"], row["text"]) for name, row in rows.items()} == {
        "rating": ("int", "5.0", ""), "quality": ("float", "0.75", ""), "helpful": ("bool", "1.0", ""),
        "comment": ("string", "", "'=SUM(A1)"),
    }  # fmt: skip
    assert {row["bucket_name"] for row in rows.values()} == {"Control"}
    lines = [msgspec.json.decode(line) for line in world.client.get(path, params={"format": "ndjson"}).iter_lines()]
    assert {line["name"]: line["number"] for line in lines} == {
        "rating": 5, "quality": 0.75, "helpful": 1, "comment": None,
    }  # fmt: skip
    table = pq.read_table(io.BytesIO(world.client.get(path, params={"format": "parquet"}).content))
    assert sorted(cast("list[str]", table.column("name").to_pylist())) == ["comment", "helpful", "quality", "rating"]


def test_a_call_has_its_scores_and_those_of_its_trace(server: Server, world: World) -> None:
    now = datetime.now(UTC)
    call: Json = {
        "id": "call-1",
        "trace_id": "trace-1",
        "prompt_id": "greeting",
        "prompt_version": "2",
        "latency_ms": 1,
    }
    server.send([{**call, "timestamp": now.isoformat()}], world.client)
    world.score_call({"rating": 5}, callId="call-1")
    world.score_call({"helpful": True}, traceId="trace-1")
    world.score_call({"rating": 1}, callId="call-2", traceId="trace-1")
    world.score_call({"rating": 2}, callId="call-3")
    found = world.read("/scores", call_id="call-1")
    assert [values_of(row) for row in found] == [{"helpful": True}, {"rating": 5}]
    assert [(row["prompt_id"], row["prompt_version"]) for row in found] == [(None, None), ("greeting", "2")]
    assert len(world.read("/scores", trace_id="trace-1")) == 2
    by_version = {(row["name"], row["prompt_version"]): row["mean"] for row in world.read("/scores/by-version")}
    assert by_version == {("rating", "2"): 5, ("helpful", "2"): 1, ("rating", None): 1.5}
    assert {row["name"] for row in world.read("/scores/by-version", prompt_id="greeting")} == {"rating", "helpful"}


def test_a_score_may_name_its_prompt(world: World) -> None:
    prompt = world.read("/prompts", name="greeting")[0]
    (_, first) = world.read(f"/prompts/{prompt['id']}/versions")
    world.score_call({"a": 1}, userId="u", promptVersionId=first["id"])
    world.score_call({"b": 2}, traceId="t", promptName="elsewhere", promptVersion=7)
    found = {str(row["name"]): (row["prompt_id"], row["prompt_version"]) for row in world.read("/scores/by-version")}
    assert found == {"a": ("greeting", "1"), "b": ("elsewhere", "7")}
    assert [values_of(row) for row in world.read("/scores", prompt_id="elsewhere")] == [{"b": 2}]
    assert [values_of(row) for row in world.read("/scores", name="a")] == [{"a": 1}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"promptVersion": "7"}, "promptName"),
        ({"prompt_version": "7"}, "promptName"),
        ({"scores": [{"name": "a", "type": "int", "value": 1}] * 2}, "scores.1.name"),
        ({"scores": [{"name": f"n{i}", "type": "int", "value": 1} for i in range(101)]}, "scores"),
        ({"scores": [{"name": "x" * 201, "type": "int", "value": 1}]}, "scores.0.name"),
        ({"scores": [{"name": " ", "type": "int", "value": 1}]}, "scores.0.name"),
        ({"userId": "x" * 257}, "userId"),
        ({"userId": ""}, "userId"),
        ({"userId": True}, "userId"),
        ({"sdkEventId": "x" * 257}, "sdkEventId"),
        ({"timestamp": "2026-01-02T12:00:00"}, "timestamp"),
        ({"timestamp": "2014-01-02T12:00:00Z"}, "timestamp"),
        ({"timestamp": "2100-01-02T12:00:00Z"}, "timestamp"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"comment": "x" * 10_001}, "comment"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused_names_its_field_and_stores_nothing(world: World, change: Json, field: str) -> None:
    body = {"expId": world.experiment, "bucketId": world.control, "userId": "u", "scores": typed({"rating": 5})}
    answer = world.client.post("/api/v1/scores", content=json.dumps({**body, **change}), headers=JSON)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert answer.json()["error"].startswith(f"{field}: ")
    assert world.scores() == []


@pytest.mark.parametrize(("query", "field"), [
    ({"start_date": "2026-02-30"}, "start_date"),
    ({"start_date": "2026-02-02", "end_date": "2026-02-01"}, "end_date"),
    ({"limit": 1001}, "limit"),
    ({"offset": -1}, "offset"),
    ({"format": "xml"}, "format"),
], ids=str)  # fmt: skip
def test_a_question_that_cannot_be_answered_names_its_field(world: World, query: Json, field: str) -> None:
    for path in (f"/scores/experiments/{world.experiment}", f"/events/experiment/{world.experiment}", "/scores"):
        answer = world.client.get(f"/api/v1{path}", params=cast("dict[str, str]", query))
        assert (answer.status_code, answer.json()["field"]) == (422, field), path


def test_another_project_sees_nothing_of_it(server: Server, world: World) -> None:
    world.score(rating=5)
    with server.client_of(server.project_key(f"other {uuid4()}").key) as other:
        assert other.get("/api/v1/scores").json()["data"] == []
        assert other.get(f"/api/v1/scores/experiments/{world.experiment}").status_code == 404
        body = {"expId": world.experiment, "bucketId": world.control, "userId": "u", "scores": typed({"rating": 5})}
        assert other.post("/api/v1/scores", json=body).status_code == 404


def test_a_stored_score_survives_a_kill_and_is_recognised_after_it(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    body: Json = {"callId": "call-1", "scores": typed(ALL_TYPES), "sdkEventId": "event-1"}

    def send() -> tuple[int, object]:
        answer = server.client.post("/api/v1/scores", content=chunks(body), headers=JSON)
        return answer.status_code, answer.json()["data"]["duplicate"]

    assert send() == (201, False)
    server.kill()
    server.start()
    assert send() == (200, True)
    (row,) = server.client.get("/api/v1/scores").json()["data"]
    assert values_of(row) == ALL_TYPES


def test_open_pages_are_told(world: World) -> None:
    with (
        httpx.Client(base_url=world.client.base_url, headers=world.client.headers, timeout=20) as page,
        page.stream("GET", "/api/v1/live") as live,
    ):
        lines = live.iter_lines()
        assert next(lines) == "retry: 3000"
        world.score(rating=5)
        told = next(line for line in lines if line.startswith("event: "))
        assert (told, next(lines)) == ("event: scores", 'data: {"accepted":1}')


def test_calls_of_a_variant_get_the_prompt_that_it_serves(server: Server, world: World) -> None:
    place: Json = {"experiment_id": world.experiment, "variant_id": world.treatment}
    now = datetime.now(UTC).isoformat()
    server.send(
        [
            {"id": "a", "timestamp": now, "model": "m", "latency_ms": 1, **place},
            {"id": "b", "timestamp": now, "prompt_id": "own", "latency_ms": 1, **place},
            {"id": "c", "timestamp": now, "model": "m", "latency_ms": 1, **place, "variant_id": "none"},
            {"id": "d", "timestamp": now, "model": "m", "latency_ms": 1, **place, "variant_id": "unknown"},
        ],
        world.client,
    )
    shown = ("prompt_id", "prompt_version", "experiment_id", "variant_id")
    found = {str(call["id"]): tuple(call[name] for name in shown) for call in world.read("/calls")}
    assert found == {
        "a": ("greeting", "2", world.experiment, world.treatment),
        "b": ("own", None, world.experiment, world.treatment),
        "c": (None, None, None, None),
        "d": (None, None, world.experiment, "unknown"),
    }


def test_spans_of_a_variant_get_the_prompt_that_it_serves(world: World, shared: Path) -> None:
    path = shared / "fixtures/otlp/laikatest-sdk-0.2.3__experiment.0.traces.otlp.json"
    text = path.read_text()
    assert text.count("laikatest.experiment.variant_id") > 0
    body = json.loads(text)
    for resource in body["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for attribute in span["attributes"]:
                    if attribute["key"] == "laikatest.experiment.id":
                        attribute["value"] = {"stringValue": world.experiment}
                    if attribute["key"] == "laikatest.experiment.variant_id":
                        attribute["value"] = {"stringValue": world.treatment}
    assert world.client.post("/v1/traces", json=body).status_code == 200
    calls = world.read("/calls", start="2015-01-01T00:00:00Z")
    assert calls
    assert {(c["prompt_id"], c["prompt_version"]) for c in calls if c["variant_id"]} == {("greeting", "2")}
    assert {c["variant_id"] for c in calls} >= {world.treatment}


def test_a_change_of_the_mappings_is_in_the_audit_log(server: Server) -> None:
    mine = server.project_key(f"mappings {uuid4()}")
    with server.client_of(mine.key) as client:
        client.put("/api/v1/scores/mappings", json={"mappings": {"tone": {"kind": 1}}})
        entry = client.get(f"/api/v1/projects/{mine.project}/audit").json()["data"][0]
        assert (entry["action"], entry["target"], entry["detail"]) == (
            "mapping.change", "score tone", {"numbers": "kind=1"},
        )  # fmt: skip
        assert new(client, "/prompts", {"name": "p", "content": "x"})["name"] == "p"  # and writing goes on
