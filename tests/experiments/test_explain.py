"""What people are told about a decision."""

from __future__ import annotations

import pytest

from clock import NOON
from experiments.lab import experiment
from promptpulse.experiments.assign import decide, hashed
from promptpulse.experiments.assigner import Kept
from promptpulse.experiments.explain import explain
from promptpulse.experiments.shapes import Condition

PRO = (Condition(attribute="plan", values=["pro"]),)


def test_of_a_draft_it_says_what_would_happen() -> None:
    told = explain(experiment(50, 50, status="draft"), {"userId": "user-1"}, None)
    assert (told.enrolled, told.reason, told.variant_name) == (False, "draft", "A")
    assert told.steps[0].passed is False
    assert told.steps[-1].detail == "the variant hash 22.2198 lies between 0 and 50, the range of 'A'"


@pytest.mark.parametrize(
    ("status", "kept", "reason", "variant"),
    [
        ("paused", None, "paused", "A"),
        ("paused", Kept("B", NOON), "assigned", "B"),
        ("concluded", Kept("A", NOON), "concluded", "B"),
        ("running", Kept("B", NOON), "assigned", "B"),
    ],
)
def test_steps_behind_the_deciding_one_were_not_reached(
    status: str, kept: Kept | None, reason: str, variant: str
) -> None:
    e = experiment(50, 50, status=status, winner="B", targeting=PRO)
    told = explain(e, {"userId": "user-1", "plan": "pro"}, kept)
    assert (told.reason, told.variant_name) == (reason, variant)
    assert [s.passed for s in told.steps if s.step in {"targeting", "traffic", "variant"}] == [None, None, None]


def test_without_an_id_nothing_is_hashed() -> None:
    told = explain(experiment(50, 50), {"plan": "pro"}, None)
    assert (told.unit_id, told.hash_input, told.hash_value, told.variant_id) == (None, None, None, None)
    assert told.reason == "no_unit"
    assert [s.step for s in told.steps] == ["status", "unit", "assignment", "targeting"]


@pytest.mark.parametrize("traffic", [20, 100])
def test_what_is_explained_is_what_is_decided(traffic: float) -> None:
    e = experiment(20, 80, traffic=traffic, targeting=PRO)
    for i in range(200):
        context = {"userId": f"user-{i}", "plan": "pro" if i % 3 else "free"}
        decision, told = decide(e, f"user-{i}", context, None, 0), explain(e, context, None)
        assert (told.reason, told.enrolled, told.variant_id) == (
            decision.reason, decision.enrolled, decision.variant.id,
        )  # fmt: skip
        assert told.hash_value == hashed(e, "variant", f"user-{i}")
        held = all(s.passed for s in told.steps if s.step in {"targeting", "traffic", "variant"})
        assert held is decision.enrolled
