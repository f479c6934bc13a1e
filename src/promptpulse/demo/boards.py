"""Dashboards that people of the shop have made for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from promptpulse.dashboards.shapes import DashboardBody, Place, Preset, Widget, WidgetKind, WidgetQuery

REPLY = ("support-reply",)
JOBS = ("extract-order", "product-description", "tag-product")
SATISFACTION = "=100 * count(score.feedback = 'positive') / count(score.feedback)"
UNHAPPY = "=100 * count(score.rating <= 2) / count(score.rating)"
RUNBOOK = """\
Somebody looks here every morning.

- **Satisfaction below 40 %**: read the newest feedback, then compare the versions of `support-reply`.
- **p95 above 4 s**: look at the models first; the instructions of version 4 are long.
- Staging is left out.
"""


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard, and when it was made and changed."""

    name: str
    description: str
    range: Preset
    widgets: tuple[Widget, ...]
    made_days_ago: float

    @property
    def body(self) -> DashboardBody:
        return DashboardBody(name=self.name, description=self.description, range=self.range, widgets=list(self.widgets))


def _widget(
    id_: str,
    kind: WidgetKind,
    title: str,
    place: tuple[int, int, int, int],
    *metrics: str,
    of: tuple[str, ...] = (),
    text: str = "",
    **query: object,
) -> Widget:
    """`place`: column, row, columns, rows. `of`: prompts, in production."""
    x, y, w, h = place
    where = [{"dimension": "prompt_id", "values": list(of)}, {"dimension": "environment", "values": ["production"]}]
    asked = WidgetQuery.model_validate({"metrics": list(metrics), "where": where if of else [], **query})
    return Widget(id=id_, kind=kind, title=title, text=text, query=asked, place=Place(x=x, y=y, w=w, h=h))


def _card(id_: str, title: str, x: int, metric: str, prompts: tuple[str, ...]) -> Widget:
    return _widget(id_, "number", title, (x, 0, 3, 3), metric, compare=True, of=prompts)


BOARDS = (
    Board(
        "Support desk",
        "What customers of the chat get, and what they say of it.",
        "7d",
        (
            _card("satisfaction", "Satisfaction", 0, SATISFACTION, REPLY),
            _card("unhappy", "Ratings of 1 and 2, %", 3, UNHAPPY, REPLY),
            _card("p95", "Latency of replies, p95", 6, "p95_latency_ms", REPLY),
            _card("cost", "Cost of a reply", 9, "cost_per_request_usd", REPLY),
            _widget(
                "versions",
                "line",
                "Satisfaction by version",
                (0, 3, 7, 8),
                SATISFACTION,
                by=["prompt_version"],
                bucket="1d",
                of=REPLY,
                range="30d",
            ),
            _widget("feedback", "feedback", "What customers say", (7, 3, 5, 8), field="feedback", limit=20),
            _widget("latency", "heatmap", "Latency of replies", (0, 11, 7, 8), field="latency_ms", of=REPLY),
            _widget("failures", "errors", "Why replies fail", (7, 11, 5, 8), limit=8, of=REPLY),
            _widget(
                "models",
                "table",
                "By version and model",
                (0, 19, 8, 6),
                "total_requests",
                "success_rate",
                "p95_latency_ms",
                "cost_per_request_usd",
                "=avg(score.rating)",
                by=["prompt_version", "model"],
                limit=20,
                of=REPLY,
            ),
            _widget("runbook", "text", "When something is wrong", (8, 19, 4, 6), text=RUNBOOK),
        ),
        15.0,
    ),
    Board(
        "Back office",
        "Jobs on orders and the catalogue: how many, how dear, how often in vain.",
        "30d",
        (
            _card("jobs", "Jobs", 0, "total_requests", JOBS),
            _card("success", "Success rate", 3, "success_rate", JOBS),
            _card("cost", "Cost", 6, "total_cost_usd", JOBS),
            _card("unpriced", "Calls without a price", 9, "unpriced_requests", JOBS),
            _widget(
                "by-prompt", "bar", "Jobs a day", (0, 3, 8, 8), "total_requests", by=["prompt_id"], bucket="1d", of=JOBS
            ),
            _widget("models", "pie", "Cost by model", (8, 3, 4, 8), "total_cost_usd", by=["model"], of=JOBS),
            _widget(
                "description",
                "line",
                "Cost of a description",
                (0, 11, 6, 8),
                "cost_per_request_usd",
                by=["prompt_version"],
                bucket="1d",
                of=("product-description",),
            ),
            _widget(
                "reasoning",
                "area",
                "Tokens of extract-order",
                (6, 11, 6, 8),
                "plain_output_tokens",
                "reasoning_tokens",
                bucket="1d",
                of=("extract-order",),
            ),
            _widget("failures", "errors", "Jobs in vain", (0, 19, 12, 7), limit=8, of=JOBS),
        ),
        9.0,
    ),
)
