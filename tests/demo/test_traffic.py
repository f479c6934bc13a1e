"""The demo's calls look like a month of a real product, and say the same when they are asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call, CostSource
from promptpulse.core.times import from_micros, to_micros
from promptpulse.demo import Live, World, traffic
from promptpulse.demo.traffic import end_us
from promptpulse.demo.trials import context_of
from promptpulse.experiments.assign import decide, unit_of
from promptpulse.ingest.price import Prices

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROJECT = ProjectRef("shop", "Shop", "Europe/Berlin", capture_content=True, price_version=0)
HOUR = timedelta(hours=1)


def made(world: World, start: datetime, end: datetime) -> list[Call]:
    return [call for block in traffic(world, start, end) for call in block]


@pytest.fixture(scope="module")
def world() -> World:
    return World("shop", BERLIN, NOW, calls_per_day=2_500)


@pytest.fixture(scope="module")
def month(world: World) -> list[Call]:
    calls = made(world, world.start, NOW)
    prices = Prices(lambda _: ())
    for call in calls:
        prices.price(call, PROJECT)
    return calls


def error_rate(calls: list[Call]) -> float:
    return sum(call.status == "error" for call in calls) / len(calls)


def p95(calls: list[Call]) -> float:
    return sorted(call.latency_ms for call in calls)[len(calls) * 95 // 100]


def at_local_hours(calls: list[Call], first: int, last: int) -> int:
    return sum(first <= from_micros(call.ts).astimezone(BERLIN).hour < last for call in calls)


def test_a_month_has_about_the_calls_that_were_asked_for(month: list[Call]) -> None:
    assert 0.95 < len(month) / 75_000 < 1.05


def test_the_same_seed_tells_the_same_calls(world: World) -> None:
    again = World("shop", BERLIN, NOW, calls_per_day=2_500)
    other = World("shop", BERLIN, NOW, calls_per_day=2_500, seed=7)
    start = NOW - timedelta(days=3)

    assert made(world, start, start + HOUR) == made(again, start, start + HOUR)
    assert made(world, start, start + HOUR) != made(other, start, start + HOUR)


def test_any_cut_through_time_gives_the_same_calls(world: World) -> None:
    start = NOW - timedelta(hours=5)
    cut = start + timedelta(minutes=83, seconds=7)

    assert made(world, start, NOW) == made(world, start, cut) + made(world, cut, NOW)


def test_calls_come_in_the_order_of_time_and_have_ids_of_their_own(month: list[Call]) -> None:
    times = [call.ts for call in month]

    assert times == sorted(times)
    assert len({call.id for call in month}) == len(month)


def test_live_calls_are_handed_out_once_each_when_they_have_ended(world: World) -> None:
    live = Live(world, NOW)
    handed = []
    for second in range(1, 3 * 3600, 7):
        now = NOW + timedelta(seconds=second)
        due = live.due(now)
        assert all(end_us(call) <= to_micros(now) for call in due)
        handed += due
    ended = [call for call in made(world, NOW - HOUR, now) if to_micros(NOW) < end_us(call) <= to_micros(now)]

    assert sorted(c.id for c in handed) == sorted(c.id for c in ended)
    assert len(handed) > 100


def test_days_are_busier_than_nights_and_weekdays_than_weekends(month: list[Call]) -> None:
    assert at_local_hours(month, 9, 21) / 12 > 2 * at_local_hours(month, 0, 6) / 6
    days = Counter(from_micros(call.ts).astimezone(BERLIN).date() for call in month)
    whole = sorted(days)[2:-1]
    weekend = [days[day] for day in whole if day.weekday() >= 5]
    week = [days[day] for day in whole if day.weekday() < 5]
    assert sum(week) / len(week) > 1.1 * sum(weekend) / len(weekend)


def test_minutes_are_bursty(month: list[Call]) -> None:
    minutes = Counter(call.ts // 60_000_000 for call in month)
    mean = len(month) / (30 * 24 * 60)

    assert max(minutes.values()) > 8 * mean


def test_about_one_call_in_fifty_fails_and_rate_limits_lead(month: list[Call]) -> None:
    kinds = Counter(call.error_type for call in month if call.status == "error")

    assert 0.012 < error_rate(month) < 0.030
    assert set(kinds) == {"rate_limit", "model_error", "timeout", "validation", "system"}
    assert kinds.most_common(1)[0][0] == "rate_limit"
    assert {call.error_family for call in month if call.status == "error"} == {"4xx", "5xx", "llm"}


@pytest.mark.parametrize(
    "days_ago,provider,kinds", [(9.0, "anthropic", {"model_error", "timeout"}), (2.5, "openai", {"rate_limit"})]
)
def test_an_incident_shows_in_the_hour_of_its_provider(
    month: list[Call], world: World, days_ago: float, provider: str, kinds: set[str]
) -> None:
    day = (NOW - timedelta(days=days_ago)).astimezone(BERLIN).date()
    hours: dict[int, list[Call]] = {}
    for call in month:
        if from_micros(call.ts).astimezone(BERLIN).date() == day:
            hours.setdefault(call.ts // 3_600_000_000, []).append(call)
    worst = max(hours.values(), key=error_rate)
    failed = Counter(call.error_type for call in worst if call.provider == provider and call.status == "error")

    assert error_rate(worst) > 5 * error_rate(month)
    assert sum(failed[kind] for kind in kinds) > 0.9 * sum(failed.values())
    assert error_rate([c for c in worst if c.provider != provider]) < 0.1


def test_the_storm_doubles_the_latency_of_its_provider(month: list[Call]) -> None:
    start, end = (to_micros(datetime(2026, 11, 19, 11, m, tzinfo=BERLIN)) for m in (6, 56))
    openai = [c for c in month if c.provider == "openai" and c.status == "success" and c.prompt_id == "classify-intent"]
    before = [c.latency_ms for c in openai if c.ts < start]
    during = [c.latency_ms for c in openai if start <= c.ts < end]

    assert 1.6 < (sum(during) / len(during)) / (sum(before) / len(before)) < 2.6


def test_the_newest_version_of_support_reply_is_worse(month: list[Call]) -> None:
    live = [c for c in month if c.prompt_id == "support-reply" and c.environment == "production"]
    old, new = ([c for c in live if c.prompt_version == version] for version in ("3", "4"))

    assert 1.4 < p95(new) / p95(old) < 1.9
    assert error_rate(old) < 0.035
    assert 0.05 < error_rate(new) < 0.11
    tokens = [
        sum(c.total_tokens or 0 for c in calls) / sum(c.total_tokens is not None for c in calls) for calls in (old, new)
    ]
    assert tokens[1] > 1.3 * tokens[0]
    assert min(c.ts for c in new) >= to_micros(NOW - timedelta(days=4))


def test_all_usage_is_priced_but_that_of_the_model_in_the_cellar(month: list[Call]) -> None:
    succeeded = [c for c in month if c.status == "success"]
    unpriced = [c for c in succeeded if c.cost_usd is None]

    assert {c.model for c in unpriced} == {"shop-tagger-7b"}
    assert 0.005 < len(unpriced) / len(succeeded) < 0.02
    assert {c.cost_source for c in succeeded if c.cost_usd is not None} == {CostSource.PRICE_LIST}
    assert len({c.provider for c in month}) == 5


def test_parts_add_up_to_the_latency(month: list[Call]) -> None:
    for call in month:
        assert call.queue_ms is not None and call.network_ms is not None and call.llm_ms is not None
        assert call.queue_ms + call.network_ms + call.llm_ms == pytest.approx(call.latency_ms, abs=0.001)
        assert call.first_token_ms is None or 0 < call.first_token_ms <= call.latency_ms + 0.001


def test_parts_of_tokens_lie_within_the_whole(month: list[Call]) -> None:
    for call in month:
        if call.input_tokens is not None:
            assert (call.cached_input_tokens or 0) + (call.cache_write_tokens or 0) <= call.input_tokens
            assert (call.reasoning_tokens or 0) <= (call.output_tokens or 0)
            assert call.total_tokens == call.input_tokens + (call.output_tokens or 0)
        else:
            assert call.status == "error" and call.total_tokens is None


@pytest.mark.parametrize(
    "fact",
    [
        lambda c: c.environment == "staging",
        lambda c: c.first_token_ms is not None,
        lambda c: bool(c.cached_input_tokens),
        lambda c: bool(c.cache_write_tokens),
        lambda c: bool(c.reasoning_tokens),
        lambda c: bool(c.variant_id),
        lambda c: c.operation == "embeddings",
        lambda c: bool(c.session_id),
    ],
    ids=["staging", "stream", "cached", "cache write", "reasoning", "experiment", "embeddings", "session"],
)
def test_some_but_not_all_calls_have(month: list[Call], fact: Callable[[Call], bool]) -> None:
    assert 0.005 < sum(map(fact, month)) / len(month) < 0.9


def test_users_return_and_new_ones_join(month: list[Call]) -> None:
    early = {c.user_id for c in month if c.ts < to_micros(NOW - timedelta(days=20)) and c.user_id}
    late = {c.user_id for c in month if c.ts > to_micros(NOW - timedelta(days=10)) and c.user_id}
    busiest = Counter(c.user_id for c in month if c.user_id).most_common(90)

    assert 750 < len({c.user_id for c in month if c.user_id}) < 950
    assert len(early & late) > 200
    assert len(late - early) > 100
    assert sum(n for _, n in busiest) > 0.35 * sum(bool(c.user_id) for c in month)


def test_a_unit_keeps_its_variant_and_gets_the_version_of_it(month: list[Call], world: World) -> None:
    tried = {trial.experiment.id: trial for trial in world.trials}
    variants: dict[tuple[str, str], set[str]] = {}
    for call in month:
        if call.experiment_id:
            trial = tried[call.experiment_id]
            variant = trial.experiment.variant(call.variant_id)
            assert variant is not None
            assert (call.prompt_id, call.prompt_version) == (variant.prompt, str(variant.version))
            unit = call.user_id if trial.plan.unit == "user" else call.session_id
            variants.setdefault((trial.plan.title, unit), set()).add(call.variant_id)

    assert {len(v) for v in variants.values()} == {1}
    assert {title for title, _ in variants} == {t.plan.title for t in world.trials if t.started_at}


def test_who_takes_part_is_who_the_product_would_choose(month: list[Call], world: World) -> None:
    """Those that the product turns away carry no experiment while it runs, and the others do."""
    for trial in world.trials:
        if trial.started_at is None:
            continue
        start, end = (to_micros(at) for at in (trial.started_at, trial.concluded_at or NOW))
        prompt = trial.experiment.control.prompt
        asked = [c for c in month if c.prompt_id == prompt and start <= c.ts < end - 60_000_000 and c.user_id]
        for call in asked:
            if call.environment == "production":
                user = int(call.user_id.removeprefix("customer-")) - 1
                context = context_of(user, call.session_id)
                unit = unit_of(context).id(trial.plan.unit)
                decision = decide(trial.experiment, unit, context, None, 0)
                assert call.variant_id == (decision.variant.id if decision.enrolled else "")


def test_some_calls_have_texts_and_none_where_texts_are_not_kept(month: list[Call], world: World) -> None:
    quiet = World("shop", BERLIN, NOW, calls_per_day=2_500, with_texts=False)

    assert 50 < sum(bool(c.input) for c in month) < 500
    assert not any(c.input or c.output for c in made(quiet, NOW - HOUR, NOW))
    assert any(c.input for c in made(world, NOW - HOUR, NOW))
