"""Windows that overlap hold what a query of their range answers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from making import MakeCall
from making_facts import Making, store_facts
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query, run
from promptpulse.metrics.sliding import sliding
from promptpulse.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
METRICS = (
    "total_requests", "error_rate", "p95_latency_ms", "avg_latency_ms", "requests_per_minute", "peak_rpm", "unique_users",
    "total_cost_usd", "=avg(latency_ms where model = 'a')", "=count(score.rating)", "=100 * count(score.rating) / count()",
)  # fmt: skip


@pytest.fixture(autouse=True)
def calls(store: Store, project: str, make_call: MakeCall) -> None:
    insert(
        store,
        [
            make_call(
                at=NOON + n * 40 * timedelta(seconds=1),
                latency_ms=100.0 + n,
                prompt_id="odd" if n % 2 else "even",
                model="ab"[n % 3 == 0],
                user_id=f"user-{n % 5}",
                **({"status": "error", "error_type": "timeout", "error_family": "5xx"} if n % 7 == 0 else {}),
            )
            for n in range(60)
        ],
        0,
    )


def same(a: float, b: object) -> bool:
    return math.isnan(a) if b is None else a == pytest.approx(float(str(b)))


@pytest.mark.parametrize("now", [NOON + timedelta(hours=1), NOON + timedelta(days=20)], ids=["recent", "long-ago"])
@pytest.mark.parametrize(("window", "step"), [(5, 1), (7, 7), (10, 2), (120, 60)])
@pytest.mark.parametrize("by", [(), ("prompt_id",)])
def test_each_window_is_what_a_query_of_it_answers(
    store: Store, project: str, window: int, step: int, by: tuple[str, ...], now: datetime
) -> None:
    query = Query(project, METRICS, NOON - 10 * MINUTE * step, NOON + 44 * MINUTE, by=by)
    found = sliding(store, query, window * MINUTE, step * MINUTE, now)
    assert found.ends[0] == query.start + step * MINUTE
    for i, end in enumerate(found.ends[:: max(1, len(found.ends) // 12)]):
        at = i * max(1, len(found.ends) // 12)
        alone = run(store, replace(query, start=end - window * MINUTE, end=end), now)
        for g, group in enumerate(found.groups):
            for key in METRICS:
                if group in alone.groups:
                    value = alone.values[key][alone.groups.index(group)][0]
                    assert same(found.values[key][g][at], value), (key, group, end)
                else:
                    assert not found.values["total_requests"][g][at]


def test_scores_count_in_every_window_that_holds_them(store: Store, project: str) -> None:
    store_facts(store, [Making(project).score("ada", "v", 5, at=to_micros(NOON + 2 * MINUTE))])
    found = sliding(store, Query(project, ("=count(score.rating)",), NOON, NOON + 6 * MINUTE), 3 * MINUTE, MINUTE, NOON)
    assert list(found.values["=count(score.rating)"][0]) == [0, 0, 1, 1, 1, 0]


def test_filters_hold_and_groups_are_counted(store: Store, project: str) -> None:
    query = Query(
        project, ("total_requests",), NOON, NOON + 40 * MINUTE, by=("user_id",), limit=2,
        where=(Filter("prompt_id", "in", ("odd",)),),
    )  # fmt: skip
    found = sliding(store, query, 10 * MINUTE, 10 * MINUTE, NOON)
    assert (len(found.groups), found.groups_total) == (2, 5)
    assert sum(sum(row) for row in found.values["total_requests"]) == 12


def test_what_is_too_much_or_does_not_fit_is_refused(store: Store, project: str) -> None:
    query = Query(project, ("total_requests",), NOON, NOON + 40 * MINUTE)
    with pytest.raises(BadQuery, match="divide"):
        sliding(store, query, 5 * MINUTE, 2 * MINUTE, NOON)
    with pytest.raises(BadQuery, match="too many"):
        sliding(store, replace(query, end=NOON + timedelta(days=3000)), MINUTE, MINUTE, NOON)
