"""Rounds: calls in, alerts and messages out, by an injected clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from alerts.tower import Tower
from clock import NOON
from making_facts import Making, store_facts
from promptpulse.accounts.service import create_project
from promptpulse.alerts import service
from promptpulse.alerts.evaluator import RuleEvaluator
from promptpulse.alerts.models import RuleRow
from promptpulse.alerts.ready_made import give_ready_made
from promptpulse.alerts.shapes import RulePatch
from promptpulse.core.errors import AppError, NotFound, Refused
from promptpulse.core.stored import Unreadable
from promptpulse.core.times import to_micros
from promptpulse.incidents import service as incidents
from promptpulse.incidents import silences
from promptpulse.incidents.models import AlertRow
from promptpulse.incidents.shapes import SilenceIn
from promptpulse.incidents.signals import Signal
from promptpulse.metrics import run
from promptpulse.metrics.baseline import Baselines
from promptpulse.metrics.definitions import NONE, Definitions, custom_metric

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_a_fault_fires_once_opens_an_incident_and_is_told_and_its_end_resolves_it(tower: Tower) -> None:
    tower.channel("warning")
    rule = tower.rule(minimum_samples=5)
    tower.steady(2)
    assert tower.until(NOON + 2 * MINUTE) == []
    tower.calls(NOON + 2 * MINUTE + SECOND, good=10, failed=10)
    # the window of the minute that ends 2 min 30 s after noon is the first to hold them; it is judged 10 s later
    assert tower.until(NOON + 3 * MINUTE) == [("160", "fired")]
    alert = tower.alerts()[0]
    assert (alert.source, alert.source_id, alert.alert_type) == ("rule", rule, "error_rate")
    assert (alert.value, alert.threshold, alert.direction, alert.unit) == (50.0, 5.0, "above", "percent")
    assert alert.incident_id is not None
    assert tower.sent() == ["fired"]
    tower.calls(NOON + 3 * MINUTE + SECOND, good=20)
    assert tower.until(NOON + 5 * MINUTE) == [("220", "resolved")]
    assert tower.sent() == ["fired", "resolved"]
    assert tower.alerts()[0].cleared_at is not None


def test_a_total_fault_is_in_the_outbox_within_60_seconds_wherever_in_the_minute_it_begins(lite: Tower) -> None:
    """A rule of a minute without `for`; rounds every 10 s, delivery looks at once when something was written."""
    lite.rule(minimum_samples=5)
    worst = timedelta()
    for case in range(6):
        fault = lite.clock() + timedelta(minutes=3, seconds=10 * case)
        lite.steady(5, start=lite.clock().replace(second=0), good=6)
        lite.store_all(lite.made(fault + second * SECOND, failed=4) for second in range(0, 180, 5))
        while not any(kind == "fired" for _, _, kind in lite.round().events):
            lite.clock.forward(seconds=10)
        worst = max(worst, lite.clock() - fault)
        lite.clock.now = fault + 10 * MINUTE
        lite.round()
    assert timedelta(seconds=10) < worst <= timedelta(seconds=60)


def test_a_restart_neither_fires_nor_forgets(tower: Tower) -> None:
    tower.channel("warning")
    firing, pending = tower.rule(), tower.rule(name="Held", for_minutes=10)
    tower.store_all(tower.made(NOON + minute * MINUTE + SECOND, failed=5) for minute in range(30))
    assert tower.until(NOON + 2 * MINUTE) == [("40", "fired")]
    assert tower.states(pending) == {"": "pending"}
    tower.clock.forward(minutes=20)  # nobody watches
    tower.restart()
    assert tower.round().events == []
    assert (tower.states(firing), tower.states(pending)) == ({"": "firing"}, {"": "pending"})
    # a minute and a half was watched before, so eight and a half more are needed
    assert tower.until(NOON + 29 * MINUTE) == []
    tower.store_all(tower.made(NOON + minute * MINUTE + SECOND, failed=5) for minute in range(30, 40))
    assert [kind for _, kind in tower.until(NOON + 32 * MINUTE)] == ["fired"]
    assert tower.sent().count("fired") == 2
    assert len(tower.alerts()) == 2


def test_each_series_has_its_own_state(lite: Tower) -> None:
    rule = lite.rule(by=["prompt_id"])
    lite.calls(NOON + SECOND, good=10, prompt_id="good")
    lite.calls(NOON + SECOND, good=5, failed=5, prompt_id="bad")
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    assert lite.states(rule) == {"prompt_id='bad'": "firing"}
    assert lite.alerts()[0].group == {"prompt_id": "bad"}
    assert sorted((str(r[0]), r[2]) for r in lite.readings(rule)) == [
        ("prompt_id='bad'", 50.0),
        ("prompt_id='good'", 0.0),
    ]
    assert lite.health(rule).series_total == 2


def test_a_series_that_fires_is_watched_on_when_others_have_more_calls(lite: Tower) -> None:
    rule = lite.rule(by=["prompt_id"], series_limit=1)
    lite.calls(NOON + SECOND, good=5, failed=5, prompt_id="bad")
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    lite.calls(NOON + MINUTE + SECOND, good=5, failed=5, prompt_id="bad")
    lite.calls(NOON + MINUTE + SECOND, good=20, prompt_id="larger")
    assert [kind for _, kind in lite.until(NOON + 2 * MINUTE)] == []
    assert lite.states(rule) == {"prompt_id='bad'": "firing"}
    lite.calls(NOON + 2 * MINUTE + SECOND, good=10, prompt_id="bad")
    lite.calls(NOON + 2 * MINUTE + SECOND, good=20, prompt_id="larger")
    assert [kind for _, kind in lite.until(NOON + 3 * MINUTE)] == ["resolved"]
    assert (lite.alerts()[0].value, lite.alerts()[0].clear_reason) == (0.0, "")


def test_calls_of_a_series_are_not_missed_because_others_have_more(lite: Tower) -> None:
    rule = lite.rule(name="Silence", condition={"kind": "no_data", "minutes": 1}, by=["prompt_id"], series_limit=1)
    lite.steady(36, start=NOON - 30 * MINUTE, good=2)  # the most calls of the day
    lite.store_all(lite.made(NOON + (2 + m) * MINUTE + SECOND, good=3, prompt_id="now more") for m in range(4))
    assert lite.until(NOON + 6 * MINUTE) == []
    assert [str(r[0]) for r in lite.readings(rule)] == ["prompt_id='now more'", "prompt_id='greeting'"]


def test_a_series_that_cannot_be_told_among_too_many_stays_as_it_is(
    lite: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promptpulse.alerts.evaluator.LOOKED_AT", 1)
    rule = lite.rule(by=["prompt_id"], series_limit=1)
    lite.calls(NOON + SECOND, good=5, failed=5, prompt_id="bad")
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    lite.calls(NOON + MINUTE + SECOND, good=5, failed=5, prompt_id="bad")
    lite.calls(NOON + MINUTE + SECOND, good=20, prompt_id="larger")
    assert [kind for _, kind in lite.until(NOON + 2 * MINUTE)] == []
    assert lite.states(rule) == {"prompt_id='bad'": "firing"}
    lite.calls(NOON + 2 * MINUTE + SECOND, good=20, prompt_id="larger")  # the only one, so that the other has none
    assert [kind for _, kind in lite.until(NOON + 3 * MINUTE)] == ["resolved"]


def test_rules_that_ask_alike_are_one_query(lite: Tower) -> None:
    metrics = ("error_rate", "success_rate", "p95_latency_ms", "total_requests")
    for i, metric in enumerate(metrics):
        lite.rule(name=f"a{i}", metric=metric, condition={"kind": "threshold", "op": "above", "value": 1e9})
    for i in range(20):
        one = [{"dimension": "prompt_id", "op": "in", "values": [f"prompt-{i}"]}]
        lite.rule(name=f"b{i}", where=one)
    lite.rule(name="c", by=["model"])
    lite.calls(NOON + SECOND, failed=3, prompt_id="prompt-7")
    lite.clock.forward(seconds=40)
    done = lite.round()
    # all together; all that differ in their prompt; by model
    assert (done.rules, done.queries) == (25, 3)
    assert [series for _, series, _ in done.events] == ["", "model=''"] or len(done.events) == 2
    assert len(lite.alerts()) == 2


def test_a_rule_whose_query_fails_says_so_and_stops_no_other(lite: Tower) -> None:
    metric = custom_metric("custom.gone", "Gone", "count(status = 'error')")
    lite.definitions[lite.project] = Definitions({"custom.gone": metric})
    broken = lite.rule(name="Broken", metric="custom.gone")
    lite.rule()
    del lite.definitions[lite.project]
    lite.calls(NOON + SECOND, failed=3)
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    health = lite.health(broken)
    assert health.error is not None
    assert "custom.gone" in health.error
    assert health.failing_since == NOON + 10 * SECOND
    assert health.evaluated_at is None


def test_a_rule_that_cannot_be_read_and_a_project_without_definitions_stop_no_other(
    lite: Tower, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable = lite.rule(name="Of a later version")
    lite.rule()
    with lite.database.writing() as session:
        session.get_one(RuleRow, unreadable).body = {"condition": {"kind": "from the future"}}
        other = create_project(session, "broken", "Europe/Berlin", lite.by).id
        give_ready_made(session, other, lite.clock())

    def definitions(project: str) -> Definitions:
        if project == other:
            raise ValueError("no such thing")
        return NONE

    lite.evaluator = RuleEvaluator(lite.store, lite.database, definitions, Baselines(lite.store, lite.clock))
    lite.calls(NOON + SECOND, failed=3)
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    assert caplog.text.count(f"rule {unreadable} cannot be read") == 1
    told = rf"^the rule 'Of a later version' \({unreadable}\) cannot be read: another version of PromptPulse wrote it"
    with pytest.raises(Unreadable, match=told):  # as a job does, whose state shows it
        lite.evaluator.run(lite.clock())
    with lite.database.sessions() as session, pytest.raises(Unreadable):
        service.body_of(session.get_one(RuleRow, unreadable))


def test_rules_go_on_when_the_clock_was_wrong_and_is_put_back(lite: Tower) -> None:
    rule = lite.rule()
    lite.clock.now = NOON + timedelta(days=3650)
    lite.round()
    lite.clock.now = NOON
    lite.calls(NOON + SECOND, failed=3)
    assert [kind for _, kind in lite.until(NOON + MINUTE)] == ["fired"]
    lite.restart()
    assert [kind for _, kind in lite.until(NOON + 2 * MINUTE)] == ["resolved"]
    assert lite.health(rule).evaluated_at == NOON + MINUTE + 30 * SECOND


def test_what_fires_still_fires_while_its_query_fails(lite: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = lite.rule()
    lite.calls(NOON + SECOND, failed=3)
    lite.until(NOON + MINUTE)
    with monkeypatch.context() as patched:
        patched.setattr("promptpulse.alerts.evaluator.run", _refuse)
        assert lite.until(NOON + 10 * MINUTE) == []
        assert lite.states(rule) == {"": "firing"}
        assert lite.health(rule).error == "the store is away"
    assert lite.until(NOON + 11 * MINUTE) == [("610", "resolved")]
    assert lite.health(rule).error is None


def _refuse(*_: object) -> None:
    raise AppError("the store is away")


def test_missing_calls_are_missed_only_where_there_were_some(lite: Tower) -> None:
    rule = lite.rule(name="Silence", condition={"kind": "no_data", "minutes": 5}, by=["prompt_id"])
    lite.rule(
        name="Never called", condition={"kind": "no_data", "minutes": 5},
        where=[{"dimension": "prompt_id", "op": "in", "values": ["nobody"]}],
    )  # fmt: skip
    lite.steady(60, good=1)
    lite.store_all(lite.made(NOON + minute * MINUTE + SECOND, good=1, prompt_id="falls silent") for minute in range(10))
    # its last call is of 9:01; the first window of five minutes without one ends at 14:30
    assert lite.until(NOON + 20 * MINUTE) == [("880", "fired")]
    alert = lite.alerts()[0]
    assert (alert.alert_type, alert.value, alert.series) == ("no_data", None, "prompt_id='falls silent'")
    lite.calls(NOON + 20 * MINUTE + SECOND, good=1, prompt_id="falls silent")
    assert [kind for _, kind in lite.until(NOON + 21 * MINUTE)] == ["resolved"]
    assert len(lite.states(rule)) == 1


def test_a_rise_is_against_the_window_before(lite: Tower) -> None:
    lite.rule(metric="total_requests", condition={"kind": "change", "against": "previous", "op": "above", "value": 50})
    lite.steady(3, good=10)
    lite.calls(NOON + 3 * MINUTE + SECOND, good=14)
    lite.calls(NOON + 4 * MINUTE + SECOND, good=22)
    # 10 to 14 is 40 %, 14 to 22 is 57 %
    assert [kind for _, kind in lite.until(NOON + 4 * MINUTE + 30 * SECOND)] == []
    assert [kind for _, kind in lite.until(NOON + 5 * MINUTE)] == ["fired"]
    assert lite.alerts()[0].threshold == 21.0


def test_the_cost_of_each_user_over_a_month_is_watched(lite: Tower) -> None:
    rule = lite.rule(
        name="Cost a user and month", metric="total_cost_usd", by=["user_id"], window_minutes=30 * 1440,
        condition={"kind": "threshold", "op": "above", "value": 10}, minimum_samples=0,
    )  # fmt: skip
    days = [NOON - timedelta(days=day) for day in (29, 20, 10, 1)]
    for user, usd in (("a", Decimal(3)), ("b", Decimal(2))):  # 12 and 8 US$ in 30 days, and more before
        lite.store_all(lite.made(at, good=1, user_id=user, cost_usd=usd) for at in (NOON - timedelta(days=31), *days))
    assert lite.until(NOON + 16 * MINUTE, every_s=60) == [("60", "fired")]
    assert lite.evaluator.round(NOON + 17 * MINUTE).rules == 0, "judged every 15 minutes"
    (alert,) = lite.alerts()
    assert (alert.series, alert.value) == ("user_id='a'", 12)
    assert alert.text == "Cost: $12.00 in 30 days. Rule: above $10.00."
    for change, said in (({"window_minutes": 2000}, "whole days, such as 1440"),
                         ({"condition": {"kind": "expected", "op": "above", "factor": 2}}, "up to a day")):  # fmt: skip
        with pytest.raises(Refused, match=said):
            lite.change(rule, **change)


def test_traffic_is_against_what_is_normal_and_tiny_projects_stay_quiet(lite: Tower) -> None:
    spike = {
        "metric": "total_requests",
        "window_minutes": 15,
        "condition": {"kind": "expected", "op": "above", "factor": 2},
    }
    rule = lite.rule(name="Traffic", **spike, minimum_samples=100)
    lite.rule(name="Without minimum", **spike)
    lite.store_all(lite.made(NOON - quarter * 15 * MINUTE, good=10) for quarter in range(1, 240))
    lite.calls(NOON + MINUTE, good=40)
    assert [(kind) for _, kind in lite.until(NOON + 3 * MINUTE)] == ["fired"]  # of the second
    lite.calls(NOON + 4 * MINUTE, good=100)
    assert [kind for _, kind in lite.until(NOON + 6 * MINUTE)] == ["fired"]
    assert lite.states(rule) == {"": "firing"}


def test_nothing_is_told_before_normal_is_known(lite: Tower) -> None:
    rule = lite.rule(metric="total_requests", condition={"kind": "expected", "op": "above", "factor": 2})
    lite.calls(NOON - timedelta(hours=3), good=1)
    lite.calls(NOON + SECOND, good=500)
    assert lite.until(NOON + 2 * MINUTE) == []
    assert lite.health(rule).note.startswith("Learning what is normal")


def test_quiet_hours_hold_messages_back_but_not_the_incident(lite: Tower) -> None:
    lite.channel("warning")
    # noon UTC is 13:00 in Berlin
    lite.rule(quiet_hours=[{"start": "13:00", "end": "13:03"}])
    lite.store_all(lite.made(NOON + minute * MINUTE + SECOND, failed=3) for minute in range(10))
    assert lite.until(NOON + 2 * MINUTE) == [("40", "fired")]
    assert (len(lite.alerts()), lite.sent()) == (1, [])
    assert lite.until(NOON + 4 * MINUTE) == [("190", "reminder")]
    assert lite.sent() == ["fired"]


def test_a_silence_that_ends_in_quiet_hours_wakes_nobody(lite: Tower) -> None:
    lite.channel("warning")
    lite.rule(quiet_hours=[{"start": "13:02", "end": "13:06"}])
    until = NOON + 4 * MINUTE
    with lite.database.writing() as session:
        silences.add(session, lite.project, SilenceIn(end=until, reason="deploying"), lite.by)
    lite.store_all(lite.made(NOON + minute * MINUTE + SECOND, failed=3) for minute in range(10))
    assert lite.until(until) == [("40", "fired")]  # before the quiet hours, and silenced
    with lite.database.writing() as session:
        assert incidents.unmute(session, lite.project, lite.clock()) == 1
    lite.until(NOON + 5 * MINUTE)
    assert (lite.alerts()[0].incident_id is not None, lite.sent()) == (True, [])
    lite.until(NOON + 7 * MINUTE)
    assert lite.sent() == ["fired"]


def test_deleting_and_switching_off_resolve_what_fires_and_say_why(tower: Tower) -> None:
    first, second = tower.rule(name="First"), tower.rule(name="Second")
    tower.store_all(tower.made(NOON + minute * MINUTE + SECOND, failed=3) for minute in range(5))
    assert len(tower.until(NOON + MINUTE)) == 2
    tower.delete(first)
    tower.change(second, enabled=False)
    assert sorted(alert.clear_reason for alert in tower.alerts()) == [
        "the rule was deleted",
        "the rule was switched off",
    ]
    assert tower.states(second) == {}
    assert tower.until(NOON + 2 * MINUTE) == []
    tower.change(second, enabled=True)
    assert [kind for _, kind in tower.until(NOON + 3 * MINUTE)] == ["fired"]


def test_another_number_goes_on_from_the_state_and_another_metric_begins_anew(lite: Tower) -> None:
    rule = lite.rule(recovery_minutes=1)
    lite.store_all(lite.made(NOON + minute * MINUTE + SECOND, good=9, failed=1) for minute in range(12))
    assert lite.until(NOON + MINUTE) == [("40", "fired")]
    lite.change(rule, severity="critical", name="Renamed", for_minutes=3)
    assert lite.states(rule) == {"": "firing"}
    lite.change(rule, condition={"kind": "threshold", "op": "above", "value": 20})
    # 10 % is good now: it recovers as the rule says
    assert [kind for _, kind in lite.until(NOON + 4 * MINUTE)] == ["resolved"]
    lite.change(rule, condition={"kind": "threshold", "op": "above", "value": 5}, for_minutes=0)
    assert [kind for _, kind in lite.until(NOON + 5 * MINUTE)] == ["fired"]
    lite.change(rule, metric="failed_requests")
    assert lite.alerts()[-1].clear_reason == "the rule was changed and begins anew"
    assert lite.states(rule) == {}


def test_a_round_that_read_a_rule_before_it_changed_does_not_write(
    lite: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = lite.rule()
    lite.calls(NOON + SECOND, failed=3)
    lite.clock.forward(seconds=40)

    def changing(*given: object) -> object:
        lite.change(rule, enabled=False)
        return run(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("promptpulse.alerts.evaluator.run", changing)
    assert lite.round().events == []
    assert lite.alerts() == []


def test_two_people_who_change_a_rule_at_once_keep_both_changes(tower: Tower) -> None:
    if tower.database.engine.dialect.name == "sqlite":
        pytest.skip("there, writing transactions are alone")
    rule = tower.rule()
    with tower.database.writing() as session:
        row = service.existing(session, tower.project, rule)  # as it was before the other's change
        tower.change(rule, description="by the first")
        service.change(session, tower.ref, row, RulePatch(severity="critical"), NONE, tower.by)
    (row,) = tower.rules()
    assert (row.body["description"], row.body["severity"], row.revision) == ("by the first", "critical", 3)


def test_a_rule_that_was_deleted_meanwhile_is_not_found(tower: Tower) -> None:
    if tower.database.engine.dialect.name == "sqlite":
        pytest.skip("there, writing transactions are alone")
    rule = tower.rule()
    with pytest.raises(NotFound), tower.database.writing() as session:
        row = service.existing(session, tower.project, rule)
        tower.delete(rule)
        service.change(session, tower.ref, row, RulePatch(severity="critical"), NONE, tower.by)


def test_two_processes_judge_each_window_once(tower: Tower) -> None:
    tower.channel("warning")
    tower.rule()
    tower.calls(NOON + SECOND, failed=3)
    tower.clock.forward(seconds=40)
    first = tower.evaluator
    tower.restart()
    assert [kind for _, _, kind in tower.round().events] == ["fired"]
    assert first.round(tower.clock()).events == []
    assert tower.sent() == ["fired"]


def test_a_score_is_watched_and_its_samples_are_scores(lite: Tower) -> None:
    making = Making(lite.project)
    lite.rule(
        metric="=avg(score.rating)", condition={"kind": "threshold", "op": "below", "value": 3}, minimum_samples=2,
    )  # fmt: skip
    lite.calls(NOON + SECOND, good=100)
    store_facts(lite.store, [making.score("u1", "v", 1, at=to_micros(NOON + SECOND))])
    assert lite.until(NOON + MINUTE) == []  # one score, though a hundred calls
    store_facts(lite.store, [making.score(f"u{i}", "v", 1, at=to_micros(NOON + MINUTE + SECOND)) for i in range(2)])
    assert [kind for _, kind in lite.until(NOON + 2 * MINUTE)] == ["fired"]


def test_every_project_gets_the_ready_made_rules_once(lite: Tower) -> None:
    fresh = Tower.of(lite.store, lite.database, ready_made=True)
    fresh.evaluator.round(fresh.clock())
    names = {rule.name for rule in fresh.rules()}
    assert len(names) == 6
    assert "Traffic more than 2x normal" in names
    gone = next(rule for rule in fresh.rules() if rule.name == "Burst of 5xx errors")
    fresh.delete(gone.id)
    fresh.restart()
    fresh.evaluator.round(fresh.clock())
    assert len(fresh.rules()) == 5


def test_a_state_is_kept_only_together_with_its_incident_and_message(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower.channel("warning")
    broken, sound = tower.rule(name="Broken"), tower.rule(name="Sound", metric="failed_requests")
    tower.store_all(tower.made(NOON + minute * MINUTE + SECOND, failed=9) for minute in range(5))
    real = incidents.fire

    def failing(session: Session, signal: Signal, *given: datetime, held: bool = False) -> AlertRow:
        alert = real(session, signal, *given, held=held)
        if signal.source_id == broken:
            raise AppError("the disk is full")  # after everything was written
        return alert

    with monkeypatch.context() as patched:
        patched.setattr(incidents, "fire", failing)
        assert len(tower.until(NOON + MINUTE)) == 1
    assert (tower.states(broken), tower.states(sound)) == ({"": "no_data"}, {"": "firing"})
    assert tower.health(broken).error == "the disk is full"
    assert ([alert.name for alert in tower.alerts()], tower.sent()) == (["Sound"], ["fired"])
    assert [kind for _, kind in tower.until(NOON + 2 * MINUTE)] == ["fired"]
    assert tower.sent() == ["fired", "fired"]
    assert tower.health(broken).error is None
