"""API keys: their forms, scopes, cache, revocation and what an instance key may do."""

import base64
import threading

import pytest
from sqlalchemy.orm import Session

from accounts.world import BOOTSTRAP_KEY, SETUP, World
from clock import NOON
from promptpulse.accounts import keys
from promptpulse.accounts.credentials import digest, presented
from promptpulse.accounts.keys import KeyRing, find_key, list_keys, revoke_key
from promptpulse.accounts.models import ApiKey
from promptpulse.accounts.values import KeyFacts, Role, Scope
from promptpulse.db import Database

READ = "/probe/read"


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        ("authorization", f"Bearer {BOOTSTRAP_KEY}"),
        ("authorization", f"bearer  {BOOTSTRAP_KEY} "),
        ("authorization", basic(f"public:{BOOTSTRAP_KEY}")),
        ("authorization", basic(f"{BOOTSTRAP_KEY}:")),
        ("authorization", basic(f"{BOOTSTRAP_KEY}:unknown")),
        ("authorization", basic(BOOTSTRAP_KEY)),
        ("authorization", BOOTSTRAP_KEY),
        ("x-api-key", BOOTSTRAP_KEY),
    ],
)
def test_every_form_of_credential_is_understood(world: World, header: tuple[str, str]) -> None:
    reply = world.browser().client.get(READ, headers=dict([header]))
    assert (reply.status_code, reply.json()["data"]["project"]) == (200, "default")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer wrong",
        "Basic",
        "Basic ???",
        basic("a:b"),
        basic(":"),
        "wrong",
        "Bearer " + "x" * 5000,
        "\u00ff",
    ],
)
def test_anything_else_is_401(world: World, header: str) -> None:
    reply = world.browser().client.get(READ, headers=[(b"authorization", header.encode("latin-1"))])
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")


def test_a_header_in_utf8_is_read_as_such() -> None:
    assert presented({"authorization": "Bearer schlüssel-für-alles".encode().decode("latin-1")}) == (
        "schlüssel-für-alles",
    )


def test_a_new_key_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    world.clock.forward(seconds=1)
    body = {"project": world.project, "name": " collector ", "scopes": ["ingest", "ingest"]}
    made = world.call("POST", "/api/v1/keys", BOOTSTRAP_KEY, body)
    key = made.data["key"]
    assert made.status == 201
    assert (key[:3], len(key), made.data["prefix"]) == ("pp_", 46, key[:11])
    assert (made.data["name"], made.data["scopes"], made.data["instance"]) == ("collector", ["ingest"], False)
    assert made.data["created_by"] == "key oper (bootstrap)"
    listed = world.call("GET", "/api/v1/keys", BOOTSTRAP_KEY).data
    assert [row["name"] for row in listed] == ["collector", "bootstrap"]
    assert all("key" not in row for row in listed)
    with world.database.sessions() as session:
        row = session.get(ApiKey, made.data["id"])
        assert row is not None
        assert row.key_hash == digest(key)


def test_a_key_that_somebody_chose_shows_less_of_itself(world: World) -> None:
    (row,) = world.call("GET", "/api/v1/keys", BOOTSTRAP_KEY).data
    assert row["prefix"] == BOOTSTRAP_KEY[:4]


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ({Scope.INGEST}, {"ingest"}),
        ({Scope.READ}, {"read"}),
        ({Scope.ADMIN}, {"read", "edit", "admin"}),
        ({Scope.INGEST, Scope.READ}, {"ingest", "read"}),
        (set(Scope), {"ingest", "read", "edit", "admin"}),
    ],
)
def test_a_key_may_do_what_its_scopes_say(world: World, scopes: set[Scope], allowed: set[str]) -> None:
    key = world.new_key("default", *scopes)
    done = {
        name
        for name in ("read", "ingest", "edit", "admin")
        if world.call("GET" if name == "read" else "POST", f"/probe/{name}", key).status == 200
    }
    assert done == allowed


def test_a_refusal_says_which_scope_is_missing(world: World) -> None:
    refused = world.call("GET", READ, world.new_key("default", Scope.INGEST))
    assert (refused.status, refused.code) == (403, "missing_scope")
    assert refused.body["error"] == "the key lacks the scope read (it has ingest); make another key"


def test_a_revoked_key_stops_at_once(world: World) -> None:
    made = world.call(
        "POST", "/api/v1/keys", BOOTSTRAP_KEY, {"project": world.project, "name": "x", "scopes": ["read"]}
    ).data
    assert world.call("GET", READ, made["key"]).status == 200
    assert world.call("DELETE", f"/api/v1/keys/{made['id']}", BOOTSTRAP_KEY).status == 200
    assert world.call("GET", READ, made["key"]).status == 401
    revoked = {row["name"]: row["revoked_at"] for row in world.call("GET", "/api/v1/keys", BOOTSTRAP_KEY).data}
    assert revoked == {"x": "2026-11-21T12:00:00Z", "bootstrap": None}


def test_a_key_revoked_by_another_process_stops_within_ten_seconds(world: World) -> None:
    key = world.new_key("default", Scope.READ)
    assert world.call("GET", READ, key).status == 200
    with world.database.writing() as session:
        row = next(row for row in list_keys(session, world.project) if row.key_hash == digest(key))
        revoke_key(session, find_key(session, row.id), SETUP)
    world.clock.forward(seconds=9)
    assert world.call("GET", READ, key).status == 200
    world.clock.forward(seconds=1)
    assert world.call("GET", READ, key).status == 401


def test_a_key_revoked_while_it_is_looked_up_does_not_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyRing(world.database)
    read = keys._facts

    def revoked_after_reading(session: Session, key_hash: str) -> KeyFacts | None:
        facts = read(session, key_hash)
        ring.forget_all()
        return facts

    monkeypatch.setattr(keys, "_facts", revoked_after_reading)
    assert ring.find(BOOTSTRAP_KEY, NOON) is not None
    assert ring.cached(BOOTSTRAP_KEY, NOON) == (None, False)


def test_memory_holds_a_bounded_number_of_keys(database: Database) -> None:
    ring = KeyRing(database, size=3)
    for number in range(10):
        ring.find(f"unknown-key-{number:04}", NOON)
    assert [ring.cached(f"unknown-key-{number:04}", NOON)[1] for number in (6, 7, 8, 9)] == [False, True, True, True]


def test_a_known_key_is_found_without_the_database(world: World) -> None:
    world.call("GET", READ, BOOTSTRAP_KEY)
    facts, is_cached = world.accounts.keys.cached(BOOTSTRAP_KEY, world.clock())
    assert is_cached
    assert facts is not None
    assert (facts.project.name, facts.scopes, facts.instance) == ("default", frozenset(Scope), True)


def test_a_change_of_the_project_is_seen_at_once(world: World) -> None:
    world.call("GET", READ, BOOTSTRAP_KEY)
    world.call("PATCH", f"/api/v1/projects/{world.project}", BOOTSTRAP_KEY, {"name": "shop"})
    assert world.call("GET", READ, BOOTSTRAP_KEY).data["project"] == "shop"


def test_last_use_is_seen_at_once_and_written_later(world: World) -> None:
    key = world.new_key("default", Scope.READ)
    world.clock.forward(hours=1)
    world.call("GET", READ, key)
    assert last_used(world, key) is None
    listed = {row["name"]: row["last_used_at"] for row in world.call("GET", "/api/v1/keys", BOOTSTRAP_KEY).data}
    assert listed["test"] == "2026-11-21T13:00:00Z"
    world.accounts.close()
    written = last_used(world, key)
    assert written is not None
    assert written.isoformat() == "2026-11-21T13:00:00+00:00"


def last_used(world: World, key: str):  # type: ignore[no-untyped-def]  # a moment or None
    with world.database.sessions() as session:
        return session.query(ApiKey.last_used_at).filter(ApiKey.key_hash == digest(key)).scalar()


def test_the_tidying_thread_ends_on_close(world: World) -> None:
    world.accounts.start()
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "accounts"]
    world.accounts.close()
    thread.join(5)
    assert not thread.is_alive()


def test_a_key_does_not_choose_another_project(world: World) -> None:
    other = world.new_project("other")
    key = world.new_key("default", *Scope)
    assert world.call("GET", f"{READ}?project={world.project}", key).status == 200
    assert world.call("GET", f"{READ}?project={other}", key).status == 403
    assert world.call("GET", f"{READ}?project={other}", BOOTSTRAP_KEY).status == 403


def test_the_bootstrap_key_makes_a_project_and_a_key_for_it(world: World) -> None:
    made = world.call("POST", "/api/v1/projects", BOOTSTRAP_KEY, {"name": "shop"})
    assert (made.status, made.data["name"], made.data["time_zone"]) == (201, "shop", "UTC")
    body = {"project": made.data["id"], "name": "shop", "scopes": ["ingest", "read"]}
    key = world.call("POST", "/api/v1/keys", BOOTSTRAP_KEY, body).data["key"]
    assert world.call("GET", READ, key).data["project"] == "shop"
    assert world.call("POST", "/probe/ingest", key).data["project"] == "shop"
    assert {project["name"] for project in world.call("GET", "/api/v1/projects", BOOTSTRAP_KEY).data} == {
        "default",
        "shop",
    }
    listed = world.call("GET", f"/api/v1/keys?project={made.data['id']}", BOOTSTRAP_KEY).data
    assert [row["name"] for row in listed] == ["shop"]
    assert world.call("DELETE", f"/api/v1/keys/{listed[0]['id']}", BOOTSTRAP_KEY).status == 200


def test_an_admin_key_that_is_not_of_the_instance_stays_in_its_project(world: World) -> None:
    other = world.new_project("other")
    foreign = world.call(
        "POST", "/api/v1/keys", BOOTSTRAP_KEY, {"project": other, "name": "x", "scopes": ["read"]}
    ).data
    key = world.new_key("default", *Scope)
    assert world.call("POST", "/api/v1/projects", key, {"name": "shop"}).status == 403
    assert world.call("POST", "/api/v1/keys", key, {"project": other, "name": "x", "scopes": ["read"]}).status == 404
    assert world.call("DELETE", f"/api/v1/keys/{foreign['id']}", key).body["error"].startswith("there is no API key")
    assert world.call("GET", f"/api/v1/projects/{other}", key).status == 404
    assert [project["name"] for project in world.call("GET", "/api/v1/projects", key).data] == ["default"]
    mine = {"project": world.project, "name": "x", "scopes": ["admin"]}
    assert world.call("POST", "/api/v1/keys", key, mine).data["instance"] is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, 0),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"instance": True}, "instance"),
        ({"project": "no-such\x00-project"}, "project"),
    ],
)
def test_a_bad_key_is_refused(world: World, wrong: dict[str, object], field: object) -> None:
    body = {"project": world.project, "name": "x", "scopes": ["read"], **wrong}
    refused = world.call("POST", "/api/v1/keys", BOOTSTRAP_KEY, body)
    assert refused.status == (404 if field == "project" else 422)
    assert refused.body["field"] == field


@pytest.mark.parametrize("key_id", ["x", "00000000-0000-7000-8000-000000000000", "%00"])
def test_a_key_that_does_not_exist_is_not_found(world: World, key_id: str) -> None:
    assert world.call("DELETE", f"/api/v1/keys/{key_id}", BOOTSTRAP_KEY).status == 404


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.EDITOR, 403), (Role.ADMIN, 201)])
def test_keys_are_for_admins(world: World, role: Role, status: int) -> None:
    world.new_user("ada@example.com", default=role)
    browser = world.signed_in("ada@example.com")
    body = {"project": world.project, "name": "x", "scopes": ["read"]}
    assert browser.send("POST", "/api/v1/keys", body).status == status
