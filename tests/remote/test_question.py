"""The language of `promptpulse query`: what is asked of the API, and which word is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
import pytest

from promptpulse.core.errors import Refused
from promptpulse.metrics import Definitions
from promptpulse.query.catalogue import catalogue_of
from promptpulse.query.models import QueryIn
from promptpulse.remote.question import SHORT, Json, Misread, length_of, read, vocabulary

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)  # a Saturday
UTC_ZONE, KATHMANDU = ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")
CATALOGUE = cast("Json", msgspec.json.decode(catalogue_of(Definitions()).model_dump_json()))
WORDS = vocabulary(CATALOGUE)


def asked(question: str, zone: ZoneInfo = UTC_ZONE) -> Json:
    body = read(question, WORDS, NOW, zone)
    QueryIn.model_validate(body)  # whatever is read, the API takes
    return body


def test_the_question_of_the_manual() -> None:
    assert asked("p95 by prompt last 7d") == {
        "metrics": ["p95_latency_ms"],
        "by": ["prompt_id"],
        "start": "2026-11-14T10:00:00Z",
        "end": "2026-11-21T10:00:00Z",
        "tz": "UTC",
    }


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("requests", ["total_requests"]),
        ("Requests, ERROR rate and p99", ["total_requests", "error_rate", "p99_latency_ms"]),
        ("requests p95 cost", ["total_requests", "p95_latency_ms", "total_cost_usd"]),
        ("p95_latency_ms", ["p95_latency_ms"]),
        ("first token p95", ["p95_first_token_ms"]),
        ("cost per request", ["cost_per_request_usd"]),
        ("\"=avg(latency_ms where model = 'a')\", calls", ["=avg(latency_ms where model = 'a')", "total_requests"]),
    ],
)
def test_metrics_have_keys_labels_and_short_names(question: str, metrics: list[str]) -> None:
    assert asked(question)["metrics"] == metrics


def test_every_short_name_is_a_metric_of_the_catalogue() -> None:
    assert {word: WORDS.metrics.get(word) for word in SHORT} == SHORT


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("", "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("last 90m", "2026-11-21T08:30:00Z", "2026-11-21T10:00:00Z"),
        ("last 2 weeks", "2026-11-07T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("last hour", "2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"),
        ("today", "2026-11-21T00:00:00Z", "2026-11-21T10:00:00Z"),
        ("yesterday", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("this week", "2026-11-16T00:00:00Z", "2026-11-21T10:00:00Z"),
        ("this month", "2026-11-01T00:00:00Z", "2026-11-21T10:00:00Z"),
        ("since 2026-11-19", "2026-11-19T00:00:00Z", "2026-11-21T10:00:00Z"),
        ("from 2026-11-01 to 2026-11-02T12:00:00+01:00", "2026-11-01T00:00:00Z", "2026-11-02T11:00:00Z"),
    ],
)
def test_ranges_of_time(times: str, start: str, end: str) -> None:
    body = asked(f"requests {times}")
    assert (body["start"], body["end"]) == (start, end)


def test_days_begin_in_the_zone_of_the_project() -> None:
    assert asked("requests today", KATHMANDU)["start"] == "2026-11-20T18:15:00Z"  # +05:45


def test_everything_else_that_can_be_said() -> None:
    body = asked(
        'errors by model, version, day where env = production, staging and latency_ms >= 100 and feature ~ "a b"'
        " and user != unknown top 5 vs previous last 3d"
    )
    assert (body["by"], body["bucket"]) == (["model", "prompt_version"], "1d")
    assert body["where"] == [
        {"dimension": "environment", "op": "in", "values": ["production", "staging"]},
        {"dimension": "latency_ms", "op": "gte", "values": ["100"]},
        {"dimension": "feature", "op": "contains", "values": ["a b"]},
        {"dimension": "user_id", "op": "not_in", "values": [None]},
    ]
    assert (body["limit"], body["compare"]) == (5, "previous")


@pytest.mark.parametrize(
    ("question", "marked", "says"),
    [
        ("p59 by prompt", "p59", "did you mean"),
        ("p95 by promt", "promt", "did you mean prompt"),
        ("p95 by", "by", "by what?"),
        ("by prompt", "by", "which metric"),
        ("p95 last 7x", "7x", "no length of time"),
        ("p95 last 0d", "0d", "more than nothing"),
        ("p95 where modle = a", "modle", "did you mean model"),
        ("p95 where model is a", "is", "use ="),
        ("p95 where model =", "", "a value is missing"),
        ('p95 where model = "a', '"', "a quote may be open"),
        ("p95 last 7d today", "today", "said twice"),
        ("p95 since 2027-01-01", "2027-01-01", "in the future"),
        ("p95 from 2026-11-02 to 2026-11-01", "2026-11-01", "later than the beginning"),
        ("p95 per 7m", "7m", "no bucket"),
        ("p95 top many", "many", "1 to 1000"),
        ("p95 vs next", "next", "previous"),
        ("p95 this year", "year", "this week or this month"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(question: str, marked: str, says: str) -> None:
    with pytest.raises(Misread) as refused:
        asked(question)
    found = refused.value
    assert question[found.start : found.end] == marked
    assert says in found.problem
    assert found.message.splitlines()[-1] == f"  {' ' * found.start}{'^' * (found.end - found.start)}"


def test_an_empty_question_says_what_one_looks_like() -> None:
    with pytest.raises(Misread, match="p95 by prompt last 7d"):
        asked("  ")


def test_lengths() -> None:
    assert length_of("36h") == timedelta(hours=36)
    with pytest.raises(Refused, match="'7' is no length"):
        length_of("7")
