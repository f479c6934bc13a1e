"""How the values of a score are spread in each variant."""

from __future__ import annotations

from promptpulse.core.errors import NotFound
from promptpulse.experiments import shapes
from promptpulse.experiments.measured import Subject
from promptpulse.metrics.histogram import histogram
from promptpulse.metrics.units import Population, cohort_of
from promptpulse.store import Store


def distribution(store: Store, subject: Subject, people: Population, score: str) -> shapes.DistributionOut:
    """Of values, not of units. Raises `NotFound` for a score that is no metric and that nobody gave."""
    e, scope = subject.experiment, subject.scope
    found = histogram(store, cohort_of(scope, people), score) if scope else None
    if found is None:
        if all(spec.score != score for spec in e.metrics):
            raise NotFound(
                f"score: nobody gave {score!r} in this experiment; see GET /api/v1/scores/experiments/{e.id}/score-names",
                field="score",
            )
        return shapes.DistributionOut(name=score, type="number", bars=[], other=0)
    ids = [v.id for v in e.variants]
    return shapes.DistributionOut(
        name=score,
        type=found.type,
        bars=[
            shapes.Bar(
                low=bar.low, high=bar.high, label=bar.label,
                share={
                    v: 100 * n / total
                    for v, n, total in zip(ids, bar.counts, found.totals, strict=True)
                    if total
                },
                count=dict(zip(ids, bar.counts, strict=True)),
            )
            for bar in found.bars
        ],
        other=found.other,
    )  # fmt: skip
