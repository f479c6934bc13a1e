"""What objectives say of stored calls. Numbers are such that a reader can add them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from making_facts import Making, store_facts
from promptpulse.core.errors import Conflict, Refused
from promptpulse.core.stored import Unreadable
from promptpulse.core.times import to_micros
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.metrics import NONE
from promptpulse.metrics.tallies import Goal, Tallies
from promptpulse.slas import service
from promptpulse.slas.evaluate import Objectives, keep
from promptpulse.slas.history import history, preview
from promptpulse.slas.models import SlaRow
from promptpulse.slas.present import slas_out
from promptpulse.slas.shapes import SlaPatch
from promptpulse.store import Answer, Store
from slas.conftest import MINUTE, NOON, World, wanted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_example_of_the_product_document_from_calls(world: World) -> None:
    """September has 30 days: 43 minutes; 12 of them down."""
    world.clock.now = datetime(2037, 9, 21, 12, tzinfo=NOON.tzinfo)
    start = datetime(2037, 9, 1, tzinfo=NOON.tzinfo)
    world.calls(start, 1, good=10)
    world.calls(start + DAY, 12, good=1, bad=3)  # 75 % of the calls of these minutes
    world.calls(start + 2 * DAY, 5, good=3, bad=1)  # 25 %: up
    world.calls(world.clock.now - 5 * MINUTE, 5, good=10)
    row = world.make(objective={"kind": "downtime", "failing_share": 50}, target=99.9, period="month")
    found = world.state(row)
    assert (found.status, found.bad, found.counted) == ("meeting", 12, "minutes")
    assert found.said == "12 of 43 minutes are spent, 31 are left."
    assert found.budget.minutes == pytest.approx(43.2)
    assert found.budget.minutes_spent == pytest.approx(12)
    assert (found.budget.calls, found.budget.calls_spent) == (None, None)
    assert (found.start, found.end) == (start, start + 30 * DAY)


def test_minutes_that_are_told_add_up(world: World) -> None:
    """Of 43.2 minutes half of 21 are spent: 10.5, and 32.7 are left."""
    world.clock.now = datetime(2037, 9, 21, 12, tzinfo=NOON.tzinfo)
    world.calls(world.clock.now - 21 * MINUTE, 21, good=1, bad=1)
    found = world.state(world.make(target=99.9, period="month"))
    assert (found.budget.minutes_spent, found.budget.minutes_left) == pytest.approx((10.5, 32.7))
    assert found.said.startswith("11 of 43 minutes are spent, 32 are left.")


def test_a_great_burn_is_told_in_digits(world: World) -> None:
    world.make(target=99.9)
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=2)
    world.evaluate()
    with world.database.sessions() as session:
        (alert,) = session.scalars(select(AlertRow))
    assert alert.text.startswith(
        "The error budget burns 1,000 times as fast as allowed. That is over 1 h; over 5 min it is 1,000"
    )


KINDS: list[tuple[str, dict[str, object], int, int]] = [
    # 4 answered in 100 ms, 2 in 3 s, 1 timeout, 1 of a wrong request
    ("availability", {"kind": "availability"}, 8, 1),
    ("success", {"kind": "success_rate"}, 8, 2),
    ("latency", {"kind": "latency", "under_ms": 2000}, 6, 2),
]


@pytest.mark.parametrize(("name", "objective", "total", "bad"), KINDS, ids=[k[0] for k in KINDS])
def test_what_is_bad(world: World, name: str, objective: dict[str, object], total: int, bad: int) -> None:
    del name
    at = NOON - 30 * MINUTE
    world.calls(at, 1, good=4)
    world.calls(at, 1, good=2, latency_ms=3000.0)
    world.calls(at, 1, good=0, bad=1)
    world.calls(at, 1, good=0, bad=1, error_type="validation", error_family="4xx")
    world.calls(at, 1, good=0, bad=5, prompt_id="other")
    where = [{"dimension": "prompt_id", "values": ["greeting"]}]
    found = world.state(world.make(objective=objective, where=where))
    assert (found.total, found.bad) == (total, bad)
    assert found.compliance == pytest.approx(100 * (total - bad) / total)


def test_alike_objectives_are_one_question(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.calls(NOON - HOUR, 60, good=1)
    for i, target in enumerate((99, 98, 95)):
        world.make(name=f"Up {i}", target=target)
        world.make(name=f"Good {i}", target=target, objective={"kind": "success_rate"})
    world.evaluate()
    statements: list[str] = []
    asked = world.store.query

    def noted(_: Store, sql: str, params: dict[str, object]) -> Answer:
        statements.append(sql)
        return asked(sql, params)

    monkeypatch.setattr(type(world.store), "query", noted)
    world.clock.forward(minutes=1)
    world.evaluate()
    of_calls = [sql for sql in statements if "FROM kept_from" not in sql]  # how long minutes are kept: a row a project
    assert len(of_calls) == 1, statements


def test_a_fast_burn_pages_and_ends(world: World) -> None:
    row = world.make()  # 99 %: all calls bad burn 100 times
    world.calls(NOON - 2 * HOUR, 110, good=2)
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=2)
    found = world.state(row)
    # the last hour: 100 good and 20 bad of 120 calls
    assert found.burn_rate == pytest.approx(100 / 6)
    assert world.alerts() == [("page", True)]
    assert [w.burning for w in found.windows] == [True] * 4  # 20 of 240 calls are 8 times too many
    assert found.status == "at_risk"
    world.evaluate()
    assert world.alerts() == [("page", True)]  # once
    world.calls(NOON, 40, good=2)
    world.clock.forward(minutes=40)
    assert world.state(row).status != "violating"
    assert ("page", False) in world.alerts()


def test_what_burns_on_is_told_again_until_somebody_acknowledges(world: World) -> None:
    world.make(renotify_minutes=20)
    world.calls(NOON - 10 * MINUTE, 10 + 80, good=0, bad=2)

    def reminders() -> list[tuple[int, str]]:
        with world.database.sessions() as session:
            rows = session.scalars(select(IncidentEventRow).where(IncidentEventRow.kind == "reminder"))
            return [((row.at - NOON) // MINUTE, row.text) for row in rows]

    for _ in range(5):
        world.evaluate()
        world.clock.forward(minutes=10)
    text = "Reminded: Up: The error budget burns 100 times as fast as allowed"
    assert reminders() == [(20, text), (40, text)]
    with world.database.writing() as session:
        session.scalars(select(IncidentRow)).one().status = "acknowledged"
        (alert,) = session.scalars(select(AlertRow))
        assert "It alerts above 14.4." in alert.text
    for _ in range(3):
        world.evaluate()
        world.clock.forward(minutes=10)
    assert len(reminders()) == 2


def test_a_restart_neither_fires_again_nor_forgets(world: World) -> None:
    row = world.make()
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=4)
    world.evaluate()
    assert ("page", True) in world.alerts()
    before = world.alerts()
    world.objectives = Objectives(world.store, world.database, lambda _: NONE)
    world.evaluate()
    assert world.alerts() == before
    assert world.read(row).firing == ["page"]


def test_missing_data_freezes_the_state_and_says_so(world: World) -> None:
    row = world.make(no_data_minutes=60)
    world.calls(NOON - 30 * MINUTE, 30, good=1, bad=1)
    before = world.state(row)
    fired = world.alerts()
    assert ("page", True) in fired
    world.clock.forward(hours=9)
    frozen = world.state(row)
    assert frozen.frozen_since == NOON
    assert "No calls since 2037-10-21 12:00 UTC" in frozen.said
    assert (frozen.status, frozen.compliance, frozen.as_of) == (before.status, before.compliance, NOON)
    assert [w.long_burn for w in frozen.windows] == [w.long_burn for w in before.windows]
    assert world.alerts() == fired  # nothing ends because nobody calls
    world.calls(NOON + 9 * HOUR, 10, good=5)
    world.clock.forward(minutes=10)
    assert world.state(row).frozen_since is None


def test_without_calls_in_the_period_nothing_is_known(world: World) -> None:
    found = world.state(world.make())
    assert (found.status, found.compliance, found.budget.left_share) == ("no_data", None, None)
    assert world.alerts() == []


def test_maintenance_does_not_count(world: World) -> None:
    row = world.make()
    world.calls(NOON - 2 * HOUR, 120, good=1)
    world.calls(NOON - 100 * MINUTE, 30, good=0, bad=5)
    assert world.state(row).bad == 150
    world.maintain(NOON - 100 * MINUTE, NOON - 70 * MINUTE)
    world.objectives = Objectives(world.store, world.database, lambda _: NONE)
    found = world.state(row)
    assert (found.total, found.bad, found.excluded_minutes) == (90, 0, 30)


def test_maintenance_of_last_week_is_cut_out_of_its_hours(world: World) -> None:
    row = world.make()
    monday = NOON - 9 * DAY
    world.calls(monday, 60, good=1, bad=1)
    world.calls(NOON - 5 * MINUTE, 5, good=1)
    world.maintain(monday + 15 * MINUTE, monday + 45 * MINUTE)
    found = world.state(row)
    assert (found.total, found.bad) == (30 * 2 + 5, 30)


def test_maintenance_of_one_prompt_is_none_of_all(world: World) -> None:
    row = world.make()
    world.calls(NOON - HOUR, 60, good=0, bad=1)
    world.maintain(NOON - HOUR, NOON, match={"prompt_id": ["greeting"]})
    assert world.state(row).bad == 60


def test_scores_meet_a_value(world: World) -> None:
    at = to_micros(NOON - HOUR)
    making = Making(world.project)
    store_facts(world.store, [making.score(f"u{i}", "a", value, at=at) for i, value in enumerate((5, 5, 4, 3))])
    found = world.state(world.make(objective={"kind": "score", "name": "rating", "at_least": 4}, target=80))
    assert (found.counted, found.total, found.bad, found.compliance) == ("scores", 4, 1, 75)


def test_a_failing_question_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.calls(NOON - HOUR, 60, good=1)
    good, bad = world.make(name="Good"), world.make(name="Bad", objective={"kind": "latency", "under_ms": 10})
    world.evaluate()
    read = Tallies.read

    def broken(self: Tallies, scope: object, goals: list[Goal], *rest: object) -> object:
        if any(goal.kind == "latency" for goal in goals):
            raise Refused("the store says no", field="where")
        return read(self, scope, goals, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Tallies, "read", broken)
    world.clock.forward(minutes=1)
    world.evaluate()
    assert world.read(bad).error == "the store says no"
    assert world.read(bad).state is not None  # of the round before
    assert (world.read(good).error, world.read(good).evaluated_at) == (None, world.clock())


def test_history_by_day_and_month(world: World) -> None:
    row = world.make(target=90)
    world.calls(NOON - 2 * DAY, 10, good=9, bad=1)
    world.calls(NOON - DAY, 10, good=8, bad=2)
    world.calls(NOON - HOUR, 10, good=10)
    with world.database.sessions() as session:
        asked = world.objectives.asked(session, (world.project, "UTC"), service.wanted_of(row), NOON, row.id)
    found = history(world.store, asked, 4, NOON)
    assert [(d.compliance, d.met, d.partial) for d in found.days] == [
        (None, None, False), (90, True, False), (80, False, False), (100, True, True),
    ]  # fmt: skip
    assert [(m.start.month, m.compliance, m.partial) for m in found.periods][-2:] == [(9, None, False), (10, 90, True)]


def test_days_begin_in_the_zone_of_the_project(world: World) -> None:
    world.calls(NOON - DAY + 6 * HOUR, 1, good=1)  # 18:00 UTC is 23:45 in Kathmandu
    world.calls(NOON - DAY + 6 * HOUR + 15 * MINUTE, 1, good=0, bad=1)  # midnight there
    row = world.make()
    with world.database.sessions() as session:
        asked = world.objectives.asked(session, (world.project, "Asia/Kathmandu"), service.wanted_of(row), NOON, row.id)
    days = history(world.store, asked, 2, NOON).days
    assert [(d.total, d.bad) for d in days] == [(1, 0), (1, 1)]


def test_a_preview_suggests_a_target_that_was_met(world: World) -> None:
    world.calls(NOON - HOUR, 10, good=97, bad=3)
    with world.database.sessions() as session:
        asked = world.objectives.asked(session, (world.project, "UTC"), wanted(target=99.9), NOON)
    found = world.objectives.find([asked], NOON)[""]
    assert not isinstance(found, Exception)
    told = preview(world.store, asked, found, NOON)
    assert (told.suggested_target, told.state.status, told.notes) == (97, "at_risk", [])


def test_turning_alerts_off_ends_them(world: World) -> None:
    row = world.make()
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=4)
    world.evaluate()
    with world.database.writing() as session:
        service.change(session, service.existing(session, world.project, row.id), SlaPatch(alerts=False), world.by)
    world.evaluate()
    assert {firing for _, firing in world.alerts()} == {False}


def test_deleting_an_objective_ends_its_alerts(world: World) -> None:
    row = world.make()
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=4)
    world.evaluate()
    with world.database.writing() as session:
        service.delete(session, service.existing(session, world.project, row.id), world.by)
    assert {firing for _, firing in world.alerts()} == {False}


def test_an_objective_that_is_deleted_while_a_round_keeps_its_state_leaves_no_alert(
    world: World,
) -> None:
    """On PostgreSQL they overlap: the round has told of an alert, and has not committed."""
    database = world.database
    if database.engine.dialect.name == "sqlite":
        pytest.skip("there, writing transactions are alone")
    row = world.make()
    world.calls(NOON - 10 * MINUTE, 10, good=0, bad=4)
    with database.sessions() as session:
        asked = world.objectives.asked(session, (world.project, "UTC"), service.wanted_of(row), NOON, row.id)
    found = world.objectives.find([asked], NOON)[row.id]

    def delete() -> None:
        with database.writing() as session:
            service.delete(session, service.existing(session, world.project, row.id), world.by)

    with ThreadPoolExecutor(1) as other:
        with database.writing() as session:
            keep(session, row, asked, found, NOON)
            session.flush()
            deleted = other.submit(delete)
            wait([deleted], timeout=0.5)
        deleted.result(10)
    assert [firing for _, firing in world.alerts()] == [False]


def test_two_people_who_change_an_objective_at_once_keep_both_changes(world: World) -> None:
    database = world.database
    if database.engine.dialect.name == "sqlite":
        pytest.skip("there, writing transactions are alone")
    row = world.make()
    with database.writing() as session:
        before = service.existing(session, world.project, row.id)
        with database.writing() as other:
            service.change(other, service.existing(other, world.project, row.id), SlaPatch(target=99.5), world.by)
        service.change(session, before, SlaPatch(minimum_calls=7), world.by)
    assert (world.read(row).target, world.read(row).minimum_calls) == (99.5, 7)


def test_an_objective_that_cannot_be_read_stops_no_other_and_the_job_says_so(world: World) -> None:
    world.calls(NOON - 30 * MINUTE, 30, good=10)
    future, other = world.make(name="Of a later version"), world.make(name="Up")
    with world.database.writing() as session:
        session.get_one(SlaRow, future.id).settings = {"objective": {"kind": "from the future"}, "target": 99}
    with pytest.raises(Unreadable, match=r"^the objective 'Of a later version' "):
        world.objectives.round(world.clock())
    state = world.read(other).state
    assert state is not None and state.compliance == 100
    with world.database.sessions() as session:
        assert [one.name for one in slas_out(session, world.project)] == ["Up"]
    with pytest.raises(Conflict, match="go back to that, or delete it"):
        world.read(future)
    with world.database.writing() as session:
        service.delete(session, service.existing(session, world.project, future.id), world.by)
    world.objectives.round(world.clock())
