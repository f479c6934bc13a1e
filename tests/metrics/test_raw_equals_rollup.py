"""The guard: every metric, computed from raw calls and from every rollup that can answer, is the same."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from promptpulse.core.call import Call, CostSource, ErrorFamily, ErrorType
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import METRICS, Filter, Frame, Query, rollups, run
from promptpulse.store import Store

NOW = datetime.now(UTC)
HOUR = NOW.replace(minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
ALL = tuple(METRICS)
KATHMANDU_MIDNIGHT = (HOUR - DAY).replace(hour=18, minute=15)
if NOW - timedelta(hours=6) < KATHMANDU_MIDNIGHT:
    KATHMANDU_MIDNIGHT -= DAY

SHAPES = {
    "two days": Query("", ALL, HOUR - 2 * DAY, HOUR),
    "until now": Query("", ALL, HOUR - 2 * DAY, NOW + timedelta(seconds=1)),
    "hours": Query("", ALL, HOUR - DAY, HOUR, bucket="1h"),
    "five minutes by model, production": Query(
        "", ALL, HOUR - timedelta(hours=6), HOUR, bucket="5m", by=("model",), where=(Filter("environment", "in", ("production",)),)
    ),
    "by prompt and version, not staging": Query(
        "", ALL, HOUR - 2 * DAY, HOUR, by=("prompt_id", "prompt_version"), where=(Filter("environment", "not_in", ("staging",)),)
    ),
    "by feature, also unknown": Query("", ALL, HOUR - 2 * DAY, HOUR, by=("feature",)),
    "days in Stockholm": Query("", ALL, HOUR - 2 * DAY, HOUR, bucket="1d", tz="Europe/Stockholm"),
    "days in Kathmandu": Query(
        "", ALL, KATHMANDU_MIDNIGHT, KATHMANDU_MIDNIGHT + timedelta(hours=5), bucket="1d", tz="Asia/Kathmandu"
    ),
    "weeks in Chatham": Query("", ALL, HOUR - 2 * DAY, HOUR, bucket="1w", tz="Pacific/Chatham"),
}  # fmt: skip


@pytest.fixture(scope="module")
def traffic(store: Store) -> Iterator[str]:
    """3,000 calls of every kind over the last two days."""
    project, dice = str(uuid4()), random.Random(7)
    insert(store, [_call(project, i, dice) for i in range(3000)], int(NOW.timestamp()))
    yield project


@pytest.mark.parametrize("shape", SHAPES)
def test_raw_and_rollups_agree(store: Store, traffic: str, shape: str) -> None:
    query = replace(SHAPES[shape], project=traffic)
    raw = run(store, query, NOW, source=rollups.RAW)
    planned = run(store, query, NOW)
    assert planned.source != "calls"
    assert_equal(planned, raw)
    assert any(v is not None for row in raw.values["success_rate"] for v in row)


@pytest.mark.parametrize(
    "rollup", [r for r in rollups.ROLLUPS if r.keep is None or r.keep > 2 * DAY], ids=lambda r: r.table
)
def test_every_rollup_equals_raw_for_all_it_measures(store: Store, traffic: str, rollup: rollups.Source) -> None:
    able = tuple(
        k for k in ALL if _uses(k) <= rollup.measures and (not METRICS[k].peak or rollup.grain <= timedelta(minutes=1))
    )
    query = Query(traffic, able, HOUR - 2 * DAY, HOUR, by=tuple(sorted(rollup.dimensions)), limit=1000)
    assert_equal(run(store, query, NOW, source=rollup), run(store, query, NOW, source=rollups.RAW))


ANY = "status in ('success', 'error')"
"""A condition that all calls meet, and that no rollup knows: it is read from the calls."""
SAME_AS = {
    "total_requests": "count()",
    "error_rate": "100 * count(status = 'error') / count()",
    "success_rate": "100 * count(status = 'success') / count()",
    "timeout_errors": "count(error_type = 'timeout')",
    "errors_5xx": "count(error_family = '5xx')",
    "incomplete_requests": "count(incomplete)",
    "avg_latency_ms": "avg(latency_ms)",
    "p50_latency_ms": "p50(latency_ms)",
    "p95_latency_ms": "p95(latency_ms)",
    "p99_latency_ms": "p99(latency_ms)",
    "p95_first_token_ms": "p95(first_token_ms)",
    "avg_first_token_ms": "avg(first_token_ms)",
    "avg_llm_ms": "avg(llm_ms)",
    "total_tokens": "if_empty(sum(total_tokens), 0)",
    "total_cost_usd": "if_empty(sum(cost_usd), 0)",
}
"""Metrics of the catalogue by formulas."""


def _everywhere(formula: str) -> str:
    return re.sub(r"(\([^()]*)\)", rf"\1 where {ANY})", formula)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_formula_equals_the_metric_of_the_catalogue_from_every_source(store: Store, traffic: str, shape: str) -> None:
    planned = {key: f"={formula}" for key, formula in SAME_AS.items()}
    from_calls = {key: f"={_everywhere(formula)}" for key, formula in SAME_AS.items()}
    query = replace(SHAPES[shape], project=traffic, metrics=(*SAME_AS, *planned.values(), *from_calls.values()))
    frame = run(store, query, NOW)
    assert "calls_1" in frame.source, "formulas that measures can tell are read from rollups"
    assert "calls" in frame.source.split(", ")
    for key, formula in [*planned.items(), *from_calls.items()]:
        known = [[v or 0 for v in row] if "if_empty" in formula else row for row in frame.values[key]]
        for found, expected in zip(frame.values[formula], known, strict=True):
            assert found == [v if v is None else pytest.approx(v, rel=1e-12) for v in expected], formula


@pytest.mark.parametrize("shape", SHAPES)
def test_the_parts_of_the_latency_add_up(store: Store, traffic: str, shape: str) -> None:
    parts = ("part_llm_ms", "part_network_ms", "part_queue_ms", "part_other_ms")
    frame = run(store, replace(SHAPES[shape], project=traffic, metrics=("avg_latency_ms", *parts)), NOW)
    for group in range(len(frame.groups)):
        for i, mean in enumerate(frame.values["avg_latency_ms"][group]):
            known = [v for part in parts if (v := frame.values[part][group][i]) is not None]
            assert all(v >= 0 for v in known)
            assert (sum(known) if known else None) == (mean if mean is None else pytest.approx(mean, rel=1e-9))


def test_every_metric_has_a_value_somewhere(store: Store, traffic: str) -> None:
    frame = run(store, Query(traffic, ALL, HOUR - 2 * DAY, HOUR), NOW)
    assert [key for key in ALL if frame.total(key) is None] == []


def assert_equal(a: Frame, b: Frame) -> None:
    assert (a.buckets, set(a.groups), a.groups_total) == (b.buckets, set(b.groups), b.groups_total)
    place = {group: i for i, group in enumerate(b.groups)}
    for key, rows in a.values.items():
        for group, row in zip(a.groups, rows, strict=True):
            other = b.values[key][place[group]]
            assert [v is None for v in row] == [v is None for v in other], (key, group)
            assert [v or 0 for v in row] == pytest.approx([v or 0 for v in other], rel=1e-12), (key, group)


def _uses(key: str) -> frozenset[str]:
    from promptpulse.metrics.plan import references  # noqa: PLC0415 - the guard alone looks inside

    return frozenset(references([METRICS[key]]))


def _call(project: str, number: int, dice: random.Random) -> Call:
    failed = dice.random() < 0.2
    kind = dice.choice(list(ErrorType)) if failed else ""
    sent, answered = dice.randrange(1, 5000), dice.randrange(1, 900)
    has_usage = dice.random() < 0.9
    return Call(
        project=project,
        id=f"guard-{number}",
        ts=to_micros(NOW) - dice.randrange(int(2.2 * 86400e6)),
        prompt_id=f"prompt-{dice.randrange(4)}",
        prompt_version=str(dice.randrange(3)),
        provider="openai",
        model=dice.choice(["gpt-4o", "gpt-4o-mini"]),
        environment=dice.choice(["production", "staging", ""]),
        feature=dice.choice(["chat", "search", ""]),
        status="error" if failed else "success",
        incomplete=not failed and dice.random() < 0.05,
        error_type=kind,
        error_family=dice.choice(list(ErrorFamily)) if failed else "",
        latency_ms=round(dice.lognormvariate(6, 1), 3),
        llm_ms=dice.choice([None, 50.5]),
        network_ms=dice.choice([None, 7.25]),
        queue_ms=dice.choice([None, 0.0]),
        first_token_ms=dice.choice([None, dice.random() * 500]),
        input_tokens=sent if has_usage else None,
        output_tokens=answered if has_usage else None,
        total_tokens=sent + answered if has_usage else None,
        cached_input_tokens=dice.choice([None, 0, sent // 2]) if has_usage else None,
        cache_write_tokens=dice.choice([None, 3]) if has_usage else None,
        reasoning_tokens=dice.choice([None, answered // 3]) if has_usage else None,
        cost_usd=Decimal(sent).scaleb(-6) if has_usage and dice.random() < 0.9 else None,
        cost_source=CostSource.PRICE_LIST,
        user_id=dice.choice(["", f"user-{dice.randrange(300)}"]),
    )
