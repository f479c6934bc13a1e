"""Budgets of a project: what may be spent a day, a week or a month."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.costs.models import BudgetRow
from promptpulse.costs.shapes import BudgetIn, BudgetPatch
from promptpulse.db import exclusive, flush_or

MOST = 100


def budgets_of(session: Session, project_id: str) -> Sequence[BudgetRow]:
    """By name."""
    return session.scalars(select(BudgetRow).where(BudgetRow.project_id == project_id).order_by(BudgetRow.name)).all()


def existing(session: Session, project_id: str, budget_id: str) -> BudgetRow:
    """Raises NotFound."""
    row = session.get(BudgetRow, budget_id) if is_id(budget_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(f"there is no budget {budget_id!r}; GET /api/v1/costs/budgets lists them")
    return row


def create(session: Session, project_id: str, wanted: BudgetIn, by: By) -> BudgetRow:
    """Raises Refused for a bad value and Conflict for a second budget of the name, or one too many."""
    exclusive(session, f"budgets of {project_id}")
    count = select(func.count()).select_from(BudgetRow).where(BudgetRow.project_id == project_id)
    if (session.scalar(count) or 0) >= MOST:
        raise Conflict(f"the project has {MOST} budgets, and no more are kept; delete one first")
    row = BudgetRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(wanted.name, "name"),
        amount_usd=wanted.amount_usd,
        period=wanted.period,
        prompt_id=plain(wanted.prompt_id, "prompt_id"),
        environment=plain(wanted.environment, "environment"),
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    _flush(session, row)
    detail = {"amount_usd": str(row.amount_usd), "period": row.period, "prompt_id": row.prompt_id}
    record(session, project_id, by, "budget.create", row.name, detail={**detail, "environment": row.environment})
    return row


def change(session: Session, row: BudgetRow, wanted: BudgetPatch, by: By) -> None:
    """Raises Refused and Conflict."""
    before = (row.name, row.amount_usd, row.period)
    row.name = row.name if wanted.name is None else named(wanted.name, "name")
    row.amount_usd = row.amount_usd if wanted.amount_usd is None else wanted.amount_usd
    row.period = wanted.period or row.period
    if before == (row.name, row.amount_usd, row.period):
        return
    _flush(session, row)
    detail = {"before": before[0], "amount_usd": str(row.amount_usd), "period": row.period}
    record(session, row.project_id, by, "budget.change", row.name, detail=detail)


def delete(session: Session, row: BudgetRow, by: By) -> None:
    session.delete(row)
    record(session, row.project_id, by, "budget.delete", row.name)


def plain(text: str | None, field: str) -> str | None:
    """`text`, which must not hold a NUL: PostgreSQL cannot keep one. Raises Refused."""
    if text is not None and "\x00" in text:
        raise Refused(f"{field} {text!r} contains a NUL character; remove it", field=field)
    return text or None


def _flush(session: Session, row: BudgetRow) -> None:
    taken = f"there is a budget {row.name!r} already; choose another name"
    flush_or(session, Conflict(taken, field="name"))
