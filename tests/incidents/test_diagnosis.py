"""The four problems of the documentation, diagnosed on calls that have them. On the shared server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from server.process import Json, Server


@pytest.fixture(scope="module")
def worse(server: Server) -> Iterator[httpx.Client]:
    """Three hours ago there was version 1; since an hour version 2: four times slower and dearer, and every second call fails."""
    now = datetime.now(UTC)
    made = server.project_key(f"worse {uuid4()}")
    with server.client_of(made.key) as client:
        calls: list[Json] = []
        for n in range(200):
            new = n % 2 == 1
            failing: Json = {"status": "error", "error_type": "timeout"} if n % 4 == 3 else {}
            calls.append({
                "id": f"c{n}", "timestamp": (now - timedelta(minutes=(5 if new else 80) + n / 10)).isoformat(),
                "prompt_id": "greeting", "prompt_version": "2" if new else "1", "latency_ms": 4000 if new else 1000,
                "input_tokens": 100, "output_tokens": 40 if new else 10, "cost_usd": 0.04 if new else 0.01, **failing,
            })  # fmt: skip
        server.send(calls, client)
        yield client


def _diagnosed(client: httpx.Client, problem: str) -> Any:
    answer = client.get(f"/api/v1/diagnosis/{problem}", params={"hours": "1"})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.parametrize(
    ("problem", "answer", "advice"),
    [
        ("high-latency", "Latency, p95: 3.99 s since, 1000 ms before.", "Answers are longer"),
        ("high-costs", "Cost: $4.00 since, $1.00 before.", "A call costs more"),
        ("low-success", "Success rate: 50 % since, 100 % before.", "More timeouts"),
    ],
)
def test_the_version_that_is_worse_is_named_with_what_to_do(
    worse: httpx.Client, problem: str, answer: str, advice: str
) -> None:
    told = _diagnosed(worse, problem)
    assert told["answer"] == answer
    assert (told["most_likely"]["dimension"], told["most_likely"]["value"]) == ("prompt_version", "2")
    assert [text for text in told["advice"] if text.startswith(advice)]


def test_what_has_not_changed_is_not_advised_upon(worse: httpx.Client) -> None:
    said = " ".join(_diagnosed(worse, "high-costs")["advice"])
    assert "There are more calls" not in said
    assert "Prompts are longer" not in said


def test_metrics_that_stand_still_are_told_from_those_that_never_came(worse: httpx.Client, server: Server) -> None:
    told = _diagnosed(worse, "metrics-not-updating")
    assert _found(told) == {}
    assert "The newest call is 5 min old" in next(c["text"] for c in told["checks"] if c["key"] == "arrivals")
    with server.client_of(server.project_key(f"empty {uuid4()}").key) as client:
        told = _diagnosed(client, "metrics-not-updating")
    assert told["advice"][0].startswith("No call has ever arrived")
    assert told["most_likely"] is None
    assert {"arrivals", "keys"} >= set(_found(told)) >= {"arrivals"}


def _found(told: Any) -> dict[str, Any]:
    """What bears on the problem, by its key."""
    return {check["key"]: check for check in told["checks"] if check["state"] == "found"}


def test_each_check_says_what_it_found_and_which_calls_show_it(worse: httpx.Client) -> None:
    success = _found(_diagnosed(worse, "low-success"))
    assert success["versions"]["text"] == "greeting: version 2 succeeds in 50 % of its calls, version 1 in 100 %."
    assert (success["rollback"]["prompt_id"], success["rollback"]["versions"]) == ("greeting", ["2", "1"])
    assert success["errors"]["text"] == "New: “timeout”, 50 of 50 failed calls."
    assert success["timeouts"]["where"] == [{"dimension": "error_type", "op": "in", "values": ["timeout"]}]
    assert "rate_limits" not in success
    assert {"slower", "failing", "long_answers"} <= set(_found(_diagnosed(worse, "high-latency")))
    assert {"dearer", "long_answers", "price", "failed"} <= set(_found(_diagnosed(worse, "high-costs")))


def test_filters_that_hide_all_calls_and_a_range_that_is_over_are_found(worse: httpx.Client) -> None:
    now = datetime.now(UTC)
    params = {
        "start": (now - timedelta(hours=3)).isoformat(), "end": (now - timedelta(minutes=4)).isoformat(), "prompt_id": "gone",
    }  # fmt: skip
    told = worse.get("/api/v1/diagnosis/metrics-not-updating", params=params).json()["data"]
    assert _found(told).keys() == {"filters", "range"}
    assert _found(told)["filters"]["text"] == "0 of 200 calls of this time fit them."
    assert worse.get("/api/v1/diagnosis/high-costs", params={**params, "end": params["start"]}).status_code == 422
