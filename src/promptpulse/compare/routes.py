"""Prompts and versions side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import Answer, documented
from promptpulse.compare import service, shapes
from promptpulse.compare.versions import versions as summed_up
from promptpulse.definitions.asked import RangeIn
from promptpulse.metrics import Definitions
from promptpulse.metrics.compared import Scope, Subject

router = APIRouter(prefix="/api/v1/compare", tags=["analysis"])
Reader = Annotated[Access, Depends(may_read)]


COMPARED: JsonValue = {
    "subjects": [
        {"prompt_id": "a", "prompt_version": None, "label": "a", "calls": 10_000, "users": 900, "place": 2},
        {"prompt_id": "b", "prompt_version": None, "label": "b", "calls": 12_000, "users": 950, "place": 1},
    ],
    "rows": [
        {
            "key": "success_rate", "label": "Success rate", "unit": "percent", "better": "up",
            "values": [
                {"value": 94, "low": 93.2, "high": 94.8, "rank": 2},
                {"value": 98, "low": 97.5, "high": 98.4, "rank": 1},
            ],
            "winner": 1, "note": "",
        }
    ],
    "winner": 1, "summary": "b is best: it wins on success rate and loses nowhere.", "level": 95,
    "method": "Users vary, not calls: ...",
}  # fmt: skip
VERSIONS: JsonValue = {
    "decision": "better", "title": "Prompt summarize v2.0 vs v2.1 (7 days)",
    "sentence": "v2.1 is better: 98% success against 95%, 1,200ms p95 against 1,500ms p95 → migrate all traffic",
    "lines": ["v2.0: 95% success, 1,500ms p95, $0.018/req", "v2.1: 98% success, 1,200ms p95, $0.015/req"], "evidence": None,
}  # fmt: skip


@router.post("", summary="Compare up to three prompts or versions", responses=documented(200, COMPARED, 401, 403))
def compare(body: shapes.CompareIn, request: Request, access: Reader) -> Answer[shapes.CompareOut]:
    """A winner is named only where the difference is more than noise.

    Without `metrics`: requests, success rate, p95 latency, tokens and cost per request, and the three commonest scores.
    `key` of every row is a metric that queries take, too."""
    subjects = tuple(Subject(s.prompt_id, s.prompt_version) for s in body.subjects)
    services = request.app.state.services
    metrics = None if body.metrics is None else tuple(body.metrics)
    asked = _asked(services.definitions.of(access.project.id), access, body, subjects, metrics)
    return Answer(data=service.compared(services.store, asked, services.clock()))


@router.post("/versions", summary="Is the new version better?", responses=documented(200, VERSIONS, 401, 403))
def versions(body: shapes.VersionsIn, request: Request, access: Reader) -> Answer[shapes.VersionsOut]:
    """A sentence, and the numbers it stands on. Without `versions`: the two with calls in the range that were new last."""
    services = request.app.state.services
    asked = _asked(services.definitions.of(access.project.id), access, body, (), None)
    return Answer(data=summed_up(services.store, asked, body.prompt_id, body.versions, services.clock()))


def _asked(
    definitions: Definitions,
    access: Access,
    body: RangeIn,
    subjects: tuple[Subject, ...],
    metrics: tuple[str, ...] | None,
) -> service.Asked:
    project = access.project
    scope = Scope(project.id, body.start, body.end, subjects, body.filters)
    return service.Asked(scope, metrics, body.tz or project.time_zone, definitions)
