"""Versions, deployments and roll-backs, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from clock import NOON
from promptpulse.core.errors import AppError, Conflict, NotFound, Refused
from promptpulse.prompts import service
from promptpulse.prompts.service import NewPrompt, NewVersion, Selection, Span, still_below
from prompts.shelf import ADA, Shelf, new_project


def test_a_new_prompt_has_version_1_which_production_serves(shelf: Shelf) -> None:
    prompt = shelf.put("greeting")
    assert (prompt.versions, prompt.created_by, prompt.created_at) == (1, ADA, NOON)
    assert shelf.served(prompt) == {"production": 1}
    assert shelf.history(prompt) == [("production", "deploy", 1, None)]
    assert shelf.audit() == [("prompt.create", "greeting"), ("prompt.deploy", "greeting")]


def test_versions_are_counted_from_1_and_keep_what_they_are(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two", "two")
    with shelf.database.sessions() as session:
        found = service.versions_of(session, prompt, 10, 0)
        page = service.versions_of(session, prompt, 1, 1)
    assert [(version.number, version.content) for version in found] == [(3, "two"), (2, "two"), (1, "one")]
    assert [version.number for version in page] == [2]
    assert shelf.served(prompt) == {"production": 1}


def test_a_version_takes_over_the_config_unless_it_has_its_own(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", deploy_to=None)
    configs: list[JsonValue] = [None, {"model": "a"}, None, {}]
    made = [
        shelf.change(prompt, service.create_version, NewVersion("x", config), shelf.by).config for config in configs
    ]
    assert made == [{}, {"model": "a"}, {"model": "a"}, {}]


def test_versions_made_at_once_have_numbers_without_gaps_or_repeats(shelf: Shelf) -> None:
    prompt = shelf.put("greeting")
    start = threading.Barrier(4)

    def add() -> None:
        start.wait(10)
        for _ in range(5):
            shelf.change(prompt, service.create_version, NewVersion("x"), shelf.by)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with shelf.database.sessions() as session:
        found = service.versions_of(session, prompt, 100, 0)
    assert [version.number for version in found] == list(range(21, 0, -1))


def test_of_prompts_made_at_once_with_one_name_one_is_made(shelf: Shelf) -> None:
    start, outcomes = threading.Barrier(4), []

    def put() -> None:
        start.wait(10)
        try:
            outcomes.append(shelf.put("greeting").name)
        except Conflict as e:
            outcomes.append(str(e.field))

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["greeting", "name", "name", "name"]


def test_projects_do_not_share_names(shelf: Shelf) -> None:
    prompt = shelf.put("greeting")
    other = Shelf(shelf.database, new_project(shelf.database, "other"))
    with pytest.raises(NotFound):
        other.deploy(prompt, 1, "staging")
    assert other.put("greeting").id != prompt.id
    with other.database.sessions() as session:
        assert service.counts(session, other.project) == (1, 1)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewPrompt(" ", "text", NewVersion("x")), "name"),
        (NewPrompt("a\nb", "text", NewVersion("x")), "name"),
        (NewPrompt("..", "text", NewVersion("x")), "name"),
        (NewPrompt("a" * 201, "text", NewVersion("x")), "name"),
        (NewPrompt("a", "chat", NewVersion("x")), "content"),
        (NewPrompt("a", "chat", NewVersion("x", field="prompt")), "prompt"),
        (NewPrompt("a", "text", NewVersion("x", config=[])), "config"),
        (NewPrompt("a", "text", NewVersion("x", message="\x00")), "message"),
        (NewPrompt("a", "text", NewVersion("x"), description="\x00"), "description"),
        (NewPrompt("a", "text", NewVersion("x"), tags=["a"] * 51), "tags"),
        (NewPrompt("a", "text", NewVersion("x"), tags=["\x00"]), "tags"),
        (NewPrompt("a", "text", NewVersion("x", deploy_to="latest")), "deploy_to"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_kept(shelf: Shelf, new: NewPrompt, field: str) -> None:
    with pytest.raises(Refused) as refused, shelf.database.writing() as session:
        service.create_prompt(session, shelf.project, new, shelf.by)
    assert refused.value.field == field
    with shelf.database.sessions() as session:
        assert service.counts(session, shelf.project) == (0, 0)


def test_a_deployment_moves_one_environment(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two")
    shelf.clock.forward(minutes=1)
    shelf.deploy(prompt, 2, "staging")
    shelf.deploy(prompt, 2)
    assert shelf.served(prompt) == {"production": 2, "staging": 2}
    assert shelf.history(prompt) == [
        ("production", "deploy", 1, None), ("staging", "deploy", 2, None), ("production", "deploy", 2, 1),
    ]  # fmt: skip
    with shelf.database.sessions() as session:
        found = service.find_prompt(session, shelf.project, prompt.id)
        assert found.changed_at == NOON + timedelta(minutes=1)


def test_deploying_what_is_served_is_a_conflict_and_leaves_no_trace(shelf: Shelf) -> None:
    prompt = shelf.put("greeting")
    with pytest.raises(Conflict, match="production serves version 1 of 'greeting' already") as refused:
        shelf.deploy(prompt, 1)
    assert refused.value.field == "version"
    assert len(shelf.history(prompt)) == 1
    with shelf.database.writing() as session:
        again = service.find_prompt(session, shelf.project, prompt.id)
        assert service.ensure_deployed(session, again, service.Wanted(1), shelf.by) is None


@pytest.mark.parametrize("number", [0, -1, 3, 2**31, 10**12])
def test_a_version_that_does_not_exist_is_not_found(shelf: Shelf, number: int) -> None:
    prompt = shelf.put("greeting", "one", "two")
    with pytest.raises(NotFound, match=f"no version {number}; the newest is 2"):
        shelf.deploy(prompt, number)


def test_somebody_who_was_faster_is_noticed(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two", "three")
    shelf.deploy(prompt, 2, expected=1)
    attempts: list[Callable[[], object]] = [
        lambda: shelf.deploy(prompt, 3, expected=1),
        lambda: shelf.roll_back(prompt, expected=1),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match="serves version 2 of 'greeting' by now, not 1") as refused:
            attempt()
        assert (refused.value.code, refused.value.field) == ("expected_version", "expected_version")
    assert shelf.served(prompt) == {"production": 2}


def test_rolling_back_twice_goes_back_two_steps(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two", "three")
    shelf.deploy(prompt, 2)
    shelf.deploy(prompt, 3)
    shelf.clock.forward(seconds=1)
    assert [shelf.roll_back(prompt).number for _ in range(2)] == [2, 1]
    with pytest.raises(Conflict, match="version 1 is the first that production serves"):
        shelf.roll_back(prompt)
    assert shelf.history(prompt)[-2:] == [("production", "rollback", 2, 3), ("production", "rollback", 1, 2)]
    assert shelf.audit()[-1] == ("prompt.rollback", "greeting")


def test_one_can_roll_back_to_any_version_that_was_served_there(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two", "three", "four")
    shelf.deploy(prompt, 2)
    shelf.deploy(prompt, 3)
    assert shelf.roll_back(prompt, to=1).number == 1
    assert shelf.roll_back(prompt, to=3).number == 3
    with pytest.raises(Refused, match="to_version 4 was never served in production; those that were: 1, 2, 3"):
        shelf.roll_back(prompt, to=4)
    with pytest.raises(Conflict, match="serves version 3 of 'greeting' already"):
        shelf.roll_back(prompt, to=3)
    with pytest.raises(Conflict, match="staging serves no version"):
        shelf.roll_back(prompt, environment="staging")


@pytest.mark.parametrize(
    ("past", "below"),
    [
        ("", []),
        ("1", [1]),
        ("1 2 3", [1, 2, 3]),
        ("1 2 3 <2", [1, 2]),
        ("1 2 3 <2 <1", [1]),
        ("1 2 3 <1", [1]),
        ("1 2 3 <1 <3", [1, 3]),  # 3 is not below any more, so it goes on top
        ("1 2 1 <2", [1, 2]),
        ("1 2 1 3 <1", [1, 2, 1]),  # the nearest
    ],
)
def test_what_lies_below_the_present_version(past: str, below: list[int]) -> None:
    deployments = [("rollback" if word[0] == "<" else "deploy", int(word.lstrip("<"))) for word in past.split()]
    assert still_below(deployments)[0] == below


@given(st.lists(st.tuples(st.sampled_from(["deploy", "rollback"]), st.integers(1, 4))))
def test_the_present_version_is_that_of_the_last_deployment(past: list[tuple[str, int]]) -> None:
    stack, ever = still_below(past)
    assert stack[-1:] == [number for _, number in past[-1:]]
    assert set(stack) <= ever == {number for _, number in past}


def test_an_archived_prompt_is_hidden_and_frozen_until_it_is_restored(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two")
    shelf.change(prompt, service.archive, shelf.by)
    for attempt in (
        lambda: shelf.deploy(prompt, 2),
        lambda: shelf.roll_back(prompt),
        lambda: shelf.change(prompt, service.create_version, NewVersion("x"), shelf.by),
        lambda: shelf.put("greeting"),
    ):
        with pytest.raises(Conflict, match="archived"):
            attempt()
    assert names(shelf) == []
    assert names(shelf, archived=True) == ["greeting"]
    shelf.change(prompt, service.archive, shelf.by)
    shelf.change(prompt, service.restore, shelf.by)
    shelf.deploy(prompt, 2)
    assert names(shelf) == ["greeting"]
    actions = [action for action, _ in shelf.audit()]
    assert actions.count("prompt.archive") == actions.count("prompt.restore") == 1


def names(shelf: Shelf, search: str = "", **wanted: object) -> list[str]:
    selection = Selection(search, **wanted)  # type: ignore[arg-type]  # the test's business
    with shelf.database.sessions() as session:
        found, total = service.list_prompts(session, shelf.project, selection, 100, 0)
    assert total == len(found)
    return [prompt.name for prompt in found]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"refund/letter", "Greeting", "100%"}),
        ("GREET", {"Greeting"}),
        ("refund letter", {"refund/letter"}),
        ("refund greeting", set()),
        ("polite", {"Greeting"}),
        ("größe", {"refund/letter"}),
        ('"', {"100%"}),
        ("%", {"100%"}),
        ("_", set()),
        ("\x00", set()),
        ("\ud800", set()),
    ],
)
def test_search_looks_at_names_descriptions_and_tags(shelf: Shelf, search: str, found: set[str]) -> None:
    for name, description, tags in (
        ("refund/letter", "", ["größe"]), ("Greeting", "a Polite one", []), ("100%", "", ['a "quoted" tag']),
    ):  # fmt: skip
        prompt = shelf.put(name)
        shelf.change(prompt, service.change_prompt, shelf.by, description=description, tags=tags)
    assert set(names(shelf, search)) == found


def test_lists_are_narrowed_and_the_one_changed_last_comes_first(shelf: Shelf) -> None:
    first = shelf.put("first", "one", "two")
    shelf.clock.forward(minutes=1)
    shelf.put("second", deploy_to="staging")
    shelf.change(first, service.change_prompt, shelf.by, tags=["grün", "grün"])
    assert names(shelf) == ["second", "first"]
    assert names(shelf, tag="grün") == ["first"]
    assert names(shelf, tag="gr") == []
    assert names(shelf, environment="staging") == ["second"]
    assert names(shelf, name="first") == ["first"]
    assert names(shelf, changed_from=NOON + timedelta(minutes=1)) == ["second"]
    assert names(shelf, changed_before=NOON + timedelta(minutes=1)) == ["first"]
    shelf.clock.forward(minutes=1)
    shelf.deploy(first, 2)
    assert names(shelf) == ["first", "second"]


def test_deployments_of_all_prompts_are_found_in_a_range(shelf: Shelf) -> None:
    first = shelf.put("first", "one", "two")
    shelf.clock.forward(minutes=1)
    shelf.put("second", deploy_to="staging")
    shelf.clock.forward(minutes=1)
    shelf.deploy(first, 2)
    minute = timedelta(minutes=1)

    def found(span: Span, limit: int = 10) -> list[tuple[str, int]]:
        with shelf.database.sessions() as session:
            rows = service.deployments_in(session, shelf.project, span, limit)
        return [(name, deployment.number) for deployment, name in rows]

    everything = Span(NOON, NOON + 3 * minute)
    assert found(everything) == [("first", 2), ("second", 1), ("first", 1)]
    assert found(everything, 1) == [("first", 2)]
    assert found(Span(NOON, NOON + 2 * minute)) == [("second", 1), ("first", 1)]
    assert found(Span(NOON + minute, NOON + 2 * minute)) == [("second", 1)]
    assert found(Span(NOON, NOON + 3 * minute, prompt="first")) == [("first", 2), ("first", 1)]
    assert found(Span(NOON, NOON + 3 * minute, environment="staging")) == [("second", 1)]
    assert found(Span(NOON, NOON + 3 * minute, prompt="\x00")) == []


def test_a_prompt_is_served_in_at_most_fifty_environments(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", deploy_to=None)
    for i in range(50):
        shelf.deploy(prompt, 1, f"place {i}")
    with pytest.raises(Conflict, match="50 environments"):
        shelf.deploy(prompt, 1, "one more")


def test_a_change_notes_what_was_changed_and_nothing_when_nothing_was(shelf: Shelf) -> None:
    prompt = shelf.put("greeting")
    shelf.change(prompt, service.change_prompt, shelf.by, description="", tags=[])
    assert [action for action, _ in shelf.audit()] == ["prompt.create", "prompt.deploy"]
    shelf.clock.forward(seconds=1)
    shelf.change(prompt, service.change_prompt, shelf.by, description="new")
    assert shelf.audit()[-1] == ("prompt.change", "greeting")


def test_two_who_roll_back_at_once_with_the_version_they_saw_go_back_one_step(shelf: Shelf) -> None:
    prompt = shelf.put("greeting", "one", "two", "three")
    shelf.deploy(prompt, 2)
    shelf.deploy(prompt, 3)
    start, outcomes = threading.Barrier(2), []

    def back() -> None:
        start.wait(10)
        try:
            outcomes.append(str(shelf.roll_back(prompt, expected=3).number))
        except AppError as e:
            outcomes.append(e.code)

    threads = [threading.Thread(target=back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["2", "expected_version"]
    assert shelf.served(prompt) == {"production": 2}
