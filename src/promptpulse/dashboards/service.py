"""Dashboards of a project: create, change, duplicate, delete. Functions note every change; they never commit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.times import rfc3339
from promptpulse.dashboards import presets
from promptpulse.dashboards.asking import Context, check_all
from promptpulse.dashboards.models import DashboardRow
from promptpulse.dashboards.shapes import DashboardBody, DashboardUpdate, Widget
from promptpulse.db import exclusive, flush_or

LONGEST_NAME = 100
MOST = 200
"""Dashboards of a project."""
CHANGED = "edited_meanwhile"
COPY = " copy"
"""What the name of a copy ends with."""


def existing(session: Session, project_id: str, dashboard_id: str, *, to_change: bool = False) -> DashboardRow:
    """One of the project's own. Raises NotFound. `to_change`: others wait until this transaction ends."""
    row = session.get(DashboardRow, dashboard_id) if is_id(dashboard_id) else None
    if row is None or row.project_id != project_id:
        raise no_dashboard(dashboard_id)
    if to_change:
        session.refresh(row, with_for_update=True)
    return row


def no_dashboard(dashboard_id: str) -> NotFound:
    return NotFound(f"there is no dashboard {dashboard_id!r}; list them with GET /api/v1/dashboards")


def listed(session: Session, project_id: str) -> Sequence[DashboardRow]:
    """By name, in either case."""
    return session.scalars(
        select(DashboardRow)
        .where(DashboardRow.project_id == project_id)
        .order_by(func.lower(DashboardRow.name), DashboardRow.name)
    ).all()


def widgets_of(row: DashboardRow) -> list[Widget]:
    return [Widget.model_validate(widget) for widget in row.widgets]


def create(session: Session, context: Context, wanted: DashboardBody, by: By) -> DashboardRow:
    """Raises Refused for a bad value and Conflict for a name that is taken."""
    check_all(wanted.widgets, context)
    name = named(wanted.name, "name", LONGEST_NAME)
    return _added(session, context.project, name, wanted, by, {})


def create_named_freely(
    session: Session, project_id: str, wanted: DashboardBody, by: By, suffix: str = "", detail: Detail | None = None
) -> DashboardRow:
    """A name that is taken gets a number. The widgets are as somebody checked or stored them."""
    exclusive(session, f"dashboards of {project_id}")
    taken = set(session.scalars(select(DashboardRow.name).where(DashboardRow.project_id == project_id)))
    name = free_name(named(wanted.name, "name", LONGEST_NAME), suffix, taken | set(presets.NAMES))
    return _added(session, project_id, name, wanted, by, detail or {})


def free_name(name: str, suffix: str, taken: set[str]) -> str:
    """`name` and `suffix`, with the first number that makes it a new one; cut where it would be too long."""
    for n in range(1, len(taken) + 2):
        end = f"{suffix} {n}" if n > 1 else suffix
        found = f"{name[: LONGEST_NAME - len(end)]}{end}"
        if found not in taken:
            return found
    raise AssertionError("one of n + 1 names is none of n")


def save(session: Session, row: DashboardRow, context: Context, wanted: DashboardUpdate, by: By) -> None:
    """Raises Conflict where another revision than the one that was edited is stored; that stays."""
    if wanted.revision is not None and wanted.revision != row.revision:
        raise Conflict(
            f"revision: {row.updated_by} changed {row.name!r} at {rfc3339(row.updated_at)}, it has revision {row.revision} and"
            f" not {wanted.revision}; nothing was stored. Read it again, or keep yours with POST /api/v1/dashboards",
            code=CHANGED,
            field="revision",
        )
    check_all(wanted.widgets, context, widgets_of(row))
    new = {
        "name": named(wanted.name, "name", LONGEST_NAME),
        "description": _text(wanted.description, "description"),
        "opens_with": wanted.range,
        "widgets": _dumped(wanted),
    }
    changed = [key for key, value in new.items() if getattr(row, key) != value]
    if not changed:
        return
    _check_name(str(new["name"]))
    for key in changed:
        setattr(row, key, new[key])
    row.revision += 1
    row.updated_at, row.updated_by = by.at, by.actor[:300]
    flush_or(session, _taken(row.name))
    fields = ", ".join("range" if key == "opens_with" else key for key in changed)
    record(session, row.project_id, by, "dashboard.change", row.name, detail={**_of(row), "fields": fields})


def delete(session: Session, row: DashboardRow, by: By) -> None:
    """With its links."""
    session.delete(row)
    record(session, row.project_id, by, "dashboard.delete", row.name, detail=_of(row))


def _added(session: Session, project_id: str, name: str, wanted: DashboardBody, by: By, detail: Detail) -> DashboardRow:
    _check_name(name)
    count = session.scalar(select(func.count()).where(DashboardRow.project_id == project_id)) or 0
    if count >= MOST:
        raise Conflict(f"the project has {count} dashboards, and {MOST} at most; delete one first")
    row = DashboardRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=name,
        description=_text(wanted.description, "description"),
        opens_with=wanted.range,
        widgets=_dumped(wanted),
        revision=1,
        created_at=by.at,
        created_by=by.actor[:300],
        updated_at=by.at,
        updated_by=by.actor[:300],
    )
    session.add(row)
    flush_or(session, _taken(name))
    record(session, project_id, by, "dashboard.create", name, detail={**_of(row), **detail})
    return row


def _dumped(wanted: DashboardBody) -> list[dict[str, object]]:
    for i, widget in enumerate(wanted.widgets):
        _text(widget.title, f"widgets.{i}.title")
        _text(widget.text, f"widgets.{i}.text")
    return [widget.model_dump(mode="json") for widget in wanted.widgets]


def _of(row: DashboardRow) -> dict[str, str | int | bool | None]:
    return {"dashboard_id": row.id}


def _check_name(name: str) -> None:
    if name in presets.NAMES:
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"name: there is a dashboard {name!r} already; choose another name", field="name")


def _text(value: str, field: str) -> str:
    if "\x00" in value:
        raise Refused(f"{field} contains a NUL character; remove it", field=field)
    return value
