"""The prompt registry over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from pydantic import AfterValidator, JsonValue
from starlette.concurrency import run_in_threadpool

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import Refused
from promptpulse.metrics.query import EARLIEST, LATEST
from promptpulse.prompts import service, shapes
from promptpulse.prompts.content import lines, variables
from promptpulse.prompts.diff import diff_config, diff_lines
from promptpulse.prompts.models import Prompt, PromptDeployment, PromptVersion
from promptpulse.prompts.values import PRODUCTION, Served

router = APIRouter(prefix="/api/v1/prompts", tags=["prompts"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
DEFAULT_RANGE = timedelta(days=30)

PROMPT: JsonValue = {
    "id": ID, "name": "support-reply", "type": "text", "description": "First answer to a ticket", "tags": ["support"],
    "versions": 4, "latest_version": 4, "deployed": {"production": 3, "staging": 4}, "created_at": MOMENT,
    "created_by": "ada@example.com", "changed_at": MOMENT, "archived_at": None,
}  # fmt: skip
VERSION: JsonValue = {
    "id": ID, "prompt_id": ID, "number": 4, "content": "Answer {{question}} in one sentence.",
    "config": {"model": "gpt-5-mini", "temperature": 0.2}, "variables": ["question"], "message": "Shorter",
    "author": "ada@example.com", "created_at": MOMENT, "deployed_in": ["staging"],
}  # fmt: skip
DEPLOYMENT: JsonValue = {
    "id": ID, "prompt_id": ID, "prompt": "support-reply", "environment": "production", "version": 4,
    "previous_version": 3, "kind": "deploy", "message": "Shorter answers for all", "at": MOMENT, "by": "ada@example.com",
}  # fmt: skip
DIFF: JsonValue = {
    "from_version": 3, "to_version": 4,
    "lines": [
        {"kind": "removed", "text": "Answer {{question}}.", "old_line": 1, "new_line": None},
        {"kind": "added", "text": "Answer {{question}} in one sentence.", "old_line": None, "new_line": 1},
    ],
    "config": [{"key": "temperature", "old": 0.7, "new": 0.2, "kind": "changed"}],
}  # fmt: skip
SERVED: JsonValue = {
    "type": "text", "content": '[{"content": "Answer {{question}} in one sentence."}]', "promptId": ID,
    "promptVersionId": ID, "name": "support-reply", "version": 4, "config": {"model": "gpt-5-mini"},
}  # fmt: skip

Limit = Annotated[int, Query(ge=1, le=1000, description="Entries on a page.")]
VersionLimit = Annotated[int, Query(ge=1, le=100, description="Versions on a page, with their texts.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="Entries to skip.")]
Number = Annotated[int, Path(ge=1, le=service.MOST_NUMBER, description="Of the version.")]
AskedNumber = Annotated[int, Query(ge=1, le=service.MOST_NUMBER, description="Of a version.")]
VersionText = Annotated[str | None, Query(max_length=40, examples=["10"])]


def aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("add a time zone: Z or an offset such as +01:00")
    if not EARLIEST < moment.year < LATEST:
        raise ValueError(f"the year must lie between {EARLIEST} and {LATEST}")
    return moment


Moment = Annotated[datetime, AfterValidator(aware)]


@router.get(
    "",
    summary="List prompts",
    responses=documented(200, {"data": [PROMPT], "meta": {"total": 12}}, 401, 403),
)
def list_prompts(
    request: Request,
    access: Reader,
    search: Annotated[str, Query(max_length=200, description="Words in the name, the description or the tags.")] = "",
    name: Annotated[str | None, Query(max_length=200, description="Exactly this one.")] = None,
    *,
    archived: Annotated[bool, Query(description="Those in the archive instead.")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[shapes.PromptOut]:
    """The one changed last first. Archived ones are left out."""
    selection = service.Selection(search, name, archived=archived)
    with request.app.state.services.database.sessions() as session:
        found, total = service.list_prompts(session, access.project.id, selection, limit, offset)
        deployed = service.deployed(session, found)
    return Page(data=[_prompt(prompt, deployed.get(prompt.id, {})) for prompt in found], meta=PageMeta(total=total))


@router.post("", status_code=201, summary="Create a prompt", responses=documented(201, PROMPT, 401, 403, 409))
def create_prompt(request: Request, access: Editor, *, body: shapes.PromptNew) -> Answer[shapes.PromptOut]:
    """With its version 1, which production serves at once unless `deploy_to` says otherwise. The name stays for good."""
    services = request.app.state.services
    first = service.NewVersion(body.content, body.config, body.message, body.deploy_to)
    new = service.NewPrompt(body.name, body.type, first, body.description, body.tags)
    with services.database.writing() as session:
        prompt, _ = service.create_prompt(session, access.project.id, new, By(access.actor, services.clock()))
        answer = _prompt(prompt, service.pointers(session, prompt))
    services.registry.forget(access.project.id)
    return Answer(data=answer)


@router.get(
    "/deployments",
    summary="List deployments of all prompts in a range of time",
    responses=documented(200, [DEPLOYMENT], 401, 403),
)
def list_deployments(
    request: Request,
    access: Reader,
    prompt: Annotated[str | None, Query(max_length=200, description="Name of a prompt.")] = None,
    environment: Annotated[str | None, Query(max_length=100)] = None,
    start: Annotated[Moment | None, Query(description="Inclusive; 30 days before `end` when absent.")] = None,
    end: Annotated[Moment | None, Query(description="Exclusive; now when absent.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="The newest so many.")] = 100,
) -> Answer[list[shapes.DeploymentOut]]:
    """Newest first, roll-backs among them; what charts mark."""
    services = request.app.state.services
    until = end or services.clock() + timedelta(minutes=1)
    span = service.Span(start or until - DEFAULT_RANGE, until, prompt, environment)
    if span.start >= span.end:
        raise Refused("end: must be later than start", field="end")
    with services.database.sessions() as session:
        found = service.deployments_in(session, access.project.id, span, limit)
    return Answer(data=[_deployment(deployment, name) for deployment, name in found])


@router.get(
    "/by-name/{name:path}",
    summary="Fetch a prompt by its name",
    response_model=Answer[shapes.ServedPrompt],
    responses={
        **documented(200, SERVED, 401, 403, 404),
        304: {"description": "Nothing has changed since the answer with this `ETag`."},
    },
)
async def fetch_prompt(
    name: str,
    request: Request,
    access: Fetcher,
    versionNumber: VersionText = None,  # noqa: N803 - wire format of the client
    version_number: VersionText = None,
    environment: Annotated[str, Query(max_length=100)] = PRODUCTION,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The version that the environment serves, or the one asked for, as the LaikaTest clients read it.

    Answered from memory. A deployment is served at once by this process, and within 5 s by others on the same database.
    An archived prompt is served as before. Percent-encode the name, slashes too."""
    registry, project = request.app.state.services.registry, access.project.id
    number = _number(versionNumber, "versionNumber")
    same = _number(version_number, "version_number")
    if number is not None and same is not None and number != same:
        raise Refused(f"version_number is {same}, but versionNumber is {number}; send one", field="version_number")
    number = same if number is None else number
    found = registry.cached(project, name, number=number, environment=environment)
    if found is None:
        found = await run_in_threadpool(registry.served, project, name, number=number, environment=environment)
    headers = {"ETag": found.etag, "Cache-Control": "private, no-cache"}
    if found.etag in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode({"success": True, "data": _served(found)}), 200, headers, "application/json")


@router.get("/{prompt_id}", summary="Read a prompt", responses=documented(200, PROMPT, 401, 403, 404))
def read_prompt(prompt_id: str, request: Request, access: Reader) -> Answer[shapes.PromptOut]:
    """What it is, and which version is served where; its text is in the versions."""
    with request.app.state.services.database.sessions() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        return Answer(data=_prompt(prompt, service.pointers(session, prompt)))


@router.patch("/{prompt_id}", summary="Change description and tags", responses=documented(200, PROMPT, 401, 403, 404))
def change_prompt(
    prompt_id: str, request: Request, access: Editor, *, body: shapes.PromptPatch
) -> Answer[shapes.PromptOut]:
    """Absent or null leaves a value as it is."""
    services = request.app.state.services
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        by = By(access.actor, services.clock())
        service.change_prompt(session, prompt, by, description=body.description, tags=body.tags)
        return Answer(data=_prompt(prompt, service.pointers(session, prompt)))


@router.get(
    "/{prompt_id}/versions",
    summary="List versions of a prompt",
    responses=documented(200, {"data": [VERSION], "meta": {"total": 4}}, 401, 403, 404),
)
def list_versions(
    prompt_id: str, request: Request, access: Reader, limit: VersionLimit = 100, offset: Offset = 0
) -> Page[shapes.VersionOut]:
    """Newest first, with their texts."""
    with request.app.state.services.database.sessions() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        deployed = service.pointers(session, prompt)
        found = service.versions_of(session, prompt, limit, offset)
    return Page(data=[_version(version, deployed) for version in found], meta=PageMeta(total=prompt.versions))


@router.post(
    "/{prompt_id}/versions",
    status_code=201,
    summary="Add the next version",
    responses=documented(201, VERSION, 401, 403, 404, 409),
)
def create_version(
    prompt_id: str, request: Request, access: Editor, *, body: shapes.VersionNew
) -> Answer[shapes.VersionOut]:
    """Numbered after the newest one, and served nowhere unless `deploy_to` says so. It may equal the one before."""
    services = request.app.state.services
    new = service.NewVersion(body.content, body.config, body.message, body.deploy_to)
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        version = service.create_version(session, prompt, new, By(access.actor, services.clock()))
        answer = _version(version, service.pointers(session, prompt))
    services.registry.forget(access.project.id)
    return Answer(data=answer)


@router.get(
    "/{prompt_id}/versions/{number}", summary="Read a version", responses=documented(200, VERSION, 401, 403, 404)
)
def read_version(prompt_id: str, number: Number, request: Request, access: Reader) -> Answer[shapes.VersionOut]:
    """It never changes; only where it is served does."""
    with request.app.state.services.database.sessions() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        return Answer(
            data=_version(service.version_of(session, prompt, number, "number"), service.pointers(session, prompt))
        )


@router.get("/{prompt_id}/diff", summary="Compare two versions", responses=documented(200, DIFF, 401, 403, 404))
def diff_versions(
    prompt_id: str, request: Request, access: Reader, from_version: AskedNumber, to_version: AskedNumber
) -> Answer[shapes.DiffOut]:
    """Every line of both texts; messages are written as `role: content`. Of the configuration, what differs."""
    with request.app.state.services.database.sessions() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        old = service.version_of(session, prompt, from_version, "from_version")
        new = service.version_of(session, prompt, to_version, "to_version")
    return Answer(
        data=shapes.DiffOut(
            from_version=old.number,
            to_version=new.number,
            lines=[
                shapes.DiffLine(kind=line.kind, text=line.text, old_line=line.old_line, new_line=line.new_line)
                for line in diff_lines(lines(old.content), lines(new.content))
            ],
            config=[
                shapes.ConfigChange(key=change.key, old=change.old, new=change.new, kind=change.kind)
                for change in diff_config(old.config, new.config)
            ],
        )
    )


@router.get(
    "/{prompt_id}/deployments",
    summary="List deployments of a prompt",
    responses=documented(200, {"data": [DEPLOYMENT], "meta": {"total": 7}}, 401, 403, 404),
)
def deployments_of_prompt(
    prompt_id: str, request: Request, access: Reader, limit: Limit = 100, offset: Offset = 0
) -> Page[shapes.DeploymentOut]:
    """Newest first, roll-backs among them."""
    with request.app.state.services.database.sessions() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        found = service.deployments_of(session, prompt, limit, offset)
    data = [_deployment(deployment, prompt.name) for deployment in found]
    return Page(data=data, meta=PageMeta(total=prompt.deployments))


@router.post(
    "/{prompt_id}/deploy", summary="Deploy a version", responses=documented(200, DEPLOYMENT, 401, 403, 404, 409)
)
def deploy(prompt_id: str, request: Request, access: Editor, *, body: shapes.DeployIn) -> Answer[shapes.DeploymentOut]:
    """Serve it from now on. 409 when it is served already, or another one than `expected_version` is."""
    services = request.app.state.services
    wanted = service.Wanted(body.version, body.environment, body.message, body.expected_version)
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        deployment = service.deploy_version(session, prompt, wanted, By(access.actor, services.clock()))
    services.registry.forget(access.project.id)
    return Answer(data=_deployment(deployment, prompt.name))


@router.post("/{prompt_id}/rollback", summary="Roll back", responses=documented(200, DEPLOYMENT, 401, 403, 404, 409))
def roll_back(
    prompt_id: str,
    request: Request,
    access: Editor,
    *,
    body: Annotated[shapes.RollBackIn, Body(default_factory=shapes.RollBackIn)],
) -> Answer[shapes.DeploymentOut]:
    """Serve again what was served before, or `to_version`. Rolling back twice goes back two steps."""
    services = request.app.state.services
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        deployment = service.roll_back(
            session,
            prompt,
            By(access.actor, services.clock()),
            environment=body.environment,
            to=body.to_version,
            message=body.message,
            expected=body.expected_version,
        )
    services.registry.forget(access.project.id)
    return Answer(data=_deployment(deployment, prompt.name))


@router.post("/{prompt_id}/archive", summary="Archive a prompt", responses=documented(200, PROMPT, 401, 403, 404))
def archive(prompt_id: str, request: Request, access: Editor) -> Answer[shapes.PromptOut]:
    """Hide it, and refuse new versions and deployments. Programs are served what they were."""
    services = request.app.state.services
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        service.archive(session, prompt, By(access.actor, services.clock()))
        return Answer(data=_prompt(prompt, service.pointers(session, prompt)))


@router.post(
    "/{prompt_id}/restore",
    summary="Take a prompt out of the archive",
    responses=documented(200, PROMPT, 401, 403, 404),
)
def restore(prompt_id: str, request: Request, access: Editor) -> Answer[shapes.PromptOut]:
    """As if it had not been there."""
    services = request.app.state.services
    with services.database.writing() as session:
        prompt = service.find_prompt(session, access.project.id, prompt_id)
        service.restore(session, prompt, By(access.actor, services.clock()))
        return Answer(data=_prompt(prompt, service.pointers(session, prompt)))


def _number(text: str | None, field: str) -> int | None:
    """Of a version; digits only, as the clients send it."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Refused(f"{field} is {text!r}; give the number of a version, such as 10, or leave it out", field=field)
    return int(text)


def _served(found: Served) -> dict[str, JsonValue]:
    return {
        "type": found.type,
        "content": found.wire_content,
        "promptId": found.prompt_id,
        "promptVersionId": found.version_id,
        "name": found.name,
        "version": found.number,
        "config": dict(found.config),
    }


def _prompt(prompt: Prompt, deployed: dict[str, int]) -> shapes.PromptOut:
    return shapes.PromptOut(
        id=prompt.id,
        name=prompt.name,
        type="chat" if prompt.type == "chat" else "text",
        description=prompt.description,
        tags=prompt.tags,
        versions=prompt.versions,
        latest_version=prompt.versions,
        deployed=deployed,
        created_at=prompt.created_at,
        created_by=prompt.created_by,
        changed_at=prompt.changed_at,
        archived_at=prompt.archived_at,
    )


def _version(version: PromptVersion, deployed: dict[str, int]) -> shapes.VersionOut:
    content = version.content
    return shapes.VersionOut(
        id=version.id,
        prompt_id=version.prompt_id,
        number=version.number,
        content=content if isinstance(content, str) else [shapes.ChatMessage.model_validate(m) for m in content],
        config=version.config,
        variables=variables(content),
        message=version.message,
        author=version.author,
        created_at=version.created_at,
        deployed_in=[environment for environment, number in deployed.items() if number == version.number],
    )


def _deployment(deployment: PromptDeployment, name: str) -> shapes.DeploymentOut:
    return shapes.DeploymentOut(
        id=deployment.id,
        prompt_id=deployment.prompt_id,
        prompt=name,
        environment=deployment.environment,
        version=deployment.number,
        previous_version=deployment.previous,
        kind="rollback" if deployment.kind == "rollback" else "deploy",
        message=deployment.message,
        at=deployment.at,
        by=deployment.by,
    )
