"""What a report says, in words and series: mails, pages and files show the same."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

Look = Literal["good", "bad", "warning", "neutral"]


class Figure(BaseModel):
    label: str
    value: str
    before: str = ""
    """`$12.40`, of the period before; "" when there is none."""
    change: str = ""
    """`+12 %`"""
    look: Look = "neutral"


class Series(BaseModel):
    label: str
    values: list[float | None]


class Chart(BaseModel):
    title: str
    unit: str
    kind: Literal["line", "area", "bar"] = "line"
    starts: list[datetime]
    series: list[Series]
    said: str = ""
    """For those who do not see it."""


class Bars(BaseModel):
    """Shares or groups without time."""

    title: str
    unit: str
    labels: list[str]
    values: list[float | None]
    said: str = ""


class Table(BaseModel):
    title: str = ""
    columns: list[str]
    rows: list[list[str]]
    more: int = 0
    """Rows that are not shown."""


class Item(BaseModel):
    """A line such as an incident or a recommendation."""

    title: str
    detail: str = ""
    evidence: list[str] = []
    mark: str = ""
    """A word such as `Firing`."""
    look: Look = "neutral"
    path: str = ""
    """Page of the product that shows it."""


class Section(BaseModel):
    title: str
    note: str = ""
    figures: list[Figure] = []
    charts: list[Chart] = []
    bars: list[Bars] = []
    tables: list[Table] = []
    items: list[Item] = []
    texts: list[str] = []


class Content(BaseModel):
    version: Literal[1] = 1
    name: str
    project: str
    tz: str
    start: datetime
    end: datetime
    period: str
    made_at: datetime
    headline: str
    sections: list[Section]
    quiet: str | None
    """Why there is nothing to say."""
    path: str = ""
    """Page of the product that it is about."""
