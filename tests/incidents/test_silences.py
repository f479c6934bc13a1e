"""Silenced alerts are kept, nobody is told; when the silence ends, what still fires is told. SLAs leave maintenance out."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from incidents.ward import ADA, Ward
from promptpulse.accounts.audit import entries
from promptpulse.accounts.values import By
from promptpulse.db import Database
from promptpulse.incidents import changes, remedies, service, shapes, silences
from promptpulse.incidents.models import AlertRow
from promptpulse.metrics import Filter

HOUR = timedelta(hours=1)


@pytest.fixture
def ward(database: Database) -> Ward:
    return Ward.of(database)


def silence(ward: Ward, **given: object) -> str:
    with ward.database.writing() as session:
        body = shapes.SilenceIn(**{"end": ward.clock() + HOUR, "reason": "deploying", **given})
        return silences.add(session, ward.project, body, By(ADA.actor, ward.clock())).id


def unmute(ward: Ward) -> int:
    with ward.database.writing() as session:
        return service.unmute(session, ward.project, ward.clock())


def test_what_is_silenced_is_stored_and_told_when_the_silence_ends(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    of_silence = silence(ward, match={"prompt_id": ["support-reply"]})
    signal = replace(ward.signal(prompt_id="support-reply"), source="sla")
    alert = ward.fire(signal)
    assert (alert.silence_id, alert.incident_id, alert.notified_at) == (of_silence, None, None)
    ward.fire(ward.signal(prompt_id="greeting"))
    assert ward.events(pager) == ["fired"]
    ward.clock.forward(minutes=59)
    assert (unmute(ward), len(ward.incidents())) == (0, 1)
    ward.clock.forward(minutes=1)
    assert [unmute(ward), unmute(ward)] == [1, 0]
    assert ward.events(pager) == ["fired", "fired"]
    assert len(ward.incidents()) == 2


def test_of_a_rule_the_next_round_tells_which_knows_its_quiet_hours(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    silence(ward)
    ward.fire(ward.signal())
    ward.clock.forward(hours=1)
    assert (unmute(ward), len(ward.incidents()), ward.events(pager)) == (1, 1, [])
    ward.fire(ward.signal())
    assert ward.events(pager) == ["fired"]


def test_what_is_over_before_the_silence_is_never_told(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    silence(ward)
    ward.fire(ward.signal())
    assert ward.clear(ward.signal()) is not None
    ward.clock.forward(hours=2)
    assert (unmute(ward), ward.events(pager), ward.incidents()) == (0, [], [])
    with ward.session() as session:
        (kept,) = service.alerts_where(session, AlertRow.project_id == ward.project)
        assert (kept.clear_reason, kept.value) == ("it recovered", 1000.0)


def test_ending_a_silence_early_tells_at_the_next_look(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    of_silence = silence(ward)
    ward.fire(ward.signal())
    ward.clock.forward(minutes=5)
    with ward.database.writing() as session:
        silences.end(session, silences.existing(session, ward.project, of_silence), By(ADA.actor, ward.clock()))
    ward.fire(ward.signal())
    assert ward.events(pager) == ["fired"]


@pytest.mark.parametrize(
    ("given", "is_muted"),
    [
        ({}, True),
        ({"source": "rule"}, True),
        ({"source": "sla"}, False),
        ({"source": "rule", "source_id": "slow"}, True),
        ({"source": "rule", "source_id": "errors"}, False),
        ({"match": {"prompt_id": ["support-reply", "greeting"]}}, True),
        ({"match": {"prompt_id": ["greeting"]}}, False),
        ({"match": {"model": ["gpt-4o"]}}, False),  # the alert may be of other models, too
        ({"match": {"prompt_id": ["support-reply"], "environment": ["staging"]}}, False),
    ],
    ids=str,
)
def test_a_silence_covers_what_lies_within_it(ward: Ward, given: dict[str, object], is_muted: bool) -> None:
    silence(ward, **given)
    alert = ward.fire(ward.signal(prompt_id="support-reply"))
    assert (alert.silence_id is not None) is is_muted


def test_no_reminder_of_what_was_silenced_later(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    ward.fire(ward.signal())
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        until = remedies.silence(session, row, shapes.IncidentSilence(minutes=60), By(ADA.actor, ward.clock()))
        assert remedies.silenced_until(session, row, ward.clock()) == until == ward.clock() + HOUR
    ward.clock.forward(minutes=30)
    ward.remind(ward.signal())
    assert ward.events(pager) == ["fired"]
    ward.clock.forward(minutes=31)
    ward.remind(ward.signal())
    assert ward.events(pager) == ["fired", "reminder"]
    with ward.session() as session:
        row = changes.existing(session, ward.project, ward.incident().id)
        assert remedies.silenced_until(session, row, ward.clock()) is None


def test_an_incident_silenced_before_it_clears_still_says_that_it_is_over(ward: Ward) -> None:
    pager = ward.channel("pager", "warning")
    ward.fire(ward.signal())
    silence(ward)
    ward.clear(ward.signal())
    assert ward.events(pager) == ["fired", "resolved"]


def test_maintenance_of_everything_and_of_a_part(ward: Ward) -> None:
    """The project is in Berlin, the clock stands at 13:00 there, on a Saturday."""
    noon = ward.clock()
    silence(ward, kind="maintenance", end=noon + HOUR)
    silence(ward, kind="maintenance", start=noon + HOUR / 2, end=noon + 2 * HOUR)
    silence(ward, kind="maintenance", match={"prompt_id": ["a"]}, start=noon + 5 * HOUR, end=noon + 6 * HOUR)
    silence(ward, start=noon + 8 * HOUR, end=noon + 9 * HOUR)  # no maintenance
    weekly = shapes.WeeklyWindow(weekdays=[7], start=time(2), end=time(3))
    silence(ward, kind="maintenance", weekly=weekly, end=None)
    silence(ward, kind="maintenance", source="sla", source_id="other", end=noon + 20 * HOUR)
    of_prompt = (Filter("prompt_id", "in", ("a",)),)
    with ward.session() as session:
        everything = silences.maintenance(session, ward.project, noon - HOUR, noon + 24 * HOUR)
        one = silences.maintenance(session, ward.project, noon, noon + 24 * HOUR, where=of_prompt, source_id="mine")
    night = (noon + 13 * HOUR, noon + 14 * HOUR)
    assert everything == [(noon, noon + 2 * HOUR), night]
    assert one == [(noon, noon + 2 * HOUR), (noon + 5 * HOUR, noon + 6 * HOUR), night]


def test_what_was_ended_or_deleted_counts_no_more(ward: Ward) -> None:
    noon = ward.clock()
    running = silence(ward, kind="maintenance", end=noon + 4 * HOUR)
    planned = silence(ward, kind="maintenance", start=noon + 6 * HOUR, end=noon + 7 * HOUR)
    ward.clock.forward(hours=1)
    with ward.database.writing() as session:
        for one in (running, planned):
            silences.end(session, silences.existing(session, ward.project, one), By(ADA.actor, ward.clock()))
    with ward.session() as session:
        assert silences.maintenance(session, ward.project, noon, noon + 24 * HOUR) == [(noon, noon + HOUR)]
        listed = silences.listed(session, ward.project, None, ward.clock(), over=True)
        assert [(one.id, one.state) for one in listed] == [(running, "over")]
        assert silences.listed(session, ward.project, None, ward.clock(), over=False) == []
        audited = [(e.action, e.target) for e in entries(session, ward.project, 10, 0)[0]]
    assert audited[:2] == [("maintenance.end", "deploying"), ("maintenance.end", "deploying")]


def test_active_ones_are_listed_first(ward: Ward) -> None:
    noon = ward.clock()
    later = silence(ward, start=noon + HOUR, end=noon + 2 * HOUR)
    now = silence(ward)
    with ward.session() as session:
        found = silences.listed(session, ward.project, None, noon, over=False)
    assert [(one.id, one.state) for one in found] == [(now, "active"), (later, "planned")]
    assert (found[0].active_until, found[1].next_start) == (noon + HOUR, noon + HOUR)
