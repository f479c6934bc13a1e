"""Bodies of the routes of retention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Text
from promptpulse.metrics.kept import LONGEST, SHORTEST


def _days(shortest: int, what: str) -> Any:
    return Field(default=None, ge=shortest, le=LONGEST, description=f"{what} null: for ever.")


class PeriodsIn(Input):
    """How many days what is kept; today is not counted."""

    calls_days: Annotated[int | None, _days(SHORTEST["calls"], "Calls, by their start. Their totals stay.")] = None
    texts_days: Annotated[
        int | None, _days(SHORTEST["texts"], "Input, output and messages, by their arrival; they go with their calls.")
    ] = None
    scores_and_events_days: Annotated[int | None, _days(SHORTEST["facts"], "Scores and events, by their time.")] = None
    minutes_days: Annotated[
        int | None, _days(SHORTEST["minutes"], "Calls by minute, of which peaks are told; hours and days stay.")
    ] = None


class KeptFromOut(BaseModel):
    """First UTC days of what is kept; null: everything is."""

    calls: date | None
    texts: date | None
    scores_and_events: date | None
    minutes: date | None


class ExpiryOut(BaseModel):
    """The deletion of what is older."""

    status: Literal["idle", "waiting", "closing", "running"] = Field(
        description="waiting: for a request to forget a user. closing: older calls are refused, rows go in a moment."
    )
    not_before: datetime | None = Field(
        description="The periods can be taken back until then; null: nothing is to come."
    )
    started_at: datetime | None
    finished_at: datetime | None
    deleted: dict[str, int] = Field(description="Rows that the last run deleted, by table.")
    error: str | None = Field(description="Why the last try failed; it is tried again.")


class PeriodsOut(BaseModel):
    calls_days: int | None
    texts_days: int | None
    scores_and_events_days: int | None
    minutes_days: int | None
    kept_from: KeptFromOut
    run: ExpiryOut


class ExpiringOut(BaseModel):
    """What would be deleted. Rows of null: too many to count."""

    kept_from: KeptFromOut
    calls: int | None
    prompts: int = Field(description="Prompts with calls that go.")
    texts: int | None
    scores: int | None
    events: int | None
    minutes: int | None
    experiments: list[str] = Field(description="Run since before that; they would be analysed by what is left.")


class PatternIn(Input):
    """A project's own pattern."""

    name: Annotated[
        Text,
        Field(
            min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$", description="Stands in the text as `[name]`.",
            examples=["customer_numbers"],
        ),
    ]  # fmt: skip
    pattern: Annotated[
        Text,
        Field(
            min_length=1, max_length=300, examples=[r"\bcust-\d{6,10}\b"],
            description="A regular expression whose repeats all have an end, such as {1,20}.",
        ),
    ]  # fmt: skip


class RedactionIn(Input):
    api_keys: bool = Field(default=True, description="Keys, tokens and private keys, by how they begin.")
    card_numbers: bool = Field(default=True, description="Card numbers, by their length and check digit.")
    patterns: Annotated[list[PatternIn], Field(max_length=20)] = Field(default_factory=list)


class PatternOut(BaseModel):
    name: str
    pattern: str


class RedactionOut(BaseModel):
    """What is taken out of texts before anything is stored."""

    api_keys: bool
    card_numbers: bool
    patterns: list[PatternOut]
    replaced: dict[str, int] = Field(
        description="How often each took something out, by name; up to a minute old. Names that are gone stay counted."
    )


class PreviewIn(Input):
    text: Annotated[Text, Field(max_length=20_000, examples=["My key is sk-proj-0123456789abcdef0123."])]
    redaction: RedactionIn | None = Field(default=None, description="null: as it is saved.")


class PreviewOut(BaseModel):
    text: str = Field(description="As it would be stored.")
    replaced: dict[str, int] = Field(description="How much would be taken out, by name.")


class ForgetIn(Input):
    user_id: Annotated[
        Text, Field(min_length=1, max_length=256, description="As calls carry it.", examples=["user-42"])
    ]


class ForgetOut(BaseModel):
    """A request to forget a user."""

    id: str
    user_hash: str = Field(description="Recognises the same user; the id itself cannot be read from it.")
    status: Literal["queued", "running", "done"]
    step: str = Field(
        description="What is done next: count, call_texts, scores, events, calls, totals; done at the end."
    )
    counts: dict[str, int] = Field(description="Rows that were the user's, by table.")
    days: int = Field(description="UTC days whose totals were computed anew, so far.")
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    error: str | None = Field(description="Why the last try failed; it is tried again.")
