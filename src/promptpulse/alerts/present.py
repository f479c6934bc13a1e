"""Rules and the states of their series, on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from promptpulse.accounts.values import ProjectRef
from promptpulse.alerts.models import RuleHealthRow, RuleRow, RuleStateRow
from promptpulse.alerts.ready_made import TEMPLATES
from promptpulse.alerts.service import body_of
from promptpulse.alerts.shapes import HealthOut, NoData, Phase, RuleIn, RuleOut, StateOut, StatesOut
from promptpulse.alerts.state import FIRING, PHASES, State, fires_at, unpacked
from promptpulse.alerts.watching import Watch
from promptpulse.alerts.wording import alert_type, direction_of
from promptpulse.metrics import BadQuery, Definitions

WORST: Mapping[str, int] = {"firing": 0, "recovering": 1, "pending": 2, "no_data": 3, "ok": 4}


@dataclass(frozen=True, slots=True)
class _Standing:
    """Of all series of a rule."""

    phase: Phase = "ok"
    firing: int = 0
    last_fired_at: datetime | None = None


def rules_out(
    session: Session, project: ProjectRef, rows: Sequence[RuleRow], definitions: Definitions
) -> list[RuleOut]:
    ids = [row.id for row in rows]
    standings: dict[str, _Standing] = {}
    health: dict[str, RuleHealthRow] = {}
    for at in range(0, len(ids), 400):
        some = ids[at : at + 400]
        counted = (
            select(RuleStateRow.rule_id, RuleStateRow.phase, func.count(), func.max(RuleStateRow.fired_at))
            .where(RuleStateRow.rule_id.in_(some))
            .group_by(RuleStateRow.rule_id, RuleStateRow.phase)
        )
        for rule_id, phase, count, fired_at in session.execute(counted):
            before = standings.get(rule_id, _Standing())
            standings[rule_id] = _Standing(
                phase=min(before.phase, PHASES[phase], key=WORST.__getitem__),
                firing=before.firing + (count if phase in FIRING else 0),
                last_fired_at=max(filter(None, (before.last_fired_at, fired_at)), default=None),
            )
        for row in session.scalars(select(RuleHealthRow).where(RuleHealthRow.rule_id.in_(some))):
            health[row.rule_id] = row
    return [
        _rule_out(project, row, definitions, standings.get(row.id, _Standing()), health.get(row.id)) for row in rows
    ]


def _rule_out(
    project: ProjectRef, row: RuleRow, definitions: Definitions, standing: _Standing, health: RuleHealthRow | None
) -> RuleOut:
    body = body_of(row)
    watch = Watch(row.id, row.project_id, row.revision, body, project.time_zone, definitions)
    try:
        label, unit, better = watch.metric.label, watch.metric.unit, watch.metric.better
        kind = alert_type(watch.metric, direction_of(body), missing=isinstance(body.condition, NoData))
    except BadQuery:  # a metric of the project that was deleted; the health says so
        label, unit, better, kind = body.metric, "number", "neither", "metric_above"
    template = TEMPLATES.get(body.template or "")
    return RuleOut(
        **{**dict(body), "name": row.name, "enabled": row.enabled},
        id=row.id,
        ready_made=row.ready_made,
        changed=template is not None and _said(body) != _said(template.rule),
        metric_label=label,
        unit=unit,
        better=better,
        alert_type=kind,
        phase=standing.phase,
        firing=standing.firing,
        last_fired_at=standing.last_fired_at,
        health=health_out(row, health),
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _said(body: RuleIn) -> dict[str, object]:
    """What a template decides."""
    return body.model_dump(exclude={"name", "channels", "enabled"})


def health_out(row: RuleRow, health: RuleHealthRow | None) -> HealthOut:
    if health is None:
        return HealthOut(
            status="waiting" if row.enabled else "off", evaluated_at=None, error=None, failing_since=None, duration_ms=None,
            rows_read=None, series=None, series_total=None,
        )  # fmt: skip
    status: Literal["ok", "failing", "waiting", "off"] = (
        "off" if not row.enabled else "failing" if health.error else "ok" if health.evaluated_at else "waiting"
    )
    total = health.series_total
    limit = body_of(row).series_limit
    return HealthOut(
        status=status,
        evaluated_at=health.evaluated_at,
        error=health.error,
        failing_since=health.failing_since,
        duration_ms=health.duration_ms,
        rows_read=health.rows_read,
        series=None if total is None else min(total, limit),
        series_total=total,
        note=health.note,
    )


def states_out(session: Session, project: ProjectRef, row: RuleRow, definitions: Definitions) -> StatesOut:
    health = session.get(RuleHealthRow, row.id, options=[undefer(RuleHealthRow.readings)])
    watch = Watch(row.id, row.project_id, row.revision, body_of(row), project.time_zone, definitions)
    kept = {
        state.series: state for state in session.scalars(select(RuleStateRow).where(RuleStateRow.rule_id == row.id))
    }
    evaluated_at = health.evaluated_at if health else None
    found: dict[str, StateOut] = {}
    for reading in health.readings if health else ():
        assert isinstance(reading, list)  # noqa: S101 - written by the evaluator
        series, group, value, low, high, samples = reading
        found[str(series)] = _state_out(
            watch, str(series), cast("dict[str, str | None]", group), kept.get(str(series)), evaluated_at,
            cast("tuple[float | None, float | None, float | None, int]", (value, low, high, samples)),
        )  # fmt: skip
    for series, state in kept.items():
        if series not in found and state.phase != "ok":
            found[series] = _state_out(watch, series, state.group, state, evaluated_at, (None, None, None, 0))
    worst = sorted(found.values(), key=lambda one: (WORST[one.phase], -(one.samples or 0), one.series))
    return StatesOut(states=worst, health=health_out(row, health))


def _state_out(
    watch: Watch,
    series: str,
    group: Mapping[str, str | None],
    kept: RuleStateRow | None,
    evaluated_at: datetime | None,
    reading: tuple[float | None, float | None, float | None, int],
) -> StateOut:
    value, low, high, samples = reading
    state = State() if kept is None else unpacked(kept.state)
    try:
        fires = fires_at(watch.policy, replace(state, last_at=evaluated_at))
    except BadQuery:
        fires = None
    return StateOut(
        series=series,
        group=dict(group),
        phase=state.phase,
        since=state.since,
        value=value,
        low=low,
        high=high,
        samples=samples,
        evaluated_at=evaluated_at,
        fires_at=fires,
        held_back=state.held_back,
    )
