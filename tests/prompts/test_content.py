"""What a version may contain, and how clients and people read it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from promptpulse.core.errors import Refused
from promptpulse.prompts.content import (
    MOST_BYTES,
    PromptType,
    checked_config,
    checked_content,
    lines,
    variables,
    wire_content,
)

SYSTEM: dict[str, JsonValue] = {"role": "system", "content": "Be {{tone}}."}
PLACEHOLDER: dict[str, JsonValue] = {"type": "placeholder", "name": "history"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", "Hello {{name}}"),
        ("text", ""),
        ("text", "\x00 and 🦊"),
        ("chat", [SYSTEM]),
        ("chat", [SYSTEM, PLACEHOLDER, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}]),
        ("chat", [{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}], "name": "Ada"}]),
    ],
)
def test_what_fits_its_type_is_kept_as_it_is(kind: PromptType, content: JsonValue) -> None:
    assert checked_content(kind, content) == content


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("text", [SYSTEM], "content"),
        ("text", 5, "content"),
        ("text", None, "content"),
        ("text", "x" * (MOST_BYTES - 1), "content"),
        ("text", "half \ud83e a fox", "content"),
        ("chat", "Hello", "content"),
        ("chat", [], "content"),
        ("chat", [SYSTEM] * 1001, "content"),
        ("chat", ["Hello"], "content.0"),
        ("chat", [SYSTEM, {"content": "Hello"}], "content.1.role"),
        ("chat", [SYSTEM, {"role": "", "content": "Hello"}], "content.1.role"),
        ("chat", [SYSTEM, {"role": 5, "content": "Hello"}], "content.1.role"),
        ("chat", [{"role": "user"}], "content.0.content"),
        ("chat", [{"role": "user", "content": None}], "content.0.content"),
        ("chat", [{"role": "user", "content": {"text": "Hello"}}], "content.0.content"),
        ("chat", [{"type": "placeholder"}], "content.0.name"),
        ("chat", [{"role": "user", "content": "Hello", "score": float("nan")}], "content.0.score"),
        ("chat", [{"role": "user", "content": "Hello", "seed": 2**63}], "content.0.seed"),
    ],
)
def test_what_does_not_is_refused_with_its_place(kind: PromptType, content: JsonValue, field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_content(kind, content)
    assert refused.value.field == field
    assert refused.value.message.startswith((field, f"a name in {field}"))


def test_the_largest_content_is_taken() -> None:
    assert checked_content("text", "x" * (MOST_BYTES - 2)) == "x" * (MOST_BYTES - 2)  # and two quotes


@pytest.mark.parametrize("config", [None, "gpt-5", [1], {"a": float("inf")}, {"a": "x" * MOST_BYTES}])
def test_a_config_is_a_bounded_object_of_finite_numbers(config: JsonValue) -> None:
    with pytest.raises(Refused, match="config"):
        checked_config(config)


def test_a_config_that_is_nested_too_deep_is_refused() -> None:
    nested: JsonValue = 1
    for _ in range(32):
        nested = [nested]
    assert checked_config({"a": nested[0]}) == {"a": nested[0]}  # type: ignore[index]  # a list, see above
    with pytest.raises(Refused, match="deeper than 32"):
        checked_config({"a": nested})


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Hello {{name}}, {{ place }} and {{name}}", ["name", "place"]),
        ("{{}} {{  }} {name} {{a}", []),
        ("{{{name}}}", ["name"]),
        ([SYSTEM, PLACEHOLDER, {"role": "user", "content": [{"text": "{{question}}"}]}], ["tone", "question"]),
    ],
)
def test_variables_are_found_in_order_of_appearance(content: str, found: list[str]) -> None:
    assert variables(content) == found


def test_variables_of_a_hostile_text_are_found_at_once() -> None:
    assert variables("{{ " * 80_000 + "a}}") == ["a"]


@given(st.text())
def test_the_laikatest_client_reads_a_text_back(text: str) -> None:
    (first,) = json.loads(wire_content(text))
    assert first["content"] == text


def test_the_laikatest_client_reads_messages_back() -> None:
    assert json.loads(wire_content([SYSTEM, PLACEHOLDER])) == [SYSTEM, PLACEHOLDER]


def test_messages_are_compared_line_by_line() -> None:
    message: dict[str, JsonValue] = {"role": "user", "content": "Hello\nthere", "name": "Ada"}
    picture: dict[str, JsonValue] = {"role": "user", "content": [{"type": "image"}]}
    assert lines([message, PLACEHOLDER, picture]) == [
        "user: Hello",
        "there",
        'name: "Ada"',
        "placeholder: history",
        'user: [{"type": "image"}]',
    ]
