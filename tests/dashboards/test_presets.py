"""The ready-made dashboards: what the product promises of them, on a grid without holes, and every widget can be asked."""

from __future__ import annotations

from itertools import combinations

import pytest

from clock import NOON
from promptpulse.dashboards.asking import Context, check_all
from promptpulse.dashboards.presets import READY_MADE
from promptpulse.dashboards.shapes import Place, Widget
from promptpulse.metrics import Definitions
from promptpulse.metrics.scores import CommonScore

CONTEXT = Context("project", "UTC", Definitions(), NOON)
RATING = CommonScore("rating", "number")
SCORES = [
    RATING,
    CommonScore("helpful", "bool"),
    CommonScore("feedback", "text", 'it\'s "good"', has_numbers=False),
    CommonScore('how "odd" \\ a näme', "number"),
]
KINDS = [SCORES[:n] for n in range(5)]
EACH = [(key, scores) for key in READY_MADE for scores in (KINDS if key == "quality" else [[]])]
IDS = [f"{key}, {len(scores)} scores" for key, scores in EACH]
PROMISED = {
    "executive": {
        "high-level KPIs": ["Requests", "Success rate", "Latency, p95"],
        "cost summary": ["Cost", "Cost per request", "Cost by prompt"],
        "traffic overview": ["Traffic by prompt"],
        "top issues": ["Top issues"],
    },
    "performance": {
        "latency percentiles": ["Latency percentiles"],
        "success rates": ["Success rate", "Success rate by prompt"],
        "error breakdown": ["Error breakdown", "Commonest failures"],
        "throughput": ["Throughput", "Requests per minute"],
    },
    "cost": {
        "spend by prompt": ["Spend by prompt"],
        "spend by time": ["Spend by day"],
        "cost trends": ["Cost trend: so far", "Cost trend: per request"],
        "budget tracking": ["Budget tracking"],
    },
    "quality": {
        "output quality scores": ["Output quality: rating, mean, by prompt"],
        "consistency metrics": ["Consistency by version", "Consistency of the output's length"],
        "user feedback": ["User feedback"],
        "A/B test results": ["A/B test results"],
    },
}


def cells(place: Place) -> set[tuple[int, int]]:
    return {(x, y) for x in range(place.x, place.x + place.w) for y in range(place.y, place.y + place.h)}


def widgets(key: str, scores: list[CommonScore]) -> list[Widget]:
    return READY_MADE[key].widgets(scores)


@pytest.mark.parametrize("key", PROMISED)
def test_each_shows_what_the_product_promises(key: str) -> None:
    titles = {widget.title for widget in widgets(key, [RATING])}
    assert PROMISED.keys() == READY_MADE.keys()
    for promise, named in PROMISED[key].items():
        assert set(named) <= titles, promise


@pytest.mark.parametrize(("key", "scores"), EACH, ids=IDS)
def test_its_widgets_fill_a_grid_of_twelve_columns(key: str, scores: list[CommonScore]) -> None:
    places = [widget.place for widget in widgets(key, scores)]
    assert not [pair for pair in combinations(places, 2) if cells(pair[0]) & cells(pair[1])]
    rows = max(p.y + p.h for p in places)
    covered = set[tuple[int, int]]().union(*map(cells, places))
    assert covered == {(x, y) for x in range(12) for y in range(rows)}


@pytest.mark.parametrize(("key", "scores"), EACH, ids=IDS)
def test_every_widget_can_be_asked(key: str, scores: list[CommonScore]) -> None:
    check_all(widgets(key, scores), CONTEXT)


def test_a_project_without_scores_is_told_how_to_send_them() -> None:
    (hint,) = (w for w in widgets("quality", []) if w.kind == "text")
    assert "POST /api/v1/scores" in hint.text


def test_feedback_is_what_people_say_and_not_what_evaluators_measure() -> None:
    for scores, name in ((SCORES, "feedback"), (SCORES[:2], None)):
        (stream,) = (w for w in widgets("quality", scores) if w.kind == "feedback")
        assert stream.query.field == name


def test_scores_are_shown_as_their_kind_wants() -> None:
    formulas = [w.query.metrics[0] for w in widgets("quality", SCORES) if w.kind == "number"]
    assert formulas == [
        "=avg(score.rating)",
        "=100 * avg(score.helpful)",
        """=100 * count(score.feedback = 'it''s "good"') / count(score.feedback)""",
        """=avg(score."how ""odd"" \\ a näme")""",
    ]
