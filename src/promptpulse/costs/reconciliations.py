"""Bills of providers that were compared: kept by model and day, without the file."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.costs.bill import Bill
from promptpulse.costs.models import Json, ReconciliationRow
from promptpulse.costs.shapes import ReconciledRow, ReconciledTotal, ReconciliationDetail, ReconciliationOut
from promptpulse.db import exclusive
from promptpulse.metrics.reconciled import Gap, Reconciled

MOST = 200
MOST_ROWS = 20_000
LISTED_NAMES = 5


def reconciliations_of(session: Session, project_id: str) -> Sequence[ReconciliationRow]:
    """Newest first."""
    of_project = ReconciliationRow.project_id == project_id
    newest = ReconciliationRow.created_at.desc(), ReconciliationRow.id.desc()
    return session.scalars(select(ReconciliationRow).where(of_project).order_by(*newest)).all()


def existing(session: Session, project_id: str, reconciliation_id: str) -> ReconciliationRow:
    """Raises NotFound."""
    row = session.get(ReconciliationRow, reconciliation_id) if is_id(reconciliation_id) else None
    if row is None or row.project_id != project_id:
        raise NotFound(
            f"there is no reconciliation {reconciliation_id!r}; GET /api/v1/costs/reconciliations lists them"
        )
    return row


def create(
    session: Session, project_id: str, name: str, provider: str | None, bill: Bill, found: Reconciled, by: By
) -> ReconciliationRow:
    """Raises Refused for a bad name, and Conflict when there are too many."""
    if len(found.rows) > MOST_ROWS:
        raise Refused(f"body: the file has more than {MOST_ROWS} pairs of model and day; export less", field="body")
    exclusive(session, f"reconciliations of {project_id}")
    of_project = ReconciliationRow.project_id == project_id
    count = session.scalar(select(func.count()).select_from(ReconciliationRow).where(of_project)) or 0
    if count >= MOST:
        raise Conflict(f"the project has {MOST} reconciliations, and no more are kept; delete one first")
    row = ReconciliationRow(
        id=uuid7(by.at),
        project_id=project_id,
        name=named(name, "name", 200),
        provider=provider,
        start=found.start,
        end=found.end,
        lines=bill.read,
        columns=dict(bill.columns),
        notes=[*bill.notes, *notes(found, provider, by.at)],
        total=_json("", found.total),
        models=[_json(model, gap) for model, gap in found.models],
        rows=[{**_json(model, gap), "day": day.isoformat()} for day, model, gap in found.rows],
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    days = {"provider": provider, "start": found.start.isoformat(), "end": found.end.isoformat()}
    record(session, project_id, by, "reconciliation.create", row.name, detail=days)
    return row


def delete(session: Session, row: ReconciliationRow, by: By) -> None:
    session.delete(row)
    record(session, row.project_id, by, "reconciliation.delete", row.name)


def notes(found: Reconciled, provider: str | None, now: datetime) -> list[str]:
    """What else may explain a gap."""
    said = []
    if not found.is_by_model:
        said.append("The file names no models: it is compared as a whole, day by day.")
    if provider is None and found.is_by_model:
        said.append("Calls of every provider that has a billed model are counted; choose the provider to be sure.")
    if found.unpriced:
        plural = "call has" if found.unpriced == 1 else "calls have"
        said.append(f"{found.unpriced} {plural} no known cost here: see the models without a price.")
    if found.unmatched:
        shown = ", ".join(found.unmatched[:LISTED_NAMES])
        more = len(found.unmatched) - LISTED_NAMES
        said.append(f"Billed, but never called here: {shown}" + (f" and {more} more." if more > 0 else "."))
    if found.end >= now.date():
        said.append("The last day is not over: bills and calls of today may both be incomplete.")
    return said


def reconciliation_out(row: ReconciliationRow) -> ReconciliationOut:
    return ReconciliationOut.model_validate(_told(row))


def detail_out(row: ReconciliationRow) -> ReconciliationDetail:
    models = [ReconciledTotal.model_validate(m) for m in row.models]
    rows = [ReconciledRow.model_validate({**r, "counted_calls": r["calls"]}) for r in row.rows]
    return ReconciliationDetail.model_validate({**_told(row), "models": models, "rows": rows})


def _told(row: ReconciliationRow) -> dict[str, object]:
    total = {key: row.total[key] for key in ("billed_usd", "counted_usd", "gap_usd", "gap_percent")}
    own = ("id", "name", "provider", "start", "end", "lines", "columns", "notes", "created_at", "created_by")
    return {**total, **{key: getattr(row, key) for key in own}}


def _json(model: str, gap: Gap) -> Json:
    return {"model": model, **asdict(gap)}
