"""What can be done about an incident: roll a prompt back, pause an experiment, keep quiet. Nothing commits.

After the commit, `Registry.forget` and `Experiments.forget` make it seen at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.experiments import service as experiments
from promptpulse.experiments.models import ExperimentRow
from promptpulse.incidents import service, silences
from promptpulse.incidents.life import OPEN
from promptpulse.incidents.models import IncidentRow
from promptpulse.incidents.shapes import ExperimentRef, IncidentRollback, IncidentSilence, RollbackTarget, SilenceIn
from promptpulse.incidents.wording import duration
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt, PromptDeployment
from promptpulse.prompts.values import PRODUCTION

LOOK_BACK = timedelta(hours=24)
"""Before the beginning of an incident: a deployment so recent may be its cause."""
JUST_BEFORE = timedelta(hours=2)
MOST = 20


@dataclass(frozen=True, slots=True)
class Suspect:
    """A version of a prompt, as calls name them."""

    prompt: str
    version: str | None


def suspect(row: IncidentRow) -> Suspect | None:
    """The prompt, and its version where one is named, that the incident is most likely about."""
    cause = row.cause or {}
    prompt, version = cause.get("prompt_id"), None
    if cause.get("dimension") == "prompt_version":
        version = cause.get("value")
    elif cause.get("dimension") == "prompt_id":
        prompt = cause.get("value")
    if not isinstance(prompt, str):
        named = row.scope.get("prompt_id", [])
        prompt = named[0] if len(named) == 1 else None
        versions = row.scope.get("prompt_version", [])
        version = versions[0] if len(versions) == 1 else None
    return Suspect(prompt, version if isinstance(version, str) else None) if prompt else None


def targets(session: Session, row: IncidentRow) -> list[RollbackTarget]:
    """Prompts that were deployed before or during the incident, or that it is about, and can go back. Likely ones first."""
    about = suspect(row)
    until = row.resolved_at or row.alerted_at + LOOK_BACK
    span = prompts.Span(row.began_at - LOOK_BACK, until)
    recent = {name: None for _, name in prompts.deployments_in(session, row.project_id, span, 200)}
    names = [*([about.prompt] if about else []), *[name for name in row.scope.get("prompt_id", []) if name], *recent]
    found = []
    for name in dict.fromkeys(names):
        prompt = prompts.prompt_named(session, row.project_id, name)
        if prompt is not None and prompt.archived_at is None:
            found += _targets(session, prompt, row, about)
        if len(found) >= MOST:
            break
    return sorted(found, key=lambda one: (not one.likely, -one.deployed_at.timestamp()))[:MOST]


def _targets(session: Session, prompt: Prompt, row: IncidentRow, about: Suspect | None) -> list[RollbackTarget]:
    past = session.scalars(
        select(PromptDeployment).where(PromptDeployment.prompt_id == prompt.id).order_by(PromptDeployment.position)
    ).all()
    found = []
    for environment in dict.fromkeys(one.environment for one in past):
        here = [one for one in past if one.environment == environment]
        stack, _ = prompts.still_below([(one.kind, one.number) for one in here])
        if len(stack) < 2:
            continue
        newest = here[-1]
        found.append(
            RollbackTarget(
                prompt=prompt.name,
                environment=environment,
                from_version=stack[-1],
                to_version=stack[-2],
                deployed_at=newest.at,
                deployed_by=newest.by,
                likely=_is_likely(newest, prompt.name, row, about),
            )
        )
    return found


def _is_likely(newest: PromptDeployment, name: str, row: IncidentRow, about: Suspect | None) -> bool:
    if newest.kind == "rollback" and newest.at > row.began_at:
        return False
    places = row.scope.get("environment", [])
    if places and newest.environment not in places:
        return False
    if about is not None:
        return about.prompt == name and about.version in {None, str(newest.number)}
    return timedelta(0) <= row.began_at - newest.at <= JUST_BEFORE


def roll_back(session: Session, row: IncidentRow, wanted: IncidentRollback, by: By) -> PromptDeployment:
    """Raises Refused when it is not clear which prompt, NotFound, and Conflict when there is nothing to go back to."""
    about = suspect(row)
    name = wanted.prompt or (about.prompt if about else None)
    if name is None:
        raise Refused("prompt: the incident is about no single prompt; say which to roll back", field="prompt")
    prompt = prompts.prompt_named(session, row.project_id, name)
    if prompt is None:
        raise NotFound(
            f"prompt: there is no prompt {name!r} in the registry; roll it back where it is kept", field="prompt"
        )
    places = [place for place in row.scope.get("environment", []) if place]
    environment = wanted.environment or (places[0] if len(places) == 1 else PRODUCTION)
    deployment = prompts.roll_back(
        session,
        prompt,
        by,
        environment=environment,
        to=wanted.to_version,
        message=f"Incident: {row.title}",
        expected=wanted.expected_version,
    )
    text = (
        f"Rolled back {name} in {environment}: version {deployment.number} is served, before it {deployment.previous}"
    )
    detail: Detail = {
        "prompt": name,
        "environment": environment,
        "version": deployment.number,
        "previous": deployment.previous,
    }
    service.note(session, row.id, by.actor, "rollback", text, by.at, detail)
    record(session, row.project_id, by, "incident.rollback", row.title, detail={"incident_id": row.id, **detail})
    mitigated(session, row, text, by)
    return deployment


def running(session: Session, row: IncidentRow) -> list[ExperimentRef]:
    """Experiments that run. Likely: of a prompt that the incident is about, or begun just before it."""
    rows = session.scalars(
        select(ExperimentRow)
        .where(ExperimentRow.project_id == row.project_id, ExperimentRow.status == "running")
        .order_by(ExperimentRow.started_at.desc())
        .limit(MOST)
    ).all()
    found = [
        ExperimentRef(
            id=one.id,
            title=one.title,
            prompts=sorted({variant.prompt for variant in one.variants}),
            likely=_concerns(row, one),
        )
        for one in rows
    ]
    return sorted(found, key=lambda one: not one.likely)


def _concerns(row: IncidentRow, experiment: ExperimentRow) -> bool:
    cause = row.cause or {}
    if cause.get("dimension") in {"variant_id", "experiment_id"}:
        known = {experiment.id, *(variant.id for variant in experiment.variants)}
        return cause.get("value") in known
    named = {value for value in row.scope.get("prompt_id", []) if value}
    about = suspect(row)
    if about is not None:
        named.add(about.prompt)
    if named & {variant.prompt for variant in experiment.variants}:
        return True
    began = experiment.started_at
    return not named and began is not None and timedelta(0) <= row.began_at - began <= JUST_BEFORE


def pause(session: Session, row: IncidentRow, experiment_id: str, by: By) -> None:
    """Raises NotFound, and Conflict unless it runs."""
    experiment = experiments.existing(session, row.project_id, experiment_id, to_change=True)
    experiments.pause(session, experiment, by)
    text = f"Paused the experiment {experiment.title}: it takes no new units"
    detail: Detail = {"experiment_id": experiment.id, "title": experiment.title}
    service.note(session, row.id, by.actor, "pause", text, by.at, detail)
    record(
        session, row.project_id, by, "incident.pause_experiment", row.title, detail={"incident_id": row.id, **detail}
    )
    mitigated(session, row, text, by)


def mitigated(session: Session, row: IncidentRow, text: str, by: By) -> None:
    """Something was done; whether it helped, the alerts tell."""
    if row.status not in OPEN:
        return
    if row.status != "mitigated":
        row.status, row.mitigated_at = "mitigated", by.at
        service.note(session, row.id, by.actor, "status", "Mitigated", by.at, {"status": "mitigated"})
    service.inform_all(session, row, "note", f"Mitigated: {row.title}", f"{text}. By {by.actor}.", by.at)


def silence(session: Session, row: IncidentRow, wanted: IncidentSilence, by: By) -> datetime:
    """Of every source that fires in it (or did last), within the scope of the incident; until when. Raises Conflict."""
    alerts = service.open_alerts(session, row) or service.alerts_of(session, row)
    sources = list(dict.fromkeys((alert.source, alert.source_id) for alert in alerts))
    if not sources:
        raise Conflict("the incident has no alerts that could be silenced")
    until = by.at + timedelta(minutes=wanted.minutes)
    match = {key: [*values] for key, values in row.scope.items() if values and _all_name(session, row, key)}
    for source, source_id in sources:
        body = SilenceIn(
            kind="silence",
            reason=wanted.reason or f"Incident: {row.title}"[:300],
            source=silences.SOURCES[source],
            source_id=source_id,
            match=match,
            start=by.at,
            end=until,
        )
        silences.add(session, row.project_id, body, by)
    because = f": {wanted.reason}" if wanted.reason else ""
    text = f"Silenced for {duration(timedelta(minutes=wanted.minutes))}{because}"
    service.note(session, row.id, by.actor, "silence", text, by.at, {"minutes": wanted.minutes})
    return until


def silenced_until(session: Session, row: IncidentRow, now: datetime) -> datetime | None:
    """When all that fires in it is quiet: the first end of the silences; else None."""
    ends: list[datetime] = []
    for alert in service.open_alerts(session, row):
        end = silences.quiet_until(session, alert, now)
        if end is None:
            return None
        ends.append(end)
    return min(ends, default=None)


def _all_name(session: Session, row: IncidentRow, dimension: str) -> bool:
    """Whether every alert that fires says something about it: else the silence would not cover it."""
    return all(dimension in silences.scope_of_alert(alert) for alert in service.open_alerts(session, row))
