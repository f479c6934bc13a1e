"""A project in Berlin with one call an hour, a reporter whose clock tests move, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from clock import Clock
from experiments.lab import new_lab
from fixtures_postgres import database, postgres_database, postgres_server
from notify.office import BASE_URL, client
from notify.sinks import MailSink
from promptpulse.accounts.models import Project
from promptpulse.accounts.values import By
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.dashboards.data import Sources as DashboardSources
from promptpulse.db import Database
from promptpulse.experiments.analyst import Analyst
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE
from promptpulse.notify.delivery import Delivery
from promptpulse.notify.models import REPORT
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending import Post, open_post
from promptpulse.notify.sending.mail import mail_server
from promptpulse.reports import service
from promptpulse.reports.gather import Sources
from promptpulse.reports.mailing import ReportMails
from promptpulse.reports.models import ReportRow, ReportRunRow
from promptpulse.reports.runs import Reporter
from promptpulse.reports.shapes import ReportIn, ReportPatch
from promptpulse.store import Store
from server.conftest import own_server, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "server"]

FRIDAY = datetime(2037, 10, 23, 12, tzinfo=UTC)
"""To come, so that no rollup has forgotten its minutes. On Sunday at 03:00 the clocks of Berlin go back to 02:00."""
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """Each method is a transaction of its own."""

    database: Database
    store: Store
    project: str
    sink: MailSink
    keyring: Keyring = field(default_factory=lambda: Keyring(Fernet.generate_key().decode()))
    clock: Clock = field(default_factory=lambda: Clock(FRIDAY))

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def reporter(self) -> Reporter:
        board = DashboardSources(self.store, self.database, Analyst(self.store))
        return Reporter(self.database, Sources(board, Prices(lambda _: ())), lambda _: NONE)

    def round(self, **forward: float) -> None:
        """A round of a server that was just started, after the clock went forward."""
        self.clock.forward(**forward)
        self.reporter().round(self.clock())

    def deliver(self) -> list[EmailMessage]:
        """All mails that have arrived, the oldest first."""
        server = mail_server(self.sink.url, "PromptPulse <pulse@example.com>")
        post = open_post(client(), server, BASE_URL, allow_private=True)
        mails = ReportMails(self.database, self.keyring, server, BASE_URL)
        post = Post({**post.senders, REPORT: mails}, post.guard)
        Delivery(self.database, self.keyring, post, self.clock, lambda _: None, "a process").drain()
        return [letter for _, letter in self.sink.got]

    def define(self, schedule: dict[str, object], **fields: object) -> str:
        wanted = ReportIn.model_validate(
            {"name": "Morning", "schedule": schedule, "addresses": ["ada@example.com"], **fields}
        )
        with self.database.writing() as session:
            return service.create(session, self.project, "Europe/Berlin", wanted, self.by).id

    def change(self, report_id: str, **fields: object) -> None:
        with self.database.writing() as session:
            row = service.existing(session, self.project, report_id)
            service.change(session, row, "Europe/Berlin", ReportPatch.model_validate(fields), self.by)

    def row(self, report_id: str) -> ReportRow:
        with self.database.sessions() as session:
            return session.get_one(ReportRow, report_id)

    def runs(self) -> list[ReportRunRow]:
        """The oldest first."""
        with self.database.sessions() as session:
            found = session.scalars(select(ReportRunRow).order_by(ReportRunRow.due_at, ReportRunRow.id)).all()
            for one in found:
                _ = one.content
            return list(found)

    def calls(self, start: datetime, hours: int, **fields: object) -> None:
        """One an hour."""
        made = []
        for i in range(hours):
            at = start + i * HOUR
            given: dict[str, object] = {"latency_ms": 100.0, "prompt_id": "greeting", **fields}
            made.append(Call(project=self.project, id=f"{at:%j %H:%M}", ts=to_micros(at), **given))  # type: ignore[arg-type]  # fields are the test's business
        insert(self.store, made, int(self.clock().timestamp()))


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def desk(database: Database, store: Store, mail_sink: MailSink) -> Desk:
    lab = new_lab(database)
    with database.writing() as session:
        session.get_one(Project, lab.project).time_zone = "Europe/Berlin"
    return Desk(database, store, lab.project, mail_sink)
