"""Policies, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.actions import service, shapes
from promptpulse.actions.actor import revert
from promptpulse.actions.models import PolicyRow
from promptpulse.actions.present import policy_out, run_out
from promptpulse.core.stored import readable
from promptpulse.notify.guard import Guard

router = APIRouter(prefix="/api/v1", tags=["actions"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
ACTION: JsonValue = {"kind": "rollback", "prompt": "support-reply", "environment": "production"}
POLICY: JsonValue = {
    "id": ID, "name": "Bad version of support-reply", "description": "", "enabled": True, "dry_run": True,
    "trigger": {"kind": "alert", "rules": None, "severities": ["critical"], "prompts": ["support-reply"]}, "action": ACTION,
    "has_secret": False, "minimum_samples": 50, "cooldown_minutes": 60, "daily_cap": 3, "watch_minutes": 15,
    "created_at": MOMENT, "created_by": "ada@example.com", "changed_at": MOMENT, "acts_today": 0, "last_run_at": None,
    "last_status": None,
}  # fmt: skip
EVIDENCE: JsonValue = {
    "metric": "p95_latency_ms", "value": 3500, "threshold": 2000, "since": MOMENT, "samples": 312,
    "facts": [{"label": "Version in production", "text": "7, since 09:21"}],
}  # fmt: skip
RUN: JsonValue = {
    "id": ID, "policy_id": ID, "policy_name": "Bad version of support-reply", "incident_id": ID, "alert_id": ID,
    "status": "recovered", "dry_run": False, "action": ACTION,
    "outcome": "support-reply is served in version 6 again, instead of 7. The alert ended 4 minutes later.",
    "evidence": EVIDENCE, "detail": {"from_version": 7, "to_version": 6}, "started_at": MOMENT, "acted_at": MOMENT,
    "watch_until": MOMENT, "finished_at": MOMENT, "can_revert": True,
}  # fmt: skip
RUNS: JsonValue = {"data": [RUN], "meta": {"total": 1}}
TRY: JsonValue = {
    "matches": True, "would_act": True, "said": "It would serve version 6 of support-reply again, instead of 7.",
    "reasons": [], "incident_id": ID, "evidence": EVIDENCE,
}  # fmt: skip


@router.get("/policies", summary="List policies", responses=documented(200, [POLICY], 401, 403))
def list_policies(request: Request, access: Reader) -> Answer[list[shapes.PolicyOut]]:
    """By name. One that cannot be read, because another version wrote it, is left out; the job `actions` tells of it."""
    with request.app.state.services.database.sessions() as session:
        rows, _ = readable(service.policies_of(session, access.project.id), service.policy_of)
        return Answer(data=_told(request, session, access, rows))


@router.post("/policies", status_code=201, summary="Make a policy", responses=documented(201, POLICY, 401, 403, 409))
def create_policy(body: shapes.PolicyIn, request: Request, access: Editor) -> Answer[shapes.PolicyOut]:
    """It only says what it would do, until `dry_run` is false. It may abort, never promote."""
    services = request.app.state.services
    service.check_address(body, _guard(request))
    with services.database.writing() as session:
        by = By(access.actor, services.clock())
        row = service.create(session, access.project.id, body, by, services.keyring)
        return Answer(data=_told(request, session, access, [row])[0])


@router.get("/policies/{policy_id}", summary="Read a policy", responses=documented(200, POLICY, 401, 403, 404))
def read_policy(policy_id: Id, request: Request, access: Reader) -> Answer[shapes.PolicyOut]:
    """Without its secret."""
    with request.app.state.services.database.sessions() as session:
        row = service.existing(session, access.project.id, policy_id)
        return Answer(data=_told(request, session, access, [row])[0])


@router.patch("/policies/{policy_id}", summary="Change a policy", responses=documented(200, POLICY, 401, 403, 404, 409))
def change_policy(
    policy_id: Id, body: shapes.PolicyPatch, request: Request, access: Editor
) -> Answer[shapes.PolicyOut]:
    """What it has done about an incident, it does not do again."""
    services = request.app.state.services
    service.check_address(body, _guard(request))
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, policy_id)
        service.change(session, row, body, By(access.actor, services.clock()), services.keyring)
        return Answer(data=_told(request, session, access, [row])[0])


@router.delete("/policies/{policy_id}", summary="Delete a policy", responses=documented(200, None, 401, 403, 404))
def delete_policy(policy_id: Id, request: Request, access: Editor) -> Answer[None]:
    """Its runs stay."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, policy_id)
        service.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.post("/policies/{policy_id}/try", summary="Try a policy", responses=documented(200, TRY, 401, 403, 404))
def try_policy(policy_id: Id, body: shapes.TryIn, request: Request, access: Reader) -> Answer[shapes.TryOut]:
    """What it would do now, and why not. Nothing is done."""
    services = request.app.state.services
    with services.database.sessions() as session:
        row = service.existing(session, access.project.id, policy_id)
        return Answer(data=services.actor.tried(session, row, body.incident_id, services.clock()))


@router.get("/action-runs", summary="List what policies did", responses=documented(200, RUNS, 401, 403))
def list_runs(
    request: Request,
    access: Reader,
    policy_id: Annotated[str | None, Query(max_length=36)] = None,
    incident_id: Annotated[str | None, Query(max_length=36)] = None,
    status: Annotated[shapes.RunStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Page[shapes.RunOut]:
    """Newest first."""
    chosen = service.Chosen(policy_id, incident_id, status)
    with request.app.state.services.database.sessions() as session:
        rows, total = service.runs_of(session, access.project.id, chosen, limit, offset)
    return Page(data=[run_out(row) for row in rows], meta=PageMeta(total=total))


@router.get("/action-runs/{run_id}", summary="Read a run", responses=documented(200, RUN, 401, 403, 404))
def read_run(run_id: Id, request: Request, access: Reader) -> Answer[shapes.RunOut]:
    """With its evidence."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=run_out(service.existing_run(session, access.project.id, run_id)))


@router.post("/action-runs/{run_id}/revert", summary="Undo a run", responses=documented(200, RUN, 401, 403, 404, 409))
def revert_run(run_id: Id, body: shapes.RevertIn, request: Request, access: Editor) -> Answer[shapes.RunOut]:
    """By a person, who may promote: serve the version again, let the experiment go on."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing_run(session, access.project.id, run_id)
        revert(session, row, body.reason, By(access.actor, services.clock()))
        found = run_out(row)
    services.registry.forget(access.project.id)
    services.experiments.forget(access.project.id)
    return Answer(data=found)


def _told(request: Request, session: Session, access: Access, rows: Sequence[PolicyRow]) -> list[shapes.PolicyOut]:
    midnight = service.midnight(session, access.project.id, request.app.state.services.clock())
    latest = service.latest_runs(session, access.project.id)
    return [policy_out(row, len(service.acts_since(session, row.id, midnight)), latest.get(row.id)) for row in rows]


def _guard(request: Request) -> Guard:
    return Guard(request.app.state.services.settings.allow_private_targets)
