"""What the Overview says beside the metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import MOMENT, Answer, documented
from promptpulse.overview import service, shapes
from promptpulse.prompts.service import counts

router = APIRouter(prefix="/api/v1", tags=["overview"])
MOST_ACTIVITY = 20
OVERVIEW: JsonValue = {
    "prompts": 6,
    "prompt_versions": 17,
    "active_experiments": 1,
    "rate": {"limit_per_minute": 60000, "used": 1200, "percent": 2.0},
    "activity": [
        {
            "at": MOMENT, "by": "ada@example.com", "kind": "deployed",
            "text": "support-reply: version 4 is served in production", "prompt": "support-reply", "experiment_id": None,
        }
    ],
}  # fmt: skip


@router.get("/overview", summary="Read the overview", responses=documented(200, OVERVIEW, 401, 403))
def overview(request: Request, access: Annotated[Access, Depends(may_read)]) -> Answer[shapes.OverviewOut]:
    """Counts of what is not archived, experiments that run, and what was changed lately."""
    services = request.app.state.services
    rate = services.accounts.limits.project_usage(access.project.id, services.clock())
    with services.database.sessions() as session:
        prompts, versions = counts(session, access.project.id)
        running = service.running_experiments(session, access.project.id)
        activity = service.activity(session, access.project.id, MOST_ACTIVITY)
    usage = shapes.RateUsage(
        limit_per_minute=rate.limit, used=rate.used, percent=round(100 * rate.used / max(1, rate.limit), 2)
    )
    return Answer(
        data=shapes.OverviewOut(
            prompts=prompts,
            prompt_versions=versions,
            active_experiments=running,
            rate=usage,
            activity=list(activity),
        )
    )
