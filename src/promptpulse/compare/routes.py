"""Prompts and versions side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.shapes import Answer, documented
from promptpulse.compare import shapes

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
    "method": "Users vary, not calls.",
}  # fmt: skip
VERSIONS: JsonValue = {
    "decision": "better", "sentence": "2.1 is better: 98 % success against 95 %. Move traffic to it.",
    "lines": ["2: 95 % success", "2.1: 98 % success"], "evidence": None,
}  # fmt: skip


@router.post("", summary="Compare up to three prompts or versions", responses=documented(200, COMPARED, 401, 403))
def compare(body: shapes.CompareIn, request: Request, access: Reader) -> Answer[shapes.CompareOut]:
    """A winner is named only where the difference is more than noise."""
    raise NotImplementedError


@router.post("/versions", summary="Is the new version better?", responses=documented(200, VERSIONS, 401, 403))
def versions(body: shapes.VersionsIn, request: Request, access: Reader) -> Answer[shapes.VersionsOut]:
    """A sentence, and the numbers it stands on."""
    raise NotImplementedError
