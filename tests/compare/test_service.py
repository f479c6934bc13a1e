"""Prompts and versions side by side, on calls that can be counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from making import NOW, MakeCall
from making_facts import store_facts
from promptpulse.compare import wording
from promptpulse.compare.service import Asked, compared
from promptpulse.compare.shapes import ComparedRow, CompareOut
from promptpulse.compare.versions import versions
from promptpulse.core.call import Call
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter
from promptpulse.metrics.compared import Scope, Subject
from promptpulse.store import Store

WEEK = timedelta(days=7)
Traffic = Callable[..., list[Call]]


@pytest.fixture
def traffic(make_call: MakeCall) -> Traffic:
    """Calls of a prompt by 400 users who differ: `failed` of 100 fail, latencies spread 100 ms below and above `latency_ms`."""

    def make(
        prompt: str,
        version: str = "",
        calls: int = 2000,
        *,
        failed: int = 5,
        latency_ms: float,
        cost: str,
        tokens: int = 250,
    ) -> list[Call]:
        made = []
        for i in range(calls):
            spread = (i % 101 - 50) * 2
            share = Decimal(100 + (i % 100 - 49.5)) / 100
            made.append(
                make_call(
                    ago=timedelta(hours=1), prompt_id=prompt, prompt_version=version, user_id=f"{version} user {i * 7 % 400}",
                    status="error" if i % 100 < failed else "success", latency_ms=latency_ms + spread,
                    cost_usd=Decimal(cost) * share, total_tokens=tokens + spread // 10,
                    input_tokens=tokens + spread // 10, output_tokens=0,
                )
            )  # fmt: skip
        return made

    return make


def asked(project: str, *subjects: Subject, metrics: tuple[str, ...] | None = None) -> Asked:
    return Asked(Scope(project, NOW - WEEK, NOW, subjects), metrics)


def rows(found: CompareOut) -> Mapping[str, ComparedRow]:
    return {row.label: row for row in found.rows}


def values(row: ComparedRow) -> list[float | None]:
    return [v.value for v in row.values]


def ranks(row: ComparedRow) -> list[int | None]:
    return [v.rank for v in row.values]


def test_three_prompts_as_in_the_first_document(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [
        *traffic("A", calls=2000, failed=3, latency_ms=1100, cost="0.015", tokens=250),
        *traffic("B", calls=1800, failed=6, latency_ms=1700, cost="0.020", tokens=300),
        *traffic("C", calls=2400, failed=1, latency_ms=900, cost="0.012", tokens=200),
    ], 0)  # fmt: skip
    found = compared(store, asked(project, Subject("A"), Subject("B"), Subject("C")), NOW)
    table = rows(found)
    assert list(table) == ["Requests", "Success rate", "Latency, p95", "Tokens per request", "Cost per request"]
    assert values(table["Requests"]) == [2000, 1800, 2400]
    assert values(table["Success rate"]) == [97, 94, 99]
    assert values(table["Cost per request"]) == pytest.approx([0.015, 0.020, 0.012], rel=0.01)
    # 95 % of the distances of -100 to 100 lie below 90; the histogram tells times within 0.75 %
    assert values(table["Latency, p95"]) == pytest.approx([1190, 1790, 990], rel=0.01)
    assert [ranks(row) for row in found.rows] == [[None] * 3, [2, 3, 1], [2, 3, 1], [2, 3, 1], [2, 3, 1]]
    assert [s.place for s in found.subjects] == [2, 3, 1]
    assert (found.winner, [row.winner for row in found.rows]) == (2, [None, 2, 2, 2, 2])
    assert found.summary == (
        "C is best: it wins on success rate, p95 latency, tokens per request and cost per request and loses nowhere."
    )
    for row in found.rows[1:]:
        assert all(
            v.low is not None and v.high is not None and v.low <= v.value <= v.high for v in row.values if v.value
        )


def test_equal_prompts_share_the_first_place(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.01"), *traffic("B", latency_ms=900, cost="0.01")], 0)
    found = compared(store, asked(project, Subject("A"), Subject("B")), NOW)
    assert (found.winner, [s.place for s in found.subjects]) == (None, [1, 1])
    assert rows(found)["Success rate"].note == "The difference between A and B may be noise."
    assert found.summary == "No overall winner: no difference is more than noise."


def test_a_gain_here_and_a_loss_there_is_no_overall_win(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.02"), *traffic("B", latency_ms=1900, cost="0.01")], 0)
    found = compared(store, asked(project, Subject("A"), Subject("B")), NOW)
    assert found.winner is None
    assert found.summary == "No overall winner: A wins on p95 latency and B wins on cost per request."


def test_few_calls_are_said_to_be_too_few(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.02"), *traffic("B", calls=10, latency_ms=100, cost="0.01")], 0)
    found = compared(store, asked(project, Subject("A"), Subject("B")), NOW)
    assert found.winner is None
    assert found.summary == "Too few users of B to tell: at least 20 are needed."
    assert rows(found)["Cost per request"].note.startswith("Too few users of B to tell")
    assert [(v.low is None, v.rank) for v in rows(found)["Cost per request"].values] == [(False, 1), (True, None)]


def test_a_prompt_without_calls_is_said_to_have_none(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, traffic("A", latency_ms=900, cost="0.02"), 0)
    found = compared(store, asked(project, Subject("A"), Subject("nobody")), NOW)
    assert found.summary == "nobody has no calls in this range."
    assert [s.calls for s in found.subjects] == [2000, 0]
    assert values(rows(found)["Success rate"]) == [95, None]


def test_any_metric_or_formula_may_be_asked_for(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.02"), *traffic("B", latency_ms=100, cost="0.01")], 0)
    metrics = ("error_rate", "total_cost_usd", "=max(latency_ms)")
    found = compared(store, asked(project, Subject("A"), Subject("B"), metrics=metrics), NOW)
    assert [row.key for row in found.rows] == list(metrics)
    assert [values(row) for row in found.rows] == [[5, 5], pytest.approx([40, 20], rel=0.01), [1000, 200]]
    assert found.rows[1].note == "How sure these values are is not known: not ranked."
    assert [ranks(row) for row in found.rows] == [[1, 1], [None, None], [None, None]]
    with pytest.raises(BadQuery, match="metrics: 'happiness'"):
        compared(store, asked(project, Subject("A"), Subject("B"), metrics=("happiness",)), NOW)


def test_scores_are_rows_with_the_key_of_a_formula_that_gives_the_same(
    store: Store, project: str, traffic: Traffic
) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.02"), *traffic("B", latency_ms=900, cost="0.02")], 0)
    scores = []
    for prompt, high in (("A", 40), ("B", 90)):
        for i in range(100):
            given = {
                "project": project,
                "ts": to_micros(NOW - timedelta(hours=1)),
                "prompt_id": prompt,
                "user_id": f"u{i}",
            }
            good = float(i < high)
            scores += [
                Score(submission_id=f"{prompt}{i}", name='odd "name"', type="bool", number=good, **given),  # type: ignore[arg-type]
                Score(submission_id=f"{prompt}{i}", name="rating", type="int", number=3 + good, **given),  # type: ignore[arg-type]
            ]
    store_facts(store, scores)
    found = compared(store, asked(project, Subject("A"), Subject("B")), NOW)
    odd, rating = found.rows[-2:]
    assert (odd.label, odd.unit, values(odd), odd.winner) == ('odd "name"', "percent", [40, 90], 1)
    assert (rating.label, rating.unit, values(rating), rating.winner) == ("rating", "score", [3.4, 3.9], 1)
    again = compared(store, asked(project, Subject("A"), Subject("B"), metrics=(odd.key, rating.key)), NOW)
    assert again.rows == found.rows[-2:]
    by_hand = compared(store, asked(project, Subject("A"), Subject("B"), metrics=("=avg(score.rating) + 0",)), NOW)
    assert values(by_hand.rows[0]) == pytest.approx([3.4, 3.9])


def test_filters_hold_for_every_row(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [*traffic("A", latency_ms=900, cost="0.02"), *traffic("B", latency_ms=900, cost="0.02")], 0)
    question = asked(project, Subject("A"), Subject("B"))
    where = (Filter("status", "in", ("success",)),)
    found = compared(store, replace(question, scope=replace(question.scope, where=where)), NOW)
    assert [values(row) for row in found.rows[:2]] == [[1900, 1900], [100, 100]]
    assert [s.calls for s in found.subjects] == [1900, 1900]


def test_a_better_version_is_summed_up_as_in_the_first_document(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, [
        *traffic("greeting", "2.0", failed=5, latency_ms=1410, cost="0.018"),
        *traffic("greeting", "2.1", failed=2, latency_ms=1110, cost="0.015"),
    ], 0)  # fmt: skip
    found = versions(store, asked(project), "greeting", None, NOW)
    assert found.title == "Prompt greeting v2.0 vs v2.1 (7 days)"
    assert found.decision == "better"
    assert found.evidence is not None
    old, new = (v.value for v in rows(found.evidence)["Latency, p95"].values)
    assert [old, new] == pytest.approx([1500, 1200], rel=0.0075)
    assert found.lines == [
        f"v2.0: 95% success, {old:,.0f}ms p95, $0.018/req",
        f"v2.1: 98% success, {new:,.0f}ms p95, $0.015/req",
    ]
    assert found.sentence == (
        f"v2.1 is better: 98% success against 95% success, {new:,.0f}ms p95 against {old:,.0f}ms p95,"
        " $0.015/req against $0.018/req → migrate all traffic"
    )


@pytest.mark.parametrize(
    ("new", "decision", "end"),
    [
        ({"failed": 9, "latency_ms": 900, "cost": "0.01"}, "worse", "→ go back to v1"),
        ({"failed": 5, "latency_ms": 1900, "cost": "0.005"}, "mixed", "→ decide what matters more"),
        ({"failed": 5, "latency_ms": 900, "cost": "0.01"}, "no_difference", "→ either will do"),
        ({"calls": 10, "latency_ms": 900, "cost": "0.01"}, "too_few", "→ wait for more traffic"),
    ],
)
def test_what_is_said_of_other_versions(
    store: Store, project: str, traffic: Traffic, new: dict[str, object], decision: str, end: str
) -> None:
    insert(store, [*traffic("g", "1", latency_ms=900, cost="0.01"), *traffic("g", "2", **new)], 0)
    found = versions(store, asked(project), "g", ["1", "2"], NOW)
    assert (found.decision, found.sentence[-len(end) :]) == (decision, end)


def test_one_version_alone_has_nothing_to_be_compared_with(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, traffic("g", "1", latency_ms=900, cost="0.01"), 0)
    found = versions(store, asked(project), "g", None, NOW)
    assert (found.decision, found.lines, found.evidence) == ("too_few", [], None)
    assert found.sentence == "There is nothing to compare: only v1 has calls in this range."


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (98, "percent", "98%"), (97.96, "percent", "98%"), (97.94, "percent", "97.9%"), (1500.4, "ms", "1,500ms"),
        (0.018, "usd", "$0.018"), (0.0000123, "usd", "$0.0000123"), (1234.5, "usd", "$1,234"), (250.2, "tokens", "250 tokens"),
        (10_000, "count", "10,000"), (4.126, "score", "4.13"), (None, "ms", "no data"),
    ],
)  # fmt: skip
def test_figures_are_short(value: float | None, unit: str, text: str) -> None:
    assert wording.figure(value, unit) == text
