"""Silences and maintenance: who is told nothing, and which time SLAs leave out. Functions note changes; they never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import Project
from promptpulse.accounts.text import is_id
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.times import rfc3339
from promptpulse.db import exclusive
from promptpulse.definitions.asked import spelled
from promptpulse.incidents import shapes
from promptpulse.incidents.grouping import Scope, in_order, scope_of
from promptpulse.incidents.models import AlertRow, Json, SilenceRow
from promptpulse.incidents.signals import Signal, Source
from promptpulse.incidents.windows import FOREVER, Interval, Weekly, Window, merged
from promptpulse.incidents.wording import filters_of
from promptpulse.metrics import BadQuery, Filter, zone
from promptpulse.metrics.conditions import checked_filter

MOST = 500
"""That are not over, of a project."""
LONGEST = timedelta(days=366)
SHOWN = 500


def muting(session: Session, signal: Signal, now: datetime) -> SilenceRow | None:
    """The silence or maintenance in which `signal` lies now; the one that lasts longest."""
    scope = scope_of(signal.where, signal.group)
    return muting_scope(session, signal.project_id, (signal.source, signal.source_id), scope, now)


def muting_scope(
    session: Session, project_id: str, source: tuple[str, str], scope: Scope, now: datetime
) -> SilenceRow | None:
    """As `muting`, of an alert that is stored."""
    rows = _in_force(session, project_id, now, now + timedelta(microseconds=1))
    if not rows:
        return None
    tz = _zone(session, project_id)
    found = []
    for row in rows:
        stretch = window_of(row, tz).now(now)
        if stretch and _is_of(row, source) and covers(row.match, scope):
            found.append((stretch[1], row.id, row))
    return max(found)[2] if found else None


def scope_of_alert(alert: AlertRow) -> Scope:
    return scope_of(filters_of(alert), alert.group)


def quiet_until(session: Session, alert: AlertRow, now: datetime) -> datetime | None:
    """When the silence that covers it now ends; None when none does."""
    row = muting_scope(session, alert.project_id, (alert.source, alert.source_id), scope_of_alert(alert), now)
    stretch = None if row is None else window_of(row, _zone(session, alert.project_id)).now(now)
    return stretch[1] if stretch else None


def maintenance(
    session: Session,
    project_id: str,
    start: datetime,
    end: datetime,
    *,
    where: Sequence[Filter] = (),
    source: Source = "sla",
    source_id: str = "",
) -> list[Interval]:
    """Parts of `[start, end)` with maintenance of all that the source with these filters is about; merged, ascending.

    Maintenance of one prompt is none of an objective over all prompts."""
    scope = scope_of(where, {})
    tz = _zone(session, project_id)
    rows = [row for row in _in_force(session, project_id, start, end) if row.kind == "maintenance"]
    return merged(
        part
        for row in rows
        if _is_of(row, (source, source_id)) and covers(row.match, scope)
        for part in window_of(row, tz).within(start, end)
    )


def covers(match: Scope, scope: Scope) -> bool:
    """Whether everything that an alert is about lies within `match`. What says nothing about a dimension may be all of it."""
    return all(key in scope and set(scope[key]) <= set(values) for key, values in match.items())


def window_of(row: SilenceRow, tz: str) -> Window:
    ends = min(row.end or FOREVER, row.ended_at or FOREVER)
    return Window(row.start, ends, weekly_of(row.weekly), zone(tz))


def weekly_of(stored: Json | None) -> Weekly | None:
    if stored is None:
        return None
    given = shapes.WeeklyWindow.model_validate(stored)
    return Weekly(frozenset(given.weekdays), given.start, given.end)


def listed(
    session: Session, project_id: str, kind: str | None, now: datetime, *, over: bool
) -> list[shapes.SilenceOut]:
    """Active, then planned, then those that are over."""
    which: list[ColumnElement[bool]] = [SilenceRow.project_id == project_id]
    if kind is not None:
        which.append(SilenceRow.kind == kind)
    if not over:
        which += _not_over(now)
    rows = session.scalars(select(SilenceRow).where(*which).order_by(SilenceRow.start.desc()).limit(SHOWN))
    tz = _zone(session, project_id)
    order = ["active", "planned", "over"]
    return sorted((silence_out(row, tz, now) for row in rows), key=lambda one: order.index(one.state))


def existing(session: Session, project_id: str, silence_id: str) -> SilenceRow:
    """Raises NotFound."""
    row = session.get(SilenceRow, silence_id) if is_id(silence_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no silence {silence_id!r}; list them with GET /api/v1/silences")
    return row


def add(session: Session, project_id: str, wanted: shapes.SilenceIn, by: By) -> SilenceRow:
    """Raises Refused for a bad value, and Conflict for one too many."""
    start = wanted.start or by.at
    _check_time(wanted, start, by.at)
    if wanted.source_id is not None and wanted.source is None:
        raise Refused("source is missing; say whether source_id is of a rule, sla or budget", field="source")
    exclusive(session, f"silences of {project_id}")
    count = select(func.count()).select_from(SilenceRow).where(SilenceRow.project_id == project_id, *_not_over(by.at))
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} silences that are not over; end some first")
    row = SilenceRow(
        id=uuid7(by.at),
        project_id=project_id,
        kind=wanted.kind,
        reason=_plain(wanted.reason, "reason"),
        source=wanted.source,
        source_id=None if wanted.source_id is None else _plain(wanted.source_id, "source_id"),
        match=_matched(wanted),
        start=start,
        end=wanted.end,
        weekly=None if wanted.weekly is None else _weekly_json(wanted.weekly),
        created_at=by.at,
        created_by=by.actor[:300],
        ended_at=None,
    )
    session.add(row)
    session.flush()
    record(session, project_id, by, f"{row.kind}.create", named(row), detail=_told(row))
    return row


def end(session: Session, row: SilenceRow, by: By) -> None:
    """What has not begun is deleted. Nothing happens to one that is over."""
    if row.start > by.at:
        session.delete(row)
    elif min(row.end or FOREVER, row.ended_at or FOREVER) <= by.at:
        return
    else:
        row.ended_at = by.at
    record(session, row.project_id, by, f"{row.kind}.end", named(row))


def silence_out(row: SilenceRow, tz: str, now: datetime) -> shapes.SilenceOut:
    window = window_of(row, tz)
    stretch, following = window.now(now), window.after(now)
    return shapes.SilenceOut(
        id=row.id,
        kind="maintenance" if row.kind == "maintenance" else "silence",
        reason=row.reason,
        source=SOURCES.get(row.source or ""),
        source_id=row.source_id,
        match=row.match,
        start=row.start,
        end=row.end,
        weekly=None if row.weekly is None else shapes.WeeklyWindow.model_validate(row.weekly),
        state="active" if stretch else "planned" if following else "over",
        active_until=stretch[1] if stretch and stretch[1] < FOREVER else None,
        next_start=following[0] if following else None,
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
    )


def time_zone(session: Session, project_id: str) -> str:
    return _zone(session, project_id)


def named(row: SilenceRow) -> str:
    """For the audit log and the timeline."""
    about = ", ".join(f"{key} {' or '.join(map(str, values))}" for key, values in row.match.items())
    return row.reason or about or ("everything" if row.source is None else f"all of one {row.source}")


SOURCES: dict[str, Source] = {"rule": "rule", "sla": "sla", "budget": "budget", "action": "action"}


def _check_time(wanted: shapes.SilenceIn, start: datetime, now: datetime) -> None:
    if wanted.weekly is not None and wanted.kind != "maintenance":
        raise Refused("weekly: only maintenance repeats; set kind to maintenance", field="weekly")
    if wanted.end is None and wanted.weekly is None:
        raise Refused("end is missing; only what repeats weekly may go on without an end", field="end")
    if wanted.end is None:
        return
    if wanted.end <= start:
        raise Refused("end: must be later than start", field="end")
    if wanted.end <= now:
        raise Refused(f"end: {rfc3339(wanted.end)} has passed; choose a later one", field="end")
    if wanted.weekly is None and wanted.end - start > LONGEST:
        raise Refused(f"end: at most {LONGEST.days} days after start are allowed; use weekly for more", field="end")


def _matched(wanted: shapes.SilenceIn) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for dimension, values in wanted.match.items():
        texts = tuple(spelled(value) for value in values)
        try:
            checked = checked_filter(Filter(dimension, "in", texts), "match")
        except BadQuery as e:
            raise Refused(e.message, field="match") from e
        found[_plain(checked.dimension, "match")] = in_order({None if v is None else _plain(v, "match") for v in texts})
    return found


def _plain(text: str, field: str) -> str:
    if "\x00" in text:
        raise Refused(f"{field} {text!r} contains a NUL character; remove it", field=field)
    return text


def _weekly_json(weekly: shapes.WeeklyWindow) -> Json:
    if weekly.start.tzinfo or weekly.end.tzinfo:
        raise Refused("weekly: times are of the project's time zone; leave the zone out", field="weekly")
    plain: Json = {
        "weekdays": [*sorted(set(weekly.weekdays))],
        "start": _minute(weekly.start).isoformat(),
        "end": _minute(weekly.end).isoformat(),
    }
    return plain


def _minute(of: time) -> time:
    return of.replace(second=0, microsecond=0)


def _told(row: SilenceRow) -> dict[str, str | int | bool | None]:
    weekly = None if row.weekly is None else f"{row.weekly['weekdays']} {row.weekly['start']} to {row.weekly['end']}"
    about = ", ".join(f"{key}: {' or '.join(map(str, values))}" for key, values in row.match.items())
    return {
        "source": row.source, "source_id": row.source_id, "match": about[:500], "start": rfc3339(row.start),
        "end": None if row.end is None else rfc3339(row.end), "weekly": weekly,
    }  # fmt: skip


def _is_of(row: SilenceRow, source: tuple[str, str]) -> bool:
    return (row.source is None or row.source == source[0]) and (row.source_id is None or row.source_id == source[1])


def _in_force(session: Session, project_id: str, start: datetime, until: datetime) -> Sequence[SilenceRow]:
    return session.scalars(
        select(SilenceRow).where(SilenceRow.project_id == project_id, SilenceRow.start < until, *_not_over(start))
    ).all()


def _not_over(now: datetime) -> list[ColumnElement[bool]]:
    return [
        or_(SilenceRow.end.is_(None), SilenceRow.end > now),
        or_(SilenceRow.ended_at.is_(None), SilenceRow.ended_at > now),
    ]


def _zone(session: Session, project_id: str) -> str:
    return session.scalar(select(Project.time_zone).where(Project.id == project_id)) or "UTC"
