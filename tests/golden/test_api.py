"""Every number of the known calls, as the API answers it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from golden import known
from golden.known import RANGE, Told, at, stamp

near = pytest.approx


def asked(told: Told, path: str, **body: object) -> Any:
    answer = told.client.post(f"/api/v1/{path}", json={**RANGE, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def read(told: Told, path: str, **params: str | int) -> Any:
    answer = told.client.get(f"/api/v1/{path}", params={**RANGE, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def rows(found: Any, *metrics: str) -> list[tuple[float | None, ...]]:
    """Of each group, one value a metric."""
    return [tuple(found["values"][m][i][0] for m in metrics) for i in range(len(found["groups"]))]


def test_totals_are_what_a_reader_adds_up(told: Told) -> None:
    found = asked(told, "query", metrics=[*known.TOTALS])
    shown = {metric: values[0][0] for metric, values in found["values"].items()}
    assert shown == {metric: value if value is None else near(value) for metric, value in known.TOTALS.items()}
    assert found["moments"]["peak_rpm"] == [[stamp(at(known.TUESDAY, 14))]]


def test_percentiles_are_within_their_stated_error(told: Told) -> None:
    found = asked(told, "query", metrics=[*known.PERCENTILES])
    shown = {metric: values[0][0] for metric, values in found["values"].items()}
    assert shown == {metric: near(value, rel=known.WITHIN) for metric, value in known.PERCENTILES.items()}


def test_the_parts_of_latency_add_up_to_its_mean_on_each_day(told: Told) -> None:
    parts = [f"part_{name}_ms" for name in ("llm", "network", "queue", "other")]
    values = asked(told, "query", metrics=["avg_latency_ms", *parts], bucket="1d")["values"]
    together = [sum(known_part or 0 for known_part in day) for day in zip(*(values[p][0] for p in parts), strict=True)]
    # 6500 / 4, 4000 / 5 and 1500 / 3
    assert together == near([1625, 800, 500])
    assert values["avg_latency_ms"][0] == near([1625, 800, 500])


def test_days_begin_at_midnight_of_the_project(told: Told) -> None:
    found = asked(told, "query", metrics=[*known.BY_DAY], bucket="1d")
    assert found["buckets"] == [stamp(at(d)) for d in (known.MONDAY, known.TUESDAY, known.WEDNESDAY)]
    assert {m: v[0] for m, v in found["values"].items()} == {m: near(v) for m, v in known.BY_DAY.items()}
    day = timedelta(days=1)
    utc = {"start": f"{known.MONDAY - day}T00:00:00Z", "end": f"{known.THURSDAY}T00:00:00Z", "tz": "UTC"}
    assert asked(told, "query", metrics=["total_requests"], bucket="1d", **utc)["values"]["total_requests"] == [
        known.BY_DAY_UTC
    ]


def test_a_running_sum_ends_at_the_total(told: Told) -> None:
    found = asked(told, "query", metrics=[*known.CUMULATIVE], bucket="1d", cumulative=True)
    assert {m: v[0] for m, v in found["values"].items()} == {m: near(v) for m, v in known.CUMULATIVE.items()}


def test_by_prompt_version_model_and_property_and_what_is_not_known_is_null(told: Told) -> None:
    def by(*dimensions: str) -> dict[object, tuple[float | None, ...]]:
        found = asked(told, "query", metrics=[*known.HALVES], by=[*dimensions])
        names = [tuple(group[d] for d in dimensions) for group in found["groups"]]
        return {n if len(n) > 1 else n[0]: row for n, row in zip(names, rows(found, *known.HALVES), strict=True)}

    def expected(table: Any) -> Any:
        return {name: tuple(v if v is None else near(v) for v in row) for name, row in table.items()}

    assert by("prompt_id") == expected(known.BY_PROMPT)
    assert by("prompt_id", "prompt_version") == expected(known.BY_VERSION)
    assert by("model") == expected(known.BY_MODEL)
    assert {plan: row[0] for plan, row in by("properties.plan").items()} == known.BY_PLAN


@pytest.mark.parametrize("name", known.FILTERED)
def test_a_filter_counts_the_same_in_numbers_and_in_the_list_of_calls(told: Told, name: str) -> None:
    where, count = known.FILTERED[name]
    assert asked(told, "query", metrics=["total_requests"], where=[where])["values"]["total_requests"] == [[count]]
    assert len(read(told, "calls", where=json.dumps([where]))) == count


def test_a_histogram_counts_each_call_in_its_bin(told: Told) -> None:
    found = asked(told, "query/distribution", field="latency_ms")
    assert (found["total"], found["unknown"], sum(found["counts"][0])) == (12, 0, 12)
    taken = [float(str(call["latency_ms"])) for call in known.CALLS]
    *bins, last = [(b["low"], b["high"]) for b in found["bins"]]
    within = [sum(low <= ms < high for ms in taken) for low, high in bins]
    assert found["counts"][0] == [*within, sum(last[0] <= ms <= last[1] for ms in taken)]
    assert max(found["counts"][0]) >= 6, "six of 1000 ms"
    written = asked(told, "query/distribution", field="output_tokens")
    assert (written["total"], written["unknown"]) == (10, 2)


def test_failures_say_what_they_are(told: Told) -> None:
    found = asked(told, "query/errors", bucket="1d")
    assert (found["failed"], found["groups_total"]) == (3, 3)
    assert {(g["message"], g["error_type"], g["error_family"], g["call_id"], g["calls"]) for g in found["groups"]} == {
        ("no answer within 4000 ms", "timeout", "5xx", "c3", 1),
        ("slow down", "rate_limit", "llm", "c8", 1),
        ("a variable is missing", "validation", "4xx", "c12", 1),
    }
    assert [g["share"] for g in found["groups"]] == near([100 / 3] * 3)
    assert sorted(found["by_bucket"]) == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_a_custom_metric_by_version_and_as_a_formula(told: Told) -> None:
    inline = "=100 * count(score.feedback = 'positive') / count(score.feedback)"
    found = asked(told, "query", metrics=["custom.satisfaction", inline, "=avg(score.rating)"], by=["prompt_version"])
    shown = {g["prompt_version"]: row for g, row in zip(found["groups"], rows(found, *found["values"]), strict=True)}
    # version 1: positive, and (5 + 4) / 2; version 2: negative, and 3
    assert shown == {"1": (100, 100, 4.5), "2": (0, 0, 3)}


@pytest.mark.parametrize("by", known.COHORTS)
def test_cohorts_are_those_of_the_clocks_and_users_of_the_project(told: Told, by: str) -> None:
    found = asked(told, "cohorts", by=by, metrics=["total_requests", "success_rate"])
    shown = [(c["label"], c["values"]["total_requests"], c["values"]["success_rate"]) for c in found["cohorts"]]
    assert shown == [(label, calls, near(rate)) for label, calls, rate in known.COHORTS[by]]


def test_users_come_back_in_the_week_after_their_first_call(told: Told) -> None:
    weeks = {w["week"]: w for w in read(told, "cohorts/retention", weeks=8)["weeks"]}
    before, week = weeks[str(known.WEEK_BEFORE)], weeks[str(known.MONDAY)]
    assert (before["users"], before["returned"][:3], before["percent"][:2]) == (1, [1, 1, 0], [100, 100])
    assert (week["users"], week["returned"][:2]) == (3, [3, 0])


def test_scores_have_a_mean_a_share_of_true_or_shares(told: Told) -> None:
    found = {s["name"]: s for s in read(told, "quality/scores")}
    assert {n: (s["type"], s["count"], s["mean"], s["true_percent"]) for n, s in found.items()} == {
        "rating": ("numeric", 3, 4, None),
        "helpful": ("boolean", 2, None, 50),
        "feedback": ("categorical", 2, None, None),
    }
    shares = {s["text"]: (s["count"], s["percent"]) for s in found["feedback"]["shares"]}
    assert shares == {"positive": (1, 50), "negative": (1, 50)}


def test_answers_vary_by_their_standard_deviation(told: Told) -> None:
    found = {(r["prompt_id"], r["prompt_version"]): r for r in read(told, "quality/consistency")}
    tokens = {name: (r["calls"], *[r["output_tokens"][k] for k in ("count", "mean")]) for name, r in found.items()}
    assert tokens == {
        ("answer", "1"): (4, 3, 200), ("answer", "2"): (2, 2, 300), ("digest", "1"): (4, 3, 200), ("digest", "2"): (2, 1, 200),
    }  # fmt: skip
    spread = {name: (r["output_tokens"]["deviation"], r["output_tokens"]["relative"]) for name, r in found.items()}
    # 200 thrice; 200 and 400; 100, 200 and 300; one alone does not vary
    assert spread == {
        ("answer", "1"): (0, 0), ("answer", "2"): (near(100 * 2**0.5), near(100 * 2**0.5 / 3)),
        ("digest", "1"): (near(100), near(50)), ("digest", "2"): (None, None),
    }  # fmt: skip


def test_feedback_is_listed_newest_first_with_its_call(told: Told) -> None:
    found = read(told, "quality/feedback", name="feedback")
    assert [
        (f["value"], f["comment"], f["call_id"], f["prompt_id"], f["prompt_version"], f["user_id"]) for f in found
    ] == [("negative", "too long", "c10", "answer", "2", "u2"), ("positive", None, "c2", "answer", "1", "u2")]


def spent_since(first: date) -> float:
    return sum(usd for day, usd in known.SPENT.items() if day >= first)


def test_each_day_and_the_running_month_have_what_was_spent(told: Told) -> None:
    answer = told.client.get("/api/v1/costs/projection", params={"period": "month"}).json()["data"]
    days = {d["day"]: d["usd"] for d in [*answer["before"], *answer["days"]]}
    assert {day: days[str(day)] for day in known.SPENT} == {day: near(usd) for day, usd in known.SPENT.items()}
    assert answer["tz"] == known.ZONE
    spent = spent_since(date.fromisoformat(answer["start"]))
    assert answer["spent_usd"] == near(spent)
    assert answer["before"][-1]["total_usd"] + answer["spent_usd"] == near(1.70)


def test_a_budget_has_burnt_what_was_spent_in_its_period(told: Told) -> None:
    (budget,) = told.client.get("/api/v1/costs/budgets").json()["data"]
    spent = spent_since(date.fromisoformat(budget["start"]))
    assert (budget["amount_usd"], budget["spent_usd"]) == (2, near(spent))
    assert budget["spent_share"] == near(100 * spent / 2)


def test_a_model_without_a_price_is_named_with_its_calls(told: Told) -> None:
    (found,) = read(told, "costs/unpriced")
    assert (found["model"], found["calls"], found["reason"]) == ("acme-new", 2, "no_price")
    assert found["share"] == near(100 * 2 / 12)
    assert (found["first_at"], found["last_at"]) == (stamp(at(known.MONDAY, 23, 55)), stamp(at(known.WEDNESDAY, 12)))


def test_two_prompts_are_compared_by_their_own_numbers(told: Told) -> None:
    subjects = [{"prompt_id": name} for name in known.BY_PROMPT]
    found = asked(told, "compare", subjects=subjects, metrics=[*known.HALVES, "avg_latency_ms"])
    assert [(s["prompt_id"], s["calls"], s["users"]) for s in found["subjects"]] == [("answer", 6, 2), ("digest", 6, 3)]
    values = {r["key"]: [v["value"] for v in r["values"]] for r in found["rows"]}
    table = zip(*known.BY_PROMPT.values(), strict=True)
    # 8800 and 3200 ms, of six calls each
    assert values == {
        **{metric: near(row) for metric, row in zip(known.HALVES, table, strict=True)},
        "avg_latency_ms": near([8800 / 6, 3200 / 6]),
    }


def test_calls_are_exported_as_they_are(told: Told) -> None:
    answer = told.client.get("/api/v1/calls", params={**RANGE, "format": "csv"})
    assert answer.headers["x-total-rows"] == "12"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["id"] for line in lines] == [f"c{n}" for n in range(12, 0, -1)]
    costs = {line["id"]: line["cost_usd"] for line in lines}
    assert (costs["c4"], costs["c11"], float(costs["c2"]), float(costs["c7"])) == ("", "", 0.18, 0.28)
    assert sum(float(cost) for cost in costs.values() if cost) == near(1.70)


def test_the_first_clients_get_the_same_figures_of_a_prompt(told: Told) -> None:
    days = {"start": str(known.MONDAY), "end": str(known.WEDNESDAY)}
    found = told.client.get("/api/metrics", params={"prompt_id": "answer", **days}).json()
    assert found["metrics"] == {
        "total_requests": 6, "success_rate": near(500 / 6), "avg_latency_ms": near(8800 / 6),
        "p95_latency_ms": near(4000, rel=known.WITHIN), "total_tokens": 7200, "total_cost_usd": near(1.17),
    }  # fmt: skip


def test_widgets_show_the_same_inside_and_through_a_link(told: Told) -> None:
    inside = {str(w["id"]): asked(told, "dashboards/data", widget=w) for w in known.WIDGETS}
    outside = {
        id_: told.client.get(f"/api/v1/shared/{told.shared}/widgets/{id_}", params=RANGE, headers={"Authorization": ""})
        .raise_for_status()
        .json()["data"]
        for id_ in inside
    }
    for found in (inside, outside):
        assert found["n"]["totals"]["values"]["total_requests"] == [[12]]
        assert found["s"]["totals"]["values"]["custom.satisfaction"] == [[50]]
        table = found["t"]["result"]
        names = [group["prompt_id"] for group in table["groups"]]
        shown = dict(zip(names, rows(table, *known.HALVES), strict=True))
        assert shown == {name: near(row) for name, row in known.BY_PROMPT.items()}
        days = found["d"]["result"]
        assert days["values"]["total_cost_usd"] == [near(known.CUMULATIVE["total_cost_usd"])]
        assert days["buckets"][0] == stamp(known.START)
