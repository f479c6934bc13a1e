"""What is spent, what will be, and how to spend less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import Refused, TooLarge
from promptpulse.costs import budgets, reconciliations, repricing, shapes
from promptpulse.costs.advice import price_of, suggestion
from promptpulse.costs.bill import read_bill
from promptpulse.costs.models import BudgetRow
from promptpulse.costs.present import asked_of, budget_out, projection_out, repricing_out, unpriced_out
from promptpulse.definitions.asked import Instant
from promptpulse.metrics import unpriced as metrics
from promptpulse.metrics.reconciled import counted, reconciled
from promptpulse.metrics.savings import findings
from promptpulse.metrics.spending import Scope, burn, projections

router = APIRouter(prefix="/api/v1/costs", tags=["costs"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
Start = Annotated[Instant | None, Query(description="Inclusive; 30 days before `end` when absent.")]
End = Annotated[Instant | None, Query(description="Exclusive; now when absent.")]
MAX_BILL_MB = 10
LOOK_BACK = timedelta(days=30)
PROJECTION: JsonValue = {
    "period": "month", "start": "2026-11-01", "end": "2026-12-01", "tz": "Europe/Berlin", "spent_usd": 210.5,
    "priced_share": 98.7, "projected_usd": 301, "low_usd": 289, "high_usd": 316, "level": 80, "rate_usd": 300.7,
    "method": "Level and weekday pattern of the last 8 weeks; the band from errors of past forecasts.", "history_days": 56,
    "note": "", "days": [{"day": "2026-11-01", "usd": 10.2, "total_usd": 10.2}],
    "ahead": [{"day": "2026-11-30", "low_usd": 289, "total_usd": 301, "high_usd": 316}],
    "before": [{"day": "2026-10-01", "usd": 9.8, "total_usd": 9.8}],
}  # fmt: skip
BUDGET: JsonValue = {
    "id": ID, "name": "Support, monthly", "amount_usd": 300, "period": "month", "prompt_id": "support-reply",
    "environment": None, "created_at": MOMENT, "created_by": "ada@example.com", "start": "2026-11-01", "end": "2026-12-01",
    "spent_usd": 210.5, "spent_share": 70.2, "priced_share": 98.7, "projected_usd": 301, "low_usd": 289, "high_usd": 316,
    "crosses_on": "2026-11-30", "state": "at_risk",
}  # fmt: skip
UNPRICED: JsonValue = {
    "provider": "acme", "model": "acme-large", "calls": 120, "share": 1.3, "reason": "no_price", "first_at": MOMENT,
    "last_at": MOMENT,
}  # fmt: skip
REPRICING: JsonValue = {
    "id": ID, "status": "done", "start": MOMENT, "end": MOMENT, "which": "unpriced", "provider": None, "model": "acme-large",
    "reason": "price agreed", "days": 30, "days_done": 30, "calls_seen": 120, "calls_changed": 118, "calls_unpriced": 2,
    "before_usd": None, "after_usd": 3.21, "created_at": MOMENT, "created_by": "ada@example.com", "finished_at": MOMENT,
    "error": None,
}  # fmt: skip
GAP: JsonValue = {
    "model": "gpt-4o-mini", "billed_usd": 102, "counted_usd": 100, "gap_usd": 2, "gap_percent": 1.96,
    "billed_tokens": 1_000_000, "counted_tokens": 990_000,
}  # fmt: skip
RECONCILIATION: JsonValue = {
    "id": ID, "name": "openai-november.csv", "provider": "openai", "start": "2026-11-01", "end": "2026-11-20",
    "billed_usd": 102, "counted_usd": 100, "gap_usd": 2, "gap_percent": 1.96, "lines": 20,
    "columns": {"day": "start_time_iso", "model": "model", "usd": "amount_value"}, "notes": [], "created_at": MOMENT,
    "created_by": "ada@example.com",
}  # fmt: skip
SUGGESTION: JsonValue = {
    "kind": "cached_input", "title": "summarize repeats its beginning, and 4 % of its input is cached",
    "detail": "Put what never changes first; cached input costs a tenth with this model.", "saving_usd": 120,
    "prompt_id": "summarize", "model": "gpt-4o", "facts": [{"label": "Cached share of input", "value": 4, "unit": "percent"}],
}  # fmt: skip


@router.get("/projection", summary="What this period will cost", responses=documented(200, PROJECTION, 401, 403))
def projection(
    request: Request,
    access: Reader,
    period: Annotated[shapes.Period, Query(description="The running day, week or month of the project.")] = "month",
    prompt_id: Annotated[str | None, Query(max_length=256)] = None,
    environment: Annotated[str | None, Query(max_length=256)] = None,
) -> Answer[shapes.ProjectionOut]:
    """With a band that holds four of five periods, and its method."""
    services = request.app.state.services
    scope = Scope(budgets.plain(prompt_id, "prompt_id"), budgets.plain(environment, "environment"))
    asked = (scope, period)
    found = projections(services.store, access.project.id, access.project.time_zone, [asked], services.clock())
    return Answer(data=projection_out(found[asked]))


@router.get("/budgets", summary="List budgets", responses=documented(200, [BUDGET], 401, 403))
def list_budgets(request: Request, access: Reader) -> Answer[list[shapes.BudgetOut]]:
    """With what the running period has spent and will."""
    with request.app.state.services.database.sessions() as session:
        rows = budgets.budgets_of(session, access.project.id)
    return Answer(data=_burning(request, access, rows))


@router.post("/budgets", status_code=201, summary="Set a budget", responses=documented(201, BUDGET, 401, 403, 409))
def create_budget(body: shapes.BudgetIn, request: Request, access: Editor) -> Answer[shapes.BudgetOut]:
    """Of the project, or of a prompt. Periods begin in the project's time zone, weeks on Monday."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = budgets.create(session, access.project.id, body, By(access.actor, services.clock()))
    return Answer(data=_burning(request, access, [row])[0])


@router.patch("/budgets/{budget_id}", summary="Change a budget", responses=documented(200, BUDGET, 401, 403, 404, 409))
def change_budget(
    budget_id: Id, body: shapes.BudgetPatch, request: Request, access: Editor
) -> Answer[shapes.BudgetOut]:
    """Counts at once, for the running period, too."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = budgets.existing(session, access.project.id, budget_id)
        budgets.change(session, row, body, By(access.actor, services.clock()))
    return Answer(data=_burning(request, access, [row])[0])


@router.delete("/budgets/{budget_id}", summary="Delete a budget", responses=documented(200, None, 401, 403, 404))
def delete_budget(budget_id: Id, request: Request, access: Editor) -> Answer[None]:
    """The calls and their costs stay."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = budgets.existing(session, access.project.id, budget_id)
        budgets.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.get("/unpriced", summary="Models without a price", responses=documented(200, [UNPRICED], 401, 403))
def unpriced(
    request: Request, access: Reader, start: Start = None, end: End = None
) -> Answer[list[shapes.ModelWithoutPrice]]:
    """The most calls first. Failed calls without usage cost nothing and are not among them."""
    services = request.app.state.services
    since, until = _range(start, end, services.clock())
    found = metrics.unpriced(services.store, access.project.id, since, until, services.clock())
    return Answer(data=[unpriced_out(one) for one in found])


@router.get("/repricings", summary="List re-pricings", responses=documented(200, [REPRICING], 401, 403))
def list_repricings(request: Request, access: Reader) -> Answer[list[shapes.RepricingOut]]:
    """Newest first, 100 at most."""
    with request.app.state.services.database.sessions() as session:
        rows = repricing.repricings_of(session, access.project.id)
    return Answer(data=[repricing_out(row) for row in rows])


@router.post(
    "/repricings",
    status_code=202,
    summary="Price stored calls anew",
    responses=documented(202, REPRICING, 401, 403, 409),
)
def start_repricing(body: shapes.RepricingIn, request: Request, access: Editor) -> Answer[shapes.RepricingOut]:
    """Runs in the background, one after the other, and goes on after a restart."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = repricing.create(session, access.project.id, body, By(access.actor, services.clock()))
    services.repricer.wake()
    return Answer(data=repricing_out(row))


@router.get(
    "/repricings/{repricing_id}", summary="Read a re-pricing", responses=documented(200, REPRICING, 401, 403, 404)
)
def read_repricing(repricing_id: Id, request: Request, access: Reader) -> Answer[shapes.RepricingOut]:
    """How far it is, and what it changed."""
    with request.app.state.services.database.sessions() as session:
        row = repricing.existing(session, access.project.id, repricing_id)
    return Answer(data=repricing_out(row))


@router.get("/reconciliations", summary="List reconciliations", responses=documented(200, [RECONCILIATION], 401, 403))
def list_reconciliations(request: Request, access: Reader) -> Answer[list[shapes.ReconciliationOut]]:
    """Newest first."""
    with request.app.state.services.database.sessions() as session:
        rows = reconciliations.reconciliations_of(session, access.project.id)
    return Answer(data=[reconciliations.reconciliation_out(row) for row in rows])


@router.post(
    "/reconciliations",
    status_code=201,
    summary="Compare with a provider's bill",
    responses=documented(201, {**RECONCILIATION, "models": [GAP], "rows": []}, 400, 401, 403, 409, 413),  # type: ignore[dict-item]
)
def reconcile(
    request: Request,
    access: Editor,
    body: Annotated[bytes, Body(media_type="text/csv", description="The provider's export of usage or costs.")],
    name: Annotated[str, Query(min_length=1, max_length=200, description="Name of the file.")],
    provider: Annotated[
        str | None, Query(max_length=256, description="Only calls of this provider are compared.")
    ] = None,
) -> Answer[shapes.ReconciliationDetail]:
    """The gap by model and day. Columns are found by their names; days are those of the file, in UTC."""
    if len(body) > MAX_BILL_MB << 20:
        raise TooLarge(
            f"body: the file is larger than {MAX_BILL_MB} MB; export by day, or a shorter time", field="body"
        )
    services = request.app.state.services
    now = services.clock()
    bill = read_bill(body)
    days = [line.day for line in bill.lines]
    of_provider = budgets.plain(provider, "provider")
    calls = counted(services.store, access.project.id, min(days), max(days), of_provider, now)
    found = reconciled(bill.lines, calls)
    by = By(access.actor, now)
    with services.database.writing() as session:
        row = reconciliations.create(session, access.project.id, name, of_provider, bill, found, by)
    return Answer(data=reconciliations.detail_out(row))


@router.get(
    "/reconciliations/{reconciliation_id}",
    summary="Read a reconciliation",
    responses=documented(200, {**RECONCILIATION, "models": [GAP], "rows": []}, 401, 403, 404),  # type: ignore[dict-item]
)
def read_reconciliation(reconciliation_id: Id, request: Request, access: Reader) -> Answer[shapes.ReconciliationDetail]:
    """As it was computed when the file came."""
    with request.app.state.services.database.sessions() as session:
        row = reconciliations.existing(session, access.project.id, reconciliation_id)
        return Answer(data=reconciliations.detail_out(row))


@router.delete(
    "/reconciliations/{reconciliation_id}",
    summary="Delete a reconciliation",
    responses=documented(200, None, 401, 403, 404),
)
def delete_reconciliation(reconciliation_id: Id, request: Request, access: Editor) -> Answer[None]:
    """The file is not kept anyway, only what it said by model and day."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = reconciliations.existing(session, access.project.id, reconciliation_id)
        reconciliations.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.get("/suggestions", summary="Where money can be saved", responses=documented(200, [SUGGESTION], 401, 403))
def suggestions(
    request: Request, access: Reader, start: Start = None, end: End = None
) -> Answer[list[shapes.Suggestion]]:
    """Found in the calls of the range, the largest saving first. Nothing is said without numbers behind it."""
    services = request.app.state.services
    since, until = _range(start, end, services.clock())
    prices = price_of(services.pipeline.prices, access.project, services.clock())
    found = findings(services.store, access.project.id, since, until, services.clock(), prices)
    return Answer(data=[suggestion(one) for one in found])


def _burning(request: Request, access: Access, rows: Sequence[BudgetRow]) -> list[shapes.BudgetOut]:
    services = request.app.state.services
    asked = [asked_of(row) for row in rows]
    found = projections(services.store, access.project.id, access.project.time_zone, asked, services.clock())
    return [budget_out(row, found[key], burn(found[key], row.amount_usd)) for row, key in zip(rows, asked, strict=True)]


def _range(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    until = end or now
    since = start or until - LOOK_BACK
    if since >= until:
        raise Refused("end: must be later than start", field="end")
    return since, until
