"""Channels of a project: making, changing and routing them. Secrets come in and never go out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import JsonValue
from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.text import email_address, is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import exclusive, flush_or, relocked
from promptpulse.notify.messages import Severity
from promptpulse.notify.models import REPORT, ChannelRow, DeliveryRow, RouteRow
from promptpulse.notify.outbox import DEAD_SHOWN, WAKE
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.shapes import ChannelIn, ChannelPatch, Kind
from promptpulse.notify.signing import new_secret
from promptpulse.notify.values import Secret

MOST = 50
ROUTING_KEY = 32
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
OVERLAP = timedelta(days=1)
"""How long a replaced signing secret signs beside the new one."""
TAKES: Mapping[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "email": (("addresses",), ()),
    "slack": (("url",), ()),
    "pagerduty": (("routing_key",), ("region", "url")),
    "webhook": (("url",), ("authorization",)),
    "apprise": (("url",), ()),
}
"""Fields that a kind needs, and that it may have."""
OWN_FIELDS = ("addresses", "url", "routing_key", "region", "authorization")


@dataclass(frozen=True, slots=True)
class Made:
    row: ChannelRow
    signing_secret: str | None
    """Shown once."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Messages of a channel."""

    waiting: int = 0
    dead: int = 0
    retry_at: datetime | None = None
    """The next of those that failed."""


def channels_of(session: Session, project_id: str) -> Sequence[ChannelRow]:
    """By name."""
    return session.scalars(
        select(ChannelRow)
        .where(ChannelRow.project_id == project_id, ChannelRow.kind != REPORT)
        .order_by(ChannelRow.name)
    ).all()


def existing(session: Session, project_id: str, channel_id: str) -> ChannelRow:
    """Raises NotFound."""
    row = session.get(ChannelRow, channel_id) if is_id(channel_id) else None
    if row is None or row.project_id != project_id or row.kind == REPORT:
        raise no_channel(channel_id)
    return row


def no_channel(channel_id: str, field: str | None = None) -> NotFound:
    return NotFound(f"there is no channel {channel_id!r}; GET /api/v1/channels lists them", field=field)


def create(session: Session, project_id: str, wanted: ChannelIn, keyring: Keyring, by: By) -> Made:
    """Raises Refused for a bad value and Conflict for a second channel of the name, or one too many."""
    exclusive(session, f"channels of {project_id}")
    own = (ChannelRow.project_id == project_id, ChannelRow.kind != REPORT)
    count = select(func.count()).select_from(ChannelRow).where(*own)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} channels, and no more are kept; delete one first")
    _check_fields(wanted.kind, wanted, TAKES[wanted.kind][0])
    signing = new_secret() if wanted.kind == "webhook" else ""
    secret = Secret(
        url=_checked_url(wanted.kind, wanted.url or ""),
        routing_key=_checked_key(wanted.routing_key or ""),
        authorization=_checked_header(wanted.authorization or ""),
        signing=signing,
    )
    row = ChannelRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(wanted.name, "name"),
        kind=wanted.kind,
        enabled=wanted.enabled,
        settings={},
        failures=0,
        created_at=by.at,
        created_by=by.actor,
    )
    if wanted.kind == "email":
        row.settings = {"addresses": _checked_addresses(wanted.addresses or [])}
    if wanted.kind == "pagerduty":
        row.settings = {"region": wanted.region or "us"}
    _keep(row, secret, keyring)
    session.add(row)
    _flush(session, row)
    usual: list[Severity] = ["critical"] if wanted.kind == "pagerduty" else ["warning", "critical"]
    severities = usual if wanted.severities is None else wanted.severities
    _route(session, row.id, severities)
    record(session, project_id, by, "channel.create", row.name, detail=_noted(row, severities))
    return Made(row, signing or None)


def change(session: Session, row: ChannelRow, wanted: ChannelPatch, keyring: Keyring, by: By) -> Made:
    """Raises Refused, Conflict, and NotFound when it was deleted meanwhile."""
    if not relocked(session, row):
        raise no_channel(row.id)
    kind: Kind = row.kind  # type: ignore[assignment]  # only kinds are written there
    _check_fields(kind, wanted, ())
    if wanted.new_signing_secret and kind != "webhook":
        raise Refused(f"new_signing_secret: a channel of kind {kind} signs nothing", field="new_signing_secret")
    row.name = row.name if wanted.name is None else named(wanted.name, "name")
    if wanted.addresses is not None:
        row.settings = {**row.settings, "addresses": _checked_addresses(wanted.addresses)}
    if wanted.region is not None:
        row.settings = {**row.settings, "region": wanted.region}
    signing = None
    given = (wanted.url, wanted.routing_key, wanted.authorization)
    if kind != "email" and (wanted.new_signing_secret or given != (None, None, None)):
        secret = _changed(_secret_to_change(row, wanted, keyring), wanted, kind)
        if wanted.new_signing_secret or (not secret.signing and kind == "webhook"):
            signing = new_secret()
            secret = replace(secret, signing=signing, signing_before=secret.signing, before_until=by.at + OVERLAP)
        _keep(row, secret, keyring)
    if wanted.enabled is not None:
        _switch(session, row, on=wanted.enabled, now=by.at)
    if given != (None, None, None) or wanted.addresses is not None:
        try_at_once(session, row)
    _flush(session, row)
    if wanted.severities is not None:
        _route(session, row.id, wanted.severities)
    session.info[WAKE] = True
    severities = severities_of(session, row.project_id).get(row.id, ())
    detail = {**_noted(row, severities), "secret_changed": signing is not None or given != (None, None, None)}
    record(session, row.project_id, by, "channel.change", row.name, detail=detail)
    return Made(row, signing)


def delete(session: Session, row: ChannelRow, by: By) -> None:
    """With its messages, waiting ones too."""
    session.delete(row)
    record(session, row.project_id, by, "channel.delete", row.name, detail={"kind": row.kind})


def forgive(row: ChannelRow) -> None:
    """It has no failures behind it."""
    row.failures, row.failing_since, row.last_error, row.retry_at = 0, None, None, None


def try_at_once(session: Session, row: ChannelRow) -> None:
    """It has no failures behind it, and neither have its messages."""
    forgive(row)
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.channel_id == row.id, DeliveryRow.state == "waiting", DeliveryRow.retry_at.is_not(None))
        .values(retry_at=None)
    )


def give_up_waiting(session: Session, row: ChannelRow, said: str, now: datetime) -> None:
    """Whatever the channel still has to send is dead."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.channel_id == row.id, DeliveryRow.state == "waiting")
        .values(state="dead", finished_at=now, said=said)
    )


def counts(session: Session, project_id: str, now: datetime) -> Mapping[str, Counted]:
    """By id of the channel."""
    found = session.execute(
        select(DeliveryRow.channel_id, DeliveryRow.state, func.count(), func.min(DeliveryRow.retry_at))
        .where(
            DeliveryRow.project_id == project_id,
            (DeliveryRow.state == "waiting")
            | (DeliveryRow.state == "dead") & (DeliveryRow.finished_at > now - DEAD_SHOWN),
        )
        .group_by(DeliveryRow.channel_id, DeliveryRow.state)
    ).all()
    of_channel: dict[str, Counted] = {}
    for channel_id, state, number, retry_at in found:
        known = of_channel.get(channel_id, Counted())
        of_channel[channel_id] = (
            replace(known, waiting=number, retry_at=retry_at) if state == "waiting" else replace(known, dead=number)
        )
    return of_channel


def severities_of(session: Session, project_id: str) -> Mapping[str, tuple[Severity, ...]]:
    """By id of the channel, the least severe first."""
    found = session.execute(
        select(RouteRow.channel_id, RouteRow.severity)
        .join(ChannelRow, ChannelRow.id == RouteRow.channel_id)
        .where(ChannelRow.project_id == project_id)
    ).all()
    return {
        channel_id: tuple(s for s in SEVERITIES if (channel_id, s) in {(c, v) for c, v in found})
        for channel_id in {c for c, _ in found}
    }


def set_routing(session: Session, project_id: str, wanted: Mapping[Severity, Sequence[str]], by: By) -> None:
    """Replaces all of it. Raises Refused for a channel that the project does not have."""
    exclusive(session, f"channels of {project_id}")
    names = {row.id: row.name for row in channels_of(session, project_id)}
    for severity, ids in wanted.items():
        for channel_id in ids:
            if channel_id not in names:
                raise Refused(no_channel(channel_id).message, field=severity)
    session.execute(delete_rows(RouteRow).where(RouteRow.channel_id.in_(names)))
    for severity, ids in wanted.items():
        session.add_all(RouteRow(channel_id=channel_id, severity=severity) for channel_id in dict.fromkeys(ids))
    session.flush()
    detail: Detail = {severity: ", ".join(names[i] for i in dict.fromkeys(ids)) for severity, ids in wanted.items()}
    record(session, project_id, by, "channel.route", "routing", detail=detail)


def secret_of(row: ChannelRow, keyring: Keyring) -> Secret:
    """Raises Conflict when it was encrypted with another key."""
    return Secret.decoded(keyring.decrypted(row.secret)) if row.secret else Secret()


def _switch(session: Session, row: ChannelRow, *, on: bool, now: datetime) -> None:
    if on and not row.enabled:
        try_at_once(session, row)
    if not on and row.enabled:
        give_up_waiting(session, row, "not sent: the channel was switched off", now)
    row.enabled, row.off_reason = on, None


def _check_fields(kind: Kind, wanted: ChannelIn | ChannelPatch, needed: Sequence[str]) -> None:
    needs, may = TAKES[kind]
    for field in OWN_FIELDS:
        value = getattr(wanted, field)
        if field in needed and not value:
            raise Refused(f"{field} is missing; a channel of kind {kind} needs it", field=field)
        if value is not None and field not in needs and field not in may:
            raise Refused(f"{field}: a channel of kind {kind} has none; leave it out", field=field)
        if value is not None and not value and field in needs:
            raise Refused(f"{field} is empty; a channel of kind {kind} needs it", field=field)


def _secret_to_change(row: ChannelRow, wanted: ChannelPatch, keyring: Keyring) -> Secret:
    """The stored one. One that cannot be read counts as empty when its main part is given anew."""
    try:
        return secret_of(row, keyring)
    except Conflict:
        main = wanted.routing_key if row.kind == "pagerduty" else wanted.url
        if main is None:
            raise
        return Secret()


def _changed(before: Secret, wanted: ChannelPatch, kind: Kind) -> Secret:
    return replace(
        before,
        url=before.url if wanted.url is None else _checked_url(kind, wanted.url),
        routing_key=before.routing_key if wanted.routing_key is None else _checked_key(wanted.routing_key),
        authorization=(before.authorization if wanted.authorization is None else _checked_header(wanted.authorization)),
    )


def _keep(row: ChannelRow, secret: Secret, keyring: Keyring) -> None:
    _check_length(secret)
    row.secret = keyring.encrypted(secret.encoded()) if secret.texts else ""
    row.hint = _hint(row.kind, secret)
    if row.kind == "webhook":
        row.settings = {**row.settings, "has_authorization": bool(secret.authorization)}


def _hint(kind: str, secret: Secret) -> str:
    """The host, and the last four characters of what is long enough to stay secret without them."""
    main = secret.routing_key if kind == "pagerduty" else secret.url
    tail = f"...{main[-4:]}" if len(main) >= 20 and main[-4:].isalnum() else ""
    parts = urlsplit(main) if kind != "pagerduty" else None
    host = (f"{parts.scheme}://" if kind == "apprise" else parts.hostname or "") if parts else ""
    return f"{host} {tail}".strip()[:300]


def _checked_url(kind: Kind, url: str) -> str:
    """Raises Refused, without repeating the address: it may be a secret."""
    if not url:
        return ""
    if any(c.isspace() or ord(c) < 32 or ord(c) == 127 for c in url):
        raise Refused("url contains a blank or a control character; remove it", field="url")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as e:
        raise Refused("url cannot be read; write it as https://host/path", field="url") from e
    if kind != "apprise" and (parts.scheme not in {"http", "https"} or not host):
        raise Refused("url must begin with https:// (or http://) and name a host", field="url")
    return url


def _checked_key(key: str) -> str:
    if key and not (key.isascii() and key.isalnum()):
        raise Refused("routing_key has other characters than letters and digits; copy it anew", field="routing_key")
    return key


def _check_length(secret: Secret) -> None:
    """PagerDuty's keys have 32 characters; those of other receivers may be longer or shorter."""
    if secret.routing_key and not secret.url and len(secret.routing_key) != ROUTING_KEY:
        raise Refused(
            f"routing_key has {len(secret.routing_key)} characters; an integration key of PagerDuty has {ROUTING_KEY}",
            field="routing_key",
        )


def _checked_header(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise Refused("authorization has characters that a header cannot carry; use ASCII", field="authorization")
    return value


def _checked_addresses(given: Sequence[str]) -> list[JsonValue]:
    found: list[JsonValue] = []
    for i, address in enumerate(given):
        try:
            found.append(email_address(address))
        except Refused as e:
            raise Refused(f"addresses.{i}: {e.message}", field=f"addresses.{i}") from e
        if any(c in address for c in ',;<>"\\'):
            raise Refused(f"addresses.{i}: {address!r} must be one bare address", field=f"addresses.{i}")
    return list(dict.fromkeys(found))


def _route(session: Session, channel_id: str, severities: Sequence[Severity]) -> None:
    session.execute(delete_rows(RouteRow).where(RouteRow.channel_id == channel_id))
    session.add_all(RouteRow(channel_id=channel_id, severity=severity) for severity in dict.fromkeys(severities))
    session.flush()


def _noted(row: ChannelRow, severities: Sequence[Severity]) -> dict[str, str | int | bool | None]:
    addresses = row.settings.get("addresses")
    to = ", ".join(map(str, addresses)) if isinstance(addresses, list) else row.hint.partition(" ...")[0]
    return {"kind": row.kind, "to": to[:300], "enabled": row.enabled, "severities": ", ".join(severities)}


def _flush(session: Session, row: ChannelRow) -> None:
    taken = f"there is a channel {row.name!r} already; choose another name"
    flush_or(session, Conflict(taken, field="name"))
