"""In-app notifications: one row for all members of a project, and what each of them has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.text import is_id
from promptpulse.core.errors import NotFound
from promptpulse.core.ids import uuid7
from promptpulse.notify.messages import Message
from promptpulse.notify.models import NotificationMark, NotificationRead, NotificationRow
from promptpulse.notify.outbox import insert_new, short, storable


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of notifications."""

    rows: Sequence[tuple[NotificationRow, bool]]
    """Newest first; and whether the person has read it."""
    total: int
    unread: int


def inform(session: Session, project_id: str, message: Message, key: str, now: datetime) -> None:
    """Notify every member of the project. The same `key` again is nothing. Open pages learn of it at once."""
    row = {
        "id": uuid7(now),
        "project_id": project_id,
        "key": short(key),
        "thread": short(message.thread),
        "event": message.event,
        "severity": message.severity,
        "title": storable(message.title),
        "text": storable(message.text),
        "url": message.url,
        "created_at": now,
    }
    insert_new(session, NotificationRow, [row])


def inbox(
    session: Session, project_id: str, user_id: str | None, *, only_unread: bool, limit: int, offset: int
) -> Inbox:
    """Of a person; of nobody in particular when `user_id` is None, who has read nothing."""
    of_project = NotificationRow.project_id == project_id
    unread = _unread(session, project_id, user_id)
    page = (
        select(NotificationRow, unread)
        .where(of_project, *([unread] if only_unread else []))
        .order_by(NotificationRow.number.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = [(row, not is_unread) for row, is_unread in session.execute(page)]
    count = select(func.count()).select_from(NotificationRow).where(of_project)
    unread_count = session.scalar(count.where(unread)) or 0
    return Inbox(rows, unread_count if only_unread else session.scalar(count) or 0, unread_count)


def mark_read(session: Session, project_id: str, user_id: str, ids: Sequence[str]) -> int:
    """Unknown ids are passed over. Returns how many are still unread."""
    known = session.scalars(
        select(NotificationRow.number).where(
            NotificationRow.project_id == project_id, NotificationRow.id.in_([i for i in ids if is_id(i)])
        )
    )
    insert_new(session, NotificationRead, [{"number": number, "user_id": user_id} for number in known])
    return _count(session, project_id, user_id)


def mark_all_read(session: Session, project_id: str, user_id: str, until: str) -> int:
    """All up to the notification `until`. Returns how many are still unread. Raises NotFound."""
    number = (
        session.scalar(
            select(NotificationRow.number).where(NotificationRow.project_id == project_id, NotificationRow.id == until)
        )
        if is_id(until)
        else None
    )
    if number is None:
        raise NotFound(f"there is no notification {until!r}; GET /api/v1/notifications lists them", field="until")
    mark = session.get(NotificationMark, (project_id, user_id))
    if mark is None:
        insert_new(session, NotificationMark, [{"project_id": project_id, "user_id": user_id, "read_until": number}])
    else:
        mark.read_until = max(mark.read_until, number)
    session.flush()
    return _count(session, project_id, user_id)


def _count(session: Session, project_id: str, user_id: str) -> int:
    unread = _unread(session, project_id, user_id)
    count = select(func.count()).select_from(NotificationRow).where(NotificationRow.project_id == project_id, unread)
    return session.scalar(count) or 0


def _unread(session: Session, project_id: str, user_id: str | None) -> ColumnElement[bool]:
    if user_id is None:
        return NotificationRow.number > 0
    read = select(NotificationRead.number).where(
        NotificationRead.user_id == user_id, NotificationRead.number == NotificationRow.number
    )
    mark = session.get(NotificationMark, (project_id, user_id))
    until = mark.read_until if mark else 0
    return and_(NotificationRow.number > until, or_(~read.exists()))
