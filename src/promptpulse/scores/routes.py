"""Scores and events over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_ingest, may_read
from promptpulse.accounts.shapes import Answer
from promptpulse.scores import shapes

router = APIRouter(prefix="/api", tags=["scores"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Ingester = Annotated[Access, Depends(may_ingest)]
Editor = Annotated[Access, Depends(may_edit)]


@router.post("/v1/scores", status_code=201, summary="Send scores")
def post_scores(request: Request, access: Ingester) -> Answer[shapes.Stored]:
    raise NotImplementedError


@router.get("/v1/scores", summary="Scores, newest first")
def list_scores(
    request: Request,
    access: Reader,
    call_id: str | None = None,
    trace_id: str | None = None,
    prompt_id: str | None = None,
    name: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Answer[list[shapes.SubmissionOut]]:
    raise NotImplementedError


@router.get("/v1/scores/names", summary="Names of all scores")
def score_names(request: Request, access: Reader) -> Answer[shapes.ScoreNames]:
    raise NotImplementedError


@router.get("/v1/scores/by-version", summary="Average scores by prompt version")
def scores_by_version(
    request: Request, access: Reader, prompt_id: str | None = None, start: str | None = None, end: str | None = None
) -> Answer[list[shapes.VersionScores]]:
    raise NotImplementedError


@router.get("/v1/scores/mappings", summary="Numbers for texts")
def read_mappings(request: Request, access: Reader) -> Answer[shapes.Mappings]:
    raise NotImplementedError


@router.put("/v1/scores/mappings", summary="Set numbers for texts")
def change_mappings(request: Request, access: Editor, *, body: shapes.Mappings) -> Answer[shapes.Mappings]:
    raise NotImplementedError


@router.get("/v1/scores/experiments/{experiment_id}", summary="Scores of an experiment")
def scores_of_experiment(
    experiment_id: str,
    request: Request,
    access: Reader,
    start_date: str | None = None,
    end_date: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Answer[list[shapes.SubmissionOut]]:
    raise NotImplementedError


@router.get("/v1/scores/experiments/{experiment_id}/aggregate", summary="Scores of an experiment by variant")
def aggregate(
    experiment_id: str, request: Request, access: Reader, start_date: str | None = None, end_date: str | None = None
) -> Answer[list[shapes.BucketScores]]:
    raise NotImplementedError


@router.get("/v1/scores/experiments/{experiment_id}/score-names", summary="Names of the scores of an experiment")
def score_names_of_experiment(experiment_id: str, request: Request, access: Reader) -> Answer[shapes.ScoreNames]:
    raise NotImplementedError


@router.post("/v1/events", status_code=201, summary="Send an event of an experiment")
def post_event(request: Request, access: Ingester) -> Answer[shapes.Stored]:
    raise NotImplementedError


@router.get("/v1/events/experiment/{experiment_id}", summary="Events of an experiment, newest first")
def events_of_experiment(
    experiment_id: str,
    request: Request,
    access: Reader,
    kind: Literal["assignment", "outcome"] | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Answer[list[shapes.EventOut]]:
    raise NotImplementedError
