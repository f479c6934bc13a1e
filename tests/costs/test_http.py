"""Costs over HTTP, on a server of its own process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from server.process import Json, Server

COSTS = "/api/v1/costs"
DONE_WITHIN_S = 60.0


@dataclass
class Shop:
    """A project with 40 calls of two models at noon of each of the five days before today."""

    client: httpx.Client
    project: str
    server: Server

    def get(self, path: str, **params: str) -> Json:
        answer = self.client.get(f"{COSTS}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    def listed(self, path: str, **params: str) -> list[Json]:
        found = self.get(path, **params)
        assert isinstance(found, list)
        return found

    def post(self, path: str, body: Json, status: int = 201) -> Json:
        answer = self.client.post(f"{COSTS}/{path}", json=body)
        assert answer.status_code == status, answer.text
        data: Json = answer.json().get("data") or answer.json()
        return data

    def audit(self) -> list[tuple[str, str]]:
        entries = self.client.get(f"/api/v1/projects/{self.project}/audit").json()["data"]
        return [(e["action"], e["target"]) for e in entries]


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    made = server.project_key(f"shop {uuid4()}")
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with server.client_of(made.key) as client:
        calls: list[Json] = [
            {
                "id": f"{day}-{i}", "timestamp": (noon - timedelta(days=day, seconds=i)).isoformat(), "prompt_id": "greeting",
                "provider": "openai" if i % 4 else "acme", "model": "gpt-4o-mini" if i % 4 else "acme-large",
                "latency_ms": 10, "input_tokens": 1000, "output_tokens": 100,
            }
            for day in range(1, 6) for i in range(40)
        ]  # fmt: skip
        server.send(calls, client)
        yield Shop(client, made.project, server)


# gpt-4o-mini: 0.15 and 0.60 US$ a million tokens, so 0.00015 + 0.00006 a call; 30 of 40 calls a day.
DAY_USD = 30 * 0.00021


def test_the_running_month_is_projected(shop: Shop) -> None:
    found = shop.get("projection", period="month", prompt_id="greeting")
    assert found["tz"] == "UTC"
    assert (found["level"], found["history_days"]) == (80, 4)
    low, projected, high = (float(str(found[key])) for key in ("low_usd", "projected_usd", "high_usd"))
    assert float(str(found["spent_usd"])) <= low <= projected <= high
    ahead = found["ahead"]
    assert isinstance(ahead, list)
    assert ahead[-1]["total_usd"] == projected
    spent = [d["usd"] for d in [*found["before"], *found["days"]] if d["usd"]]  # type: ignore[misc]
    assert spent == pytest.approx([DAY_USD] * 5)


def test_a_budget_from_its_beginning_to_its_end(shop: Shop) -> None:
    made = shop.post("budgets", {"name": "Everything", "amount_usd": 0.000001, "period": "month"})
    assert made["state"] == ("over" if made["spent_usd"] else "at_risk")
    taken = shop.post("budgets", {"name": "Everything", "amount_usd": 1}, 409)
    assert taken["field"] == "name"
    changed = shop.client.patch(f"{COSTS}/budgets/{made['id']}", json={"amount_usd": 1000, "name": "All of it"}).json()
    after = changed["data"]
    assert (after["amount_usd"], after["period"], after["name"]) == (1000, "month", "All of it")
    assert after["state"] == "ok"
    shop.post("budgets", {"name": "Nobody's", "amount_usd": 1, "prompt_id": "nobody", "environment": "production"})
    states = {b["name"]: (b["state"], b["spent_usd"]) for b in shop.listed("budgets")}
    assert states["Nobody's"] == ("unknown", 0)
    assert shop.client.delete(f"{COSTS}/budgets/{made['id']}").status_code == 200
    assert [b["name"] for b in shop.listed("budgets")] == ["Nobody's"]
    assert [a for a in shop.audit() if a[0].startswith("budget.")][::-1] == [
        ("budget.create", "Everything"),
        ("budget.change", "All of it"),
        ("budget.create", "Nobody's"),
        ("budget.delete", "All of it"),
    ]
    assert shop.client.patch(f"{COSTS}/budgets/{made['id']}", json={}).status_code == 404


def test_a_model_without_a_price_gets_one_and_its_calls_are_priced_anew(shop: Shop) -> None:
    shop.server.send([{"id": "silent", "provider": "acme", "model": "acme-small", "latency_ms": 1}], shop.client)
    found = {u["model"]: u for u in shop.listed("unpriced")}
    assert (found["acme-large"]["calls"], found["acme-large"]["reason"]) == (50, "no_price")
    assert found["acme-large"]["share"] == pytest.approx(100 * 50 / 201)
    assert (found["acme-small"]["reason"], found["acme-small"]["provider"]) == ("no_usage", "acme")
    price = {
        "provider": "acme", "model": "acme-large", "valid_from": "2020-01-01", "input_usd_per_mtok": "2",
        "output_usd_per_mtok": "10",
    }  # fmt: skip
    assert shop.client.post(f"/api/v1/projects/{shop.project}/prices", json=price).status_code == 201
    now = datetime.now(UTC)
    job = shop.post(
        "repricings",
        {
            "start": (now - timedelta(days=7)).isoformat(),
            "end": now.isoformat(),
            "model": "acme-large",
            "reason": "agreed",
        },
        202,
    )
    deadline = time.monotonic() + DONE_WITHIN_S
    while (done := shop.get(f"repricings/{job['id']}"))["status"] != "done" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (done["calls_seen"], done["calls_changed"], done["calls_unpriced"]) == (50, 50, 0)
    assert (done["before_usd"], done["after_usd"], done["days_done"]) == (None, 0.15, done["days"])  # 50 x 0.003
    asked: Json = {
        "metrics": ["total_cost_usd"], "start": (now - timedelta(days=7)).isoformat(), "end": now.isoformat(),
    }  # fmt: skip
    values = shop.server.ask(shop.client, **asked)["values"]
    assert isinstance(values, dict)
    assert values["total_cost_usd"][0][0] == pytest.approx(0.15 + 150 * 0.00021)
    assert [u["model"] for u in shop.listed("unpriced")] == ["acme-small"]
    assert shop.listed("repricings")[0] == done
    assert [a for a in shop.audit() if a[0].startswith("repricing.")] == [
        ("repricing.done", "acme-large"),
        ("repricing.start", "acme-large"),
    ]


def test_a_bill_is_compared_and_kept(shop: Shop) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    bill = (
        f"date,model,cost_usd,input_tokens,output_tokens\n{day},gpt-4o-mini-2024-07-18,0.01,30000,3000\n{day},,x,1,1\n"
    )
    answer = shop.client.post(
        f"{COSTS}/reconciliations", params={"name": "november.csv", "provider": "openai"},
        content=bill.encode(), headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    assert (made["start"], made["end"], made["lines"], made["billed_usd"]) == (str(day), str(day), 2, 0.01)
    assert made["columns"] == {
        "day": "date", "model": "model", "usd": "cost_usd", "tokens": "input_tokens + output_tokens",
    }  # fmt: skip
    assert "1 line left out: a number cannot be read" in made["notes"]
    assert made["counted_usd"] == pytest.approx(DAY_USD)
    assert made["gap_usd"] == pytest.approx(0.01 - DAY_USD)
    assert made["models"][0]["counted_tokens"] == 33000
    assert [(r["model"], r["counted_calls"]) for r in made["rows"]] == [("gpt-4o-mini-2024-07-18", 30)]
    assert shop.get(f"reconciliations/{made['id']}") == made
    assert [r["name"] for r in shop.listed("reconciliations")] == ["november.csv"]
    assert shop.client.delete(f"{COSTS}/reconciliations/{made['id']}").status_code == 200
    assert shop.listed("reconciliations") == []


def test_suggestions_are_silent_where_there_is_little_to_say(shop: Shop) -> None:
    assert shop.listed("suggestions") == []


def test_calls_without_a_cost_are_listed_as_they_are_counted(server: Server) -> None:
    """Of seven calls two say no price, one says no tokens, two failed and used nothing: three are without a cost."""
    made = server.project_key(f"gaps {uuid4()}")
    known: Json = {
        "provider": "openai",
        "model": "gpt-4o-mini",
        "latency_ms": 1,
        "input_tokens": 10,
        "output_tokens": 10,
    }
    unknown = {**known, "provider": "acme", "model": "acme-large"}
    failed = {"model": "acme-large", "latency_ms": 1, "status": "error"}
    calls: list[Json] = [
        {**known, "id": "priced"}, {**known, "id": "paid", "cost_usd": 1.0}, {**unknown, "id": "large-1"},
        {**unknown, "id": "large-2", "status": "error"}, {"model": "acme-large", "latency_ms": 1, "id": "silent"},
        {**failed, "id": "failed-1"}, {**failed, "id": "failed-2", "provider": "acme"},
    ]  # fmt: skip
    with server.client_of(made.key) as client:
        server.send(calls, client)
        now = datetime.now(UTC)
        hours = {"start": (now - timedelta(hours=1)).isoformat(), "end": (now + timedelta(hours=1)).isoformat()}
        data = server.ask(client, metrics=["unpriced_requests", "priced_share"], **hours)
        assert data["values"] == {"unpriced_requests": [[3]], "priced_share": [[40]]}  # 2 of 5

        def listed(*reasons: str) -> set[str]:
            where = json.dumps([{"dimension": "cost_missing", "op": "in", "values": reasons}])
            found = client.get("/api/v1/calls", params={"where": where}).raise_for_status().json()["data"]
            return {str(call["id"]) for call in found}

        assert listed("no_price", "no_usage") == {"large-1", "large-2", "silent"}
        models = client.get(f"{COSTS}/unpriced", params=hours).json()["data"]
        assert {m["reason"]: (m["calls"], listed(m["reason"])) for m in models} == {
            "no_price": (2, {"large-1", "large-2"}), "no_usage": (1, {"silent"}),
        }  # fmt: skip
