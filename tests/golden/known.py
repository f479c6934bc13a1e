"""Twelve calls of three days, and every number that is asked of them, small enough to recompute in the head.

Days are those of Kathmandu, +05:45: a call at five past midnight there is one of 18:20 of the day before in UTC. The week is
the one before last, so that it is over whenever the tests run.

Prices, US dollars a million tokens: input 100, cached input 50, output 500. So 1,000 tokens of input cost 10 cents, as do 200
of output; a cached token costs half.

| Call  | When      | Prompt   | User | ms   | Input (cached) | Output (reasoning) | US$               |
| ----- | --------- | -------- | ---- | ---- | -------------- | ------------------ | ----------------- |
| first | Fri 12:00 | answer 1 | u1   | 1000 |                |                    | the week before   |
| c1    | Mon 00:05 | answer 1 | u1   | 1000 | 1000           | 200                | .10 + .10 = .20   |
| c2    | Mon 10:00 | answer 1 | u2   | 1000 | 1000 (400)     | 200                | .06 + .02 + .10 = .18 |
| c3    | Mon 10:00 | answer 1 | u1   | 4000 | 1000           | 0                  | .10, timeout      |
| c4    | Mon 23:55 | digest 1 | u2   | 500  | 500            | 100                | no price          |
| c5    | Tue 00:05 | answer 1 | u1   | 1000 | 1000           | 200 (100)          | .20               |
| c6    | Tue 14:00 | digest 1 | u3   | 1000 | 1500           | 200                | .15 + .10 = .25   |
| c7    | Tue 14:00 | digest 1 | u3   | 1000 | 1500 (400)     | 300                | .11 + .02 + .15 = .28 |
| c8    | Tue 14:00 | digest 1 | u3   | 200  |                |                    | free, rate limit  |
| c9    | Tue 23:55 | answer 2 | u1   | 800  | 1000 (200)     | 200 (100)          | .08 + .01 + .10 = .19 |
| c10   | Wed 00:05 | answer 2 | u2   | 1000 | 1000           | 400 (100)          | .10 + .20 = .30   |
| c11   | Wed 12:00 | digest 2 | u4   | 400  | 500            | 200                | no price          |
| c12   | Wed 12:30 | digest 2 | u4   | 100  |                |                    | free, validation  |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx

from server.making import new
from server.process import Json

ZONE = "Asia/Kathmandu"
_TZ = ZoneInfo(ZONE)
_TODAY = datetime.now(_TZ).date()
MONDAY = _TODAY - timedelta(days=_TODAY.weekday() + 14)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
WEEK_BEFORE = MONDAY - timedelta(days=7)


def at(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of the clocks in Kathmandu."""
    return datetime.combine(day, time(hour, minute, second), _TZ).astimezone(UTC)


def stamp(moment: datetime) -> str:
    """As the API writes moments."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


START, END = at(MONDAY), at(THURSDAY)
RANGE: dict[str, str] = {"start": stamp(START), "end": stamp(END)}
"""Monday, Tuesday and Wednesday: in the address of a page and in the body of a question."""

LARGE: Json = {"provider": "acme", "model": "acme-large"}
NEW: Json = {"provider": "acme", "model": "acme-new"}
PRO, FREE = ({"properties": {"plan": plan}} for plan in ("pro", "free"))
SEVEN_TWO_ONE: Json = {"latency_ms": 1000, "llm_ms": 700, "network_ms": 200, "queue_ms": 100}
PRICE: Json = {
    **LARGE, "valid_from": "2020-01-01", "input_usd_per_mtok": "100", "cached_input_usd_per_mtok": "50",
    "output_usd_per_mtok": "500",
}  # fmt: skip


def _call(id_: str, when: datetime, prompt: str, user: str, *parts: Mapping[str, object], **more: object) -> Json:
    name, version = prompt.split()
    told: Json = {
        "id": id_, "timestamp": when.isoformat(), "prompt_id": name, "prompt_version": version, "user_id": user, **more,
    }  # fmt: skip
    for part in parts:
        told |= part
    return told


def _tokens(read: int, written: int, *, cached: int = 0, reasoning: int = 0) -> Json:
    return {
        "input_tokens": read, "output_tokens": written, "cached_input_tokens": cached, "reasoning_tokens": reasoning,
    }  # fmt: skip


FIRST = _call("first", at(MONDAY - timedelta(days=3), 12), "answer 1", "u1", NEW, latency_ms=1000)
"""Makes u1 a user who returns."""

CALLS: list[Json] = [
    _call("c1", at(MONDAY, 0, 5), "answer 1", "u1", LARGE, PRO, SEVEN_TWO_ONE, _tokens(1000, 200)),
    _call("c2", at(MONDAY, 10, 0), "answer 1", "u2", LARGE, FREE, SEVEN_TWO_ONE, _tokens(1000, 200, cached=400)),
    _call("c3", at(MONDAY, 10, 0, 30), "answer 1", "u1", LARGE, PRO, _tokens(1000, 0), latency_ms=4000, llm_ms=3000,
          queue_ms=600, error_type="timeout", http_status=504, error_message="no answer within 4000 ms"),
    _call("c4", at(MONDAY, 23, 55), "digest 1", "u2", NEW, FREE, _tokens(500, 100), latency_ms=500),
    _call("c5", at(TUESDAY, 0, 5), "answer 1", "u1", LARGE, PRO, SEVEN_TWO_ONE, _tokens(1000, 200, reasoning=100)),
    _call("c6", at(TUESDAY, 14, 0), "digest 1", "u3", LARGE, PRO, SEVEN_TWO_ONE, _tokens(1500, 200)),
    _call("c7", at(TUESDAY, 14, 0, 20), "digest 1", "u3", LARGE, PRO, SEVEN_TWO_ONE, _tokens(1500, 300, cached=400)),
    _call("c8", at(TUESDAY, 14, 0, 40), "digest 1", "u3", LARGE, PRO, latency_ms=200, error_type="rate_limit",
          http_status=429, error_message="slow down"),
    _call("c9", at(TUESDAY, 23, 55), "answer 2", "u1", LARGE, PRO, _tokens(1000, 200, cached=200, reasoning=100), latency_ms=800),
    _call("c10", at(WEDNESDAY, 0, 5), "answer 2", "u2", LARGE, FREE, SEVEN_TWO_ONE, _tokens(1000, 400, reasoning=100)),
    _call("c11", at(WEDNESDAY, 12, 0), "digest 2", "u4", NEW, _tokens(500, 200), latency_ms=400),
    _call("c12", at(WEDNESDAY, 12, 30), "digest 2", "u4", LARGE, latency_ms=100, error_type="validation", http_status=400,
          error_message="a variable is missing"),
]  # fmt: skip

SCORES: list[tuple[str, str, str, object, str | None]] = [
    ("c1", "rating", "int", 5, None), ("c2", "rating", "int", 4, None), ("c9", "rating", "int", 3, None),
    ("c1", "helpful", "bool", True, None), ("c6", "helpful", "bool", False, None),
    ("c2", "feedback", "string", "positive", None), ("c10", "feedback", "string", "negative", "too long"),
]  # fmt: skip
"""Call, name, type, value, comment; each given when the call was made."""

TOTALS: dict[str, float | None] = {
    "total_requests": 12,
    "failed_requests": 3,  # c3, c8, c12
    "success_rate": 75,  # 9 of 12
    "error_rate": 25,
    "timeout_errors": 1, "rate_limit_errors": 1, "validation_errors": 1, "model_errors": 0, "system_errors": 0,
    "errors_4xx": 1, "errors_5xx": 1, "errors_llm": 1,  # 400, 504, 429
    "requests_per_minute": 12 / (3 * 24 * 60),
    "peak_rpm": 3,  # c6, c7 and c8
    "avg_latency_ms": 1000,  # 6 x 1000 + 4000 + 500 + 200 + 800 + 400 + 100 = 12,000; 12,000 / 12
    "avg_llm_ms": 7200 / 7,  # 6 x 700 + 3000 = 7200, of seven calls that say it
    "avg_network_ms": 200,  # of six
    "part_llm_ms": 600,  # 7200 / 12
    "part_network_ms": 100,  # 6 x 200 / 12
    "part_queue_ms": 100,  # (6 x 100 + 600) / 12
    "part_other_ms": 200,  # what lacks to 1000
    "input_tokens": 10_000,  # 6 x 1000 + 2 x 1500 + 2 x 500
    "output_tokens": 2000,  # 5 x 200 + 200 (c11) + 300 + 100 + 400 + 0
    "total_tokens": 12_000,
    "cached_input_tokens": 1000,  # 400 + 400 + 200
    "fresh_input_tokens": 9000,
    "reasoning_tokens": 300,  # 3 x 100
    "plain_output_tokens": 1700,
    "avg_tokens_per_request": 1000,  # the two free failures had none
    "total_cost_usd": 1.70,  # .20 + .18 + .10, .20 + .25 + .28 + .19, .30
    "cost_per_request_usd": 0.17,  # 8 with a cost and 2 that are free
    "priced_share": 80,  # 8 of 10; what failed without usage does not count
    "unpriced_requests": 2,  # c4 and c11
    "unique_users": 4,
    "custom.satisfaction": 50,  # one positive of two
    "=avg(score.rating)": 4,  # (5 + 4 + 3) / 3
    "=100 * sum(cached_input_tokens) / sum(input_tokens)": 10,  # 1000 of 10,000
    "=count(latency_ms > 900 and status = 'success')": 6,
    "=count(properties.plan = 'pro') - count(properties.plan = 'free')": 4,  # 7 - 3
    "=avg(score.nobody)": None,
}  # fmt: skip
PERCENTILES: dict[str, float] = {
    # 100 200 400 500 800, six times 1000, 4000: from the fifth to the eleventh of twelve nearly all are 1000
    "p50_latency_ms": 1000, "p75_latency_ms": 1000, "p90_latency_ms": 1000, "p95_latency_ms": 4000, "p99_latency_ms": 4000,
}  # fmt: skip
WITHIN = 0.0075
"""The error of percentiles, as the documentation states it."""

BY_DAY: dict[str, list[float]] = {
    "total_requests": [4, 5, 3],
    "failed_requests": [1, 1, 1],
    "success_rate": [75, 80, 100 * 2 / 3],
    "total_cost_usd": [0.48, 0.92, 0.30],
    "input_tokens": [3500, 5000, 1500],
    "output_tokens": [500, 900, 600],
}
CUMULATIVE: dict[str, list[float]] = {"total_requests": [4, 9, 12], "total_cost_usd": [0.48, 1.40, 1.70]}
BY_DAY_UTC = [1, 4, 5, 2]
"""Sunday: c1. Monday: c2 to c5. Tuesday: c6 to c10. Wednesday: c11 and c12."""
HALVES = ("total_requests", "success_rate", "total_cost_usd", "total_tokens")
BY_PROMPT: dict[str, tuple[float | None, ...]] = {
    "answer": (6, 500 / 6, 1.17, 7200),
    "digest": (6, 400 / 6, 0.53, 4800),
}
BY_VERSION: dict[tuple[str, str], tuple[float | None, ...]] = {
    ("answer", "1"): (4, 75, 0.68, 4600),
    ("digest", "1"): (4, 75, 0.53, 4100),
    ("answer", "2"): (2, 100, 0.49, 2600),
    ("digest", "2"): (2, 50, None, 700),  # one without a price, one without usage: not known, and not nothing
}
BY_PLAN: dict[str | None, int] = {"pro": 7, "free": 3, None: 2}
BY_MODEL: dict[str, tuple[float | None, ...]] = {"acme-large": (10, 70, 1.70, 10_700), "acme-new": (2, 100, None, 1300)}
FILTERED: dict[str, tuple[Json, int]] = {
    "slow": ({"dimension": "latency_ms", "op": "gt", "values": [900]}, 7),
    "not known plan": ({"dimension": "properties.plan", "values": [None]}, 2),
    "said to be missing": ({"dimension": "error_message", "op": "contains", "values": ["MISSING"]}, 1),
    "everybody but u1": ({"dimension": "user_id", "op": "not_in", "values": ["u1"]}, 8),
    "rated 4 or more": ({"dimension": "score.rating", "op": "gte", "values": [4]}, 2),
}

COHORTS: dict[str, list[tuple[str, float, float]]] = {
    # label, calls, success rate
    "hour": [("00:00", 3, 100), ("10:00", 2, 50), ("12:00", 2, 50), ("14:00", 3, 100 * 2 / 3), ("23:00", 2, 100)],
    "weekday": [("Monday", 4, 75), ("Tuesday", 5, 80), ("Wednesday", 3, 100 * 2 / 3)],
    "new_users": [("New users", 8, 75), ("Returning users", 4, 75)],
    "properties.plan": [("pro", 7, 100 * 5 / 7), ("free", 3, 100), ("Not known", 2, 50)],
}
SPENT: dict[date, float] = dict(zip((MONDAY, TUESDAY, WEDNESDAY), BY_DAY["total_cost_usd"], strict=True))
BUDGET_USD = 2.0
WIDGETS: list[Json] = [
    {"id": "n", "kind": "number", "query": {"metrics": ["total_requests"]}, "place": {"x": 0, "y": 0, "w": 3, "h": 3}},
    {"id": "s", "kind": "number", "query": {"metrics": ["custom.satisfaction"]}, "place": {"x": 3, "y": 0, "w": 3, "h": 3}},
    {"id": "t", "kind": "table", "title": "Halves", "query": {"metrics": [*HALVES], "by": ["prompt_id"]},
     "place": {"x": 0, "y": 3, "w": 12, "h": 5}},
    {"id": "d", "kind": "line", "title": "Days", "query": {"metrics": ["total_cost_usd"], "bucket": "1d", "cumulative": True},
     "place": {"x": 0, "y": 8, "w": 12, "h": 6}},
]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A project that knows all of this."""

    client: httpx.Client
    project: str
    dashboard: str
    shared: str
    """Token of a link to the dashboard."""


def tell(client: httpx.Client, project: str) -> Told:
    """Once, in the order in which things would happen."""
    new(client, f"/projects/{project}/prices", PRICE)
    answer = client.post("/api/v1/calls", json={"calls": [FIRST, *CALLS]})
    assert answer.json()["data"]["accepted"] == 1 + len(CALLS), answer.text
    when = {str(call["id"]): call["timestamp"] for call in CALLS}
    for call, name, kind, value, comment in SCORES:
        scores = [{"name": name, "type": kind, "value": value}]
        new(client, "/scores", {"callId": call, "scores": scores, "timestamp": when[call], "comment": comment})
    satisfied = "100 * count(score.feedback = 'positive') / count(score.feedback)"
    new(client, "/metrics/custom", {"name": "Satisfaction", "formula": satisfied, "unit": "percent", "better": "up"})
    new(client, "/costs/budgets", {"name": "Everything", "amount_usd": BUDGET_USD, "period": "month"})
    made = new(client, "/dashboards", {"name": "Known", "widgets": WIDGETS})
    link = new(client, f"/dashboards/{made['id']}/shares", {"note": "known"})
    return Told(client, project, str(made["id"]), str(link["path"]).removeprefix("/shared/"))
