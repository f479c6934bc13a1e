"""Comparison with the period before."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq

from making import MakeCall
from promptpulse.files import Row, export
from promptpulse.ingest.writer import insert
from promptpulse.metrics import Query
from promptpulse.query.service import answer, table
from promptpulse.store import Store

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def of(data: object, *path: str) -> object:
    for key in path:
        assert isinstance(data, dict)
        data = data[key]
    return data


def test_a_period_that_is_not_over_is_compared_with_the_same_part(
    store: Store, project: str, make_call: MakeCall
) -> None:
    noon = MIDNIGHT + 12 * HOUR
    yesterday = [make_call(at=MIDNIGHT - DAY + h * HOUR) for h in range(24) for _ in range(10)]
    today = [make_call(at=MIDNIGHT + h * HOUR) for h in range(12) for _ in range(20)]
    insert(store, [*yesterday, *today], 0)
    found = answer(store, Query(project, ("total_requests",), MIDNIGHT, MIDNIGHT + DAY), noon, compare=True)
    assert of(found, "data", "values", "total_requests") == [[240]]
    assert of(found, "data", "compare", "values", "total_requests") == [[120]]
    assert of(found, "data", "change", "total_requests") == [{"percent": 100.0, "trend": "rising"}]


def test_the_period_in_which_a_project_began_is_no_measure_of_growth(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(at=MIDNIGHT - HOUR)], 0)
    insert(store, [make_call(at=MIDNIGHT + h * HOUR) for h in range(24)], 0)
    query = Query(project, ("total_requests",), MIDNIGHT, MIDNIGHT + DAY)
    found = answer(store, query, MIDNIGHT + DAY, compare=True)
    assert of(found, "data", "compare", "values", "total_requests") == [[1]]
    assert of(found, "data", "change", "total_requests") == [{"percent": None, "trend": None}]
    insert(store, [make_call(at=MIDNIGHT - 22 * HOUR)], 0)
    found = answer(store, query, MIDNIGHT + DAY, compare=True)
    assert of(found, "data", "change", "total_requests") == [{"percent": 1100.0, "trend": "rising"}]


def test_series_are_compared_bucket_by_bucket(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=MIDNIGHT), make_call(at=MIDNIGHT - HOUR), make_call(at=MIDNIGHT - 2 * HOUR)], 0)
    query = Query(project, ("total_requests",), MIDNIGHT, MIDNIGHT + 2 * HOUR, bucket="1h")
    found = answer(store, query, MIDNIGHT + DAY, compare=True)
    assert of(found, "data", "values", "total_requests") == [[1, 0]]
    assert of(found, "data", "compare", "values", "total_requests") == [[1, 1]]


def test_a_group_that_is_new_grew_from_nothing_and_has_no_percentage(
    store: Store, project: str, make_call: MakeCall
) -> None:
    old = [make_call(at=MIDNIGHT - 2 * HOUR, model="old") for _ in range(40)]
    new = [make_call(at=MIDNIGHT, model=m) for m in ["new"] * 50 + ["old"] * 40]
    insert(store, [*old, *new], 0)
    query = Query(project, ("total_requests", "success_rate"), MIDNIGHT, MIDNIGHT + 2 * HOUR, by=("model",))
    found = answer(store, query, MIDNIGHT + DAY, compare=True)
    assert of(found, "data", "groups") == [{"model": "new"}, {"model": "old"}]
    assert of(found, "data", "change", "total_requests") == [
        {"percent": None, "trend": "rising"},
        {"percent": 0.0, "trend": "steady"},
    ]
    assert of(found, "data", "change", "success_rate") == [
        {"percent": None, "trend": None},
        {"percent": 0.0, "trend": "steady"},
    ]


def test_a_rate_of_few_calls_has_no_trend(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=MIDNIGHT, status="error"), make_call(at=MIDNIGHT - 2 * HOUR)], 0)
    query = Query(project, ("total_requests", "success_rate"), MIDNIGHT, MIDNIGHT + 2 * HOUR)
    found = answer(store, query, MIDNIGHT + DAY, compare=True)
    assert of(found, "data", "change", "success_rate") == [{"percent": -100.0, "trend": None}]


def test_a_frame_is_a_table_of_groups_and_buckets(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=MIDNIGHT, model="=a"), make_call(at=MIDNIGHT + HOUR)], 0)
    query = Query(
        project, ("total_requests", "success_rate"), MIDNIGHT, MIDNIGHT + 2 * HOUR, bucket="1h", by=("model",)
    )
    rows, columns = table(store, query, MIDNIGHT + DAY)
    text = b"".join(export(rows, columns, "csv")).decode().splitlines()
    assert text == [
        "bucket,model,total_requests,success_rate",
        "2026-11-20T00:00:00Z,,0,",
        "2026-11-20T01:00:00Z,,1,100.0",
        "2026-11-20T00:00:00Z,'=a,1,100.0",
        "2026-11-20T01:00:00Z,'=a,0,",
    ]


def test_parquet_keeps_types_and_what_is_not_known() -> None:
    rows: list[Row] = [{"n": 1, "x": None, "m": {"a": "b"}}, {"n": None, "x": 0.5, "m": {}}]
    file = b"".join(export(rows, {"n": "integer", "x": "number", "m": "map"}, "parquet"))
    assert pq.read_table(io.BytesIO(file)).to_pylist() == [
        {"n": 1, "x": None, "m": '{"a":"b"}'},
        {"n": None, "x": 0.5, "m": "{}"},
    ]
