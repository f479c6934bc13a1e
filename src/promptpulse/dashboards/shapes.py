"""Bodies of the routes of dashboards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from promptpulse.accounts.shapes import Input
from promptpulse.cohorts.shapes import MetricName
from promptpulse.definitions.asked import FilterIn, Instant, Text
from promptpulse.query.models import HistogramOut, QueryOut

WidgetKind = Literal[
    "line",
    "area",
    "bar",
    "pie",
    "table",
    "number",
    "heatmap",
    "errors",
    "feedback",
    "experiments",
    "budgets",
    "alerts",
    "text",
]
"""`errors`: the commonest failures. `feedback`: newest scores. `text`: Markdown."""
Preset = Literal["1h", "24h", "7d", "30d"]
COLUMNS = 12
FORMAT = 1
"""Version of the files."""


class Place(Input):
    """On a grid of 12 columns; rows of 40 pixels."""

    x: Annotated[int, Field(ge=0, le=11)]
    y: Annotated[int, Field(ge=0, le=1000)]
    w: Annotated[int, Field(ge=1, le=12)]
    h: Annotated[int, Field(ge=1, le=50)]


class WidgetQuery(Input):
    """What a widget shows, over its own range or the page's."""

    metrics: list[Text] = Field(
        [], max_length=10, description="Keys of the catalogue, custom metrics, or `=` and a formula."
    )
    by: list[Text] = Field([], max_length=2)
    where: list[FilterIn] = Field([], max_length=20)
    bucket: Annotated[Text | None, Field(description="As in queries; absent: auto for charts over time.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    cumulative: bool = False
    compare: Annotated[bool, Field(description="Also the period before.")] = False
    field: Annotated[
        Text | None,
        Field(description="Of a heatmap: the number whose distribution is shown. Of feedback: the name of the score."),
    ] = None
    range: Annotated[Preset | None, Field(description="Own range; absent: that of the page.")] = None


class Widget(Input):
    id: Annotated[
        Text, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$", description="Unique in the dashboard.")
    ]
    kind: WidgetKind
    title: Annotated[Text, Field(max_length=200)] = ""
    text: Annotated[Text, Field(max_length=20_000, description="Markdown, of a text widget.")] = ""
    query: WidgetQuery = WidgetQuery()
    place: Place


class DashboardBody(Input):
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    description: Annotated[Text, Field(max_length=1000)] = ""
    range: Annotated[Preset, Field(description="The range it opens with.")] = "7d"
    widgets: list[Widget] = Field([], max_length=60)


class DashboardUpdate(DashboardBody):
    revision: Annotated[
        int | None, Field(description="The one that was edited; another one in the store answers 409 and keeps both.")
    ] = None


class DashboardSummary(BaseModel):
    id: str = Field(description="Ready-made dashboards: executive, performance, cost, quality.")
    name: str
    description: str
    ready_made: bool = Field(description="Cannot be changed; a change makes a copy.")
    widgets: int
    updated_at: datetime | None
    updated_by: str | None
    shares: int = Field(description="Links that work now.")


class DashboardOut(BaseModel):
    id: str
    name: str
    description: str
    range: Preset
    ready_made: bool
    widgets: list[Widget]
    revision: int
    created_at: datetime | None
    created_by: str | None
    updated_at: datetime | None
    updated_by: str | None


def _readable(version: object) -> object:
    if isinstance(version, int) and version > FORMAT:
        raise ValueError(f"the file has version {version}, this server reads {FORMAT}; update it, then import again")
    return version


class DashboardFile(Input):
    """A dashboard without anything that belongs to one database: prompts and metrics by name, experiments by title."""

    promptpulse_dashboard: Annotated[
        Literal[1], BeforeValidator(_readable), Field(description="Version of this format.")
    ]
    dashboard: DashboardBody


class ShareNew(Input):
    expires_in_days: Annotated[int, Field(ge=1, le=365)] = 30
    note: Annotated[Text, Field(max_length=200)] = ""


class ShareOut(BaseModel):
    id: str
    note: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    path: str | None = Field(description="Shown once, when it is made.", examples=["/shared/q0mE..."])


class ErrorRow(BaseModel):
    title: str
    error_type: str
    calls: int
    last_at: datetime
    call_id: str | None = Field(description="The newest of them; null through a link.")


class FeedbackRow(BaseModel):
    at: datetime
    name: str
    value: float | bool | str | None
    comment: str | None
    prompt_id: str | None
    prompt_version: str | None


class ExperimentRow(BaseModel):
    id: str | None = Field(description="null through a link.")
    title: str
    status: str
    decision: str
    units: int


class BudgetRow(BaseModel):
    name: str
    amount_usd: float
    spent_usd: float | None
    projected_usd: float | None
    state: str


class AlertRow(BaseModel):
    title: str = Field(description="Name of the rule, objective or budget.")
    series: str = Field(description='Of a rule with groups: which one fires. "" through a link: it may name people.')
    severity: str
    state: str = Field(description="firing, acknowledged, mitigated or silenced.")
    since: datetime
    incident_id: str | None = Field(description="null while silenced, and through a link.")


class WidgetData(BaseModel):
    """What a widget shows; the field of its kind is set."""

    start: datetime
    end: datetime
    result: QueryOut | None = Field(None, description="line, area, bar, pie, table, number.")
    totals: QueryOut | None = Field(
        None, description="Of a number: one value, where `result` is its sparkline. Of a pie: the whole."
    )
    distribution: HistogramOut | None = Field(None, description="heatmap.")
    errors: list[ErrorRow] | None = None
    feedback: list[FeedbackRow] | None = None
    experiments: list[ExperimentRow] | None = None
    budgets: list[BudgetRow] | None = None
    alerts: list[AlertRow] | None = None
    groups_total: int | None = None


class WidgetDataIn(Input):
    """A widget as the builder has it, saved or not."""

    widget: Widget
    start: Instant
    end: Instant
    where: list[FilterIn] = Field([], max_length=20, description="Filters of the page; the widget's own win.")


class SharedOut(BaseModel):
    """What a link shows to anybody who has it: this dashboard, and nothing else."""

    project: str = Field(description="Name.")
    tz: str
    dashboard: DashboardOut = Field(description="Without its id, its people and the filters of its widgets.")
    metrics: list[MetricName] = Field(description="Those that its widgets use.")
    expires_at: datetime
