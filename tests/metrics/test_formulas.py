"""Formulas over a hand-made hour of calls and scores: every expected number can be computed from the two tables below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from making_facts import store_facts
from promptpulse.core.call import Call
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.metrics import BadQuery, Definitions, Filter, Frame, Query, run
from promptpulse.metrics.definitions import custom_metric
from promptpulse.store import Store

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
SCORES = (
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
