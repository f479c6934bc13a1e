"""The Langfuse SDK of PyPI against a real server: prompts, scores, traces."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
import pytest

from client.langfuse_program import CHAT
from server.process import Json, Server, environment

pytestmark = pytest.mark.xdist_group("langfuse")


@dataclass(frozen=True)
class Ran:
    """What the program said, and a client of its project."""

    told: dict[str, object]
    client: httpx.Client

    def rows(self, path: str, **params: str) -> list[Json]:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return cast("list[Json]", answer.json()["data"])


@pytest.fixture(scope="module")
def ran(server: Server) -> Iterator[Ran]:
    mine = server.project_key("langfuse")
    kept = {name: value for name, value in environment({}).items() if not name.startswith("LANGFUSE_")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("langfuse_program.py"))],
        env={
            **kept,
            "LANGFUSE_BASE_URL": server.url,
            "LANGFUSE_PUBLIC_KEY": "pk-anything",
            "LANGFUSE_SECRET_KEY": mine.key,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with server.client_of(mine.key) as client:
        yield Ran(json.loads(done.stdout), client)


def test_the_key_is_checked(ran: Ran) -> None:
    assert ran.told["auth_check"] is True
    assert ran.told["a wrong key"] == "UnauthorizedError"


SENT = [{"type": "message", **CHAT[0]}, CHAT[1]]
"""As the SDK makes it of CHAT."""


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("created", {"version": 1, "prompt": "Hello {{name}}", "labels": ["latest", "production"], "config": {"model": "gpt-4o"}}),
        ("second", {"version": 2, "prompt": "Hi {{name}}", "labels": ["latest", "staging"]}),
        ("third, without labels", {"version": 3, "prompt": "Hey {{name}}", "labels": ["latest"]}),
        ("production", {"version": 1, "prompt": "Hello {{name}}"}),
        ("staging", {"version": 2, "prompt": "Hi {{name}}"}),
        ("latest", {"version": 3, "prompt": "Hey {{name}}"}),
        ("version 2", {"version": 2, "prompt": "Hi {{name}}", "labels": ["staging"]}),
        ("production after the update", {"version": 2, "labels": ["production", "staging"]}),
        ("version 1 after the update", {"version": 1, "labels": []}),
        ("created chat", {"name": "folder/my tutor", "version": 1, "prompt": SENT}),
        ("chat", {"name": "folder/my tutor", "version": 1, "prompt": SENT}),
    ],
)  # fmt: skip
def test_prompts_are_made_labelled_and_fetched(ran: Ran, step: str, expected: Json) -> None:
    found = cast("Json", ran.told[step])
    assert {name: found[name] for name in expected} == expected


def test_variables_are_filled_in(ran: Ran) -> None:
    assert ran.told["compiled"] == "Hello Ada"


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("missing", "NotFoundError"),
        ("missing version", "NotFoundError"),
        ("missing label", "NotFoundError"),
        ("bad name", "Error"),
    ],
)
def test_what_is_not_there_is_an_error_of_the_sdk(ran: Ran, step: str, error: str) -> None:
    assert ran.told[step] == error


def test_a_missing_prompt_falls_back_to_that_of_the_program(ran: Ran) -> None:
    assert ran.told["fallback"] == ["Hello anyway", True]


def test_prompts_of_the_sdk_are_prompts_of_the_product(ran: Ran) -> None:
    found = {str(prompt["name"]): prompt for prompt in ran.rows("/api/v1/prompts")}
    assert found.keys() == {"greeting", "folder/my tutor"}
    greeting = found["greeting"]
    assert (greeting["versions"], greeting["deployed"]) == (3, {"production": 2, "staging": 2})
    messages = [version["message"] for version in ran.rows(f"/api/v1/prompts/{greeting['id']}/versions")]
    assert messages == ["", "Shorter", ""]  # the newest first


def test_scores_of_all_types_are_read_by_our_api(ran: Ran) -> None:
    scores = {str(cast("list[Json]", row["scores"])[0]["name"]): row for row in ran.rows("/api/v1/scores")}
    assert {name: cast("list[Json]", row["scores"])[0] for name, row in scores.items()} == {
        "rating": {"name": "rating", "type": "float", "value": 0.75},
        "helpful": {"name": "helpful", "type": "bool", "value": True},
        "tone": {"name": "tone", "type": "string", "value": "kind"},
    }
    assert scores["rating"]["comment"] == "made up"
    assert scores["tone"]["session_id"] == "session-7"
    assert {row["source"] for row in scores.values()} == {"langfuse"}
    assert len(ran.rows("/api/v1/scores")) == 3  # `tone` was sent twice with one id


def test_a_generation_is_a_call_with_its_prompt_and_scores(ran: Ran) -> None:
    (call,) = ran.rows("/api/v1/calls")
    assert (call["prompt_id"], call["prompt_version"]) == ("greeting", "2")
    assert (call["model"], call["total_tokens"]) == ("gpt-4o-mini", 1200)
    assert call["trace_id"] == ran.told["trace"]
    of_trace = ran.rows("/api/v1/scores", trace_id=str(call["trace_id"]))
    of_call = ran.rows("/api/v1/scores", call_id=str(call["id"]))
    assert of_trace == of_call
    assert len(of_call) == 2
    assert {(row["prompt_id"], row["prompt_version"]) for row in of_call} == {("greeting", "2")}
