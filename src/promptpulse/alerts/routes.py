"""Rules: what is watched, how it is, and what it would have done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.alerts import service, shapes
from promptpulse.alerts.backtest import tried
from promptpulse.alerts.models import RuleRow, RuleSetRow
from promptpulse.alerts.present import rules_out, states_out
from promptpulse.alerts.ready_made import TEMPLATES, give_ready_made
from promptpulse.core.stored import readable

router = APIRouter(prefix="/api/v1", tags=["alerts"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
BODY: dict[str, JsonValue] = {
    "name": "Success rate of support", "description": "", "enabled": True, "severity": "warning", "metric": "success_rate",
    "where": [{"dimension": "environment", "op": "in", "values": ["production"]}], "by": ["prompt_id"], "series_limit": 100,
    "window_minutes": 5, "condition": {"kind": "threshold", "op": "below", "value": 95}, "for_minutes": 5,
    "recovery_minutes": 5, "recovery_value": 96, "minimum_samples": 20, "on_no_data": "ok", "renotify_minutes": 240,
    "quiet_hours": [{"weekdays": [6, 7], "start": "22:00", "end": "07:00"}], "runbook": "Look at the provider's status page.",
    "channels": None, "template": None,
}  # fmt: skip
HEALTH: dict[str, JsonValue] = {
    "status": "ok", "evaluated_at": MOMENT, "error": None, "failing_since": None, "duration_ms": 12.5, "rows_read": None,
    "series": 8, "series_total": 8, "note": "",
}  # fmt: skip
RULE: dict[str, JsonValue] = {
    "id": ID, **BODY, "ready_made": False, "changed": False, "metric_label": "Success rate", "unit": "percent", "better": "up",
    "alert_type": "success_drop", "phase": "ok", "firing": 0, "last_fired_at": None, "health": HEALTH, "created_at": MOMENT,
    "created_by": "ada@example.com", "updated_at": MOMENT, "updated_by": "ada@example.com",
}  # fmt: skip
STATES: JsonValue = {
    "states": [{
        "series": "prompt_id='support-reply'", "group": {"prompt_id": "support-reply"}, "phase": "pending", "since": MOMENT,
        "value": 91.2, "low": 95, "high": None, "samples": 340, "evaluated_at": MOMENT, "fires_at": MOMENT, "held_back": False,
    }],
    "health": HEALTH,
}  # fmt: skip
PREVIEW: JsonValue = {
    "start": MOMENT, "end": MOMENT, "step_minutes": 1, "fired": 1, "resolved": 1, "longest_minutes": 41, "firing_minutes": 41,
    "nights": 0, "messages": 2, "summary": "Would have fired once in 30 days, for 41 min.",
    "episodes": [{
        "series": "", "group": {}, "began_at": MOMENT, "start": MOMENT, "end": MOMENT, "minutes": 41, "peak": 82.5,
        "at_night": False, "held_back": False, "cause": "condition",
    }],
    "points": [MOMENT], "series": [{
        "series": "", "group": {}, "values": [82.5], "lows": [95], "highs": [None], "expected": [],
    }],
    "series_watched": 1, "series_total": 1, "metric_label": "Success rate", "unit": "percent",
    "suggestion": {
        "value": 93.5, "field": "value", "fired": 1, "text": "Below 93.5 % it would have fired once in 30 days.",
    },
    "warnings": [], "elapsed_ms": 640.2,
}  # fmt: skip
TEMPLATE: JsonValue = {
    "key": "success-rate", "title": "Success rate below 95 %", "description": "For 5 minutes.", "ready_made": False,
    "rule": {**BODY, "template": "success-rate"},
}  # fmt: skip


@router.get("/rules", summary="List rules", responses=documented(200, [RULE], 401, 403))
def list_rules(request: Request, access: Reader) -> Answer[list[shapes.RuleOut]]:
    """By name, with how they are now. A new project has the ready-made ones. One that cannot be read, because another version
    wrote it, is left out; the job `rules` tells of it."""
    services = request.app.state.services
    _give(request, access)
    definitions = services.definitions.of(access.project.id)
    with services.database.sessions() as session:
        rows, _ = readable(service.rules_of(session, access.project.id), service.body_of)
        return Answer(data=rules_out(session, access.project, rows, definitions))


@router.get(
    "/rules/templates",
    summary="List rules to begin with",
    dependencies=[Depends(may_read)],
    responses=documented(200, [TEMPLATE], 401, 403),
)
def list_templates() -> Answer[list[shapes.TemplateOut]]:
    """The ready-made ones first."""
    found = [
        shapes.TemplateOut(key=t.key, title=t.title, description=t.description, ready_made=t.ready_made, rule=t.rule)
        for t in TEMPLATES.values()
    ]
    return Answer(data=found)


@router.post("/rules", status_code=201, summary="Write a rule", responses=documented(201, RULE, 401, 403, 409))
def create_rule(body: shapes.RuleIn, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """It is watched from the next round on, within a minute."""
    services = request.app.state.services
    definitions = services.definitions.of(access.project.id)
    with services.database.writing() as session:
        row = service.create(session, access.project, body, definitions, By(access.actor, services.clock()))
        return Answer(data=_out(request, access, session, row))


@router.post("/rules/preview", summary="What a rule would have done", responses=documented(200, PREVIEW, 401, 403))
def preview_rule(body: shapes.PreviewIn, request: Request, access: Reader) -> Answer[shapes.RulePreview]:
    """The past days are replayed through the same steps as a live rule takes; nothing is kept."""
    services = request.app.state.services
    definitions = services.definitions.of(access.project.id)
    give_back = services.exports.take()
    try:
        return Answer(
            data=tried(services.store, services.baselines, access.project, body, definitions, services.clock())
        )
    finally:
        give_back()


@router.get("/rules/{rule_id}", summary="Read a rule", responses=documented(200, RULE, 401, 403, 404))
def read_rule(rule_id: Id, request: Request, access: Reader) -> Answer[shapes.RuleOut]:
    """With how it is now."""
    services = request.app.state.services
    with services.database.sessions() as session:
        row = service.existing(session, access.project.id, rule_id)
        return Answer(data=_out(request, access, session, row))


@router.patch("/rules/{rule_id}", summary="Change a rule", responses=documented(200, RULE, 401, 403, 404, 409))
def change_rule(rule_id: Id, body: shapes.RulePatch, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """Another metric, filter, grouping, window or kind of condition begins anew: what fires is resolved and says why, as
    when the rule is switched off. With all else the next round goes on from the state that is, by the new numbers."""
    services = request.app.state.services
    definitions = services.definitions.of(access.project.id)
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, rule_id)
        by = By(access.actor, services.clock())
        service.change(session, access.project, row, body, definitions, by)
        return Answer(data=_out(request, access, session, row))


@router.delete("/rules/{rule_id}", summary="Delete a rule", responses=documented(200, None, 401, 403, 404))
def delete_rule(rule_id: Id, request: Request, access: Editor) -> Answer[None]:
    """What fires is resolved and says why; its history stays."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, rule_id)
        service.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.post(
    "/rules/{rule_id}/reset",
    summary="Reset a rule to its template",
    responses=documented(200, RULE, 401, 403, 404, 409),
)
def reset_rule(rule_id: Id, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """Its name and channels stay. Only of a rule with a template."""
    services = request.app.state.services
    definitions = services.definitions.of(access.project.id)
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, rule_id)
        service.reset(session, access.project, row, definitions, By(access.actor, services.clock()))
        return Answer(data=_out(request, access, session, row))


@router.get(
    "/rules/{rule_id}/states", summary="How a rule's series are", responses=documented(200, STATES, 401, 403, 404)
)
def read_states(rule_id: Id, request: Request, access: Reader) -> Answer[shapes.StatesOut]:
    """The last value of each, its bounds, and since when it is so."""
    services = request.app.state.services
    definitions = services.definitions.of(access.project.id)
    with services.database.sessions() as session:
        row = service.existing(session, access.project.id, rule_id)
        return Answer(data=states_out(session, access.project, row, definitions))


def _out(request: Request, access: Access, session: Session, row: RuleRow) -> shapes.RuleOut:
    definitions = request.app.state.services.definitions.of(access.project.id)
    return rules_out(session, access.project, [row], definitions)[0]


def _give(request: Request, access: Access) -> None:
    """The ready-made rules, to a project that no round has seen yet."""
    services = request.app.state.services
    with services.database.sessions() as session:
        if session.get(RuleSetRow, access.project.id) is not None:
            return
    with services.database.writing() as session:
        give_ready_made(session, access.project.id, services.clock())
