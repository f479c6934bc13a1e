"""Reports as they go over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.metrics import zone
from promptpulse.notify.models import REPORT, ChannelRow, DeliveryRow
from promptpulse.reports import schedule, service, shapes
from promptpulse.reports.content import Content
from promptpulse.reports.models import ReportRow, ReportRunRow
from promptpulse.reports.render import Links, written
from promptpulse.reports.runs import key_of, thread_of


def reports_out(session: Session, rows: Sequence[ReportRow], tz: str) -> list[shapes.ReportOut]:
    return [report_out(session, row, tz) for row in rows]


def report_out(session: Session, row: ReportRow, tz: str) -> shapes.ReportOut:
    wanted = service.wanted_of(row)
    last = session.scalar(
        select(ReportRunRow)
        .where(ReportRunRow.report_id == row.id, ReportRunRow.kind == "scheduled")
        .order_by(ReportRunRow.due_at.desc())
        .limit(1)
    )
    gone = service.opted_out(session, row.id)
    return shapes.ReportOut(
        **dict(wanted),
        id=row.id,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        when=schedule.worded(wanted.schedule),
        next_at=row.next_at if row.enabled else None,
        unsubscribed=[address for address in wanted.addresses if address in gone],
        last_run=runs_out(session, [last], tz)[0] if last else None,
    )


def runs_out(session: Session, rows: Sequence[ReportRunRow], tz: str) -> list[shapes.ReportRunOut]:
    keys = [key_of(row.id) for row in rows]
    threads = {thread_of(row.report_id) for row in rows}
    found = session.execute(
        select(DeliveryRow, ChannelRow)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(
            DeliveryRow.project_id.in_({row.project_id for row in rows}),
            DeliveryRow.thread.in_(threads),
            DeliveryRow.key.in_(keys),
        )
        .order_by(ChannelRow.name)
    ).all()
    deliveries: dict[str, list[shapes.ReportDelivery]] = {}
    for delivery, channel in found:
        deliveries.setdefault(delivery.key, []).append(_delivery(delivery, channel))
    return [_run(row, deliveries.get(key_of(row.id), []), tz) for row in rows]


def rendered(content: Content, base_url: str, page: str) -> shapes.RenderedReport:
    found = written(content, Links(base_url, page))
    return shapes.RenderedReport(
        subject=found.subject,
        html=found.html,
        text=found.text,
        start=content.start,
        end=content.end,
        quiet=content.quiet,
    )


def _run(row: ReportRunRow, deliveries: list[shapes.ReportDelivery], tz: str) -> shapes.ReportRunOut:
    start, end = (at.astimezone(zone(tz)).date() for at in (row.start_at, row.end_at))
    return shapes.ReportRunOut(
        id=row.id,
        kind=cast("shapes.RunKind", row.kind),  # from a Literal
        state=cast("shapes.RunState", row.state),
        due_at=row.due_at,
        start=row.start_at,
        end=row.end_at,
        period=schedule.period(start, end),
        said=row.said,
        created_at=row.created_at,
        created_by=row.created_by,
        finished_at=row.finished_at,
        deliveries=deliveries,
    )


def _delivery(row: DeliveryRow, channel: ChannelRow) -> shapes.ReportDelivery:
    addresses = channel.settings.get("addresses")
    is_address = channel.kind == REPORT and isinstance(addresses, list) and bool(addresses)
    return shapes.ReportDelivery(
        to=str(addresses[0]) if is_address and isinstance(addresses, list) else channel.name,
        state=row.state,
        attempts=row.attempts,
        said=row.said,
        finished_at=row.finished_at,
    )
