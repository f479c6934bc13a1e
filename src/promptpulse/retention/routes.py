"""What is redacted, and deletion of a person's data."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_admin, may_read
from promptpulse.accounts.shapes import Answer, documented
from promptpulse.accounts.values import By
from promptpulse.ingest.redaction import Redaction
from promptpulse.retention import settings, shapes

router = APIRouter(prefix="/api/v1/retention", tags=["retention"])
Reader = Annotated[Access, Depends(may_read)]
Admin = Annotated[Access, Depends(may_admin)]
REDACTION: JsonValue = {
    "api_keys": True, "card_numbers": True,
    "patterns": [{"name": "customer_numbers", "pattern": r"\bcust-\d{6,10}\b"}], "replaced": {"api_keys": 12},
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
