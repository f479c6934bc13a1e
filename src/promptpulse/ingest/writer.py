"""The one writer: groups what arrives into few inserts, and answers when rows are stored."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from promptpulse.core.call import Call
from promptpulse.core.errors import AppError, Unavailable
from promptpulse.core.times import EPOCH
from promptpulse.ingest.otlp import Content
from promptpulse.ingest.rows import COLUMN_TYPES, TEXT_TYPES, columns, text_columns
from promptpulse.ingest.seen import Seen
from promptpulse.metrics import days
from promptpulse.store import Store, StoreError, Unstorable

log = logging.getLogger(__name__)

GROUP_ROWS = 20_000
RETRY_DELAYS_S = (0.1, 0.5, 2.0)
QUEUE_BYTES = 64 << 20
LINGER_S = 0.03
LINGER_FROM_ROWS, LINGER_TO_ROWS = 100, 1000
IDLE_S = 1.0
TIDY_EVERY_S = 60.0
DAY_US = 86_400_000_000
ROW_BYTES = 1500
"""Rough size of a queued call without texts, for the bound of the queue."""

Stored = Callable[[Counter[str]], None]


@dataclass(frozen=True, slots=True)
class Written:
    """Outcome of one batch: what is stored now, and the indices of calls that were stored before."""

    accepted: int
    duplicates: tuple[int, ...]


@dataclass(slots=True)
class _Batch:
    calls: Sequence[Call]
    undated: frozenset[int]
    size: int
    done: Future[Written] = field(default_factory=Future)


class Writer:
    """A thread between many requests and one store. `write` may be called from any thread."""

    def __init__(self, store: Store, clock: Callable[[], datetime], on_stored: Stored | None = None) -> None:
        self._store = store
        self._clock = clock
        self._on_stored = on_stored
        self._seen = Seen(store, exclusive=store.embedded)
        self._queue: list[_Batch] = []
        self._queued_bytes = 0
        self._changed = threading.Condition()  # guards the three fields around it
        self._closing = False
        self._unbuilt: list[days.Day] = []
        self._next_tidy = 0.0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Remember what is stored, then serve. Run after the rollups were repaired."""
        self._seen.load(self._clock())
        self._thread.start()

    def write(self, calls: Sequence[Call], undated: frozenset[int] = frozenset()) -> Future[Written]:
        """Store `calls`, all or none of this batch. Raises `Unavailable` when too much is waiting or the server stops."""
        size = sum(ROW_BYTES + len(c.input) + len(c.output) for c in calls)
        batch = _Batch(calls, undated, size)
        with self._changed:
            if self._closing:
                raise Unavailable("the server is shutting down; send again in a moment", retry_after_s=2)
            if self._queued_bytes + size > QUEUE_BYTES and self._queue:
                raise Unavailable("more calls are arriving than can be stored; send again in a moment", retry_after_s=2)
            batch.done.set_running_or_notify_cancel()  # a sender that goes away must not take back what is written
            self._queue.append(batch)
            self._queued_bytes += size
            self._changed.notify()
        return batch.done

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

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
                group: list[_Batch] = []
                rows = 0
                while self._queue and (not group or rows + len(self._queue[0].calls) <= GROUP_ROWS):
                    group.append(self._queue.pop(0))
                    rows += len(group[-1].calls)
                self._queued_bytes -= sum(b.size for b in group)
            if group:
                self._write_group(group)
            else:
                self._tidy()

    def _gather(self) -> None:
        """Wait a moment for more, when batches are coming in: an insert costs much more than another thousand rows in it.

        Called with `_changed` held. A batch that comes alone does not wait."""
        rows = sum(len(b.calls) for b in self._queue)
        deadline = time.monotonic() + LINGER_S
        while LINGER_FROM_ROWS <= rows < LINGER_TO_ROWS and not self._closing:
            left = deadline - time.monotonic()
            if left <= 0 or not self._changed.wait(left):
                return
            rows = sum(len(b.calls) for b in self._queue)

    def _tidy(self) -> None:
        """While nothing arrives: compute a day that is over, for the rollup of days."""
        if not self._store.embedded:
            return  # another process may be storing calls of that day
        try:
            if not self._unbuilt and time.monotonic() >= self._next_tidy:
                self._next_tidy = time.monotonic() + TIDY_EVERY_S
                self._unbuilt = days.unbuilt(self._store, self._clock())
            if self._unbuilt:
                day = self._unbuilt.pop(0)
                days.build(self._store, day)
        except AppError as e:
            log.warning("a day could not be computed, queries read its hours: %s", e.message)

    def _write_group(self, group: Sequence[_Batch]) -> None:
        try:
            written = self._store_batches(group)
        except Unstorable as e:
            # one bad batch must not fail its neighbours
            if len(group) == 1:
                self._fail(group, e)
                return
            for batch in group:
                self._write_group([batch])
        except AppError as e:
            self._fail(group, e)
        except Exception as e:
            log.exception("a group of %d batches cannot be stored", len(group))
            self._fail(group, StoreError(f"calls cannot be stored: {e}", 0))
        else:
            for batch, outcome in zip(group, written, strict=True):
                batch.done.set_result(outcome)

    def _store_batches(self, group: Sequence[_Batch]) -> list[Written]:
        now = self._clock()
        calls = [call for batch in group for call in batch.calls]
        undated: set[int] = set()
        offset = 0
        for batch in group:
            undated.update(offset + i for i in batch.undated)
            offset += len(batch.calls)
        duplicates = self._seen.duplicates(calls, frozenset(undated), now)
        fresh = [c for i, c in enumerate(calls) if i not in duplicates] if duplicates else calls
        if fresh:
            insert(self._store, fresh, int(now.timestamp()))
            self._seen.add(fresh)
            if self._on_stored:
                self._on_stored(Counter(c.project for c in fresh))
        written, offset = [], 0
        for batch in group:
            end = offset + len(batch.calls)
            repeated = tuple(i - offset for i in range(offset, end) if i in duplicates) if duplicates else ()
            written.append(Written(len(batch.calls) - len(repeated), repeated))
            offset = end
        return written

    @staticmethod
    def _fail(group: Sequence[_Batch], error: AppError) -> None:
        for batch in group:
            batch.done.set_exception(error)


def insert(store: Store, calls: Sequence[Call], received_at_s: int) -> None:
    """Store `calls`, which must be new. Repeats itself over passing faults: one token, so at most one copy.

    Raises `Unavailable` when the store keeps failing."""
    _reopen_days(store, calls, received_at_s)
    token = str(uuid4())
    texts = [(c.project, c.id, c.input, c.output) for c in calls if c.input or c.output]
    found = columns(calls, received_at_s)
    for delay_s in (*RETRY_DELAYS_S, None):
        try:
            if texts:
                store.insert("call_texts", text_columns(texts, received_at_s), TEXT_TYPES, token=token)
            store.insert("calls", found, COLUMN_TYPES, token=token)
        except StoreError as e:
            log.warning("insert of %d calls failed: %s", len(calls), e)
            if delay_s is None:
                raise Unavailable(
                    "calls cannot be stored at the moment; send again in a moment", retry_after_s=5
                ) from e
            time.sleep(delay_s)
        else:
            return


def _reopen_days(store: Store, calls: Sequence[Call], now_s: int) -> None:
    """Late calls make their days incomplete, before they are stored."""
    today = now_s * 1_000_000 // DAY_US
    late = {(c.project, c.ts // DAY_US) for c in calls if c.ts // DAY_US < today}
    for project in {project for project, _ in late}:
        touched = [day for p, day in late if p == project]
        first, last = (EPOCH + timedelta(days=d) for d in (min(touched), max(touched) + 1))
        marked = days.whole_days(store, project, first, last)
        days.reopen(store, [(project, day) for day in marked if (day - EPOCH.date()).days in touched])


def insert_texts(store: Store, project: str, texts: Sequence[Content], received_at_s: int) -> None:
    """Store texts that came apart from their calls."""
    rows = [(project, t.id, t.input, t.output) for t in texts]
    store.insert("call_texts", text_columns(rows, received_at_s), TEXT_TYPES)
