"""Filters of calls: each keeps what it says, and says what does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from making import MakeCall
from making_facts import Making, store_facts
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query, run
from promptpulse.metrics.conditions import FilterOp, conditions
from promptpulse.metrics.fields import FIELDS, Params
from promptpulse.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=2)


def kept(store: Store, project: str, *where: Filter) -> int:
    query = Query(project, ("total_requests",), NOON, NOON + timedelta(hours=1), where=where)
    return int(run(store, query, NOW).total("total_requests") or 0)


@pytest.fixture
def four(store: Store, project: str, make_call: MakeCall) -> str:
    """Latencies 100, 200, 300, 400 ms; models a, A, b and none; one failure; two with a cost."""
    insert(
        store,
        [
            make_call(at=NOON, latency_ms=100, model="gpt-a", cost_usd=Decimal("0.1"), properties={"tokens": "5"}),
            make_call(at=NOON, latency_ms=200, model="GPT-A", cost_usd=Decimal("0.3"), properties={"tokens": "12"}),
            make_call(at=NOON, latency_ms=300, model="claude", streaming=True, properties={"tokens": "many"}),
            make_call(at=NOON, latency_ms=400, model="", status="error", error_type="timeout", http_status=504),
        ],
        0,
    )
    return project


@pytest.mark.parametrize(
    ("field", "op", "values", "calls"),
    [
        ("latency_ms", "gt", ("200",), 2),
        ("latency_ms", "gte", ("200",), 3),
        ("latency_ms", "lt", ("200",), 1),
        ("latency_ms", "lte", ("200.0",), 2),
        ("latency_ms", "in", ("100", "400"), 2),
        ("latency_ms", "not_in", ("100",), 3),
        ("cost_usd", "in", ("0.1",), 1),
        ("cost_usd", "in", (None,), 2),
        ("cost_usd", "in", (None, "0.3"), 3),
        ("cost_usd", "not_in", (None,), 2),
        ("cost_usd", "not_in", ("0.1",), 3),  # what is not known is not 0.1
        ("cost_usd", "lt", ("1",), 2),  # what is not known is not less than 1
        ("http_status", "gte", ("500",), 1),
        ("model", "in", ("gpt-a",), 1),
        ("model", "contains", ("gpt",), 2),
        ("model", "contains", ("AUDE", "nothing"), 1),
        ("model", "not_contains", ("gpt",), 2),
        ("model", "in", (None,), 1),
        ("model", "not_in", (None,), 3),
        ("streaming", "in", ("true",), 1),
        ("streaming", "not_in", ("true",), 3),
        ("streaming", "in", ("true", "false"), 4),
        ("properties.tokens", "gt", ("5",), 1),  # "many" is no number
        ("properties.tokens", "in", (None,), 1),
        ("properties.tokens", "contains", ("AN",), 1),
        ("properties.it's", "in", ("x",), 0),
    ],
)
def test_a_filter_keeps_the_calls_that_it_says(
    store: Store, four: str, field: str, op: FilterOp, values: tuple[str | None, ...], calls: int
) -> None:
    assert kept(store, four, Filter(field, op, values)) == calls


def test_filters_all_hold_together(store: Store, four: str) -> None:
    assert kept(store, four, Filter("latency_ms", "gt", ("100",)), Filter("model", "contains", ("gpt",))) == 1


def test_every_field_can_be_read_and_filtered(store: Store, four: str) -> None:
    for field in FIELDS.values():
        assert (
            kept(store, four, Filter(field.key, "in", (None,)))
            + kept(store, four, Filter(field.key, "not_in", (None,)))
            == 4
        ), field.key


def test_failures_that_differ_in_numbers_and_ids_read_the_same(store: Store, project: str, make_call: MakeCall) -> None:
    alike = [
        "Rate limit of 'team-a' reached: 30000 tokens, request 0b7e4a52-93c1-4a84-9a44-6f0c1b1e2d3f, can't wait 1.5s",
        "Rate limit of 'team-b' reached: 9 tokens, request aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, can't wait 2026-11-21T10:00:00Z",
        'Rate limit of "x" reached: 1,200 tokens, request req_011CQ, can\'t wait deadbeefcafe',
    ]
    other = ["Rate limit reached", "Rate limit of 'team-a' missed: 30000 tokens"]
    insert(
        store,
        [make_call(at=NOON, status="error", error_type="rate_limit", error_message=m) for m in [*alike, *other]],
        0,
    )
    params: Params = {"project": project, "start": NOON}
    sql = FIELDS["error_pattern"].sql(params)
    found = store.query(
        f"SELECT {sql} AS pattern, count() AS n FROM calls WHERE project = {{project:String}} AND ts >= {{start:DateTime64(6)}}"
        " GROUP BY pattern ORDER BY n DESC",
        params,
    )
    assert list(found.column("n")) == [3, 1, 1]
    assert kept(store, project, Filter("error_pattern", "in", (str(found.column("pattern")[0]),))) == 3


@pytest.mark.parametrize(
    ("field", "op", "values", "message"),
    [
        ("nope", "in", ("x",), "where: 'nope' is not a field"),
        ("properties.", "in", ("x",), "'properties.' is not a field"),
        ("score.", "in", ("x",), "lacks the score's name"),
        ("model", "in", (), "at least one value"),
        ("latency_ms", "gt", ("1", "2"), "gt of latency_ms needs exactly one number, not '1', '2'"),
        ("latency_ms", "gt", ("fast",), "needs exactly one number, not 'fast'"),
        ("latency_ms", "gt", (None,), "needs exactly one number, not None"),
        ("latency_ms", "lt", ("nan",), "needs exactly one number, not 'nan'"),
        ("latency_ms", "in", ("fast",), "'fast' does not fit latency_ms, which is a number"),
        ("latency_ms", "contains", ("1",), "latency_ms is a number, not a text"),
        ("model", "gt", ("1",), "model is not a number, so gt does not fit"),
        ("model", "contains", ("",), "contains of model needs text"),
        ("model", "not_contains", (None,), "not_contains of model needs text, not None"),
        ("model", "contains", ("x",) * 101, "takes 100 values at most"),
        ("streaming", "in", ("maybe",), "'maybe' does not fit streaming, which is true or false"),
        ("streaming", "gt", ("1",), "streaming is not a number"),
        ("text", "contains", ("!?",), "'!\\?' must have 1 to 20 words"),
        ("text", "in", ("word",), "in does not fit text"),
        ("search", "contains", ("",), "contains of search needs text"),
    ],
)
def test_a_filter_that_does_not_fit_says_why(
    store: Store, project: str, field: str, op: FilterOp, values: tuple[str | None, ...], message: str
) -> None:
    with pytest.raises(BadQuery, match=message) as refused:
        kept(store, project, Filter(field, op, values))
    assert refused.value.field == "where"


def test_no_value_is_written_into_the_statement() -> None:
    value = "x' OR 1=1"
    params: Params = {}
    named = [Filter(f"{kind}.{value}", "in", (value,)) for kind in ("properties", "score")]
    assert value not in " ".join(conditions([*named, Filter("model", "contains", (value,))], params))
    assert [value] in params.values()


def test_calls_are_found_by_their_scores_and_by_those_of_their_trace(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(
        store,
        [
            make_call(at=NOON, id="liked"),
            make_call(at=NOON, id="hated"),
            make_call(at=NOON, id="stars"),
            make_call(at=NOON, id="in-trace", trace_id="t"),
            make_call(at=NOON, id="plain"),
        ],
        0,
    )
    making = Making(project)
    late = to_micros(NOON + timedelta(days=3))
    store_facts(
        store,
        [
            making.score("u", "", "positive", "feedback", late, call_id="liked"),
            making.score("u", "", "negative", "feedback", late, call_id="hated"),
            making.score("u", "", 4, "stars", late, call_id="stars"),
            making.score("u", "", True, "useful", late, trace_id="t"),
        ],
    )

    def found(name: str, op: FilterOp, *values: str | None) -> int:
        return kept(store, project, Filter(f"score.{name}", op, values))

    assert found("feedback", "in", "positive") == 1
    assert found("feedback", "in", "positive", "negative") == 2
    assert found("feedback", "not_in", "positive") == 4
    assert found("feedback", "contains", "TIVE") == 2
    assert found("feedback", "in", None) == 3
    assert found("stars", "gte", "4") == 1
    assert found("stars", "gt", "4") == 0
    assert found("stars", "in", "4") == 1
    assert found("useful", "in", "true") == 1
    assert found("useful", "in", "false") == 0
    assert found("useful", "not_in", None) == 1
    assert found("it's", "in", "x") == 0


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("refund", "ab"),
        ("REFUND", "ab"),
        ("refund policy", "a"),  # one in the question, one in the answer
        ("policy, refund!", "a"),
        ("refun", ""),  # words, not parts
        ("übergabe", "b"),
        ("nothing", ""),
    ],
)
def test_calls_are_found_by_words_of_their_messages(
    store: Store, project: str, make_call: MakeCall, words: str, ids: str
) -> None:
    insert(
        store,
        [
            make_call(at=NOON, id="a", input="I want a Refund.", output="Our policy: no."),
            make_call(at=NOON, id="b", input="refund? Übergabe"),
            make_call(at=NOON, id="c"),
        ],
        int(NOON.timestamp()),
    )
    assert kept(store, project, Filter("text", "contains", (words,))) == len(ids)
    assert kept(store, project, Filter("text", "not_contains", (words,))) == 3 - len(ids)


def test_a_search_looks_for_parts_of_ids_users_and_errors(store: Store, four: str) -> None:
    assert kept(store, four, Filter("search", "contains", ("nobody",))) == 0
    assert kept(store, four, Filter("search", "not_contains", ("nobody",))) == 4
