"""Stored assignments: one thread writes them in groups, another tells the event store of each one once."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Executable, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from promptpulse.core.errors import AppError, NotFound, Unavailable
from promptpulse.core.facts import Event
from promptpulse.core.times import from_micros
from promptpulse.db import Database
from promptpulse.experiments.models import Assignment, AssignmentCount
from promptpulse.experiments.values import Experiment
from promptpulse.ingest.grouping import Grouping
from promptpulse.store import Unstorable

log = logging.getLogger(__name__)

KNOWN_UNITS = 100_000
"""Units in memory, about 300 bytes each."""
ABSENT_S = 10.0
"""How long "has no assignment" is believed; another process may assign the unit meanwhile."""
SEND_EVERY_S = 1.0
SENT_AT_ONCE = 2000
SEND_WITHIN_S = 60.0
MARKED_AT_ONCE = 20
"""In the transaction of a group of assignments, for which somebody waits."""
READ_AT_ONCE = 1000
MOST_UNSENT = 50_000
"""Events in memory that wait to be sent; more than that wait in the settings database alone."""
LEFT_BEHIND = timedelta(seconds=30)
"""An assignment that is unsent for so long belongs to a process that ended, or to an event store that failed."""

Key = tuple[str, str]
"""An experiment and a unit."""
Send = Callable[[Sequence[Event]], Future[frozenset[str]]]
_read_event = msgspec.json.Decoder(Event).decode


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored assignment."""

    variant_id: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class Assigned:
    """What somebody who asked is told."""

    variant_id: str | None
    """That the unit has; None without one."""
    is_new: bool = False
    """Stored by this request; else the unit had it before."""


@dataclass(frozen=True, slots=True)
class _Asked:
    key: Key
    event: Event | None
    """Of an assignment that is to be stored; None: is there one?"""


@dataclass(frozen=True, slots=True)
class _Statements:
    """What is written for each group. Made once: to make them takes longer than to run them, and leaves much garbage."""

    assign: Executable
    count: Executable
    mark_sent: Executable


def _statements(dialect: str) -> _Statements:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    count = insert(AssignmentCount)
    more = {"units": AssignmentCount.units + count.excluded.units}
    return _Statements(
        assign=insert(Assignment).on_conflict_do_nothing().returning(Assignment.experiment_id, Assignment.unit_id),
        count=count.on_conflict_do_update(index_elements=["experiment_id", "variant_id"], set_=more),
        mark_sent=update(Assignment)
        .where(Assignment.experiment_id == bindparam("experiment"), Assignment.unit_id == bindparam("unit"))
        .values(unsent=None),
    )


class Assigner:
    """Between many requests and one settings database. Everything may be called from any thread.

    `send` gives events to the event store; an id that it has is stored no second time. What it does not take is sent
    again later, and after a restart: the settings database remembers."""

    def __init__(self, database: Database, clock: Callable[[], datetime], send: Send) -> None:
        self._database = database
        self._clock = clock
        self._send = send
        self._statements = _statements(database.engine.dialect.name)
        self._known = _Known(KNOWN_UNITS)
        self._grouping = Grouping[_Asked, Assigned]("assignments", self._store, idle=self._tidy)
        self._changed = threading.Condition()  # guards the three fields below
        self._unsent: list[Event] = []
        self._sent: list[Key] = []
        """In the event store, but still marked as unsent: harmless, as an event is stored once."""
        self._closing = False
        self._sender = threading.Thread(target=self._run, name="sender of assignments", daemon=True)

    def start(self) -> None:
        self._grouping.start()
        self._sender.start()

    def close(self, timeout_s: float = 30.0) -> None:
        """Store and send what was accepted, then end."""
        self._grouping.close(timeout_s)
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._sender.is_alive():
            self._sender.join(timeout_s)
        self._tidy()

    def recall(self, experiment_id: str, unit_id: str) -> tuple[str | None, bool]:
        """The unit's variant, and whether memory knows the answer. Never waits for the database."""
        return self._known.recall((experiment_id, unit_id))

    def forget(self, unit_id: str) -> None:
        """The assignments of a unit were deleted."""
        self._known.forget(unit_id)

    def assign(self, event: Event) -> Future[Assigned]:
        """Store the assignment unless the unit has one, and tell the event store of a new one soon.

        Raises `Unavailable` when too much is waiting or the server stops; so does the result when it cannot be stored,
        and `NotFound` when the experiment is not there any more."""
        size = 1000 + len(event.context) + len(event.metadata)
        return self._grouping.put(_Asked((event.experiment_id, event.unit_id), event), rows=1, size=size)

    def look_up(self, experiment_id: str, unit_id: str) -> Future[Assigned]:
        """The unit's variant; raises as `assign`."""
        return self._grouping.put(_Asked((experiment_id, unit_id), None), rows=1, size=1000)

    def variant_of(self, experiment: Experiment, unit_id: str) -> str | None:
        """Id of the variant that the unit has. Reads the database where memory does not know."""
        if "\x00" in unit_id:  # PostgreSQL refuses it in a text, so nobody has it
            return None
        variant_id, is_known = self.recall(experiment.id, unit_id)
        if is_known:
            return variant_id
        with self._database.sessions() as session:
            kept = assignment_of(session, experiment.id, unit_id)
        self._known.add((experiment.id, unit_id), kept.variant_id if kept else None)
        return kept.variant_id if kept else None

    def _store(self, group: Sequence[_Asked]) -> list[Assigned]:
        found: dict[Key, str | None] = {}
        wanted: dict[Key, Event] = {}
        for asked in group:
            variant_id, _ = self._known.recall(asked.key)
            if variant_id is not None:
                found[asked.key] = variant_id
            elif asked.event is not None:
                wanted.setdefault(asked.key, asked.event)
        others = {asked.key for asked in group} - found.keys() - wanted.keys()
        try:
            stored = self._write(wanted) if wanted else {}
            if others := others | (wanted.keys() - stored.keys()):
                with self._database.sessions() as session:
                    found |= _read(session.connection(), others)
        except (IntegrityError, DataError) as e:
            # of one that asked: its experiment was deleted meanwhile. Each is tried alone then.
            if len(group) > 1:
                raise Unstorable("one of several assignments cannot be stored") from e
            raise NotFound("the experiment is not there any more; see GET /api/v1/experiments") from e
        except SQLAlchemyError as e:
            log.warning("assignments cannot be stored: %s", e)
            raise Unavailable("assignments cannot be stored at the moment; try again", retry_after_s=2) from e
        found |= {key: event.variant_id for key, event in stored.items()}
        for asked in group:
            self._known.add(asked.key, found.get(asked.key))
        if stored:
            with self._changed:
                if len(self._unsent) < MOST_UNSENT:
                    self._unsent += stored.values()
        return [Assigned(found.get(a.key), is_new=a.event is not None and stored.get(a.key) is a.event) for a in group]

    def _write(self, wanted: dict[Key, Event]) -> dict[Key, Event]:
        """Those of `wanted` that were not there yet."""
        now = self._clock()  # one that a program dated ahead must not be left behind for a day
        # Always in one order: processes that wait for each other's rows must not do so in a circle.
        rows = [
            {
                "experiment_id": key[0],
                "unit_id": key[1],
                "variant_id": event.variant_id,
                "assigned_at": min(now, from_micros(event.ts)),
                "unsent": msgspec.json.encode(event).decode(),
            }
            for key, event in sorted(wanted.items())
        ]
        sent = self._some_sent(MARKED_AT_ONCE)
        with self._database.writing() as session:
            connection = session.connection()
            written = connection.execute(self._statements.assign, rows)
            stored = {(e, u): wanted[e, u] for e, u in written}
            counts = Counter((event.experiment_id, event.variant_id) for event in stored.values())
            if counts:
                connection.execute(
                    self._statements.count,
                    [{"experiment_id": e, "variant_id": v, "units": n} for (e, v), n in sorted(counts.items())],
                )
            self._mark_sent(connection, sent)
        return stored

    def _tidy(self) -> None:
        """While nobody asks."""
        try:
            while sent := self._some_sent(SENT_AT_ONCE):
                with self._database.writing() as session:
                    self._mark_sent(session.connection(), sent)
        except SQLAlchemyError as e:
            log.warning("sent assignments could not be marked, they will be sent again: %s", e)

    def _some_sent(self, n: int) -> list[Key]:
        with self._changed:
            sent, self._sent = self._sent[:n], self._sent[n:]
        return sent

    def _mark_sent(self, connection: Connection, keys: Sequence[Key]) -> None:
        if keys:
            connection.execute(
                self._statements.mark_sent,
                [{"experiment": experiment, "unit": unit} for experiment, unit in sorted(keys)],
            )

    def _run(self) -> None:
        """Sends what is new each second, and now and then what was left behind."""
        left_before, next_look = self._clock() - self._spared(), 0.0
        while True:
            with self._changed:
                if not self._closing:
                    self._changed.wait(SEND_EVERY_S)
                events, self._unsent = self._unsent, []
                closing = self._closing
            try:
                for i in range(0, len(events), SENT_AT_ONCE):
                    self._forward(events[i : i + SENT_AT_ONCE])
                if time.monotonic() >= next_look and not closing:
                    next_look = time.monotonic() + LEFT_BEHIND.total_seconds()
                    self._forward_left_behind(left_before)
                    left_before = self._clock()
            except (AppError, SQLAlchemyError, FutureTimeout) as e:
                log.warning("assignments are not in the event store yet, they will be sent again: %s", e)
            except Exception:
                log.exception("assignments are not in the event store yet, they will be sent again")
            if closing:
                return

    def _spared(self) -> timedelta:
        """At the start: younger assignments than this may be those of another process, which is sending them."""
        return timedelta(0) if self._database.engine.dialect.name == "sqlite" else LEFT_BEHIND

    def _forward(self, events: Sequence[Event]) -> None:
        """The thread that stores marks them as sent: two that write to SQLite wait for each other in steps of 1 to 10 ms."""
        self._send(events).result(SEND_WITHIN_S)
        with self._changed:
            self._sent += [(event.experiment_id, event.unit_id) for event in events]
        self._database.checkpoint()

    def _forward_left_behind(self, before: datetime) -> None:
        """Unsent assignments from before that moment. Those of this process since then are in `_unsent`."""
        while not self._closing:
            with self._database.sessions() as session:
                texts = session.scalars(
                    select(Assignment.unsent)
                    .where(Assignment.unsent.is_not(None), Assignment.assigned_at < before)
                    .order_by(Assignment.assigned_at)
                    .limit(SENT_AT_ONCE)
                ).all()
            if not texts:
                return
            events = [_read_event(text) for text in texts if text]
            self._send(events).result(SEND_WITHIN_S)
            with self._database.writing() as session:
                self._mark_sent(session.connection(), [(event.experiment_id, event.unit_id) for event in events])


def assignment_of(session: Session, experiment_id: str, unit_id: str) -> Kept | None:
    row = session.execute(
        select(Assignment.variant_id, Assignment.assigned_at).where(
            Assignment.experiment_id == experiment_id, Assignment.unit_id == unit_id
        )
    ).one_or_none()
    return None if row is None else Kept(row.variant_id, row.assigned_at)


def _read(connection: Connection, keys: Iterable[Key]) -> dict[Key, str | None]:
    units: dict[str, list[str]] = {}
    for experiment_id, unit_id in keys:
        units.setdefault(experiment_id, []).append(unit_id)
    found: dict[Key, str | None] = {}
    for experiment_id, asked in units.items():
        for i in range(0, len(asked), READ_AT_ONCE):
            some = Assignment.unit_id.in_(asked[i : i + READ_AT_ONCE])
            rows = connection.execute(
                select(Assignment.unit_id, Assignment.variant_id).where(Assignment.experiment_id == experiment_id, some)
            )
            found |= {(experiment_id, unit_id): variant_id for unit_id, variant_id in rows}
    return found


class _Known:
    """Variants of units seen lately. Thread-safe; `_lock` guards everything."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._variants: OrderedDict[Key, str | float] = OrderedDict()
        """Id of the variant, or until when "none" is believed, in seconds of `time.monotonic`."""

    def recall(self, key: Key) -> tuple[str | None, bool]:
        with self._lock:
            found = self._variants.get(key)
            if found is None:
                return None, False
            self._variants.move_to_end(key)
        if isinstance(found, str):
            return found, True
        return None, time.monotonic() < found

    def forget(self, unit_id: str) -> None:
        with self._lock:
            for key in [key for key in self._variants if key[1] == unit_id]:
                del self._variants[key]

    def add(self, key: Key, variant_id: str | None) -> None:
        with self._lock:
            # An assignment is taken back by `forget` alone, so "none" is older knowledge.
            if variant_id is not None or not isinstance(self._variants.get(key), str):
                absent_until = time.monotonic() + ABSENT_S
                self._variants[key] = absent_until if variant_id is None else sys.intern(variant_id)
            self._variants.move_to_end(key)
            while len(self._variants) > self._size:
                self._variants.popitem(last=False)
