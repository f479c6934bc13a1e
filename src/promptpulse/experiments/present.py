"""Experiments as they go over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

from promptpulse.experiments import service, shapes
from promptpulse.experiments.models import ExperimentRow
from promptpulse.experiments.values import MetricSpec
from promptpulse.metrics import METRICS

DAY = timedelta(days=1)


def experiment_out(row: ExperimentRow, units: int, now: datetime) -> shapes.ExperimentOut:
    """`units`: how many were assigned."""
    return shapes.ExperimentOut(
        id=row.id,
        title=row.title,
        hypothesis=row.hypothesis,
        status=row.status,
        unit=row.unit,
        traffic=row.traffic,
        targeting=[shapes.Condition.model_validate(c) for c in row.targeting],
        variants=[
            shapes.VariantOut(
                id=v.id, name=v.name, prompt=v.prompt, prompt_id=v.prompt_id, version=v.version, weight=v.weight,
                control=v.control, stopped_at=v.stopped_at,
            )
            for v in row.variants
        ],
        metrics=[metric_out(spec, row.unit) for spec in service.specs(row)],
        end=shapes.EndCriteria.model_validate(row.end_criteria),
        analysis=shapes.Analysis.model_validate(row.analysis),
        notes=row.notes,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        paused_at=row.paused_at,
        concluded_at=row.concluded_at,
        conclusion=shapes.Conclusion.model_validate(row.conclusion) if row.conclusion else None,
        progress=progress(row, units, now),
    )  # fmt: skip


def metric_out(spec: MetricSpec, unit: str) -> shapes.MetricOut:
    label, measured_in = _label(spec, unit)
    return shapes.MetricOut(
        key=spec.key, label=label, unit=measured_in, score=spec.score, metric=spec.metric, outcome=spec.outcome,
        per=spec.per, role=spec.role, better=spec.better, min_effect=spec.min_effect, max_harm=spec.max_harm,
    )  # fmt: skip


def _label(spec: MetricSpec, unit: str) -> tuple[str, str]:
    if spec.metric is not None:
        metric = METRICS[spec.metric]
        return metric.label, metric.unit
    if spec.outcome is not None:
        return f"{unit.capitalize()}s with {spec.outcome}", "percent"
    score = spec.score or ""
    return (f"{score} per {unit}" if spec.per == "unit" else score), "score"


def progress(row: ExperimentRow, units: int, now: datetime) -> shapes.Progress:
    """Towards the end criteria. Whether a verdict is reached is not known here."""
    if row.started_at is None:
        return shapes.Progress(units=units, percent=None, days_running=None, ended_by=None)
    end = shapes.EndCriteria.model_validate(row.end_criteria)
    until = row.concluded_at or now
    shares: dict[shapes.EndedBy, float] = {}
    if end.sample_goal is not None:
        shares["sample_goal"] = units / end.sample_goal
    if end.end_at is not None:
        shares["end_at"] = (until - row.started_at) / max(end.end_at - row.started_at, timedelta(seconds=1))
    reached = [criterion for criterion, share in shares.items() if share >= 1 and row.concluded_at is None]
    return shapes.Progress(
        units=units,
        percent=min(100.0, 100 * max(shares.values())) if shares else None,
        days_running=(until - row.started_at) / DAY,
        ended_by=reached[0] if reached else None,
    )


def ends_by_decision(out: shapes.ExperimentOut) -> bool:
    """Whether a verdict would end it, which nothing else has."""
    return out.end.on_decision and out.status in {"running", "paused"} and out.progress.ended_by is None
