"""The audit log: every change of settings, who made it and when. Never a secret."""

import os
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import AuditEntry
from promptpulse.accounts.values import By
from promptpulse.core.ids import uuid7

Detail = Mapping[str, str | int | bool | None]


def record(
    session: Session, project_id: str | None, by: By, action: str, target: str, *, detail: Detail | None = None
) -> None:
    """Note a change in the same transaction. `action` is like `key.create`; `target` names what was changed.

    `project_id` is None for what belongs to no project, such as a person's password."""
    # Changes of one transaction share their moment; counted in the leading bits of the id, they stay in order.
    count = session.info["audit_entries"] = session.info.get("audit_entries", 0) + 1
    session.add(
        AuditEntry(
            id=uuid7(by.at, (count % 4096).to_bytes(2, "big") + os.urandom(8)),
            project_id=project_id,
            at=by.at,
            actor=by.actor[:300],
            action=action,
            target=target[:300],
            detail=dict(detail or {}),
        )
    )


def entries(session: Session, project_id: str, limit: int, offset: int) -> tuple[Sequence[AuditEntry], int]:
    """A page of the project's changes, newest first, and how many there are in all."""
    of_project = AuditEntry.project_id == project_id
    newest = select(AuditEntry).where(of_project).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(of_project)) or 0
    return session.scalars(newest.limit(limit).offset(offset)).all(), total
