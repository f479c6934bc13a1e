"""What experiments found, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import Answer
from promptpulse.experiments import shapes

router = APIRouter(prefix="/api", tags=["experiments"])
Reader = Annotated[Access, Depends(may_read)]


@router.post("/v1/experiments/power", summary="How many units a test needs")
def power(request: Request, access: Reader, *, body: shapes.PowerIn) -> Answer[shapes.PowerOut]:
    raise NotImplementedError


@router.get("/v1/experiments/{experiment_id}/results", summary="Results")
def results(
    experiment_id: str, request: Request, access: Reader, method: shapes.Method = "sequential"
) -> Answer[shapes.ResultsOut]:
    raise NotImplementedError


@router.get("/v1/experiments/{experiment_id}/segments", summary="Results by segment of the units")
def segments(
    experiment_id: str, request: Request, access: Reader, by: str = "feature", method: shapes.Method = "sequential"
) -> Answer[shapes.SegmentsOut]:
    raise NotImplementedError


@router.get("/v1/experiments/{experiment_id}/trend", summary="A metric over time by variant")
def trend(
    experiment_id: str, request: Request, access: Reader, metric: str, bucket: str = "auto"
) -> Answer[shapes.TrendOut]:
    raise NotImplementedError


@router.get("/v1/experiments/{experiment_id}/distribution", summary="Distribution of a score by variant")
def distribution(experiment_id: str, request: Request, access: Reader, score: str) -> Answer[shapes.DistributionOut]:
    raise NotImplementedError
