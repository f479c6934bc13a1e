"""Histograms, heatmaps and failures, of calls that a reader can count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from making import MakeCall
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query
from promptpulse.metrics.distribution import distribution
from promptpulse.metrics.failures import failures
from promptpulse.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def two_hours(project: str, **more: object) -> Query:
    given: dict[str, object] = {
        "project": project,
        "metrics": ("total_requests",),
        "start": NOON,
        "end": NOON + 2 * HOUR,
        **more,
    }
    return Query(**given)  # type: ignore[arg-type]  # a query in short


def test_each_value_is_in_the_bin_that_holds_it(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, retries=n) for n in (0, 0, 1, 3)] + [make_call(at=NOON)], 0)
    found = distribution(store, two_hours(project), "retries", 40)
    assert (found.bins, found.counts) == (((0, 1), (1, 2), (2, 3), (3, 4)), ((2, 1, 0, 1),))
    assert (found.total, found.unknown, found.scale, found.buckets) == (4, 1, "linear", None)


def test_a_number_that_spans_magnitudes_is_shown_by_powers_and_keeps_its_outliers(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(at=NOON, latency_ms=ms) for ms in (1, 15, 150, 150, 1500, 15_000)], 0)
    found = distribution(store, two_hours(project), "latency_ms", 5)
    assert found.bins == ((1, 10), (10, 100), (100, 1000), (1000, 10_000), (10_000, 100_000))
    assert (found.counts, found.scale) == (((1, 1, 2, 1, 1),), "log")


def test_a_heatmap_has_the_same_bins_in_every_bucket(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON + h * HOUR, retries=n) for h, n in [(0, 0), (0, 2), (1, 2), (1, 2)]], 0)
    found = distribution(store, two_hours(project, bucket="1h", end=NOON + 3 * HOUR), "retries", 40)
    assert found.buckets == (NOON, NOON + HOUR, NOON + 2 * HOUR)
    assert found.counts == ((1, 0, 1), (0, 0, 2), (0, 0, 0))


def test_days_of_a_heatmap_begin_where_the_project_is(store: Store, project: str, make_call: MakeCall) -> None:
    midnight = datetime(2026, 11, 20, 18, 15, tzinfo=UTC)  # of Kathmandu, +05:45
    insert(store, [make_call(at=midnight - timedelta(seconds=1), retries=1), make_call(at=midnight, retries=1)], 0)
    asked = two_hours(project, start=midnight - 24 * HOUR, end=midnight + 24 * HOUR, bucket="1d", tz="Asia/Kathmandu")
    assert distribution(store, asked, "retries", 40).counts == ((1,), (1,))


def test_numbers_in_properties_are_distributed_and_texts_among_them_are_not_known(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(at=NOON, properties={"stars": s}) for s in ("4", "5", "5", "many")], 0)
    found = distribution(store, two_hours(project), "properties.stars", 40)
    assert (found.bins, found.counts, found.unknown) == (((4, 5), (5, 6)), ((1, 2),), 1)


def test_a_filter_holds_for_a_distribution(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON, retries=1, model=m) for m in ("a", "a", "b")], 0)
    found = distribution(store, two_hours(project, where=(Filter("model", "in", ("a",)),)), "retries", 40)
    assert found.total == 2


def test_nothing_has_no_bins(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON)], 0)
    found = distribution(store, two_hours(project, bucket="1h"), "retries", 40)
    assert (found.bins, found.counts, found.total, found.unknown) == ((), ((), ()), 0, 1)


@pytest.mark.parametrize("name", ["model", "streaming", "nope", "properties."])
def test_only_numbers_have_a_distribution(store: Store, project: str, name: str) -> None:
    with pytest.raises(BadQuery) as refused:
        distribution(store, two_hours(project), name, 40)
    assert refused.value.field == "field"


def test_failures_are_grouped_by_what_they_say(store: Store, project: str, make_call: MakeCall) -> None:
    minute = timedelta(minutes=1)
    insert(
        store,
        [
            make_call(at=NOON, status="error", error_type="rate_limit", error_message="try again in 7 s", prompt_id="a"),
            make_call(at=NOON + minute, status="error", error_type="rate_limit", error_message="try again in 8 s", prompt_id="b"),
            make_call(
                at=NOON + HOUR, id="newest", status="error", error_type="rate_limit", error_message="try again in 9 s",
                prompt_id="b",
            ),
            make_call(at=NOON, status="error", error_type="timeout", error_name="Timeout"),
            make_call(at=NOON),
        ],
        0,
    )  # fmt: skip
    found = failures(store, two_hours(project, bucket="1h"), 20)
    assert (found.failed, found.groups_total) == (4, 2)
    first, second = found.groups
    assert (first.calls, first.share, first.message, first.call_id) == (3, 75, "try again in 9 s", "newest")
    assert (first.first_at, first.last_at, first.prompts) == (NOON, NOON + HOUR, ("b", "a"))
    assert (second.error_type, second.error_name, second.message) == ("timeout", "Timeout", None)
    assert found.by_bucket == ((2, 1), (1, 0))
    alike = two_hours(project, where=(Filter("error_pattern", "in", (first.pattern,)),))
    assert [g.pattern for g in failures(store, alike, 20).groups] == [first.pattern]


def test_the_rarest_failures_are_cut_and_counted(store: Store, project: str, make_call: MakeCall) -> None:
    insert(
        store,
        [make_call(at=NOON, status="error", error_type="other", error_message=m) for m in ("x", "x", "y", "z")],
        0,
    )
    found = failures(store, two_hours(project), 1)
    assert ([g.message for g in found.groups], found.groups_total, found.failed) == (["x"], 3, 4)


def test_no_failures_are_no_groups(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=NOON)], 0)
    found = failures(store, two_hours(project, bucket="1h"), 20)
    assert (found.failed, found.groups, found.by_bucket) == (0, (), ())
