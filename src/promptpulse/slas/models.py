"""Tables of objectives, and what was last known of each."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class SlaRow(Base):
    __tablename__ = "slas"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    settings: Mapped[Json] = mapped_column(JSON)
    """`shapes.SlaIn` without its name."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SlaStateRow(Base):
    """What the last evaluation found. It stays when data is missing."""

    __tablename__ = "sla_states"

    sla_id: Mapped[str] = mapped_column(ForeignKey("slas.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    state: Mapped[Json] = mapped_column(JSON)
    """`shapes.SlaState`."""
    firing: Mapped[list[str]] = mapped_column(JSON)
    """Series that told incidents of a problem and not yet of its end."""
    evaluated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    """Of the last evaluation, which left everything else as it was."""
