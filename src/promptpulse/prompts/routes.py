"""The prompt registry over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_ingest, may_read
from promptpulse.accounts.shapes import Answer, Page
from promptpulse.prompts import shapes

router = APIRouter(prefix="/api", tags=["prompts"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Ingester = Annotated[Access, Depends(may_ingest)]
Editor = Annotated[Access, Depends(may_edit)]


@router.get("/v1/prompts", summary="Prompts")
def list_prompts(
    request: Request,
    access: Reader,
    search: str = "",
    name: str | None = None,
    archived: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> Page[shapes.PromptOut]:
    raise NotImplementedError


@router.post("/v1/prompts", status_code=201, summary="Create a prompt")
def create_prompt(request: Request, access: Editor, *, body: shapes.PromptNew) -> Answer[shapes.PromptOut]:
    raise NotImplementedError


@router.get("/v1/prompts/deployments", summary="Deployments of all prompts in a range of time")
def list_deployments(
    request: Request,
    access: Reader,
    prompt: str | None = None,
    environment: str | None = None,
    start: str | None = None,
    end: str | None = None,
    limit: int = 100,
) -> Answer[list[shapes.DeploymentOut]]:
    raise NotImplementedError


@router.get("/v1/prompts/by-name/{name:path}", summary="Fetch a prompt by its name")
def fetch_prompt(
    name: str,
    request: Request,
    access: Fetcher,
    versionNumber: int | None = None,
    version_number: int | None = None,
    environment: str = "production",
) -> Answer[shapes.ServedPrompt]:
    raise NotImplementedError


@router.get("/v1/prompts/{prompt_id}", summary="One prompt")
def read_prompt(prompt_id: str, request: Request, access: Reader) -> Answer[shapes.PromptOut]:
    raise NotImplementedError


@router.patch("/v1/prompts/{prompt_id}", summary="Change description and tags")
def change_prompt(
    prompt_id: str, request: Request, access: Editor, *, body: shapes.PromptPatch
) -> Answer[shapes.PromptOut]:
    raise NotImplementedError


@router.get("/v1/prompts/{prompt_id}/versions", summary="Versions of a prompt, newest first")
def list_versions(
    prompt_id: str, request: Request, access: Reader, limit: int = 100, offset: int = 0
) -> Page[shapes.VersionOut]:
    raise NotImplementedError


@router.post("/v1/prompts/{prompt_id}/versions", status_code=201, summary="Add the next version")
def create_version(
    prompt_id: str, request: Request, access: Editor, *, body: shapes.VersionNew
) -> Answer[shapes.VersionOut]:
    raise NotImplementedError


@router.get("/v1/prompts/{prompt_id}/versions/{number}", summary="One version")
def read_version(prompt_id: str, number: int, request: Request, access: Reader) -> Answer[shapes.VersionOut]:
    raise NotImplementedError


@router.get("/v1/prompts/{prompt_id}/diff", summary="What changed between two versions")
def diff_versions(
    prompt_id: str, request: Request, access: Reader, from_version: int, to_version: int
) -> Answer[shapes.DiffOut]:
    raise NotImplementedError


@router.get("/v1/prompts/{prompt_id}/deployments", summary="Deployments of a prompt, newest first")
def deployments_of_prompt(
    prompt_id: str, request: Request, access: Reader, limit: int = 100, offset: int = 0
) -> Page[shapes.DeploymentOut]:
    raise NotImplementedError


@router.post("/v1/prompts/{prompt_id}/deploy", summary="Serve a version")
def deploy(prompt_id: str, request: Request, access: Editor, *, body: shapes.DeployIn) -> Answer[shapes.DeploymentOut]:
    raise NotImplementedError


@router.post("/v1/prompts/{prompt_id}/rollback", summary="Serve the version before again")
def roll_back(
    prompt_id: str, request: Request, access: Editor, *, body: shapes.RollBackIn
) -> Answer[shapes.DeploymentOut]:
    raise NotImplementedError


@router.post("/v1/prompts/{prompt_id}/archive", summary="Archive a prompt")
def archive(prompt_id: str, request: Request, access: Editor) -> Answer[shapes.PromptOut]:
    raise NotImplementedError


@router.post("/v1/prompts/{prompt_id}/restore", summary="Take a prompt out of the archive")
def restore(prompt_id: str, request: Request, access: Editor) -> Answer[shapes.PromptOut]:
    raise NotImplementedError
