"""From a widget to the question behind it: its time, its filters, its query. Every widget is checked before it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from promptpulse.core.errors import AppError, Refused
from promptpulse.core.times import BUCKETS, edges
from promptpulse.dashboards.shapes import COLUMNS, Preset, Widget, WidgetKind
from promptpulse.metrics import BadQuery, Definitions, Filter, Query, zone
from promptpulse.metrics.catalogue import ALIASES
from promptpulse.metrics.fields import field
from promptpulse.metrics.query import checked

CHARTS: frozenset[WidgetKind] = frozenset({"line", "area", "bar", "pie", "table", "number"})
"""Kinds that show metrics."""
OVER_TIME: frozenset[WidgetKind] = frozenset({"line", "area", "bar", "table"})
"""Kinds that may show what has come together so far."""
ONE_METRIC: frozenset[WidgetKind] = frozenset({"pie", "number"})
LATENCY = "latency_ms"
"""What a heatmap shows when nothing is said."""
SPANS: dict[Preset, tuple[timedelta, str]] = {
    "1h": (timedelta(hours=1), "1m"),
    "24h": (timedelta(days=1), "15m"),
    "7d": (timedelta(days=7), "1h"),
    "30d": (timedelta(days=30), "6h"),
}
"""Length, and the bucket in whose edges it ends: whole buckets are read from rollups."""


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)`"""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Raises Refused."""
        if self.start >= self.end:
            raise Refused("end: must be later than start", field="end")


@dataclass(frozen=True, slots=True)
class Context:
    """What widgets are asked of."""

    project: str
    tz: str
    definitions: Definitions
    now: datetime


def window_of(preset: Preset, now: datetime, tz: ZoneInfo) -> Window:
    """Ends with the bucket that runs now; begins at the same time of the wall clock."""
    length, name = SPANS[preset]
    end = edges(now, now + timedelta(days=1), BUCKETS[name], tz)[1]
    start = (end.astimezone(tz).replace(tzinfo=None) - length).replace(tzinfo=tz)
    return Window(edges(start, start + timedelta(seconds=1), BUCKETS[name], tz)[0], end)


def window_for(widget: Widget, page: Window, context: Context) -> Window:
    """The widget's own time, or that of the page."""
    own = widget.query.range
    return window_of(own, context.now, zone(context.tz)) if own else page


def filters_of(widget: Widget, page: Sequence[Filter] = ()) -> tuple[Filter, ...]:
    """Its own, and those of the page over other fields."""
    own = tuple(f.value() for f in widget.query.where)
    taken = {key_of(f.dimension) for f in own}
    return own + tuple(f for f in page if key_of(f.dimension) not in taken)


def key_of(dimension: str) -> str:
    """Of a dimension that may be given by a short name."""
    return ALIASES.get(dimension, dimension)


def query_of(widget: Widget, window: Window, where: tuple[Filter, ...], context: Context) -> Query:
    """What a chart shows, not yet checked."""
    asked, bucket = widget.query, _bucket(widget)
    return Query(
        project=context.project,
        metrics=tuple(asked.metrics),
        start=window.start,
        end=window.end,
        bucket=bucket,
        by=tuple(asked.by),
        where=where,
        tz=context.tz,
        limit=asked.limit,
        cumulative=asked.cumulative and bucket is not None and widget.kind in OVER_TIME,
        definitions=context.definitions,
    )


def _bucket(widget: Widget) -> str | None:
    match widget.kind:
        case "pie":
            return None
        case "line" | "area" | "number":
            return widget.query.bucket or "auto"
        case "bar" if not widget.query.by:
            return widget.query.bucket or "auto"
        case _:
            return widget.query.bucket


def check_all(widgets: Sequence[Widget], context: Context, stored: Iterable[Widget] = (), *, place: str = "") -> None:
    """Raises Refused that names the field, such as `widgets.2.query.metrics`, after `place`.

    What is stored already is not asked again: a widget whose metric was deleted since does not keep others from being saved."""
    known = {(w.kind, w.query.model_dump_json()) for w in stored}
    seen: set[str] = set()
    for i, widget in enumerate(widgets):
        here = f"{place}widgets.{i}"
        if widget.id in seen:
            raise Refused(f"{here}.id: {widget.id!r} is taken by another widget; choose another", field=f"{here}.id")
        seen.add(widget.id)
        if widget.place.x + widget.place.w > COLUMNS:
            raise Refused(
                f"{here}.place.w: {widget.place.w} columns from column {widget.place.x} on are more than the {COLUMNS} of"
                " the grid; make it narrower, or move it to the left",
                field=f"{here}.place.w",
            )
        if (widget.kind, widget.query.model_dump_json()) not in known:
            check(widget, context, f"{here}.query")


def check(widget: Widget, context: Context, place: str) -> None:
    """Whether it can be asked. Raises Refused with a field that begins with `place`."""
    window = window_of(widget.query.range or "7d", context.now, zone(context.tz))
    try:
        _check_fit(widget)
        query = query_of(widget, window, filters_of(widget), context)
        if widget.kind not in CHARTS:
            query = replace(query, metrics=("total_requests",), by=(), cumulative=False)
        checked(query)
        if widget.kind == "heatmap":
            number(widget.query.field or LATENCY)
    except AppError as e:
        raise at(place, e) from e


def _check_fit(widget: Widget) -> None:
    asked = widget.query
    if widget.kind in ONE_METRIC and len(asked.metrics) > 1:
        raise BadQuery(
            f"metrics: a {widget.kind} shows one metric, not {len(asked.metrics)}; make a widget of each, or a table",
            field="metrics",
        )
    if widget.kind == "number" and asked.by:
        raise BadQuery("by: a number is of all calls; take a table or a bar chart to show groups", field="by")
    if widget.kind == "pie" and not asked.by:
        raise BadQuery("by: a pie has a slice for each group; name a dimension, such as prompt_id", field="by")


def number(key: str) -> str:
    """The field, which must be one that can be distributed."""
    found = field(key, "field")
    if found.type != "number" and not found.key.startswith("properties."):
        raise BadQuery(f"field: {key!r} is not a number; use one such as {LATENCY}", field="field")
    return found.key


def at(place: str, error: AppError) -> AppError:
    """The same, for a reader who sent the whole dashboard."""
    if not error.field:
        return error
    text = error.message if error.message.startswith(error.field) else f"{error.field}: {error.message}"
    moved = type(error)(f"{place}.{text}", code=error.code, field=f"{place}.{error.field}")
    moved.retry_after_s = error.retry_after_s
    return moved
