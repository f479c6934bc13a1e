"""The prompt routes of a running server, as programs and the web app use them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from server.making import new, new_prompt
from server.process import Json, Server

CHAT: list[Json] = [
    {"role": "system", "content": "Be {{tone}}."},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": [{"type": "text", "text": "{{question}}"}], "name": "Ada"},
]


def get(client: httpx.Client, path: str, **query: object) -> Json:
    answer = client.get(f"/api/v1/prompts{path}", params=query)  # type: ignore[arg-type]  # plain values
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def fetch(client: httpx.Client, name: str, query: str = "") -> httpx.Response:
    return client.get(f"/api/v1/prompts/by-name/{quote(name, safe='')}{query}")


def test_a_prompt_from_its_first_version_to_its_archive(project: httpx.Client) -> None:
    made = new(project, "/prompts", {
        "name": "support/reply", "content": "Answer {{question}}.", "config": {"model": "a"}, "tags": ["support"],
        "description": "First answer", "message": "Begin",
    })  # fmt: skip
    path = f"/prompts/{made['id']}"
    assert (made["type"], made["versions"], made["deployed"]) == ("text", 1, {"production": 1})
    second = new(project, f"{path}/versions", {"content": "Answer {{question}} shortly.", "message": "Shorter"})
    assert (second["number"], second["config"], second["variables"]) == (2, {"model": "a"}, ["question"])
    assert second["deployed_in"] == []
    deployment = new(project, f"{path}/deploy", {"version": 2, "expected_version": 1, "message": "Go"})
    assert (deployment["kind"], deployment["version"], deployment["previous_version"]) == ("deploy", 2, 1)
    assert (deployment["prompt"], deployment["environment"]) == ("support/reply", "production")
    back = new(project, f"{path}/rollback", {"message": "Too short"})
    assert (back["kind"], back["version"], back["previous_version"]) == ("rollback", 1, 2)
    changed = project.patch(f"/api/v1{path}", json={"description": "Answers"}).json()["data"]
    assert (changed["description"], changed["tags"]) == ("Answers", ["support"])
    archived = new(project, f"{path}/archive")
    assert archived["archived_at"] is not None
    assert get(project, "") == {"success": True, "data": [], "meta": {"total": 0}}
    assert get(project, "", archived=True)["data"] == [archived]
    assert fetch(project, "support/reply").status_code == 200
    assert new(project, f"{path}/restore") == {**archived, "archived_at": None} == get(project, "")["data"][0]  # type: ignore[index]
    versions = get(project, f"/{made['id']}/versions")
    assert [row["number"] for row in versions["data"]] == [2, 1]  # type: ignore[attr-defined]  # JSON
    assert versions["meta"] == {"total": 2}
    assert get(project, f"/{made['id']}/versions/1")["data"]["deployed_in"] == ["production"]  # type: ignore[index]
    history = get(project, f"/{made['id']}/deployments")
    assert history["data"] == get(project, "/deployments", prompt="support/reply")["data"]
    assert [row["kind"] for row in history["data"]] == ["rollback", "deploy", "deploy"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["plain", "a/b c?", "/a//b/", "100%", "%2F", "größe 🦊", "a#b", "../x", "versions/1"])
def test_any_name_is_fetched(project: httpx.Client, name: str) -> None:
    new_prompt(project, name)
    answer = fetch(project, name)
    assert (answer.status_code, answer.json()["data"]["name"]) == (200, name)


@pytest.mark.parametrize(
    ("query", "version"),
    [("", 1), ("?", 1), ("?versionNumber=2", 2), ("?version_number=2", 2), ("?versionNumber=002", 2),
     ("?versionNumber=2&version_number=2", 2), ("?environment=staging", 2)],
)  # fmt: skip
def test_versions_are_asked_for_as_the_clients_do(project: httpx.Client, query: str, version: int) -> None:
    made = new_prompt(project, "greeting", "one", "two")
    new(project, f"/prompts/{made['id']}/deploy", {"version": 2, "environment": "staging"})
    answer = project.get(f"{str(project.base_url).rstrip('/')}//api/v1/prompts/by-name/greeting{query}")
    data = answer.json()["data"]
    assert (data["version"], data["content"]) == (version, f'[{{"content": "{["one", "two"][version - 1]}"}}]')
    assert (data["type"], data["promptId"], data["config"]) == ("text", made["id"], {})


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("?versionNumber=", 422, "versionNumber"),
        ("?versionNumber=v2", 422, "versionNumber"),
        ("?versionNumber=-1", 422, "versionNumber"),
        ("?versionNumber=1.0", 422, "versionNumber"),
        ("?versionNumber=%C2%B2", 422, "versionNumber"),
        ("?version_number=two", 422, "version_number"),
        ("?versionNumber=1&version_number=2", 422, "version_number"),
        ("?versionNumber=" + "9" * 41, 422, "versionNumber"),
        ("?versionNumber=" + "9" * 40, 404, "versionNumber"),
        ("?versionNumber=0", 404, "versionNumber"),
        ("?environment=%00", 404, "environment"),
    ],
)
def test_a_version_that_cannot_be_served_is_an_error_that_clients_can_read(
    project: httpx.Client, query: str, status: int, field: str
) -> None:
    new_prompt(project, "greeting", "one", "two")
    answer = fetch(project, "greeting", query)
    assert (answer.status_code, answer.json()["field"], answer.json()["success"]) == (status, field, False)
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize(
    "sent",
    [{}, {"headers": {"Content-Type": "application/json"}}, {"data": ""}, {"json": {}}],
    ids=["nothing", "nothing as JSON", "an empty form", "an empty object"],
)
def test_a_roll_back_needs_no_body(project: httpx.Client, sent: dict[str, Any]) -> None:
    made = new_prompt(project, "greeting", "Hello", "Hi")
    new(project, f"/prompts/{made['id']}/deploy", {"version": 2})
    answer = project.post(f"/api/v1/prompts/{made['id']}/rollback", **sent)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["environment"], data["version"], data["message"]) == ("production", 1, "")
    wrong = project.post(f"/api/v1/prompts/{made['id']}/rollback", json={"version": 1})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "version")


def test_a_missing_prompt_and_a_wrong_key_answer_as_the_clients_expect(server: Server, project: httpx.Client) -> None:
    missing = fetch(project, "nothing\x00")
    assert missing.status_code == 404
    assert missing.json()["error"].startswith("Prompt not found")
    with server.client_of("wrong-key-of-nobody") as stranger:
        refused = fetch(stranger, "greeting")
    assert refused.status_code == 401
    assert refused.json()["error"].startswith("Invalid API key")


def test_a_deployment_through_one_server_is_served_by_another_within_five_seconds(
    own_server: Callable[..., Server], tmp_path: Path
) -> None:
    first, second = (own_server(database_url=f"sqlite:///{tmp_path}/settings.db").start() for _ in range(2))
    made = new_prompt(first.client, "greeting", "one", "two")
    assert fetch(second.client, "greeting").json()["data"]["version"] == 1
    new(first.client, f"/prompts/{made['id']}/deploy", {"version": 2})
    began = time.monotonic()
    assert fetch(first.client, "greeting").json()["data"]["version"] == 2
    while fetch(second.client, "greeting").json()["data"]["version"] != 2:
        assert time.monotonic() - began < 6
        time.sleep(0.05)  # a bounded wait for a condition


def test_an_unchanged_prompt_is_not_sent_again(project: httpx.Client) -> None:
    made = new_prompt(project, "greeting", "one", "two")
    first = fetch(project, "greeting")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for sent in (tag, f'"other", W/{tag}'):
        again = project.get("/api/v1/prompts/by-name/greeting", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    new(project, f"/prompts/{made['id']}/deploy", {"version": 2})
    changed = project.get("/api/v1/prompts/by-name/greeting", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["data"]["version"]) == (200, 2)
    assert changed.headers["etag"] != tag


def test_messages_come_back_as_they_were_sent(project: httpx.Client) -> None:
    made = new_prompt(project, "chatty", CHAT)
    version = get(project, f"/{made['id']}/versions/1")["data"]
    assert version["content"] == CHAT  # type: ignore[index]  # JSON
    assert version["variables"] == ["tone", "question"]  # type: ignore[index]
    assert httpx.Response(200, text=fetch(project, "chatty").json()["data"]["content"]).json() == CHAT


def test_a_diff_tells_lines_and_config(project: httpx.Client) -> None:
    made = new_prompt(project, "greeting", "Hello\nAda", config={"model": "a"})
    new(project, f"/prompts/{made['id']}/versions", {"content": "Hello\nGrace", "config": {"model": "b"}})
    assert get(project, f"/{made['id']}/diff", from_version=1, to_version=2)["data"] == {
        "from_version": 1,
        "to_version": 2,
        "lines": [
            {"kind": "same", "text": "Hello", "old_line": 1, "new_line": 1},
            {"kind": "removed", "text": "Ada", "old_line": 2, "new_line": None},
            {"kind": "added", "text": "Grace", "old_line": None, "new_line": 2},
        ],
        "config": [{"key": "model", "old": "a", "new": "b", "kind": "changed"}],
    }


def test_a_key_for_ingest_may_fetch_but_not_list_or_change(server: Server) -> None:
    owner = server.project_key("fetching")
    with server.client_of(owner.key) as client:
        made = new_prompt(client, "greeting")
    with server.client_of(server.new_key(owner.project, "ingest")) as client:
        assert fetch(client, "greeting").status_code == 200
        assert client.get("/api/v1/prompts").status_code == 403
        assert client.post(f"/api/v1/prompts/{made['id']}/deploy", json={"version": 1}).status_code == 403


def test_another_project_sees_and_changes_nothing(server: Server, project: httpx.Client) -> None:
    made = new_prompt(project, "greeting")
    path = f"/api/v1/prompts/{made['id']}"
    with server.client_of(server.project_key("a stranger of prompts").key) as stranger:
        assert stranger.get("/api/v1/prompts/deployments").json()["data"] == []
        answers = [
            fetch(stranger, "greeting"),
            stranger.get(path),
            stranger.get(f"{path}/versions"),
            stranger.get(f"{path}/versions/1"),
            stranger.get(f"{path}/deployments"),
            stranger.get(f"{path}/diff", params={"from_version": 1, "to_version": 1}),
            stranger.patch(path, json={"description": "mine"}),
            stranger.post(f"{path}/versions", json={"content": "mine"}),
            *(stranger.post(f"{path}/{what}", json={"version": 1}) for what in ("deploy", "archive", "restore")),
            stranger.post(f"{path}/rollback", json={}),
        ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a", "content": "half \\ud83e a fox"}',
        b'{"name": "half \\ud83e a fox", "content": "x"}',
        b'{"name": "a", "content": "x", "config": {"a": NaN}}',
        b'{"name": "a", "content": "x", "config": {"half \\ud83e": 1}}',
        b'{"name": "a", "content": "x", "config": {"a": 1e999}}',
        b'{"name": "a", "content": "x", "config": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
        b'{"name": "a", "content": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": "a", "type": "chat", "content": [{"role": "user", "content": "x", "seed": ' + b"9" * 400 + b"}]}",
        b'{"name": "a", "content": "x", "message": "\\u0000"}',
        b'{"name": "a", "content": "x", "deploy_to": "latest"}',
        b'{"name": "a", "content": "' + b"x" * 300_000 + b'"}',
    ],
    ids=lambda body: str(body[:60]),
)
def test_awkward_json_is_refused_and_nothing_is_kept(project: httpx.Client, body: bytes) -> None:
    answer = project.post("/api/v1/prompts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["success"] is False
    assert get(project, "")["data"] == []


class TestLangfuse:
    """The wire format; the real client is tried in tests/client."""

    BASE = "/api/public/v2/prompts"

    def put(self, client: httpx.Client, **body: object) -> Json:
        answer = client.post(self.BASE, json={"name": "folder/greeting", "prompt": "Hello {{name}}", **body})
        assert answer.status_code == 200, answer.text
        made: Json = answer.json()
        return made

    def labels(self, client: httpx.Client, **asked: object) -> tuple[int, list[str]]:
        answer = client.get(f"{self.BASE}/folder%2Fgreeting", params=asked)  # type: ignore[arg-type]  # plain values
        assert answer.status_code == 200, answer.text
        return answer.json()["version"], answer.json()["labels"]

    def test_labels_are_environments_and_latest_is_the_newest_version(self, project: httpx.Client) -> None:
        first = self.put(project, labels=["production", "latest"], config=None, tags=["a"], commitMessage="Begin")
        assert (first["type"], first["version"], first["labels"]) == ("text", 1, ["production", "latest"])
        assert (first["config"], first["tags"], first["commitMessage"]) == ({}, ["a"], "Begin")
        second = self.put(project, labels=["staging"], tags=None)
        assert (second["version"], second["labels"], second["tags"]) == (2, ["staging", "latest"], ["a"])
        assert self.labels(project) == self.labels(project, version=1) == (1, ["production"])
        assert self.labels(project, label="latest") == self.labels(project, label="staging")
        moved = project.patch(
            f"{self.BASE}/folder%2Fgreeting/versions/2", json={"newLabels": ["production", "staging"]}
        )
        assert (moved.status_code, moved.json()["labels"]) == (200, ["production", "staging", "latest"])
        assert self.labels(project) == (2, ["production", "staging", "latest"])
        assert self.labels(project, version=1) == (1, [])
        served = fetch(project, "folder/greeting").json()["data"]
        assert (served["version"], served["content"]) == (2, '[{"content": "Hello {{name}}"}]')

    def test_messages_and_placeholders_are_kept(self, project: httpx.Client) -> None:
        made = self.put(project, type="chat", prompt=CHAT)
        assert (made["prompt"], made["type"]) == (CHAT, "chat")

    def test_a_list_has_names_versions_labels_and_pages(self, project: httpx.Client) -> None:
        self.put(project, labels=["staging"], config={"model": "a"})
        self.put(project, config={"model": "b"})
        new_prompt(project, "other")
        answer = project.get(self.BASE, params={"limit": 1, "page": 2}).json()
        assert answer["meta"] == {"page": 2, "limit": 1, "totalItems": 2, "totalPages": 2}
        (only,) = answer["data"]
        assert (only["name"], only["versions"], only["labels"]) == ("folder/greeting", [1, 2], ["staging", "latest"])
        assert only["lastConfig"] == {"model": "b"}
        for asked, count in (("label=staging", 1), ("label=latest", 2), ("tag=x", 0), ("name=other", 1)):
            assert project.get(f"{self.BASE}?{asked}").json()["meta"]["totalItems"] == count, asked

    @pytest.mark.parametrize(
        ("path", "status", "error"),
        [
            ("/nothing", 404, "LangfuseNotFoundError"),
            ("/folder%2Fgreeting", 404, "LangfuseNotFoundError"),
            ("/folder%2Fgreeting?version=9", 404, "LangfuseNotFoundError"),
            ("/folder%2Fgreeting?version=x", 400, "InvalidRequestError"),
            ("/folder%2Fgreeting?version=1&label=latest", 400, "InvalidRequestError"),
        ],
    )
    def test_errors_have_the_name_that_its_clients_know(
        self, project: httpx.Client, path: str, status: int, error: str
    ) -> None:
        self.put(project)
        answer = project.get(self.BASE + path)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["message"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"prompt": [{"role": "user", "content": "x"}]}, "prompt"),
            ({"type": "chat", "prompt": [{"role": "user", "content": "x"}]}, "type"),
            ({"labels": ["a\nb"]}, "labels"),
            ({"config": [1]}, "config"),
        ],
    )
    def test_a_bad_version_is_refused_by_its_field(self, project: httpx.Client, body: Json, field: str) -> None:
        self.put(project)
        answer = project.post(self.BASE, json={"name": "folder/greeting", "prompt": "x", **body})
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        assert self.labels(project, label="latest") == (1, ["latest"])

    def test_the_label_latest_does_not_move(self, project: httpx.Client) -> None:
        self.put(project)
        self.put(project)
        answer = project.patch(f"{self.BASE}/folder%2Fgreeting/versions/1", json={"newLabels": ["latest"]})
        assert answer.status_code == 400
        assert self.labels(project, label="latest") == (2, ["latest"])

    def test_a_client_finds_its_project_and_the_servers_health(self, server: Server) -> None:
        owner = server.project_key("of langfuse", scopes=("ingest",))
        found = httpx.get(f"{server.url}/api/public/projects", auth=("public", owner.key)).json()
        assert [(one["id"], one["name"]) for one in found["data"]] == [(owner.project, "of langfuse")]
        assert found["data"][0]["organization"]["name"]
        assert httpx.get(f"{server.url}/api/public/health").json()["status"] == "OK"
        refused = httpx.get(f"{server.url}/api/public/projects", auth=("public", "wrong-key-of-nobody"))
        assert (refused.status_code, refused.json()["error"]) == (401, "UnauthorizedError")
