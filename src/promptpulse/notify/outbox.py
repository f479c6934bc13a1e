"""The outbox: messages are written with the change that causes them, and sent by `delivery` afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound
from promptpulse.core.ids import stable_hash, uuid7
from promptpulse.notify.messages import Message, Severity
from promptpulse.notify.models import REPORT, ChannelRow, DeliveryRow, RouteRow
from promptpulse.notify.values import message_json

WAKE = "promptpulse_messages"
"""In `session.info`: messages were written; their threads look at once when it commits."""
LONGEST_KEY = 200
DEAD_SHOWN = timedelta(days=30)


def enqueue(
    session: Session, project_id: str, channel_ids: Sequence[str], message: Message, key: str, now: datetime
) -> None:
    """Note `message` for each of the project's channels. The same `key` again is nothing, also much later.

    Nothing is noted for a channel that a person switched off. One that PromptPulse switched off gets a dead message, which
    people see and may send again."""
    found = session.execute(
        select(ChannelRow.id, ChannelRow.enabled, ChannelRow.off_reason).where(
            ChannelRow.project_id == project_id, ChannelRow.id.in_([c for c in channel_ids if is_id(c)])
        )
    ).all()
    rows = [
        {
            "id": uuid7(now),
            "project_id": project_id,
            "channel_id": channel_id,
            "key": short(key),
            "thread": short(message.thread),
            "event": message.event,
            "severity": message.severity,
            "title": storable(message.title),
            "message": message_json(message),
            "state": "waiting" if enabled else "dead",
            "attempts": 0,
            "created_at": now,
            "waiting_since": now,
            "finished_at": None if enabled else now,
            "said": None if enabled else f"not sent: {off_reason}",
        }
        for channel_id, enabled, off_reason in found
        if enabled or off_reason
    ]
    insert_new(session, DeliveryRow, rows)


def channels_for(session: Session, project_id: str, severity: Severity) -> tuple[str, ...]:
    """Ids of the channels that alerts of `severity` go to when they name none."""
    return tuple(
        session.scalars(
            select(RouteRow.channel_id)
            .join(ChannelRow, ChannelRow.id == RouteRow.channel_id)
            .where(ChannelRow.project_id == project_id, RouteRow.severity == severity)
            .order_by(ChannelRow.name)
        )
    )


def short(key: str) -> str:
    """`key`, or its hash when a column cannot hold it."""
    key = storable(key)
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 33]}-{stable_hash(key)}"


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL cannot keep: names of prompts and users come from outside."""
    return text.replace("\x00", "")


def insert_new(session: Session, table: type, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the rows that break no unique constraint, and wake who sends them when `session` commits."""
    if not rows:
        return
    engine = postgresql if session.connection().dialect.name == "postgresql" else sqlite
    for row in rows:
        session.execute(engine.insert(table).values(**row).on_conflict_do_nothing())
    session.info[WAKE] = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deliveries; None: all."""

    channel_id: str | None = None
    thread: str | None = None
    state: str | None = None


def deliveries(
    session: Session, project_id: str, asked: Asked, limit: int, offset: int
) -> tuple[Sequence[tuple[DeliveryRow, ChannelRow]], int]:
    """A page of them, newest first, with their channels; and how many there are in all."""
    which: list[ColumnElement[bool]] = [DeliveryRow.project_id == project_id, ChannelRow.kind != REPORT]
    if asked.channel_id is not None:
        which.append(DeliveryRow.channel_id == asked.channel_id)
    if asked.thread is not None:
        which.append(DeliveryRow.thread == short(asked.thread))
    if asked.state is not None:
        which.append(DeliveryRow.state == asked.state)
    of_channel = ChannelRow.id == DeliveryRow.channel_id
    total = (
        session.scalar(select(func.count()).select_from(DeliveryRow).join(ChannelRow, of_channel).where(*which)) or 0
    )
    rows = session.execute(
        select(DeliveryRow, ChannelRow)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(*which)
        .order_by(DeliveryRow.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(delivery, channel) for delivery, channel in rows], total


def resend(session: Session, project_id: str, delivery_id: str, by: By) -> tuple[DeliveryRow, ChannelRow]:
    """Put a dead message back, ahead of newer ones. Raises NotFound and Conflict."""
    found = (
        session.execute(
            select(DeliveryRow, ChannelRow)
            .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
            .where(DeliveryRow.id == delivery_id, DeliveryRow.project_id == project_id, ChannelRow.kind != REPORT)
        ).one_or_none()
        if is_id(delivery_id)
        else None
    )
    if found is None:
        raise NotFound(f"there is no delivery {delivery_id!r}; GET /api/v1/deliveries lists them")
    row, channel = found
    if row.state != "dead":
        raise Conflict(f"the message is {row.state}; only a dead one can be sent again")
    if not channel.enabled:
        raise Conflict(f"the channel {channel.name!r} is switched off; enable it first")
    row.state, row.attempts, row.waiting_since, row.finished_at, row.retry_at = "waiting", 0, by.at, None, None
    channel.retry_at = None
    session.info[WAKE] = True
    record(session, project_id, by, "delivery.resend", channel.name, detail={"title": row.title, "delivery": row.id})
    return row, channel
