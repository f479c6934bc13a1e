"""Rules of a project: written, changed, switched off, reset, deleted; and what becomes of what fires then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.alerts.models import RuleHealthRow, RuleRow, RuleStateRow
from promptpulse.alerts.ready_made import TEMPLATES, give_ready_made
from promptpulse.alerts.shapes import DAY, Band, Change, Expected, NoData, RuleIn, RulePatch, Threshold
from promptpulse.alerts.state import FIRING
from promptpulse.alerts.watching import CALLS, Watch
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.stored import unreadable
from promptpulse.db import exclusive, flush_or
from promptpulse.incidents import forgetting
from promptpulse.incidents import service as incidents
from promptpulse.metrics import BadQuery, Definitions
from promptpulse.metrics.query import COHORTS, canonical, checked
from promptpulse.notify.channels import channels_of

MOST = 1000
MEASURED = ("metric", "where", "by", "window_minutes")
"""What makes other series: a change of these begins anew."""


def rules_of(session: Session, project_id: str) -> Sequence[RuleRow]:
    """By name."""
    return session.scalars(select(RuleRow).where(RuleRow.project_id == project_id).order_by(RuleRow.name)).all()


def existing(session: Session, project_id: str, rule_id: str) -> RuleRow:
    """Raises NotFound."""
    row = session.get(RuleRow, rule_id) if is_id(rule_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no rule {rule_id!r}; GET /api/v1/rules lists them")
    return row


def create(session: Session, project: ProjectRef, wanted: RuleIn, definitions: Definitions, by: By) -> RuleRow:
    """Raises Refused for a bad value and Conflict for a second rule of the name, or one too many."""
    give_ready_made(session, project.id, by.at)  # their names are taken, though no round was yet
    exclusive(session, f"rules of {project.id}")
    count = select(func.count()).select_from(RuleRow).where(RuleRow.project_id == project.id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} rules, and no more are kept; delete one first")
    body = checked_rule(session, project, wanted, definitions)
    row = RuleRow(
        id=uuid7(by.at), project_id=project.id, name=body.name, enabled=body.enabled, body=body.model_dump(mode="json"),
        ready_made=False, revision=1, created_at=by.at, created_by=by.actor, updated_at=by.at, updated_by=by.actor,
    )  # fmt: skip
    session.add(row)
    _flush(session, row)
    record(session, project.id, by, "rule.create", row.name, detail=_detail(body))
    return row


def change(
    session: Session, project: ProjectRef, row: RuleRow, wanted: RulePatch, definitions: Definitions, by: By
) -> None:
    """Raises Refused and Conflict.

    Another metric, filter, grouping, window or kind of condition, and switching off, begin anew: what fires is resolved, and
    says why. Anything else keeps the state: the next round judges by the new numbers."""
    _lock(session, row)
    before = body_of(row)
    patched = RuleIn.model_validate(
        before.model_dump(mode="json") | wanted.model_dump(mode="json", include=wanted.model_fields_set)
    )
    _replace(session, project, row, before, patched, definitions, by, "rule.change")


def reset(session: Session, project: ProjectRef, row: RuleRow, definitions: Definitions, by: By) -> None:
    """As its template says, but for its name and channels. Raises Conflict for a rule without one."""
    _lock(session, row)
    before = body_of(row)
    template = TEMPLATES.get(before.template or "")
    if template is None:
        raise Conflict(f"the rule {row.name!r} comes from no template; change it instead")
    again = template.rule.model_copy(update={"name": before.name, "channels": before.channels})
    _replace(session, project, row, before, again, definitions, by, "rule.reset")


def delete(session: Session, row: RuleRow, by: By) -> None:
    _lock(session, row)
    begin_anew(session, row, by.at, "the rule was deleted")
    session.delete(row)
    record(session, row.project_id, by, "rule.delete", row.name)


def _lock(session: Session, row: RuleRow) -> None:
    """Nobody else changes rules until the transaction ends; `row` is as the last of them left it. Raises NotFound."""
    exclusive(session, f"rules of {row.project_id}")
    if session.get(RuleRow, row.id, populate_existing=True) is None:
        raise NotFound(f"the rule {row.name!r} was deleted meanwhile")


def begin_anew(session: Session, row: RuleRow, now: datetime, reason: str) -> int:
    """Resolve what fires, with the reason, and forget all states. How many fired."""
    firing = session.scalars(
        select(RuleStateRow.series).where(RuleStateRow.rule_id == row.id, RuleStateRow.phase.in_(FIRING))
    ).all()
    for series in firing:
        incidents.clear(session, row.project_id, "rule", row.id, series, None, now, reason)
    session.execute(delete_rows(RuleStateRow).where(RuleStateRow.rule_id == row.id))
    session.execute(
        update(RuleHealthRow)
        .where(RuleHealthRow.rule_id == row.id)
        .values(
            evaluated_at=None,
            watched_from=None,
            error=None,
            failing_since=None,
            series_total=None,
            note="",
            readings=[],
        )
    )
    return len(firing)


def body_of(row: RuleRow) -> RuleIn:
    """Raises Unreadable."""
    try:
        return RuleIn.model_validate(row.body)
    except ValidationError as e:
        raise unreadable("the rule", row.name, row.id) from e


def checked_rule(
    session: Session, project: ProjectRef, wanted: RuleIn, definitions: Definitions, channels: Sequence[str] = ()
) -> RuleIn:
    """As it is kept. `channels`: those that it has already, which may be gone. Raises Refused that names the field."""
    for field in RuleIn.model_fields:
        if "\\u0000" in wanted.model_dump_json(include={field}):
            raise Refused(f"{field} contains a NUL character; remove it", field=field)
    if wanted.template is not None and wanted.template not in TEMPLATES:
        raise Refused(
            f"template: {wanted.template!r} is not one of {', '.join(TEMPLATES)}; leave it out", field="template"
        )
    if fresh := [id_ for id_ in wanted.channels or () if id_ not in channels]:
        known = {row.id for row in channels_of(session, project.id)}
        for i, id_ in enumerate(fresh):
            if id_ not in known:
                raise Refused(
                    f"channels.{i}: there is no channel {id_!r}; GET /api/v1/channels lists them", field=f"channels.{i}"
                )
    return check_question(project, wanted.model_copy(update={"name": named(wanted.name, "name")}), definitions)


def check_question(project: ProjectRef, wanted: RuleIn, definitions: Definitions) -> RuleIn:
    """Whether it can be asked. Raises Refused and BadQuery."""
    _check_recovery(wanted)
    _check_window(wanted)
    if isinstance(wanted.condition, NoData):
        wanted = wanted.model_copy(update={"metric": CALLS})
    watch = Watch("", project.id, 0, wanted, project.time_zone, definitions)
    end = datetime.fromisoformat("2026-01-02T00:00:00+00:00")
    for dimension in wanted.by:
        if canonical(dimension, "by") in COHORTS:
            raise BadQuery(f"by: {dimension!r} cannot be watched; use a dimension of calls", field="by")
    try:
        checked(watch.question(end - watch.window, end))
    except BadQuery as e:
        if e.field == "metrics":
            raise BadQuery(e.message.replace("metrics:", "metric:", 1), field="metric") from e
        raise
    return wanted


def _check_window(wanted: RuleIn) -> None:
    minutes = wanted.window_minutes
    if minutes <= DAY or isinstance(wanted.condition, NoData):
        return
    if minutes % DAY:
        raise Refused(
            f"window_minutes: {minutes} is longer than a day; take whole days, such as {round(minutes / DAY) * DAY}",
            field="window_minutes",
        )
    if isinstance(wanted.condition, Expected | Band):
        raise Refused(
            "window_minutes: what is normal is known of windows of up to a day; take a shorter one, a threshold or a change",
            field="window_minutes",
        )


def _check_recovery(wanted: RuleIn) -> None:
    value, condition = wanted.recovery_value, wanted.condition
    if value is None:
        return
    match condition:
        case Threshold(op=op, value=limit):
            good = value <= limit if op == "above" else value >= limit
        case Change(value=limit):
            op, good = "above", value <= limit
        case Expected(op=op, factor=limit):
            good = value <= limit if op == "above" else value >= limit
        case Band() | NoData():
            raise Refused(
                f"recovery_value: a condition {condition.kind} has none; leave it out, or use recovery_minutes",
                field="recovery_value",
            )
    if not good:
        side = "at most" if op == "above" else "at least"
        raise Refused(
            f"recovery_value: {value:g} is wrong by the condition itself; it must be {side} {limit:g}",
            field="recovery_value",
        )


def _replace(
    session: Session,
    project: ProjectRef,
    row: RuleRow,
    before: RuleIn,
    wanted: RuleIn,
    definitions: Definitions,
    by: By,
    action: str,
) -> None:
    asked_anew = any(getattr(before, name) != getattr(wanted, name) for name in (*MEASURED, "condition"))
    # what was kept can be kept: a rule whose metric was deleted since can be renamed and switched off
    after = (
        checked_rule(session, project, wanted, definitions, before.channels or ())
        if asked_anew or wanted.enabled
        else wanted.model_copy(update={"name": named(wanted.name, "name")})
    )
    if after == before:
        return
    if before.enabled and not after.enabled:
        begin_anew(session, row, by.at, "the rule was switched off")
    elif measures_otherwise(before, after):
        begin_anew(session, row, by.at, "the rule was changed and begins anew")
    row.name, row.enabled, row.body = after.name, after.enabled, after.model_dump(mode="json")
    row.revision += 1
    row.updated_at, row.updated_by = by.at, by.actor
    _flush(session, row)
    changed = [name for name in RuleIn.model_fields if getattr(before, name) != getattr(after, name)]
    detail = {**_detail(after), "changed": ", ".join(changed), "before": before.name}
    record(session, row.project_id, by, action, row.name, detail=detail)


def measures_otherwise(before: RuleIn, after: RuleIn) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in MEASURED) or (
        before.condition.kind != after.condition.kind
        or (isinstance(after.condition, NoData) and after.condition != before.condition)
    )


def _detail(body: RuleIn) -> dict[str, str | int | bool | None]:
    return {
        "severity": body.severity,
        "metric": body.metric[:200],
        "enabled": body.enabled,
        "condition": body.condition.kind,
    }


def _flush(session: Session, row: RuleRow) -> None:
    flush_or(session, Conflict(f"there is a rule {row.name!r} already; choose another name", field="name"))


def forget_user(
    session: Session, project_id: str, is_user: Callable[[str], bool], gone: AbstractSet[str], now: datetime
) -> int:
    """States of series of the user, and what alerts and incidents have kept: how many of these. `gone`: calls that are deleted."""
    states = select(RuleStateRow).where(RuleStateRow.project_id == project_id)
    for row in session.scalars(states).all():
        if is_user(row.group.get("user_id") or ""):
            session.delete(row)
    return forgetting.forget(session, project_id, is_user, gone, now)
