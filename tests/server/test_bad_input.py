"""What the server refuses of prompts, experiments, scores and events: 4xx, a text that says why, and the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest

from server.making import eventually, new_experiment, new_prompt
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("bad input")
PYDANTIC = re.compile(
    "Input should|Field required|Extra inputs|should have at|after validation|valid (string|integer|number)"
)
NOWHERE = "00000000-0000-7000-8000-000000000000"

# <words> stand for ids of the project below.
HALVES: list[Json] = [
    {"name": "Control", "prompt": "greeting", "version": 1, "weight": 50, "control": True},
    {"name": "Treatment", "prompt": "greeting", "version": 2, "weight": 50},
]
SWAPPED: list[Json] = [HALVES[0], {**HALVES[1], "version": 1}]
CROSSED: list[Json] = [{**HALVES[0], "control": False}, {**HALVES[1], "control": True}]
THREE: list[Json] = [{**half, "weight": 30} for half in HALVES] + [{"name": "C", "prompt": "greeting", "weight": 40}]
RATING: Json = {"name": "rating", "type": "int", "value": 5}
BUCKET: Json = {"expId": "<running>", "bucketId": "<bucket>"}
SCORES: Json = {**BUCKET, "userId": "user-1", "scores": [RATING]}
OUTCOME: Json = {"experiment_id": "<running>", "variant_id": "<bucket>", "user_id": "user-1", "outcome": "success"}
CHAT: list[Json] = [{"role": "user", "content": "Bye"}]
PROMPT: Json = {"name": "farewell", "type": "text", "content": "Bye"}
OTHERWISE: Json = {"metrics": [{"score": "tone", "primary": True}]}
ASKED: Json = {"experimentTitle": "running"}
BACKWARDS = "GET /scores/experiments/<running>?start_date=2026-02-01&end_date=2026-01-01"
SECOND: Json = {"version": 2, "expected_version": 3}
TEST: Json = {"title": "another", "variants": HALVES, "metrics": [{"score": "rating", "primary": True}]}

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
NIGHTS: Json = {"weekdays": [1, 2], "start": "22:00", "end": "02:00"}


REPORT: Json = {"name": "x", "schedule": {"kind": "daily"}}
SLA: Json = {"name": "x", "objective": {"kind": "success_rate"}, "target": 99}
POLICY: Json = {"name": "x", "trigger": {"kind": "alert"}, "action": {"kind": "rollback"}}
SCALER: Json = {"kind": "webhook", "url": "https://example.com/hook", "direction": "scale_up"}


def scores(*given: object) -> Json:
    return {**SCORES, "scores": list(given)}


def score(kind: str, value: object) -> Json:
    return scores(RATING, {"name": "x", "type": kind, "value": value})


def without(body: Json, *names: str) -> Json:
    return {name: value for name, value in body.items() if name not in names}


def variants(*changes: Json) -> Json:
    return {**TEST, "variants": [{**half, **change} for half, change in zip(HALVES, changes, strict=True)]}


def metric(**given: object) -> Json:
    return {**TEST, "metrics": [{"score": "rating", "primary": True}, given]}


def score_sent(text: str) -> str:
    """With a value that JSON writers do not write."""
    return json.dumps(score("float", 0)).replace('"value": 0', f'"value": {text}')


def asked_for(*metrics: str, **more: object) -> Json:
    return {"metrics": list(metrics), "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", **more}


ABOVE: Json = {"kind": "threshold", "op": "above", "value": 5}
RULE: Json = {"name": "Errors", "metric": "error_rate", "condition": ABOVE}
HOOK: Json = {"name": "Hook", "kind": "webhook", "url": "https://receiver.example/"}
BUDGET: Json = {"name": "Everything", "amount_usd": 100}
METRIC: Json = {"name": "Errors", "formula": "count(status = 'error')"}
Body = Json | list[Json] | str
MONTH: Json = {"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}
PAIR: Json = {**MONTH, "subjects": [{"prompt_id": "a"}, {"prompt_id": "b"}]}
COHORTS: Json = {**MONTH, "by": "hour", "metrics": ["total_requests"]}
LATENCY: Json = {**MONTH, "field": "latency_ms"}
VIEW: Json = {"name": "Slow", "page": "calls", "search": "range=7d"}


def where(**given: object) -> str:
    """A list of calls with one filter."""
    return f"GET /calls?where={quote(json.dumps([given]))}"


def dashboard(**query: object) -> Json:
    """With a line of requests, or as `query` says."""
    asked = {"metrics": ["total_requests"], **query}
    return {"name": "Board", "widgets": [{"id": "w", "kind": "line", "query": asked, "place": PLACE}]}


PLACE: Json = {"x": 0, "y": 0, "w": 6, "h": 6}
WIDE: Json = {"id": "w", "kind": "text", "place": {**PLACE, "x": 8}}
WIDGET: Json = {"id": "w", "kind": "line", "query": {"metrics": ["total_requests"]}, "place": PLACE}
FILE: Json = {"promptpulse_dashboard": 1, "dashboard": {"name": "Board"}}
LINK = "/shared/0000"
CASES: list[tuple[str, str, Body | None, int, str | None]] = [
    # what is wrong, request, body, status, field
    ("a pattern without an end", "PUT /retention/redaction", {"patterns": [{"name": "x", "pattern": "a+"}]}, 422,
     "patterns.0.pattern"),
    ("a pattern of nothing", "PUT /retention/redaction", {"patterns": [{"name": "x", "pattern": "a?"}]}, 422,
     "patterns.0.pattern"),
    ("a pattern that is none", "PUT /retention/redaction", {"patterns": [{"name": "x", "pattern": "["}]}, 422,
     "patterns.0.pattern"),
    ("a pattern with an odd name", "PUT /retention/redaction", {"patterns": [{"name": "X!", "pattern": "abc"}]}, 422,
     "patterns.0.name"),
    ("a pattern of half a character", "PUT /retention/redaction", '{"patterns": [{"name": "x", "pattern": "\\ud800"}]}', 422,
     "patterns.0.pattern"),
    ("calls of a week", "PUT /retention/periods", {"calls_days": 7}, 422, "calls_days"),
    ("texts of no day", "PUT /retention/periods", {"texts_days": 0}, 422, "texts_days"),
    ("texts without calls", "PUT /retention/periods", {"calls_days": 40, "texts_days": 41}, 422, "texts_days"),
    ("eleven years", "POST /retention/periods/preview", {"minutes_days": 3651}, 422, "minutes_days"),
    ("a period of true", "POST /retention/periods/preview", {"scores_and_events_days": True}, 422, "scores_and_events_days"),
    ("a period of what is not", "POST /retention/periods/preview", {"days": 90}, 422, "days"),
    ("forgetting nobody", "POST /retention/forget", {"user_id": ""}, 422, "user_id"),
    ("forgetting half a character", "POST /retention/forget", '{"user_id": "\\ud800"}', 422, "user_id"),
    ("forgetting a list", "POST /retention/forget", {"user_id": ["a"]}, 422, "user_id"),
    ("a request that is not there", f"GET /retention/forget/{NOWHERE}", None, 404, None),
    ("a request with NUL", "GET /retention/forget/%00", None, 404, None),
    ("a preview of a long text", "POST /retention/redaction/preview", {"text": "x" * 20_001}, 422, "text"),
    ("a preview of nothing", "POST /retention/redaction/preview", {}, 422, "text"),
    ("a silence without an end", "POST /silences", {}, 422, "end"),
    ("a silence that is over", "POST /silences", {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}, 422, "end"),
    ("a silence that ends before it starts", "POST /silences", {"start": MONTH["end"], "end": MONTH["start"]}, 422, "end"),
    ("a silence for years", "POST /silences", {"end": "2099-01-01T00:00:00Z"}, 422, "end"),
    ("a silence that repeats", "POST /silences", {"weekly": NIGHTS}, 422, "weekly"),
    ("maintenance on no weekday", "POST /silences", {"kind": "maintenance", "weekly": {**NIGHTS, "weekdays": []}}, 422,
     "weekly.weekdays"),
    ("maintenance on an eighth day", "POST /silences", {"kind": "maintenance", "weekly": {**NIGHTS, "weekdays": [8]}}, 422,
     "weekly.weekdays.0"),
    ("maintenance in a zone of its own", "POST /silences", {"kind": "maintenance", "weekly": {**NIGHTS, "start": "22:00+01:00"}},
     422, "weekly"),
    ("a silence of an unknown dimension", "POST /silences", {"match": {"colour": ["red"]}, "end": TOMORROW}, 422, "match"),
    ("a silence of no value", "POST /silences", {"match": {"model": []}, "end": TOMORROW}, 422, "match"),
    ("a silence with NUL", "POST /silences", {"reason": "\x00", "end": TOMORROW}, 422, "reason"),
    ("a silence of half a character", "POST /silences", '{"reason": "\\ud800"}', 422, "reason"),
    ("a silence of nobody's id", "POST /silences", {"source_id": "x", "end": TOMORROW}, 422, "source"),
    ("ending a silence that is not there", "DELETE /silences/%00", None, 404, None),
    ("an incident that is not there", "GET /incidents/nowhere", None, 404, None),
    ("an incident with NUL", "GET /incidents/%00", None, 404, None),
    ("a dossier of nothing", f"GET /incidents/{NOWHERE}/dossier", None, 404, None),
    ("an unknown status", f"PATCH /incidents/{NOWHERE}", {"status": "fixed"}, 422, "status"),
    ("an incident without a title", f"PATCH /incidents/{NOWHERE}", {"title": ""}, 422, "title"),
    ("a comment of nothing", f"POST /incidents/{NOWHERE}/comments", {"text": ""}, 422, "text"),
    ("quiet for a minute", f"POST /incidents/{NOWHERE}/silence", {"minutes": 1}, 422, "minutes"),
    ("a post-mortem of nothing", f"PUT /incidents/{NOWHERE}/post-mortem", {"markdown": ""}, 422, "markdown"),
    ("a problem nobody knows", "GET /diagnosis/boredom", None, 422, "problem"),
    ("a diagnosis of no time", "GET /diagnosis/high-costs?hours=0", None, 422, "hours"),
    ("a diagnosis of months", "GET /diagnosis/high-costs?start=2026-01-01T00:00:00Z&end=2026-06-01T00:00:00Z", None, 422, "start"),
    ("incidents of an unknown status", "GET /incidents?status=fixed", None, 422, "status.0"),
    ("alerts of an unknown source", "GET /alerts?source=cron", None, 422, "source"),
    ("alerts of another source with NUL", "GET /alerts?source_id=%00&limit=0", None, 422, "limit"),
    ("a dashboard without a name", "POST /dashboards", {"name": ""}, 422, "name"),
    ("a name with a control character", "POST /dashboards", {"name": "a\x00b"}, 422, "name"),
    ("half a character", "POST /dashboards", '{"name": "\\ud800"}', 422, "name"),
    ("a description with NUL", "POST /dashboards", {"name": "Board", "description": "\x00"}, 422, "description"),
    ("a name of a ready-made dashboard", "POST /dashboards", {"name": "Executive"}, 409, "name"),
    ("an unknown range", "POST /dashboards", {"name": "Board", "range": "1y"}, 422, "range"),
    ("too many widgets", "POST /dashboards", {"name": "Board", "widgets": [WIDGET] * 61}, 422, "widgets"),
    ("two widgets of one id", "POST /dashboards", {"name": "Board", "widgets": [WIDGET] * 2}, 422, "widgets.1.id"),
    ("a widget beside the grid", "POST /dashboards", {"name": "Board", "widgets": [WIDE]}, 422, "widgets.0.place.w"),
    ("a text with NUL", "POST /dashboards", {"name": "Board", "widgets": [{**WIDGET, "text": "\x00"}]}, 422, "widgets.0.text"),
    ("an unknown metric", "POST /dashboards", dashboard(metrics=["x"]), 422, "widgets.0.query.metrics"),
    ("a formula with a typo", "POST /dashboards", dashboard(metrics=["=avg(latency)"]), 422, "widgets.0.query.metrics"),
    ("no dimension", "POST /dashboards", dashboard(by=["\x00"]), 422, "widgets.0.query.by"),
    ("no bucket", "POST /dashboards", dashboard(bucket="2d"), 422, "widgets.0.query.bucket"),
    ("sums of rates", "POST /dashboards", dashboard(metrics=["error_rate"], cumulative=True), 422, "widgets.0.query.cumulative"),
    ("a filter of nothing", "POST /dashboards", dashboard(where=[{"dimension": "x", "values": [1]}]), 422, "widgets.0.query.where"),
    ("a dashboard that is not there", "GET /dashboards/nowhere", None, 404, None),
    ("a dashboard with NUL", "PUT /dashboards/%00", {"name": "Board"}, 404, None),
    ("deleting a ready-made one", "DELETE /dashboards/cost", None, 409, None),
    ("a link that is not there", "DELETE /dashboards/cost/shares/%00", None, 404, None),
    ("a link for ever", "POST /dashboards/cost/shares", {"expires_in_days": 1000}, 422, "expires_in_days"),
    ("a note with NUL", "POST /dashboards/cost/shares", {"note": "\x00"}, 422, "note"),
    ("a file of a later version", "POST /dashboards/import", {**FILE, "promptpulse_dashboard": 2}, 422, "promptpulse_dashboard"),
    ("a file with a field of its own", "POST /dashboards/import", {**FILE, "theme": "dark"}, 422, "theme"),
    ("no file of a dashboard", "POST /dashboards/import", {"panels": []}, 422, "promptpulse_dashboard"),
    ("data of no time", "POST /dashboards/data", {"widget": WIDGET, "start": MONTH["end"], "end": MONTH["start"]}, 422, "end"),
    ("data of nothing", "POST /dashboards/data", {"widget": {**WIDGET, "query": {}}, **MONTH}, 422, "widget.query.metrics"),
    ("a page's filter of nothing", "POST /dashboards/data",
     {"widget": WIDGET, **MONTH, "where": [{"dimension": "x", "values": [1]}]}, 422, "where"),
    ("a wrong link", f"GET {LINK}", None, 404, None),
    ("a wrong link's widget", f"GET {LINK}/widgets/w?start=2026-11-01T00:00:00Z&end=2026-11-02T00:00:00Z", None, 404, None),
    ("a link's widget without a time", f"GET {LINK}/widgets/w", None, 422, "start"),
    ("an unknown period", "GET /costs/projection?period=year", None, 422, "period"),
    ("a prompt with NUL", "GET /costs/projection?prompt_id=%00", None, 422, "prompt_id"),
    ("a rule without a condition", "POST /rules", {"name": "x"}, 422, "condition"),
    ("a rule of an unknown condition", "POST /rules", {**RULE, "condition": {"kind": "moon"}}, 422, "condition"),
    ("a rule above no number", "POST /rules", {**RULE, "condition": {**ABOVE, "value": "much"}}, 422, "condition.value"),
    ("a rule above nothing at all", "POST /rules", {**RULE, "condition": {"kind": "threshold"}}, 422, "condition.op"),
    ("a rule above infinity", "POST /rules",
     '{"name": "x", "condition": {"kind": "threshold", "op": "above", "value": 1e999}}', 422, "condition.value"),
    ("a rule of no metric", "POST /rules", {**RULE, "metric": "happiness"}, 422, "metric"),
    ("a rule of no formula", "POST /rules", {**RULE, "metric": "=avg("}, 422, "metric"),
    ("a rule of a foreign metric", "POST /rules", {**RULE, "metric": "custom.not_mine"}, 422, "metric"),
    ("a rule by no dimension", "POST /rules", {**RULE, "by": ["moon"]}, 422, "by"),
    ("a rule by three", "POST /rules", {**RULE, "by": ["prompt_id", "model", "provider"]}, 422, "by"),
    ("a rule by the hour", "POST /rules", {**RULE, "by": ["time.hour"]}, 422, "by"),
    ("a rule with a wrong filter", "POST /rules", {**RULE, "where": [{"dimension": "moon", "values": ["x"]}]}, 422, "where"),
    ("a rule of a window of a day and an hour", "POST /rules", {**RULE, "window_minutes": 1500}, 422, "window_minutes"),
    ("a rule of a window of two months", "POST /rules", {**RULE, "window_minutes": 62 * 1440}, 422, "window_minutes"),
    ("a rule that recovers where it is wrong", "POST /rules", {**RULE, "recovery_value": 6}, 422, "recovery_value"),
    ("a band that recovers at a value", "POST /rules",
     {**RULE, "condition": {"kind": "band"}, "recovery_value": 1}, 422, "recovery_value"),
    ("quiet hours without a time", "POST /rules", {**RULE, "quiet_hours": [{"start": "25:00", "end": "07:00"}]}, 422,
     "quiet_hours.0.start"),
    ("quiet hours on an eighth day", "POST /rules",
     {**RULE, "quiet_hours": [{"start": "22:00", "end": "07:00", "weekdays": [8]}]}, 422, "quiet_hours.0.weekdays.0"),
    ("a rule with a NUL", "POST /rules", {**RULE, "runbook": "a\0b"}, 422, "runbook"),
    ("a rule of half a character", "POST /rules", '{"name": "\\ud800", "condition": {"kind": "band"}}', 422, "name"),
    ("a rule without a name", "POST /rules", {**RULE, "name": " "}, 422, "name"),
    ("a rule to no channel", "POST /rules", {**RULE, "channels": [NOWHERE]}, 422, "channels.0"),
    ("a rule of no template", "POST /rules", {**RULE, "template": "moon"}, 422, "template"),
    ("a ready-made rule's name", "POST /rules", {**RULE, "name": "Burst of 5xx errors"}, 409, "name"),
    ("a rule that is not there", f"PATCH /rules/{NOWHERE}", {"enabled": False}, 404, None),
    ("a rule with NUL", "DELETE /rules/%00", None, 404, None),
    ("a trial of a year", "POST /rules/preview", {"rule": RULE, "days": 365}, 422, "days"),
    ("a trial of nothing", "POST /rules/preview", {"rule": {"name": "x"}}, 422, "rule.condition"),
    ("a report at no hour", "POST /reports", {"name": "x", "schedule": {"kind": "daily", "hour": 24}}, 422, "schedule.daily.hour"),
    ("a report of no schedule", "POST /reports", {"name": "x", "schedule": {"kind": "yearly"}}, 422, "schedule"),
    ("a report on no day", "POST /reports", {"name": "x", "schedule": {"kind": "custom", "weekdays": []}}, 422,
     "schedule.custom.weekdays"),
    ("a report to no address", "POST /reports", {**REPORT, "addresses": ["ada"]}, 422, "addresses.0"),
    ("a report to no channel", "POST /reports", {**REPORT, "channels": [NOWHERE]}, 422, "channels"),
    ("a report of no dashboard", "POST /reports", {**REPORT, "dashboard": NOWHERE}, 422, "dashboard"),
    ("a report of a dashboard with NUL", "POST /reports/preview", {**REPORT, "dashboard": "\0"}, 422, "dashboard"),
    ("a report without a name", "POST /reports", {**REPORT, "name": " "}, 422, "name"),
    ("a report with a NUL", "POST /reports", {**REPORT, "name": "a\0b"}, 422, "name"),
    ("a report with a wrong filter", "POST /reports", {**REPORT, "where": [{"dimension": "moon", "values": ["x"]}]}, 422, "where"),
    ("a report that is not there", f"PATCH /reports/{NOWHERE}", {"quiet": True}, 404, None),
    ("runs of a report with NUL", "GET /reports/%00/runs", None, 404, None),
    ("a report sent to nobody", f"POST /reports/{NOWHERE}/runs", {"to": []}, 422, "to"),
    ("an objective of everything", "POST /slas", {**SLA, "target": 100}, 422, "target"),
    ("an objective that never stops", "POST /slas", {**SLA, "renotify_minutes": 1}, 422, "renotify_minutes"),
    ("an objective of little", "POST /slas", {**SLA, "target": 49}, 422, "target"),
    ("an objective of no kind", "POST /slas", {**SLA, "objective": {"kind": "beauty"}}, 422, "objective"),
    ("an objective of no time", "POST /slas", {**SLA, "objective": {"kind": "latency"}}, 422, "objective.latency.under_ms"),
    ("an objective of a NUL", "POST /slas", {**SLA, "objective": {"kind": "score", "name": "\0", "at_least": 1}}, 422,
     "objective.name"),
    ("an objective of an unknown field", "POST /slas", {**SLA, "where": [{"dimension": "colour", "values": ["red"]}]}, 422,
     "where"),
    ("an objective of a filter with NUL", "POST /slas", {**SLA, "where": [{"dimension": "model", "values": ["\0"]}]}, 422, "where"),
    ("an objective without a name", "POST /slas", {**SLA, "name": " "}, 422, "name"),
    ("an objective for no channel", "POST /slas", {**SLA, "channels": ["mail"]}, 422, "channels"),
    ("an objective of a year", "POST /slas", {**SLA, "period": "year"}, 422, "period"),
    ("a trial of no target", "POST /slas/preview", without(SLA, "target"), 422, "target"),
    ("no objective", "GET /slas/%00", None, 404, None),
    ("an objective that is not there", f"PATCH /slas/{NOWHERE}", {"target": 99}, 404, None),
    ("a history of a year", f"GET /slas/{NOWHERE}/history?days=365", None, 422, "days"),
    ("a policy without a trigger", "POST /policies", without(POLICY, "trigger"), 422, "trigger"),
    ("a policy that promotes", "POST /policies", {**POLICY, "action": {"kind": "deploy"}}, 422, "action"),
    ("a policy for no severity", "POST /policies", {**POLICY, "trigger": {"kind": "alert", "severities": []}}, 422,
     "trigger.alert.severities"),
    ("a policy of a NUL", "POST /policies", {**POLICY, "action": {"kind": "rollback", "prompt": "\0"}}, 422, "action.prompt"),
    ("a webhook to the cloud's secrets", "POST /policies", {**POLICY, "action": {**SCALER, "url": "http://169.254.169.254/"}}, 422,
     "action.url"),
    ("a webhook to a file", "POST /policies", {**POLICY, "action": {**SCALER, "url": "file:///etc/passwd"}}, 422, "action.url"),
    ("a secret that signs nothing", "POST /policies", {**POLICY, "action": SCALER, "secret": "hush"}, 422, "secret"),
    ("a secret of a roll-back", "POST /policies", {**POLICY, "secret": "whsec_" + "QUFB" * 8}, 422, "secret"),
    ("no policy", "DELETE /policies/%00", None, 404, None),
    ("a policy that is not there", f"POST /policies/{NOWHERE}/try", {}, 404, None),
    ("a run that is not there", f"POST /action-runs/{NOWHERE}/revert", {}, 404, None),
    ("runs of an unknown status", "GET /action-runs?status=dancing", None, 422, "status"),
    ("a figure of no metric", "GET /scaling/figure?metric=beauty", None, 422, "metric"),
    ("a figure of no time", "GET /scaling/figure?window_minutes=0", None, 422, "window_minutes"),
    ("a figure that is none", "GET /scaling/figure?empty=nan", None, 422, "empty"),
    ("a budget of nothing", "POST /costs/budgets", {**BUDGET, "amount_usd": 0}, 422, "amount_usd"),
    ("a budget beyond measure", "POST /costs/budgets", {**BUDGET, "amount_usd": 1e10}, 422, "amount_usd"),
    ("a budget of an endless amount", "POST /costs/budgets", '{"name": "x", "amount_usd": 1e999}', 422, "amount_usd"),
    ("a budget without a name", "POST /costs/budgets", {**BUDGET, "name": " "}, 422, "name"),
    ("a budget with a NUL", "POST /costs/budgets", {**BUDGET, "prompt_id": "a\0b"}, 422, "prompt_id"),
    ("a budget of half a character", "POST /costs/budgets", '{"name": "\\ud800", "amount_usd": 1}', 422, "name"),
    ("a yearly budget", "POST /costs/budgets", {**BUDGET, "period": "year"}, 422, "period"),
    ("a budget in euros", "POST /costs/budgets", {**BUDGET, "currency": "EUR"}, 422, "currency"),
    ("a budget that is not there", f"PATCH /costs/budgets/{NOWHERE}", {"amount_usd": 1}, 404, None),
    ("a budget with NUL", "DELETE /costs/budgets/%00", None, 404, None),
    ("an end before the start", "GET /costs/unpriced?start=2026-11-21T10:00:00Z&end=2026-11-20T10:00:00Z", None, 422, "end"),
    ("a moment without zone", "GET /costs/suggestions?start=2026-11-21T10:00:00", None, 422, "start"),
    ("an end before the start", "POST /costs/repricings", {"start": MONTH["end"], "end": MONTH["start"]}, 422, "end"),
    ("a re-pricing of a NUL", "POST /costs/repricings", {**MONTH, "model": "\0"}, 422, "model"),
    ("a re-pricing for a NUL", "POST /costs/repricings", {**MONTH, "reason": "\0"}, 422, "reason"),
    ("an unknown choice", "POST /costs/repricings", {**MONTH, "which": "some"}, 422, "which"),
    ("a re-pricing that is not there", f"GET /costs/repricings/{NOWHERE}", None, 404, None),
    ("a bill that says it is JSON", "POST /costs/reconciliations?name=x", "date,cost", 400, None),
    ("a bill that is not there", "GET /costs/reconciliations/%00", None, 404, None),
    ("no bill", "DELETE /costs/reconciliations/nothing", None, 404, None),
    ("a formula with a typo", "POST /metrics/custom", {**METRIC, "formula": "avg(latency)"}, 422, "formula"),
    ("a formula of nothing", "POST /metrics/custom", {**METRIC, "formula": "1 + 1"}, 422, "formula"),
    ("an empty formula", "POST /metrics/custom", {**METRIC, "formula": " "}, 422, "formula"),
    ("a formula with NUL", "POST /metrics/custom", {**METRIC, "formula": "count(model = '\x00')"}, 422, "formula"),
    ("a name without a letter", "POST /metrics/custom", {**METRIC, "name": "%"}, 422, "name"),
    ("a name of spaces", "POST /metrics/custom", {**METRIC, "name": "  "}, 422, "name"),
    ("an unknown unit", "POST /metrics/custom", {**METRIC, "unit": "miles"}, 422, "unit"),
    ("a threshold without a direction", "POST /metrics/custom", {**METRIC, "threshold": 5}, 422, "threshold"),
    ("a description with NUL", "POST /metrics/custom", {**METRIC, "description": "\x00"}, 422, "description"),
    ("a field that is not there", "POST /metrics/custom", {**METRIC, "metric": "x"}, 422, "metric"),
    ("a custom metric that is not there", "GET /metrics/custom/custom.none", None, 404, None),
    ("a custom metric with NUL", "DELETE /metrics/custom/custom.%00", None, 404, None),
    ("half a range", "POST /metrics/custom/check", {"formula": "count()", "start": "2026-11-20T00:00:00Z"}, 422, "end"),
    ("a p95 faster than the p50", "PUT /metrics/targets", {"p50_latency_ms": 900, "p95_latency_ms": 800}, 422, "p95_latency_ms"),
    ("a target of 0", "PUT /metrics/targets", {"p50_latency_ms": 0}, 422, "p50_latency_ms"),
    ("an inline formula with a typo", "POST /query", asked_for("=count(stats = 'error')"), 422, "metrics"),
    ("an empty inline formula", "POST /query", asked_for("="), 422, "metrics"),
    ("a custom metric that nobody defined", "POST /query", asked_for("custom.none"), 422, "metrics"),
    ("too long formulas", "POST /query", asked_for(*(f"=count() + 0{' ' * 500}+ {i}" for i in range(50))), 422, "metrics"),
    ("sums without buckets", "POST /query", asked_for("total_requests", cumulative=True), 422, "cumulative"),
    ("sums of rates", "POST /query", asked_for("error_rate", cumulative=True, bucket="1h"), 422, "cumulative"),
    ("sums of means", "POST /query", asked_for("=avg(latency_ms)", cumulative=True, bucket="1h"), 422, "cumulative"),
    ("an int that is a fraction", "POST /scores", score("int", 1.5), 422, "scores.1.value"),
    ("an int that is a text", "POST /scores", score("int", "5"), 422, "scores.1.value"),
    ("an int that is a boolean", "POST /scores", score("int", True), 422, "scores.1.value"),
    ("a float that is a text", "POST /scores", score("float", "0.5"), 422, "scores.1.value"),
    ("a float that is a boolean", "POST /scores", score("float", False), 422, "scores.1.value"),
    ("a bool that is a number", "POST /scores", score("bool", 1), 422, "scores.1.value"),
    ("a string that is a number", "POST /scores", score("string", 5), 422, "scores.1.value"),
    ("a value that is null", "POST /scores", score("float", None), 422, "scores.1.value"),
    ("an unknown type", "POST /scores", score("decimal", 5), 422, "scores.1.type"),
    ("a number beyond every double", "POST /scores", score_sent("1e999"), 422, "scores.1.value"),
    ("NaN, which is not JSON", "POST /scores", score_sent("NaN"), 422, "scores.1.value"),
    ("Infinity, which is not JSON", "POST /scores", score_sent("-Infinity"), 422, "scores.1.value"),
    ("no JSON at all", "POST /scores", "rating=5", 400, None),
    ("half of a JSON", "POST /scores", '{"expId": ', 400, None),
    ("a list", "POST /scores", [SCORES], 422, None),
    ("a score without name", "POST /scores", scores(without(RATING, "name")), 422, "scores.0.name"),
    ("a score with an empty name", "POST /scores", scores({**RATING, "name": ""}), 422, "scores.0.name"),
    ("a score without value", "POST /scores", scores(without(RATING, "value")), 422, "scores.0.value"),
    ("no scores", "POST /scores", scores(), 422, "scores"),
    ("scores left out", "POST /scores", without(SCORES, "scores"), 422, "scores"),
    ("neither user nor session", "POST /scores", without(SCORES, "userId"), 422, "userId"),
    ("an unknown experiment", "POST /scores", {**SCORES, "expId": NOWHERE}, 404, "expId"),
    ("an unknown bucket", "POST /scores", {**SCORES, "bucketId": NOWHERE}, 422, "bucketId"),
    ("a bucket of another experiment", "POST /scores", {**SCORES, "expId": "<draft>"}, 422, "bucketId"),
    ("an experiment without bucket", "POST /scores", without(SCORES, "bucketId"), 422, "bucketId"),
    ("a bucket without experiment", "POST /scores", without(SCORES, "expId"), 422, "expId"),
    ("an unknown version", "POST /scores", {**SCORES, "promptVersionId": NOWHERE}, 422, "promptVersionId"),

    ("an unknown experiment", "POST /events", {**OUTCOME, "experiment_id": NOWHERE}, 404, "experiment_id"),
    ("an unknown variant", "POST /events", {**OUTCOME, "variant_id": NOWHERE}, 422, "variant_id"),
    ("neither user nor session", "POST /events", without(OUTCOME, "user_id"), 422, "user_id"),
    ("no outcome", "POST /events", without(OUTCOME, "outcome"), 422, "outcome"),
    ("an empty outcome", "POST /events", {**OUTCOME, "outcome": ""}, 422, "outcome"),
    ("a score that is a text", "POST /events", {**OUTCOME, "score": "high"}, 422, "score"),
    ("a context that is a text", "POST /events", {**OUTCOME, "context": "pro"}, 422, "context"),
    ("metadata that are a list", "POST /events", {**OUTCOME, "metadata": [1]}, 422, "metadata"),
    ("no JSON at all", "POST /events", "outcome=success", 400, None),

    ("an empty name", "POST /prompts", {**PROMPT, "name": ""}, 422, "name"),
    ("a name of blanks", "POST /prompts", {**PROMPT, "name": "  "}, 422, "name"),
    ("a name that is taken", "POST /prompts", {**PROMPT, "name": "greeting"}, 409, "name"),
    ("no content", "POST /prompts", without(PROMPT, "content"), 422, "content"),
    ("a text with messages", "POST /prompts", {**PROMPT, "content": CHAT}, 422, "content"),
    ("a chat with a text", "POST /prompts", {**PROMPT, "type": "chat"}, 422, "content"),
    ("a chat without messages", "POST /prompts", {**PROMPT, "type": "chat", "content": []}, 422, "content"),
    ("an unknown type", "POST /prompts", {**PROMPT, "type": "image"}, 422, "type"),
    ("a config that is a text", "POST /prompts", {**PROMPT, "config": "gpt-4o"}, 422, "config"),
    ("a field that is not known", "POST /prompts", {**PROMPT, "contents": "Bye"}, 422, "contents"),
    ("messages of a text prompt", "POST /prompts/<prompt>/versions", {"content": CHAT}, 422, "content"),
    ("a version of no prompt", f"POST /prompts/{NOWHERE}/versions", {"content": "x"}, 404, None),
    ("an unknown version", "GET /prompts/by-name/greeting?versionNumber=99", None, 404, "versionNumber"),
    ("a version that is no number", "GET /prompts/by-name/greeting?versionNumber=new", None, 422, "versionNumber"),
    ("two versions", "GET /prompts/by-name/greeting?versionNumber=1&version_number=2", None, 422, "version_number"),
    ("an unknown prompt", "GET /prompts/by-name/nothing", None, 404, "name"),
    ("an unknown environment", "GET /prompts/by-name/greeting?environment=moon", None, 404, "environment"),
    ("an unknown version", "GET /prompts/<prompt>/versions/99", None, 404, "number"),
    ("a comparison with no version", "GET /prompts/<prompt>/diff?from_version=1&to_version=99", None, 404, "to_version"),
    ("an unknown version", "POST /prompts/<prompt>/deploy", {"version": 99}, 404, "version"),
    ("a deployment that came second", "POST /prompts/<prompt>/deploy", SECOND, 409, "expected_version"),
    ("a roll-back to what was never served", "POST /prompts/<prompt>/rollback", {"to_version": 2}, 422, "to_version"),
    ("a roll-back with nothing before", "POST /prompts/<prompt>/rollback", {}, 409, "environment"),
    ("a moment without zone", "GET /prompts/deployments?start=2026-11-21T10:00:00", None, 422, "start"),
    ("an end before the start", "GET /prompts/deployments?start=2026-11-21T10:00:00Z&end=2026-11-20T10:00:00Z", None, 422, "end"),

    ("a filter of no field", where(dimension="nope", values=["x"]), None, 422, "where"),
    ("a filter with an unknown op", where(dimension="model", op="like", values=["x"]), None, 422, "where"),
    ("a filter without values", where(dimension="model", values=[]), None, 422, "where"),
    ("more than a text", where(dimension="model", op="gt", values=["x"]), None, 422, "where"),
    ("more than two numbers", where(dimension="latency_ms", op="gt", values=[1, 2]), None, 422, "where"),
    ("more than a word", where(dimension="latency_ms", op="gt", values=["fast"]), None, 422, "where"),
    ("a part of a number", where(dimension="latency_ms", op="contains", values=["1"]), None, 422, "where"),
    ("a score without name", where(dimension="score.", values=["x"]), None, 422, "where"),
    ("filters that are no JSON", "GET /calls?where=model", None, 422, "where"),
    ("filters that are no list", "GET /calls?where=%7B%7D", None, 422, "where"),
    ("a text without words", "GET /calls?text=!!!", None, 422, "text"),
    ("a cursor of nothing", "GET /calls?cursor=x", None, 400, "cursor"),
    ("a cursor without zone", "GET /calls?cursor=2026-11-21T10:00:00_a", None, 400, "cursor"),
    ("a cursor beyond all times", f"GET /calls?cursor={10**30}_a", None, 400, "cursor"),
    ("a score's cursor of nothing", "GET /scores?format=csv&cursor=x", None, 400, "cursor"),
    ("a cursor of a page of scores", "GET /scores?cursor=2026-11-21T10:00:00Z_a_b", None, 400, "cursor"),
    ("an experiment's cursor of nothing", "GET /scores/experiments/<running>?format=csv&cursor=1_", None, 400, "cursor"),
    ("an event's cursor of nothing", "GET /events/experiment/<running>?format=csv&cursor=_a", None, 400, "cursor"),
    ("values of no field", "GET /calls/values?field=nope", None, 422, "field"),
    ("values of nothing", "GET /calls/values", None, 422, "field"),
    ("too many values", "GET /calls/values?field=model&limit=1000", None, 422, "limit"),
    ("values of an empty range", "GET /calls/values?field=model&start=2026-11-21T10:00:00Z&end=2026-11-20T10:00:00Z", None, 422,
     "end"),
    ("a moment without zone", "GET /calls/fields?start=2026-11-21T10:00:00", None, 422, "start"),
    ("a text to distribute", "POST /query/distribution", {**LATENCY, "field": "model"}, 422, "field"),
    ("no field to distribute", "POST /query/distribution", MONTH, 422, "field"),
    ("an unknown bucket", "POST /query/distribution", {**LATENCY, "bucket": "7m"}, 422, "bucket"),
    ("too many buckets", "POST /query/distribution", {**LATENCY, "bucket": "1m"}, 422, "bucket"),
    ("one bin", "POST /query/distribution", {**LATENCY, "bins": 1}, 422, "bins"),
    ("an unknown zone", "POST /query/errors", {**MONTH, "tz": "Mars/Olympus"}, 422, "tz"),
    ("an end before the start", "POST /query/errors", {"start": MONTH["end"], "end": MONTH["start"]}, 422, "end"),
    ("no groups", "POST /query/errors", {**MONTH, "limit": 0}, 422, "limit"),
    ("an empty name", "POST /views", {**VIEW, "name": ""}, 422, "name"),
    ("a name of blanks", "POST /views", {**VIEW, "name": "  "}, 422, "name"),
    ("a name with a NUL", "POST /views", {**VIEW, "name": "a\0b"}, 422, "name"),
    ("no page", "POST /views", without(VIEW, "page"), 422, "page"),
    ("a page that is an address", "POST /views", {**VIEW, "page": "/calls?x"}, 422, "page"),
    ("a search with a NUL", "POST /views", {**VIEW, "search": "a\0b"}, 422, "search"),
    ("a field that is not known", "POST /views", {**VIEW, "owner": "me"}, 422, "owner"),
    ("an unknown view", f"PATCH /views/{NOWHERE}", {"name": "x"}, 404, None),
    ("an unknown view", "DELETE /views/nothing", None, 404, None),
    ("views of a page that is none", "GET /views?page=%00", None, 422, "page"),

    ("an empty title", "POST /experiments", {**TEST, "title": ""}, 422, "title"),
    ("a title that is taken", "POST /experiments", {**TEST, "title": "running"}, 409, "title"),
    ("one variant", "POST /experiments", {**TEST, "variants": HALVES[:1]}, 422, "variants"),
    ("weights that sum to 90", "POST /experiments", variants({"weight": 40}, {}), 422, "variants"),
    ("a weight of nothing", "POST /experiments", variants({"weight": 100}, {"weight": 0}), 422, "variants.1.weight"),
    ("a weight below nothing", "POST /experiments", variants({"weight": 101}, {"weight": -1}), 422, "variants.0.weight"),
    ("one weight left out", "POST /experiments", variants({}, {"weight": None}), 422, "variants.1.weight"),
    ("two controls", "POST /experiments", variants({}, {"control": True}), 422, "variants.1.control"),
    ("two variants of a name", "POST /experiments", variants({}, {"name": "Control"}), 422, "variants.1.name"),
    ("an unknown prompt", "POST /experiments", variants({}, {"prompt": "nothing"}), 422, "variants.1.prompt"),
    ("an unknown version", "POST /experiments", variants({}, {"version": 99}), 422, "variants.1.version"),
    ("an unknown metric", "POST /experiments", metric(metric="happiness"), 422, "metrics.1.metric"),
    ("a metric and a score in one", "POST /experiments", metric(metric="error_rate", score="rating"), 422, "metrics.1"),
    ("a metric of nothing", "POST /experiments", metric(), 422, "metrics.1"),
    ("a metric twice", "POST /experiments", metric(score="rating"), 422, "metrics"),
    ("a primary guardrail", "POST /experiments", metric(score="x", primary=True, guardrail=True), 422, "metrics.1.guardrail"),
    ("no traffic", "POST /experiments", {**TEST, "traffic": 0}, 422, "traffic"),
    ("an end that has passed", "POST /experiments", {**TEST, "end": {"end_at": "2001-01-01T00:00:00Z"}}, 422, "end.end_at"),
    ("a condition without value", "POST /experiments", {**TEST, "targeting": [{"attribute": "plan"}]}, 422, "targeting.0.values"),
    ("a verdict of too few", "POST /experiments", {**TEST, "analysis": {"min_units": 9}}, 422, "analysis.min_units"),
    ("an unknown unit", "POST /experiments", {**TEST, "unit": "planet"}, 422, "unit"),
    ("a start without primary metric", "POST /experiments/<unjudged>/start", None, 422, "metrics"),
    ("a second start", "POST /experiments/<running>/start", None, 409, None),
    ("a pause of a draft", "POST /experiments/<draft>/pause", None, 409, None),
    ("a variant of a draft", f"POST /experiments/<draft>/variants/{NOWHERE}/stop", None, 404, None),
    ("an unknown variant", f"POST /experiments/<draft>/variants/{NOWHERE}/resume", None, 404, None),
    ("a conclusion of a draft", "POST /experiments/<draft>/conclude", {}, 409, None),
    ("an unknown winner", "POST /experiments/<running>/conclude", {"winner": "Nobody"}, 422, "winner"),
    ("a deployment of no winner", "POST /experiments/<running>/conclude", {"deploy": True}, 422, "winner"),
    ("a running one with another title", "PATCH /experiments/<running>", {"title": "better"}, 409, "title"),
    ("a running one with another unit", "PATCH /experiments/<running>", {"unit": "session"}, 409, "unit"),
    ("a running one with less traffic", "PATCH /experiments/<running>", {"traffic": 10}, 409, "traffic"),
    ("a running one with another version", "PATCH /experiments/<running>", {"variants": SWAPPED}, 409, "variants.1.version"),
    ("a running one with a third variant", "PATCH /experiments/<running>", {"variants": THREE}, 409, "variants.2"),
    ("a running one with another control", "PATCH /experiments/<running>", {"variants": CROSSED}, 409, "variants.0.control"),
    ("a running one with other analysis", "PATCH /experiments/<running>", {"analysis": {"alpha": 20}}, 409, "analysis"),
    ("a running one judged otherwise", "PATCH /experiments/<running>", OTHERWISE, 409, "metrics"),
    ("a deletion of a running one", "DELETE /experiments/<running>", None, 409, None),
    ("an unknown title", "POST /v3/experiments/evaluate", {"experimentTitle": "nothing", "context": {}}, 404, "experimentTitle"),
    ("an empty title", "POST /v3/experiments/evaluate", {"experimentTitle": ""}, 422, "experimentTitle"),
    ("a draft", "POST /v3/experiments/evaluate", {"experimentTitle": "draft"}, 409, "experimentTitle"),
    ("a context that is a text", "POST /v3/experiments/evaluate", {**ASKED, "context": "x"}, 422, "context"),
    ("a user that is an object", "POST /v3/experiments/evaluate", {**ASKED, "context": {"userId": {}}}, 422, "context.userId"),
    ("an unknown experiment", f"GET /experiments/{NOWHERE}/results", None, 404, None),
    ("an unknown method", "GET /experiments/<running>/results?method=magic", None, 422, "method"),
    ("a metric it does not have", "GET /experiments/<running>/trend?metric=score:tone", None, 404, "metric"),
    ("effects of nothing", "POST /experiments/power", {"min_effect": 0}, 422, "min_effect"),
    ("an unknown metric", "POST /experiments/power", {"metric": {"metric": "happiness"}}, 422, "metric.metric"),
    ("one weight", "POST /experiments/power", {"weights": [100]}, 422, "weights"),

    ("one prompt alone", "POST /compare", {**PAIR, "subjects": [{"prompt_id": "a"}]}, 422, "subjects"),
    ("four prompts", "POST /compare", {**PAIR, "subjects": [{"prompt_id": p} for p in "abcd"]}, 422, "subjects"),
    ("a prompt twice", "POST /compare", {**PAIR, "subjects": [{"prompt_id": "a"}] * 2}, 422, "subjects"),
    ("a prompt without a name", "POST /compare", {**PAIR, "subjects": [{"prompt_id": ""}, {"prompt_id": "b"}]}, 422,
     "subjects.0.prompt_id"),
    ("an unknown metric", "POST /compare", {**PAIR, "metrics": ["happiness"]}, 422, "metrics"),
    ("a formula that is none", "POST /compare", {**PAIR, "metrics": ["=1 +"]}, 422, "metrics"),
    ("an end before the start", "POST /compare", {**PAIR, "end": "2026-10-01T00:00:00Z"}, 422, "end"),
    ("an unknown zone", "POST /compare", {**PAIR, "tz": "Mars"}, 422, "tz"),
    ("a filter by nothing known", "POST /compare", {**PAIR, "where": {"colour": "red"}}, 422, "where"),
    ("three versions", "POST /compare/versions", {**MONTH, "prompt_id": "a", "versions": ["1", "2", "3"]}, 422, "versions"),
    ("a version twice", "POST /compare/versions", {**MONTH, "prompt_id": "a", "versions": ["1", "1"]}, 422, "versions"),
    ("an end before the start", "POST /compare/versions", {**MONTH, "prompt_id": "a", "end": "2026-10-01T00:00:00Z"}, 422, "end"),
    ("unknown cohorts", "POST /cohorts", {**COHORTS, "by": "shoe size"}, 422, "by"),
    ("an unknown metric", "POST /cohorts", {**COHORTS, "metrics": ["happiness"]}, 422, "metrics"),
    ("no metric", "POST /cohorts", {**COHORTS, "metrics": []}, 422, "metrics"),
    ("no cohort", "POST /cohorts", {**COHORTS, "limit": 0}, 422, "limit"),
    ("an end before the start", "POST /cohorts", {**COHORTS, "end": "2026-10-01T00:00:00Z"}, 422, "end"),
    ("an unknown zone", "POST /cohorts", {**COHORTS, "tz": "Mars"}, 422, "tz"),
    ("one week", "GET /cohorts/retention?weeks=1", None, 422, "weeks"),
    ("half a year and more", "GET /cohorts/retention?weeks=27", None, 422, "weeks"),
    ("no time", "GET /quality/scores?start=yesterday", None, 422, "start"),
    ("a time without a zone", "GET /quality/drift?start=2026-11-01T00:00:00", None, 422, "start"),
    ("an end before the start", "GET /quality/drift?start=2026-11-02T00:00:00Z&end=2026-11-01T00:00:00Z", None, 422, "end"),
    ("no row", "GET /quality/consistency?limit=0", None, 422, "limit"),
    ("a page before the first", "GET /quality/feedback?offset=-1", None, 422, "offset"),
    ("an empty name", "POST /channels", {**HOOK, "name": " "}, 422, "name"),
    ("a NUL in the name", "POST /channels", {**HOOK, "name": "a\x00b"}, 422, "name"),
    ("half a character", "POST /channels", '{"name": "\\ud800", "kind": "webhook", "url": "https://receiver.example/"}', 422,
     "name"),
    ("an unknown kind", "POST /channels", {**HOOK, "kind": "pigeon"}, 422, "kind"),
    ("no address", "POST /channels", {"name": "x", "kind": "webhook"}, 422, "url"),
    ("no address", "POST /channels", {"name": "x", "kind": "email", "addresses": []}, 422, "addresses"),
    ("no address of a person", "POST /channels", {"name": "x", "kind": "email", "addresses": ["a@b", "ada"]}, 422, "addresses.1"),
    ("two addresses in one", "POST /channels", {"name": "x", "kind": "email", "addresses": ["a@b,c@d"]}, 422, "addresses.0"),
    ("a field of another kind", "POST /channels", {**HOOK, "addresses": ["a@b"]}, 422, "addresses"),
    ("a loopback address", "POST /channels", {**HOOK, "url": "http://127.0.0.1/"}, 422, "url"),
    ("an odd spelling of it", "POST /channels", {**HOOK, "url": "http://0x7f.1/"}, 422, "url"),
    ("the metadata of a cloud", "POST /channels", {**HOOK, "url": "http://169.254.169.254/latest"}, 422, "url"),
    ("a file", "POST /channels", {**HOOK, "url": "file:///etc/passwd"}, 422, "url"),
    ("a URL that cannot be read", "POST /channels", {**HOOK, "url": "https://[::"}, 422, "url"),
    ("a URL with a line break", "POST /channels", {**HOOK, "url": "https://a.example/\nx"}, 422, "url"),
    ("a service that Apprise does not know", "POST /channels", {**HOOK, "kind": "apprise", "url": "pigeon://x"}, 422, "url"),
    ("a header of two lines", "POST /channels", {**HOOK, "authorization": "a\r\nb: c"}, 422, "authorization"),
    ("a short routing key", "POST /channels", {"name": "x", "kind": "pagerduty", "routing_key": "abc"}, 422, "routing_key"),
    ("an unknown severity", "POST /channels", {**HOOK, "severities": ["loud"]}, 422, "severities.0"),
    ("an unknown channel", f"GET /channels/{NOWHERE}", None, 404, None),
    ("no id at all", "GET /channels/nothing%00", None, 404, None),
    ("an unknown channel", f"POST /channels/{NOWHERE}/test", None, 404, None),
    ("an unknown channel", f"PATCH /channels/{NOWHERE}", {"enabled": False}, 404, None),
    ("an unknown channel", "PUT /channels/routing", {"critical": [NOWHERE]}, 422, "critical"),
    ("an unknown delivery", f"POST /deliveries/{NOWHERE}/resend", None, 404, None),
    ("an unknown state", "GET /deliveries?state=lost", None, 422, "state"),
    ("a page before the first", "GET /deliveries?offset=-1", None, 422, "offset"),
    ("a page that is too long", "GET /notifications?limit=1000", None, 422, "limit"),
    ("an unknown experiment", f"GET /scores/experiments/{NOWHERE}", None, 404, None),
    ("an unknown experiment", f"GET /scores/experiments/{NOWHERE}/aggregate", None, 404, None),
    ("an unknown experiment", f"GET /scores/experiments/{NOWHERE}/score-names", None, 404, None),
    ("an unknown experiment", f"GET /events/experiment/{NOWHERE}", None, 404, None),
    ("no date", "GET /scores/experiments/<running>?start_date=yesterday", None, 422, "start_date"),
    ("no day of any month", "GET /scores/experiments/<running>?end_date=2026-02-30", None, 422, "end_date"),
    ("an end before the start", BACKWARDS, None, 422, "end_date"),
    ("no date", "GET /scores/experiments/<running>/aggregate?start_date=2026-13-01", None, 422, "start_date"),
    ("no date", "GET /events/experiment/<running>?start_date=x", None, 422, "start_date"),
    ("a page of nothing", "GET /scores/experiments/<running>?limit=0", None, 422, "limit"),
    ("a page that is too long", "GET /scores/experiments/<running>?limit=1000000", None, 422, "limit"),
    ("a page before the first", "GET /events/experiment/<running>?offset=-1", None, 422, "offset"),
    ("an unknown kind", "GET /events/experiment/<running>?kind=rumour", None, 422, "kind"),
    ("a number that is none", "PUT /scores/mappings", {"mappings": {"tone": {"kind": "high"}}}, 422, "mappings.tone.kind"),
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    client: httpx.Client
    ids: dict[str, str]

    def filled(self, text: str) -> str:
        for name, value in self.ids.items():
            text = text.replace(f"<{name}>", value)
        return text


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[Place]:
    with server.client_of(server.project_key("bad input").key) as client:
        prompt = new_prompt(client, "greeting", "Hello", "Hi")
        running = new_experiment(client, "running", HALVES)
        draft = new_experiment(client, "draft", HALVES, starts=False)
        unjudged = new_experiment(client, "unjudged", HALVES, starts=False, metrics=[])
        told = client.post(
            "/api/v3/experiments/evaluate", json={"experimentTitle": "running", "context": {"userId": "user-1"}}
        )
        ids = {"prompt": prompt["id"], "running": running["id"], "draft": draft["id"], "unjudged": unjudged["id"]}
        ids["bucket"] = told.json()["data"]["bucketId"]
        yield Place(client, {name: str(value) for name, value in ids.items()})


def ask(place: Place, request: str, body: Body | None) -> httpx.Response:
    method, path = place.filled(request).split(" ")
    content = body if isinstance(body, str) else None if body is None else json.dumps(body)
    return place.client.request(
        method,
        f"/api{path}" if path.startswith("/v3") else f"/api/v1{path}",
        content=None if content is None else place.filled(content),
        headers={} if content is None else {"Content-Type": "application/json"},
    )


@pytest.mark.parametrize(
    ("request_", "body", "status", "field"),
    [case[1:] for case in CASES],
    ids=[f"{request.split('?')[0]} {wrong}" for wrong, request, *_ in CASES],
)
def test_bad_input_is_refused_with_the_field_named(
    place: Place, request_: str, body: Body | None, status: int, field: str | None
) -> None:
    answer = ask(place, request_, body)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["success"] is False
    assert isinstance(told["error"], str)
    assert told.get("field") == field, told
    assert not PYDANTIC.search(told["error"]), told


@pytest.mark.parametrize(
    ("request_", "body", "error"),
    [
        ("POST /scores", scores(), "scores: is empty; send at least 1"),
        ("POST /scores", without(SCORES, "scores"), "scores: is missing; send it"),
        ("POST /scores", scores(without(RATING, "name")), "scores.0.name: is missing; send it"),
        ("POST /events", {"events": []}, "events: is empty; send at least 1"),
        ("POST /events", {**OUTCOME, "context": "x"}, "context: must be an object: {...}, not 'x'"),
        ("POST /events", {"events": [{**OUTCOME, "outcom": "x"}]},
         "events.0.outcom: there is no such field here; leave it out, or correct its name"),
        ("POST /metrics/custom", {**METRIC, "formula": "count() + avg(latency)"},
         "formula: 'latency' is not a field; did you mean latency_ms or inexact_latency? (at character 15)"),
        ("POST /query", asked_for("=avg(sum)"), (
         "metrics: '=avg(sum)': 'sum' is a function; a function holds one field, and no other function"
         " (at character 5 of the formula)")),
        ("POST /prompts", {**PROMPT, "type": "image"}, "type: must be 'text' or 'chat', not 'image'"),
        ("POST /experiments", {**TEST, "traffic": "much"}, "traffic: must be a number, not 'much'"),
        ("POST /experiments", {**TEST, "variants": HALVES[:1]}, "variants: has 1 entry; send at least 2"),
        ("GET /scores/experiments/<running>?limit=0", None, "limit: must be at least 1, not '0'"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_in_words_that_help(place: Place, request_: str, body: Body | None, error: str) -> None:
    assert ask(place, request_, body).json()["error"] == error


def test_nothing_of_what_was_refused_is_stored(place: Place) -> None:
    for _, request, body, *_ in CASES:
        if request in {"POST /scores", "POST /events"}:
            ask(place, request, body)
    assert place.client.get(place.filled("/api/v1/scores/experiments/<running>")).json()["data"] == []
    path = place.filled("/api/v1/events/experiment/<running>")
    events = eventually(lambda: place.client.get(path).json()["data"], 1)
    assert [event["kind"] for event in events] == ["assignment"]  # that of user-1


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ("POST /scores", SCORES),
        ("POST /events", OUTCOME),
        ("POST /prompts", PROMPT),
        ("POST /experiments", TEST),
        ("POST /metrics/custom", METRIC),
    ],
)
def test_what_the_refused_requests_began_as_is_taken(place: Place, request_: str, body: Json) -> None:
    answer = ask(place, request_, body)
    assert answer.status_code == 201, answer.text
