"""Projects, members, price overrides, the audit log, and who may see and change them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.world import BOOTSTRAP_KEY, PASSWORD, Browser, World
from promptpulse.accounts.prices import overrides_for
from promptpulse.accounts.text import email_address
from promptpulse.accounts.values import Role, Scope
from promptpulse.core.errors import Refused

PRICE = {
    "provider": "OpenAI",
    "model": "gpt-5-mini",
    "valid_from": "2026-11-01",
    "input_usd_per_mtok": "0.25",
    "output_usd_per_mtok": "2.00",
    "cached_input_usd_per_mtok": "0.025",
}


def routes_of(project: str) -> dict[str, tuple[str, str, dict[str, object] | None]]:
    base = f"/api/v1/projects/{project}"
    nobody = "00000000-0000-7000-8000-000000000000"
    return {
        "read": ("GET", base, None),
        "prices": ("GET", f"{base}/prices", None),
        "add price": ("POST", f"{base}/prices", dict(PRICE)),
        "delete price": ("DELETE", f"{base}/prices/{nobody}", None),
        "change": ("PATCH", base, {"capture_content": True}),
        "members": ("GET", f"{base}/members", None),
        "add member": ("POST", f"{base}/members", {"email": "new@example.com", "role": "viewer"}),
        "change member": ("PATCH", f"{base}/members/{nobody}", {"role": "admin"}),
        "remove member": ("DELETE", f"{base}/members/{nobody}", None),
        "audit": ("GET", f"{base}/audit", None),
        "keys": ("GET", f"/api/v1/keys?project={project}", None),
        "add key": ("POST", "/api/v1/keys", {"project": project, "name": "x", "scopes": ["read"]}),
        "probe read": ("GET", f"/probe/read?project={project}", None),
        "probe ingest": ("POST", f"/probe/ingest?project={project}", None),
        "probe edit": ("POST", f"/probe/edit?project={project}", None),
        "probe admin": ("POST", f"/probe/admin?project={project}", None),
    }


VIEWER = {"read", "prices", "probe read"}
EDITOR = VIEWER | {"add price", "delete price", "probe ingest", "probe edit"}
EVERYTHING = set(routes_of(""))


@pytest.mark.parametrize(("role", "allowed"), [(Role.VIEWER, VIEWER), (Role.EDITOR, EDITOR), (Role.ADMIN, EVERYTHING)])
def test_each_role_may_do_what_it_says(world: World, role: Role, allowed: set[str]) -> None:
    world.new_user("ada@example.com", default=role)
    browser = world.signed_in("ada@example.com")
    statuses = {name: browser.send(*route).status for name, route in routes_of(world.project).items()}
    # What is not there is 404 for those who may ask, and 403 for the others.
    assert {name for name, status in statuses.items() if status != 403} == allowed
    assert set(statuses.values()) <= {200, 201, 403, 404}


def test_a_project_of_others_is_not_found(world: World) -> None:
    other = world.new_project("Secret plans")
    world.new_user("ada@example.com", default=Role.ADMIN)
    browser = world.signed_in("ada@example.com")
    replies = {name: browser.send(*route) for name, route in routes_of(other).items()}
    assert {name: reply.status for name, reply in replies.items()} == dict.fromkeys(EVERYTHING, 404)
    assert not any("Secret plans" in reply.body["error"] for reply in replies.values())


def test_a_stranger_gets_401_everywhere(world: World) -> None:
    statuses = {name: world.browser().send(*route).status for name, route in routes_of(world.project).items()}
    assert statuses == dict.fromkeys(EVERYTHING, 401)


def test_a_key_cannot_reach_the_settings_of_another_project(world: World) -> None:
    other = world.new_project("other")
    key = world.new_key("default", *Scope)
    statuses = {name: world.call(route[0], route[1], key, route[2]).status for name, route in routes_of(other).items()}
    assert {name for name, status in statuses.items() if status == 403} == {
        "keys", "probe read", "probe ingest", "probe edit", "probe admin",
    }  # fmt: skip
    assert set(statuses.values()) == {403, 404}


def test_an_admin_of_the_server_is_admin_of_every_project(world: World) -> None:
    other = world.new_project("other")
    root = world.signed_in("root@example.com")
    assert [(project["name"], project["role"]) for project in root.send("GET", "/api/v1/projects").data] == [
        ("default", "admin"),
        ("other", "admin"),
    ]
    assert root.send("POST", f"/probe/admin?project={other}").status == 200


@pytest.mark.parametrize("project", ["x", "%00", "00000000-0000-7000-8000-000000000000"])
def test_a_project_that_does_not_exist_is_not_found(world: World, project: str) -> None:
    root = world.signed_in("root@example.com")
    assert root.send("GET", f"/api/v1/projects/{project}").status == 404
    assert root.send("GET", f"/probe/read?project={project}").status == 404


def test_only_admins_of_the_server_create_projects(world: World) -> None:
    world.new_user("ada@example.com", default=Role.ADMIN)
    assert world.signed_in("ada@example.com").send("POST", "/api/v1/projects", {"name": "shop"}).status == 403
    made = world.signed_in("root@example.com").send(
        "POST", "/api/v1/projects", {"name": "shop", "time_zone": "Asia/Kathmandu"}
    )
    assert made.status == 201
    assert made.data == {
        "id": made.data["id"],
        "name": "shop",
        "time_zone": "Asia/Kathmandu",
        "capture_content": False,
        "created_at": "2026-11-21T12:00:00Z",
        "role": "admin",
    }


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": "other"}, 409, "name"),
        ({"name": ""}, 422, "name"),
        ({"name": "two\nlines"}, 422, "name"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, 422, "time_zone"),
        ({"timezone": "UTC"}, 422, "timezone"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(
    world: World, change: dict[str, object], status: int, field: str
) -> None:
    world.new_project("other")
    path = f"/api/v1/projects/{world.project}"
    refused = world.call("PATCH", path, BOOTSTRAP_KEY, {"capture_content": True, **change})
    assert (refused.status, refused.body["field"]) == (status, field)
    project = world.call("GET", path, BOOTSTRAP_KEY).data
    assert (project["name"], project["time_zone"], project["capture_content"]) == ("default", "UTC", False)


def test_a_new_member_gets_a_link_and_a_known_person_none(world: World) -> None:
    root = world.signed_in("root@example.com")
    members = f"/api/v1/projects/{world.project}/members"
    added = root.send("POST", members, {"email": " Grace@Example.com", "role": "editor"})
    assert (added.status, added.data["email"], added.data["role"]) == (201, "grace@example.com", "editor")
    path, token = added.data["sign_in_link"].split("?token=")
    grace = world.browser()
    assert path == "/sign-in"
    assert [project["role"] for project in grace.open_link(token).data["projects"]] == ["editor"]
    assert root.send("POST", members, {"email": "grace@example.com", "role": "viewer"}).status == 409
    other = world.new_project("other")
    again = root.send("POST", f"/api/v1/projects/{other}/members", {"email": "grace@example.com", "role": "viewer"})
    assert again.data["sign_in_link"] is None


def test_inviting_somebody_with_more_rights_does_not_give_their_account_away(world: World) -> None:
    world.new_user("boss@example.com", is_admin=True)
    other = world.new_project("other")
    world.new_user("ada@example.com", default=Role.ADMIN)
    ada = world.signed_in("ada@example.com")
    root = world.signed_in("root@example.com")
    root.send("POST", f"/api/v1/projects/{other}/members", {"email": "eve@example.com", "role": "admin"})
    for email in ("boss@example.com", "eve@example.com"):
        added = ada.send("POST", f"/api/v1/projects/{world.project}/members", {"email": email, "role": "viewer"})
        assert added.data["sign_in_link"] is None


def test_a_lost_link_is_replaced_by_adding_the_member_again(world: World) -> None:
    root = world.signed_in("root@example.com")
    members = f"/api/v1/projects/{world.project}/members"
    first = root.send("POST", members, {"email": "grace@example.com", "role": "viewer"}).data
    assert root.send("DELETE", f"{members}/{first['user_id']}").status == 200
    second = root.send("POST", members, {"email": "grace@example.com", "role": "viewer"}).data
    assert second["user_id"] == first["user_id"]
    assert world.browser().open_link(second["sign_in_link"].split("=")[1]).status == 200


def test_a_removed_member_loses_the_project_at_once(world: World) -> None:
    ada = world.new_user("ada@example.com", default=Role.VIEWER)
    browser = world.signed_in("ada@example.com")
    assert browser.send("GET", f"/probe/read?project={world.project}").status == 200
    member = f"/api/v1/projects/{world.project}/members/{ada}"
    assert world.call("PATCH", member, BOOTSTRAP_KEY, {"role": "editor"}).data["role"] == "editor"
    assert browser.send("POST", f"/probe/edit?project={world.project}").status == 200
    assert world.call("DELETE", member, BOOTSTRAP_KEY).status == 200
    assert browser.send("GET", f"/probe/read?project={world.project}").status == 404


def test_the_only_admin_stays(world: World) -> None:
    members = f"/api/v1/projects/{world.project}/members"
    (root,) = world.call("GET", members, BOOTSTRAP_KEY).data
    member = f"{members}/{root['user_id']}"
    assert world.call("DELETE", member, BOOTSTRAP_KEY).status == 409
    assert world.call("PATCH", member, BOOTSTRAP_KEY, {"role": "viewer"}).status == 409
    world.new_user("ada@example.com", default=Role.ADMIN)
    assert world.call("DELETE", member, BOOTSTRAP_KEY).status == 200


@pytest.mark.parametrize("email", ["", "nobody", "a b@c", "a@b@c", "@b", "a@", "a\x00@b", "x" * 250 + "@b.cd"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Refused) as refusal:
        email_address(email)
    assert refusal.value.field == "email"


def prices_of(world: World) -> str:
    return f"/api/v1/projects/{world.project}/prices"


def test_a_price_is_kept_exactly_and_seen_by_pricing(world: World) -> None:
    exact = {"input_usd_per_mtok": "9999999999.123456789", "output_usd_per_mtok": 0}
    made = world.call("POST", prices_of(world), BOOTSTRAP_KEY, {**PRICE, **exact})
    assert made.status == 201
    assert made.data == {
        "id": made.data["id"],
        "provider": "openai",
        "model": "gpt-5-mini",
        "valid_from": "2026-11-01",
        "input_usd_per_mtok": "9999999999.123456789",
        "output_usd_per_mtok": "0",
        "cached_input_usd_per_mtok": "0.025",
        "cache_write_usd_per_mtok": None,
        "created_at": "2026-11-21T12:00:00Z",
        "created_by": "key oper (bootstrap)",
    }
    assert world.call("GET", prices_of(world), BOOTSTRAP_KEY).data == [made.data]
    with world.database.sessions() as session:
        overrides = overrides_for(session, world.project)
    (override,) = overrides.prices
    assert overrides.version == 1
    assert override.prices.input_usd_per_mtok == Decimal("9999999999.123456789")
    assert replace(override.prices, cache_write_usd_per_mtok=None) == override.prices


def test_prices_are_listed_by_model_newest_day_first(world: World) -> None:
    for model, day in (("b", "2026-01-01"), ("a", "2026-01-01"), ("a", "2026-06-01")):
        world.call("POST", prices_of(world), BOOTSTRAP_KEY, {**PRICE, "model": model, "valid_from": day})
    listed = world.call("GET", prices_of(world), BOOTSTRAP_KEY).data
    assert [(price["model"], price["valid_from"]) for price in listed] == [
        ("a", "2026-06-01"),
        ("a", "2026-01-01"),
        ("b", "2026-01-01"),
    ]


def test_every_change_of_prices_is_noticed_at_once(world: World) -> None:
    def version() -> int:
        world.call("GET", "/probe/read", BOOTSTRAP_KEY)
        facts, _ = world.accounts.keys.cached(BOOTSTRAP_KEY, world.clock())
        assert facts is not None
        return facts.project.price_version

    assert version() == 0
    made = world.call("POST", prices_of(world), BOOTSTRAP_KEY, PRICE).data
    assert version() == 1
    world.call("DELETE", f"{prices_of(world)}/{made['id']}", BOOTSTRAP_KEY)
    assert version() == 2
    with world.database.sessions() as session:
        assert overrides_for(session, world.project).prices == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_usd_per_mtok", "-0.01"),
        ("output_usd_per_mtok", "10000000000"),
        ("output_usd_per_mtok", "0.0000000001"),
        ("output_usd_per_mtok", "0.1" + "0" * 40 + "1"),
        ("cached_input_usd_per_mtok", "1e999999999"),
        ("cached_input_usd_per_mtok", "1e-999999999"),
        ("cache_write_usd_per_mtok", "NaN"),
        ("cache_write_usd_per_mtok", "Infinity"),
        ("input_usd_per_mtok", "cheap"),
        ("input_usd_per_mtok", None),
        ("valid_from", "2026-02-30"),
        ("valid_from", "1999-12-31"),
        ("provider", ""),
        ("provider", "\u0130" * 100),  # twice as long in lower case
        ("model", "x" * 201),
    ],
)
def test_a_bad_price_is_refused(world: World, field: str, value: object) -> None:
    refused = world.call("POST", prices_of(world), BOOTSTRAP_KEY, {**PRICE, field: value})
    assert (refused.status, refused.body["field"]) == (422, field)
    assert world.call("GET", prices_of(world), BOOTSTRAP_KEY).data == []


@pytest.mark.parametrize("same", ["1E+1", "10.000000000000", 10, "0010"])
def test_a_price_is_one_number_however_it_is_written(world: World, same: object) -> None:
    made = world.call("POST", prices_of(world), BOOTSTRAP_KEY, {**PRICE, "input_usd_per_mtok": same})
    assert made.data["input_usd_per_mtok"] == "10"


def test_a_second_price_from_the_same_day_is_a_conflict(world: World) -> None:
    world.call("POST", prices_of(world), BOOTSTRAP_KEY, PRICE)
    refused = world.call("POST", prices_of(world), BOOTSTRAP_KEY, PRICE)
    assert (refused.status, refused.body["field"]) == (409, "valid_from")


def test_a_price_of_another_project_is_not_deleted(world: World) -> None:
    made = world.call("POST", prices_of(world), BOOTSTRAP_KEY, PRICE).data
    other = world.new_project("other")
    root = world.signed_in("root@example.com")
    assert root.send("DELETE", f"/api/v1/projects/{other}/prices/{made['id']}").status == 404
    assert len(root.send("GET", prices_of(world)).data) == 1


def audit_of(browser: Browser, project: str, query: str = "") -> list[tuple[str, str, str]]:
    entries = browser.send("GET", f"/api/v1/projects/{project}/audit{query}").data
    return [(entry["actor"], entry["action"], entry["target"]) for entry in entries]


def test_every_change_is_in_the_audit_log_newest_first(world: World) -> None:
    root = world.signed_in("root@example.com")
    shop = root.send("POST", "/api/v1/projects", {"name": "shop"}).data["id"]
    base = f"/api/v1/projects/{shop}"
    changes: list[tuple[str, str, dict[str, object] | None]] = [
        ("PATCH", base, {"time_zone": "Europe/Berlin"}),
        ("PATCH", base, {"time_zone": "Europe/Berlin"}),  # changes nothing, so is not noted
        ("POST", f"{base}/prices", dict(PRICE)),
        ("POST", "/api/v1/keys", {"project": shop, "name": "collector", "scopes": ["ingest"]}),
        ("POST", f"{base}/members", {"email": "grace@example.com", "role": "viewer"}),
    ]
    made = []
    for method, path, body in changes:
        world.clock.forward(seconds=1)
        made.append(root.send(method, path, body).data)
    key, grace = made[3], made[4]
    undo: list[tuple[str, str, dict[str, object] | None]] = [
        ("DELETE", f"{base}/prices/{made[2]['id']}", None),
        ("DELETE", f"/api/v1/keys/{key['id']}", None),
        ("PATCH", f"{base}/members/{grace['user_id']}", {"role": "editor"}),
        ("DELETE", f"{base}/members/{grace['user_id']}", None),
    ]
    for method, path, body in undo:
        world.clock.forward(seconds=1)
        assert root.send(method, path, body).status == 200
    me = "root@example.com"
    assert audit_of(root, shop) == [
        (me, "member.remove", "user grace@example.com"),
        (me, "member.change", "user grace@example.com"),
        (me, "key.revoke", f"key {key['prefix']}"),
        (me, "price.delete", "openai gpt-5-mini"),
        (me, "member.add", "user grace@example.com"),
        (me, "key.create", f"key {key['prefix']}"),
        (me, "price.add", "openai gpt-5-mini"),
        (me, "project.change", "project shop"),
        (me, "member.add", "user root@example.com"),
        (me, "project.create", "project shop"),
    ]
    page = root.send("GET", f"{base}/audit?limit=1&offset=7")
    assert page.body["meta"] == {"total": 10}
    assert page.data[0]["detail"] == {"time_zone": "Europe/Berlin"}
    assert page.data[0]["at"] == "2026-11-21T12:00:01Z"


def test_no_secret_is_in_the_audit_log(world: World) -> None:
    root = world.signed_in("root@example.com")
    body = {"project": world.project, "name": "collector", "scopes": ["ingest"]}
    key = root.send("POST", "/api/v1/keys", body).data["key"]
    added = root.send(
        "POST", f"/api/v1/projects/{world.project}/members", {"email": "grace@example.com", "role": "viewer"}
    ).data
    written = str(root.send("GET", f"/api/v1/projects/{world.project}/audit").body)
    for secret in (key[11:], added["sign_in_link"].split("=")[1], BOOTSTRAP_KEY, PASSWORD):
        assert secret not in written


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?offset=-1", "?offset=99999999999999999999"])
def test_a_page_that_cannot_be_is_refused(world: World, query: str) -> None:
    assert world.call("GET", f"/api/v1/projects/{world.project}/audit{query}", BOOTSTRAP_KEY).status == 422
