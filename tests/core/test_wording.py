"""What is wrong with a value is said in our words: what is expected, and what to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from promptpulse.core.wording import problem


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: int


def refused(text: str) -> str:
    raise ValueError("must not be blank")


NAME = Annotated[str, Field(min_length=2, max_length=3)]
SOME = Annotated[list[int], Field(min_length=2, max_length=2)]
SHARE = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


@pytest.mark.parametrize(
    ("kind", "value", "field", "words"),
    [
        (int, "x", "f", "must be a whole number, not 'x'"),
        (int, None, "f", "must be a whole number, not null"),
        (int, 1.5, "f", "must be a whole number, not 1.5"),
        (int, "1" * 5000, "f", "must be a smaller number, not '" + "1" * 59 + "..."),
        (float, {}, "f", "must be a number, not an object"),
        (SHARE, float("nan"), "f", "must be a finite number, not nan"),
        (SHARE, 0, "f", "must be more than 0, not 0"),
        (SHARE, 100.5, "f", "must be at most 100, not 100.5"),
        (Annotated[int, Field(ge=1)], 0, "f", "must be at least 1, not 0"),
        (Annotated[int, Field(lt=5)], 5, "f", "must be less than 5, not 5"),
        (bool, "maybe", "f", "must be true or false, not 'maybe'"),
        (str, 5, "f", "must be a text, not 5"),
        (NAME, "\ud800", "f", "must be a text of whole characters, not '\\ud800'"),
        (str | None, ["a"], "f", "must be a text, not a list"),
        (Literal["a", "b", "c"], "d", "f", "must be 'a', 'b' or 'c', not 'd'"),
        (list[int], {}, "f", "must be a list: [...], not an object"),
        (dict[str, int], [], "f", "must be an object: {...}, not a list"),
        (Item, "x", "f", "must be an object: {...}, not 'x'"),
        (datetime, "soon", "f", "must be a time such as 2026-11-21T12:00:00Z, not 'soon'"),
        (date, "soon", "f", "must be a day such as 2026-11-21, not 'soon'"),
        (SOME, [], "f", "is empty; send at least 2"),
        (SOME, [1], "f", "has 1 entry; send at least 2"),
        (SOME, [1, 2, 3], "f", "has more than 2 entries; send fewer"),
        (NAME, "", "f", "must not be empty"),
        (NAME, "x", "f", "must have at least 2 characters"),
        (NAME, "xxxx", "f", "must have at most 3 characters"),
        (Item, {}, "f.n", "is missing; send it"),
        (Item, {"n": 1, "m": 2}, "f.m", "there is no such field here; leave it out, or correct its name"),
        (Annotated[str, AfterValidator(refused)], "x", "f", "must not be blank"),
        (dict[str, Item], {"str": {"n": "x"}}, "f.str.n", "must be a whole number, not 'x'"),
        # of several kinds
        (str | float | bool, {}, "f", "must be a text or a number or true or false, not an object"),
        (str | list[Item], 5, "f", "must be a text or a list: [...], not 5"),
        (str | list[Item], [{"n": "x"}], "f.0.n", "must be a whole number, not 'x'"),
    ],
)
def test_the_field_and_what_is_wrong(kind: Any, value: object, field: str, words: str) -> None:
    body = create_model("Body", f=(kind, ...))
    with pytest.raises(ValidationError) as caught:
        body.model_validate({"f": value})
    assert problem([{**error} for error in caught.value.errors()]) == (field, words)


def test_of_several_fields_the_first_is_told() -> None:
    body = create_model("Body", f=(int, ...), g=(Item, ...))
    with pytest.raises(ValidationError) as caught:
        body.model_validate({"f": "x", "g": {}})
    assert problem([{**error} for error in caught.value.errors()])[0] == "f"
