"""Numbers for the texts of string scores."""

import math
from datetime import timedelta

import pytest

from accounts.world import SETUP, World
from clock import NOON
from promptpulse.accounts.audit import entries
from promptpulse.accounts.mappings import change_mappings, mappings_of
from promptpulse.accounts.values import By
from promptpulse.core.errors import Refused

ADA = By("ada@example.com", NOON + timedelta(hours=1))
FEEDBACK = {"positive": 1.0, "negative": 0.0}


def test_a_project_has_the_numbers_that_it_was_given(world: World) -> None:
    other = world.new_project("shop")
    with world.database.writing() as session:
        assert change_mappings(session, world.project, {"tone": {"kind": 0.5}, "feedback": FEEDBACK}, ADA) == {
            "feedback": FEEDBACK,
            "tone": {"kind": 0.5},
        }
    with world.database.sessions() as session:
        assert mappings_of(session, world.project) == {"feedback": FEEDBACK, "tone": {"kind": 0.5}}
        assert mappings_of(session, other) == {}


def test_new_mappings_take_the_place_of_the_old_ones_and_the_audit_log_says_which(world: World) -> None:
    with world.database.writing() as session:
        change_mappings(session, world.project, {"tone": {"kind": 0.5}, "feedback": FEEDBACK}, SETUP)
    with world.database.writing() as session:
        change_mappings(session, world.project, {"feedback": FEEDBACK, "size": {"small": 1, "large": 10}}, ADA)
    with world.database.sessions() as session:
        assert mappings_of(session, world.project) == {"feedback": FEEDBACK, "size": {"small": 1.0, "large": 10.0}}
        rows, _ = entries(session, world.project, 2, 0)
    assert [(row.actor, row.action, row.target, row.detail) for row in rows] == [
        ("ada@example.com", "mapping.change", "score tone", {"numbers": None}),
        ("ada@example.com", "mapping.change", "score size", {"numbers": "small=1, large=10"}),
    ]


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"feedback": {"positive": math.nan}}, "mappings.feedback.positive: is nan; give a finite number"),
        ({"feedback": {"positive": math.inf}}, "mappings.feedback.positive: is inf; give a finite number"),
        ({"": {"positive": 1}}, "mappings.: the name of a score has 1 to 200 characters"),
        ({"x" * 201: {"positive": 1}}, "the name of a score has 1 to 200 characters"),
        (
            {"feedback": {"x" * 201: 1}},
            f"mappings.feedback.{'x' * 50}: a text of 201 characters; at most 200 are allowed",
        ),
        ({"feedback": {"a\x00": 1}}, "mappings.feedback.a\x00: holds a NUL character; remove it"),
        ({"a\x00": {"good": 1}}, "mappings.a\x00: holds a NUL character; remove it"),
        ({"feedback": {str(i): i for i in range(101)}}, "mappings.feedback: has 101 texts; at most 100 are allowed"),
        ({str(i): {"a": 1} for i in range(101)}, "mappings: has 101 names; at most 100 are allowed"),
    ],
    ids=range(9),
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(
    world: World, wanted: dict[str, dict[str, float]], problem: str
) -> None:
    with world.database.writing() as session:
        change_mappings(session, world.project, {"feedback": FEEDBACK}, SETUP)
    with pytest.raises(Refused) as refusal, world.database.writing() as session:
        change_mappings(session, world.project, wanted, ADA)
    assert problem in refusal.value.message
    assert (refusal.value.field or "").startswith("mappings")
    with world.database.sessions() as session:
        assert mappings_of(session, world.project) == {"feedback": FEEDBACK}
