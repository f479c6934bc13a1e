"""The demo's calls, and what becomes of them, into the stores: the past at once, the present as it happens."""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.errors import AppError
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import from_micros, to_micros
from promptpulse.demo.opinions import assignment, facts_of
from promptpulse.demo.queries import assigned, stored, stored_since
from promptpulse.demo.traffic import CALLS, DAYS, SEED, Live, Turn, World, end_us, traffic
from promptpulse.experiments.assigner import Assigned
from promptpulse.experiments.values import Experiment
from promptpulse.ingest.price import Prices
from promptpulse.ingest.rows import EVENT_TYPES, SCORE_TYPES, fact_columns
from promptpulse.ingest.writer import Written, insert
from promptpulse.store import Store

log = logging.getLogger(__name__)

TICK_S = 1.0
WRITE_ROWS = 5_000
WRITE_TIMEOUT_S = 60.0
OVERLAP = timedelta(hours=2)
"""Longer than a call and all that is said of it takes: so much before the last call is looked at again."""

Units = set[tuple[str, str]]
"""Ids of experiments and of their units that have a variant."""


def find_world(
    store: Store, project: ProjectRef, now: datetime, *, days: int = DAYS, calls: int = CALLS, seed: int = SEED
) -> World:
    """The world whose calls are stored in `project`, or a new one whose first `days` end now.

    A new world makes about `calls` calls in these days. It has texts when the project keeps texts."""
    _, demo, first_us, _ = stored(store, project.id)
    start = from_micros(first_us) if demo else now - timedelta(days=days)
    # the first call lies in the first hour, so a world that was loaded before is found again
    anchor = start.replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    return World(
        project.id, ZoneInfo(project.time_zone), anchor,
        seed=seed, calls_per_day=calls / days, days=days, with_texts=project.capture_content,
    )  # fmt: skip


def load(
    store: Store,
    world: World,
    project: ProjectRef,
    prices: Prices,
    now: datetime,
    progress: Callable[[int], None],
    experiments: Mapping[str, Experiment] | None = None,
) -> int:
    """Store the calls that are missing up to `now`, with their scores and events, and return how many calls. To be run
    before the store's writers start.

    A project without calls gets all of its first days; one that has some of the demo gets what has happened since its
    last call, but not more than those many days; one that has only calls of its own gets none. Cut off and run again,
    it goes on where it stopped. `progress` is told how many calls have been stored so far. `experiments`: as they are
    by now, by id; without them, as the demo has planned them."""
    n, demo, _, last_us = stored(store, project.id)
    if n and not demo:
        return 0
    since, known = world.start, set[str]()
    if demo:
        since = max(from_micros(last_us) - OVERLAP, now - timedelta(days=world.days))
        known = stored_since(store, project.id, since)
    now_us = to_micros(now)
    done = 0
    units = assigned_units(store, world)
    for block in traffic(world, since, now):
        ended = [c for c in block if end_us(c) <= now_us]  # the others still run
        if experiments is not None:
            for call in ended:
                follow(call, experiments.get(call.experiment_id), units)
        calls = [c for c in ended if c.id not in known]
        for call in calls:
            prices.price(call, project)
        facts: list[Score | Event] = [
            *_assignments(world, calls, units),
            *(f for c in ended for f in facts_of(world, c)),
        ]
        # Facts first: whatever is cut off here, they are known by the time of the calls that they are of.
        _insert_facts(store, [f for f in facts if f.ts <= now_us and _id(f) not in known], now_us)
        if calls:
            insert(store, calls, now_us // 1_000_000)
        done += len(calls)
        progress(done)
    return done


def assigned_units(store: Store, world: World) -> Units:
    return {
        (a.experiment_id, a.unit_id) for a in assigned(store, world.project, [t.experiment.id for t in world.trials])
    }


def follow(call: Call, experiment: Experiment | None, units: Units) -> None:
    """Make of the call what the product would have: who is not enrolled any more carries no experiment, and gets the
    winner, or control. It stays as fast and as good as it was planned."""
    if not call.experiment_id:
        return
    if experiment is not None:
        if experiment.concluded_at is None or call.ts < to_micros(experiment.concluded_at):
            unit = call.user_id if experiment.unit == "user" else call.session_id
            if experiment.status != "paused" or (experiment.id, unit) in units:
                return
        served = experiment.variant(experiment.winner or "") or experiment.control
        if served.prompt == call.prompt_id:
            call.prompt_version = str(served.version)
    call.experiment_id = call.variant_id = ""


def _assignments(world: World, calls: Iterable[Call], units: Units) -> list[Event]:
    """Of the units that have none yet, which are added to `units`."""
    found = []
    for call in calls:
        if not call.experiment_id:
            continue
        trial = world.trial(call.experiment_id)
        key = (call.experiment_id, call.user_id if trial.plan.unit == "user" else call.session_id)
        if key not in units:
            units.add(key)
            found.append(assignment(trial, call))
    return found


def _insert_facts(store: Store, facts: Sequence[Score | Event], now_us: int) -> None:
    scores = [f for f in facts if isinstance(f, Score)]
    events = [f for f in facts if isinstance(f, Event)]
    if scores:
        store.insert("scores", fact_columns(scores, SCORE_TYPES, now_us // 1_000_000), SCORE_TYPES)
    if events:
        store.insert("events", fact_columns(events, EVENT_TYPES, now_us // 1_000_000), EVENT_TYPES)


def _id(fact: Score | Event) -> str:
    return fact.submission_id if isinstance(fact, Score) else fact.id


@dataclass(frozen=True, slots=True)
class Doors:
    """Where live traffic enters the product, as that of programs does."""

    calls: Callable[[Sequence[Call]], Future[Written]]
    scores: Callable[[Sequence[Score]], Future[frozenset[str]]]
    events: Callable[[Sequence[Event]], Future[frozenset[str]]]
    assign: Callable[[Event], Future[Assigned]]
    experiment: Callable[[str, str], Experiment | None]
    """By project and id, as it is now."""
    turns: Callable[[], tuple[Turn, ...]]
    """What visitors have deployed by now."""


def run_live(
    world: World,
    doors: Doors,
    project: ProjectRef,
    prices: Prices,
    clock: Callable[[], datetime],
    stop: threading.Event,
    since: datetime,
    units: Units,
) -> None:
    """Write the calls of `world` as they end, and what is said of them when it is said, from `since` on, until `stop` is
    set. For a thread of its own. `units` have a variant already.

    A batch that cannot be stored is tried again a second later."""
    live = _Live(world, doors, project, prices, units)
    live.remember(since)
    calls, told = Live(world, since), since
    while not stop.wait(TICK_S):
        now = clock()
        try:
            turns = doors.turns()
            if turns != world.turns:
                world = replace(world, turns=turns)
                calls = Live(world, told)
            fresh, told = calls.due(now), now
            live.take(fresh)
            live.write(now)
        except (AppError, SQLAlchemyError, TimeoutError) as e:
            log.warning("live calls of the demo are not stored yet: %s", e)


class _Live:
    """What waits to be written. For one thread."""

    def __init__(self, world: World, doors: Doors, project: ProjectRef, prices: Prices, units: Units) -> None:
        self._world, self._doors, self._project, self._prices = world, doors, project, prices
        self._units = units
        self._fresh: list[Call] = []
        self._calls: list[Call] = []
        self._assignments: list[Event] = []
        self._facts: list[tuple[int, str, int, Score | Event]] = []
        """A heap by time; the rest makes every entry comparable."""

    def remember(self, since: datetime) -> None:
        """What will be said of calls that have ended before."""
        since_us = to_micros(since)
        for block in traffic(self._world, since - OVERLAP, since):
            for call in block:
                if end_us(call) <= since_us:
                    self._hear(call, since_us)

    def take(self, calls: Sequence[Call]) -> None:
        """Calls that have just ended."""
        self._fresh += calls
        while self._fresh:
            call = self._fresh[0]
            if call.experiment_id:
                follow(call, self._doors.experiment(self._project.id, call.experiment_id), self._units)
            self._prices.price(call, self._project)
            self._assignments += _assignments(self._world, [call], self._units)
            self._hear(call, call.ts)
            self._calls.append(self._fresh.pop(0))

    def write(self, now: datetime) -> None:
        while self._assignments:
            asked = [self._doors.assign(event) for event in self._assignments[:WRITE_ROWS]]
            for answer in asked:
                answer.result(WRITE_TIMEOUT_S)
            del self._assignments[:WRITE_ROWS]
        while self._calls:
            self._doors.calls(self._calls[:WRITE_ROWS]).result(WRITE_TIMEOUT_S)
            del self._calls[:WRITE_ROWS]
        due = []
        while self._facts and self._facts[0][0] <= to_micros(now):
            due.append(heapq.heappop(self._facts))
        facts = [fact for *_, fact in due]
        try:
            if scores := [f for f in facts if isinstance(f, Score)]:
                self._doors.scores(scores).result(WRITE_TIMEOUT_S)
            if events := [f for f in facts if isinstance(f, Event)]:
                self._doors.events(events).result(WRITE_TIMEOUT_S)
        except (AppError, TimeoutError):
            for entry in due:  # what was stored all the same is recognised by its id
                heapq.heappush(self._facts, entry)
            raise

    def _hear(self, call: Call, after_us: int) -> None:
        for i, fact in enumerate(facts_of(self._world, call)):
            if fact.ts > after_us:
                heapq.heappush(self._facts, (fact.ts, call.id, i, fact))
