"""Alerts become incidents: once, together, and told to those who should know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from incidents.ward import Ward, critical
from promptpulse.db import Database
from promptpulse.incidents import service
from promptpulse.incidents.models import IncidentRow
from promptpulse.metrics import Filter
from promptpulse.notify.models import DeliveryRow
from promptpulse.notify.sending import webhook
from promptpulse.notify.values import message_from


@pytest.fixture
def ward(database: Database) -> Ward:
    return Ward.of(database)


def test_an_alert_opens_an_incident_and_its_end_resolves_it(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    signal = ward.signal(prompt_id="support-reply", prompt_version="4")
    ward.fire(signal)
    opened = ward.incident()
    assert (opened.title, opened.status, opened.severity) == (
        "p95 latency of support-reply, version 4 is above 2 s",
        "firing",
        "warning",
    )
    assert opened.scope == {"prompt_id": ["support-reply"], "prompt_version": ["4"]}
    ward.clock.forward(minutes=36)
    ward.clear(signal)
    resolved = ward.incident()
    assert (resolved.status, resolved.automatic, resolved.resolved_at) == ("resolved", True, ward.clock())
    assert ward.timeline() == [
        ("opened", "p95 latency of support-reply, version 4 is above 2 s. It is 3.5 s, above 2 s."),
        ("notified", "Told 1 channel: p95 latency of support-reply, version 4 is above 2 s"),
        ("cleared", "slow answers (support-reply, version 4) is over after 41 min (it recovered): 1 s"),
        ("resolved", "Resolved by itself after 41 min: all alerts are over"),
    ]
    assert ward.messages(pager) == [
        ("fired", "p95 latency of support-reply, version 4 is above 2 s"),
        ("resolved", "Resolved: p95 latency of support-reply, version 4 is above 2 s"),
    ]
    assert ward.informed() == ["fired", "resolved"]


def test_a_webhook_says_it_as_the_product_document_does(ward: Ward) -> None:
    ward.channel("hook", "warning")
    ward.fire(ward.signal(prompt_id="abc123"))
    with ward.session() as session:
        (row,) = session.scalars(select(DeliveryRow).where(DeliveryRow.project_id == ward.project))
    sent = webhook.body_of(message_from(row.message), "https://pulse.example.com")
    assert [*sent.items()][:7] == [
        ("alert_type", "latency_spike"), ("severity", "warning"), ("prompt_id", "abc123"), ("metric", "p95_latency"),
        ("value", 3500), ("threshold", 2000), ("timestamp", "2026-11-21T12:00:00Z"),
    ]  # fmt: skip
    assert (sent["metric_key"], sent["unit"]) == ("p95_latency_ms", "ms")


def test_repetitions_do_nothing_twice(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    signal = ward.signal()
    first = ward.fire(signal)
    assert [ward.fire(replace(signal, value=value)).id for value in (4000.0, 3000.0)] == [first.id] * 2
    with ward.session() as session:
        alert = service.open_alert(session, ward.project, "rule", "slow", "")
        assert alert is not None
        assert (alert.value, alert.peak) == (3000.0, 4000.0)
    assert ward.clear(signal) is not None
    assert ward.clear(signal) is None
    assert ward.events(pager) == ["fired", "resolved"]
    assert ward.kinds() == ["opened", "notified", "cleared", "resolved"]


def test_calls_at_the_same_moment_open_one_incident(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    signals = [ward.signal(rule=f"rule-{i % 4}") for i in range(12)]
    with ThreadPoolExecutor(6) as pool:
        alerts = {alert.id for alert in pool.map(ward.fire, signals)}
    assert len(alerts) == 4
    assert ward.incident().events == len(ward.timeline())
    assert ward.events(pager) == ["fired"] * 4
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ward.clear, signals))
    assert ward.incident().status == "resolved"
    assert ward.events(pager)[-1] == "resolved"
    assert ward.events(pager).count("resolved") == 1


def test_alerts_that_may_have_one_cause_share_an_incident(ward: Ward) -> None:
    ward.fire(ward.signal("slow", prompt_id="support-reply"))
    ward.clock.forward(minutes=29)
    ward.fire(ward.signal("errors", model="gpt-4o"))
    ward.clock.forward(seconds=1)
    ward.fire(ward.signal("errors", prompt_id="greeting"))
    together, apart = ward.incidents()
    assert together.scope == {"model": ["gpt-4o"], "prompt_id": ["support-reply"]}
    assert apart.scope == {"prompt_id": ["greeting"]}


def test_an_incident_takes_no_alerts_half_an_hour_after_its_newest(ward: Ward) -> None:
    ward.fire(ward.signal("slow"))
    ward.clock.forward(minutes=30)
    ward.fire(ward.signal("errors"))
    assert len(ward.incidents()) == 2


def test_a_third_prompt_of_one_rule_within_minutes_is_no_third_incident(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    for prompt in "abcdefgh":
        ward.clock.forward(seconds=1)
        ward.fire(ward.signal(prompt_id=prompt))
    assert sorted(str(one.scope) for one in ward.incidents()) == ["{'prompt_id': ['b']}", "{'prompt_id': []}"]
    assert ward.events(pager) == ["fired", "fired"]  # the rule says it once an incident


def test_a_channel_hears_that_it_is_over_when_all_it_was_told_of_is(ward: Ward) -> None:
    pager, mail = ward.channel("pager"), ward.channel("mail")
    slow = replace(ward.signal("slow"), channels=(pager,))
    errors = replace(ward.signal("errors"), channels=(mail,))
    ward.fire(slow)
    ward.fire(errors)
    ward.clear(slow)
    assert (ward.events(pager), ward.events(mail)) == (["fired", "resolved"], ["fired"])
    assert ward.incident().status == "firing"
    ward.clear(errors)
    assert ward.events(mail) == ["fired", "resolved"]
    assert ward.incident().status == "resolved"


def test_what_gets_graver_is_told_again(ward: Ward) -> None:
    mail, pager = ward.channel("mail", "warning"), ward.channel("pager", "critical")
    ward.fire(ward.signal())
    ward.fire(critical(ward.signal()))
    ward.fire(critical(ward.signal()))
    assert ward.incident().severity == "critical"
    assert (ward.events(mail), ward.events(pager)) == (["fired"], ["fired"])
    ward.clear(ward.signal())
    assert (ward.events(mail), ward.events(pager)) == (["fired", "resolved"], ["fired", "resolved"])


@pytest.mark.parametrize(("minutes", "incidents"), [(9, 1), (10, 2)])
def test_what_fires_again_soon_goes_on_with_its_incident(ward: Ward, minutes: int, incidents: int) -> None:
    ward.fire(ward.signal())
    ward.clear(ward.signal())
    ward.clock.forward(minutes=minutes)
    ward.fire(ward.signal())
    found = ward.incidents()
    assert len(found) == incidents
    assert [one.status for one in found] == ["resolved", "firing"][-incidents:]
    assert (("reopened", "Open again: slow answers fires 9 min later") in ward.timeline(found[0].id)) is (minutes == 9)


def test_reminders_go_where_the_alert_went_until_somebody_acknowledges(ward: Ward) -> None:
    pager, other = ward.channel("pager", "warning"), ward.channel("other", "critical")
    ward.fire(ward.signal())
    ward.clock.forward(hours=1)
    ward.remind(ward.signal())
    assert (ward.events(pager), ward.events(other)) == (["fired", "reminder"], [])
    with ward.database.writing() as session:
        session.get_one(IncidentRow, ward.incident().id).status = "acknowledged"
    ward.remind(ward.signal())
    assert ward.events(pager) == ["fired", "reminder"]


def test_what_is_held_back_is_told_when_it_may(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    ward.fire(ward.signal(), held=True)
    assert (ward.events(pager), ward.kinds()) == ([], ["opened"])
    ward.fire(ward.signal())
    assert (ward.events(pager), ward.kinds()) == (["fired"], ["opened", "notified"])


def test_what_was_held_back_and_is_over_says_nothing(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    ward.fire(ward.signal(), held=True)
    ward.clear(ward.signal())
    assert (ward.events(pager), ward.informed()) == ([], [])
    assert ward.incident().status == "resolved"


def test_escalation_makes_an_incident_critical_and_tells_more_people(ward: Ward) -> None:
    mail, pager = ward.channel("mail", "warning"), ward.channel("pager", "critical")
    ward.fire(ward.signal())
    with ward.database.writing() as session:
        incident = session.get_one(IncidentRow, ward.incident().id)
        service.escalate(session, incident, "Rolled back, but p95 latency is still 3.4 s.", ward.clock())
    assert (ward.events(mail), ward.events(pager)) == (["fired", "escalated"], ["escalated"])
    assert ward.incident().severity == "critical"
    ward.clear(ward.signal())
    assert ward.events(pager) == ["escalated", "resolved"]


def test_a_filter_of_the_rule_is_part_of_the_scope(ward: Ward) -> None:
    signal = replace(
        ward.signal(), where=(Filter("environment", "in", ("production",)), Filter("model", "not_in", ("x",)))
    )
    alert = ward.fire(signal)
    assert ward.incident().scope == {"environment": ["production"]}
    assert alert.fired_at - alert.since == timedelta(minutes=5)
