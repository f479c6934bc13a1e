"""Any dashboard as a report: each widget becomes figures, a chart, a table or a list. People are not named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from promptpulse.core.errors import AppError
from promptpulse.dashboards import presets, public, service
from promptpulse.dashboards.asking import LATENCY, Context, Window, at, check, filters_of
from promptpulse.dashboards.data import Shown, Sources, calls_of, shown
from promptpulse.dashboards.present import own_out, ready_made_out
from promptpulse.dashboards.shapes import DashboardOut, Widget
from promptpulse.incidents.wording import figure
from promptpulse.metrics import Filter
from promptpulse.metrics.distribution import distribution
from promptpulse.query.exploring import histogram_out
from promptpulse.reports import wording
from promptpulse.reports.content import Bars, Chart, Figure, Item, Section, Series, Table
from promptpulse.reports.wording import BUDGET_LOOKS

MOST_ROWS, MOST_SERIES = 15, 6
BINS = 12
MARKDOWN = re.compile(r"[*_`#>]+|\[([^\]]*)\]\([^)]*\)")


def board_of(sources: Sources, context: Context, dashboard: str) -> DashboardOut:
    """Raises NotFound."""
    if dashboard in presets.READY_MADE:
        return ready_made_out(dashboard, presets.scores_of(sources.store, context))
    with sources.database.sessions() as session:
        return own_out(service.existing(session, context.project, dashboard))


def board_sections(
    sources: Sources, context: Context, dashboard: str, window: Window, where: Sequence[Filter]
) -> tuple[str, list[Section]]:
    """Its id, and a section for each widget; figures that follow one another share one."""
    board = board_of(sources, context, dashboard)
    sections: list[Section] = []
    in_order = sorted(board.widgets, key=lambda w: (w.place.y, w.place.x))
    for widget in in_order:
        # a report has one period, whatever a widget shows elsewhere
        asked = widget.model_copy(update={"query": widget.query.model_copy(update={"range": None})})
        one = _section(sources, context, asked, window, where)
        last = sections[-1] if sections else None
        if one.figures and last and last.figures and not last.note:
            last.figures += one.figures
        elif one.figures:
            sections.append(Section(title="Key metrics" if len(sections) == 0 else "Figures", figures=one.figures))
        else:
            sections.append(one)
    return board.id, sections


def _section(sources: Sources, context: Context, widget: Widget, window: Window, where: Sequence[Filter]) -> Section:
    title = widget.title or "Untitled"
    try:
        check(widget, context, "query")
        if widget.kind == "heatmap":
            bars = _heat(sources, context, widget, window, where)
            return Section(title=title, bars=bars, note="" if bars else "No calls in the period.")
        found = public.data(shown(sources, context, widget, window, where))
    except AppError as e:
        return Section(title=title, note=f"This part could not be made: {at('widget', e).message}")
    return _shown(widget, found, title)


def _shown(widget: Widget, found: Shown, title: str) -> Section:
    match widget.kind:
        case "number":
            return Section(title=title, figures=_number(title, found))
        case "line" | "area" | "bar" | "pie" | "table":
            frame = cast("dict[str, object]", found["result"])
            over_time = frame["buckets"] and widget.kind != "table"
            return _chart(title, widget, frame) if over_time else _groups(title, widget, frame)
        case "text":
            lines = [MARKDOWN.sub(lambda m: m[1] or "", line).strip(" -") for line in widget.text.splitlines()]
            return Section(title=widget.title or "Note", texts=[line for line in lines if line])
        case _:
            return _list(title, found)


def _number(title: str, found: Shown) -> list[Figure]:
    made = wording.figures({"data": found["totals"]})
    return [one.model_copy(update={"label": title}) for one in made] or [Figure(label=title, value=wording.NONE)]


def _chart(title: str, widget: Widget, frame: Mapping[str, object]) -> Section:
    starts = [datetime.fromisoformat(one) for one in cast("list[str]", frame["buckets"])]
    metrics = cast("list[dict[str, str]]", frame["metrics"])
    values = cast("dict[str, list[list[float | None]]]", frame["values"])
    groups = cast("list[dict[str, str | None]]", frame["groups"])
    charts = []
    for unit in dict.fromkeys(m["unit"] for m in metrics):  # an axis has one unit
        series = [
            Series(label=_label(m["label"] if len(metrics) > 1 else "", group) or m["label"], values=row)
            for m in metrics
            if m["unit"] == unit
            for group, row in zip(groups, values[m["key"]], strict=True)
        ][:MOST_SERIES]
        said = " ".join(wording.chart_said(s.label, unit, s.values) for s in series)
        kind = "area" if widget.kind == "area" else "bar" if widget.kind == "bar" else "line"
        charts.append(Chart(title="", unit=unit, kind=kind, starts=starts, series=series, said=said))
    return Section(title=title, charts=charts, note="" if groups else "No calls in the period.")


def _groups(title: str, widget: Widget, frame: Mapping[str, object]) -> Section:
    groups = cast("list[dict[str, str | None]]", frame["groups"])
    if not groups:
        return Section(title=title, note="No calls in the period.")
    metrics = cast("list[dict[str, str]]", frame["metrics"])
    if widget.kind in {"pie", "bar"} and metrics:
        values = cast("dict[str, list[list[float | None]]]", frame["values"])[metrics[0]["key"]]
        labels = [_label("", group) or metrics[0]["label"] for group in groups][:MOST_ROWS]
        kept = [row[0] for row in values][:MOST_ROWS]
        said = ", ".join(f"{a} {figure(b, metrics[0]['unit'])}" for a, b in zip(labels, kept, strict=True))
        return Section(
            title=title, bars=[Bars(title="", unit=metrics[0]["unit"], labels=labels, values=kept, said=said)]
        )
    cells = wording.cells(frame)
    rows = [[_label("", group) or "All", *row] for group, row in zip(groups, cells, strict=True)]
    columns = [
        " · ".join(d.removesuffix("_id").replace("_", " ").capitalize() for d in groups[0]) or "",
        *(m["label"] for m in metrics),
    ]
    return Section(
        title=title, tables=[Table(columns=columns, rows=rows[:MOST_ROWS], more=max(0, len(rows) - MOST_ROWS))]
    )


def _heat(sources: Sources, context: Context, widget: Widget, window: Window, where: Sequence[Filter]) -> list[Bars]:
    """The distribution over the whole period."""
    query = replace(calls_of(context, widget, window, filters_of(widget, where)), bucket=None)
    told = histogram_out(distribution(sources.store, query, widget.query.field or LATENCY, BINS))
    if not told.total:
        return []
    labels = [f"{figure(b.low, told.unit)} to {figure(b.high, told.unit)}" for b in told.bins]
    return [Bars(title="", unit="count", labels=labels, values=[*told.counts[0]], said=f"{told.total:,} calls.")]


def _list(title: str, found: Shown) -> Section:
    rows = cast("Mapping[str, list[dict[str, object]]]", found)
    if "errors" in found:
        table = Table(columns=["Failure", "Calls"], rows=[[str(r["title"]), f"{r['calls']:,}"] for r in rows["errors"]])
        return Section(title=title, tables=[table] if table.rows else [], note="" if table.rows else "Nothing failed.")
    if "feedback" in found:
        items = [
            Item(title=f"{r['name']}: {r['value']}", detail=str(r["comment"] or ""), mark=str(r["prompt_id"] or ""))
            for r in rows["feedback"]
        ]
    elif "experiments" in found:
        items = [
            Item(title=str(r["title"]), detail=str(r["decision"]).replace("_", " "), mark=str(r["status"]).capitalize())
            for r in rows["experiments"]
        ]
    elif "budgets" in found:
        items = [_budget(row) for row in rows["budgets"]]
    else:
        items = [
            Item(title=str(r["title"]), mark=str(r["state"]).capitalize(), look="bad") for r in rows.get("alerts", [])
        ]
    return Section(title=title, items=items, note="" if items else "Nothing to show in the period.")


def _label(metric: str, group: Mapping[str, str | None]) -> str:
    return " · ".join([*([metric] if metric else []), *("unknown" if v is None else v for v in group.values())])


def _budget(row: Mapping[str, object]) -> Item:
    spent, amount = cast("float | None", row["spent_usd"]), cast("float", row["amount_usd"])
    word, look = BUDGET_LOOKS[str(row["state"])]
    detail = f"{figure(spent, 'usd')} of {figure(amount, 'usd')} spent."
    return Item(title=str(row["name"]), detail=detail, mark=word, look=look)
