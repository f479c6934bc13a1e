"""Events of experiments over HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import cast
from uuid import uuid4

import pytest

from scores.world import HALVES, JSON, World
from server.making import eventually, new_experiment
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
    assert told == {
        "id": "checkout-1", "duplicate": False, "variant_id": world.treatment, "variant_name": "Treatment",
    }  # fmt: skip
    assert world.events() == [{
        "id": "checkout-1", "kind": "outcome", "experiment_id": world.experiment, "variant_id": world.treatment,
        "variant_name": "Treatment", "outcome": "success", "score": 0.9, "user_id": "user-1", "session_id": None,
        "prompt_id": "greeting", "prompt_version": "2", "trace_id": None, "call_id": "call-1",
        "context": {"plan": "pro"}, "metadata": {"cart": {"usd": 42.5}}, "created_at": "2026-01-02T12:00:00Z",
    }]  # fmt: skip


def test_an_event_sent_again_is_stored_once(world: World) -> None:
    body = {"experiment_id": world.experiment, "variant_id": world.control, "user_id": "u", "id": "a"}
    control = {"variant_id": world.control, "variant_name": "Control"}
    world.send("/events", {**body, "outcome": "success"})
    again = world.send("/events", {**body, "outcome": "failure"}, status=200)
    assert again == {"id": "a", "duplicate": True, **control}
    both = world.send("/events", {"events": [{**body, "id": i, "outcome": "x"} for i in ("a", "b", "b")]})
    assert both == {
        "accepted": 1,
        "duplicates": 2,
        "events": [
            {"id": "a", "duplicate": True, **control},
            {"id": "b", "duplicate": False, **control},
            {"id": "b", "duplicate": True, **control},
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
    told = world.send("/events", {**body, "variant_id": "none"})  # known not to take part: of no variant
    assert (told["variant_id"], told["variant_name"]) == (None, None)
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


def claimed(world: World, variant: str, user: str = "user-1", status: int = 201, **more: object) -> Json:
    """The answer to a program that says to have assigned the user."""
    body = {"kind": "assignment", "experiment": "running", "variant": variant, "user_id": user, **more}
    return world.send("/events", body, status)


def assigned_by_name(world: World, count: int) -> list[tuple[object, object]]:
    """Users and variants of the assignments, once there are so many."""
    path = f"/events/experiment/{world.experiment}"
    found = eventually(lambda: world.read(path, kind="assignment"), count)
    return sorted((str(e["user_id"]), str(e["variant_name"])) for e in found)


def progress(world: World, experiment: str = "") -> list[object]:
    """Units of the experiment in the list, and when it is read alone."""
    experiment = experiment or world.experiment
    listed = [one for one in world.read("/experiments") if one["id"] == experiment]
    shown = [*listed, world.one(f"/experiments/{experiment}")]
    return [cast("Json", one["progress"])["units"] for one in shown]


def test_programs_that_assign_on_their_own_assign_a_unit_once(world: World) -> None:
    first = claimed(world, "Control")
    again = claimed(world, "Control", id="another id", status=200)
    assert (first["duplicate"], again["duplicate"], again["id"]) == (False, True, first["id"])
    assert assigned_by_name(world, 1) == [("user-1", "Control")]
    assert progress(world) == [1, 1]


@pytest.mark.parametrize("name", ["Control", "Treatment"])
def test_what_a_program_assigned_is_what_everybody_gets(world: World, name: str) -> None:
    variant = {"Control": world.control, "Treatment": world.treatment}[name]
    users = [f"user-{i}" for i in range(10)]  # by their hash all would be in one variant once in 512 runs
    many = [{"kind": "assignment", "experiment": "running", "variant": name, "user_id": user} for user in users]
    told = world.send("/events", {"events": many})
    assert (told["accepted"], told["duplicates"]) == (10, 0)
    assert {evaluated(world, user) for user in users} == {variant}
    assert progress(world) == [10, 10]
    why = world.send(f"/experiments/{world.experiment}/explain", {"context": {"userId": "user-1"}}, status=200)
    assert (why["variant_name"], why["reason"]) == (name, "assigned")
    assert why["stored_at"] is not None
    outcome = world.send("/events", {"experiment": "running", "user_id": "user-1", "outcome": "success"})
    assert (outcome["variant_id"], outcome["variant_name"]) == (variant, name)
    assert assigned_by_name(world, 10) == [(user, name) for user in users]


def test_a_contradiction_is_told_kept_and_leaves_the_unit_out(world: World) -> None:
    mine = evaluated(world, "user-1")
    name, other = ("Control", "Treatment") if mine == world.control else ("Treatment", "Control")
    claimed(world, "Control", "user-2")
    told = claimed(world, other)
    assert (told["duplicate"], told["variant_id"], told["variant_name"]) == (False, mine, name)
    again = claimed(world, other, status=200)
    assert again == {**told, "duplicate": True}
    assert evaluated(world, "user-1") == mine
    assert progress(world) == [2, 2]
    three = sorted([("user-1", name), ("user-1", other), ("user-2", "Control")])
    assert assigned_by_name(world, 3) == three
    out = world.one(f"/experiments/{world.experiment}/results")
    assert (out["units"], out["multiple_units"]) == (1, 1)


def test_assignment_and_outcome_may_come_together(world: World) -> None:
    about = {"experiment": "running", "user_id": "user-1"}
    told = world.send("/events", {"events": [
        {**about, "kind": "assignment", "variant": "Treatment", "metadata": {"by": "us"}},
        {**about, "outcome": "success"},
        {**about, "kind": "assignment", "variant": "Treatment"},
        {**about, "kind": "assignment", "variant": "Control"},
    ]})  # fmt: skip
    events = cast("list[Json]", told["events"])
    assert [(e["duplicate"], e["variant_name"]) for e in events] == [
        (False, "Treatment"), (False, "Treatment"), (True, "Treatment"), (False, "Treatment"),
    ]  # fmt: skip
    assert [e["variant_name"] for e in world.events()] == ["Treatment"]
    assert assigned_by_name(world, 2) == [("user-1", "Control"), ("user-1", "Treatment")]
    path = f"/events/experiment/{world.experiment}"
    assert [e["metadata"] for e in world.read(path, kind="assignment")].count({"by": "us"}) == 1


def test_an_assignment_keeps_the_time_that_the_program_gives(world: World) -> None:
    claimed(world, "Control", timestamp="2026-01-02T12:00:00Z")
    path = f"/events/experiment/{world.experiment}"
    (event,) = eventually(lambda: world.read(path, kind="assignment"), 1)
    assert event["created_at"] == "2026-01-02T12:00:00Z"
    why = world.send(f"/experiments/{world.experiment}/explain", {"context": {"userId": "user-1"}}, status=200)
    assert why["stored_at"] == "2026-01-02T12:00:00Z"


def test_a_draft_assigns_nobody_and_neither_does_what_is_concluded(world: World) -> None:
    draft = new_experiment(world.client, "draft", HALVES, starts=False)
    for title, variant in (("draft", "Treatment"), ("draft", "Control")):
        told = claimed(world, variant, experiment=title)
        assert (told["duplicate"], told["variant_name"]) == (False, variant)
    assert progress(world, str(draft["id"])) == [0, 0]
    world.client.post(f"/api/v1/experiments/{world.experiment}/conclude")
    assert claimed(world, "Control")["variant_name"] == "Control"
    assert progress(world) == [0, 0]
    claimed(world, "Control", "user-2", timestamp="2026-01-02T12:00:00Z")  # before the end, and late
    assert progress(world) == [1, 1]


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
        ({"kind": "assignment", "outcome": None, "timestamp": "2014-01-02T12:00:00Z"}, "timestamp"),
        ({"kind": "assignment", "outcome": None, "user_id": "a\x00b"}, "user_id"),
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
