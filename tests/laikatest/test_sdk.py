"""@laikatest/sdk with @laikatest/auto-otel in a program that runs an experiment; then all that the product reads from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import cast

import httpx
import pytest

from client.provider import provider
from laikatest.program import Program
from server.making import eventually, new_experiment, new_prompt
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("laikatest")
USERS = {f"user-{n}": n for n in range(20)}
"""And the rating that each gives."""
REFUSED = "user-0"
"""By the model."""
ANSWER_USD = 0.00027  # gpt-4o-mini: 1000 x 0.15 + 200 x 0.60 = 270 millionths


def scores_of(number: int) -> list[Json]:
    """By name, as they are read."""
    return [
        {"name": "comment", "type": "string", "value": "good" if number >= 10 else "bad"},
        {"name": "helpful", "type": "bool", "value": number % 2 == 0},
        {"name": "quality", "type": "float", "value": number / 8},
        {"name": "rating", "type": "int", "value": number},
    ]


@dataclass(frozen=True)
class Shop:
    """What the program was told, and a client that may only read."""

    reader: httpx.Client
    writer: httpx.Client
    experiment: str
    names: dict[str, str]
    """Of the variants, by id."""
    buckets: dict[str, str]
    """By user."""

    def read(self, path: str, **params: object) -> object:
        answer = self.reader.get(path.format(self.experiment), params=cast("dict[str, str]", params))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["success"] is True
        data: object = body["data"]
        return data

    def rows(self, path: str, **params: object) -> list[Json]:
        return cast("list[Json]", self.read(path, **params))

    def numbers_in(self, variant: str) -> list[int]:
        return [number for user, number in USERS.items() if self.names[self.buckets[user]] == variant]


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    mine = server.project_key("shop")
    reader = server.client_of(server.new_key(mine.project, "read"))
    with server.client_of(mine.key) as writer, reader, provider() as (address, asked):
        new_prompt(writer, "greeting", "Hello {{name}}", "Hi {{name}}")
        made = new_experiment(
            writer,
            "shorter greeting",
            [
                {"name": "Control", "prompt": "greeting", "version": 1, "weight": 50, "control": True},
                {"name": "Treatment", "prompt": "greeting", "version": 2, "weight": 50},
            ],
            metrics=[{"score": "rating", "primary": True}, {"metric": "p95_latency_ms"}],
        )
        names = {str(v["id"]): str(v["name"]) for v in cast("list[Json]", made["variants"])}
        buckets = {}
        with Program("traced", [server.url, mine.key, address]) as program:
            for user, number in USERS.items():
                scenario = "limited" if user == REFUSED else "success"
                told = cast("Json", program.do("reply", "shorter greeting", user, scenario, scores_of(number)))
                buckets[user] = str(told["bucket"])
                assert told == {
                    "ended": "RateLimitError" if user == REFUSED else "Hello",
                    "bucket": buckets[user],
                    "said": f"{'Hello' if names[buckets[user]] == 'Control' else 'Hi'} {user}",
                    "scored": 201,
                }
            program.end()
        assert asked.total() == 20
        yield Shop(reader, writer, str(made["id"]), names, buckets)


def test_each_call_knows_experiment_variant_prompt_and_version(shop: Shop) -> None:
    calls = shop.rows("/api/v1/calls", limit=100)
    assert len(calls) == 20  # neither the HTTP spans nor those of the package's own requests
    assert {str(c["user_id"]): c["variant_id"] for c in calls} == shop.buckets
    for call in calls:
        version = "1" if shop.names[str(call["variant_id"])] == "Control" else "2"
        assert (call["experiment_id"], call["prompt_id"], call["prompt_version"]) == (
            shop.experiment, "greeting", version,
        )  # fmt: skip
        assert (call["session_id"], call["feature"]) == (f"session of {call['user_id']}", "chat")
        refused = call["user_id"] == REFUSED
        assert (call["status"], call["error_type"]) == (("error", "rate_limit") if refused else ("success", None))
        assert (call["total_tokens"], call["cost_usd"]) == ((None, None) if refused else (1200, ANSWER_USD))


def test_scores_of_the_experiment_are_read_one_by_one(shop: Shop) -> None:
    found = shop.rows("/api/v1/scores/experiments/{}")
    assert {str(s["user_id"]): s["scores"] for s in found} == {user: scores_of(n) for user, n in USERS.items()}
    assert {str(s["user_id"]): s["bucket_id"] for s in found} == shop.buckets
    for submission in found:
        assert submission["session_id"] == f"session of {submission['user_id']}"
        age = datetime.now(UTC) - datetime.fromisoformat(str(submission["created_at"]))
        assert timedelta() <= age < timedelta(minutes=10)


def test_scores_come_in_pages_that_miss_and_repeat_none(shop: Shop) -> None:
    everything = shop.rows("/api/v1/scores/experiments/{}", limit=1000, offset=0)
    pages = [shop.rows("/api/v1/scores/experiments/{}", limit=8, offset=offset) for offset in (0, 8, 16, 24)]
    assert [len(page) for page in pages] == [8, 8, 4, 0]
    assert [row for page in pages for row in page] == everything


def day(number: int) -> str:
    return (datetime.now(UTC) + timedelta(days=number)).date().isoformat()


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ((-1, 1), 20),
        ((-9, -2), 0),
        ((2, 9), 0),
    ],
)
def test_dates_narrow_scores_and_their_sums(shop: Shop, dates: tuple[int, int], found: int) -> None:
    between = {"start_date": day(dates[0]), "end_date": day(dates[1])}
    assert len(shop.rows("/api/v1/scores/experiments/{}", **between)) == found
    counts = [row["count"] for row in shop.rows("/api/v1/scores/experiments/{}/aggregate", **between)]
    assert sum(cast("list[int]", counts)) == found


def test_both_ends_of_a_range_are_whole_days(shop: Shop) -> None:
    """On the days of the first and the last score, which may be two around midnight."""
    days = sorted(str(s["created_at"])[:10] for s in shop.rows("/api/v1/scores/experiments/{}"))
    assert len(shop.rows("/api/v1/scores/experiments/{}", start_date=days[0], end_date=days[-1])) == 20


def test_scores_are_summed_up_by_variant(shop: Shop) -> None:
    rows = {str(row["bucket_name"]): row for row in shop.rows("/api/v1/scores/experiments/{}/aggregate")}
    assert rows.keys() == {"Control", "Treatment"}
    for name, row in rows.items():
        numbers = shop.numbers_in(name)
        even = [n for n in numbers if n % 2 == 0]
        assert row["count"] == len(numbers)
        averages = cast("dict[str, float | None]", row["avg_scores"])
        assert averages["rating"] == pytest.approx(fmean(numbers))
        assert averages["quality"] == pytest.approx(fmean(numbers) / 8)
        assert averages["helpful"] == pytest.approx(len(even) / len(numbers))
        assert averages.get("comment") is None  # texts have no mean
        assert cast("Json", row["bool_rates"])["helpful"] == pytest.approx(100 * len(even) / len(numbers))
        good = sum(n >= 10 for n in numbers)
        told = {"good": good, "bad": len(numbers) - good}
        assert cast("Json", row["distributions"])["comment"] == {text: n for text, n in told.items() if n}
        spread = cast("Json", cast("Json", row["spread"])["rating"])
        assert (spread["count"], spread["min"], spread["max"]) == (len(numbers), min(numbers), max(numbers))


def test_the_names_of_scores_are_found(shop: Shop) -> None:
    found = cast("Json", shop.read("/api/v1/scores/experiments/{}/score-names"))
    assert sorted(cast("list[str]", found["score_names"])) == ["comment", "helpful", "quality", "rating"]
    assert found["types"] == {"comment": ["string"], "helpful": ["bool"], "quality": ["float"], "rating": ["int"]}


def test_assignments_are_events_with_what_was_looked_at(shop: Shop) -> None:
    found = eventually(lambda: shop.rows("/api/v1/events/experiment/{}", kind="assignment"), 20)
    assert {str(e["user_id"]): e["variant_name"] for e in found} == {
        user: shop.names[bucket] for user, bucket in shop.buckets.items()
    }
    for event in found:
        assert event["context"] == {"userId": event["user_id"], "plan": "pro"}
        assert (event["outcome"], event["score"]) == (None, None)


def test_outcomes_are_events_beside_the_assignments(shop: Shop) -> None:
    body = {
        "experiment_id": shop.experiment, "variant_id": shop.buckets["user-7"], "outcome": "success", "score": 0.5,
        "user_id": "user-7", "context": {"page": "checkout"}, "metadata": {"items": 3}, "id": "order-1",
    }  # fmt: skip
    told = [shop.writer.post("/api/v1/events", json=body) for _ in range(2)]
    assert [(a.status_code, a.json()["data"]["duplicate"]) for a in told] == [(201, False), (200, True)], told[0].text
    (event,) = shop.rows("/api/v1/events/experiment/{}", kind="outcome")
    expected = {
        "id": "order-1", "variant_name": shop.names[shop.buckets["user-7"]], "outcome": "success", "score": 0.5,
        "user_id": "user-7", "context": {"page": "checkout"}, "metadata": {"items": 3},
    }  # fmt: skip
    assert {name: event[name] for name in expected} == expected
    assert len(eventually(lambda: shop.rows("/api/v1/events/experiment/{}"), 21)) == 21


def test_metrics_of_the_prompt_are_those_of_its_calls(shop: Shop) -> None:
    told = shop.reader.get("/api/metrics", params={"prompt_id": "greeting", "start": day(-1), "end": day(1)})
    assert told.status_code == 200, told.text
    body = told.json()
    assert (body["prompt_id"], body["period"]) == ("greeting", f"{day(-1)} to {day(1)}")
    figures = body["metrics"]
    assert figures["total_requests"] == 20
    assert figures["success_rate"] == 95.0  # 19 of 20
    assert figures["total_tokens"] == 22_800  # 19 x 1200
    assert figures["total_cost_usd"] == pytest.approx(0.00513)  # 19 x 0.00027
    assert figures["avg_latency_ms"] > 0
    assert figures["p95_latency_ms"] > 0


def test_the_results_of_the_experiment_count_its_users(shop: Shop) -> None:
    found = cast("Json", shop.read("/api/v1/experiments/{}/results"))
    assert (found["units"], found["multiple_units"], found["calls_without_unit"]) == (20, 0, 0)
    for exposure in cast("list[Json]", found["exposures"]):
        there = len(shop.numbers_in(str(exposure["name"])))
        assert (exposure["units"], exposure["calls"]) == (there, there)


def test_other_programs_see_nothing_of_it(server: Server, shop: Shop) -> None:
    other = server.project_key("another shop of laikatest")
    with server.client_of(other.key) as client:
        for path in (
            f"/api/v1/scores/experiments/{shop.experiment}",
            f"/api/v1/scores/experiments/{shop.experiment}/aggregate",
            f"/api/v1/scores/experiments/{shop.experiment}/score-names",
            f"/api/v1/events/experiment/{shop.experiment}",
        ):
            assert client.get(path).status_code == 404, path
