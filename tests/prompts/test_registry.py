"""What programs are served: right at once here, within 5 s elsewhere, and without asking the database each time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from promptpulse.core.errors import NotFound
from promptpulse.db import Database
from promptpulse.prompts import registry as registry_module
from promptpulse.prompts import service
from promptpulse.prompts.models import Prompt, PromptVersion
from promptpulse.prompts.registry import Registry
from prompts.shelf import Shelf, new_project


@pytest.fixture
def registry(shelf: Shelf) -> Registry:
    """Of another process: nobody tells it of changes."""
    return Registry(shelf.database, shelf.clock)


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def before(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", before)
    yield sent
    event.remove(database.engine, "before_cursor_execute", before)


def test_production_is_served_unless_asked_otherwise(shelf: Shelf, registry: Registry) -> None:
    prompt = shelf.put("folder/greeting", "one", "two", "three")
    shelf.deploy(prompt, 2, "staging")
    found = registry.served(shelf.project, "folder/greeting")
    assert (found.name, found.number, found.type, found.wire_content) == (
        "folder/greeting", 1, "text", '[{"content": "one"}]',
    )  # fmt: skip
    assert registry.served(shelf.project, "folder/greeting", environment="staging").number == 2
    assert registry.served(shelf.project, "folder/greeting", number=3).number == 3


def test_what_is_not_there_is_not_found(shelf: Shelf, registry: Registry) -> None:
    shelf.put("greeting", deploy_to=None)
    other = new_project(shelf.database, "other")
    for project, name, asked, message in (
        (shelf.project, "greet", {}, "Prompt not found: 'greet'"),
        (shelf.project, "gree\x00ting", {}, "Prompt not found"),
        (other, "greeting", {}, "Prompt not found: 'greeting'"),
        (shelf.project, "greeting", {}, "'greeting' has no version in 'production'"),
        (shelf.project, "greeting", {"number": 2}, "'greeting' has no version 2; the newest is 1"),
        (shelf.project, "greeting", {"number": 0}, "has no version 0"),
        (shelf.project, "greeting", {"number": 10**20}, "has no version"),
    ):
        with pytest.raises(NotFound, match=message):
            registry.served(project, name, **asked)  # type: ignore[arg-type]  # keywords of the table


def test_a_second_fetch_does_not_ask_the_database(shelf: Shelf, registry: Registry) -> None:
    shelf.put("greeting", "one", "two")
    assert registry.cached(shelf.project, "greeting") is None
    first = registry.served(shelf.project, "greeting")
    registry.served(shelf.project, "greeting", number=2)
    with queries(shelf.database) as sent:
        assert registry.served(shelf.project, "greeting") is first
        assert registry.served(shelf.project, "greeting", number=2).number == 2
        assert registry.by_version_id(shelf.project, first.version_id) is first
    assert sent == []


def test_a_deployment_of_another_process_is_served_within_five_seconds(shelf: Shelf, registry: Registry) -> None:
    prompt = shelf.put("greeting", "one", "two")
    assert registry.served(shelf.project, "greeting").number == 1
    shelf.deploy(prompt, 2)
    shelf.clock.forward(seconds=2.4)
    assert registry.served(shelf.project, "greeting").number == 1
    shelf.clock.forward(seconds=2.6)
    assert registry.cached(shelf.project, "greeting") is None
    assert registry.served(shelf.project, "greeting").number == 2


def test_a_clock_that_was_set_back_does_not_keep_the_old_version(shelf: Shelf, registry: Registry) -> None:
    prompt = shelf.put("greeting", "one", "two")
    registry.served(shelf.project, "greeting")
    shelf.deploy(prompt, 2)
    shelf.clock.forward(days=-1)
    assert registry.served(shelf.project, "greeting").number == 2


def test_half_way_one_asks_anew_while_others_are_served(shelf: Shelf, registry: Registry) -> None:
    shelf.put("greeting")
    registry.served(shelf.project, "greeting")
    shelf.clock.forward(seconds=3)
    assert registry.cached(shelf.project, "greeting") is None  # this one goes to the database
    with queries(shelf.database) as sent:
        assert registry.served(shelf.project, "greeting").number == 1
    assert sent == []


def test_a_new_prompt_or_version_of_another_process_is_there_at_once(shelf: Shelf, registry: Registry) -> None:
    with pytest.raises(NotFound):
        registry.served(shelf.project, "greeting")
    prompt = shelf.put("greeting", deploy_to=None)
    assert registry.served(shelf.project, "greeting", number=1).number == 1
    shelf.change(prompt, service.create_version, service.NewVersion("two", deploy_to="production"), shelf.by)
    assert registry.served(shelf.project, "greeting", number=2).number == 2
    assert registry.served(shelf.project, "greeting").number == 2  # production had none


def test_forgetting_makes_a_change_seen_at_once(shelf: Shelf, registry: Registry) -> None:
    prompt = shelf.put("greeting", "one", "two")
    registry.served(shelf.project, "greeting")
    shelf.deploy(prompt, 2)
    registry.forget("another project")
    assert registry.served(shelf.project, "greeting").number == 1
    registry.forget(shelf.project)
    assert registry.served(shelf.project, "greeting").number == 2


def test_a_pointer_that_moves_while_it_is_read_does_not_come_back(
    shelf: Shelf, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = shelf.put("greeting", "one", "two")
    read = registry_module._look_up

    def moved_after_reading(
        session: Session, project: str, name: str, number: int | None, environment: str
    ) -> tuple[Prompt, dict[str, int], PromptVersion]:
        found = read(session, project, name, number, environment)
        monkeypatch.setattr(registry_module, "_look_up", read)
        session.close()  # SQLite writers do not wait for readers; PostgreSQL would not either
        shelf.deploy(prompt, 2)
        registry.forget(shelf.project)
        return found

    monkeypatch.setattr(registry_module, "_look_up", moved_after_reading)
    assert registry.served(shelf.project, "greeting").number == 1
    assert registry.served(shelf.project, "greeting").number == 2


def test_an_archived_prompt_is_served_as_before(shelf: Shelf, registry: Registry) -> None:
    prompt = shelf.put("greeting")
    shelf.change(prompt, service.archive, shelf.by)
    assert registry.served(shelf.project, "greeting").number == 1


def test_a_version_is_found_by_its_id_in_its_own_project_only(shelf: Shelf, registry: Registry) -> None:
    shelf.put("greeting")
    found = registry.served(shelf.project, "greeting")
    other = new_project(shelf.database, "other")
    for asked in (registry, Registry(shelf.database, shelf.clock)):
        again = asked.by_version_id(shelf.project, found.version_id)
        assert again is not None
        assert replace(again, config=found.config) == found
        assert asked.by_version_id(other, found.version_id) is None
        assert asked.by_version_id(shelf.project, "buc-1") is None
        assert asked.by_version_id(shelf.project, found.version_id.replace("7", "8")) is None


def test_memory_is_bounded_and_nothing_is_lost_by_it(shelf: Shelf) -> None:
    small = Registry(shelf.database, shelf.clock, prompts=2, characters=50)
    for name in "abcd":
        shelf.put(name, "x" * 20)
    versions = [small.served(shelf.project, name) for name in "abcd"]
    assert (len(small._known), len(small._versions), len(small._places)) == (2, 1, 1)
    assert small._characters == len(versions[-1].wire_content)
    assert [small.served(shelf.project, name) for name in "abcd"] == versions
    assert [small.by_version_id(shelf.project, v.version_id) for v in versions] == versions


def test_threads_that_fetch_while_versions_change_see_only_what_was_served(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", *[f"text {n}" for n in range(1, 11)])
    registry = Registry(shelf.database, shelf.clock)
    seen: list[list[int]] = []
    done = threading.Event()

    def fetch() -> None:
        mine: list[int] = []
        while not done.is_set():
            mine.append(registry.served(shelf.project, "greeting").number)
        seen.append(mine)

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(2, 11):
        shelf.deploy(prompt, number)
        registry.forget(shelf.project)
        assert registry.served(shelf.project, "greeting").number == number
    done.set()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 3
    assert all(mine == sorted(mine) for mine in seen)
