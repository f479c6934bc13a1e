"""Links, opened by somebody without an account, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

import httpx
import pytest

from dashboards.board import widget
from dashboards.test_http import PATH, create
from promptpulse.dashboards.shapes import WidgetKind
from server.making import new, new_experiment, new_prompt
from server.process import Json, Server

KINDS = get_args(WidgetKind)
FAILED: Json = {
    "status": "error", "error_type": "timeout", "error_message": "call sentinel-call-2 of sentinel@example.com is late",
}  # fmt: skip
QUERIES: dict[str, Json] = {
    "pie": {"by": ["user_id"]},
    "bar": {"by": ["session_id"]},
    "table": {"by": ["user_id", "session_id"], "compare": True},
    "line": {"where": [{"dimension": "user_id", "op": "not_in", "values": ["sentinel-user-0"]}], "by": ["user_id"]},
}
"""What tells people apart."""
SENTINEL = "sentinel"


def at(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


RANGE = {"start": at(days=1), "end": at(days=-1)}


@dataclass
class Shown:
    """A dashboard with a widget of each kind, in a project with calls, scores, an experiment and a budget."""

    server: Server
    owner: httpx.Client
    visitor: httpx.Client
    project: str
    dashboard: Json
    link: Json

    @property
    def token(self) -> str:
        return str(self.link["path"]).removeprefix("/shared/")

    def get(self, path: str = "", token: str | None = None, **params: str) -> httpx.Response:
        return self.visitor.get(f"/api/v1/shared/{token or self.token}{path}", params=params)

    def widget(self, id_: str, **given: str) -> httpx.Response:
        return self.get(f"/widgets/{id_}", **{**RANGE, **given})

    def another(self, **body: object) -> Json:
        return new(self.owner, f"/dashboards/{self.dashboard['id']}/shares", {**body})


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[Shown]:
    made = server.project_key("project of a link")
    with server.client_of(made.key) as owner, server.client_of("") as visitor:
        calls: list[Json] = [
            {"id": f"sentinel-call-{n}", "prompt_id": "greeting", "latency_ms": 5, "user_id": f"sentinel-user-{n}",
             "session_id": f"sentinel-session-{n}", "trace_id": f"sentinel-trace-{n}", **more}
            for n, more in enumerate([{}, {}, FAILED])
        ]  # fmt: skip
        server.send(calls, owner)
        new_prompt(owner, "greeting", "Hello", "Hi")
        halves = [{"name": n, "prompt": "greeting", "version": v, "weight": 50} for n, v in (("A", 1), ("B", 2))]
        new_experiment(owner, "Tone", halves)
        new(owner, "/costs/budgets", {"name": "All", "amount_usd": 5})
        score = {"name": "rating", "type": "int", "value": 5}
        new(owner, "/scores", {"callId": "sentinel-call-0", "userId": "sentinel-user-0", "scores": [score]})
        widgets = [widget(kind, kind, **QUERIES.get(kind, {})) for kind in KINDS]
        dashboard = create(owner, "For the board", *widgets)
        link = new(owner, f"/dashboards/{dashboard['id']}/shares", {"note": "for the board"})
        yield Shown(server, owner, visitor, made.project, dashboard, link)


def test_a_link_shows_its_dashboard_without_signing_in(world: Shown) -> None:
    answer = world.get()
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["project"], data["tz"], data["expires_at"]) == ("project of a link", "UTC", world.link["expires_at"])
    assert [w["id"] for w in data["dashboard"]["widgets"]] == [*KINDS]
    assert [m["key"] for m in data["metrics"]] == ["total_requests"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_widget_is_seen_and_says_nothing_else(world: Shown, kind: str) -> None:
    answer = world.widget(kind)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    fields = {
        "line": "result", "area": "result", "bar": "result", "pie": "result", "table": "result", "number": "totals",
        "heatmap": "distribution", "text": "start",
    }  # fmt: skip
    assert data[fields.get(kind, kind)] is not None
    assert SENTINEL not in answer.text
    ids = [str(world.dashboard["id"]), str(world.link["id"]), world.project]
    assert not [one for one in ids if one in answer.text]


def test_what_is_seen_are_the_numbers_of_the_project(world: Shown) -> None:
    assert world.widget("number").json()["data"]["totals"]["values"]["total_requests"] == [[3]]
    (failure,) = world.widget("errors").json()["data"]["errors"]
    assert (failure["calls"], failure["call_id"], failure["title"]) == (
        1,
        None,
        "call … of … is late",
    )
    pie = world.widget("pie").json()["data"]["result"]
    assert sorted(str(g["user_id"]) for g in pie["groups"]) == ["User 1", "User 2", "User 3"]
    budget = world.widget("budgets").json()["data"]["budgets"]
    assert [(b["name"], b["amount_usd"]) for b in budget] == [("All", 5)]


def test_the_dashboard_of_a_link_names_nobody(world: Shown) -> None:
    answer = world.get()
    dashboard = answer.json()["data"]["dashboard"]
    assert (dashboard["id"], dashboard["created_by"], dashboard["updated_by"]) == ("shared", None, None)
    assert all(w["query"]["where"] == [] for w in dashboard["widgets"])
    assert SENTINEL not in answer.text
    assert str(world.dashboard["id"]) not in answer.text
    assert world.project not in answer.text


@pytest.mark.parametrize("path", ["", "/widgets/number"])
def test_answers_are_kept_by_nobody_and_found_by_no_search(world: Shown, path: str) -> None:
    found = [world.get(path, **(RANGE if path else {})), world.get(path, token="x" * 43, **(RANGE if path else {}))]
    found.append(world.visitor.get(f"/shared/{world.token}"))  # the page itself
    for answer in found:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert found[2].headers["content-type"].startswith("text/html")
    assert found[2].status_code in {200, 503}, "503: the web app is not built"
    assert world.visitor.get("/healthz").headers["referrer-policy"] == "same-origin"


def test_wrong_expired_and_revoked_links_are_answered_alike(world: Shown) -> None:
    revoked = world.another()
    token = str(revoked["path"]).removeprefix("/shared/")
    assert world.get(token=token).status_code == 200
    assert world.owner.delete(f"{PATH}/{world.dashboard['id']}/shares/{revoked['id']}").status_code == 200
    for path, params in (("", {}), ("/widgets/number", RANGE), ("/widgets/nothing", RANGE)):
        answers = [world.get(path, token=wrong, **params) for wrong in (token, "x" * 43, "a", "é" * 300)]
        assert {(a.status_code, a.text) for a in answers} == {(404, answers[0].text)}
        headers = [{k: v for k, v in a.headers.items() if k != "date"} for a in answers]
        assert all(h == headers[0] for h in headers)


def test_a_link_opens_nothing_else(world: Shown) -> None:
    other = create(world.owner, "Another", widget("secret"))
    assert world.widget("secret").status_code == 404
    assert str(other["name"]) not in world.get().text
    with world.server.client_of(world.token) as client:
        for path in ("/api/v1/dashboards", f"{PATH}/{world.dashboard['id']}", "/api/v1/calls", "/api/v1/projects"):
            assert client.get(path, params={"project": world.project}).status_code == 401
    assert world.visitor.post(f"/api/v1/shared/{world.token}", json={}).status_code == 405


def test_a_widget_that_was_taken_out_is_not_shown_any_more(world: Shown) -> None:
    made = create(world.owner, "Changing", widget("first"), widget("second"))
    link = new(world.owner, f"/dashboards/{made['id']}/shares", {})
    token = str(link["path"]).removeprefix("/shared/")
    assert world.get("/widgets/second", token=token, **RANGE).status_code == 200
    body = {"name": "Changed", "widgets": [widget("first")]}
    assert world.owner.put(f"{PATH}/{made['id']}", json=body).status_code == 200
    assert world.get("/widgets/second", token=token, **RANGE).status_code == 404
    assert world.get(token=token).json()["data"]["dashboard"]["name"] == "Changed"
    assert world.owner.delete(f"{PATH}/{made['id']}").status_code == 200
    assert world.get(token=token).status_code == 404


def test_ready_made_dashboards_can_be_shared_too(world: Shown) -> None:
    link = new(world.owner, "/dashboards/performance/shares", {"expires_in_days": 1})
    token = str(link["path"]).removeprefix("/shared/")
    data = world.get(token=token).json()["data"]
    assert (data["dashboard"]["name"], data["dashboard"]["id"]) == ("Performance", "shared")
    assert world.get("/widgets/latency", token=token, **RANGE).status_code == 200
    shares = {d["id"]: d["shares"] for d in world.owner.get(PATH).json()["data"]}
    assert (shares["performance"], shares["executive"]) == (1, 0)


def test_a_link_is_shown_once_and_its_use_is_noted(world: Shown) -> None:
    link = world.another(note="once", expires_in_days=7)
    world.get(token=str(link["path"]).removeprefix("/shared/"))
    (listed,) = (
        s for s in world.owner.get(f"{PATH}/{world.dashboard['id']}/shares").json()["data"] if s["id"] == link["id"]
    )
    assert (listed["path"], listed["note"]) == (None, "once")
    assert listed["last_used_at"] is not None
    assert listed["revoked_at"] is None
    left = datetime.fromisoformat(listed["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"start": at(days=94), "end": at(days=1)}, "start"),
        ({"start": at(days=1), "end": at(days=2)}, "end"),
        ({"start": "2026-11-01", "end": at(days=2)}, "start"),
        ({"start": "0001-01-01T00:00:00Z"}, "start"),
    ],
)
def test_ranges_are_bounded(world: Shown, given: dict[str, str], field: str) -> None:
    answer = world.widget("number", **given)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("days", [0, 366])
def test_links_live_a_day_to_a_year(world: Shown, days: int) -> None:
    body = {"expires_in_days": days}
    answer = world.owner.post(f"{PATH}/{world.dashboard['id']}/shares", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "expires_in_days")


def test_the_log_of_the_server_holds_no_link(world: Shown) -> None:
    world.get()
    assert world.token not in world.server.log
