"""Jobs run by their timetable: each moment once, whichever process begins it, and a bad one stops no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from clock import NOON, Clock
from promptpulse.db import Database
from promptpulse.jobs import Job, Runner
from promptpulse.jobs.runner import LEASE, jitter, slot_of

MINUTE = timedelta(minutes=1)


def nothing(_: datetime) -> None: ...


def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_job_runs_once_a_moment(database: Database) -> None:
    ran: list[datetime] = []
    clock = Clock()
    runner = Runner(database, clock, [Job("count", MINUTE, ran.append)], "process 1")
    for _ in range(12):  # three minutes, looked at every quarter of one
        runner.run_due(clock())
        clock.forward(seconds=15)
    assert 3 <= len(ran) <= 4
    slots = [slot_of(Job("count", MINUTE, nothing), at) for at in ran]
    assert len(set(slots)) == len(slots)


def test_of_two_processes_one_runs_a_moment(database: Database) -> None:
    ran: list[str] = []
    clock = Clock()
    runners = [Runner(database, clock, [Job("count", MINUTE, lambda _, n=n: ran.append(n))], n) for n in ("1", "2")]  # type: ignore[misc]
    for _ in range(5):
        for runner in runners:
            runner.run_due(clock())
        clock.forward(minutes=1)
    assert ran == ["1"] * 5


def test_moments_that_passed_are_not_made_up_for(database: Database) -> None:
    ran: list[datetime] = []
    clock = Clock()
    runner = Runner(database, clock, [Job("count", MINUTE, ran.append)], "process 1")
    runner.run_due(clock())
    clock.forward(hours=5)
    runner.run_due(clock())
    assert ran == [NOON, NOON + timedelta(hours=5)]


def test_a_job_that_fails_says_so_and_stops_no_other(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[datetime] = []
    clock = Clock()

    def fail(_: datetime) -> None:
        if clock() < NOON + 2 * MINUTE:
            raise ValueError("no such thing")

    runner = Runner(database, clock, [Job("bad", MINUTE, fail), Job("good", MINUTE, ran.append)], "process 1")
    for _ in range(2):
        assert runner.run_due(clock()) == ["bad", "good"]
        clock.forward(minutes=1)
    bad, good = runner.states()
    assert (bad.name, bad.failures, bad.error) == ("bad", 2, "ValueError: no such thing")
    assert (good.failures, good.error, len(ran)) == (0, None, 2)
    assert caplog.text.count("job bad failed") == 1, "what goes on is logged once"
    runner.run_due(clock())
    assert (runner.states()[0].failures, runner.states()[0].error) == (0, None)


def test_a_job_of_a_process_that_died_is_run_by_another_after_the_lease(database: Database) -> None:
    clock = Clock()
    ran: list[str] = []

    class Killed(BaseException):
        """As `kill -9`: nothing is noted afterwards."""

    def die(_: datetime) -> None:
        raise Killed

    with pytest.raises(Killed):
        Runner(database, clock, [Job("count", MINUTE, die)], "1").run_due(clock())
    other = Runner(database, clock, [Job("count", MINUTE, lambda _: ran.append("2"))], "2")
    clock.forward(minutes=1)
    assert other.run_due(clock()) == []
    clock.now = NOON + LEASE
    assert other.run_due(clock()) == ["count"]


def test_a_process_that_is_alone_takes_over_at_once(database: Database) -> None:
    clock = Clock()
    ran = threading.Event()

    def die(_: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runner(database, clock, [Job("count", MINUTE, die)], "1").run_due(clock())
    clock.forward(minutes=1)
    runner = Runner(database, clock, [Job("count", MINUTE, lambda _: ran.set())], "2")
    runner.start(alone=True)
    assert ran.wait(10)
    runner.close()


def test_a_job_whose_end_could_not_be_noted_runs_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    ran: list[datetime] = []
    runner = Runner(database, clock, [Job("count", MINUTE, ran.append)], "process 1")

    def lost(_: Database) -> Iterator[Session]:
        raise OperationalError("commit", {}, ConnectionError("the database restarts"))

    def run(now: datetime) -> None:
        ran.append(now)
        monkeypatch.setattr(Database, "writing", lost)

    failing = Runner(database, clock, [Job("count", MINUTE, run)], "process 1")
    with pytest.raises(OperationalError):
        failing.run_due(clock())
    monkeypatch.undo()
    clock.forward(minutes=1)
    assert runner.run_due(clock()) == ["count"]  # its own claim does not stop it, however often that is renewed
    assert ran == [NOON, NOON + MINUTE]


def test_jobs_go_on_when_the_clock_was_wrong_and_is_put_back(database: Database) -> None:
    ran: list[datetime] = []
    clock = Clock()
    runner = Runner(database, clock, [Job("count", MINUTE, ran.append)], "process 1")
    clock.now = NOON + timedelta(days=3650)
    runner.run_due(clock())
    clock.now = NOON
    assert runner.run_due(clock()) == ["count"]
    assert runner.run_due(clock()) == []
    clock.forward(minutes=1)
    assert runner.run_due(clock()) == ["count"]
    assert len(ran) == 3


def test_a_slow_job_delays_no_other(database: Database) -> None:
    clock = Clock()
    release, ran = threading.Event(), threading.Event()

    def hold(_: datetime) -> None:
        release.wait(20)

    slow = Job("slow", MINUTE, hold)
    runner = Runner(database, clock, [slow, Job("quick", MINUTE, lambda _: ran.set())], "1")
    runner.start(alone=True)
    assert ran.wait(10)
    release.set()
    runner.close()
    until(lambda: all(state.finished_at for state in runner.states()))


@given(st.text(min_size=1, max_size=50), st.integers(1, 86_400))
def test_moments_are_regular_and_jitter_is_stable_and_short(name: str, seconds: int) -> None:
    job = Job(name, timedelta(seconds=seconds), nothing)
    assert jitter(job) == jitter(job)
    assert timedelta() <= jitter(job) <= min(job.every / 10, timedelta(minutes=5))
    slot = slot_of(job, NOON)
    assert slot <= NOON < slot + job.every
    assert slot_of(job, slot) == slot
    assert slot_of(job, slot + job.every) == slot + job.every


def test_jobs_do_not_all_begin_at_once() -> None:
    assert len({slot_of(Job(f"job {i}", MINUTE, nothing), NOON) for i in range(10)}) == 10
