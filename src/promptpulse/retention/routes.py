"""How long what is kept, what is redacted, and deletion of a person's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_admin, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.ingest.redaction import Redaction
from promptpulse.metrics import expired, kept
from promptpulse.metrics.kept import What
from promptpulse.retention import expiring, forgetting, settings, shapes
from promptpulse.retention.models import ForgetRow, PeriodRow

router = APIRouter(prefix="/api/v1/retention", tags=["retention"])
Reader = Annotated[Access, Depends(may_read)]
Admin = Annotated[Access, Depends(may_admin)]
REDACTION: JsonValue = {
    "api_keys": True, "card_numbers": True,
    "patterns": [{"name": "customer_numbers", "pattern": r"\bcust-\d{6,10}\b"}], "replaced": {"api_keys": 12},
}  # fmt: skip
FORGET: JsonValue = {
    "id": ID, "user_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "status": "done", "step": "done",
    "counts": {"assignments": 1, "call_texts": 40, "scores": 3, "events": 1, "calls": 40}, "days": 6, "created_at": MOMENT,
    "created_by": "ada@example.com", "finished_at": MOMENT, "error": None,
}  # fmt: skip
FIELDS: Final[Mapping[What, str]] = {
    "calls": "calls_days", "texts": "texts_days", "facts": "scores_and_events_days", "minutes": "minutes_days",
}  # fmt: skip
DAY: JsonValue = "2026-08-01"
KEPT_FROM: JsonValue = {"calls": DAY, "texts": DAY, "scores_and_events": None, "minutes": None}
PERIODS: JsonValue = {
    "calls_days": 90, "texts_days": 30, "scores_and_events_days": None, "minutes_days": None, "kept_from": KEPT_FROM,
    "run": {
        "status": "idle", "not_before": None, "started_at": MOMENT, "finished_at": MOMENT,
        "deleted": {"calls": 41_203, "call_texts": 41_203}, "error": None,
    },
}  # fmt: skip
EXPIRING: JsonValue = {
    "kept_from": KEPT_FROM, "calls": 412_003, "prompts": 3, "texts": 398_120, "scores": 0, "events": 0, "minutes": 0,
    "experiments": ["Shorter greeting"],
}  # fmt: skip
PREVIEW: JsonValue = {"text": "My key is [api_keys].", "replaced": {"api_keys": 1}}


@router.get("/periods", summary="How long what is kept", responses=documented(200, PERIODS, 401, 403))
def read_periods(request: Request, access: Reader) -> Answer[shapes.PeriodsOut]:
    """And how far the deletion of what is older is. From the beginning, everything is kept for ever."""
    with request.app.state.services.database.sessions() as session:
        row = session.get(PeriodRow, access.project.id)
    return Answer(data=_periods_out(request, access, row))


@router.put("/periods", summary="Change how long what is kept", responses=documented(200, PERIODS, 401, 403))
def change_periods(body: shapes.PeriodsIn, request: Request, access: Admin) -> Answer[shapes.PeriodsOut]:
    """For admins. What is older is deleted, an hour from now at the earliest, then once a day. It does not come back."""
    services = request.app.state.services
    periods = _wanted(body)
    with services.database.writing() as session:
        row = expiring.change(session, access.project.id, periods, By(access.actor, services.clock()))
    return Answer(data=_periods_out(request, access, row))


@router.post("/periods/preview", summary="See what periods would delete", responses=documented(200, EXPIRING, 401, 403))
def preview_periods(body: shapes.PeriodsIn, request: Request, access: Admin) -> Answer[shapes.ExpiringOut]:
    """Counts what is stored now. Nothing is saved or deleted. For admins."""
    services = request.app.state.services
    project = access.project.id
    days = expiring.first_days(_wanted(body), services.clock())
    found = expired.expiring(services.store, project, days)
    first = max((days[what] for what in ("calls", "facts") if what in days), default=None)
    with services.database.sessions() as session:
        running = [] if first is None else list(expiring.running_experiments(session, project, first))
    rows = found.rows
    return Answer(
        data=shapes.ExpiringOut(
            kept_from=_kept_from(days),
            calls=rows.get("calls", 0),
            prompts=found.prompts,
            texts=rows.get("call_texts", 0),
            scores=rows.get("scores", 0),
            events=rows.get("events", 0),
            minutes=rows.get("days_by_minute", 0),
            experiments=running,
        )
    )


@router.get("/redaction", summary="What is taken out of texts", responses=documented(200, REDACTION, 401, 403))
def read_redaction(request: Request, access: Reader) -> Answer[shapes.RedactionOut]:
    """Before anything is stored; and how often it was."""
    return Answer(data=_out(request, access))


@router.put("/redaction", summary="Change what is taken out of texts", responses=documented(200, REDACTION, 401, 403))
def change_redaction(body: shapes.RedactionIn, request: Request, access: Admin) -> Answer[shapes.RedactionOut]:
    """For admins. Counts for what arrives from now, in this process at once, in others within 10 s. What is stored stays."""
    services = request.app.state.services
    with services.database.writing() as session:
        settings.change(session, access.project.id, body, By(access.actor, services.clock()))
    services.pipeline.redactor.forget()
    return Answer(data=_out(request, access))


@router.post(
    "/redaction/preview", summary="Try what is taken out of a text", responses=documented(200, PREVIEW, 401, 403)
)
def preview(body: shapes.PreviewIn, request: Request, access: Admin) -> Answer[shapes.PreviewOut]:
    """With what is saved, or with what might be. Nothing is stored or counted."""
    counts: Counter[str] = Counter()
    redaction = _saved(request, access) if body.redaction is None else settings.redaction_from(body.redaction)
    return Answer(data=shapes.PreviewOut(text=redaction.text(body.text, counts), replaced=dict(counts)))


@router.get("/forget", summary="List requests to forget a user", responses=documented(200, [FORGET], 401, 403))
def list_requests(request: Request, access: Admin) -> Answer[list[shapes.ForgetOut]]:
    """Newest first, 100 at most. For admins."""
    with request.app.state.services.database.sessions() as session:
        rows = forgetting.requests_of(session, access.project.id)
    return Answer(data=[_forget_out(row) for row in rows])


@router.post(
    "/forget", status_code=202, summary="Delete the data of a user", responses=documented(202, FORGET, 401, 403, 409)
)
def forget(body: shapes.ForgetIn, request: Request, access: Admin) -> Answer[shapes.ForgetOut]:
    """Calls, texts, scores, events and assignments that arrived up to now. For admins.

    Runs in the background, and goes on after a restart. What the user does from now on is stored again."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = forgetting.ask(session, access.project.id, body.user_id, By(access.actor, services.clock()))
    services.assigner.forget(body.user_id)
    return Answer(data=_forget_out(row))


@router.get(
    "/forget/{request_id}", summary="Read a request to forget a user", responses=documented(200, FORGET, 401, 403, 404)
)
def read_request(
    request_id: Annotated[str, Path(max_length=256)], request: Request, access: Admin
) -> Answer[shapes.ForgetOut]:
    """How far it is. For admins."""
    with request.app.state.services.database.sessions() as session:
        row = forgetting.existing(session, access.project.id, request_id)
    return Answer(data=_forget_out(row))


def _wanted(body: shapes.PeriodsIn) -> expiring.Periods:
    given = {what: getattr(body, field) for what, field in FIELDS.items()}
    return expiring.checked({what: n for what, n in given.items() if n is not None}, FIELDS)


def _periods_out(request: Request, access: Access, row: PeriodRow | None) -> shapes.PeriodsOut:
    services = request.app.state.services
    periods = expiring.periods_of(row)
    not_before = None
    if row is not None and periods and row.done_on is None:
        not_before = row.changed_at + expiring.RECONSIDER
    return shapes.PeriodsOut(
        calls_days=periods.get("calls"),
        texts_days=periods.get("texts"),
        scores_and_events_days=periods.get("facts"),
        minutes_days=periods.get("minutes"),
        kept_from=_kept_from(kept.days_of(services.store, access.project.id)),
        run=shapes.ExpiryOut.model_validate(
            {
                "status": row.status if row else "idle",
                "not_before": not_before,
                "started_at": row.started_at if row else None,
                "finished_at": row.finished_at if row else None,
                "deleted": row.counts if row else {},
                "error": row.error if row else None,
            }
        ),
    )


def _kept_from(days: Mapping[What, date]) -> shapes.KeptFromOut:
    return shapes.KeptFromOut(
        calls=days.get("calls"),
        texts=days.get("texts"),
        scores_and_events=days.get("facts"),
        minutes=days.get("minutes"),
    )


def _forget_out(row: ForgetRow) -> shapes.ForgetOut:
    return shapes.ForgetOut(
        id=row.id,
        user_hash=row.user_hash,
        status=row.status,
        step=row.step,
        counts=row.counts,
        days=row.days_told,
        created_at=row.created_at,
        created_by=row.created_by,
        finished_at=row.finished_at,
        error=row.error,
    )


def _saved(request: Request, access: Access) -> Redaction:
    return settings.redaction_of(request.app.state.services.database)(access.project.id)


def _out(request: Request, access: Access) -> shapes.RedactionOut:
    services = request.app.state.services
    saved = _saved(request, access)
    with services.database.sessions() as session:
        replaced = settings.counts_of(session, access.project.id)
    return shapes.RedactionOut(
        api_keys=saved.api_keys,
        card_numbers=saved.card_numbers,
        patterns=[shapes.PatternOut(name=p.name, pattern=p.expression.pattern) for p in saved.own],
        replaced=dict(replaced),
    )
