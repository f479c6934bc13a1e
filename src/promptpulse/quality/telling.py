"""Drift in words."""

from __future__ import annotations

from promptpulse.metrics.drift import Drift, MetricDrift
from promptpulse.quality import shapes

METHOD = (
    "Of each model and day: output tokens of an answer (mean), latency of an answer (geometric mean), share of refused calls."
    " A change is the day that splits the days best; its chance comes from shuffled days, where days that resemble their"
    " neighbours count as fewer. All models and metrics are tested together (Holm): without any change, at most 5 of 100"
    " such lists tell one. The provider changed if the shift lies within prompts, versions and features that are there"
    " before and since (levels are then those of the calls' mix before). Less than 5 % of the level, or 0.5 points of"
    " refusals, is not told. What users ask may change, too: no test of calls tells that from the model."
)
WHY = {
    "provider": "while no prompt changed: the provider changed",
    "own_change": "when another version of a prompt became active: an own change",
    "mix": "because other prompts or features use the model than before",
}


def model_out(of: Drift) -> shapes.ModelDrift:
    return shapes.ModelDrift(
        provider=of.provider or None, model=of.model, snapshot=of.snapshot or None, snapshot_since=of.snapshot_since,
        sentence=sentence(of), metrics=[_metric_out(m) for m in of.metrics],
    )  # fmt: skip


def sentence(of: Drift) -> str:
    """`gpt-4o: answers are 31 % shorter since 2026-11-09, while no prompt changed: the provider changed.`"""
    told = [
        f"{_change(m)} since {m.shift.changed_on}, {WHY[m.shift.cause]}" for m in of.metrics if m.shift.cause in WHY
    ]
    if not told:
        too_few = all(m.shift.cause == "too_few" for m in of.metrics)
        told = ["too few days with calls to tell" if too_few else "no change was found"]
    if of.snapshot:
        told.append(f"since {of.snapshot_since} it answers as {of.snapshot}")
    return f"{of.model}: {'. '.join(t[:1].upper() + t[1:] if i else t for i, t in enumerate(told))}."


def _change(m: MetricDrift) -> str:
    shift = m.shift
    more = (shift.after or 0) > (shift.before or 0)
    if m.of.key == "refusals" or shift.change_percent is None:
        return f"{shift.after or 0:.1f} % of the calls are refused, against {shift.before or 0:.1f} % before,"
    words = {"output_tokens": ("longer", "shorter"), "latency_ms": ("slower", "faster")}[m.of.key]
    return f"answers are {abs(shift.change_percent):.0f} % {words[0] if more else words[1]}"


def _metric_out(of: MetricDrift) -> shapes.DriftMetric:
    shift = of.shift
    return shapes.DriftMetric(
        metric=of.of.key, label=of.of.label, unit=of.of.unit, before=shift.before, after=shift.after,
        change_percent=shift.change_percent, low_percent=shift.low_percent, high_percent=shift.high_percent,
        changed_on=shift.changed_on, cause=shift.cause,
        days=[shapes.DriftPoint(day=day, value=value) for day, value in of.days],
    )  # fmt: skip
