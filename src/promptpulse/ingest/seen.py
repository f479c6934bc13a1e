"""Which calls are stored already: a retry, an overlapping batch or a restart counts nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from promptpulse.core.call import Call
from promptpulse.core.times import from_micros, to_micros
from promptpulse.store import Store

LOOK_BACK = timedelta(days=7)
"""How long a call that came without a timestamp is recognised when it is sent again."""


class Seen:
    """Ids of stored calls. Recent ones are in memory, all others are looked up in the store.

    Every stored call that starts at `_complete_from` or later is in memory, so for those memory alone decides; that
    holds only while no other process writes (`exclusive`). Used by one thread."""

    def __init__(self, store: Store, *, exclusive: bool, capacity: int = 400_000) -> None:
        self._store = store
        self._exclusive = exclusive
        self._half = capacity // 2
        self._young: set[tuple[str, str]] = set()
        self._old: set[tuple[str, str]] = set()
        self._young_latest = 0
        self._old_latest = 0
        self._complete_from = 0

    def load(self, now: datetime) -> None:
        """Remember what was stored before this process began."""
        since = now - timedelta(hours=1)
        answer = self._store.query(
            """
            SELECT project, id, toUnixTimestamp64Micro(ts) AS us
            FROM calls
            WHERE ts >= {since:DateTime64(6, 'UTC')}
            ORDER BY ts DESC
            LIMIT {limit:UInt32}
            """,
            {"since": since, "limit": self._half},
        )
        oldest = to_micros(since)
        for project, call_id, us in answer.rows():
            self._old.add((str(project), str(call_id)))
            oldest = int(str(us))
        if len(self._old) < self._half:
            oldest = to_micros(since)
        self._old_latest = to_micros(now)
        # one microsecond later: calls of that very moment may have been cut off by the limit
        self._complete_from = oldest + 1

    def duplicates(self, calls: Sequence[Call], undated: frozenset[int], now: datetime) -> set[int]:
        """Indices of calls that are stored already or stand earlier in `calls`.

        `undated`: indices of calls whose time was given by the server, so that a retry carries another one."""
        found: set[int] = set()
        here: set[tuple[str, str]] = set()
        doubtful: dict[str, list[int]] = {}
        for i, call in enumerate(calls):
            key = (call.project, call.id)
            if key in here or key in self._young or key in self._old:
                found.add(i)
                continue
            here.add(key)
            if not self._exclusive or call.ts < self._complete_from or i in undated:
                doubtful.setdefault(call.project, []).append(i)
        for project, indices in doubtful.items():
            dated = [i for i in indices if i not in undated]
            times = [calls[i].ts for i in dated]
            if times:
                stored = self._stored(
                    project, [calls[i].id for i in dated], from_micros(min(times)), from_micros(max(times))
                )
                found.update(i for i in dated if calls[i].id in stored)
            loose = [i for i in indices if i in undated]
            if loose:
                stored = self._stored(project, [calls[i].id for i in loose], now - LOOK_BACK, now + timedelta(days=1))
                found.update(i for i in loose if calls[i].id in stored)
        return found

    def add(self, calls: Sequence[Call]) -> None:
        """Remember calls that are stored now."""
        self._young.update((c.project, c.id) for c in calls)
        self._young_latest = max(self._young_latest, max((c.ts for c in calls), default=0))
        if len(self._young) >= self._half:
            self._complete_from = max(self._complete_from, self._old_latest + 1)
            self._old, self._old_latest = self._young, self._young_latest
            self._young, self._young_latest = set(), 0

    def _stored(self, project: str, ids: Sequence[str], first: datetime, last: datetime) -> set[str]:
        answer = self._store.query(
            """
            SELECT id
            FROM calls
            WHERE project = {project:String}
              AND ts BETWEEN {first:DateTime64(6, 'UTC')} AND {last:DateTime64(6, 'UTC')}
              AND id IN {ids:Array(String)}
            """,
            {"project": project, "first": first, "last": last, "ids": list(ids)},
        )
        return {str(v) for v in answer.column("id")}
