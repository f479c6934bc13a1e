"""Retention: what is older goes, totals stay what they were, whatever was cut off; nothing that is kept is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from experiments.lab import Lab
from making_facts import store_facts
from promptpulse.accounts.audit import entries
from promptpulse.accounts.values import By
from promptpulse.core.call import Call
from promptpulse.core.errors import Refused
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.facts import FactWriter
from promptpulse.ingest.writer import Writer, insert
from promptpulse.metrics import METRICS, Filter, Frame, Query, days, expired, first_call, kept, rollups, run
from promptpulse.retention import expiring, forgetting
from promptpulse.retention.models import PeriodRow
from promptpulse.retention.routes import FIELDS
from promptpulse.scores.receive import moment_of, time_of
from promptpulse.store import Store

pytestmark = pytest.mark.xdist_group("deletions")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.replace(hour=0)
DAY = timedelta(days=1)
LONG_AGO, KEPT = TODAY - 60 * DAY, TODAY - 35 * DAY
PERIODS: expiring.Periods = {"calls": 35, "facts": 40}
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Archive:
    """At noon 60 days and 35 days ago: 4 calls each, of prompts p and q, users ada and bob, with texts; a score and an event."""

    lab: Lab
    store: Store
    at: datetime = field(default=NOW)

    def __post_init__(self) -> None:
        for start in (LONG_AGO, KEPT):
            noon = start + timedelta(hours=12)
            insert(self.store, [self.call(noon + timedelta(minutes=i), i) for i in range(4)], int(noon.timestamp()))
            where = {"project": self.project, "ts": to_micros(noon)}
            store_facts(
                self.store,
                [
                    Score(**where, submission_id=str(uuid4()), name="rating", type="int", number=1),  # type: ignore[arg-type]
                    Event(**where, id=str(uuid4()), kind="outcome", unit_id="ada", experiment_id="e", variant_id="v"),  # type: ignore[arg-type]
                ],
            )

    @property
    def project(self) -> str:
        return self.lab.project

    def call(self, at: datetime, i: int = 0) -> Call:
        return Call(
            project=self.project, id=str(uuid4()), ts=to_micros(at), prompt_id="pq"[i % 2], model="m", latency_ms=100 * (i + 1),
            user_id=("ada", "bob")[i // 2], input_tokens=10, output_tokens=5, input="of the past",
        )  # fmt: skip

    def keep(self, periods: expiring.Periods, at: datetime = NOW - timedelta(hours=1)) -> None:
        with self.lab.database.writing() as session:
            expiring.change(session, self.project, periods, By("grace", at))

    def worker(self, pause: Callable[[], AbstractContextManager[None]] = nullcontext) -> expiring.Expirer:
        return expiring.Expirer(self.store, self.lab.database, pause, lambda: self.at)

    def work(self) -> None:
        """A round that moves the days, and one that deletes."""
        self.worker().round(self.at)
        self.at += timedelta(minutes=10)
        self.worker().round(self.at)

    def row(self) -> PeriodRow:
        with self.lab.database.sessions() as session:
            found = session.get(PeriodRow, self.project)
            assert found is not None
            return found

    def count(self) -> dict[str, int]:
        tables = ("calls", "call_texts", "scores", "events")
        mine = {"project": self.project}
        return {
            table: int(
                str(
                    self.store.query(
                        f"SELECT count() AS n FROM {table} WHERE project = {{project:String}}", mine
                    ).column("n")[0]
                )
            )
            for table in tables
        }

    def told(self) -> list[Frame]:
        """All metrics of the old day: by hour and prompt, by day, in all, and by what only the rollup of hours has."""
        start, end = LONG_AGO, LONG_AGO + DAY
        whole = Query(self.project, tuple(METRICS), start, end)
        without_users = tuple(key for key in METRICS if "user" not in key and not METRICS[key].peak)
        return [
            run(self.store, query, NOW)
            for query in (
                Query(self.project, without_users, start, end, bucket="1h", by=("prompt_id",)),
                Query(self.project, tuple(METRICS), start, end, bucket="1d"),
                whole,
                Query(self.project, ("total_requests", "avg_latency_ms"), start, end, by=("model",)),
            )
        ]

    def values(self) -> list[object]:
        return [(frame.groups, frame.values) for frame in self.told()]

    def total(self, start: datetime = LONG_AGO) -> object:
        return run(self.store, Query(self.project, ("total_requests",), start, start + DAY), NOW).total(
            "total_requests"
        )


@pytest.fixture
def archive(lab: Lab, store: Store) -> Archive:
    return Archive(lab, store)


@pytest.fixture
def whole_definitions(store: Store) -> Iterator[None]:
    """The tables as all other tests expect them, whatever happened."""
    yield
    rollups.ensure(store)


def test_what_is_older_goes_and_every_total_stays(archive: Archive) -> None:
    beside = archive.call(LONG_AGO)
    beside.project = str(uuid4())
    insert(archive.store, [beside], 0)
    before = archive.values()
    assert archive.total() == 4
    archive.keep(PERIODS)
    archive.work()
    row = archive.row()
    deleted = {"call_texts": 4, "scores": 1, "events": 1, "calls": 4}
    assert (row.status, row.error, row.done_on, row.counts) == ("idle", None, NOW.date(), deleted)
    assert archive.count() == {"calls": 4, "call_texts": 4, "scores": 1, "events": 1}
    assert archive.values() == before
    assert [frame.kept_from for frame in archive.told()] == [None] * 4
    with archive.lab.database.sessions() as session:
        actions = [(e.actor, e.action) for e in entries(session, archive.project, 10, 0)[0] if "retention" in e.action]
    assert actions == [("PromptPulse", "retention.delete"), ("grace", "retention.change")]
    theirs = Query(beside.project, ("total_requests",), LONG_AGO, TODAY, by=("user_id",))
    assert run(archive.store, theirs, NOW).values["total_requests"] == [[1]]


@sqlite_only
@pytest.mark.usefixtures("whole_definitions")
def test_nobody_computes_totals_from_calls_that_are_gone(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    before, store, day = archive.values(), archive.store, (archive.project, LONG_AGO.date())
    archive.keep(PERIODS)
    archive.work()

    assert day not in days.unbuilt(store, NOW)
    days.build(store, day)
    hours = [LONG_AGO + timedelta(hours=h) for h in range(24)]
    assert not set(hours) & set(rollups.differing_hours(store, rollups.ROLLUPS[0], NOW))
    rollups.rebuild(store, rollups.ROLLUPS[0], hours)
    rollups.repair(store, NOW)
    assert archive.values() == before

    command = store.command

    def killed(sql: str, params: Mapping[str, object] | None = None) -> None:
        if sql.startswith("INSERT INTO calls_1h ("):
            raise Killed
        command(sql, params)

    with monkeypatch.context() as patched:
        patched.setattr(store, "command", killed)
        with pytest.raises(Killed):
            rollups.rebuild_all(store)
    assert set(rollups.ensure(store)) >= {"calls_1h", "days_by_day"}
    assert rollups.ensure(store) == []
    assert archive.values() == before


@pytest.mark.parametrize("killed_at", ["last totals", "calls"])
@sqlite_only
def test_a_run_that_was_killed_is_done_again(archive: Archive, monkeypatch: pytest.MonkeyPatch, killed_at: str) -> None:
    before, begin = archive.values(), expired.begin

    def killed(store: Store, piece: expired.Piece) -> int:
        rows = begin(store, piece)
        if piece.table == killed_at:
            raise Killed
        return rows

    def killed_day(_store: Store, _day: days.Day) -> None:
        raise Killed

    archive.keep(PERIODS)
    with monkeypatch.context() as patched:
        patched.setattr(expired, "begin", killed)
        if killed_at == "last totals":
            patched.setattr(days, "build_last", killed_day)
        with pytest.raises(Killed):
            archive.work()
    assert archive.row().done_on is None
    rollups.repair(archive.store, NOW)  # as the next start does
    archive.worker().round(archive.at)
    assert archive.row().done_on == NOW.date()
    assert archive.count() == {"calls": 4, "call_texts": 4, "scores": 1, "events": 1}
    assert archive.values() == before


@sqlite_only
def test_what_is_too_old_is_refused_and_not_counted_twice(archive: Archive) -> None:
    archive.keep(PERIODS)
    archive.work()
    writer, facts = Writer(archive.store, lambda: NOW), FactWriter(archive.store, lambda: NOW)
    writer.start()
    late, of_kept_day = archive.call(LONG_AGO), archive.call(KEPT)
    written = writer.write([late, of_kept_day, late]).result(10)
    writer.close()
    assert (written.accepted, written.duplicates, set(written.too_old)) == (1, (), {0, 2})
    assert written.too_old[0].startswith(
        "timestamp: 2026-09-22T00:00:00+00:00 is before 2026-10-17: calls of that time"
    )
    old = Score(project=archive.project, submission_id="s", ts=to_micros(LONG_AGO), name="n", type="int", number=1)
    with pytest.raises(Refused, match="scores and events of that time are no longer kept") as refused:
        facts.scores([old])
    assert refused.value.field == "timestamp"
    arrived = moment_of(archive.store, archive.project, NOW)
    assert time_of(KEPT, arrived, "2.timestamp") == to_micros(KEPT)
    with pytest.raises(Refused, match=r"^2\.timestamp: 2026-09-22T00:00:00\+00:00 is before 2026-10-12"):
        time_of(LONG_AGO, arrived, "2.timestamp")
    assert (archive.total(), archive.total(KEPT), archive.count()["calls"]) == (4, 5, 5)


@sqlite_only
def test_answers_say_what_is_missing(archive: Archive) -> None:
    archive.keep(PERIODS)
    archive.work()

    def kept_of(*metrics: str, start: datetime = LONG_AGO, **fields: object) -> date | None:
        asked = Query(archive.project, metrics, start, TODAY, **fields)  # type: ignore[arg-type]  # fields are the test's business
        found = run(archive.store, asked, NOW).kept_from
        return None if found is None else found.date()

    assert kept_of("total_requests", by=("model",)) is None
    assert kept_of("total_requests", by=("user_id",)) == KEPT.date()
    assert kept_of("total_requests", by=("user_id",), start=KEPT) is None
    assert kept_of("total_requests", by=("user_id",), start=LONG_AGO + DAY) is None  # nothing was there
    assert kept_of("total_requests", where=(Filter("user_id", "in", ("ada",)),)) == KEPT.date()
    assert kept_of("=avg(score.rating)") == (TODAY - 40 * DAY).date()
    assert first_call(archive.store, archive.project) == LONG_AGO + timedelta(hours=12)


@sqlite_only
def test_texts_go_by_their_arrival_and_rows_stay(archive: Archive) -> None:
    archive.keep({"texts": 36})
    archive.work()
    assert archive.row().counts == {"call_texts": 4}
    assert archive.count() == {"calls": 8, "call_texts": 4, "scores": 2, "events": 2}


@sqlite_only
def test_minutes_go_and_peaks_are_read_from_the_calls(archive: Archive) -> None:
    days.build(archive.store, (archive.project, LONG_AGO.date()))
    peaks = Query(archive.project, tuple(key for key, m in METRICS.items() if m.peak), LONG_AGO, LONG_AGO + DAY)
    before = run(archive.store, peaks, NOW)
    assert before.source.startswith("days_by_minute")
    archive.keep({"minutes": 35})
    archive.work()
    assert archive.row().counts == {"days_by_minute": 4}
    after = run(archive.store, peaks, NOW)
    assert (after.values, after.source) == (before.values, "calls")


@sqlite_only
def test_nothing_goes_in_the_first_hour_and_a_longer_period_keeps_what_is_left(archive: Archive) -> None:
    archive.keep(PERIODS, at=NOW)
    archive.worker().round(NOW + timedelta(minutes=59))
    assert kept.days_of(archive.store, archive.project) == {}
    archive.keep({}, at=NOW + timedelta(minutes=59))
    archive.at = NOW + timedelta(days=1)
    archive.work()
    assert archive.count()["calls"] == 8

    archive.keep({"calls": 50}, at=archive.at)
    archive.at += timedelta(hours=1)
    archive.work()
    first = kept.days_of(archive.store, archive.project)
    archive.keep({"calls": 90}, at=archive.at)
    archive.at += timedelta(days=1)
    archive.work()
    assert kept.days_of(archive.store, archive.project) == first == {"calls": archive.at.date() - 51 * DAY}
    assert archive.count()["calls"] == 4


@sqlite_only
def test_it_waits_for_a_user_to_be_forgotten_and_forgetting_leaves_old_totals(archive: Archive) -> None:
    before = archive.values()

    def ask(user: str) -> str:
        with archive.lab.database.writing() as session:
            return forgetting.ask(session, archive.project, user, By("grace", archive.at - timedelta(minutes=1))).id

    def forget() -> None:
        forgetting.Forgetter(archive.store, archive.lab.database, nullcontext, lambda: archive.at).round(archive.at)

    archive.keep(PERIODS)
    request = ask("nobody")
    archive.work()
    assert (archive.row().status, archive.count()["calls"]) == ("waiting", 8)
    forget()
    archive.work()
    assert archive.count()["calls"] == 4
    request = ask("ada")
    forget()
    with archive.lab.database.sessions() as session:
        row = forgetting.existing(session, archive.project, request)
        assert (row.status, row.counts["calls"], row.days_told) == ("done", 2, 1)
    assert archive.values() == before
    assert archive.total(KEPT) == 2


def test_periods_that_cannot_be_are_refused() -> None:
    for periods, field_name, why in (
        ({"calls": 34}, "calls_days", "35 to 3650"),
        ({"texts": 0}, "texts_days", "1 to 3650"),
        ({"calls": 40, "texts": 41}, "texts_days", "texts go with their calls, after 40 days"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            expiring.checked(periods, FIELDS)  # type: ignore[arg-type]  # keys are literals
        assert refused.value.field == field_name
    assert expiring.checked({"calls": 40, "texts": 40}, FIELDS) == {"calls": 40, "texts": 40}


@sqlite_only
def test_what_would_go_is_counted_before(archive: Archive) -> None:
    wanted = expiring.first_days({"calls": 35, "texts": 30, "facts": 35, "minutes": 35}, NOW)
    found = expired.expiring(archive.store, archive.project, wanted)
    assert found.rows == {"call_texts": 8, "scores": 1, "events": 1, "calls": 4, "days_by_minute": 0}
    assert found.prompts == 2
    assert expired.expiring(archive.store, archive.project, {}) == expired.Expiring({}, 0)
