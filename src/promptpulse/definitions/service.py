"""Custom metrics and latency targets. Functions check the rules and note every change; they never commit.

Call `DefinitionRegistry.forget` after the commit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import exclusive, flush_or
from promptpulse.definitions.models import CustomMetricRow, LatencyTargets
from promptpulse.definitions.shapes import Better, CustomMetricIn, CustomMetricPatch, CustomUnit, TargetsBody
from promptpulse.metrics.catalogue import Metric
from promptpulse.metrics.definitions import CUSTOM_PREFIX, custom_metric
from promptpulse.metrics.grammar import parsed

MAX_METRICS = 200
"""Of a project: every query has them at hand."""
UNITS: dict[str, CustomUnit] = {
    "number": "number", "count": "count", "percent": "percent", "ms": "ms", "tokens": "tokens", "usd": "usd", "score": "score",
}  # fmt: skip
DIRECTIONS: dict[str, Better] = {"up": "up", "down": "down", "neither": "neither"}


def custom_metrics(session: Session, project_id: str) -> Sequence[CustomMetricRow]:
    """By name."""
    of_project = select(CustomMetricRow).where(CustomMetricRow.project_id == project_id)
    return sorted(session.scalars(of_project), key=lambda row: (row.name.casefold(), row.id))


def existing(session: Session, project_id: str, metric_id: str) -> CustomMetricRow:
    """By id or key. Raises NotFound."""
    of = CustomMetricRow.id if is_id(metric_id) else CustomMetricRow.key
    where = (CustomMetricRow.project_id == project_id, of == metric_id)
    row = session.scalar(select(CustomMetricRow).where(*where)) if "\x00" not in metric_id else None
    if row is None:
        raise NotFound(f"there is no custom metric {metric_id!r}; list them with GET /api/v1/metrics/custom")
    return row


def create(session: Session, project_id: str, wanted: CustomMetricIn, by: By) -> CustomMetricRow:
    """Raises Refused for a bad value and Conflict for a name that is taken."""
    exclusive(session, f"custom metrics {project_id}")
    known = session.scalar(
        select(func.count()).select_from(CustomMetricRow).where(CustomMetricRow.project_id == project_id)
    )
    if (known or 0) >= MAX_METRICS:
        raise Conflict(f"the project has {known} custom metrics, and {MAX_METRICS} is the most; delete one")
    name = named(wanted.name, "name")
    row = CustomMetricRow(
        id=uuid7(by.at),
        project_id=project_id,
        key=key_of(name),
        name=name,
        formula=_formula(wanted.formula),
        unit=wanted.unit,
        better=wanted.better,
        threshold=wanted.threshold,
        description=_text(wanted.description),
        created_at=by.at,
        created_by=by.actor,
        updated_at=by.at,
    )
    _check_threshold(row)
    if clash := _clash(session, row):
        raise clash
    session.add(row)
    flush_or(session, _taken(name))
    record(session, project_id, by, "metric.create", row.key, detail={"name": name, "formula": row.formula[:1000]})
    return row


def change(session: Session, project_id: str, metric_id: str, wanted: CustomMetricPatch, by: By) -> CustomMetricRow:
    """What `wanted` names; the key stays. Raises NotFound, Refused and Conflict."""
    exclusive(session, f"custom metrics {project_id}")
    row = existing(session, project_id, metric_id)
    before = (row.name, row.formula, row.unit, row.better, row.threshold, row.description)
    if wanted.name is not None:
        row.name = named(wanted.name, "name")
    if wanted.formula is not None:
        row.formula = _formula(wanted.formula)
    row.unit = wanted.unit or row.unit
    row.better = wanted.better or row.better
    if "threshold" in wanted.model_fields_set:
        row.threshold = wanted.threshold
    if wanted.description is not None:
        row.description = _text(wanted.description)
    _check_threshold(row)
    with session.no_autoflush:
        if clash := _clash(session, row):
            raise clash
    after = (row.name, row.formula, row.unit, row.better, row.threshold, row.description)
    fields = ("name", "formula", "unit", "better", "threshold", "description")
    changed = [field for field, old, new in zip(fields, before, after, strict=True) if old != new]
    if changed:
        row.updated_at = by.at
        flush_or(session, _taken(row.name))
        detail = {"fields": ", ".join(changed), "formula": row.formula[:1000]}
        record(session, project_id, by, "metric.change", row.key, detail=detail)
    return row


def delete(session: Session, project_id: str, metric_id: str, by: By) -> None:
    """Raises NotFound."""
    row = existing(session, project_id, metric_id)
    session.delete(row)
    record(session, project_id, by, "metric.delete", row.key, detail={"name": row.name, "formula": row.formula[:1000]})


def metric_of(row: CustomMetricRow) -> Metric:
    return custom_metric(
        row.key, row.name, row.formula, UNITS[row.unit], DIRECTIONS[row.better], row.threshold, row.description
    )


def key_of(name: str) -> str:
    """`custom.customer_satisfaction` of "Customer satisfaction". Raises Refused for a name without letters and digits."""
    slug = re.sub(r"\W+", "_", name.casefold()).strip("_")
    if not slug:
        raise Refused(f"name: {name!r} has no letter and no digit to make a key of; add one", field="name")
    return f"{CUSTOM_PREFIX}{slug[:100]}"


def targets(session: Session, project_id: str) -> TargetsBody:
    row = session.get(LatencyTargets, project_id)
    if row is None:
        return TargetsBody()
    return TargetsBody(
        p50_latency_ms=row.p50_latency_ms, p95_latency_ms=row.p95_latency_ms, p99_latency_ms=row.p99_latency_ms
    )


def change_targets(session: Session, project_id: str, wanted: TargetsBody, by: By) -> TargetsBody:
    """Raises Refused where a higher percentile has a lower target."""
    for lower, higher in (("p50_latency_ms", "p95_latency_ms"), ("p95_latency_ms", "p99_latency_ms")):
        if getattr(wanted, lower) > getattr(wanted, higher):
            raise Refused(
                f"{higher}: {getattr(wanted, higher):g} is less than {lower}, {getattr(wanted, lower):g};"
                " a higher percentile is never faster",
                field=higher,
            )
    exclusive(session, f"latency targets {project_id}")
    before = targets(session, project_id)
    if wanted != before:
        session.merge(LatencyTargets(project_id=project_id, **wanted.model_dump()))
        shown = {key: f"{value:g}" for key, value in wanted.model_dump().items()}
        record(session, project_id, by, "targets.change", "latency targets", detail=shown)
    return wanted


def _formula(text: str) -> str:
    formula = text.strip()
    parsed(formula)
    return formula


def _text(text: str) -> str:
    if "\x00" in text:
        raise Refused("description: holds a NUL character; remove it", field="description")
    return text.strip()


def _check_threshold(row: CustomMetricRow) -> None:
    if row.threshold is not None and row.better == "neither":
        raise Refused(
            "threshold: needs a direction; say with `better` whether up or down is good, or leave the threshold out",
            field="threshold",
        )


def _clash(session: Session, row: CustomMetricRow) -> Conflict | None:
    others = [
        other for other in custom_metrics(session, row.project_id)
        if other.id != row.id and (other.key == row.key or other.name == row.name)
    ]  # fmt: skip
    return _taken(row.name, others[0]) if others else None


def _taken(name: str, other: CustomMetricRow | None = None) -> Conflict:
    shown = f"{other.name!r} ({other.key})" if other else f"{name!r}"
    return Conflict(f"there is a custom metric {shown} already; choose another name", field="name")
