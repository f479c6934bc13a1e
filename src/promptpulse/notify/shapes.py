"""Bodies of the routes of channels, deliveries and notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.accounts.text import encodable
from promptpulse.notify.messages import Event, Severity

Text = Annotated[str, AfterValidator(encodable)]
Url = Annotated[Text, Field(min_length=1, max_length=2000)]
Id = Annotated[Text, Field(max_length=256)]
Kind = Literal["email", "slack", "pagerduty", "webhook", "apprise"]
Region = Literal["us", "eu"]
State = Literal["waiting", "sent", "dead"]

ADDRESSES = "Of people, for email."
URL = (
    "slack: the incoming webhook. webhook: the receiver. apprise: any URL that Apprise knows. pagerduty: only for another"
    " receiver of Events API v2. Kept encrypted and never shown again."
)
ROUTING_KEY = "Integration key of the PagerDuty service (Events API v2); 32 characters. Never shown again."
AUTHORIZATION = "webhook: value of the header Authorization, such as `Bearer ...`. Never shown again."
SEVERITIES = "Alerts of these severities that name no channels go here."


class ChannelIn(Input):
    """A kind takes its own fields only: email `addresses`; slack, webhook and apprise `url`; pagerduty `routing_key`."""

    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["On call"])]
    kind: Kind
    enabled: bool = True
    addresses: Annotated[
        list[Annotated[Text, Field(max_length=254)]] | None, Field(description=ADDRESSES, max_length=50)
    ] = None
    url: Annotated[Url | None, Field(description=URL)] = None
    routing_key: Annotated[Text | None, Field(description=ROUTING_KEY, max_length=100)] = None
    region: Annotated[Region | None, Field(description="pagerduty: of the account; us when absent.")] = None
    authorization: Annotated[Text | None, Field(description=AUTHORIZATION, max_length=2000)] = None
    severities: Annotated[
        list[Severity] | None,
        Field(
            description=f"{SEVERITIES} When absent: critical for pagerduty, else warning and critical.", max_length=3
        ),
    ] = None


class ChannelPatch(Input):
    """Absent leaves a value as it is; so secrets need not be sent again."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    enabled: Annotated[bool | None, Field(description="true also takes back that PromptPulse switched it off.")] = None
    addresses: Annotated[
        list[Annotated[Text, Field(max_length=254)]] | None, Field(description=ADDRESSES, max_length=50)
    ] = None
    url: Annotated[Url | None, Field(description=URL)] = None
    routing_key: Annotated[Text | None, Field(description=ROUTING_KEY, max_length=100)] = None
    region: Region | None = None
    authorization: Annotated[Text | None, Field(description=f'{AUTHORIZATION} "" removes it.', max_length=2000)] = None
    new_signing_secret: Annotated[
        bool, Field(description="webhook: make another secret; the answer shows it. The old one signs, too, for a day.")
    ] = False
    severities: Annotated[list[Severity] | None, Field(description=SEVERITIES, max_length=3)] = None


class ChannelOut(BaseModel):
    id: str
    name: str
    kind: Kind
    enabled: bool
    state: Literal["new", "ok", "failing", "off"] = Field(
        description="new: nothing was sent yet. failing: the last try failed, and more follow. off: not enabled."
    )
    problem: str | None = Field(description="Why it is failing, or why PromptPulse switched it off.")
    hint: str = Field(description="What may be shown of the address.", examples=["hooks.slack.com ...9xYz"])
    addresses: list[str] | None = Field(description="email only.")
    region: Region | None = Field(description="pagerduty only.")
    has_authorization: bool
    severities: list[Severity] = Field(description=SEVERITIES)
    failures: int = Field(description="Failed tries since the last message that arrived.")
    failing_since: datetime | None
    retry_at: datetime | None = Field(description="Next try of a failing channel.")
    last_sent_at: datetime | None
    waiting: int = Field(description="Messages that are yet to be sent.")
    dead: int = Field(description="Messages that were given up in the last 30 days.")
    created_at: datetime
    created_by: str


class ChannelMade(ChannelOut):
    signing_secret: str | None = Field(
        description="webhook: verify signatures with it (Standard Webhooks). Shown this once; else null."
    )


class TestOut(BaseModel):
    """How the receiver took a test message."""

    ok: bool
    said: str = Field(description="What the receiver answered, or why it could not be asked.", examples=["200 ok"])
    duration_ms: int


class Routing(Input):
    """Ids of channels by severity, for alerts that name none."""

    info: Annotated[list[Id], Field(max_length=50, default_factory=list)]
    warning: Annotated[list[Id], Field(max_length=50, default_factory=list)]
    critical: Annotated[list[Id], Field(max_length=50, default_factory=list)]


class DeliveryOut(BaseModel):
    """A message to a channel."""

    id: str
    channel_id: str
    channel: str = Field(description="Its name.")
    kind: Kind
    event: Event
    severity: Severity
    title: str
    thread: str = Field(description="Same for all messages of one alert.")
    state: State = Field(description="dead: given up; `said` tells why.")
    attempts: int
    created_at: datetime
    next_at: datetime | None = Field(
        description="When a waiting message is tried next; messages before it in its thread may make it later."
    )
    tried_at: datetime | None
    finished_at: datetime | None
    said: str | None = Field(description="What the receiver answered last, or why it could not be asked.")


class NotificationOut(BaseModel):
    id: str
    event: Event
    severity: Severity
    title: str
    text: str
    url: str = Field(description='Path of the page that shows it; "" when there is none.', examples=["/incidents/..."])
    thread: str
    created_at: datetime
    read: bool = Field(description="By the caller; always false for an API key.")


class NotificationMeta(BaseModel):
    total: int
    unread: int


class Notifications(BaseModel):
    """A part of the notifications, newest first."""

    success: Literal[True] = True
    data: list[NotificationOut]
    meta: NotificationMeta


class ReadIn(Input):
    """Which notifications were read: some, or all up to a moment."""

    ids: Annotated[list[Id] | None, Field(max_length=500)] = None
    until: Annotated[
        str | None, Field(description="Id of the newest one seen: all up to it are read.", max_length=256)
    ] = None


class Unread(BaseModel):
    unread: int
