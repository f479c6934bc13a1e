"""Reading formulas: what they mean, and where and how a fault is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.formula import (
    FUNCTIONS,
    Aggregate,
    Comparison,
    FormulaError,
    Product,
    Read,
    empty_value,
    is_additive,
)
from promptpulse.metrics.grammar import MAX_LENGTH, MAX_NESTING, MAX_PARTS, parsed

FEEDBACK = Comparison(Read("score.feedback", "any"), "in", ("positive",))


def test_the_example_of_the_product_is_read() -> None:
    formula = parsed("100 * count(score.feedback = 'positive') / count(score.feedback)")
    assert formula.reads == ("score.feedback",)
    assert formula.aggregates == (
        Aggregate("count", None, FEEDBACK, "feedback"),
        Aggregate("count", None, None, "feedback"),
    )
    assert isinstance(formula.root, Product)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("count(model='x')", " COUNT( model = 'x' ) "),
        ("count(model = 'x' where env = 'y')", "count(model = 'x' and environment = 'y')"),
        ("count(model != 'x')", "count(not model = 'x')"),
        ("count(model not in ('x', 'y'))", "count(not model in ('x', 'y'))"),
        ("count(incomplete)", "count(incomplete = true)"),
        ("count(user)", "count(user_id)"),
        ("((count()))", "count()"),
        ("avg(score.rating)", 'avg(score."rating")'),
        ("avg(properties.a.b)", 'avg(properties."a.b")'),
        ("1e3 * count()", "1000 * count()"),
    ],
)
def test_two_ways_to_say_the_same(one: str, same: str) -> None:
    assert parsed(one) == parsed(same)


def test_names_and_texts_may_hold_any_character() -> None:
    formula = parsed("""count(score."it's ""odd"" # ok" = 'it''s "fine" # ok')""")
    assert formula.aggregates == (
        Aggregate(
            "count",
            None,
            Comparison(Read('score.it\'s "odd" # ok', "any"), "in", ('it\'s "fine" # ok',)),
            'it\'s "odd" # ok',
        ),
    )


@pytest.mark.parametrize(
    ("text", "fault", "problem"),
    [  # the fault is the part of the text that is pointed at
        ("avg(latency)", "latency", "'latency' is not a field; did you mean latency_ms or inexact_latency?"),
        ("count() + sum(cost)", "cost", "'cost' is not a field; did you mean cost_usd?"),
        ("median(latency_ms)", "median", "'median' is not a function; did you mean p50?"),
        ("cont()", "cont", "'cont' is not a function; did you mean count?"),
        ("p95(latency_ms", "", "expected where or ), as in p95(latency_ms where status = 'success'), not the end"),
        ("(count()", "", "the bracket at character 1 is not closed; add )"),
        ("count())", ")", "expected an operator (+ - * /) or the end, not ')'"),
        ("count() count()", "count", "expected an operator (+ - * /) or the end, not 'count'"),
        ("avg(model)", "model", ("avg needs a number, and model is a text; uniq(model) counts its values,"
         " count(model = '...') the calls that have one")),
        ("count(latency_ms = 'x')", "'x'", "latency_ms is a number, not a text; write latency_ms > 1000"),
        ("count(model = 5)", "5", "model is a text, not a number; write model = 'text'"),
        ("count(model > 5)", ">", "model is a text, and > compares numbers; write model = 'text'"),
        ("count(latency_ms > 'x')", "'x'", "> compares with a number, as in latency_ms > 4"),
        ("count(streaming = 1)", "1", "streaming is a boolean, not a number; write streaming = true"),
        ("count(latency_ms contains 'x')", "contains",
         "latency_ms is a number, not a text, so contains does not fit; write latency_ms > 1000"),
        ("count(score.a = null)", "null", "a score always has a value; count(score.a) counts them"),
        ('count(model = "x")', '"x"', "texts stand between single quotes: 'x'"),
        ("count(model = x)", "x", "'x' is not a value; texts stand between single quotes: 'x'"),
        ("count(model == 'x')", "==", "'==' is not a sign of formulas; write = once"),
        ("count(model = 'x)", "'x)", "the text that begins here has no closing '"),
        ("count() % 2", "%", "'%' is not a sign of formulas; multiply by 100 to get percent"),
        ("100 \u00d7 count()", "\u00d7", "'\u00d7' is not a sign of formulas; write *"),
        ("count() # all", "#", "'#' is not a sign of formulas; take it away, or put texts between quotes: 'text'"),
        ("count(model)  and count()", "and", "expected an operator (+ - * /) or the end, not 'and'"),
        ("avg(latency_ms where model)", "model", "model alone is not a condition; compare it, as in model = 'text'"),
        ("avg(latency_ms where)", ")", "expected a condition, such as status = 'error', not ')'"),
        ("avg()", ")", "expected a field or a score, as in avg(latency_ms), not ')'"),
        ("count(score.a = 1 and score.b = 2)", "score.a = 1 and score.b = 2",
         "a count is over the values of one score, not of score.a and score.b; put the other behind where"),
        ("avg(scores.rating)", "scores", "'scores' is not a field; write score.<name>"),
        ("avg(score.)", ")", "expected a name, as in score.rating or score.\"user rating\", not ')'"),
        ("latency_ms * 2", "latency_ms", "latency_ms is a field; put a function around it, such as avg(latency_ms)"),
        ("success_rate", "success_rate",
         "success_rate is a metric of the catalogue; formulas are made of functions, such as count(status = 'error')"),
        ("avg(count())", "count", "'count' is a function; a function holds one field, and no other function"),
        ("count", "count", "count lacks its brackets, as in count()"),
        ("if_empty(avg(score.a))", ")", "expected a comma and a number, as in if_empty(avg(score.rating), 0), not ')'"),
        ("if_empty(avg(score.a), count())", "count", "expected a number, as in if_empty(avg(score.rating), 0), not 'count'"),
        ("count(distinct user_id)", "distinct", "count has no distinct; write uniq(user_id)"),
        ("1 + 2", "1 + 2", "reads nothing; use a function over calls or scores, such as count()"),
        ("   ", "", "is empty; write a function over calls or scores, such as count(status = 'error')"),
        ("1e999 * count()", "1e999", "1e999 is too large a number"),
        ("count(model = 'a\x00')", "\x00", "holds a NUL character; remove it"),
        ("p00(latency_ms)", "p00", "'p00' is not a function; did you mean p90 or p50?"),
    ],
)  # fmt: skip
def test_a_fault_is_pointed_at_and_said_with_what_to_do(text: str, fault: str, problem: str) -> None:
    with pytest.raises(FormulaError) as raised:
        parsed(text)
    found = raised.value
    assert (text[found.position : found.position + found.length], found.problem) == (fault, problem)
    assert found.message == f"formula: {problem} (at character {found.position + 1})"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("(" * 1000 + "count()" + ")" * 900, "nested more than"),
        ("-" * 1900 + "count()", "nested more than"),
        ("count(" + "not " * 400 + "incomplete)", "nested more than"),
        ("if_empty(" * 200 + "count()", "nested more than"),
        ("+".join(["1"] * 900) + "+count()", "has more than 200 numbers"),
        ("count(model in (" + ",".join(["'a'"] * 400) + "))", "has more than 200 numbers"),
        ("count(" + " or ".join(["user = ''"] * 101) + ")", "has more than 200 numbers"),
        (" " * MAX_LENGTH + "count()", f"has {MAX_LENGTH + 7} characters; at most {MAX_LENGTH} are allowed"),
    ],
    ids=["brackets", "signs", "nots", "calls", "numbers", "values", "conditions", "characters"],
)
def test_what_is_too_large_is_refused_before_it_costs_anything(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        parsed(text)


def test_the_largest_formulas_are_read() -> None:
    assert parsed("(" * MAX_NESTING + "1" + ")" * MAX_NESTING + "* count()").aggregates
    assert parsed(" + ".join(["count()"] * MAX_PARTS)).aggregates == (Aggregate("count", None, None),)


@pytest.mark.parametrize(
    ("text", "empty", "adds_up"),
    [
        ("count()", 0, True),
        ("uniq(user_id)", 0, False),
        ("sum(cost_usd)", None, True),
        ("if_empty(sum(cost_usd), 0)", 0, True),
        ("if_empty(sum(cost_usd), 1)", 1, False),
        ("2 * count() - sum(total_tokens) / 1000", None, True),
        ("0.001 * sum(total_tokens) - count()", None, True),
        ("count() / count()", None, False),
        ("count() + 1", 1, False),
        ("avg(latency_ms)", None, False),
        ("1e308 * 10 * (count() + 1)", None, False),
    ],
)
def test_a_formula_of_nothing(text: str, empty: float | None, adds_up: bool) -> None:
    formula = parsed(text)
    assert (empty_value(formula), is_additive(formula.root)) == (empty, adds_up)


def test_every_function_is_listed_and_every_field_can_be_read() -> None:
    for function in FUNCTIONS:
        example = (
            function.signature.replace("expression", "count()").replace("number", "0").replace("field", "latency_ms")
        )
        assert parsed(example.replace("condition", "status = 'error'")).aggregates, function.name
    for key in FIELDS:
        assert parsed(f"uniq({key})").reads == (key,)


WORDS = [
    "count", "sum", "avg", "p95", "uniq", "stddev", "if_empty", "where", "and", "or", "not", "in", "contains", "null", "true",
    "latency_ms", "model", "status", "incomplete", "score", "properties", "rating", "user_id", "(", "(", ")", ")", ")", ",", ".",
    "+", "-", "*", "/", "=", "!=", "<", ">=", "'x'", "''", '"n"', "1", "0.5", "1e5", "'", '"', "#", "{x:String}", "\x00", "\u2028",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_formula_or_a_fault_that_points_into_it(text: str) -> None:
    try:
        formula = parsed(text)
    except FormulaError as e:
        assert 0 <= e.position <= e.position + e.length <= len(text)
        assert e.problem
    else:
        assert formula.aggregates
