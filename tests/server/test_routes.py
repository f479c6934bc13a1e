"""Who may do what on every route, from outside. A new route fails here until it is listed with what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

import httpx
import pytest

from promptpulse.notify.secrets import open_keyring
from promptpulse.reports.mailing import token_of
from promptpulse.web.errors import is_langfuse
from server.making import eventually, new, new_experiment, new_incident, new_prompt, new_run
from server.process import Json, Server
from server.test_process import sign_in

pytestmark = pytest.mark.xdist_group("routes")
Need = Literal[
    "nothing", "read", "ingest", "fetch", "editor", "admin", "person", "session", "any", "instance", "keys", "link"
]
SECRET = "sentinel-of-a"
"""Part of every name in project A; nobody else may read it."""
OTLP = {
    (f"{prefix}/v1/{signal}"): "ingest"
    for prefix in ("", "/otel", "/api/public/otel")
    for signal in ("traces", "logs", "metrics")
}
TABLE: dict[str, Need] = {
    "GET /healthz": "nothing",
    "GET /readyz": "nothing",
    "GET /metrics": "nothing",
    "POST /api/v1/session": "nothing",
    "POST /api/v1/session/link": "nothing",
    "GET /api/v1/session": "nothing",  # nobody is told that he is nobody
    "DELETE /api/v1/session": "session",
    "POST /api/v1/account/password": "session",
    "GET /api/v1/account/tokens": "person",
    "POST /api/v1/account/tokens": "session",
    "DELETE /api/v1/account/tokens/{token_id}": "person",
    "GET /api/v1/projects": "any",
    "POST /api/v1/projects": "instance",
    "GET /api/v1/projects/{project_id}": "read",
    "PATCH /api/v1/projects/{project_id}": "admin",
    "GET /api/v1/projects/{project_id}/members": "admin",
    "POST /api/v1/projects/{project_id}/members": "admin",
    "PATCH /api/v1/projects/{project_id}/members/{user_id}": "admin",
    "DELETE /api/v1/projects/{project_id}/members/{user_id}": "admin",
    "GET /api/v1/projects/{project_id}/prices": "read",
    "POST /api/v1/projects/{project_id}/prices": "editor",
    "DELETE /api/v1/projects/{project_id}/prices/{price_id}": "editor",
    "GET /api/v1/projects/{project_id}/audit": "admin",
    "GET /api/v1/keys": "admin",
    "POST /api/v1/keys": "keys",
    "DELETE /api/v1/keys/{key_id}": "keys",
    "POST /api/v1/calls": "ingest",
    "GET /api/v1/calls": "read",
    "GET /api/v1/calls/{call_id}": "read",
    "GET /api/v1/calls/fields": "read",
    "GET /api/v1/calls/values": "read",
    "GET /api/v1/views": "read",
    "POST /api/v1/views": "read",
    "PATCH /api/v1/views/{view_id}": "read",
    "DELETE /api/v1/views/{view_id}": "read",
    "POST /api/v1/query": "read",
    "POST /api/v1/query/distribution": "read",
    "POST /api/v1/query/errors": "read",
    "GET /api/v1/metrics/catalogue": "read",
    "GET /api/v1/metrics/custom": "read",
    "POST /api/v1/metrics/custom": "editor",
    "POST /api/v1/metrics/custom/check": "read",
    "GET /api/v1/metrics/custom/{metric_id}": "read",
    "PATCH /api/v1/metrics/custom/{metric_id}": "editor",
    "DELETE /api/v1/metrics/custom/{metric_id}": "editor",
    "GET /api/v1/metrics/targets": "read",
    "PUT /api/v1/metrics/targets": "editor",
    "GET /api/metrics": "read",
    "GET /api/v1/live": "read",
    "GET /api/v1/status": "read",
    "GET /api/v1/server": "instance",
    "GET /api/v1/server/backup": "instance",
    "GET /api/v1/overview": "read",
    "GET /api/v1/prompts": "read",
    "POST /api/v1/prompts": "editor",
    "GET /api/v1/prompts/deployments": "read",
    "GET /api/v1/prompts/by-name/{name}": "fetch",
    "GET /api/v1/prompts/{prompt_id}": "read",
    "PATCH /api/v1/prompts/{prompt_id}": "editor",
    "GET /api/v1/prompts/{prompt_id}/versions": "read",
    "POST /api/v1/prompts/{prompt_id}/versions": "editor",
    "GET /api/v1/prompts/{prompt_id}/versions/{number}": "read",
    "GET /api/v1/prompts/{prompt_id}/diff": "read",
    "GET /api/v1/prompts/{prompt_id}/deployments": "read",
    "POST /api/v1/prompts/{prompt_id}/deploy": "editor",
    "POST /api/v1/prompts/{prompt_id}/rollback": "editor",
    "POST /api/v1/prompts/{prompt_id}/archive": "editor",
    "POST /api/v1/prompts/{prompt_id}/restore": "editor",
    "GET /api/public/health": "nothing",
    "GET /api/public/projects": "fetch",
    "GET /api/public/v2/prompts": "read",
    "POST /api/public/v2/prompts": "editor",
    "GET /api/public/v2/prompts/{name}": "fetch",
    "PATCH /api/public/v2/prompts/{name}/versions/{version}": "editor",
    "POST /api/public/scores": "ingest",
    "POST /api/public/ingestion": "ingest",
    "GET /api/v1/experiments": "read",
    "POST /api/v1/experiments": "editor",
    "POST /api/v1/experiments/power": "read",
    "GET /api/v1/experiments/{experiment_id}": "read",
    "PATCH /api/v1/experiments/{experiment_id}": "editor",
    "DELETE /api/v1/experiments/{experiment_id}": "editor",
    "POST /api/v1/experiments/{experiment_id}/start": "editor",
    "POST /api/v1/experiments/{experiment_id}/pause": "editor",
    "POST /api/v1/experiments/{experiment_id}/variants/{variant_id}/stop": "editor",
    "POST /api/v1/experiments/{experiment_id}/variants/{variant_id}/resume": "editor",
    "POST /api/v1/experiments/{experiment_id}/conclude": "editor",
    "POST /api/v1/experiments/{experiment_id}/explain": "read",
    "GET /api/v1/experiments/{experiment_id}/results": "read",
    "GET /api/v1/experiments/{experiment_id}/segments": "read",
    "GET /api/v1/experiments/{experiment_id}/trend": "read",
    "GET /api/v1/experiments/{experiment_id}/distribution": "read",
    "POST /api/v1/compare": "read",
    "POST /api/v1/compare/versions": "read",
    "POST /api/v1/cohorts": "read",
    "GET /api/v1/cohorts/retention": "read",
    "GET /api/v1/quality/scores": "read",
    "GET /api/v1/quality/consistency": "read",
    "GET /api/v1/quality/feedback": "read",
    "GET /api/v1/quality/drift": "read",
    "POST /api/v3/experiments/evaluate": "fetch",
    "POST /api/v1/scores": "ingest",
    "GET /api/v1/scores": "read",
    "GET /api/v1/scores/names": "read",
    "GET /api/v1/scores/by-version": "read",
    "GET /api/v1/scores/mappings": "read",
    "PUT /api/v1/scores/mappings": "editor",
    "GET /api/v1/scores/experiments/{experiment_id}": "read",
    "GET /api/v1/scores/experiments/{experiment_id}/aggregate": "read",
    "GET /api/v1/scores/experiments/{experiment_id}/score-names": "read",
    "POST /api/v1/events": "ingest",
    "GET /api/v1/events/experiment/{experiment_id}": "read",
    "GET /api/v1/costs/projection": "read",
    "GET /api/v1/costs/budgets": "read",
    "POST /api/v1/costs/budgets": "editor",
    "PATCH /api/v1/costs/budgets/{budget_id}": "editor",
    "DELETE /api/v1/costs/budgets/{budget_id}": "editor",
    "GET /api/v1/costs/unpriced": "read",
    "GET /api/v1/costs/suggestions": "read",
    "GET /api/v1/costs/repricings": "read",
    "POST /api/v1/costs/repricings": "editor",
    "GET /api/v1/costs/repricings/{repricing_id}": "read",
    "GET /api/v1/costs/reconciliations": "read",
    "POST /api/v1/costs/reconciliations": "editor",
    "GET /api/v1/costs/reconciliations/{reconciliation_id}": "read",
    "DELETE /api/v1/costs/reconciliations/{reconciliation_id}": "editor",
    "GET /api/v1/rules": "read",
    "GET /api/v1/rules/templates": "read",
    "POST /api/v1/rules": "editor",
    "POST /api/v1/rules/preview": "read",
    "GET /api/v1/rules/{rule_id}": "read",
    "PATCH /api/v1/rules/{rule_id}": "editor",
    "DELETE /api/v1/rules/{rule_id}": "editor",
    "POST /api/v1/rules/{rule_id}/reset": "editor",
    "GET /api/v1/rules/{rule_id}/states": "read",
    "GET /api/v1/channels": "read",
    "POST /api/v1/channels": "editor",
    "GET /api/v1/channels/routing": "read",
    "PUT /api/v1/channels/routing": "editor",
    "GET /api/v1/channels/{channel_id}": "read",
    "PATCH /api/v1/channels/{channel_id}": "editor",
    "DELETE /api/v1/channels/{channel_id}": "editor",
    "POST /api/v1/channels/{channel_id}/test": "editor",
    "GET /api/v1/deliveries": "read",
    "POST /api/v1/deliveries/{delivery_id}/resend": "editor",
    "GET /api/v1/notifications": "read",
    "POST /api/v1/notifications/read": "person",
    "GET /api/v1/dashboards": "read",
    "POST /api/v1/dashboards": "editor",
    "POST /api/v1/dashboards/import": "editor",
    "POST /api/v1/dashboards/data": "read",
    "GET /api/v1/dashboards/{dashboard_id}": "read",
    "PUT /api/v1/dashboards/{dashboard_id}": "editor",
    "DELETE /api/v1/dashboards/{dashboard_id}": "editor",
    "POST /api/v1/dashboards/{dashboard_id}/duplicate": "editor",
    "GET /api/v1/dashboards/{dashboard_id}/export": "read",
    "GET /api/v1/dashboards/{dashboard_id}/shares": "editor",
    "POST /api/v1/dashboards/{dashboard_id}/shares": "editor",
    "DELETE /api/v1/dashboards/{dashboard_id}/shares/{share_id}": "editor",
    "GET /api/v1/alerts": "read",
    "GET /api/v1/diagnosis/{problem}": "read",
    "GET /api/v1/incidents": "read",
    "GET /api/v1/incidents/assignees": "read",
    "GET /api/v1/incidents/{incident_id}": "read",
    "PATCH /api/v1/incidents/{incident_id}": "editor",
    "POST /api/v1/incidents/{incident_id}/comments": "editor",
    "GET /api/v1/incidents/{incident_id}/dossier": "read",
    "POST /api/v1/incidents/{incident_id}/rollback": "editor",
    "POST /api/v1/incidents/{incident_id}/pause-experiment": "editor",
    "POST /api/v1/incidents/{incident_id}/silence": "editor",
    "GET /api/v1/incidents/{incident_id}/post-mortem": "read",
    "PUT /api/v1/incidents/{incident_id}/post-mortem": "editor",
    "POST /api/v1/incidents/{incident_id}/post-mortem/draft": "editor",
    "GET /api/v1/incidents/{incident_id}/post-mortem/export": "read",
    "GET /api/v1/slas": "read",
    "POST /api/v1/slas": "editor",
    "POST /api/v1/slas/preview": "read",
    "GET /api/v1/slas/{sla_id}": "read",
    "PATCH /api/v1/slas/{sla_id}": "editor",
    "DELETE /api/v1/slas/{sla_id}": "editor",
    "GET /api/v1/slas/{sla_id}/history": "read",
    "GET /api/v1/policies": "read",
    "POST /api/v1/policies": "editor",
    "GET /api/v1/policies/{policy_id}": "read",
    "PATCH /api/v1/policies/{policy_id}": "editor",
    "DELETE /api/v1/policies/{policy_id}": "editor",
    "POST /api/v1/policies/{policy_id}/try": "read",
    "GET /api/v1/action-runs": "read",
    "GET /api/v1/action-runs/{run_id}": "read",
    "POST /api/v1/action-runs/{run_id}/revert": "editor",
    "GET /api/v1/scaling/figure": "read",
    "GET /api/v1/retention/forget": "admin",
    "POST /api/v1/retention/forget": "admin",
    "GET /api/v1/retention/forget/{request_id}": "admin",
    "GET /api/v1/retention/periods": "read",
    "PUT /api/v1/retention/periods": "admin",
    "POST /api/v1/retention/periods/preview": "admin",
    "GET /api/v1/retention/redaction": "read",
    "PUT /api/v1/retention/redaction": "admin",
    "POST /api/v1/retention/redaction/preview": "admin",
    "GET /api/v1/silences": "read",
    "POST /api/v1/silences": "editor",
    "DELETE /api/v1/silences/{silence_id}": "editor",
    "GET /api/v1/reports": "read",
    "POST /api/v1/reports": "editor",
    "POST /api/v1/reports/preview": "read",
    "GET /api/v1/reports/{report_id}": "read",
    "PATCH /api/v1/reports/{report_id}": "editor",
    "DELETE /api/v1/reports/{report_id}": "editor",
    "GET /api/v1/reports/{report_id}/runs": "read",
    "POST /api/v1/reports/{report_id}/runs": "editor",
    "GET /api/v1/reports/{report_id}/runs/{report_run_id}": "read",
    "GET /api/v1/reports/{report_id}/runs/{report_run_id}/pdf": "read",
    "GET /api/v1/reports/unsubscribe/{subscription}": "link",
    "POST /api/v1/reports/unsubscribe/{subscription}": "link",
    "GET /api/v1/shared/{token}": "link",
    "GET /api/v1/shared/{token}/widgets/{widget_id}": "link",
    **{f"POST {path}": "ingest" for path in OTLP},
}
LINKS = [route for route, need in TABLE.items() if need == "link"]
"""Opened by whoever has the token, without a key."""
DASHBOARD = "/api/v1/dashboards/{dashboard_id}"
SLA: Json = {"name": "x", "objective": {"kind": "success_rate"}, "target": 99}
REPORT: Json = {"name": "x", "schedule": {"kind": "daily"}}
POLICY: Json = {"name": "x", "trigger": {"kind": "alert"}, "action": {"kind": "rollback"}}
INCIDENT = "/api/v1/incidents/{incident_id}"
COSTS = "/api/v1/costs"
BILL = "date,model,cost_usd\n2026-11-20,gpt-4o,1\n"
RULE: Json = {
    "name": "a rule", "metric": "error_rate", "condition": {"kind": "threshold", "op": "above", "value": 101},
    "template": "error-rate",
}  # fmt: skip
WIDGET: Json = {
    "id": "w", "kind": "table", "query": {"metrics": ["total_requests"], "by": ["prompt_id"]},
    "place": {"x": 0, "y": 0, "w": 6, "h": 6},
}  # fmt: skip
EVER: dict[str, str] = {"start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
OWN_RULES = (("DELETE", ""), ("PATCH", ""), ("POST", "/reset"))
GOES_ON = {
    "channel": ("state", "problem", "failures", "failing_since", "retry_at", "waiting", "dead"),
    "delivery": ("state", "attempts", "next_at", "tried_at", "finished_at", "said"),
}
"""What of them changes in the background."""
WRITES = ("POST", "PATCH", "PUT", "DELETE")
EXPERIMENT = "/api/v1/experiments/{experiment_id}"
VARIANT = f"{EXPERIMENT}/variants/{{variant_id}}"
OWN_EXPERIMENT = {f"DELETE {EXPERIMENT}": "draft", f"POST {EXPERIMENT}/start": "draft", f"POST {EXPERIMENT}/pause": "running",
    f"POST {EXPERIMENT}/conclude": "running", f"POST {VARIANT}/stop": "running", f"POST {VARIANT}/resume": "stopped"}  # fmt: skip
"""Routes that leave an experiment otherwise than they found it have one of their own, in this state."""
ASKS_FOR_A = {
    "POST /api/v1/scores", "POST /api/v1/events", "POST /api/v3/experiments/evaluate", "POST /api/v1/experiments",
}  # fmt: skip
"""Their bodies name things of A, which are not there for others."""


def days_from_now(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


@dataclass
class World:
    """Project A with something of everything, and project B beside it."""

    server: Server
    a: str
    b: str
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Of A by scopes; of B by `b`."""
    people: dict[str, httpx.Client] = field(default_factory=dict)
    """Browsers: viewer, editor, admin of A; outsider, admin of B alone."""

    def id(self, route: str, name: str) -> str:
        fixed = {"problem": "high-costs"}  # of paths that name a kind, not a thing
        return self.ids.get(f"{name} of {route}", "") or {**fixed, **self.ids}[name]

    def params(self, route: str) -> dict[str, str]:
        """What a route cannot do without, or what asks for things of A."""
        prompt = {"prompt_id": self.ids["name"]}
        of_route: dict[str, dict[str, str]] = {
            "POST /api/v1/notifications/read": {"project": self.a},
            "GET /api/metrics": prompt,
            f"GET {COSTS}/projection": prompt,
            f"POST {COSTS}/reconciliations": {"name": "made by a walk"},
            "GET /api/v1/calls/values": {"field": "prompt_id"},
            "GET /api/v1/scores": prompt,
            "GET /api/v1/scores/by-version": prompt,
            "GET /api/v1/prompts": {"name": self.ids["name"]},
            "GET /api/v1/prompts/deployments": {"prompt": self.ids["name"]},
            "GET /api/v1/prompts/{prompt_id}/diff": {"from_version": "1", "to_version": "2"},
            "GET /api/v1/experiments": {"prompt": self.ids["name"]},
            f"GET {EXPERIMENT}/trend": {"metric": "score:rating"},
            f"GET {EXPERIMENT}/distribution": {"score": "rating"},
            "GET /api/v1/shared/{token}/widgets/{widget_id}": {"start": days_from_now(-30), "end": days_from_now(1)},
        }
        return of_route.get(route, {})

    def body(self, route: str) -> Json | list[Json] | str | None:
        bodies: dict[str, Json | list[Json] | str] = {
            "POST /api/v1/session": {"email": "x@example.com", "password": "wrong password"},
            "POST /api/v1/session/link": {"token": "wrong"},
            "POST /api/v1/account/password": {"new_password": "another long password"},
            "POST /api/v1/account/tokens": {"name": "mine"},
            "POST /api/v1/projects": {"name": "made by a walk"},
            "PATCH /api/v1/projects/{project_id}": {"capture_content": True},
            "POST /api/v1/projects/{project_id}/members": {"email": "thief@example.com", "role": "admin"},
            "PATCH /api/v1/projects/{project_id}/members/{user_id}": {"role": "admin"},
            "POST /api/v1/projects/{project_id}/prices": {
                "provider": "openai", "model": "m", "valid_from": "2026-01-01", "input_usd_per_mtok": "1",
                "output_usd_per_mtok": "1",
            },
            "POST /api/v1/keys": {"project": self.a, "name": "stolen", "scopes": ["admin"]},
            "POST /api/v1/calls": {"calls": [{"prompt_id": "written by a walk", "latency_ms": 1}]},
            "POST /api/v1/query": {
                "metrics": ["total_requests"], "start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z", "by": ["prompt_id"],
            },
            "POST /api/v1/query/distribution": {
                "field": "latency_ms", "start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z",
            },
            "POST /api/v1/query/errors": {"start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"},
            "POST /api/v1/compare": {
                "subjects": [{"prompt_id": "a"}, {"prompt_id": "b"}], "start": "2026-01-01T00:00:00Z",
                "end": "2100-01-01T00:00:00Z",
            },
            "POST /api/v1/compare/versions": {
                "prompt_id": "a", "start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z",
            },
            "POST /api/v1/cohorts": {
                "by": "prompt_id", "metrics": ["total_requests"], "start": "2026-01-01T00:00:00Z",
                "end": "2100-01-01T00:00:00Z",
            },
            "POST /api/v1/channels": {"name": "made by a walk", "kind": "email", "addresses": ["ada@example.com"]},
            "PATCH /api/v1/channels/{channel_id}": {"name": f"{SECRET} channel"},
            "PUT /api/v1/channels/routing": {"info": [self.ids["channel_id"]]},
            "POST /api/v1/notifications/read": {"ids": []},
            "POST /api/v1/views": {"name": "made by a walk", "page": "calls", "search": ""},
            "PATCH /api/v1/views/{view_id}": {"search": "range=24h"},
            "POST /api/v1/rules": {**RULE, "name": "made by a walk"},
            "POST /api/v1/rules/preview": {"rule": RULE, "days": 1},
            "PATCH /api/v1/rules/{rule_id}": {"for_minutes": 2},
            f"POST {COSTS}/budgets": {"name": "made by a walk", "amount_usd": 1},
            f"PATCH {COSTS}/budgets/{{budget_id}}": {"amount_usd": 2},
            f"POST {COSTS}/repricings": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"},
            f"POST {COSTS}/reconciliations": BILL,
            "POST /api/v1/dashboards": {"name": "made by a walk", "widgets": [WIDGET]},
            "POST /api/v1/dashboards/import": {
                "promptpulse_dashboard": 1, "dashboard": {"name": "brought by a walk", "widgets": [WIDGET]},
            },
            "POST /api/v1/dashboards/data": {"widget": WIDGET, **EVER},
            f"PUT {DASHBOARD}": {"name": "changed", "widgets": []},
            f"PATCH {INCIDENT}": {"title": "changed"},
            f"POST {INCIDENT}/comments": {"text": "made by a walk"},
            f"POST {INCIDENT}/rollback": {"prompt": self.ids["prompt to roll back"]},
            f"POST {INCIDENT}/pause-experiment": {"experiment_id": self.ids["experiment to pause"]},
            f"POST {INCIDENT}/silence": {"minutes": 60},
            f"PUT {INCIDENT}/post-mortem": {"markdown": "# Changed"},
            f"POST {INCIDENT}/post-mortem/draft": {"replace": True},
            "POST /api/v1/slas": {**SLA, "name": "made by a walk"},
            "POST /api/v1/slas/preview": SLA,
            "PATCH /api/v1/slas/{sla_id}": {"target": 98},
            "POST /api/v1/reports": {**REPORT, "name": "made by a walk"},
            "POST /api/v1/reports/preview": REPORT,
            "PATCH /api/v1/reports/{report_id}": {"quiet": True},
            "POST /api/v1/reports/{report_id}/runs": {"to": ["walk@example.com"]},
            "POST /api/v1/policies": {**POLICY, "name": "made by a walk"},
            "PATCH /api/v1/policies/{policy_id}": {"daily_cap": 2},
            "POST /api/v1/policies/{policy_id}/try": {},
            "POST /api/v1/action-runs/{run_id}/revert": {},
            "POST /api/v1/retention/forget": {"user_id": "nobody"},
            "PUT /api/v1/retention/periods": {"calls_days": 90},
            "POST /api/v1/retention/periods/preview": {"calls_days": 90},
            "PUT /api/v1/retention/redaction": {"patterns": []},
            "POST /api/v1/retention/redaction/preview": {"text": "x"},
            "POST /api/v1/silences": {"end": days_from_now(1)},
            "POST /api/v1/metrics/custom": {"name": "made by a walk", "formula": "count()"},
            "POST /api/v1/metrics/custom/check": {
                "formula": "count()", "start": "2026-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z",
            },
            "PATCH /api/v1/metrics/custom/{metric_id}": {"description": "changed"},
            "PUT /api/v1/metrics/targets": {"p50_latency_ms": 1},
            "POST /api/v1/prompts": {"name": f"{route} of a walk", "content": "Hello"},
            "PATCH /api/v1/prompts/{prompt_id}": {"description": "changed"},
            "POST /api/v1/prompts/{prompt_id}/versions": {"content": "more"},
            "POST /api/v1/prompts/{prompt_id}/deploy": {"version": 1},
            "POST /api/public/v2/prompts": {"name": "made by a walk", "prompt": "more"},
            "PATCH /api/public/v2/prompts/{name}/versions/{version}": {"newLabels": ["staging"]},
            "POST /api/public/scores": [{"id": "walk 1", "traceId": "t", "name": "tone", "value": 1.0, "dataType": "NUMERIC"}],
            "POST /api/public/ingestion": {"batch": [{
                "id": "walk 2", "type": "score-create", "timestamp": "2026-11-21T09:07:30Z",
                "body": {"id": "walk 3", "traceId": "t", "name": "tone", "value": 1.0, "dataType": "NUMERIC"},
            }]},
            "POST /api/v1/experiments": {"title": "made by a walk", "variants": self.variants},
            "POST /api/v1/experiments/power": {"prompt": self.ids["name"], "metric": {"metric": "avg_latency_ms"}},
            f"PATCH {EXPERIMENT}": {"notes": "changed"},
            f"POST {EXPERIMENT}/explain": {"context": {"userId": f"{SECRET} user"}},
            "POST /api/v3/experiments/evaluate": {"experimentTitle": self.ids["title"], "context": {"userId": "walker"}},
            "POST /api/v1/scores": {
                "expId": self.ids["experiment_id"], "bucketId": self.ids["variant_id"], "userId": "walker",
                "scores": [{"name": "rating", "type": "int", "value": 1}],
            },
            "PUT /api/v1/scores/mappings": {"mappings": {"feedback": {"good": 1, "bad": 0}}},
            "POST /api/v1/events": {
                "experiment_id": self.ids["experiment_id"], "variant_id": self.ids["variant_id"], "user_id": "walker",
                "outcome": "success",
            },
        }  # fmt: skip
        return bodies.get(route)

    @property
    def variants(self) -> list[Json]:
        return [{"name": f"{SECRET} {n}", "prompt": self.ids["name"], "version": n, "weight": 50} for n in (1, 2)]

    def ask(self, client: httpx.Client, route: str, *, name_project: bool) -> httpx.Response:
        """The answer, without reading event streams. `name_project`: with `?project=` of A where the route takes it."""
        method, path = route.split(" ")
        url = re.sub(r"\{(\w+)\}", lambda m: quote(self.id(route, m[1]), safe=""), path)
        chooses = "{project_id}" not in path and name_project
        body = self.body(route) or ({} if method == "POST" else None)
        params = self.params(route) | ({"project": self.a} if chooses else {})
        sent = {"content": body.encode()} if isinstance(body, str) else {"json": body}
        request = client.build_request(method, url, params=params, **sent)
        answer = client.send(request, stream=True)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.close()
        else:
            answer.read()
            answer.close()
        return answer

    def key_client(self, name: str) -> httpx.Client:
        return self.server.client_of(self.keys[name])

    def picture(self) -> Json:
        """All that can be seen of A, to notice any change."""
        with self.key_client("all") as all_of_a:
            found = {
                path: all_of_a.get(path).json()["data"]
                for path in (
                    f"/api/v1/projects/{self.a}", f"/api/v1/projects/{self.a}/members", f"/api/v1/projects/{self.a}/prices",
                    f"/api/v1/projects/{self.a}/audit", "/api/v1/keys", "/api/v1/calls",
                    "/api/v1/prompts", f"/api/v1/prompts/{self.ids['prompt_id']}/versions", "/api/v1/prompts/deployments",
                    "/api/v1/experiments", "/api/v1/scores", "/api/v1/scores/mappings", "/api/v1/metrics/custom",
                    "/api/v1/metrics/targets", "/api/v1/dashboards", f"{COSTS}/budgets", f"{COSTS}/repricings",
                    f"{COSTS}/reconciliations", "/api/v1/rules", "/api/v1/alerts", "/api/v1/incidents", "/api/v1/silences",
                    "/api/v1/slas", "/api/v1/reports", "/api/v1/policies", "/api/v1/action-runs", "/api/v1/retention/redaction",
                    "/api/v1/retention/periods",
                    "/api/v1/channels", "/api/v1/channels/routing", "/api/v1/deliveries", "/api/v1/notifications",
                    f"/api/v1/events/experiment/{self.ids['experiment_id']}",
                )
            }  # fmt: skip
        with self.key_client("read") as reader:
            found["/api/v1/views"] = reader.get("/api/v1/views").json()["data"]
        audit = f"/api/v1/projects/{self.a}/audit"
        # noted by a job, some time after the request
        found[audit] = [entry for entry in found[audit] if entry["action"] != "user.forgotten"]
        for key in found["/api/v1/keys"]:
            del key["last_used_at"]
        for experiment in found["/api/v1/experiments"]:
            del experiment["progress"]  # goes on with the clock
        for rule in found["/api/v1/rules"]:
            del rule["health"], rule["phase"], rule["firing"]  # a round every few seconds
        for sla in found["/api/v1/slas"]:
            del sla["state"], sla["evaluated_at"]  # every minute
        for channel in found["/api/v1/channels"]:
            for field_ in GOES_ON["channel"]:  # each try of a message
                del channel[field_]
        for delivery in found["/api/v1/deliveries"]:
            for field_ in GOES_ON["delivery"]:
                del delivery[field_]
        for incident in found["/api/v1/incidents"]:
            del incident["cause"]  # found by a job, which tells of it
        for path in ("/api/v1/notifications", "/api/v1/deliveries"):
            found[path] = [one for one in found[path] if one["event"] != "note"]
        for job in found[f"{COSTS}/repricings"]:
            del job["status"], job["days_done"], job["finished_at"]  # goes on in the background
        found[f"/api/v1/projects/{self.a}/audit"] = [
            e for e in found[f"/api/v1/projects/{self.a}/audit"] if e["action"] != "repricing.done"
        ]
        return found


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    def made(answer: httpx.Response) -> Json:
        assert answer.status_code == 201, answer.text
        data: Json = answer.json()["data"]
        return data

    root = server.client
    a = server.project_key(f"{SECRET} project")
    b = server.project_key("project of b")
    built = World(server, a.project, b.project, keys={"all": a.key, "b": b.key, "wrong": "pp_unknown"})
    for scopes in (("ingest",), ("read",), ("ingest", "read"), ("admin",)):
        built.keys["+".join(scopes)] = server.new_key(a.project, *scopes)
    for role in ("viewer", "editor", "admin", "outsider"):
        project, part = (b.project, "admin") if role == "outsider" else (a.project, role)
        member = made(
            root.post(f"/api/v1/projects/{project}/members", json={"email": f"{role}@{SECRET}.example", "role": part})
        )
        token = str(member["sign_in_link"]).partition("token=")[2]
        built.people[role] = sign_in(server, "/api/v1/session/link", token=token)
        built.ids.setdefault("user_id", str(member["user_id"]))
    price = {"provider": "openai", "model": f"{SECRET} model", "valid_from": "2026-01-01", "input_usd_per_mtok": "1"}
    key: Json = {"project": a.project, "name": f"{SECRET} key", "scopes": ["read"]}

    def new_id(client: httpx.Client, path: str, body: Json) -> str:
        return str(made(client.post(path, json=body))["id"])

    built.ids |= {
        "project_id": a.project,
        "price_id": new_id(root, f"/api/v1/projects/{a.project}/prices", {**price, "output_usd_per_mtok": "1"}),
        "key_id": new_id(root, "/api/v1/keys", key),
        "token_id": new_id(built.people["admin"], "/api/v1/account/tokens", {"name": f"{SECRET} token"}),
        "call_id": f"{SECRET} call",
    }
    call: Json = {"id": f"{SECRET} call", "prompt_id": f"{SECRET} prompt", "latency_ms": 5, "model": f"{SECRET} model"}
    with built.key_client("read") as reader:
        view: Json = {"page": "calls", "search": f"model={SECRET}"}
        built.ids["view_id"] = new_id(reader, "/api/v1/views", {**view, "name": f"{SECRET} view"})
        own = new_id(reader, "/api/v1/views", {**view, "name": f"{SECRET} view to delete"})
        built.ids["view_id of DELETE /api/v1/views/{view_id}"] = own
    with built.key_client("all") as client:
        server.send([call], client)
        add_prompts_and_experiments(built, client)
        add_dashboards(built, client)
        add_costs(built, client)
        add_channels(built, client)
        add_incidents(built, client)
        add_deliveries(built, client)
        add_rules(built, client)
        add_slas_and_policies(built, client)
        add_reports(built, client)
        asked = client.post("/api/v1/retention/forget", json={"user_id": "nobody of them"})
        built.ids["request_id"] = str(asked.json()["data"]["id"])
    yield built
    for browser in built.people.values():
        browser.close()


def add_dashboards(world: World, client: httpx.Client) -> None:
    for method in ("", "PUT", "DELETE"):
        made = new(
            client, "/dashboards", {"name": f"{SECRET} dashboard {method}", "widgets": [{**WIDGET, "title": SECRET}]}
        )
        world.ids["dashboard_id" + (f" of {method} {DASHBOARD}" if method else "")] = str(made["id"])
    shares = f"/dashboards/{world.ids['dashboard_id']}/shares"
    for route, note in (("", f"{SECRET} link"), (f" of DELETE {DASHBOARD}/shares/{{share_id}}", "to be revoked")):
        link = new(client, shares, {"note": note})
        world.ids[f"share_id{route}"] = str(link["id"])
        world.ids.setdefault("token", str(link["path"]).removeprefix("/shared/"))
    world.ids["widget_id"] = str(WIDGET["id"])


def add_costs(world: World, client: httpx.Client) -> None:
    for route in ("", f" of PATCH {COSTS}/budgets/{{budget_id}}", f" of DELETE {COSTS}/budgets/{{budget_id}}"):
        made = new(client, "/costs/budgets", {"name": f"{SECRET} budget{route}"[:100], "amount_usd": 1})
        world.ids[f"budget_id{route}"] = str(made["id"])
    job = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z", "reason": f"{SECRET} reason"}
    world.ids["repricing_id"] = client.post(f"{COSTS}/repricings", json=job).json()["data"]["id"]
    for route in ("", f" of DELETE {COSTS}/reconciliations/{{reconciliation_id}}"):
        answer = client.post(f"{COSTS}/reconciliations", params={"name": f"{SECRET} bill"}, content=BILL.encode())
        assert answer.status_code == 201, answer.text
        world.ids[f"reconciliation_id{route}"] = answer.json()["data"]["id"]


def add_rules(world: World, client: httpx.Client) -> None:
    for route in ("", *(f" of {method} /api/v1/rules/{{rule_id}}{rest}" for method, rest in OWN_RULES)):
        made = new(client, "/rules", {**RULE, "name": f"{SECRET} rule{route}"[:100]})
        world.ids[f"rule_id{route}"] = str(made["id"])


def add_slas_and_policies(world: World, client: httpx.Client) -> None:
    for what, name, body in (("slas", "sla_id", SLA), ("policies", "policy_id", POLICY)):
        for route in ("", *(f" of {method} /api/v1/{what}/{{{name}}}" for method in ("PATCH", "DELETE"))):
            made = new(client, f"/{what}", {**body, "name": f"{SECRET} {what}{route}"[:100]})
            world.ids[f"{name}{route}"] = str(made["id"])
    undone = new_prompt(client, f"{SECRET} to be undone", "one", "two")
    new(client, f"/prompts/{undone['id']}/deploy", {"version": 2})
    new(client, f"/prompts/{undone['id']}/rollback", {"to_version": 1})
    incident = world.ids["incident_id"]
    world.ids["run_id"] = new_run(world.server, world.a, incident, str(undone["name"]), f"{SECRET} run")


def add_reports(world: World, client: httpx.Client) -> None:
    """Nothing is sent: the server knows no mail server."""
    one = "/api/v1/reports/{report_id}"
    for route in ("", f" of PATCH {one}", f" of DELETE {one}", f" of POST {one}/runs"):
        made = new(client, "/reports", {**REPORT, "name": f"{SECRET} report{route}"[:100]})
        world.ids[f"report_id{route}"] = str(made["id"])
    address = f"reader@{SECRET}.example"
    run = new(client, f"/reports/{world.ids['report_id']}/runs", {"to": [address]})
    world.ids["report_run_id"] = str(run["id"])
    keyring = open_keyring("", world.server.folder / "secret.key")
    world.ids["subscription"] = token_of(keyring, world.ids["report_id"], address)


def add_channels(world: World, client: httpx.Client) -> None:
    """Nothing is sent: the server knows no mail server."""
    body: Json = {"kind": "email", "addresses": [f"channel@{SECRET}.example"], "severities": ["warning", "critical"]}
    for route in ("", " of DELETE /api/v1/channels/{channel_id}"):
        made = new(client, "/channels", {**body, "name": f"{SECRET} channel{route}"})
        world.ids[f"channel_id{route}"] = str(made["id"])


def add_deliveries(world: World, client: httpx.Client) -> None:
    """A dead message of the incident: its channel was switched off for a moment."""
    channel = f"/api/v1/channels/{world.ids['channel_id']}"
    for enabled in (False, True):
        assert client.patch(channel, json={"enabled": enabled}).status_code == 200
    dead = client.get("/api/v1/deliveries", params={"channel_id": world.ids["channel_id"], "state": "dead"})
    world.ids["delivery_id"] = dead.json()["data"][0]["id"]


def add_incidents(world: World, client: httpx.Client) -> None:
    world.ids["incident_id"] = new_incident(world.server, world.a, f"{SECRET} rule")
    client.put(f"/api/v1/incidents/{world.ids['incident_id']}/post-mortem", json={"markdown": SECRET})
    prompt = new_prompt(client, "to roll back", "one", "two")
    new(client, f"/prompts/{prompt['id']}/deploy", {"version": 2})
    world.ids["prompt to roll back"] = "to roll back"
    world.ids["experiment to pause"] = str(new_experiment(client, f"{SECRET} to pause", world.variants)["id"])
    for route in ("", " of DELETE /api/v1/silences/{silence_id}"):
        made = new(client, "/silences", {"reason": f"{SECRET} reason", "end": days_from_now(1)})
        world.ids[f"silence_id{route}"] = str(made["id"])


def treatment_of(experiment: Json) -> str:
    """Id of a variant that is not the control."""
    variants = experiment["variants"]
    assert isinstance(variants, list)
    return next(str(v["id"]) for v in variants if not v["control"])


def add_prompts_and_experiments(world: World, client: httpx.Client) -> None:
    prompt = new_prompt(client, f"{SECRET} prompt", f"{SECRET} content", f"{SECRET} content 2")
    world.ids |= {
        "prompt_id": str(prompt["id"]),
        "name": str(prompt["name"]),
        "number": "1",
        "version": "1",
        "title": f"{SECRET} experiment",
    }
    for route in ("", " of DELETE /api/v1/metrics/custom/{metric_id}"):
        metric = new(client, "/metrics/custom", {"name": f"{SECRET} metric{route}", "formula": "count()"})
        world.ids[f"metric_id{route}"] = str(metric["id"])
    new(client, f"/prompts/{prompt['id']}/deploy", {"version": 2, "message": f"{SECRET} deployment"})
    running = new_experiment(client, world.ids["title"], world.variants)
    world.ids["experiment_id"] = str(running["id"])
    for route, state in OWN_EXPERIMENT.items():
        made = new_experiment(client, f"{SECRET} {route}", world.variants, starts=state != "draft")
        world.ids[f"experiment_id of {route}"] = str(made["id"])
        world.ids[f"variant_id of {route}"] = other = treatment_of(made)
        if state == "stopped":
            new(client, f"/experiments/{made['id']}/variants/{other}/stop")
    context: Json = {"userId": f"{SECRET} user"}
    told = client.post(
        "/api/v3/experiments/evaluate", json={"experimentTitle": world.ids["title"], "context": context}
    ).json()["data"]
    world.ids["variant_id"] = told["bucketId"]
    unit: Json = {"userId": context["userId"]}
    score: Json = {"name": f"{SECRET} score", "type": "string", "value": f"{SECRET} value"}
    experiment: Json = {"expId": told["experimentId"], "bucketId": told["bucketId"]}
    new(client, "/scores", {**experiment, **unit, "scores": [score, {"name": "rating", "type": "int", "value": 5}]})
    outcome: Json = {
        "experiment_id": told["experimentId"],
        "variant_id": told["bucketId"],
        "user_id": context["userId"],
    }
    new(client, "/events", {**outcome, "outcome": f"{SECRET} outcome"})
    events = f"/api/v1/events/experiment/{told['experimentId']}"
    assert len(eventually(lambda: client.get(events).json()["data"], 2)) == 2


def test_every_route_is_listed_with_what_it_needs(server: Server) -> None:
    document = server.client.get("/openapi.json").json()
    found = {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}
    assert found == TABLE.keys()


def test_only_langfuse_clients_get_400_for_a_refused_value(server: Server) -> None:
    """As the document says; that it is so is tried with other clients of these routes."""
    paths = server.client.get("/openapi.json").json()["paths"]
    without = {
        path for path, operations in paths.items() for one in operations.values() if "422" not in one["responses"]
    }
    assert without == {
        f"/api/public/{path}"
        for path in ("health", "projects", "scores", "ingestion", "v2/prompts", "v2/prompts/{name}",
            "v2/prompts/{name}/versions/{version}")
    }  # fmt: skip


@dataclass(frozen=True)
class Stranger:
    """Somebody who must not get anywhere, and how they are turned away; empty: any refusal, or their own data."""

    name: str
    client: httpx.Client
    codes: frozenset[int]
    csrf: bool = False
    """Turned away for want of the CSRF token."""


WEAK_KEY: dict[Need, str] = {
    "read": "ingest", "any": "ingest", "ingest": "read", "editor": "ingest+read", "admin": "ingest+read",
    "keys": "ingest+read", "person": "all", "session": "all", "instance": "all",
}  # fmt: skip
"""The strongest key of A that still must not. Any key may fetch."""
WEAK_ROLE: dict[Need, str] = {
    "ingest": "viewer",
    "editor": "viewer",
    "admin": "editor",
    "keys": "editor",
    "instance": "admin",
}


def strangers(world: World, route: str, *, name_project: bool) -> Iterator[Stranger]:
    need = TABLE[route]
    in_path = "{project_id}" in route or need == "keys"
    named = name_project or in_path
    not_there = {404} if "{" in route.replace("{problem}", "") else {404, 422} if route in ASKS_FOR_A else set[int]()
    own = need in {"person", "session", "any", "nothing"}
    if need != "nothing":
        yield Stranger("nobody", world.server.client_of(""), frozenset({401}))
        yield Stranger("a wrong key", world.key_client("wrong"), frozenset({401}))
        if need in WEAK_KEY:
            yield Stranger(f"the key {WEAK_KEY[need]} of A", world.key_client(WEAK_KEY[need]), frozenset({403}))
        if route.startswith(WRITES):
            viewer = world.server.client_of("")
            viewer.cookies = world.people["viewer"].cookies
            yield Stranger("a viewer without CSRF token", viewer, frozenset({403}), csrf=True)
    if need == "instance":
        yield Stranger("the key of B", world.key_client("b"), frozenset({403}))
    elif own:
        yield Stranger("the key of B", world.key_client("b"), frozenset())
    else:
        code = {404} if in_path else {403} if named else not_there
        yield Stranger("the key of B", world.key_client("b"), frozenset(code))
    if need in WEAK_ROLE and (named or need == "instance"):
        yield Stranger(WEAK_ROLE[need], browser(world, WEAK_ROLE[need]), frozenset({403}))
    if not (need == "session" and route.startswith(WRITES)):
        which_project = 400 if is_langfuse(route.split(" ")[1]) else 422
        code = {403} if need == "instance" else set() if own else {404} if named else {which_project}
        yield Stranger("the admin of B", browser(world, "outsider"), frozenset(code))


def browser(world: World, person: str) -> httpx.Client:
    """Another window of the person's browser."""
    mine = world.people[person]
    window = world.server.client_of("", **{"X-CSRF-Token": mine.headers["X-CSRF-Token"]})
    window.cookies = mine.cookies
    return window


@pytest.mark.parametrize("route", [route for route in TABLE if route not in LINKS])
def test_nobody_reads_or_changes_what_is_not_theirs(world: World, route: str) -> None:
    before = world.picture() if route.startswith(WRITES) else None
    for name_project in (False, True):
        for stranger in strangers(world, route, name_project=name_project):
            with stranger.client as client:
                answer = world.ask(client, route, name_project=name_project)
            shown = f"{stranger.name} got {answer.status_code} from {answer.request.method} {answer.request.url}"
            assert answer.status_code < 500, shown
            assert not stranger.codes or answer.status_code in stranger.codes, shown
            if answer.headers["content-type"].startswith("text/event-stream"):
                assert not name_project, shown  # their own stream
                continue
            assert SECRET not in without_the_question(world, answer), shown
            if stranger.csrf:
                assert "X-CSRF-Token" in answer.text, shown
    assert before is None or world.picture() == before


REPEATS_THE_PROMPT = ("/api/metrics", "/api/v1/experiments/power")


def without_the_question(world: World, answer: httpx.Response) -> str:
    """Its text without the caller's own address; a refusal may also repeat what was asked for."""
    asked = [world.ids[name] for name in ("call_id", "name", "title")] + [str(v["name"]) for v in world.variants]
    repeated = asked if answer.is_error else [world.ids["name"]] if answer.url.path in REPEATS_THE_PROMPT else []
    return re.sub("|".join([rf"\w+@{SECRET}.example", *map(re.escape, repeated)]), "", answer.text)


@pytest.mark.parametrize("route", LINKS)
@pytest.mark.parametrize("key", ["", "all", "b"])
def test_a_wrong_link_opens_nothing_whoever_has_it(world: World, route: str, key: str) -> None:
    elsewhere = replace(world, ids={**world.ids, "token": "x" * 43, "subscription": "x" * 43})
    with world.key_client(key) if key else world.server.client_of("") as client:
        answer = elsewhere.ask(client, route, name_project=False)
    assert answer.status_code == 404
    assert SECRET not in answer.text


MAY: dict[Need, tuple[str, ...]] = {
    "read": ("read",), "any": ("read",), "ingest": ("ingest",), "fetch": ("ingest", "read"), "admin": ("admin",),
    "keys": ("admin",),
}  # fmt: skip
"""The weakest keys that may."""


@pytest.mark.parametrize(
    ("route", "key"), [(route, key) for route, need in TABLE.items() for key in MAY.get(need, ("",))]
)
def test_whoever_may_can(world: World, route: str, key: str) -> None:
    need = TABLE[route]
    if key:
        client = world.key_client(key)
    elif need == "instance":
        client = world.server.client_of(world.server.key)
    elif need in {"nothing", "link"}:
        client = world.server.client_of("")
    else:
        client = browser(
            world, "editor" if need == "editor" else "viewer" if route == "DELETE /api/v1/session" else "admin"
        )
    with client:
        answer = world.ask(client, route, name_project=need in {"read", "ingest", "fetch", "editor", "admin"})
    if route.startswith("POST /api/v1/session"):
        assert answer.status_code == 401  # the credentials are wrong
    else:
        assert answer.is_success, answer.text


def test_a_version_of_another_project_is_not_known(world: World) -> None:
    with world.key_client("all") as client:
        version = client.get(f"/api/v1/prompts/{world.ids['prompt_id']}/versions").json()["data"][0]["id"]
    body = {"promptVersionId": version, "callId": "b", "scores": [{"name": "rating", "type": "int", "value": 1}]}
    with world.key_client("b") as client:
        answer = client.post("/api/v1/scores", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "promptVersionId")
    assert SECRET not in answer.text


def test_a_personal_token_reaches_what_its_person_does(world: World) -> None:
    token = browser(world, "outsider").post("/api/v1/account/tokens", json={"name": "notebook"}).json()["data"]["token"]
    with world.server.client_of(token) as client:
        assert client.get("/api/v1/calls", params={"project": world.a}).status_code == 404
        assert client.get("/api/v1/calls", params={"project": world.b}).status_code == 200
        assert client.get("/metrics", params={"project": world.a}).status_code == 404
        assert [p["id"] for p in client.get("/api/v1/projects").json()["data"]] == [world.b]


def test_the_scrape_of_a_key_shows_its_own_prompts_alone(world: World) -> None:
    for name, shown in (("b", False), ("all", True)):
        with world.key_client(name) as client:
            assert (f'prompt="{SECRET} prompt"' in client.get("/metrics").text) is shown
    assert SECRET not in httpx.get(f"{world.server.url}/metrics").text


def test_live_events_of_another_project_are_not_seen(world: World) -> None:
    with world.key_client("b") as b, world.key_client("all") as a, b.stream("GET", "/api/v1/live") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        world.server.send([{"model": "m", "latency_ms": 1}] * 7, a)
        world.server.send([{"model": "m", "latency_ms": 1}] * 3, b)
        assert [next(line for line in lines if line) for _ in range(2)] == ["event: calls", 'data: {"accepted":3}']
