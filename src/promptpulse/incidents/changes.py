"""What people do with an incident: acknowledge, mitigate, resolve, close, open again, assign, comment. Nothing commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import Membership, User
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.incidents import service
from promptpulse.incidents.life import NEXT, STATUSES, Status
from promptpulse.incidents.models import IncidentEventRow, IncidentRow
from promptpulse.incidents.shapes import IncidentPatch
from promptpulse.incidents.wording import duration

ACTIONS: dict[Status, str] = {
    "firing": "incident.reopen",
    "acknowledged": "incident.acknowledge",
    "mitigated": "incident.mitigate",
    "resolved": "incident.resolve",
    "post_mortem": "incident.close",
}
"""Of the audit log, by new status."""


def existing(session: Session, project_id: str, incident_id: str, *, to_change: bool = False) -> IncidentRow:
    """Raises NotFound. `to_change`: others wait until this transaction ends."""
    row = service.incident_by_id(session, project_id, incident_id)
    if row is None:
        raise NotFound(f"there is no incident {incident_id!r}; list them with GET /api/v1/incidents")
    if to_change:
        service.lock(session, project_id)
        session.refresh(row)
    return row


def change(session: Session, row: IncidentRow, wanted: IncidentPatch, by: By) -> None:
    """Raises Refused for a bad value, and Conflict for a status that may not follow."""
    given = wanted.model_fields_set
    if wanted.title is not None and (title := named(wanted.title, "title", 200)) != row.title:
        row.title = title
        _noted(session, row, by, "title", f"Renamed: {title}", "incident.change", {"title": title})
    if wanted.severity is not None and wanted.severity != row.severity:
        before, row.severity = row.severity, wanted.severity
        text = f"Severity {wanted.severity}, before {before}"
        _noted(session, row, by, "severity", text, "incident.change", {"severity": wanted.severity, "before": before})
    if "assignee" in given:
        assign(session, row, wanted.assignee, by)
    if wanted.status is not None and wanted.status != row.status:
        set_status(session, row, wanted.status, by, wanted.comment)
    elif wanted.comment:
        comment(session, row, wanted.comment, by)


def set_status(session: Session, row: IncidentRow, status: Status, by: By, why: str = "") -> None:
    """Raises Conflict for one that may not follow, and Refused without the post-mortem that closes it."""
    allowed = NEXT[STATUSES[row.status]]
    if status not in allowed:
        may = (
            f"it may become {' or '.join(allowed)}" if allowed else "it is closed; what happens now is another incident"
        )
        raise Conflict(f"status: the incident is {row.status}, not to be set to {status}; {may}", field="status")
    if status == "post_mortem" and not row.post_mortem:
        raise Refused("status: the incident has no post-mortem yet; write it first", field="status")
    before = row.status
    because = f": {why}" if why else ""
    firing = len(service.open_alerts(session, row))
    match status:
        case "firing":
            service.reopen(session, row, by.actor, f"Open again, before {before}{because}", by.at)
            service.inform_all(session, row, "fired", row.title, f"{by.actor} opened it again{because}.", by.at)
        case "acknowledged":
            row.acknowledged_at = by.at
            text = f"Acknowledged after {duration(by.at - row.opened_at)}{because}"
            service.note(session, row.id, by.actor, "status", text, by.at, {"status": status})
            told = f"{by.actor} is looking at it{because}."
            service.inform_all(session, row, "acknowledged", f"Acknowledged: {row.title}", told, by.at)
        case "mitigated":
            row.mitigated_at = by.at
            service.note(session, row.id, by.actor, "status", f"Mitigated{because}", by.at, {"status": status})
            service.inform_all(session, row, "note", f"Mitigated: {row.title}", f"By {by.actor}{because}.", by.at)
        case "resolved":
            row.resolved_at, row.automatic = by.at, False
            left = "" if not firing else f"; {'1 alert still fires' if firing == 1 else f'{firing} alerts still fire'}"
            text = f"Resolved after {duration(by.at - row.began_at)}{left}{because}"
            service.note(session, row.id, by.actor, "resolved", text, by.at, {"status": status, "firing": firing})
            service.inform_all(session, row, "resolved", f"Resolved: {row.title}", f"By {by.actor}{because}.", by.at)
        case "post_mortem":
            row.closed_at = by.at
            service.note(session, row.id, by.actor, "status", f"Closed with a post-mortem{because}", by.at)
        case _:
            assert_never(status)
    row.status = status
    session.flush()
    record(session, row.project_id, by, ACTIONS[status], row.title, detail={"incident_id": row.id, "before": before})


def assign(session: Session, row: IncidentRow, user_id: str | None, by: By) -> None:
    """None takes the assignee away. Raises Refused for one who is no member."""
    if user_id == row.assignee_id:
        return
    person = None
    if user_id is not None:
        person = next((one for one in people(session, row.project_id) if one.id == user_id), None)
        if person is None:
            raise Refused(
                f"assignee {user_id!r} is no member of the project; GET /api/v1/incidents/assignees lists them",
                field="assignee",
            )
    row.assignee_id = user_id
    text = f"Assigned to {person.name or person.email}" if person else "Assigned to nobody"
    _noted(session, row, by, "assigned", text, "incident.assign", {"assignee": person.email if person else None})


def comment(session: Session, row: IncidentRow, text: str, by: By) -> IncidentEventRow:
    """Raises Refused for an empty one."""
    if not text.strip():
        raise Refused("text is empty; say something", field="text")
    if "\x00" in text:
        raise Refused("text contains a NUL character; remove it", field="text")
    return service.note(session, row.id, by.actor, "comment", text.strip(), by.at)


def people(session: Session, project_id: str) -> Sequence[User]:
    """Who can be assigned: members of the project, and admins of the server; by name."""
    members = select(Membership.user_id).where(Membership.project_id == project_id)
    return session.scalars(
        select(User).where(or_(User.id.in_(members), User.is_admin.is_(True))).order_by(User.name, User.email)
    ).all()


def person(session: Session, user_id: str | None) -> User | None:
    return session.get(User, user_id) if user_id is not None and is_id(user_id) else None


def _noted(
    session: Session, row: IncidentRow, by: By, kind: str, text: str, action: str, detail: dict[str, str | None]
) -> None:
    service.note(session, row.id, by.actor, kind, text, by.at, detail)
    record(session, row.project_id, by, action, row.title, detail={"incident_id": row.id, **detail})
