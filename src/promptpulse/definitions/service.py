"""Custom metrics and latency targets. Functions check the rules and note every change; they never commit.

Call `DefinitionRegistry.forget` after the commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

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
    name = _name(wanted.name)
    key = key_of(name)
    _check_threshold(wanted.threshold, wanted.better)
    if clash := _clash(session, project_id, name, key):
        raise clash
    row = CustomMetricRow(
        id=uuid7(by.at),
        project_id=project_id,
        key=key,
        name=name,
        formula=_formula(wanted.formula),
        unit=wanted.unit,
        better=wanted.better,
        threshold=wanted.threshold,
        description=_description(wanted.description),
        created_at=by.at,
        created_by=by.actor,
        updated_at=by.at,
    )
    session.add(row)
    flush_or(session, _taken(name))
    record(session, project_id, by, "metric.create", row.key, detail={"name": name, "formula": row.formula[:1000]})
    return row


def change(session: Session, project_id: str, metric_id: str, wanted: CustomMetricPatch, by: By) -> CustomMetricRow:
    """What `wanted` names; the key stays. Raises NotFound, Refused and Conflict."""
    exclusive(session, f"custom metrics {project_id}")
    row = existing(session, project_id, metric_id)
    given = {
        name: value
        for name, value in wanted.model_dump(exclude_unset=True).items()
        if name in NULLABLE or value is not None
    }
    new = {name: CHECKS[name](value) if name in CHECKS else value for name, value in given.items()}
    changed = {name: value for name, value in new.items() if value != getattr(row, name)}
    if not changed:
        return row
    threshold = wanted.threshold if "threshold" in changed else row.threshold
    _check_threshold(threshold, wanted.better or row.better)
    if "name" in changed and (clash := _clash(session, project_id, changed["name"])):
        raise clash
    for name, value in changed.items():
        setattr(row, name, value)
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


def _name(text: str) -> str:
    return named(text, "name")


def _formula(text: str) -> str:
    formula = text.strip()
    parsed(formula)
    return formula


def _description(text: str) -> str:
    if "\x00" in text:
        raise Refused("description: holds a NUL character; remove it", field="description")
    return text.strip()


CHECKS: dict[str, Callable[[str], str]] = {"name": _name, "formula": _formula, "description": _description}
"""What becomes of the texts that are kept."""
NULLABLE = {"threshold"}


def _check_threshold(threshold: float | None, better: str) -> None:
    if threshold is not None and better == "neither":
        raise Refused(
            "threshold: needs a direction; say with `better` whether up or down is good, or leave the threshold out",
            field="threshold",
        )


def _clash(session: Session, project_id: str, name: str, key: str = "") -> Conflict | None:
    others = [row for row in custom_metrics(session, project_id) if name == row.name or key == row.key]
    return _taken(name, others[0]) if others else None


def _taken(name: str, other: CustomMetricRow | None = None) -> Conflict:
    shown = f"{other.name!r} ({other.key})" if other else f"{name!r}"
    return Conflict(f"there is a custom metric {shown} already; choose another name", field="name")
