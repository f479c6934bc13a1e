"""What experiments find, from stored facts to the verdict, in numbers that a reader can compute."""

from __future__ import annotations

import csv
import gzip
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from experiments.lab import experiment
from making_facts import NOW, START, Making, after, store_facts
from promptpulse.core.errors import NotFound
from promptpulse.experiments import shapes, stats
from promptpulse.experiments.analysis import Findings, findings, results, segments
from promptpulse.experiments.analyst import Analyst
from promptpulse.experiments.distribution import distribution
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.over_time import trend
from promptpulse.experiments.planning import power
from promptpulse.experiments.rules import metrics
from promptpulse.experiments.values import WeightsInForce
from promptpulse.metrics import BadQuery
from promptpulse.metrics.estimates import Moments
from promptpulse.store import Store

RATING = {"score": "rating", "primary": True}
FEW = shapes.Analysis.model_construct(min_units=2)
"""Fewer than the API takes, so that the numbers of a test fit in the head."""


@pytest.fixture
def make() -> Making:
    return Making(str(uuid4()))


def subject(make: Making, *specs: dict[str, object], now: datetime = NOW, **fields: object) -> Subject:
    """An experiment of the variants A (control) and B that started at START, judged with two units already."""
    given: dict[str, object] = {
        "id": make.experiment, "project": make.project, "started_at": START, "analysis": FEW,
        "metrics": tuple(metrics([shapes.MetricIn.model_validate(spec) for spec in specs])),
    }  # fmt: skip
    return Subject(experiment(50, 50, **{**given, **fields}), {}, now)  # type: ignore[arg-type]  # fields are the test's business


def found(store: Store, about: Subject, method: shapes.Method = "sequential") -> tuple[shapes.ResultsOut, Findings]:
    read = findings(store, about)
    return results(about, read, method), read


def versus(out: shapes.ResultsOut, metric: int = 0) -> shapes.Versus:
    there = out.metrics[metric].variants[1].versus
    assert there is not None
    return there


def ratings(make: Making, **by_unit: list[float]) -> list[object]:
    """`A1=[4, 5]`: unit A1 of variant A gave two ratings."""
    facts: list[object] = []
    for unit, values in by_unit.items():
        facts += [make.assignment(unit, unit[0]), *(make.score(unit, unit[0], value) for value in values)]
    return facts


def keep(store: Store, facts: list[object]) -> None:
    store_facts(store, facts)  # type: ignore[arg-type]  # of any kind


# Numbers


def test_ratings_of_six_users(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[4], A2=[2], A3=[3, 3], B1=[5], B2=[4], B3=[5, 4]))
    out, _ = found(store, subject(make, RATING), "bayesian")
    a, b = out.metrics[0].variants
    assert (out.units, [e.units for e in out.exposures], [e.share for e in out.exposures]) == (6, [3, 3], [50, 50])
    assert [e.scores for e in out.exposures] == [4, 4]
    assert (a.value, a.units, a.observations, a.versus) == (3, 3, 4, None)
    assert (b.value, b.units, b.observations) == (4.5, 3, 4)
    # by user, as a ratio: A varies by +.75, -.75, 0 and B by +.375, -.375, 0 around the mean
    error = math.sqrt(0.5625 / 3 + 0.140625 / 3)
    against = versus(out)
    assert (against.difference, against.lift) == (1.5, 50)
    assert against.difference_low == pytest.approx(1.5 - 1.95996 * error, rel=1e-4)
    assert against.difference_high == pytest.approx(1.5 + 1.95996 * error, rel=1e-4)
    assert against.chance_to_win == pytest.approx(99.903, abs=0.002)
    assert against.p_value is None


def test_the_chance_to_win_is_that_of_being_lower_where_lower_is_better(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[4], A2=[2], A3=[3, 3], B1=[5], B2=[4], B3=[5, 4]))
    out, _ = found(store, subject(make, {**RATING, "better": "down"}), "bayesian")
    assert versus(out).chance_to_win == pytest.approx(100 - 99.903, abs=0.002)


def test_shares_are_in_percent_with_differences_in_points(store: Store, make: Making) -> None:
    facts = ratings(make, A1=[], A2=[], A3=[], A4=[], B1=[], B2=[], B3=[], B4=[])
    facts += [make.outcome("A1", "A"), make.outcome("B1", "B"), make.outcome("B2", "B"), make.outcome("B2", "B")]
    facts += [make.score("A1", "A", True, "helpful"), make.score("A2", "A", False, "helpful")]
    facts += [make.call("B1", "B", status="error"), *(make.call("B1", "B") for _ in range(3)), make.call("B2", "B")]
    keep(store, facts)
    about = subject(make, {"outcome": "success", "primary": True}, {"score": "helpful"}, {"metric": "success_rate"})
    out, _ = found(store, about)
    outcome, helpful, success = out.metrics
    assert [(v.value, v.units, v.observations) for v in outcome.variants] == [(25, 4, 1), (50, 4, 3)]
    assert (outcome.kind, outcome.unit, versus(out).difference, versus(out).lift) == ("proportion", "percent", 25, 100)
    assert [(v.value, v.units) for v in helpful.variants] == [(50, 2), (None, 0)]
    assert (helpful.unit, helpful.kind) == ("percent", "ratio")
    assert [(v.value, v.observations) for v in success.variants] == [(None, 0), (80, 5)]
    assert success.unit == "percent"
    assert [(v.low, v.high) for v in outcome.variants] == [(0, 100), (0, 100)]  # four units tell nothing yet
    assert (versus(out).difference_low, versus(out).difference_high) == (-100, 100)
    assert (success.variants[1].low, success.variants[1].high) == (0, 100)


def test_calls_of_one_user_make_nothing_surer(store: Store, make: Making) -> None:
    def width(calls_of_each: int) -> float:
        mine = Making(make.project, f"with {calls_of_each} calls")
        facts: list[object] = []
        for n in range(80):
            unit, status = f"{'AB'[n % 2]}{n}", "error" if n % 8 in {1, 2} else "success"
            facts.append(mine.assignment(unit, unit[0]))
            facts += [mine.call(unit, unit[0], status=status) for _ in range(calls_of_each)]
        keep(store, facts)
        out, _ = found(store, subject(mine, {"metric": "success_rate", "primary": True}))
        assert [(v.units, v.observations) for v in out.metrics[0].variants] == [(40, 40 * calls_of_each)] * 2
        return versus(out).difference_high - versus(out).difference_low

    # as independent calls they would be sqrt(20) = 4.5 times surer
    assert width(20) == pytest.approx(width(1), rel=0.02)


def test_metrics_come_in_the_order_of_their_roles(store: Store, make: Making) -> None:
    out, _ = found(store, subject(make, {"score": "x"}, {"metric": "p95_latency_ms", "guardrail": True}, RATING))
    assert [(m.role, m.key) for m in out.metrics] == [
        ("primary", "score:rating"), ("guardrail", "metric:p95_latency_ms"), ("secondary", "score:x"),
    ]  # fmt: skip


def test_p_values_are_corrected_within_their_families(store: Store, make: Making) -> None:
    facts = ratings(make, A1=[1], A2=[2], A3=[1], B1=[4], B2=[5], B3=[4])
    facts += [make.score(f"{v}{n}", v, n + "AB".index(v) / 2, name) for v in "AB" for n in (1, 2, 3) for name in "xyz"]
    keep(store, facts)
    out, _ = found(
        store,
        subject(make, RATING, {"score": "x", "guardrail": True}, {"score": "y"}, {"score": "z"}),
        "fixed",
    )
    p = [versus(out, i).p_value for i in range(4)]
    assert p[0] is not None
    assert p[0] < (p[1] or 0)
    assert versus(out, 0).p_adjusted == pytest.approx(2 * p[0])  # Holm: the smaller of two
    assert versus(out, 1).p_adjusted == pytest.approx(p[1])
    assert [versus(out, i).p_adjusted for i in (2, 3)] == pytest.approx(p[2:])  # equal p-values stay by BH


def test_too_few_units_are_said_and_not_compared(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[1], A2=[2], B1=[4], B2=[5]))
    about = subject(make, RATING, {"score": "x"}, analysis=shapes.Analysis(min_units=100))
    out, _ = found(store, about)
    b = out.metrics[0].variants[1]
    assert (b.value, b.versus, b.note) == (4.5, None, "needs 100 units, has 2")
    assert out.metrics[1].variants[1].note == "has no data"
    assert out.verdict.decision == "keep_running"


def test_a_percentile_is_compared_by_users(store: Store, make: Making) -> None:
    facts: list[object] = []
    for n in range(101):
        for variant, ms in (("A", 100 + n), ("B", 300 + n)):
            facts.append(make.call(f"{variant}{n}", variant, latency_ms=float(ms)))
    keep(store, facts)
    out, _ = found(store, subject(make, {"metric": "p50_latency_ms", "primary": True}))
    a, b = out.metrics[0].variants
    assert [a.value, b.value] == pytest.approx([150, 350])
    assert (out.metrics[0].kind, out.metrics[0].unit) == ("percentile", "ms")
    assert (versus(out).verdict, versus(out).significant) == ("worse", True)
    assert out.verdict.decision == "keep"


# Who counts


def test_what_is_left_out_is_counted(store: Store, make: Making) -> None:
    keep(
        store,
        [
            *ratings(make, A1=[4], A2=[4], B1=[5], B2=[5]),
            make.assignment("both", "A"), make.assignment("both", "B"), make.score("both", "A", 1),
            make.call("", "A"), make.call("A1", "A"),
            make.score("A2", "A", 1, at=after(-1)), make.score("late", "A", 1, at=after(24 * 10)),
        ],
    )  # fmt: skip
    out, _ = found(store, subject(make, RATING))
    assert (out.units, out.multiple_units, out.calls_without_unit) == (4, 1, 1)
    assert [e.calls for e in out.exposures] == [1, 0]
    assert [v.value for v in out.metrics[0].variants] == [4, 5]


def test_another_project_sees_nothing_of_it(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[4], A2=[4], B1=[5], B2=[5]))
    out, _ = found(store, subject(Making(str(uuid4()), make.experiment), RATING))
    assert (out.units, out.verdict.decision, out.bill) == (0, "no_data", None)


def test_a_draft_has_no_results(store: Store, make: Making) -> None:
    out, _ = found(store, subject(make, RATING, started_at=None, status="draft"))
    assert (out.start, out.units, out.verdict.title, out.forecast.note) == (None, 0, "Not started", "Not started.")
    assert [v.value for v in out.metrics[0].variants] == [None, None]


# Split


def crowd(make: Making, a: int, b: int, hour: float) -> list[object]:
    return [
        make.assignment(f"{hour} {v}{n}", v, at=after(hour)) for v, count in (("A", a), ("B", b)) for n in range(count)
    ]


def test_a_split_that_the_weights_do_not_explain_makes_the_results_unhealthy(store: Store, make: Making) -> None:
    keep(store, crowd(make, 400, 200, 1))
    out, _ = found(store, subject(make, RATING))
    assert (out.sample_ratio.healthy, out.verdict.decision) == (False, "unhealthy")
    assert "p < 0.000001" in out.sample_ratio.message


def test_units_are_compared_with_the_weights_under_which_they_came(store: Store, make: Making) -> None:
    keep(store, crowd(make, 540, 60, 1) + crowd(make, 300, 300, 30))
    history = (
        WeightsInForce(START, {"A": 90, "B": 10}),
        WeightsInForce(START + timedelta(hours=24), {"A": 50, "B": 50}),
    )
    assert found(store, subject(make, RATING, weight_history=history))[0].sample_ratio.healthy
    assert not found(store, subject(make, RATING, weight_history=history[1:]))[0].sample_ratio.healthy


# History


def test_history_of_the_units_takes_variance_away_and_leaves_the_values(store: Store, make: Making) -> None:
    random = Random(3)
    facts: list[object] = []
    for n in range(400):
        unit, mood = f"{'AB'[n % 2]}{n}", random.gauss(0, 1)
        facts.append(make.assignment(unit, unit[0]))
        facts.append(make.score(unit, unit[0], 3 + mood + random.gauss(0, 0.3)))
        facts.append(make.score(unit, "", 3 + mood, at=after(-24), experiment_id="", variant_id=""))
    keep(store, facts)
    plain, _ = found(store, subject(make, RATING, analysis=shapes.Analysis(variance_reduction=False)))
    reduced, _ = found(store, subject(make, RATING, analysis=shapes.Analysis()))
    assert versus(plain).variance_reduced is None
    assert versus(reduced).variance_reduced == pytest.approx(91.7, abs=3)  # 1 - .09 / 1.09
    assert [v.value for v in plain.metrics[0].variants] == [v.value for v in reduced.metrics[0].variants]
    narrow = versus(reduced).difference_high - versus(reduced).difference_low
    wide = versus(plain).difference_high - versus(plain).difference_low
    assert narrow < 0.4 * wide


# Money and time


def test_the_bill_is_the_cost_of_a_request_times_the_requests_of_thirty_days(store: Store, make: Making) -> None:
    facts: list[object] = [
        make.call(f"{v}{n}", v, cost_usd=Decimal(cost) * n) for v, cost in (("A", "0.2"), ("B", "0.1")) for n in (1, 3)
    ]
    facts += [make.call("x", "", experiment_id="", cost_usd=Decimal("0.1")) for _ in range(6)]
    facts += [make.call("x", "", experiment_id="", prompt_id="another")]
    keep(store, facts)
    bill = found(store, subject(make, RATING))[0].bill
    assert bill is not None
    assert [bill.requests, bill.usd_now, bill.priced_share] == pytest.approx([10, 1.8, 100])
    a, b = bill.variants
    assert [a.cost_per_request_usd, a.usd] == pytest.approx([0.4, 4])
    assert [b.cost_per_request_usd, b.usd] == pytest.approx([0.2, 2])
    assert b.low is not None
    assert b.high is not None
    assert 0 <= b.low < 2 < b.high


def test_an_unpriced_variant_has_no_bill(store: Store, make: Making) -> None:
    keep(
        store,
        [make.call("A1", "A", cost_usd=Decimal(1)), make.call("A2", "A", cost_usd=Decimal(1)), make.call("B1", "B")],
    )
    bill = found(store, subject(make, RATING))[0].bill
    assert bill is not None
    assert [v.usd for v in bill.variants] == [3, None]


def test_the_forecast_counts_the_units_of_the_last_week(store: Store, make: Making) -> None:
    rated = [f"{v}{n}" for v in "AB" for n in range(50)]
    facts: list[object] = [make.assignment("early", "A", at=after(1))]
    facts += [make.assignment(unit, unit[0], at=after(24 * 5)) for unit in rated]
    facts += [make.assignment(f"unrated {unit}", unit[0], at=after(24 * 5)) for unit in rated]
    facts += [make.score(unit, unit[0], 3 + int(unit[1:]) % 2, at=after(24 * 6)) for unit in rated]
    keep(store, facts)
    forecast = found(store, subject(make, {**RATING, "min_effect": 5}))[0].forecast
    assert [forecast.units, forecast.units_per_day] == pytest.approx([201, 200 / 7])
    needed = stats.units_needed(3.5, math.sqrt(12.5 / 49), 0.05, [50, 50], 0.05, 0.8, "sequential", 5000)
    assert needed is not None
    assert forecast.needed_units == pytest.approx(needed * 101 / 50, abs=1)  # of 101 in control 50 gave a rating
    assert forecast.days_left == pytest.approx((needed * 101 / 50 - 201) / (200 / 7), rel=0.01)
    assert forecast.note.startswith("About ")


def crowd_of_raters(make: Making, count: int, hours: float = 1, began: float = 0) -> list[object]:
    """In turns in A and B, evenly over so many hours. Every second of each gives a 3, the others a 4: no difference."""
    facts: list[object] = []
    for n in range(count):
        unit, at = f"{'AB'[n % 2]}{n}", after(began + hours * n / count)
        facts += [make.assignment(unit, unit[0], at=at), make.score(unit, unit[0], 3 + n // 2 % 2, at=at)]
    return facts


def test_a_forecast_waits_for_an_hour_and_ten_units(store: Store, make: Making) -> None:
    keep(store, crowd_of_raters(make, 10, hours=0.5))
    early = found(store, subject(make, RATING, now=START + timedelta(hours=0.9)))[0].forecast
    assert (early.units, early.units_per_day, early.days_left) == (10, None, None)
    assert early.needed_units is not None
    assert early.note.endswith("; how long that takes is said after an hour and 10 units.")
    forecast = found(store, subject(make, RATING, now=START + timedelta(hours=1)))[0].forecast
    assert forecast.units_per_day == 240
    assert forecast.note.startswith("About ")


def test_nine_units_make_no_forecast(store: Store, make: Making) -> None:
    keep(store, crowd_of_raters(make, 9))
    forecast = found(store, subject(make, RATING))[0].forecast
    assert (forecast.units, forecast.units_per_day, forecast.days_left) == (9, None, None)
    assert "after an hour and 10 units" in forecast.note


def test_days_before_the_first_unit_do_not_slow_the_forecast_down(store: Store, make: Making) -> None:
    keep(store, crowd_of_raters(make, 20, hours=10, began=24 * 2))
    forecast = found(store, subject(make, RATING, now=START + timedelta(hours=24 * 2 + 10)))[0].forecast
    assert forecast.units_per_day == pytest.approx(48)


def test_the_last_hours_are_no_about_less(store: Store, make: Making) -> None:
    keep(store, crowd_of_raters(make, 200, hours=2))
    forecast = found(store, subject(make, {**RATING, "min_effect": 8}, now=START + timedelta(hours=2)))[0].forecast
    assert forecast.days_left is not None
    assert 0 < forecast.days_left < 1
    assert forecast.note.startswith("Less than a day left: ")


def test_with_a_verdict_nothing_is_left_to_wait_for(store: Store, make: Making) -> None:
    facts: list[object] = []
    for n in range(200):
        unit = f"{'AB'[n % 2]}{n}"
        facts += [make.assignment(unit, unit[0], at=after(n / 100)), make.score(unit, unit[0], 3 + n % 2 + n // 2 % 2)]
    keep(store, facts)
    out = found(store, subject(make, {**RATING, "min_effect": 1}, now=START + timedelta(hours=2)))[0]
    assert out.verdict.decision == "ship"
    assert out.forecast.days_left == 0
    assert out.forecast.note == "The verdict is there: it can be concluded now."


# Segments


def test_segments_are_of_units_by_their_first_call(store: Store, make: Making) -> None:
    facts = ratings(make, A1=[1], A2=[2], B1=[4], B2=[5], A3=[3], A4=[3])
    facts += [make.call(unit, unit[0], feature="search") for unit in ("A1", "A2", "B1", "B2")]
    facts += [make.call("A3", "A", feature="chat")]
    keep(store, facts)
    about = subject(make, RATING, {"score": "x"})
    out = segments(store, about, findings(store, about).people, "feature", "fixed")
    assert [(s.segment, s.units) for s in out.segments] == [("search", 4), (None, 1), ("chat", 1)]
    assert out.total == 3
    assert [m.key for m in out.segments[0].metrics] == ["score:rating", "score:x"]
    assert [v.value for v in out.segments[0].metrics[0].variants] == [1.5, 4.5]
    assert out.segments[1].metrics[0].variants[1].note == "has no data"
    assert "exploratory" in out.note


def test_p_values_of_segments_are_corrected_for_their_number(store: Store, make: Making) -> None:
    facts: list[object] = []
    for plan, lift in (("free", 0.0), ("pro", 3.0)):
        for n in range(6):
            unit = f"{'AB'[n % 2]} {plan} {n}"
            facts.append(make.assignment(unit, unit[0], context=f'{{"plan": "{plan}"}}'))
            facts.append(make.score(unit, unit[0], n % 3 + lift * (unit[0] == "B")))
    keep(store, facts)
    about = subject(make, RATING)
    out = segments(store, about, findings(store, about).people, "context.plan", "fixed")
    against = {s.segment: s.metrics[0].variants[1].versus for s in out.segments}
    free, pro = against["free"], against["pro"]
    assert free is not None
    assert pro is not None
    assert pro.p_value is not None
    assert (free.p_value, free.p_adjusted) == (1, 1)
    assert pro.p_adjusted == pytest.approx(2 * pro.p_value)  # Benjamini-Hochberg: the smallest of two


def test_a_segment_of_nothing_is_refused(store: Store, make: Making) -> None:
    about = subject(make, RATING)
    with pytest.raises(BadQuery, match="by: 'mood' makes no segments"):
        segments(store, about, findings(store, about).people, "mood", "sequential")


# Over time


def test_a_line_over_days_of_another_time_zone_ends_where_the_results_are(store: Store, make: Making) -> None:
    facts = ratings(make, A1=[3], A2=[4], B1=[5], B2=[4])  # scored an hour after the start
    facts += [make.score("A1", "A", 1, at=after(40)), make.score("B1", "B", 1, at=after(70))]
    keep(store, facts)
    about = subject(make, RATING, now=START + timedelta(days=3))
    out, read = found(store, about)
    line = trend(store, about, read.people, "score:rating", "1d", "Asia/Kathmandu")
    # midnight in Kathmandu is 18:15 UTC
    assert line.buckets == [datetime(2026, 11, day, 18, 15, tzinfo=UTC) for day in (9, 10, 11, 12)]
    a, b = line.series
    assert a.values == [3.5, 1, None, None]
    assert a.cumulated == [3.5, pytest.approx(8 / 3), pytest.approx(8 / 3), pytest.approx(8 / 3)]
    assert a.units == [2, 0, 0, 0]
    assert b.values == [4.5, None, None, 1]
    assert [s.cumulated[-1] for s in line.series] == [v.value for v in out.metrics[0].variants]
    against, lift = versus(out), line.lifts[0]
    assert (lift.lift[-1], lift.low[-1], lift.high[-1]) == (against.lift, against.lift_low, against.lift_high)


def test_a_line_of_each_kind_ends_where_the_results_are(store: Store, make: Making) -> None:
    random = Random(5)
    facts: list[object] = []
    for n in range(300):
        unit = f"{'AB'[n % 2]}{n}"
        facts.append(make.assignment(unit, unit[0], at=after(random.uniform(0, 100))))
        for _ in range(random.randrange(5)):
            at = after(random.uniform(100, 200))
            facts.append(make.call(unit, unit[0], at=at, latency_ms=random.lognormvariate(6, 0.5)))
            facts.append(make.outcome(unit, unit[0], random.choice(["success", "failure"]), at=at))
    keep(store, facts)
    specs: list[dict[str, object]] = [
        {"outcome": "success", "primary": True}, {"metric": "p75_latency_ms"}, {"metric": "total_requests", "better": "up"},
        {"metric": "avg_latency_ms"}, {"metric": "total_cost_usd"},
    ]  # fmt: skip
    about = subject(make, *specs)
    out, read = found(store, about)
    for metric in out.metrics:
        line = trend(store, about, read.people, metric.key, "auto", "UTC")
        close = 0.01 if metric.kind == "percentile" else 1e-9
        for i, v in enumerate(metric.variants):
            last = line.series[i].cumulated[-1]
            assert last == (None if v.value is None else pytest.approx(v.value, rel=close)), metric.key
        assert sum(map(sum, (s.units for s in line.series))) == 300
    assert out.metrics[-1].variants[0].value is None  # no call has a known cost


def test_a_line_of_no_metric_of_the_experiment_is_not_found(store: Store, make: Making) -> None:
    about = subject(make, RATING)
    people = findings(store, about).people
    with pytest.raises(NotFound, match="it has score:rating"):
        trend(store, about, people, "score:other", "auto", "UTC")
    with pytest.raises(BadQuery, match="bucket"):
        trend(store, about, people, "score:rating", "2d", "UTC")


def test_bars_are_shares_of_the_values_of_each_variant(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[1, 1], A2=[3, 2], B1=[3]))
    about = subject(make, RATING)
    out = distribution(store, about, findings(store, about).people, "rating")
    assert [(bar.label, bar.count, bar.share) for bar in out.bars] == [
        ("1", {"A": 2, "B": 0}, {"A": 50, "B": 0}),
        ("2", {"A": 1, "B": 0}, {"A": 25, "B": 0}),
        ("3", {"A": 1, "B": 1}, {"A": 25, "B": 100}),
    ]
    with pytest.raises(NotFound, match="nobody gave 'mood'"):
        distribution(store, about, findings(store, about).people, "mood")


# Planning


def test_a_plan_measures_the_units_of_the_prompt(store: Store, make: Making) -> None:
    earlier = {"experiment_id": "", "variant_id": ""}
    facts: list[object] = [
        make.call(f"u{n}", "", at=after(-24 * 9), status="error" if n == 0 else "success", **earlier) for n in range(10)
    ]
    facts += [make.call("stranger", "", at=after(-24 * 9), prompt_id="another", **earlier)]
    keep(store, facts)
    asked = shapes.PowerIn(metric=shapes.MetricIn(metric="success_rate"), prompt="greeting", min_effect=5, traffic=50)
    out = power(store, make.project, asked, {}, START)
    assert (out.baseline_source, out.baseline) == ("measured", 90)
    assert out.units_per_day == pytest.approx(10 / 9 * 0.5)
    # 9 of 10 succeeded: .09 * 10 / 9 with the eleventh unit of doubt, half a success
    assert out.deviation == pytest.approx(100 * math.sqrt((10 * 0.1 + (0.81 + 0.01) / 2) / 11))
    assert out.units == stats.units_needed(0.9, (out.deviation or 0) / 100, 0.05, [50, 50], 0.05, 0.8, "sequential")
    assert out.units is not None
    assert out.units_fixed is not None
    assert out.units_fixed < out.units
    assert out.days == pytest.approx(out.units / (10 / 9 * 0.5))
    assert [p.min_effect for p in out.curve] == [1.25, 2.5, 3.75, 5, 7.5, 10, 15, 20]
    assert [p.units for p in out.curve] == sorted((p.units for p in out.curve), reverse=True)


def test_a_plan_without_data_says_what_to_give(store: Store, make: Making) -> None:
    nothing = power(
        store, make.project, shapes.PowerIn(prompt="greeting", metric=shapes.MetricIn(score="x")), {}, START
    )
    assert (nothing.baseline, nothing.units, nothing.baseline_source, nothing.curve) == (None, None, "unknown", [])
    assert "give a baseline" in nothing.note
    given = power(store, make.project, shapes.PowerIn(baseline=10, is_proportion=True, units_per_day=100), {}, START)
    assert given.baseline_source == "given"
    assert [given.baseline, given.deviation] == pytest.approx([10, 30])
    assert given.units_fixed == stats.units_needed(0.1, 0.3, 0.05, [50, 50], 0.05, 0.8, "fixed")


# Memory


def test_what_was_read_is_remembered_until_there_is_a_new_fact(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[1], B1=[4]))
    about, analyst = subject(make, RATING), Analyst(store, timer=lambda: 0.0)
    first = analyst.findings(about)
    assert analyst.findings(replace(about, now=about.now + timedelta(seconds=1))) is first
    keep(store, [make.score("A1", "A", 2)])
    second = analyst.findings(about)
    assert second.figures.scores == {"A": 2, "B": 1}
    assert analyst.findings(replace(about, now=about.now + timedelta(minutes=2))) is not second
    assert not analyst.has_decided(about)


def test_what_took_long_to_read_rests_for_five_times_as_long(store: Store, make: Making) -> None:
    keep(store, ratings(make, A1=[1], B1=[4]))
    ticks = iter([0.0, 2.0, 10.0, 10.1])
    about, analyst = subject(make, RATING), Analyst(store, timer=lambda: next(ticks))
    first = analyst.findings(about)
    keep(store, [make.score("A1", "A", 2)])
    assert analyst.findings(replace(about, now=about.now + timedelta(seconds=9))) is first
    assert analyst.findings(replace(about, now=about.now + timedelta(seconds=10))) is not first


# Real data


def test_a_real_headline_test_gives_the_verdict_of_its_counts(store: Store, make: Making, shared: Path) -> None:
    with gzip.open(shared / "data" / "upworthy_exploratory.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["clickability_test_id"] == "5470c9d40e78bd40ad000034"]
    headlines = [(int(row["impressions"]), int(row["clicks"])) for row in rows]
    assert headlines == [(3088, 71), (3063, 37)]
    facts: list[object] = []
    for variant, (impressions, clicks) in zip("AB", headlines, strict=True):
        units = [f"{variant}{n}" for n in range(impressions)]
        facts += [make.assignment(unit, variant, at=after(n / 100)) for n, unit in enumerate(units)]
        facts += [make.outcome(unit, variant, "click", at=after(50)) for unit in units[:clicks]]
    keep(store, facts)
    about = subject(make, {"outcome": "click", "primary": True, "min_effect": 10}, analysis=shapes.Analysis())
    out, _ = found(store, about)
    a, b = out.metrics[0].variants
    assert (a.units, a.observations, b.units, b.observations) == (3088, 71, 3063, 37)
    assert [a.value, b.value] == pytest.approx([100 * 71 / 3088, 100 * 37 / 3063])
    control, treatment = stats.estimates({"A": counted(71, 3088), "B": counted(37, 3063)}, "proportion",
                                         variance_reduction=False).values()  # fmt: skip
    assert control is not None
    assert treatment is not None
    expected = stats.compare(control, treatment, method="sequential", alpha=0.05, planned_units=5000, kind="proportion")
    against = versus(out)
    assert against.lift == pytest.approx(100 * (expected.lift or 0))
    assert against.difference_low == pytest.approx(100 * expected.low)
    assert against.difference_high == pytest.approx(100 * expected.high)
    assert against.p_value == pytest.approx(expected.p_value)
    assert out.sample_ratio.healthy
    assert (out.verdict.decision, out.verdict.variant_id, against.verdict) == ("keep", "A", "worse")


def counted(clicks: int, impressions: int) -> Moments:
    share, none = clicks / impressions, (0.0, 0.0, 0.0, 0.0)
    variance = share * (1 - share) * impressions / (impressions - 1)
    return Moments(impressions, clicks, (share, 1, 0, 0), ((variance, 0, 0, 0), none, none, none))
