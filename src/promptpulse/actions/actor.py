"""The automatic actor: looks for alerts that policies are for, acts once, and watches whether it helped.

    claim      the run of (policy, incident) becomes `acting`, in a transaction of its own; another process finds it taken
    act        what the settings database holds is changed in the same transaction that says so: both or neither. A webhook
               is sent with no transaction open
    watch      until the alert ends, or the time is over: then the incident is escalated

A process that ends between claim and act leaves a run that is held by nobody: what is not done is then done, once; of a
webhook nobody knows, so that it is reported, never sent again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import httpx
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.values import By
from promptpulse.actions import perform, plans, service
from promptpulse.actions.guards import ACT, Facts, Verdict, matches, verdict
from promptpulse.actions.models import ActionRunRow, PolicyRow
from promptpulse.actions.plans import About, Objection, Plan
from promptpulse.actions.present import can_revert
from promptpulse.actions.shapes import Evidence, EvidenceFact, PolicyIn, RunStatus, TryOut, WebhookAction
from promptpulse.core.errors import AppError, Conflict, NotFound
from promptpulse.core.ids import uuid7
from promptpulse.core.stored import readable, tell
from promptpulse.db import Database, exclusive
from promptpulse.incidents import remedies
from promptpulse.incidents import service as incidents
from promptpulse.incidents.life import OPEN
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.incidents.service import PROMPTPULSE
from promptpulse.incidents.wording import duration, figure, filters_of
from promptpulse.metrics import Definitions, Filter, Query, run
from promptpulse.notify.secrets import Keyring
from promptpulse.store import Store

log = logging.getLogger(__name__)

HELD = timedelta(minutes=2)
"""Longer than any act takes: `notify.guard.LONGEST_S` is 20 s."""
CAUSE_WITHIN = timedelta(minutes=1)
"""An incident gets its dossier, with the likely cause, within seconds; without one it is not waited for any longer."""
LATELY = timedelta(hours=1)
"""Alerts that fired longer ago than that before a policy was made or changed are none of its business."""
MOST_TRIES = 5
"""Of a webhook whose receiver cannot be reached."""
KINDS = {"rollback": "rollback", "pause_experiment": "pause"}
"""Of entries in the timeline; others are `action`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a policy makes of an alert."""

    verdict: Verdict
    evidence: Evidence
    plan: Plan | None


class Actor:
    """Thread-safe; processes share work by rows of the database."""

    def __init__(
        self,
        store: Store,
        database: Database,
        definitions: Callable[[str], Definitions],
        keyring: Keyring,
        outgoing: httpx.Client,
        changed: Callable[[str], None],
    ) -> None:
        """`changed`: called with a project after the commit of a change of its prompts or experiments."""
        self._store, self._database, self._definitions = store, database, definitions
        self._keyring, self._outgoing, self._changed = keyring, outgoing, changed

    def round(self, now: datetime) -> None:
        """Begin what is to be begun, finish what was left, watch what was done. One failure stops nothing else.

        Raises Unreadable, after all else, for policies that cannot be read."""
        candidates, problems = self._candidates()
        steps = [partial(self._begin, *candidate) for candidate in candidates]
        steps += [partial(self._act, run_id, left=True) for run_id in self._runs("acting", left_since=now)]
        steps += [partial(self._watch, run_id) for run_id in self._runs("watching")]
        steps += [partial(self._give_up, run_id) for run_id in self._runs("waiting")]
        for step in steps:
            try:
                step(now=now)
            except Exception:
                log.exception("a policy could not be looked after; the next round tries again")
        tell(problems)

    def _candidates(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Ids of policies and of alerts that fire and that they are for; the gravest alert of an incident first. Webhooks come
        last: their receivers may be slow. And which policies cannot be read."""
        with self._database.sessions() as session:
            which = select(PolicyRow).where(PolicyRow.enabled.is_(True)).order_by(PolicyRow.id)
            enabled, problems = readable(session.scalars(which), service.policy_of)
            rows = sorted(enabled, key=lambda row: service.policy_of(row).action.kind == "webhook")
            found: dict[tuple[str, str], tuple[str, str]] = {}
            alerts = {project_id: firing(session, project_id) for project_id in {row.project_id for row in rows}}
            for row in rows:
                policy = service.policy_of(row)
                for alert, likely in alerts[row.project_id]:
                    if alert.fired_at > row.changed_at - LATELY and matches(policy, alert, likely):
                        found.setdefault((row.id, str(alert.incident_id)), (row.id, alert.id))
            return list(found.values()), problems

    def _begin(self, policy_id: str, alert_id: str, now: datetime) -> None:
        """Claim the run of the policy and the incident, and act when it may."""
        with self._database.sessions() as session:
            row, alert = session.get(PolicyRow, policy_id), session.get(AlertRow, alert_id)
            if row is None or alert is None or _run_of(session, row, str(alert.incident_id)) not in {None, "waiting"}:
                return
        run_id = self._claim(policy_id, alert_id, self.samples(alert, now), now)
        if run_id is not None:
            self._act(run_id, now)

    def _claim(self, policy_id: str, alert_id: str, samples: int | None, now: datetime) -> str | None:
        """Id of the run that is to be done now, by us alone; None: not now, or it was claimed before."""
        with self._database.writing() as session:
            row, alert = session.get(PolicyRow, policy_id), session.get(AlertRow, alert_id)
            if row is None or not row.enabled or alert is None or alert.incident_id is None or alert.open_key is None:
                return None
            exclusive(session, f"actions of {row.project_id}")
            incident = session.get_one(IncidentRow, alert.incident_id)
            policy = service.policy_of(row)
            key = _key(row.id, dry_run=policy.dry_run)
            mine = (ActionRunRow.policy_key == key, ActionRunRow.incident_id == incident.id)
            run_row = session.scalar(select(ActionRunRow).where(*mine))
            if run_row is not None and run_row.status != "waiting":
                return None
            looked = look(session, row, About(incident, alert, run_row.id if run_row else ""), samples, now)
            if run_row is None:
                run_row = _new_run(row, policy, key, incident, alert, now)
                session.add(run_row)
            run_row.evidence = looked.evidence.model_dump(mode="json")
            run_row.outcome = looked.verdict.reason
            if looked.verdict.may == "wait":
                return None
            if looked.verdict.may == "skip" or looked.plan is None:
                _skip(session, run_row, looked.verdict.reason, now)
                return None
            run_row.cause = looked.plan.cause
            if policy.dry_run:
                text = f"The policy “{row.name}” is on trial. {looked.plan.said}"
                run_row.detail = dict(looked.plan.detail)
                _finish(session, run_row, "dry_run", looked.plan.said, text, now)
                return None
            run_row.status, run_row.held_until = "acting", now + HELD
            return run_row.id

    def _act(self, run_id: str, now: datetime, *, left: bool = False) -> None:
        """`left`: by a process that ended in the middle."""
        with self._database.sessions() as session:
            run_row = session.get_one(ActionRunRow, run_id)
            kind, project_id = run_row.action["kind"], run_row.project_id
        if kind == "webhook":
            if left:
                self._report_unknown(run_id, now)
            else:
                self._send(run_id, now)
            return
        try:
            self._do(run_id, now)
        except AppError as e:
            self._failed(run_id, e.message, now)
        else:
            self._changed(project_id)

    def _do(self, run_id: str, now: datetime) -> None:
        """Look again, as time may have passed since the claim, and act: in one transaction with what says that it is done."""
        with self._database.sessions() as session:
            alert = _of(session, session.get_one(ActionRunRow, run_id))[2]
        samples = self.samples(alert, now)
        with self._database.writing() as session:
            run_row = _taken(session, run_id)
            if run_row is None:
                return
            exclusive(session, f"actions of {run_row.project_id}")
            row, incident, alert = _of(session, run_row)
            if row is None or alert.open_key is None or incident.status not in OPEN:
                _skip(session, run_row, "It was over before anything was done.", now)
                return
            looked = look(session, row, About(incident, alert, run_id), samples, now)
            if looked.verdict.may == "wait":
                run_row.status, run_row.outcome = "waiting", looked.verdict.reason
                return
            if looked.verdict.may == "skip" or looked.plan is None:
                _skip(session, run_row, looked.verdict.reason, now)
                return
            by = By(PROMPTPULSE, now)
            policy = service.policy_of(row)
            run_row.detail = perform.do(session, run_row.project_id, policy.action, looked.plan, incident.title, by)
            _done(session, run_row, incident, policy, looked.plan.done, looked.plan, by)

    def _send(self, run_id: str, now: datetime) -> None:
        with self._database.sessions() as session:
            run_row = session.get_one(ActionRunRow, run_id)
            row, incident, alert = _of(session, run_row)
            policy = service.policy_of(row) if row else None
            try:
                hidden = service.hidden_of(row, self._keyring) if row else service.Hidden()
            except AppError as e:
                self._failed(run_id, e.message, now)
                return
            if policy is None or not isinstance(policy.action, WebhookAction) or not hidden.url:
                self._failed(run_id, "the policy has changed", now)
                return
            plan = plans.plan(session, policy.action, About(incident, alert, run_id))
        body = perform.body_of(policy.action, run_row, alert, now)
        sent = perform.send(self._outgoing, hidden, run_id, body, now)
        self._sent(run_id, sent, policy, plan, now)

    def _sent(self, run_id: str, sent: perform.Sent, policy: PolicyIn, plan: Plan, now: datetime) -> None:
        if sent.outcome == "unknown":
            self._report_unknown(run_id, now, sent.said)
            return
        with self._database.writing() as session:
            run_row = _taken(session, run_id)
            if run_row is None:
                return
            tries = int(str(run_row.detail.get("tries", 0))) + 1
            run_row.detail = {**plan.detail, "tries": tries}
            if sent.outcome == "done":
                incident = _of(session, run_row)[1]
                _done(session, run_row, incident, policy, f"{plan.done} {sent.said}", plan, By(PROMPTPULSE, now))
            elif sent.outcome == "unreachable" and tries < MOST_TRIES:
                run_row.status, run_row.outcome = "waiting", f"{sent.said}; it is tried again."
            else:
                _fail(session, run_row, sent.said, now)

    def _report_unknown(self, run_id: str, now: datetime, said: str = "the server ended in the middle") -> None:
        with self._database.writing() as session:
            run_row = _taken(session, run_id)
            if run_row is None:
                return
            run_row.acted_at = now
            reason = f"Nobody knows whether it was done: {said}. It is not sent again; look at the receiver."
            _finish(
                session,
                run_row,
                "unknown",
                reason,
                f"The policy “{run_row.policy_name}”: {reason}",
                now,
                escalates=True,
            )

    def _failed(self, run_id: str, why: str, now: datetime) -> None:
        with self._database.writing() as session:
            run_row = _taken(session, run_id)
            if run_row is not None:
                _fail(session, run_row, why, now)

    def _watch(self, run_id: str, now: datetime) -> None:
        """Whether what was done helped."""
        with self._database.writing() as session:
            run_row = session.get_one(ActionRunRow, run_id)
            if run_row.status != "watching" or run_row.acted_at is None:
                return
            _, incident, alert = _of(session, run_row)
            if alert.cleared_at is not None:
                took = duration(max(timedelta(0), alert.cleared_at - run_row.acted_at))
                if not _is_good(alert):
                    why = f" ({alert.clear_reason.rstrip('.')})" if alert.clear_reason else ""
                    seen = f"and {figure(alert.value, alert.unit)} was the last value"
                    reason = f"Nobody knows whether it helped: {alert.name} ended after {took}{why}, {seen}."
                    _finish(session, run_row, "unknown", reason, reason, now)
                    return
                reason = f"It helped: {alert.metric_label or alert.name} is {figure(alert.value, alert.unit)} again, {took} later."
                _finish(session, run_row, "recovered", reason, reason, now, kind="verified")
            elif run_row.watch_until is not None and now >= run_row.watch_until:
                lasted = duration(now - run_row.acted_at)
                if incident.status not in OPEN:
                    reason = "The incident was closed by hand before it was known whether it helped."
                    _finish(session, run_row, "unknown", reason, reason, now)
                    return
                reason = (
                    f"It did not help: {lasted} later {alert.name} still fires ({figure(alert.value, alert.unit)})."
                )
                text = f"The policy “{run_row.policy_name}” acted, and it did not help. {reason} Somebody has to look."
                _finish(session, run_row, "escalated", reason, text, now, escalates=True)

    def _give_up(self, run_id: str, now: datetime) -> None:
        """What waited until all was over."""
        with self._database.writing() as session:
            run_row = session.get_one(ActionRunRow, run_id)
            row, incident, alert = _of(session, run_row)
            gone = row is None or not row.enabled
            if run_row.status == "waiting" and (gone or alert.open_key is None or incident.status not in OPEN):
                why = "The policy was turned off." if gone else "It was over before the policy could act."
                run_row.status, run_row.finished_at = "skipped", now
                run_row.outcome = f"{why} {run_row.outcome}".strip()

    def tried(self, session: Session, row: PolicyRow, incident_id: str | None, now: datetime) -> TryOut:
        """What the policy would do now about an incident, or about what fires. Raises NotFound."""
        policy = service.policy_of(row)
        if incident_id is not None and incidents.incident_by_id(session, row.project_id, incident_id) is None:
            raise NotFound(
                f"there is no incident {incident_id!r}; GET /api/v1/incidents lists them", field="incident_id"
            )
        for alert, likely in firing(session, row.project_id):
            if incident_id in {None, alert.incident_id} and matches(policy, alert, likely):
                incident = session.get_one(IncidentRow, alert.incident_id)
                looked = look(session, row, About(incident, alert), self.samples(alert, now), now)
                would = looked.verdict == ACT and looked.plan is not None
                return TryOut(
                    matches=True,
                    would_act=would and row.enabled,
                    said=looked.plan.said if looked.plan else looked.verdict.reason,
                    reasons=[
                        *([] if row.enabled else ["The policy is turned off."]),
                        *([] if would else [looked.verdict.reason]),
                    ],
                    incident_id=incident.id,
                    evidence=looked.evidence,
                )
        said = "Nothing fires that it is for."
        return TryOut(matches=False, would_act=False, said=said, reasons=[said], incident_id=None, evidence=None)

    def samples(self, alert: AlertRow, now: datetime) -> int | None:
        """Calls that the alert is about, since its condition began to hold, with the window before that."""
        where = [*filters_of(alert), *(Filter(key, "in", (value,)) for key, value in alert.group.items())]
        query = Query(
            alert.project_id,
            ("total_requests",),
            alert.since - timedelta(seconds=alert.window_s),
            max(now, alert.since + timedelta(seconds=1)),
            where=tuple(where),
            definitions=self._definitions(alert.project_id),
        )
        try:
            value = run(self._store, query, now).total("total_requests")
        except AppError as e:
            log.warning("the calls of alert %s could not be counted: %s", alert.id, e.message)
            return None
        return None if value is None else int(value)

    def _runs(self, status: RunStatus, left_since: datetime | None = None) -> Sequence[str]:
        """Ids, oldest first; with `left_since`, of those that nobody holds any more."""
        which = [ActionRunRow.status == status]
        if left_since is not None:
            which.append(ActionRunRow.held_until <= left_since)
        with self._database.sessions() as session:
            return session.scalars(select(ActionRunRow.id).where(*which).order_by(ActionRunRow.id)).all()


def look(session: Session, row: PolicyRow, about: About, samples: int | None, now: datetime) -> Looked:
    """What the policy would do about an alert now, and why not."""
    policy, alert = service.policy_of(row), about.alert
    today = service.midnight(session, row.project_id, now)
    acts = service.acts_since(session, row.id, min(today, now - timedelta(minutes=policy.cooldown_minutes)))
    missing = alert.alert_type == "no_data" or alert.value is None
    may = verdict(policy, Facts(now, today, samples, acts, missing))
    found: Plan | None = None
    changes_prompt = policy.action.kind in {"rollback", "switch_model"}
    if (
        may == ACT
        and changes_prompt
        and about.incident.dossier_at is None
        and now - about.incident.opened_at < CAUSE_WITHIN
    ):
        may = Verdict("wait", "The likely cause is being looked for.")
    try:
        found = plans.plan(session, policy.action, about)
    except Objection as e:
        if may.may != "skip":
            may = Verdict("wait" if e.may_change else "skip", e.reason)
    return Looked(may, _evidence(alert, samples, found), found)


def revert(session: Session, run_row: ActionRunRow, reason: str, by: By) -> None:
    """By a person. Raises Conflict for what cannot be undone, or not any more."""
    if not can_revert(run_row):
        raise Conflict(
            f"the run is {run_row.status}{' and on trial' if run_row.dry_run else ''}, and does {run_row.action['kind']};"
            " only what was done to prompts and experiments can be undone"
        )
    said = perform.undo(session, run_row, by)
    run_row.status, run_row.finished_at = "reverted", by.at
    run_row.outcome = f"{run_row.outcome} Undone by {by.actor}: {said}"
    because = f" {service.plain(reason, 'reason')}" if reason else ""
    detail = {"run_id": run_row.id, "policy": run_row.policy_name}
    text = f"Undone: what the policy {run_row.policy_name} did. {said}{because}"
    incidents.note(session, run_row.incident_id, by.actor, "action", text, by.at, detail)
    told = {"incident_id": run_row.incident_id, "run_id": run_row.id}
    record(session, run_row.project_id, by, "policy.revert", run_row.policy_name, detail=told)


def firing(session: Session, project_id: str) -> list[tuple[AlertRow, str | None]]:
    """Alerts of incidents that are not resolved, the gravest and newest first; each with the prompt that the incident is
    most likely about."""
    order = {"critical": 0, "warning": 1, "info": 2}
    rows = session.execute(
        select(AlertRow, IncidentRow)
        .join(IncidentRow, IncidentRow.id == AlertRow.incident_id)
        .where(AlertRow.project_id == project_id, AlertRow.open_key.is_not(None), IncidentRow.status.in_(OPEN))
        .order_by(AlertRow.fired_at.desc(), AlertRow.id.desc())
    )
    found = []
    for alert, incident in rows:
        suspect = remedies.suspect(incident)
        found.append((alert, suspect.prompt if suspect else None))
    return sorted(found, key=lambda pair: order.get(pair[0].severity, 3))


def _key(policy_id: str, *, dry_run: bool) -> str:
    return f"{policy_id}:dry" if dry_run else policy_id


def _run_of(session: Session, row: PolicyRow, incident_id: str) -> str | None:
    """Status of what the policy does about an incident; None: nothing yet."""
    key = _key(row.id, dry_run=service.policy_of(row).dry_run)
    mine = (ActionRunRow.policy_key == key, ActionRunRow.incident_id == incident_id)
    return session.scalar(select(ActionRunRow.status).where(*mine))


def _is_good(alert: AlertRow) -> bool:
    """Of one that is over: it also ends when its rule is deleted, when no calls come, and when what is normal has moved."""
    if alert.value is None or alert.threshold is None:
        return False
    return alert.value <= alert.threshold if alert.direction == "above" else alert.value >= alert.threshold


def _skip(session: Session, run_row: ActionRunRow, reason: str, now: datetime) -> None:
    _finish(session, run_row, "skipped", reason, f"The policy “{run_row.policy_name}” did nothing. {reason}", now)


def _fail(session: Session, run_row: ActionRunRow, why: str, now: datetime) -> None:
    reason = f"It could not be done: {why}"
    text = f"The policy “{run_row.policy_name}” failed. {reason}"
    _finish(session, run_row, "failed", reason, text, now, escalates=True)


def _new_run(
    row: PolicyRow, policy: PolicyIn, key: str, incident: IncidentRow, alert: AlertRow, now: datetime
) -> ActionRunRow:
    return ActionRunRow(
        id=uuid7(now),
        project_id=row.project_id,
        policy_id=row.id,
        policy_key=key,
        policy_name=row.name,
        incident_id=incident.id,
        alert_id=alert.id,
        status="waiting",
        dry_run=policy.dry_run,
        action=policy.action.model_dump(mode="json"),
        cause="",
        evidence={},
        outcome="",
        detail={},
        started_at=now,
    )


def _evidence(alert: AlertRow, samples: int | None, plan: Plan | None) -> Evidence:
    facts = plan.facts if plan else ()
    return Evidence(
        metric=alert.metric,
        value=alert.value,
        threshold=alert.threshold,
        since=alert.since,
        samples=samples,
        facts=[EvidenceFact(label=label, text=text) for label, text in facts],
    )


def _taken(session: Session, run_id: str) -> ActionRunRow | None:
    """The run that is being done, ours until the transaction ends; None when somebody has finished it."""
    taken = session.execute(
        update(ActionRunRow).where(ActionRunRow.id == run_id, ActionRunRow.status == "acting").values(held_until=None)
    )
    return session.get_one(ActionRunRow, run_id, populate_existing=True) if taken.rowcount else None  # type: ignore[attr-defined]


def _of(session: Session, run_row: ActionRunRow) -> tuple[PolicyRow | None, IncidentRow, AlertRow]:
    policy = session.get(PolicyRow, run_row.policy_id) if run_row.policy_id else None
    return policy, session.get_one(IncidentRow, run_row.incident_id), session.get_one(AlertRow, run_row.alert_id)


def _done(
    session: Session, run_row: ActionRunRow, incident: IncidentRow, policy: PolicyIn, said: str, plan: Plan, by: By
) -> None:
    run_row.status, run_row.outcome, run_row.cause = "watching", said, plan.cause
    run_row.acted_at, run_row.watch_until = by.at, by.at + timedelta(minutes=policy.watch_minutes)
    text = f"{said} By the policy {run_row.policy_name}; whether it helps is watched for {policy.watch_minutes} min."
    detail = {"run_id": run_row.id, "policy": run_row.policy_name, **plan.detail}
    kind = KINDS.get(policy.action.kind, "action")
    incidents.note(session, incident.id, by.actor, kind, text, by.at, detail)
    record(
        session,
        run_row.project_id,
        by,
        "policy.act",
        run_row.policy_name,
        detail={"incident_id": incident.id, **detail},
    )
    remedies.mitigated(session, incident, text, by)


def _finish(
    session: Session,
    run_row: ActionRunRow,
    status: RunStatus,
    outcome: str,
    text: str,
    now: datetime,
    *,
    kind: str = "action",
    escalates: bool = False,
) -> None:
    """The end of a run, said in the incident."""
    before = f"{run_row.outcome} " if run_row.status == "watching" else ""
    run_row.status, run_row.outcome = status, f"{before}{outcome}"
    run_row.finished_at, run_row.held_until = now, None
    session.flush()
    incident = session.get_one(IncidentRow, run_row.incident_id)
    if escalates and incident.status in OPEN:
        incidents.escalate(session, incident, text, now)
    else:
        detail = {"run_id": run_row.id, "policy": run_row.policy_name, "status": status}
        incidents.note(session, incident.id, PROMPTPULSE, kind, text, now, detail)
    told = {"run_id": run_row.id, "incident_id": incident.id, "outcome": outcome[:300]}
    record(session, run_row.project_id, By(PROMPTPULSE, now), f"policy.{status}", run_row.policy_name, detail=told)
