"""Who counts in an experiment, and what their figures are: small enough to compute in the head."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from making_facts import NOW, START, Making, after, store_facts
from promptpulse.metrics import BadQuery, Filter, Query, run
from promptpulse.metrics.estimates import Moments
from promptpulse.metrics.moments import ScoreKey, call_figures, outcome_moments, score_moments
from promptpulse.metrics.units import (
    HISTORY,
    SOURCES,
    UNIT_METRICS,
    Cohort,
    Population,
    Scope,
    attribute_of,
    cohort_of,
    population,
    segmented,
)
from promptpulse.store import Store

RATING = ScoreKey("score:rating", "rating", "value", {})
RATES = [key for key, m in UNIT_METRICS.items() if m.kind != "percentile"]


@pytest.fixture
def make(project: str) -> Making:
    return Making(project)


def scope(project: str, unit: str = "user") -> Scope:
    return Scope(project, "e", unit, ("a", "b"), START, NOW)  # type: ignore[arg-type]  # user or session


def people(store: Store, project: str, unit: str = "user") -> Population:
    return population(store, scope(project, unit), recent_from=START)


def everybody(store: Store, project: str) -> Cohort:
    return cohort_of(scope(project), people(store, project))


def ratio(m: Moments | None) -> float:
    assert m is not None
    return m.mean[0] / m.mean[1]


def test_units_are_counted_in_the_variant_they_were_assigned_to(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.assignment("u1", "a"), make.assignment("u2", "b"), make.assignment("u3", "b")])
    found = people(store, project)
    assert (found.units, found.multiple, found.sources) == ((1, 2), 0, ("assignments",))


def test_a_unit_without_an_assignment_belongs_where_its_score_outcome_or_call_says(
    store: Store, project: str, make: Making
) -> None:
    store_facts(
        store, [make.score("u1", "a", 5), make.outcome("u2", "b"), make.call("u3", "b"), make.assignment("u4", "a")]
    )
    found = people(store, project)
    assert (found.units, found.sources) == ((2, 2), SOURCES)


def test_a_unit_that_is_named_in_two_variants_is_left_out_and_counted(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("assigned twice", "a"), make.assignment("assigned twice", "b"),
            make.assignment("scored elsewhere", "a"), make.score("scored elsewhere", "b", 1),
            make.call("called twice", "a"), make.call("called twice", "b"),
            make.assignment("fine", "a"), make.score("fine", "a", 4),
        ],
    )  # fmt: skip
    found = people(store, project)
    assert (found.units, found.multiple) == ((1, 0), 3)
    figures = score_moments(store, cohort_of(scope(project), found), [RATING])
    assert [ratio(m) if m else None for m in figures.moments["score:rating"]] == [4, None]


def test_the_stamp_of_a_call_is_a_hint_the_assignment_is_the_truth(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.assignment("u1", "a"), make.call("u1", "b"), make.call("u1", "a")])
    found = people(store, project)
    assert (found.units, found.multiple) == ((1, 0), 0)
    assert call_figures(store, cohort_of(scope(project), found), []).calls == [2, 0]


def test_rows_before_the_assignment_do_not_count(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a", at=after(5)),
            make.call("u1", "a", at=after(4)), make.call("u1", "a", at=after(5)), make.call("u1", "a", at=after(6)),
            make.score("u1", "a", 1, at=after(4)), make.score("u1", "a", 5, at=after(6)),
            make.outcome("u1", "a", at=after(4)),
        ],
    )  # fmt: skip
    cohort = everybody(store, project)
    assert call_figures(store, cohort, []).calls == [2, 0]
    assert ratio(score_moments(store, cohort, [RATING]).moments["score:rating"][0]) == 5
    outcome = outcome_moments(store, cohort, {"outcome:success": "success"})["outcome:success"][0]
    assert outcome is not None
    assert (outcome.mean[0], outcome.units, outcome.observations) == (0, 1, 0)


def test_a_row_that_a_slower_clock_dates_before_the_assignment_counts(store: Store, project: str, make: Making) -> None:
    """Clients date calls in whole milliseconds by clocks of their own: the answer of `evaluate` may take less than that."""
    at, second = after(5), 1_000_000
    store_facts(
        store,
        [
            make.assignment("u1", "a", at=at),
            make.call("u1", "a", at=at - 400), make.call("u1", "a", at=at - 5 * second),
            make.call("u1", "a", at=at - 6 * second),
            make.score("u1", "a", 5, at=at - 4 * second), make.outcome("u1", "a", at=at - second),
        ],
    )  # fmt: skip
    cohort = everybody(store, project)
    assert call_figures(store, cohort, []).calls == [2, 0]
    assert score_moments(store, cohort, [RATING]).scores == [1, 0]
    outcome = outcome_moments(store, cohort, {"outcome:success": "success"})["outcome:success"][0]
    assert outcome is not None
    assert outcome.observations == 1


def test_calls_of_a_unit_without_an_assignment_count_from_its_first_row(
    store: Store, project: str, make: Making
) -> None:
    """Also where scores alone would place everybody: the call comes before the score that is given to it."""
    store_facts(
        store,
        [
            make.assignment("u1", "a"), make.call("u1", "a"),
            make.call("u2", "b", at=after(1)), make.call("u2", "b", at=after(2)), make.score("u2", "b", 4, at=after(3)),
        ],
    )  # fmt: skip
    found = people(store, project)
    assert (found.units, found.by_period) == ((1, 1), ((1, 1),))
    assert call_figures(store, cohort_of(scope(project), found), []).calls == [1, 2]


def test_rows_without_a_user_and_session_are_left_out_and_counted(store: Store, project: str, make: Making) -> None:
    store_facts(
        store, [make.call("", "a"), make.call("", "a"), make.call("", "a", session_id="s"), make.score("", "a", 3)]
    )
    found = people(store, project)
    assert (found.units, found.calls_without_unit) == ((1, 0), 2)


def test_sessions_can_be_the_units(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [make.call("u1", "a", session_id="s1"), make.call("u1", "a", session_id="s2"), make.call("u1", "a")],
    )
    assert people(store, project, "session").units == (3, 0)  # s1, s2, and the user where no session is known
    assert people(store, project, "user").units == (1, 0)


def test_nothing_of_another_project_experiment_or_variant_and_nothing_outside_the_range_counts(
    store: Store, project: str, make: Making
) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a"),
            Making("another " + project).assignment("u2", "a"),
            Making(project, "another").assignment("u3", "a"),
            make.assignment("u4", "none"),
            make.assignment("u5", "a", at=after(-1)),
            make.assignment("u6", "a", at=after(240)),
            Making("another " + project).call("u1", "a"), Making(project, "another").call("u1", "a"),
            Making("another " + project).score("u1", "a", 5), Making(project, "another").score("u1", "a", 5),
        ],
    )  # fmt: skip
    cohort = everybody(store, project)
    assert cohort.units == (1, 0)
    assert call_figures(store, cohort, []).calls == [0, 0]
    assert score_moments(store, cohort, [RATING]).scores == [0, 0]


def test_moments_of_three_users_with_one_two_and_three_calls(store: Store, project: str, make: Making) -> None:
    calls = [make.call(f"u{n}", "a", status="error" if n == 1 else "success") for n in (1, 2, 3) for _ in range(n)]
    store_facts(store, [*(make.assignment(f"u{n}", "a") for n in (1, 2, 3)), *calls])
    found = call_figures(store, everybody(store, project), ["success_rate"]).moments["success_rate"][0]
    assert found is not None
    # successes 0, 2, 3 and calls 1, 2, 3
    assert (found.units, found.observations) == (3, 6)
    assert found.mean[:2] == pytest.approx((5 / 3, 2))
    assert found.covariance[0][0] == pytest.approx(7 / 3)
    assert found.covariance[0][1] == found.covariance[1][0] == pytest.approx(1.5)
    assert found.covariance[1][1] == pytest.approx(1)


def test_many_calls_of_one_user_are_one_unit(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a"), make.assignment("u2", "a"),
            *(make.call("u1", "a", status="error") for _ in range(100)), *(make.call("u2", "a") for _ in range(100)),
        ],
    )  # fmt: skip
    found = call_figures(store, everybody(store, project), ["error_rate"]).moments["error_rate"][0]
    assert found is not None
    assert (found.units, found.observations, ratio(found)) == (2, 200, 0.5)
    assert found.covariance[0][0] == 5000  # of 100 and 0, not of 200 ones and zeros


def test_units_that_did_nothing_count_in_a_mean(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [*(make.assignment(f"u{n}", "a") for n in range(4)), make.call("u0", "a"), make.call("u0", "a"),
         make.call("u1", "a", cost_usd=Decimal(4))],
    )  # fmt: skip
    moments = call_figures(store, everybody(store, project), ["total_requests", "total_cost_usd"]).moments
    requests, cost = moments["total_requests"][0], moments["total_cost_usd"][0]
    assert requests is not None
    assert cost is not None
    assert (requests.units, requests.mean[0], requests.mean[1]) == (4, 0.75, 1)  # 2, 1, 0, 0
    assert requests.covariance[0][0] == pytest.approx(2.75 / 3)
    assert (cost.mean[0], cost.covariance[0][0]) == (1, 4)  # 0, 4, 0, 0
    assert moments["total_requests"][1] is None


def test_an_unknown_cost_is_not_zero(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.call("u1", "a"), make.call("u2", "b", cost_usd=Decimal(1)), make.call("u2", "b")])
    moments = call_figures(store, everybody(store, project), ["cost_per_request_usd", "total_cost_usd"]).moments
    assert moments["cost_per_request_usd"][0] is None
    assert moments["total_cost_usd"][0] is None
    assert ratio(moments["cost_per_request_usd"][1]) == 1  # the second call's cost is not known: it is left out


def test_pooled_ratios_equal_the_catalogue_over_the_same_calls(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.call("u1", "a", latency_ms=100, input_tokens=10, output_tokens=5, total_tokens=15, cost_usd=Decimal("0.5")),
            make.call("u1", "a", latency_ms=250, first_token_ms=30.0, streaming=True),
            make.call("u2", "a", latency_ms=300, input_tokens=30, output_tokens=15, total_tokens=45, cost_usd=Decimal("1.5")),
            make.call("u2", "a", latency_ms=400, status="error", error_type="timeout"),
            make.call("u3", "a", latency_ms=50, status="error", input_tokens=7, first_token_ms=10.0),
        ],
    )  # fmt: skip
    found = call_figures(store, everybody(store, project), RATES)
    where = (Filter("variant_id", "in", ("a",)),)
    frame = run(store, Query(project, tuple(RATES), START, NOW, where=where), NOW)
    for key in RATES:
        moments, metric = found.moments[key][0], UNIT_METRICS[key]
        assert moments is not None
        value = ratio(moments) * metric.scale * (3 if metric.kind == "mean" else 1)  # three users
        assert value == pytest.approx(frame.total(key)), key
    assert found.calls == [5, 0]


def test_history_is_what_the_same_units_did_before_the_start(store: Store, project: str, make: Making) -> None:
    earlier = {"experiment_id": "", "variant_id": ""}
    store_facts(
        store,
        [
            make.assignment("u1", "a"), make.assignment("u2", "a"),
            make.call("u1", "a"), make.call("u2", "a"),
            make.call("u1", "", at=after(-1), status="error", **earlier), make.call("u1", "", at=after(-1), **earlier),
            make.call("u1", "", at=after(-28 * 24 - 1), **earlier),  # too long ago
            make.call("somebody else", "", at=after(-1), **earlier),
            make.score("u1", "a", 4), make.score("u2", "a", 2), make.score("u1", "", 5, at=after(-1), **earlier),
        ],
    )  # fmt: skip
    cohort = everybody(store, project)
    moments = call_figures(store, cohort, ["success_rate", "total_requests"], START - HISTORY).moments
    success, requests = moments["success_rate"][0], moments["total_requests"][0]
    assert success is not None
    assert requests is not None
    assert success.mean == (1, 1, 0.5, 1)  # u1 had 1 success in 2 calls, u2 no history
    assert success.covariance[3][3] == 2
    assert requests.mean == (1, 1, 1, 1)  # 2 and 0 calls before
    assert (requests.covariance[2][2], requests.covariance[3][3]) == (2, 0)
    scores = score_moments(store, cohort, [RATING], START - HISTORY).moments["score:rating"][0]
    assert scores is not None
    assert scores.mean == (3, 1, 2.5, 0.5)
    assert scores.covariance[0][2] == 5  # of (4, 2) with (5, 0)


def test_scores_are_booleans_sums_by_unit_and_texts_with_numbers(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            *(make.assignment(f"u{n}", "a") for n in range(4)),
            make.score("u0", "a", True, "helpful"), make.score("u1", "a", False, "helpful"),
            make.score("u0", "a", 10.0, "revenue"), make.score("u0", "a", 20.0, "revenue"), make.score("u1", "a", 10.0, "revenue"),
            make.score("u0", "a", "good", "mood"), make.score("u1", "a", "bad", "mood"), make.score("u2", "a", "odd", "mood"),
        ],
    )  # fmt: skip
    mood = {"good": 1.0, "bad": -1.0}
    keys = [ScoreKey("h", "helpful", "value", {}), ScoreKey("r", "revenue", "unit", {}),
            ScoreKey("m", "mood", "value", mood), ScoreKey("t", "mood", "value", {})]  # fmt: skip
    found = score_moments(store, everybody(store, project), keys)
    assert found.bools == {"helpful"}
    assert found.scores == [8, 0]
    assert ratio(found.moments["h"][0]) == 0.5
    revenue = found.moments["r"][0]
    assert revenue is not None
    assert (revenue.units, revenue.mean[0], revenue.observations) == (4, 10, 3)  # 30, 10, 0, 0
    assert revenue.covariance[0][0] == pytest.approx(600 / 3)
    assert ratio(found.moments["m"][0]) == 0  # the text without a number is no value
    assert found.moments["t"] == [None, None]  # a text alone is not a number


def test_a_score_that_nobody_gave_is_not_known(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.assignment("u1", "a")])
    found = score_moments(store, everybody(store, project), [RATING, ScoreKey("r", "rating", "unit", {})])
    assert found.moments == {"score:rating": [None, None], "r": [None, None]}


def test_an_outcome_is_the_share_of_units_that_had_it_at_least_once(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [*(make.assignment(f"u{n}", "a") for n in range(4)), make.outcome("u0", "a"), make.outcome("u0", "a"),
         make.outcome("u1", "a", "failure")],
    )  # fmt: skip
    found = outcome_moments(store, everybody(store, project), {"s": "success"})["s"][0]
    assert found is not None
    assert (found.units, found.observations, found.mean[0]) == (4, 2, 0.25)
    assert found.covariance[0][0] == pytest.approx(0.25)  # 1, 0, 0, 0


def test_the_median_of_users_and_its_error(store: Store, project: str, make: Making) -> None:
    # 101 users with one call each, of 1 to 101 ms: the share below the median has the error sqrt(.25 / 101) = 4.98 %
    store_facts(store, [make.call(f"u{n}", "a", latency_ms=float(n)) for n in range(1, 102)])
    found = call_figures(store, everybody(store, project), ["p50_latency_ms"]).percentiles["p50_latency_ms"][0]
    assert found is not None
    assert (found.units, found.observations) == (101, 101)
    assert found.value == pytest.approx(51)
    assert found.squared_error**0.5 == pytest.approx(5, rel=0.02)  # 4.98 % of 101 ms


def test_a_percentile_of_few_users_is_not_known(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.call("u1", "a", latency_ms=float(n)) for n in range(1, 1002)])
    assert call_figures(store, everybody(store, project), ["p95_latency_ms"]).percentiles["p95_latency_ms"] == [
        None,
        None,
    ]


def test_segments_are_what_units_were_like_at_first(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a", context='{"plan": "pro", "user": {"age": 7}}'),
            make.assignment("u2", "b", context='{"plan": "pro", "user": {"age": 8}}'),
            make.assignment("u3", "b", context='{"plan": null}'),
            make.call("u1", "a", feature="search", at=after(1)), make.call("u1", "a", feature="chat", at=after(2)),
            make.call("u2", "b", feature="chat", properties={"tier": "gold"}),
            make.call("u2", "", experiment_id="", variant_id="", at=after(-2)),
        ],
    )  # fmt: skip

    def sizes(by: str) -> tuple[dict[str, tuple[int, ...]], int]:
        cohort, total = segmented(store, everybody(store, project), attribute_of(by), 12)
        return {s: cohort.units[2 * i : 2 * i + 2] for i, s in enumerate(cohort.segments)}, total

    assert sizes("feature") == ({"": (0, 1), "chat": (0, 1), "search": (1, 0)}, 3)
    assert sizes("properties.tier") == ({"": (1, 1), "gold": (0, 1)}, 2)
    assert sizes("context.plan") == ({"pro": (1, 1), "": (0, 1)}, 2)
    assert sizes("context.user.age") == ({"": (0, 1), "7": (1, 0), "8": (0, 1)}, 3)
    assert sizes("new_returning") == ({"new": (1, 1), "returning": (0, 1)}, 2)


def test_figures_of_segments_add_up(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a"), make.assignment("u2", "b"), make.assignment("u3", "b"),
            make.call("u1", "a", environment="test"), make.call("u2", "b", environment="test"), make.call("u2", "b"),
        ],
    )  # fmt: skip
    cohort, _ = segmented(store, everybody(store, project), attribute_of("environment"), 1)
    assert (cohort.segments, cohort.units) == (("test",), (1, 1))
    assert call_figures(store, cohort, []).calls == [1, 2]


def test_what_makes_no_segments_is_refused_with_what_does(store: Store) -> None:
    for key in ("nonsense", "user_id", "context.", "variant"):
        with pytest.raises(BadQuery, match="new_returning, prompt_id"):
            attribute_of(key)


def test_units_are_counted_by_the_period_of_their_exposure(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.assignment(f"u{h}", "a" if h < 30 else "b", at=after(h)) for h in (1, 23, 24, 30)])
    found = population(store, scope(project), [START + timedelta(hours=24)], recent_from=START + timedelta(hours=23))
    assert (found.by_period, found.units, found.recent) == (((2, 0), (1, 1)), (3, 1), 3)
