"""The metric query on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from promptpulse.definitions.asked import RangeIn, Text
from promptpulse.metrics import Definitions, Query


class QueryIn(RangeIn):
    """Metrics over `[start, end)`: one value a group, or one a bucket and group."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "metrics": ["total_requests", "success_rate", "p95_latency_ms"],
                "start": "2026-11-14T00:00:00Z",
                "end": "2026-11-21T00:00:00Z",
                "bucket": "1d",
                "by": ["prompt_id"],
                "where": [{"dimension": "environment", "op": "in", "values": ["production"]}],
                "compare": "previous",
                "tz": "Europe/Stockholm",
            }
        },
    )

    metrics: Annotated[
        list[Text],
        Field(
            min_length=1,
            max_length=50,
            description="Keys of the catalogue, `custom.` and the key of a custom metric, or `=` and a formula.",
        ),
    ]
    bucket: Annotated[
        Text | None, Field(description="1m, 5m, 15m, 30m, 1h, 3h, 6h, 12h, 1d, 1w, 1mo or auto; absent: one value.")
    ] = None
    by: list[Text] = Field([], max_length=4, description="Dimensions to group by.")
    compare: Annotated[
        Literal["previous"] | None, Field(description="Also answer for the period of equal length just before.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="Groups kept: those with the largest `order_by`.")] = 100
    order_by: Annotated[Text | None, Field(description="A metric of the query; the first when absent.")] = None
    cumulative: Annotated[
        bool, Field(description="Each bucket with all before it in the range; only of counts, tokens and costs.")
    ] = False

    def value(self, project: str, tz: str, definitions: Definitions) -> Query:
        return Query(
            project=project,
            metrics=tuple(self.metrics),
            start=self.start,
            end=self.end,
            bucket=self.bucket,
            by=tuple(self.by),
            where=self.filters,
            tz=self.tz or tz,
            limit=self.limit,
            order_by=self.order_by or "",
            definitions=definitions,
            cumulative=self.cumulative,
        )


class MetricOut(BaseModel):
    key: str
    label: str
    unit: str
    better: str


class FrameOut(BaseModel):
    """Values by metric, group and bucket; null is "no data"."""

    start: str
    end: str
    bucket: str | None
    buckets: list[str] | None = Field(
        description="Starts of the buckets, ascending, without gaps; null without `bucket`."
    )
    last_bucket_partial: bool = Field(description="The last bucket is not over yet.")
    groups: list[dict[str, str | None]]
    metrics: list[MetricOut]
    values: dict[str, list[list[float | int | None]]]
    moments: dict[str, list[list[str | None]]] = Field(
        {}, description="Of peaks: the minute in which each value was reached, as `values`."
    )
    source: str = Field(description="Tables that were read.")
    rows_read: int | None = Field(description="null: the embedded engine does not tell.")
    elapsed_ms: float
    kept_from: str | None = Field(
        None,
        description="Calls or scores before this are no longer kept, and some were needed: values of that time are too"
        " small or missing.",
    )


class ChangeOut(BaseModel):
    percent: float | None = Field(
        description="null where there is nothing to compare with; growth from 0 is not 100 %."
    )
    trend: Literal["rising", "falling", "steady"] | None


class QueryOut(FrameOut):
    compare: FrameOut | None = None
    change: dict[str, list[ChangeOut]] | None = Field(
        None,
        description="Of a query without buckets: each group against the period before,"
        " or, while a period is not over, against the same part of it.",
    )


class QueryAnswer(BaseModel):
    success: Literal[True] = True
    data: QueryOut
    meta: dict[str, int]


class BandOut(BaseModel):
    name: str
    above: float = Field(description="Begins here.")
    inclusive: bool = Field(description="Whether the value itself belongs to the band.")


class CatalogueMetric(MetricOut):
    description: str
    custom: bool = False
    formula: str | None = Field(None, description="Of a custom metric.")
    additive: bool = Field(default=False, description="Parts of a time range add up to it: it may be cumulative.")
    threshold: float | None = Field(None, description="The worst value that is still good.")
    bands: list[BandOut] = []


class CatalogueDimension(BaseModel):
    key: str
    label: str
    also: list[str] = Field(description="Short names a query may use instead.")


class CatalogueMeasure(BaseModel):
    key: str
    kind: str


class CatalogueField(BaseModel):
    """What filters and formulas may read of a call."""

    key: str
    label: str
    type: Literal["text", "number", "boolean"]
    unit: str | None


class CatalogueFunction(BaseModel):
    """Of formulas."""

    name: str
    signature: str = Field(examples=["avg(field where condition)"])
    description: str


class Catalogue(BaseModel):
    metrics: list[CatalogueMetric] = Field(description="Those of the product, then the project's own.")
    fields: list[CatalogueField]
    functions: list[CatalogueFunction]
    measures: list[CatalogueMeasure]
    dimensions: list[CatalogueDimension]
    buckets: list[str]


class CatalogueAnswer(BaseModel):
    success: Literal[True] = True
    data: Catalogue


class HistogramIn(RangeIn):
    """How often a number takes which values: one histogram, or one a bucket of time."""

    field: Annotated[Text, Field(description="A number of `fields` of the catalogue.", examples=["latency_ms"])]
    bucket: Annotated[Text | None, Field(description="As in queries; absent: one histogram.")] = None
    bins: Annotated[int, Field(ge=2, le=100)] = 40


class Bin(BaseModel):
    low: float
    high: float


class HistogramOut(BaseModel):
    field: str
    label: str
    unit: str
    start: str
    end: str
    bins: list[Bin] = Field(description="Ascending, `[low, high)`; the last one holds its high, too.")
    scale: Literal["linear", "log"] = Field(description="How the bins grow.")
    buckets: list[str] | None
    counts: list[list[int]] = Field(description="Of each bucket (or of all), by bin.")
    total: int
    unknown: int = Field(description="Calls that do not have the number.")


class HistogramAnswer(BaseModel):
    success: Literal[True] = True
    data: HistogramOut


class ErrorsIn(RangeIn):
    """What the failed calls say."""

    bucket: Annotated[Text | None, Field(description="Also by time, as in queries.")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class ErrorGroup(BaseModel):
    """Failures that read the same but for numbers and ids."""

    pattern: str = Field(description="Filter calls by `error_pattern` to see them.")
    message: str | None = Field(description="As the newest of them says it.")
    error_type: str
    error_family: str | None
    error_name: str | None
    calls: int
    share: float = Field(description="Percent of the failed calls.")
    first_at: str
    last_at: str
    call_id: str = Field(description="The newest of them.")
    prompts: list[str] = Field(description="Prompts that fail so, the most calls first, 5 at most.")


class ErrorsOut(BaseModel):
    failed: int
    groups: list[ErrorGroup] = Field(description="The most calls first.")
    groups_total: int
    buckets: list[str] | None
    by_bucket: list[list[int]] | None = Field(description="Calls of each group (outer) in each bucket (inner).")


class ErrorsAnswer(BaseModel):
    success: Literal[True] = True
    data: ErrorsOut


class SeedMetrics(BaseModel):
    """Figures of a period, as the first clients know them: these and no others."""

    total_requests: int
    success_rate: float | None
    avg_latency_ms: float | None
    p95_latency_ms: float | None
    total_tokens: int | None
    total_cost_usd: float | None


class SeedAnswer(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "prompt_id": "abc123",
                "period": "2024-01-01 to 2024-01-31",
                "metrics": {
                    "total_requests": 50000, "success_rate": 97.5, "avg_latency_ms": 1250, "p95_latency_ms": 2100,
                    "total_tokens": 12500000, "total_cost_usd": 625.5,
                },
            }
        }
    )  # fmt: skip

    prompt_id: str | None
    period: str
    metrics: SeedMetrics
