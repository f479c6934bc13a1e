"""Which values are taken as what."""

from __future__ import annotations

import math

import pytest

from promptpulse.core.errors import Refused
from promptpulse.core.facts import ScoreType
from promptpulse.scores.receive import value_of, values
from promptpulse.scores.shapes import ScoreIn

WHOLE = "an int is a whole number"
FINITE = "a float is a finite number"


@pytest.mark.parametrize(
    ("kind", "value", "number", "text"),
    [
        ("int", 5, 5.0, ""),
        ("int", 5.0, 5.0, ""),  # JavaScript knows no other
        ("int", -(2**53), -(2.0**53), ""),
        ("int", 0, 0.0, ""),
        ("float", 0.75, 0.75, ""),
        ("float", 3, 3.0, ""),
        ("float", 10**300, 1e300, ""),
        ("bool", True, 1.0, ""),
        ("bool", False, 0.0, ""),
        ("string", "made up", None, "made up"),
        ("string", "", None, ""),
        ("string", "x" * 10_000, None, "x" * 10_000),
    ],
)  # fmt: skip
def test_a_value_of_its_type_is_kept(kind: ScoreType, value: object, number: float | None, text: str) -> None:
    assert value_of(kind, value, "value") == (number, text)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("int", 1.5, WHOLE),
        ("int", "5", WHOLE),
        ("int", True, WHOLE),
        ("int", None, WHOLE),
        ("int", math.nan, WHOLE),
        ("int", math.inf, WHOLE),
        ("int", 2**53 + 1, "an int must lie between -2^53 and 2^53"),
        ("int", 10**400, "an int must lie between -2^53 and 2^53"),
        ("float", math.nan, FINITE),
        ("float", -math.inf, FINITE),
        ("float", 10**400, FINITE),
        ("float", "0.5", FINITE),
        ("float", False, FINITE),
        ("bool", 1, "a bool is true or false"),
        ("bool", "true", "a bool is true or false"),
        ("string", 5, "a string is a text"),
        ("string", ["a"], "a string is a text"),
        ("string", "x" * 10_001, "10001 characters are more than 10000"),
        ("string", "\ud800", "half of a surrogate pair"),
    ],
    ids=repr,
)
def test_a_value_of_another_type_is_refused(kind: ScoreType, value: object, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        value_of(kind, value, "scores.0.value")
    assert refusal.value.message.startswith("scores.0.value: ")
    assert why in refusal.value.message
    assert refusal.value.field == "scores.0.value"


def test_a_name_is_sent_once() -> None:
    twice = [ScoreIn(name=name, type="int", value=1) for name in ("a", "b", "a")]
    with pytest.raises(Refused, match=r"scores\.2\.name: 'a' is there already, as scores\.0") as refusal:
        values(twice)
    assert refusal.value.field == "scores.2.name"
