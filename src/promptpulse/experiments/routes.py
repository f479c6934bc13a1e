"""Experiments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_ingest, may_read
from promptpulse.accounts.shapes import Answer, Page
from promptpulse.experiments import shapes

router = APIRouter(prefix="/api", tags=["experiments"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Ingester = Annotated[Access, Depends(may_ingest)]
Editor = Annotated[Access, Depends(may_edit)]


@router.post("/v3/experiments/evaluate", summary="Which variant a unit gets")
def evaluate(request: Request, access: Fetcher, *, body: shapes.EvaluateIn) -> Answer[shapes.AssignmentOut]:
    raise NotImplementedError


@router.get("/v1/experiments", summary="Experiments, newest first")
def list_experiments(
    request: Request,
    access: Reader,
    status: shapes.StatusName | None = None,
    prompt: str | None = None,
    search: str = "",
    limit: int = 100,
    offset: int = 0,
) -> Page[shapes.ExperimentOut]:
    raise NotImplementedError


@router.post("/v1/experiments", status_code=201, summary="Create an experiment")
def create_experiment(request: Request, access: Editor, *, body: shapes.ExperimentNew) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.get("/v1/experiments/{experiment_id}", summary="One experiment")
def read_experiment(experiment_id: str, request: Request, access: Reader) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.patch("/v1/experiments/{experiment_id}", summary="Change an experiment")
def change_experiment(
    experiment_id: str, request: Request, access: Editor, *, body: shapes.ExperimentPatch
) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.delete("/v1/experiments/{experiment_id}", summary="Delete a draft")
def delete_experiment(experiment_id: str, request: Request, access: Editor) -> Answer[None]:
    raise NotImplementedError


@router.post("/v1/experiments/{experiment_id}/start", summary="Start, or go on after a pause")
def start(experiment_id: str, request: Request, access: Editor) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.post("/v1/experiments/{experiment_id}/pause", summary="Take no new units")
def pause(experiment_id: str, request: Request, access: Editor) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.post("/v1/experiments/{experiment_id}/conclude", summary="Conclude, and promote the winner")
def conclude(
    experiment_id: str, request: Request, access: Editor, *, body: shapes.ConcludeIn
) -> Answer[shapes.ExperimentOut]:
    raise NotImplementedError


@router.post("/v1/experiments/{experiment_id}/explain", summary="Why a unit gets its variant")
def explain(
    experiment_id: str, request: Request, access: Reader, *, body: shapes.ExplainIn
) -> Answer[shapes.ExplainOut]:
    raise NotImplementedError
