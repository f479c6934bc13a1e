"""What is acknowledged is stored, and stored once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from flaky import FlakyStore
from making import MakeCall
from promptpulse.core.errors import Unavailable
from promptpulse.ingest import grouping
from promptpulse.ingest.seen import Seen
from promptpulse.ingest.writer import Writer, insert
from promptpulse.metrics import Query, run
from promptpulse.store import Store, Unstorable

NOW = datetime.now(UTC)


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    opened = Writer(store, lambda: NOW)
    opened.start()
    yield opened
    opened.close()


def count(store: Store, project: str) -> int:
    answer = store.query("SELECT count() AS n FROM calls WHERE project = {project:String}", {"project": project})
    return int(str(answer.column("n")[0]))


def counted(store: Store, project: str) -> object:
    """By the rollup."""
    query = Query(project, ("total_requests",), NOW - timedelta(days=1), NOW + timedelta(hours=1), bucket="1h")
    return sum(int(v or 0) for v in run(store, query, NOW).values["total_requests"][0])


def test_a_retried_batch_counts_once(store: Store, project: str, writer: Writer, make_call: MakeCall) -> None:
    batch = [make_call(at=NOW), make_call(at=NOW)]
    assert writer.write(batch).result(10).accepted == 2
    again = writer.write(batch).result(10)
    assert (again.accepted, again.duplicates) == (0, (0, 1))
    assert (count(store, project), counted(store, project)) == (2, 2)


def test_overlapping_batches_store_each_call_once(
    store: Store, project: str, writer: Writer, make_call: MakeCall
) -> None:
    a, b, c = (make_call(at=NOW) for _ in range(3))
    outcomes = [writer.write(batch) for batch in ([a, b], [b, c], [c, a, c])]
    assert sum(o.result(10).accepted for o in outcomes) == 3
    assert (count(store, project), counted(store, project)) == (3, 3)


def test_a_new_process_knows_what_the_old_one_stored(
    store: Store, project: str, writer: Writer, make_call: MakeCall
) -> None:
    recent, old = make_call(at=NOW), make_call(at=NOW, ago=timedelta(days=400))
    assert writer.write([recent, old]).result(10).accepted == 2
    writer.close()
    after_restart = Writer(store, lambda: NOW + timedelta(minutes=1))
    after_restart.start()
    assert after_restart.write([recent, old]).result(10).duplicates == (0, 1)
    after_restart.close()
    assert count(store, project) == 2


def test_a_call_without_a_time_is_recognised_after_a_restart(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(id="mine", at=NOW, ago=timedelta(hours=30))], 0)
    seen = Seen(store, exclusive=True)
    seen.load(NOW)
    again = make_call(id="mine", at=NOW)
    assert seen.duplicates([again], frozenset({0}), NOW) == {0}


def test_ids_that_left_the_memory_are_found_in_the_store(store: Store, project: str, make_call: MakeCall) -> None:
    seen = Seen(store, exclusive=True, capacity=4)
    seen.load(NOW)
    calls = [make_call(at=NOW, ago=timedelta(seconds=60 - i)) for i in range(12)]
    for call in calls:
        assert seen.duplicates([call], frozenset(), NOW) == set()
        insert(store, [call], 0)
        seen.add([call])
    assert seen.duplicates(calls, frozenset(), NOW) == set(range(12))


def test_the_same_id_in_another_project_is_another_call(
    store: Store, project: str, writer: Writer, make_call: MakeCall
) -> None:
    mine, theirs = make_call(id="same", at=NOW), make_call(id="same", at=NOW, project=f"{project}-2")
    assert writer.write([mine, theirs]).result(10).accepted == 2


def test_a_batch_that_cannot_be_stored_does_not_fail_its_neighbours(
    store: Store, project: str, writer: Writer, make_call: MakeCall
) -> None:
    gate = threading.Event()

    def wait(_: Counter[str]) -> None:
        gate.wait(10)

    slow = Writer(store, lambda: NOW, on_stored=wait)
    slow.start()
    first = slow.write([make_call(at=NOW)])
    good = slow.write([make_call(at=NOW)])
    bad = slow.write([make_call(at=NOW, latency_ms=-1.0)])  # no unsigned number
    gate.set()
    assert first.result(10).accepted == 1
    assert good.result(10).accepted == 1
    with pytest.raises(Unstorable, match="latency_us"):
        bad.result(10)
    slow.close()
    assert count(store, project) == 2


def test_a_sender_that_goes_away_does_not_stop_the_writer(
    store: Store, project: str, writer: Writer, make_call: MakeCall
) -> None:
    left = writer.write([make_call(at=NOW)])
    assert not left.cancel()
    assert left.result(10).accepted == 1
    assert writer.write([make_call(at=NOW)]).result(10).accepted == 1


@pytest.mark.parametrize("failures", [["before"], ["after"], ["after", "before", "after"]], ids=" ".join)
def test_a_passing_fault_costs_no_row_and_doubles_none(
    store: Store, project: str, make_call: MakeCall, monkeypatch: pytest.MonkeyPatch, failures: list[str]
) -> None:
    monkeypatch.setattr(grouping, "RETRY_DELAYS_S", (0.0, 0.0, 0.0))
    insert(FlakyStore(store, failures), [make_call(at=NOW), make_call(at=NOW)], int(NOW.timestamp()))
    assert (count(store, project), counted(store, project)) == (2, 2)


def test_a_lasting_fault_is_told_and_nothing_is_acknowledged(
    store: Store, project: str, make_call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "RETRY_DELAYS_S", (0.0,))
    with pytest.raises(Unavailable, match="send again"):
        insert(FlakyStore(store, ["before"] * 9), [make_call(at=NOW)], int(NOW.timestamp()))
    assert count(store, project) == 0


def test_a_full_queue_refuses_instead_of_growing(
    store: Store, make_call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "QUEUE_BYTES", 4000)
    idle = Writer(store, lambda: NOW)  # never started: nothing leaves the queue
    idle.write([make_call(at=NOW), make_call(at=NOW)])
    with pytest.raises(Unavailable) as refused:
        idle.write([make_call(at=NOW)])
    assert 1 <= (refused.value.retry_after_s or 0) <= 5


def test_a_closing_writer_stores_what_it_accepted_and_refuses_more(
    store: Store, project: str, make_call: MakeCall
) -> None:
    closing = Writer(store, lambda: NOW)
    accepted = [closing.write([make_call(at=NOW)]) for _ in range(5)]
    closing.start()
    closing.close()
    assert [a.result(0).accepted for a in accepted] == [1] * 5
    with pytest.raises(Unavailable, match="shutting down"):
        closing.write([make_call(at=NOW)])
    assert count(store, project) == 5
