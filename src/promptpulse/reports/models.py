"""Tables of reports, each time one was made, and who does not want them any more."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class ReportRow(Base):
    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(Boolean)
    settings: Mapped[Json] = mapped_column(JSON)
    """`shapes.ReportIn` without its name and whether it is enabled."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When it is made next; in the past: it is due. None while it is off."""
    time_zone: Mapped[str] = mapped_column(String(64))
    """Of the project when `next_at` was found."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportRunRow(Base):
    """One time that a report was, or is to be, made. The key is claimed before it is made."""

    __tablename__ = "report_runs"
    __table_args__ = (
        UniqueConstraint("report_id", "key"),
        Index("ix_report_runs_report_id_created_at", "report_id", "created_at"),
        Index("ix_report_runs_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100))
    """The period of a scheduled run; another each time for those that people ask for."""
    kind: Mapped[str] = mapped_column(String(10))
    """scheduled, manual, test."""
    state: Mapped[str] = mapped_column(String(10))
    """waiting, making, made, quiet, skipped, failed."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    addresses: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Of a test: who gets it. None: the recipients of the report."""
    attempts: Mapped[int]
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Waiting: not before. Making: whoever makes it has died if it is not made by then."""
    said: Mapped[str | None] = mapped_column(Text)
    """Why it failed, or was not sent."""
    content: Mapped[Json | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """`content.Content`; mails, pages and files are made from it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportOptOut(Base):
    """An address that unsubscribed from a report. Only its own link, or its removal from the recipients, undoes it."""

    __tablename__ = "report_opt_outs"

    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    """Lower case."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
