"""The prompt calls of the Langfuse clients: a label is an environment, and `latest` is always on the newest version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field, JsonValue
from sqlalchemy.orm import Session

from promptpulse import __version__
from promptpulse.accounts.access import Access, may_edit, may_fetch, may_read
from promptpulse.accounts.shapes import ID, MOMENT, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import NotFound, Refused
from promptpulse.prompts import service, shapes
from promptpulse.prompts.content import PromptType
from promptpulse.prompts.models import Prompt, PromptVersion
from promptpulse.prompts.routes import Moment
from promptpulse.prompts.values import PRODUCTION

router = APIRouter(prefix="/api/public", tags=["langfuse"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Label = Annotated[str, Field(min_length=1, max_length=100, examples=["production"])]


class LangfuseHealth(BaseModel):
    status: Literal["OK"] = "OK"
    version: str


class LangfuseOrganization(BaseModel):
    id: str
    name: str


class LangfuseProject(BaseModel):
    id: str
    name: str
    metadata: dict[str, JsonValue] = {}
    organization: LangfuseOrganization


class LangfuseProjects(BaseModel):
    data: list[LangfuseProject]


class LangfusePrompt(BaseModel):
    """A version of a prompt."""

    id: str
    type: PromptType
    name: str
    version: int
    prompt: shapes.Content
    config: shapes.Config
    labels: list[str] = Field(description="Environments that serve it; `latest` on the newest version.")
    tags: list[str]
    commitMessage: str | None  # noqa: N815 - wire format of the client
    createdAt: datetime  # noqa: N815
    createdBy: str  # noqa: N815


class LangfusePromptNew(BaseModel):
    """The first version of a prompt, or the next one. Fields that are not known are ignored."""

    name: shapes.Name
    type: PromptType | None = Field(None, description="Absent: text.")
    prompt: shapes.ContentIn
    config: JsonValue = None
    labels: list[Label] | None = Field(None, max_length=50)
    tags: list[shapes.Tag] | None = Field(None, max_length=50, description="Of the prompt, replacing those it has.")
    commitMessage: str | None = Field(None, max_length=2000)  # noqa: N815


class LangfuseLabels(BaseModel):
    newLabels: list[Label] = Field(max_length=50)  # noqa: N815


class LangfusePromptMeta(BaseModel):
    name: str
    type: PromptType
    versions: list[int]
    labels: list[str]
    tags: list[str]
    lastUpdatedAt: datetime  # noqa: N815
    lastConfig: shapes.Config  # noqa: N815


class LangfuseMeta(BaseModel):
    page: int
    limit: int
    totalItems: int  # noqa: N815
    totalPages: int  # noqa: N815


class LangfusePrompts(BaseModel):
    data: list[LangfusePromptMeta]
    meta: LangfuseMeta


def _documented(status: int, example: Mapping[str, JsonValue], *failures: int) -> dict[int | str, dict[str, object]]:
    """As `documented`, with a success that has no envelope; these clients get 400 where others get 422."""
    return {**documented(status, None, 400, *failures), status: {"content": {"application/json": {"example": example}}}}


PROMPT: dict[str, JsonValue] = {
    "id": ID, "type": "text", "name": "support-reply", "version": 3, "prompt": "Answer {{question}}.", "config": {},
    "labels": ["production", "latest"], "tags": ["support"], "commitMessage": None, "createdAt": MOMENT,
    "createdBy": "ada@example.com",
}  # fmt: skip
LISTED: dict[str, JsonValue] = {
    "name": "support-reply", "type": "text", "versions": [1, 2, 3], "labels": ["production", "latest"],
    "tags": ["support"], "lastUpdatedAt": MOMENT, "lastConfig": {},
}  # fmt: skip
PROJECT: dict[str, JsonValue] = {
    "id": ID, "name": "shop", "metadata": {}, "organization": {"id": "promptpulse", "name": "PromptPulse"},
}  # fmt: skip


@router.get("/health", summary="Whether the server answers (Langfuse)")
async def health() -> LangfuseHealth:
    """For Langfuse clients; `/readyz` says more."""
    return LangfuseHealth(version=__version__)


@router.get(
    "/projects", summary="The project of the key (Langfuse)", responses=_documented(200, {"data": [PROJECT]}, 401, 403)
)
async def projects(access: Fetcher) -> LangfuseProjects:
    """What `auth_check()` of the Langfuse SDK asks for."""
    organization = LangfuseOrganization(id="promptpulse", name="PromptPulse")
    project = LangfuseProject(id=access.project.id, name=access.project.name, organization=organization)
    return LangfuseProjects(data=[project])


@router.get(
    "/v2/prompts",
    summary="List prompts (Langfuse)",
    responses=_documented(
        200, {"data": [LISTED], "meta": {"page": 1, "limit": 50, "totalItems": 1, "totalPages": 1}}, 401, 403
    ),
)
def list_prompts(
    request: Request,
    access: Reader,
    name: Annotated[str | None, Query(max_length=200)] = None,
    label: Annotated[str | None, Query(max_length=100)] = None,
    tag: Annotated[str | None, Query(max_length=100)] = None,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    fromUpdatedAt: Annotated[Moment | None, Query(description="Inclusive.")] = None,  # noqa: N803
    toUpdatedAt: Annotated[Moment | None, Query(description="Exclusive.")] = None,  # noqa: N803
) -> LangfusePrompts:
    """The one changed last first; archived ones are left out."""
    selection = service.Selection(
        name=name,
        tag=tag,
        environment=None if label == service.LATEST else label,
        changed_from=fromUpdatedAt,
        changed_before=toUpdatedAt,
    )
    with request.app.state.services.database.sessions() as session:
        found, total = service.list_prompts(session, access.project.id, selection, limit, (page - 1) * limit)
        deployed = service.deployed(session, found)
        configs = service.newest_configs(session, found)
    data = [
        LangfusePromptMeta(
            name=prompt.name,
            type=_type(prompt),
            versions=list(range(1, prompt.versions + 1)),
            labels=[*deployed.get(prompt.id, {}), service.LATEST],
            tags=prompt.tags,
            lastUpdatedAt=prompt.changed_at,
            lastConfig=configs[prompt.id],
        )
        for prompt in found
    ]
    pages = LangfuseMeta(page=page, limit=limit, totalItems=total, totalPages=-(-total // limit))
    return LangfusePrompts(data=data, meta=pages)


@router.post(
    "/v2/prompts",
    summary="Create a prompt, or its next version (Langfuse)",
    responses=_documented(200, PROMPT, 401, 403, 409),
)
def create_prompt(request: Request, access: Editor, *, body: LangfusePromptNew) -> LangfusePrompt:
    """Each label is an environment that serves it at once; without labels it is served nowhere yet."""
    services = request.app.state.services
    by = By(access.actor, services.clock())
    kind: PromptType = body.type or "text"
    config: JsonValue = {} if body.config is None else body.config
    new = service.NewVersion(body.prompt, config, body.commitMessage or "", field="prompt")
    with services.database.writing() as session:
        prompt = service.prompt_named(session, access.project.id, body.name.strip())
        if prompt is None:
            wanted = service.NewPrompt(body.name, kind, new, tags=body.tags or ())
            prompt, version = service.create_prompt(session, access.project.id, wanted, by)
        elif prompt.type != kind:
            raise Refused(f'type is "{kind}", but prompt {prompt.name!r} is a {prompt.type} prompt', field="type")
        else:
            version = service.create_version(session, prompt, new, by)
            service.change_prompt(session, prompt, by, tags=body.tags)
        _label(session, prompt, version, [name for name in body.labels or () if name != service.LATEST], by)
        answer = _prompt(session, prompt, version)
    services.registry.forget(access.project.id)
    return answer


@router.patch(
    "/v2/prompts/{name:path}/versions/{version}",
    summary="Move labels to a version (Langfuse)",
    responses=_documented(200, PROMPT, 401, 403, 404, 409),
)
def move_labels(
    name: str,
    version: Annotated[int, Path(ge=1, le=service.MOST_NUMBER)],
    request: Request,
    access: Editor,
    *,
    body: LangfuseLabels,
) -> LangfusePrompt:
    """Each label is an environment that serves it from now on. Labels that it has already stay."""
    services = request.app.state.services
    with services.database.writing() as session:
        prompt = _named(session, access, name)
        found = service.version_of(session, prompt, version, "version")
        _label(session, prompt, found, body.newLabels, By(access.actor, services.clock()))
        answer = _prompt(session, prompt, found)
    services.registry.forget(access.project.id)
    return answer


@router.get(
    "/v2/prompts/{name:path}",
    summary="Fetch a prompt (Langfuse)",
    responses=_documented(200, PROMPT, 401, 403, 404),
)
def get_prompt(
    name: str,
    request: Request,
    access: Fetcher,
    version: Annotated[int | None, Query(ge=1, le=service.MOST_NUMBER)] = None,
    label: Annotated[str | None, Query(max_length=100, description="An environment, or `latest`.")] = None,
) -> LangfusePrompt:
    """A version by its number, or the one with the label; `production` without either."""
    if version is not None and label is not None:
        raise Refused(f"label is {label!r}, but version is {version}; send one of them", field="label")
    with request.app.state.services.database.sessions() as session:
        prompt = _named(session, access, name)
        wanted = label or PRODUCTION
        number = version
        if number is None:
            number = prompt.versions if wanted == service.LATEST else service.pointers(session, prompt).get(wanted)
        if number is None:
            raise NotFound(f"Prompt not found: {name!r} has no version with the label {wanted!r}", field="label")
        return _prompt(session, prompt, service.version_of(session, prompt, number, "version"))


def _named(session: Session, access: Access, name: str) -> Prompt:
    prompt = service.prompt_named(session, access.project.id, name)
    if prompt is None:
        raise service.no_prompt(name)
    return prompt


def _label(session: Session, prompt: Prompt, version: PromptVersion, labels: Sequence[str], by: By) -> None:
    """Deploy it where it is not served yet: a client that repeats itself does not fail."""
    for label in dict.fromkeys(service.environment_name(label, "labels") for label in labels):
        service.ensure_deployed(session, prompt, service.Wanted(version.number, label, version.message), by)


def _type(prompt: Prompt) -> PromptType:
    return "chat" if prompt.type == "chat" else "text"


def _prompt(session: Session, prompt: Prompt, version: PromptVersion) -> LangfusePrompt:
    content = version.content
    served_in = [label for label, number in service.pointers(session, prompt).items() if number == version.number]
    return LangfusePrompt(
        id=version.id,
        type=_type(prompt),
        name=prompt.name,
        version=version.number,
        prompt=content if isinstance(content, str) else [shapes.ChatMessage.model_validate(m) for m in content],
        config=version.config,
        labels=[*served_in, service.LATEST] if version.number == prompt.versions else served_in,
        tags=prompt.tags,
        commitMessage=version.message or None,
        createdAt=version.created_at,
        createdBy=version.author,
    )
