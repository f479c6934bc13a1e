"""Assignments are stored once, whoever asks how often, and told to the event store once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from clock import NOON
from experiments.lab import Lab
from making import NOW
from promptpulse.core.errors import NotFound, Unavailable
from promptpulse.core.facts import Event
from promptpulse.core.times import from_micros
from promptpulse.experiments import assigner as module
from promptpulse.experiments import service
from promptpulse.experiments.assign import Unit, assignment_event, decide
from promptpulse.experiments.assigner import Assigned, Assigner, assignment_of
from promptpulse.experiments.models import Assignment
from promptpulse.experiments.values import Experiment
from promptpulse.ingest.facts import FactWriter
from promptpulse.store import Store

WITHIN_S = 20.0


@dataclass
class Sink:
    """An event store that may be down."""

    events: list[Event] = field(default_factory=list)
    is_down: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    refused: threading.Event = field(default_factory=threading.Event)

    def __call__(self, events: Sequence[Event]) -> Future[frozenset[str]]:
        done: Future[frozenset[str]] = Future()
        if self.is_down:
            self.refused.set()
            done.set_exception(Unavailable("the event store is down"))
            return done
        self.events += events
        self.arrived.set()
        done.set_result(frozenset())
        return done

    @property
    def units(self) -> Counter[str]:
        return Counter(e.unit_id for e in self.events)


Open = Callable[..., Assigner]


@pytest.fixture
def opened(lab: Lab) -> Iterator[Open]:
    """`opened(sink)`: an assigner that runs until the end of the test. Each is as good as another process."""
    made: list[Assigner] = []

    def start(send: module.Send) -> Assigner:
        made.append(Assigner(lab.database, lab.clock, send))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.close()


def ask(lab: Lab, one: Assigner, e: Experiment, unit_id: str) -> str | None:
    """As an evaluation does."""
    stored, _ = one.recall(e.id, unit_id)
    decision = decide(e, unit_id, {}, stored, 0)
    if not decision.is_new:
        return decision.variant.id
    event = assignment_event(e, decision.variant, Unit(unit_id, ""), {"userId": unit_id}, lab.clock())
    return one.assign(event).result(WITHIN_S).variant_id


def rows(lab: Lab, e: Experiment) -> dict[str, str]:
    """Variant by unit."""
    with lab.database.sessions() as session:
        found = session.execute(
            select(Assignment.unit_id, Assignment.variant_id).where(Assignment.experiment_id == e.id)
        ).all()
    assert len(found) == len({unit for unit, _ in found})
    return dict(found)


def unsent(lab: Lab) -> int:
    with lab.database.sessions() as session:
        return session.scalar(select(func.count()).where(Assignment.unsent.is_not(None))) or 0


def units(lab: Lab, e: Experiment) -> int:
    with lab.database.sessions() as session:
        return service.units_of(session, [e.id]).get(e.id, 0)


def test_eight_who_ask_at_once_get_one_answer_one_row_and_one_event(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink()
    processes = [opened(sink), opened(sink)]
    barrier = threading.Barrier(8)
    answers: list[tuple[str, str | None]] = []

    def go(number: int) -> None:
        barrier.wait(WITHIN_S)
        answers.extend((f"user-{i}", ask(lab, processes[number % 2], e, f"user-{i}")) for i in range(50))

    threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S)
    for one in processes:
        one.close()
    stored = rows(lab, e)
    assert len(answers) == 400
    assert set(answers) == set(stored.items())
    assert len(stored) == units(lab, e) == 50
    assert sink.units == Counter(stored.keys())
    assert unsent(lab) == 0


def test_units_keep_their_variant_when_weights_change(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink()
    names = [f"user-{i}" for i in range(100)]
    one = opened(sink)
    before = {name: ask(lab, one, e, name) for name in names}
    variants = [{"name": v.name, "prompt": "greeting", "weight": w} for v, w in zip(e.variants, (1, 99), strict=True)]
    changed = lab.change(e.id, variants=variants)
    fresh = opened(sink)  # without memory: another process, or this one after a restart
    assert {name: ask(lab, fresh, changed, name) for name in names} == before
    moved = sum(decide(changed, name, {}, None, 0).variant.id != before[name] for name in names)
    assert moved > 20, "about 49 of 100 would have another variant by their hash"


def test_an_assignment_that_another_process_made_first_is_the_answer(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink()
    first, second = opened(sink), opened(sink)
    control, short = e.variants
    unit = Unit("user-1", "")
    assert first.assign(assignment_event(e, short, unit, {}, NOON)).result(WITHIN_S) == Assigned(short.id, is_new=True)
    for one in (second, first):
        assert one.assign(assignment_event(e, control, unit, {}, NOON)).result(WITHIN_S) == Assigned(short.id)
    assert second.recall(e.id, "user-1") == (short.id, True)
    assert rows(lab, e) == {"user-1": short.id}


def test_who_has_no_assignment_is_looked_up_once(lab: Lab, opened: Open) -> None:
    e, one = lab.running(), opened(Sink())
    assert one.recall(e.id, "user-1") == (None, False)
    assert one.look_up(e.id, "user-1").result(WITHIN_S) == Assigned(None)
    assert one.recall(e.id, "user-1") == (None, True)
    variant_id = ask(lab, one, e, "user-1")
    assert variant_id is not None
    assert one.recall(e.id, "user-1") == (variant_id, True)
    assert one.look_up(e.id, "user-1").result(WITHIN_S) == Assigned(variant_id)
    assert units(lab, e) == 1


def test_the_stored_variant_is_told_to_whoever_asks(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink()
    variant_id = ask(lab, opened(sink), e, "user-1")
    other = opened(sink)
    assert other.variant_of(e, "user-1") == variant_id
    assert other.recall(e.id, "user-1") == (variant_id, True)
    assert other.variant_of(e, "user-2") is None
    with lab.database.sessions() as session:
        kept = assignment_of(session, e.id, "user-1")
    assert kept is not None
    assert (kept.variant_id, kept.assigned_at) == (variant_id, NOON)


def test_what_the_event_store_did_not_take_is_sent_after_a_restart(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink(is_down=True)
    one = opened(sink)
    expected = {f"user-{i}": ask(lab, one, e, f"user-{i}") for i in range(5)}
    one.close()
    assert unsent(lab) == 5
    sink.is_down = False
    lab.clock.forward(minutes=1)
    opened(sink)
    assert sink.arrived.wait(WITHIN_S)
    assert {event.unit_id: event.variant_id for event in sink.events} == expected
    assert sink.events[0].context.startswith('{"userId":"user-')


@pytest.mark.parametrize("hours", [-1000, 20], ids=["long ago", "ahead"])
def test_an_assignment_that_a_program_dated_is_not_left_behind(lab: Lab, opened: Open, hours: float) -> None:
    e, sink = lab.running(), Sink(is_down=True)
    at = NOW + timedelta(hours=hours)
    one = opened(sink)
    one.assign(assignment_event(e, e.control, Unit("user-1", ""), {}, at)).result(WITHIN_S)
    one.close()
    sink.is_down = False
    lab.clock.forward(minutes=1)
    opened(sink)
    assert sink.arrived.wait(WITHIN_S)
    assert [from_micros(event.ts) for event in sink.events] == [at]


def test_closing_stores_and_sends_what_was_accepted(lab: Lab, opened: Open) -> None:
    e, sink = lab.running(), Sink()
    one = opened(sink)
    waiting = [one.assign(assignment_event(e, e.control, Unit(f"user-{i}", ""), {}, NOON)) for i in range(300)]
    one.close()
    assert {f.result(0) for f in waiting} == {Assigned(e.control.id, is_new=True)}
    assert len(rows(lab, e)) == units(lab, e) == len(sink.events) == 300
    assert unsent(lab) == 0
    with pytest.raises(Unavailable, match="shutting down"):
        one.look_up(e.id, "user-1")


def test_more_than_can_be_stored_is_refused_and_told_when_to_come_back(
    lab: Lab, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    e, one = lab.running(), opened(Sink())
    large = {"userId": "x", "page": "y" * 8000}
    with lab.database.writing():  # nobody else can write on SQLite; on PostgreSQL the queue is filled before it is read
        monkeypatch.setattr("promptpulse.ingest.grouping.QUEUE_BYTES", 20_000)
        with pytest.raises(Unavailable, match="more assignments are arriving") as caught:
            for i in range(10_000):
                one.assign(assignment_event(e, e.control, Unit(f"user-{i}", ""), large, NOON))
        assert caught.value.retry_after_s == 2
    monkeypatch.undo()


def test_a_database_that_fails_is_told_and_the_next_try_works(lab: Lab, opened: Open) -> None:
    e, one = lab.running(), opened(Sink())
    broken = True

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if broken and "INSERT INTO assignments" in statement:
            raise OperationalError(statement, {}, Exception("disk full"))

    sqlalchemy_event.listen(lab.database.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(Unavailable, match="cannot be stored at the moment") as caught:
            ask(lab, one, e, "user-1")
        assert caught.value.retry_after_s == 2
        broken = False
        assert ask(lab, one, e, "user-1") in {v.id for v in e.variants}
    finally:
        sqlalchemy_event.remove(lab.database.engine, "before_cursor_execute", fail)
    assert units(lab, e) == 1


def test_of_two_who_ask_at_once_one_is_new(lab: Lab) -> None:
    e, one = lab.running(), Assigner(lab.database, lab.clock, Sink())
    unit = Unit("user-1", "")
    asked = [one.assign(assignment_event(e, v, unit, {}, NOON)) for v in e.variants]
    one.start()
    first = e.variants[0].id
    assert [f.result(WITHIN_S) for f in asked] == [Assigned(first, is_new=True), Assigned(first)]
    one.close()


def test_an_experiment_that_was_deleted_does_not_fail_its_neighbours(lab: Lab) -> None:
    e, one = lab.running(), Assigner(lab.database, lab.clock, Sink())
    gone = replace(e, id="01997c5e-8f00-7000-8000-00000000dead")
    asked = [
        one.assign(assignment_event(of, of.control, Unit(f"user-{i}", ""), {}, NOON))
        for i, of in enumerate((e, gone, e))
    ]
    one.start()  # all three are one group
    with pytest.raises(NotFound, match="not there any more"):
        asked[1].result(WITHIN_S)
    assert [asked[i].result(WITHIN_S) for i in (0, 2)] == [Assigned(e.control.id, is_new=True)] * 2
    assert (set(rows(lab, e)), units(lab, e)) == ({"user-0", "user-2"}, 2)
    one.close()


def test_a_name_that_is_no_text_was_never_assigned(lab: Lab, opened: Open) -> None:
    assert opened(Sink()).variant_of(lab.running(), "user\x001") is None


def test_memory_keeps_the_units_seen_last(lab: Lab, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN_UNITS", 2)
    e, one = lab.running(), opened(Sink())
    for name in ("a", "b", "a", "c"):
        ask(lab, one, e, name)
        one.recall(e.id, name)
    assert [one.recall(e.id, name)[1] for name in "abc"] == [True, False, True]


def test_an_assignment_is_an_event_of_the_real_store_once(lab: Lab, opened: Open, store: Store) -> None:
    lab.clock.now = NOW
    e = lab.running()
    facts = FactWriter(store, lab.clock)
    facts.start()
    one = opened(facts.events)
    variant_id = ask(lab, one, e, "user-1")
    one.close()
    with lab.database.sessions() as session:
        row = session.execute(select(Assignment.unsent)).scalar_one()
    assert row is None
    again = assignment_event(e, e.variants[0], Unit("user-1", ""), {}, NOW)
    assert facts.events([again]).result(WITHIN_S) == frozenset({again.id})
    facts.close()
    found = store.query(
        "SELECT kind, unit_id, variant_id, context FROM events WHERE project = {project:String}",
        {"project": lab.project},
    )
    assert list(found.rows()) == [("assignment", "user-1", variant_id, '{"userId":"user-1"}')]
