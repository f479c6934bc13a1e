"""What each kind of widget shows, from the real stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from clock import NOON
from dashboards.board import Json, widget
from experiments.lab import Lab, new_lab
from making import MakeCall
from making_facts import store_facts
from promptpulse.core.errors import Refused
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.costs import budgets
from promptpulse.costs.shapes import BudgetIn
from promptpulse.dashboards import public
from promptpulse.dashboards.asking import Context, Window, check
from promptpulse.dashboards.data import Shown, Sources, shown
from promptpulse.dashboards.presets import READY_MADE, scores_of
from promptpulse.dashboards.shapes import Widget, WidgetData
from promptpulse.dashboards.table import table
from promptpulse.db import migrate, open_database
from promptpulse.experiments.analyst import Analyst
from promptpulse.incidents.service import clear, fire
from promptpulse.incidents.signals import Signal
from promptpulse.ingest.writer import insert
from promptpulse.metrics import Definitions, Filter
from promptpulse.store import Store

HOUR = timedelta(hours=1)
PAGE = Window(NOON - 4 * HOUR, NOON)
CALLS: list[Json] = [
    {"ago": HOUR / 2, "model": "small", "prompt_id": "a", "user_id": "ada@example.com", "cost_usd": 1.0},
    {"ago": HOUR / 2, "model": "small", "prompt_id": "a", "user_id": "ada@example.com", "cost_usd": 1.0},
    {"ago": HOUR / 2, "model": "large", "prompt_id": "b", "user_id": "bob@example.com", "cost_usd": 2.0},
    {"ago": 3 * HOUR, "model": "large", "prompt_id": "b", "latency_ms": 900.0, "cost_usd": 4.0},
    {"ago": 3 * HOUR, "model": "large", "prompt_id": "b", "status": "error", "error_type": "rate_limit",
     "error_message": "Rate limit for key sk-4711 of ada@example.com: wait 20s"},
    {"ago": 3 * HOUR, "model": "large", "prompt_id": "b", "status": "error", "error_type": "rate_limit",
     "error_message": "Rate limit for key sk-4712 of ada@example.com: wait 3s"},
    {"ago": 5 * HOUR, "model": "small", "prompt_id": "a"},
    {"ago": 6 * HOUR, "model": "small", "prompt_id": "a"},
    {"ago": 8 * HOUR - HOUR / 60, "model": "small", "prompt_id": "a"},
]  # fmt: skip
"""Six in the four hours of the page, three in those before."""


@dataclass
class Eyes:
    """Somebody who looks at widgets at noon."""

    sources: Sources
    context: Context
    lab: Lab

    def see(self, kind: str, *metrics: str, where: tuple[Filter, ...] = (), **query: object) -> Shown:
        asked = Widget.model_validate(widget("a", kind, *metrics, **query))
        check(asked, self.context, "query")
        found = shown(self.sources, self.context, asked, PAGE, where)
        WidgetData.model_validate(found)
        return found


@pytest.fixture
def eyes(store: Store, tmp_path: Path, make_call: MakeCall) -> Iterator[Eyes]:
    database = open_database(f"sqlite:///{tmp_path}/settings.db")
    migrate(database)
    lab = new_lab(database)
    insert(store, [make_call(at=NOON, project=lab.project, **call) for call in CALLS], 0)
    context = Context(lab.project, "UTC", Definitions(), NOON)
    yield Eyes(Sources(store, database, Analyst(store)), context, lab)
    database.close()


def of(data: object, *path: str) -> object:
    for key in path:
        assert isinstance(data, dict)
        data = data[key]
    return data


def rows(data: Shown, kind: str) -> list[Json]:
    found = data[kind]
    assert isinstance(found, list)
    return found


def test_a_line_has_a_series_for_each_group(eyes: Eyes) -> None:
    found = eyes.see("line", "total_requests", by=["model"], bucket="1h")
    assert of(found, "result", "groups") == [{"model": "large"}, {"model": "small"}]
    assert of(found, "result", "values", "total_requests") == [[0, 3, 0, 1], [0, 0, 0, 2]]
    assert (found["start"], found["end"]) == ("2026-11-21T08:00:00Z", "2026-11-21T12:00:00Z")


def test_bars_without_buckets_and_tables_have_a_value_for_each_group(eyes: Eyes) -> None:
    for kind in ("bar", "table"):
        found = eyes.see(kind, "total_requests", "failed_requests", by=["prompt_id"], limit=1)
        assert of(found, "result", "buckets") is None
        assert of(found, "result", "groups") == [{"prompt_id": "b"}]
        assert of(found, "result", "values") == {"total_requests": [[4]], "failed_requests": [[2]]}
        assert found["groups_total"] == 2, "which is said where not all are shown"


def test_a_pie_knows_the_whole(eyes: Eyes) -> None:
    found = eyes.see("pie", "total_cost_usd", by=["model"], limit=1)
    assert of(found, "result", "values", "total_cost_usd") == [[6]]
    assert of(found, "totals", "values", "total_cost_usd") == [[8]]


def test_a_number_has_its_line_and_its_change(eyes: Eyes) -> None:
    found = eyes.see("number", "total_requests", compare=True, bucket="1h")
    assert of(found, "result", "values", "total_requests") == [[0, 3, 0, 3]]
    assert of(found, "totals", "values", "total_requests") == [[6]]
    assert of(found, "totals", "change", "total_requests") == [{"percent": 100.0, "trend": "steady"}], (
        "too few for a trend"
    )
    assert "change" not in str(eyes.see("number", "total_requests")), "only where it was asked for"


def test_what_came_together_so_far(eyes: Eyes) -> None:
    found = eyes.see("line", "total_cost_usd", bucket="1h", cumulative=True)
    assert of(found, "result", "values", "total_cost_usd") == [[0, 4, 4, 8]]


def test_a_heatmap_counts_calls_by_time_and_latency(eyes: Eyes) -> None:
    found = eyes.see("heatmap", metrics=[], bucket="1h")
    counts = of(found, "distribution", "counts")
    assert isinstance(counts, list)
    assert [sum(bucket) for bucket in counts] == [0, 3, 0, 3]
    assert of(found, "distribution", "field") == "latency_ms"


def test_failures_that_read_the_same_are_one_row(eyes: Eyes) -> None:
    (row,) = rows(eyes.see("errors", metrics=[]), "errors")
    assert (row["calls"], row["error_type"], row["last_at"]) == (2, "rate_limit", "2026-11-21T09:00:00Z")
    assert str(row["title"]).startswith("Rate limit for key sk-47")
    assert str(row["call_id"]).startswith("call-")


def test_filters_of_the_page_apply_where_the_widget_has_none_of_its_own(eyes: Eyes) -> None:
    small = Filter("model", "in", ("small",))
    assert of(eyes.see("line", where=(small,), bucket="1h"), "result", "values", "total_requests") == [[0, 0, 0, 2]]
    own = [{"dimension": "model", "values": ["large"]}]
    asked = Widget.model_validate(widget("a", "table", where=own))
    seen = shown(eyes.sources, eyes.context, asked, PAGE, (small, Filter("prompt_id", "in", ("a",))))
    assert of(seen, "result", "values", "total_requests") == [[0]], "large ones of prompt a: there are none"
    assert rows(eyes.see("errors", where=(small,), metrics=[]), "errors") == []


def test_a_widget_with_its_own_time_does_not_follow_the_page(eyes: Eyes) -> None:
    found = eyes.see("table", "total_requests", range="1h")
    assert (found["start"], found["end"]) == ("2026-11-21T11:01:00Z", "2026-11-21T12:01:00Z")
    assert of(found, "result", "values", "total_requests") == [[3]]


def test_a_formula_over_scores_is_a_metric(eyes: Eyes) -> None:
    at, project = to_micros(NOON - HOUR / 2), eyes.context.project
    ratings = [
        Score(project=project, submission_id=f"s{n}", ts=at, name="rating", type="int", number=n) for n in (2, 4)
    ]
    store_facts(eyes.sources.store, ratings)
    found = eyes.see("number", "=avg(score.rating)")
    assert of(found, "totals", "values", "=avg(score.rating)") == [[3]]


def test_feedback_is_newest_first_and_may_be_of_one_score(eyes: Eyes) -> None:
    project = eyes.context.project
    given: list[tuple[float, Json]] = [
        (1, {"name": "helpful", "type": "bool", "number": 1}),
        (2, {"name": "feedback", "type": "string", "text": "good", "comment": "quick", "prompt_id": "a"}),
        (5, {"name": "helpful", "type": "bool", "number": 0}),
    ]
    scores = [
        Score(project=project, submission_id=f"s{hours}", ts=to_micros(NOON - hours * HOUR), **fields)  # type: ignore[arg-type]  # of our own
        for hours, fields in given
    ]
    store_facts(eyes.sources.store, scores)
    found = rows(eyes.see("feedback", metrics=[]), "feedback")
    assert [(row["name"], row["value"], row["comment"]) for row in found] == [
        ("helpful", True, None),
        ("feedback", "good", "quick"),
    ]
    assert "user_id" not in found[0]
    assert len(rows(eyes.see("feedback", metrics=[], field="feedback"), "feedback")) == 1
    of_prompt = (Filter("prompt_id", "in", ("a",)),)
    assert [r["name"] for r in rows(eyes.see("feedback", where=of_prompt, metrics=[]), "feedback")] == ["feedback"]


def test_experiments_that_run_come_first_and_drafts_do_not_come(eyes: Eyes) -> None:
    running = eyes.lab.running(title="Running")
    concluded = eyes.lab.running(title="Concluded")
    eyes.lab.conclude(concluded.id, winner="Short")
    eyes.lab.create(title="Draft")
    found = rows(eyes.see("experiments", metrics=[]), "experiments")
    assert [(row["title"], row["status"], row["decision"], row["units"]) for row in found] == [
        ("Running", "running", "no_data", 0),
        ("Concluded", "concluded", "ship", 0),
    ]
    assert found[0]["id"] == running.id
    of_prompt = (Filter("prompt_id", "in", ("another",)),)
    assert rows(eyes.see("experiments", where=of_prompt, metrics=[]), "experiments") == []


def test_budgets_say_what_is_spent_of_them(eyes: Eyes) -> None:
    with eyes.lab.database.writing() as session:
        for name, prompt in (("All", None), ("Prompt a", "a"), ("Prompt b", "b")):
            budgets.create(
                session, eyes.context.project, BudgetIn(name=name, amount_usd=10, prompt_id=prompt), eyes.lab.by
            )
    found = rows(eyes.see("budgets", metrics=[]), "budgets")
    assert [(row["name"], row["amount_usd"], row["spent_usd"]) for row in found] == [
        ("All", 10, 8), ("Prompt a", 10, 2), ("Prompt b", 10, 6),
    ]  # fmt: skip
    of_prompt = (Filter("prompt", "in", ("a",)),)
    assert [r["name"] for r in rows(eyes.see("budgets", where=of_prompt, metrics=[]), "budgets")] == ["All", "Prompt a"]


def test_a_text_needs_no_data(eyes: Eyes) -> None:
    assert eyes.see("text", metrics=[]).keys() == {"start", "end"}


def test_alerts_are_those_that_fire_and_may_concern_what_is_shown_the_gravest_first(eyes: Eyes) -> None:
    of_a = Signal(
        eyes.context.project, "rule", "r1", "", "Errors", "error_rate", "warning", "error_rate", "Error rate", "percent",
        "above", 9.0, 5.0, NOON - HOUR, where=(Filter("prompt_id", "in", ("a",)),),
    )  # fmt: skip
    user = {"user_id": "ada@example.com"}
    by_user = replace(of_a, source_id="r2", name="Slow", severity="critical", where=(), group=user, series="u")
    over = replace(of_a, source_id="r3", name="Over")
    with eyes.lab.database.writing() as session:
        for signal in (of_a, by_user, over):
            fire(session, signal, NOON)
        clear(session, over.project_id, "rule", "r3", "", 1.0, NOON, "back to normal")
    found = eyes.see("alerts", metrics=[])
    shown_rows = [(row["title"], row["series"], row["severity"], row["state"]) for row in rows(found, "alerts")]
    assert shown_rows == [("Slow", "ada@example.com", "critical", "firing"), ("Errors", "", "warning", "firing")]
    assert found["groups_total"] == 2
    assert len(rows(eyes.see("alerts", metrics=[], limit=1), "alerts")) == 1
    other = (Filter("prompt", "in", ("b",)),)
    assert [row["title"] for row in rows(eyes.see("alerts", where=other, metrics=[]), "alerts")] == ["Slow"]
    for row in rows(public.data(found), "alerts"):
        assert (row["series"], row["incident_id"]) == ("", None), "a link names neither people nor incidents"
    assert all(row["incident_id"] for row in rows(found, "alerts"))


def test_a_widget_whose_metric_was_deleted_says_so(eyes: Eyes) -> None:
    asked = Widget.model_validate(widget("a", "line", "custom.gone"))
    with pytest.raises(Refused, match=r"custom\.gone"):
        shown(eyes.sources, eyes.context, asked, PAGE)


@pytest.mark.parametrize("key", READY_MADE)
def test_every_widget_of_a_ready_made_dashboard_answers(eyes: Eyes, key: str) -> None:
    at = to_micros(NOON - HOUR)
    project = eyes.context.project
    store_facts(eyes.sources.store, [
        Score(project=project, submission_id="1", ts=at, name="rating", type="int", number=4, prompt_id="a"),
        Score(project=project, submission_id="1", ts=at, name="helpful", type="bool", number=1, prompt_id="a"),
        Score(project=project, submission_id="1", ts=at, name="it's \"odd\"", type="string", text="it's \\fine", prompt_id="a"),
    ])  # fmt: skip
    scores = scores_of(eyes.sources.store, eyes.context)
    assert [(s.name, s.kind, s.has_numbers) for s in scores] == [
        ("helpful", "bool", True), ("it's \"odd\"", "text", False), ("rating", "number", True),
    ]  # fmt: skip
    for one in READY_MADE[key].widgets(scores):
        found = shown(eyes.sources, eyes.context, one, PAGE)
        WidgetData.model_validate(found)
        if one.id.startswith("score-") and one.kind == "number":
            (value,) = dict(of(found, "totals", "values")).values()  # type: ignore[call-overload]  # a dict
            assert value == [[4 if "rating" in one.title else 100]], one.title


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("line", {"by": ["model"], "bucket": "1h", "limit": 1}, [
            {"bucket": f"2026-11-21T{hour}:00:00Z", "model": "large", "total_requests": n}
            for hour, n in (("08", 0), ("09", 3), ("10", 0), ("11", 1))
        ]),
        ("pie", {"by": ["prompt_id"]}, [{"prompt_id": "b", "total_requests": 4}, {"prompt_id": "a", "total_requests": 2}]),
        ("budgets", {}, []),
        ("alerts", {}, []),
    ],
)  # fmt: skip
def test_a_widget_is_also_a_table(eyes: Eyes, kind: str, query: Json, expected: list[Json]) -> None:
    asked = Widget.model_validate(widget("a", kind, **query))
    found, columns = table(eyes.sources, eyes.context, asked, PAGE, ())
    assert [dict(row) for row in found] == expected
    assert not expected or list(columns) == list(expected[0])


def test_tables_of_lists_have_their_columns(eyes: Eyes) -> None:
    score = Score(
        project=eyes.context.project, submission_id="1", ts=to_micros(NOON - HOUR), name="ok", type="bool", number=1
    )
    store_facts(eyes.sources.store, [score])
    for kind, cell, value in (("errors", "calls", 2), ("feedback", "value", "true"), ("heatmap", "calls", 0)):
        rows_, columns = table(eyes.sources, eyes.context, Widget.model_validate(widget("a", kind)), PAGE, ())
        first = dict(next(iter(rows_)))
        assert first[cell] == value
        assert columns.keys() == first.keys()
    with pytest.raises(Refused, match=r"widget\.kind"):
        table(eyes.sources, eyes.context, Widget.model_validate(widget("a", "text")), PAGE, ())


def test_a_link_shows_no_ids_and_no_people(eyes: Eyes) -> None:
    (row,) = rows(public.data(eyes.see("errors", metrics=[])), "errors")
    assert (row["call_id"], row["title"]) == (None, "Rate limit for key … of … wait …")
    eyes.lab.running(title="Running")
    (experiment,) = rows(public.data(eyes.see("experiments", metrics=[])), "experiments")
    assert (experiment["id"], experiment["title"]) == (None, "Running")
    people = public.data(eyes.see("line", "total_requests", by=["user_id"], bucket="1h", compare=True))
    groups = of(people, "result", "groups")
    assert isinstance(groups, list)
    assert {str(group["user_id"]) for group in groups} == {"User 1", "User 2", "None"}
    assert "ada@example.com" not in str(people)


def test_messages_lose_what_may_name_somebody() -> None:
    for message, left in (
        ("user 1234 not found", "user … not found"),
        ("no call 01997c5e-8f00-7000-8000-000000000001 of ada@example.com!", "no call … of …"),
        ("can't read 'ada' or \"bob\" or `eve`", "can't read … or … or …"),
        ("Connection reset by peer", "Connection reset by peer"),
    ):
        (row,) = rows(public.data({"errors": [{"title": message, "call_id": "c"}]}), "errors")
        assert row["title"] == left
