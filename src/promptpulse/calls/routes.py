"""Look at single calls."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import Answer, documented, example_of
from promptpulse.calls import queries
from promptpulse.calls.asked import Listed, Range, Values
from promptpulse.calls.shapes import COLUMNS, CallAnswer, CallsAnswer, FieldOut, ValueOut
from promptpulse.core.errors import NotFound
from promptpulse.files import FORMATS, Attachment, documented_as_files
from promptpulse.metrics import Query as Question
from promptpulse.metrics.values import choices, common_values

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])
Reader = Annotated[Access, Depends(may_read)]
EXPORT_LIMIT = 1_000_000
FIELDS: JsonValue = [example_of(FieldOut)]
VALUES: JsonValue = [example_of(ValueOut)]


@router.get("", summary="Calls, newest first", response_model=CallsAnswer, responses=documented_as_files(*FORMATS))
def list_calls(request: Request, access: Reader, asked: Annotated[Listed, Query()]) -> Response:
    """Pages by `cursor`. Another `format` gives all matching calls (a million at most) as a file, without texts.

    The header `X-Total-Rows` of a file says how many rows it will have. A file that broke off goes on with the `cursor` made
    of its last row. Few files are made at the same time: 503 with `Retry-After` says to wait."""
    services = request.app.state.services
    selection, after, project = asked.selection(services.clock()), asked.after, access.project.id
    if asked.format != "json":
        total = queries.count(services.store, project, selection, after)
        every = queries.stream(services.store, project, selection, EXPORT_LIMIT, after)
        return Attachment(
            "calls", every, COLUMNS, asked.format, total=min(total, EXPORT_LIMIT), on_end=services.exports.take()
        )
    rows = queries.page(services.store, project, selection, after, asked.limit + 1)
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    cursor = queries.cursor_of(rows[-1]).text() if more else None
    return _json({"success": True, "data": rows, "meta": {"next_cursor": cursor}})


@router.get("/fields", summary="What calls can be filtered by", responses=documented(200, FIELDS, 401, 403))
def fields(request: Request, access: Reader, asked: Annotated[Range, Query()]) -> Answer[list[FieldOut]]:
    """Every field of a call; then the properties and scores seen in the range, the commonest first."""
    services = request.app.state.services
    found = choices(services.store, access.project.id, *asked.range(services.clock()))
    return Answer(data=[FieldOut(key=f.key, label=f.label, type=f.type, unit=f.unit) for f in found])


@router.get("/values", summary="The commonest values of a field", responses=documented(200, VALUES, 401, 403))
def values(request: Request, access: Reader, asked: Annotated[Values, Query()]) -> Answer[list[ValueOut]]:
    """Among the calls that meet the other filters."""
    services = request.app.state.services
    selection = asked.selection(services.clock())
    question = Question(
        access.project.id,
        ("total_requests",),
        selection.start,
        selection.end,
        where=selection.where,
        tz=access.project.time_zone,
    )
    found = common_values(services.store, question, asked.field, asked.prefix, asked.limit, services.clock())
    return Answer(data=[ValueOut(value=v.value, calls=v.calls) for v in found])


@router.get("/{call_id:path}", summary="One call with its texts and its trace", response_model=CallAnswer)
def one_call(request: Request, access: Reader, call_id: Annotated[str, Path(max_length=256)]) -> Response:
    services = request.app.state.services
    call = queries.one(services.store, access.project.id, call_id)
    if call is None:
        raise NotFound(f"call {call_id!r} is not in this project")
    call["related"] = queries.related(services.store, access.project.id, call)
    return _json({"success": True, "data": call})


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
