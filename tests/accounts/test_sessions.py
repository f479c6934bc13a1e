"""Signing in, sessions, passwords, one-time links and personal tokens."""

import pytest
from argon2 import PasswordHasher

from accounts.world import BOOTSTRAP_KEY, PASSWORD, World, build
from promptpulse.accounts import credentials
from promptpulse.accounts.models import BrowserSession, User
from promptpulse.accounts.state import AccountSettings
from promptpulse.accounts.values import Role
from promptpulse.core.errors import NotFound

ME = "/api/v1/session"


def test_a_session_tells_the_person_the_projects_and_the_csrf_token(world: World) -> None:
    ada = world.new_user("ada@example.com", default=Role.EDITOR)
    world.new_project("other")
    signed_in = world.browser().sign_in(" Ada@Example.com")
    assert signed_in.status == 200
    assert signed_in.data["user"] == {
        "id": ada,
        "email": "ada@example.com",
        "name": "ada",
        "is_admin": False,
        "has_password": True,
    }
    assert [(project["name"], project["role"]) for project in signed_in.data["projects"]] == [("default", "editor")]
    assert len(signed_in.data["csrf_token"]) == 64


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    (cookie,) = world.browser().sign_in("root@example.com").cookies
    name, *flags = cookie.split("; ")
    assert name.startswith("promptpulse_session=")
    assert set(flags) == {"HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=lax"}


def test_the_cookie_is_for_https_only_when_the_server_is(world: World) -> None:
    world.app = build(
        world.database, world.clock, AccountSettings(1000, "https://pulse.example.com", secure_cookies=True)
    )
    (cookie,) = world.browser().sign_in("root@example.com").cookies
    assert "Secure" in cookie.split("; ")


def test_neither_tokens_nor_passwords_are_in_the_database(world: World) -> None:
    browser = world.signed_in("root@example.com")
    token = browser.client.cookies["promptpulse_session"]
    with world.database.sessions() as session:
        assert session.get(BrowserSession, token) is None
        assert session.get(BrowserSession, credentials.digest(token)) is not None
        (user,) = session.query(User)
        assert user.password_hash is not None
        assert user.password_hash.startswith("$argon2id$")


def test_without_a_session_there_is_nobody(world: World) -> None:
    assert world.browser().send("GET", ME).body["data"] is None


def test_signing_out_ends_the_session_on_the_server_too(world: World) -> None:
    browser = world.signed_in("root@example.com")
    token = browser.client.cookies["promptpulse_session"]
    assert browser.send("DELETE", ME).status == 200
    assert "promptpulse_session" not in browser.client.cookies
    browser.client.cookies.set("promptpulse_session", token)
    assert browser.send("GET", ME).body["data"] is None


@pytest.mark.parametrize("email", ["root@example.com", "nobody@example.com", "no\x00body@example.com", ""])
def test_a_wrong_password_and_an_unknown_person_look_the_same(world: World, email: str) -> None:
    reply = world.browser().sign_in(email, "wrong password")
    assert (reply.status, reply.code) == (401, "wrong_credentials")
    assert reply.cookies == []


def test_an_unknown_person_costs_the_same_hashing_as_a_known_one() -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    assert not hasher.check_needs_rehash(credentials._NOBODY)
    assert not hasher.check_needs_rehash(credentials.hash_password("x"))
    assert not credentials.password_matches("", None)


def test_the_eleventh_failure_in_five_minutes_has_to_wait(world: World) -> None:
    browser = world.browser()
    world.clock.forward(seconds=100)
    assert [browser.sign_in("root@example.com", "guess").status for _ in range(10)] == [401] * 10
    world.clock.forward(seconds=60)
    refused = browser.sign_in("root@example.com")
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "too_many_attempts", "240")
    world.clock.forward(seconds=240)
    assert browser.sign_in("root@example.com").status == 200


def test_failures_of_one_person_do_not_keep_out_another(world: World) -> None:
    world.new_user("ada@example.com")
    browser = world.browser()
    for _ in range(11):
        browser.sign_in("root@example.com", "guess")
    assert browser.sign_in("ada@example.com").status == 200


def test_a_right_password_forgives_earlier_failures(world: World) -> None:
    browser = world.browser()
    for _ in range(2):
        assert [browser.sign_in("root@example.com", "typo").status for _ in range(9)] == [401] * 9
        assert browser.sign_in("root@example.com").status == 200


def test_one_address_may_not_try_a_password_on_everybody(world: World) -> None:
    browser = world.browser()
    throttle = world.accounts.addresses
    for _ in range(100):
        throttle.wait_s("testclient", world.clock())
    assert browser.sign_in("ada@example.com", "summer2026").status == 429


def test_signing_in_often_is_no_offence(world: World) -> None:
    browser = world.browser()
    for _ in range(99):
        world.accounts.addresses.wait_s("testclient", world.clock())
    assert [browser.sign_in("root@example.com").status for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64])
def test_a_write_by_cookie_needs_the_csrf_token(world: World, token: str) -> None:
    browser = world.signed_in("root@example.com")
    browser.csrf = token
    refused = browser.send("POST", "/api/v1/projects", {"name": "shop"})
    assert (refused.status, refused.code) == (403, "csrf")
    assert browser.send("GET", "/api/v1/projects").status == 200


def test_the_csrf_token_of_another_session_is_no_good(world: World) -> None:
    mine, other = world.signed_in("root@example.com"), world.signed_in("root@example.com")
    mine.csrf = other.csrf
    assert mine.send("POST", "/api/v1/projects", {"name": "shop"}).code == "csrf"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 201),
        ("https://testserver", 201),  # a proxy ended TLS
        ("https://pulse.example.com", 201),  # PROMPTPULSE_PUBLIC_URL
        ("https://evil.example.com", 403),
        ("http://testserver:81", 403),
        ("null", 403),
    ],
)
def test_a_write_by_cookie_comes_from_our_own_pages(world: World, origin: str, status: int) -> None:
    world.app = build(world.database, world.clock, AccountSettings(1000, "https://pulse.example.com"))
    browser = world.signed_in("root@example.com")
    assert browser.send("POST", "/api/v1/projects", {"name": "shop"}, origin=origin).status == status


def test_another_site_cannot_sign_a_browser_in(world: World) -> None:
    body = {"email": "root@example.com", "password": PASSWORD}
    assert world.browser().send("POST", ME, body, origin="https://evil.example.com").code == "origin"


def test_a_session_in_use_lives_on_and_an_idle_one_ends_after_14_days(world: World) -> None:
    browser = world.signed_in("root@example.com")
    world.clock.forward(days=13)
    renewed = browser.send("GET", "/api/v1/projects")
    assert [cookie.split("=")[0] for cookie in renewed.cookies] == ["promptpulse_session"]
    world.clock.forward(days=13)
    assert browser.send("GET", ME).status == 200
    world.clock.forward(days=14)
    assert browser.send("GET", ME).body["data"] is None


def test_a_session_is_prolonged_at_most_once_an_hour(world: World) -> None:
    browser = world.signed_in("root@example.com")
    world.clock.forward(minutes=59)
    assert browser.send("GET", ME).cookies == []
    world.clock.forward(minutes=2)
    assert len(browser.send("GET", ME).cookies) == 1
    assert browser.send("GET", ME).cookies == []


def test_a_link_signs_in_once(world: World) -> None:
    token = world.new_link("root@example.com")
    browser = world.browser()
    assert browser.open_link(token).data["user"]["email"] == "root@example.com"
    assert browser.send("GET", ME).status == 200
    again = world.browser().open_link(token)
    assert (again.status, again.code) == (401, "link_expired")


def test_a_link_is_valid_for_24_hours(world: World) -> None:
    token, late = world.new_link("root@example.com"), world.new_link("root@example.com")
    world.clock.forward(hours=24, seconds=-1)
    assert world.browser().open_link(token).status == 200
    world.clock.forward(seconds=1)
    assert world.browser().open_link(late).status == 401


def test_there_is_no_link_for_nobody(world: World) -> None:
    with pytest.raises(NotFound, match="there is no user 'ghost@"):
        world.new_link("ghost@example.com")


def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    mine, other = world.signed_in("root@example.com"), world.signed_in("root@example.com")
    link = world.new_link("root@example.com")
    body = {"current_password": PASSWORD, "new_password": "four words of mine"}
    assert mine.send("POST", "/api/v1/account/password", body).status == 200
    assert mine.send("GET", ME).status == 200
    assert other.send("GET", ME).body["data"] is None
    assert other.open_link(link).status == 401
    assert other.sign_in("root@example.com").status == 401
    assert other.sign_in("root@example.com", "four words of mine").status == 200


@pytest.mark.parametrize("current", [{}, {"current_password": "wrong"}])
def test_a_password_is_changed_only_by_who_knows_it(world: World, current: dict[str, str]) -> None:
    browser = world.signed_in("root@example.com")
    refused = browser.send("POST", "/api/v1/account/password", {**current, "new_password": "four words of mine"})
    assert (refused.status, refused.code, refused.body["field"]) == (403, "wrong_password", "current_password")
    assert world.browser().sign_in("root@example.com").status == 200


def test_guessing_the_current_password_has_to_wait_too(world: World) -> None:
    browser = world.signed_in("root@example.com")
    body = {"current_password": "guess", "new_password": "four words of mine"}
    statuses = [browser.send("POST", "/api/v1/account/password", body).status for _ in range(11)]
    assert statuses == [403] * 10 + [429]


@pytest.mark.parametrize("new", ["short", "root@example.com", "x" * 1025])
def test_a_bad_new_password_is_refused(world: World, new: str) -> None:
    browser = world.signed_in("root@example.com")
    body = {"current_password": PASSWORD, "new_password": new}
    assert browser.send("POST", "/api/v1/account/password", body).status == 422
    assert world.browser().sign_in("root@example.com").status == 200


def test_a_forgotten_password_is_replaced_within_an_hour_of_a_link(world: World) -> None:
    early, late = world.browser(), world.browser()
    late.open_link(world.new_link("root@example.com"))
    world.clock.forward(hours=1)
    assert late.send("POST", "/api/v1/account/password", {"new_password": "too late for me"}).status == 403
    early.open_link(world.new_link("root@example.com"))
    assert early.send("POST", "/api/v1/account/password", {"new_password": "four words of mine"}).status == 200
    again = early.send("POST", "/api/v1/account/password", {"new_password": "and five words now"})
    assert again.code == "wrong_password"


def test_tidying_forgets_what_has_ended(world: World) -> None:
    world.signed_in("root@example.com")
    world.clock.forward(days=14)
    world.accounts.tidy()
    with world.database.sessions() as session:
        assert session.query(BrowserSession).count() == 0


def test_a_personal_token_acts_as_the_person_in_a_named_project(world: World) -> None:
    world.new_user("ada@example.com", default=Role.VIEWER)
    made = world.signed_in("ada@example.com").send("POST", "/api/v1/account/tokens", {"name": "notebook"})
    token = made.data["token"]
    assert (made.status, token[:4], len(token), made.data["prefix"]) == (201, "ppt_", 47, token[:11])
    assert world.call("GET", "/probe/me", token).data == "ada@example.com"
    read = world.call("GET", f"/probe/read?project={world.project}", token)
    assert read.data == {"project": "default", "actor": "ada@example.com", "role": "viewer"}
    assert world.call("GET", "/probe/read", token).body["field"] == "project"
    assert world.call("POST", f"/probe/edit?project={world.project}", token).status == 403


def test_a_deleted_token_is_nobody(world: World) -> None:
    browser = world.signed_in("root@example.com")
    made = browser.send("POST", "/api/v1/account/tokens", {"name": "notebook"}).data
    world.call("GET", "/probe/me", made["token"])
    (listed,) = browser.send("GET", "/api/v1/account/tokens").data
    assert (listed["name"], listed["last_used_at"]) == ("notebook", "2026-11-21T12:00:00Z")
    assert "token" not in listed
    assert browser.send("DELETE", f"/api/v1/account/tokens/{made['id']}").status == 200
    assert world.call("GET", "/probe/me", made["token"]).status == 401
    assert browser.send("GET", "/api/v1/account/tokens").data == []


def test_nobody_sees_or_deletes_the_token_of_another(world: World) -> None:
    world.new_user("ada@example.com")
    made = world.signed_in("ada@example.com").send("POST", "/api/v1/account/tokens", {"name": "notebook"}).data
    root = world.signed_in("root@example.com")
    assert root.send("GET", "/api/v1/account/tokens").data == []
    assert root.send("DELETE", f"/api/v1/account/tokens/{made['id']}").status == 404
    assert world.call("GET", "/probe/me", made["token"]).status == 200


def test_a_token_that_leaked_cannot_take_over_the_account(world: World) -> None:
    token = world.signed_in("root@example.com").send("POST", "/api/v1/account/tokens", {"name": "x"}).data["token"]
    body = {"current_password": PASSWORD, "new_password": "four words of mine"}
    assert world.call("POST", "/api/v1/account/password", token, body).status == 403
    assert world.call("POST", "/api/v1/account/tokens", token, {"name": "another"}).status == 403


def test_a_key_is_not_a_person(world: World) -> None:
    assert world.call("GET", "/probe/me", BOOTSTRAP_KEY).status == 403
    assert world.call("GET", ME, BOOTSTRAP_KEY).status == 403


def test_a_wrong_key_is_refused_even_with_a_good_cookie(world: World) -> None:
    browser = world.signed_in("root@example.com")
    assert browser.send("GET", "/api/v1/projects", authorization="Bearer nonsense").status == 401


def test_text_that_no_database_can_hold_is_refused(world: World) -> None:
    body = b'{"email": "a\\ud800@b", "password": "x"}'
    answer = world.browser().client.post(ME, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
