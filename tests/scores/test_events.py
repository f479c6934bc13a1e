"""Events of experiments over HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import cast
from uuid import uuid4

import pytest

from scores.world import JSON, World
from server.making import eventually
from server.process import Json, Server


def evaluated(world: World, user: str, **context: object) -> str:
    """Id of the variant that the user gets."""
    answer = world.client.post(
        "/api/v3/experiments/evaluate", json={"experimentTitle": "running", "context": {"userId": user, **context}}
    )
    return str(answer.json()["data"]["bucketId"])


def test_an_outcome_is_read_as_it_was_sent(world: World) -> None:
    told = world.send("/events", {
        "id": "checkout-1", "experiment_id": world.experiment, "variant_id": world.treatment, "user_id": "user-1",
        "outcome": "success", "score": 0.9, "context": {"plan": "pro"}, "metadata": {"cart": {"usd": 42.5}},
        "call_id": "call-1", "timestamp": "2026-01-02T12:00:00Z",
    })  # fmt: skip
    assert told == {"id": "checkout-1", "duplicate": False}
    assert world.events() == [{
        "id": "checkout-1", "kind": "outcome", "experiment_id": world.experiment, "variant_id": world.treatment,
        "variant_name": "Treatment", "outcome": "success", "score": 0.9, "user_id": "user-1", "session_id": None,
        "prompt_id": "greeting", "prompt_version": "2", "trace_id": None, "call_id": "call-1",
        "context": {"plan": "pro"}, "metadata": {"cart": {"usd": 42.5}}, "created_at": "2026-01-02T12:00:00Z",
    }]  # fmt: skip


def test_an_event_sent_again_is_stored_once(world: World) -> None:
    body = {"experiment_id": world.experiment, "variant_id": world.control, "user_id": "u", "id": "a"}
    world.send("/events", {**body, "outcome": "success"})
    assert world.send("/events", {**body, "outcome": "failure"}, status=200) == {"id": "a", "duplicate": True}
    both = world.send("/events", {"events": [{**body, "id": i, "outcome": "x"} for i in ("a", "b", "b")]})
    assert both == {
        "accepted": 1,
        "duplicates": 2,
        "events": [
            {"id": "a", "duplicate": True},
            {"id": "b", "duplicate": False},
            {"id": "b", "duplicate": True},
        ],
    }
    assert [(e["id"], e["outcome"]) for e in world.events()] == [("b", "x"), ("a", "success")]


def test_experiment_and_variant_may_be_named(world: World) -> None:
    body = {"experimentTitle": "running", "variantName": "Treatment", "userId": "u", "outcome": "clicked"}
    world.send("/events", body)
    (event,) = world.events()
    assert (event["variant_id"], event["outcome"]) == (world.treatment, "clicked")


def test_without_a_variant_it_is_that_of_the_units_assignment(world: World) -> None:
    expected = {user: evaluated(world, user) for user in ("user-1", "user-2", "user-3", "user-4", "user-5")}
    world.send(
        "/events",
        {"events": [{"experiment": "running", "user_id": user, "outcome": "success"} for user in expected]},
    )
    assert {e["user_id"]: e["variant_id"] for e in world.events()} == expected


def test_who_was_not_assigned_has_no_variant(world: World) -> None:
    body = {"experiment": "running", "user_id": "stranger", "outcome": "success"}
    answer = world.client.post("/api/v1/events", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "variant_id")
    assert "'stranger' was not assigned" in answer.json()["error"]
    world.send("/events", {**body, "variant_id": "none"})  # known not to take part: of no variant
    assert world.events() == []


def test_an_assignment_is_an_event_with_what_it_looked_at(world: World) -> None:
    variant = evaluated(world, "user-1", plan="pro")
    found = eventually(lambda: world.read(f"/events/experiment/{world.experiment}", kind="assignment"), 1)
    (event,) = found
    assert (event["kind"], event["variant_id"], event["user_id"]) == ("assignment", variant, "user-1")
    assert event["context"] == {"plan": "pro", "userId": "user-1"}
    assert event["outcome"] is None


def test_a_context_that_few_can_read_is_kept_as_far_as_the_assignment_looked(world: World) -> None:
    evaluated(world, "user-1", odd=json.loads('{"a":' * 200 + "1" + "}" * 200))
    path = f"/events/experiment/{world.experiment}"
    (event,) = eventually(lambda: world.read(path, kind="assignment"), 1)
    assert event["context"] == {"userId": "user-1"}


def test_programs_that_assign_on_their_own_assign_a_unit_once(world: World) -> None:
    body = {"kind": "assignment", "experiment": "running", "variant": "Control", "user_id": "user-1"}
    first = world.send("/events", body)
    again = world.send("/events", {**body, "id": "another id"}, status=200)
    assert (first["duplicate"], again["duplicate"], again["id"]) == (False, True, first["id"])
    # a second variant contradicts the first; both are kept, so that the analysis can leave the unit out
    world.send("/events", {**body, "variant": "Treatment"})
    kinds = world.read(f"/events/experiment/{world.experiment}", kind="assignment")
    assert sorted(str(e["variant_name"]) for e in kinds) == ["Control", "Treatment"]


def test_events_are_a_file_too(world: World) -> None:
    body = {"experiment": "running", "variant": "Control", "user_id": "u", "outcome": "clicked", "metadata": {"n": 1}}
    world.send("/events", {**body, "id": "a"})
    text = world.client.get(f"/api/v1/events/experiment/{world.experiment}", params={"format": "csv"}).text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["id"], row["variant_name"], row["outcome"], row["metadata"]) == ("a", "Control", "clicked", '{"n":1}')


def test_pages_follow_each_other(world: World) -> None:
    body = {"experiment": "running", "variant": "Control", "user_id": "u", "outcome": "clicked"}
    many = [{**body, "id": f"e{i}", "timestamp": f"2026-01-02T12:0{i}:00Z"} for i in range(5)]
    assert world.send("/events", {"events": many})["accepted"] == 5
    path = f"/events/experiment/{world.experiment}"
    pages = [world.whole(path, kind="outcome", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[e["id"] for e in cast("list[Json]", p["data"])] for p in pages] == [["e4", "e3"], ["e2", "e1"], ["e0"]]
    assert [p["meta"] for p in pages] == [{"total": 5}] * 3
    assert [e["id"] for e in world.events(start_date="2026-01-02T12:03:00Z", end_date="2026-01-02")] == ["e4", "e3"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"experiment": "nothing"}, "experiment"),
        ({"experiment": None}, "experiment_id"),
        ({"variant": "nothing"}, "variant"),
        ({"user_id": None}, "user_id"),
        ({"outcome": None}, "outcome"),
        ({"outcome": "x" * 101}, "outcome"),
        ({"kind": "assignment"}, "outcome"),
        ({"kind": "assignment", "outcome": None, "variant": None}, "variant_id"),
        ({"kind": "assignment", "outcome": None, "variant": None, "variant_id": "none"}, "variant_id"),
        ({"kind": "rumour"}, "kind"),
        ({"score": True}, "score"),
        ({"score": float("nan")}, "score"),
        ({"context": {"a": float("inf")}}, "context"),
        ({"context": {"a": "\ud800"}}, "context"),
        ({"metadata": {"a": "x" * 17_000}}, "metadata"),
        ({"metadata": json.loads('{"a":' * 40 + "1" + "}" * 40)}, "metadata"),
        ({"timestamp": "2026-01-02T12:00:00"}, "timestamp"),
        ({"outcom": "success"}, "outcom"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_refused_names_its_field_and_stores_nothing(world: World, change: Json, field: str) -> None:
    body = {"experiment": "running", "variant": "Control", "user_id": "u", "outcome": "success"}
    good = {**body, "user_id": "neighbour"}
    for sent, named in (({**body, **change}, field), ({"events": [good, {**body, **change}]}, f"events.1.{field}")):
        answer = world.client.post("/api/v1/events", content=json.dumps(sent), headers=JSON)
        assert answer.status_code in {404, 422}, answer.text
        assert (answer.json()["field"], answer.json()["error"].partition(": ")[0]) == (named, named)
    assert world.events() == []


def test_another_project_sees_nothing_of_it(server: Server, world: World) -> None:
    with server.client_of(server.project_key(f"other {uuid4()}").key) as other:
        assert other.get(f"/api/v1/events/experiment/{world.experiment}").status_code == 404
        body = {"experiment_id": world.experiment, "variant": "Control", "user_id": "u", "outcome": "success"}
        answer = other.post("/api/v1/events", json=body)
        assert (answer.status_code, answer.json()["field"]) == (404, "experiment_id")
