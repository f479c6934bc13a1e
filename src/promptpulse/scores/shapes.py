"""Bodies of the routes of scores and events. Written in camelCase, as the LaikaTest clients send; read in snake_case."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

ScoreType = Literal["int", "float", "bool", "string"]


class ScoreValue(BaseModel):
    name: str
    type: ScoreType
    value: int | float | bool | str


class SubmissionOut(BaseModel):
    """What came in one request."""

    id: str
    experiment_id: str | None
    bucket_id: str | None
    bucket_name: str | None
    scores: list[ScoreValue]
    prompt_id: str | None = Field(description="Name of the prompt.")
    prompt_version: str | None
    user_id: str | None
    session_id: str | None
    trace_id: str | None
    call_id: str | None
    source: str | None
    comment: str | None
    created_at: datetime


class Spread(BaseModel):
    """Of the numbers of one score; booleans count as 0 and 1."""

    count: int
    mean: float
    standard_deviation: float | None = Field(description="null: fewer than two values.")
    min: float
    p25: float
    median: float
    p75: float
    max: float


class BucketScores(BaseModel):
    bucket_id: str
    bucket_name: str
    control: bool
    count: int = Field(description="Submissions.")
    avg_scores: dict[str, float | None] = Field(description="Mean by name; booleans as 0 and 1, strings as mapped.")
    spread: dict[str, Spread]
    bool_rates: dict[str, float] = Field(description="Percent of true, by name of boolean scores.")
    distributions: dict[str, dict[str, int]] = Field(description="How often each text was given, by name.")


class ScoreNames(BaseModel):
    score_names: list[str]
    types: dict[str, list[ScoreType]] = Field(description="Types in which each name was sent.")


class VersionScores(BaseModel):
    prompt_id: str | None = Field(description="Name of the prompt; null: of no known prompt.")
    prompt_version: str | None
    name: str
    type: ScoreType
    count: int
    mean: float | None = Field(description="null: texts without numbers.")
    bool_rate: float | None = Field(description="Percent of true; null for other types.")


class Mappings(BaseModel):
    """Numbers for the texts of string scores, by name: `{"feedback": {"positive": 1, "negative": 0}}`."""

    mappings: dict[str, dict[str, float]]


class EventOut(BaseModel):
    id: str
    kind: Literal["assignment", "outcome"]
    experiment_id: str
    variant_id: str
    variant_name: str
    outcome: str | None
    score: float | None
    user_id: str | None
    session_id: str | None
    prompt_id: str | None = Field(description="Name of the prompt.")
    prompt_version: str | None
    trace_id: str | None
    call_id: str | None
    context: dict[str, JsonValue]
    metadata: dict[str, JsonValue]
    created_at: datetime


class Stored(BaseModel):
    id: str = Field(description="Of the submission or event; `sdkEventId` where one was sent.")
    duplicate: bool = Field(description="It was stored before: a retry is harmless.")
