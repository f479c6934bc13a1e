"""Pricing stored calls anew: a recorded job, worked on by a thread of its own, one after the other.

A job goes through its range in steps. A step: read calls, price them as if they came today, stage what
differs, note counts and the end of the step in one transaction, let the engine change the calls, rebuild the rollups,
note that the step is done. Whatever is cut off before the first note is staged anew; whatever is cut off after it is
applied anew: counts and costs are exact in both cases."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id
from promptpulse.accounts.values import By, PriceOverride, ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.errors import AppError, Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.times import from_micros
from promptpulse.costs.budgets import plain
from promptpulse.costs.models import RepricingRow
from promptpulse.costs.shapes import RepricingIn
from promptpulse.db import Database, exclusive
from promptpulse.ingest.price import Prices
from promptpulse.metrics import repriced
from promptpulse.metrics.repriced import Pause, Selection, Stored, Tally
from promptpulse.store import Store

log = logging.getLogger(__name__)

MOST_WAITING = 20
LISTED = 100
STEP_CHANGES, STEP_CALLS = 200_000, 1_000_000
"""Calls that a step changes, which the engine holds in memory, and that it looks at."""
HOLD = timedelta(minutes=10)
LOOK_EVERY_S = 30.0
RETRY_S = (1.0, 5.0, 15.0, 60.0)
APPLY_POLL_S = 0.05
_DAY = timedelta(days=1)

Overrides = Callable[[str], Sequence[PriceOverride]]


def repricings_of(session: Session, project_id: str) -> Sequence[RepricingRow]:
    """Newest first."""
    of_project = RepricingRow.project_id == project_id
    newest = select(RepricingRow).where(of_project).order_by(RepricingRow.created_at.desc(), RepricingRow.id.desc())
    return session.scalars(newest.limit(LISTED)).all()


def existing(session: Session, project_id: str, repricing_id: str) -> RepricingRow:
    """Raises NotFound."""
    row = session.get(RepricingRow, repricing_id) if is_id(repricing_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no re-pricing {repricing_id!r}; GET /api/v1/costs/repricings lists them")
    return row


def create(session: Session, project_id: str, wanted: RepricingIn, by: By) -> RepricingRow:
    """Raises Refused, and Conflict when too many wait already."""
    start, end = wanted.start.astimezone(UTC), min(wanted.end.astimezone(UTC), by.at + _DAY)
    if start >= end:
        raise Refused("end: must be later than start, and start not after tomorrow", field="end")
    exclusive(session, f"repricings of {project_id}")
    waiting = select(func.count()).select_from(RepricingRow).where(RepricingRow.project_id == project_id, _is_open())
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} re-pricings wait already; start another when one is done")
    row = RepricingRow(
        id=uuid7(by.at),
        project_id=project_id,
        status="queued",
        start=start,
        end=end,
        which=wanted.which,
        provider=plain(wanted.provider, "provider"),
        model=plain(wanted.model, "model"),
        reason=plain(wanted.reason.strip(), "reason") or "",
        done_until=start,
        calls_seen=0,
        calls_changed=0,
        calls_unpriced=0,
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    detail = {"start": start.isoformat(), "end": end.isoformat(), "which": row.which, "reason": row.reason}
    named = {"provider": row.provider, "model": row.model}
    record(session, project_id, by, "repricing.start", row.model or "all models", detail={**detail, **named})
    return row


class Repricer:
    """Works on the jobs, whoever noted them. `start` once, `wake` after a new job, `close` before the writer."""

    def __init__(
        self, store: Store, database: Database, overrides_of: Overrides, pause: Pause, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._database = database
        self._overrides_of = overrides_of
        self._pause = pause
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="re-pricing", daemon=True)

    def start(self) -> None:
        if self._store.embedded:  # nobody else works on this store: who held a job before is gone
            self.release()
        self._thread.start()

    def release(self) -> None:
        """Take the jobs from whoever worked on them."""
        with self._database.writing() as session:
            session.execute(update(RepricingRow).where(_is_open()).values(held_until=None))

    def wake(self) -> None:
        self._wake.set()

    def close(self, timeout_s: float = 30.0) -> None:
        """End after the statement that runs; the job goes on with the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if not self.run_next():
                    self._wake.wait(LOOK_EVERY_S)
                failures = 0
            except (AppError, SQLAlchemyError) as e:
                log.warning("a re-pricing waits: %s", e)
                self._stop.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1

    def run_next(self) -> bool:
        """Work on one job until it is done or `close` is called; False when there is none to work on."""
        job = self._claim()
        if job is not None:
            self._work(job)
        return job is not None

    def _claim(self) -> str | None:
        """Id of the job to work on: the one that was begun, else the oldest. One at a time, over all processes."""
        now = self._clock()
        with self._database.writing() as session:
            exclusive(session, "repricing")
            open_jobs = select(RepricingRow).where(_is_open())
            jobs = session.scalars(open_jobs.order_by(RepricingRow.created_at, RepricingRow.id)).all()
            if any(j.held_until is not None and j.held_until > now for j in jobs):
                return None
            begun = [j for j in jobs if j.status == "running"]
            job = next(iter([*begun, *jobs]), None)
            if job is None:
                return None
            job.status, job.held_until = "running", now + HOLD
            return job.id

    def _work(self, job_id: str) -> None:
        prices = Prices(self._overrides_of)
        try:
            while not self._stop.is_set():
                with self._database.sessions() as session:
                    row = session.get(RepricingRow, job_id)
                if row is None:  # its project was deleted
                    return
                if row.staged_until is not None:
                    self._apply(row, row.staged_until)
                elif not self._stage(row, prices):
                    self._finish(job_id, None)
                    return
        except (AppError, SQLAlchemyError) as e:
            self._note(job_id, error=str(e)[:1000], held_until=None)
            raise
        except Exception as e:
            log.exception("re-pricing %s failed", job_id)
            self._finish(job_id, f"it ended unexpectedly ({type(e).__name__}); see the log of the server")
            return
        self._note(job_id, held_until=None)

    def _stage(self, row: RepricingRow, prices: Prices) -> bool:
        """Price the calls of the next step, and note what they will cost; False when there are none left."""
        if row.done_until >= row.end:
            return False
        end = row.end
        project = ProjectRef(row.project_id, "", "UTC", capture_content=False, price_version=0)
        repriced.clear(self._store)
        tally = Tally()
        for page in repriced.pages(self._store, _selection(row), row.done_until, row.end):
            changed = self._priced(page, prices, project, tally)
            repriced.stage(self._store, changed)
            if self._stop.is_set():
                return True  # nothing is noted: it is staged anew
            if tally.changed >= STEP_CHANGES or tally.seen >= STEP_CALLS:
                end = from_micros(page[-1].call.ts + 1)
                break
        total = Tally(
            row.calls_seen, row.calls_changed, row.calls_unpriced, row.before_usd, row.after_usd
        ).plus(tally)  # fmt: skip
        self._note(
            row.id,
            staged_until=end, calls_seen=total.seen, calls_changed=total.changed, calls_unpriced=total.unpriced,
            before_usd=total.before_usd, after_usd=total.after_usd, error=None, held_until=self._clock() + HOLD,
        )  # fmt: skip
        return True

    def _priced(self, page: Sequence[Stored], prices: Prices, project: ProjectRef, tally: Tally) -> list[Call]:
        """Calls of the page whose cost is another than the one that is stored."""
        changed = []
        for one in page:
            call = one.call
            prices.price(call, project)
            differs = (call.cost_usd, str(call.cost_source), call.price_date) != one.cost
            tally.count(one.cost[0], call.cost_usd, changed=differs)
            if differs:
                changed.append(call)
        return changed

    def _apply(self, row: RepricingRow, end: datetime) -> None:
        """Bring what is staged into the calls and their rollups, and note that the step is done."""
        if repriced.staged(self._store):
            start = row.done_until
            repriced.apply(self._store, row.project_id, start, end)
            held = self._clock()
            while not repriced.is_applied(self._store):
                if self._stop.wait(APPLY_POLL_S):
                    return  # the engine goes on, and the step is done once more after the next start
                if self._clock() - held > HOLD / 2:
                    held = self._clock()
                    self._note(row.id, held_until=held + HOLD)
            repriced.retell(self._store, row.project_id, start, end, self._clock(), self._pause)
        self._note(row.id, done_until=end, staged_until=None, held_until=self._clock() + HOLD)

    def _note(self, job_id: str, **values: object) -> None:
        with self._database.writing() as session:
            session.execute(update(RepricingRow).where(RepricingRow.id == job_id).values(**values))

    def _finish(self, job_id: str, error: str | None) -> None:
        repriced.clear(self._store)
        now = self._clock()
        with self._database.writing() as session:
            row = session.get(RepricingRow, job_id)
            if row is None:
                return
            row.status = "done" if error is None else "failed"
            row.error, row.finished_at, row.held_until = error, now, None
            if error is None:
                row.done_until = row.end
            detail = {
                "calls": row.calls_changed,
                "before_usd": _text(row.before_usd),
                "after_usd": _text(row.after_usd),
            }
            by = By(row.created_by, now)
            record(session, row.project_id, by, f"repricing.{row.status}", row.model or "all models", detail=detail)


def _is_open() -> ColumnElement[bool]:
    return or_(RepricingRow.status == "queued", RepricingRow.status == "running")


def _selection(row: RepricingRow) -> Selection:
    return Selection(row.project_id, "all" if row.which == "all" else "unpriced", row.provider, row.model)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
