"""Tables of the experiments, and of who was assigned to what."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class ExperimentVariant(Base):
    __tablename__ = "experiment_variants"
    __table_args__ = (UniqueConstraint("experiment_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Order of the ranges that the hash of a unit falls into."""
    name: Mapped[str] = mapped_column(String(100))
    prompt: Mapped[str] = mapped_column(String(200), index=True)
    """Name of the prompt, which never changes."""
    prompt_id: Mapped[str] = mapped_column(String(36))
    version: Mapped[int]
    version_id: Mapped[str] = mapped_column(String(36))
    weight: Mapped[float]
    """Percent."""
    control: Mapped[bool] = mapped_column(Boolean)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since then its units get the control, and do not count."""


class ExperimentRow(Base):
    __tablename__ = "experiments"
    __table_args__ = (UniqueConstraint("project_id", "title"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    hypothesis: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str] = mapped_column(String(10))
    traffic: Mapped[float]
    """Percent."""
    salt: Mapped[str] = mapped_column(String(36))
    targeting: Mapped[list[Json]] = mapped_column(JSON)
    """`shapes.Condition` each."""
    metrics: Mapped[list[Json]] = mapped_column(JSON)
    """`values.MetricSpec` each."""
    end_criteria: Mapped[Json] = mapped_column(JSON)
    """`shapes.EndCriteria`."""
    analysis: Mapped[Json] = mapped_column(JSON)
    """`shapes.Analysis`."""
    weight_history: Mapped[list[Json]] = mapped_column(JSON)
    """`values.WeightsInForce` each, oldest first; empty before the start."""
    planned_units: Mapped[int]
    notes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conclusion: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    """`shapes.Conclusion`."""

    variants: Mapped[list[ExperimentVariant]] = relationship(
        order_by=ExperimentVariant.position, lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )


class Assignment(Base):
    """The variant that a unit keeps."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "ix_assignments_unsent",
            "assigned_at",
            sqlite_where=text("unsent IS NOT NULL"),
            postgresql_where=text("unsent IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(256), primary_key=True)
    variant_id: Mapped[str] = mapped_column(String(36))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unsent: Mapped[str | None] = mapped_column(Text)
    """JSON of the `core.facts.Event` that the event store does not have yet."""


class AssignmentCount(Base):
    """How many units a variant has: kept with each assignment, so that a list need not count millions of rows."""

    __tablename__ = "assignment_counts"

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    units: Mapped[int]
