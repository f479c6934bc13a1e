"""The demo's calls in a store: all of them once, whatever happens in between."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.demo import Doors, World, company, find_world, load, run_live, traffic
from promptpulse.demo.opinions import facts_of
from promptpulse.demo.traffic import Turn, end_us
from promptpulse.experiments.assigner import Assigned
from promptpulse.ingest.facts import FactWriter
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import Writer, insert
from promptpulse.store import Store

NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)


@pytest.fixture
def shop(project: str) -> ProjectRef:
    return ProjectRef(project, "Shop", "Europe/Berlin", capture_content=False, price_version=0)


@pytest.fixture
def prices() -> Prices:
    return Prices(lambda _: ())


def stored(store: Store, project: str) -> list[str]:
    found = store.query("SELECT id FROM calls WHERE project = {project:String} ORDER BY id", {"project": project})
    return [str(call_id) for call_id in found.column("id")]


def ended(world: World, start: datetime, now: datetime) -> list[str]:
    calls = [c for block in traffic(world, start, now) for c in block]
    return sorted(c.id for c in calls if end_us(c) <= to_micros(now))


def silent(_: int) -> None:
    pass


def test_a_new_project_gets_all_days_and_is_told_how_far_it_is(store: Store, shop: ProjectRef, prices: Prices) -> None:
    world = find_world(store, shop, NOW, days=4, calls=2_000)
    told: list[int] = []

    n = load(store, world, shop, prices, NOW, told.append)

    assert 1_700 < n < 2_300
    assert told[-1] == n
    assert stored(store, shop.id) == ended(world, world.start, NOW)


def test_a_restart_keeps_the_calls_and_fills_the_gap(store: Store, shop: ProjectRef, prices: Prices) -> None:
    world = find_world(store, shop, NOW, days=4, calls=2_000)
    first = load(store, world, shop, prices, NOW, silent)
    later = NOW + timedelta(hours=5)

    found = find_world(store, shop, later, days=4, calls=2_000)
    second = load(store, found, shop, prices, later, silent)
    third = load(store, found, shop, prices, later, silent)

    assert found == world
    assert 0 < second < first
    assert third == 0
    newest = store.query(
        "SELECT max(ts) > {at:DateTime64(6, 'UTC')} AS close FROM calls WHERE project = {project:String}",
        {"project": shop.id, "at": later - timedelta(minutes=30)},
    )
    assert newest.column("close") == [1]
    assert len(set(stored(store, shop.id))) == first + second


def test_a_load_that_was_cut_off_goes_on(store: Store, shop: ProjectRef, prices: Prices) -> None:
    world = find_world(store, shop, NOW, days=4, calls=45_000)

    class Killed(Exception):
        pass

    def kill(done: int) -> None:
        if done > 15_000:
            raise Killed

    with pytest.raises(Killed):
        load(store, world, shop, prices, NOW, kill)
    assert 15_000 < len(stored(store, shop.id)) < 30_000
    load(store, find_world(store, shop, NOW, days=4, calls=45_000), shop, prices, NOW, silent)

    assert stored(store, shop.id) == ended(world, world.start, NOW)


def test_a_project_with_calls_of_its_own_is_left_alone(store: Store, shop: ProjectRef, prices: Prices) -> None:
    insert(store, [Call(project=shop.id, id="own", ts=to_micros(NOW), prompt_id="greeting", latency_ms=5)], 0)

    assert load(store, find_world(store, shop, NOW, days=4, calls=2_000), shop, prices, NOW, silent) == 0


def test_live_calls_are_stored_as_they_end(store: Store, shop: ProjectRef, prices: Prices) -> None:
    world = find_world(store, shop, NOW, days=4, calls=60_000)
    clock = NOW

    class TenMinutes(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            nonlocal clock
            clock += timedelta(seconds=1)
            return clock > NOW + timedelta(minutes=10)

    writer = Writer(store, lambda: clock)
    writer.start()
    facts = FactWriter(store, lambda: clock)
    facts.start()
    assigned: list[Event] = []

    def assign(event: Event) -> Future[Assigned]:
        assigned.append(event)
        answer: Future[Assigned] = Future()
        answer.set_result(Assigned(event.variant_id, is_new=True))
        return answer

    tried = {trial.experiment.id: trial.experiment for trial in world.trials}
    back = Turn(company.REPLY, staging=False, at_us=to_micros(NOW + timedelta(minutes=4)), number=3)

    def turns() -> tuple[Turn, ...]:
        return (back,) if to_micros(clock) >= back.at_us else ()

    doors = Doors(writer.write, facts.scores, facts.events, assign, lambda _, e: tried.get(e), turns)
    run_live(world, doors, shop, prices, lambda: clock, TenMinutes(), NOW, set())
    writer.close()
    facts.close()

    end = NOW + timedelta(minutes=10)
    begun = [c for block in traffic(replace(world, turns=(back,)), NOW - timedelta(hours=1), end) for c in block]
    ends = [c for c in begun if to_micros(NOW) < end_us(c) <= to_micros(end)]
    assert stored(store, shop.id) == sorted(c.id for c in ends)
    assert len(ends) > 20
    versions = store.query(
        """
        SELECT toUnixTimestamp64Micro(ts), prompt_version FROM calls
        WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')
          AND prompt_id = 'support-reply' AND environment = 'production' AND experiment_id = ''
        """,
        {"project": shop.id},
    )
    assert {(int(str(ts)) >= back.at_us, version) for ts, version in versions.rows()} == {(False, "4"), (True, "3")}
    assert {(e.experiment_id, e.unit_id) for e in assigned} == {
        (c.experiment_id, c.user_id if tried[c.experiment_id].unit == "user" else c.session_id)
        for c in ends
        if c.experiment_id
    }
    said = sorted(
        fact.submission_id + fact.name
        for call in begun
        if end_us(call) <= to_micros(end)
        for fact in facts_of(world, call)
        if isinstance(fact, Score) and to_micros(NOW) < fact.ts <= to_micros(end)
    )
    scores = store.query(
        "SELECT concat(submission_id, name) AS id FROM scores WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')",
        {"project": shop.id},
    )
    assert sorted(map(str, scores.column("id"))) == said
    assert len(said) > 3
