"""What an empty database begins with."""

import threading

import pytest
from sqlalchemy import func, select

from accounts.world import BOOTSTRAP_KEY, PASSWORD, World, build
from clock import NOON, Clock
from promptpulse.accounts.bootstrap import Beginning, BootstrapResult, bootstrap, first_link
from promptpulse.accounts.models import ApiKey, Project
from promptpulse.accounts.state import AccountSettings
from promptpulse.core.errors import Refused
from promptpulse.db import Database


def begin(database: Database, wanted: Beginning) -> BootstrapResult | None:
    with database.writing() as session:
        return bootstrap(session, wanted, NOON)


def world_of(database: Database, clock: Clock, done: BootstrapResult | None) -> World:
    assert done is not None
    app = build(database, clock, AccountSettings(1000))
    return World(app, app.state.services.accounts, clock, done.project_id)


def test_without_settings_a_link_signs_the_first_admin_in(database: Database, clock: Clock) -> None:
    done = begin(database, Beginning())
    world = world_of(database, clock, done)
    assert done is not None
    assert done.sign_in_token is not None
    browser = world.browser()
    signed_in = browser.open_link(done.sign_in_token).data
    assert signed_in["user"]["email"] == done.admin_email == "admin@localhost"
    assert signed_in["user"]["has_password"] is False
    assert [(project["name"], project["role"]) for project in signed_in["projects"]] == [("default", "admin")]
    assert browser.send("POST", "/api/v1/account/password", {"new_password": PASSWORD}).status == 200
    assert world.browser().sign_in("admin@localhost").status == 200
    assert browser.send("POST", "/api/v1/projects", {"name": "shop"}).status == 201


def test_with_a_key_it_has_all_scopes_and_manages_the_instance(database: Database, clock: Clock) -> None:
    world = world_of(database, clock, begin(database, Beginning(key=BOOTSTRAP_KEY)))
    (row,) = world.call("GET", "/api/v1/keys", BOOTSTRAP_KEY).data
    assert (row["scopes"], row["instance"]) == (["admin", "ingest", "read"], True)


def test_with_an_admin_there_is_no_link(database: Database, clock: Clock) -> None:
    done = begin(database, Beginning(admin_email="Ada@Example.com", admin_password="short"))
    assert done is not None
    assert done.sign_in_token is None
    user = world_of(database, clock, done).browser().sign_in("ada@example.com", "short").data["user"]
    assert (user["is_admin"], user["has_password"]) == (True, True)


def test_with_an_email_alone_the_link_is_for_that_person(database: Database) -> None:
    done = begin(database, Beginning(admin_email="ada@example.com"))
    assert done is not None
    assert done.admin_email == "ada@example.com"
    assert done.sign_in_token is not None


def test_a_database_in_use_is_left_alone(database: Database) -> None:
    begin(database, Beginning())
    assert begin(database, Beginning(key=BOOTSTRAP_KEY)) is None
    with database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 0


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Beginning(key="fifteen letters"), "key"),
        (Beginning(admin_password=PASSWORD), "bootstrap_admin_email"),
        (Beginning(admin_email="not an address", admin_password=PASSWORD), "email"),
    ],
)
def test_bad_settings_are_refused_and_nothing_is_made(database: Database, wanted: Beginning, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        begin(database, wanted)
    assert refusal.value.field == field
    assert BOOTSTRAP_KEY[:15] not in refusal.value.message
    with database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Project)) == 0


def test_servers_that_start_at_once_begin_once(database: Database) -> None:
    results: list[BootstrapResult | None] = []
    threads = [threading.Thread(target=lambda: results.append(begin(database, Beginning()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert sum(result is not None for result in results) == 1


def test_a_new_first_link_is_given_until_somebody_has_come(database: Database, clock: Clock) -> None:
    done = begin(database, Beginning())
    world = world_of(database, clock, done)

    def link() -> str | None:
        with database.writing() as session:
            return first_link(session, NOON)

    first, second = link(), link()
    assert first != second
    assert second is not None
    assert world.browser().open_link(second).status == 200
    assert link() is None
