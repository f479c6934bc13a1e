"""Bodies of the routes of custom metrics and latency targets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Instant, Text

CustomUnit = Literal["number", "count", "percent", "ms", "tokens", "usd", "score"]
Better = Literal["up", "down", "neither"]


class CustomMetricIn(Input):
    """A number that the project defines by itself."""

    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Customer satisfaction"])]
    formula: Annotated[
        Text,
        Field(
            min_length=1,
            max_length=2000,
            examples=["100 * count(score.feedback = 'positive') / count(score.feedback)"],
            description="See `docs/custom-metrics.md`.",
        ),
    ]
    unit: CustomUnit = "number"
    better: Annotated[Better, Field(description="Which direction is good.")] = "neither"
    threshold: Annotated[
        float | None,
        Field(allow_inf_nan=False, description="The worst value that is still good, in the unit; needs a direction."),
    ] = None
    description: Annotated[Text, Field(max_length=1000)] = ""


class CustomMetricPatch(Input):
    """Absent leaves a value as it is; a null threshold takes it away. The key stays."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    formula: Annotated[Text | None, Field(min_length=1, max_length=2000)] = None
    unit: CustomUnit | None = None
    better: Better | None = None
    threshold: Annotated[float | None, Field(allow_inf_nan=False)] = None
    description: Annotated[Text | None, Field(max_length=1000)] = None


class CustomMetricOut(BaseModel):
    id: str
    key: str = Field(
        description="Name in queries, dashboards and rules; never changes.", examples=["custom.customer_satisfaction"]
    )
    name: str
    formula: str
    unit: CustomUnit
    better: Better
    threshold: float | None
    description: str
    created_at: datetime
    created_by: str
    updated_at: datetime


class FormulaCheckIn(Input):
    formula: Annotated[Text, Field(max_length=2000)]
    start: Annotated[Instant | None, Field(description="With `end`: also compute it.")] = None
    end: Instant | None = None
    tz: Text | None = None


class FormulaProblem(BaseModel):
    message: str = Field(examples=["'latency' is not a field; did you mean latency_ms?"])
    position: int = Field(description="Characters before the fault, from 0.")
    length: int = Field(description="Characters at fault; 0 at the end of the formula.")


class FormulaPreview(BaseModel):
    """The formula over the range asked for; null is "no data"."""

    value: float | None
    buckets: list[str]
    values: list[float | None]


class FormulaChecked(BaseModel):
    problem: FormulaProblem | None
    reads: list[str] = Field(description="Fields and scores that the formula reads.", examples=[["score.feedback"]])
    preview: FormulaPreview | None


class TargetsBody(Input):
    """Latency targets of the project, milliseconds."""

    p50_latency_ms: Annotated[float, Field(gt=0, le=3_600_000, allow_inf_nan=False)] = 1000
    p95_latency_ms: Annotated[float, Field(gt=0, le=3_600_000, allow_inf_nan=False)] = 2000
    p99_latency_ms: Annotated[float, Field(gt=0, le=3_600_000, allow_inf_nan=False)] = 5000
