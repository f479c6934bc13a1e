"""The ready-made dashboards. They are code, so every release may improve them; whoever changes one gets a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from promptpulse.dashboards.asking import Context
from promptpulse.dashboards.shapes import DashboardBody, Place, Preset, Widget, WidgetKind, WidgetQuery
from promptpulse.metrics.scores import CommonScore, Scope, commonest
from promptpulse.store import Store

CARD, CHART, LIST = 3, 8, 9
"""Heights in rows of the grid."""
ERRORS = (
    "timeout_errors",
    "rate_limit_errors",
    "model_errors",
    "validation_errors",
    "system_errors",
    "other_errors",
)
MOST_SCORES = 4
"""Of the Quality dashboard: the commonest."""
WIDTHS = {1: 12, 2: 6, 3: 4, 4: 6}
"""Of the chart of a score, by the number of scores: rows are full."""
LATELY = timedelta(days=30)
NO_SCORES = (
    "No scores were stored in the last 30 days. Send what users and reviewers say of the answers to `POST /api/v1/scores`:"
    " the commonest scores are then shown here."
)


@dataclass(frozen=True, slots=True)
class Box:
    """Columns and height on the grid."""

    w: int
    h: int


Part = tuple[Box, Widget]
THIRD, HALF = Box(4, CHART), Box(6, CHART)


def _widget(id_: str, kind: WidgetKind, title: str, *metrics: str, text: str = "", **query: object) -> Widget:
    asked = WidgetQuery.model_validate({"metrics": list(metrics), **query})
    return Widget(id=id_, kind=kind, title=title, text=text, query=asked, place=Place(x=0, y=0, w=1, h=1))


def _card(id_: str, title: str, metric: str, w: int = 3) -> Part:
    return Box(w, CARD), _widget(id_, "number", title, metric, compare=True)


def _rows(*parts: Part) -> list[Widget]:
    """From left to right, and on in the next row where a row of 12 columns is full."""
    return list(_placed(parts))


def _placed(parts: Sequence[Part]) -> Iterator[Widget]:
    x = y = height = 0
    for box, widget in parts:
        if x + box.w > 12:
            x, y, height = 0, y + height, 0
        yield widget.model_copy(update={"place": Place(x=x, y=y, w=box.w, h=box.h)})
        x, height = x + box.w, max(height, box.h)


def _executive(_scores: Sequence[CommonScore]) -> list[Widget]:
    return _rows(
        _card("requests", "Requests", "total_requests"),
        _card("success", "Success rate", "success_rate"),
        _card("p95", "Latency, p95", "p95_latency_ms"),
        _card("users", "Users", "unique_users"),
        _card("cost", "Cost", "total_cost_usd", 4),
        _card("cost-per-request", "Cost per request", "cost_per_request_usd", 4),
        _card("tokens", "Tokens", "total_tokens", 4),
        (Box(8, CHART), _widget("traffic", "area", "Traffic by prompt", "total_requests", by=["prompt_id"], limit=8)),
        (THIRD, _widget("cost-by-prompt", "pie", "Cost by prompt", "total_cost_usd", by=["prompt_id"], limit=8)),
        (Box(5, LIST), _widget("error-rate", "line", "Error rate", "error_rate", compare=True)),
        (Box(7, LIST), _widget("issues", "errors", "Top issues", limit=8)),
    )


def _performance(_scores: Sequence[CommonScore]) -> list[Widget]:
    latencies = ("p50_latency_ms", "p95_latency_ms", "p99_latency_ms")
    return _rows(
        _card("p50", "Latency, p50", "p50_latency_ms"),
        _card("p95", "Latency, p95", "p95_latency_ms"),
        _card("p99", "Latency, p99", "p99_latency_ms"),
        _card("success-rate-now", "Success rate", "success_rate"),
        (Box(7, CHART), _widget("latency", "line", "Latency percentiles", *latencies)),
        (Box(5, CHART), _widget("latencies", "heatmap", "Latency of all calls", field="latency_ms")),
        (HALF, _widget("success", "line", "Success rate", "success_rate", compare=True)),
        (HALF, _widget("success-by-prompt", "bar", "Success rate by prompt", "success_rate", by=["prompt_id"], limit=10)),
        (HALF, _widget("errors", "area", "Error breakdown", *ERRORS)),
        (HALF, _widget("failures", "errors", "Commonest failures", limit=8)),
        _card("rpm", "Requests per minute", "requests_per_minute"),
        _card("peak", "Peak requests per minute", "peak_rpm"),
        _card("all-requests", "Requests", "total_requests"),
        _card("all-tokens", "Tokens", "total_tokens"),
        (Box(8, CHART), _widget("throughput", "line", "Throughput", "requests_per_minute", by=["prompt_id"], limit=6)),
        (THIRD, _widget("throughput-by-model", "bar", "Requests by model", "total_requests", by=["model"], limit=8)),
    )  # fmt: skip


def _cost(_scores: Sequence[CommonScore]) -> list[Widget]:
    columns = ("total_cost_usd", "cost_per_request_usd", "total_requests", "total_tokens", "priced_share")
    return _rows(
        _card("cost", "Cost", "total_cost_usd"),
        _card("cost-per-request", "Cost per request", "cost_per_request_usd"),
        _card("tokens-per-request", "Tokens per request", "avg_tokens_per_request"),
        _card("priced", "Priced calls", "priced_share"),
        (THIRD, _widget("by-prompt", "pie", "Spend by prompt", "total_cost_usd", by=["prompt_id"], limit=8)),
        (Box(8, CHART), _widget("prompts", "table", "Spend by prompt, in numbers", *columns, by=["prompt_id"], limit=20)),
        (HALF, _widget("by-day", "bar", "Spend by day", "total_cost_usd", bucket="1d")),
        (HALF, _widget("by-model", "area", "Spend by model", "total_cost_usd", by=["model"], bucket="1d", limit=8)),
        (HALF, _widget("running", "line", "Cost trend: so far", "total_cost_usd", bucket="1d", cumulative=True, compare=True)),
        (HALF, _widget("unit-cost", "line", "Cost trend: per request", "cost_per_request_usd", bucket="1d", compare=True)),
        (Box(12, 6), _widget("budgets", "budgets", "Budget tracking")),
    )  # fmt: skip


def _quality(scores: Sequence[CommonScore]) -> list[Widget]:
    shown = scores[:MOST_SCORES]
    spreads = [f"=stddev({_reference(s)})" for s in shown if s.kind == "number"][:1]
    said = next((score.name for score in shown if score.kind == "text"), None)
    columns = ("total_requests", "=stddev(output_tokens)", "=stddev(latency_ms)", *spreads)
    versions = ["prompt_id", "prompt_version"]
    lengths = ("=avg(output_tokens)", "=stddev(output_tokens)")
    return _rows(
        *(_score_card(i, score, 12 // len(shown)) for i, score in enumerate(shown)),
        *(_score_chart(i, score, WIDTHS[len(shown)]) for i, score in enumerate(shown)),
        *(() if shown else [(Box(12, 3), _widget("no-scores", "text", "Output quality scores", text=NO_SCORES))]),
        (THIRD, _widget("lengths", "line", "Consistency of the output's length", *lengths, bucket="1d")),
        (Box(8, CHART), _widget("consistency", "table", "Consistency by version", *columns, by=versions, limit=20)),
        (Box(6, LIST), _widget("feedback", "feedback", "User feedback", field=said, limit=20)),
        (Box(6, LIST), _widget("experiments", "experiments", "A/B test results", limit=10)),
    )  # fmt: skip


def _score_card(i: int, score: CommonScore, w: int) -> Part:
    return Box(w, CARD), _widget(f"score-{i + 1}", "number", _title(score), _formula(score), compare=True)


def _score_chart(i: int, score: CommonScore, w: int) -> Part:
    by_prompt = _widget(
        f"score-{i + 1}-by-prompt", "line", f"Output quality: {_title(score)}, by prompt", _formula(score),
        by=["prompt_id"], bucket="1d", limit=6,
    )  # fmt: skip
    return Box(w, CHART), by_prompt


def _formula(score: CommonScore) -> str:
    name = _reference(score)
    match score.kind:
        case "bool":
            return f"=100 * avg({name})"
        case "text" if not score.has_numbers:
            value = score.commonest_text.replace("'", "''")
            return f"=100 * count({name} = '{value}') / count({name})"
        case _:
            return f"=avg({name})"


def _title(score: CommonScore) -> str:
    match score.kind:
        case "bool":
            return f"{score.name}, % true"
        case "text" if not score.has_numbers:
            return f"{score.name}, % {score.commonest_text}"
        case _:
            return f"{score.name}, mean"


def _reference(score: CommonScore) -> str:
    """As formulas spell it."""
    if score.name.isascii() and score.name.isidentifier():
        return f"score.{score.name}"
    quoted = score.name.replace('"', '""')
    return f'score."{quoted}"'


@dataclass(frozen=True, slots=True)
class ReadyMade:
    name: str
    description: str
    range: Preset
    widgets: Callable[[Sequence[CommonScore]], list[Widget]]
    """From the project's commonest scores."""

    def body(self, scores: Sequence[CommonScore]) -> DashboardBody:
        return DashboardBody(
            name=self.name, description=self.description, range=self.range, widgets=self.widgets(scores)
        )


READY_MADE: Mapping[str, ReadyMade] = {
    "executive": ReadyMade(
        "Executive", "High-level KPIs, cost summary, traffic overview, top issues.", "7d", _executive
    ),
    "performance": ReadyMade(
        "Performance", "Latency percentiles, success rates, error breakdown, throughput.", "24h", _performance
    ),
    "cost": ReadyMade("Cost", "Spend by prompt and by time, cost trends, budget tracking.", "30d", _cost),
    "quality": ReadyMade(
        "Quality", "Output quality scores, consistency metrics, user feedback, A/B test results.", "30d", _quality
    ),
}
NAMES = frozenset(one.name for one in READY_MADE.values())


def scores_of(store: Store, context: Context) -> list[CommonScore]:
    """The commonest of the project, in the last 30 days."""
    scope = Scope(context.project, context.now - LATELY, context.now)
    return commonest(store, scope, context.definitions.mappings, MOST_SCORES)
