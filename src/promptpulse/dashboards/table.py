"""What widgets show, as rows of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from promptpulse.core.errors import Refused
from promptpulse.dashboards.asking import LATENCY, Context, Window, filters_of, query_of, window_for
from promptpulse.dashboards.data import BINS, Sources, calls_of, shown
from promptpulse.dashboards.shapes import Widget, WidgetKind
from promptpulse.files import Kind, Row
from promptpulse.metrics import Filter
from promptpulse.metrics.distribution import distribution
from promptpulse.query import service
from promptpulse.query.exploring import histogram_table

Columns = Mapping[str, Kind]
LISTS: Mapping[WidgetKind, Columns] = {
    "errors": {"title": "text", "error_type": "text", "calls": "integer", "last_at": "time", "call_id": "text"},
    "feedback": {
        "at": "time", "name": "text", "value": "text", "comment": "text", "prompt_id": "text", "prompt_version": "text",
    },
    "experiments": {"id": "text", "title": "text", "status": "text", "decision": "text", "units": "integer"},
    "budgets": {
        "name": "text", "amount_usd": "number", "spent_usd": "number", "projected_usd": "number", "state": "text",
    },
    "alerts": {
        "title": "text", "series": "text", "severity": "text", "state": "text", "since": "time", "incident_id": "text",
    },
}  # fmt: skip


def table(
    sources: Sources, context: Context, widget: Widget, page: Window, where: Sequence[Filter]
) -> tuple[Iterable[Row], Columns]:
    """Without comparisons. Raises Refused for a text, and as `data.shown` does."""
    window = window_for(widget, page, context)
    filters = filters_of(widget, where)
    match widget.kind:
        case "line" | "area" | "bar" | "pie" | "table" | "number":
            return service.table(sources.store, query_of(widget, window, filters, context), context.now)
        case "heatmap":
            calls = calls_of(context, widget, window, filters)
            return histogram_table(distribution(sources.store, calls, widget.query.field or LATENCY, BINS))
        case "text":
            raise Refused("widget.kind: a text has no data to put into a file", field="widget.kind")
        case kind:
            rows = cast("list[dict[str, object]]", shown(sources, context, widget, page, where)[kind])
            return [_spelled(row) for row in rows], LISTS[kind]


def _spelled(row: dict[str, object]) -> Row:
    """A score may be a number, a truth or a text: in a column it is a text."""
    value = row.get("value")
    if "value" not in row or value is None:
        return row
    return {**row, "value": str(value).lower() if isinstance(value, bool) else str(value)}
