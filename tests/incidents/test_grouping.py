"""Which alerts are of one cause, and which status may follow which: both without any database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clock import NOON
from promptpulse.incidents.grouping import Open, Scope, contradict, home, narrowed, scope_of
from promptpulse.incidents.life import NEXT, gravest
from promptpulse.metrics import Filter

A: Scope = {"prompt_id": ["a"]}
B: Scope = {"prompt_id": ["b"]}
GPT: Scope = {"model": ["gpt-4o"]}
RULE = ("rule", "slow")


def is_open(name: str, scope: Scope, *, opened: float = 0, newest: float = 0, source: tuple[str, str] = RULE) -> Open:
    """`opened` and `newest` are minutes before noon."""
    return Open(name, scope, NOON - timedelta(minutes=opened), NOON - timedelta(minutes=newest), frozenset({source}))


@pytest.mark.parametrize(
    ("scope", "incidents", "joins"),
    [
        (A, [], None),
        (A, [is_open("1", A)], "1"),
        (A, [is_open("1", {})], "1"),  # the project has a problem, and so has a prompt of it
        ({}, [is_open("1", A)], "1"),
        (A, [is_open("1", GPT)], "1"),  # may be the same calls
        (A, [is_open("1", B)], None),
        (A, [is_open("1", {"prompt_id": ["a", "b"]})], "1"),
        ({"prompt_id": [None]}, [is_open("1", A)], None),  # "not known" is a value, too
        ({}, [is_open("1", {}, source=("budget", "monthly"))], None),  # a budget has its incident for itself
        (A, [is_open("1", A, newest=30)], None),
        (A, [is_open("1", A, opened=90, newest=29)], "1"),
        (A, [is_open("1", A, newest=9), is_open("2", A, newest=8)], "2"),
        (A, [is_open("1", B, newest=1), is_open("2", A, newest=20)], "2"),
        (A, [is_open("1", B, opened=2), is_open("2", {"prompt_id": ["c"]}, opened=1)], "1"),  # the third within minutes
        (A, [is_open("1", B, opened=2), is_open("2", {"prompt_id": ["c"]}, opened=6)], None),
        (A, [is_open("1", B, source=("rule", "x")), is_open("2", {"prompt_id": ["c"]}, opened=1)], None),
    ],
)
def test_an_alert_joins_the_newest_incident_that_it_does_not_contradict(
    scope: Scope, incidents: list[Open], joins: str | None
) -> None:
    assert home(scope, RULE, incidents, NOON) == joins


def test_levels_of_one_budget_share_an_incident() -> None:
    budget = ("budget", "monthly")
    incidents = [is_open("1", {}), is_open("2", {}, source=("budget", "weekly")), is_open("3", {}, source=budget)]
    assert home({}, budget, incidents, NOON) == "3"
    assert home({}, budget, incidents[:2], NOON) is None


def test_a_scope_is_what_filters_and_group_agree_on() -> None:
    where = [
        Filter("prompt_id", "in", ("b", "a")),
        Filter("model", "not_in", ("x",)),
        Filter("latency_ms", "gt", ("5",)),
    ]
    assert scope_of(where, {}) == {"prompt_id": ["a", "b"]}
    assert scope_of(where, {"prompt_id": "a", "feature": None}) == {"feature": [None], "prompt_id": ["a"]}


def test_what_two_scopes_do_not_share_says_nothing_any_more() -> None:
    together = narrowed({**A, **GPT}, {**B, "feature": ["chat"]})
    assert together == {"prompt_id": [], "model": ["gpt-4o"], "feature": ["chat"]}
    assert not contradict(together, {"prompt_id": ["c"]})
    assert contradict(together, {"model": ["claude"]})
    assert narrowed(together, A)["prompt_id"] == []


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("firing", "acknowledged", True),
        ("firing", "mitigated", True),
        ("firing", "resolved", True),
        ("firing", "post_mortem", False),
        ("acknowledged", "firing", True),
        ("acknowledged", "mitigated", True),
        ("acknowledged", "resolved", True),
        ("acknowledged", "post_mortem", False),
        ("mitigated", "firing", True),
        ("mitigated", "acknowledged", False),
        ("mitigated", "resolved", True),
        ("mitigated", "post_mortem", False),
        ("resolved", "firing", True),
        ("resolved", "acknowledged", False),
        ("resolved", "mitigated", False),
        ("resolved", "post_mortem", True),
        ("post_mortem", "firing", False),
        ("post_mortem", "acknowledged", False),
        ("post_mortem", "mitigated", False),
        ("post_mortem", "resolved", False),
    ],
)
def test_the_life_of_an_incident(before: str, after: str, may: bool) -> None:
    assert (after in NEXT[before]) is may  # type: ignore[index]  # the names are those of the type


def test_of_two_severities_the_graver_counts() -> None:
    assert [gravest("info", "warning"), gravest("critical", "warning"), gravest("info", "info")] == [
        "warning",
        "critical",
        "info",
    ]
