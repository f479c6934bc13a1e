"""How long every question of every page waits, against its budget: 300 ms where rollups answer, 1.5 s where calls are read.

PROMPTPULSE_BENCH_CALLS says how many calls there are (10 million). A page that asks something new adds a line to `questions`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.queries import KPIS, SERIES, TABLE, filled
from bench.report import Row
from bench.server import Server

CALLS = 10_000_000
REPEATS = 30
ROLLUP_MS, RAW_MS = 300, 1500
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Question:
    """As a page sends it."""

    name: str
    path: str
    body: Json | None = None
    """Of a POST; None: a GET."""
    params: Mapping[str, str] = field(default_factory=dict)
    budget_ms: float = ROLLUP_MS

    def send(self, client: httpx.Client) -> httpx.Response:
        if self.body is None:
            return client.get(self.path, params=dict(self.params))
        return client.post(self.path, params=dict(self.params), json=self.body)


def questions(now: datetime) -> list[Question]:
    """Of the last 30 days, as the pages show them at first."""
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    month: Json = {"start": (end - timedelta(days=30)).isoformat(), "end": end.isoformat()}
    span = {name: str(value) for name, value in month.items()}

    def query(name: str, budget_ms: float = ROLLUP_MS, **more: object) -> Question:
        return Question(name, "/api/v1/query", {**month, **more}, {}, budget_ms)

    def calls(name: str, budget_ms: float = ROLLUP_MS, **params: str) -> Question:
        return Question(name, "/api/v1/calls", None, {**span, **params}, budget_ms)

    def where(dimension: str, op: str, *values: object) -> str:
        return json.dumps([{"dimension": dimension, "op": op, "values": values}])

    return [
        query("totals with comparison", metrics=KPIS, compare="previous"),
        query("series of a day each", metrics=SERIES, bucket="1d"),
        query("series of an hour each", metrics=SERIES, bucket="1h"),
        query("series by model", metrics=TABLE, bucket="1d", by=["model"]),
        query("table by prompt and version", metrics=TABLE, by=["prompt_id", "prompt_version"], limit=100),
        query("peak of a day each", metrics=["peak_rpm"], bucket="1d"),
        query("users", metrics=["unique_users"], bucket="1d"),
        query("table of users", RAW_MS, metrics=TABLE, by=["user_id"], limit=100),
        query("percentiles by property", RAW_MS, metrics=["p50_latency_ms", "p95_latency_ms"], by=["properties.plan"], bucket="1d"),
        query("a number as a filter", RAW_MS, metrics=TABLE, where=[{"dimension": "latency_ms", "op": "gt", "values": [2000]}]),
        query("a formula", RAW_MS, metrics=["=100 * count(status = 'error' and latency_ms > 2000) / count()"], bucket="1d"),
        query("a formula over scores", RAW_MS, bucket="1d",
            metrics=["=100 * count(score.feedback = 'positive') / count(score.feedback)"]),
        Question("latency histogram", "/api/v1/query/distribution", {**month, "field": "latency_ms"}, {}, RAW_MS),
        Question("cost histogram", "/api/v1/query/distribution", {**month, "field": "cost_usd"}, {}, RAW_MS),
        Question("latency heatmap", "/api/v1/query/distribution", {**month, "field": "latency_ms", "bucket": "6h"}, {}, RAW_MS),
        Question("what failures say", "/api/v1/query/errors", {**month, "bucket": "1d"}, {}, RAW_MS),
        calls("newest calls"),
        calls("failed calls", status="error"),
        calls("slow calls", where=where("latency_ms", "gt", 2000)),
        calls("calls of a prompt", prompt_id="prompt-03"),
        calls("calls of a user", RAW_MS, user_id="user-17"),
        calls("calls by property", where=where("properties.plan", "in", "team")),
        calls("calls by score", RAW_MS, where=where("score.feedback", "in", "negative")),
        calls("calls with a rare word", RAW_MS, text="word29000"),
        calls("calls with a common word", RAW_MS, text="word2"),
        calls("calls that are not there", RAW_MS, search="nothing is called so"),
        calls("calls at the far end", cursor=f"{(end - timedelta(days=29)).isoformat()}_a"),
        Question("projection of the month", "/api/v1/costs/projection"),
        Question("models without a price", "/api/v1/costs/unpriced", None, span, RAW_MS),
        Question("suggestions", "/api/v1/costs/suggestions", None, span, RAW_MS),
        Question("three prompts compared", "/api/v1/compare",
            {**month, "subjects": [{"prompt_id": f"prompt-0{n}"} for n in (1, 2, 3)]}, {}, RAW_MS),
        Question("is the newer version better", "/api/v1/compare/versions", {**month, "prompt_id": "prompt-03"}, {}, RAW_MS),
        *(Question(f"cohorts by {by}", "/api/v1/cohorts", {**month, "by": by, "metrics": TABLE}, {}, budget_ms)
            for by, budget_ms in (("hour", ROLLUP_MS), ("feature", ROLLUP_MS), ("new_users", RAW_MS), ("properties.plan", RAW_MS))),
        Question("users who come back", "/api/v1/cohorts/retention", None, {}, RAW_MS),
        Question("scores", "/api/v1/quality/scores", None, span, RAW_MS),
        Question("consistency", "/api/v1/quality/consistency", None, span, RAW_MS),
        Question("feedback", "/api/v1/quality/feedback", None, span, RAW_MS),
        Question("drift", "/api/v1/quality/drift", None, span, RAW_MS),
        Question("overview beside the numbers", "/api/v1/overview"),
        Question("fields of calls", "/api/v1/calls/fields", None, span, RAW_MS),
        Question("models of calls", "/api/v1/calls/values", None, {**span, "field": "model"}),
        Question("users of calls", "/api/v1/calls/values", None, {**span, "field": "user_id", "prefix": "user-1"}, RAW_MS),
    ]  # fmt: skip


def run(folder: Path) -> list[Row]:
    filled(folder, int(os.environ.get("PROMPTPULSE_BENCH_CALLS", CALLS)), rich=True)
    with Server(folder) as server:
        return [_measured(server.client, question) for question in questions(datetime.now(UTC))]


def _measured(client: httpx.Client, question: Question) -> Row:
    waits = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        answer = question.send(client)
        waits.append((time.perf_counter() - started) * 1000)
        if answer.is_error:
            raise RuntimeError(f"{question.name}: {answer.status_code} {answer.text[:500]}")
    p95 = sorted(waits)[int(0.95 * len(waits))]
    return Row(f"{question.name}: p95", f"{p95:.0f} ms", f"{question.budget_ms:.0f} ms", p95 / question.budget_ms)
