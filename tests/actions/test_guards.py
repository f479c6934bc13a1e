"""Which alerts a policy is for, and whether it may act: tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clock import NOON
from promptpulse.actions.guards import Facts, matches, verdict
from promptpulse.actions.shapes import PolicyIn
from promptpulse.incidents.models import AlertRow

RULE, OTHER = "01997c5e-8f00-7000-8000-000000000001", "01997c5e-8f00-7000-8000-000000000002"
MATCHES: list[tuple[str, dict[str, object], dict[str, object], str | None, bool]] = [
    ("any critical alert", {"kind": "alert"}, {}, None, True),
    ("of another severity", {"kind": "alert"}, {"severity": "warning"}, None, False),
    ("of the rule", {"kind": "alert", "rules": [RULE]}, {}, None, True),
    ("of another rule", {"kind": "alert", "rules": [OTHER]}, {}, None, False),
    ("of an objective, asked for a rule", {"kind": "alert", "rules": [RULE]}, {"source": "sla"}, None, False),
    ("about the prompt", {"kind": "alert", "prompts": ["a"]}, {"group": {"prompt_id": "a"}}, None, True),
    ("about another prompt", {"kind": "alert", "prompts": ["b"]}, {"group": {"prompt_id": "a"}}, "b", False),
    ("probably about the prompt", {"kind": "alert", "prompts": ["a"]}, {}, "a", True),
    ("about no prompt", {"kind": "alert", "prompts": ["a"]}, {}, None, False),
    ("a page", {"kind": "sla"}, {"source": "sla", "series": "page"}, None, True),
    ("a ticket", {"kind": "sla"}, {"source": "sla", "series": "ticket"}, None, False),
    ("of another objective", {"kind": "sla", "slas": [OTHER]}, {"source": "sla", "series": "page"}, None, False),
    ("a rule is no objective", {"kind": "sla"}, {}, None, False),
    ("a budget", {"kind": "budget"}, {"source": "budget"}, None, True),
    ("of another budget", {"kind": "budget", "budgets": [OTHER]}, {"source": "budget"}, None, False),
]


def policy(**fields: object) -> PolicyIn:
    given = {"name": "x", "trigger": {"kind": "alert"}, "action": {"kind": "rollback"}, "dry_run": False}
    return PolicyIn.model_validate({**given, **fields})


@pytest.mark.parametrize(("name", "trigger", "alert", "likely", "expected"), MATCHES, ids=[case[0] for case in MATCHES])
def test_a_policy_is_for(
    name: str, trigger: dict[str, object], alert: dict[str, object], likely: str | None, *, expected: bool
) -> None:
    del name
    given = {
        "source": "rule",
        "source_id": RULE,
        "severity": "critical",
        "series": "",
        "where": [],
        "group": {},
        **alert,
    }
    assert matches(policy(trigger=trigger), AlertRow(**given), likely) is expected


HOURS = timedelta(hours=1)
VERDICTS: list[tuple[str, dict[str, object], dict[str, object], str]] = [
    ("enough calls", {}, {}, "act"),
    ("too few calls", {}, {"samples": 49}, "wait"),
    ("calls that nobody could count", {}, {"samples": None}, "wait"),
    ("missing data", {}, {"missing_data": True}, "skip"),
    ("within the cool-down", {}, {"acts": [NOON - 0.9 * HOURS]}, "wait"),
    ("after the cool-down", {}, {"acts": [NOON - 1.1 * HOURS]}, "act"),
    ("the daily cap", {}, {"acts": [NOON - n * HOURS for n in (9, 5, 2)]}, "wait"),
    ("acts of yesterday", {}, {"acts": [NOON - n * HOURS for n in (13, 5, 2)]}, "act"),
    ("a trial needs no cool-down", {"dry_run": True}, {"acts": [NOON]}, "act"),
    ("a trial needs its calls", {"dry_run": True}, {"samples": 1}, "wait"),
]


@pytest.mark.parametrize(("name", "given", "facts", "expected"), VERDICTS, ids=[case[0] for case in VERDICTS])
def test_a_policy_may(name: str, given: dict[str, object], facts: dict[str, object], expected: str) -> None:
    del name
    known: dict[str, object] = {
        "now": NOON,
        "today": NOON - 12 * HOURS,
        "samples": 50,
        "acts": [],
        "missing_data": False,
    }
    found = verdict(policy(**given), Facts(**{**known, **facts}))  # type: ignore[arg-type]  # the test's business
    assert found.may == expected
    assert bool(found.reason) is (expected != "act")
