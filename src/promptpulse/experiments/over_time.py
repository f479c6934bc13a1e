"""A metric of an experiment over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from promptpulse.core.errors import NotFound
from promptpulse.core.times import BUCKETS, auto_bucket, edges
from promptpulse.experiments import shapes, stats
from promptpulse.experiments.analysis import compared, percent
from promptpulse.experiments.measured import Measured, Subject, measured, score_key
from promptpulse.experiments.present import metric_out
from promptpulse.experiments.values import Experiment, MetricSpec
from promptpulse.metrics import BadQuery, zone
from promptpulse.metrics.cumulated import Series, call_series, outcome_series, score_series
from promptpulse.metrics.estimates import Estimate, Moments
from promptpulse.metrics.units import Cohort, Population, cohort_of
from promptpulse.store import Store

MOST_BUCKETS = 400


def trend(store: Store, subject: Subject, people: Population, key: str, bucket: str, tz: str) -> shapes.TrendOut:
    """Of the metric `key` of the experiment. Lifts are always valid, whatever the method of the results, because a line
    over time is nothing but peeking; and without the history of the units, so that every point is read alike.

    Raises `NotFound` for another metric, `BadQuery` for a bucket that does not fit."""
    e, scope = subject.experiment, subject.scope
    spec = next((spec for spec in e.metrics if spec.key == key), None)
    if spec is None:
        keys = ", ".join(spec.key for spec in e.metrics) or "none"
        raise NotFound(f"metric: {key!r} is no metric of this experiment; it has {keys}", field="metric")
    if bucket != "auto" and bucket not in BUCKETS:
        raise BadQuery(f"bucket: {bucket!r} is not one of auto, {', '.join(BUCKETS)}", field="bucket")
    if scope is None:
        out = metric_out(spec, e.unit)
        return shapes.TrendOut(
            metric=key, label=out.label, unit=out.unit, bucket=bucket, buckets=[],
            series=[shapes.TrendSeries(variant_id=v.id, values=[], cumulated=[], units=[]) for v in e.variants],
            lifts=[shapes.TrendLift(variant_id=v.id, lift=[], low=[], high=[]) for v in e.variants if not v.control],
        )  # fmt: skip
    name = auto_bucket(scope.start, scope.end) if bucket == "auto" else bucket
    starts = edges(scope.start, scope.end, BUCKETS[name], zone(tz))
    if len(starts) > MOST_BUCKETS:
        raise BadQuery(
            f"bucket: {name} cuts the experiment into more than {MOST_BUCKETS} pieces; take a larger one",
            field="bucket",
        )
    cohort = cohort_of(scope, people)
    whole = measured(store, subject, cohort, [spec], None)[0].metrics[0]
    series = dict(zip(scope.variants, _series(store, subject, cohort, whole, starts), strict=True))
    until = {v: [_estimate(point, whole) for point in s.until] for v, s in series.items()}
    return shapes.TrendOut(
        metric=key, label=whole.label, unit=whole.unit, bucket=name, buckets=starts,
        series=[
            shapes.TrendSeries(
                variant_id=v.id,
                values=[_scaled(value, whole.scale) for value in series[v.id].alone],
                cumulated=[_scaled(e_.value if e_ else None, whole.scale) for e_ in until[v.id]],
                units=list(series[v.id].units),
            )
            for v in e.variants
        ],
        lifts=[_lift(e, whole, v.id, until) for v in e.variants if not v.control],
    )  # fmt: skip


def _series(
    store: Store, subject: Subject, cohort: Cohort, whole: Measured, starts: Sequence[datetime]
) -> list[Series]:
    spec: MetricSpec = whole.spec
    if spec.metric:
        values = [estimate.value if estimate else None for estimate in whole.raw.values()]
        return call_series(store, cohort, spec.metric, starts, values)
    if spec.outcome:
        return outcome_series(store, cohort, spec.outcome, starts)
    return score_series(store, cohort, score_key(spec, subject.mappings), starts)


def _estimate(point: Moments | Estimate | None, metric: Measured) -> Estimate | None:
    if not isinstance(point, Moments):
        return point
    bounds = (0.0, 1.0) if metric.scale == 100 else None
    return stats.estimate(point, metric.kind, variance_reduction=False, bounds=bounds)


def _lift(
    e: Experiment, metric: Measured, variant: str, until: Mapping[str, Sequence[Estimate | None]]
) -> shapes.TrendLift:
    found: list[stats.Comparison | None] = []
    for control, treatment in zip(until[e.control.id], until[variant], strict=True):
        enough = control and treatment and min(control.units, treatment.units) >= e.analysis.min_units
        found.append(
            compared(e, metric.kind, control, treatment, "sequential") if enough and control and treatment else None
        )
    return shapes.TrendLift(
        variant_id=variant,
        lift=[percent(c.lift) if c else None for c in found],
        low=[percent(c.lift_low) if c else None for c in found],
        high=[percent(c.lift_high) if c else None for c in found],
    )


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
