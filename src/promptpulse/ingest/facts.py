"""The writer of scores and events: each is stored once, whatever is repeated, and answered when it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar

from promptpulse.core.errors import AppError, Refused
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import from_micros, to_micros
from promptpulse.ingest.grouping import Grouping, persist
from promptpulse.ingest.rows import EVENT_TYPES, SCORE_TYPES, fact_columns
from promptpulse.ingest.writer import as_they_are
from promptpulse.metrics import kept
from promptpulse.store import Store

LOOK_BACK = timedelta(days=30)
"""How long a fact that came without a time is recognised when it is sent again. With a time: for ever."""
CAPACITY = 100_000
"""Ids kept in memory, of each kind."""
ROW_BYTES = 600
"""Rough size of a queued fact without its texts, for the bound of the queue."""

Fact = TypeVar("Fact", bound=Score | Event)
Kind = Literal["scores", "events"]
Stored = Callable[[Kind, Counter[str]], None]
"""Is told how many submissions or events of each project were stored."""
Redact = Callable[[Sequence[Score | Event]], None]
"""Takes out of facts, in place, what must not be kept."""
Key = tuple[str, str]
"""A project and an id."""


class FactWriter:
    """Two threads between many requests and one store. `scores` and `events` may be called from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        on_stored: Stored | None = None,
        redact: Redact = as_they_are,
    ) -> None:
        self._scores = _Facts(_SCORES, store, clock, on_stored, redact)
        self._events = _Facts(_EVENTS, store, clock, on_stored, redact)

    def start(self) -> None:
        """Remember what is stored, then serve."""
        self._scores.start()
        self._events.start()

    def scores(self, batch: Sequence[Score]) -> Future[frozenset[str]]:
        """Store the scores, all or none of the batch; the result are those `submission_id`s that were stored before.

        Of these nothing is stored: the first submission counts. Raises `Refused` for a fact of a time of which nothing is kept
        any more, and `Unavailable` when too much is waiting or the server stops; so does the result when the store fails, and
        then the same batch may be sent again."""
        return self._scores.write(batch)

    def events(self, batch: Sequence[Event]) -> Future[frozenset[str]]:
        """As `scores`; the result are the `id`s that were stored before."""
        return self._events.write(batch)

    def close(self, timeout_s: float = 30.0) -> None:
        """Store what was accepted, then end."""
        self._scores.close(timeout_s)
        self._events.close(timeout_s)


@dataclass(frozen=True, slots=True)
class _Table(Generic[Fact]):
    """A kind of facts, and what is particular to it."""

    kind: Kind
    id_column: str
    types: Mapping[str, str]
    id_of: Callable[[Fact], str]
    row_of: Callable[[Fact], tuple[str, ...]]
    """What no two rows of a batch share: a submission has one row a name."""
    text_size: Callable[[Fact], int]


_SCORES: _Table[Score] = _Table(
    "scores",
    "submission_id",
    SCORE_TYPES,
    lambda s: s.submission_id,
    lambda s: (s.project, s.submission_id, s.name),
    lambda s: len(s.text) + len(s.comment),
)
_EVENTS: _Table[Event] = _Table(
    "events",
    "id",
    EVENT_TYPES,
    lambda e: e.id,
    lambda e: (e.project, e.id),
    lambda e: len(e.context) + len(e.metadata),
)


class _Facts(Generic[Fact]):
    """The writer of one table."""

    def __init__(
        self,
        table: _Table[Fact],
        store: Store,
        clock: Callable[[], datetime],
        on_stored: Stored | None,
        redact: Redact,
    ) -> None:
        self._redact = redact
        self._table = table
        self._store = store
        self._clock = clock
        self._on_stored = on_stored
        self._known = _Known(store, table.kind, table.id_column)
        self._grouping = Grouping[Sequence[Fact], frozenset[str]](table.kind, self._store_batches)

    def start(self) -> None:
        self._known.load(self._clock())
        self._grouping.start()

    def write(self, batch: Sequence[Fact]) -> Future[frozenset[str]]:
        too_old = kept.too_old(self._store, "facts", ((fact.project, fact.ts) for fact in batch), self._clock())
        if too_old:
            raise Refused(next(iter(too_old.values())), field="timestamp")
        size = sum(ROW_BYTES + self._table.text_size(fact) for fact in batch)
        return self._grouping.put(batch, rows=len(batch), size=size)

    def close(self, timeout_s: float) -> None:
        self._grouping.close(timeout_s)

    def _store_batches(self, group: Sequence[Sequence[Fact]]) -> list[frozenset[str]]:
        now = self._clock()
        table = self._table
        known = self._known.among([(f.project, table.id_of(f), f.ts) for batch in group for f in batch], now)
        fresh: dict[tuple[str, ...], Fact] = {}
        new: set[Key] = set()
        repeated = []
        for batch in group:
            keys = [(f.project, table.id_of(f)) for f in batch]
            again = {key for key in keys if key in known or key in new}
            for fact, key in zip(batch, keys, strict=True):
                if key not in again:
                    fresh.setdefault(table.row_of(fact), fact)
            new.update(key for key in keys if key not in again)
            repeated.append(frozenset(fact_id for _, fact_id in again))
        if fresh:
            self._redact(list(fresh.values()))
            self._insert(list(fresh.values()), now)
            self._known.add(new)
            if self._on_stored:
                self._on_stored(table.kind, Counter(project for project, _ in new))
        return repeated

    def _insert(self, facts: Sequence[Fact], now: datetime) -> None:
        columns = fact_columns(facts, self._table.types, int(now.timestamp()))

        def once(token: str) -> None:
            self._store.insert(self._table.kind, columns, self._table.types, token=token)

        try:
            persist(once, self._table.kind)
        except AppError:
            self._known.doubt()  # they may be stored all the same
            raise


class _Known:
    """Ids of stored facts. Recent ones are in memory, others are looked up. Used by one thread.

    Everything stored with a time of `_complete_from` or later is in memory; None: memory alone decides nothing."""

    def __init__(self, store: Store, table: str, id_column: str) -> None:
        self._store = store
        self._table, self._id = table, id_column
        self._young: set[Key] = set()
        self._old: set[Key] = set()
        self._complete_from: int | None = None

    def load(self, now: datetime) -> None:
        """Remember what was stored before this process began."""
        since = now - LOOK_BACK
        answer = self._store.query(
            f"""
            SELECT project, {self._id}
            FROM {self._table}
            WHERE ts >= {{since:DateTime64(6, 'UTC')}}
            ORDER BY ts DESC
            LIMIT {{limit:UInt32}}
            """,
            {"since": since, "limit": CAPACITY},
        )
        self._old = {(str(project), str(fact_id)) for project, fact_id in answer.rows()}
        found = len(answer.columns[0]) if answer.columns else 0
        # another process may write to a server's tables, so there memory knows what is stored, never what is not
        self._complete_from = to_micros(since) if self._store.embedded and found < CAPACITY else None

    def among(self, facts: Sequence[tuple[str, str, int]], now: datetime) -> set[Key]:
        """Which of these (project, id, time) are stored."""
        known: set[Key] = set()
        doubtful: dict[str, dict[str, int]] = {}
        first = to_micros(now - LOOK_BACK)
        complete = self._complete_from is not None and self._complete_from <= first
        for project, fact_id, ts in facts:
            key = (project, fact_id)
            if key in self._young or key in self._old:
                known.add(key)
            elif not complete or ts < (self._complete_from or 0):
                doubtful.setdefault(project, {})[fact_id] = ts
        for project, times in doubtful.items():
            known.update((project, fact_id) for fact_id in self._stored(project, times, now))
        return known

    def add(self, keys: set[Key]) -> None:
        """Remember facts that are stored now."""
        self._young |= keys
        if len(self._young) >= CAPACITY // 2:
            if self._old:
                self.doubt()
            self._old, self._young = self._young, set()

    def doubt(self) -> None:
        """Something may be stored that is not in memory."""
        self._complete_from = None

    def _stored(self, project: str, times: Mapping[str, int], now: datetime) -> set[str]:
        """Those stored around their own times, or lately. The store finds ids by their index."""
        answer = self._store.query(
            f"""
            SELECT DISTINCT {self._id} AS id
            FROM {self._table}
            WHERE project = {{project:String}}
              AND (
                ts >= {{recent:DateTime64(6, 'UTC')}}
                OR ts BETWEEN {{first:DateTime64(6, 'UTC')}} AND {{last:DateTime64(6, 'UTC')}}
              )
              AND {self._id} IN {{ids:Array(String)}}
            """,
            {
                "project": project,
                "recent": now - LOOK_BACK,
                "first": from_micros(min(times.values())),
                "last": from_micros(max(times.values())),
                "ids": list(times),
            },
        )
        return {str(fact_id) for fact_id in answer.column("id")}
