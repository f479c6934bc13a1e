"""Scores and events are stored, and stored once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from flaky import FlakyStore
from promptpulse.core.errors import Unavailable
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.ingest import facts as fact_writing
from promptpulse.ingest import grouping
from promptpulse.ingest.facts import FactWriter
from promptpulse.store import Store, StoreError, Unstorable

NOW = datetime.now(UTC)
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def open_writer(store: Store) -> Iterator[Callable[..., FactWriter]]:
    """Writers that are closed at the end: `open_writer(store=..., now=...)`."""
    opened: list[FactWriter] = []

    def make(of: Store = store, now: datetime = NOW, told: list[tuple[str, Counter[str]]] | None = None) -> FactWriter:
        writer = FactWriter(of, lambda: now, None if told is None else lambda kind, n: told.append((kind, n)))
        writer.start()
        opened.append(writer)
        return writer

    yield make
    for writer in opened:
        writer.close()


@pytest.fixture
def writer(open_writer: Callable[..., FactWriter]) -> FactWriter:
    return open_writer()


def score(project: str, submission: str, name: str = "rating", at: datetime = NOW, number: float = 5) -> Score:
    return Score(
        project=project, submission_id=submission, ts=to_micros(at), name=name, type="float", number=number, user_id="u"
    )


def event(project: str, event_id: str, at: datetime = NOW, **more: str) -> Event:
    given = {"experiment_id": "e", "variant_id": "v", **more}
    return Event(project=project, id=event_id, ts=to_micros(at), kind="outcome", **given)  # type: ignore[arg-type]


def scores_of(store: Store, project: str) -> list[tuple[object, ...]]:
    answer = store.query(
        """
        SELECT submission_id, name, number
        FROM scores
        WHERE project = {project:String}
        ORDER BY submission_id, name
        """,
        {"project": project},
    )
    return list(answer.rows())


def events_of(store: Store, project: str) -> list[str]:
    answer = store.query("SELECT id FROM events WHERE project = {project:String} ORDER BY id", {"project": project})
    return [str(v) for v in answer.column("id")]


def test_a_submission_sent_again_counts_once_and_the_first_one_counts(
    store: Store, project: str, writer: FactWriter
) -> None:
    batch = [score(project, "s1", "helpful", number=1), score(project, "s1", "rating", number=5)]
    assert writer.scores(batch).result(10) == NOTHING
    assert writer.scores([score(project, "s1", "rating", number=1), score(project, "s2")]).result(10) == {"s1"}
    assert scores_of(store, project) == [("s1", "helpful", 1.0), ("s1", "rating", 5.0), ("s2", "rating", 5.0)]


def test_an_event_sent_again_counts_once_also_within_a_batch(store: Store, project: str, writer: FactWriter) -> None:
    assert writer.events([event(project, "a"), event(project, "b"), event(project, "a")]).result(10) == NOTHING
    assert writer.events([event(project, "b"), event(project, "c")]).result(10) == {"b"}
    assert events_of(store, project) == ["a", "b", "c"]


def test_equal_batches_at_the_same_moment_count_once(store: Store, project: str) -> None:
    waiting = FactWriter(store, lambda: NOW)  # not started: all batches become one group
    outcomes = [waiting.scores([score(project, "s1", "a"), score(project, "s1", "b")]) for _ in range(3)]
    waiting.start()
    waiting.close()
    assert [o.result(10) for o in outcomes] == [NOTHING, {"s1"}, {"s1"}]
    assert len(scores_of(store, project)) == 2


def test_the_same_id_in_another_project_is_another_submission(store: Store, project: str, writer: FactWriter) -> None:
    other = f"{project}-2"
    assert writer.scores([score(project, "same"), score(other, "same")]).result(10) == NOTHING
    assert (len(scores_of(store, project)), len(scores_of(store, other))) == (1, 1)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (timedelta(), timedelta(hours=1)),  # no time was given: the server's, which has moved on
        (timedelta(days=29), timedelta()),
        (timedelta(days=400), timedelta(days=400)),  # with a time of its own, long ago
    ],
    ids=["an hour later", "four weeks later", "dated"],
)
def test_what_was_stored_before_a_restart_is_recognised(
    store: Store, project: str, open_writer: Callable[..., FactWriter], first: timedelta, again: timedelta
) -> None:
    assert open_writer().scores([score(project, "s1", at=NOW - first)]).result(10) == NOTHING
    restarted = open_writer(now=NOW + timedelta(hours=1))
    assert restarted.scores([score(project, "s1", at=NOW - again)]).result(10) == {"s1"}
    assert len(scores_of(store, project)) == 1


def test_ids_that_left_the_memory_are_found_in_the_store(
    store: Store, project: str, open_writer: Callable[..., FactWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_writing, "CAPACITY", 4)
    writer = open_writer()
    ids = [f"e{i}" for i in range(12)]
    for event_id in ids:
        assert writer.events([event(project, event_id)]).result(10) == NOTHING
    assert writer.events([event(project, event_id) for event_id in ids]).result(10) == set(ids)
    assert events_of(store, project) == sorted(ids)


def test_what_another_process_has_stored_is_found(
    store: Store, project: str, open_writer: Callable[..., FactWriter]
) -> None:
    shared = FlakyStore(store, embedded=False)
    one, other = open_writer(shared), open_writer(shared)
    assert one.scores([score(project, "s1")]).result(10) == NOTHING
    assert other.scores([score(project, "s1")]).result(10) == {"s1"}
    assert len(scores_of(store, project)) == 1


def test_memory_decides_while_it_is_complete(
    store: Store, project: str, open_writer: Callable[..., FactWriter]
) -> None:
    watched = FlakyStore(store)
    writer = open_writer(watched)
    asked = watched.queries
    writer.scores([score(project, "s1")]).result(10)
    writer.scores([score(project, "s1"), score(project, "s2", at=NOW - timedelta(days=3))]).result(10)
    assert watched.queries == asked
    writer.scores([score(project, "s3", at=NOW - timedelta(days=31))]).result(10)
    assert watched.queries == asked + 1


def test_a_batch_that_cannot_be_stored_does_not_fail_its_neighbours(store: Store, project: str) -> None:
    waiting = FactWriter(store, lambda: NOW)
    good = waiting.events([event(project, "a")])
    bad = waiting.events([event(project, "b", outcome=7)])  # type: ignore[arg-type]  # what no route lets through
    late = waiting.events([event(project, "c")])
    waiting.start()
    waiting.close()
    assert (good.result(10), late.result(10)) == (NOTHING, NOTHING)
    with pytest.raises((Unstorable, StoreError)):
        bad.result(10)
    assert events_of(store, project) == ["a", "c"]


@pytest.mark.parametrize("failures", [["before"], ["after"], ["after", "before", "after"]], ids=" ".join)
def test_a_passing_fault_costs_no_row_and_doubles_none(
    store: Store,
    project: str,
    open_writer: Callable[..., FactWriter],
    monkeypatch: pytest.MonkeyPatch,
    failures: list[str],
) -> None:
    monkeypatch.setattr(grouping, "RETRY_DELAYS_S", (0.0, 0.0, 0.0))
    writer = open_writer(FlakyStore(store, failures))
    assert writer.scores([score(project, "s1"), score(project, "s2")]).result(10) == NOTHING
    assert len(scores_of(store, project)) == 2


def test_what_failed_after_it_was_stored_is_not_stored_again(
    store: Store, project: str, open_writer: Callable[..., FactWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "RETRY_DELAYS_S", ())
    writer = open_writer(FlakyStore(store, ["after"]))
    with pytest.raises(Unavailable, match="scores cannot be stored at the moment; send again"):
        writer.scores([score(project, "s1")]).result(10)
    assert writer.scores([score(project, "s1")]).result(10) == {"s1"}
    assert len(scores_of(store, project)) == 1


def test_a_full_queue_refuses_instead_of_growing(store: Store, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "QUEUE_BYTES", 1000)
    idle = FactWriter(store, lambda: NOW)  # never started: nothing leaves the queue
    idle.scores([score(project, "s1"), score(project, "s2")])
    with pytest.raises(Unavailable, match="more scores are arriving") as refused:
        idle.scores([score(project, "s3")])
    assert 1 <= (refused.value.retry_after_s or 0) <= 5
    idle.events([event(project, "a")])  # has a queue of its own


def test_a_closing_writer_stores_what_it_accepted_and_refuses_more(store: Store, project: str) -> None:
    closing = FactWriter(store, lambda: NOW)
    accepted = [closing.events([event(project, f"e{i}")]) for i in range(5)]
    closing.start()
    closing.close()
    assert [a.result(0) for a in accepted] == [NOTHING] * 5
    with pytest.raises(Unavailable, match="shutting down"):
        closing.scores([score(project, "s1")])
    assert len(events_of(store, project)) == 5


def test_pages_are_told_of_what_is_new(store: Store, project: str, open_writer: Callable[..., FactWriter]) -> None:
    told: list[tuple[str, Counter[str]]] = []
    writer = open_writer(told=told)
    writer.scores([score(project, "s1", "a"), score(project, "s1", "b")]).result(10)
    writer.scores([score(project, "s1", "a")]).result(10)
    writer.events([event(project, "a"), event(project, "b")]).result(10)
    assert told == [("scores", Counter({project: 1})), ("events", Counter({project: 2}))]


def test_many_threads_store_each_submission_once(store: Store, project: str, writer: FactWriter) -> None:
    fresh: Counter[str] = Counter()
    guard = threading.Lock()

    def send() -> None:
        for i in range(40):
            again = writer.scores([score(project, f"s{i}")]).result(30)
            with guard:
                fresh.update({f"s{i}": 0 if again else 1})

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert fresh == {f"s{i}": 1 for i in range(40)}
    assert len(scores_of(store, project)) == 40
