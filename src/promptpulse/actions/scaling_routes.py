"""Figures for autoscalers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import documented
from promptpulse.metrics import BadQuery, Filter, Query, run

router = APIRouter(prefix="/api/v1/scaling", tags=["scaling"])
Reader = Annotated[Access, Depends(may_read)]
_Name = Annotated[str | None, QueryParameter(max_length=256)]


class Figure(BaseModel):
    """Without an envelope: scalers read one path of the answer."""

    value: float | None = Field(description="null: there is no data, and `empty` does not say what to tell then.")


@router.get(
    "/figure",
    summary="One number, for scalers",
    responses={**documented(200, None, 401, 403), 200: {"content": {"application/json": {"example": {"value": 12.0}}}}},
)
def figure(
    request: Request,
    access: Reader,
    metric: Annotated[
        str, QueryParameter(max_length=2100, description="As in POST /api/v1/query.")
    ] = "requests_per_minute",
    window_minutes: Annotated[
        int, QueryParameter(ge=1, le=1440, description="Whole minutes before the present one.")
    ] = 5,
    prompt_id: _Name = None,
    version: _Name = None,
    model: _Name = None,
    environment: _Name = None,
    empty: Annotated[
        float | None, QueryParameter(allow_inf_nan=False, description="Told when there is no data; absent: null.")
    ] = None,
) -> Figure:
    """Of the last minutes, such as `{"value": 12.0}`: what KEDA's `metrics-api` reads with `valueLocation: value`."""
    services = request.app.state.services
    now: datetime = services.clock()
    end = now.replace(second=0, microsecond=0)
    given = {"prompt_id": prompt_id, "prompt_version": version, "model": model, "environment": environment}
    where = tuple(Filter(key, "in", (value or None,)) for key, value in given.items() if value is not None)
    query = Query(
        access.project.id,
        (metric,),
        end - timedelta(minutes=window_minutes),
        end,
        where=where,
        definitions=services.definitions.of(access.project.id),
    )
    try:
        value = run(services.store, query, now).total(metric)
    except BadQuery as e:
        raise BadQuery(e.message.replace("metrics:", "metric:", 1), field="metric") from e
    return Figure(value=empty if value is None else value)
