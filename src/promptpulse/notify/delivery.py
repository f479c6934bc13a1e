"""Sends what is in the outbox: at least once, each thread of messages in order, and no channel waits for another.

A channel is a lane. A process claims it for a while, then takes message by message: note that a try begins, send with no
transaction open, note how it went together with the start of the next. A process that dies in between leaves a claim that
ends by itself and a message that waits; it is sent again, with the id that it had, by which receivers know it.

A message that fails holds back its own thread. Those of others go on, unless the next one fails, too: then the channel
pauses, and begins afterwards with the thread that was not tried for the longest time."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import ColumnElement, event, exists, func, or_, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import Project
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict
from promptpulse.core.ids import stable_hash, uuid7
from promptpulse.db import Database
from promptpulse.notify.channels import existing, forgive, give_up_waiting, secret_of, try_at_once
from promptpulse.notify.inbox import inform
from promptpulse.notify.messages import Message
from promptpulse.notify.models import ChannelRow, DeliveryRow, NotificationRow
from promptpulse.notify.outbox import WAKE
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending import Post
from promptpulse.notify.sending.http import LONGEST_WAIT_S
from promptpulse.notify.values import Delivered, Later, Outcome, Parcel, Refused, Target, message_from

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""Of a claim; renewed with each message. No try takes longer."""
LOOK_S = 1.0
BACKOFF_S = (5.0, 15.0, 60.0, 180.0, 300.0)
"""Before the next try of a channel, by how many failed; the last one from then on. Short: what comes back after an hour must
not have to wait another for its alerts."""
JITTER = 0.2
LIFE = timedelta(hours=24)
"""After which a message that nobody takes is dead."""
FAILURES_TOLD = 3
"""Failed tries after which the members of the project are told."""
MOST_LANES, MOST_FAILING = 64, 32
"""Threads that send; and those of channels whose last try failed, so that they never take the places of others."""
KEEP_SENT, KEEP_DEAD = timedelta(days=30), timedelta(days=90)
OVERLAP = 100
"""Notifications before the newest seen: another process may commit an older number later."""
SYSTEM = "PromptPulse"

Publish = Callable[[Mapping[str, int]], None]


@dataclass(frozen=True, slots=True)
class Tested:
    ok: bool
    said: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class _Try:
    number: int
    """Of the delivery."""
    target: Target | None
    """None: the secret of the channel cannot be read."""
    parcel: Parcel


def wait_s(failures: int, seed: str, asked_s: float | None = None) -> float:
    """Seconds until the next try after `failures` in a row: no less than the receiver asked for, spread by `seed`."""
    base = BACKOFF_S[min(max(failures, 1), len(BACKOFF_S)) - 1]
    share = int(stable_hash(seed, str(failures))[:8], 16) / 16**8
    return max(base * (1 - JITTER + 2 * JITTER * share), asked_s or 0.0)


class Delivery:
    """One thread that looks for work, and one for each channel that has some. `start` once, `close` before the database."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        post: Post,
        clock: Callable[[], datetime],
        publish: Publish,
        holder: str,
    ) -> None:
        """`publish` learns how many notifications arrived, by project. `holder`: another for each process that runs."""
        self.post = post
        self._database, self._keyring, self._clock = database, keyring, clock
        self._publish, self._holder = publish, holder
        self._wake, self._stop = threading.Event(), threading.Event()
        self._lock = threading.Lock()  # guards _lanes
        self._lanes: dict[str, tuple[threading.Thread, bool]] = {}
        """By channel; and whether its last try had failed."""
        self._seen: set[int] = set()
        self._newest = 0
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self, *, alone: bool) -> None:
        """`alone`: no other process shares the database, so whoever held a channel before is gone."""
        with self._database.writing() as session:
            if alone:
                session.execute(update(ChannelRow).values(holder=None, held_until=None))
            newest = select(NotificationRow.number).order_by(NotificationRow.number.desc()).limit(OVERLAP)
            self._seen = set(session.scalars(newest))
            self._newest = max(self._seen, default=0)
        event.listen(self._database.sessions, "after_commit", self._after_commit)
        self._thread.start()

    def close(self, timeout_s: float = 30.0) -> None:
        """End after the requests that are under way; what waits is sent after the next start."""
        self._stop.set()
        self._wake.set()
        if event.contains(self._database.sessions, "after_commit", self._after_commit):
            event.remove(self._database.sessions, "after_commit", self._after_commit)
        until = time.monotonic() + timeout_s
        with self._lock:
            threads = [self._thread, *(thread for thread, _ in self._lanes.values())]
        for thread in threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0))

    def drain(self) -> int:
        """Send in this thread all that is due, channel after channel; how many tries were made. For tests and commands."""
        return sum(self._send_all(channel_id) for channel_id, _ in self._ready())

    def test(self, project_id: str, channel_id: str, by: By) -> Tested:
        """Send a test message now. Raises NotFound, and Conflict when the secret of the channel cannot be read."""
        with self._database.sessions() as session:
            row = existing(session, project_id, channel_id)
            target = self._target(session, row)
        outcome, took_s = self._send(target, Parcel(uuid7(by.at), _test_message(target, by), by.at))
        ok = isinstance(outcome, Delivered)
        with self._database.writing() as session:
            row = existing(session, project_id, channel_id)
            if ok:
                try_at_once(session, row)
                row.last_sent_at = by.at
            record(session, project_id, by, "channel.test", row.name, detail={"ok": ok})
            session.info[WAKE] = True
        return Tested(ok, outcome.said, round(took_s * 1000))

    def _after_commit(self, session: Session) -> None:
        if session.info.pop(WAKE, False):
            self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self._ring()
                self._start_lanes()
            except SQLAlchemyError:
                log.exception("could not look into the outbox; the next try is in %g s", LOOK_S)

    def _ring(self) -> None:
        """Tell open pages of notifications that are new, by whichever process they were written."""
        with self._database.sessions() as session:
            found = session.execute(
                select(NotificationRow.number, NotificationRow.project_id).where(
                    NotificationRow.number > self._newest - OVERLAP
                )
            ).all()
        arrived: dict[str, int] = {}
        for number, project_id in found:
            if number not in self._seen:
                arrived[project_id] = arrived.get(project_id, 0) + 1
        self._seen = {number for number, _ in found}
        self._newest = max(self._seen, default=self._newest)
        if arrived:
            self._publish(arrived)

    def _start_lanes(self) -> None:
        ready = self._ready()
        with self._lock:
            for channel_id, failing in ready:
                if channel_id in self._lanes or len(self._lanes) >= MOST_LANES:
                    continue
                if failing and sum(was for _, was in self._lanes.values()) >= MOST_FAILING:
                    continue
                thread = threading.Thread(
                    target=self._lane, args=(channel_id,), name=f"channel {channel_id}", daemon=True
                )
                self._lanes[channel_id] = (thread, failing)
                thread.start()

    def _ready(self) -> list[tuple[str, bool]]:
        """Channels that have something to send now; and whether their last try failed. Those that did not come first."""
        now = self._clock()
        oldest = select(DeliveryRow.retry_at).where(*_waiting(ChannelRow.id)).order_by(DeliveryRow.number).limit(1)
        with self._database.sessions() as session:
            found = session.execute(
                select(ChannelRow.id, ChannelRow.failures, oldest.scalar_subquery())
                .where(ChannelRow.enabled, _is_free(now), exists().where(*_waiting(ChannelRow.id)))
                .order_by(ChannelRow.failures, ChannelRow.id)
            ).all()
            return [
                (channel_id, failures > 0)
                for channel_id, failures, retry_at in found
                if retry_at is None or session.scalar(select(DeliveryRow.number).where(*_due(channel_id, now)).limit(1))
            ]

    def _lane(self, channel_id: str) -> None:
        try:
            self._send_all(channel_id)
        except SQLAlchemyError:
            log.exception("channel %s could not be worked on; the next try is soon", channel_id)
        finally:
            with self._lock:
                self._lanes.pop(channel_id, None)
            self._wake.set()

    def _send_all(self, channel_id: str) -> int:
        """Send what the channel has until it is empty, has to wait, or `close` is called; how many tries were made."""
        tries = 0
        next_try = self._claim(channel_id)
        while next_try is not None:
            tries += 1
            if next_try.target is None:
                outcome: Outcome = Later("its secret was encrypted with another key; enter it again")
            else:
                outcome, _ = self._send(next_try.target, next_try.parcel)
            next_try = self._note(channel_id, next_try, outcome)
        return tries

    def _claim(self, channel_id: str) -> _Try | None:
        now = self._clock()
        with self._database.writing() as session:
            taken = session.execute(
                update(ChannelRow)
                .where(ChannelRow.id == channel_id, ChannelRow.enabled, _is_free(now))
                .values(holder=self._holder, held_until=now + LEASE)
            )
            if not taken.rowcount:  # type: ignore[attr-defined]  # an update has it
                return None
            return self._next(session, session.get_one(ChannelRow, channel_id), now)

    def _note(self, channel_id: str, tried: _Try, outcome: Outcome) -> _Try | None:
        """Note how a try went, and begin the next one, if any."""
        now = self._clock()
        with self._database.writing() as session:
            row = session.get(ChannelRow, channel_id, with_for_update=True)
            if row is None:  # deleted, with its messages
                return None
            delivery = session.get(DeliveryRow, tried.number)
            if delivery is not None and delivery.state == "waiting":
                self._keep(session, row, delivery, outcome, now)
            if row.holder != self._holder:  # it took so long that another process goes on
                return None
            if self._stop.is_set() or not row.enabled or (row.retry_at is not None and row.retry_at > now):
                row.holder = row.held_until = None
                return None
            return self._next(session, row, now)

    def _next(self, session: Session, row: ChannelRow, now: datetime) -> _Try | None:
        """Begin to try the oldest message of a claimed channel that may be. Without one, the claim ends."""
        message: Message | None = None
        while message is None:
            delivery = _oldest(session, row, now)
            if delivery is None:
                row.holder = row.held_until = None
                return None
            try:
                message = message_from(delivery.message)
            except ValidationError:  # of another release; what comes after it must not wait for ever
                log.exception("the stored message %s cannot be read", delivery.id)
                delivery.state, delivery.finished_at = "dead", now
                delivery.said = "not sent: the stored message cannot be read"
                session.flush()
        assert delivery is not None  # noqa: S101 - the loop ends with one
        row.held_until = now + LEASE
        delivery.attempts += 1
        delivery.tried_at = now
        try:
            target = self._target(session, row)
        except Conflict:
            target = None
        return _Try(delivery.number, target, Parcel(delivery.id, message, now))

    def _keep(self, session: Session, row: ChannelRow, delivery: DeliveryRow, outcome: Outcome, now: datetime) -> None:
        delivery.said = outcome.said
        match outcome:
            case Delivered():
                delivery.state, delivery.finished_at = "sent", now
                forgive(row)
                row.last_sent_at = now
            case Later(said, after_s):
                _failed(row, said, now)
                delivery.retry_at = now + timedelta(seconds=wait_s(delivery.attempts, delivery.id, after_s))
                if after_s is not None or row.failures > 1:
                    row.retry_at = now + timedelta(seconds=wait_s(row.failures - 1, row.id, after_s))
                _expire(session, row, now)
                if row.failures == FAILURES_TOLD:
                    self._tell(session, row, f"Messages to {row.name} do not arrive", now)
                elif delivery.attempts == FAILURES_TOLD and row.failures < FAILURES_TOLD:
                    self._tell(session, row, f"A message to {row.name} does not arrive", now)
            case Refused(said, gone):
                delivery.state, delivery.finished_at = "dead", now
                is_first = row.failing_since is None
                _failed(row, said, now)
                if gone:
                    row.enabled, row.off_reason = False, f"switched off, because the receiver is gone: {said}"
                    give_up_waiting(session, row, f"not sent: {row.off_reason}", now)
                    detail = {"kind": row.kind, "said": said}
                    record(session, row.project_id, By(SYSTEM, now), "channel.off", row.name, detail=detail)
                    self._tell(session, row, f"The channel {row.name} was switched off", now)
                elif is_first:
                    self._tell(session, row, f"A message to {row.name} was refused", now)

    def _tell(self, session: Session, row: ChannelRow, title: str, now: datetime) -> None:
        """In the inbox of each member: a channel that fails silently is worse than none."""
        text = f"{row.off_reason or row.last_error}. See Settings, Channels."
        message = Message("note", f"channel {row.id}", "warning", title, text, now, "/settings/channels")
        since = row.failing_since or now
        inform(session, row.project_id, message, f"channel {row.id} {title} {since.isoformat()}", now)

    def _target(self, session: Session, row: ChannelRow) -> Target:
        """Raises Conflict."""
        project = session.get_one(Project, row.project_id)
        addresses = row.settings.get("addresses")
        return Target(
            id=row.id,
            name=row.name,
            kind=row.kind,
            project=project.name,
            addresses=tuple(map(str, addresses)) if isinstance(addresses, list) else (),
            region=str(row.settings.get("region", "us")),
            secret=secret_of(row, self._keyring),
        )

    def _send(self, target: Target, parcel: Parcel) -> tuple[Outcome, float]:
        begun = time.perf_counter()
        try:
            outcome = self.post.senders[target.kind](target, parcel)
        except Exception as e:  # noqa: BLE001 - one bad message must not end the lane; its text may hold a secret
            places = "".join(traceback.format_tb(e.__traceback__))
            log.error("%s in a sender of kind %s\n%s", type(e).__name__, target.kind, places)  # noqa: TRY400
            outcome = Later(f"sending failed unexpectedly ({type(e).__name__}); the log of the server tells more")
        return replace(outcome, said=outcome.said.replace("\x00", "")), time.perf_counter() - begun


def tidy(session: Session, now: datetime) -> None:
    """Forget old messages and notifications."""
    for state, keep in (("sent", KEEP_SENT), ("dead", KEEP_DEAD)):
        session.execute(
            delete_rows(DeliveryRow).where(DeliveryRow.state == state, DeliveryRow.finished_at < now - keep)
        )
    session.execute(delete_rows(NotificationRow).where(NotificationRow.created_at < now - KEEP_DEAD))


def _oldest(session: Session, row: ChannelRow, now: datetime) -> DeliveryRow | None:
    """The first of its thread, and not one that failed just now. While the channel fails, of the thread that was tried
    longest ago: one message that is never taken must not be all that is tried."""
    oldest = session.scalar(select(DeliveryRow).where(*_waiting(row.id)).order_by(DeliveryRow.number).limit(1))
    if oldest is None or (not row.failures and (oldest.retry_at is None or oldest.retry_at <= now)):
        return oldest
    tried = DeliveryRow.tried_at
    order = (tried.is_not(None), tried, DeliveryRow.number) if row.failures else (DeliveryRow.number,)
    return session.scalar(select(DeliveryRow).where(*_due(row.id, now)).order_by(*order).limit(1))


def _due(channel_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of a channel: the first of each thread, but for those that failed just now."""
    other = aliased(DeliveryRow)
    firsts = (
        select(func.min(other.number))
        .where(other.channel_id == channel_id, other.state == "waiting")
        .group_by(other.thread)
    )
    retry = DeliveryRow.retry_at
    longest = now + timedelta(seconds=LONGEST_WAIT_S) + LEASE
    return (
        *_waiting(channel_id),
        DeliveryRow.number.in_(firsts),
        or_(retry.is_(None), retry <= now, retry > longest),
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Times farther ahead than they are ever set were set by a clock that was wrong."""
    held, retry = ChannelRow.held_until, ChannelRow.retry_at
    longest = now + timedelta(seconds=LONGEST_WAIT_S) + LEASE
    return or_(held.is_(None), held <= now, held > now + 2 * LEASE) & or_(
        retry.is_(None), retry <= now, retry > longest
    )


def _waiting(channel_id: object) -> tuple[ColumnElement[bool], ...]:
    return (DeliveryRow.channel_id == channel_id, DeliveryRow.state == "waiting")


def _failed(row: ChannelRow, said: str, now: datetime) -> None:
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.last_error = said


def _expire(session: Session, row: ChannelRow, now: datetime) -> None:
    session.execute(
        update(DeliveryRow)
        .where(*_waiting(row.id), DeliveryRow.waiting_since < now - LIFE)
        .values(state="dead", finished_at=now, said=f"given up after {LIFE // timedelta(hours=1)} h: {row.last_error}")
        .execution_options(synchronize_session="fetch")
    )


def _test_message(target: Target, by: By) -> Message:
    return Message(
        event="test",
        thread=f"test {uuid7(by.at)}",
        severity="info",
        title=f"Test message to {target.name}",
        text="If you can read this, alerts reach you here.",
        at=by.at,
        url="/settings/channels",
    )
