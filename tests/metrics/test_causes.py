"""What carries a change, on calls that a reader can count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from making import MakeCall
from making_facts import Making, store_facts
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query
from promptpulse.metrics.causes import Causes, Change, causes
from promptpulse.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = NOON + HOUR


def why(store: Store, project: str, metric: str, *, before: timedelta = HOUR, where: tuple[Filter, ...] = ()) -> Causes:
    """Of the hour from noon on, against what was before."""
    query = Query(project, (metric,), NOON, NOW, where=where)
    return causes(store, Change(query, (NOON - before, NOON), (NOON, NOW)), NOW)


class Traffic:
    """Calls spread over the hour before noon, and over the one after."""

    def __init__(self, make_call: MakeCall) -> None:
        self._make, self.calls = make_call, list[Call]()

    def before(self, n: int, **fields: object) -> Traffic:
        return self._add(NOON - HOUR, n, fields)

    def after(self, n: int, **fields: object) -> Traffic:
        return self._add(NOON, n, fields)

    def _add(self, start: datetime, n: int, fields: dict[str, object]) -> Traffic:
        self.calls += [self._make(at=start + HOUR * i / n, **fields) for i in range(n)]
        return self


FAILED = {"status": "error", "error_type": "model_error", "error_family": "5xx"}


@pytest.fixture
def traffic(make_call: MakeCall) -> Traffic:
    return Traffic(make_call)


def test_the_version_that_got_slow_is_named(store: Store, project: str, traffic: Traffic) -> None:
    for prompt in ("support", "search"):
        traffic.before(50, prompt_id=prompt, prompt_version="1", model="m", latency_ms=100)
        traffic.after(20, prompt_id=prompt, prompt_version="1", model="m", latency_ms=100)
    traffic.after(30, prompt_id="search", prompt_version="2", model="m", latency_ms=100)
    traffic.after(30, prompt_id="support", prompt_version="2", model="m", latency_ms=900)
    insert(store, traffic.calls, 0)
    found = why(store, project, "avg_latency_ms")
    assert (found.before, found.after) == (100, 340)
    assert (found.verdict, found.symptom) == ("one", None)
    cause = found.most_likely
    assert cause is not None
    assert (cause.dimension, cause.parent, cause.value, cause.kind) == ("prompt_version", "support", "2", "new")
    assert [cause.explained, cause.without, cause.is_specific] == pytest.approx([100, 100, True])
    assert (cause.before, cause.after, cause.calls_before, cause.calls_after) == (None, 900, 0, 30)
    assert (cause.others_before, cause.others_after) == (100, 100)
    assert cause.where == (Filter("prompt_id", "in", ("support",)), Filter("prompt_version", "in", ("2",)))
    # of percentiles, too
    p95 = why(store, project, "p95_latency_ms")
    assert p95.most_likely is not None
    assert (p95.most_likely.dimension, p95.most_likely.value) == ("prompt_version", "2")
    assert p95.most_likely.without == pytest.approx(100, rel=0.01)
    assert p95.most_likely.explained == pytest.approx(100)


def test_a_shift_of_traffic_is_called_a_shift_though_every_prompt_got_faster(
    store: Store, project: str, traffic: Traffic
) -> None:
    traffic.before(90, prompt_id="short", latency_ms=100).before(10, prompt_id="long", latency_ms=1000)
    traffic.after(20, prompt_id="short", latency_ms=90).after(80, prompt_id="long", latency_ms=950)
    insert(store, traffic.calls, 0)
    found = why(store, project, "avg_latency_ms")
    assert (found.before, found.after) == (190, 778)
    assert found.verdict == "mix"
    # 0.2 x 100 + 0.8 x 1000 = 820 would be the mean with the old speed: more than the whole change
    assert [m.dimension for m in found.mixes] == ["prompt_id"]
    assert found.mixes[0].share == pytest.approx(100 * 630 / 588)
    assert found.most_likely is not None
    assert (found.most_likely.value, found.most_likely.kind) == ("long", "more")
    assert (found.most_likely.share_before, found.most_likely.share_after) == (10, 80)


def test_the_model_that_fails_is_named_whatever_prompts_use_it(store: Store, project: str, traffic: Traffic) -> None:
    for prompt in ("a", "b", "c"):
        for model in ("m1", "m2"):
            traffic.before(20, prompt_id=prompt, model=model, provider="openai", user_id="ada")
        traffic.after(20, prompt_id=prompt, model="m1", provider="openai", user_id="ada")
        traffic.after(10, prompt_id=prompt, model="m2", provider="openai", user_id="ada")
        traffic.after(10, prompt_id=prompt, model="m2", provider="openai", user_id=f"user of {prompt}", **FAILED)
    insert(store, traffic.calls, 0)
    found = why(store, project, "error_rate")
    assert (found.before, found.after, found.verdict) == (0, 25, "one")
    cause = found.most_likely
    assert cause is not None
    assert (cause.dimension, cause.value, cause.kind, cause.before, cause.after) == ("model", "m2", "itself", 0, 50)
    assert (cause.explained, cause.without, cause.others_after) == (100, 0, 0)
    assert found.symptom is not None
    assert (found.symptom.dimension, found.symptom.value) == ("error_type", "model_error")
    damage = found.damage
    assert (damage.calls, damage.failed_calls, damage.failed_more, damage.users, damage.users_hit) == (60, 30, 30, 4, 3)


def test_a_new_prompt_that_costs_much_is_named(store: Store, project: str, traffic: Traffic) -> None:
    one_cent, a_dollar = {"cost_usd": Decimal("0.01")}, {"cost_usd": Decimal(1)}
    traffic.before(100, prompt_id="chat", prompt_version="1", model="m", **one_cent)
    traffic.after(100, prompt_id="chat", prompt_version="1", model="m", **one_cent)
    traffic.after(20, prompt_id="report", prompt_version="1", model="m", **a_dollar)
    insert(store, traffic.calls, 0)
    found = why(store, project, "total_cost_usd")
    assert (found.before, found.after, found.verdict) == (1, 21, "one")
    cause = found.most_likely
    assert cause is not None
    assert (cause.dimension, cause.value, cause.kind) == ("prompt_id", "report", "new")
    assert (cause.explained, cause.without, cause.before, cause.after) == (100, 1, 0, 20)
    assert (found.damage.cost_usd, found.damage.extra_usd) == (20, 20)


@pytest.mark.parametrize(("metric", "before", "after"), [
    ("success_rate", 100, 50), ("avg_latency_ms", 200, 400), ("total_requests", 80, 160), ("p95_latency_ms", 300, 600),
])  # fmt: skip
def test_nobody_is_blamed_when_all_change_alike(
    store: Store, project: str, traffic: Traffic, metric: str, before: float, after: float
) -> None:
    for prompt, ms in (("a", 100), ("b", 300)):
        for model in ("m1", "m2"):
            of = {"prompt_id": prompt, "model": model}
            traffic.before(20, latency_ms=ms, **of)
            traffic.after(20, latency_ms=2 * ms, **of).after(20, latency_ms=2 * ms, **of, **FAILED)
    insert(store, traffic.calls, 0)
    found = why(store, project, metric)
    assert [found.before, found.after] == pytest.approx([before, after], rel=0.01)
    assert (found.verdict, found.most_likely) == ("all", None)
    assert {c.is_specific for c in found.carriers} == {False}
    assert found.damage.calls == 160


def test_a_prompt_that_is_most_of_the_traffic_is_not_the_cause_because_it_is_large(
    store: Store, project: str, traffic: Traffic
) -> None:
    traffic.before(90, prompt_id="large").before(10, prompt_id="small")
    traffic.after(180, prompt_id="large").after(20, prompt_id="small")
    insert(store, traffic.calls, 0)
    found = why(store, project, "total_requests")
    assert found.verdict == "all"
    assert found.carriers[0].explained == 90


def test_traffic_of_a_period_of_another_length_is_compared_by_time(
    store: Store, project: str, traffic: Traffic
) -> None:
    traffic.before(20, prompt_id="a").before(20, prompt_id="b").after(10, prompt_id="a").after(50, prompt_id="b")
    insert(store, traffic.calls, 0)
    found = why(store, project, "total_requests", before=4 * HOUR)
    assert (found.before, found.after) == (10, 60)
    assert found.most_likely is not None
    assert (found.most_likely.value, found.most_likely.kind, found.most_likely.explained) == ("b", "more", 90)
    assert found.most_likely.without == 15


def test_within_the_prompt_that_fails_its_model_is_named(store: Store, project: str, traffic: Traffic) -> None:
    for prompt in ("a", "b"):
        for model in ("m1", "m2"):
            traffic.before(20, prompt_id=prompt, model=model)
    traffic.after(20, prompt_id="a", model="m1").after(20, prompt_id="a", model="m2", **FAILED)
    traffic.after(20, prompt_id="b", model="m1").after(20, prompt_id="b", model="m2")
    insert(store, traffic.calls, 0)
    found = why(store, project, "error_rate")
    assert found.most_likely is not None
    assert found.within is not None
    assert {found.most_likely.value, found.within.value} == {"a", "m2"}
    assert found.within.explained == 100


def test_a_property_that_no_dimension_tells_is_found(store: Store, project: str, traffic: Traffic) -> None:
    for plan in ("free", "pro"):
        traffic.before(20, prompt_id="a", properties={"plan": plan}, latency_ms=100)
    traffic.after(20, prompt_id="a", properties={"plan": "free", "new": "yes"}, latency_ms=100)
    traffic.after(20, prompt_id="a", properties={"plan": "pro"}, latency_ms=500)
    insert(store, traffic.calls, 0)
    cause = why(store, project, "avg_latency_ms").most_likely
    assert cause is not None
    assert (cause.dimension, cause.label, cause.value) == ("properties.plan", "plan", "pro")


def test_a_prompt_that_fell_silent_carries_the_drop_of_traffic(store: Store, project: str, traffic: Traffic) -> None:
    traffic.before(40, prompt_id="a").before(40, prompt_id="b").after(40, prompt_id="a")
    insert(store, traffic.calls, 0)
    cause = why(store, project, "total_requests").most_likely
    assert cause is not None
    assert (cause.value, cause.kind, cause.explained, cause.after) == ("b", "gone", 100, 0)


@pytest.mark.parametrize(
    "metric", ["=avg(latency_ms)", "=p95(latency_ms)", "=avg(latency_ms) / 100", "=count(latency_ms > 500)"]
)
def test_formulas_have_causes_too(store: Store, project: str, traffic: Traffic, metric: str) -> None:
    traffic.before(40, prompt_id="a", latency_ms=100).before(40, prompt_id="b", latency_ms=100)
    traffic.after(40, prompt_id="a", latency_ms=100).after(40, prompt_id="b", latency_ms=900)
    insert(store, traffic.calls, 0)
    found = why(store, project, metric)
    assert found.most_likely is not None
    assert (found.verdict, found.most_likely.value) == ("one", "b")
    assert found.most_likely.explained == pytest.approx(100)


def test_filters_hold_and_other_projects_are_not_seen(store: Store, project: str, traffic: Traffic) -> None:
    traffic.before(20, prompt_id="a", environment="live").before(20, prompt_id="b", environment="live")
    traffic.after(20, prompt_id="a", environment="live").after(20, prompt_id="b", environment="live", **FAILED)
    traffic.after(90, prompt_id="a", environment="test", **FAILED)
    insert(store, traffic.calls, 0)
    found = why(store, project, "error_rate", where=(Filter("environment", "in", ("live",)),))
    assert found.most_likely is not None
    assert (found.after, found.most_likely.value) == (50, "b")
    assert why(store, "another", "error_rate").verdict == "too_few"


def test_few_calls_and_equal_periods_have_no_cause(store: Store, project: str, traffic: Traffic) -> None:
    insert(store, traffic.before(4).after(4, **FAILED).calls, 0)
    assert why(store, project, "error_rate").verdict == "too_few"
    insert(store, traffic.before(40).after(40).calls, 0)
    assert why(store, project, "avg_latency_ms").verdict == "unchanged"


def test_periods_must_follow_each_other(store: Store, project: str) -> None:
    with pytest.raises(BadQuery) as refused:
        causes(store, Change(Query(project, ("error_rate",), NOON, NOW), (NOON, NOW), (NOON, NOW)), NOW)
    assert refused.value.field == "before"


def test_users_who_are_in_several_groups_are_not_taken_away_from_one(
    store: Store, project: str, traffic: Traffic
) -> None:
    for user in range(20):
        traffic.before(1, prompt_id="a", user_id=f"user {user}").before(1, prompt_id="b", user_id=f"user {user}")
    for user in range(40):
        traffic.after(1, prompt_id="a", user_id=f"user {user}").after(1, prompt_id="b", user_id=f"user {user}")
    insert(store, traffic.calls, 0)
    found = why(store, project, "unique_users")
    assert [found.before, found.after] == pytest.approx([20, 40], rel=0.01)
    assert (found.verdict, found.most_likely) == ("all", None)


def test_several_prompts_may_carry_a_change_together(store: Store, project: str, traffic: Traffic) -> None:
    for prompt in ("a", "b", "c", "d", "e", "f"):
        traffic.before(30, prompt_id=prompt, latency_ms=100)
        traffic.after(30, prompt_id=prompt, latency_ms=500 if prompt in {"a", "b", "c"} else 100)
    insert(store, traffic.calls, 0)
    found = why(store, project, "avg_latency_ms")
    assert found.verdict == "several"
    assert {c.value for c in found.carriers if c.spared > 25 and c.explained > 20} == {"a", "b", "c"}


def test_means_of_scores_have_causes(store: Store, project: str, traffic: Traffic) -> None:
    traffic.before(20, prompt_id="a").before(20, prompt_id="b").after(20, prompt_id="a").after(20, prompt_id="b")
    insert(store, traffic.calls, 0)
    make = Making(project)
    store_facts(store, [
        make.score("", "", 1.0 if c.ts >= to_micros(NOON) and c.prompt_id == "b" else 5.0, at=c.ts, experiment_id="",
                   call_id=c.id, prompt_id=c.prompt_id)
        for c in traffic.calls
    ])  # fmt: skip
    found = why(store, project, "=avg(score.rating)")
    assert (found.before, found.after) == (5, 3)
    assert found.most_likely is not None
    assert (found.most_likely.dimension, found.most_likely.value) == ("prompt_id", "b")
    assert found.most_likely.explained == pytest.approx(100)
