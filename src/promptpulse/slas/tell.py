"""What objectives tell incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from promptpulse.incidents.signals import Signal
from promptpulse.incidents.wording import duration, figure
from promptpulse.metrics import Filter
from promptpulse.metrics.burn import Assessment, Burning
from promptpulse.notify.messages import Severity
from promptpulse.slas import service
from promptpulse.slas.models import SlaRow
from promptpulse.slas.present import amount
from promptpulse.slas.shapes import SlaIn

SPEEDS: Final = ("page", "ticket", "spent")
SEVERITIES: dict[str, Severity] = {"page": "critical", "ticket": "warning", "spent": "warning"}
LABELS = {
    "availability": "Answered calls", "downtime": "Answered calls", "latency": "Calls fast enough",
    "success_rate": "Success rate", "score": "Scores good enough",
}  # fmt: skip


def signal_of(
    row: SlaRow, wanted: SlaIn, where: tuple[Filter, ...], speed: str, found: Assessment, now: datetime
) -> Signal:
    """`speed`: one of `SPEEDS`."""
    burning = next((w for w in found.windows if w.pair.speed == speed and w.burning), None)
    return Signal(
        project_id=row.project_id,
        source="sla",
        source_id=row.id,
        series=speed,
        name=row.name,
        alert_type="sla_burn" if burning else "sla_violated",
        severity=SEVERITIES[speed],
        metric=service.goal_of(wanted.objective).percent,
        metric_label=LABELS[wanted.objective.kind],
        unit="percent",
        direction="below",
        value=burning.good(wanted.target) if burning else found.tally.compliance,
        threshold=burning.least_good(wanted.target) if burning else wanted.target,
        since=now,
        where=where,
        window_s=round(burning.pair.long.total_seconds()) if burning else 86_400,
        channels=None if wanted.channels is None else tuple(wanted.channels),
        runbook=wanted.runbook,
        text=text_of(found, burning, now),
    )


def text_of(found: Assessment, burning: Burning | None, now: datetime) -> str:
    """The first sentence becomes a title."""
    if burning is None or burning.long_burn is None:
        over = amount(-(found.budget.minutes_left or 0))
        return f"The error budget is spent. {amount(found.budget.minutes)} minutes were allowed, {over} more were bad."
    long, short = duration(burning.pair.long), duration(burning.pair.short)
    factor = burning.pair.factor
    parts = [
        f"The error budget burns {figure(burning.long_burn, 'number')} times as fast as allowed.",
        f"That is over {long}; over {short} it is {figure(burning.short_burn or 0, 'number')} times. It alerts above {factor:g}.",
    ]
    left = found.budget
    if left.left_share is not None and left.left_share >= 0:
        parts.append(f"{left.left_share:.0f} % of the budget is left.")
    if found.gone_at is not None:
        parts.append(f"At the rate of the last hour it is gone in {duration(found.gone_at - now)}.")
    return " ".join(parts)


def clear_reason(speed: str) -> str:
    return "the budget is not overspent any more" if speed == "spent" else "the error budget no longer burns too fast"
