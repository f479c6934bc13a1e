"""Lists of alerts and incidents, and from rows to the bodies of routes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import User
from promptpulse.accounts.text import is_id
from promptpulse.definitions.asked import FilterIn
from promptpulse.incidents import remedies, shapes
from promptpulse.incidents.life import NEXT, OPEN, SEVERITIES, STATUSES
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.incidents.service import alerts_of
from promptpulse.incidents.silences import SOURCES
from promptpulse.incidents.wording import OPS, filters_of

KINDS: Mapping[str, shapes.EventKind] = {kind: kind for kind in shapes.EVENT_KINDS}


@dataclass(frozen=True, slots=True)
class WantedAlerts:
    """None: whichever."""

    status: str | None = None
    source: str | None = None
    source_id: str | None = None
    severity: str | None = None
    silenced: bool | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class WantedIncidents:
    """None: whichever."""

    statuses: Sequence[str] | None = None
    open_only: bool = False
    severity: str | None = None
    assignee: str | None = None
    prompt: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def alerts(
    session: Session, project_id: str, wanted: WantedAlerts, limit: int, offset: int
) -> tuple[Sequence[AlertRow], int]:
    """A page, newest first, and how many there are in all."""
    which = [AlertRow.project_id == project_id, *_choosing_alerts(wanted)]
    total = session.scalar(select(func.count()).select_from(AlertRow).where(*which)) or 0
    newest = select(AlertRow).where(*which).order_by(AlertRow.fired_at.desc(), AlertRow.id.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def _choosing_alerts(wanted: WantedAlerts) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        which.append(AlertRow.open_key.is_not(None) if wanted.status == "firing" else AlertRow.open_key.is_(None))
    if wanted.source is not None:
        which.append(AlertRow.source == wanted.source)
    if wanted.source_id is not None:
        which.append(false() if "\x00" in wanted.source_id else AlertRow.source_id == wanted.source_id)
    if wanted.severity is not None:
        which.append(AlertRow.severity == wanted.severity)
    if wanted.silenced is not None:
        which.append(AlertRow.silence_id.is_not(None) if wanted.silenced else AlertRow.silence_id.is_(None))
    if wanted.start is not None:
        which.append(or_(AlertRow.cleared_at.is_(None), AlertRow.cleared_at >= wanted.start))
    if wanted.end is not None:
        which.append(AlertRow.fired_at < wanted.end)
    return which


def incidents(
    session: Session, project_id: str, wanted: WantedIncidents, limit: int, offset: int
) -> tuple[Sequence[IncidentRow], int]:
    """A page, newest first, and how many there are in all."""
    which = [IncidentRow.project_id == project_id, *_choosing_incidents(wanted)]
    total = session.scalar(select(func.count()).select_from(IncidentRow).where(*which)) or 0
    newest = select(IncidentRow).where(*which).order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def _choosing_incidents(wanted: WantedIncidents) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = []
    if wanted.statuses:
        which.append(IncidentRow.status.in_(wanted.statuses))
    if wanted.open_only:
        which.append(IncidentRow.status.in_(OPEN))
    if wanted.severity is not None:
        which.append(IncidentRow.severity == wanted.severity)
    if wanted.assignee is not None:
        which.append(IncidentRow.assignee_id == wanted.assignee if is_id(wanted.assignee) else false())
    if wanted.prompt is not None:
        scope = cast(IncidentRow.scope, Text)  # JSON text, in which letters outside ASCII are escaped
        any_prompt = or_(~scope.contains('"prompt_id": [', autoescape=True), scope.contains('"prompt_id": []'))
        which.append(or_(any_prompt, scope.contains(json.dumps(wanted.prompt), autoescape=True)))
    if wanted.start is not None:
        which.append(or_(IncidentRow.resolved_at.is_(None), IncidentRow.resolved_at >= wanted.start))
    if wanted.end is not None:
        which.append(IncidentRow.began_at < wanted.end)
    return which


def incidents_out(session: Session, rows: Sequence[IncidentRow]) -> list[shapes.IncidentOut]:
    ids = [row.id for row in rows]
    counted = session.execute(
        select(AlertRow.incident_id, func.count(), func.count(AlertRow.open_key), func.min(AlertRow.id))
        .where(AlertRow.incident_id.in_(ids))
        .group_by(AlertRow.incident_id)
    ).all()
    counts = {incident: (alerts, firing) for incident, alerts, firing, _ in counted}
    # ids are in order of time: the least is of the first alert
    firsts = session.scalars(select(AlertRow).where(AlertRow.id.in_([first for *_, first in counted])))
    first_of = {alert.incident_id: alert for alert in firsts}
    assignees = {row.assignee_id for row in rows if row.assignee_id is not None}
    people = {user.id: user for user in session.scalars(select(User).where(User.id.in_(assignees)))}
    return [
        incident_out(row, counts.get(row.id, (0, 0)), first_of.get(row.id), people.get(row.assignee_id or ""))
        for row in rows
    ]


def incident_out(
    row: IncidentRow, counts: tuple[int, int], first: AlertRow | None, assignee: User | None
) -> shapes.IncidentOut:
    cause = row.cause or {}
    return shapes.IncidentOut(
        id=row.id,
        title=row.title,
        status=STATUSES[row.status],
        severity=SEVERITIES[row.severity],
        began_at=row.began_at,
        opened_at=row.opened_at,
        acknowledged_at=row.acknowledged_at,
        mitigated_at=row.mitigated_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        resolved_by_itself=row.automatic,
        assignee=person_out(assignee) if assignee else None,
        scope={key: values for key, values in row.scope.items() if values},
        alerts=counts[0],
        firing=counts[1],
        metric=first.metric if first else "",
        metric_label=first.metric_label if first else "",
        cause=str(cause["text"]) if "text" in cause else None,
        has_post_mortem=row.post_mortem_revision > 0,
    )


def detail_out(session: Session, row: IncidentRow, now: datetime) -> shapes.IncidentDetail:
    (light,) = incidents_out(session, [row])
    timeline = session.scalars(
        select(IncidentEventRow).where(IncidentEventRow.incident_id == row.id).order_by(IncidentEventRow.position)
    )
    return shapes.IncidentDetail(
        **light.model_dump(),
        all_alerts=[alert_out(alert) for alert in alerts_of(session, row)],
        timeline=[event_out(event) for event in timeline],
        likely_cause=None if row.cause is None else shapes.CauseOut.model_validate(row.cause),
        next_statuses=[
            status for status in NEXT[STATUSES[row.status]] if status != "post_mortem" or row.post_mortem_revision > 0
        ],
        rollbacks=remedies.targets(session, row),
        experiments=remedies.running(session, row),
        silenced_until=remedies.silenced_until(session, row, now),
        dossier_at=row.dossier_at,
    )


def alert_out(row: AlertRow) -> shapes.AlertOut:
    return shapes.AlertOut(
        id=row.id,
        incident_id=row.incident_id,
        status="cleared" if row.open_key is None else "firing",
        source=SOURCES[row.source],
        source_id=row.source_id,
        series=row.series,
        name=row.name,
        alert_type=row.alert_type,
        severity=SEVERITIES[row.severity],
        metric=row.metric,
        metric_label=row.metric_label,
        unit=row.unit,
        direction="below" if row.direction == "below" else "above",
        value=row.value,
        peak=row.peak,
        threshold=row.threshold,
        since=row.since,
        fired_at=row.fired_at,
        cleared_at=row.cleared_at,
        clear_reason=row.clear_reason,
        where=where_out(row),
        group=row.group,
        window_s=row.window_s,
        runbook=row.runbook,
        text=row.text,
        silence_id=row.silence_id,
        notified_at=row.notified_at,
    )


def where_out(row: AlertRow) -> list[FilterIn]:
    return [FilterIn(dimension=f.dimension, op=OPS[f.op], values=list(f.values)) for f in filters_of(row)]


def event_out(row: IncidentEventRow) -> shapes.IncidentEvent:
    plain = {key: v for key, v in row.detail.items() if v is None or isinstance(v, str | int | float | bool)}
    return shapes.IncidentEvent(
        id=row.id, at=row.at, kind=KINDS.get(row.kind, "action"), actor=row.actor, text=row.text, detail=plain
    )


def person_out(user: User) -> shapes.PersonOfProject:
    return shapes.PersonOfProject(user_id=user.id, email=user.email, name=user.name)
