"""Bodies of the routes of costs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Instant, Text

Period = Literal["day", "week", "month"]
JobStatus = Literal["queued", "running", "done", "failed"]


class DayCost(BaseModel):
    day: date
    usd: float | None = Field(description="null: calls, but none with a known cost; or a day that is yet to come.")
    total_usd: float | None = Field(description="Since the period began, this day included.")


class DayBand(BaseModel):
    """What will have been spent by the end of a day to come."""

    day: date
    low_usd: float
    total_usd: float
    high_usd: float


class ProjectionOut(BaseModel):
    """What the running period will cost."""

    period: Period
    start: date
    end: date = Field(description="First day of the next period.")
    tz: str
    spent_usd: float | None
    priced_share: float | None = Field(description="Percent of calls with a known cost.")
    projected_usd: float | None = Field(description="null: too little history; `note` says what is missing.")
    low_usd: float | None
    high_usd: float | None
    level: float = Field(description="Percent of periods that end between low and high.", examples=[80])
    rate_usd: float | None = Field(description="The naive figure: spent so far, at the same rate to the end.")
    method: str
    history_days: int
    note: str
    days: list[DayCost] = Field(description="The days of the period so far.")
    ahead: list[DayBand]
    before: list[DayCost] = Field(description="The days of the period before.")


class BudgetIn(Input):
    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Support, monthly"])]
    amount_usd: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
    period: Period = "month"
    prompt_id: Annotated[Text | None, Field(max_length=256, description="null: the whole project.")] = None
    environment: Annotated[Text | None, Field(max_length=256)] = None


class BudgetPatch(Input):
    """Absent leaves a value as it is."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    amount_usd: Annotated[float | None, Field(gt=0, le=1e9, allow_inf_nan=False)] = None
    period: Period | None = None


class BudgetOut(BaseModel):
    id: str
    name: str
    amount_usd: float
    period: Period
    prompt_id: str | None
    environment: str | None
    created_at: datetime
    created_by: str
    start: date = Field(description="Of the running period.")
    end: date
    spent_usd: float | None
    spent_share: float | None = Field(description="Percent of the amount.")
    priced_share: float | None
    projected_usd: float | None
    low_usd: float | None
    high_usd: float | None
    crosses_on: date | None = Field(description="Day on which the amount is or was passed, within this period.")
    state: Literal["ok", "at_risk", "over", "unknown"] = Field(
        description="at_risk: the projection passes the amount. unknown: nothing is priced, or too little history."
    )


class ModelWithoutPrice(BaseModel):
    provider: str | None
    model: str | None
    calls: int
    share: float = Field(description="Percent of all calls in the range.")
    reason: Literal["no_price", "no_usage"] = Field(description="no_usage: the calls do not say their tokens.")
    first_at: datetime
    last_at: datetime


class RepricingIn(Input):
    """Which calls to price anew with the prices of now; costs that the client gave stay."""

    start: Instant
    end: Instant
    which: Annotated[
        Literal["unpriced", "all"], Field(description="unpriced: calls without a cost. all: also priced ones.")
    ] = "unpriced"
    provider: Annotated[Text | None, Field(max_length=256)] = None
    model: Annotated[Text | None, Field(max_length=256)] = None
    reason: Annotated[Text, Field(max_length=500, examples=["price of gpt-4o-mini corrected"])] = ""


class RepricingOut(BaseModel):
    id: str
    status: JobStatus
    start: datetime
    end: datetime
    which: Literal["unpriced", "all"]
    provider: str | None
    model: str | None
    reason: str
    days: int
    days_done: int
    calls_seen: int
    calls_changed: int
    calls_unpriced: int = Field(description="Still without a price.")
    before_usd: float | None = Field(description="Known cost of the calls seen, before.")
    after_usd: float | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    error: str | None


class ReconciledRow(BaseModel):
    """Billed by the provider and counted here, of one model on one day."""

    day: date
    model: str
    billed_usd: float | None
    counted_usd: float | None
    gap_usd: float | None = Field(description="Billed minus counted.")
    gap_percent: float | None = Field(description="Of the billed amount.")
    billed_tokens: int | None
    counted_tokens: int | None
    counted_calls: int


class ReconciledTotal(BaseModel):
    model: str
    billed_usd: float | None
    counted_usd: float | None
    gap_usd: float | None
    gap_percent: float | None
    billed_tokens: int | None
    counted_tokens: int | None


class ReconciliationOut(BaseModel):
    id: str
    name: str
    provider: str | None
    start: date
    end: date = Field(description="Last day, inclusive.")
    billed_usd: float | None
    counted_usd: float | None
    gap_usd: float | None
    gap_percent: float | None
    lines: int
    columns: dict[str, str] = Field(description="Which column of the file was taken for what.")
    notes: list[str] = Field(description="What was left out and why; what else may explain the gap.")
    created_at: datetime
    created_by: str


class ReconciliationDetail(ReconciliationOut):
    models: list[ReconciledTotal]
    rows: list[ReconciledRow]


class Fact(BaseModel):
    label: str
    value: float | None
    unit: str


class Suggestion(BaseModel):
    kind: Literal["long_prompt", "cached_input", "costly_failures", "cheaper_model"]
    title: str = Field(examples=["summarize reads 8,200 tokens a call"])
    detail: str = Field(description="What it means and what to try, with its assumptions.")
    saving_usd: float | None = Field(description="A month, at the traffic of the range; null: not known.")
    prompt_id: str | None
    model: str | None
    facts: list[Fact]
