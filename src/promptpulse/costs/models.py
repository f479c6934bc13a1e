"""Tables of budgets, re-pricings and reconciliations."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, ExactDecimal, UtcDateTime

Json = dict[str, JsonValue]


class BudgetRow(Base):
    __tablename__ = "budgets"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    amount_usd: Mapped[float]
    period: Mapped[str] = mapped_column(String(10))
    prompt_id: Mapped[str | None] = mapped_column(String(256))
    """As calls name it; None: the whole project."""
    environment: Mapped[str | None] = mapped_column(String(256))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))


class RepricingRow(Base):
    """A job, and how far it is. Its steps are in `repricing`."""

    __tablename__ = "repricings"
    __table_args__ = (Index("ix_repricings_project_id_created_at", "project_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(10), index=True)
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    which: Mapped[str] = mapped_column(String(10))
    provider: Mapped[str | None] = mapped_column(String(256))
    model: Mapped[str | None] = mapped_column(String(256))
    reason: Mapped[str] = mapped_column(Text)
    done_until: Mapped[datetime] = mapped_column(UtcDateTime)
    """Calls before it are priced, and every rollup tells so."""
    staged_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """New prices from `done_until` to here are staged and counted; they may or may not be in the calls yet."""
    calls_seen: Mapped[int]
    calls_changed: Mapped[int]
    calls_unpriced: Mapped[int]
    before_usd: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    after_usd: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The process that works on it holds it so long; another may take it then."""


class ReconciliationRow(Base):
    __tablename__ = "reconciliations"
    __table_args__ = (Index("ix_reconciliations_project_id_created_at", "project_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str | None] = mapped_column(String(256))
    start: Mapped[date]
    end: Mapped[date]
    """Last day, inclusive."""
    lines: Mapped[int]
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    notes: Mapped[list[str]] = mapped_column(JSON)
    total: Mapped[Json] = mapped_column(JSON)
    """`shapes.ReconciledTotal` of all models."""
    models: Mapped[list[Json]] = mapped_column(JSON)
    """`shapes.ReconciledTotal` each."""
    rows: Mapped[list[Json]] = mapped_column(JSON, deferred=True)
    """`shapes.ReconciledRow` each."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
