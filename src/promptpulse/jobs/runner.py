"""Runs jobs by their timetable. Several processes share them: a row in the database says who runs which.

A job's moments are every `every`, shifted by a jitter that depends on its name alone, so that jobs do not all begin at
once. Each moment is run by one process; moments that passed while nobody could are not made up for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from promptpulse.core.ids import stable_hash
from promptpulse.db import Database, exclusive
from promptpulse.jobs.models import JobRow

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
RENEW_S = 30.0
LOOK_S = 1.0
"""At least so often the clock is looked at."""
JITTER_SHARE = 0.1
MOST_JITTER = timedelta(minutes=5)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[datetime], None]
    """Gets the time at which it begins. What it raises is logged, and readable in `states`."""


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job does."""

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    failures: int
    """Failed runs since the last good one."""
    error: str | None


class Runner:
    """A thread a job, so that a slow one delays no other; and one that tells other processes that we live."""

    def __init__(self, database: Database, clock: Callable[[], datetime], jobs: Sequence[Job], holder: str) -> None:
        """`holder`: another for each process that runs."""
        self._database, self._clock, self._jobs, self._holder = database, clock, tuple(jobs), holder
        self._said: dict[str, str | None] = {}
        """How the last run of each job failed, if it did."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=partial(self._loop, job), name=f"job {job.name}", daemon=True) for job in self._jobs
        ]
        self._threads.append(threading.Thread(target=self._renew, name="leases of jobs", daemon=True))

    def start(self, *, alone: bool) -> None:
        """`alone`: no other process shares the database, so whoever held a job before is gone."""
        if alone:
            with self._database.writing() as session:
                session.execute(update(JobRow).values(holder=None, held_until=None))
        if self._jobs:
            for thread in self._threads:
                thread.start()

    def close(self, timeout_s: float = 30.0) -> None:
        """End after the jobs that run."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def run_due(self, now: datetime) -> list[str]:
        """Run each job whose moment has come, one after the other; their names. For tests and commands."""
        return [job.name for job in self._jobs if self._run_if_due(job, now)]

    def states(self) -> list[JobState]:
        """Of all jobs that ever ran, by name."""
        with self._database.sessions() as session:
            rows = session.scalars(select(JobRow).order_by(JobRow.name)).all()
        return [JobState(row.name, row.started_at, row.finished_at, row.failures, row.error) for row in rows]

    def _loop(self, job: Job) -> None:
        done: datetime | None = None
        while not self._stop.wait(_wait_s(job, self._clock())):
            now = self._clock()
            slot = slot_of(job, now)
            if slot == done:
                continue
            try:
                self._run_if_due(job, now)
                done = slot
            except SQLAlchemyError:
                log.exception("job %s could not be begun; the next try is soon", job.name)

    def _renew(self) -> None:
        while not self._stop.wait(RENEW_S):
            try:
                with self._database.writing() as session:
                    mine = update(JobRow).where(JobRow.holder == self._holder)
                    session.execute(mine.values(held_until=self._clock() + LEASE))
            except SQLAlchemyError:
                log.exception("could not renew the leases of jobs")

    def _run_if_due(self, job: Job, now: datetime) -> bool:
        slot = slot_of(job, now)
        with self._database.writing() as session:
            if not self._claim(session, job, slot, now):
                return False
        error = None
        try:
            job.run(now)
        except Exception as e:
            error = f"{type(e).__name__}: {e}"[:2000]
            if self._said.get(job.name) != error:  # what goes on for days is logged once
                log.exception("job %s failed", job.name)
        self._said[job.name] = error
        with self._database.writing() as session:
            row = session.get(JobRow, job.name)
            if row is not None and row.holder == self._holder:
                row.holder = row.held_until = None
                row.finished_at, row.error = self._clock(), error
                row.failures = row.failures + 1 if error else 0
        return True

    def _claim(self, session: Session, job: Job, slot: datetime, now: datetime) -> bool:
        exclusive(session, f"job {job.name}")
        row = session.get(JobRow, job.name)
        if row is None:
            session.add(JobRow(name=job.name, failures=0))
            session.flush()
        taken = session.execute(
            update(JobRow)
            .where(
                JobRow.name == job.name,
                # moments far ahead are of a clock that was wrong: nobody would run it until they come
                or_(JobRow.slot.is_(None), JobRow.slot < slot, JobRow.slot > slot + job.every + LEASE),
                # what we hold ourselves is what we could not give back: a job has one thread
                or_(
                    JobRow.held_until.is_(None),
                    JobRow.held_until <= now,
                    JobRow.held_until > now + 2 * LEASE,
                    JobRow.holder == self._holder,
                ),
            )
            .values(holder=self._holder, held_until=now + LEASE, slot=slot, started_at=now)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]  # an update has it


def jitter(job: Job) -> timedelta:
    """Between nothing and a tenth of `every`, 5 minutes at most; the same in every process."""
    share = int(stable_hash(job.name)[:8], 16) / 16**8
    return min(job.every * JITTER_SHARE, MOST_JITTER) * share


def slot_of(job: Job, now: datetime) -> datetime:
    """The newest moment of the timetable that has come."""
    since = now - _EPOCH - jitter(job)
    return _EPOCH + jitter(job) + job.every * (since // job.every)


def _wait_s(job: Job, now: datetime) -> float:
    left = (slot_of(job, now) + job.every - now).total_seconds()
    return min(max(left, 0.01), LOOK_S)
