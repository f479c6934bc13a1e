"""What policies do by themselves: once, only to abort, with their reasons, and watched afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from actions.conftest import PROMPT, Receiver, Scene
from promptpulse.accounts.models import AuditEntry
from promptpulse.accounts.values import By
from promptpulse.actions import service
from promptpulse.actions.actor import HELD, Actor
from promptpulse.actions.models import PolicyRow
from promptpulse.actions.shapes import PolicyPatch
from promptpulse.core.errors import Conflict, Refused
from promptpulse.core.stored import Unreadable
from promptpulse.experiments import service as experiments
from promptpulse.experiments.assign import decide
from promptpulse.experiments.shapes import ExperimentNew
from promptpulse.experiments.values import Experiment
from promptpulse.incidents.models import IncidentRow
from promptpulse.notify.guard import Guard
from promptpulse.prompts import service as prompts

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, of: object, name: str) -> Iterator[None]:
    """The process ends when it comes to `of.name`."""

    def end(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(of, name, end)
        yield


def test_a_policy_rolls_back_once_and_says_so(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    scene.round()
    assert scene.served() == 1
    assert scene.deployments()[-1] == ("rollback", 1, "PromptPulse")
    run = scene.run()
    assert (run.status, run.outcome) == ("watching", f"{PROMPT} is served in version 1 again, instead of 2.")
    assert run.evidence["samples"] == 100
    assert run.evidence["value"] == 3500
    assert "2, since 2026-11-21 11:50 UTC, by grace@example.com" in str(run.evidence["facts"])
    assert scene.ward.incident().status == "mitigated"
    assert [text for kind, text in scene.ward.timeline() if kind == "rollback"] == [
        f"{PROMPT} is served in version 1 again, instead of 2. By the policy Roll back; whether it helps is watched for 15 min."
    ]
    assert scene.changed == [scene.ward.project]
    for _ in range(3):
        scene.ward.clock.forward(seconds=10)
        scene.round()
        scene.restart()
    assert len(scene.runs()) == 1
    assert len(scene.deployments()) == 3


def test_a_policy_that_cannot_be_read_stops_no_other_and_the_job_says_so(scene: Scene) -> None:
    future = scene.policy(name="Of a later version")
    scene.policy()
    with scene.ward.database.writing() as session:
        session.get_one(PolicyRow, future).settings = {"action": {"kind": "from the future"}}
    scene.fire()
    with pytest.raises(Unreadable, match=r"^the policy 'Of a later version' "):
        scene.round()
    assert scene.served() == 1
    with pytest.raises(Conflict, match="go back to that, or delete it"):
        scene.change(future, name="Another")


def test_a_policy_begins_on_trial(scene: Scene) -> None:
    policy = scene.policy(dry_run=True)
    scene.fire()
    scene.round()
    scene.round()
    assert scene.served() == 2
    assert (scene.run().status, scene.run().outcome) == (
        "dry_run", f"It would serve version 1 of {PROMPT} again, instead of 2.",
    )  # fmt: skip
    assert f"The policy “Roll back” is on trial. {scene.run().outcome}" in [t for _, t in scene.ward.timeline()]
    scene.ward.clock.forward(seconds=1)
    scene.change(policy, dry_run=False)  # the trial has taken nothing away
    scene.round()
    assert [run.status for run in scene.runs()] == ["dry_run", "watching"]
    assert scene.served() == 1


def test_recovery_is_verified(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    scene.round()
    scene.ward.clock.forward(minutes=4)
    scene.ward.clear(scene.signal(), 900.0)
    scene.round()
    assert scene.run().status == "recovered"
    assert scene.ward.timeline()[-1] == ("verified", "It helped: p95 latency is 900 ms again, 4 min later.")
    assert scene.ward.incident().status == "resolved"


@pytest.mark.parametrize("value", [None, 2500.0], ids=["nothing measured", "still over the threshold"])
def test_an_alert_that_ends_without_a_good_value_is_no_recovery(scene: Scene, value: float | None) -> None:
    """Its rule was deleted, no calls come any more, or what is normal has moved."""
    scene.policy()
    scene.fire()
    scene.round()
    scene.ward.clock.forward(minutes=4)
    scene.ward.clear(scene.signal(), value)
    scene.round()
    assert scene.run().status == "unknown"
    kind, text = scene.ward.timeline()[-1]
    assert kind == "action"
    assert text.startswith("Nobody knows whether it helped: slow answers ended after 4 min (it recovered), ")


def test_what_does_not_help_is_escalated(scene: Scene) -> None:
    scene.policy(watch_minutes=15)
    scene.fire()
    scene.round()
    scene.ward.clock.forward(minutes=14)
    scene.round()
    assert scene.run().status == "watching"
    scene.ward.clock.forward(minutes=1)
    scene.round()
    assert scene.run().status == "escalated"
    kind, text = scene.ward.timeline()[-1]
    assert kind == "escalated"
    assert "15 min later slow answers still fires (3.5 s)" in text
    assert scene.ward.incident().severity == "critical"


def test_nothing_is_done_twice_for_the_same_cause(scene: Scene) -> None:
    scene.policy(cooldown_minutes=0)
    scene.fire()
    scene.round()
    scene.ward.clock.forward(minutes=2)
    scene.ward.clear(scene.signal())
    scene.round()
    scene.ward.clock.forward(hours=2)
    scene.deploy(2)  # somebody wants it
    scene.ward.clock.forward(minutes=6)
    scene.calls(100)
    scene.fire()
    scene.round()
    assert scene.served() == 2
    assert [run.status for run in scene.runs()] == ["recovered", "skipped"]
    assert "Version 2 of support-reply was rolled back before" in scene.runs()[1].outcome
    assert any("It is not done twice" in text for _, text in scene.ward.timeline(scene.runs()[1].incident_id))


def test_what_a_person_deployed_since_is_not_touched(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    scene.ward.clock.forward(seconds=30)
    scene.deploy(1, "ada@example.com")
    scene.round()
    assert scene.run().status == "skipped"
    assert scene.run().outcome.startswith("ada@example.com deployed version 1 at ")
    assert scene.deployments()[-1] == ("deploy", 1, "ada@example.com")


def test_an_old_version_is_hardly_the_cause(scene: Scene) -> None:
    scene.policy()
    scene.ward.clock.forward(hours=30)
    scene.calls(100)
    scene.ward.fire(replace(scene.signal(), since=scene.ward.clock() - timedelta(minutes=1)))
    scene.ward.clock.forward(minutes=1)
    scene.round()
    assert scene.run().status == "skipped"
    assert "so that it is hardly the cause" in scene.run().outcome
    assert scene.served() == 2


def test_another_cause_is_not_rolled_back(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    with scene.ward.database.writing() as session:
        row = session.get_one(IncidentRow, scene.ward.incident().id)
        row.cause = {"dimension": "provider", "value": "openai", "text": "openai carries the change"}
    scene.round()
    assert scene.run().outcome == "The likely cause is provider openai, not a version of the prompt."
    assert scene.served() == 2


def test_the_likely_cause_is_waited_for_and_not_for_long(scene: Scene) -> None:
    scene.policy()
    scene.ward.fire(scene.signal())
    scene.round()
    assert (scene.run().status, scene.run().outcome) == ("waiting", "The likely cause is being looked for.")
    scene.ward.clock.forward(minutes=1)
    scene.round()
    assert scene.run().status == "watching"


def test_too_few_calls_are_waited_for(scene: Scene) -> None:
    scene.policy(minimum_samples=120)
    scene.fire()
    scene.round()
    assert (scene.run().status, scene.run().outcome) == ("waiting", "Calls since it began: 100; 120 are needed.")
    assert scene.served() == 2
    scene.ward.clock.forward(seconds=30)
    scene.calls(20)
    scene.round()
    assert scene.run().status == "watching"


def test_who_waits_until_it_is_over_does_nothing(scene: Scene) -> None:
    scene.policy(minimum_samples=1000)
    scene.fire()
    scene.round()
    scene.ward.clear(scene.signal())
    scene.round()
    assert scene.run().status == "skipped"
    assert scene.run().outcome.startswith("It was over before the policy could act.")


def test_missing_data_never_triggers(scene: Scene) -> None:
    scene.policy(minimum_samples=1)
    scene.ward.fire(replace(scene.signal(), alert_type="no_data", value=None))
    scene.round()
    assert scene.run().outcome == "The alert is about missing data, which never triggers an action."


def test_a_new_policy_leaves_old_alerts_alone(scene: Scene) -> None:
    scene.fire()
    scene.ward.clock.forward(minutes=61)
    scene.policy(name="Late")
    scene.round()
    assert scene.runs() == []
    assert scene.served() == 2


def test_another_policy_does_not_roll_back_again(scene: Scene) -> None:
    scene.policy(name="First")
    scene.policy(name="Second")
    scene.fire()
    scene.round()
    assert sorted(run.status for run in scene.runs()) == ["skipped", "watching"]
    assert len(scene.deployments()) == 3


def test_the_fallback_of_the_configuration_is_served(scene: Scene) -> None:
    scene.policy(action={"kind": "switch_model", "prompt": PROMPT})
    scene.fire()
    scene.round()
    assert (scene.served(), scene.deployments()[-1]) == (3, ("deploy", 3, "PromptPulse"))
    assert scene.run().outcome == f"{PROMPT} is served with gpt-4o-mini, instead of gpt-4o."
    assert (scene.run().detail["from_version"], scene.run().detail["to_version"]) == (2, 3)
    scene.revert(scene.run().id)
    assert scene.served() == 2


def test_without_a_fallback_nothing_is_switched(scene: Scene) -> None:
    with scene.ward.database.writing() as session:
        prompt = prompts.prompt_named(session, scene.ward.project, PROMPT)
        assert prompt is not None
        by = By("ada@example.com", scene.ward.clock() - timedelta(minutes=6))
        three = prompts.NewVersion("three", {"model": "gpt-4o"}, deploy_to="production")
        prompts.create_version(session, prompt, three, by)
    scene.policy(action={"kind": "switch_model", "prompt": PROMPT})
    scene.fire()
    scene.round()
    assert "names no fallback: set `fallback_model` beside `model`" in scene.run().outcome


def test_a_person_may_undo_it(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    scene.round()
    scene.revert(scene.run().id)
    assert (scene.served(), scene.run().status) == (2, "reverted")
    assert scene.deployments()[-1] == ("deploy", 2, "ada@example.com")
    assert scene.ward.timeline()[-1][1].endswith("It was the provider")
    with pytest.raises(Conflict):
        scene.revert(scene.run().id)


# Webhooks


def test_a_slow_receiver_delays_no_rollback(scene: Scene, receiver: Receiver) -> None:
    scene.policy(name="A webhook", action={"kind": "webhook", "url": receiver.url, "direction": "scale_up"})
    scene.policy()
    scene.fire()
    served: list[int] = []
    receiver.before = lambda: served.append(scene.served())
    scene.round()
    assert served == [1]


def test_no_name_is_looked_up_while_others_wait_to_write(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: object, **__: object) -> None:
        raise AssertionError("a name is looked up inside a transaction")

    monkeypatch.setattr("socket.getaddrinfo", ask)
    action = {"kind": "webhook", "url": "https://scaler.example/up", "direction": "scale_up"}
    policy = scene.policy(action=action)
    scene.change(policy, action={**action, "direction": "scale_down"})
    monkeypatch.undo()
    with pytest.raises(Refused, match=r"action\.url: the address 127\.0\.0\.1 is private"):
        action["url"] = "http://127.0.0.1/up"
        service.check_address(PolicyPatch.model_validate({"action": action}), Guard(allow_private=False))


def test_a_webhook_is_signed_and_sent_once(scene: Scene, receiver: Receiver) -> None:
    action = {"kind": "webhook", "url": receiver.url, "direction": "scale_up", "amount": 2}
    scene.policy(action=action, secret=SECRET)
    scene.fire()
    scene.round()
    scene.round()
    ((headers, body),) = receiver.got
    sent = json.loads(body)
    assert headers["webhook-id"] == scene.run().id
    expected = Webhook(SECRET).sign(scene.run().id, scene.ward.clock(), body.decode())
    assert headers["webhook-signature"] == expected
    assert (sent["type"], sent["amount"], sent["prompt_id"], sent["metric"], sent["value"]) == (
        "scale_up", 2, PROMPT, "p95_latency", 3500,
    )  # fmt: skip
    assert scene.run().status == "watching"
    assert scene.run().outcome.endswith("answered 200.")


def test_a_process_that_ends_while_it_sends_is_reported_and_never_sends_again(
    scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.policy(action={"kind": "webhook", "url": receiver.url, "direction": "scale_up"})
    scene.fire()
    with killed_at(monkeypatch, Actor, "_sent"):
        scene.round()
    assert len(receiver.got) == 1
    scene.restart()
    scene.round()
    assert scene.run().status == "acting"  # another process may still be at it
    scene.ward.clock.forward(seconds=HELD.total_seconds())
    scene.round()
    scene.round()
    assert len(receiver.got) == 1
    assert scene.run().status == "unknown"
    kind, text = scene.ward.timeline()[-1]
    assert (kind, "It is not sent again" in text) == ("escalated", True)


def test_a_refusal_is_reported(scene: Scene, receiver: Receiver) -> None:
    receiver.status = 403
    scene.policy(action={"kind": "webhook", "url": receiver.url, "direction": "scale_down"})
    scene.fire()
    scene.round()
    scene.round()
    assert len(receiver.got) == 1
    assert (scene.run().status, scene.run().outcome) == ("failed", "It could not be done: 127.0.0.1 answered 403")


def test_what_cannot_be_reached_is_tried_again(scene: Scene, receiver: Receiver) -> None:
    scene.policy(action={"kind": "webhook", "url": "http://127.0.0.1:1/", "direction": "scale_up"})
    scene.fire()
    for _ in range(4):
        scene.round()
        assert scene.run().status == "waiting"
    scene.round()
    assert scene.run().status == "failed"
    assert receiver.got == []


def test_the_address_of_a_webhook_is_nowhere_to_be_read(scene: Scene, receiver: Receiver) -> None:
    policy = scene.policy(action={"kind": "webhook", "url": receiver.url, "direction": "scale_up"}, secret=SECRET)
    shown = receiver.url.replace("scale?token=sentinel", "...")
    scene.change(policy, action={"kind": "webhook", "url": shown, "direction": "scale_down"})  # as it is shown: kept
    scene.fire()
    scene.round()
    assert len(receiver.got) == 1
    with scene.ward.database.sessions() as session:
        kept = [str(e.detail) + e.target for e in session.scalars(select(AuditEntry))]
    kept += [str(r.action) + r.outcome + str(r.detail) for r in scene.runs()] + [t for _, t in scene.ward.timeline()]
    assert not any("sentinel" in text or SECRET in text for text in kept)


# Kills


def test_a_process_that_ends_between_claim_and_act_leaves_it_to_the_next(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.policy()
    scene.fire()
    with killed_at(monkeypatch, Actor, "_do"):
        scene.round()
    assert (scene.run().status, scene.served()) == ("acting", 2)
    scene.restart()
    scene.ward.clock.forward(seconds=HELD.total_seconds())
    scene.round()
    assert (scene.run().status, scene.served(), len(scene.deployments())) == ("watching", 1, 3)


def test_a_process_that_ends_in_the_act_leaves_nothing_half_done(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.policy()
    scene.fire()
    # the version is served again, but neither that nor the run is committed
    with killed_at(monkeypatch, prompts, "_serve"):
        scene.round()
    assert (scene.run().status, scene.served()) == ("acting", 2)
    scene.restart()
    scene.ward.clock.forward(seconds=HELD.total_seconds())
    scene.round()
    scene.round()
    assert (scene.run().status, scene.served(), len(scene.deployments())) == ("watching", 1, 3)


def test_what_was_left_is_not_done_when_it_is_over(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.policy()
    scene.fire()
    with killed_at(monkeypatch, Actor, "_do"):
        scene.round()
    scene.ward.clear(scene.signal())
    scene.restart()
    scene.ward.clock.forward(seconds=HELD.total_seconds())
    scene.round()
    assert (scene.run().status, scene.served()) == ("skipped", 2)


def test_two_processes_act_once(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    first = scene.actor
    scene.restart()
    ((candidate,), _) = first._candidates()
    assert scene.actor._candidates()[0] == [candidate]
    scene.round()
    first.round(scene.ward.clock())
    first._begin(*candidate, now=scene.ward.clock())
    assert (len(scene.runs()), len(scene.deployments())) == (1, 3)


# Limits


def test_a_policy_cools_down_and_has_a_daily_cap(scene: Scene, receiver: Receiver) -> None:
    action = {"kind": "webhook", "url": receiver.url, "direction": "scale_up"}
    scene.policy(action=action, cooldown_minutes=60, daily_cap=2)
    for n in range(3):
        scene.fire()
        scene.round()
        if n == 1:
            assert scene.runs()[-1].outcome == "It acted 31 min ago; the cool-down lasts 29 min more."
            scene.ward.clock.forward(minutes=30)
            scene.calls(100)
            scene.round()
        assert len(receiver.got) == min(n + 1, 2)
        scene.ward.clock.forward(minutes=1)
        scene.ward.clear(scene.signal())
        scene.ward.clock.forward(minutes=30 if n == 0 else 65)
        scene.calls(100)
    assert scene.runs()[-1].outcome.endswith("It acted 2 times today, which is its daily cap.")


def test_trying_does_nothing(scene: Scene) -> None:
    policy = scene.policy()
    assert scene.tried(policy).said == "Nothing fires that it is for."
    scene.fire()
    found = scene.tried(policy)
    assert (found.matches, found.would_act, found.reasons) == (True, True, [])
    assert found.said == f"It would serve version 1 of {PROMPT} again, instead of 2."
    assert (scene.runs(), scene.served()) == ([], 2)


def test_every_act_is_in_the_audit_log(scene: Scene) -> None:
    scene.policy()
    scene.fire()
    scene.round()
    with scene.ward.database.sessions() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.project_id == scene.ward.project)
        )
        found = [tuple(row) for row in rows]
    assert ("policy.act", "PromptPulse") in found
    assert ("prompt.rollback", "PromptPulse") in found


def running_experiment(scene: Scene) -> str:
    """Versions 1 and 2 of the prompt against each other."""
    halves = [{"name": "Old", "prompt": PROMPT, "version": 1}, {"name": "New", "prompt": PROMPT, "version": 2}]
    wanted = ExperimentNew.model_validate(
        {"title": "Two", "variants": halves, "metrics": [{"score": "rating", "primary": True}]}
    )
    with scene.ward.database.writing() as session:
        by = By("ada@example.com", scene.ward.clock() - timedelta(hours=1))
        row = experiments.create(session, scene.ward.project, wanted, by)
        experiments.start(session, row, by)
        return row.id


def experiment_of(scene: Scene, experiment_id: str) -> Experiment:
    with scene.ward.database.sessions() as session:
        return experiments.value_of(experiments.existing(session, scene.ward.project, experiment_id))


def test_an_experiment_is_paused_and_a_person_lets_it_go_on(scene: Scene) -> None:
    experiment_id = running_experiment(scene)
    scene.policy(action={"kind": "pause_experiment"})
    scene.fire()
    scene.round()
    assert scene.run().outcome == "The experiment Two is paused: it takes no new units."
    assert experiment_of(scene, experiment_id).status == "paused"
    scene.revert(scene.run().id)
    assert experiment_of(scene, experiment_id).status == "running"


def test_units_of_a_stopped_variant_get_the_control(scene: Scene) -> None:
    experiment_id = running_experiment(scene)
    before = experiment_of(scene, experiment_id)
    old, new = before.variants
    users = [f"u{i}" for i in range(50)]
    first = {user: decide(before, user, {"userId": user}, None, 0).variant for user in users}
    assert set(first.values()) == {old, new}
    scene.policy(action={"kind": "stop_variant", "variant": "New"})
    scene.fire()
    scene.round()
    assert scene.run().outcome == "The variant New of Two is stopped: its units get the control."
    stopped = experiment_of(scene, experiment_id)
    for user in users:
        for stored in (None, first[user].id):
            found = decide(stopped, user, {"userId": user}, stored, 0)
            assert found.variant.id == old.id
            assert (found.enrolled, found.reason) == ((True, "assigned") if first[user] == old else (False, "stopped"))
    assert stopped.weight_history[-1].by_variant == {old.id: 50, new.id: 0}
    scene.revert(scene.run().id)
    again = experiment_of(scene, experiment_id)
    assert {user: decide(again, user, {"userId": user}, None, 0).variant for user in users} == first


def test_the_control_is_not_stopped(scene: Scene) -> None:
    running_experiment(scene)
    scene.policy(action={"kind": "stop_variant", "variant": "Old"})
    scene.fire()
    scene.round()
    assert scene.run().outcome == "Old is the control of Two: all others get it when they are stopped."
