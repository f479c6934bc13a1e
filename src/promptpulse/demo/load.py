"""The demo's calls into a store: the past at once, the present as it happens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.errors import AppError
from promptpulse.core.times import from_micros, to_micros
from promptpulse.demo.queries import stored
from promptpulse.demo.traffic import CALLS, DAYS, SEED, Live, World, end_us, traffic
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import Written, insert
from promptpulse.store import Store

log = logging.getLogger(__name__)

TICK_S = 1.0
WRITE_ROWS = 5_000
WRITE_TIMEOUT_S = 60.0


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
    store: Store, world: World, project: ProjectRef, prices: Prices, now: datetime, progress: Callable[[int], None]
) -> int:
    """Store the calls that are missing up to `now`, and return how many. To be run before the store's writer starts.

    A project without calls gets all of its first days; one that has some of the demo gets what has happened since its
    last call, but not more than those many days; one that has only calls of its own gets none. Cut off and run again,
    it goes on where it stopped. `progress` is told how many calls have been stored so far."""
    n, demo, _, last_us = stored(store, project.id)
    if n and not demo:
        return 0
    since = max(from_micros(last_us + 1), now - timedelta(days=world.days)) if demo else world.start
    now_us = to_micros(now)
    done = 0
    for block in traffic(world, since, now):
        calls = [c for c in block if end_us(c) <= now_us]  # the others still run
        for call in calls:
            prices.price(call, project)
        if calls:
            insert(store, calls, now_us // 1_000_000)
        done += len(calls)
        progress(done)
    return done


def run_live(
    world: World,
    write: Callable[[Sequence[Call]], Future[Written]],
    project: ProjectRef,
    prices: Prices,
    clock: Callable[[], datetime],
    stop: threading.Event,
    since: datetime,
) -> None:
    """Write the calls of `world` as they end, from `since` on, until `stop` is set. For a thread of its own.

    A batch that cannot be stored is tried again a second later."""
    live = Live(world, since)
    waiting: list[Call] = []
    while not stop.wait(TICK_S):
        fresh = live.due(clock())
        for call in fresh:
            prices.price(call, project)
        waiting += fresh
        while waiting and not stop.is_set():
            try:
                write(waiting[:WRITE_ROWS]).result(WRITE_TIMEOUT_S)
            except (AppError, TimeoutError) as e:
                log.warning("live calls of the demo are not stored yet: %s", e)
                break
            del waiting[:WRITE_ROWS]
