"""The writer of calls: groups what arrives into few inserts, and answers when rows are stored."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from promptpulse.core.call import Call
from promptpulse.core.errors import AppError
from promptpulse.core.times import EPOCH
from promptpulse.ingest.grouping import Grouping, persist
from promptpulse.ingest.otlp import Content
from promptpulse.ingest.rows import COLUMN_TYPES, TEXT_TYPES, columns, text_columns
from promptpulse.ingest.seen import Seen
from promptpulse.metrics import days, kept
from promptpulse.store import Store

log = logging.getLogger(__name__)

TIDY_EVERY_S = 60.0
DAY_US = 86_400_000_000
ROW_BYTES = 1500
"""Rough size of a queued call without texts, for the bound of the queue."""

Stored = Callable[[Counter[str]], None]
Redact = Callable[[Sequence[Call]], None]
"""Takes out of calls, in place, what must not be kept."""


def as_they_are(_rows: object) -> None:
    """Takes nothing out."""


@dataclass(frozen=True, slots=True)
class Written:
    """Outcome of one batch: what is stored now, and the indices of calls that were stored before. `too_old`: calls of a
    time of which the project keeps none, by index, and why."""

    accepted: int
    duplicates: tuple[int, ...]
    too_old: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Batch:
    calls: Sequence[Call]
    undated: frozenset[int]


class Writer:
    """A thread between many requests and one store. `write` may be called from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        on_stored: Stored | None = None,
        redact: Redact = as_they_are,
    ) -> None:
        self._redact = redact
        self._store = store
        self._clock = clock
        self._on_stored = on_stored
        self._seen = Seen(store, exclusive=store.embedded)
        self._grouping = Grouping[_Batch, Written]("calls", self._store_batches, self._tidy)
        self._unbuilt: list[days.Day] = []
        self._next_tidy = 0.0

    def start(self) -> None:
        """Remember what is stored, then serve. Run after the rollups were repaired."""
        self._seen.load(self._clock())
        self._grouping.start()

    def write(self, calls: Sequence[Call], undated: frozenset[int] = frozenset()) -> Future[Written]:
        """Store `calls`, all or none of this batch. Raises `Unavailable` when too much is waiting or the server stops."""
        size = sum(ROW_BYTES + len(c.input) + len(c.output) for c in calls)
        return self._grouping.put(_Batch(calls, undated), rows=len(calls), size=size)

    @property
    def queued_bytes(self) -> int:
        return self._grouping.queued_bytes

    def paused(self) -> AbstractContextManager[None]:
        """While it is open, no call is stored and no day computed: rollups may be rebuilt. What arrives waits."""
        return self._grouping.paused()

    def close(self, timeout_s: float = 30.0) -> None:
        """Store what was accepted, then end."""
        self._grouping.close(timeout_s)

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

    def _store_batches(self, group: Sequence[_Batch]) -> list[Written]:
        now = self._clock()
        calls = [call for batch in group for call in batch.calls]
        undated: set[int] = set()
        offset = 0
        for batch in group:
            undated.update(offset + i for i in batch.undated)
            offset += len(batch.calls)
        too_old = too_old_of(self._store, calls, now)
        duplicates = self._seen.duplicates(calls, frozenset(undated), now) - too_old.keys()
        left_out = duplicates | too_old.keys()
        fresh = [c for i, c in enumerate(calls) if i not in left_out] if left_out else calls
        if fresh:
            self._redact(fresh)
            insert(self._store, fresh, int(now.timestamp()))
            self._seen.add(fresh)
            if self._on_stored:
                self._on_stored(Counter(c.project for c in fresh))
        written, offset = [], 0
        for batch in group:
            end = offset + len(batch.calls)
            repeated = tuple(i - offset for i in range(offset, end) if i in duplicates) if duplicates else ()
            old = {i - offset: why for i, why in too_old.items() if offset <= i < end}
            written.append(Written(len(batch.calls) - len(repeated) - len(old), repeated, old))
            offset = end
        return written


def too_old_of(store: Store, calls: Sequence[Call], now: datetime) -> Mapping[int, str]:
    """Calls of a time of which their project keeps none, by place, and why."""
    return kept.too_old(store, "calls", ((c.project, c.ts) for c in calls), now)


def insert(store: Store, calls: Sequence[Call], received_at_s: int) -> None:
    """Store `calls`, which must be new. Repeats itself over passing faults; at most one copy is stored.

    Raises `Unavailable` when the store keeps failing."""
    _reopen_days(store, calls, received_at_s)
    texts = [(c.project, c.id, c.input, c.output) for c in calls if c.input or c.output]
    found = columns(calls, received_at_s)

    def once(token: str) -> None:
        if texts:
            store.insert("call_texts", text_columns(texts, received_at_s), TEXT_TYPES, token=token)
        store.insert("calls", found, COLUMN_TYPES, token=token)

    persist(once, "calls")


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
