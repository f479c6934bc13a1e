"""The list of calls and its files over HTTP, against a real server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader

from server.making import eventually
from server.process import Json, Server

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def calls(server: Server, project: httpx.Client) -> httpx.Client:
    """Five calls a minute apart, from new to old 0 to 4; the odd ones fail."""
    server.send(
        [
            {
                "id": f"{n}", "timestamp": (NOW - timedelta(minutes=n + 1)).isoformat(), "latency_ms": 100 * (n + 1), "model": "m",
                "properties": {"plan": "pro" if n < 2 else "free"}, "input": f"question {n}",
                **({"error_message": f"took {n} s", "error_type": "timeout"} if n % 2 else {}),
            }
            for n in range(5)
        ],
        project,
    )  # fmt: skip
    return project


def ids(client: httpx.Client, *filters: Json, **params: object) -> str:
    wanted = {"where": json.dumps(filters), **params} if filters else params
    answer = client.get("/api/v1/calls", params={k: str(v) for k, v in wanted.items()})
    assert answer.status_code == 200, answer.text
    return "".join(row["id"] for row in answer.json()["data"])


def condition(dimension: str, op: str, *values: object) -> Json:
    return {"dimension": dimension, "op": op, "values": values}


def test_filters_of_every_kind_meet_in_one_list(calls: httpx.Client) -> None:
    assert ids(calls, condition("latency_ms", "gt", 200)) == "234"
    assert ids(calls, condition("properties.plan", "in", "free"), condition("latency_ms", "lte", 400)) == "23"
    assert ids(calls, condition("error_message", "contains", "TOOK"), status="error") == "13"
    assert ids(calls, condition("latency_ms", "lt", 400), min_latency_ms=200, search="timeout") == ""
    assert ids(calls, text="QUESTION 3") == "3"
    assert ids(calls, condition("text", "contains", "3", "4")) == "34"


def test_similar_failures_are_one_filter_away(calls: httpx.Client) -> None:
    asked = {"start": (NOW - timedelta(hours=1)).isoformat(), "end": NOW.isoformat()}
    (group,) = calls.post("/api/v1/query/errors", json=asked).json()["data"]["groups"]
    assert (group["calls"], group["message"]) == (2, "took 1 s")
    assert ids(calls, condition("error_pattern", "in", group["pattern"])) == "13"


def test_calls_are_found_by_their_scores(calls: httpx.Client) -> None:
    body: Json = {"callId": "2", "userId": "u", "scores": [{"name": "feedback", "type": "string", "value": "positive"}]}
    assert calls.post("/api/v1/scores", json=body).status_code == 201
    scored = {"where": json.dumps([condition("score.feedback", "in", "positive")])}
    (row,) = eventually(lambda: calls.get("/api/v1/calls", params=scored).json()["data"], 1)
    assert row["id"] == "2"
    keys = {f["key"]: f["type"] for f in calls.get("/api/v1/calls/fields").json()["data"]}
    assert (keys["score.feedback"], keys["properties.plan"], keys["latency_ms"]) == ("text", "text", "number")
    values = calls.get("/api/v1/calls/values", params={"field": "score.feedback"}).json()["data"]
    assert values == [{"value": "positive", "calls": 1}]


def test_the_commonest_values_of_a_field_come_first(calls: httpx.Client) -> None:
    def values(field: str, **params: str) -> list[tuple[str | None, int]]:
        found = calls.get("/api/v1/calls/values", params={"field": field, **params}).json()["data"]
        return [(v["value"], v["calls"]) for v in found]

    assert values("properties.plan") == [("free", 3), ("pro", 2)]
    assert values("properties.plan", prefix="PR") == [("pro", 2)]
    assert values("properties.plan", status="error") == [("free", 1), ("pro", 1)]
    assert values("error_type") == [(None, 3), ("timeout", 2)]
    assert values("model") == [("m", 5)]
    assert values("streaming") == [("false", 5)]
    assert values("latency_ms", limit="1") == [("100", 1)]


def test_a_file_says_how_many_rows_it_has_and_goes_on_after_its_last_row(calls: httpx.Client) -> None:
    whole = calls.get("/api/v1/calls", params={"format": "ndjson"})
    rows = [json.loads(line) for line in whole.content.splitlines()]
    assert (whole.headers["x-total-rows"], "".join(row["id"] for row in rows)) == ("5", "01234")
    cursor = f"{rows[1]['timestamp']}_{rows[1]['id']}"
    rest = calls.get("/api/v1/calls", params={"format": "ndjson", "cursor": cursor})
    assert rest.headers["x-total-rows"] == "3"
    assert [json.loads(line) for line in rest.content.splitlines()] == rows[2:]
    assert ids(calls, cursor=cursor) == "234"


def test_a_parquet_file_has_what_the_list_has(calls: httpx.Client) -> None:
    answer = calls.get("/api/v1/calls", params={"format": "parquet", "status": "error"})
    table = pq.read_table(BufferReader(answer.content))
    assert table.column("id").to_pylist() == ["1", "3"]
    assert table.column("latency_ms").to_pylist() == [200, 400]
    assert [json.loads(p) for p in table.column("properties").to_pylist()] == [{"plan": "pro"}, {"plan": "free"}]


def test_a_distribution_and_failures_are_files_too(calls: httpx.Client) -> None:
    asked = {"start": (NOW - timedelta(hours=1)).isoformat(), "end": NOW.isoformat()}
    body = {**asked, "field": "latency_ms", "bins": 4}
    text = calls.post("/api/v1/query/distribution", params={"format": "csv"}, json=body).text
    assert text.splitlines() == ["low,high,calls", "0.0,200.0,1", "200.0,400.0,2", "400.0,600.0,2"]
    text = calls.post("/api/v1/query/errors", params={"format": "csv"}, json=asked).text
    assert len(text.splitlines()) == 2
