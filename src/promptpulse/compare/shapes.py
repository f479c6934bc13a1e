"""Bodies of the routes that compare prompts and versions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import RangeIn, Text


class SubjectIn(Input):
    prompt_id: Annotated[Text, Field(min_length=1, max_length=256)]
    prompt_version: Annotated[Text | None, Field(max_length=256, description="null: all versions.")] = None


class CompareIn(RangeIn):
    subjects: Annotated[list[SubjectIn], Field(min_length=2, max_length=3)]
    metrics: Annotated[
        list[Text] | None,
        Field(max_length=20, description="Keys of the catalogue, also custom ones; the usual ones when absent."),
    ] = None


class ComparedValue(BaseModel):
    value: float | None
    low: float | None = Field(description="Bounds of the value; null where it has no known error.")
    high: float | None
    rank: int | None = Field(description="1 is best; equal where the difference may be noise. null: not ranked.")


class ComparedRow(BaseModel):
    key: str
    label: str
    unit: str
    better: Literal["up", "down", "neither"]
    values: list[ComparedValue]
    winner: int | None = Field(description="Index of the subject that is best by more than noise.")
    note: str = Field(description="Why there is no winner, where there is none.")


class ComparedSubject(BaseModel):
    prompt_id: str
    prompt_version: str | None
    label: str
    calls: int
    users: int
    place: int | None = Field(description="1st, 2nd or 3rd over all ranked metrics; equal where noise decides.")


class CompareOut(BaseModel):
    subjects: list[ComparedSubject]
    rows: list[ComparedRow]
    winner: int | None = Field(description="Index of the subject that wins somewhere and loses nowhere.")
    summary: str
    level: float = Field(description="Percent that the intervals hold, all comparisons of a row together.")
    method: str


class VersionsIn(RangeIn):
    prompt_id: Annotated[Text, Field(min_length=1, max_length=256)]
    versions: Annotated[
        list[Text] | None, Field(min_length=2, max_length=2, description="Old and new; the two newest when absent.")
    ] = None


class VersionsOut(BaseModel):
    decision: Literal["better", "worse", "mixed", "no_difference", "too_few"]
    title: str = Field(examples=["Prompt summarize v2.0 vs v2.1 (7 days)"])
    sentence: str = Field(
        examples=["v2.1 is better: 98% success against 95%, 1,200ms p95 against 1,500ms p95 → migrate all traffic"]
    )
    lines: list[str] = Field(
        description="One a version, old first.", examples=[["v2.0: 95% success, 1,500ms p95, $0.018/req"]]
    )
    evidence: CompareOut | None
