"""A bad version is served: a rule fires, the incident names the version, a policy rolls it back, the metric recovers, and all
of it is told. The traffic asks the registry which version it is served, so that the roll-back itself ends the fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.tower import Tower
from clock import NOON
from incidents.ward import Ward
from promptpulse.accounts.values import By
from promptpulse.actions import service as policies
from promptpulse.actions.actor import Actor
from promptpulse.actions.models import ActionRunRow
from promptpulse.actions.shapes import PolicyIn
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.db import migrate, open_database
from promptpulse.incidents import changes, post_mortem
from promptpulse.incidents.dossiers import Dossiers, Sources, made
from promptpulse.incidents.dossiers import sources as sources_of
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE
from promptpulse.metrics.baseline import Baselines
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.secrets import open_keyring
from promptpulse.prompts import service as prompts
from promptpulse.store import Store

pytestmark = pytest.mark.xdist_group("story")
PROMPT = "support-reply"
MINUTE = timedelta(minutes=1)
LATENCIES = {3: 1000.0, 4: 3500.0}
"""Milliseconds of each version."""
DEPLOYED_AT = NOON + 5 * MINUTE


@dataclass
class Team:
    """support-reply is called six times a minute by 20 users; version 3 was served for ten days."""

    tower: Tower
    ward: Ward
    actor: Actor
    dossiers: Dossiers
    sources: Sources
    pager: str
    policy: str
    calls: int = 0

    def served(self) -> int:
        with self.tower.database.sessions() as session:
            prompt = prompts.prompt_named(session, self.tower.project, PROMPT)
            assert prompt is not None
            return prompts.pointers(session, prompt)["production"]

    def traffic(self, start: datetime, minutes: int, version: int) -> None:
        """In one insert."""
        found = [
            Call(
                project=self.tower.project, id=f"story-{self.calls + i}", ts=to_micros(start + timedelta(seconds=10 * i)),
                prompt_id=PROMPT, prompt_version=str(version), model="gpt-4o", latency_ms=LATENCIES[version],
                user_id=f"u{(self.calls + i) % 20}", environment="production",
            )
            for i in range(6 * minutes)
        ]  # fmt: skip
        self.calls += len(found)
        insert(self.tower.store, found, 0)

    def live(self, until: datetime) -> None:
        """Traffic and jobs, every half minute, until then or until the incident is over."""
        clock = self.tower.clock
        while clock() < until:
            if clock().second == 0:
                if clock() == DEPLOYED_AT:
                    self.deploy(4)
                self.traffic(clock(), 1, self.served())
            clock.forward(seconds=30)
            self.tower.evaluator.run(clock())
            self.dossiers.round(clock())
            self.actor.round(clock())
            if any(one.status == "resolved" for one in self.ward.incidents()):
                return

    def deploy(self, number: int) -> None:
        by = By("grace@example.com", self.tower.clock())
        with self.tower.database.writing() as session:
            prompts.deploy(session, self.tower.project, PROMPT, number, "production", "Friendlier", by)

    def run(self) -> ActionRunRow:
        with self.tower.database.sessions() as session:
            (found,), _ = policies.runs_of(session, self.tower.project, policies.Chosen(), 10, 0)
            return found


@pytest.fixture
def team(store: Store, tmp_path: Path) -> Iterator[Team]:
    database = open_database(f"sqlite:///{tmp_path}/settings.db")
    migrate(database)
    tower = Tower.of(store, database)
    ward = Ward(database, tower.project, tower.clock)
    long_ago = By("ada@example.com", NOON - timedelta(days=10))
    with database.writing() as session:
        first = prompts.NewVersion("one", deploy_to="production")
        prompt, _ = prompts.create_prompt(session, tower.project, prompts.NewPrompt(PROMPT, "text", first), long_ago)
        for content in ("two", "three", "four"):
            prompts.create_version(session, prompt, prompts.NewVersion(content), long_ago)
        prompts.deploy_version(session, prompt, prompts.Wanted(3), long_ago)
    tower.rule(
        name="Slow answers", metric="p95_latency_ms", by=["prompt_id"], window_minutes=5, severity="critical", for_minutes=2,
        condition={"kind": "threshold", "op": "above", "value": 2000}, minimum_samples=10,
    )  # fmt: skip
    keyring, outgoing = open_keyring("", tmp_path / "secret.key"), guarded_client(allow_private=False)
    wanted = PolicyIn.model_validate(
        {
            "name": "Back to the version before", "trigger": {"kind": "alert", "prompts": [PROMPT]},
            "action": {"kind": "rollback"}, "dry_run": False, "minimum_samples": 20, "watch_minutes": 20,
        }
    )  # fmt: skip
    with database.writing() as session:
        policy = policies.create(session, tower.project, wanted, long_ago, keyring).id
    actor = Actor(store, database, lambda _: NONE, keyring, outgoing, lambda _: None)
    sources = sources_of(store, database, lambda _: NONE, Baselines(store, tower.clock))
    found = Team(tower, ward, actor, Dossiers(sources), sources, tower.channel("critical"), policy)
    found.traffic(NOON - 60 * MINUTE, 60, 3)
    yield found
    outgoing.close()
    database.close()


def test_from_the_deployment_to_the_post_mortem(team: Team) -> None:
    ward, tower = team.ward, team.tower
    team.live(NOON + timedelta(minutes=40))

    incident = ward.incident()
    assert (incident.title, incident.severity) == (f"Latency, p95 of {PROMPT} is above 2 s", "critical")
    assert incident.cause is not None
    cause = (incident.cause["dimension"], incident.cause["value"], incident.cause["prompt_id"])
    assert cause == ("prompt_version", "4", PROMPT)

    run = team.run()
    assert (run.status, run.policy_id) == ("recovered", team.policy)
    assert run.outcome.startswith(f"{PROMPT} is served in version 3 again, instead of 4. It helped: ")
    assert team.served() == 3
    assert run.acted_at is not None
    assert incident.resolved_at is not None
    assert DEPLOYED_AT < incident.opened_at <= run.acted_at < incident.resolved_at
    assert run.acted_at - DEPLOYED_AT <= 10 * MINUTE

    kinds = [kind for kind in ward.kinds() if kind != "notified"]
    assert kinds == ["opened", "cause", "rollback", "status", "cleared", "resolved", "verified"]
    assert ward.events(team.pager) == ["fired", "note", "note", "resolved"]  # the cause, the roll-back
    with tower.database.sessions() as session:
        prompt = prompts.prompt_named(session, tower.project, PROMPT)
        assert prompt is not None
        newest = prompts.deployments_of(session, prompt, 1, 0)[0]
        assert (newest.kind, newest.number, newest.by) == ("rollback", 3, "PromptPulse")

    known = made(team.sources, tower.project, incident.id, tower.clock())
    with tower.database.writing() as session:
        row = changes.existing(session, tower.project, incident.id, to_change=True)
        post_mortem.draft(session, row, known, tower.by)
        text = row.post_mortem or ""
    assert f"Version 4 of {PROMPT} carries" in text
    assert "deployed by grace@example.com" in text
    assert f"{PROMPT} is served in version 3 again, instead of 4." in text
    assert "It helped" in text
