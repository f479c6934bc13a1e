"""Numbers of scores, computed in the head and by the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest

from making import NOW, MakeCall
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.rows import SCORE_TYPES, fact_columns
from promptpulse.ingest.writer import insert
from promptpulse.metrics.scores import Scope, Spread, VersionScores, by_variant, by_version, names
from promptpulse.store import Answer, Store

Given = Callable[..., None]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


@pytest.fixture
def scope(project: str) -> Scope:
    return Scope(project, NOW - timedelta(days=7), NOW, "e")


@pytest.fixture
def given(store: Store, project: str) -> Given:
    """Stores scores of one submission: `given(rating=5, helpful=True, comment="fine", variant="a")`."""
    numbers = iter(range(1_000_000))

    def store_scores(
        *,
        variant: str = "a",
        at: datetime = NOW - timedelta(days=1),
        of: dict[str, str] | None = None,
        **values: object,
    ) -> None:
        submission = f"s{next(numbers)}"
        place = {"experiment_id": "e", "variant_id": variant, **(of or {})}
        rows = []
        for name, value in values.items():
            kind = {bool: "bool", int: "int", float: "float", str: "string"}[type(value)]
            rows.append(
                Score(
                    project=project, submission_id=submission, ts=to_micros(at), name=name, type=kind,  # type: ignore[arg-type]
                    number=None if isinstance(value, str) else float(value),  # type: ignore[arg-type]
                    text=value if isinstance(value, str) else "", **place,
                )
            )  # fmt: skip
        store.insert("scores", fact_columns(rows, SCORE_TYPES, int(NOW.timestamp())), SCORE_TYPES)

    return store_scores


def test_a_variant_has_the_mean_and_spread_of_each_of_its_scores(store: Store, scope: Scope, given: Given) -> None:
    for rating in (1, 2, 3, 4):
        given(rating=rating)
    given(rating=10, variant="b")
    found = by_variant(store, scope, {})
    assert {variant: scores.submissions for variant, scores in found.items()} == {"a": 4, "b": 1}
    # deviations from 2.5 squared: 2.25 + 0.25 + 0.25 + 2.25 = 5; by 3
    expected = Spread(4, 2.5, pytest.approx((5 / 3) ** 0.5), 1, 1.75, 2.5, 3.25, 4)  # type: ignore[arg-type]
    assert found["a"].by_name["rating"].spread == expected
    assert found["b"].by_name["rating"].spread == Spread(1, 10, None, 10, 10, 10, 10, 10)


def test_a_bool_has_a_rate_and_counts_as_0_or_1(store: Store, scope: Scope, given: Given) -> None:
    for helpful in (True, True, True, False):
        given(helpful=helpful)
    helpful_scores = by_variant(store, scope, {})["a"].by_name["helpful"]
    assert helpful_scores.bool_rate == 75
    assert helpful_scores.spread is not None
    assert (helpful_scores.spread.mean, helpful_scores.spread.count) == (0.75, 4)


def test_a_text_has_a_distribution_and_no_mean_unless_the_project_maps_it(
    store: Store, scope: Scope, given: Given
) -> None:
    for feedback in ("good", "good", "good", "bad", "so-so"):
        given(feedback=feedback)
    plain = by_variant(store, scope, {})["a"].by_name["feedback"]
    assert (plain.spread, plain.bool_rate) == (None, None)
    assert list(plain.texts.items()) == [("good", 3), ("bad", 1), ("so-so", 1)]
    mapped = by_variant(store, scope, {"feedback": {"good": 1, "bad": 0}, "other": {"so-so": 100}})
    spread = mapped["a"].by_name["feedback"].spread
    assert spread is not None
    assert (spread.count, spread.mean, spread.max) == (4, 0.75, 1)  # "so-so" has no number: it is left out, not 0


def test_a_name_sent_in_several_types_has_one_mean(store: Store, scope: Scope, given: Given) -> None:
    given(rating=4)
    given(rating=4.5)
    given(rating=True)
    given(rating="great")
    rating = by_variant(store, scope, {"rating": {"great": 5}})["a"].by_name["rating"]
    assert rating.spread is not None
    assert (rating.spread.count, rating.spread.mean) == (4, (4 + 4.5 + 1 + 5) / 4)
    assert rating.bool_rate == 100
    assert names(store, scope) == {"rating": ["bool", "float", "int", "string"]}


def test_only_scores_of_the_range_and_of_the_experiment_count(store: Store, scope: Scope, given: Given) -> None:
    given(rating=1, at=scope.start)
    given(rating=50, at=scope.start - timedelta(microseconds=1))
    given(rating=50, at=scope.end)
    given(rating=50, of={"experiment_id": "other"})
    spread = by_variant(store, scope, {})["a"].by_name["rating"].spread
    assert spread is not None
    assert (spread.count, spread.mean) == (1, 1)
    assert names(store, scope) == {"rating": ["int"]}


def test_many_texts_are_cut_to_the_most_frequent(store: Store, scope: Scope, given: Given) -> None:
    for i in range(60):
        given(comment=f"text {i:02}")
    given(comment="text 59")
    texts = by_variant(store, scope, {})["a"].by_name["comment"].texts
    assert len(texts) == 50
    assert next(iter(texts.items())) == ("text 59", 2)


def test_the_first_score_of_a_variant_may_arrive_between_two_reads(
    store: Store, scope: Scope, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(rating=4, tone="kind")
    query = Store.query

    def late(self: Store, sql: str, params: Mapping[str, object] | None = None) -> Answer:
        answer = query(self, sql, params)
        monkeypatch.undo()  # after the first of three
        given(variant="b", rating=5, tone="rude")
        return answer

    monkeypatch.setattr(Store, "query", late)
    assert by_variant(store, scope, {}).keys() == {"a"}
    assert by_variant(store, scope, {}).keys() == {"a", "b"}


def test_without_scores_there_is_nothing(store: Store, scope: Scope) -> None:
    assert by_variant(store, scope, {"feedback": {"good": 1}}) == {}
    assert names(store, scope) == {}
    assert by_version(store, scope, {}) == []


def own(version: str) -> dict[str, str]:
    return {"experiment_id": "", "variant_id": "", "prompt_id": "greeting", "prompt_version": version}


def of_call(**ids: str) -> dict[str, str]:
    return {"experiment_id": "", "variant_id": "", **ids}


def test_a_score_belongs_to_its_own_version_or_to_that_of_its_call_or_trace(
    store: Store, project: str, given: Given, make_call: MakeCall
) -> None:
    at = NOW - timedelta(days=1)
    calls = [
        make_call(at=at, id="call-x", prompt_version="2"),
        make_call(at=at, id=f"{TRACE}{SPAN}", trace_id=TRACE, prompt_version="3"),
        make_call(at=at, id="other-trace", trace_id="trace-9", prompt_version="3"),
    ]
    insert(store, calls, int(NOW.timestamp()))
    given(rating=1, of=own("1"))
    given(rating=3, of=own("1"))
    given(rating=5, of=of_call(call_id="call-x"))
    given(rating=7, of=own("2") | {"call_id": "call-x"})
    given(rating=2, of=of_call(trace_id=TRACE))
    given(rating=4, of=of_call(trace_id="trace-9"))
    given(rating=9, of=of_call(call_id="nobody knows"))
    given(rating=8, of=of_call(user_id="u"))
    scope = Scope(project, NOW - timedelta(days=7), NOW)
    found = [(s.prompt_id, s.prompt_version, s.count, s.mean) for s in by_version(store, scope, {})]
    assert found == [("", "", 2, 8.5), ("greeting", "1", 2, 2), ("greeting", "2", 2, 6), ("greeting", "3", 2, 3)]
    only = by_version(store, scope, {}, prompt_id="greeting")
    assert [s.prompt_version for s in only] == ["1", "2", "3"]


def test_the_score_of_a_trace_counts_for_each_version_that_the_trace_used(
    store: Store, project: str, given: Given, make_call: MakeCall
) -> None:
    at = NOW - timedelta(hours=1)
    versions = ["1", "1", "2"]
    insert(store, [make_call(at=at, trace_id="t", prompt_version=v) for v in versions], int(NOW.timestamp()))
    given(helpful=True, of=of_call(trace_id="t"), at=at)
    found = by_version(store, Scope(project, NOW - timedelta(days=7), NOW), {})
    assert found == [
        VersionScores("greeting", "1", "helpful", "bool", 1, 1, 100),
        VersionScores("greeting", "2", "helpful", "bool", 1, 1, 100),
    ]


def test_each_type_of_a_version_has_its_own_row(store: Store, project: str, given: Given) -> None:
    for helpful, feedback in ((True, "good"), (False, "bad"), (False, "odd"), (False, "odd")):
        given(helpful=helpful, feedback=feedback, of=own("1"))
    scope = Scope(project, NOW - timedelta(days=7), NOW)
    assert by_version(store, scope, {"feedback": {"good": 1, "bad": 0}}) == [
        VersionScores("greeting", "1", "feedback", "string", 4, 0.5, None),
        VersionScores("greeting", "1", "helpful", "bool", 4, 0.25, 25),
    ]
    assert by_version(store, scope, {})[0].mean is None
