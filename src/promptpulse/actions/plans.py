"""What an action would do, exactly, about an incident: from what to what, and why not if not. Reads only.

The automatic actor aborts and never promotes: it goes back to what was served before, to a fallback that the team wrote
down, or takes new units off an experiment. What a person has deployed since the incident began, it does not touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.actions.models import ActionRunRow
from promptpulse.actions.shapes import (
    Action,
    PauseExperimentAction,
    RollbackAction,
    StopVariantAction,
    SwitchModelAction,
    WebhookAction,
)
from promptpulse.core.times import rfc3339
from promptpulse.experiments import service as experiments
from promptpulse.experiments.models import ExperimentRow
from promptpulse.incidents import remedies
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.incidents.service import PROMPTPULSE
from promptpulse.incidents.wording import duration, prompt_of
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt, PromptDeployment
from promptpulse.prompts.values import PRODUCTION

SUSPECT_FOR = timedelta(hours=24)
"""A version that is served for longer before the incident is not likely to be its cause: going back would not help."""
FALLBACK = "fallback_model"
"""Key of a version's configuration that names the model to switch to; `model` is the one in use."""
DONE = ("watching", "recovered", "escalated", "unknown", "reverted")
"""Statuses of runs that did what they were for."""

Detail = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Plan:
    said: str
    """What is done, in a sentence that begins with "It would"."""
    done: str
    """The same afterwards."""
    cause: str
    """What it is done against: never twice."""
    detail: Detail
    facts: tuple[tuple[str, str], ...] = ()
    """Label and text each, for the evidence."""


class Objection(Exception):
    """Why it is not to be done."""

    def __init__(self, reason: str, *, may_change: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.may_change = reason, may_change


@dataclass(frozen=True, slots=True)
class About:
    """What an action is about."""

    incident: IncidentRow
    alert: AlertRow
    run_id: str = ""
    """Of the run that asks, so that it does not object to itself."""


def plan(session: Session, action: Action, about: About) -> Plan:
    """Raises Objection."""
    match action:
        case WebhookAction():
            return _webhook(action, about)
        case RollbackAction():
            return _rollback(session, action, about)
        case SwitchModelAction():
            return _switch(session, action, about)
        case PauseExperimentAction():
            return _pause(session, action.experiment_id, about)
        case StopVariantAction():
            return _stop(session, action, about)
        case _:
            assert_never(action)


def _webhook(action: WebhookAction, about: About) -> Plan:
    by = f" by {action.amount}" if action.amount else ""
    what = f"{'scale up' if action.direction == 'scale_up' else 'scale down'}{by}"
    host = action.url.split("/")[2] if "//" in action.url else action.url
    # a webhook is done against the incident, not against a thing: another incident may need it again
    return Plan(
        said=f"It would ask {host} to {what}.",
        done=f"Asked {host} to {what}.",
        cause=f"webhook {about.incident.id} {action.direction}",
        detail={"direction": action.direction, "amount": action.amount, "host": host},
    )


def _rollback(session: Session, action: RollbackAction, about: About) -> Plan:
    prompt, past = _served(session, action.prompt, action.environment, about)
    newest = past[-1]
    stack, _ = prompts.still_below([(one.kind, one.number) for one in past])
    _refuse_others_work(newest, about)
    _refuse_other_causes(about)
    if len(stack) < 2:
        raise Objection(
            f"Version {stack[-1]} is the first of {prompt.name} in {action.environment}: there is none before it."
        )
    served, before = stack[-1], stack[-2]
    age = about.incident.began_at - newest.at
    if age > SUSPECT_FOR:
        raise Objection(
            f"Version {served} of {prompt.name} was served for {duration(age)} before it began, so that it is hardly the cause."
        )
    cause = f"rollback {prompt.name} {action.environment} {served}"
    _refuse_twice(session, cause, about, f"Version {served} of {prompt.name} was rolled back before")
    where = f" in {action.environment}" if action.environment != PRODUCTION else ""
    return Plan(
        said=f"It would serve version {before} of {prompt.name} again{where}, instead of {served}.",
        done=f"{prompt.name} is served in version {before} again{where}, instead of {served}.",
        cause=cause[:400],
        detail={"prompt": prompt.name, "environment": action.environment, "from_version": served, "to_version": before},
        facts=_about_version(newest, served, action.environment),
    )


def _switch(session: Session, action: SwitchModelAction, about: About) -> Plan:
    prompt, past = _served(session, action.prompt, action.environment, about)
    newest = past[-1]
    _refuse_others_work(newest, about)
    version = prompts.version_of(session, prompt, newest.number)
    model, fallback = version.config.get("model"), version.config.get(FALLBACK)
    if not isinstance(fallback, str) or not fallback:
        raise Objection(
            f"The configuration of version {newest.number} of {prompt.name} names no fallback: set `{FALLBACK}` beside `model`."
        )
    if fallback == model:
        raise Objection(f"{prompt.name} uses its fallback {fallback} already.")
    cause = f"switch_model {prompt.name} {action.environment} {newest.number}"
    _refuse_twice(session, cause, about, f"Version {newest.number} of {prompt.name} was switched before")
    from_model = model if isinstance(model, str) and model else "its present model"
    return Plan(
        said=f"It would serve {prompt.name} with {fallback}, instead of {from_model}.",
        done=f"{prompt.name} is served with {fallback}, instead of {from_model}.",
        cause=cause[:400],
        detail={
            "prompt": prompt.name, "environment": action.environment, "from_version": newest.number,
            "from_model": model if isinstance(model, str) else None, "to_model": fallback,
        },
        facts=_about_version(newest, newest.number, action.environment),
    )  # fmt: skip


def _pause(session: Session, experiment_id: str | None, about: About) -> Plan:
    row = _experiment(session, experiment_id, about)
    cause = f"pause_experiment {row.id}"
    _refuse_twice(session, cause, about, f"The experiment {row.title} was paused before, and a person let it go on")
    return Plan(
        said=f"It would pause the experiment {row.title}: it would take no new units.",
        done=f"The experiment {row.title} is paused: it takes no new units.",
        cause=cause,
        detail={"experiment_id": row.id, "experiment": row.title},
        facts=(("Experiment runs since", rfc3339(row.started_at) if row.started_at else "unknown"),),
    )


def _stop(session: Session, action: StopVariantAction, about: About) -> Plan:
    row = _experiment(session, action.experiment_id, about)
    named = action.variant or _named_variant(about)
    if named is None:
        raise Objection("The alert names no variant; say in the policy which to stop, or group the rule by variant.")
    variant = next((v for v in row.variants if named in {v.id, v.name}), None)
    if variant is None:
        raise Objection(f"The experiment {row.title} has no variant {named!r}.")
    if variant.control:
        raise Objection(f"{variant.name} is the control of {row.title}: all others get it when they are stopped.")
    if variant.stopped_at is not None:
        raise Objection(f"The variant {variant.name} of {row.title} is stopped already.")
    cause = f"stop_variant {variant.id}"
    _refuse_twice(session, cause, about, f"The variant {variant.name} was stopped before, and a person let it go on")
    return Plan(
        said=f"It would stop the variant {variant.name} of {row.title}: its units would get the control.",
        done=f"The variant {variant.name} of {row.title} is stopped: its units get the control.",
        cause=cause,
        detail={"experiment_id": row.id, "experiment": row.title, "variant_id": variant.id, "variant": variant.name},
    )


def _served(
    session: Session, named: str | None, environment: str, about: About
) -> tuple[Prompt, list[PromptDeployment]]:
    """The prompt that is at fault, and its deployments in the environment, oldest first."""
    suspect = remedies.suspect(about.incident)
    name = named or prompt_of(about.alert) or (suspect.prompt if suspect else None)
    if name is None:
        raise Objection(
            "Neither the alert nor its likely cause names a prompt; say in the policy which one.", may_change=True
        )
    if suspect is not None and suspect.prompt != name and about.incident.cause:
        raise Objection(f"The likely cause is in {suspect.prompt}, not in {name}.")
    places = about.incident.scope.get("environment", [])
    if places and environment not in places:
        raise Objection(f"The alert is about {', '.join(str(p) for p in places)}, not about {environment}.")
    prompt = prompts.prompt_named(session, about.incident.project_id, name)
    if prompt is None or prompt.archived_at is not None:
        raise Objection(f"The prompt {name} is {'archived' if prompt else 'not in the registry'}.")
    past = session.scalars(
        select(PromptDeployment)
        .where(PromptDeployment.prompt_id == prompt.id, PromptDeployment.environment == environment)
        .order_by(PromptDeployment.position)
    ).all()
    if not past:
        raise Objection(f"{environment} serves no version of {name}.")
    if suspect is not None and suspect.version not in {None, str(past[-1].number)}:
        raise Objection(
            f"The likely cause is version {suspect.version} of {name}, and {environment} serves {past[-1].number}."
        )
    return prompt, list(past)


def _refuse_others_work(newest: PromptDeployment, about: About) -> None:
    if newest.at < about.incident.began_at:
        return
    what = f"{'rolled back to' if newest.kind == 'rollback' else 'deployed'} version {newest.number}"
    when = f"{newest.at:%H:%M} UTC, after the incident began"
    if newest.by == PROMPTPULSE:
        raise Objection(f"It was {what} by a policy at {when}.")
    raise Objection(f"{newest.by} {what} at {when}: what a person has deployed since is not touched.")


def _refuse_other_causes(about: About) -> None:
    """Going back to another version does not help when it is the provider that fails."""
    cause = about.incident.cause or {}
    dimension, value = cause.get("dimension"), cause.get("value")
    if isinstance(dimension, str) and dimension not in {"prompt_id", "prompt_version"} and isinstance(value, str):
        named = dimension.removeprefix("properties.").replace("_", " ")
        raise Objection(f"The likely cause is {named} {value}, not a version of the prompt.")


def _refuse_twice(session: Session, cause: str, about: About, said: str) -> None:
    before = session.scalar(
        select(ActionRunRow)
        .where(
            ActionRunRow.project_id == about.incident.project_id,
            ActionRunRow.cause == cause[:400],
            ActionRunRow.dry_run.is_(False),
            ActionRunRow.status.in_(DONE),
            ActionRunRow.id != about.run_id,
        )
        .order_by(ActionRunRow.started_at.desc())
        .limit(1)
    )
    if before is not None and before.acted_at is not None:
        raise Objection(
            f"{said}, at {before.acted_at:%Y-%m-%d %H:%M} UTC by {before.policy_name}. It is not done twice."
        )


def _about_version(newest: PromptDeployment, number: int, environment: str) -> tuple[tuple[str, str], ...]:
    return ((f"Version in {environment}", f"{number}, since {newest.at:%Y-%m-%d %H:%M} UTC, by {newest.by}"),)


def _experiment(session: Session, experiment_id: str | None, about: About) -> ExperimentRow:
    found = [one for one in remedies.running(session, about.incident) if experiment_id in {None, one.id}]
    likely = found if experiment_id else [one for one in found if one.likely]
    if not likely:
        raise Objection(
            "The experiment does not run." if experiment_id else "No experiment runs that the alert may be about."
        )
    if len(likely) > 1:
        raise Objection(f"{len(likely)} experiments run that the alert may be about; say in the policy which one.")
    return experiments.existing(session, about.incident.project_id, likely[0].id)


def _named_variant(about: About) -> str | None:
    cause = about.incident.cause or {}
    if cause.get("dimension") == "variant_id" and isinstance(cause.get("value"), str):
        return str(cause["value"])
    named = about.alert.group.get("variant_id")
    return named or None
