"""Metrics of units over time agree with the same metrics read at each moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from making_facts import NOW, START, Making, after, store_facts
from promptpulse.metrics.cumulated import Series, call_series, outcome_series, score_series
from promptpulse.metrics.estimates import Estimate, Moments
from promptpulse.metrics.moments import ScoreKey, call_figures, outcome_moments, score_moments
from promptpulse.metrics.units import Cohort, Scope, cohort_of, population
from promptpulse.store import Store

STARTS = [START + timedelta(days=d) for d in range(4)]


@pytest.fixture
def make(project: str) -> Making:
    return Making(project)


def until(store: Store, project: str, end: datetime) -> Cohort:
    scope = Scope(project, "e", "user", ("a", "b"), START, end)
    return cohort_of(scope, population(store, scope, recent_from=START))


def test_of_each_day_alone_and_of_all_days_until_then(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            make.assignment("u1", "a", at=after(1)), make.assignment("u2", "a", at=after(25)),
            make.call("u1", "a", at=after(2)), make.call("u1", "a", at=after(3), status="error"),
            make.call("u2", "a", at=after(26)), make.call("u1", "a", at=after(73)),
        ],
    )  # fmt: skip
    a, b = call_series(store, until(store, project, NOW), "success_rate", STARTS, [])
    assert a.alone == (0.5, 1, None, 1)
    assert a.units == (1, 1, 0, 0)
    assert [m.mean[0] / m.mean[1] for m in a.until if isinstance(m, Moments)] == [0.5, 2 / 3, 2 / 3, 0.75]
    assert [m.units for m in a.until if isinstance(m, Moments)] == [1, 2, 2, 2]
    assert (b.alone, b.until, b.units) == ((None,) * 4, (None,) * 4, (0,) * 4)


def test_a_row_that_a_slower_clock_dates_before_the_assignment_is_of_the_day_of_the_assignment(
    store: Store, project: str, make: Making
) -> None:
    store_facts(store, [make.assignment("u1", "a", at=after(24)), make.call("u1", "a", at=after(24) - 1_000_000)])
    for key in ("success_rate", "p50_latency_ms"):
        a = call_series(store, until(store, project, NOW), key, STARTS[1:], [100, None])[0]
        assert (a.alone[1:], a.units) == ((None, None), (1, 0, 0))
        assert a.alone[0] == (1 if key == "success_rate" else pytest.approx(100, rel=0.01))


def test_an_outcome_counts_once_in_all_and_once_in_each_day(store: Store, project: str, make: Making) -> None:
    store_facts(
        store,
        [
            *(make.assignment(f"u{n}", "a") for n in range(4)),
            make.outcome("u0", "a", at=after(1)), make.outcome("u0", "a", at=after(2)), make.outcome("u0", "a", at=after(30)),
            make.outcome("u1", "a", at=after(31)),
        ],
    )  # fmt: skip
    a = outcome_series(store, until(store, project, NOW), "success", STARTS)[0]
    assert a.alone == (0.25, 0.5, 0, 0)
    assert [m.mean[0] for m in a.until if isinstance(m, Moments)] == [0.25, 0.5, 0.5, 0.5]


def test_every_moment_is_that_of_the_facts_until_then(store: Store, project: str, make: Making) -> None:
    random = Random(7)
    facts: list[object] = []
    for n in range(60):
        unit, variant, hour = f"u{n}", "ab"[n % 2], random.uniform(0, 90)
        facts.append(make.assignment(unit, variant, at=after(hour)))
        for _ in range(random.randrange(6)):
            at = after(random.uniform(hour, 95.9))
            facts.append(make.call(unit, variant, at=at, latency_ms=random.lognormvariate(6, 1)))
            facts.append(make.score(unit, variant, random.randint(1, 5), at=at))
            facts.append(make.outcome(unit, variant, random.choice(["success", "failure"]), at=at))
    store_facts(store, facts)  # type: ignore[arg-type]  # of all three kinds
    rating, spend = ScoreKey("r", "rating", "value", {}), ScoreKey("s", "rating", "unit", {})
    whole = until(store, project, START + timedelta(days=4))
    level = [
        e.value if e else None for e in call_figures(store, whole, ["p50_latency_ms"]).percentiles["p50_latency_ms"]
    ]
    found = {
        "avg_latency_ms": call_series(store, whole, "avg_latency_ms", STARTS, []),
        "total_requests": call_series(store, whole, "total_requests", STARTS, []),
        "r": score_series(store, whole, rating, STARTS),
        "s": score_series(store, whole, spend, STARTS),
        "o": outcome_series(store, whole, "success", STARTS),
    }
    for i, start in enumerate(STARTS):
        cohort = until(store, project, start + timedelta(days=1))
        calls = call_figures(store, cohort, ["avg_latency_ms", "total_requests"]).moments
        scores = score_moments(store, cohort, [rating, spend]).moments
        known = {**calls, **scores, **outcome_moments(store, cohort, {"o": "success"})}
        for key, series in found.items():
            for g in (0, 1):
                same(series[g].until[i], known[key][g], key)
    medians = call_series(store, whole, "p50_latency_ms", STARTS, level)
    last, direct = medians[0].until[-1], call_figures(store, whole, ["p50_latency_ms"]).percentiles["p50_latency_ms"][0]
    assert isinstance(last, Estimate)
    assert direct is not None
    assert last.value == pytest.approx(direct.value, rel=0.005)
    assert last.squared_error == pytest.approx(direct.squared_error, rel=0.02)


def same(found: Moments | Estimate | None, expected: Moments | None, key: str) -> None:
    assert isinstance(found, Moments), key
    assert expected is not None, key
    assert (found.units, found.observations) == (expected.units, expected.observations), key
    assert found.mean == pytest.approx(expected.mean), key
    for row, wanted in zip(found.covariance, expected.covariance, strict=True):
        assert row == pytest.approx(wanted), key


def test_a_day_of_23_hours_is_one_bucket(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.call("u1", "a", at=after(0.5)), make.call("u1", "a", at=after(23.5))])
    starts = [START, START + timedelta(hours=23)]
    a: Series = call_series(store, until(store, project, NOW), "total_requests", starts, [])[0]
    assert a.alone == (1, 1)
