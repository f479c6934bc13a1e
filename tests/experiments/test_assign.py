"""Who gets what: hashes, targeting, and decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest
from pydantic import JsonValue
from scipy.stats import chi2_contingency, chisquare

from experiments.lab import experiment
from promptpulse.core.errors import Refused
from promptpulse.core.times import from_micros
from promptpulse.experiments.assign import (
    Unit,
    assignment_event,
    check,
    decide,
    hashed,
    kept_context,
    limits,
    may_be_stored,
    picked,
    unit_of,
)
from promptpulse.experiments.shapes import Condition
from promptpulse.experiments.values import Experiment

UNITS = [f"user-{i}" for i in range(20_000)]
EVEN = experiment(50, 50)


def variant(e: Experiment, unit: str) -> str:
    return decide(e, unit, {}, None, 0).variant.name


def shares(e: Experiment) -> Counter[str]:
    return Counter(variant(e, unit) for unit in UNITS)


def test_anybody_can_recompute_the_hash() -> None:
    digits = sha256(b"salt:variant:user-42").hexdigest()[:13]
    assert hashed(EVEN, "variant", "user-42") == int(digits, 16) / 16**13 * 100
    assert digits == "9f11d3aa61a35"  # as sha256sum prints it
    assert round(hashed(EVEN, "variant", "user-42"), 6) == 62.136577  # another value would move everybody


def test_hashes_are_uniform() -> None:
    cells = Counter(int(hashed(EVEN, "variant", unit)) for unit in UNITS)
    assert chisquare([cells[i] for i in range(100)]).pvalue > 0.001


@pytest.mark.parametrize("weights", [(50, 50), (90, 10), (20, 30, 50), (100 / 3, 100 / 3, 100 / 3)])
def test_variants_get_their_share(weights: tuple[float, ...]) -> None:
    found = shares(experiment(*weights))
    expected = [w / 100 * len(UNITS) for w in weights]
    assert chisquare([found[name] for name in "ABC"[: len(weights)]], expected).pvalue > 0.001


@pytest.mark.parametrize("other", [replace(EVEN, salt="another"), replace(EVEN, salt="salt:variant")])
def test_two_experiments_split_independently(other: Experiment) -> None:
    pairs = Counter((variant(EVEN, unit), variant(other, unit)) for unit in UNITS)
    assert chi2_contingency([[pairs[a, b] for b in "AB"] for a in "AB"]).pvalue > 0.001


def test_who_takes_part_says_nothing_about_the_variant() -> None:
    e = experiment(50, 50, traffic=30)
    decisions = [decide(e, unit, {}, None, 0) for unit in UNITS]
    inside = [d for d in decisions if d.enrolled]
    assert {d.reason for d in decisions} == {"assigned", "not_in_traffic"}
    assert chisquare([len(inside), len(UNITS) - len(inside)], [6000, 14_000]).pvalue > 0.001
    found = Counter(d.variant.name for d in inside)
    assert chisquare([found["A"], found["B"]]).pvalue > 0.001


def test_more_traffic_takes_nobody_out_and_moves_nobody() -> None:
    few, many = experiment(50, 50, traffic=20), experiment(50, 50, traffic=60)
    for unit in UNITS[:5000]:
        before, after = decide(few, unit, {}, None, 0), decide(many, unit, {}, None, 0)
        if before.enrolled:
            assert after == before


def test_other_weights_move_only_what_lies_between_the_limits() -> None:
    before, after = experiment(50, 50), experiment(60, 40)
    moved = Counter((variant(before, u), variant(after, u)) for u in UNITS)
    assert moved["A", "B"] == 0
    assert moved["B", "A"] == sum(50 <= hashed(before, "variant", u) < 60 for u in UNITS)


def test_the_last_range_ends_at_100_whatever_the_weights_sum_to() -> None:
    thirds = experiment(33.33, 33.33, 33.33)
    assert limits(thirds.variants) == [33.33, 66.66, 100]
    assert [picked(thirds.variants, v).name for v in (0, 33.32, 33.33, 66.65, 66.66, 99.9999)] == list("AABBCC")


@pytest.mark.parametrize(
    ("status", "stored", "context", "expected"),
    [
        # the hash of user-1 is 22.2, so A; B is what was stored
        ("running", None, {"plan": "pro"}, ("A", True, "assigned", True)),
        ("running", "B", {"plan": "pro"}, ("B", True, "assigned", False)),
        ("running", None, {"plan": "free"}, ("A", False, "not_targeted", False)),
        ("running", "B", {"plan": "free"}, ("B", True, "assigned", False)),  # its plan has changed since
        ("running", "gone", {"plan": "pro"}, ("A", True, "assigned", True)),
        ("paused", None, {"plan": "pro"}, ("A", False, "paused", False)),
        ("paused", "B", {"plan": "pro"}, ("B", True, "assigned", False)),
        ("concluded", None, {"plan": "free"}, ("B", False, "concluded", False)),
        ("concluded", "A", {"plan": "pro"}, ("B", False, "concluded", False)),
    ],
)
def test_what_a_unit_gets(
    status: str, stored: str | None, context: dict[str, str], expected: tuple[str, bool, str, bool]
) -> None:
    e = experiment(
        50, 50, status=status, winner="B" if status == "concluded" else None,
        targeting=(Condition(attribute="plan", values=["pro"]),),
    )  # fmt: skip
    found = decide(e, "user-1", context, stored, 0)
    assert (found.variant.name, found.enrolled, found.reason, found.is_new) == expected


def test_without_a_winner_everybody_gets_control() -> None:
    assert decide(experiment(50, 50, status="concluded"), "user-1", {}, "B", 0).variant.name == "A"


def test_who_has_no_id_gets_any_variant_by_weight_and_does_not_count() -> None:
    e = experiment(30, 70)
    found = [decide(e, "", {}, None, chance) for chance in (0, 29.9, 30, 99.9)]
    assert [d.variant.name for d in found] == ["A", "A", "B", "B"]
    assert {(d.enrolled, d.reason, d.is_new) for d in found} == {(False, "no_unit", False)}


def test_only_those_turned_away_by_targeting_or_a_pause_may_have_been_assigned_before() -> None:
    e = experiment(50, 50, traffic=1, targeting=(Condition(attribute="plan", values=["pro"]),))
    assert may_be_stored(decide(e, "user-42", {"plan": "free"}, None, 0))
    assert may_be_stored(decide(replace(e, status="paused"), "user-42", {"plan": "pro"}, None, 0))
    assert not may_be_stored(decide(e, "user-42", {"plan": "pro"}, None, 0))  # 1 % traffic


@pytest.mark.parametrize(
    ("op", "values", "given", "holds"),
    [
        ("is", ["pro", "team"], "team", True),
        ("is", ["pro"], "Pro", False),
        ("is", [5], "5", True),
        ("is", ["5"], 5, True),
        ("is", [5], 5.0, True),
        ("is", ["5"], "5.0", False),  # texts are compared as texts
        ("is", ["05"], 5, True),
        ("is", [True], True, True),
        ("is", [True], "true", True),
        ("is", ["false"], False, True),
        ("is", [1], True, False),
        ("is", [True], 1, False),
        ("is", ["nan"], "nan", True),
        ("is", [5], None, False),
        ("is", ["a"], ["b", "a"], True),
        ("is", ["a"], {"a": 1}, False),
        ("is_not", ["pro"], "free", True),
        ("is_not", ["pro", "free"], "free", False),
        ("is_not", ["pro"], None, True),
        ("is_not", ["a"], ["b", "a"], False),
        ("contains", ["ell"], "hello", True),
        ("contains", ["x", "ell"], "hello", True),
        ("contains", ["23"], 1234, True),
        ("contains", ["tru"], True, False),
        ("contains", ["ell"], ["hello"], True),
        ("contains", ["ell"], None, False),
        ("starts_with", ["he"], "hello", True),
        ("starts_with", ["el"], "hello", False),
        ("greater", [18], 19, True),
        ("greater", [18], "19", True),
        ("greater", [18], 18, False),
        ("greater", [18], "nineteen", False),
        ("greater", [18], True, False),
        ("greater", [18], None, False),
        ("less", [18], 17.5, True),
        ("less", [18], "-1e3", True),
        ("less", [18], None, False),
        ("exists", [], 0, True),
        ("exists", [], "", True),
        ("exists", [], None, False),
        ("not_exists", [], None, True),
        ("not_exists", [], False, False),
    ],
)
def test_a_condition(op: str, values: list[object], given: object, *, holds: bool) -> None:
    condition = Condition.model_validate({"attribute": "it", "op": op, "values": values})
    assert check(condition, {"it": given}).holds is holds  # type: ignore[dict-item]  # JSON of any kind


@pytest.mark.parametrize("op", ["is", "contains", "starts_with", "greater", "less", "exists"])
def test_an_attribute_that_is_missing_fits_nothing(op: str) -> None:
    values = {"exists": [], "greater": [1], "less": [1]}.get(op, ["a"])
    assert not check(Condition.model_validate({"attribute": "it", "op": op, "values": values}), {}).holds


def test_dots_reach_into_objects_unless_the_whole_name_is_a_key() -> None:
    asked = Condition(attribute="user.plan.name", values=["pro"])
    assert check(asked, {"user": {"plan": {"name": "pro"}}}).holds
    assert check(asked, {"user": {"plan.name": "pro"}}).holds
    assert check(asked, {"user.plan.name": "pro", "user": {"plan": {"name": "free"}}}).holds
    assert not check(asked, {"user": {"plan": "pro"}}).holds
    assert not check(asked, {"user": None}).holds


def test_a_check_says_what_was_found_and_what_is_wanted() -> None:
    asked = Condition(attribute="plan", values=["pro", "team"])
    assert check(asked, {"plan": "free"}).detail == "plan is 'free'; wanted is one of 'pro', 'team'"
    assert check(asked, {}).detail == "plan is missing; wanted is one of 'pro', 'team'"
    assert check(Condition(attribute="age", op="greater", values=[18]), {"age": 20}).detail == (
        "age is 20; wanted is more than 18"
    )


@pytest.mark.parametrize(
    ("context", "user", "session"),
    [
        ({"userId": "u", "sessionId": "s"}, "u", "s"),
        ({"user_id": "u", "session_id": "s"}, "u", "s"),
        ({"userId": "", "user_id": "u"}, "u", ""),
        ({"userId": 42}, "42", ""),
        ({"userId": 42.0}, "42", ""),
        ({"userId": None}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_unit_of_a_context(context: dict[str, object], user: str, session: str) -> None:
    assert unit_of(context) == Unit(user, session)  # type: ignore[arg-type]  # JSON of any kind


def test_a_unit_is_the_id_of_its_kind_else_the_other_one() -> None:
    both, user, session = Unit("u", "s"), Unit("u", ""), Unit("", "s")
    assert [unit.id("user") for unit in (both, user, session)] == ["u", "u", "s"]
    assert [unit.id("session") for unit in (both, user, session)] == ["s", "u", "s"]


@pytest.mark.parametrize("value", [True, 1.5, ["u"], {"id": "u"}, "u" * 257, "a\x00b", "\ud800", float("inf")])
def test_an_id_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(Refused) as caught:
        unit_of({"user_id": value})  # type: ignore[dict-item]  # JSON of any kind
    assert caught.value.field == "context.user_id"


def test_an_assignment_is_told_with_all_that_results_need() -> None:
    context = {"userId": "u", "sessionId": "s", "plan": "pro"}
    event = assignment_event(EVEN, EVEN.variants[1], unit_of(context), context, from_micros(5))
    assert (event.kind, event.unit_id, event.user_id, event.session_id) == ("assignment", "u", "u", "s")
    assert (event.variant_id, event.variant_name, event.prompt_id, event.prompt_version) == ("B", "B", "greeting", "1")
    assert event.context == '{"userId":"u","sessionId":"s","plan":"pro"}'
    again = assignment_event(EVEN, EVEN.variants[0], Unit("u", ""), {}, from_micros(9))
    assert (again.id, again.ts, again.context) == (event.id, 9, "")
    assert (
        assignment_event(replace(EVEN, id="other"), EVEN.variants[0], Unit("u", ""), {}, from_micros(9)).id != event.id
    )


def test_of_a_large_context_only_what_was_looked_at_is_kept() -> None:
    e = replace(EVEN, targeting=(Condition(attribute="user.plan", values=["pro"]),))
    large: dict[str, JsonValue] = {"userId": "u", "user": {"plan": "pro"}, "page": "x" * 9000}
    assert kept_context(e, large) == '{"userId":"u","user":{"plan":"pro"}}'
    assert kept_context(e, {"userId": "u", "user": "x" * 9000}) == ""
    assert kept_context(e, {"userId": "u", "page": "\ud800"}) == '{"userId":"u"}'
