"""What tests of channels start with: a project, its channels, a delivery whose clock they move, and messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import select

from clock import Clock
from promptpulse.accounts.bootstrap import Beginning, bootstrap
from promptpulse.accounts.models import AuditEntry
from promptpulse.accounts.values import By
from promptpulse.db import Database
from promptpulse.notify import channels
from promptpulse.notify.delivery import Delivery
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.messages import Event, Fact, Message, Severity
from promptpulse.notify.models import ChannelRow, DeliveryRow, NotificationRow
from promptpulse.notify.outbox import enqueue
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending import open_post
from promptpulse.notify.sending.mail import mail_server
from promptpulse.notify.shapes import ChannelIn, ChannelPatch

BASE_URL = "https://pulse.example.com"
KEY = Fernet.generate_key().decode()
CLIENT: list[httpx.Client] = []


def client() -> httpx.Client:
    """One for all tests: each would read all certificates of the machine."""
    if not CLIENT:
        CLIENT.append(guarded_client(allow_private=True))
    return CLIENT[0]


@dataclass
class Office:
    """Each method is a transaction of its own."""

    database: Database
    project: str
    smtp_url: str = ""
    clock: Clock = field(default_factory=Clock)
    keyring: Keyring = field(default_factory=lambda: Keyring(KEY))
    rung: list[dict[str, int]] = field(default_factory=list)

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def delivery(self, holder: str = "a process") -> Delivery:
        server = mail_server(self.smtp_url, "PromptPulse <pulse@example.com>" if self.smtp_url else "")
        post = open_post(client(), server, BASE_URL, allow_private=True)
        return Delivery(self.database, self.keyring, post, self.clock, lambda n: self.rung.append(dict(n)), holder)

    def channel(self, kind: str = "webhook", name: str = "Hook", **fields: object) -> str:
        wanted = ChannelIn.model_validate({"name": name, "kind": kind, **fields})
        with self.database.writing() as session:
            return channels.create(session, self.project, wanted, self.keyring, self.by).row.id

    def signing(self, name: str = "Hook", **fields: object) -> tuple[str, str]:
        """A webhook, and its secret."""
        wanted = ChannelIn.model_validate({"name": name, "kind": "webhook", **fields})
        with self.database.writing() as session:
            made = channels.create(session, self.project, wanted, self.keyring, self.by)
            return made.row.id, made.signing_secret or ""

    def change(self, channel_id: str, **fields: object) -> str | None:
        """Its new signing secret, if any."""
        with self.database.writing() as session:
            row = channels.existing(session, self.project, channel_id)
            wanted = ChannelPatch.model_validate(fields)
            return channels.change(session, row, wanted, self.keyring, self.by).signing_secret

    def enqueue(self, channel_id: str, *keys: str, **fields: Any) -> None:
        with self.database.writing() as session:
            for key in keys:
                enqueue(session, self.project, [channel_id], message(**fields), key, self.clock())

    def row(self, channel_id: str) -> ChannelRow:
        with self.database.sessions() as session:
            return session.get_one(ChannelRow, channel_id)

    def messages(self) -> dict[str, DeliveryRow]:
        """By key, the oldest first."""
        with self.database.sessions() as session:
            rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.number)).all()
        return {row.key: row for row in rows}

    def states(self) -> dict[str, str]:
        return {key: row.state for key, row in self.messages().items()}

    def notifications(self) -> list[NotificationRow]:
        with self.database.sessions() as session:
            return list(session.scalars(select(NotificationRow).order_by(NotificationRow.number)).all())

    def audit(self) -> list[AuditEntry]:
        with self.database.sessions() as session:
            return list(session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id)).all())


def new_office(database: Database, smtp_url: str = "") -> Office:
    with database.writing() as session:
        done = bootstrap(session, Beginning("operator-chosen-key", "root@example.com"), Clock()())
        assert done is not None
    return Office(database, done.project_id, smtp_url)


def message(event: Event = "fired", severity: Severity = "critical", **fields: Any) -> Message:
    found = Message(
        event=event,
        thread="alert-1",
        severity=severity,
        title="p95 latency of support-reply is above 2 s",
        text="It is 3.5 s since 11:55.",
        at=Clock()() - timedelta(minutes=1),
        url="/incidents/1",
        facts=(Fact("p95 latency", "3.5 s"), Fact("Threshold", "2 s")),
        body={
            "alert_type": "latency_spike", "severity": severity, "prompt_id": "support-reply", "metric": "p95_latency",
            "value": 3500, "threshold": 2000, "timestamp": "2026-11-21T11:59:00Z", "rule": "Slow answers",
        },
    )  # fmt: skip
    return replace(found, **fields)
