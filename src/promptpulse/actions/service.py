"""Policies of a project: make, change, delete; and what they did. Functions never commit."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import Project
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.actions.models import ActionRunRow, Json, PolicyRow
from promptpulse.actions.shapes import PolicyIn, PolicyPatch, RunStatus, WebhookAction
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.stored import unreadable
from promptpulse.core.times import day_start
from promptpulse.db import exclusive, flush_or, relocked
from promptpulse.metrics import zone
from promptpulse.notify.guard import Guard
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.signing import MARK

MOST = 100
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes, as Standard Webhooks say."""
APART = frozenset({"name", "enabled", "secret"})
"""Columns of their own."""


def policies_of(session: Session, project_id: str) -> Sequence[PolicyRow]:
    """By name."""
    return session.scalars(select(PolicyRow).where(PolicyRow.project_id == project_id).order_by(PolicyRow.name)).all()


def existing(session: Session, project_id: str, policy_id: str) -> PolicyRow:
    """Raises NotFound."""
    row = session.get(PolicyRow, policy_id) if is_id(policy_id) else None
    if row is None or row.project_id != project_id:
        raise no_policy(policy_id)
    return row


def no_policy(policy_id: str) -> NotFound:
    return NotFound(f"there is no policy {policy_id!r}; GET /api/v1/policies lists them")


def policy_of(row: PolicyRow) -> PolicyIn:
    """Without its secret. Raises Unreadable."""
    try:
        return PolicyIn.model_validate({**row.settings, "name": row.name, "enabled": row.enabled})
    except ValidationError as e:
        raise unreadable("the policy", row.name, row.id) from e


def check_address(wanted: PolicyIn | PolicyPatch, guard: Guard) -> None:
    """Raises Refused for an address that nobody may connect to. Asks the name service: not inside a transaction."""
    if isinstance(wanted.action, WebhookAction):
        guard.check_url(wanted.action.url, "action.url")


def checked(wanted: PolicyIn) -> PolicyIn:
    """Raises Refused for a secret that signs nothing, and for a text that cannot be kept."""
    plain(wanted.description, "description")
    action = wanted.action
    for field, value in action.model_dump().items():
        if isinstance(value, str):
            plain(value, f"action.{field}")
    for field, value in wanted.trigger.model_dump().items():
        for text in value if isinstance(value, list) else ():
            plain(text, f"trigger.{field}")
    if wanted.secret and not isinstance(action, WebhookAction):
        raise Refused("secret: only webhooks are signed; leave it out", field="secret")
    if wanted.secret and not _signs(wanted.secret):
        raise Refused(f"secret must be {MARK} and {SHORTEST_KEY} to {LONGEST_KEY} bytes as base64", field="secret")
    return wanted


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a webhook must not show. "" for what there is not."""

    url: str = ""
    """It often holds a token."""
    signing: str = ""


def hidden_of(row: PolicyRow, keyring: Keyring) -> Hidden:
    """Raises Conflict when it was encrypted with another key."""
    return Hidden(**msgspec.json.decode(keyring.decrypted(row.secret))) if row.secret else Hidden()


def shown(url: str) -> str:
    """The address as it is shown: its host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/..."


def create(session: Session, project_id: str, wanted: PolicyIn, by: By, keyring: Keyring) -> PolicyRow:
    """After `check_address`. Raises Refused for a bad value and Conflict for a second policy of the name, or one too many."""
    checked(wanted)
    exclusive(session, f"policies of {project_id}")
    count = select(func.count()).select_from(PolicyRow).where(PolicyRow.project_id == project_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} policies, and no more are kept; delete one first")
    row = PolicyRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(wanted.name, "name"),
        enabled=wanted.enabled,
        settings=_settings(wanted),
        secret=_secret(wanted, Hidden(), keyring),
        signed=bool(wanted.secret),
        created_at=by.at,
        created_by=by.actor[:300],
        changed_at=by.at,
    )
    session.add(row)
    _flush(session, row)
    record(session, project_id, by, "policy.create", row.name, detail=_told(wanted))
    return row


def change(session: Session, row: PolicyRow, patch: PolicyPatch, by: By, keyring: Keyring) -> None:
    """After `check_address`. The address of a webhook stays when it is given as it is shown. Raises Refused, Conflict,
    and NotFound when it was deleted meanwhile."""
    if not relocked(session, row):
        raise no_policy(row.id)
    before, hidden = policy_of(row), hidden_of(row, keyring)
    given = {k: v for k, v in patch.model_dump(mode="json", exclude_unset=True).items() if v is not None}
    wanted = PolicyIn.model_validate({**before.model_dump(mode="json", exclude={"secret"}), **given})
    if isinstance(wanted.action, WebhookAction) and hidden.url and wanted.action.url == shown(hidden.url):
        wanted = wanted.model_copy(update={"action": wanted.action.model_copy(update={"url": hidden.url})})
    checked(wanted)
    kept = Hidden(hidden.url, "" if "secret" in given else hidden.signing)
    secret = _secret(wanted, kept, keyring)
    row.name, row.enabled, row.settings = named(wanted.name, "name"), wanted.enabled, _settings(wanted)
    if (secret is None) != (row.secret is None) or hidden_of(row, keyring) != _hidden(wanted, kept):
        row.secret, row.signed = secret, bool(_hidden(wanted, kept).signing)
    if not session.is_modified(row):
        return
    row.changed_at = by.at
    _flush(session, row)
    detail = {"before": before.name, "fields": ", ".join(sorted(given))[:200], **_told(wanted)}
    record(session, row.project_id, by, "policy.change", row.name, detail=detail)


def delete(session: Session, row: PolicyRow, by: By) -> None:
    """Its runs stay."""
    session.delete(row)
    record(session, row.project_id, by, "policy.delete", row.name)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which runs to list; None: all."""

    policy_id: str | None = None
    incident_id: str | None = None
    status: RunStatus | None = None


def runs_of(
    session: Session, project_id: str, chosen: Chosen, limit: int, offset: int
) -> tuple[Sequence[ActionRunRow], int]:
    """Newest first, and how many there are in all."""
    if not all(given is None or is_id(given) for given in (chosen.policy_id, chosen.incident_id)):
        return [], 0
    which = [ActionRunRow.project_id == project_id]
    if chosen.policy_id is not None:
        which.append(ActionRunRow.policy_id == chosen.policy_id)
    if chosen.incident_id is not None:
        which.append(ActionRunRow.incident_id == chosen.incident_id)
    if chosen.status is not None:
        which.append(ActionRunRow.status == chosen.status)
    total = session.scalar(select(func.count()).select_from(ActionRunRow).where(*which)) or 0
    newest = select(ActionRunRow).where(*which).order_by(ActionRunRow.started_at.desc(), ActionRunRow.id.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def existing_run(session: Session, project_id: str, run_id: str) -> ActionRunRow:
    """Raises NotFound."""
    row = session.get(ActionRunRow, run_id) if is_id(run_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no run {run_id!r}; GET /api/v1/action-runs lists them")
    return row


def acts_since(session: Session, policy_id: str, since: datetime) -> list[datetime]:
    """When the policy really did something, oldest first."""
    acted = ActionRunRow.acted_at
    which = (ActionRunRow.policy_id == policy_id, ActionRunRow.dry_run.is_(False), acted >= since)
    return [at for at in session.scalars(select(acted).where(*which).order_by(acted)) if at is not None]


def midnight(session: Session, project_id: str, now: datetime) -> datetime:
    """The begin of the day in the project's time zone."""
    tz = zone(session.scalar(select(Project.time_zone).where(Project.id == project_id)) or "UTC")
    return day_start(now.astimezone(tz).date(), tz)


def latest_runs(session: Session, project_id: str) -> dict[str, ActionRunRow]:
    """The newest run of each policy."""
    newest = (
        select(ActionRunRow.policy_id, func.max(ActionRunRow.started_at).label("at"))
        .where(ActionRunRow.project_id == project_id, ActionRunRow.policy_id.is_not(None))
        .group_by(ActionRunRow.policy_id)
        .subquery()
    )
    rows = session.scalars(
        select(ActionRunRow).join(
            newest, (ActionRunRow.policy_id == newest.c.policy_id) & (ActionRunRow.started_at == newest.c.at)
        )
    )
    return {row.policy_id: row for row in rows if row.policy_id}


def _told(wanted: PolicyIn) -> dict[str, str | int | bool | None]:
    return {
        "trigger": wanted.trigger.kind, "action": wanted.action.kind, "enabled": wanted.enabled, "dry_run": wanted.dry_run,
    }  # fmt: skip


def _settings(wanted: PolicyIn) -> Json:
    settings = wanted.model_dump(mode="json", exclude=set(APART))
    if isinstance(wanted.action, WebhookAction):
        settings["action"] = {**wanted.action.model_dump(mode="json"), "url": shown(wanted.action.url)}
    return settings


def _hidden(wanted: PolicyIn, before: Hidden) -> Hidden:
    if not isinstance(wanted.action, WebhookAction):
        return Hidden()
    return Hidden(wanted.action.url, wanted.secret or before.signing)


def _secret(wanted: PolicyIn, before: Hidden, keyring: Keyring) -> str | None:
    hidden = _hidden(wanted, before)
    return keyring.encrypted(msgspec.json.encode(hidden).decode()) if hidden.url else None


def _signs(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix(MARK), validate=True)
    except ValueError:
        return False
    return secret.startswith(MARK) and SHORTEST_KEY <= len(key) <= LONGEST_KEY


def plain(text: str, field: str) -> str:
    """As it is, without a NUL, which PostgreSQL cannot keep. Raises Refused."""
    if "\x00" in text:
        raise Refused(f"{field} {text!r} contains a NUL character; remove it", field=field)
    return text


def _flush(session: Session, row: PolicyRow) -> None:
    flush_or(session, Conflict(f"there is a policy {row.name!r} already; choose another name", field="name"))
