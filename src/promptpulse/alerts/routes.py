"""Rules: what is watched, how it is, and what it would have done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.alerts import shapes

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
    """By name, with how they are now. A new project has the ready-made ones."""
    raise NotImplementedError


@router.get("/rules/templates", summary="List rules to begin with", responses=documented(200, [TEMPLATE], 401, 403))
def list_templates(request: Request, access: Reader) -> Answer[list[shapes.TemplateOut]]:
    """The ready-made ones first."""
    raise NotImplementedError


@router.post("/rules", status_code=201, summary="Write a rule", responses=documented(201, RULE, 401, 403, 409))
def create_rule(body: shapes.RuleIn, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """It is watched from the next round on, within a minute."""
    raise NotImplementedError


@router.post("/rules/preview", summary="What a rule would have done", responses=documented(200, PREVIEW, 401, 403))
def preview_rule(body: shapes.PreviewIn, request: Request, access: Reader) -> Answer[shapes.RulePreview]:
    """The past days are replayed through the same steps as a live rule takes; nothing is kept."""
    raise NotImplementedError


@router.get("/rules/{rule_id}", summary="Read a rule", responses=documented(200, RULE, 401, 403, 404))
def read_rule(rule_id: Id, request: Request, access: Reader) -> Answer[shapes.RuleOut]:
    """With how it is now."""
    raise NotImplementedError


@router.patch("/rules/{rule_id}", summary="Change a rule", responses=documented(200, RULE, 401, 403, 404, 409))
def change_rule(rule_id: Id, body: shapes.RulePatch, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """Another metric, filter, grouping or condition begins anew: what fires is resolved and says why. All else keeps what fires.

    A rule that is switched off resolves what fires, too."""
    raise NotImplementedError


@router.delete("/rules/{rule_id}", summary="Delete a rule", responses=documented(200, None, 401, 403, 404))
def delete_rule(rule_id: Id, request: Request, access: Editor) -> Answer[None]:
    """What fires is resolved and says why; its history stays."""
    raise NotImplementedError


@router.post(
    "/rules/{rule_id}/reset",
    summary="Reset a rule to its template",
    responses=documented(200, RULE, 401, 403, 404, 409),
)
def reset_rule(rule_id: Id, request: Request, access: Editor) -> Answer[shapes.RuleOut]:
    """Its name and channels stay. Only of a rule with a template."""
    raise NotImplementedError


@router.get(
    "/rules/{rule_id}/states", summary="How a rule's series are", responses=documented(200, STATES, 401, 403, 404)
)
def read_states(rule_id: Id, request: Request, access: Reader) -> Answer[shapes.StatesOut]:
    """The last value of each, its bounds, and since when it is so."""
    raise NotImplementedError
