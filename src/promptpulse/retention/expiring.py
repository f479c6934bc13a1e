"""Deleting what is older than a project keeps: once a day, project by project.

    closing ── the first kept days are moved: what is older is stored no more, and its totals are computed no more
    running ── a while later: last totals, then the rows, as `metrics.expired` orders them

Both may be repeated, so a run that was cut off is begun anew. It begins an hour after a change of the periods at the earliest, and
waits for requests to forget a user: totals are told without them while the calls are there."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError, Refused
from promptpulse.db import Database
from promptpulse.experiments.models import ExperimentRow
from promptpulse.metrics import days, expired, kept
from promptpulse.metrics.kept import SHORTEST, WHATS, What
from promptpulse.metrics.repriced import Pause
from promptpulse.retention.forgetting import ACTOR
from promptpulse.retention.models import ForgetRow, PeriodRow
from promptpulse.store import Store

log = logging.getLogger(__name__)

Periods = Mapping[What, int]
"""Days; what is kept for ever is not in it."""
RECONSIDER = timedelta(hours=1)
"""A period that was a mistake can be taken back for so long."""
SETTLE = timedelta(minutes=1)
"""Whoever did not know of the moved days yet has stored by then."""
POLL_S = 0.05


def periods_of(row: PeriodRow | None) -> Periods:
    return {} if row is None else {what: n for what in WHATS if (n := getattr(row, what)) is not None}


def first_days(periods: Periods, now: datetime) -> dict[What, date]:
    """From which UTC days on rows are kept."""
    return {what: now.date() - timedelta(days=n) for what, n in periods.items()}


def checked(periods: Periods, fields: Mapping[What, str]) -> Periods:
    """Raises Refused for what cannot be; `fields` names them."""
    for what, n in periods.items():
        if not SHORTEST[what] <= n <= kept.LONGEST:
            raise Refused(
                f"{fields[what]}: {n} is not acceptable; take {SHORTEST[what]} to {kept.LONGEST} days, or null for ever",
                field=fields[what],
            )
    if "calls" in periods and periods.get("texts", 0) > periods["calls"]:
        raise Refused(
            f"{fields['texts']}: texts go with their calls, after {periods['calls']} days; take no more than that, or null",
            field=fields["texts"],
        )
    return periods


def change(session: Session, project_id: str, periods: Periods, by: By) -> PeriodRow:
    """Of periods that are `checked`."""
    row = session.get(PeriodRow, project_id)
    if row is None:
        row = PeriodRow(project_id=project_id, counts={})
        session.add(row)
    for what in WHATS:
        setattr(row, what, periods.get(what))
    row.changed_at, row.status, row.done_on, row.error = by.at, "idle", None, None
    detail: Detail = {what: periods.get(what) for what in WHATS}
    record(session, project_id, by, "retention.change", "retention", detail=detail)
    return row


def running_experiments(session: Session, project_id: str, before: date) -> Sequence[str]:
    """Titles of those that run since before a day, and would be analysed by what is left."""
    found = select(ExperimentRow.title, ExperimentRow.started_at).where(
        ExperimentRow.project_id == project_id, ExperimentRow.status == "running"
    )
    return sorted(title for title, at in session.execute(found) if at is not None and at.date() < before)


class Expirer:
    """`round` is a job; `close` ends it after the statement that runs."""

    def __init__(self, store: Store, database: Database, pause: Pause, clock: Callable[[], datetime]) -> None:
        self._store, self._database, self._pause, self._clock = store, database, pause, clock
        self._stop = threading.Event()

    def close(self) -> None:
        """What is not done goes on with the next start."""
        self._stop.set()

    def round(self, now: datetime) -> None:
        """Do what is to be done in every project. One that fails does not keep the others waiting."""
        with self._database.sessions() as session:
            is_due = or_(PeriodRow.done_on.is_(None), PeriodRow.done_on < now.date())
            is_settled = PeriodRow.changed_at <= now - RECONSIDER
            rows = session.scalars(select(PeriodRow).where(is_due, is_settled).order_by(PeriodRow.project_id)).all()
        for row in rows:
            if self._stop.is_set():
                return
            try:
                self._work_on(row, now)
            except (AppError, SQLAlchemyError) as e:
                log.warning("deletion of what is no longer kept is tried again: %s", e)
                self._note(row, error=str(e)[:1000])

    def _work_on(self, row: PeriodRow, now: datetime) -> None:
        periods = periods_of(row)
        if not periods and row.moved_at is None:
            return
        if self._is_forgetting(row.project_id):
            self._note(row, status="waiting")
            return
        with self._pause():
            moved = kept.move(self._store, row.project_id, first_days(periods, now))
        if moved:
            self._note(row, status="closing", moved_at=now)
        elif row.moved_at is None or now - row.moved_at >= SETTLE:
            self._delete(row, now)

    def _is_forgetting(self, project_id: str) -> bool:
        with self._database.sessions() as session:
            is_open = (ForgetRow.project_id == project_id, ForgetRow.status != "done")
            return session.scalar(select(ForgetRow.id).where(*is_open).limit(1)) is not None

    def _delete(self, row: PeriodRow, now: datetime) -> None:
        store, project = self._store, row.project_id
        self._note(row, status="running", started_at=self._clock(), counts={}, error=None)
        for day in days.unbuilt_gone(store, project, now):
            if self._stop.is_set():
                return
            with self._pause():
                days.build_last(store, day)
        counts: Counter[str] = Counter()
        for piece in expired.pieces(store, project, kept.days_of(store, project)):
            with self._pause():  # no backup is made of half of it
                rows = expired.begin(store, piece)
            while not expired.is_done(store, piece.table, project):
                if self._stop.wait(POLL_S):
                    return
            counts[piece.table] += rows
            if rows:
                self._note(row, counts=dict(counts))
        self._done(row, now, {table: n for table, n in counts.items() if n})

    def _done(self, row: PeriodRow, now: datetime, counts: Mapping[str, int]) -> None:
        at = self._clock()
        with self._database.writing() as session:
            found = session.get(PeriodRow, row.project_id)
            if found is None:  # its project was deleted
                return
            found.status, found.finished_at, found.counts, found.error = "idle", at, dict(counts), None
            if found.changed_at == row.changed_at:
                found.done_on = now.date()
            if counts:
                record(session, row.project_id, By(ACTOR, at), "retention.delete", "retention", detail=counts)

    def _note(self, row: PeriodRow, **values: object) -> None:
        with self._database.writing() as session:
            session.execute(update(PeriodRow).where(PeriodRow.project_id == row.project_id).values(**values))
