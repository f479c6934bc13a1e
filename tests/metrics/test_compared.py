"""What is read of prompts and versions side by side: small enough to compute in the head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from making import NOW, MakeCall
from making_facts import store_facts
from promptpulse.core.call import Call
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query, run
from promptpulse.metrics.compared import Measured, Scope, Subject, calls_of, checked, newest_versions, scores_of
from promptpulse.store import Store

HOUR = timedelta(hours=1)
A, B = Subject("a"), Subject("b")
MakeScore = Callable[..., Score]
_ids = count()


@pytest.fixture
def scope(project: str) -> Scope:
    return Scope(project, NOW - timedelta(days=7), NOW, (A, B))


@pytest.fixture
def make_score(project: str) -> MakeScore:
    def make(value: float | bool | str, name: str = "rating", **more: object) -> Score:
        kind = {bool: "bool", int: "int", float: "float", str: "string"}[type(value)]
        given: dict[str, object] = {
            "project": project, "submission_id": f"s{next(_ids)}", "ts": to_micros(NOW - HOUR), "name": name, "type": kind,
            "number": None if isinstance(value, str) else float(value), "text": value if isinstance(value, str) else "",
            **more,
        }  # fmt: skip
        return Score(**given)  # type: ignore[arg-type]  # fields are the test's business

    return make


def calls(make_call: MakeCall, prompt: str, user: str, n: int, **more: object) -> list[Call]:
    return [make_call(ago=HOUR, prompt_id=prompt, user_id=user, **more) for _ in range(n)]


def ratios(of: Measured) -> list[float | None]:
    return [
        None if side is None or side.moments is None else side.moments.mean[0] / side.moments.mean[1]
        for side in of.sides
    ]


def test_each_user_is_one_observation(store: Store, scope: Scope, make_call: MakeCall) -> None:
    insert(store, [*calls(make_call, "a", "u1", 3), *calls(make_call, "a", "u2", 1, status="error"),
                   *calls(make_call, "b", "u3", 2)], 0)  # fmt: skip
    seen = calls_of(store, checked(scope), ["success_rate"])
    assert [(c.calls, c.units, c.users) for c in seen.counts] == [(4, 2, 2), (2, 1, 1)]
    side = seen.metrics["success_rate"].sides[0]
    assert side is not None
    assert side.moments is not None
    # successes 3 and 0, calls 3 and 1: means 1.5 and 2, variances 4.5 and 2, covariance 3
    assert side.moments.mean[:2] == (1.5, 2)
    assert side.moments.covariance[0][:2] == (4.5, 3)
    assert side.moments.covariance[1][:2] == (3, 2)
    assert ratios(seen.metrics["success_rate"]) == [0.75, 1]


def test_who_is_no_user_is_a_session_or_else_the_call_itself(store: Store, scope: Scope, make_call: MakeCall) -> None:
    insert(store, [*calls(make_call, "a", "", 2, session_id="s1"), *calls(make_call, "a", "", 3),
                   *calls(make_call, "a", "s1", 1)], 0)  # fmt: skip
    counts = calls_of(store, checked(scope), []).counts
    assert (counts[0].calls, counts[0].units, counts[0].users) == (6, 5, 1)


def test_costs_and_tokens_per_request_are_those_of_the_catalogue(
    store: Store, scope: Scope, make_call: MakeCall
) -> None:
    usage = {"input_tokens": 60, "output_tokens": 40, "total_tokens": 100, "cost_usd": Decimal("0.5")}
    insert(store, [*calls(make_call, "a", "u1", 1, **usage), *calls(make_call, "a", "u2", 1, status="error"),
                   *calls(make_call, "a", "u3", 1), *calls(make_call, "b", "u1", 1)], 0)  # fmt: skip
    seen = calls_of(store, checked(scope), ["cost_per_request_usd", "avg_tokens_per_request"])
    # a failed call without usage counts as a request that cost nothing; a successful one without usage is left out
    assert ratios(seen.metrics["cost_per_request_usd"]) == [0.25, None]
    assert ratios(seen.metrics["avg_tokens_per_request"]) == [50, None]


def test_a_user_of_both_prompts_ties_their_values_together(store: Store, scope: Scope, make_call: MakeCall) -> None:
    rows = []
    for i in range(20):  # a user who fails with one prompt fails with the other, too
        status = "error" if i % 2 else "success"
        rows += [*calls(make_call, "a", f"u{i}", 1, status=status), *calls(make_call, "b", f"u{i}", 1, status=status)]
    insert(store, rows, 0)
    measured = calls_of(store, checked(scope), ["success_rate"]).metrics["success_rate"]
    # each value: 0 or 1 with variance 20/19 / 4 between 20 users; the two are the same
    assert measured.covariance[0, 1] == pytest.approx(20 / 19 / 4 / 20)


def test_versions_may_be_compared_with_all_versions(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [*calls(make_call, "a", "u1", 2, prompt_version="1"), *calls(make_call, "a", "u2", 3, prompt_version="2"),
                   *calls(make_call, "c", "u2", 9, prompt_version="2")], 0)  # fmt: skip
    subjects = (Subject("a"), Subject("a", "1"), Subject("a", "2"))
    scope = Scope(project, NOW - timedelta(days=7), NOW, subjects)
    assert [c.calls for c in calls_of(store, checked(scope), []).counts] == [5, 2, 3]


def test_a_percentile_is_exact_and_has_an_error_between_users(store: Store, scope: Scope, make_call: MakeCall) -> None:
    rows = []
    for i in range(100):
        rows += calls(make_call, "a", f"u{i}", 1, latency_ms=float(i + 1))
    insert(store, rows, 0)
    side = calls_of(store, checked(scope), ["p50_latency_ms"]).metrics["p50_latency_ms"].sides[0]
    assert side is not None
    assert side.estimate is not None
    assert side.estimate.value == 50.5
    # the median of n values that lie 1 apart: the share below it has the error 0.5 / sqrt(n) = 0.05, which is 5 values
    assert side.estimate.squared_error**0.5 == pytest.approx(5, rel=0.1)


def test_nothing_of_another_project_time_prompt_or_environment_counts(
    store: Store, scope: Scope, make_call: MakeCall
) -> None:
    insert(store, [*calls(make_call, "a", "u1", 1, environment="production"), *calls(make_call, "a", "u1", 1),
                   *calls(make_call, "c", "u1", 1), make_call(ago=timedelta(days=8), prompt_id="a", user_id="u1"),
                   make_call(prompt_id="a", user_id="u1", project="another " + scope.project)], 0)  # fmt: skip
    assert [c.calls for c in calls_of(store, checked(scope), []).counts] == [2, 0]
    only = Scope(scope.project, scope.start, scope.end, scope.subjects, (Filter("env", "in", ("production",)),))
    assert [c.calls for c in calls_of(store, checked(only), []).counts] == [1, 0]


def test_scores_are_found_by_their_prompt_their_call_or_their_trace(
    store: Store, scope: Scope, make_call: MakeCall, make_score: MakeScore
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    store_facts(
        store,
        [
            make_call(ago=2 * HOUR, prompt_id="a", id="call a", user_id="u2"),
            make_call(ago=2 * HOUR, prompt_id="b", id="call b", trace_id=trace, user_id="u3"),
            make_score(1, prompt_id="a", user_id="u1"),
            make_score(3, call_id="call a"),
            make_score(5, trace_id=trace),
            make_score(9, call_id="call of nobody"),
        ],
    )  # fmt: skip
    ((name, measured),) = scores_of(store, checked(scope), {})
    assert (name.name, name.is_bool) == ("rating", False)
    assert ratios(measured) == [2, 5]
    asked = Query(scope.project, ("=avg(score.rating)",), scope.start, scope.end, by=("prompt_id",))
    told = run(store, asked, NOW)
    assert {group[0]: told.total("=avg(score.rating)", i) for i, group in enumerate(told.groups)} == {
        "a": 2,
        "b": 5,
        None: 9,
    }
    assert measured.sides[0] is not None
    assert measured.sides[0].moments is not None
    assert measured.sides[0].moments.units == 2


def test_of_many_scores_the_three_with_the_most_numbers_are_told(
    store: Store, scope: Scope, make_score: MakeScore
) -> None:
    rows = [make_score(True, "helpful", prompt_id="a") for _ in range(4)]
    rows += [make_score("good", "tone", prompt_id="a") for _ in range(9)]
    rows += [make_score("good", "mood", prompt_id="b") for _ in range(3)]
    rows += [make_score(1, name, prompt_id="b") for name in ("rare", "usual", "usual")]
    store_facts(store, rows)
    found = scores_of(store, checked(scope), {"mood": {"good": 2}})
    assert [(of.name, of.is_bool) for of, _ in found] == [("helpful", True), ("mood", False), ("usual", False)]
    assert found[0][1].scale == 100
    assert ratios(found[1][1]) == [None, 2]


def test_scores_are_filtered_by_what_only_calls_have(
    store: Store, scope: Scope, make_call: MakeCall, make_score: MakeScore
) -> None:
    store_facts(
        store,
        [
            make_call(ago=2 * HOUR, prompt_id="a", id="by gpt", model="gpt-4o"),
            make_call(ago=2 * HOUR, prompt_id="a", id="by claude", model="claude"),
            make_score(1, call_id="by gpt", prompt_id="a"), make_score(5, call_id="by claude", prompt_id="a"),
            make_score(3, prompt_id="a"),
        ],
    )  # fmt: skip
    only = Scope(scope.project, scope.start, scope.end, scope.subjects, (Filter("model", "in", ("claude",)),))
    assert [ratios(m) for _, m in scores_of(store, checked(only), {})] == [[5, None]]


@pytest.mark.parametrize(
    ("first_calls", "newest"),
    [
        # the registry counts its versions: an old one that comes back is no new one
        ({"2": 30, "10": 3, "9": 2}, ["10", "9", "2"]),
        ({"v2": 30, "v10": 3, "beta": 2, "": 1}, ["beta", "v10", "v2"]),
        ({"2.10": 1, "2.9": 1, "beta": 1}, ["2.10", "2.9", "beta"]),  # in the same hour
    ],
)
def test_the_newest_version_has_the_highest_number_or_the_latest_first_call(
    store: Store, scope: Scope, make_call: MakeCall, first_calls: dict[str, float], newest: list[str]
) -> None:
    first = [
        make_call(ago=timedelta(days=d), prompt_id="a", prompt_version=v, environment="staging")
        for v, d in first_calls.items()
    ]
    now = [make_call(ago=HOUR, prompt_id="a", prompt_version=v, environment="production") for v in first_calls]
    gone = [make_call(ago=timedelta(days=8), prompt_id="a", prompt_version="99")]  # no calls in the range
    insert(store, [*first, *now, *gone], 0)
    assert newest_versions(store, scope, "a") == newest


@pytest.mark.parametrize("subjects", [(A,), (A, B, Subject("c"), Subject("d")), (A, A)])
def test_two_or_three_different_subjects_are_compared(scope: Scope, subjects: tuple[Subject, ...]) -> None:
    with pytest.raises(BadQuery, match="subjects"):
        checked(Scope(scope.project, scope.start, scope.end, subjects))
