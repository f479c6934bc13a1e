"""What the Overview says beside the metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts.access import Access, may_edit, may_fetch, may_ingest, may_read
from promptpulse.accounts.shapes import Answer
from promptpulse.overview import shapes

router = APIRouter(prefix="/api", tags=["overview"])
Fetcher = Annotated[Access, Depends(may_fetch)]
Reader = Annotated[Access, Depends(may_read)]
Ingester = Annotated[Access, Depends(may_ingest)]
Editor = Annotated[Access, Depends(may_edit)]


@router.get("/v1/overview", summary="Counts and recent changes of the project")
def overview(request: Request, access: Reader) -> Answer[shapes.OverviewOut]:
    raise NotImplementedError
