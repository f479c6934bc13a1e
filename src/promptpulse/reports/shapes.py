"""Bodies of the routes of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import FilterIn, Text

Weekday = Annotated[int, Field(ge=1, le=7, description="1 is Monday.")]
Hour = Annotated[int, Field(ge=0, le=23, description="Of the wall clock in the project's time zone.")]
Minute = Annotated[int, Field(ge=0, le=59)]
Covers = Literal["day", "week", "month", "since_last"]
RunKind = Literal["scheduled", "manual", "test"]
RunState = Literal["waiting", "making", "made", "quiet", "skipped", "failed"]


class Daily(Input):
    """Every day, about the day before."""

    kind: Literal["daily"]
    hour: Hour = 8
    minute: Minute = 0


class Weekly(Input):
    """Once a week, about the seven days before."""

    kind: Literal["weekly"]
    weekday: Weekday = 1
    hour: Hour = 8
    minute: Minute = 0


class Monthly(Input):
    """Once a month, about the month before."""

    kind: Literal["monthly"]
    day: Annotated[int, Field(ge=1, le=28)] = 1
    hour: Hour = 8
    minute: Minute = 0


class Custom(Input):
    """On some weekdays; or on the first of them in a month."""

    kind: Literal["custom"]
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    first_of_month: Annotated[bool, Field(description="Only the first of these weekdays in each month.")] = False
    hour: Hour = 8
    minute: Minute = 0
    covers: Annotated[
        Covers,
        Field(
            description="day: the one before. week: the seven days before. month: the calendar month before."
            " since_last: the days since the last report, so that Monday's covers the weekend."
        ),
    ] = "since_last"


Schedule = Annotated[Daily | Weekly | Monthly | Custom, Field(discriminator="kind")]


class ReportIn(Input):
    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Morning summary"])]
    enabled: bool = True
    schedule: Schedule
    dashboard: Annotated[
        Text | None,
        Field(max_length=256, description="Id of a dashboard, or name of a ready-made one; null: the usual report."),
    ] = None
    where: list[FilterIn] = Field([], max_length=20, description="Only calls that meet these.")
    addresses: list[Text] = Field([], max_length=50, description="Each gets a mail of its own and can unsubscribe.")
    channels: list[Text] = Field(
        [], max_length=50, description="Get a short message with a link, such as a channel of Slack."
    )
    quiet: Annotated[bool, Field(description="Send nothing when there is nothing to say.")] = False
    pdf: Annotated[bool, Field(description="Attach the report as PDF, too.")] = False


class ReportPatch(Input):
    """Absent leaves a value as it is. null is a value of `dashboard` alone."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    enabled: bool | None = None
    schedule: Schedule | None = None
    dashboard: Annotated[Text | None, Field(max_length=256)] = None
    where: Annotated[list[FilterIn] | None, Field(max_length=20)] = None
    addresses: Annotated[list[Text] | None, Field(max_length=50)] = None
    channels: Annotated[list[Text] | None, Field(max_length=50)] = None
    quiet: bool | None = None
    pdf: bool | None = None


class ReportDelivery(BaseModel):
    to: str = Field(description="Address, or name of the channel.")
    state: Literal["waiting", "sent", "dead"]
    attempts: int
    said: str | None = Field(description="What the receiver answered, or why it could not be asked.")
    finished_at: datetime | None


class ReportRunOut(BaseModel):
    """One time that the report was made."""

    id: str
    kind: RunKind
    state: RunState = Field(description="quiet: there was nothing to say. skipped: too late, the server was away.")
    due_at: datetime
    start: datetime = Field(description="Of the period it is about.")
    end: datetime
    period: str = Field(examples=["Friday, 20 November 2026"])
    said: str | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    deliveries: list[ReportDelivery]


class ReportOut(ReportIn):
    id: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    when: str = Field(description="The schedule in words.", examples=["Every day at 08:00"])
    next_at: datetime | None = Field(description="null while it is off.")
    unsubscribed: list[str] = Field(description="Addresses among the recipients that do not want it any more.")
    last_run: ReportRunOut | None = Field(description="The last one by schedule.")


class RenderedReport(BaseModel):
    """A report as it looks."""

    subject: str
    html: str = Field(description="A whole page without scripts; images are inside.")
    text: str
    start: datetime
    end: datetime
    quiet: str | None = Field(description="Why there is nothing to say; null: there is something.")


class ReportPreview(RenderedReport):
    upcoming: list[datetime] = Field(description="The next five times.")


class ReportPage(RenderedReport):
    run: ReportRunOut


class ReportRunIn(Input):
    to: Annotated[
        list[Text] | None,
        Field(
            min_length=1, max_length=10, description="A test: only to these addresses. null: to all recipients, now."
        ),
    ] = None
