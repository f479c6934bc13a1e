"""Collects what a report says. Every figure comes from the catalogue of metrics; here they are only chosen and worded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.errors import AppError
from promptpulse.costs.budgets import budgets_of
from promptpulse.costs.present import asked_of, budget_out
from promptpulse.costs.shapes import BudgetOut
from promptpulse.dashboards.asking import Context, Window
from promptpulse.dashboards.data import Sources as DashboardSources
from promptpulse.incidents import present as incidents
from promptpulse.incidents.wording import figure
from promptpulse.ingest.price import Prices
from promptpulse.metrics import Filter, Query, zone
from promptpulse.metrics.failures import failures
from promptpulse.metrics.spending import burn, projections
from promptpulse.query.service import answer
from promptpulse.reports import wording
from promptpulse.reports.advice import Found, recommendations
from promptpulse.reports.boards import board_sections
from promptpulse.reports.content import Chart, Content, Item, Look, Section, Series, Table
from promptpulse.slas.present import slas_out

log = logging.getLogger(__name__)
KEY_METRICS = (
    "total_requests", "success_rate", "p95_latency_ms", "total_cost_usd", "cost_per_request_usd", "total_tokens", "unique_users",
)  # fmt: skip
CHARTED = ("total_requests", "success_rate", "p95_latency_ms", "total_cost_usd")
PROMPT_METRICS = ("total_requests", "success_rate", "p95_latency_ms", "total_cost_usd")
MOST_PROMPTS, MOST_LISTED, MOST_FAILURES = 8, 8, 5
FINE, MIDDLE = timedelta(days=2), timedelta(days=8)
SLA_LOOKS: Mapping[str, tuple[str, Look]] = {
    "meeting": ("Meeting", "good"),
    "at_risk": ("At risk", "warning"),
    "violating": ("Violating", "bad"),
    "no_data": ("No data", "neutral"),
}
SEVERITY_LOOKS: Mapping[str, Look] = {"critical": "bad", "warning": "warning", "info": "neutral"}


@dataclass(frozen=True, slots=True)
class Sources:
    board: DashboardSources
    prices: Prices


@dataclass(frozen=True, slots=True)
class Asked:
    name: str
    project: ProjectRef
    context: Context
    start: datetime
    end: datetime
    period: str
    where: tuple[Filter, ...] = ()
    dashboard: str | None = None

    def query(self, *metrics: str, bucket: str | None = None, by: tuple[str, ...] = (), limit: int = 10) -> Query:
        return Query(
            project=self.project.id, metrics=metrics, start=self.start, end=self.end, bucket=bucket, by=by, where=self.where,
            tz=self.context.tz, limit=limit, definitions=self.context.definitions,
        )  # fmt: skip

    @property
    def prompts(self) -> set[str | None] | None:
        """Those that its filters leave; None: any."""
        kept = [set(f.values) for f in self.where if f.dimension in {"prompt_id", "prompt"} and f.op == "in"]
        return set.intersection(*kept) if kept else None


def gather(sources: Sources, asked: Asked) -> Content:
    if asked.dashboard is not None:
        return _of_dashboard(sources, asked, asked.dashboard)
    store, now = sources.board.store, asked.context.now
    found = answer(store, asked.query(*KEY_METRICS), now, compare=True)
    key = wording.figures(found)
    prompts = answer(store, asked.query(*PROMPT_METRICS, by=("prompt_id",), limit=MOST_PROMPTS), now, compare=True)
    problems = _problems(sources, asked)
    states, budgets = _slas(sources, asked), _budgets(sources, asked)
    advice = Found([])
    if not wording.is_empty(found):
        advice = recommendations(sources.board.store, sources.prices, asked.project, asked.context, asked, prompts)
    insights = wording.insights(found)
    sections = [
        Section(
            title="Key metrics", note=f"Changes are against {wording.before(asked.start, asked.end)}.", figures=key
        ),
        _guarded("Trends", lambda: _trends(sources, asked, insights)),
        _guarded("Prompts", lambda: _prompts(prompts)),
        problems,
        _guarded("Commonest failures", lambda: _failures(sources, asked)),
        states,
        budgets,
        Section(
            title="Recommendations",
            note=""
            if advice.items
            else "Nothing was found to do: no version that is clearly better or worse, no model without a price, no saving.",
            items=advice.items,
        ),
    ]
    kept = [s for s in sections if s and _says(s)]
    return _content(
        asked, wording.headline(found, problems), kept, _quiet(found, insights, problems, states, budgets, advice), "/"
    )  # fmt: skip


def _of_dashboard(sources: Sources, asked: Asked, dashboard: str) -> Content:
    board, sections = board_sections(
        sources.board, asked.context, dashboard, Window(asked.start, asked.end), asked.where
    )
    found = answer(sources.board.store, asked.query("total_requests", "success_rate"), asked.context.now, compare=True)
    problems = _problems(sources, asked)
    quiet = "There were no calls in the period." if wording.is_empty(found) and not problems.items else None
    return _content(
        asked, wording.headline(found, problems), [s for s in sections if _says(s)], quiet, f"/dashboards/{board}"
    )  # fmt: skip


def _content(asked: Asked, headline: str, sections: list[Section], quiet: str | None, path: str) -> Content:
    return Content(
        name=asked.name, project=asked.project.name, tz=asked.context.tz, start=asked.start, end=asked.end,
        period=asked.period, made_at=asked.context.now, headline=headline, sections=sections, quiet=quiet, path=path,
    )  # fmt: skip


def _trends(sources: Sources, asked: Asked, insights: Sequence[Item]) -> Section:
    length = asked.end - asked.start
    bucket = "1h" if length <= FINE else "6h" if length <= MIDDLE else "1d"
    found = answer(sources.board.store, asked.query(*CHARTED, bucket=bucket), asked.context.now, compare=False)
    charts = charts_of(cast("dict[str, object]", found["data"]))
    note = "" if insights else "No key metric changed by more than noise."
    return Section(title="Trends", note=note, items=[*insights], charts=charts)


def charts_of(frame: Mapping[str, object]) -> list[Chart]:
    """One for each metric of a frame without groups."""
    starts = [datetime.fromisoformat(at) for at in cast("list[str]", frame["buckets"])]
    values = cast("dict[str, list[list[float | None]]]", frame["values"])
    metrics = cast("list[dict[str, str]]", frame["metrics"])
    return [
        Chart(
            title=m["label"], unit=m["unit"], kind="bar" if m["unit"] in {"usd", "count"} else "line", starts=starts,
            series=[Series(label=m["label"], values=values[m["key"]][0] if values[m["key"]] else [])],
            said=wording.chart_said(m["label"], m["unit"], values[m["key"]][0] if values[m["key"]] else []),
        )
        for m in metrics
    ]  # fmt: skip


def _prompts(found: Mapping[str, object]) -> Section | None:
    data = cast("dict[str, object]", found["data"])
    groups = cast("list[dict[str, str | None]]", data["groups"])
    if not groups:
        return None
    cells = wording.cells(data)
    metrics = cast("list[dict[str, str]]", data["metrics"])
    rows = [[group["prompt_id"] or "unknown", *row] for group, row in zip(groups, cells, strict=True)]
    total = cast("dict[str, int]", found["meta"])["groups_total"]
    table = Table(columns=["Prompt", *(m["label"] for m in metrics)], rows=rows, more=max(0, total - len(rows)))
    return Section(title="Prompts", tables=[table])


def _problems(sources: Sources, asked: Asked) -> Section:
    """Incidents, and alerts that belong to none, which were there in the period."""
    tz = zone(asked.context.tz)
    with sources.board.database.sessions() as session:
        rows, total = incidents.incidents(
            session, asked.project.id, incidents.WantedIncidents(start=asked.start, end=asked.end), MOST_LISTED, 0
        )
        found = incidents.incidents_out(session, rows)
        alerts, fired = incidents.alerts(
            session, asked.project.id, incidents.WantedAlerts(start=asked.start, end=asked.end), MOST_LISTED, 0
        )
        muted = [incidents.alert_out(row) for row in alerts if row.incident_id is None]
    if asked.prompts is not None:
        named = {p for p in asked.prompts if p}
        found = [one for one in found if not one.scope.get("prompt_id") or named & set(one.scope["prompt_id"])]
    items = [
        Item(
            title=one.title,
            detail=wording.lasted(one.began_at, one.resolved_at, tz),
            evidence=[f"Most likely cause: {one.cause}"] if one.cause else [],
            mark=wording.STATUSES.get(one.status, one.status),
            look=SEVERITY_LOOKS.get(one.severity, "neutral") if one.resolved_at is None else "neutral",
            path=f"/incidents/{one.id}",
        )
        for one in found
    ]
    items += [
        Item(title=one.name, detail=wording.lasted(one.since, one.cleared_at, tz), mark="Silenced", path="/alerts")
        for one in muted
    ]
    note = "No alert fired in the period." if not items else f"Alerts in the period: {fired:,}."
    if total > len(found) and asked.prompts is None:
        note += f" The newest {len(found)} of {total} incidents are listed."
    return Section(title="Alerts and incidents", note=note, items=items)


def _failures(sources: Sources, asked: Asked) -> Section | None:
    found = failures(sources.board.store, asked.query("total_requests"), MOST_FAILURES)
    if not found.groups:
        return None
    rows = [
        [said, ", ".join(f.prompts[:2]), f"{f.calls:,}", figure(f.share, "percent")]
        for said, f in zip(wording.failures_said(found.groups), found.groups, strict=True)
    ]
    table = Table(
        columns=["Failure", "Prompts", "Calls", "Of all failed"],
        rows=rows,
        more=max(0, found.groups_total - len(rows)),
    )
    return Section(title="Commonest failures", tables=[table])


def _slas(sources: Sources, asked: Asked) -> Section | None:
    with sources.board.database.sessions() as session:
        found = slas_out(session, asked.project.id)
    items = []
    for one in found:
        if one.state is None:
            continue
        word, look = SLA_LOOKS[one.state.status]
        kept = (
            "" if one.state.compliance is None else f"{figure(one.state.compliance, 'percent')} of {one.target:g} %. "
        )
        items.append(
            Item(title=one.name, detail=f"{kept}{one.state.said}", mark=word, look=look, path=f"/slas/{one.id}")
        )
    return Section(title="SLAs", note="As they stand when this is made.", items=items) if items else None


def _budgets(sources: Sources, asked: Asked) -> Section | None:
    with sources.board.database.sessions() as session:
        rows = [
            row
            for row in budgets_of(session, asked.project.id)
            if asked.prompts is None or row.prompt_id in {*asked.prompts, None}
        ]
    if not rows:
        return None
    periods = [asked_of(row) for row in rows]
    found = projections(sources.board.store, asked.project.id, asked.context.tz, periods, asked.context.now)
    out = [budget_out(r, found[key], burn(found[key], r.amount_usd)) for r, key in zip(rows, periods, strict=True)]
    return Section(title="Budgets", note="Of the periods that run when this is made.", items=[_budget(b) for b in out])


def _budget(one: BudgetOut) -> Item:
    word, look = wording.BUDGET_LOOKS[one.state]
    parts = [f"{figure(one.spent_usd, 'usd')} of {figure(one.amount_usd, 'usd')} spent this {one.period}"]
    if one.spent_share is not None:
        parts.append(f"({figure(one.spent_share, 'percent')})")
    if one.projected_usd is not None:
        parts.append(f"and {figure(one.projected_usd, 'usd')} expected by its end")
    return Item(title=one.name, detail=" ".join(parts) + ".", mark=word, look=look, path="/costs")


def _quiet(
    found: Mapping[str, object],
    insights: Sequence[Item],
    problems: Section,
    states: Section | None,
    budgets: Section | None,
    advice: Found,
) -> str | None:
    """Why there is nothing to say; None: there is something."""
    worrying = [i for s in (states, budgets) if s for i in s.items if i.look in {"bad", "warning"}]
    if problems.items or worrying:
        return None
    if wording.is_empty(found):
        return "There were no calls in the period, no alert, and every SLA and budget is on track."
    if insights or advice.items:
        return None
    return "No key metric changed by more than noise, no alert fired, and every SLA and budget is on track."


def _guarded(title: str, make: Callable[[], Section | None]) -> Section | None:
    """A part that cannot be made is said, and hides no other."""
    try:
        return make()
    except AppError as e:
        log.warning("the part %r of a report could not be made: %s", title, e.message)
        return Section(title=title, note=f"This part could not be made: {e.message}")


def _says(section: Section) -> bool:
    return bool(
        section.note or section.figures or section.charts or section.bars or section.tables or section.items
        or section.texts
    )  # fmt: skip
