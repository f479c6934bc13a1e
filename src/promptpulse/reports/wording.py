"""Figures, changes and headlines of reports in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from promptpulse.incidents.wording import duration, figure
from promptpulse.metrics.failures import Failure
from promptpulse.reports.content import Figure, Item, Look, Section

Found = Mapping[str, object]
"""Of `query.service.answer`."""
STATUSES = {
    "firing": "Firing",
    "acknowledged": "Acknowledged",
    "mitigated": "Mitigated",
    "resolved": "Resolved",
    "post_mortem": "Closed",
}
BUDGET_LOOKS: Mapping[str, tuple[str, Look]] = {
    "ok": ("On track", "good"),
    "at_risk": ("At risk", "warning"),
    "over": ("Over", "bad"),
    "unknown": ("Not known", "neutral"),
}
LONGEST = 120
NONE = "\u2013"
"""Where there is no value."""
_VARIABLE = re.compile(r"""\S*[\d@]\S*|"[^"]*"|`[^`]*`|\B'[^']*'""")
"""In messages of failures: ids, addresses and what is quoted from the request. Reports go to people outside."""


def is_empty(found: Found) -> bool:
    return not _value(_data(found), "total_requests")


def figures(found: Found) -> list[Figure]:
    data = _data(found)
    return [_figure(data, m) for m in _metrics(data) if _value(data, m["key"]) is not None]


def _figure(data: Found, metric: Mapping[str, str]) -> Figure:
    key, unit = metric["key"], metric["unit"]
    percent, trend = _change(data, key)
    before = _value(cast("Found", data.get("compare") or {}), key)
    return Figure(
        label=metric["label"],
        value=plain(_value(data, key), unit),
        before="" if before is None or percent is None else plain(before, unit),
        change="" if percent is None else change(percent),
        look=look(trend, metric["better"]),
    )


def look(trend: str | None, better: str) -> Look:
    if trend not in {"rising", "falling"} or better == "neither":
        return "neutral"
    return "good" if (trend == "rising") == (better == "up") else "bad"


def change(percent: float) -> str:
    if abs(percent) < 0.05:
        return "±0 %"
    return f"{percent:+,.1f} %" if abs(percent) < 10 else f"{percent:+,.0f} %"


def plain(value: float | None, unit: str) -> str:
    """Under a label that says tokens already."""
    if value is None:
        return NONE
    return figure(value, unit).removesuffix(" tokens")


def insights(found: Found) -> list[Item]:
    """What rose or fell by more than noise: what is worse first."""
    data = _data(found)
    items = []
    for m in _metrics(data):
        percent, trend = _change(data, m["key"])
        if percent is None or trend not in {"rising", "falling"}:
            continue
        before = _value(cast("Found", data["compare"]), m["key"])
        verb = "are" if m["unit"] in {"count", "tokens"} else "is"
        items.append(
            Item(
                title=f"{m['label']} {verb} {'up' if trend == 'rising' else 'down'} {change(percent).lstrip('+-')}:"
                f" {plain(_value(data, m['key']), m['unit'])} after {plain(before, m['unit'])}.",
                look=look(trend, m["better"]),
            )
        )
    return sorted(items, key=lambda item: ["bad", "warning", "good", "neutral"].index(item.look))


def headline(found: Found, problems: Section) -> str:
    if is_empty(found):
        said = "No calls in the period"
    else:
        data = _data(found)
        said = (
            f"{plain(_value(data, 'total_requests'), 'count')} requests,"
            f" {plain(_value(data, 'success_rate'), 'percent')} succeeded"
        )
        cost = _value(data, "total_cost_usd")
        if cost is not None:
            said += f", {plain(cost, 'usd')} spent"
    if not problems.items:
        return f"{said}. No alert fired."
    n = len(problems.items)
    is_open = sum(item.look != "neutral" for item in problems.items)
    still = f", {is_open} still open" if is_open else ""
    return f"{said}. {n} {'incident' if n == 1 else 'incidents'}{still}."


def before(start: datetime, end: datetime) -> str:
    days = round((end - start) / timedelta(days=1))
    return "the day before" if days <= 1 else f"the {days} days before"


def cells(data: Found) -> list[list[str]]:
    """By group: each metric, with its change where it is more than noise."""
    metrics = _metrics(data)
    values = cast("dict[str, list[list[float | None]]]", data["values"])
    changes = cast("dict[str, list[dict[str, object]]]", data.get("change") or {})
    count = len(cast("list[object]", data["groups"]))
    return [
        [_cell(values[m["key"]][i][0], m["unit"], changes[m["key"]][i] if m["key"] in changes else {}) for m in metrics]
        for i in range(count)
    ]


def _cell(value: float | None, unit: str, changed: Mapping[str, object]) -> str:
    percent = cast("float | None", changed.get("percent"))
    text = plain(value, unit)
    is_told = percent is not None and changed.get("trend") in {"rising", "falling"}
    return f"{text} ({change(percent)})" if is_told and percent is not None else text


def chart_said(label: str, unit: str, values: Sequence[float | None]) -> str:
    known = [v for v in values if v is not None]
    if not known:
        return f"{label}: no data."
    return f"{label}: between {figure(min(known), unit)} and {figure(max(known), unit)}, at last {figure(known[-1], unit)}."


def lasted(since: datetime, until: datetime | None, tz: ZoneInfo) -> str:
    began = f"{since.astimezone(tz):%d %b %H:%M}".lstrip("0")
    return f"Since {began}, still open." if until is None else f"{began}, for {duration(until - since)}."


def masked(text: str) -> str:
    said = " ".join(_VARIABLE.sub("…", text).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def failures_said(found: Sequence[Failure]) -> list[str]:
    """What each says; with the name of the error where two say the same."""
    said = [masked(one.message or one.error_name or one.error_type) for one in found]
    return [
        f"{text} ({one.error_name})" if one.message and one.error_name and said.count(text) > 1 else text
        for text, one in zip(said, found, strict=True)
    ]


def _data(found: Found) -> Found:
    return cast("Found", found["data"])


def _metrics(data: Found) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", data["metrics"])


def _value(data: Found, key: str) -> float | None:
    rows = cast("dict[str, list[list[float | None]]]", data.get("values") or {}).get(key)
    return rows[0][0] if rows else None


def _change(data: Found, key: str) -> tuple[float | None, str | None]:
    found = cast("dict[str, list[dict[str, object]]]", data.get("change") or {}).get(key)
    if not found:
        return None, None
    return cast("float | None", found[0]["percent"]), cast("str | None", found[0]["trend"])
