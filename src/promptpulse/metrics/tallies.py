"""What error budgets count: calls, scores and minutes, good and bad, by hour and by minute.

Hours that are over are kept in memory and read anew once an hour; each round reads the last hours only. Objectives of the
same project and filters are read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from promptpulse.core.times import BUCKETS, edges
from promptpulse.metrics.burn import FINE, Slot, Span
from promptpulse.metrics.conditions import Filter, calls_where
from promptpulse.metrics.definitions import NONE, Definitions
from promptpulse.metrics.fields import bind
from promptpulse.metrics.plan import bucket_of
from promptpulse.metrics.query import Query, checked, zone
from promptpulse.metrics.run import Value, run
from promptpulse.store import Store

Kind = Literal["availability", "downtime", "latency", "success_rate", "score"]
Counted = Literal["calls", "scores", "minutes"]

LIFE = timedelta(hours=1)
"""Hours that are over are read anew when they were read so long ago: calls and scores may come late."""
LONGEST = timedelta(days=125)
UNANSWERED = "error_family = '5xx'"
"""Timeouts, system errors, and HTTP 5xx of the provider (ingest/classify.py)."""
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Goal:
    """What makes a call, a score or a minute bad."""

    kind: Kind
    under_ms: float = 0
    """Of latency: successful calls that took longer are bad."""
    failing_share: float = 50
    """Of downtime: percent of calls; minutes with more unanswered ones are bad."""
    score: str = ""
    at_least: float = 0

    @property
    def counted(self) -> Counted:
        return {"score": "scores", "downtime": "minutes"}.get(self.kind, "calls")  # type: ignore[return-value]

    @property
    def metrics(self) -> tuple[str, str]:
        """What is counted in all, and what of it is bad."""
        match self.kind:
            case "availability" | "downtime":
                return "total_requests", f"=count({UNANSWERED})"
            case "success_rate":
                return "total_requests", "failed_requests"
            case "latency":
                slow = f"=count(status = 'success' and latency_ms > {self.under_ms!r})"
                return "=count(status = 'success')", slow
            case "score":
                name = _quoted(self.score)
                low, high = f"count(score.{name} < {self.at_least!r})", f"count(score.{name} >= {self.at_least!r})"
                return f"={low} + {high}", f"={low}"  # texts without a number are neither

    @property
    def percent(self) -> str:
        """A metric for charts: what was good, in percent. Of minutes: the calls in them."""
        match self.kind:
            case "success_rate":
                return "success_rate"
            case "availability" | "downtime":
                return f"=100 - 100 * count({UNANSWERED}) / count()"
            case "latency":
                return f"=100 - 100 * {self.metrics[1].removeprefix('=')} / {self.metrics[0].removeprefix('=')}"
            case "score":
                return f"=100 - 100 * {self.metrics[1].removeprefix('=')} / ({self.metrics[0].removeprefix('=')})"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls are counted."""

    project: str
    where: tuple[Filter, ...]
    tz: str
    excluded: tuple[Span, ...] = ()
    """Merged; does not count."""
    definitions: Definitions = field(default=NONE, hash=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    slots: tuple[Slot, ...]
    since: datetime
    until: datetime
    read_at: datetime


class Tallies:
    """Thread-safe; `_lock` guards what is kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._hours: dict[tuple[Scope, Goal], Kept] = {}

    def read(
        self, scope: Scope, goals: Sequence[Goal], since: datetime, now: datetime
    ) -> Mapping[Goal, tuple[Slot, ...]]:
        """Slots from the hour of `since` to the minute of `now`: hours, and minutes at the end."""
        wanted = list(dict.fromkeys(goals))
        until = hour_of(now, scope.tz) - FINE
        hours = self._past(scope, wanted, hour_of(since, scope.tz), until, now)
        fine = read_slots(self._store, scope, wanted, until, minute_of(now), "1m", now)
        return {goal: (*(s for s in hours[goal] if s.end <= until), *fine[goal]) for goal in wanted}

    def around(
        self, scope: Scope, goals: Sequence[Goal], since: datetime, as_of: datetime, now: datetime
    ) -> Mapping[Goal, tuple[Slot, ...]]:
        """As `read`, as it was at `as_of`."""
        wanted = list(dict.fromkeys(goals))
        until = max(hour_of(since, scope.tz), hour_of(as_of, scope.tz) - FINE)
        hours = self._past(scope, wanted, hour_of(since, scope.tz), hour_of(now, scope.tz) - FINE, now)
        fine = read_slots(self._store, scope, wanted, until, minute_of(as_of), "1m", now)
        return {goal: (*(s for s in hours[goal] if s.end <= until), *fine[goal]) for goal in wanted}

    def _past(
        self, scope: Scope, goals: Sequence[Goal], since: datetime, until: datetime, now: datetime
    ) -> dict[Goal, tuple[Slot, ...]]:
        with self._lock:
            found = {goal: self._hours.get((scope, goal)) for goal in goals}
        stale = [goal for goal, kept in found.items() if kept is None or not _serves(kept, since, until, now)]
        slots = {goal: kept.slots for goal, kept in found.items() if kept is not None}
        if stale:
            read = read_slots(self._store, scope, stale, since, until, "1h", now)
            slots |= read
            with self._lock:
                for goal, of_goal in read.items():
                    self._hours[scope, goal] = Kept(of_goal, since, until, now)
                too_old = [key for key, kept in self._hours.items() if now - kept.read_at > 2 * LIFE]
                for key in too_old:
                    del self._hours[key]
        return {goal: tuple(s for s in slots[goal] if s.start >= since) for goal in goals}


def _serves(kept: Kept, since: datetime, until: datetime, now: datetime) -> bool:
    return kept.since <= since and kept.until >= until and timedelta(0) <= now - kept.read_at < LIFE


def read_slots(
    store: Store, scope: Scope, goals: Sequence[Goal], since: datetime, until: datetime, bucket: str, now: datetime
) -> dict[Goal, tuple[Slot, ...]]:
    """All slots of `[since, until)`, ascending and without gaps, what is excluded aside."""
    if since >= until:
        return dict.fromkeys(goals, ())
    of_minutes = [goal for goal in goals if goal.kind == "downtime"]
    of_calls = [goal for goal in goals if goal.kind != "downtime"]
    found = _by_metrics(store, scope, of_calls, since, until, bucket, now) if of_calls else {}
    found |= _by_minutes(store, scope, of_minutes, since, until, bucket) if of_minutes else {}
    if bucket == "1m":
        return {goal: tuple(s for s in slots if not _touches(s, scope.excluded)) for goal, slots in found.items()}
    return _without(store, scope, found, now)


def hour_of(moment: datetime, tz: str) -> datetime:
    """The begin of its hour on the wall clock."""
    return edges(moment, moment + _MINUTE, BUCKETS["1h"], zone(tz))[0]


def minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _by_metrics(
    store: Store, scope: Scope, goals: Sequence[Goal], since: datetime, until: datetime, bucket: str, now: datetime
) -> dict[Goal, tuple[Slot, ...]]:
    metrics = tuple(dict.fromkeys(key for goal in goals for key in goal.metrics))
    query = Query(
        scope.project, metrics, since, until, bucket, where=scope.where, tz=scope.tz, definitions=scope.definitions
    )
    frame = run(store, query, now)
    starts = frame.buckets or ()
    ends = [*starts[1:], until]
    found = {}
    for goal in goals:
        totals, bads = (frame.values[key][0] for key in goal.metrics)
        found[goal] = tuple(
            Slot(start, end, _whole(total), _whole(bad), _whole(total))
            for start, end, total, bad in zip(starts, ends, totals, bads, strict=True)
        )
    return found


def _whole(value: Value) -> int:
    return int(value or 0)


def _by_minutes(
    store: Store, scope: Scope, goals: Sequence[Goal], since: datetime, until: datetime, bucket: str
) -> dict[Goal, tuple[Slot, ...]]:
    """Minutes without calls count as up."""
    query = checked(Query(scope.project, ("total_requests",), since, until, bucket, where=scope.where, tz=scope.tz))
    starts = edges(since, until, BUCKETS[bucket], zone(scope.tz))
    where, params = calls_where(query.project, since, until, query.where)
    slot = bucket_of("minute", starts, params)
    down = [
        f"countIf(failed * 100 > calls * {bind(params, 'Float64', goal.failing_share)}) AS d{i}"
        for i, goal in enumerate(goals)
    ]
    answer = store.query(
        f"""
        SELECT {slot} AS slot, sum(calls) AS seen, {", ".join(down)}
        FROM (
          SELECT toStartOfMinute(ts, 'UTC') AS minute, count() AS calls, countIf({UNANSWERED}) AS failed
          FROM calls
          WHERE {where}
          GROUP BY minute
        )
        GROUP BY slot
        """,
        params,
    )
    rows = {int(str(row[0])): [int(str(n)) for n in row[1:]] for row in answer.rows()}
    ends = [*starts[1:], until]
    found = {}
    for i, goal in enumerate(goals):
        slots = []
        for start, end in zip(starts, ends, strict=True):
            seen, *bad = rows.get(int(start.timestamp()), [0] * (len(goals) + 1))
            slots.append(Slot(start, end, (end - start) // _MINUTE, bad[i], seen))
        found[goal] = tuple(slots)
    return found


def _without(
    store: Store, scope: Scope, found: dict[Goal, tuple[Slot, ...]], now: datetime
) -> dict[Goal, tuple[Slot, ...]]:
    """Hours that are excluded in part are read again by minutes; those that are excluded are left out."""
    touched = sorted({(s.start, s.end) for slots in found.values() for s in slots if _touches(s, scope.excluded)})
    if not touched:
        return found
    goals = list(found)
    again: dict[Span, dict[Goal, tuple[Slot, ...]]] = {}
    for start, end in touched:
        if any(a <= start and end <= b for a, b in scope.excluded):
            continue
        again[start, end] = read_slots(store, scope, goals, start, end, "1m", now)
    cleaned: dict[Goal, tuple[Slot, ...]] = {}
    for goal, slots in found.items():
        kept: list[Slot] = []
        for slot in slots:
            if not _touches(slot, scope.excluded):
                kept.append(slot)
            elif (slot.start, slot.end) in again:
                minutes = again[slot.start, slot.end][goal]
                counts = (sum(m.total for m in minutes), sum(m.bad for m in minutes), sum(m.seen for m in minutes))
                kept.append(Slot(slot.start, slot.end, *counts))
        cleaned[goal] = tuple(kept)
    return cleaned


def _touches(slot: Slot, spans: Sequence[Span]) -> bool:
    return any(start < slot.end and slot.start < end for start, end in spans)
