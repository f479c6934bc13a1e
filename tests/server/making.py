"""Prompts and experiments of a server, made by the API; and incidents."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from promptpulse.actions.models import ActionRunRow
from promptpulse.core.ids import uuid7
from promptpulse.db import open_database
from promptpulse.incidents.service import fire
from promptpulse.incidents.signals import Signal, series_key
from server.process import Json, Server

COMES_WITHIN_S = 10.0


def new(client: httpx.Client, path: str, body: Json | None = None) -> Json:
    """`data` of what was made or changed."""
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    data: Json = answer.json()["data"]
    return data


def new_prompt(client: httpx.Client, name: str, *contents: object, **more: object) -> Json:
    """One version for each content, the first of them in production."""
    first, *rest = contents or ("Hello {{name}}",)
    kind = "text" if isinstance(first, str) else "chat"
    made = new(client, "/prompts", {"name": name, "type": kind, "content": first, **more})
    for content in rest:
        new(client, f"/prompts/{made['id']}/versions", {"content": content})
    return made


def new_experiment(
    client: httpx.Client, title: str, variants: Sequence[Json], *, starts: bool = True, **more: object
) -> Json:
    """Judged by the score `rating`, unless said otherwise."""
    body: Json = {"metrics": [{"score": "rating", "primary": True}], **more, "title": title, "variants": list(variants)}
    made = new(client, "/experiments", body)
    return new(client, f"/experiments/{made['id']}/start") if starts else made


def eventually(find: Callable[[], list[Json]], count: int) -> list[Json]:
    """What is found as soon as there are so many; assignments become events a moment after they were told."""
    deadline = time.monotonic() + COMES_WITHIN_S
    while len(found := find()) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def new_incident(server: Server, project: str, rule: str, **group: str) -> str:
    """Opened by an alert of a rule, as the evaluator would fire it; its id. Of a server with a SQLite database."""
    now = datetime.now(UTC)
    signal = Signal(
        project_id=project, source="rule", source_id=rule, series=series_key(group), name=rule, alert_type="latency_spike",
        severity="warning", metric="p95_latency_ms", metric_label="p95 latency", unit="ms", direction="above", value=3500.0,
        threshold=2000.0, since=now - timedelta(minutes=5), group=group,
    )  # fmt: skip
    database = open_database(f"sqlite:///{server.folder}/settings.db")
    try:
        with database.writing() as session:
            alert = fire(session, signal, now)
            assert alert.incident_id is not None
            return alert.incident_id
    finally:
        database.close()


def new_run(server: Server, project: str, incident: str, prompt: str, name: str) -> str:
    """A policy served version 1 of a prompt again, instead of 2, and it helped; the id of that. As `new_incident`."""
    now = datetime.now(UTC)
    detail: Json = {"prompt": prompt, "environment": "production", "from_version": 2, "to_version": 1}
    run = ActionRunRow(
        id=uuid7(now), project_id=project, policy_id=None, policy_key=name[:50], policy_name=name, incident_id=incident,
        alert_id=incident, status="recovered", dry_run=False, action={"kind": "rollback"}, cause="",
        evidence={"metric": "", "value": None, "threshold": None, "since": now.isoformat(), "samples": None}, outcome=name,
        detail=detail, started_at=now, acted_at=now, watch_until=now, finished_at=now,
    )  # fmt: skip
    database = open_database(f"sqlite:///{server.folder}/settings.db")
    try:
        with database.writing() as session:
            session.add(run)
        return run.id
    finally:
        database.close()
