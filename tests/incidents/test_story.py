"""A bad version is served: the incident names it, rolling back helps, and the post-mortem tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from incidents.ward import ADA, Ward
from making import MakeCall
from promptpulse.accounts.values import By
from promptpulse.core.call import Call
from promptpulse.db import migrate, open_database
from promptpulse.definitions.registry import DefinitionRegistry
from promptpulse.incidents import changes, dossier, dossiers, post_mortem, present, remedies, shapes
from promptpulse.ingest.writer import insert
from promptpulse.metrics.baseline import Baselines
from promptpulse.prompts import service as prompts
from promptpulse.store import Store


@dataclass
class Scene:
    """support-reply answers in 1 s; version 4, served for 10 minutes, takes 3.5 s and fails every tenth time."""

    ward: Ward
    sources: dossiers.Sources
    deployed_at: datetime

    def by(self) -> By:
        return By("ada@example.com", self.ward.clock())


@pytest.fixture
def scene(tmp_path: Path, store: Store, make_call: MakeCall) -> Iterator[Scene]:
    database = open_database(f"sqlite:///{tmp_path}/settings.db")
    migrate(database)
    ward = Ward.of(database)
    now = ward.clock()
    deployed_at = now - timedelta(minutes=10)
    with database.writing() as session:
        prompt, _ = prompts.create_prompt(
            session,
            ward.project,
            prompts.NewPrompt("support-reply", "text", prompts.NewVersion("one", deploy_to="production")),
            ADA,
        )
        for content in ("two", "three", "four"):
            prompts.create_version(session, prompt, prompts.NewVersion(content), ADA)
        early = replace(ADA, at=now - timedelta(days=10))
        prompts.deploy_version(session, prompt, prompts.Wanted(3), early)
        prompts.deploy_version(session, prompt, prompts.Wanted(4), By("grace@example.com", deployed_at))

    def calls(start: datetime, minutes: int, version: str, **fields: object) -> list[Call]:
        """6 a minute, of 20 users."""
        return [
            make_call(at=start + timedelta(seconds=10 * i), project=ward.project, prompt_id="support-reply", prompt_version=version,
                      model="gpt-4o", user_id=f"u{i % 20}", **fields)
            for i in range(6 * minutes)
        ]  # fmt: skip

    before = calls(deployed_at - timedelta(hours=3), 180, "3", latency_ms=1000.0)
    bad = calls(deployed_at, 10, "4", latency_ms=3500.0)
    for call in bad[::10]:
        call.status, call.error_type, call.error_message = "error", "timeout", "Request timed out"
    other = [
        make_call(at=deployed_at - timedelta(hours=3) + timedelta(minutes=i), project=ward.project, prompt_id="greeting",
                  prompt_version="1", model="gpt-4o", latency_ms=300.0)
        for i in range(190)
    ]  # fmt: skip
    insert(store, [*before, *bad, *other], 0)
    definitions = DefinitionRegistry(database, ward.clock)
    yield Scene(ward, dossiers.sources(store, database, definitions.of, Baselines(store, ward.clock)), deployed_at)
    database.close()


def test_from_the_bad_version_to_the_post_mortem(scene: Scene) -> None:
    ward, database = scene.ward, scene.ward.database
    pager = ward.channel("pager", "warning")
    signal = replace(ward.signal(prompt_id="support-reply"), since=ward.clock() - timedelta(minutes=5))
    ward.fire(signal)

    dossiers.Dossiers(scene.sources).round(ward.clock())
    incident = ward.incident()
    assert incident.cause is not None
    assert (incident.cause["dimension"], incident.cause["value"], incident.cause["prompt_id"]) == (
        "prompt_version",
        "4",
        "support-reply",
    )
    told = str(incident.cause["text"])
    assert told.startswith("Version 4 of support-reply carries 100 % of the change")
    assert ward.events(pager) == ["fired", "note"]

    ward.clock.forward(minutes=2)
    with database.writing() as session:
        row = changes.existing(session, ward.project, incident.id, to_change=True)
        changes.change(session, row, shapes.IncidentPatch(status="acknowledged", comment="On it"), scene.by())
        (target,) = remedies.targets(session, row)
        assert (target.prompt, target.from_version, target.to_version, target.likely) == ("support-reply", 4, 3, True)
        assert target.deployed_by == "grace@example.com"
        remedies.roll_back(session, row, shapes.IncidentRollback(), scene.by())
    with database.sessions() as session:
        prompt = prompts.prompt_named(session, ward.project, "support-reply")
        assert prompt is not None
        assert prompts.pointers(session, prompt) == {"production": 3}

    ward.clock.forward(minutes=6)
    ward.clear(signal)
    ward.clock.forward(minutes=1)
    dossiers.Dossiers(scene.sources).round(ward.clock())
    assert ward.incident().dossier_at == ward.clock()
    known = dossiers.made(scene.sources, ward.project, incident.id, ward.clock())
    with database.writing() as session:
        row = changes.existing(session, ward.project, incident.id, to_change=True)
        post_mortem.draft(session, row, known, scene.by())
        changes.change(session, row, shapes.IncidentPatch(status="post_mortem"), scene.by())
        text = row.post_mortem or ""
    assert ward.incident().status == "post_mortem"
    assert ward.events(pager) == ["fired", "note", "acknowledged", "note", "resolved"]
    assert [kind for kind in ward.kinds() if kind != "notified"] == [
        "opened", "cause", "status", "rollback", "status", "cleared", "resolved", "post_mortem", "status",
    ]  # fmt: skip
    assert "# p95 latency of support-reply is above 2 s" in text
    assert "| Lasted | 13 min |" in text
    assert "Version 4 of support-reply carries" in text
    assert "It was deployed by grace@example.com at 2026-11-21 12:50, 5 min before" in text
    assert (
        "- ada@example.com: Rolled back support-reply in production: version 3 is served, before it 4"
        " (2026-11-21 13:02:00)" in text
    )
    assert "- 6 x Request timed out (timeout, new)" in text
    assert "- [ ] Try the next version in an experiment" in text


def test_the_parts_of_a_dossier(scene: Scene) -> None:
    ward = scene.ward
    signal = ward.signal(prompt_id="support-reply")
    ward.fire(signal)
    found = dossiers.made(scene.sources, ward.project, ward.incident().id, ward.clock())
    errors = [
        part.error
        for part in (
            found.chart,
            found.causes,
            found.impact,
            found.errors,
            found.examples,
            found.changes,
            found.versions,
        )
    ]
    assert errors == [None] * 7
    assert (found.chart.metric, found.chart.bucket, found.chart.threshold) == ("p95_latency_ms", "5m", 2000)
    by_start = dict(zip(found.chart.buckets, found.chart.values, strict=True))
    assert by_start[scene.deployed_at - timedelta(minutes=5)] == pytest.approx(1000, rel=0.01)
    assert by_start[scene.deployed_at] == pytest.approx(3500, rel=0.01)
    assert (found.impact.calls, found.impact.failed_calls, found.impact.users) == (60, 6, 20)
    assert [(e.message, e.calls, e.new) for e in found.errors.groups] == [("Request timed out", 6, True)]
    assert found.examples.shown == "Calls slower than 2 s"
    assert {(call.prompt_version, call.latency_ms) for call in found.examples.calls} == {("4", 3500.0)}
    first, *rest = found.changes.items
    assert (first.kind, first.text, first.by, first.minutes_before) == (
        "deployment",
        "support-reply: production serves version 4, before it 3",
        "grace@example.com",
        5.0,
    )
    assert rest == []  # version 3 was deployed ten days before
    by_version = {line.version: line for line in found.versions.lines}
    assert (by_version["4"].calls_before, by_version["4"].calls_after) == (None, 60)
    assert (by_version["3"].calls_before, by_version["3"].calls_after) == (360, None)
    assert by_version["4"].after["success_rate"] == pytest.approx(90)
    assert found.summary[0].startswith("Version 4 of support-reply carries 100 %")
    assert "New error: Request timed out (6 calls)." in found.summary


def test_a_part_that_fails_leaves_the_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = scene.ward
    ward.fire(ward.signal(prompt_id="support-reply"))

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(dossier, "_errors", broken)
    found = dossiers.made(scene.sources, ward.project, ward.incident().id, ward.clock())
    assert found.errors.error == "it could not be made; the log of the server says why"
    assert found.causes.most_likely is not None


def test_a_series_of_one_version_is_seen_beside_the_others(scene: Scene) -> None:
    ward = scene.ward
    ward.fire(ward.signal(prompt_id="support-reply", prompt_version="4"))
    found = dossiers.made(scene.sources, ward.project, ward.incident().id, ward.clock())
    cause = found.causes.most_likely
    assert cause is not None
    assert (cause.dimension, cause.value) == ("prompt_version", "4")


def test_without_calls_nothing_is_made_up(scene: Scene) -> None:
    ward = scene.ward
    ward.fire(ward.signal(prompt_id="nobody-calls-it"))
    found = dossiers.made(scene.sources, ward.project, ward.incident().id, ward.clock())
    assert found.causes.most_likely is None or found.causes.most_likely.prompt_id != "nobody-calls-it"
    assert found.errors.groups == []
    with ward.session() as session:
        detail = present.detail_out(session, changes.existing(session, ward.project, ward.incident().id), ward.clock())
    assert detail.likely_cause is None
