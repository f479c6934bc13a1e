"""From a widget to its question: time, filters, buckets."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from clock import NOON
from dashboards.board import Json, widget
from promptpulse.core.times import rfc3339
from promptpulse.dashboards.asking import Context, Window, check, filters_of, query_of, window_for, window_of
from promptpulse.dashboards.shapes import Preset, Widget
from promptpulse.metrics import Definitions, Filter

PAGE = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
CONTEXT = Context("project", "UTC", Definitions(), NOON)


def made(kind: str = "line", *metrics: str, **query: object) -> Widget:
    return Widget.model_validate(widget("a", kind, *metrics, **query))


@pytest.mark.parametrize(
    ("preset", "zone", "now", "start", "end"),
    [
        ("1h", "UTC", "2026-11-21T12:00:30", "2026-11-21T11:01:00Z", "2026-11-21T12:01:00Z"),
        ("24h", "UTC", "2026-11-21T12:00:00", "2026-11-20T12:15:00Z", "2026-11-21T12:15:00Z"),
        ("7d", "UTC", "2026-11-21T12:30:00", "2026-11-14T13:00:00Z", "2026-11-21T13:00:00Z"),
        ("7d", "Asia/Kathmandu", "2026-11-21T12:30:00", "2026-11-14T13:15:00Z", "2026-11-21T13:15:00Z"),
        # the clocks went back on 2026-10-25: the same time of the wall clock lies an hour earlier
        ("30d", "Europe/Berlin", "2026-11-21T12:00:00", "2026-10-22T16:00:00Z", "2026-11-21T17:00:00Z"),
    ],
)
def test_the_own_time_of_a_widget_ends_with_the_bucket_of_now(
    preset: Preset, zone: str, now: str, start: str, end: str
) -> None:
    found = window_of(preset, datetime.fromisoformat(f"{now}+00:00"), ZoneInfo(zone))
    assert (rfc3339(found.start), rfc3339(found.end)) == (start, end)


def test_the_own_time_of_a_widget_wins_over_that_of_the_page() -> None:
    assert window_for(made(), PAGE, CONTEXT) == PAGE
    assert window_for(made(range="1h"), PAGE, CONTEXT) == window_of("1h", NOON, ZoneInfo("UTC"))


def test_the_own_filters_of_a_widget_win_over_those_of_the_page() -> None:
    page = [Filter("environment", "in", ("staging",)), Filter("model", "in", ("gpt-4o",))]
    own = made(where=[{"dimension": "env", "values": ["production"]}])
    assert filters_of(own, page) == (Filter("env", "in", ("production",)), page[1])
    assert filters_of(made(), page) == tuple(page)


@pytest.mark.parametrize(
    ("kind", "query", "bucket"),
    [
        ("line", {}, "auto"),
        ("area", {"bucket": "1d"}, "1d"),
        ("number", {}, "auto"),
        ("bar", {}, "auto"),
        ("bar", {"by": ["model"]}, None),
        ("bar", {"by": ["model"], "bucket": "1h"}, "1h"),
        ("table", {"by": ["model"]}, None),
        ("pie", {"by": ["model"], "bucket": "1d"}, None),
    ],
)
def test_charts_over_time_have_buckets(kind: str, query: Json, bucket: str | None) -> None:
    assert query_of(made(kind, **query), PAGE, (), CONTEXT).bucket == bucket


@pytest.mark.parametrize("kind", ["errors", "feedback", "experiments", "budgets", "alerts", "text", "heatmap"])
def test_kinds_that_show_no_metrics_need_none(kind: str) -> None:
    check(made(kind, metrics=[]), CONTEXT, "query")
