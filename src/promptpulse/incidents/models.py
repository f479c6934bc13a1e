"""Tables of alerts, the incidents they belong to, what happened in these, and silences."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class IncidentRow(Base):
    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_project_id_opened_at", "project_id", "opened_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20), index=True)
    """firing, acknowledged, mitigated, resolved, post_mortem."""
    assignee_id: Mapped[str | None] = mapped_column(String(36))
    scope: Mapped[dict[str, list[str | None]]] = mapped_column(JSON)
    """Values by dimension that all its alerts agree on; see `grouping`."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the condition of its first alert began to hold."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    alerted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its newest alert fired."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mitigated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    automatic: Mapped[bool] = mapped_column(Boolean)
    """It resolved because its last alert cleared."""
    events: Mapped[int]
    """How many entries its timeline has."""
    sent: Mapped[int]
    """How many messages it has sent: part of their keys."""
    dossier: Mapped[Json | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """`shapes.DossierOut` as it was at `dossier_at`."""
    dossier_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    """`shapes.CauseOut` of the dossier."""
    post_mortem: Mapped[str | None] = mapped_column(Text, deferred=True)
    post_mortem_revision: Mapped[int]
    """0: none yet."""
    post_mortem_edited: Mapped[bool] = mapped_column(Boolean)
    """A person wrote it or changed the draft."""
    post_mortem_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    post_mortem_by: Mapped[str] = mapped_column(String(300))


class AlertRow(Base):
    """One time that one series of a source was wrong."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("project_id", "open_key"),
        Index("ix_alerts_project_id_fired_at", "project_id", "fired_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    """None as long as it is silenced."""
    open_key: Mapped[str | None] = mapped_column(String(32))
    """Hash of source and series while it fires: there is one open alert of each. None when it has cleared."""
    series_hash: Mapped[str] = mapped_column(String(32), index=True)
    """The same hash, kept."""
    source: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[str] = mapped_column(String(256))
    series: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(300))
    alert_type: Mapped[str] = mapped_column(String(100))
    severity: Mapped[str] = mapped_column(String(10))
    metric: Mapped[str] = mapped_column(Text)
    metric_label: Mapped[str] = mapped_column(String(300))
    unit: Mapped[str] = mapped_column(String(20))
    direction: Mapped[str] = mapped_column(String(10))
    value: Mapped[float | None]
    """The latest that is known."""
    peak: Mapped[float | None]
    """The worst."""
    threshold: Mapped[float | None]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clear_reason: Mapped[str] = mapped_column(String(300))
    where: Mapped[list[Json]] = mapped_column(JSON)
    """Filters of the source, `{dimension, op, values}` each."""
    group: Mapped[dict[str, str | None]] = mapped_column(JSON)
    window_s: Mapped[int]
    channels: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    runbook: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    silence_id: Mapped[str | None] = mapped_column(String(36))
    """Of the silence that keeps it quiet."""
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: nobody was told yet, because of a silence or quiet hours."""
    told: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the channels that were told."""


class IncidentEventRow(Base):
    """An entry of an incident's timeline. Never changed once written."""

    __tablename__ = "incident_events"
    __table_args__ = (UniqueConstraint("incident_id", "position"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Counted from 1: the order in which it was written down."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    detail: Mapped[Json] = mapped_column(JSON)


class SilenceRow(Base):
    __tablename__ = "silences"
    __table_args__ = (Index("ix_silences_project_id_end", "project_id", "end"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    """silence or maintenance."""
    reason: Mapped[str] = mapped_column(String(300))
    source: Mapped[str | None] = mapped_column(String(10))
    source_id: Mapped[str | None] = mapped_column(String(256))
    match: Mapped[dict[str, list[str | None]]] = mapped_column(JSON)
    """Values by dimension; empty: everything."""
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: until it is ended, which only what repeats may be."""
    weekly: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    """`shapes.WeeklyWindow`; None: without a break from start to end."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody ended it before its time."""
