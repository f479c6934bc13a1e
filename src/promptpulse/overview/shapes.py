"""What the Overview says beside the metrics."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

ActivityKind = Literal[
    "prompt_created",
    "version_created",
    "deployed",
    "rolled_back",
    "archived",
    "experiment_created",
    "experiment_started",
    "experiment_paused",
    "experiment_concluded",
    "other",
]


class RateUsage(BaseModel):
    limit_per_minute: int = Field(description="Requests a key may make in a minute.")
    used: int = Field(description="Requests of the busiest key in this minute.")
    percent: float = Field(description="Of the limit; over 100 when requests were refused.")


class ActivityItem(BaseModel):
    at: datetime
    by: str
    kind: ActivityKind
    text: str = Field(examples=["support-reply: version 4 is served in production"])
    prompt: str | None = Field(description="Name of the prompt it is about.")
    experiment_id: str | None


class OverviewOut(BaseModel):
    prompts: int
    prompt_versions: int
    active_experiments: int
    rate: RateUsage
    activity: list[ActivityItem] = Field(description="Newest first, 20 at most.")
