"""Examples of the answers, for the documentation of the routes."""

from __future__ import annotations

from pydantic import JsonValue

from promptpulse.accounts.shapes import ID, MOMENT

ALERT: JsonValue = {
    "id": ID, "incident_id": ID, "status": "firing", "source": "rule", "source_id": ID, "series": "prompt_id='support-reply'",
    "name": "p95 latency", "alert_type": "latency_spike", "severity": "warning", "metric": "p95_latency_ms",
    "metric_label": "p95 latency", "unit": "ms", "direction": "above", "value": 3500, "peak": 3600, "threshold": 2000,
    "since": MOMENT, "fired_at": MOMENT, "cleared_at": None, "clear_reason": "", "where": [],
    "group": {"prompt_id": "support-reply"}, "window_s": 300, "runbook": "", "text": "p95 latency of support-reply is above 2 s",
    "silence_id": None, "notified_at": MOMENT,
}  # fmt: skip
CAUSE: JsonValue = {
    "text": "Version 4 of support-reply carries 94 % of the change", "dimension": "prompt_version", "value": "4",
    "prompt_id": "support-reply", "share": 94, "before": 1200, "after": 3500, "without": 1210, "calls": 340,
    "evidence": ["Version 4 was deployed 6 min before"],
}  # fmt: skip
INCIDENT: dict[str, JsonValue] = {
    "id": ID, "title": "p95 latency of support-reply is above 2 s", "status": "firing", "severity": "warning", "began_at": MOMENT,
    "opened_at": MOMENT, "acknowledged_at": None, "mitigated_at": None, "resolved_at": None, "closed_at": None,
    "resolved_by_itself": False, "assignee": None, "scope": {"prompt_id": ["support-reply"]}, "alerts": 1, "firing": 1,
    "metric": "p95_latency_ms", "metric_label": "p95 latency", "cause": "Version 4 of support-reply carries 94 % of the change",
    "has_post_mortem": False,
}  # fmt: skip
EVENT: JsonValue = {
    "id": ID, "at": MOMENT, "kind": "comment", "actor": "ada@example.com", "text": "Looking at version 4.", "detail": {},
}  # fmt: skip
DETAIL: JsonValue = {
    **INCIDENT, "all_alerts": [ALERT], "timeline": [EVENT], "likely_cause": CAUSE,
    "next_statuses": ["acknowledged", "mitigated", "resolved"],
    "rollbacks": [{"prompt": "support-reply", "environment": "production", "from_version": 4, "to_version": 3,
                   "deployed_at": MOMENT, "deployed_by": "ada@example.com", "likely": True}],
    "experiments": [], "silenced_until": None, "dossier_at": MOMENT,
}  # fmt: skip
PERSON: JsonValue = {"user_id": ID, "email": "ada@example.com", "name": "ada"}
DOSSIER: JsonValue = {
    "made_at": MOMENT, "stored": True, "summary": ["Version 4 of support-reply carries 94 % of the change."],
    "chart": {"metric": "p95_latency_ms", "label": "p95 latency", "unit": "ms", "bucket": "5m", "buckets": [MOMENT],
              "values": [3500], "expected": [1200], "low": [900], "high": [1500], "threshold": 2000, "where": []},
    "causes": {"most_likely": CAUSE, "others": [], "note": ""},
    "impact": {"start": MOMENT, "end": MOMENT, "calls": 340, "failed_calls": 12, "users": 60, "extra_usd": 1.2, "failed_usd": 0.1},
    "errors": {"failed": 12, "groups": []}, "examples": {"shown": "The slowest calls", "calls": []},
    "changes": {"start": MOMENT, "end": MOMENT,
                "items": [{"at": MOMENT, "kind": "deployment", "text": "support-reply: production serves version 4, before it 3",
                           "by": "ada@example.com", "minutes_before": 6, "prompt": "support-reply", "version": 4}]},
    "versions": {"metrics": [], "lines": []}, "similar": [],
}  # fmt: skip
POST_MORTEM: JsonValue = {
    "markdown": "# p95 latency of support-reply is above 2 s\n", "revision": 1, "edited": False, "saved_at": MOMENT,
    "saved_by": "ada@example.com",
}  # fmt: skip
SILENCE: JsonValue = {
    "id": ID, "kind": "maintenance", "reason": "Nightly batch", "source": None, "source_id": None,
    "match": {"feature": ["batch"]}, "start": MOMENT, "end": None,
    "weekly": {"weekdays": [1, 2, 3, 4, 5], "start": "22:00:00", "end": "02:00:00"}, "state": "planned", "active_until": None,
    "next_start": MOMENT, "created_at": MOMENT, "created_by": "ada@example.com", "ended_at": None,
}  # fmt: skip
