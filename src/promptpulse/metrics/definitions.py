"""What a project defines by itself: metrics by formula, and numbers for the texts of its scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from promptpulse.metrics.catalogue import Metric, Unit

CUSTOM_PREFIX = "custom."
"""`custom.<key>` names a metric of the project in every query."""
INLINE_PREFIX = "="
"""`=<formula>` is a metric of its own, labelled with its formula."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Of one project, at one moment."""

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    """By key, such as `custom.retry_rate`."""
    mappings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Numbers by text, by name of the score."""


NONE = Definitions()


def custom_metric(
    key: str,
    label: str,
    formula: str,
    unit: Unit = "number",
    better: Literal["up", "down", "neither"] = "neither",
    threshold: float | None = None,
    description: str = "",
) -> Metric:
    """A metric by formula. One that is not a formula is refused when it is asked for."""
    return Metric(key, label, unit, "", description, better, custom=formula, threshold=threshold)
