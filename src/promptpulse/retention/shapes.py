"""Bodies of the routes of retention."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Text


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
