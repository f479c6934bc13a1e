"""`promptpulse doctor`: what the server needs, checked one by one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Literal

from sqlalchemy import func, select

from promptpulse import __version__
from promptpulse.accounts.models import Project
from promptpulse.app import owned_event_store
from promptpulse.core.errors import AppError, Conflict
from promptpulse.db import migrate, open_database
from promptpulse.jobs.models import JobRow
from promptpulse.metrics import rollups
from promptpulse.notify.sending.mail import mail_server, reach
from promptpulse.notify.values import Delivered
from promptpulse.settings import Settings
from promptpulse.store import Store
from promptpulse.web.pages import STATIC

LITTLE_DISK = 2 << 30
"""Bytes: room for some thirty million calls."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: Literal["ok", "warning", "wrong"]
    finding: str


def run(settings: Settings, now: datetime) -> list[Check]:
    """All checks. A running server keeps its event store to itself: those checks are then left to it."""
    if settings.resolved_store_url.startswith("chdb:") and not settings.data.is_dir():
        said = f"{settings.data} is not there yet: give --data or PROMPTPULSE_DATA, or --url to ask a running server"
        return [_versions(), _pages(), Check("data folder", "warning", said)]
    found = [_versions(), _disk(settings), _pages(), _guarded("settings database", lambda: _database(settings))]
    found += [_guarded("mail", lambda: _mail(settings)), _guarded("repeated work", lambda: _jobs(settings))]
    try:
        with owned_event_store(settings, now) as store:
            found.append(_guarded("event store", lambda: _calls(store)))
            found.append(_guarded("rollups", lambda: _rollups(store, now)))
            found.append(_guarded("clock", lambda: _clock(store, now)))
    except Conflict as e:
        found.append(Check("event store", "ok", f"in use: {e.message.partition(';')[0]}; ask the server with --url"))
    except AppError as e:
        found.append(Check("event store", "wrong", e.message))
    return found


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except AppError as e:
        return Check(name, "wrong", e.message)


def _versions() -> Check:
    parts = [f"PromptPulse {__version__}", f"Python {sys.version.split()[0]}"]
    parts += [f"{package} {version(package)}" for package in ("chdb", "clickhouse-connect", "genai-prices")]
    return Check("versions", "ok", ", ".join(parts))


def _disk(settings: Settings) -> Check:
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free
    state: Literal["ok", "warning"] = "ok" if free > LITTLE_DISK else "warning"
    return Check("disk", state, f"{free / (1 << 30):.1f} GiB free at {settings.data.absolute()}")


def _pages() -> Check:
    if (STATIC / "index.html").is_file():
        return Check("web app", "ok", "built")
    return Check("web app", "warning", "not built; run make web in the source folder")


def _database(settings: Settings) -> Check:
    database = open_database(settings.resolved_database_url)
    try:
        migrate(database)
        with database.sessions() as session:
            n = session.scalar(select(func.count()).select_from(Project)) or 0
        return Check(
            "settings database", "ok", f"{database.engine.dialect.name}, {n} {'project' if n == 1 else 'projects'}"
        )
    finally:
        database.close()


def _mail(settings: Settings) -> Check:
    server = mail_server(settings.smtp_url, settings.smtp_from)
    if server is None:
        return Check(
            "mail", "warning", "no mail server is set (PROMPTPULSE_SMTP_URL): channels by e-mail and reports wait"
        )
    outcome = reach(server)
    return Check("mail", "ok" if isinstance(outcome, Delivered) else "wrong", outcome.said)


def _jobs(settings: Settings) -> Check:
    """The last runs of what the server does by itself, from the settings database."""
    database = open_database(settings.resolved_database_url)
    try:
        with database.sessions() as session:
            rows = session.scalars(select(JobRow).order_by(JobRow.name)).all()
    finally:
        database.close()
    failing = [f"{row.name} ({row.failures} times: {row.error})" for row in rows if row.error]
    if failing:
        return Check("repeated work", "wrong", f"fails: {'; '.join(failing)}")
    return Check("repeated work", "ok", f"{len(rows)} jobs, none failed" if rows else "no server has run yet")


def _calls(store: Store) -> Check:
    parts = store.query(
        "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'calls'"
    )
    rows, size = next(parts.rows())
    return Check("event store", "ok", f"{rows} calls, {int(str(size)) / (1 << 20):.1f} MiB")


def _rollups(store: Store, now: datetime) -> Check:
    differing = {r.table: len(rollups.differing_hours(store, r, now)) for r in rollups.ROLLUPS}
    wrong = {table: hours for table, hours in differing.items() if hours}
    if wrong:
        return Check("rollups", "wrong", f"hours that differ from the calls: {wrong}; run promptpulse rebuild-rollups")
    return Check("rollups", "ok", "equal to the calls")


def _clock(store: Store, now: datetime) -> Check:
    ahead = store.query(
        "SELECT count() AS n FROM calls WHERE ts > {limit:DateTime64(6, 'UTC')}", {"limit": now + timedelta(minutes=5)}
    ).column("n")[0]
    if ahead:
        return Check(
            "clock", "warning", f"{ahead} calls lie in the future; check the clocks of the senders and of this machine"
        )
    return Check("clock", "ok", f"{now.isoformat(timespec='seconds')}")
