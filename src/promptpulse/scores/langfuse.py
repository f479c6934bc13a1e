"""Scores as the Langfuse clients send them: to `/scores` (version 5), or among other events to `/ingestion` (before)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from pydantic import BaseModel, Field, JsonValue, ValidationError

from promptpulse.accounts.access import Access, may_ingest
from promptpulse.accounts.shapes import documented
from promptpulse.core.errors import AppError, Refused
from promptpulse.core.facts import Score, ScoreType
from promptpulse.core.ids import uuid7
from promptpulse.core.wording import problem
from promptpulse.scores.receive import Moment, moment_of, time_of, value_of
from promptpulse.scores.shapes import Label, Name, Remark, Value

router = APIRouter(prefix="/api/public", tags=["langfuse"])
Ingester = Annotated[Access, Depends(may_ingest)]
SdkVersion = Annotated[str, Header(alias="x-langfuse-sdk-version", max_length=256, include_in_schema=False)]
MAX_BATCH = 1000
ELSEWHERE = (
    "send traces and observations by OpenTelemetry to /api/public/otel/v1/traces, as the SDK does from version 3 on"
)

DataType = Literal["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"]
TYPES: dict[DataType, ScoreType] = {
    "NUMERIC": "float", "BOOLEAN": "bool", "CATEGORICAL": "string", "TEXT": "string", "CORRECTION": "string",
}  # fmt: skip


class LangfuseScore(BaseModel):
    """Fields that are not known are ignored."""

    id: Label = Field(None, description="Sent again, it is stored once: the first one counts.")
    traceId: Label = None  # noqa: N815 - wire format of the client
    observationId: Label = Field(None, description="With `traceId`: the call.")  # noqa: N815
    sessionId: Label = None  # noqa: N815
    datasetRunId: Label = None  # noqa: N815
    name: Name
    value: Value
    dataType: DataType | None = Field(None, description="Absent: as the value is.")  # noqa: N815
    comment: Remark | None = None
    environment: Label = None
    timestamp: datetime | None = None


class LangfuseEvent(BaseModel):
    id: Label = None
    type: str = Field(max_length=256)
    timestamp: datetime | None = None
    body: dict[str, JsonValue] = {}


class LangfuseAccepted(BaseModel):
    message: Literal["Accepted"] = "Accepted"
    id: str | None = Field(None, description="Of a score that was sent alone.")


class LangfuseScoreError(BaseModel):
    message: str


class LangfuseScoreResults(BaseModel):
    accepted: int
    rejected: int
    errors: list[LangfuseScoreError]


class LangfuseEventSuccess(BaseModel):
    id: str
    status: int


class LangfuseEventError(LangfuseEventSuccess):
    message: str
    error: str


class LangfuseIngested(BaseModel):
    successes: list[LangfuseEventSuccess]
    errors: list[LangfuseEventError]


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What is the same for all scores of a request."""

    moment: Moment
    client_version: str


SCORE: dict[str, JsonValue] = {
    "id": "1c4b77491cf324e4", "traceId": "d2a2d0377494ac84b880ffccef1d5654", "name": "rating", "value": 0.9,
    "dataType": "NUMERIC", "comment": "made up", "environment": "staging", "timestamp": "2026-11-21T09:07:30.053Z",
}  # fmt: skip


def _documented(answers: Mapping[int, JsonValue], *failures: int) -> dict[int | str, dict[str, object]]:
    """As `documented`, with successes that have no envelope; these clients get 400 where others get 422."""
    return {
        **documented(200, None, 400, *failures),
        **{status: {"content": {"application/json": {"example": example}}} for status, example in answers.items()},
    }


@router.post(
    "/scores",
    status_code=202,
    summary="Send scores (Langfuse)",
    response_model=LangfuseAccepted | LangfuseScoreResults,
    response_model_exclude_none=True,
    responses=_documented(
        {
            202: {"message": "Accepted"},
            207: {"accepted": 1, "rejected": 1, "errors": [{"message": "1.value: ..."}]},
        },
        401, 403, 503,
    ),
)  # fmt: skip
async def post_scores(
    request: Request,
    response: Response,
    access: Ingester,
    sdk_version: SdkVersion = "",
    *,
    body: Annotated[
        Annotated[list[JsonValue], Field(min_length=1, max_length=MAX_BATCH)] | dict[str, JsonValue],
        Body(examples=[[SCORE]]),
    ],
) -> LangfuseAccepted | LangfuseScoreResults:
    """A list of scores, or one. A 202 means that all are stored; a 207 tells of those that are not acceptable, all others
    are stored."""
    services = request.app.state.services
    arrived = _Arrived(moment_of(services.store, access.project.id, services.clock()), sdk_version)
    if isinstance(body, dict):
        row = _read(body, arrived, "")
        await asyncio.wrap_future(services.facts.scores([row]))
        return LangfuseAccepted(id=row.submission_id)
    rows: list[Score] = []
    errors: list[LangfuseScoreError] = []
    for i, given in enumerate(body):
        try:
            rows.append(_read(given, arrived, f"{i}."))
        except AppError as e:
            errors.append(LangfuseScoreError(message=e.message))
    await _store(request, rows)
    if not errors:
        return LangfuseAccepted()
    response.status_code = 207
    return LangfuseScoreResults(accepted=len(rows), rejected=len(errors), errors=errors)


class LangfuseBatch(BaseModel):
    batch: list[JsonValue] = Field(max_length=MAX_BATCH)


@router.post(
    "/ingestion",
    status_code=207,
    summary="Send scores among events (Langfuse)",
    responses=_documented(
        {207: {"successes": [{"id": "a3e2", "status": 201}], "errors": []}},
        401, 403, 503,
    ),
)  # fmt: skip
async def ingest(
    request: Request,
    access: Ingester,
    sdk_version: SdkVersion = "",
    *,
    body: Annotated[
        LangfuseBatch,
        Body(
            examples=[
                {"batch": [{"id": "a3e2", "type": "score-create", "timestamp": "2026-11-21T09:07:30Z", "body": SCORE}]}
            ]
        ),
    ],
) -> LangfuseIngested:
    """Of the events, `score-create` is stored; the others are errors that say where to send them."""
    services = request.app.state.services
    arrived = _Arrived(moment_of(services.store, access.project.id, services.clock()), sdk_version)
    rows: list[Score] = []
    answer = LangfuseIngested(successes=[], errors=[])
    for i, given in enumerate(body.batch):
        named = str(given.get("id") or "") if isinstance(given, dict) else ""
        try:
            rows.append(_score_of(given, arrived, f"batch.{i}."))
        except AppError as e:
            answer.errors.append(
                LangfuseEventError(id=named, status=400, message=e.message, error="InvalidRequestError")
            )
        else:
            answer.successes.append(LangfuseEventSuccess(id=named, status=201))
    await _store(request, rows)
    return answer


async def _store(request: Request, rows: Sequence[Score]) -> None:
    """Of several with one id, the first."""
    first: dict[str, Score] = {}
    for row in rows:
        first.setdefault(row.submission_id, row)
    if first:
        await asyncio.wrap_future(request.app.state.services.facts.scores(list(first.values())))


def _score_of(given: JsonValue, arrived: _Arrived, path: str) -> Score:
    """Raises Refused."""
    try:
        event = LangfuseEvent.model_validate(given)
    except ValidationError as e:
        raise _refused(e, path) from None
    if event.type != "score-create":
        raise Refused(f"{path}type: {event.type!r} is not stored here; {ELSEWHERE}", field=f"{path}type")
    body = dict(event.body)
    if not body.get("timestamp") and event.timestamp is not None:
        body["timestamp"] = event.timestamp.isoformat()
    if not body.get("id") and event.id:
        body["id"] = event.id
    return _read(body, arrived, f"{path}body.")


def _read(given: JsonValue, arrived: _Arrived, path: str) -> Score:
    """`path` stands before the fields that refusals name. Raises Refused."""
    try:
        score = LangfuseScore.model_validate(given)
    except ValidationError as e:
        raise _refused(e, path) from None
    if not (score.traceId or score.sessionId):
        what = "; scores of dataset runs are not stored" if score.datasetRunId else ""
        raise Refused(
            f"{path}traceId: say what the score is of with traceId or sessionId{what}", field=f"{path}traceId"
        )
    if score.observationId and not score.traceId:
        raise Refused(f"{path}traceId: is missing beside observationId", field=f"{path}traceId")
    kind, value = _typed(score)
    number, text = value_of(kind, value, f"{path}value")
    return Score(
        project=arrived.moment.project,
        submission_id=score.id or uuid7(arrived.moment.now),
        ts=time_of(score.timestamp, arrived.moment, f"{path}timestamp"),
        name=score.name,
        type=kind,
        number=number,
        text=text,
        session_id=score.sessionId or "",
        trace_id=score.traceId or "",
        call_id=f"{score.traceId}{score.observationId}" if score.observationId else "",
        environment=score.environment or "",
        source="langfuse",
        client_version=arrived.client_version,
        comment=score.comment or "",
    )


def _typed(score: LangfuseScore) -> tuple[ScoreType, object]:
    """Langfuse sends booleans as 1 and 0."""
    value = score.value
    if score.dataType is None:
        return ("string" if isinstance(value, str) else "bool" if isinstance(value, bool) else "float"), value
    kind = TYPES[score.dataType]
    if kind == "bool" and isinstance(value, (int, float)) and value in {0, 1}:
        return kind, bool(value)
    return kind, value


def _refused(error: ValidationError, path: str) -> Refused:
    name, message = problem([{**one} for one in error.errors()])
    field = f"{path}{name}".rstrip(".")
    return Refused(f"{field}: {message}", field=field)
