"""Tables of what projects define by themselves."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime


class CustomMetricRow(Base):
    __tablename__ = "custom_metrics"
    __table_args__ = (UniqueConstraint("project_id", "key"), UniqueConstraint("project_id", "name"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    """With its prefix, as queries name it."""
    name: Mapped[str] = mapped_column(String(100))
    formula: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(10))
    better: Mapped[str] = mapped_column(String(10))
    threshold: Mapped[float | None]
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LatencyTargets(Base):
    """Milliseconds; a project without a row has the defaults."""

    __tablename__ = "latency_targets"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    p50_latency_ms: Mapped[float]
    p95_latency_ms: Mapped[float]
    p99_latency_ms: Mapped[float]
