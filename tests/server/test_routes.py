"""Who may do what on every route, from outside. A new route fails here until it is listed with what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import httpx
import pytest

from server.process import Json, Server
from server.test_process import sign_in

pytestmark = pytest.mark.xdist_group("routes")
Need = Literal["nothing", "read", "ingest", "editor", "admin", "person", "session", "any", "instance", "keys"]
SECRET = "sentinel-of-a"
"""Part of every name in project A; nobody else may read it."""
OTLP = {
    (f"{prefix}/v1/{signal}"): "ingest"
    for prefix in ("", "/otel", "/api/public/otel")
    for signal in ("traces", "logs", "metrics")
}
TABLE: dict[str, Need] = {
    "GET /healthz": "nothing",
    "GET /readyz": "nothing",
    "GET /metrics": "nothing",
    "POST /api/v1/session": "nothing",
    "POST /api/v1/session/link": "nothing",
    "GET /api/v1/session": "nothing",  # nobody is told that he is nobody
    "DELETE /api/v1/session": "session",
    "POST /api/v1/account/password": "session",
    "GET /api/v1/account/tokens": "person",
    "POST /api/v1/account/tokens": "session",
    "DELETE /api/v1/account/tokens/{token_id}": "person",
    "GET /api/v1/projects": "any",
    "POST /api/v1/projects": "instance",
    "GET /api/v1/projects/{project_id}": "read",
    "PATCH /api/v1/projects/{project_id}": "admin",
    "GET /api/v1/projects/{project_id}/members": "admin",
    "POST /api/v1/projects/{project_id}/members": "admin",
    "PATCH /api/v1/projects/{project_id}/members/{user_id}": "admin",
    "DELETE /api/v1/projects/{project_id}/members/{user_id}": "admin",
    "GET /api/v1/projects/{project_id}/prices": "read",
    "POST /api/v1/projects/{project_id}/prices": "editor",
    "DELETE /api/v1/projects/{project_id}/prices/{price_id}": "editor",
    "GET /api/v1/projects/{project_id}/audit": "admin",
    "GET /api/v1/keys": "admin",
    "POST /api/v1/keys": "keys",
    "DELETE /api/v1/keys/{key_id}": "keys",
    "POST /api/v1/calls": "ingest",
    "GET /api/v1/calls": "read",
    "GET /api/v1/calls/{call_id}": "read",
    "POST /api/v1/query": "read",
    "GET /api/v1/metrics/catalogue": "read",
    "GET /api/metrics": "read",
    "GET /api/v1/live": "read",
    "GET /api/v1/status": "read",
    **{f"POST {path}": "ingest" for path in OTLP},
}
PUBLIC_DATA = {"GET /api/v1/metrics/catalogue"}
"""Needs a credential, but says nothing about a project."""
WRITES = ("POST", "PATCH", "PUT", "DELETE")


@dataclass
class World:
    """Project A with something of everything, and project B beside it."""

    server: Server
    a: str
    b: str
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Of A by scopes; of B by `b`."""
    people: dict[str, httpx.Client] = field(default_factory=dict)
    """Browsers: viewer, editor, admin of A; outsider, admin of B alone."""

    def body(self, route: str) -> Json | None:
        bodies: dict[str, Json] = {
            "POST /api/v1/session": {"email": "x@example.com", "password": "wrong password"},
            "POST /api/v1/session/link": {"token": "wrong"},
            "POST /api/v1/account/password": {"new_password": "another long password"},
            "POST /api/v1/account/tokens": {"name": "mine"},
            "POST /api/v1/projects": {"name": "made by a walk"},
            "PATCH /api/v1/projects/{project_id}": {"capture_content": True},
            "POST /api/v1/projects/{project_id}/members": {"email": "thief@example.com", "role": "admin"},
            "PATCH /api/v1/projects/{project_id}/members/{user_id}": {"role": "admin"},
            "POST /api/v1/projects/{project_id}/prices": {
                "provider": "openai", "model": "m", "valid_from": "2026-01-01", "input_usd_per_mtok": "1",
                "output_usd_per_mtok": "1",
            },
            "POST /api/v1/keys": {"project": self.a, "name": "stolen", "scopes": ["admin"]},
            "POST /api/v1/calls": {"calls": [{"prompt_id": "written by a walk", "latency_ms": 1}]},
            "POST /api/v1/query": {
                "metrics": ["total_requests"], "start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z", "by": ["prompt_id"],
            },
        }  # fmt: skip
        return bodies.get(route)

    def ask(self, client: httpx.Client, route: str, *, name_project: bool) -> httpx.Response:
        """The answer, without reading event streams. `name_project`: with `?project=` of A where the route takes it."""
        method, path = route.split(" ")
        url = re.sub(r"\{(\w+)\}", lambda m: self.ids[m[1]], path)
        chooses = "{project_id}" not in path and name_project
        body = self.body(route) or ({} if method == "POST" else None)
        request = client.build_request(method, url, params={"project": self.a} if chooses else None, json=body)
        answer = client.send(request, stream=True)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.close()
        else:
            answer.read()
            answer.close()
        return answer

    def key_client(self, name: str) -> httpx.Client:
        return self.server.client_of(self.keys[name])

    def picture(self) -> Json:
        """All that can be seen of A, to notice any change."""
        with self.key_client("all") as all_of_a:
            found = {
                path: all_of_a.get(path).json()["data"]
                for path in (
                    f"/api/v1/projects/{self.a}", f"/api/v1/projects/{self.a}/members", f"/api/v1/projects/{self.a}/prices",
                    f"/api/v1/projects/{self.a}/audit", "/api/v1/keys", "/api/v1/calls",
                )
            }  # fmt: skip
        for key in found["/api/v1/keys"]:
            del key["last_used_at"]
        return found


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    def made(answer: httpx.Response) -> Json:
        assert answer.status_code == 201, answer.text
        data: Json = answer.json()["data"]
        return data

    root = server.client
    a = server.project_key(f"{SECRET} project")
    b = server.project_key("project of b")
    built = World(server, a.project, b.project, keys={"all": a.key, "b": b.key, "wrong": "pp_unknown"})
    for scopes in (("ingest",), ("read",), ("ingest", "read"), ("admin",)):
        built.keys["+".join(scopes)] = server.new_key(a.project, *scopes)
    for role in ("viewer", "editor", "admin", "outsider"):
        project, part = (b.project, "admin") if role == "outsider" else (a.project, role)
        member = made(
            root.post(f"/api/v1/projects/{project}/members", json={"email": f"{role}@{SECRET}.example", "role": part})
        )
        token = str(member["sign_in_link"]).partition("token=")[2]
        built.people[role] = sign_in(server, "/api/v1/session/link", token=token)
        built.ids.setdefault("user_id", str(member["user_id"]))
    price = {"provider": "openai", "model": f"{SECRET} model", "valid_from": "2026-01-01", "input_usd_per_mtok": "1"}
    key: Json = {"project": a.project, "name": f"{SECRET} key", "scopes": ["read"]}

    def new_id(client: httpx.Client, path: str, body: Json) -> str:
        return str(made(client.post(path, json=body))["id"])

    built.ids |= {
        "project_id": a.project,
        "price_id": new_id(root, f"/api/v1/projects/{a.project}/prices", {**price, "output_usd_per_mtok": "1"}),
        "key_id": new_id(root, "/api/v1/keys", key),
        "token_id": new_id(built.people["admin"], "/api/v1/account/tokens", {"name": f"{SECRET} token"}),
        "call_id": f"{SECRET} call",
    }
    call: Json = {"id": f"{SECRET} call", "prompt_id": f"{SECRET} prompt", "latency_ms": 5, "model": f"{SECRET} model"}
    with built.key_client("all") as client:
        server.send([call], client)
    yield built
    for browser in built.people.values():
        browser.close()


def test_every_route_is_listed_with_what_it_needs(server: Server) -> None:
    document = server.client.get("/openapi.json").json()
    found = {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}
    assert found == TABLE.keys()


@dataclass(frozen=True)
class Stranger:
    """Somebody who must not get anywhere, and how they are turned away; empty: any refusal, or their own data."""

    name: str
    client: httpx.Client
    codes: frozenset[int]
    csrf: bool = False
    """Turned away for want of the CSRF token."""


WEAK_KEY: dict[Need, str] = {
    "read": "ingest", "any": "ingest", "ingest": "read", "editor": "ingest+read", "admin": "ingest+read",
    "keys": "ingest+read", "person": "all", "session": "all", "instance": "all",
}  # fmt: skip
"""The strongest key of A that still must not."""
WEAK_ROLE: dict[Need, str] = {
    "ingest": "viewer",
    "editor": "viewer",
    "admin": "editor",
    "keys": "editor",
    "instance": "admin",
}


def strangers(world: World, route: str, *, name_project: bool) -> Iterator[Stranger]:
    need = TABLE[route]
    in_path = "{project_id}" in route or need == "keys"
    named = name_project or in_path
    own = need in {"person", "session", "any", "nothing"}
    if need != "nothing":
        yield Stranger("nobody", world.server.client_of(""), frozenset({401}))
        yield Stranger("a wrong key", world.key_client("wrong"), frozenset({401}))
        yield Stranger(f"the key {WEAK_KEY[need]} of A", world.key_client(WEAK_KEY[need]), frozenset({403}))
        if route.startswith(WRITES):
            viewer = world.server.client_of("")
            viewer.cookies = world.people["viewer"].cookies
            yield Stranger("a viewer without CSRF token", viewer, frozenset({403}), csrf=True)
    if need == "instance":
        yield Stranger("the key of B", world.key_client("b"), frozenset({403}))
    elif own:
        yield Stranger("the key of B", world.key_client("b"), frozenset())
    else:
        code = {404} if in_path else {403} if named else set()
        yield Stranger("the key of B", world.key_client("b"), frozenset(code))
    if need in WEAK_ROLE and (named or need == "instance"):
        yield Stranger(WEAK_ROLE[need], browser(world, WEAK_ROLE[need]), frozenset({403}))
    if not (need == "session" and route.startswith(WRITES)):
        code = {403} if need == "instance" else set() if own else {404} if named else {422}
        yield Stranger("the admin of B", browser(world, "outsider"), frozenset(code))


def browser(world: World, person: str) -> httpx.Client:
    """Another window of the person's browser."""
    mine = world.people[person]
    window = world.server.client_of("", **{"X-CSRF-Token": mine.headers["X-CSRF-Token"]})
    window.cookies = mine.cookies
    return window


@pytest.mark.parametrize("route", TABLE)
def test_nobody_reads_or_changes_what_is_not_theirs(world: World, route: str) -> None:
    before = world.picture() if route.startswith(WRITES) else None
    for name_project in (False, True):
        for stranger in strangers(world, route, name_project=name_project):
            with stranger.client as client:
                answer = world.ask(client, route, name_project=name_project)
            shown = f"{stranger.name} got {answer.status_code} from {answer.request.method} {answer.request.url}"
            assert answer.status_code < 500, shown
            assert not stranger.codes or answer.status_code in stranger.codes, shown
            if answer.headers["content-type"].startswith("text/event-stream"):
                assert not name_project, shown  # their own stream
                continue
            named = answer.text.replace(world.ids["call_id"], "")  # a refusal may repeat what was asked for
            assert SECRET not in re.sub(rf"\w+@{SECRET}.example", "", named), shown
            if stranger.csrf:
                assert "X-CSRF-Token" in answer.text, shown
    assert before is None or world.picture() == before


MAY: dict[Need, str] = {"read": "read", "any": "read", "ingest": "ingest", "admin": "admin", "keys": "admin"}
"""The weakest key that may."""


@pytest.mark.parametrize("route", TABLE)
def test_whoever_may_can(world: World, route: str) -> None:
    need = TABLE[route]
    if need in MAY:
        client = world.key_client(MAY[need])
    elif need == "instance":
        client = world.server.client_of(world.server.key)
    elif need == "nothing":
        client = world.server.client_of("")
    else:
        client = browser(
            world, "editor" if need == "editor" else "viewer" if route == "DELETE /api/v1/session" else "admin"
        )
    with client:
        answer = world.ask(client, route, name_project=need in {"read", "ingest", "admin"})
    if route.startswith("POST /api/v1/session"):
        assert answer.status_code == 401  # the credentials are wrong
    else:
        assert answer.is_success, answer.text


def test_a_personal_token_reaches_what_its_person_does(world: World) -> None:
    token = browser(world, "outsider").post("/api/v1/account/tokens", json={"name": "notebook"}).json()["data"]["token"]
    with world.server.client_of(token) as client:
        assert client.get("/api/v1/calls", params={"project": world.a}).status_code == 404
        assert client.get("/api/v1/calls", params={"project": world.b}).status_code == 200
        assert client.get("/metrics", params={"project": world.a}).status_code == 404
        assert [p["id"] for p in client.get("/api/v1/projects").json()["data"]] == [world.b]


def test_the_scrape_of_a_key_shows_its_own_prompts_alone(world: World) -> None:
    for name, shown in (("b", False), ("all", True)):
        with world.key_client(name) as client:
            assert (f'prompt="{SECRET} prompt"' in client.get("/metrics").text) is shown
    assert SECRET not in httpx.get(f"{world.server.url}/metrics").text


def test_live_events_of_another_project_are_not_seen(world: World) -> None:
    with world.key_client("b") as b, world.key_client("all") as a, b.stream("GET", "/api/v1/live") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        world.server.send([{"model": "m", "latency_ms": 1}] * 7, a)
        world.server.send([{"model": "m", "latency_ms": 1}] * 3, b)
        assert [next(line for line in lines if line) for _ in range(2)] == ["event: calls", 'data: {"accepted":3}']
