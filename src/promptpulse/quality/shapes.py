"""Bodies of the routes of quality."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field


class Share(BaseModel):
    text: str
    count: int
    percent: float


class ScoreSummary(BaseModel):
    """All values of one name in the range."""

    name: str
    type: Literal["numeric", "boolean", "categorical"]
    count: int
    mean: float | None = Field(description="Of numbers; texts count as the numbers that the project maps them to.")
    true_percent: float | None = Field(description="Of booleans.")
    shares: list[Share] = Field(description="Of texts, the most frequent first, 20 at most.")
    mean_before: float | None = Field(description="Mean, or percent of true, in the period of equal length before.")
    calls: int | None = Field(description="Calls of the range, to tell how many were scored.")


class Variation(BaseModel):
    count: int
    mean: float | None
    deviation: float | None = Field(description="Standard deviation of a sample.")
    relative: float | None = Field(description="Deviation / mean, percent: lower is more consistent.")
    p10: float | None
    p50: float | None
    p90: float | None


class NamedVariation(BaseModel):
    name: str
    spread: Variation


class ConsistencyRow(BaseModel):
    prompt_id: str
    prompt_version: str | None
    calls: int
    output_tokens: Variation
    latency_ms: Variation
    scores: list[NamedVariation]


class Feedback(BaseModel):
    """One value that somebody gave."""

    at: datetime
    name: str
    value: float | bool | str | None
    comment: str | None
    source: str | None
    user_id: str | None
    prompt_id: str | None
    prompt_version: str | None
    call_id: str | None
    trace_id: str | None


class DriftPoint(BaseModel):
    day: date
    value: float | None


class DriftMetric(BaseModel):
    metric: Literal["output_tokens", "latency_ms", "refusals"]
    label: str
    unit: str
    before: float | None = Field(description="Level before the change; without one, of the whole range.")
    after: float | None = Field(description="Level since; null: no change was found.")
    change_percent: float | None
    low_percent: float | None
    high_percent: float | None
    changed_on: date | None = Field(description="The day on which the new level began; null: no change was found.")
    cause: Literal["provider", "own_change", "mix", "none", "too_few"] = Field(
        description="provider: it shifted within prompts whose version did not change. own_change: a version changed that day."
        " mix: other prompts or features use the model than before."
    )
    days: list[DriftPoint]


class ModelDrift(BaseModel):
    provider: str | None
    model: str
    snapshot: str | None = Field(description="`response_model`, where a new one appeared in the range.")
    snapshot_since: date | None
    sentence: str = Field(
        examples=["gpt-4o: answers are 31 % shorter since 2026-11-09, while no prompt changed: the provider changed."]
    )
    metrics: list[DriftMetric]


class DriftOut(BaseModel):
    method: str
    models: list[ModelDrift]
