"""What the shop promises, what it may do by itself, and who would be told: objectives, a policy on trial, a channel that is off,
and a report that nobody gets by mail. Nothing of it leaves this machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from promptpulse.accounts.values import By, ProjectRef
from promptpulse.actions import service as policies
from promptpulse.actions.shapes import AlertTrigger, PolicyIn, RollbackAction
from promptpulse.db import Database
from promptpulse.definitions.asked import FilterIn
from promptpulse.demo.company import PROMPTS, REPLY
from promptpulse.demo.history import ACTOR
from promptpulse.demo.mishaps import RULES_DAYS_AGO
from promptpulse.demo.traffic import World
from promptpulse.metrics import NONE
from promptpulse.notify import channels
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.shapes import ChannelIn
from promptpulse.reports import service as reports
from promptpulse.reports.shapes import ReportIn, Weekly
from promptpulse.slas import service as slas
from promptpulse.slas.evaluate import Objectives
from promptpulse.slas.models import SlaRow
from promptpulse.slas.shapes import Availability, Latency, SlaIn
from promptpulse.store import Store

REPLIES = [
    FilterIn(dimension="prompt_id", values=[PROMPTS[REPLY].id]),
    FilterIn(dimension="environment", values=["production"]),
]
OBJECTIVES = (
    SlaIn(
        name="Support replies are available", description="What customers wait for; retries do not count.",
        objective=Availability(kind="availability"), target=98, where=REPLIES,
        runbook="Look at the status page of the provider; switch to the fallback if it is down.",
    ),
    SlaIn(
        name="Support replies are fast", description="p95 below 7 s.", objective=Latency(kind="latency", under_ms=7000),
        target=95, period="month", where=REPLIES,
    ),
)  # fmt: skip
POLICY = PolicyIn(
    name="Roll back a worse support reply", description="On trial: it only says in the incident what it would do.",
    trigger=AlertTrigger(kind="alert", severities=["warning", "critical"], prompts=[PROMPTS[REPLY].id]),
    action=RollbackAction(kind="rollback", prompt=PROMPTS[REPLY].id), dry_run=True,
)  # fmt: skip
CHANNEL = ChannelIn(
    name="On call (demo, off)", kind="email", addresses=["on-call@example.com"], enabled=False, severities=["critical"]
)
"""An address that nobody can have (RFC 2606)."""
REPORT = ReportIn(name="Performance review", schedule=Weekly(kind="weekly", weekday=1, hour=8))


def write_safeguards(store: Store, database: Database, world: World, project: ProjectRef, now: datetime) -> None:
    """Once a project."""
    by = By(ACTOR, world.anchor - timedelta(days=RULES_DAYS_AGO))
    nothing_to_hide = Keyring(Fernet.generate_key().decode())  # neither a mail nor a roll-back has a secret
    with database.writing() as session:
        if session.scalar(select(func.count()).select_from(SlaRow).where(SlaRow.project_id == project.id)):
            return
        for wanted in OBJECTIVES:
            slas.create(session, project.id, wanted, by)
        policies.create(session, project.id, POLICY, by, nothing_to_hide)
        channels.create(session, project.id, CHANNEL, nothing_to_hide, by)
        # written a week ago: one is due, and is there to look at
        reports.create(session, project.id, project.time_zone, REPORT, By(ACTOR, now - timedelta(days=7)))
    Objectives(store, database, lambda _: NONE).evaluate(project.id, project.time_zone, now)
