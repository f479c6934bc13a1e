"""What every writer shares: a thread that turns many small batches into few inserts, and an insert that repeats itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import uuid4

from promptpulse.core.errors import AppError, Unavailable
from promptpulse.store import StoreError, Unstorable

log = logging.getLogger(__name__)

GROUP_ROWS = 20_000
RETRY_DELAYS_S = (0.1, 0.5, 2.0)
QUEUE_BYTES = 64 << 20
LINGER_S = 0.03
LINGER_FROM_ROWS, LINGER_TO_ROWS = 100, 1000
IDLE_S = 1.0

Batch = TypeVar("Batch")
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class _Waiting(Generic[Batch, Outcome]):
    batch: Batch
    rows: int
    size: int
    done: Future[Outcome] = field(default_factory=Future)


class Grouping(Generic[Batch, Outcome]):
    """A thread between many requests and one store. `put` may be called from any thread.

    `store` gets a group of batches and returns the outcome of each; where it fails for what a batch holds, each is tried
    alone. `idle` is called about once a second while nothing arrives. `what` names the rows in messages."""

    def __init__(
        self, what: str, store: Callable[[Sequence[Batch]], Sequence[Outcome]], idle: Callable[[], None] | None = None
    ) -> None:
        self._what = what
        self._store = store
        self._idle = idle
        self._queue: list[_Waiting[Batch, Outcome]] = []
        self._queued_bytes = 0
        self._changed = threading.Condition()  # guards the two fields above and the three below
        self._closing = False
        self._is_writing = False
        self._pauses = 0
        self._thread = threading.Thread(target=self._run, name=f"writer of {what}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, batch: Batch, *, rows: int, size: int) -> Future[Outcome]:
        """Store the batch, all or none of it. Raises `Unavailable` when too much is waiting or the server stops.

        `size`: roughly, in bytes, for the bound of the queue."""
        waiting = _Waiting[Batch, Outcome](batch, rows, size)
        with self._changed:
            if self._closing:
                raise Unavailable("the server is shutting down; send again in a moment", retry_after_s=2)
            if self._queued_bytes + size > QUEUE_BYTES and self._queue:
                raise Unavailable(
                    f"more {self._what} are arriving than can be stored; send again in a moment", retry_after_s=2
                )
            waiting.done.set_running_or_notify_cancel()  # a sender that goes away must not take back what is written
            self._queue.append(waiting)
            self._queued_bytes += size
            self._changed.notify()
        return waiting.done

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While it is open, nothing is stored and `idle` is not called; what arrives waits. Keep it short."""
        with self._changed:
            self._pauses += 1
            self._changed.wait_for(lambda: not self._is_writing)
        try:
            yield
        finally:
            with self._changed:
                self._pauses -= 1
                self._changed.notify_all()

    def close(self, timeout_s: float = 30.0) -> None:
        """Store what was accepted, then end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._queue and not self._closing:
                    self._changed.wait(IDLE_S)
                if not self._queue and self._closing:
                    return
                self._gather()
                self._changed.wait_for(lambda: not self._pauses)
                group: list[_Waiting[Batch, Outcome]] = []
                rows = 0
                while self._queue and (not group or rows + self._queue[0].rows <= GROUP_ROWS):
                    group.append(self._queue.pop(0))
                    rows += group[-1].rows
                self._queued_bytes -= sum(waiting.size for waiting in group)
                self._is_writing = True
            try:
                if group:
                    self._write(group)
                elif self._idle:
                    self._idle()
            finally:
                with self._changed:
                    self._is_writing = False
                    self._changed.notify_all()

    def _gather(self) -> None:
        """Wait a moment for more, when batches are coming in: an insert costs much more than another thousand rows in it.

        Called with `_changed` held. A batch that comes alone does not wait."""
        rows = sum(waiting.rows for waiting in self._queue)
        deadline = time.monotonic() + LINGER_S
        while LINGER_FROM_ROWS <= rows < LINGER_TO_ROWS and not self._closing:
            left = deadline - time.monotonic()
            if left <= 0 or not self._changed.wait(left):
                return
            rows = sum(waiting.rows for waiting in self._queue)

    def _write(self, group: Sequence[_Waiting[Batch, Outcome]]) -> None:
        try:
            outcomes = self._store([waiting.batch for waiting in group])
        except Unstorable as e:
            self._apart(group, e)
        except AppError as e:
            _fail(group, e)
        except Exception as e:
            log.exception("a group of %d batches of %s cannot be stored", len(group), self._what)
            self._apart(group, StoreError(f"{self._what} cannot be stored: {e}", 0))
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                waiting.done.set_result(outcome)

    def _apart(self, group: Sequence[_Waiting[Batch, Outcome]], error: AppError) -> None:
        """One bad batch must not fail its neighbours."""
        if len(group) == 1:
            _fail(group, error)
            return
        for waiting in group:
            self._write([waiting])


def _fail(group: Sequence[_Waiting[Batch, Outcome]], error: AppError) -> None:
    for waiting in group:
        waiting.done.set_exception(error)


def persist(insert: Callable[[str], None], what: str) -> None:
    """`insert(token)`, repeated over passing faults with the same token, so that at most one copy is stored.

    Raises `Unavailable` when the store keeps failing; the rows may be stored or not."""
    token = str(uuid4())
    for delay_s in (*RETRY_DELAYS_S, None):
        try:
            insert(token)
        except StoreError as e:
            log.warning("insert of %s failed: %s", what, e)
            if delay_s is None:
                raise Unavailable(
                    f"{what} cannot be stored at the moment; send again in a moment", retry_after_s=5
                ) from e
            time.sleep(delay_s)
        else:
            return
