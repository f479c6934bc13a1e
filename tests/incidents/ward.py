"""A project with a channel, in which things go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import NOON, Clock
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By
from promptpulse.core.ids import uuid7
from promptpulse.db import Database
from promptpulse.incidents import service
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.incidents.signals import Signal, series_key
from promptpulse.notify.models import ChannelRow, DeliveryRow, NotificationRow, RouteRow

ADA = By("ada@example.com", NOON)


@dataclass
class Ward:
    database: Database
    project: str
    clock: Clock = field(default_factory=Clock)
    pager: str = ""

    @staticmethod
    def of(database: Database) -> Ward:
        with database.writing() as session:
            project = create_project(session, f"ward {uuid4()}", "Europe/Berlin", ADA)
            return Ward(database, project.id)

    def channel(self, name: str, *severities: str) -> str:
        """A webhook that alerts of `severities` go to when they name no channels."""
        with self.database.writing() as session:
            row = ChannelRow(
                id=uuid7(NOON), project_id=self.project, name=name, kind="webhook", enabled=True, settings={}, secret="",
                hint="", failures=0, created_at=NOON, created_by="ada@example.com",
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add_all(RouteRow(channel_id=row.id, severity=severity) for severity in severities)
            return row.id

    def fire(self, signal: Signal, *, held: bool = False) -> AlertRow:
        with self.database.writing() as session:
            return service.fire(session, signal, self.clock(), held=held)

    def remind(self, signal: Signal) -> AlertRow:
        with self.database.writing() as session:
            return service.remind(session, signal, self.clock())

    def clear(self, signal: Signal, value: float | None = 1000.0) -> AlertRow | None:
        with self.database.writing() as session:
            return service.clear(
                session,
                self.project,
                signal.source,
                signal.source_id,
                signal.series,
                value,
                self.clock(),
                "it recovered",
            )

    def incidents(self) -> Sequence[IncidentRow]:
        """Oldest first."""
        with self.database.sessions() as session:
            return session.scalars(
                select(IncidentRow)
                .where(IncidentRow.project_id == self.project)
                .order_by(IncidentRow.opened_at, IncidentRow.id)
            ).all()

    def incident(self) -> IncidentRow:
        (found,) = self.incidents()
        return found

    def timeline(self, incident_id: str | None = None) -> list[tuple[str, str]]:
        with self.database.sessions() as session:
            rows = session.scalars(
                select(IncidentEventRow)
                .where(IncidentEventRow.incident_id == (incident_id or self.incident().id))
                .order_by(IncidentEventRow.position)
            )
            return [(row.kind, row.text) for row in rows]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.timeline()]

    def messages(self, channel: str) -> list[tuple[str, str]]:
        """Event and title of what was queued, oldest first."""
        with self.database.sessions() as session:
            rows = session.scalars(
                select(DeliveryRow).where(DeliveryRow.channel_id == channel).order_by(DeliveryRow.number)
            )
            return [(row.event, row.title) for row in rows]

    def events(self, channel: str) -> list[str]:
        return [event for event, _ in self.messages(channel)]

    def informed(self) -> list[str]:
        with self.database.sessions() as session:
            rows = session.scalars(
                select(NotificationRow)
                .where(NotificationRow.project_id == self.project)
                .order_by(NotificationRow.number)
            )
            return [row.event for row in rows]

    def signal(self, rule: str = "slow", at: datetime | None = None, **group: str | None) -> Signal:
        """p95 latency of a group is 3.5 s instead of at most 2 s."""
        return Signal(
            project_id=self.project, source="rule", source_id=rule, series=series_key(group), name=f"{rule} answers",
            alert_type="latency_spike", severity="warning", metric="p95_latency_ms", metric_label="p95 latency", unit="ms",
            direction="above", value=3500.0, threshold=2000.0, since=(at or self.clock()) - timedelta(minutes=5), group=group,
        )  # fmt: skip

    def session(self) -> Session:
        return self.database.sessions()


def critical(signal: Signal) -> Signal:
    return replace(signal, severity="critical")
