"""A live view of the last minutes in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promptpulse.core.times import rfc3339
from promptpulse.remote.answering import NONE
from promptpulse.remote.client import Json, Remote, Unreachable, as_object, as_objects, number
from promptpulse.remote.wording import alarm, length, local, spelled

METRICS = {
    "requests_per_minute": "rpm", "total_requests": "requests", "error_rate": "errors", "p50_latency_ms": "p50",
    "p95_latency_ms": "p95", "total_cost_usd": "cost",
}  # fmt: skip
"""Of the catalogue, and the short names that fit into a narrow terminal."""
SORTED_BY = {"requests": "total_requests", "errors": "error_rate", "p95": "p95_latency_ms", "cost": "total_cost_usd"}
WARN, BAD = 2.0, 5.0
"""Percent of errors."""


def frames(
    remote: Remote,
    by: str,
    window: timedelta,
    order: str,
    clock: Callable[[], datetime],
    zone: ZoneInfo,
    every_s: float,
) -> Iterator[RenderableType]:
    """What is to be seen, again and again; says so while the server is away."""
    shown: RenderableType = Text("")
    while True:
        try:
            shown = frame(remote, by, window, order, clock(), zone)
            yield shown
        except Unreachable as e:
            yield Group(Text(e.message, style="red"), shown)
        time.sleep(every_s)


def frame(
    remote: Remote, by: str, window: timedelta, order: str, now: datetime, zone: ZoneInfo, rows: int = 30
) -> RenderableType:
    asked: Json = {"metrics": list(METRICS), "start": rfc3339(now - window), "end": rfc3339(now)}
    total = as_object(remote.post("/api/v1/query", asked))
    parts = as_object(remote.post("/api/v1/query", {**asked, "by": [by], "limit": rows, "order_by": SORTED_BY[order]}))
    firing = remote.many("/api/v1/alerts", status="firing", limit=5)
    title = Text(f"{remote.address.url}  last {length(window)}  ", style="bold")
    title.append(f"{local(rfc3339(now), zone, seconds=True)} ({zone.key})  Ctrl-C ends", style="dim")
    alerts = [Text(alarm(alert), style="red", no_wrap=True, overflow="ellipsis") for alert in firing]
    return Group(title, *alerts, _table(by, [("all", total), ("", parts)]))


def _table(by: str, frames: Sequence[tuple[str, Json]]) -> Table:
    shown = Table(box=None, header_style="bold", pad_edge=False)
    shown.add_column(by, overflow="ellipsis", no_wrap=True)
    metrics = as_objects(frames[0][1]["metrics"])
    for metric in metrics:
        shown.add_column(METRICS[str(metric["key"])], justify="right", no_wrap=True)
    for name, found in frames:
        values = as_object(found["values"])
        for index, group in enumerate(as_objects(found["groups"])):
            label = name or next((NONE if one is None else str(one) for one in group.values()), "")
            cells = [_cell(metric, values[str(metric["key"])], index) for metric in metrics]
            shown.add_row(Text(label, style="bold" if name else ""), *cells)
    return shown


def _cell(metric: Json, values: object, group: int) -> Text:
    value = values[group][0] if isinstance(values, list) else None
    share = number(value) if metric["key"] == "error_rate" else None
    style = "" if share is None or share < WARN else "yellow" if share < BAD else "red"
    unit = str(metric["unit"])
    return Text(
        spelled(value, unit).removesuffix("/min") if unit == "per_minute" else spelled(value, unit), style=style
    )
