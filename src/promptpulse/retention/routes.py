"""What is redacted, and deletion of a person's data."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_admin, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.accounts.values import By
from promptpulse.ingest.redaction import Redaction
from promptpulse.retention import forgetting, settings, shapes
from promptpulse.retention.models import ForgetRow

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
PREVIEW: JsonValue = {"text": "My key is [api_keys].", "replaced": {"api_keys": 1}}


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
