"""Reports of a project: define, change, delete; and who unsubscribed. Functions never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import email_address, is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError, Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.dashboards import presets
from promptpulse.dashboards import service as dashboards
from promptpulse.db import exclusive, flush_or
from promptpulse.metrics import Filter, zone
from promptpulse.metrics.conditions import checked_filter
from promptpulse.notify import channels
from promptpulse.notify.models import REPORT
from promptpulse.reports import schedule
from promptpulse.reports.models import ReportOptOut, ReportRow, ReportRunRow
from promptpulse.reports.shapes import ReportIn, ReportPatch

MOST = 100


def reports_of(session: Session, project_id: str) -> Sequence[ReportRow]:
    """By name."""
    return session.scalars(select(ReportRow).where(ReportRow.project_id == project_id).order_by(ReportRow.name)).all()


def existing(session: Session, project_id: str, report_id: str, *, to_change: bool = False) -> ReportRow:
    """Raises NotFound. `to_change`: others wait until this transaction ends."""
    row = session.get(ReportRow, report_id) if is_id(report_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no report {report_id!r}; GET /api/v1/reports lists them")
    if to_change:
        session.refresh(row, with_for_update=True)
    return row


def wanted_of(row: ReportRow) -> ReportIn:
    return ReportIn.model_validate({"name": row.name, "enabled": row.enabled, **row.settings})


def filters_of(wanted: ReportIn) -> tuple[Filter, ...]:
    """Raises Refused that names `where`."""
    filters = tuple(checked_filter(one.value()) for one in wanted.where)
    for one in filters:
        for text in (one.dimension, *one.values):
            _refuse_nul(text or "", "where")
    return filters


def checked(session: Session, project_id: str, wanted: ReportIn) -> ReportIn:
    """With addresses in lower case, each once. Raises Refused."""
    filters_of(wanted)
    addresses = checked_addresses(wanted.addresses, "addresses")
    for channel_id in wanted.channels:
        row = _channel(session, project_id, channel_id)
        if row is None:
            raise Refused(
                f"channels: there is no channel {channel_id!r}; GET /api/v1/channels lists them", field="channels"
            )
        if row == "pagerduty":
            raise Refused("channels: a report wakes nobody; PagerDuty is for alerts", field="channels")
    _check_dashboard(session, project_id, wanted.dashboard)
    return wanted.model_copy(update={"addresses": addresses, "channels": list(dict.fromkeys(wanted.channels))})


def checked_addresses(given: Sequence[str], field: str) -> list[str]:
    """Lower case, each once. Raises Refused."""
    found: dict[str, None] = {}
    for i, text in enumerate(given):
        try:
            found[email_address(text)] = None
        except AppError as e:
            raise Refused(f"{field}.{i}: {e.message}", field=f"{field}.{i}") from e
    return list(found)


def create(session: Session, project_id: str, tz: str, wanted: ReportIn, by: By) -> ReportRow:
    """Raises Refused for a bad value and Conflict for a second report of the name, or one too many."""
    wanted = checked(session, project_id, wanted)
    exclusive(session, f"reports of {project_id}")
    count = select(func.count()).select_from(ReportRow).where(ReportRow.project_id == project_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} reports, and no more are kept; delete one first")
    row = ReportRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(wanted.name, "name"),
        created_at=by.at,
        created_by=by.actor[:300],
    )
    _keep(row, wanted, tz, by.at)
    session.add(row)
    _flush(session, row)
    record(session, project_id, by, "report.create", row.name, detail=_told(wanted))
    return row


def change(session: Session, row: ReportRow, tz: str, patch: ReportPatch, by: By) -> bool:
    """Whether anything changed. Raises Refused and Conflict."""
    before = wanted_of(row)
    given = patch.model_dump(mode="json", exclude_unset=True)
    given = {key: value for key, value in given.items() if value is not None or key == "dashboard"}
    wanted = checked(session, row.project_id, ReportIn.model_validate({**before.model_dump(mode="json"), **given}))
    if wanted == before:
        return False
    row.name = named(wanted.name, "name")
    if wanted.schedule != before.schedule or wanted.enabled != before.enabled:
        _keep(row, wanted, tz, by.at)
    else:
        due = row.next_at
        _keep(row, wanted, tz, by.at)
        row.next_at = due  # what is due stays due
    # whoever is taken from the recipients and added again has been asked again
    session.execute(
        delete_rows(ReportOptOut).where(ReportOptOut.report_id == row.id, ReportOptOut.address.not_in(wanted.addresses))
    )
    _flush(session, row)
    detail = {"before": before.name, "fields": ", ".join(sorted(given))[:200], **_told(wanted)}
    record(session, row.project_id, by, "report.change", row.name, detail=detail)
    return True


def delete(session: Session, row: ReportRow, by: By) -> None:
    """With its history. Mails that wait are not sent."""
    session.delete(row)
    record(session, row.project_id, by, "report.delete", row.name)


def runs_of(session: Session, report_id: str, limit: int, offset: int) -> tuple[Sequence[ReportRunRow], int]:
    """A page, newest first, and how many there are in all."""
    which = ReportRunRow.report_id == report_id
    total = session.scalar(select(func.count()).select_from(ReportRunRow).where(which)) or 0
    newest = select(ReportRunRow).where(which).order_by(ReportRunRow.created_at.desc(), ReportRunRow.id.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def run_of(session: Session, report_id: str, run_id: str) -> ReportRunRow:
    """Raises NotFound."""
    row = session.get(ReportRunRow, run_id) if is_id(run_id) else None
    if row is None or row.report_id != report_id:
        raise NotFound(f"the report has no run {run_id!r}; GET /api/v1/reports/<id>/runs lists them")
    return row


def opted_out(session: Session, report_id: str) -> set[str]:
    return set(session.scalars(select(ReportOptOut.address).where(ReportOptOut.report_id == report_id)))


def opt_out(session: Session, row: ReportRow, address: str, now: datetime, *, again: bool = False) -> bool:
    """Unsubscribe an address, or undo that. Whether anything changed."""
    found = session.get(ReportOptOut, (row.id, address))
    if (found is None) == again:
        return False
    if found is not None:
        session.delete(found)
    else:
        session.add(ReportOptOut(report_id=row.id, address=address, at=now))
    action = "report.subscribe" if again else "report.unsubscribe"
    record(session, row.project_id, By(address, now), action, row.name)
    return True


def record_sending(session: Session, row: ReportRow, by: By, to: Sequence[str] | None) -> None:
    record(session, row.project_id, by, "report.send", row.name, detail={"test": to is not None})


def _keep(row: ReportRow, wanted: ReportIn, tz: str, now: datetime) -> None:
    row.enabled, row.time_zone, row.changed_at = wanted.enabled, tz, now
    row.settings = wanted.model_dump(mode="json", exclude={"name", "enabled"})
    row.next_at = schedule.following(wanted.schedule, now, zone(tz)).at if wanted.enabled else None


def _channel(session: Session, project_id: str, channel_id: str) -> str | None:
    """Its kind; None: there is no such channel."""
    try:
        found = channels.existing(session, project_id, channel_id)
    except NotFound:
        return None
    return None if found.kind == REPORT else found.kind


def _check_dashboard(session: Session, project_id: str, dashboard: str | None) -> None:
    if dashboard is None or dashboard in presets.READY_MADE:
        return
    try:
        dashboards.existing(session, project_id, dashboard)
    except NotFound as e:
        raise Refused(f"dashboard: {e.message}", field="dashboard") from e


def _told(wanted: ReportIn) -> dict[str, str | int | bool | None]:
    return {
        "schedule": schedule.worded(wanted.schedule),
        "recipients": len(wanted.addresses) + len(wanted.channels),
        "enabled": wanted.enabled,
    }


def _refuse_nul(text: str, field: str) -> None:
    if "\x00" in text:
        raise Refused(f"{field} {text!r} contains a NUL character; remove it", field=field)


def _flush(session: Session, row: ReportRow) -> None:
    flush_or(session, Conflict(f"there is a report {row.name!r} already; choose another name", field="name"))
