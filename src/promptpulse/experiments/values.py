"""Experiments as the hot path and the analysis know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from promptpulse.experiments.shapes import Analysis, Condition, EndCriteria


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    name: str
    prompt: str
    """Name of the prompt."""
    version: int
    version_id: str
    weight: float
    """Percent."""
    control: bool
    stopped: bool = False
    """Nobody gets it any more."""


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """Exactly one of `score`, `metric` and `outcome`; resolved: nothing is left to a default."""

    key: str
    """`score:rating`, `metric:p95_latency_ms`, `outcome:success`; with `:unit` behind a score that is summed by unit."""
    score: str | None
    metric: str | None
    outcome: str | None
    per: Literal["value", "unit"]
    role: Literal["primary", "secondary", "guardrail"]
    better: Literal["up", "down"]
    min_effect: float | None
    """Percent of control."""
    max_harm: float | None
    """Percent of control."""


@dataclass(frozen=True, slots=True)
class WeightsInForce:
    """Who was assigned from `since` on got a variant by these weights, until the next change."""

    since: datetime
    by_variant: Mapping[str, float]
    """Percent, by id of the variant."""


@dataclass(frozen=True, slots=True)
class Experiment:
    id: str
    project: str
    title: str
    status: Literal["draft", "running", "paused", "concluded"]
    unit: Literal["user", "session"]
    traffic: float
    """Percent."""
    salt: str
    """Hashed with the unit; another experiment has another one, so that their splits are independent."""
    targeting: tuple[Condition, ...]
    variants: tuple[Variant, ...]
    metrics: tuple[MetricSpec, ...]
    end: EndCriteria
    analysis: Analysis
    planned_units: int
    """n* of the sequential method: sample goal, else 5,000. Fixed at the start."""
    started_at: datetime | None
    concluded_at: datetime | None
    winner: str | None
    """Id of the variant, once concluded with one."""
    weight_history: tuple[WeightsInForce, ...] = ()
    """Oldest first, from the start on; empty for a draft. A sample-ratio check compares with the weights in force."""

    @property
    def control(self) -> Variant:
        return next(v for v in self.variants if v.control)

    def variant(self, variant_id: str) -> Variant | None:
        return next((v for v in self.variants if v.id == variant_id), None)
