"""Alerts, incidents, their dossiers and post-mortems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import NotFound
from promptpulse.definitions.asked import Instant
from promptpulse.incidents import changes, dossiers, post_mortem, present, remedies, shapes
from promptpulse.incidents.examples import ALERT, DETAIL, DOSSIER, EVENT, INCIDENT, PERSON, POST_MORTEM
from promptpulse.incidents.life import Status
from promptpulse.incidents.models import IncidentRow
from promptpulse.incidents.signals import Source
from promptpulse.notify.messages import Severity

router = APIRouter(prefix="/api/v1", tags=["incidents"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
SHARED_S = 25.0
"""Shorter than pages wait before they ask again."""
MARKDOWN = "text/markdown; charset=utf-8"


@router.get("/alerts", summary="List alerts", responses=documented(200, [ALERT], 401, 403))
def list_alerts(
    request: Request,
    access: Reader,
    status: Annotated[Literal["firing", "cleared"] | None, Query(description="Both when absent.")] = None,
    source: Source | None = None,
    source_id: Annotated[str | None, Query(max_length=256, description="Of one rule, SLA or budget.")] = None,
    severity: Severity | None = None,
    *,
    silenced: Annotated[
        bool | None, Query(description="Only those that a silence keeps quiet, or only others.")
    ] = None,
    start: Annotated[Instant | None, Query(description="Not those that cleared before it.")] = None,
    end: Annotated[Instant | None, Query(description="Not those that fired at or after it.")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[shapes.AlertOut]:
    """What fires now and what did, of rules, SLAs and budgets; newest first."""
    wanted = present.WantedAlerts(status, source, source_id, severity, silenced, start, end)
    with request.app.state.services.database.sessions() as session:
        rows, total = present.alerts(session, access.project.id, wanted, limit, offset)
    return Page(data=[present.alert_out(row) for row in rows], meta=PageMeta(total=total))


@router.get("/incidents", summary="List incidents", responses=documented(200, [INCIDENT], 401, 403))
def list_incidents(
    request: Request,
    access: Reader,
    status: Annotated[list[Status] | None, Query(description="One or several; all when absent.")] = None,
    *,
    open_only: Annotated[bool, Query(alias="open", description="Only those that are not resolved.")] = False,
    severity: Severity | None = None,
    assignee: Annotated[str | None, Query(max_length=256, description="Id of a person.")] = None,
    prompt_id: Annotated[
        str | None, Query(max_length=256, description="Only those that may concern this prompt.")
    ] = None,
    start: Annotated[Instant | None, Query(description="Not those that were over before it.")] = None,
    end: Annotated[Instant | None, Query(description="Not those that began at or after it.")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[shapes.IncidentOut]:
    """Newest first. With `start` and `end`: those that a chart of this time marks."""
    wanted = present.WantedIncidents(status, open_only, severity, assignee, prompt_id, start, end)
    with request.app.state.services.database.sessions() as session:
        rows, total = present.incidents(session, access.project.id, wanted, limit, offset)
        return Page(data=present.incidents_out(session, rows), meta=PageMeta(total=total))


@router.get("/incidents/assignees", summary="Who can be assigned", responses=documented(200, [PERSON], 401, 403))
def list_assignees(request: Request, access: Reader) -> Answer[list[shapes.PersonOfProject]]:
    """Members of the project, by name."""
    with request.app.state.services.database.sessions() as session:
        people = changes.people(session, access.project.id)
    return Answer(data=[present.person_out(person) for person in people])


@router.get("/incidents/{incident_id}", summary="Read an incident", responses=documented(200, DETAIL, 401, 403, 404))
def read_incident(incident_id: Id, request: Request, access: Reader) -> Answer[shapes.IncidentDetail]:
    """With its alerts, its timeline and what can be done."""
    services = request.app.state.services
    with services.database.sessions() as session:
        row = changes.existing(session, access.project.id, incident_id)
        return Answer(data=present.detail_out(session, row, services.clock()))


@router.patch(
    "/incidents/{incident_id}", summary="Change an incident", responses=documented(200, DETAIL, 401, 403, 404, 409)
)
def change_incident(
    incident_id: Id, body: shapes.IncidentPatch, request: Request, access: Editor
) -> Answer[shapes.IncidentDetail]:
    """Acknowledge, mitigate, resolve, close with a post-mortem, or open again; assign; correct severity and title."""
    return _changed(request, access, incident_id, lambda session, row, by: changes.change(session, row, body, by))


@router.post(
    "/incidents/{incident_id}/comments",
    status_code=201,
    summary="Comment on an incident",
    responses=documented(201, EVENT, 401, 403, 404),
)
def comment(
    incident_id: Id, body: shapes.IncidentComment, request: Request, access: Editor
) -> Answer[shapes.IncidentEvent]:
    """Becomes part of the timeline."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = changes.existing(session, access.project.id, incident_id, to_change=True)
        event = changes.comment(session, row, body.text, By(access.actor, services.clock()))
        return Answer(data=present.event_out(event))


@router.get(
    "/incidents/{incident_id}/dossier",
    summary="What is known about an incident",
    response_model=Answer[shapes.DossierOut],
    responses=documented(200, DOSSIER, 401, 403, 404),
)
def dossier(
    incident_id: Id,
    request: Request,
    access: Reader,
    *,
    stored: Annotated[
        bool, Query(description="As it was kept, when it was; else made anew, at most 25 s ago.")
    ] = False,
) -> Response:
    """Chart, likely cause with its evidence, impact, errors, example calls, changes around the start, versions compared."""
    services, project_id = request.app.state.services, access.project.id
    with services.database.sessions() as session:
        row = changes.existing(session, project_id, incident_id)
        if stored and row.dossier is not None:
            return _json(shapes.DossierOut.model_validate(row.dossier))

    def make() -> bytes:
        found = dossiers.made(sources_of(request), project_id, incident_id, services.clock())
        return bytes(_json(found).body)

    # a second or two of work, which all who watch the incident share
    body = services.recent.answer(("dossier", project_id, incident_id), SHARED_S, make)
    return Response(body, media_type="application/json")


@router.post(
    "/incidents/{incident_id}/rollback",
    summary="Roll a prompt back",
    responses=documented(200, DETAIL, 401, 403, 404, 409),
)
def roll_back(
    incident_id: Id, body: shapes.IncidentRollback, request: Request, access: Editor
) -> Answer[shapes.IncidentDetail]:
    """To the version before, and note it in the timeline. The incident is mitigated then."""

    def act(session: Session, row: IncidentRow, by: By) -> None:
        remedies.roll_back(session, row, body, by)

    answer = _changed(request, access, incident_id, act)
    request.app.state.services.registry.forget(access.project.id)
    return answer


@router.post(
    "/incidents/{incident_id}/pause-experiment",
    summary="Pause an experiment",
    responses=documented(200, DETAIL, 401, 403, 404, 409),
)
def pause_experiment(
    incident_id: Id, body: shapes.IncidentPause, request: Request, access: Editor
) -> Answer[shapes.IncidentDetail]:
    """And note it in the timeline. Units that were assigned keep their variant."""

    def act(session: Session, row: IncidentRow, by: By) -> None:
        remedies.pause(session, row, body.experiment_id, by)

    answer = _changed(request, access, incident_id, act)
    request.app.state.services.experiments.forget(access.project.id)
    return answer


@router.post(
    "/incidents/{incident_id}/silence",
    summary="Silence what an incident is about",
    responses=documented(200, DETAIL, 401, 403, 404, 409),
)
def silence_incident(
    incident_id: Id, body: shapes.IncidentSilence, request: Request, access: Editor
) -> Answer[shapes.IncidentDetail]:
    """No reminders, and no new alerts, of the same sources and scope for a while."""

    def act(session: Session, row: IncidentRow, by: By) -> None:
        remedies.silence(session, row, body, by)

    return _changed(request, access, incident_id, act)


@router.get(
    "/incidents/{incident_id}/post-mortem",
    summary="Read a post-mortem",
    responses=documented(200, POST_MORTEM, 401, 403, 404),
)
def read_post_mortem(incident_id: Id, request: Request, access: Reader) -> Answer[shapes.PostMortemOut]:
    """In Markdown."""
    with request.app.state.services.database.sessions() as session:
        row = changes.existing(session, access.project.id, incident_id)
        return Answer(data=post_mortem.out(row))


@router.put(
    "/incidents/{incident_id}/post-mortem",
    summary="Save a post-mortem",
    responses=documented(200, POST_MORTEM, 401, 403, 404, 409),
)
def save_post_mortem(
    incident_id: Id, body: shapes.PostMortemIn, request: Request, access: Editor
) -> Answer[shapes.PostMortemOut]:
    """Replaces it. With `revision`, refused when somebody else saved it meanwhile."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = changes.existing(session, access.project.id, incident_id, to_change=True)
        post_mortem.save(session, row, body, By(access.actor, services.clock()))
        return Answer(data=post_mortem.out(row))


@router.post(
    "/incidents/{incident_id}/post-mortem/draft",
    summary="Draft a post-mortem",
    responses=documented(200, POST_MORTEM, 401, 403, 404, 409),
)
def draft_post_mortem(
    incident_id: Id, body: shapes.PostMortemDraft, request: Request, access: Editor
) -> Answer[shapes.PostMortemOut]:
    """From the timeline and the dossier. A text that a person has edited stays, unless `replace` is true."""
    services = request.app.state.services
    now = services.clock()
    with services.database.sessions() as session:
        post_mortem.check_may_draft(changes.existing(session, access.project.id, incident_id), replace=body.replace)
    # read before the transaction: it asks the event store
    known = dossiers.made(sources_of(request), access.project.id, incident_id, now)
    with services.database.writing() as session:
        row = changes.existing(session, access.project.id, incident_id, to_change=True)
        post_mortem.draft(session, row, known, By(access.actor, now), replace=body.replace)
        return Answer(data=post_mortem.out(row))


@router.get(
    "/incidents/{incident_id}/post-mortem/export",
    summary="Export a post-mortem",
    response_class=Response,
    responses={
        **documented(200, None, 401, 403, 404),
        200: {"content": {"text/markdown": {"schema": {"type": "string"}, "example": "# p95 latency is above 2 s\n"}}},
    },
)
def export_post_mortem(incident_id: Id, request: Request, access: Reader) -> Response:
    """A Markdown file."""
    with request.app.state.services.database.sessions() as session:
        row = changes.existing(session, access.project.id, incident_id)
        found = post_mortem.out(row)
    if found.markdown is None:
        raise NotFound("the incident has no post-mortem yet; POST .../post-mortem/draft makes one")
    name = f"post-mortem-{row.opened_at.date().isoformat()}.md"
    return Response(
        found.markdown, media_type=MARKDOWN, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def sources_of(request: Request) -> dossiers.Sources:
    found: dossiers.Sources = request.app.state.services.dossier_sources
    return found


def _changed(
    request: Request, access: Access, incident_id: str, act: Callable[[Session, IncidentRow, By], None]
) -> Answer[shapes.IncidentDetail]:
    """The incident after `act`, which is committed."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    with services.database.writing() as session:
        row = changes.existing(session, access.project.id, incident_id, to_change=True)
        act(session, row, by)
        session.flush()
        return Answer(data=present.detail_out(session, row, by.at))


def _json(found: shapes.DossierOut) -> Response:
    return Response(Answer(data=found).model_dump_json(), media_type="application/json")
