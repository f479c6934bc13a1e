"""Alerts and the incidents they belong to. Rules, objectives, budgets and actions call `fire`, `remind`, `clear`, `escalate`
and `note` in their own transaction; nothing here commits, and no repetition does anything twice.

A message goes out in the thread of the incident. Every channel hears of a source once an incident, again when it gets graver,
and that it is over once all is over that this channel was told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from promptpulse.accounts.text import is_id
from promptpulse.core.ids import stable_hash, uuid7
from promptpulse.db import exclusive
from promptpulse.incidents import grouping, silences
from promptpulse.incidents.life import OPEN, SEVERITIES, gravest, is_graver
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.incidents.signals import Signal, Source
from promptpulse.incidents.wording import (
    beyond_title,
    cut,
    duration,
    figure,
    filters_of,
    message_of,
    plain,
    subject,
    title_of,
    where_json,
)
from promptpulse.notify import inbox, outbox
from promptpulse.notify.messages import Event, Fact, Message, Severity

PROMPTPULSE = "PromptPulse"
"""Actor of what happens by itself."""
RULE: Source = "rule"
Detail = Mapping[str, str | int | float | bool | None]


def fire(
    session: Session, signal: Signal, now: datetime, *, held: bool = False, again: timedelta | None = None
) -> AlertRow:
    """`signal` is wrong: open its alert, or bring the open one up to date.

    `held`: nobody is told now (quiet hours); the next call without it tells. What a silence covers has no incident and is
    told of when the silence ends, by `unmute` or the next call. `again`: remind when the last message is so long ago."""
    lock(session, signal.project_id)
    alert = open_alert(session, signal.project_id, signal.source, signal.source_id, signal.series)
    if alert is None:
        alert = _alert(signal, now)
        session.add(alert)
        silence = silences.muting(session, signal, now)
        alert.silence_id = silence.id if silence else None
        session.flush()
    else:
        _update(session, alert, signal, now)
    if alert.silence_id is not None and not _unmuted(session, alert, now):
        return alert
    if alert.incident_id is None:
        _place(session, alert, now)
    if alert.notified_at is None and not held:
        _tell(session, alert, now)
    elif again is not None and alert.notified_at is not None and now - alert.notified_at >= again:
        _remind(session, alert, signal, now)
    return alert


def remind(session: Session, signal: Signal, now: datetime) -> AlertRow:
    """It still is: say so again, unless a silence covers it, or somebody has acknowledged it."""
    lock(session, signal.project_id)
    before = open_alert(session, signal.project_id, signal.source, signal.source_id, signal.series)
    was_told = before is not None and before.notified_at is not None
    alert = fire(session, signal, now)
    if was_told:
        _remind(session, alert, signal, now)
    return alert


def _remind(session: Session, alert: AlertRow, signal: Signal, now: datetime) -> None:
    incident = incident_of(session, alert)
    if incident is None or incident.status != "firing" or silences.muting(session, signal, now):
        return
    alert.notified_at = now
    text = f"{_said(alert)} It has lasted {duration(now - alert.since)}."
    message = message_of("reminder", incident, alert, now, incident.title, text)
    _send(session, incident, alert.told, message, now)
    note(session, incident.id, PROMPTPULSE, "reminder", f"Reminded: {title_of(alert)}", now)


def clear(
    session: Session,
    project_id: str,
    source: str,
    source_id: str,
    series: str,
    value: float | None,
    now: datetime,
    reason: str = "",
) -> AlertRow | None:
    """It is over. None, and nothing happens, when no alert of it is open. The last one resolves the incident."""
    lock(session, project_id)
    alert = open_alert(session, project_id, source, source_id, series)
    if alert is None:
        return None
    alert.open_key = None
    alert.cleared_at = now
    alert.clear_reason = cut(reason, 300)
    if value is not None:
        alert.value = value
    session.flush()
    incident = incident_of(session, alert)
    if incident is None:
        return alert
    lasted = duration(now - alert.since)
    why = f" ({alert.clear_reason})" if alert.clear_reason else ""
    text = f"{_named(alert)} is over after {lasted}{why}: {figure(alert.value, alert.unit)}"
    note(session, incident.id, PROMPTPULSE, "cleared", text, now, {"alert_id": alert.id, "value": alert.value})
    if incident.status not in OPEN:
        return alert
    firing = open_alerts(session, incident)
    if not firing:
        resolve(session, incident, alert, now)
    else:
        still = {channel for other in firing for channel in other.told}
        over = [channel for channel in alert.told if channel not in still]
        message = message_of("resolved", incident, alert, now, f"Over: {title_of(alert)}", f"{text}.")
        _send(session, incident, over, message, now, informs=False)
    return alert


def escalate(session: Session, incident: IncidentRow, text: str, now: datetime, *, actor: str = PROMPTPULSE) -> None:
    """What was done did not help: the incident becomes critical, and all who know of it, and those for critical, are told."""
    lock(session, incident.project_id)
    incident.severity = "critical"
    note(session, incident.id, actor, "escalated", text, now)
    alert = latest_alert(session, incident)
    if alert is None:
        return
    message = message_of("escalated", incident, alert, now, f"Escalated: {incident.title}"[:200], plain(text))
    channels = [*told_of(session, incident), *outbox.channels_for(session, incident.project_id, "critical")]
    alert.told = list(dict.fromkeys([*alert.told, *channels]))
    _send(session, incident, channels, message, now)


def note(
    session: Session,
    incident_id: str,
    actor: str,
    kind: str,
    text: str,
    now: datetime,
    detail: Detail | None = None,
) -> IncidentEventRow:
    """Add to the timeline. `kind` is one of `shapes.EventKind`: action, verified, comment and so on."""
    incident = session.get_one(IncidentRow, incident_id)
    lock(session, incident.project_id)
    incident.events += 1
    told: dict[str, JsonValue] = {key: plain(v) if isinstance(v, str) else v for key, v in (detail or {}).items()}
    row = IncidentEventRow(
        id=uuid7(now),
        project_id=incident.project_id,
        incident_id=incident_id,
        position=incident.events,
        at=now,
        kind=kind,
        actor=plain(actor, 300),
        text=plain(text),
        detail=told,
    )
    session.add(row)
    session.flush()
    return row


def unmute(session: Session, project_id: str, now: datetime) -> int:
    """Tell of alerts that still fire although their silence is over. How many there were.

    Rules tell by themselves, with their next round: they know their quiet hours."""
    lock(session, project_id)
    muted = session.scalars(
        select(AlertRow).where(
            AlertRow.project_id == project_id, AlertRow.open_key.is_not(None), AlertRow.silence_id.is_not(None)
        )
    ).all()
    told = 0
    for alert in muted:
        if _unmuted(session, alert, now):
            _place(session, alert, now)
            if alert.source != RULE:
                _tell(session, alert, now)
            told += 1
    return told


def projects_with_muted(session: Session) -> Sequence[str]:
    """Those in which `unmute` may have something to do."""
    return session.scalars(
        select(AlertRow.project_id)
        .where(AlertRow.open_key.is_not(None), AlertRow.silence_id.is_not(None))
        .distinct()
        .order_by(AlertRow.project_id)
    ).all()


def inform_all(
    session: Session, incident: IncidentRow, event: Event, title: str, text: str, now: datetime, *, informs: bool = True
) -> None:
    """A message in the thread of the incident to all channels that know of it, and to people in the product."""
    alert = latest_alert(session, incident)
    if alert is not None:
        message = message_of(event, incident, alert, now, cut(title), plain(text))
        _send(session, incident, told_of(session, incident), message, now, informs=informs)


def resolve(session: Session, incident: IncidentRow, alert: AlertRow, now: datetime) -> None:
    """By itself: `alert` was the last to clear."""
    incident.status = "resolved"
    incident.resolved_at = now
    incident.automatic = True
    lasted = duration(now - incident.began_at)
    note(session, incident.id, PROMPTPULSE, "resolved", f"Resolved by itself after {lasted}: all alerts are over", now)
    text = f"{_named(alert)} is over: {figure(alert.value, alert.unit)}. It lasted {lasted}."
    message = message_of("resolved", incident, alert, now, cut(f"Resolved: {incident.title}"), text)
    was_told = any(one.notified_at for one in alerts_of(session, incident))
    _send(session, incident, told_of(session, incident), message, now, informs=was_told)


def open_alert(session: Session, project_id: str, source: str, source_id: str, series: str) -> AlertRow | None:
    key = series_hash(source, source_id, series)
    return session.scalar(select(AlertRow).where(AlertRow.project_id == project_id, AlertRow.open_key == key))


def open_alerts(session: Session, incident: IncidentRow) -> Sequence[AlertRow]:
    return alerts_where(session, AlertRow.incident_id == incident.id, AlertRow.open_key.is_not(None))


def alerts_of(session: Session, incident: IncidentRow) -> Sequence[AlertRow]:
    """Newest first."""
    return alerts_where(session, AlertRow.incident_id == incident.id)


def alerts_where(session: Session, *which: ColumnElement[bool]) -> Sequence[AlertRow]:
    return session.scalars(select(AlertRow).where(*which).order_by(AlertRow.fired_at.desc(), AlertRow.id.desc())).all()


def latest_alert(session: Session, incident: IncidentRow) -> AlertRow | None:
    """The gravest that still fires, else the newest."""
    alerts = alerts_of(session, incident)
    order = list(SEVERITIES)
    return max(
        alerts, key=lambda one: (one.open_key is not None, order.index(one.severity), one.fired_at), default=None
    )


def incident_of(session: Session, alert: AlertRow) -> IncidentRow | None:
    return None if alert.incident_id is None else session.get(IncidentRow, alert.incident_id)


def incident_by_id(session: Session, project_id: str, incident_id: str) -> IncidentRow | None:
    row = session.get(IncidentRow, incident_id) if is_id(incident_id) else None
    return row if row is not None and row.project_id == project_id else None


def told_of(session: Session, incident: IncidentRow) -> list[str]:
    """Ids of channels that were told of anything in it."""
    return list(dict.fromkeys(channel for alert in alerts_of(session, incident) for channel in alert.told))


def lock(session: Session, project_id: str) -> None:
    """One at a time changes the incidents of a project: whether an alert joins one depends on all of them."""
    exclusive(session, f"incidents of {project_id}")


def series_hash(source: str, source_id: str, series: str) -> str:
    return stable_hash(source, source_id, series)


def _alert(signal: Signal, now: datetime) -> AlertRow:
    key = series_hash(signal.source, signal.source_id, signal.series)
    return AlertRow(
        id=uuid7(now),
        project_id=signal.project_id,
        incident_id=None,
        open_key=key,
        series_hash=key,
        source=signal.source,
        source_id=signal.source_id[:256],
        series=plain(signal.series),
        name=cut(signal.name, 300),
        alert_type=cut(signal.alert_type, 100),
        severity=signal.severity,
        metric=plain(signal.metric),
        metric_label=cut(signal.metric_label, 300),
        unit=signal.unit[:20],
        direction=signal.direction,
        value=signal.value,
        peak=signal.value,
        threshold=signal.threshold,
        since=signal.since,
        fired_at=now,
        cleared_at=None,
        clear_reason="",
        where=where_json(signal.where),
        group=dict(signal.group),
        window_s=signal.window_s,
        channels=None if signal.channels is None else list(signal.channels),
        runbook=plain(signal.runbook),
        text=plain(signal.text),
        silence_id=None,
        notified_at=None,
        told=[],
    )


def _update(session: Session, alert: AlertRow, signal: Signal, now: datetime) -> None:
    """The latest value and words; graver than before, those who know of it are told."""
    if signal.value is not None:
        alert.value = signal.value
        alert.peak = _worse(alert.peak, signal.value, signal.direction)
    alert.threshold = signal.threshold
    alert.text = plain(signal.text) or alert.text
    alert.channels = None if signal.channels is None else list(signal.channels)
    if is_graver(signal.severity, alert.severity):
        alert.severity = signal.severity
        incident = incident_of(session, alert)
        if incident is not None and incident.status in OPEN and is_graver(signal.severity, incident.severity):
            incident.severity = signal.severity
            note(session, incident.id, PROMPTPULSE, "severity", f"Now {signal.severity}: {_named(alert)}", now)
            alert.notified_at = None
    session.flush()


def _worse(a: float | None, b: float, direction: str) -> float:
    if a is None:
        return b
    return min(a, b) if direction == "below" else max(a, b)


def _unmuted(session: Session, alert: AlertRow, now: datetime) -> bool:
    """Whether no silence covers it any more; the one that does is noted."""
    scope = silences.scope_of_alert(alert)
    silence = silences.muting_scope(session, alert.project_id, (alert.source, alert.source_id), scope, now)
    alert.silence_id = silence.id if silence else None
    session.flush()
    return silence is None


def _place(session: Session, alert: AlertRow, now: datetime) -> None:
    """Join an incident, go on with one that has just resolved, or open one."""
    scope = grouping.scope_of(filters_of(alert), alert.group)
    incident = _continued(session, alert, now) or _joined(session, alert, scope, now)
    if incident is None:
        incident = _opened(session, alert, scope, now)
    else:
        if alert.source == "budget" and incident.title in map(title_of, alerts_of(session, incident)):
            incident.title = title_of(alert)  # 80 % has overtaken 50 %
        incident.scope = grouping.narrowed(incident.scope, scope)
        incident.severity = gravest(incident.severity, alert.severity)
        incident.alerted_at = max(incident.alerted_at, now)
        incident.began_at = min(incident.began_at, alert.since)
        alert.incident_id = incident.id
        detail: Detail = {"alert_id": alert.id, "value": alert.value, "severity": alert.severity}
        note(session, incident.id, PROMPTPULSE, "alert", f"Also: {_told(alert)}", now, detail)
    session.flush()


def _continued(session: Session, alert: AlertRow, now: datetime) -> IncidentRow | None:
    """The incident that the same series belonged to, when it is open or ended just now."""
    before = session.scalar(
        select(AlertRow)
        .where(
            AlertRow.project_id == alert.project_id,
            AlertRow.series_hash == alert.series_hash,
            AlertRow.id != alert.id,
            AlertRow.incident_id.is_not(None),
            AlertRow.cleared_at.is_not(None),
        )
        .order_by(AlertRow.cleared_at.desc(), AlertRow.id.desc())
        .limit(1)
    )
    incident = incident_of(session, before) if before else None
    if before is None or before.cleared_at is None or incident is None:
        return None
    if incident.status in OPEN:
        return incident
    ended = max(before.cleared_at, incident.resolved_at or before.cleared_at)
    if incident.status != "resolved" or now - ended >= grouping.REOPENS_WITHIN:
        return None
    reopen(
        session,
        incident,
        PROMPTPULSE,
        f"Open again: {_named(alert)} fires {duration(now - before.cleared_at)} later",
        now,
    )
    return incident


def reopen(session: Session, incident: IncidentRow, actor: str, text: str, now: datetime) -> None:
    incident.status = "firing"
    incident.acknowledged_at = incident.mitigated_at = incident.resolved_at = None
    incident.automatic = False
    note(session, incident.id, actor, "reopened", text, now)


def _joined(session: Session, alert: AlertRow, scope: grouping.Scope, now: datetime) -> IncidentRow | None:
    rows = session.scalars(
        select(IncidentRow).where(
            IncidentRow.project_id == alert.project_id,
            IncidentRow.status.in_(OPEN),
            IncidentRow.alerted_at > now - grouping.NEWEST_WITHIN,
        )
    ).all()
    if not rows:
        return None
    sources: dict[str, set[tuple[str, str]]] = {row.id: set() for row in rows}
    found = session.execute(
        select(AlertRow.incident_id, AlertRow.source, AlertRow.source_id)
        .where(AlertRow.incident_id.in_([row.id for row in rows]))
        .distinct()
    )
    for incident_id, source, source_id in found:
        if incident_id is not None:
            sources[incident_id].add((source, source_id))
    opened = [
        grouping.Open(row.id, row.scope, row.opened_at, row.alerted_at, frozenset(sources[row.id])) for row in rows
    ]
    home = grouping.home(scope, (alert.source, alert.source_id), opened, now)
    return next((row for row in rows if row.id == home), None)


def _opened(session: Session, alert: AlertRow, scope: grouping.Scope, now: datetime) -> IncidentRow:
    incident = IncidentRow(
        id=uuid7(now),
        project_id=alert.project_id,
        title=title_of(alert),
        severity=alert.severity,
        status="firing",
        assignee_id=None,
        scope=dict(scope),
        began_at=alert.since,
        opened_at=now,
        alerted_at=now,
        acknowledged_at=None,
        mitigated_at=None,
        resolved_at=None,
        closed_at=None,
        automatic=False,
        events=0,
        sent=0,
        dossier=None,
        dossier_at=None,
        cause=None,
        post_mortem=None,
        post_mortem_revision=0,
        post_mortem_edited=False,
        post_mortem_at=None,
        post_mortem_by="",
    )
    session.add(incident)
    session.flush()
    alert.incident_id = incident.id
    detail: Detail = {"alert_id": alert.id, "value": alert.value, "severity": alert.severity}
    note(session, incident.id, PROMPTPULSE, "opened", _told(alert), now, detail)
    return incident


def _tell(session: Session, alert: AlertRow, now: datetime) -> None:
    """Of an alert that has its incident. Channels that know of its source already are told only when it got graver."""
    incident = incident_of(session, alert)
    assert incident is not None  # noqa: S101 - `_place` came before
    alert.notified_at = now
    if incident.status not in OPEN:
        return
    severity: Severity = SEVERITIES[alert.severity]
    wanted = outbox.channels_for(session, alert.project_id, severity) if alert.channels is None else alert.channels
    same = [
        other
        for other in open_alerts(session, incident)
        if other.id != alert.id
        and (other.source, other.source_id) == (alert.source, alert.source_id)
        and not is_graver(alert.severity, other.severity)
    ]
    know = {channel for other in same for channel in other.told}
    alert.told = list(dict.fromkeys([*alert.told, *wanted]))
    title = title_of(alert)
    joined = alerts_of(session, incident)
    more = (Fact("Incident", f"{incident.title} ({len(joined)} alerts)"),) if len(joined) > 1 else ()
    message = message_of("fired", incident, alert, now, title, beyond_title(alert) or _said(alert), more=more)
    fresh = [channel for channel in wanted if channel not in know]
    _send(session, incident, fresh, message, now, informs=not same)
    if fresh:
        count = "1 channel" if len(fresh) == 1 else f"{len(fresh)} channels"
        note(session, incident.id, PROMPTPULSE, "notified", f"Told {count}: {title}", now, {"alert_id": alert.id})


def _send(
    session: Session,
    incident: IncidentRow,
    channels: Sequence[str],
    message: Message,
    now: datetime,
    *,
    informs: bool = True,
) -> None:
    incident.sent += 1
    key = f"{incident.id}:{incident.sent}"
    session.flush()
    if channels:
        outbox.enqueue(session, incident.project_id, list(dict.fromkeys(channels)), message, key, now)
    if informs:
        inbox.inform(session, incident.project_id, replace(message, body={}), key, now)


def _named(alert: AlertRow) -> str:
    about = subject(grouping.scope_of(filters_of(alert), alert.group))
    return f"{alert.name} ({about})" if about else alert.name


def _told(alert: AlertRow) -> str:
    """Its title, and what more is known."""
    rest = beyond_title(alert) if alert.text else _said(alert)
    return f"{title_of(alert)}. {rest}".rstrip()


def _said(alert: AlertRow) -> str:
    """A sentence."""
    if alert.text:
        return alert.text if alert.text.rstrip().endswith((".", "!", "?")) else f"{alert.text.rstrip()}."
    if alert.value is None:
        return "There is no data."
    bound = "" if alert.threshold is None else f", {alert.direction} {figure(alert.threshold, alert.unit)}"
    return f"It is {figure(alert.value, alert.unit)}{bound}."
