"""What alerts and incidents have kept of a user whose data are deleted. What people wrote stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from promptpulse.incidents import service
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.notify.models import DeliveryRow, NotificationRow

IsUser = Callable[[str], bool]
Json = dict[str, JsonValue]
NOBODY = "a deleted user"
REASON = "the user's data were deleted"


def call_ids(session: Session, project_id: str) -> set[str]:
    """Of the calls that kept dossiers quote."""
    kept = select(IncidentRow.dossier).where(IncidentRow.project_id == project_id, IncidentRow.dossier.is_not(None))
    found: set[str] = set()
    for dossier in session.scalars(kept):
        found |= {str(call["id"]) for call in _calls(dossier or {}, "examples", "calls")}
        found |= {str(group["call_id"]) for group in _calls(dossier or {}, "errors", "groups")}
    return found


def forget(session: Session, project_id: str, is_user: IsUser, gone: AbstractSet[str], now: datetime) -> int:
    """How many incidents and alerts went, or tell less. `gone`: ids of calls that are no longer stored."""
    all_alerts = session.scalars(select(AlertRow).where(AlertRow.project_id == project_id)).all()
    alerts = [row for row in all_alerts if is_user(row.group.get("user_id") or "")]
    ids = {row.id for row in alerts}
    about = {row.incident_id for row in alerts if row.incident_id} - {
        row.incident_id for row in all_alerts if row.id not in ids
    }
    mixed = [row for row in alerts if row.incident_id not in about]
    for alert in mixed:
        _forget_alert(session, alert, now)
    for incident_id in about:
        _unsay(session, project_id, incident_id, "")
        session.execute(delete(IncidentRow).where(IncidentRow.id == incident_id))
    session.expire_all()
    told_less = sum(
        _forget_in_dossier(session, row, is_user, gone)
        for row in session.scalars(
            select(IncidentRow).where(IncidentRow.project_id == project_id).options(undefer(IncidentRow.dossier))
        ).all()
    )
    return len(about) + len(mixed) + told_less


def _forget_alert(session: Session, alert: AlertRow, now: datetime) -> None:
    """Of an incident that is about others, too: it ends as alerts end."""
    user_id = str(alert.group["user_id"])
    service.clear(session, alert.project_id, alert.source, alert.source_id, alert.series, None, now, REASON)
    incident = session.get(IncidentRow, alert.incident_id) if alert.incident_id else None
    if incident is not None:
        incident.title = _named(user_id).sub(NOBODY, incident.title)[:200]
        incident.scope = {name: values for name, values in incident.scope.items() if name != "user_id"}
        events = select(IncidentEventRow).where(IncidentEventRow.incident_id == incident.id)
        for event in session.scalars(events).all():
            if event.detail.get("alert_id") == alert.id:
                session.delete(event)
        _unsay(session, alert.project_id, incident.id, user_id)
    session.delete(alert)


def _forget_in_dossier(session: Session, row: IncidentRow, is_user: IsUser, gone: AbstractSet[str]) -> bool:
    """A dossier that names the user goes: it is made anew when somebody asks. Of others only the calls go."""
    causes = [text for text in _texts(row.cause or {}) if is_user(text)]
    if causes:
        row.cause = None
        _unsay(session, row.project_id, row.id, causes[0])
        events = select(IncidentEventRow).where(
            IncidentEventRow.incident_id == row.id, IncidentEventRow.kind == "cause"
        )
        for event in session.scalars(events).all():
            if is_user(str(event.detail.get("value"))):
                session.delete(event)
    if row.dossier is None:
        return bool(causes)
    if causes or any(is_user(text) for text in _texts(row.dossier)):
        row.dossier = row.dossier_at = None
        return True
    left = deepcopy(row.dossier)
    examples = left.get("examples")
    if isinstance(examples, dict):
        examples["calls"] = [call for call in _calls(left, "examples", "calls") if str(call["id"]) not in gone]
    for group in _calls(left, "errors", "groups"):
        if str(group["call_id"]) in gone:
            group["message"] = None
    if left == row.dossier:
        return bool(causes)
    row.dossier = left
    return True


def _unsay(session: Session, project_id: str, incident_id: str, user_id: str) -> None:
    """Notifications and messages of an incident that name the user; all, when no name is given. What waits is still sent."""
    named = _named(user_id)
    told = (NotificationRow.project_id == project_id, NotificationRow.thread == incident_id)
    for notification in session.scalars(select(NotificationRow).where(*told)).all():
        if named.search(f"{notification.title} {notification.text}"):
            session.delete(notification)
    sent = (
        DeliveryRow.project_id == project_id, DeliveryRow.thread == incident_id, DeliveryRow.state != "waiting",
    )  # fmt: skip
    for delivery in session.scalars(select(DeliveryRow).where(*sent)).all():
        if any(named.search(text) for text in (delivery.title, *_texts(delivery.message))):
            session.delete(delivery)
    session.flush()


def _named(user_id: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(user_id)}(?!\w)") if user_id else re.compile("")


def _calls(dossier: Mapping[str, JsonValue], part: str, name: str) -> Sequence[Json]:
    found = dossier.get(part)
    rows = found.get(name) if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _texts(value: object) -> Iterator[str]:
    """All texts of a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
