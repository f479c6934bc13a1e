"""Makes reports that are due: each period once, also when nobody could at its time.

First the period is claimed by a row with a unique key, together with the step to the next moment; then the report is made
with no transaction open; then it is kept and put into the outbox in one transaction. Whoever dies in between leaves a row
that is made again; messages have its key, so nobody gets two."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.orm import Session

from promptpulse.accounts.keys import ref
from promptpulse.accounts.models import Project
from promptpulse.core.errors import AppError
from promptpulse.core.ids import uuid7
from promptpulse.core.times import rfc3339
from promptpulse.dashboards.asking import Context
from promptpulse.db import Database
from promptpulse.metrics import Definitions, zone
from promptpulse.notify.messages import Fact, Message
from promptpulse.notify.outbox import enqueue, insert_new
from promptpulse.reports import schedule, service
from promptpulse.reports.content import Content
from promptpulse.reports.gather import Asked, Sources, gather
from promptpulse.reports.lanes import lanes
from promptpulse.reports.models import ReportRow, ReportRunRow
from promptpulse.reports.shapes import ReportIn

log = logging.getLogger(__name__)
SYSTEM = "PromptPulse"
AT_ONCE = 200
"""Reports and runs that one round looks at."""
LATEST = timedelta(days=7)
"""A report that is later than this is noted, but not sent: nobody reads a pile of old mornings."""
LEASE = timedelta(minutes=10)
RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Before the next try, by how many failed; after the last the run has failed."""
KEPT = timedelta(days=400)
MOST_FACTS = 6


@dataclass(frozen=True, slots=True)
class Work:
    """A run to be made."""

    run_id: str
    wanted: ReportIn
    asked: Asked


class Reporter:
    def __init__(self, database: Database, sources: Sources, definitions: Callable[[str], Definitions]) -> None:
        self._database, self._sources, self._definitions = database, sources, definitions

    def round(self, now: datetime) -> None:
        """The job: claim what is due, make what is claimed."""
        with self._database.writing() as session:
            claim_due(session, now)
        for run_id in self._waiting(now):
            self.make(run_id, now)
        with self._database.writing() as session:
            old = (ReportRunRow.created_at < now - KEPT, ReportRunRow.state.in_(("made", "quiet", "skipped", "failed")))
            session.execute(delete_rows(ReportRunRow).where(*old))

    def make(self, run_id: str, now: datetime) -> None:
        """One run. What goes wrong is kept with it."""
        work = self._take(run_id, now)
        if work is None:
            return
        try:
            content = gather(self._sources, work.asked)
        except Exception as e:
            log.exception("report %s could not be made", work.asked.name)
            said = e.message if isinstance(e, AppError) else f"it could not be made ({type(e).__name__}); see the log"
            with self._database.writing() as session:
                _failed(session, run_id, said, now)
            return
        with self._database.writing() as session:
            finish(session, run_id, work.wanted, content, now)

    def preview(self, wanted: ReportIn, project: Project, now: datetime) -> Content:
        """As it would be if it were made now. Raises AppError."""
        tz = zone(project.time_zone)
        return gather(self._sources, self._asked(wanted, project, schedule.latest(wanted.schedule, now, tz), now))

    def _waiting(self, now: datetime) -> list[str]:
        with self._database.sessions() as session:
            which = select(ReportRunRow.id).where(_to_make(now)).order_by(ReportRunRow.due_at, ReportRunRow.id)
            return list(session.scalars(which.limit(AT_ONCE)))

    def _take(self, run_id: str, now: datetime) -> Work | None:
        """None: another process makes it, or its report is gone."""
        with self._database.writing() as session:
            taken = session.execute(
                update(ReportRunRow)
                .where(ReportRunRow.id == run_id, _to_make(now))
                .values(state="making", attempts=ReportRunRow.attempts + 1, retry_at=now + LEASE)
            )
            if not taken.rowcount:  # type: ignore[attr-defined]  # an update has it
                return None
            run = session.get_one(ReportRunRow, run_id)
            wanted = service.wanted_of(session.get_one(ReportRow, run.report_id))
            project = session.get_one(Project, run.project_id)
            tz = zone(project.time_zone)
            days = schedule.Due(run.due_at, run.start_at.astimezone(tz).date(), run.end_at.astimezone(tz).date())
            return Work(run_id, wanted, self._asked(wanted, project, days, now))

    def _asked(self, wanted: ReportIn, project: Project, days: schedule.Due, now: datetime) -> Asked:
        start, end = schedule.bounds(days, zone(project.time_zone))
        return Asked(
            name=wanted.name,
            project=ref(project),
            context=Context(project.id, project.time_zone, self._definitions(project.id), now),
            start=start,
            end=end,
            period=schedule.period(days.start, days.end),
            where=service.filters_of(wanted),
            dashboard=wanted.dashboard,
        )


def claim_due(session: Session, now: datetime) -> int:
    """A run for each moment that has come, however late; how many. Reports step to their next moment."""
    due = (
        select(ReportRow, Project)
        .join(Project, Project.id == ReportRow.project_id)
        .where(
            ReportRow.enabled,
            # a project that moved has another morning
            or_(ReportRow.next_at <= now, ReportRow.time_zone != Project.time_zone),
        )
        .order_by(ReportRow.next_at)
        .limit(AT_ONCE)
        .with_for_update(of=ReportRow, skip_locked=True)
    )
    claimed = 0
    for row, project in session.execute(due).all():
        tz = zone(project.time_zone)
        wanted = service.wanted_of(row)
        moved = row.time_zone != project.time_zone
        if moved:
            row.time_zone = project.time_zone
            if row.next_at is None or row.next_at > now:
                row.next_at = schedule.following(wanted.schedule, now, tz).at
        while row.next_at is not None and row.next_at <= now:
            # the moment itself may have been found in another zone, or before the rules of its zone changed
            found = schedule.due(wanted.schedule, row.next_at.astimezone(tz).date(), tz, at=row.next_at)
            _claim(session, row, found, tz, now)
            claimed += 1
            row.next_at = schedule.following(wanted.schedule, row.next_at, tz).at
    return claimed


def ask_for(
    session: Session, row: ReportRow, tz: ZoneInfo, addresses: list[str] | None, actor: str, now: datetime
) -> str:
    """A run that a person asks for; its id. `addresses`: a test."""
    wanted = service.wanted_of(row)
    days = schedule.latest(wanted.schedule, now, tz)
    start, end = schedule.bounds(days, tz)
    run_id = uuid7(now)
    session.add(
        ReportRunRow(
            id=run_id, project_id=row.project_id, report_id=row.id, key=f"asked {run_id}",
            kind="manual" if addresses is None else "test", state="waiting", due_at=now, start_at=start, end_at=end,
            addresses=addresses, attempts=0, created_at=now, created_by=actor[:300],
        )
    )  # fmt: skip
    session.flush()
    return run_id


def recipients(session: Session, row: ReportRow, wanted: ReportIn, run: ReportRunRow) -> tuple[list[str], list[str]]:
    """Addresses that have not unsubscribed, and channels."""
    gone = service.opted_out(session, row.id)
    asked = wanted.addresses if run.addresses is None else run.addresses
    return [a for a in asked if a not in gone], [] if run.addresses is not None else wanted.channels


def finish(session: Session, run_id: str, wanted: ReportIn, content: Content, now: datetime) -> None:
    """Keep what was made, and put it into the outbox; nothing if another process has finished it."""
    run = session.get(ReportRunRow, run_id, with_for_update=True)
    if run is None or run.state != "making":
        return
    row = session.get_one(ReportRow, run.report_id)
    run.content, run.finished_at, run.retry_at, run.said = content.model_dump(mode="json"), now, None, None
    if content.quiet and wanted.quiet and run.kind == "scheduled":
        run.state, run.said = "quiet", f"Not sent: {content.quiet}"
        return
    run.state = "made"
    addresses, channels = recipients(session, row, wanted, run)
    if not addresses and not channels:
        run.said = "Sent to nobody: no recipients, or all have unsubscribed."
        return
    message = _message(row, run, content, now)
    to = [*lanes(session, row.project_id, addresses, now), *channels]
    enqueue(session, row.project_id, to, message, key_of(run.id), now)


def key_of(run_id: str) -> str:
    return f"report {run_id}"


def thread_of(report_id: str) -> str:
    return f"report {report_id}"


def _claim(session: Session, row: ReportRow, found: schedule.Due, tz: ZoneInfo, now: datetime) -> None:
    start, end = schedule.bounds(found, tz)
    is_late = now - found.at > LATEST
    values: dict[str, object] = {
        "id": uuid7(now), "project_id": row.project_id, "report_id": row.id, "key": found.key, "kind": "scheduled",
        "state": "skipped" if is_late else "waiting", "due_at": found.at, "start_at": start, "end_at": end, "attempts": 0,
        "said": f"Not sent: it was due more than {LATEST.days} days before the server could make it." if is_late else None,
        "created_at": now, "created_by": SYSTEM, "finished_at": now if is_late else None,
    }  # fmt: skip
    insert_new(session, ReportRunRow, [values])


def _to_make(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(ReportRunRow.state == "waiting", or_(ReportRunRow.retry_at.is_(None), ReportRunRow.retry_at <= now)),
        and_(ReportRunRow.state == "making", ReportRunRow.retry_at <= now),
    )


def _failed(session: Session, run_id: str, said: str, now: datetime) -> None:
    run = session.get(ReportRunRow, run_id, with_for_update=True)
    if run is None or run.state != "making":
        return
    run.said = said.replace("\x00", "")[:1000]
    if run.attempts > len(RETRY) or run.kind != "scheduled":
        run.state, run.retry_at, run.finished_at = "failed", None, now
    else:
        run.state, run.retry_at = "waiting", now + RETRY[run.attempts - 1]


def _message(row: ReportRow, run: ReportRunRow, content: Content, now: datetime) -> Message:
    url = f"/reports/{row.id}/runs/{run.id}"
    told = [f for section in content.sections for f in section.figures][:MOST_FACTS]
    title = f"{content.name}: {content.period}"
    body: dict[str, JsonValue] = {
        "alert_type": "report", "severity": "info", "prompt_id": None, "metric": None, "value": None, "threshold": None,
        "timestamp": rfc3339(now), "event": "report", "report_id": row.id, "report_run": run.id, "name": content.name,
        "title": title, "text": content.headline, "start": rfc3339(content.start), "end": rfc3339(content.end), "url": url,
        "figures": {f.label: f.value for f in told},
    }  # fmt: skip
    return Message(
        event="note", thread=thread_of(row.id), severity="info", title=title, text=content.headline, at=now, url=url,
        facts=tuple(Fact(f.label, f"{f.value} ({f.change})" if f.change else f.value) for f in told), body=body,
    )  # fmt: skip
