"""Why a unit gets what it gets, step by step, in words. Pure; decides by the same functions as an evaluation."""

from __future__ import annotations

from dataclasses import replace

from promptpulse.core.times import rfc3339
from promptpulse.experiments.assign import (
    Context,
    check,
    decide,
    hash_input,
    hashed,
    limits,
    picked,
    takes_part,
    unit_of,
)
from promptpulse.experiments.assigner import Kept
from promptpulse.experiments.shapes import ExplainOut, ExplainStep
from promptpulse.experiments.values import Experiment

STATUS = {
    "draft": "the experiment is a draft: nobody is assigned; below is what would happen",
    "running": "the experiment is running",
    "paused": "the experiment is paused: who was assigned keeps the variant, others get control",
    "concluded": "the experiment is concluded: everybody gets the winner, or control without one",
}


def explain(experiment: Experiment, context: Context, kept: Kept | None) -> ExplainOut:
    """`kept`: the stored assignment of the unit. Of a draft: what would happen if it ran."""
    unit_id = unit_of(context).id(experiment.unit)
    asked = replace(experiment, status="running") if experiment.status == "draft" else experiment
    decision = decide(asked, unit_id, context, kept.variant_id if kept else None, chance=0)
    is_draft = experiment.status == "draft"
    variant = None if decision.reason == "no_unit" else decision.variant
    return ExplainOut(
        unit_id=unit_id or None,
        enrolled=decision.enrolled and not is_draft,
        reason="draft" if is_draft else decision.reason,
        variant_id=variant.id if variant else None,
        variant_name=variant.name if variant else None,
        stored_at=kept.assigned_at if kept else None,
        hash_input=hash_input(experiment, "variant", unit_id) if unit_id else None,
        hash_value=hashed(experiment, "variant", unit_id) if unit_id else None,
        steps=_until_decided(
            [_status(experiment), _unit(experiment, unit_id), _stored(experiment, kept)],
            _targeting(experiment, context) + _hashes(experiment, unit_id),
            decided=kept is not None or experiment.status in {"paused", "concluded"},
        ),
    )


def _until_decided(first: list[ExplainStep], others: list[ExplainStep], *, decided: bool) -> list[ExplainStep]:
    """All steps; those behind the one that decided were not reached."""
    steps = first
    for step in others:
        steps = [*steps, step.model_copy(update={"passed": None}) if decided else step]
        decided = decided or step.passed is False
    return steps


def _status(experiment: Experiment) -> ExplainStep:
    return ExplainStep(step="status", passed=experiment.status == "running", detail=STATUS[experiment.status])


def _unit(experiment: Experiment, unit_id: str) -> ExplainStep:
    other = "session" if experiment.unit == "user" else "user"
    if unit_id:
        detail = f"the unit is the {experiment.unit}, or the {other} without one: {unit_id!r}"
    else:
        detail = "the context has no userId and no sessionId: any variant, which is not stored and not counted"
    return ExplainStep(step="unit", passed=bool(unit_id), detail=detail)


def _stored(experiment: Experiment, kept: Kept | None) -> ExplainStep:
    if kept is None:
        return ExplainStep(step="assignment", passed=False, detail="the unit was not assigned before")
    variant = experiment.variant(kept.variant_id)
    name = variant.name if variant else kept.variant_id
    detail = f"assigned to {name!r} at {rfc3339(kept.assigned_at)}; it keeps that, whatever has changed since"
    if variant is not None and variant.stopped:
        detail = f"assigned to {name!r} at {rfc3339(kept.assigned_at)}; that is stopped, so it gets the control"
    return ExplainStep(step="assignment", passed=True, detail=detail)


def _targeting(experiment: Experiment, context: Context) -> list[ExplainStep]:
    if not experiment.targeting:
        return [ExplainStep(step="targeting", passed=True, detail="there are no conditions")]
    checks = [check(condition, context) for condition in experiment.targeting]
    return [ExplainStep(step="targeting", passed=found.holds, detail=found.detail) for found in checks]


def _hashes(experiment: Experiment, unit_id: str) -> list[ExplainStep]:
    if not unit_id:
        return []
    traffic = hashed(experiment, "traffic", unit_id)
    takes = takes_part(experiment, unit_id)
    value = hashed(experiment, "variant", unit_id)
    variant = picked(experiment.variants, value)
    place = experiment.variants.index(variant)
    lower = [0.0, *limits(experiment.variants)][place]
    upper = limits(experiment.variants)[place]
    return [
        ExplainStep(
            step="traffic",
            passed=takes,
            detail=f"the traffic hash {traffic:.4f} is {'below' if takes else 'not below'} {experiment.traffic:g}",
        ),
        ExplainStep(
            step="variant",
            passed=True,
            detail=f"the variant hash {value:.4f} lies between {lower:g} and {upper:g}, the range of {variant.name!r}"
            + ("; that is stopped, so the unit gets the control" if variant.stopped else ""),
        ),
    ]
