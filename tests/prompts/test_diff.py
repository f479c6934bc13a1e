"""A diff tells the whole of both texts, and only what changed as changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptpulse.prompts.diff import Change, Line, diff_config, diff_lines

texts = st.lists(st.sampled_from("abcd") | st.text(max_size=3), max_size=30)


@given(texts, texts)
def test_a_diff_applied_to_the_old_text_is_the_new_one(old: list[str], new: list[str]) -> None:
    found = diff_lines(old, new)
    assert [line.text for line in found if line.kind != "added"] == old
    assert [line.text for line in found if line.kind != "removed"] == new
    assert [line.old_line for line in found if line.kind != "added"] == list(range(1, len(old) + 1))
    assert [line.new_line for line in found if line.kind != "removed"] == list(range(1, len(new) + 1))
    assert all(line.old_line is None for line in found if line.kind == "added")
    assert all(line.new_line is None for line in found if line.kind == "removed")


@given(texts)
def test_nothing_is_changed_between_equal_texts(text: list[str]) -> None:
    assert {line.kind for line in diff_lines(text, text)} <= {"same"}


def test_a_replaced_line_is_removed_then_added() -> None:
    assert diff_lines(["Be kind.", "Be short.", "Bye."], ["Be kind.", "Be brief.", "Bye."]) == [
        Line("same", "Be kind.", 1, 1),
        Line("removed", "Be short.", 2, None),
        Line("added", "Be brief.", None, 2),
        Line("same", "Bye.", 3, 3),
    ]


def test_long_texts_of_equal_lines_are_compared_at_once() -> None:
    found = diff_lines(["x"] * 50_000 + ["old", "x"], ["y"] + ["x"] * 50_000 + ["new", "x"])
    assert [line.kind for line in found].count("same") == 1
    assert len(found) == 1 + 50_001 + 50_002


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({}, {}, []),
        ({"model": "a"}, {"model": "a"}, []),
        ({"model": "a", "seed": 1}, {"model": "b", "top_p": None}, [
            Change("model", "a", "b", "changed"), Change("seed", 1, None, "removed"), Change("top_p", None, None, "added"),
        ]),
        ({"stream": True}, {"stream": 1}, [Change("stream", True, 1, "changed")]),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, []),
    ],
)  # fmt: skip
def test_config_changes_by_key(old: dict, new: dict, found: list[Change]) -> None:  # type: ignore[type-arg]  # JSON
    assert diff_config(old, new) == found


def test_few_changes_of_a_long_text_with_many_blank_lines_are_found() -> None:
    old = [line for n in range(3000) for line in (f"sentence {n}", "")]
    new = ["a new beginning", *old[:3000], *old[3002:], "a new end"]
    changed = [(line.kind, line.text) for line in diff_lines(old, new) if line.kind != "same"]
    assert changed == [
        ("added", "a new beginning"), ("removed", "sentence 1500"), ("removed", ""), ("added", "a new end"),
    ]  # fmt: skip
