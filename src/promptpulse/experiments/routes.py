"""Experiments over HTTP."""

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_read
from promptpulse.accounts.mappings import mappings_of
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError
from promptpulse.experiments import service, shapes
from promptpulse.experiments.analysis import decision, findings
from promptpulse.experiments.assign import unit_of
from promptpulse.experiments.assigner import assignment_of
from promptpulse.experiments.explain import explain as explained
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.models import ExperimentRow
from promptpulse.experiments.present import ends_by_decision, experiment_out

log = logging.getLogger(__name__)

router = APIRouter(prefix="/api", tags=["experiments"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]

EXPERIMENT: JsonValue = {
    "id": ID, "title": "Shorter greeting", "hypothesis": "A shorter greeting is rated higher", "status": "running",
    "unit": "user", "traffic": 100, "targeting": [{"attribute": "plan", "op": "is", "values": ["pro", "team"]}],
    "variants": [
        {"id": ID, "name": "Control", "prompt": "greeting", "prompt_id": ID, "version": 3, "weight": 50, "control": True},
        {"id": ID, "name": "Short", "prompt": "greeting", "prompt_id": ID, "version": 4, "weight": 50, "control": False},
    ],
    "metrics": [{
        "key": "score:rating", "label": "rating", "unit": "score", "score": "rating", "metric": None, "outcome": None,
        "per": "value", "role": "primary", "better": "up", "min_effect": 2, "max_harm": None,
    }],
    "end": {"sample_goal": 4000, "end_at": None, "on_decision": True},
    "analysis": {"alpha": 5, "power": 80, "min_units": 100, "min_days": 0, "variance_reduction": True},
    "notes": "", "created_at": MOMENT, "created_by": "ada@example.com", "started_at": MOMENT, "paused_at": None,
    "concluded_at": None, "conclusion": None,
    "progress": {"units": 1000, "percent": 25, "days_running": 2.5, "ended_by": None},
}  # fmt: skip
ASSIGNMENT: JsonValue = {
    "groupName": "Short", "experimentId": ID, "bucketId": ID, "enrolled": True, "reason": "assigned",
    "prompt": {
        "promptId": ID, "promptVersionId": ID, "type": "text", "content": '[{"content": "Hi {{name}}"}]',
        "name": "greeting", "version": 4,
    },
}  # fmt: skip
EXPLAINED: JsonValue = {
    "unit_id": "user-42", "enrolled": True, "reason": "assigned", "variant_id": ID, "variant_name": "Short",
    "stored_at": None, "hash_input": f"{ID}:variant:user-42", "hash_value": 71.2,
    "steps": [{"step": "targeting", "passed": True, "detail": "plan is 'pro'; wanted is one of 'pro', 'team'"}],
}  # fmt: skip


@router.post(
    "/v3/experiments/evaluate",
    summary="Which variant a unit gets",
    response_model=Answer[shapes.AssignmentOut],
    responses=documented(200, ASSIGNMENT, 400, 401, 403, 404, 409, 503),
)
async def evaluate(request: Request, access: Fetcher, *, body: shapes.EvaluateIn) -> Response:
    """The variant of the user or session in `context`, and its prompt. The same unit gets the same variant, always.

    A 200 means that the assignment is stored. Who does not take part gets control's prompt, and `bucketId` is `none`."""
    evaluator = request.app.state.services.evaluator
    answer = await evaluator.evaluate(access.project.id, body.experimentTitle.strip(), body.context or {})
    return Response(answer, media_type="application/json")


@router.get(
    "/v1/experiments",
    summary="Experiments, newest first",
    responses=documented(200, {"data": [EXPERIMENT], "meta": {"total": 12}}, 401, 403),
)
def list_experiments(
    request: Request,
    access: Reader,
    status: Annotated[shapes.StatusName | None, Query(description="Only these.")] = None,
    prompt: Annotated[str | None, Query(max_length=200, description="Name of a prompt that a variant serves.")] = None,
    search: Annotated[str, Query(max_length=200, description="Part of the title or the hypothesis.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="Experiments on a page.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000, description="Experiments to skip.")] = 0,
) -> Page[shapes.ExperimentOut]:
    """With the progress of each towards its end."""
    services = request.app.state.services
    wanted = service.Wanted(status, prompt, search)
    with services.database.sessions() as session:
        rows, total = service.page(session, access.project.id, wanted, limit, offset)
        units = service.units_of(session, [row.id for row in rows])
    found = [experiment_out(row, units.get(row.id, 0), services.clock()) for row in rows]
    for one in found:
        # only as far as somebody has looked: a list does not read the facts of all its experiments
        if ends_by_decision(one) and services.analyst.had_decided(one.id):
            one.progress.ended_by = "decision"
    return Page(data=found, meta=PageMeta(total=total))


@router.post(
    "/v1/experiments",
    status_code=201,
    summary="Create an experiment",
    responses=documented(201, EXPERIMENT, 400, 401, 403, 409),
)
def create_experiment(request: Request, access: Editor, *, body: shapes.ExperimentNew) -> Answer[shapes.ExperimentOut]:
    """A draft, until it is started. Variants without a version get the one that is served in production now."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    with services.database.writing() as session:
        row = service.create(session, access.project.id, body, by)
        answer = _out(session, row, by)
    services.experiments.forget(access.project.id)
    return answer


@router.get(
    "/v1/experiments/{experiment_id}",
    summary="One experiment",
    responses=documented(200, EXPERIMENT, 401, 403, 404),
)
def read_experiment(experiment_id: str, request: Request, access: Reader) -> Answer[shapes.ExperimentOut]:
    """Its settings and its progress; what it found is under `/results`."""
    services = request.app.state.services
    with services.database.sessions() as session:
        row = service.existing(session, access.project.id, experiment_id)
        answer = _out(session, row, By(access.actor, services.clock()))
        subject = Subject(service.value_of(row), mappings_of(session, access.project.id), services.clock())
    if ends_by_decision(answer.data) and services.analyst.has_decided(subject):
        answer.data.progress.ended_by = "decision"
    return answer


@router.patch(
    "/v1/experiments/{experiment_id}",
    summary="Change an experiment",
    responses=documented(200, EXPERIMENT, 400, 401, 403, 404, 409),
)
def change_experiment(
    experiment_id: str, request: Request, access: Editor, *, body: shapes.ExperimentPatch
) -> Answer[shapes.ExperimentOut]:
    """A draft takes everything. Once it ran: notes, hypothesis, end, larger traffic, weights, more secondary metrics."""
    return _changed(request, access, experiment_id, lambda session, row, by: service.change(session, row, body, by))


@router.delete(
    "/v1/experiments/{experiment_id}",
    summary="Delete a draft",
    responses=documented(200, None, 401, 403, 404, 409),
)
def delete_experiment(experiment_id: str, request: Request, access: Editor) -> Answer[None]:
    """What has run is kept."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, experiment_id, to_change=True)
        service.delete(session, row, By(access.actor, services.clock()))
    services.experiments.forget(access.project.id)
    return Answer(data=None)


@router.post(
    "/v1/experiments/{experiment_id}/start",
    summary="Start, or go on after a pause",
    responses=documented(200, EXPERIMENT, 401, 403, 404, 409),
)
def start(experiment_id: str, request: Request, access: Editor) -> Answer[shapes.ExperimentOut]:
    """From now on units are assigned. Needs a primary metric, and prompts that are not archived."""
    return _changed(request, access, experiment_id, service.start)


@router.post(
    "/v1/experiments/{experiment_id}/pause",
    summary="Take no new units",
    responses=documented(200, EXPERIMENT, 401, 403, 404, 409),
)
def pause(experiment_id: str, request: Request, access: Editor) -> Answer[shapes.ExperimentOut]:
    """Units that were assigned keep their variant; all others get control, and do not count."""
    return _changed(request, access, experiment_id, service.pause)


@router.post(
    "/v1/experiments/{experiment_id}/variants/{variant_id}/stop",
    summary="Stop one variant",
    responses=documented(200, EXPERIMENT, 401, 403, 404, 409),
)
def stop_variant(experiment_id: str, variant_id: str, request: Request, access: Editor) -> Answer[shapes.ExperimentOut]:
    """Its units get the control from now on and do not count; what they did before stays in the results. The control cannot
    be stopped: pause the experiment."""
    return _changed(
        request, access, experiment_id, lambda session, row, by: service.stop_variant(session, row, variant_id, by)
    )


@router.post(
    "/v1/experiments/{experiment_id}/variants/{variant_id}/resume",
    summary="Let a stopped variant go on",
    responses=documented(200, EXPERIMENT, 401, 403, 404, 409),
)
def resume_variant(
    experiment_id: str, variant_id: str, request: Request, access: Editor
) -> Answer[shapes.ExperimentOut]:
    """Its units get it again."""
    return _changed(
        request, access, experiment_id, lambda session, row, by: service.resume_variant(session, row, variant_id, by)
    )


@router.post(
    "/v1/experiments/{experiment_id}/conclude",
    summary="Conclude, and promote the winner",
    responses=documented(200, EXPERIMENT, 400, 401, 403, 404, 409),
)
def conclude(
    experiment_id: str,
    request: Request,
    access: Editor,
    *,
    body: Annotated[shapes.ConcludeIn, Body(default_factory=shapes.ConcludeIn)],
) -> Answer[shapes.ExperimentOut]:
    """Everybody who asks gets the winner from now on, or control. `deploy` also serves its version by the prompt's name."""
    verdict = _decision(request, access, experiment_id)
    answer = _changed(
        request, access, experiment_id, lambda session, row, by: service.conclude(session, row, body, verdict, by)
    )
    if body.deploy:
        request.app.state.services.registry.forget(access.project.id)
    return answer


@router.post(
    "/v1/experiments/{experiment_id}/explain",
    summary="Why a unit gets its variant",
    responses=documented(200, EXPLAINED, 400, 401, 403, 404),
)
def explain(
    experiment_id: str, request: Request, access: Reader, *, body: shapes.ExplainIn
) -> Answer[shapes.ExplainOut]:
    """Each step of the decision in words, with the hash and what is hashed. Assigns nobody."""
    services = request.app.state.services
    with services.database.sessions() as session:
        experiment = service.value_of(service.existing(session, access.project.id, experiment_id))
        unit_id = unit_of(body.context).id(experiment.unit)
        kept = assignment_of(session, experiment.id, unit_id) if unit_id else None
    return Answer(data=explained(experiment, body.context, kept))


def _decision(request: Request, access: Access, experiment_id: str) -> str:
    """Of the verdict now; "" when it cannot be computed, which must not keep anybody from concluding."""
    services = request.app.state.services
    with services.database.sessions() as session:
        experiment = service.value_of(service.existing(session, access.project.id, experiment_id))
        subject = Subject(experiment, mappings_of(session, access.project.id), services.clock())
    if experiment.status not in {"running", "paused"}:
        return ""
    try:
        return decision(subject, findings(services.store, subject)).decision
    except AppError as e:
        log.warning("experiment %s is concluded without a verdict: %s", experiment_id, e.message)
        return ""


def _changed(
    request: Request, access: Access, experiment_id: str, act: Callable[[Session, ExperimentRow, By], None]
) -> Answer[shapes.ExperimentOut]:
    """The experiment after `act`, which is committed and seen at once."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, experiment_id, to_change=True)
        act(session, row, by)
        answer = _out(session, row, by)
    services.experiments.forget(access.project.id)
    return answer


def _out(session: Session, row: ExperimentRow, by: By) -> Answer[shapes.ExperimentOut]:
    units = service.units_of(session, [row.id])
    return Answer(data=experiment_out(row, units.get(row.id, 0), by.at))
