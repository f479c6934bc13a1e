"""What questions answer, on calls that a reader can count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from making import MakeCall
from promptpulse.ingest.writer import insert
from promptpulse.metrics import METRICS, BadQuery, Filter, Query, previous, run
from promptpulse.metrics.plan import pick
from promptpulse.metrics.query import axis, checked
from promptpulse.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ask(project: str, *metrics: str, **more: object) -> Query:
    """Of one hour from noon on, in UTC, unless `more` says otherwise."""
    given: dict[str, object] = {"project": project, "metrics": metrics, "start": NOON, "end": NOON + HOUR, **more}
    return Query(**given)  # type: ignore[arg-type]  # a query in short


def test_rates_counts_and_means_of_four_calls(store: Store, project: str, make_call: MakeCall) -> None:
    insert(
        store,
        [
            make_call(
                at=NOON, latency_ms=100, input_tokens=10, output_tokens=5, total_tokens=15, cost_usd=Decimal("0.5")
            ),
            make_call(
                at=NOON, latency_ms=200, input_tokens=30, output_tokens=15, total_tokens=45, cost_usd=Decimal("1.5")
            ),
            make_call(at=NOON, latency_ms=300, input_tokens=10, output_tokens=5, total_tokens=15),
            make_call(at=NOON, latency_ms=400, status="error", error_type="timeout", error_family="5xx"),
        ],
        0,
    )
    expected = {
        "total_requests": 4,
        "success_rate": 75,
        "error_rate": 25,
        "timeout_errors": 1,
        "errors_5xx": 1,
        "errors_4xx": 0,
        "avg_latency_ms": 250,
        "total_tokens": 75,
        # the failed call used nothing, so it counts as a request with 0 tokens
        "avg_tokens_per_request": 75 / 4,
        "total_cost_usd": 2,
        # the third call succeeded, and what it cost is not known: it is left out
        "cost_per_request_usd": 2 / 3,
        "unpriced_requests": 1,
        "priced_share": 100 * 2 / 3,
        "requests_per_minute": 4 / 60,
        "peak_rpm": 4,
        "unique_users": None,
        "avg_llm_ms": None,
    }
    frame = run(store, ask(project, *expected), NOW)
    assert {key: frame.total(key) for key in expected} == pytest.approx(expected)


def test_percentiles_are_within_three_quarters_of_a_percent(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, latency_ms=float(ms)) for ms in range(10, 10_001, 10)], 0)
    frame = run(store, ask(project, "p50_latency_ms", "p95_latency_ms", "p99_latency_ms"), NOW)
    found = [frame.total(key) for key in ("p50_latency_ms", "p95_latency_ms", "p99_latency_ms")]
    assert found == pytest.approx([5000, 9500, 9900], rel=0.0085)


def test_an_hour_long_call_is_not_clipped(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, latency_ms=3_600_000)], 0)
    assert run(store, ask(project, "p99_latency_ms"), NOW).total("p99_latency_ms") == pytest.approx(
        3_600_000, rel=0.0075
    )


def test_empty_buckets_count_zero_and_have_no_rate(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON + 2 * HOUR)], 0)
    frame = run(
        store, ask(project, "total_requests", "success_rate", "total_cost_usd", bucket="1h", end=NOON + 3 * HOUR), NOW
    )
    assert frame.buckets == (NOON, NOON + HOUR, NOON + 2 * HOUR)
    assert frame.values["total_requests"] == [[0, 0, 1]]
    assert frame.values["success_rate"] == [[None, None, 100]]
    assert frame.values["total_cost_usd"] == [[0, 0, None]]  # no calls cost nothing; an unpriced call costs something


def test_totals_of_no_calls_are_zero_and_rates_unknown(store: Store, project: str) -> None:
    frame = run(store, ask(project, "total_requests", "total_tokens", "total_cost_usd", "success_rate"), NOW)
    assert [frame.total(key) for key in frame.query.metrics] == [0, 0, 0, None]


def test_the_future_is_unknown_not_empty(store: Store, project: str) -> None:
    hour = NOW.replace(minute=0, second=0)
    frame = run(store, ask(project, "total_requests", bucket="1h", start=hour, end=hour + 2 * HOUR), NOW)
    assert frame.values["total_requests"] == [[0, None]]


def test_the_largest_groups_are_kept_and_counted(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, model=f"m{n}") for n in range(1, 6) for _ in range(n)], 0)
    frame = run(store, ask(project, "total_requests", by=("model",), limit=2), NOW)
    assert (frame.groups, frame.groups_total) == ((("m5",), ("m4",)), 5)
    assert frame.values["total_requests"] == [[5], [4]]


def test_of_many_users_the_largest_are_told_with_all_their_values(
    store: Store, project: str, make_call: MakeCall
) -> None:
    calls = {"ada": [100.0] * 3, "bob": [200.0] * 2, "cyd": [900.0]}
    insert(
        store, [make_call(at=NOON, user_id=user, latency_ms=ms) for user, all_ms in calls.items() for ms in all_ms], 0
    )
    largest = ask(project, "total_requests", "avg_latency_ms", by=("user_id",), limit=2)
    frame = run(store, largest, NOW)
    assert (frame.groups, frame.groups_total) == ((("ada",), ("bob",)), 3)
    assert frame.values == {"total_requests": [[3], [2]], "avg_latency_ms": [[100], [200]]}
    assert run(store, replace(largest, order_by="avg_latency_ms", limit=1), NOW).groups == (("cyd",),)
    few = run(store, ask(project, "p50_first_token_ms", "total_requests", by=("user_id",)), NOW)
    assert few.groups == (("ada",), ("bob",), ("cyd",)), "also those of whom the first is not known"


def test_series_keep_the_groups_that_are_largest_over_the_whole_range(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(
        store,
        [
            make_call(at=NOON + h * HOUR, model=m)
            for h, m in [(0, "a"), (0, "b"), (1, "b"), (1, "c"), (1, "c"), (1, "c")]
        ],
        0,
    )
    frame = run(store, ask(project, "total_requests", by=("model",), limit=2, bucket="1h", end=NOON + 2 * HOUR), NOW)
    assert frame.groups == (("c",), ("b",))
    assert frame.values["total_requests"] == [[0, 3], [1, 1]]


def test_unknown_values_are_a_group_of_their_own_and_can_be_filtered(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(at=NOON, feature="chat"), make_call(at=NOON), make_call(at=NOON)], 0)
    frame = run(store, ask(project, "total_requests", by=("feature",)), NOW)
    assert dict(zip(frame.groups, [row[0] for row in frame.values["total_requests"]], strict=True)) == {
        (None,): 2,
        ("chat",): 1,
    }
    unknown = run(store, ask(project, "total_requests", where=(Filter("feature", "in", (None,)),)), NOW)
    assert unknown.total("total_requests") == 2


def test_properties_group_and_filter(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, properties={"plan": p}) for p in ("pro", "pro", "free")], 0)
    frame = run(store, ask(project, "total_requests", by=("properties.plan",)), NOW)
    assert frame.groups == (("pro",), ("free",))
    only = run(store, ask(project, "total_requests", where=(Filter("properties.plan", "in", ("free",)),)), NOW)
    assert only.total("total_requests") == 1


def test_projects_do_not_see_each_other(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON)], 0)
    assert run(store, ask("another", "total_requests"), NOW).total("total_requests") == 0


def test_a_value_with_quotes_is_only_a_value(store: Store, project: str, make_call: MakeCall) -> None:
    name = "it's') OR 1=1 -- {project:String} \\ \t\U0001f600"
    insert(store, [make_call(at=NOON, prompt_id=name), make_call(at=NOON)], 0)
    frame = run(
        store,
        ask(project, "total_requests", by=("prompt_id",), bucket="1h", where=(Filter("prompt_id", "in", (name,)),)),
        NOW,
    )
    assert frame.groups == ((name,),)
    assert frame.values["total_requests"] == [[1]]


def test_users_are_counted_once(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, user_id=u) for u in ("ada", "ada", "bob", "")], 0)
    assert run(store, ask(project, "unique_users"), NOW).total("unique_users") == 2


def test_without_calls_no_minute_is_the_busiest(store: Store, project: str) -> None:
    answer = run(store, ask(project, "peak_rpm"), NOW)
    assert (answer.total("peak_rpm"), answer.moments["peak_rpm"]) == (0, [[None]])


def test_parts_of_tokens_are_what_the_named_parts_leave(store: Store, project: str, make_call: MakeCall) -> None:
    told = {"input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 7, "reasoning_tokens": 2}
    insert(store, [make_call(at=NOON, **told), make_call(at=NOON, input_tokens=5, output_tokens=1)], 0)
    answer = run(store, ask(project, "fresh_input_tokens", "plain_output_tokens"), NOW)
    assert [answer.total(key) for key in ("fresh_input_tokens", "plain_output_tokens")] == [6 + 5, 5 + 1]


def test_the_peak_is_the_busiest_minute(store: Store, project: str, make_call: MakeCall) -> None:
    minute = timedelta(minutes=1)
    insert(
        store,
        [make_call(at=NOON + m * minute, prompt_id=p) for m, p in [(0, "a"), (1, "a"), (1, "b"), (1, "b"), (2, "b")]],
        0,
    )
    assert run(store, ask(project, "peak_rpm"), NOW).total("peak_rpm") == 3
    by_prompt = run(store, ask(project, "peak_rpm", by=("prompt_id",)), NOW)
    assert (by_prompt.groups, by_prompt.values["peak_rpm"]) == ((("b",), ("a",)), [[2], [1]])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metrics": ("nope",)}, "metrics"),
        ({"metrics": ()}, "metrics"),
        ({"end": NOON}, "end"),
        ({"bucket": "7m"}, "bucket"),
        ({"bucket": "1m", "end": NOON + timedelta(days=30)}, "bucket"),
        ({"by": ("nope",)}, "by"),
        ({"by": ("prompt", "prompt_id")}, "by"),
        ({"where": (Filter("nope", "in", ("x",)),)}, "where"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../etc/passwd"}, "tz"),
        ({"limit": 0}, "limit"),
        ({"order_by": "success_rate"}, "order_by"),
    ],
)
def test_a_bad_question_names_its_field(store: Store, project: str, change: dict[str, object], field: str) -> None:
    with pytest.raises(BadQuery) as refused:
        run(store, ask(project, **{"metrics": ("total_requests",), **change}), NOW)
    assert refused.value.field == field
    assert field in refused.value.message


@pytest.mark.parametrize(
    ("query", "table"),
    [
        (ask("p", "success_rate", end=NOON + 24 * HOUR), "calls_1h"),
        (ask("p", "success_rate", by=("model",)), "calls_1h"),
        (ask("p", "success_rate", bucket="5m", start=NOW.replace(hour=9, minute=0, second=0), end=NOW), "calls_1m"),
        (ask("p", "success_rate", by=("model",), bucket="5m"), "calls"),  # minutes are told by prompt alone
        (ask("p", "success_rate", bucket="5m", start=NOON - 9 * 24 * HOUR, end=NOON - 8 * 24 * HOUR), "calls"),  # too old
        (ask("p", "success_rate", bucket="1d", tz="Asia/Kathmandu", start=NOON - 24 * HOUR, end=NOW), "calls_1m"),
        (ask("p", "success_rate", start=NOON + timedelta(seconds=1)), "calls"),
        (ask("p", "success_rate", by=("user_id",)), "calls"),
        (ask("p", "unique_users", by=("model",)), "calls"),
        (ask("p", "success_rate", start=NOON, end=NOW + HOUR), "calls_1h"),  # nothing lies beyond now
    ],
)  # fmt: skip
def test_the_coarsest_table_that_is_exact_answers(query: Query, table: str) -> None:
    from promptpulse.metrics.plan import references  # noqa: PLC0415 - the planner's own vocabulary

    query = checked(query)
    cut = axis(query)
    used = frozenset(references([METRICS[k] for k in query.metrics]))
    assert pick(query, None if cut is None else cut[1], NOW, used).table == table


def test_the_previous_period_ends_where_this_one_begins() -> None:
    before = previous(ask("p", "total_requests"))
    assert (before.start, before.end) == (NOON - HOUR, NOON)


def test_parts_of_the_latency_and_the_rest_add_up_to_the_mean(store: Store, project: str, make_call: MakeCall) -> None:
    parts = ("part_llm_ms", "part_network_ms", "part_queue_ms", "part_other_ms", "avg_latency_ms")

    def of(model: str) -> list[float | int | None]:
        query = Query(
            project, parts, NOW - timedelta(hours=1), NOW + timedelta(hours=1), where=(Filter("model", "in", (model,)),)
        )
        frame = run(store, query, NOW)
        return [frame.total(key) for key in parts]

    insert(store, [
        make_call(model="told", latency_ms=100, llm_ms=60, network_ms=20, queue_ms=10),
        make_call(model="told", latency_ms=200),
        make_call(model="overlapping", latency_ms=100, llm_ms=80, network_ms=40, queue_ms=40),
        make_call(model="silent", latency_ms=100),
        make_call(model="instant", latency_ms=0, llm_ms=0),
    ], 0)  # fmt: skip
    assert of("told") == [30, 10, 5, 105, 150]
    assert of("overlapping") == [50, 25, 25, 0, 100]
    assert of("silent") == [None, None, None, 100, 100]
    assert of("instant") == [0, None, None, 0, 0]
