"""Tables of what is redacted, and of requests to forget a user."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime


class RedactionRow(Base):
    """What a project takes out of texts; without a row: what is built in."""

    __tablename__ = "redactions"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    api_keys: Mapped[bool] = mapped_column(Boolean)
    card_numbers: Mapped[bool] = mapped_column(Boolean)
    patterns: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Each with `name` and `pattern`."""


class PeriodRow(Base):
    """How many days what is kept in a project, null: for ever; and how far the deletion of what is older is (`expiring`)."""

    __tablename__ = "retention_periods"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    calls: Mapped[int | None]
    texts: Mapped[int | None]
    facts: Mapped[int | None]
    minutes: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10))
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the first kept days were moved, for the last time."""
    done_on: Mapped[date | None] = mapped_column(Date)
    """UTC day on which all that was to go was gone."""
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    """Rows that the last run deleted, by table."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class RedactionCount(Base):
    __tablename__ = "redaction_counts"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    replaced: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ForgetRow(Base):
    """A request to forget a user, and how far it is. Its steps are in `forgetting`."""

    __tablename__ = "forget_requests"
    __table_args__ = (Index("ix_forget_requests_project_id_created_at", "project_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_hash: Mapped[str] = mapped_column(String(64))
    """`metrics.forgotten.hash_of`: all that is known of the user."""
    status: Mapped[str] = mapped_column(String(10), index=True)
    step: Mapped[str] = mapped_column(String(20))
    """What is done next; `done` at the end."""
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    """Rows by table."""
    days: Mapped[list[str]] = mapped_column(JSON)
    """UTC days whose rollups are still to be computed anew."""
    days_told: Mapped[int]
    """Of those that were."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
