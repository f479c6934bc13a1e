"""Notifications of the person who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.core.errors import Forbidden, Refused
from promptpulse.notify import inbox, shapes
from promptpulse.notify.present import notification_out

router = APIRouter()
Reader = Annotated[Access, Depends(may_read)]
NOTIFICATION: JsonValue = {
    "id": ID, "event": "fired", "severity": "critical", "title": "p95 latency of support-reply is above 2 s",
    "text": "It is 3.5 s since 09:25.", "url": f"/incidents/{ID}", "thread": "alert-1", "created_at": MOMENT, "read": False,
}  # fmt: skip


@router.get(
    "/notifications",
    summary="List notifications",
    responses=documented(200, {"data": [NOTIFICATION], "meta": {"total": 1, "unread": 1}}, 401, 403),
)
def list_notifications(
    request: Request,
    access: Reader,
    *,
    unread: Annotated[bool, Query(description="Only those that the caller has not read.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> shapes.Notifications:
    """Of a project, newest first. What is read is a person's own; kept for 90 days."""
    with request.app.state.services.database.sessions() as session:
        found = inbox.inbox(session, access.project.id, access.user_id, only_unread=unread, limit=limit, offset=offset)
    return shapes.Notifications(
        data=[notification_out(row, read=read) for row, read in found.rows],
        meta=shapes.NotificationMeta(total=found.total, unread=found.unread),
    )


@router.post(
    "/notifications/read", summary="Mark notifications as read", responses=documented(200, {"unread": 0}, 401, 403, 404)
)
def read_notifications(body: shapes.ReadIn, request: Request, access: Reader) -> Answer[shapes.Unread]:
    """Some by `ids`, or all up to one by `until`. For people: an API key has no inbox."""
    user = access.user_id
    if user is None:
        raise Forbidden("this is for people, not for API keys; sign in, or use a personal token")
    if (body.ids is None) == (body.until is None):
        raise Refused("send either ids or until", field="ids")
    with request.app.state.services.database.writing() as session:
        if body.until is not None:
            unread = inbox.mark_all_read(session, access.project.id, user, body.until)
        else:
            unread = inbox.mark_read(session, access.project.id, user, body.ids or [])
    return Answer(data=shapes.Unread(unread=unread))
