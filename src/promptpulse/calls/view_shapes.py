"""Bodies of the routes of saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Text

PAGE = r"^[a-z-]+$"


class ViewIn(Input):
    """A page with its filters, under a name."""

    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Slow answers in production"])]
    page: Annotated[Text, Field(min_length=1, max_length=40, pattern=PAGE, examples=["calls"])]
    search: Annotated[
        Text,
        Field(max_length=20_000, description="Query string of the page.", examples=["range=7d&min_latency_ms=2000"]),
    ]
    shared: Annotated[bool, Field(description="Also for the others of the project.")] = False


class ViewPatch(Input):
    """Absent leaves a value as it is."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    search: Annotated[Text | None, Field(max_length=20_000)] = None
    shared: bool | None = None


class ViewOut(BaseModel):
    id: str
    name: str
    page: str
    search: str
    shared: bool
    own: bool = Field(description="Yours: you may change and delete it. Admins may change shared ones, too.")
    created_at: datetime
    created_by: str
