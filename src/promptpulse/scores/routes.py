"""Scores and events over HTTP."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import JsonValue
from starlette.concurrency import run_in_threadpool

from promptpulse.accounts.access import Access, may_edit, may_ingest, may_read
from promptpulse.accounts.mappings import change_mappings as set_mappings
from promptpulse.accounts.mappings import mappings_of
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.calls.queries import Cursor
from promptpulse.core.errors import BadRequest, NotFound, Refused
from promptpulse.experiments.registry import Experiments
from promptpulse.experiments.values import Experiment
from promptpulse.files import FORMATS, Attachment, Format, documented_as_files
from promptpulse.ingest.calls_in import FIRST_TIME, FUTURE
from promptpulse.metrics import scores as metrics
from promptpulse.metrics import zone
from promptpulse.query.service import instant
from promptpulse.scores import present, queries, shapes
from promptpulse.scores.keep import keep
from promptpulse.scores.place import Places
from promptpulse.scores.receive import moment_of, read_events, read_scores

router = APIRouter(prefix="/api", tags=["scores"])
Reader = Annotated[Access, Depends(may_read)]
Ingester = Annotated[Access, Depends(may_ingest)]
Editor = Annotated[Access, Depends(may_edit)]
EXPORT_LIMIT = 1_000_000
VALUE_CURSOR = "<created_at>_<submission_id>_<name> of a row"
RECENT = timedelta(days=30)

Day = Annotated[
    str | None,
    Query(max_length=40, description="A day of the project's time zone, or an ISO date-time.", examples=["2026-11-01"]),
]
LastDay = Annotated[
    str | None,
    Query(max_length=40, description="As the start; a day counts to its end.", examples=["2026-11-30"]),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Entries on a page.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="Entries to skip.")]
ExperimentId = Annotated[str, Path(max_length=256, description="Id of the experiment.")]
Id = Annotated[str | None, Query(max_length=256)]
Shown = Annotated[Literal["json"] | Format, Query(description="A file has one row a value, of all pages.")]
AfterScore = Annotated[
    str | None,
    Query(
        max_length=500,
        description="Of a file: values after this one, `<created_at>_<submission_id>_<name>` of a row.",
        examples=["2026-11-21T10:00:00Z_7b0c2a52-3c3d-4a0e-9a3a-1f6f0e1c2d3e_rating"],
    ),
]
AfterEvent = Annotated[
    str | None,
    Query(
        max_length=300,
        description="Of a file: events after this one, `<created_at>_<id>` of a row.",
        examples=["2026-11-21T10:00:00Z_checkout-7f3a"],
    ),
]

SUBMISSION: JsonValue = {
    "id": "7b0c2a52-3c3d-4a0e-9a3a-1f6f0e1c2d3e", "experiment_id": ID, "bucket_id": ID, "bucket_name": "Short",
    "scores": [{"name": "helpful", "type": "bool", "value": True}, {"name": "rating", "type": "int", "value": 5}],
    "prompt_id": "greeting", "prompt_version": "4", "user_id": "user-42", "session_id": None, "trace_id": None,
    "call_id": None, "source": "sdk", "comment": None, "created_at": MOMENT,
}  # fmt: skip
EVENT: JsonValue = {
    "id": "checkout-7f3a", "kind": "outcome", "experiment_id": ID, "variant_id": ID, "variant_name": "Short",
    "outcome": "success", "score": 0.9, "user_id": "user-42", "session_id": None, "prompt_id": "greeting",
    "prompt_version": "4", "trace_id": None, "call_id": None, "context": {"plan": "pro"}, "metadata": {},
    "created_at": MOMENT,
}  # fmt: skip
BUCKET: JsonValue = {
    "bucket_id": ID, "bucket_name": "Short", "control": False, "count": 120,
    "avg_scores": {"rating": 4.2, "helpful": 0.75, "feedback": 0.5},
    "spread": {"rating": {
        "count": 120, "mean": 4.2, "standard_deviation": 0.8, "min": 1, "p25": 4, "median": 4, "p75": 5, "max": 5,
    }},
    "bool_rates": {"helpful": 75}, "distributions": {"feedback": {"positive": 60, "negative": 60}},
}  # fmt: skip
VERSION: JsonValue = {
    "prompt_id": "greeting", "prompt_version": "4", "name": "rating", "type": "int", "count": 120, "mean": 4.2,
    "bool_rate": None,
}  # fmt: skip
NAMES: JsonValue = {"score_names": ["helpful", "rating"], "types": {"helpful": ["bool"], "rating": ["int"]}}
MAPPINGS: JsonValue = {"mappings": {"feedback": {"positive": 1, "negative": 0}}}
EVENT_STORED: JsonValue = {"id": "checkout-7f3a", "duplicate": False, "variant_id": ID, "variant_name": "Short"}
STORED: JsonValue = {"id": "7b0c2a52-3c3d-4a0e-9a3a-1f6f0e1c2d3e", "duplicate": False}


@router.post(
    "/v1/scores",
    status_code=201,
    summary="Send scores",
    responses=documented(201, STORED, 400, 401, 403, 404, 503),
)
async def post_scores(
    request: Request,
    response: Response,
    access: Ingester,
    *,
    body: Annotated[
        shapes.ScoresIn,
        Body(
            openapi_examples={
                "experiment": {
                    "summary": "Of a user in an experiment",
                    "value": {
                        "expId": ID, "bucketId": ID, "promptVersionId": ID, "userId": "user-42",
                        "scores": [{"name": "rating", "type": "int", "value": 5}],
                        "sdkEventId": "7b0c2a52-3c3d-4a0e-9a3a-1f6f0e1c2d3e",
                    },
                },
                "call": {
                    "summary": "Of a call",
                    "value": {"callId": "req-7f3a", "scores": [{"name": "helpful", "type": "bool", "value": True}]},
                },
            }
        ),
    ],
) -> Answer[shapes.Stored]:  # fmt: skip
    """Of a unit of an experiment, of a call, or of a trace. A 201 means stored; a repeated `sdkEventId` is answered by 200
    and stores nothing, the first submission counts."""
    services = request.app.state.services
    moment = moment_of(services.store, access.project.id, services.clock())
    rows = await run_in_threadpool(read_scores, body, _places(request), moment)
    submission = rows[0].submission_id
    known = await asyncio.wrap_future(services.facts.scores(rows))
    if submission in known:
        response.status_code = 200
    return Answer(data=shapes.Stored(id=submission, duplicate=submission in known))


@router.get(
    "/v1/scores",
    summary="Scores, newest first",
    response_model=Page[shapes.SubmissionOut],
    responses=documented_as_files(
        *FORMATS, beside=documented(200, {"data": [SUBMISSION], "meta": {"total": 12}}, 401, 403)
    ),
)
def list_scores(
    request: Request,
    access: Reader,
    call_id: Annotated[
        str | None, Query(max_length=256, description="Of this call, and those of its trace that name no call.")
    ] = None,
    trace_id: Id = None,
    prompt_id: Annotated[str | None, Query(max_length=256, description="Sent with this prompt's name.")] = None,
    name: Annotated[str | None, Query(max_length=200, description="Of the score.")] = None,
    start_date: Day = None,
    end_date: LastDay = None,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Shown = "json",  # noqa: A002 - the name on the wire
    cursor: AfterScore = None,
) -> Page[shapes.SubmissionOut] | Attachment:
    """What was sent in one request is one entry. The header `X-Total-Rows` of a file says how many rows it will have; a
    file that broke off goes on with the `cursor` made of its last row."""
    start, end = _range(request, access, start_date, end_date)
    which = queries.Scores(start, end, prompt_id=prompt_id, name=name, trace_id=trace_id, call_id=call_id)
    if call_id is not None:
        trace = queries.trace_of(request.app.state.services.store, access.project.id, call_id)
        which = replace(which, trace_of_call=trace)
    return _score_list(request, access, which, (limit, offset), format, _after(cursor, format, VALUE_CURSOR))


@router.get("/v1/scores/names", summary="Names of all scores", responses=documented(200, NAMES, 401, 403))
def score_names(request: Request, access: Reader) -> Answer[shapes.ScoreNames]:
    """In order; each with the types in which it was sent."""
    return _names(request, access, None)


@router.get(
    "/v1/scores/by-version",
    summary="Average scores by prompt version",
    responses=documented(200, [VERSION], 401, 403),
)
def scores_by_version(
    request: Request,
    access: Reader,
    prompt_id: Annotated[str | None, Query(max_length=256, description="Name of the prompt.")] = None,
    start: Day = None,
    end: LastDay = None,
) -> Answer[list[shapes.VersionScores]]:
    """The last 30 days, unless said otherwise. A score belongs to the version it was sent with, or to that of its variant,
    or to that of the call it names; the score of a trace to each version that the trace used."""
    services = request.app.state.services
    first, last = _range(request, access, start, end, ("start", "end"), recent=True)
    scope = metrics.Scope(access.project.id, first, last)
    found = metrics.by_version(services.store, scope, _mappings(request, access), prompt_id=prompt_id)
    return Answer(data=present.versions_out(found))


@router.get("/v1/scores/mappings", summary="Numbers for texts", responses=documented(200, MAPPINGS, 401, 403))
def read_mappings(request: Request, access: Reader) -> Answer[shapes.Mappings]:
    """By name of the score. A text without a number is left out of averages."""
    return Answer(data=shapes.Mappings(mappings=_mappings(request, access)))


@router.put(
    "/v1/scores/mappings", summary="Set numbers for texts", responses=documented(200, MAPPINGS, 400, 401, 403, 409)
)
def change_mappings(request: Request, access: Editor, *, body: shapes.Mappings) -> Answer[shapes.Mappings]:
    """Takes the place of all that were there. Counts at once, also for stored scores."""
    services = request.app.state.services
    with services.database.writing() as session:
        by = By(access.actor, services.clock())
        found = set_mappings(session, access.project.id, body.mappings, by)
    services.definitions.forget(access.project.id)
    return Answer(data=shapes.Mappings(mappings=found))


@router.get(
    "/v1/scores/experiments/{experiment_id}",
    summary="Scores of an experiment",
    response_model=Page[shapes.SubmissionOut],
    responses=documented_as_files(
        *FORMATS, beside=documented(200, {"data": [SUBMISSION], "meta": {"total": 12}}, 401, 403, 404)
    ),
)
def scores_of_experiment(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    start_date: Day = None,
    end_date: LastDay = None,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Shown = "json",  # noqa: A002 - the name on the wire
    cursor: AfterScore = None,
) -> Page[shapes.SubmissionOut] | Attachment:
    """Newest first. What was sent in one request is one entry. A file that broke off goes on with the `cursor` made of its
    last row."""
    experiment = _experiment(request, access, experiment_id)
    start, end = _range(request, access, start_date, end_date)
    which, after = queries.Scores(start, end, experiment.id), _after(cursor, format, VALUE_CURSOR)
    return _score_list(request, access, which, (limit, offset), format, after)


@router.get(
    "/v1/scores/experiments/{experiment_id}/aggregate",
    summary="Scores of an experiment by variant",
    responses=documented(200, [BUCKET], 401, 403, 404),
)
def aggregate(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    start_date: Day = None,
    end_date: LastDay = None,
) -> Answer[list[shapes.BucketScores]]:
    """Every variant, in the order of the experiment. These are figures of values; the results of the experiment go by unit."""
    services = request.app.state.services
    experiment = _experiment(request, access, experiment_id)
    scope = metrics.Scope(
        access.project.id, *_range(request, access, start_date, end_date), experiment_id=experiment.id
    )
    found = metrics.by_variant(services.store, scope, _mappings(request, access))
    return Answer(data=present.buckets_out(experiment, found))


@router.get(
    "/v1/scores/experiments/{experiment_id}/score-names",
    summary="Names of the scores of an experiment",
    responses=documented(200, NAMES, 401, 403, 404),
)
def score_names_of_experiment(
    experiment_id: ExperimentId, request: Request, access: Reader
) -> Answer[shapes.ScoreNames]:
    """In order; each with the types in which it was sent."""
    return _names(request, access, _experiment(request, access, experiment_id).id)


@router.post(
    "/v1/events",
    status_code=201,
    summary="Send events of an experiment",
    responses=documented(201, EVENT_STORED, 400, 401, 403, 404, 503),
)
async def post_events(
    request: Request,
    response: Response,
    access: Ingester,
    *,
    body: Annotated[
        shapes.EventsIn,
        Body(
            openapi_examples={
                "one": {
                    "summary": "One event",
                    "value": {"experiment_id": ID, "user_id": "user-42", "outcome": "success", "id": "checkout-7f3a"},
                },
                "several": {
                    "summary": "Several at once",
                    "value": {"events": [
                        {"experiment": "Shorter greeting", "variant": "Short", "user_id": "user-42", "outcome": "clicked"}
                    ]},
                },
            }
        ),
    ],
) -> Answer[shapes.EventStored | shapes.EventsStored]:  # fmt: skip
    """One event, or `{"events": [...]}`, of which all are stored or, where one is refused, none. A repeated `id` is
    answered by 200 and stores nothing. A unit keeps its first assignment, whoever made it: see `variant_id`."""
    services = request.app.state.services
    given = body.events if isinstance(body, shapes.EventBatch) else [body]
    paths = [f"events.{i}." for i in range(len(given))] if isinstance(body, shapes.EventBatch) else [""]
    moment = moment_of(services.store, access.project.id, services.clock())
    received = await run_in_threadpool(read_events, given, paths, _places(request), moment)
    kept = await keep(received, services.assigner.assign, services.facts.events)
    stored = [present.event_stored(k, one.experiment) for k, one in zip(kept, received, strict=True)]
    duplicates = sum(s.duplicate for s in stored)
    if duplicates == len(stored):
        response.status_code = 200
    if not isinstance(body, shapes.EventBatch):
        return Answer(data=stored[0])
    return Answer(data=shapes.EventsStored(accepted=len(stored) - duplicates, duplicates=duplicates, events=stored))


@router.get(
    "/v1/events/experiment/{experiment_id}",
    summary="Events of an experiment, newest first",
    response_model=Page[shapes.EventOut],
    responses=documented_as_files(
        *FORMATS, beside=documented(200, {"data": [EVENT], "meta": {"total": 12}}, 401, 403, 404)
    ),
)
def events_of_experiment(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    kind: Annotated[shapes.EventKind | None, Query(description="Only these.")] = None,
    start_date: Day = None,
    end_date: LastDay = None,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Shown = "json",  # noqa: A002 - the name on the wire
    cursor: AfterEvent = None,
) -> Page[shapes.EventOut] | Attachment:
    """Assignments, and what came of them. The header `X-Total-Rows` of a file says how many rows it will have; a file that
    broke off goes on with the `cursor` made of its last row."""
    services = request.app.state.services
    experiment = _experiment(request, access, experiment_id)
    which = queries.Events(*_range(request, access, start_date, end_date), experiment.id, kind)
    project, names = access.project.id, _variant_names(request, access)
    after = _after(cursor, format, "<created_at>_<id> of an event")
    if format != "json":
        rows = present.event_rows(queries.stream_events(services.store, project, which, EXPORT_LIMIT, after), names)
        total = min(EXPORT_LIMIT, queries.count_events(services.store, project, which, after))
        return Attachment("events", rows, present.EVENT_FILE, format, total=total, on_end=services.exports.take())
    total = queries.count_events(services.store, project, which)
    found = queries.events(services.store, project, which, limit, offset) if total else []
    return Page(data=[present.event_out(row, names) for row in found], meta=PageMeta(total=total))


def _score_list(
    request: Request,
    access: Access,
    which: queries.Scores,
    page: tuple[int, int],
    shown: Literal["json"] | Format,
    after: Cursor | None,
) -> Page[shapes.SubmissionOut] | Attachment:
    services, project = request.app.state.services, access.project.id
    store, names = services.store, _variant_names(request, access)
    if shown != "json":
        rows = present.score_rows(queries.stream_scores(store, project, which, EXPORT_LIMIT, after), names)
        values = min(EXPORT_LIMIT, queries.count_scores(store, project, which, after))
        return Attachment("scores", rows, present.SCORE_FILE, shown, total=values, on_end=services.exports.take())
    total = queries.count_submissions(store, project, which)
    found = queries.submissions(store, project, which, *page) if total else []
    prompts = queries.prompts_of_calls(store, project, [submission.rows[0] for submission in found])
    return Page(
        data=[present.submission_out(submission, prompts, names) for submission in found], meta=PageMeta(total=total)
    )


def _after(cursor: str | None, shown: Literal["json"] | Format, expected: str) -> Cursor | None:
    """Where a file goes on."""
    if not cursor:
        return None
    if shown == "json":
        raise BadRequest("cursor: is for files; pages of JSON follow each other by offset", field="cursor")
    try:
        return Cursor.parse(cursor)
    except ValueError:
        raise BadRequest(f"cursor: {cursor!r} is not {expected}", field="cursor") from None


def _names(request: Request, access: Access, experiment_id: str | None) -> Answer[shapes.ScoreNames]:
    scope = metrics.Scope(access.project.id, *_range(request, access, None, None), experiment_id=experiment_id)
    found = metrics.names(request.app.state.services.store, scope)
    return Answer(data=shapes.ScoreNames.model_validate({"score_names": list(found), "types": found}))


def _range(
    request: Request,
    access: Access,
    start: str | None,
    end: str | None,
    fields: tuple[str, str] = ("start_date", "end_date"),
    *,
    recent: bool = False,
) -> tuple[datetime, datetime]:
    """Where nothing is said: everything, or what is `recent`."""
    now: datetime = request.app.state.services.clock()
    tz = zone(access.project.time_zone)
    try:
        last = instant(end, fields[1], tz, inclusive=True) if end else now + 2 * FUTURE
        first = instant(start, fields[0], tz, inclusive=False) if start else None
    except BadRequest as e:
        raise Refused(e.message, field=e.field) from None
    if first is None:
        first = max(FIRST_TIME, min(now, last) - RECENT) if recent else min(FIRST_TIME, last - RECENT)
    if first >= last:
        raise Refused(f"{fields[1]}: {end} must not be before {fields[0]} {start}", field=fields[1])
    return first, last


def _experiment(request: Request, access: Access, experiment_id: str) -> Experiment:
    experiments: Experiments = request.app.state.services.experiments
    found = experiments.by_id(access.project.id, experiment_id)
    if found is None:
        raise NotFound(f"there is no experiment {experiment_id!r} in this project; see GET /api/v1/experiments")
    return found


def _variant_names(request: Request, access: Access) -> present.VariantName:
    experiments: Experiments = request.app.state.services.experiments

    def name(experiment_id: str, variant_id: str) -> str | None:
        experiment = experiments.by_id(access.project.id, experiment_id)
        variant = experiment.variant(variant_id) if experiment else None
        return variant.name if variant else None

    return name


def _mappings(request: Request, access: Access) -> dict[str, dict[str, float]]:
    with request.app.state.services.database.sessions() as session:
        return mappings_of(session, access.project.id)


def _places(request: Request) -> Places:
    services = request.app.state.services
    return Places(services.experiments, services.registry, services.assigner.variant_of)
