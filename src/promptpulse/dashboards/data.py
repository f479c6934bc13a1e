"""What widgets show: each kind asks the slice or the metric that knows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from promptpulse.accounts.mappings import mappings_of
from promptpulse.core.errors import AppError
from promptpulse.core.times import rfc3339
from promptpulse.costs.budgets import budgets_of
from promptpulse.costs.present import asked_of, budget_out
from promptpulse.dashboards.asking import LATENCY, Context, Window, filters_of, key_of, query_of, window_for
from promptpulse.dashboards.shapes import AlertRow, BudgetRow, ErrorRow, ExperimentRow, FeedbackRow, Widget
from promptpulse.db import Database
from promptpulse.experiments import service as experiments
from promptpulse.experiments.analyst import Analyst
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.models import ExperimentRow as ExperimentStored
from promptpulse.experiments.values import Experiment
from promptpulse.incidents import present as incidents
from promptpulse.incidents import service as alerting
from promptpulse.incidents.grouping import contradict, scope_of
from promptpulse.incidents.life import SEVERITIES
from promptpulse.incidents.wording import filters_of as filters_of_alert
from promptpulse.metrics import Filter, Query
from promptpulse.metrics.distribution import distribution
from promptpulse.metrics.failures import Failure, failures
from promptpulse.metrics.spending import burn, projections
from promptpulse.metrics.variation import Scope, feedback
from promptpulse.quality.service import feedback_out
from promptpulse.query.exploring import histogram_out
from promptpulse.query.service import answer
from promptpulse.store import Store

log = logging.getLogger(__name__)
Shown = dict[str, object]
"""`shapes.WidgetData` as plain values."""
BINS = 24
"""Of a heatmap: as many rows as fit into a widget."""
READ_AT_ONCE = 3
"""Experiments: fewer than the store answers at once, so that other widgets are answered beside them."""
LOOKED_AT = 100
"""Experiments among which those that were started are sought."""
MOST_ALERTS = 1000
"""Firing ones among which those of the page are sought."""
RUNNING_FIRST = {"running": 0, "paused": 1, "concluded": 2}


@dataclass(frozen=True, slots=True)
class Sources:
    store: Store
    database: Database
    analyst: Analyst


def shown(sources: Sources, context: Context, widget: Widget, page: Window, where: Sequence[Filter] = ()) -> Shown:
    """`where`: filters of the page. Raises Refused when it cannot be asked any more, as after its metric was deleted."""
    window = window_for(widget, page, context)
    filters = filters_of(widget, where)
    found: Shown = {"start": rfc3339(window.start), "end": rfc3339(window.end)}
    match widget.kind:
        case "line" | "area" | "bar" | "table":
            found |= _chart(sources, context, widget, window, filters)
        case "pie":
            found |= _pie(sources, context, widget, window, filters)
        case "number":
            found |= _number(sources, context, widget, window, filters)
        case "heatmap":
            found |= _heatmap(sources, context, widget, window, filters)
        case "errors":
            found |= _errors(sources, context, widget, window, filters)
        case "experiments":
            found |= _experiments(sources, context, widget, filters)
        case "budgets":
            found |= _budgets(sources, context, filters)
        case "feedback":
            found |= _feedback(sources, context, widget, window, filters)
        case "alerts":
            found |= _alerts(sources, context, widget, filters)
        case "text":
            pass
    return found


def _chart(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    query = query_of(widget, window, where, context)
    found = answer(sources.store, query, context.now, compare=widget.query.compare)
    return {"result": found["data"], "groups_total": _groups_total(found)}


def _pie(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    """The slices, and the whole that they and all smaller ones make."""
    slices = query_of(widget, window, where, context)
    with ThreadPoolExecutor(1) as beside:
        whole = beside.submit(answer, sources.store, replace(slices, by=()), context.now, compare=False)
        found = answer(sources.store, slices, context.now, compare=False)
        return {"result": found["data"], "totals": whole.result()["data"], "groups_total": _groups_total(found)}


def _number(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    """The value, also against the period before, and the line below it."""
    line = query_of(widget, window, where, context)
    with ThreadPoolExecutor(1) as beside:
        over_time = beside.submit(answer, sources.store, line, context.now, compare=False)
        total = answer(sources.store, replace(line, bucket=None), context.now, compare=widget.query.compare)
        return {"result": over_time.result()["data"], "totals": total["data"]}


def _heatmap(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    found = distribution(sources.store, calls_of(context, widget, window, where), widget.query.field or LATENCY, BINS)
    return {"distribution": histogram_out(found).model_dump(mode="json")}


def _errors(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    query = replace(calls_of(context, widget, window, where), bucket=None)
    found = failures(sources.store, query, widget.query.limit)
    rows = [
        ErrorRow(
            title=title, error_type=f.error_type, calls=f.calls, last_at=f.last_at, call_id=f.call_id
        ).model_dump(mode="json")
        for title, f in zip(_titles(found.groups), found.groups, strict=True)
    ]  # fmt: skip
    return {"errors": rows, "groups_total": found.groups_total}


def _titles(found: Sequence[Failure]) -> list[str]:
    """What each says; with the name of the error where two say the same."""
    said = [f.message or f.error_name or f.error_type for f in found]
    return [
        f"{text} ({f.error_name})" if f.message and f.error_name and said.count(text) > 1 else text
        for text, f in zip(said, found, strict=True)
    ]


def calls_of(context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]) -> Query:
    """The calls that it is about; over time. The metric does not matter."""
    query = query_of(widget, window, where, context)
    return replace(query, metrics=("total_requests",), by=(), bucket=query.bucket or "auto")


def _feedback(
    sources: Sources, context: Context, widget: Widget, window: Window, where: tuple[Filter, ...]
) -> Mapping[str, object]:
    """The newest scores, or those of the name that the field says."""
    scope = Scope(context.project, window.start, window.end, where)
    found = [feedback_out(one) for one in feedback(sources.store, scope, widget.query.field, widget.query.limit, 0)]
    kept = set(FeedbackRow.model_fields)
    return {"feedback": [one.model_dump(mode="json", include=kept) for one in found]}


def _experiments(sources: Sources, context: Context, widget: Widget, where: tuple[Filter, ...]) -> Mapping[str, object]:
    """Those that were started: running ones first, then the newest."""
    prompts = _only(where, "prompt_id")
    with sources.database.sessions() as session:
        rows, _ = experiments.page(session, context.project, experiments.Wanted(), LOOKED_AT, 0)
        started = [row for row in rows if row.status in RUNNING_FIRST]
        values = [(experiments.value_of(row), row) for row in started]
        units = experiments.units_of(session, [row.id for row in started])
        mappings = mappings_of(session, context.project)
    wanted = [(value, row) for value, row in values if prompts is None or prompts & {v.prompt for v in value.variants}]
    wanted.sort(key=lambda pair: RUNNING_FIRST[pair[1].status])

    def shown_as(pair: tuple[Experiment, ExperimentStored]) -> dict[str, object]:
        value, row = pair
        decided = (
            str(row.conclusion["decision"])
            if row.conclusion
            else _decision(sources.analyst, Subject(value, mappings, context.now))
        )
        return ExperimentRow(
            id=value.id, title=value.title, status=value.status, decision=decided, units=units.get(value.id, 0)
        ).model_dump(mode="json")

    with ThreadPoolExecutor(READ_AT_ONCE) as beside:
        found = list(beside.map(shown_as, wanted[: widget.query.limit]))
    return {"experiments": found, "groups_total": len(wanted)}


def _budgets(sources: Sources, context: Context, where: tuple[Filter, ...]) -> Mapping[str, object]:
    """Those of the whole project, and of the prompts and environments that filters leave."""
    wanted = {key: _only(where, key) for key in ("prompt_id", "environment")}
    with sources.database.sessions() as session:
        rows = [
            row
            for row in budgets_of(session, context.project)
            if all(among is None or getattr(row, key) in {*among, None} for key, among in wanted.items())
        ]
    asked = [asked_of(row) for row in rows]
    found = projections(sources.store, context.project, context.tz, asked, context.now)
    out = [budget_out(row, found[key], burn(found[key], row.amount_usd)) for row, key in zip(rows, asked, strict=True)]
    kept = set(BudgetRow.model_fields)
    return {"budgets": [one.model_dump(mode="json", include=kept) for one in out]}


def _alerts(sources: Sources, context: Context, widget: Widget, where: tuple[Filter, ...]) -> Mapping[str, object]:
    """What fires now and may concern the prompts and environments that filters leave: the gravest first, then the newest."""
    wanted = {key: list(values) for key in ("prompt_id", "environment") if (values := _only(where, key)) is not None}
    with sources.database.sessions() as session:
        firing, _ = incidents.alerts(session, context.project, incidents.WantedAlerts("firing"), MOST_ALERTS, 0)
        rows = []
        for alert in firing:
            scope = scope_of(filters_of_alert(alert), alert.group)
            if contradict({key_of(key): values for key, values in scope.items()}, wanted):
                continue
            incident = alerting.incident_of(session, alert)
            state = "silenced" if alert.silence_id else incident.status if incident else "firing"
            series = " · ".join(value or "none" for value in alert.group.values())
            rows.append(
                AlertRow(
                    title=alert.name, series=series, severity=alert.severity, state=state, since=alert.since,
                    incident_id=alert.incident_id,
                )
            )  # fmt: skip
    order = list(SEVERITIES)
    rows.sort(key=lambda row: order.index(row.severity), reverse=True)  # stable: the newest stay first
    return {
        "alerts": [row.model_dump(mode="json") for row in rows[: widget.query.limit]],
        "groups_total": len(rows),
    }


def _decision(analyst: Analyst, subject: Subject) -> str:
    """Of the verdict now; "" when it cannot be computed, which must not hide the others."""
    try:
        return analyst.decision(subject)
    except AppError as e:
        log.warning("experiment %s has no verdict on a dashboard: %s", subject.experiment.id, e.message)
        return ""


def _only(where: Sequence[Filter], dimension: str) -> set[str | None] | None:
    """The values that filters leave of a dimension; None: any."""
    kept = [set(f.values) for f in where if key_of(f.dimension) == dimension and f.op == "in"]
    return set.intersection(*kept) if kept else None


def _groups_total(found: Mapping[str, object]) -> object:
    meta = found["meta"]
    assert isinstance(meta, dict)  # noqa: S101 - of `answer`
    return meta["groups_total"]
