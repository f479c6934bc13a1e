"""From what was measured to what is sent."""

from __future__ import annotations

from promptpulse.metrics.variation import Consistency, Given, Spread, Summary
from promptpulse.quality import shapes


def summary_out(of: Summary, calls: int | None) -> shapes.ScoreSummary:
    return shapes.ScoreSummary(
        name=of.name, type=of.kind, count=of.count, mean=of.mean, true_percent=of.true_percent,
        shares=[shapes.Share(text=t.text, count=t.count, percent=t.percent) for t in of.texts],
        mean_before=of.before, calls=calls,
    )  # fmt: skip


def consistency_out(of: Consistency) -> shapes.ConsistencyRow:
    return shapes.ConsistencyRow(
        prompt_id=of.prompt_id, prompt_version=of.prompt_version or None, calls=of.calls,
        output_tokens=variation_out(of.output_tokens), latency_ms=variation_out(of.latency_ms),
        scores=[shapes.NamedVariation(name=name, spread=variation_out(spread)) for name, spread in of.scores.items()],
    )  # fmt: skip


def variation_out(of: Spread) -> shapes.Variation:
    return shapes.Variation(
        count=of.count, mean=of.mean, deviation=of.deviation, relative=of.relative, p10=of.p10, p50=of.p50, p90=of.p90
    )


def feedback_out(of: Given) -> shapes.Feedback:
    value: float | bool | str | None = of.text if of.type == "string" else of.number
    if of.type == "bool":
        value = None if of.number is None else bool(of.number)
    return shapes.Feedback(
        at=of.at, name=of.name, value=value, comment=of.comment or None, source=of.source or None,
        user_id=of.user_id or None, prompt_id=of.prompt_id or None, prompt_version=of.prompt_version or None,
        call_id=of.call_id or None, trace_id=of.trace_id or None,
    )  # fmt: skip
