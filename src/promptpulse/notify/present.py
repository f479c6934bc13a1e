"""Rows of channels, deliveries and notifications, as they go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from promptpulse.notify.channels import SEVERITIES, Counted, channels_of, counts, severities_of
from promptpulse.notify.messages import Severity
from promptpulse.notify.models import ChannelRow, DeliveryRow, NotificationRow
from promptpulse.notify.shapes import ChannelOut, DeliveryOut, NotificationOut, Routing


def channel_out(session: Session, row: ChannelRow, now: datetime) -> ChannelOut:
    return channels_out(session, row.project_id, [row], now)[0]


def channels_out(session: Session, project_id: str, rows: Sequence[ChannelRow], now: datetime) -> list[ChannelOut]:
    numbers, severities = counts(session, project_id, now), severities_of(session, project_id)
    return [_channel(row, numbers.get(row.id, Counted()), severities.get(row.id, ())) for row in rows]


def routing_out(session: Session, project_id: str) -> Routing:
    severities = severities_of(session, project_id)
    of = {
        severity: [row.id for row in channels_of(session, project_id) if severity in severities.get(row.id, ())]
        for severity in SEVERITIES
    }
    return Routing.model_validate(of)


def delivery_out(row: DeliveryRow, channel: ChannelRow) -> DeliveryOut:
    waits = row.state == "waiting"
    return DeliveryOut.model_validate(
        {
            "id": row.id, "channel_id": row.channel_id, "channel": channel.name, "kind": channel.kind, "event": row.event,
            "severity": row.severity, "title": row.title, "thread": row.thread, "state": row.state, "attempts": row.attempts,
            "created_at": row.created_at, "next_at": _next_at(row, channel) if waits else None,
            "tried_at": row.tried_at, "finished_at": row.finished_at, "said": row.said,
        }
    )  # fmt: skip


def _next_at(row: DeliveryRow, channel: ChannelRow) -> datetime:
    return max((at for at in (row.retry_at, channel.retry_at) if at is not None), default=row.waiting_since)


def notification_out(row: NotificationRow, *, read: bool) -> NotificationOut:
    return NotificationOut.model_validate(
        {
            "id": row.id, "event": row.event, "severity": row.severity, "title": row.title, "text": row.text, "url": row.url,
            "thread": row.thread, "created_at": row.created_at, "read": read,
        }
    )  # fmt: skip


def _channel(row: ChannelRow, numbers: Counted, severities: Sequence[Severity]) -> ChannelOut:
    return ChannelOut.model_validate(
        {
            "id": row.id, "name": row.name, "kind": row.kind, "enabled": row.enabled, "state": _state(row),
            "problem": row.off_reason or row.last_error, "hint": row.hint, "addresses": row.settings.get("addresses"),
            "region": row.settings.get("region"), "has_authorization": row.settings.get("has_authorization", False),
            "severities": list(severities), "failures": row.failures, "failing_since": row.failing_since,
            "retry_at": row.retry_at or (numbers.retry_at if row.failures else None), "last_sent_at": row.last_sent_at,
            "waiting": numbers.waiting, "dead": numbers.dead, "created_at": row.created_at, "created_by": row.created_by,
        }
    )  # fmt: skip


def _state(row: ChannelRow) -> Literal["new", "ok", "failing", "off"]:
    if not row.enabled:
        return "off"
    if row.last_error is not None:
        return "failing"
    return "new" if row.last_sent_at is None else "ok"
