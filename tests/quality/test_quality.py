"""What scores say, how much answers vary, and what users wrote: small enough to compute in the head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from making import NOW, MakeCall
from making_facts import store_facts
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import Filter, Query, run
from promptpulse.metrics.variation import Scope, consistency, feedback, summaries
from promptpulse.quality.service import feedback_out
from promptpulse.store import Store

MakeScore = Callable[..., Score]
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_ids = count()


@pytest.fixture
def make_score(project: str) -> MakeScore:
    def make(value: float | bool | str, name: str = "rating", ago: timedelta = HOUR, **more: object) -> Score:
        kind = {bool: "bool", int: "int", float: "float", str: "string"}[type(value)]
        given: dict[str, object] = {
            "project": project, "submission_id": f"s{next(_ids):06d}", "ts": to_micros(NOW - ago), "name": name, "type": kind,
            "number": None if isinstance(value, str) else float(value), "text": value if isinstance(value, str) else "",
            **more,
        }  # fmt: skip
        return Score(**given)  # type: ignore[arg-type]  # fields are the test's business

    return make


def scope(project: str, **equal: str) -> Scope:
    return Scope(project, NOW - WEEK, NOW, tuple(Filter(d, "in", (v,)) for d, v in equal.items()))


def test_numbers_have_a_mean_truths_a_share_and_texts_shares(store: Store, project: str, make_score: MakeScore) -> None:
    store_facts(store, [
        *(make_score(n) for n in (3, 4, 5)), make_score(2, ago=timedelta(days=8)), make_score(9, ago=timedelta(days=15)),
        *(make_score(b, "helpful") for b in (True, False, True, True)), make_score(False, "helpful", ago=timedelta(days=8)),
        *(make_score(t, "tone") for t in ("kind", "kind", "cold", "kind", "odd")),
        make_score("kind", "gone", ago=timedelta(days=8)),
    ])  # fmt: skip
    tone, helpful, rating = summaries(store, scope(project), {})
    assert (rating.kind, rating.count, rating.mean, rating.true_percent, rating.before) == ("numeric", 3, 4, None, 2)
    assert (helpful.kind, helpful.count, helpful.mean, helpful.true_percent, helpful.before) == (
        "boolean",
        4,
        None,
        75,
        0,
    )
    assert (tone.kind, tone.count, tone.mean, tone.before) == ("categorical", 5, None, None)
    assert [(t.text, t.count, t.percent) for t in tone.texts] == [("kind", 3, 60), ("cold", 1, 20), ("odd", 1, 20)]


def test_texts_count_as_the_numbers_that_the_project_gives_them(
    store: Store, project: str, make_score: MakeScore
) -> None:
    store_facts(store, [make_score(t, "tone") for t in ("kind", "kind", "cold", "odd")])
    (tone,) = summaries(store, scope(project), {"tone": {"kind": 1, "cold": 0}})
    assert (tone.kind, tone.count) == ("categorical", 4)
    assert tone.mean == pytest.approx(2 / 3)


def test_scores_are_filtered_by_the_prompt_and_environment_of_their_calls(
    store: Store, project: str, make_call: MakeCall, make_score: MakeScore
) -> None:
    insert(store, [
        make_call(ago=2 * HOUR, id="of a", prompt_id="a", environment="production"),
        make_call(ago=2 * HOUR, prompt_id="a", trace_id=TRACE, environment="staging"),
        make_call(ago=2 * HOUR, prompt_id="b", trace_id=TRACE, environment="staging"),
    ], 0)  # fmt: skip
    store_facts(store, [make_score(1, prompt_id="a"), make_score(2, call_id="of a"), make_score(6, trace_id=TRACE),
                        make_score(100)])  # fmt: skip
    counted = {
        name: [(s.count, s.mean) for s in summaries(store, scope(project, **equal), {})]
        for name, equal in {
            "all": {}, "a": {"prompt_id": "a"}, "b": {"prompt_id": "b"}, "production": {"environment": "production"},
            "staging": {"environment": "staging"},
        }.items()
    }  # fmt: skip
    assert counted == {
        "all": [(4, 109 / 4)], "a": [(3, 3)], "b": [(1, 6)], "production": [(1, 2)],
        "staging": [(1, 6)],  # a trace of two prompts is scored once
    }  # fmt: skip


def test_spread_by_prompt_and_version(store: Store, project: str, make_call: MakeCall, make_score: MakeScore) -> None:
    calls = [
        make_call(ago=HOUR, prompt_id="a", prompt_version="1", latency_ms=float(ms), output_tokens=tokens)
        for ms, tokens in ((100, 10), (200, 20), (300, 30))
    ]
    failed = make_call(ago=HOUR, prompt_id="a", prompt_version="1", status="error", latency_ms=9e6, output_tokens=999)
    untold = make_call(ago=HOUR, prompt_id="b", latency_ms=50.0)
    insert(store, [*calls, failed, untold, make_call(ago=HOUR, prompt_id="")], 0)
    store_facts(store, [make_score(v, prompt_id="a", prompt_version="1") for v in (1, 3)])
    a, b = consistency(store, scope(project), {}, 10)
    assert (a.prompt_id, a.prompt_version, a.calls) == ("a", "1", 4)
    tokens = a.output_tokens
    # deviations -10, 0 and 10: 200 / 2, and the root of it
    assert (tokens.count, tokens.mean, tokens.deviation, tokens.relative, tokens.p50) == (3, 20, 10, 50, 20)
    assert [a.latency_ms.count, a.latency_ms.mean, a.latency_ms.deviation] == pytest.approx([3, 200, 100])
    rating = a.scores["rating"]
    assert [rating.count, rating.mean, rating.deviation, rating.p50] == pytest.approx([2, 2, 2**0.5, 2])
    assert (b.prompt_id, b.calls, b.output_tokens.count, b.output_tokens.mean, b.scores) == ("b", 1, 0, None, {})
    assert (b.latency_ms.count, b.latency_ms.deviation, b.latency_ms.relative) == (1, None, None)
    assert [r.prompt_id for r in consistency(store, scope(project), {}, 1)] == ["a"]


def test_its_percentiles_of_latency_are_those_of_every_other_page(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(ago=HOUR, prompt_id="a", latency_ms=37.0 * i) for i in range(1, 200)], 0)
    (row,) = consistency(store, scope(project), {}, 10)
    asked = Query(project, ("p50_latency_ms", "p90_latency_ms"), NOW - WEEK, NOW)
    told = run(store, asked, NOW)
    assert (row.latency_ms.p50, row.latency_ms.p90) == (told.total("p50_latency_ms"), told.total("p90_latency_ms"))


def test_feedback_is_newest_first_with_the_call_it_is_about(
    store: Store, project: str, make_call: MakeCall, make_score: MakeScore
) -> None:
    insert(store, [make_call(ago=2 * HOUR, id="c1", prompt_id="a", prompt_version="2", user_id="u1")], 0)
    store_facts(store, [
        make_score("bad", "feedback", ago=3 * HOUR, prompt_id="b", source="sdk"),
        make_score(True, "helpful", ago=HOUR, call_id="c1", comment="quick"),
        make_score(4.5, ago=2 * HOUR),
    ])  # fmt: skip
    found = [feedback_out(g) for g in feedback(store, scope(project), None, 10, 0)]
    assert [
        (f.name, f.value, f.comment, f.source, f.prompt_id, f.prompt_version, f.user_id, f.call_id) for f in found
    ] == [
        ("helpful", True, "quick", None, "a", "2", "u1", "c1"),
        ("rating", 4.5, None, None, None, None, None, None),
        ("feedback", "bad", None, "sdk", "b", None, None, None),
    ]
    assert found[0].at == NOW - HOUR
    assert [g.name for g in feedback(store, scope(project), None, 1, 1)] == ["rating"]
    assert [g.name for g in feedback(store, scope(project), "feedback", 10, 0)] == ["feedback"]
    assert [g.name for g in feedback(store, scope(project, prompt_id="a"), None, 10, 0)] == ["helpful"]


def test_nothing_of_another_project_is_told(store: Store, project: str, make_score: MakeScore) -> None:
    store_facts(store, [make_score(1, project="another " + project, prompt_id="a")])
    assert summaries(store, scope(project), {}) == []
    assert feedback(store, scope(project), None, 10, 0) == []
    assert consistency(store, scope(project), {}, 10) == []
