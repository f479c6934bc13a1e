"""What rules, objectives and budgets tell incidents: that a thing has begun to be wrong, still is, or is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from promptpulse.metrics import Filter
from promptpulse.notify.messages import Severity

Source = Literal["rule", "sla", "budget", "action"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One series of one source that is wrong now. `(source, source_id, series)` names its alert while that is open."""

    project_id: str
    source: Source
    source_id: str
    series: str
    """`series_key` of `group`; "" for what is not grouped."""
    name: str
    """Of the rule, objective or budget."""
    alert_type: str
    """As programs know it, such as latency_spike, error_rate, traffic_spike, success_drop, cost_anomaly, no_data, sla_burn."""
    severity: Severity
    metric: str
    """Key as queries take it; "" where none fits."""
    metric_label: str
    unit: str
    direction: Literal["above", "below"]
    value: float | None
    """None: there is no data."""
    threshold: float | None
    since: datetime
    """When the condition began to hold."""
    where: tuple[Filter, ...] = ()
    """Of the source."""
    group: Mapping[str, str | None] = field(default_factory=dict)
    """Value by dimension of this series."""
    window_s: int = 300
    """Length of the time range that a value is of."""
    channels: tuple[str, ...] | None = None
    """Ids; None: those of the project for the severity."""
    runbook: str = ""
    text: str = ""
    """A sentence that says what is wrong, worded by the source."""


def series_key(group: Mapping[str, str | None]) -> str:
    """The same text for the same group, whatever its order."""
    parts = (f"{name}={'' if value is None else value!r}" for name, value in sorted(group.items()))
    return ",".join(parts)
