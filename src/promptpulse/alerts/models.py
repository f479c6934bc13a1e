"""Tables of rules, of the state of their series, and of how their evaluation goes."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class RuleRow(Base):
    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(Boolean)
    body: Mapped[Json] = mapped_column(JSON)
    """`shapes.RuleIn`."""
    ready_made: Mapped[bool] = mapped_column(Boolean)
    revision: Mapped[int]
    """Grows with every change: a round that read the rule before it does not write over it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(300))


class RuleStateRow(Base):
    """A series that is, or was, more than plainly ok."""

    __tablename__ = "rule_states"
    __table_args__ = (Index("ix_rule_states_project_id_phase", "project_id", "phase"),)

    rule_id: Mapped[str] = mapped_column(ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True)
    series_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of `series`, which may be long."""
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    series: Mapped[str] = mapped_column(Text)
    group: Mapped[dict[str, str | None]] = mapped_column(JSON)
    phase: Mapped[str] = mapped_column(String(10))
    state: Mapped[Json] = mapped_column(JSON)
    """`state.State`."""
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The last time."""


class RuleHealthRow(Base):
    """The last evaluation of a rule: how it went, and what it read."""

    __tablename__ = "rule_health"

    rule_id: Mapped[str] = mapped_column(ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True)
    evaluated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """End of the last window that was judged."""
    watched_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since then without a gap."""
    error: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_ms: Mapped[float | None]
    rows_read: Mapped[int | None]
    series_total: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text)
    readings: Mapped[list[JsonValue]] = mapped_column(JSON, deferred=True)
    """`[series, group, value, low, high, samples]` of each series."""


class RuleSetRow(Base):
    """A project that has been given the ready-made rules: those that were deleted do not come back."""

    __tablename__ = "rule_sets"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    keys: Mapped[list[str]] = mapped_column(JSON)
    """Of the templates given so far: later ones are given later."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
