"""The metric query on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from promptpulse.metrics import Filter, Query
from promptpulse.metrics.query import EARLIEST, LATEST


def encodable(text: str) -> str:
    """Raises `ValueError` for half a surrogate pair, which JSON can spell and no store can keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{text!r} holds half of a surrogate pair; send whole characters") from None
    return text


Text = Annotated[str, AfterValidator(encodable)]
FilterValue = Text | int | None


class FilterIn(BaseModel):
    """Keep calls whose dimension is (not) one of the values; null means "not known"."""

    model_config = ConfigDict(extra="forbid")

    dimension: Text
    op: Literal["in", "not_in"] = "in"
    values: Annotated[list[FilterValue], Field(min_length=1, max_length=1000)]

    def value(self) -> Filter:
        return Filter(self.dimension, self.op, tuple(None if v is None else str(v) for v in self.values))


class QueryIn(BaseModel):
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

    metrics: Annotated[list[Text], Field(min_length=1, max_length=50, description="Keys of the catalogue.")]
    start: Annotated[datetime, Field(description="Inclusive; RFC 3339 with a time zone.")]
    end: Annotated[datetime, Field(description="Exclusive; RFC 3339 with a time zone.")]
    bucket: Annotated[
        str | None, Field(description="1m, 5m, 15m, 30m, 1h, 3h, 6h, 12h, 1d, 1w, 1mo or auto; absent: one value.")
    ] = None
    by: Annotated[list[Text], Field(max_length=4, description="Dimensions to group by.")] = []
    where: Annotated[
        list[FilterIn] | dict[Text, FilterValue | list[FilterValue]],
        Field(description='Filters; or, for equality, an object such as {"model": "gpt-4o"}.'),
    ] = []
    compare: Annotated[
        Literal["previous"] | None, Field(description="Also answer for the period of equal length just before.")
    ] = None
    tz: Annotated[str | None, Field(description="IANA time zone in which days begin; the project's when absent.")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=1000, description="Groups kept: those with the largest `order_by`.")] = 100
    order_by: Annotated[str | None, Field(description="A metric of the query; the first when absent.")] = None

    @field_validator("start", "end")
    @classmethod
    def aware(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("add a time zone: Z or an offset such as +01:00")
        if not EARLIEST < value.year < LATEST:
            raise ValueError(f"the year must lie between {EARLIEST} and {LATEST}")
        return value

    @field_validator("where")
    @classmethod
    def as_filters(
        cls, value: list[FilterIn] | dict[Text, FilterValue | list[FilterValue]]
    ) -> list[FilterIn] | dict[Text, FilterValue | list[FilterValue]]:
        if isinstance(value, list):
            return value
        return [FilterIn(dimension=k, values=v if isinstance(v, list) else [v]) for k, v in value.items()]

    def value(self, project: str, tz: str) -> Query:
        return Query(
            project=project,
            metrics=tuple(self.metrics),
            start=self.start,
            end=self.end,
            bucket=self.bucket,
            by=tuple(self.by),
            where=self._filters(),
            tz=self.tz or tz,
            limit=self.limit,
            order_by=self.order_by or "",
        )

    def _filters(self) -> tuple[Filter, ...]:
        assert isinstance(self.where, list)  # noqa: S101 - of `as_filters`
        return tuple(f.value() for f in self.where)


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
    source: str = Field(description="Tables that were read.")
    rows_read: int | None = Field(description="null: the embedded engine does not tell.")
    elapsed_ms: float


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
    bands: list[BandOut] = []


class CatalogueDimension(BaseModel):
    key: str
    label: str
    also: list[str] = Field(description="Short names a query may use instead.")


class CatalogueMeasure(BaseModel):
    key: str
    kind: str


class Catalogue(BaseModel):
    metrics: list[CatalogueMetric]
    measures: list[CatalogueMeasure]
    dimensions: list[CatalogueDimension]
    buckets: list[str]


class CatalogueAnswer(BaseModel):
    success: Literal[True] = True
    data: Catalogue


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
