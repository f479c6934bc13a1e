"""What an experiment found, asked of a running server."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from server.making import eventually, new, new_experiment, new_prompt
from server.process import Server

Json = dict[str, Any]
TWO = [{"name": "Long", "prompt": "greeting", "version": 1}, {"name": "Short", "prompt": "greeting", "version": 2}]


@pytest.fixture
def running(project: httpx.Client) -> Json:
    """60 users: they rate Long with 1 or 2, Short with 4 or 5."""
    new_prompt(project, "greeting", "Good day", "Hi")
    made = new_experiment(
        project, "Greeting", TWO, metrics=[{"score": "rating", "primary": True}], end={"on_decision": True},
        analysis={"min_units": 10},
    )  # fmt: skip
    for n in range(60):
        user = f"user-{n}"
        body = {"experimentTitle": "Greeting", "context": {"userId": user, "plan": "pro" if n < 30 else "free"}}
        assigned = project.post("/api/v3/experiments/evaluate", json=body).json()["data"]
        rating = n % 2 + (1 if assigned["groupName"] == "Long" else 4)
        score = {"name": "rating", "type": "int", "value": rating}
        sent = {"expId": made["id"], "bucketId": assigned["bucketId"], "userId": user, "scores": [score]}
        assert project.post("/api/v1/scores", json=sent).status_code == 201
    events = f"/api/v1/events/experiment/{made['id']}"
    eventually(lambda: project.get(events, params={"limit": 100}).json()["data"], 60)
    return made


def ask(client: httpx.Client, experiment: Json, what: str, **params: str) -> Json:
    answer = client.get(f"/api/v1/experiments/{experiment['id']}/{what}", params=params)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


def test_from_evaluation_to_a_decision(project: httpx.Client, running: Json) -> None:
    out = ask(project, running, "results")
    assert out["units"] == sum(e["scores"] for e in out["exposures"]) == 60
    assert out["metrics"][0]["variants"][1]["versus"]["verdict"] == "better"
    assert out["verdict"]["title"] == "Ship Short"
    assert out["bill"] is None
    read = project.get(f"/api/v1/experiments/{running['id']}").json()["data"]
    listed = project.get("/api/v1/experiments").json()["data"][0]
    assert read["progress"]["ended_by"] == listed["progress"]["ended_by"] == "decision"
    short = out["exposures"][1]["variant_id"]
    done: Json = new(project, f"/experiments/{running['id']}/conclude", {"winner": short, "deploy": True})
    assert (done["conclusion"]["decision"], done["progress"]["ended_by"]) == ("ship", None)
    assert ask(project, running, "results")["units"] == 60


def test_a_new_score_is_in_the_results_at_once(project: httpx.Client, running: Json) -> None:
    before = ask(project, running, "results")
    variant = before["exposures"][0]["variant_id"]
    score = {"name": "rating", "type": "int", "value": 1}
    new(project, "/scores", {"expId": running["id"], "bucketId": variant, "userId": "one more", "scores": [score]})
    after = ask(project, running, "results")
    assert (after["units"], after["exposures"][0]["scores"]) == (61, before["exposures"][0]["scores"] + 1)


def test_every_method_segment_line_and_distribution(project: httpx.Client, running: Json) -> None:
    bayesian = ask(project, running, "results", method="bayesian")["metrics"][0]["variants"][1]["versus"]
    assert (bayesian["p_value"], bayesian["chance_to_win"] > 99) == (None, True)
    fixed = ask(project, running, "results", method="fixed")
    assert "5,000 planned units" in fixed["verdict"]["reasons"][0]
    plans = ask(project, running, "segments", by="context.plan")["segments"]
    assert {s["segment"]: s["units"] for s in plans} == {"pro": 30, "free": 30}
    assert [s["segment"] for s in ask(project, running, "segments", by="new_returning")["segments"]] == ["new"]
    line = ask(project, running, "trend", metric="score:rating")
    assert sum(sum(s["units"]) for s in line["series"]) == 60
    assert line["lifts"][0]["lift"][-1] is not None
    bars = ask(project, running, "distribution", score="rating")["bars"]
    assert [bar["label"] for bar in bars] == ["1", "2", "3", "4", "5"]
    assert sum(sum(bar["count"].values()) for bar in bars) == 60


def test_the_table_as_a_file(project: httpx.Client, running: Json) -> None:
    answer = project.get(f"/api/v1/experiments/{running['id']}/results", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["metric"], row["variant"], row["control"], row["verdict"]) for row in rows] == [
        ("score:rating", "Long", "true", ""), ("score:rating", "Short", "false", "better"),
    ]  # fmt: skip


def test_a_plan_for_the_next_experiment(project: httpx.Client, running: Json) -> None:
    assert running["status"] == "running"
    plan: Json = new(
        project, "/experiments/power", {"prompt": "greeting", "metric": {"score": "rating"}, "min_effect": 10}
    )
    assert (plan["baseline_source"], plan["units"] > plan["units_fixed"] > 0) == ("measured", True)
    assert 1 < plan["baseline"] < 5


@pytest.mark.parametrize(
    ("path", "params", "status", "field"),
    [
        ("results", {"method": "guess"}, 422, "method"),
        ("results", {"format": "xml"}, 422, "format"),
        ("segments", {"by": "mood"}, 422, "by"),
        ("segments", {"by": ""}, 422, "by"),
        ("trend", {}, 422, "metric"),
        ("trend", {"metric": "score:other"}, 404, "metric"),
        ("trend", {"metric": "score:rating", "bucket": "2d"}, 422, "bucket"),
        ("distribution", {}, 422, "score"),
        ("distribution", {"score": "mood"}, 404, "score"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    project: httpx.Client, path: str, params: dict[str, str], status: int, field: str
) -> None:
    new_prompt(project, "greeting", "Good day", "Hi")
    made = new_experiment(project, "Greeting", TWO)
    answer = project.get(f"/api/v1/experiments/{made['id']}/{path}", params=params)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


def test_other_projects_do_not_find_it(server: Server, running: Json) -> None:
    with server.client_of(server.project_key("stranger to results").key) as stranger:
        for path in ("results", "segments", "trend?metric=score:rating", "distribution?score=rating"):
            answer = stranger.get(f"/api/v1/experiments/{running['id']}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
