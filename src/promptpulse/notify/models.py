"""Tables of channels, the outbox, and the notifications of people."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]
Counted = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up; on SQLite only an INTEGER does."""


REPORT = "report"
"""Kind of the channels that `reports` makes, one for each address; they are not among those that people define."""


class ChannelRow(Base):
    """Where messages go. It is also a lane: one process at a time sends its messages, one after the other."""

    __tablename__ = "channels"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    enabled: Mapped[bool] = mapped_column(Boolean)
    settings: Mapped[Json] = mapped_column(JSON)
    """What is no secret: `addresses` of mails, `region` of PagerDuty."""
    secret: Mapped[str] = mapped_column(Text)
    """`values.Secret`, encrypted; "" for mails, which have none."""
    hint: Mapped[str] = mapped_column(String(300))
    """To recognise the secret by: its host and last characters."""
    off_reason: Mapped[str | None] = mapped_column(Text)
    """Why PromptPulse switched it off; None when it is on, or a person did."""
    failures: Mapped[int]
    """Failed tries since the last message that arrived."""
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Nothing is sent before: the receiver asked for a pause, or two tries in a row failed."""
    holder: Mapped[str | None] = mapped_column(String(36))
    """Process that sends its messages now."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Another process may send them then: the holder has died."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))


class RouteRow(Base):
    """Alerts of a severity that name no channels go to this one."""

    __tablename__ = "channel_routes"

    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    severity: Mapped[str] = mapped_column(String(10), primary_key=True)


class DeliveryRow(Base):
    """The outbox: a message to a channel, written in the transaction of the change that caused it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("channel_id", "key"),
        Index("ix_deliveries_state_channel_id_number", "state", "channel_id", "number"),
        Index("ix_deliveries_project_id_number", "project_id", "number"),
        Index("ix_deliveries_project_id_thread", "project_id", "thread"),
    )

    number: Mapped[int] = mapped_column(Counted, primary_key=True)
    """Orders the messages of a channel."""
    id: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    thread: Mapped[str] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text)
    message: Mapped[Json] = mapped_column(JSON)
    """`messages.Message`."""
    state: Mapped[str] = mapped_column(String(10))
    """waiting, sent, dead."""
    attempts: Mapped[int]
    """Tries that began."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    """Made then, or sent again by a person."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A try failed; neither it nor a later message of its thread is sent before."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    said: Mapped[str | None] = mapped_column(Text)
    """What the receiver answered, or why it could not be asked."""


class NotificationRow(Base):
    """A notification for every member of a project."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("project_id", "key"),
        Index("ix_notifications_project_id_number", "project_id", "number"),
    )

    number: Mapped[int] = mapped_column(Counted, primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    thread: Mapped[str] = mapped_column(String(200))
    event: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NotificationRead(Base):
    """One notification that a person has read."""

    __tablename__ = "notification_reads"

    number: Mapped[int] = mapped_column(
        Counted, ForeignKey("notifications.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class NotificationMark(Base):
    """A person has read all notifications of a project up to one."""

    __tablename__ = "notification_marks"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_until: Mapped[int] = mapped_column(Counted)
    """`number` of the notification."""
