"""Custom metrics over HTTP, against a real server: defined, previewed, asked for, listed, exported."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.making import new
from server.process import Json, Server

DAY: Json = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"}
HOURS: Json = {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T10:00:00Z", "bucket": "1h"}
SATISFACTION: Json = {
    "name": "Customer satisfaction", "formula": "100 * count(score.feedback = 'positive') / count(score.feedback)",
    "unit": "percent", "better": "up", "threshold": 80,
}  # fmt: skip
KEY = "custom.customer_satisfaction"


def at(hour: int) -> str:
    return f"2026-11-20T{hour:02}:30:00Z"


@pytest.fixture
def shop(server: Server, project: httpx.Client) -> httpx.Client:
    """Three calls of two prompts, and what users thought: 2 of 3 liked it."""
    calls: list[Json] = [
        {"id": "a1", "prompt_id": "greet", "latency_ms": 100, "timestamp": at(8)},
        {"id": "a2", "prompt_id": "greet", "latency_ms": 300, "timestamp": at(9), "status": "error", "error_type": "timeout"},
        {"id": "a3", "prompt_id": "reply", "latency_ms": 500, "timestamp": at(9)},
    ]  # fmt: skip
    server.send(calls, project)
    for call, hour, feedback in (("a1", 8, "positive"), ("a2", 9, "negative"), ("a3", 9, "positive")):
        new(
            project, "/scores",
            {"callId": call, "timestamp": at(hour), "scores": [{"name": "feedback", "type": "string", "value": feedback}]},
        )  # fmt: skip
    return project


def query(client: httpx.Client, *metrics: str, **more: object) -> Json:
    answer = client.post("/api/v1/query", json={**DAY, "metrics": metrics, **more})
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


def test_a_metric_is_defined_listed_asked_for_changed_and_deleted(shop: httpx.Client) -> None:
    made = new(shop, "/metrics/custom", SATISFACTION)
    assert (made["key"], made["threshold"], made["created_at"]) == (KEY, 80, made["updated_at"])
    listed = shop.get("/api/v1/metrics/catalogue").json()["data"]["metrics"][-1]
    assert (listed["key"], listed["label"], listed["custom"], listed["unit"], listed["threshold"]) == (
        KEY, "Customer satisfaction", True, "percent", 80,
    )  # fmt: skip
    found = query(shop, KEY, "total_requests", by=["prompt_id"])
    assert found["groups"] == [{"prompt_id": "reply"}, {"prompt_id": "greet"}]
    assert found["values"] == {KEY: [[100], [50]], "total_requests": [[1], [2]]}
    assert found["metrics"][0] == {"key": KEY, "label": "Customer satisfaction", "unit": "percent", "better": "up"}  # type: ignore[index]
    changed = shop.patch(f"/api/v1/metrics/custom/{KEY}", json={"formula": "count(score.feedback)", "unit": "count"})
    assert changed.json()["data"]["key"] == KEY
    assert query(shop, KEY)["values"] == {KEY: [[3]]}
    assert shop.delete(f"/api/v1/metrics/custom/{made['id']}").status_code == 200
    gone = shop.post("/api/v1/query", json={**DAY, "metrics": [KEY]})
    assert (gone.status_code, gone.json()["field"]) == (422, "metrics")


def test_a_formula_is_a_metric_of_its_own(shop: httpx.Client) -> None:
    formula = "=count(status = 'error') / count()"
    found = query(
        shop, "total_requests", formula, bucket="1h", start=at(8)[:-7] + ":00:00Z", end="2026-11-20T10:00:00Z"
    )
    assert found["values"] == {"total_requests": [[1, 2]], formula: [[0, 0.5]]}
    assert found["metrics"][1]["label"] == "count(status = 'error') / count()"  # type: ignore[index]
    table = shop.post("/api/v1/query?format=csv", json={**DAY, "metrics": [formula], "by": ["prompt_id"]}).text
    assert table.splitlines() == ["prompt_id,count(status = 'error') / count()", "greet,0.5", "reply,0.0"]


def test_a_formula_is_compared_with_the_period_before(shop: httpx.Client) -> None:
    found = query(
        shop, "=avg(latency_ms)", start="2026-11-20T09:00:00Z", end="2026-11-20T10:00:00Z", compare="previous"
    )
    assert found["values"] == {"=avg(latency_ms)": [[400]]}
    assert found["compare"]["values"] == {"=avg(latency_ms)": [[100]]}  # type: ignore[index]


def test_running_sums_and_the_minute_of_the_peak(shop: httpx.Client) -> None:
    assert query(shop, "total_requests", "=sum(latency_ms)", cumulative=True, **HOURS)["values"] == {
        "total_requests": [[1, 3]], "=sum(latency_ms)": [[100, 900]],
    }  # fmt: skip
    assert query(shop, "peak_rpm", **HOURS)["moments"] == {"peak_rpm": [[at(8), at(9)]]}


def test_a_formula_is_tried_before_it_is_kept(shop: httpx.Client) -> None:
    tried = new(shop, "/metrics/custom/check", {"formula": SATISFACTION["formula"], **DAY, "tz": "Asia/Kathmandu"})
    assert (tried["problem"], tried["reads"]) == (None, ["score.feedback"])
    preview = tried["preview"]
    assert isinstance(preview, dict)
    assert preview["value"] == pytest.approx(200 / 3)
    assert [v for v in preview["values"] if v is not None] == [100, 50]
    assert len(preview["buckets"]) == len(preview["values"]) == 49  # half hours from 23:45 on
    checked = new(shop, "/metrics/custom/check", {"formula": "count() + avg(latency)"})
    assert checked == {
        "problem": {
           "message": "'latency' is not a field; did you mean latency_ms or inexact_latency?", "position": 14, "length": 7},
        "reads": [], "preview": None,
    }  # fmt: skip


def test_texts_count_as_the_numbers_of_the_project_at_once(shop: httpx.Client) -> None:
    assert query(shop, "=avg(score.feedback)")["values"] == {"=avg(score.feedback)": [[None]]}
    numbers = {"mappings": {"feedback": {"positive": 1, "negative": 0}}}
    assert shop.put("/api/v1/scores/mappings", json=numbers).status_code == 200
    assert query(shop, "=avg(score.feedback)")["values"] == {"=avg(score.feedback)": [[pytest.approx(2 / 3)]]}


def test_metrics_of_another_project_are_not_known(server: Server, shop: httpx.Client) -> None:
    new(shop, "/metrics/custom", SATISFACTION)
    with server.client_of(server.project_key("another shop").key) as other:
        assert other.get(f"/api/v1/metrics/custom/{KEY}").status_code == 404
        assert other.post("/api/v1/query", json={**DAY, "metrics": [KEY]}).status_code == 422
        assert not any(m["custom"] for m in other.get("/api/v1/metrics/catalogue").json()["data"]["metrics"])


def test_the_catalogue_tells_fields_and_functions(shop: httpx.Client) -> None:
    catalogue = shop.get("/api/v1/metrics/catalogue").json()["data"]
    assert {"key": "latency_ms", "label": "Latency", "type": "number", "unit": "ms"} in catalogue["fields"]
    assert [f["name"] for f in catalogue["functions"]][:2] == ["count", "sum"]
    additive = {m["key"] for m in catalogue["metrics"] if m["additive"]}
    assert {"total_requests", "total_cost_usd"} <= additive
    assert not additive & {"success_rate", "p95_latency_ms", "unique_users", "peak_rpm"}


PIECES = [
    "count(", "avg(", "sum(score.feedback", "latency_ms", "model", "properties.x", " where ", " and ", " or ", " not ", "=",
    "!=", "<", " in (", "'positive'", "'\\'", "''", '"', "1", "1e300", ")", ")", "+", "-", "*", "/", ",", "if_empty(", "null",
    "\U0001f600", "{tz:String}", "%s", ";", "--", "p99(", "uniq(", "stddev(", "incomplete", "contains", "cost_usd", "http_status",
]  # fmt: skip
WHOLE = [
    "count()",
    "avg(latency_ms)",
    "count(score.feedback = 'positive')",
    "sum(cost_usd)",
    "1e300",
    "0",
    "uniq(model)",
]
FORMULAS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(WHOLE), min_size=1, max_size=6).flatmap(
        lambda parts: st.lists(st.sampled_from("+-*/"), min_size=len(parts), max_size=len(parts)).map(
            lambda signs: "".join(f"{part} {sign} " for part, sign in zip(parts, signs, strict=True))[:-3]
        )
    ),
    st.text(st.characters(codec="utf-8"), max_size=30),
)


def test_a_fuzzed_formula_gets_a_value_or_a_reason(shop: httpx.Client) -> None:
    @given(FORMULAS, st.sampled_from([{}, {"bucket": "1h"}, {"by": ["prompt_id"]}, {"by": ["model"], "bucket": "12h"}]))
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def fuzzed(formula: str, more: Json) -> None:
        answer = shop.post("/api/v1/query", json={**DAY, "metrics": [f"={formula}"], **more})
        assert answer.status_code in {200, 422}, answer.text
        assert answer.status_code == 200 or answer.json()["field"] == "metrics"
        checked = shop.post("/api/v1/metrics/custom/check", json={"formula": formula})
        assert checked.status_code == 200, checked.text
        assert (checked.json()["data"]["problem"] is None) == (answer.status_code == 200)

    fuzzed()


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 19 + "count()" + ")" * 19,
        " + ".join(["count(model = 'x')"] * 60),
        "count(" + " or ".join(f"user='{n}'" for n in range(98)) + ")",
        " / ".join(f"{n}" for n in range(1, 190)) + " * count()",
        "count(" + "not " * 18 + "incomplete)",
        "+".join(f"avg(score.s{n})" for n in range(90)),
    ],
    ids=["brackets", "one function", "conditions", "chain", "nots", "scores"],
)
def test_the_largest_formulas_are_answered(shop: httpx.Client, formula: str) -> None:
    answer = shop.post("/api/v1/query", json={**DAY, "metrics": [f"={formula}"], "by": ["model"], "bucket": "1h"})
    assert answer.status_code == 200, answer.text
