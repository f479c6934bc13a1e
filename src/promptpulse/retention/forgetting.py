"""Forgetting a user: a recorded request, worked on step by step by a job.

    count ── the user's rows are counted, the days of their calls noted
    call_texts, scores, events, calls ── the engine takes the rows out of its files, beside everything else
    totals ── the rollups of those days are computed anew, one day at a time, while the writer waits; then notes of alerts and
              incidents tell nothing of the user any more

What was noted last is done again after a restart, and does no harm. Assignments go at once, with the request: the id of the user is
known only then. What is kept is a hash."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.text import is_id
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError, Conflict, NotFound
from promptpulse.core.ids import uuid7
from promptpulse.db import Database, exclusive
from promptpulse.experiments.models import Assignment, AssignmentCount, ExperimentRow
from promptpulse.metrics import forgotten
from promptpulse.metrics.forgotten import TABLES, Forgotten
from promptpulse.metrics.repriced import Pause
from promptpulse.retention.models import ForgetRow
from promptpulse.store import Store

log = logging.getLogger(__name__)

MOST_WAITING = 1000
LISTED = 100
ACTOR = "PromptPulse"
SETTLE = timedelta(seconds=3)
"""What was on its way when the request came has arrived by then."""
POLL_S = 0.05
STEPS = ("count", *TABLES, "totals")


def requests_of(session: Session, project_id: str) -> Sequence[ForgetRow]:
    """Newest first."""
    newest = select(ForgetRow).where(ForgetRow.project_id == project_id)
    return session.scalars(newest.order_by(ForgetRow.created_at.desc(), ForgetRow.id.desc()).limit(LISTED)).all()


def existing(session: Session, project_id: str, request_id: str) -> ForgetRow:
    """Raises NotFound."""
    row = session.get(ForgetRow, request_id) if is_id(request_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no request {request_id!r}; GET /api/v1/retention/forget lists them")
    return row


def ask(session: Session, project_id: str, user_id: str, by: By) -> ForgetRow:
    """Note the request, and delete the user's assignments. Call `Assigner.forget` after the commit.

    Raises Conflict when too many wait already."""
    exclusive(session, f"forget requests of {project_id}")
    waiting = select(ForgetRow.id).where(ForgetRow.project_id == project_id, ForgetRow.status != "done")
    if len(session.scalars(waiting.limit(MOST_WAITING)).all()) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} requests wait already; ask again when some are done")
    row = ForgetRow(
        id=uuid7(by.at),
        project_id=project_id,
        user_hash=forgotten.hash_of(project_id, user_id),
        status="queued",
        step=STEPS[0],
        counts={"assignments": _unassign(session, project_id, user_id)},
        days=[],
        days_told=0,
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    record(session, project_id, by, "user.forget", _named(row), detail={"request": row.id})
    return row


def _unassign(session: Session, project_id: str, user_id: str) -> int:
    experiments = select(ExperimentRow.id).where(ExperimentRow.project_id == project_id)
    of_user = (Assignment.unit_id == user_id, Assignment.experiment_id.in_(experiments))
    found = session.execute(select(Assignment.experiment_id, Assignment.variant_id).where(*of_user)).all()
    for experiment_id, variant_id in found:
        of_variant = (AssignmentCount.experiment_id == experiment_id, AssignmentCount.variant_id == variant_id)
        session.execute(update(AssignmentCount).where(*of_variant).values(units=AssignmentCount.units - 1))
    session.execute(delete(Assignment).where(*of_user))
    return len(found)


@dataclass(frozen=True, slots=True)
class Notes:
    """What other parts of the product have noted of calls and users: alerts and incidents."""

    call_ids: Callable[[Session, str], AbstractSet[str]]
    """Of the calls that notes of the project quote."""
    forget: Callable[[Session, str, Callable[[str], bool], AbstractSet[str], datetime], int]
    """Take out what names the user or quotes these calls; how many notes that were."""


class Forgetter:
    """Works on the requests. `round` is a job; `close` ends it after the statement that runs."""

    def __init__(
        self, store: Store, database: Database, pause: Pause, clock: Callable[[], datetime], notes: Notes | None = None
    ) -> None:
        self._store, self._database, self._pause, self._clock, self._notes = store, database, pause, clock, notes
        self._stop = threading.Event()

    def close(self) -> None:
        """Requests go on with the next start."""
        self._stop.set()

    def round(self, now: datetime) -> None:
        """Do what is to be done, the oldest request first. One that fails does not keep the others waiting."""
        with self._database.sessions() as session:
            is_open = (ForgetRow.status != "done", ForgetRow.created_at <= now - SETTLE)
            ids = session.scalars(
                select(ForgetRow.id).where(*is_open).order_by(ForgetRow.created_at, ForgetRow.id)
            ).all()
        for request_id in ids:
            if self._stop.is_set():
                return
            try:
                while not self._stop.is_set() and self._step(request_id):
                    pass
            except (AppError, SQLAlchemyError) as e:
                log.warning("forgetting a user is tried again: %s", e)
                self._note(request_id, error=str(e)[:1000])

    def _step(self, request_id: str) -> bool:
        """Do the next step; False when there is none, or it was cut off by `close`."""
        with self._database.sessions() as session:
            row = session.get(ForgetRow, request_id)
        if row is None or row.status == "done":  # None: its project was deleted
            return False
        user = Forgotten(row.project_id, row.user_hash, row.created_at)
        if row.step == "count":
            self._count(row, user)
        elif row.step == "totals":
            self._retell(row)
        else:
            table = next(table for table in TABLES if table == row.step)
            forgotten.delete(self._store, table, user)
            while not forgotten.is_done(self._store, table, user):
                if self._stop.wait(POLL_S):
                    return False
            self._note(row.id, step=STEPS[STEPS.index(table) + 1], error=None)
        return True

    def _count(self, row: ForgetRow, user: Forgotten) -> None:
        with self._pause():
            pass  # whatever was being stored when the request came is stored now
        days = forgotten.days_of(self._store, user)
        counts = row.counts | {str(table): n for table, n in forgotten.counted(self._store, user).items()}
        self._note(
            row.id, status="running", step=TABLES[0], counts=counts, days=[day.isoformat() for day in days], error=None
        )

    def _retell(self, row: ForgetRow) -> None:
        if row.days:
            told = forgotten.retell(self._store, row.project_id, date.fromisoformat(row.days[0]), self._pause)
            self._note(row.id, days=row.days[1:], days_told=row.days_told + told, error=None)
            return
        now = self._clock()
        gone = self._gone(row.project_id)
        with self._database.writing() as session:
            found = session.get(ForgetRow, row.id)
            if found is None:
                return
            if self._notes is not None:
                is_user = partial(_is_user, row.project_id, row.user_hash)
                n = self._notes.forget(session, row.project_id, is_user, gone, now)
                found.counts = found.counts | ({"incidents": n} if n else {})
            found.status, found.step, found.error, found.finished_at = "done", "done", None, now
            detail: Detail = {"request": found.id, **found.counts}
            record(session, found.project_id, By(ACTOR, now), "user.forgotten", _named(found), detail=detail)

    def _gone(self, project_id: str) -> AbstractSet[str]:
        """Calls that notes quote, and that are no longer stored."""
        if self._notes is None:
            return frozenset()
        with self._database.sessions() as session:
            quoted = self._notes.call_ids(session, project_id)
        return forgotten.gone(self._store, project_id, quoted)

    def _note(self, request_id: str, **values: object) -> None:
        with self._database.writing() as session:
            session.execute(update(ForgetRow).where(ForgetRow.id == request_id).values(**values))


def _is_user(project_id: str, user_hash: str, text: str) -> bool:
    return bool(text) and forgotten.hash_of(project_id, text) == user_hash


def _named(row: ForgetRow) -> str:
    return f"user {row.user_hash[:16]}"
