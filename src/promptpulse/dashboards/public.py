"""What a link shows: a dashboard and its data without people, ids of calls, and ways into the product."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import cast

from promptpulse.dashboards.data import Shown
from promptpulse.dashboards.shapes import DashboardOut

SHARED_ID = "shared"
PEOPLE = {"user_id": "User", "session_id": "Session"}
"""Dimensions whose values name somebody, and what stands there instead, with a number."""
_VARIABLE = re.compile(r"""\S*[\d@]\S*|"[^"]*"|`[^`]*`|\B'[^']*'""")
"""In messages of failures: words with a digit or an @, such as ids and addresses, and what is quoted from the request."""


def dashboard(out: DashboardOut) -> DashboardOut:
    """Without its id, its people, and the filters of its widgets, which may name users."""
    widgets = [
        widget.model_copy(update={"query": widget.query.model_copy(update={"where": []})}) for widget in out.widgets
    ]
    nobody = {"created_by": None, "updated_by": None, "created_at": None, "revision": 0}
    return out.model_copy(update={"id": SHARED_ID, "widgets": widgets, **nobody})


def data(shown: Shown) -> Shown:
    found = deepcopy(shown)
    for error in _rows(found, "errors"):
        error["call_id"] = None
        error["title"] = _VARIABLE.sub("…", str(error["title"]))
    for experiment in _rows(found, "experiments"):
        experiment["id"] = None
    for alert in _rows(found, "alerts"):
        alert["incident_id"] = None
        alert["series"] = ""
    for name in ("result", "totals"):
        result = found.get(name)
        if isinstance(result, dict):
            _hide_people(cast("dict[str, object]", result))
    return found


def _rows(found: Shown, name: str) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", found.get(name) or [])


def _hide_people(result: dict[str, object]) -> None:
    """The same number for the same person in both periods."""
    numbers: dict[tuple[str, str], str] = {}
    before = result.get("compare")
    for frame in (result, before if isinstance(before, dict) else {}):
        groups = cast("list[dict[str, str | None]]", cast("Mapping[str, object]", frame).get("groups", []))
        for group in groups:
            for dimension, word in PEOPLE.items():
                value = group.get(dimension)
                if value is not None:
                    count = sum(1 for known in numbers if known[0] == dimension)
                    group[dimension] = numbers.setdefault((dimension, value), f"{word} {count + 1}")
