"""Experiments over HTTP, against a real server."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import msgspec
import pytest

from server.process import Json, Server

WITHIN_S = 20.0
RATING = {"score": "rating", "primary": True}


def post(client: httpx.Client, path: str, body: object = None) -> Json:
    answer = client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    data: Json = answer.json()["data"]
    return data


def experiment(client: httpx.Client, title: str = "Greeting", *, started: bool = True, **fields: object) -> Json:
    """With variants of versions 1 and 2 of the prompt `greeting`, which is made when it is not there."""
    made = client.post("/api/v1/prompts", json={"name": "greeting", "content": "Hello {{name}}"})
    if made.status_code == 201:
        post(client, f"/api/v1/prompts/{made.json()['data']['id']}/versions", {"content": "Hi {{name}}"})
    variants = [{"name": n, "prompt": "greeting", "version": v} for n, v in (("Control", 1), ("Short", 2))]
    found = post(client, "/api/v1/experiments", {"title": title, "variants": variants, "metrics": [RATING], **fields})
    return post(client, f"/api/v1/experiments/{found['id']}/start") if started else found


def ids(found: Json) -> dict[str, str]:
    variants = found["variants"]
    assert isinstance(variants, list)
    return {v["name"]: v["id"] for v in variants}


def evaluate(client: httpx.Client, title: str = "Greeting", **context: object) -> Json:
    return post(client, "/api/v3/experiments/evaluate", {"experimentTitle": title, "context": context})


def test_a_program_gets_a_variant_with_its_prompt(project: httpx.Client) -> None:
    found = experiment(project)
    data = evaluate(project, userId="user-42")
    name = str(data["groupName"])
    version = {"Control": 1, "Short": 2}[name]
    assert data["experimentId"] == found["id"]
    assert data["bucketId"] == ids(found)[name]
    assert (data["enrolled"], data["reason"]) == (True, "assigned")
    served = project.get(f"/api/v1/prompts/by-name/greeting?versionNumber={version}").json()["data"]
    assert data["prompt"] == {
        key: served[key] for key in ("promptId", "promptVersionId", "type", "content", "name", "version")
    }
    assert evaluate(project, user_id="user-42", plan="other") == data


@pytest.mark.parametrize("body", [{}, {"context": None}, {"context": {}}])
def test_without_an_id_any_variant_is_served_and_not_stored(project: httpx.Client, body: Json) -> None:
    found = experiment(project, variants=[
        {"name": n, "prompt": "greeting", "version": v, "weight": 50} for n, v in (("Control", 1), ("Short", 2))
    ])  # fmt: skip
    seen = [post(project, "/api/v3/experiments/evaluate", {"experimentTitle": "Greeting", **body}) for _ in range(40)]
    assert Counter(d["reason"] for d in seen) == {"no_unit": 40}
    assert {d["bucketId"] for d in seen} == set(ids(found).values())  # by chance: both, in all but 1 of 10^12 runs
    assert project.get(f"/api/v1/experiments/{found['id']}").json()["data"]["progress"]["units"] == 0


def test_who_does_not_take_part_is_served_control_and_belongs_to_no_variant(project: httpx.Client) -> None:
    found = experiment(project, targeting=[{"attribute": "plan", "values": ["pro"]}])
    other = evaluate(project, userId="user-1", plan="free")
    assert (other["groupName"], other["bucketId"], other["reason"]) == ("Control", "none", "not_targeted")
    mine = evaluate(project, userId="user-1", plan="pro")
    assert mine["reason"] == "assigned"
    assert evaluate(project, userId="user-1", plan="free") == mine, "it keeps its variant when its plan changes"
    post(project, f"/api/v1/experiments/{found['id']}/pause")
    assert evaluate(project, userId="user-1") == mine
    paused = evaluate(project, userId="user-2", plan="pro")
    assert (paused["groupName"], paused["bucketId"], paused["reason"]) == ("Control", "none", "paused")
    post(project, f"/api/v1/experiments/{found['id']}/start")
    assert evaluate(project, userId="user-2", plan="pro")["reason"] == "assigned"
    post(project, f"/api/v1/experiments/{found['id']}/conclude", {"winner": "Short"})
    after = evaluate(project, userId="user-1")
    assert (after["groupName"], after["bucketId"], after["enrolled"], after["reason"]) == (
        "Short", "none", False, "concluded",
    )  # fmt: skip


def test_who_is_not_in_the_traffic_is_served_control(project: httpx.Client) -> None:
    found = experiment(project, traffic=0.001)
    data = evaluate(project, userId="user-1")
    assert (data["groupName"], data["bucketId"], data["reason"]) == ("Control", "none", "not_in_traffic")
    changed = project.patch(f"/api/v1/experiments/{found['id']}", json={"traffic": 100})
    assert changed.json()["data"]["traffic"] == 100
    assert evaluate(project, userId="user-1")["reason"] == "assigned"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"experimentTitle": "nobody"}, 404, "experimentTitle"),
        ({"experimentTitle": "nobody\x00"}, 404, "experimentTitle"),
        ({"experimentTitle": "Draft"}, 409, "experimentTitle"),
        ({"experimentTitle": ""}, 422, "experimentTitle"),
        ({}, 422, "experimentTitle"),
        ({"experimentTitle": 5}, 422, "experimentTitle"),
        ({"experimentTitle": "Greeting", "context": []}, 422, "context"),
        ({"experimentTitle": "Greeting", "context": {"userId": {}}}, 422, "context.userId"),
        ({"experimentTitle": "Greeting", "context": {"userId": "a\x00"}}, 422, "context.userId"),
        ({"experimentTitle": "Greeting", "context": {"sessionId": "s" * 257}}, 422, "context.sessionId"),
    ],
)
def test_a_request_that_cannot_be_answered(project: httpx.Client, body: Json, status: int, field: str) -> None:
    experiment(project)
    experiment(project, "Draft", started=False)
    answer = project.post("/api/v3/experiments/evaluate", json=body)
    failure = answer.json()
    assert (answer.status_code, failure["success"], failure["field"]) == (status, False, field), answer.text
    assert isinstance(failure["error"], str)


def test_an_experiment_of_another_project_is_not_there(server: Server, project: httpx.Client) -> None:
    found = experiment(project, "Mine alone")
    path = f"/api/v1/experiments/{found['id']}"
    for answer in (
        server.client.get(path),
        server.client.patch(path, json={"notes": "x"}),
        server.client.post(f"{path}/pause"),
        server.client.post(f"{path}/explain", json={"context": {}}),
        server.client.post("/api/v3/experiments/evaluate", json={"experimentTitle": "Mine alone"}),
    ):
        assert answer.status_code == 404, answer.text


def test_explaining_says_why_and_assigns_nobody(project: httpx.Client) -> None:
    adult = {"attribute": "age", "op": "greater", "values": [17]}
    found = experiment(project, targeting=[{"attribute": "plan", "values": ["pro"]}, adult])
    path = f"/api/v1/experiments/{found['id']}/explain"
    context: Json = {"userId": "user-1", "plan": "pro", "age": 20}
    told = post(project, path, {"context": context})
    assert (told["unit_id"], told["enrolled"], told["reason"], told["stored_at"]) == ("user-1", True, "assigned", None)
    assert told["hash_input"] == f"{found['id']}:variant:user-1"
    steps = told["steps"]
    assert isinstance(steps, list)
    assert [(s["step"], s["passed"]) for s in steps] == [
        ("status", True), ("unit", True), ("assignment", False), ("targeting", True), ("targeting", True),
        ("traffic", True), ("variant", True),
    ]  # fmt: skip
    assert steps[4]["detail"] == "age is 20; wanted is more than 17"
    assert project.get(f"/api/v1/experiments/{found['id']}").json()["data"]["progress"]["units"] == 0

    refused = post(project, path, {"context": {**context, "plan": "free"}})
    assert (refused["enrolled"], refused["reason"], refused["variant_name"]) == (False, "not_targeted", "Control")
    assert [s["passed"] for s in refused["steps"]] == [True, True, False, False, None, None, None]  # type: ignore[attr-defined]  # a list

    assigned = evaluate(project, userId="user-1", plan="pro", age=20)
    assert assigned["bucketId"] == told["variant_id"], "what was explained is what happens"
    kept = post(project, path, {"context": {"userId": "user-1"}})
    assert (kept["enrolled"], kept["variant_id"]) == (True, told["variant_id"])
    assert kept["stored_at"] is not None
    assert [s["passed"] for s in kept["steps"]] == [True, True, True, None, None, None, None]  # type: ignore[attr-defined]  # a list


def test_progress_counts_units_and_says_when_a_goal_is_reached(project: httpx.Client) -> None:
    found = experiment(project, end={"sample_goal": 4})
    path = f"/api/v1/experiments/{found['id']}"
    seen = []
    for i in (1, 2, 2, 3, 4, 5):
        evaluate(project, userId=f"user-{i}")
        progress = project.get(path).json()["data"]["progress"]
        seen.append((progress["units"], progress["percent"], progress["ended_by"]))
    assert seen == [
        (1, 25, None), (2, 50, None), (2, 50, None), (3, 75, None), (4, 100, "sample_goal"), (5, 100, "sample_goal"),
    ]  # fmt: skip
    assert project.get(path).json()["data"]["status"] == "running", "people conclude"
    listed = project.get("/api/v1/experiments", params={"status": "running", "prompt": "greeting"}).json()
    assert [(e["id"], e["progress"]["units"]) for e in listed["data"]] == [(found["id"], 5)]
    assert listed["meta"] == {"total": 1}


def test_a_conclusion_without_a_body_has_no_winner(project: httpx.Client) -> None:
    found = experiment(project)
    concluded = post(project, f"/api/v1/experiments/{found['id']}/conclude")
    assert concluded["status"] == "concluded"
    conclusion = concluded["conclusion"]
    assert isinstance(conclusion, dict)
    assert (conclusion["winner"], conclusion["reason"], conclusion["deployed_to"]) == (None, "", None)


def test_the_winner_is_served_by_name_once_it_is_deployed(project: httpx.Client) -> None:
    found = experiment(project)
    done = post(
        project, f"/api/v1/experiments/{found['id']}/conclude", {"winner": "Short", "deploy": True, "reason": "shorter"}
    )
    conclusion = done["conclusion"]
    assert isinstance(conclusion, dict)
    assert (conclusion["winner"], conclusion["deployed_to"]) == (ids(found)["Short"], "production")
    assert conclusion["decision"] == "no_data"
    assert project.get("/api/v1/prompts/by-name/greeting").json()["data"]["version"] == 2


def test_a_variant_is_stopped_by_hand_and_goes_on(project: httpx.Client) -> None:
    found = experiment(project)
    variant = ids(found)
    path = f"/api/v1/experiments/{found['id']}/variants"
    user = next(f"u{i}" for i in range(50) if evaluate(project, userId=f"u{i}")["groupName"] == "Short")
    stopped = project.post(f"{path}/{variant['Short']}/stop").json()["data"]
    assert [v["name"] for v in stopped["variants"] if v["stopped_at"]] == ["Short"]
    served = evaluate(project, userId=user)
    assert (served["enrolled"], served["reason"]) == (False, "stopped"), "it gets the control and does not count"
    for name in ("Control", "Short"):
        answer = project.post(f"{path}/{variant[name]}/stop")
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    post(project, f"{path}/{variant['Short']}/resume")
    assert evaluate(project, userId=user)["groupName"] == "Short"
    told = [one["text"] for one in project.get("/api/v1/overview").json()["data"]["activity"]]
    assert "Experiment Greeting: the variant Short was stopped" in told


@pytest.mark.parametrize("scopes", [("ingest",), ("read",)])
def test_programs_may_ask_but_not_change(server: Server, scopes: tuple[str, ...]) -> None:
    made = server.project_key(f"project of {scopes[0]} keys")
    with server.client_of(made.key) as admin, server.client_of(server.new_key(made.project, *scopes)) as program:
        found = experiment(admin)
        assert evaluate(program, userId="user-1")["reason"] == "assigned"
        for action in ("start", "pause", "conclude"):
            assert program.post(f"/api/v1/experiments/{found['id']}/{action}", json={}).status_code == 403
        assert program.post("/api/v1/experiments", json={}).status_code == 403
        assert program.get("/api/v1/experiments").status_code == (200 if scopes == ("read",) else 403)


def assigned_events(client: httpx.Client, experiment_id: str) -> list[Json]:
    asked = {"kind": "assignment", "format": "ndjson"}
    answer = client.get(f"/api/v1/events/experiment/{experiment_id}", params=asked)
    assert answer.status_code == 200, answer.text
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


@pytest.mark.xdist_group("kill")
def test_after_kills_every_answer_is_stored_and_is_one_event(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    found = experiment(server.client)
    answered: dict[str, str] = {}
    stopping, kills = threading.Event(), 4
    lock = threading.Lock()

    def ask(number: int) -> None:
        with server.client_of(server.key) as client:
            i = 0
            while not stopping.is_set():
                unit = f"user-{number}-{i}"
                body = {"experimentTitle": "Greeting", "context": {"userId": unit}}
                try:
                    answer = client.post("/api/v3/experiments/evaluate", json=body)
                except httpx.TransportError:
                    stopping.wait(0.05)
                    continue
                if answer.status_code == 200:
                    with lock:
                        answered[unit] = answer.json()["data"]["bucketId"]
                    i += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        before = len(answered)
        deadline = time.monotonic() + WITHIN_S
        while len(answered) < before + 40 and time.monotonic() < deadline:
            stopping.wait(0.02)
        server.kill()
        server.start()
    stopping.set()
    for thread in threads:
        thread.join(WITHIN_S)
    assert len(answered) >= 40 * kills

    units = server.client.get(f"/api/v1/experiments/{found['id']}").json()["data"]["progress"]["units"]
    assert units >= len(answered)
    for unit, bucket in list(answered.items())[::10]:
        told = post(server.client, f"/api/v1/experiments/{found['id']}/explain", {"context": {"userId": unit}})
        assert told["variant_id"] == bucket, "answered, but another one is stored"
    server.restart()  # what was not sent before is sent at the start
    deadline = time.monotonic() + WITHIN_S
    events = assigned_events(server.client, str(found["id"]))
    while len(events) < units and time.monotonic() < deadline:
        stopping.wait(0.1)
        events = assigned_events(server.client, str(found["id"]))
    stored = Counter(str(e["user_id"]) for e in events)
    assert [unit for unit, n in stored.items() if n > 1] == [], "told twice"
    assert len(stored) == units
    assert {unit: bucket for unit, bucket in answered.items() if unit not in stored} == {}, "answered, but lost"
    assert {str(e["user_id"]): e["variant_id"] for e in events if e["user_id"] in answered} == answered
