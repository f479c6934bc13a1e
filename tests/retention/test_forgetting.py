"""Forgetting a user: their rows are gone from every table, totals tell the rest exactly, whatever was cut off on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import JsonValue
from sqlalchemy import select

from experiments.lab import Lab
from incidents.ward import Ward
from making_facts import store_facts
from metrics.test_raw_equals_rollup import assert_equal
from promptpulse.accounts.audit import entries
from promptpulse.accounts.values import By
from promptpulse.alerts.models import RuleRow, RuleStateRow
from promptpulse.alerts.ready_made import give_ready_made
from promptpulse.alerts.service import forget_user
from promptpulse.core.call import Call
from promptpulse.core.errors import Conflict, NotFound
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.experiments.models import Assignment, AssignmentCount
from promptpulse.incidents.examples import DOSSIER
from promptpulse.incidents.forgetting import call_ids
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.ingest.writer import Writer, insert
from promptpulse.metrics import METRICS, Query, days, forgotten, rollups, run
from promptpulse.notify.models import DeliveryRow
from promptpulse.retention import forgetting
from promptpulse.retention.forgetting import Notes
from promptpulse.retention.models import ForgetRow
from promptpulse.store import Store, StoreError

pytestmark = pytest.mark.xdist_group("deletions")
NOW = datetime.now(UTC)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
DAYS_AGO = (1, 4)
"""One that the rollup of minutes still has, and one that it has forgotten."""
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
THEIRS = {"assignments": 0, "call_texts": 6, "scores": 2, "events": 2, "calls": 6}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class House:
    """On two days, at noon: 3 calls of ada, with texts, and 2 of bob. Ada scored a call and somebody scored one of hers; she
    was assigned a variant, and had an outcome. So did bob."""

    lab: Lab
    store: Store

    def __post_init__(self) -> None:
        for n in DAYS_AGO:
            noon = TODAY - n * DAY + timedelta(hours=12)
            self.keep([*self.calls(noon, 3, "ada"), *self.calls(noon, 2, "bob")])
        for day in days.unbuilt(self.store, TODAY + timedelta(hours=1)):
            if day[0] == self.lab.project:  # those of other tests are many
                days.build(self.store, day)
        first = next(c for c in self.ids("calls") if c.startswith("ada"))
        store_facts(
            self.store,
            [
                self.score("ada"), self.score("", call_id=first), self.score("bob"), self.event("ada", kind="assignment"),
                self.event("ada", user_id="ada"), self.event("bob"),
            ],
        )  # fmt: skip

    def keep(self, calls: list[Call], at: datetime = NOW - DAY) -> None:
        insert(self.store, calls, int(at.timestamp()))

    def calls(self, at: datetime, count: int, user: str) -> list[Call]:
        return [
            Call(
                project=self.lab.project, id=f"{user} {uuid4()}", ts=to_micros(at) + i, prompt_id="p", model="m", user_id=user,
                latency_ms=100, input_tokens=10, output_tokens=5, input=f"from {user}",
            )
            for i in range(count)
        ]  # fmt: skip

    def score(self, user: str, call_id: str = "") -> Score:
        return Score(
            project=self.lab.project, submission_id=str(uuid4()), ts=to_micros(NOW - DAY), name="rating", type="int", number=1,
            user_id=user, call_id=call_id,
        )  # fmt: skip

    def event(self, unit: str, **fields: object) -> Event:
        given: dict[str, object] = {
            "project": self.lab.project, "id": str(uuid4()), "ts": to_micros(NOW - DAY), "kind": "outcome", "unit_id": unit,
            "experiment_id": "e", "variant_id": "v", "context": f'{{"name": "{unit}"}}',
        }  # fmt: skip
        return Event(**{**given, **fields})  # type: ignore[arg-type]  # fields are the test's business

    def ids(self, table: str) -> list[str]:
        where = {"project": self.lab.project}
        name = "submission_id" if table == "scores" else "id"
        found = self.store.query(f"SELECT {name} AS id FROM {table} WHERE project = {{project:String}}", where)
        return [str(one) for one in found.column("id")]

    def count(self) -> dict[str, int]:
        return {table: len(self.ids(table)) for table in forgotten.TABLES}

    def ask(self, user: str = "ada", at: datetime = NOW - timedelta(minutes=1)) -> str:
        with self.lab.database.writing() as session:
            return forgetting.ask(session, self.lab.project, user, By("grace", at)).id

    def worker(
        self, pause: Callable[[], AbstractContextManager[None]] = nullcontext, notes: Notes | None = None
    ) -> forgetting.Forgetter:
        return forgetting.Forgetter(self.store, self.lab.database, pause, lambda: NOW, notes)

    def row(self, request: str) -> ForgetRow:
        with self.lab.database.sessions() as session:
            return forgetting.existing(session, self.lab.project, request)

    def audit(self) -> list[tuple[str, str, str]]:
        with self.lab.database.sessions() as session:
            rows = entries(session, self.lab.project, 100, 0)[0]
        return [(row.actor, row.action, str(row.target) + str(row.detail)) for row in rows if "user" in row.action]

    def build_days(self) -> None:
        for day in days.unbuilt(self.store, TODAY + timedelta(hours=1)):
            if day[0] == self.lab.project:
                days.build(self.store, day)

    def total(self, source: rollups.Source | None = None) -> float | None:
        query = Query(self.lab.project, ("total_requests",), TODAY - 4 * DAY, TODAY)
        return run(self.store, query, NOW, source=source).total("total_requests")

    def assert_rollups_agree(self) -> None:
        for query in (
            Query(self.lab.project, tuple(METRICS), TODAY - 4 * DAY, TODAY, bucket="1h", by=("prompt_id",)),
            Query(self.lab.project, tuple(METRICS), TODAY - 4 * DAY, TODAY, bucket="1d"),
            Query(self.lab.project, tuple(METRICS), TODAY - 2 * DAY, NOW + timedelta(seconds=1), by=("model",)),
        ):
            assert_equal(run(self.store, query, NOW), run(self.store, query, NOW, source=rollups.RAW))


@pytest.fixture
def house(lab: Lab, store: Store) -> House:
    return House(lab, store)


def test_a_user_is_gone_from_every_table_and_totals_tell_the_rest(house: House) -> None:
    assert house.count() == {"call_texts": 10, "scores": 3, "events": 3, "calls": 10}
    assert house.total() == 10
    request = house.ask()
    house.worker().round(NOW)
    row = house.row(request)
    assert (row.status, row.step, row.error, row.days, row.days_told) == ("done", "done", None, [], 2)
    assert row.counts == THEIRS
    assert house.count() == {"call_texts": 4, "scores": 1, "events": 1, "calls": 4}
    assert not [one for one in house.ids("calls") + house.ids("call_texts") if one.startswith("ada")]
    for source in (None, rollups.RAW, rollups.ROLLUPS[0]):
        assert house.total(source) == 4
    house.assert_rollups_agree()
    house.build_days()
    assert len(days.whole_days(house.store, house.lab.project, TODAY - 4 * DAY, TODAY)) == 2
    house.assert_rollups_agree()


@sqlite_only
def test_the_id_is_kept_nowhere(house: House) -> None:
    house.ask("ada")
    house.worker().round(NOW)
    (done, asked) = house.audit()
    assert (asked[0], asked[1], done[0], done[1]) == ("grace", "user.forget", "PromptPulse", "user.forgotten")
    assert forgotten.hash_of(house.lab.project, "ada")[:16] in done[2]
    assert "ada" not in asked[2] + done[2]
    commands = house.store.query("SELECT groupArray(command) AS c FROM system.mutations WHERE table = 'calls'").column(
        "c"
    )
    assert "'ada'" not in str(commands)


@pytest.mark.parametrize("killed_before", ["calls", "second day"])
@sqlite_only
def test_a_kill_between_steps_resumes(house: House, monkeypatch: pytest.MonkeyPatch, killed_before: str) -> None:
    request = house.ask()
    with monkeypatch.context() as patched:
        step, retell = forgetting.Forgetter._step, forgotten.retell
        told: list[object] = []

        def killed_step(self: forgetting.Forgetter, request_id: str) -> bool:
            if house.row(request_id).step == killed_before:
                raise Killed
            return step(self, request_id)

        def killed_retell(*given: object) -> bool:
            found = retell(*given)  # type: ignore[arg-type]
            if told and killed_before == "second day":
                raise Killed
            told.append(given)
            return found

        patched.setattr(forgetting.Forgetter, "_step", killed_step)
        patched.setattr(forgotten, "retell", killed_retell)
        with pytest.raises(Killed):
            house.worker().round(NOW)
        assert house.row(request).status != "done"
    house.worker().round(NOW)
    row = house.row(request)
    assert (row.status, row.counts, row.days_told) == ("done", THEIRS, 2)
    assert house.count()["calls"] == 4
    house.assert_rollups_agree()
    house.build_days()
    house.assert_rollups_agree()


@sqlite_only
def test_repairs_at_the_start_after_a_kill_change_nothing_that_is_asked_for(house: House) -> None:
    request = house.ask()
    worker = house.worker()
    while house.row(request).step != "totals":
        worker._step(request)
    rollups.repair(house.store, NOW)  # as the next start does
    worker.round(NOW)
    assert house.total() == 4
    house.assert_rollups_agree()


@sqlite_only
def test_what_the_user_does_later_is_kept(house: House) -> None:
    request = house.ask()
    house.keep(house.calls(TODAY - DAY + timedelta(hours=13), 1, "ada"), at=NOW)
    house.worker().round(NOW)
    assert house.row(request).counts["calls"] == 6
    assert house.count() == {"call_texts": 5, "scores": 1, "events": 1, "calls": 5}
    assert house.total() == 5
    house.assert_rollups_agree()


@sqlite_only
def test_calls_that_arrive_meanwhile_are_stored_once(house: House) -> None:
    writer = Writer(house.store, lambda: NOW)
    writer.start()
    late: list[Call] = []

    @contextmanager
    def pause() -> Iterator[None]:
        with writer.paused():
            (call,) = house.calls(TODAY - DAY + timedelta(hours=12), 1, "bob")
            late.append(call)
            stored = writer.write([call])
            yield
            assert not stored.done()

    house.ask()
    house.worker(pause).round(NOW)
    writer.close()
    assert len(late) == 3
    assert house.total() == 4 + 3
    house.assert_rollups_agree()


@sqlite_only
def test_one_that_fails_is_tried_again_and_keeps_no_other_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = house.ask("ada"), house.ask("bob", NOW - timedelta(seconds=30))
    days_of = forgotten.days_of

    def fail(store: Store, user: forgotten.Forgotten) -> object:
        if user.user_hash == forgotten.hash_of(house.lab.project, "ada"):
            raise StoreError("the disk is full", 0)
        return days_of(store, user)

    with monkeypatch.context() as patched:
        patched.setattr(forgotten, "days_of", fail)
        house.worker().round(NOW)
    assert (house.row(first).status, house.row(first).error) == ("queued", "the disk is full")
    assert house.row(second).status == "done"
    house.worker().round(NOW)
    assert (house.row(first).status, house.row(first).error) == ("done", None)
    assert house.count() == dict.fromkeys(forgotten.TABLES, 0) | {"scores": 0}


@sqlite_only
def test_a_request_waits_until_what_was_on_its_way_has_arrived(house: House) -> None:
    request = house.ask(at=NOW)
    house.worker().round(NOW + timedelta(seconds=2))
    assert house.row(request).status == "queued"
    house.worker().round(NOW + timedelta(seconds=3))
    assert house.row(request).status == "done"


def test_assignments_go_with_the_request_and_are_counted_no_more(house: House) -> None:
    experiment = house.lab.running()
    variant = experiment.variants[0].id
    with house.lab.database.writing() as session:
        for unit in ("ada", "bob"):
            session.add(Assignment(experiment_id=experiment.id, unit_id=unit, variant_id=variant, assigned_at=NOW))
        session.add(AssignmentCount(experiment_id=experiment.id, variant_id=variant, units=2))
    request = house.ask()
    assert house.row(request).counts == {"assignments": 1}
    with house.lab.database.sessions() as session:
        assert session.scalars(select(Assignment.unit_id).where(Assignment.experiment_id == experiment.id)).all() == [
            "bob"
        ]
        count = session.get(AssignmentCount, (experiment.id, variant))
        assert count is not None
        assert count.units == 1


@sqlite_only
def test_requests_are_listed_newest_first_and_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "MOST_WAITING", 2)
    first, second = house.ask("ada"), house.ask("bob", NOW)
    with house.lab.database.sessions() as session:
        assert [row.id for row in forgetting.requests_of(session, house.lab.project)] == [second, first]
        with pytest.raises(NotFound):
            forgetting.existing(session, str(uuid4()), first)
    with pytest.raises(Conflict):
        house.ask("eve")


def test_what_alerts_and_incidents_have_kept_of_the_user_goes(house: House) -> None:
    ward = Ward(house.lab.database, house.lab.project)
    channel = ward.channel("on call", "warning")
    theirs, other = (next(one for one in house.ids("calls") if one.startswith(name)) for name in ("ada", "bob"))
    ward.fire(ward.signal("costs of a user", user_id="ada"))
    ward.clock.forward(hours=1)
    ward.fire(ward.signal("slow", prompt_id="p"))
    ward.fire(ward.signal("slow for somebody", prompt_id="p", user_id="ada"))
    (_, mixed) = ward.incidents()
    with house.lab.database.writing() as session:
        row = session.get_one(IncidentRow, mixed.id)
        row.dossier, row.dossier_at = kept_dossier(theirs, other), NOW
        for sent in session.scalars(select(DeliveryRow).where(DeliveryRow.channel_id == channel)):
            sent.state = "sent"
        give_ready_made(session, house.lab.project, NOW)
        session.flush()
        rule = session.scalars(select(RuleRow).where(RuleRow.project_id == house.lab.project)).all()[0]
        session.add(
            RuleStateRow(
                rule_id=rule.id, series_hash="h", project_id=house.lab.project,
                series="user_id='ada'", group={"user_id": "ada"}, phase="firing", state={},
            )
        )  # fmt: skip
    request = house.ask("ada")
    house.worker(notes=Notes(call_ids, forget_user)).round(NOW)
    assert (house.row(request).status, house.row(request).counts["incidents"]) == ("done", 3)

    (left,) = ward.incidents()
    assert (left.id, left.status) == (mixed.id, "firing")
    with house.lab.database.sessions() as session:
        dossier: Any = session.get_one(IncidentRow, left.id).dossier
        assert [call["id"] for call in dossier["examples"]["calls"]] == [other]
        assert [group["message"] for group in dossier["errors"]["groups"]] == [None, "hers"]
        assert [
            alert.group for alert in session.scalars(select(AlertRow).where(AlertRow.project_id == ward.project))
        ] == [{"prompt_id": "p"}]
        assert session.scalars(select(RuleStateRow).where(RuleStateRow.project_id == ward.project)).all() == []
    said = [*ward.timeline(), *ward.messages(channel)]
    assert said
    assert not [text for _, text in said if "ada" in text]


def kept_dossier(theirs: str, other: str) -> dict[str, JsonValue]:
    assert isinstance(DOSSIER, dict)
    return {
        **DOSSIER,
        "examples": {"shown": "Failed calls", "calls": [{"id": theirs}, {"id": other}]},
        "errors": {"groups": [{"call_id": theirs, "message": "his"}, {"call_id": other, "message": "hers"}]},
    }
