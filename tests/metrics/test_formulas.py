"""Formulas over a hand-made hour of calls and scores: every expected number can be computed from the two tables below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_facts import store_facts
from promptpulse.core.call import Call
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.metrics import BadQuery, Definitions, Filter, Frame, Query, run
from promptpulse.metrics.definitions import custom_metric
from promptpulse.metrics.formula import FormulaError, evaluated
from promptpulse.metrics.grammar import parsed
from promptpulse.store import Answer, Store

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = MIDNIGHT + timedelta(days=1)
#  minute, id, prompt, model, user, latency, tokens, cost, error, plan
CALLS = (
    (0, "a1", "greet", "large", "ann", 100, 10, "0.01", "", "pro"),
    (1, "a2", "greet", "large", "ann", 200, 20, "0.02", "", "pro"),
    (2, "a3", "greet", "small", "bob", 300, 30, "0.03", "timeout", "free"),
    (3, "a4", "reply", "small", "bob", 400, 40, None, "", "free"),
    (64, "a5", "reply", "small", "", 500, None, None, "rate_limit", ""),
)
#  minute, name, value, call, trace, prompt of its own
Kind = float | bool | str
SCORES: tuple[tuple[int, str, Kind, str, str, str], ...] = (
    (10, "feedback", "positive", "a1", "", ""),
    (11, "feedback", "positive", "a2", "", ""),
    (12, "feedback", "negative", "a3", "", ""),
    (70, "feedback", "positive", "a5", "", ""),
    (10, "rating", 5, "a1", "", ""),
    (11, "rating", 4, "", "t2", ""),  # the trace of a2 and a3: of both models
    (12, "rating", 1, "", "", "reply"),
    (13, "rating", 2, "", "", ""),  # of nothing that is known
    (14, "edited", True, "a1", "", ""),
    (15, "edited", False, "a4", "", ""),
)
MAPPINGS = {"feedback": {"positive": 1.0, "negative": 0.0}}


@pytest.fixture(scope="module")
def hand(store: Store) -> Iterator[str]:
    project = str(uuid4())
    traces = {"a2": "t2", "a3": "t2"}
    calls = [
        Call(
            project=project, id=id_, ts=to_micros(MIDNIGHT + timedelta(minutes=minute)), prompt_id=prompt, model=model,
            user_id=user, latency_ms=latency, total_tokens=tokens, output_tokens=tokens,
            cost_usd=Decimal(cost) if cost else None, status="error" if error else "success", error_type=error,
            trace_id=traces.get(id_, ""), properties={"plan": plan, "size": str(latency)} if plan else {"size": "n/a"},
        )
        for minute, id_, prompt, model, user, latency, tokens, cost, error, plan in CALLS
    ]  # fmt: skip
    scores = [
        Score(
            project=project, submission_id=f"s{i}", ts=to_micros(MIDNIGHT + timedelta(minutes=minute)), name=name,
            type="string" if isinstance(value, str) else "bool" if isinstance(value, bool) else "int",
            number=None if isinstance(value, str) else float(value), text=value if isinstance(value, str) else "",
            call_id=call, trace_id=trace, prompt_id=prompt,
        )
        for i, (minute, name, value, call, trace, prompt) in enumerate(SCORES)
    ]  # fmt: skip
    store_facts(store, [*calls, *scores])
    yield project


def asked(store: Store, project: str, *formulas: str, **more: object) -> Frame:
    query = Query(
        project, tuple(f"={f}" for f in formulas), MIDNIGHT, MIDNIGHT + 2 * HOUR, definitions=Definitions({}, MAPPINGS)
    )
    return run(store, replace(query, **more), NOW)  # type: ignore[arg-type]  # fields of a query


def value(store: Store, project: str, formula: str, **more: object) -> float | None:
    return asked(store, project, formula, **more).total(f"={formula}")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("count()", 5),
        ("count(status = 'error')", 2),
        ("count(status != 'error')", 3),
        ("count(not status = 'error')", 3),
        ("100 * count(status = 'error') / count()", 40),
        ("count(model in ('large', 'other'))", 2),
        ("count(model not in ('large'))", 3),
        ("count(user_id)", 4),
        ("count(user_id = null)", 1),
        ("count(total_tokens)", 4),
        ("count(total_tokens = null)", 1),
        ("count(total_tokens >= 20)", 3),
        ("count(not total_tokens >= 20)", 2),  # not known is not 20 or more
        ("count(model = 'large' or status = 'error')", 4),
        ("count(model = 'small' and status = 'error')", 2),
        ("count(model = 'small' where status = 'error' and user_id = 'bob')", 1),
        ("count(error_type contains 'TIME')", 1),
        ("sum(total_tokens)", 100),
        ("sum(cost_usd)", 0.06),
        ("avg(total_tokens)", 25),
        ("avg(latency_ms)", 300),
        ("avg(latency_ms where model = 'small')", 400),
        ("sum(latency_ms where model = 'small') / 1000", 1.2),
        ("min(latency_ms)", 100),
        ("max(latency_ms where status = 'success')", 400),
        ("min(total_tokens where total_tokens > 15)", 20),
        ("max(cost_usd)", 0.03),
        ("p50(total_tokens)", 25),
        ("p75(total_tokens)", 32.5),
        ("stddev(total_tokens)", math.sqrt(500 / 3)),
        ("uniq(user_id)", 2),
        ("uniq(model)", 2),
        ("uniq(total_tokens)", 4),
        ("avg(incomplete)", 0),
        ("count(properties.plan = 'pro')", 2),
        ("sum(properties.size)", 1000),  # "n/a" is no number
        ("avg(properties.size where properties.size > 150)", 300),
        ("count(properties.size = 100)", 1),
        ("count(properties.size = '100')", 1),
        ("count(properties.size in (100, 'n/a'))", 2),
        ("count(score.feedback)", 4),
        ("count(score.feedback = 'positive')", 3),
        ("100 * count(score.feedback = 'positive') / count(score.feedback)", 75),
        ("100 * avg(score.feedback)", 75),
        ("avg(score.edited)", 0.5),
        ("count(score.edited = true)", 1),
        ("avg(score.rating)", 3),
        ("max(score.rating)", 5),
        ("p50(score.rating)", 3),
        ("count(score.rating >= 4)", 2),
        ("uniq(score.feedback)", 2),
        ("count(score.rating = 5) / count()", 0.2),
        ("avg(score.rating where model = 'large')", 4.5),
        ("avg(score.rating where model = 'small')", 4),  # the trace of a2 and a3
        ("count(score.rating where model = 'small' or model = 'large')", 2),
        ("avg(score.rating where prompt_id = 'greet')", 4.5),
        ("avg(score.rating where prompt_id = 'reply')", 1),
        ("avg(score.rating where prompt_id = null)", 2),
        ("count(score.rating where model = null)", 2),
        ("avg(score.rating where score.feedback = 'positive')", 4.5),  # of calls that were liked
        ("avg(score.rating where latency_ms > 250)", 4),
        ("avg(latency_ms where score.feedback = 'negative')", 300),
        ("count(where score.feedback = 'positive')", 3),
        ("sum(cost_usd) / count(score.edited = true)", 0.06),
        ("count() / 0", None),
        ("count(model = 'none') / count(model = 'none')", None),
        ("avg(latency_ms where model = 'none')", None),
        ("sum(total_tokens where model = 'none')", None),
        ("avg(latency_ms where model = 'none') + 1", None),
        ("if_empty(avg(latency_ms where model = 'none'), -1)", -1),
        ("if_empty(count() / 0, 7) + 1", 8),
        ("count(model = 'none')", 0),
        ("uniq(user_id where model = 'none')", 0),
        ("avg(score.none)", None),
        ("count(score.none)", 0),
        ("stddev(latency_ms where model = 'none')", None),
        ("stddev(latency_ms where user_id = '')", None),  # of one
        ("-count() + 2 * (3 - 1)", -1),
        ("12 / 2 / 3 * count()", 10),
        ("10 - 3 - count()", 2),
    ],
)  # fmt: skip
def test_a_formula_gives(store: Store, hand: str, formula: str, expected: float | None) -> None:
    assert value(store, hand, formula) == (None if expected is None else pytest.approx(expected, rel=1e-12))


GREET_AND_REPLY = [("greet",), ("reply",)]


def rows(frame: Frame, formula: str) -> dict[tuple[str | None, ...], list[float | None]]:
    return {group: list(row) for group, row in zip(frame.groups, frame.values[f"={formula}"], strict=True)}


def test_groups_of_calls_are_ranked_by_the_formula(store: Store, hand: str) -> None:
    frame = asked(store, hand, "avg(latency_ms)", "count()", by=("prompt_id",), limit=1)
    assert (frame.groups, frame.groups_total) == ((("reply",),), 2)
    assert (rows(frame, "avg(latency_ms)"), rows(frame, "count()")) == ({("reply",): [450]}, {("reply",): [2]})


def test_groups_that_have_calls_and_scores_stand_together(store: Store, hand: str) -> None:
    frame = asked(store, hand, "100 * count(score.feedback) / count()", by=("prompt_id",))
    assert rows(frame, "100 * count(score.feedback) / count()") == {("greet",): [100], ("reply",): [50]}
    assert frame.groups_total == 2


def test_scores_are_grouped_by_what_they_say_of_themselves_and_else_by_their_calls(store: Store, hand: str) -> None:
    frame = asked(store, hand, "avg(score.rating)", by=("prompt_id",))
    assert rows(frame, "avg(score.rating)") == {("greet",): [4.5], (None,): [2], ("reply",): [1]}
    by_model = asked(store, hand, "avg(score.rating)", "count(score.rating)", by=("model",))
    assert rows(by_model, "avg(score.rating)") == {("large",): [4.5], ("small",): [4], (None,): [1.5]}
    assert rows(by_model, "count(score.rating)") == {("large",): [2], ("small",): [1], (None,): [2]}
    by_plan = asked(store, hand, "count(score.feedback = 'negative')", by=("properties.plan",))
    assert rows(by_plan, "count(score.feedback = 'negative')") == {("free",): [1], ("pro",): [0], (None,): [0]}


def test_a_group_without_scores_is_shown_where_calls_are_asked_for_too(store: Store, hand: str) -> None:
    frame = asked(store, hand, "avg(score.edited)", "count()", by=("user_id",))
    assert rows(frame, "avg(score.edited)") == {("ann",): [1], ("bob",): [0], (None,): [None]}
    assert rows(frame, "count()") == {("ann",): [2], ("bob",): [2], (None,): [1]}
    alone = asked(store, hand, "avg(score.edited)", by=("user_id",), limit=1)
    assert (alone.groups, alone.groups_total) == ((("ann",),), 2)


@pytest.mark.parametrize("bucket", [None, "1h"])
@pytest.mark.parametrize(
    "formulas",
    [
        ("count()", "avg(score.rating)"),
        ("avg(score.rating)", "count()"),
        ("max(latency_ms where model = 'none')", "count(score.rating)"),
        ("avg(score.none)", "count()", "avg(score.rating)"),
        ("avg(score.none)", "avg(score.rating)"),
    ],
)
def test_groups_do_not_hang_on_which_metric_comes_first(
    store: Store, hand: str, formulas: tuple[str, ...], bucket: str | None
) -> None:
    """Two prompts have calls and ratings; one rating belongs to no prompt, and has no call."""
    frame = asked(store, hand, *formulas, by=("prompt_id",), bucket=bucket)
    assert set(frame.groups) == {("greet",), ("reply",), (None,)}
    assert frame.groups_total == 3
    limited = asked(store, hand, *formulas, by=("prompt_id",), bucket=bucket, limit=2)
    assert (limited.groups, limited.groups_total) == (frame.groups[:2], 3)


def test_groups_without_the_metric_that_ranks_come_last(store: Store, hand: str) -> None:
    frame = asked(store, hand, "avg(latency_ms)", "avg(score.rating)", by=("prompt_id",))
    assert rows(frame, "avg(latency_ms)") == {("reply",): [450], ("greet",): [200], (None,): [None]}
    assert rows(frame, "avg(score.rating)") == {("reply",): [1], ("greet",): [4.5], (None,): [2]}
    assert frame.groups[-1] == (None,)


def test_filters_of_a_query_hold_for_scores_through_their_calls(store: Store, hand: str) -> None:
    def ratings(*where: Filter) -> float | None:
        return value(store, hand, "avg(score.rating)", where=where)

    assert ratings(Filter("model", "in", ("small",))) == 4
    assert ratings(Filter("model", "not_in", ("small",))) == pytest.approx((5 + 4 + 1 + 2) / 4)  # t2 is of large, too
    assert ratings(Filter("prompt_id", "in", ("reply",))) == 1
    assert ratings(Filter("prompt_id", "in", (None,))) == 2
    assert ratings(Filter("latency_ms", "lt", ("150",))) == 5
    assert ratings(Filter("properties.plan", "in", ("pro",)), Filter("prompt_id", "in", ("greet",))) == 4.5
    assert ratings(Filter("score.feedback", "in", ("negative",))) == 4


def test_buckets_without_anything_have_counts_of_0_and_no_means(store: Store, hand: str) -> None:
    formulas = (
        "count(status = 'error')",
        "avg(latency_ms)",
        "if_empty(avg(total_tokens), 0)",
        "avg(score.rating)",
        "count(score.edited)",
    )
    frame = asked(store, hand, *formulas, bucket="1h", end=MIDNIGHT + 3 * HOUR)
    assert {formula: list(frame.values[f"={formula}"][0]) for formula in formulas} == {
        "count(status = 'error')": [1, 1, 0],
        "avg(latency_ms)": [250, 500, None],
        "if_empty(avg(total_tokens), 0)": [25, 0, 0],
        "avg(score.rating)": [3, None, None],
        "count(score.edited)": [2, 0, 0],
    }


def test_the_future_is_not_known_even_if_empty(store: Store, hand: str) -> None:
    frame = asked(store, hand, "count()", "if_empty(avg(score.none), 0)", bucket="1h", start=NOW, end=NOW + 2 * HOUR)
    assert [list(frame.values[f"={f}"][0]) for f in ("count()", "if_empty(avg(score.none), 0)")] == [
        [0, None],
        [0, None],
    ]


@pytest.mark.parametrize(("tz", "midnight_utc"), [("Asia/Kathmandu", (18, 15)), ("America/New_York", (5, 0))])
def test_days_of_scores_begin_in_the_zone_asked_for(
    store: Store, hand: str, tz: str, midnight_utc: tuple[int, int]
) -> None:
    frame = asked(
        store, hand, "count(score.rating)", bucket="1d", tz=tz, start=MIDNIGHT - 24 * HOUR, end=MIDNIGHT + 24 * HOUR
    )
    assert frame.buckets is not None
    assert {(b.hour, b.minute) for b in frame.buckets} == {midnight_utc}
    ours = max(i for i, b in enumerate(frame.buckets) if b <= MIDNIGHT)
    assert list(frame.values["=count(score.rating)"][0]) == [4 if i == ours else 0 for i in range(len(frame.buckets))]


def test_a_day_without_one_hour_has_the_calls_and_scores_of_23_hours(store: Store, hand: str) -> None:
    """On 29 March 2026 the clocks of Stockholm jumped from 2 to 3."""
    project = str(uuid4())
    sunday = datetime(2026, 3, 28, 23, tzinfo=UTC)
    calls = [Call(project=project, id=f"c{h}", ts=to_micros(sunday + h * HOUR), latency_ms=h) for h in range(24)]
    scores = [
        Score(project=project, submission_id=f"s{h}", ts=to_micros(sunday + h * HOUR), name="r", type="int", number=1.0)
        for h in range(24)
    ]
    store_facts(store, [*calls, *scores])
    query = Query(
        project, ("=max(latency_ms)", "=sum(score.r)", "=sum(score.r) / count()"), sunday, sunday + 24 * HOUR,
        bucket="1d", tz="Europe/Stockholm",
    )  # fmt: skip
    frame = run(store, query, NOW)
    assert {key: list(values[0]) for key, values in frame.values.items()} == {
        "=max(latency_ms)": [22, 23], "=sum(score.r)": [23, 1], "=sum(score.r) / count()": [1, 1],
    }  # fmt: skip


def test_running_sums_go_on_over_buckets_without_anything_and_stop_at_now(store: Store, hand: str) -> None:
    query = Query(
        hand, ("total_requests", "total_cost_usd", "=count(score.feedback)", "=2 * sum(total_tokens) - count()"),
        MIDNIGHT - HOUR, MIDNIGHT + 4 * HOUR, bucket="1h", cumulative=True,
    )  # fmt: skip
    frame = run(store, query, MIDNIGHT + 2 * HOUR + timedelta(minutes=1))
    assert {key: list(row[0]) for key, row in frame.values.items()} == {
        "total_requests": [0, 4, 5, 5, None],
        "total_cost_usd": [0, 0.06, 0.06, 0.06, None],
        "=count(score.feedback)": [0, 3, 4, 4, None],
        "=2 * sum(total_tokens) - count()": [None, 196, 196, 196, None],
    }


@pytest.mark.parametrize(
    "key", ["avg_latency_ms", "unique_users", "peak_rpm", "=uniq(user_id)", "=1 / count()", "=count() + 1"]
)
def test_what_does_not_add_up_has_no_running_sum(store: Store, hand: str, key: str) -> None:
    with pytest.raises(BadQuery, match="does not add up"):
        run(store, Query(hand, (key,), MIDNIGHT, NOW, bucket="1h", cumulative=True), NOW)


def test_a_peak_tells_its_minute_and_the_first_of_equal_ones(store: Store, hand: str) -> None:
    minute = timedelta(minutes=1)
    whole = run(store, Query(hand, ("peak_rpm",), MIDNIGHT, MIDNIGHT + 2 * HOUR), NOW)
    assert (whole.total("peak_rpm"), whole.moments["peak_rpm"]) == (1, [[MIDNIGHT]])
    frame = run(
        store,
        Query(hand, ("total_requests", "peak_rpm"), MIDNIGHT, MIDNIGHT + 3 * HOUR, bucket="1h", by=("model",)),
        NOW,
    )
    assert dict(zip(frame.groups, frame.moments["peak_rpm"], strict=True)) == {
        ("small",): [MIDNIGHT + 2 * minute, MIDNIGHT + 64 * minute, None],
        ("large",): [MIDNIGHT, None, None],
    }


def test_a_custom_metric_is_asked_for_by_its_key(store: Store, hand: str) -> None:
    liked = custom_metric("custom.liked", "Liked", "100 * avg(score.feedback)", "percent", "up", 80)
    query = Query(
        hand, ("custom.liked", "total_requests"), MIDNIGHT, MIDNIGHT + 2 * HOUR, by=("prompt_id",), order_by="custom.liked",
        definitions=Definitions({"custom.liked": liked}, MAPPINGS),
    )  # fmt: skip
    frame = run(store, query, NOW)
    assert dict(zip(frame.groups, frame.values["custom.liked"], strict=True)) == {
        ("reply",): [100],
        ("greet",): [pytest.approx(200 / 3)],
    }
    with pytest.raises(BadQuery, match=r"'custom\.other' is not a custom metric of this project"):
        run(store, replace(query, metrics=("custom.other",), order_by=""), NOW)


def test_texts_without_a_number_are_left_out_of_means(store: Store, hand: str) -> None:
    query = Query(hand, ("=avg(score.feedback)", "=count(score.feedback)"), MIDNIGHT, NOW)
    assert [run(store, query, NOW).total(key) for key in query.metrics] == [None, 4]
    half = replace(query, definitions=Definitions({}, {"feedback": {"negative": 0.0}}))
    assert [run(store, half, NOW).total(key) for key in query.metrics] == [0, 4]


NAMES = ["xyzzy", "x'y--", "x y", "{xyzzy:String}", "x`y", "x\\y", "x%sy", "; DROP TABLE calls"]
READS = st.one_of(
    st.sampled_from(["latency_ms", "total_tokens", "cost_usd", "llm_ms", "retries", "incomplete"]),
    st.sampled_from(NAMES).map(lambda name: f'properties."{name}"'),
    st.sampled_from([*NAMES, "rating", "feedback"]).map(lambda name: f'score."{name}"'),
)
TEXTS = st.sampled_from(NAMES).map(lambda name: "'" + name.replace("'", "''") + "'")
NUMBERS = st.sampled_from(["7654321", "0.7654321", "1e77", "0"])
COMPARISONS = st.one_of(
    st.builds("{} {} {}".format, READS.filter(lambda r: r != "incomplete"), st.sampled_from(["<", ">=", "=", "!="]), NUMBERS),
    st.builds("{} in ({}, {})".format, st.sampled_from(["model", 'properties."x y"', "score.feedback"]), TEXTS, TEXTS),
    st.builds("{} contains {}".format, st.sampled_from(["error_message", "user_id", "properties.plan"]), TEXTS),
    st.sampled_from(["model = null", "incomplete", "status = 'error'"]),
)  # fmt: skip
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        inner.map("not {}".format),
    ),
    max_leaves=4,
)
AGGREGATES = st.one_of(
    st.builds("{}({})".format, st.sampled_from(["sum", "avg", "min", "max", "p50", "p99", "uniq", "stddev", "count"]), READS),
    st.builds("{}({} where {})".format, st.sampled_from(["sum", "avg", "p95", "uniq", "count"]), READS, CONDITIONS),
    st.builds("count({})".format, CONDITIONS),
    st.just("count()"),
)  # fmt: skip


def expressions(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        of,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), st.one_of(inner, NUMBERS)),
            inner.map("-{}".format),
            st.builds("if_empty({}, {})".format, inner, NUMBERS),
        ),
        max_leaves=4,
    )


class Seen:
    """A store that remembers the statements it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.statements: list[str] = []

    def query(self, sql: str, params: dict[str, object]) -> Answer:
        self.statements.append(sql)
        return self._store.query(sql, params)


@given(expressions(AGGREGATES), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_nothing_of_a_formula_reaches_the_store_but_as_a_bound_value(
    store: Store, hand: str, formula: str, by: bool, bucket: bool
) -> None:
    """And every formula that can be read can be computed."""
    seen = Seen(store)
    query = Query(
        hand, (f"={formula}",), MIDNIGHT, MIDNIGHT + 2 * HOUR, bucket="1h" if bucket else None, limit=3,
        by=("prompt_id", "properties.plan") if by else (), definitions=Definitions({}, MAPPINGS),
    )  # fmt: skip
    try:
        run(seen, query, NOW)  # type: ignore[arg-type]  # all that a store must do here
    except BadQuery:
        with pytest.raises(FormulaError):
            parsed(formula)
        return
    said = " ".join(seen.statements)
    assert [
        part for part in (*NAMES, "7654321", "1e77", "1e+77", "feedback", "rating", "positive") if part in said
    ] == []


KNOWN = {
    "count()": 5.0, "count(model = 'none')": 0.0, "avg(latency_ms)": 300.0, "sum(total_tokens)": 100.0, "count(score.rating)": 4.0,
    "avg(latency_ms where model = 'none')": None, "avg(score.none)": None,
}  # fmt: skip
VALUES = {parsed(formula).aggregates[0]: known for formula, known in KNOWN.items()}


@given(expressions(st.sampled_from(sorted(KNOWN))))
@settings(max_examples=60, deadline=None)
def test_the_store_computes_as_the_tree_says(store: Store, hand: str, formula: str) -> None:
    expected = evaluated(parsed(formula).root, VALUES.__getitem__)
    if expected is not None and not math.isfinite(expected):
        expected = None
    assert value(store, hand, formula) == (expected if expected is None else pytest.approx(expected, rel=1e-12))
