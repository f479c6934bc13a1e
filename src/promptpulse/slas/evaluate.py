"""How objectives stand: computed every minute, kept, and told to incidents when a budget burns too fast."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import Project
from promptpulse.core.errors import AppError
from promptpulse.core.stored import readable, tell
from promptpulse.core.times import BUCKETS, edges
from promptpulse.db import Database
from promptpulse.incidents import service as incidents
from promptpulse.incidents import silences
from promptpulse.metrics import Definitions
from promptpulse.metrics.burn import ROLLING, Assessment, Burning, Slot, Span, assess, merged
from promptpulse.metrics.query import zone
from promptpulse.metrics.tallies import Goal, Scope, Tallies, hour_of, minute_of
from promptpulse.slas import service
from promptpulse.slas.models import SlaRow, SlaStateRow
from promptpulse.slas.present import state_out
from promptpulse.slas.shapes import Period, SlaIn, SlaState
from promptpulse.slas.tell import SPEEDS, clear_reason, signal_of
from promptpulse.store import Store

log = logging.getLogger(__name__)
LONGEST_WINDOW = timedelta(days=3)
BACK = ROLLING + LONGEST_WINDOW
ProjectZone = tuple[str, str]
"""Id of a project, and its time zone."""
MOST_GOALS = 40
"""Of one statement: it has a largest size."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An objective to be computed, stored or only tried."""

    id: str
    wanted: SlaIn
    scope: Scope
    goal: Goal


@dataclass(frozen=True, slots=True)
class Found:
    assessment: Assessment
    state: SlaState
    frozen: bool


class Objectives:
    """Thread-safe."""

    def __init__(self, store: Store, database: Database, definitions: Callable[[str], Definitions]) -> None:
        """`definitions` of a project, by its id."""
        self._database, self._definitions = database, definitions
        self._tallies = Tallies(store)

    def round(self, now: datetime) -> None:
        """Evaluate all objectives of all projects. One that fails keeps its state and stops no other.

        Raises Unreadable, after all others, for those that cannot be read."""
        with self._database.sessions() as session:
            projects = session.execute(
                select(Project.id, Project.time_zone).join(SlaRow, SlaRow.project_id == Project.id).distinct()
            ).all()
        problems: list[str] = []
        for project_id, tz in projects:
            try:
                problems += self.evaluate(project_id, tz, now)
            except Exception:
                log.exception("objectives of project %s could not be evaluated", project_id)
        tell(problems)

    def evaluate(self, project_id: str, tz: str, now: datetime, only: str | None = None) -> list[str]:
        """Those of a project, or one of them, and keep what was found. What cannot be read, in words."""
        with self._database.sessions() as session:
            chosen = [row for row in service.slas_of(session, project_id) if only in {None, row.id}]
            rows, problems = readable(chosen, service.wanted_of)
            asked = [self.asked(session, (project_id, tz), service.wanted_of(row), now, row.id) for row in rows]
        found = self.find(asked, now)
        for row, one in zip(rows, asked, strict=True):
            try:
                with self._database.writing() as session:
                    keep(session, row, one, found[one.id], now)
            except Exception:
                log.exception("the state of objective %s could not be kept", row.id)
        return problems

    def asked(
        self, session: Session, of: ProjectZone, wanted: SlaIn, now: datetime, sla_id: str = "", back: timedelta = BACK
    ) -> Asked:
        """`back`: how far maintenance matters."""
        project_id, tz = of
        where = service.filters_of(wanted)
        # to the hour and the day, so that what is excluded is the same in every round of an hour
        since = hour_of(now, tz) - back - timedelta(hours=now.hour)
        spans = silences.maintenance(
            session, project_id, since, hour_of(now, tz) + timedelta(hours=1), where=where, source_id=sla_id
        )
        scope = Scope(project_id, where, tz, whole_minutes(spans), self._definitions(project_id))
        return Asked(sla_id, wanted, scope, service.goal_of(wanted.objective))

    def find(self, asked: Sequence[Asked], now: datetime) -> dict[str, Found | AppError]:
        """By id. Those of the same calls are read by one statement."""
        together: defaultdict[Scope, list[Asked]] = defaultdict(list)
        for one in asked:
            together[one.scope].append(one)
        found: dict[str, Found | AppError] = {}
        for scope, group in together.items():
            since = min(_since(one.wanted.period, scope.tz, now) for one in group)
            for i in range(0, len(group), MOST_GOALS):
                found |= self._read(scope, group[i : i + MOST_GOALS], since, now)
        return found

    def _read(
        self, scope: Scope, group: Sequence[Asked], since: datetime, now: datetime
    ) -> dict[str, Found | AppError]:
        try:
            slots = self._tallies.read(scope, [one.goal for one in group], since, now)
            return {one.id: self._assessed(one, slots[one.goal], since, now) for one in group}
        except AppError as e:
            if len(group) == 1:
                return {group[0].id: e}
        # one of them spoils the statement of all: ask for each alone
        return {key: value for one in group for key, value in self._read(scope, [one], since, now).items()}

    def _assessed(self, one: Asked, slots: Sequence[Slot], since: datetime, now: datetime) -> Found:
        as_of = minute_of(now)
        last = next((slot for slot in reversed(slots) if slot.seen), None)
        frozen = last is not None and last.end <= as_of - timedelta(minutes=one.wanted.no_data_minutes)
        if frozen and last is not None:
            earlier = min(since, _since(one.wanted.period, one.scope.tz, last.end))
            slots = self._tallies.around(one.scope, [one.goal], earlier, last.end, now)[one.goal]
            last = next((slot for slot in reversed(slots) if slot.seen), last)
            as_of = last.end
        period = period_of(one.wanted.period, one.scope.tz, as_of)
        found = assess(one.wanted.target, slots, period, as_of, one.wanted.minimum_calls, one.scope.excluded)
        return Found(found, state_out(found, one.goal.counted, as_of, as_of if frozen else None), frozen)


def keep(session: Session, row: SlaRow, asked: Asked, found: Found | AppError, now: datetime) -> None:
    """Write down the state, and tell incidents what has begun or ended."""
    current = session.get(SlaRow, row.id, with_for_update=True)
    if current is None or current.changed_at != row.changed_at:
        return  # deleted or changed meanwhile: what was found is of something else
    state = session.get(SlaStateRow, row.id)
    if state is None:
        state = SlaStateRow(sla_id=row.id, project_id=row.project_id, state={}, firing=[], evaluated_at=now)
        session.add(state)
    state.evaluated_at = now
    if isinstance(found, AppError):
        state.error = found.message[:2000]
        return
    state.error = None
    state.state = found.state.model_dump(mode="json")
    if found.frozen:
        return  # nobody knows: nothing begins and nothing ends
    wanted = asked.wanted
    was = set(state.firing)
    holds = burning_now(found.assessment, was) if wanted.alerts else dict.fromkeys(SPEEDS, False)
    again = None if wanted.renotify_minutes is None else timedelta(minutes=wanted.renotify_minutes)
    for speed in SPEEDS:
        if holds[speed] and (speed not in was or is_known(found.assessment, speed)):
            signal = signal_of(row, wanted, asked.scope.where, speed, found.assessment, now)
            incidents.fire(session, signal, now, again=again)
            was.add(speed)
        elif not holds[speed] and speed in was:
            reason = clear_reason(speed) if wanted.alerts else "Its alerts were turned off."
            # without a value nobody takes it for a recovery
            value = found.assessment.tally.compliance if wanted.alerts else None
            incidents.clear(session, row.project_id, service.SOURCE, row.id, speed, value, now, reason)
            was.discard(speed)
    state.firing = [speed for speed in SPEEDS if speed in was]


def burning_now(found: Assessment, was: Iterable[str]) -> dict[str, bool]:
    """What is to be open. A page says all that a ticket would: none begins beside it."""
    before = set(was)
    holds = {
        speed: _holds([w for w in found.windows if w.pair.speed == speed], speed in before) for speed in SPEEDS[:2]
    }
    if holds["page"] and "ticket" not in before:
        holds["ticket"] = False
    holds["spent"] = found.status == "violating"
    return holds


def is_known(found: Assessment, speed: str) -> bool:
    """Whether it holds now; or it only did, and nobody knows."""
    return speed == "spent" or any(w.pair.speed == speed and w.burning for w in found.windows)


def _holds(windows: Sequence[Burning], was: bool) -> bool:  # noqa: FBT001 - a state, not a switch
    if any(w.burning for w in windows):
        return True
    # what cannot be known now stays as it is
    return was and any(w.burning is None for w in windows)


def period_of(period: Period, tz: str, as_of: datetime) -> Span:
    if period == "rolling_30d":
        return as_of - ROLLING, as_of
    months = edges(as_of, as_of + timedelta(days=32), BUCKETS["1mo"], zone(tz))
    return months[0], months[1]


def whole_minutes(spans: Iterable[Span]) -> tuple[Span, ...]:
    """A minute that is excluded in part is excluded."""
    up = timedelta(minutes=1) - timedelta(microseconds=1)
    return merged((minute_of(start), minute_of(end + up)) for start, end in spans)


def _since(period: Period, tz: str, now: datetime) -> datetime:
    return min(period_of(period, tz, minute_of(now))[0], now - LONGEST_WINDOW)
