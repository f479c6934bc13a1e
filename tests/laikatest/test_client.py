"""@laikatest/js-client, as it is on npm: prompts, assignments, scores."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import httpx
import pytest

from laikatest.program import ClientError, Program
from server.making import eventually, new, new_experiment, new_prompt
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("laikatest")
Run = Callable[..., Program]


def key_of(project: httpx.Client) -> str:
    return project.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def laika(run: Run, server: Server, project: httpx.Client) -> Program:
    return run("client", server.url, key_of(project))


def content(answer: object) -> object:
    return cast("Json", answer)["content"]


def test_a_prompt_is_fetched_by_name_and_by_version(laika: Program, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "Hello {{name}}", "Hi {{name}}")
    for options, expected in (
        ({}, "Hello {{name}}"),  # version 1 is in production
        ({"versionId": "2"}, "Hi {{name}}"),
        ({"versionId": "v1"}, "Hello {{name}}"),
    ):
        told = cast("Json", laika.do("fetch", "greeting", options))
        assert (told["type"], told["content"]) == ("text", expected)


def test_a_chat_prompt_arrives_with_all_its_messages(laika: Program, project: httpx.Client) -> None:
    messages = [
        {"role": "system", "content": "You speak {{ language }}."},
        {"role": "user", "content": "{{question}} {{unknown}}"},
    ]
    new_prompt(project, "tutor", messages)
    told = cast("Json", laika.do("fetch", "tutor"))
    assert (told["type"], told["content"]) == ("chat", messages)
    assert laika.do("compile", told["number"], {"language": "Dutch", "question": "Why?"}) == [
        {"role": "system", "content": "You speak Dutch."},
        {"role": "user", "content": "Why? {{unknown}}"},
    ]


@pytest.mark.parametrize("name", ["folder/sub/greeting", "a b+c?d#e%2F", "grüße 👋", "versions", "dot.s"])
def test_any_name_is_found(laika: Program, project: httpx.Client, name: str) -> None:
    new_prompt(project, name, 'say "{{x}}" \\ and\n\tmore', "second")
    told = cast("Json", laika.do("fetch", name))
    assert told["content"] == 'say "{{x}}" \\ and\n\tmore'
    assert laika.do("compile", told["number"], {"x": "a"}) == 'say "a" \\ and\n\tmore'
    assert content(laika.do("fetch", name, {"versionId": "2"})) == "second"


def test_an_address_with_a_slash_behind_it_works(run: Run, server: Server, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "Hello")
    laika = run("client", f"{server.url}/", key_of(project))  # asks for //api/v1/...
    assert content(laika.do("fetch", "greeting")) == "Hello"


def test_a_deployment_is_seen_by_a_client_that_does_not_use_its_cache(laika: Program, project: httpx.Client) -> None:
    prompt = new_prompt(project, "greeting", "old", "new")
    assert content(laika.do("fetch", "greeting")) == "old"
    new(project, f"/prompts/{prompt['id']}/deploy", {"version": 2})
    assert content(laika.do("fetch", "greeting")) == "old"  # the client's own cache of 30 minutes
    assert content(laika.do("fetch", "greeting", {"bypassCache": True})) == "new"


def test_a_missing_prompt_version_or_experiment_is_the_clients_service_error(
    laika: Program, project: httpx.Client
) -> None:
    new_prompt(project, "greeting")
    for step, name, options, told in (
        ("fetch", "nothing", {}, "nothing"),
        ("fetch", "greeting", {"versionId": "7"}, "7"),
        ("assign", "no experiment", {}, "no experiment"),
    ):
        with pytest.raises(ClientError) as error:
            laika.do(step, name, options)
        assert (error.value.name, error.value.status) == ("LaikaServiceError", 404)
        assert told in error.value.message


def test_an_experiment_that_has_not_started_is_a_conflict(laika: Program, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "A", "B")
    new_experiment(project, "later", halves(), starts=False)
    with pytest.raises(ClientError) as error:
        laika.do("assign", "later", {"userId": "user-1"})
    assert (error.value.name, error.value.status) == ("LaikaServiceError", 409)


def test_a_wrong_key_is_an_authentication_error(run: Run, server: Server) -> None:
    laika = run("client", server.url, "wrong")
    for step, name in (("fetch", "greeting"), ("assign", "experiment")):
        with pytest.raises(ClientError) as error:
            laika.do(step, name, {})
        assert error.value.name == "AuthenticationError"
        assert "Invalid API key" in error.value.message


def halves() -> list[Json]:
    """Control and treatment, versions 1 and 2 of `greeting`."""
    return [
        {"name": "Control", "prompt": "greeting", "version": 1, "weight": 50, "control": True},
        {"name": "Treatment", "prompt": "greeting", "version": 2, "weight": 50},
    ]


USERS = [f"user-{n}" for n in range(1000)]
FIVE_SIGMA = {50: 80, 30: 73, 20: 64}
"""By weight w: 5 sqrt(1000 w (1 - w)); a fair split is further away once in 1.7 million."""


def test_a_thousand_users_are_split_by_weight_and_keep_their_variant(
    run: Run, server: Server, project: httpx.Client
) -> None:
    new_prompt(project, "greeting", "A", "B", "C")
    weights = dict(zip("ABC", FIVE_SIGMA, strict=True))
    made = new_experiment(
        project,
        "three ways",
        [
            {"name": name, "prompt": "greeting", "version": version, "weight": weight}
            for version, (name, weight) in enumerate(weights.items(), 1)
        ],
    )
    variants = cast("list[Json]", made["variants"])
    names = {str(v["id"]): str(v["name"]) for v in variants}

    def assigned() -> dict[str, str]:
        laika = run("client", server.url, key_of(project))
        return cast("dict[str, str]", laika.do("assignAll", "three ways", USERS))

    first = assigned()
    counts = Counter(names[bucket] for bucket in first.values())
    for name, weight in weights.items():
        assert abs(counts[name] - 10 * weight) <= FIVE_SIGMA[weight], counts
    assert assigned() == first  # in another process
    lighter = {"A": 10, "B": 10, "C": 80}
    changed = project.patch(
        f"/api/v1/experiments/{made['id']}",
        json={
            "variants": [
                {**{k: v[k] for k in ("id", "name", "prompt", "version", "control")}, "weight": lighter[str(v["name"])]}
                for v in variants
            ]
        },
    )
    assert changed.status_code == 200, changed.text
    assert assigned() == first  # though the weights are others now

    # While some still arrive, pages shift: one page tells when all are there.
    page = f"/api/v1/events/experiment/{made['id']}?kind=assignment&limit=1000"
    eventually(lambda: cast("list[Json]", project.get(page).json()["data"]), 1000)
    events = events_of(project, str(made["id"]))
    assert {str(e["user_id"]): e["variant_id"] for e in events} == first
    assert len(events) == 1000  # asked three times, assigned once


def events_of(project: httpx.Client, experiment: str) -> list[Json]:
    """All assignments, by pages."""
    found: list[Json] = []
    while True:
        page = f"kind=assignment&limit=500&offset={len(found)}"
        answer = project.get(f"/api/v1/events/experiment/{experiment}?{page}")
        assert answer.status_code == 200, answer.text
        found += (rows := answer.json()["data"])
        if not rows:
            return found


def test_the_assigned_prompt_is_that_of_the_bucket_and_can_be_scored(laika: Program, project: httpx.Client) -> None:
    prompt = new_prompt(project, "greeting", "Hello {{name}}", "Hi {{name}}")
    made = new_experiment(project, "shorter", halves())
    versions = project.get(f"/api/v1/prompts/{prompt['id']}/versions").json()["data"]
    by_bucket = {
        v["id"]: next(known for known in versions if known["number"] == v["version"])
        for v in cast("list[Json]", made["variants"])
    }
    scores: list[Json] = [
        {"name": "rating", "type": "int", "value": 5},
        {"name": "quality", "type": "float", "value": 0.75},
        {"name": "helpful", "type": "bool", "value": True},
        {"name": "comment", "type": "string", "value": "grüße 👋"},
    ]
    for number in range(4):
        told = cast("Json", laika.do("assign", "shorter", {"userId": f"user-{number}", "plan": "pro"}))
        version = by_bucket[told["bucket"]]
        assert (told["experiment"], told["version"]) == (made["id"], version["id"])
        assert told["content"] == version["content"]
        scored = cast("Json", laika.do("score", told["number"], scores, {"userId": f"user-{number}"}))
        assert (scored["success"], scored["statusCode"]) == (True, 201)
        (kept,) = project.get(f"/api/v1/scores/experiments/{made['id']}", params={"limit": 1}).json()["data"]
        assert kept["bucket_id"] == told["bucket"]
        assert kept["scores"] == sorted(scores, key=lambda score: str(score["name"]))
        assert (kept["prompt_id"], kept["prompt_version"]) == ("greeting", str(version["number"]))


def test_who_is_not_enrolled_is_served_control_and_counts_nowhere(laika: Program, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "A", "B")
    made = new_experiment(project, "for pros", halves(), targeting=[{"attribute": "plan", "values": ["pro"]}])
    told = cast("Json", laika.do("assign", "for pros", {"userId": "user-1", "plan": "free"}))
    assert (told["content"], told["bucket"]) == ("A", "none")
    scored = cast(
        "Json", laika.do("score", told["number"], [{"name": "rating", "type": "int", "value": 5}], {"userId": "user-1"})
    )
    assert scored["success"] is True
    assert project.get(f"/api/v1/scores/experiments/{made['id']}").json()["data"] == []
    assert events_of(project, str(made["id"])) == []
    (kept,) = project.get("/api/v1/scores").json()["data"]
    assert (kept["experiment_id"], kept["prompt_id"], kept["prompt_version"]) == (None, "greeting", "1")


def test_without_a_user_or_session_any_bucket_is_served(laika: Program, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "A", "B")
    made = new_experiment(project, "anybody", halves())
    told = cast("Json", laika.do("assign", "anybody"))
    assert told["content"] in {"A", "B"}
    assert told["bucket"]
    assert events_of(project, str(made["id"])) == []


def recorded(shared: Path, name: str) -> list[Json]:
    """Requests of a real client, as they were on the wire."""
    return [json.loads(line) for line in (shared / "fixtures" / "otlp" / f"{name}.http.jsonl").read_text().splitlines()]


def test_the_requests_of_the_python_client_are_answered(shared: Path, project: httpx.Client) -> None:
    new_prompt(project, "text-prompt", "Hello {{name}}")
    new_prompt(project, "chat-prompt", [{"role": "user", "content": "Hi"}])
    answers = [project.get(str(asked["path"])) for asked in recorded(shared, "laikatest-client-py-1.0.0__all")]
    assert [a.status_code for a in answers] == [200, 200, 200, 404]
    text, chat, first = (a.json()["data"] for a in answers[:3])
    assert (text["type"], json.loads(text["content"])) == ("text", [{"content": "Hello {{name}}"}])
    assert (chat["type"], json.loads(chat["content"])) == ("chat", [{"role": "user", "content": "Hi"}])
    assert first == text  # ?version_number=1
    assert answers[3].json()["success"] is False
    assert "Prompt not found" in answers[3].json()["error"]


def test_a_retried_score_is_stored_once(shared: Path, laika: Program, project: httpx.Client) -> None:
    new_prompt(project, "greeting", "A", "B")
    made = new_experiment(project, "shorter", halves())
    told = cast("Json", laika.do("assign", "shorter", {"userId": "user-42"}))
    sent = next(r for r in recorded(shared, "laikatest-js-client-2.1.2__all") if r["path"] == "/api/v1/scores")
    body = {
        **cast("Json", sent["body"]),
        "expId": told["experiment"],
        "bucketId": told["bucket"],
        "promptVersionId": told["version"],
    }
    answers = [project.post("/api/v1/scores", json=body) for _ in range(3)]
    assert [(a.status_code, a.json()["data"]["duplicate"]) for a in answers] == [(201, False), (200, True), (200, True)]
    assert {a.json()["data"]["id"] for a in answers} == {body["sdkEventId"]}
    (kept,) = project.get(f"/api/v1/scores/experiments/{made['id']}").json()["data"]
    assert (kept["user_id"], kept["session_id"], kept["source"]) == ("user-42", "sess-7", "sdk")
