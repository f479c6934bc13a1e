"""Counts, the rate limit, and what was changed lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By
from promptpulse.db import Database
from promptpulse.overview import service
from server.making import new, new_prompt
from server.process import Json, Server

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ADA = By("ada@example.com", NOON)


def overview(client: httpx.Client) -> Json:
    answer = client.get("/api/v1/overview")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()["data"]
    return found


def test_a_new_project_has_done_nothing_but_ask(project: httpx.Client) -> None:
    found = overview(project)
    rate = found.pop("rate")
    assert found == {"prompts": 0, "prompt_versions": 0, "active_experiments": 0, "activity": []}
    assert rate == {"limit_per_minute": 60_000, "used": 1, "percent": 0.0}


def test_prompts_are_counted_and_told_about_newest_first(server: Server, project: httpx.Client) -> None:
    made = new_prompt(project, "support-reply", "one", "two", "three")
    old = new_prompt(project, "old")
    path = f"/prompts/{made['id']}"
    new(project, f"{path}/versions", {"content": "four", "message": "Shorter"})
    new(project, f"{path}/deploy", {"version": 4})
    new(project, f"{path}/rollback", {})
    for change in ("archive", "restore", "archive"):
        new(project, f"/prompts/{old['id']}/{change}")
    project.patch(f"/api/v1{path}", json={"description": "a", "tags": ["b"]})
    project.post("/api/v1/keys", json={"project": "x", "name": "secret", "scopes": ["read"]})
    found = overview(project)
    assert (found["prompts"], found["prompt_versions"]) == (1, 4)
    activity = found["activity"]
    assert isinstance(activity, list)
    assert [(item["kind"], item["text"]) for item in activity][:7] == [
        ("other", "support-reply: description and tags were changed"),
        ("archived", "old was archived"),
        ("other", "old was taken out of the archive"),
        ("archived", "old was archived"),
        ("rolled_back", "support-reply: production went back to version 1"),
        ("deployed", "support-reply: version 4 is served in production"),
        ("version_created", "support-reply: version 4 was added: Shorter"),
    ]
    assert {item["prompt"] for item in activity} == {"support-reply", "old"}


@pytest.mark.parametrize(
    ("action", "detail", "kind", "text"),
    [
        ("experiment.create", {}, "experiment_created", "Experiment Tone was created"),
        ("experiment.start", {}, "experiment_started", "Experiment Tone was started"),
        ("experiment.pause", {}, "experiment_paused", "Experiment Tone was paused"),
        ("experiment.conclude", {"winner": "B"}, "experiment_concluded", "Experiment Tone was concluded: B won"),
        ("experiment.conclude", {"winner": None}, "experiment_concluded", "Experiment Tone was concluded: no winner"),
        ("experiment.change", {"fields": "notes"}, "other", "Experiment Tone was changed: notes"),
        ("experiment.delete", {}, "other", "Experiment Tone was deleted"),
        ("experiment.sing", {}, "other", "Tone: experiment.sing"),
    ],
)
def test_experiments_are_told_about(database: Database, action: str, detail: Detail, kind: str, text: str) -> None:
    with database.writing() as session:
        project = create_project(session, "shop", "UTC", ADA).id
        record(session, project, ADA, action, "Tone", detail={"experiment_id": "e1", **detail})
        (item,) = service.activity(session, project, 20)
    assert (item.kind, item.text, item.by, item.at) == (kind, text, "ada@example.com", NOON)
    assert (item.prompt, item.experiment_id) == (None, "e1")


def test_only_prompts_and_experiments_of_the_project_are_told_about(database: Database) -> None:
    with database.writing() as session:
        project, other = (create_project(session, name, "UTC", ADA).id for name in ("shop", "other"))
        for i, action in enumerate(["key.create", "member.add", "prompt.archive", "price.add"]):
            record(session, project, By("ada@example.com", NOON + timedelta(seconds=i)), action, "x")
        record(session, other, ADA, "prompt.archive", "of others")
        record(session, None, ADA, "prompt.archive", "of nobody")
        for i in range(30):
            record(session, other, By("ada@example.com", NOON + timedelta(hours=i)), "prompt.archive", str(i))
        assert [item.text for item in service.activity(session, project, 20)] == ["x was archived"]
        assert [item.prompt for item in service.activity(session, other, 3)] == ["29", "28", "27"]


def test_a_viewer_may_read_it_and_a_key_for_ingest_may_not(server: Server) -> None:
    owner = server.project_key("watched")
    for scope, status in (("read", 200), ("ingest", 403)):
        with server.client_of(server.new_key(owner.project, scope)) as client:
            assert client.get("/api/v1/overview").status_code == status
