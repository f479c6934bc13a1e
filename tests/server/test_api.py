"""How the API behaves, as its users rely on it."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families

from server.process import Json, Server
from server.test_once import outcome, rows, total
from server.test_otlp_http import PROTOBUF, post, request

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
JSON = {"Content-Type": "application/json"}
PARSE: Callable[[str], Iterable[Metric]] = text_string_to_metric_families
PARSE_OPENMETRICS: Callable[[str], Iterable[Metric]] = open_families


# Failures


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("POST", "/api/v1/nowhere", 404, "not_found"),
        ("POST", "/nowhere", 404, "not_found"),
        ("GET", "/nowhere.js", 404, "not_found"),
        ("GET", "/api/v1/query", 405, "method_not_allowed"),
        ("PUT", "/api/v1/calls", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/calls/unknown", 404, "not_found"),
        ("GET", "/api/v1/projects/unknown", 404, "not_found"),
    ],
)
def test_unknown_paths_and_methods_are_told_in_the_envelope(
    project: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = project.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    told = answer.json()
    assert told.keys() <= {"success", "error", "code", "field"}
    assert (told["success"], told["code"]) == (False, code)
    assert path.rpartition("/")[2] in told["error"]
    assert ("allow" in answer.headers) is (status == 405)


def test_a_wrong_method_names_the_right_ones(project: httpx.Client) -> None:
    answer = project.put("/api/v1/calls")
    assert answer.headers["allow"] == "GET, POST"
    assert "GET, POST" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/v1/query", "/api/v1/calls", "/api/v1/keys", "/api/v1/session"])
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a": }', b"[" * 50_000, b'{"metrics":' * 50_000, b"nope"])
def test_malformed_json_is_400(project: httpx.Client, path: str, body: bytes) -> None:
    answer = project.post(path, content=body, headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.json()["success"] is False
    assert answer.json()["error"]


QUESTION: Json = {"metrics": ["total_requests"], "start": "2026-11-01T00:00:00Z", "end": "2026-11-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metrics": ["nope"]}, "metrics"),
        ({"metrics": []}, "metrics"),
        ({"metrics": ["total_requests"] * 2}, "metrics"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-11-01T00:00:00"}, "start"),
        ({"end": "2026-11-01T00:00:00Z"}, "end"),
        ({"bucket": "2h"}, "bucket"),
        ({"bucket": "1m", "end": "2027-11-02T00:00:00Z"}, "bucket"),
        ({"by": ["nope"]}, "by"),
        ({"by": ["model", "model"]}, "by"),
        ({"where": [{"dimension": "nope", "values": ["x"]}]}, "where"),
        ({"where": [{"dimension": "model", "op": "like", "values": ["x"]}]}, "where"),
        ({"where": [{"dimension": "model", "values": []}]}, "where"),
        ({"tz": "Mars/Base"}, "tz"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"order_by": "total_tokens"}, "order_by"),
        ({"compare": "next"}, "compare"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_refused_value_is_422_and_names_its_field(project: httpx.Client, change: Json, field: str) -> None:
    assert project.post("/api/v1/query", json=QUESTION).status_code == 200
    answer = project.post("/api/v1/query", json={**QUESTION, **change})
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["field"].split(".")[0] == field
    assert field in told["error"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("cursor=nope", "cursor"),
        ("cursor=1_", "cursor"), ("start=2026-11-21", "start"), ("end=x", "end"), ("status=fine", "status"),
        ("min_latency_ms=NaN", "min_latency_ms"), ("max_latency_ms=-1", "max_latency_ms"), ("format=xml", "format"),
        ("start=0001-01-01T00:00:00Z", "start"), ("end=9999-12-31T23:59:59Z", "end"), ("cost_source=free", "cost_source"),
    ],
)  # fmt: skip
def test_a_refused_filter_names_its_field(project: httpx.Client, query: str, field: str) -> None:
    answer = project.get(f"/api/v1/calls?{query}")
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["field"] == field
    assert field in answer.json()["error"]


# Headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/calls"), ("GET", "/favicon.svg"), ("GET", "/healthz"), ("HEAD", "/readyz"), ("GET", "/metrics"),
        ("GET", "/openapi.json"), ("GET", "/api/v1/status"), ("GET", "/api/v1/calls?format=csv"), ("GET", "/api/v1/nowhere"),
        ("PUT", "/api/v1/calls"), ("POST", "/api/v1/query"), ("POST", "/v1/traces"), ("GET", "/../../etc/passwd"),
        ("OPTIONS", "/api/v1/calls"), ("GET", "/api/v1/calls?limit=0"),
    ],
)  # fmt: skip
def test_every_kind_of_answer_carries_the_security_headers(project: httpx.Client, method: str, path: str) -> None:
    answer = project.request(method, path)
    assert answer.status_code < 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in answer.headers["content-security-policy"]
    assert "cache-control" in answer.headers
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_rate_limits_are_told_on_answers_to_keys(project: httpx.Client) -> None:
    first, second = project.get("/api/v1/status"), project.get("/api/v1/nowhere-needs-no-key")
    assert first.headers["ratelimit-limit"] == "60000"
    assert int(first.headers["ratelimit-remaining"]) < 60_000
    assert 1 <= int(first.headers["ratelimit-reset"]) <= 60
    assert "ratelimit-limit" not in second.headers


# Calls in


def test_good_rows_are_kept_and_bad_ones_told(server: Server, project: httpx.Client) -> None:
    batch: list[object] = [
        {"prompt_id": "a", "latency_ms": 1},
        {"latency_ms": 1},
        {"prompt_id": "a"},
        {"prompt_id": "a", "latency_ms": "fast"},
        {"prompt_id": "a", "latency_ms": -1},
        {"prompt_id": "a", "latency_ms": 1, "colour": "red"},
        {"prompt_id": "a", "latency_ms": 1, "timestamp": "2026-11-21T10:00:00"},
        {"prompt_id": "a", "latency_ms": 1, "timestamp": "0001-01-01T00:00:00Z"},
        {"prompt_id": "a", "latency_ms": 1, "status": "success", "http_status": 500},
        {"prompt_id": "a", "latency_ms": 1, "input_tokens": 1, "cached_input_tokens": 2},
        7,
        None,
        [],
        {"model": "m", "latency_ms": 2},
    ]
    answer = project.post("/api/v1/calls", json={"calls": batch})
    assert answer.status_code == 200
    told = answer.json()
    assert told.keys() == {"success", "data", "accepted", "duplicates", "rejected"}
    assert told["data"] == {name: told[name] for name in ("accepted", "duplicates", "rejected")}
    assert (told["accepted"], told["duplicates"]) == (2, 0)
    assert [r["index"] for r in told["rejected"]] == list(range(1, 13))
    assert all(r.keys() == {"index", "error"} for r in told["rejected"])
    named = [
        "prompt_id",
        "latency_ms",
        "latency_ms",
        "latency_ms",
        "colour",
        "timestamp",
        "timestamp",
        "status",
        "cached_input_tokens",
    ]
    for row, field in zip(told["rejected"], named, strict=False):
        assert field in row["error"]
    assert total(server, project) == 2


def test_what_is_sent_comes_back_under_the_same_names(server: Server, project: httpx.Client) -> None:
    sent: Json = {
        "id": "req-1", "timestamp": "2026-11-20T10:00:00.123456Z", "prompt_id": "greeting", "prompt_version": "3",
        "provider": "openai", "model": "gpt-4o-mini", "status": "error",
        "error_type": "timeout", "http_status": 504, "error_message": "too slow",
        "latency_ms": 812.5, "llm_ms": 700, "network_ms": 100.5, "queue_ms": 12, "first_token_ms": 90.25, "input_tokens": 420,
        "output_tokens": 96, "cached_input_tokens": 20, "cache_write_tokens": 10, "reasoning_tokens": 6, "cost_usd": 0.123456789,
        "user_id": "user-42", "session_id": "s", "feature": "chat", "environment": "production",
        "experiment_id": "e", "variant_id": "v",
        "trace_id": "t", "parent_id": "p", "properties": {"tenant": "acme", "seats": 3, "paid": True},
    }  # fmt: skip
    assert outcome(server.send([sent], project)) == (1, 0, [])
    (row,) = project.get("/api/v1/calls").json()["data"]
    expected = {**sent, "properties": {"tenant": "acme", "seats": "3", "paid": "true"}}
    assert {name: row[name] for name in expected} == expected
    assert (row["total_tokens"], row["cost_source"], row["error_family"]) == (516, "client", "5xx")
    one = project.get("/api/v1/calls/req-1").json()["data"]
    assert {name: one[name] for name in row} == row
    assert (one["input"], one["output"], one["related"]) == (None, None, [])


@pytest.mark.parametrize("hour", range(3))
def test_what_was_acknowledged_is_seen_at_once(server: Server, project: httpx.Client, hour: int) -> None:
    at = datetime.now(UTC) - timedelta(hours=hour)
    day = timedelta(days=1)
    for n in range(1, 11):
        server.send(rows(range(n, n + 1), at), project)
        assert total(server, project) == n
        found = server.ask(
            project,
            metrics=["total_requests", "p95_latency_ms"],
            start=(at - day).isoformat(),
            end=(at + day).isoformat(),
            bucket="1h",
            by=["prompt_id"],
        )
        values = found["values"]
        assert isinstance(values, dict)
        assert sum(v or 0 for v in values["total_requests"][0]) == n
        assert len(project.get("/api/v1/calls").json()["data"]) == n


# The list


def test_an_answer_that_may_be_old_is_shared_and_others_are_of_now(server: Server, project: httpx.Client) -> None:
    now = datetime.now(UTC)
    question: Json = {
        "metrics": ["total_requests"],
        "start": (now - timedelta(days=1)).isoformat(),
        "end": (now + timedelta(days=1)).isoformat(),
    }

    def count_of(**headers: str) -> object:
        answer = project.post("/api/v1/query", json=question, headers=headers)
        return answer.json()["data"]["values"]["total_requests"]

    shared = {"Cache-Control": "max-age=30"}
    assert count_of(**shared) == [[0]]
    server.send([{"prompt_id": "greeting", "latency_ms": 5}], project)
    assert count_of() == [[1]]
    assert count_of(**shared) == [[0]]


def test_pages_leave_no_call_out_and_show_none_twice(server: Server, project: httpx.Client) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    numbers = count()
    for second in range(5):  # forty calls in the very same microsecond, five times
        when = (at - timedelta(seconds=second)).isoformat()
        batch: list[Json] = [
            {"id": f"{next(numbers):04}", "model": "m", "latency_ms": 1, "timestamp": when} for _ in range(40)
        ]
        server.send(batch, project)
    for limit in (1000, 200, 199, 7):
        seen: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = project.get(
                "/api/v1/calls", params={"limit": limit, **({"cursor": cursor} if cursor else {})}
            ).json()
            assert len(answer["data"]) == limit or answer["meta"]["next_cursor"] is None
            seen += answer["data"]
            cursor = answer["meta"]["next_cursor"]
        assert len(seen) == len({str(row["id"]) for row in seen}) == 200
        assert seen == sorted(seen, key=lambda row: (str(row["timestamp"]), str(row["id"])), reverse=True)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"model": "a"}, "134"), ({"status": "error"}, "3"), ({"error_type": "rate_limit"}, "3"), ({"error_family": "llm"}, "3"),
        ({"user_id": "eve"}, "2"), ({"trace_id": "t"}, "24"), ({"min_latency_ms": 150}, "34"), ({"max_latency_ms": 150}, "12"),
        ({"search": "EVE"}, "2"), ({"search": "%"}, ""), ({"search": "limit reached"}, "3"), ({"model": "a' OR 1=1 --"}, ""),
        ({"prompt_id": "\\"}, ""),
        ({"model": "a", "status": "success"}, "14"),
    ],
    ids=str,
)  # fmt: skip
def test_filters_keep_what_they_name(server: Server, project: httpx.Client, filters: dict[str, str], ids: str) -> None:
    now = datetime.now(UTC)
    server.send(
        [
            {"id": "1", "model": "a", "latency_ms": 100, "timestamp": now.isoformat()},
            {"id": "2", "model": "b", "latency_ms": 120, "user_id": "eve", "trace_id": "t"},
            {"id": "3", "model": "a", "latency_ms": 200, "http_status": 429, "error_message": "Rate limit reached"},
            {"id": "4", "model": "a", "latency_ms": 300, "trace_id": "t"},
        ],
        project,
    )
    found = project.get("/api/v1/calls", params=filters)
    assert found.status_code == 200, found.text
    assert sorted(row["id"] for row in found.json()["data"]) == list(ids)
    exported = project.get("/api/v1/calls", params={**filters, "format": "ndjson"})
    assert len(exported.content.splitlines()) == len(ids)


def test_exports_are_safe_to_open_in_a_spreadsheet(server: Server, project: httpx.Client) -> None:
    dangerous = [
        '=HYPERLINK("http://evil")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\tcell",
        "\rcell",
        "plain, with comma",
        'quo"te',
        "line\nbreak",
    ]
    server.send(
        [
            {"id": f"{n}", "prompt_id": text, "latency_ms": 1.5, "properties": {"k": text}}
            for n, text in enumerate(dangerous)
        ],
        project,
    )
    answer = project.get("/api/v1/calls", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="calls.csv"'
    found = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert [found[f"{n}"]["prompt_id"] for n in range(6)] == [f"'{text}" for text in dangerous[:6]]
    assert [found[f"{n}"]["prompt_id"] for n in range(6, 9)] == dangerous[6:]
    assert {row["latency_ms"] for row in found.values()} == {"1.5"}
    lines = project.get("/api/v1/calls", params={"format": "ndjson"})
    assert lines.headers["content-type"] == "application/x-ndjson"
    by_id = {row["id"]: row for row in map(json.loads, lines.content.splitlines())}
    assert [by_id[f"{n}"]["prompt_id"] for n in range(9)] == dangerous
    listed = {row["id"]: row for row in project.get("/api/v1/calls").json()["data"]}
    assert by_id == listed


# Metrics


def test_the_seed_answer_has_exactly_the_keys_of_its_document(server: Server, project: httpx.Client) -> None:
    server.send(
        [
            {"prompt_id": "abc123", "latency_ms": 1000, "input_tokens": 60, "output_tokens": 40, "cost_usd": 0.25,
             "timestamp": "2024-01-31T23:59:59Z"},
            {"prompt_id": "abc123", "latency_ms": 3000, "http_status": 500, "timestamp": "2024-01-01T00:00:00Z"},
            {"prompt_id": "abc123", "latency_ms": 9999, "timestamp": "2024-02-01T00:00:00Z"},
            {"prompt_id": "other", "latency_ms": 9999, "timestamp": "2024-01-15T00:00:00Z"},
        ],
        project,
    )  # fmt: skip
    asked = {"prompt_id": "abc123", "start": "2024-01-01", "end": "2024-01-31"}
    answer = project.get("/api/metrics", params=asked).json()
    assert answer.keys() == {"prompt_id", "period", "metrics"}
    assert (answer["prompt_id"], answer["period"]) == ("abc123", "2024-01-01 to 2024-01-31")
    figures = answer["metrics"]
    p95 = figures.pop("p95_latency_ms")
    assert p95 == pytest.approx(3000, rel=0.0075)
    assert figures == {
        "total_requests": 2, "success_rate": 50.0, "avg_latency_ms": 2000.0, "total_tokens": 100, "total_cost_usd": 0.25,
    }  # fmt: skip
    every = project.get("/api/metrics", params={**asked, "prompt_id": ""}).json()
    assert every["metrics"]["total_requests"] == 3
    nothing = project.get("/api/metrics", params={"prompt_id": "nobody"}).json()["metrics"]
    assert nothing["total_requests"] == 0
    assert nothing["success_rate"] is nothing["avg_latency_ms"] is nothing["p95_latency_ms"] is None


def test_dates_are_whole_days_of_the_project(server: Server) -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # +05:45
    mine = server.project_key(f"kathmandu {uuid4()}", time_zone="Asia/Kathmandu")
    first = datetime(2026, 3, 10, tzinfo=kathmandu)
    second = timedelta(seconds=1)
    with server.client_of(mine.key) as client:
        for n, at in enumerate([first - second, first, first + timedelta(days=1) - second, first + timedelta(days=1)]):
            server.send(rows(range(n, n + 1), at), client)

        def requests(**asked: str) -> object:
            answer = client.get("/api/metrics", params=asked)
            assert answer.status_code == 200, answer.text
            return answer.json()["metrics"]["total_requests"]

        assert requests(start="2026-03-10", end="2026-03-10") == 2
        assert requests(start="2026-03-09", end="2026-03-10") == 3
        assert requests(start="2026-03-10", end="2026-03-11") == 3
        assert requests(start="2026-03-09T18:15:00Z", end="2026-03-10T18:15:00Z") == 2  # the same day, as instants
        assert requests(start="2026-03-10T00:00:00+05:45", end="2026-03-11T00:00:00+05:45") == 2
        for wrong in ({"start": "2026-03-11", "end": "2026-03-10"}, {"start": "soon"}, {"end": "2026-02-30"}):
            answer = client.get("/api/metrics", params=wrong)
            assert answer.status_code == 400
            assert answer.json()["field"] in wrong
        data = server.ask(
            client, metrics=["total_requests"], start=(first - timedelta(days=1)).isoformat(),
            end=(first + timedelta(days=2)).isoformat(), bucket="1d",
        )  # fmt: skip
        assert data["buckets"] == ["2026-03-08T18:15:00Z", "2026-03-09T18:15:00Z", "2026-03-10T18:15:00Z"]
        assert data["values"] == {"total_requests": [[1, 2, 1]]}


def test_the_catalogue_explains_every_metric_and_all_can_be_asked(project: httpx.Client) -> None:
    found = project.get("/api/v1/metrics/catalogue").json()["data"]
    metrics = {m["key"]: m for m in found["metrics"]}
    assert {
        "total_requests",
        "success_rate",
        "p95_latency_ms",
        "total_cost_usd",
        "unique_users",
        "requests_per_minute",
        "peak_rpm",
    } <= metrics.keys()
    assert all(
        m["label"] and m["unit"] and m["description"] and m["better"] in {"up", "down", "neither"}
        for m in metrics.values()
    )
    names = {band["name"] for band in metrics["success_rate"]["bands"]}
    assert names == {"healthy", "warning", "critical"}
    keys = list(metrics)
    span = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"}
    for start in range(0, len(keys), 50):
        answer = project.post("/api/v1/query", json={**span, "metrics": keys[start : start + 50], "bucket": "6h"})
        assert answer.status_code == 200, answer.text
    for dimension in found["dimensions"]:
        answer = project.post("/api/v1/query", json={**span, "metrics": ["total_requests"], "by": [dimension["key"]]})
        assert answer.status_code == 200, answer.text
    for bucket in found["buckets"]:
        answer = project.post("/api/v1/query", json={**span, "metrics": ["total_requests"], "bucket": bucket})
        assert answer.status_code == 200, answer.text


# Prices


def call_costing(**more: object) -> Json:
    return {"provider": "openai", "latency_ms": 1, "input_tokens": 1_000_000, "output_tokens": 1_000_000, **more}


def test_an_override_prices_the_next_call(server: Server, project: httpx.Client) -> None:
    project_id = project.get("/api/v1/projects").json()["data"][0]["id"]

    def price(call_id: str, **more: object) -> tuple[object, object]:
        server.send([call_costing(id=call_id, model="gpt-4o-mini", **more)], project)
        row = project.get(f"/api/v1/calls/{call_id}").json()["data"]
        return row["cost_usd"], row["cost_source"]

    assert price("listed") == (0.75, "price_list")  # 0.15 + 0.60
    wanted = {
        "provider": "openai",
        "model": "gpt-4o-mini",
        "valid_from": "2026-01-01",
        "input_usd_per_mtok": "2",
        "output_usd_per_mtok": "3",
    }
    made = project.post(f"/api/v1/projects/{project_id}/prices", json=wanted)
    assert made.status_code == 201, made.text
    assert price("own") == (5.0, "override")
    assert price("before it began", timestamp="2025-12-31T23:59:59Z") == (0.75, "price_list")
    assert price("given", cost_usd=0.5) == (0.5, "client")
    assert price("listed") == (0.75, "price_list")  # a stored call keeps its cost
    assert project.delete(f"/api/v1/projects/{project_id}/prices/{made.json()['data']['id']}").status_code == 200
    assert price("listed again") == (0.75, "price_list")


def test_a_model_without_a_price_is_counted_and_never_free(server: Server, project: httpx.Client) -> None:
    server.send(
        [call_costing(model="house-model", provider="ours") for _ in range(3)] + [call_costing(model="gpt-4o-mini")],
        project,
    )
    status = project.get("/api/v1/status").json()["data"]
    assert status["unpriced_models"] == [{"provider": "ours", "model": "house-model", "calls": 3}]
    rows_found = project.get("/api/v1/calls", params={"cost_source": "unpriced"}).json()["data"]
    assert [(row["cost_usd"], row["cost_source"]) for row in rows_found] == [(None, "unpriced")] * 3
    now = datetime.now(UTC)
    found = server.ask(
        project, metrics=["total_cost_usd", "unpriced_requests", "priced_share"], start=(now - timedelta(days=1)).isoformat(),
        end=(now + timedelta(days=1)).isoformat(), by=["model"],
    )  # fmt: skip
    groups, values = found["groups"], found["values"]
    assert isinstance(groups, list)
    assert isinstance(values, dict)
    place = {group["model"]: n for n, group in enumerate(groups)}
    house, mini = place["house-model"], place["gpt-4o-mini"]
    assert [values[key][house][0] for key in values] == [None, 3, 0.0]
    assert [values[key][mini][0] for key in values] == [0.75, 0, 100.0]


# Live and Prometheus


@pytest.mark.parametrize("way", ["calls", "traces"])
def test_an_open_page_hears_of_calls_within_two_seconds(server: Server, project: httpx.Client, way: str) -> None:
    heard: list[tuple[float, str]] = []
    opened = threading.Event()

    def listen() -> None:
        with project.stream("GET", "/api/v1/live") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                opened.set()
                if line.startswith("data:"):
                    heard.append((time.monotonic(), line))
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert opened.wait(10)
    began = time.monotonic()
    if way == "calls":
        server.send(rows(range(7), None), project)
    else:
        assert post(project, request(1).SerializeToString()).status_code == 200
    listener.join(10)
    assert [line for _, line in heard] == ['data: {"accepted":7}']
    assert heard[0][0] - began < 2


def test_prometheus_can_read_the_scrape_with_and_without_a_key(server: Server, project: httpx.Client) -> None:
    prompt = 'say "hi"\\\nthere'
    server.send(
        [{"prompt_id": prompt, "latency_ms": 1000}, {"prompt_id": prompt, "latency_ms": 1000, "http_status": 500}],
        project,
    )
    for client, prompts in ((project, True), (server.client_of(""), False)):
        answer = client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert answer.text.endswith("\n")
        read = PARSE(answer.text)
        families = {f.name: f for f in read}
        assert all(f.documentation and f.type in {"counter", "gauge"} for f in families.values())
        assert {
            "promptpulse_build_info",
            "promptpulse_ingest_calls",
            "promptpulse_writer_queue_bytes",
        } <= families.keys()
        assert ("promptpulse_prompt_requests" in families) is prompts
        if prompts:
            (sample,) = families["promptpulse_prompt_requests"].samples
            assert (sample.name, sample.labels, sample.value) == (
                "promptpulse_prompt_requests_total",
                {"prompt": prompt},
                2,
            )
            (ratio,) = families["promptpulse_prompt_success_ratio"].samples
            assert ratio.value == 0.5
            quantiles = {s.labels["quantile"]: s.value for s in families["promptpulse_prompt_latency_seconds"].samples}
            assert quantiles == {q: pytest.approx(1, rel=0.01) for q in ("0.5", "0.95", "0.99")}
    modern = project.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")
    assert list(PARSE_OPENMETRICS(modern.text))
    assert server.client_of("pp_wrong").get("/metrics").status_code == 401


def test_what_arrived_is_told(server: Server, project: httpx.Client) -> None:
    fresh = project.get("/api/v1/status").json()["data"]
    assert (fresh["calls_stored"], fresh["first_call_at"], fresh["last_call_at"]) == (0, None, None)
    server.send(
        rows(range(2), datetime(2026, 11, 1, 10, tzinfo=UTC))
        + rows(range(2, 3), datetime(2026, 11, 2, 10, tzinfo=UTC)),
        project,
    )
    post(project, b"", PROTOBUF, "/v1/metrics")
    status = project.get("/api/v1/status").json()["data"]
    assert (status["calls_stored"], status["first_call_at"], status["last_call_at"]) == (
        3,
        "2026-11-01T10:00:00Z",
        "2026-11-02T10:00:00Z",
    )
    assert status["dropped"] == {"otlp_metrics": 1}
    assert status["rate_limit"]["limit"] == 60_000
    assert status["rate_limit"]["used"] >= 1
