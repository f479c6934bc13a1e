"""Bodies of the routes of objectives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import FilterIn, Text

Status = Literal["meeting", "at_risk", "violating", "no_data"]
Period = Literal["rolling_30d", "month"]
Speed = Literal["page", "ticket", "spent"]
_Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Availability(Input):
    """Calls that the provider answered: bad are timeouts, system errors, and HTTP 5xx of the provider."""

    kind: Literal["availability"]


class Downtime(Input):
    """Minutes in which the service was up: bad are minutes in which too many calls were not answered."""

    kind: Literal["downtime"]
    failing_share: Annotated[
        float,
        Field(
            gt=0,
            le=100,
            allow_inf_nan=False,
            description="A minute is down when more than this percent is not answered.",
        ),
    ] = 50


class Latency(Input):
    """Successful calls that took no longer."""

    kind: Literal["latency"]
    under_ms: Annotated[float, Field(gt=0, le=86_400_000, allow_inf_nan=False, examples=[2000])]


class SuccessRate(Input):
    """Successful calls: bad are failures of any kind."""

    kind: Literal["success_rate"]


class Score(Input):
    """Scores that reach a value."""

    kind: Literal["score"]
    name: Annotated[Text, Field(min_length=1, max_length=200, examples=["rating"])]
    at_least: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False, examples=[4])]


Objective = Annotated[Availability | Downtime | Latency | SuccessRate | Score, Field(discriminator="kind")]


class SlaIn(Input):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Support is up",
                "objective": {"kind": "downtime", "failing_share": 50},
                "target": 99.9,
                "period": "month",
                "where": [{"dimension": "prompt_id", "op": "in", "values": ["support-reply"]}],
            }
        },
    )

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    description: Annotated[Text, Field(max_length=2000)] = ""
    objective: Objective
    target: Annotated[
        float, Field(ge=50, lt=100, allow_inf_nan=False, description="Percent that is to be good.", examples=[99.9])
    ]
    period: Period = "rolling_30d"
    where: list[FilterIn] = Field([], max_length=20, description="Of which calls; empty: all.")
    alerts: Annotated[bool, Field(description="Tell incidents when the budget burns too fast or is spent.")] = True
    minimum_calls: Annotated[
        int, Field(ge=1, le=1_000_000, description="Calls (or scores) in the long window before it alerts.")
    ] = 20
    no_data_minutes: Annotated[
        int, Field(ge=5, le=10_080, description="Without calls for so long, the state freezes.")
    ] = 60
    renotify_minutes: Annotated[
        int | None, Field(ge=5, le=10_080, description="Told again so often, until somebody acknowledges the incident.")
    ] = None
    channels: Annotated[
        list[Annotated[Text, Field(max_length=36)]] | None,
        Field(max_length=20, description="Ids; null: those of the project for the severity."),
    ] = None
    runbook: Annotated[Text, Field(max_length=5000)] = ""


class SlaPatch(Input):
    """Absent leaves a value as it is."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    description: Annotated[Text | None, Field(max_length=2000)] = None
    objective: Objective | None = None
    target: Annotated[float | None, Field(ge=50, lt=100, allow_inf_nan=False)] = None
    period: Period | None = None
    where: Annotated[list[FilterIn] | None, Field(max_length=20)] = None
    alerts: bool | None = None
    minimum_calls: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    no_data_minutes: Annotated[int | None, Field(ge=5, le=10_080)] = None
    renotify_minutes: Annotated[int | None, Field(ge=5, le=10_080, description="null takes it away.")] = None
    channels: Annotated[list[Annotated[Text, Field(max_length=36)]] | None, Field(max_length=20)] = None
    runbook: Annotated[Text | None, Field(max_length=5000)] = None


class BudgetState(BaseModel):
    """What may go wrong in the period, what did, and what is left."""

    minutes: float = Field(description="Allowed; 99.9 % of 30 days leave 43.2.")
    minutes_spent: float | None = Field(
        description="Minutes down; of calls: the bad share of the time that has passed."
    )
    minutes_left: float | None = Field(description="Negative: so much too many.")
    calls: float | None = Field(
        description="Calls (or scores) that may be bad, if the traffic goes on as it did. null: kept in minutes alone."
    )
    calls_spent: int | None
    calls_left: float | None
    left_share: float | None = Field(description="Percent of the budget; negative when it is overspent.")


class BurnWindow(BaseModel):
    """A pair of windows of the SRE Workbook: it alerts while the budget burns faster than `factor` in both."""

    speed: Literal["page", "ticket"]
    factor: float = Field(description="1 spends the budget in exactly one period.")
    long_minutes: int
    short_minutes: int
    long_burn: float | None = Field(description="null: no calls.")
    short_burn: float | None
    calls: int = Field(description="In the long window.")
    burning: bool


class SlaState(BaseModel):
    status: Status = Field(
        description="at_risk: less than a quarter of the budget is left, or it burns so fast that it alerts."
        " violating: it is overspent. no_data: no calls in the period."
    )
    said: str = Field(description="In a sentence.", examples=["12 of 43 minutes are spent, 31 are left."])
    frozen_since: datetime | None = Field(description="No calls since then: everything here is as it was at that time.")
    as_of: datetime = Field(description="What is told here is of calls before this moment.")
    start: datetime = Field(description="Of the period.")
    end: datetime = Field(description="Of the period; of 30 rolling days this is `as_of`.")
    compliance: float | None = Field(description="Percent that was good in the period so far.")
    total: int = Field(description="Calls, scores, or minutes of the period so far.")
    bad: int
    counted: Literal["calls", "scores", "minutes"]
    budget: BudgetState
    burn_rate: float | None = Field(description="Over the last hour; 1 spends the budget in exactly one period.")
    gone_at: datetime | None = Field(description="When the budget is spent at this rate; null: not within the period.")
    gone_in_s: int | None
    windows: list[BurnWindow]
    excluded_minutes: float = Field(description="Of the period so far, in maintenance.")


class SlaOut(SlaIn):
    id: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    state: SlaState | None = Field(description="null: not evaluated yet.")
    evaluated_at: datetime | None
    error: str | None = Field(description="Of the last evaluation; the state is then that of the one before.")
    firing: list[Speed] = Field(description="Alerts that are open.")


class DayOut(BaseModel):
    day: date
    compliance: float | None = Field(description="null: no calls.")
    total: int
    bad: int
    met: bool | None
    left_share: float | None = Field(description="Percent of the period's budget left at the end of the day.")
    excluded_minutes: float
    partial: bool = Field(description="The day is not over.")


class PeriodOut(BaseModel):
    start: datetime
    end: datetime
    compliance: float | None
    total: int
    bad: int
    met: bool | None
    left_share: float | None
    partial: bool


class HistoryOut(BaseModel):
    target: float
    tz: str
    counted: Literal["calls", "scores", "minutes"]
    days: list[DayOut] = Field(description="In the project's time zone, oldest first.")
    periods: list[PeriodOut] = Field(description="Calendar months, oldest first.")


class SlaPreview(BaseModel):
    """What an objective would say of the calls that are there."""

    state: SlaState
    days: list[DayOut]
    suggested_target: float | None = Field(
        description="The strictest usual target that the last 30 days would have met; null: none, or no data."
    )
    notes: list[str]
