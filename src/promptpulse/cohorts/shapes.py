"""Bodies of the routes of cohorts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from promptpulse.definitions.asked import RangeIn, Text


class CohortsIn(RangeIn):
    by: Annotated[
        Text,
        Field(
            description="hour (of the day), weekday, day, week, new_users (new or returning), or a dimension or"
            " properties.<key> of the catalogue.",
            examples=["new_users"],
        ),
    ]
    metrics: Annotated[list[Text], Field(min_length=1, max_length=20)]
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class MetricName(BaseModel):
    key: str
    label: str
    unit: str
    better: str


class Cohort(BaseModel):
    key: str | None = Field(description="null: not known.")
    label: str
    values: dict[str, float | int | None]


class CohortsOut(BaseModel):
    definition: str = Field(examples=["New: the user's first call ever lies in the range. Returning: it is older."])
    metrics: list[MetricName]
    cohorts: list[Cohort] = Field(description="In order of time, or the largest first.")
    total: int = Field(description="How many there are, shown or not.")


class RetentionWeek(BaseModel):
    week: date = Field(description="Monday of the week in which these users made their first call.")
    users: int
    returned: list[int | None] = Field(description="Users active 0, 1, 2 ... weeks later; null: yet to come.")
    percent: list[float | None]


class RetentionOut(BaseModel):
    definition: str
    weeks: list[RetentionWeek]
    last_week_partial: bool
