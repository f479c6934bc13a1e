"""Parts of questions on the wire: texts, filters, time ranges. Every slice that asks for numbers takes them in this shape."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from promptpulse.accounts.text import encodable
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import FilterOp
from promptpulse.metrics.query import EARLIEST, LATEST

Text = Annotated[str, AfterValidator(encodable)]
FilterValue = Text | bool | int | float | None


class FilterIn(BaseModel):
    """Keep calls whose field is as said; null means "not known"."""

    model_config = ConfigDict(extra="forbid")

    dimension: Annotated[
        Text,
        Field(description="A dimension, a number such as latency_ms, or properties.<key>: `fields` of the catalogue."),
    ]
    op: Annotated[
        FilterOp,
        Field(
            description="in, not_in: one of the values. contains, not_contains: a part of the text, in any case."
            " gt, gte, lt, lte: more or less than a number; what is not known is neither."
        ),
    ] = "in"
    values: Annotated[list[FilterValue], Field(min_length=1, max_length=1000)]

    def value(self) -> Filter:
        return Filter(self.dimension, self.op, tuple(map(spelled, self.values)))


def spelled(value: FilterValue) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("add a time zone: Z or an offset such as +01:00")
    if not EARLIEST < value.year < LATEST:
        raise ValueError(f"the year must lie between {EARLIEST} and {LATEST}")
    return value


Instant = Annotated[datetime, AfterValidator(_aware)]


class RangeIn(BaseModel):
    """Calls of `[start, end)` that meet all filters."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[Instant, Field(description="Inclusive; RFC 3339 with a time zone.")]
    end: Annotated[Instant, Field(description="Exclusive; RFC 3339 with a time zone.")]
    where: Annotated[
        list[FilterIn] | dict[Text, FilterValue | list[FilterValue]],
        Field(description='Filters; or, for equality, an object such as {"model": "gpt-4o"}.'),
    ] = []
    tz: Annotated[Text | None, Field(description="IANA time zone in which days begin; the project's when absent.")] = (
        None
    )

    @field_validator("where")
    @classmethod
    def as_filters(
        cls, value: list[FilterIn] | dict[Text, FilterValue | list[FilterValue]]
    ) -> list[FilterIn] | dict[Text, FilterValue | list[FilterValue]]:
        if isinstance(value, list):
            return value
        return [FilterIn(dimension=k, values=v if isinstance(v, list) else [v]) for k, v in value.items()]

    @property
    def filters(self) -> tuple[Filter, ...]:
        assert isinstance(self.where, list)  # noqa: S101 - of `as_filters`
        return tuple(f.value() for f in self.where)
