"""Recommendations: each follows from data, and says which."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast
from urllib.parse import quote

from promptpulse.accounts.values import ProjectRef
from promptpulse.compare.service import Asked as Comparing
from promptpulse.compare.versions import versions
from promptpulse.core.errors import AppError
from promptpulse.costs.advice import price_of, suggestion
from promptpulse.costs.shapes import Fact
from promptpulse.dashboards.asking import Context
from promptpulse.incidents.wording import figure
from promptpulse.ingest.price import Prices
from promptpulse.metrics import Filter, Query
from promptpulse.metrics.compared import Scope
from promptpulse.metrics.failures import failures
from promptpulse.metrics.savings import findings
from promptpulse.metrics.unpriced import unpriced
from promptpulse.reports import wording
from promptpulse.reports.content import Item
from promptpulse.store import Store

log = logging.getLogger(__name__)
MOST_OF_A_KIND = 3
MOST_COMPARED = 5
LEAST_TO_COMPARE = timedelta(days=7)
"""Versions are compared over at least so long: a day has too few users."""
SAVINGS_FROM = timedelta(days=30)


class Period(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def where(self) -> tuple[Filter, ...]: ...
    @property
    def prompts(self) -> set[str | None] | None: ...


@dataclass(frozen=True, slots=True)
class Found:
    items: list[Item]


def recommendations(
    store: Store, prices: Prices, project: ProjectRef, context: Context, period: Period, by_prompt: Mapping[str, object]
) -> Found:
    """`by_prompt`: an answer by prompt, compared with the period before."""
    parts: list[Callable[[], Iterator[Item]]] = [
        lambda: _worse(store, context, period, by_prompt),
        lambda: _versions(store, context, period, by_prompt),
        lambda: _unpriced(store, context, period),
        lambda: _savings(store, prices, project, context, period),
    ]
    items: list[Item] = []
    for part in parts:
        try:
            items += part()
        except AppError as e:
            log.warning("recommendations of a report are incomplete: %s", e.message)
    return Found(items)


def _worse(store: Store, context: Context, period: Period, by_prompt: Mapping[str, object]) -> Iterator[Item]:
    """Prompts that fail more, or are slower, than in the period before."""
    data = cast("dict[str, object]", by_prompt["data"])
    groups = cast("list[dict[str, str | None]]", data["groups"])
    changes = cast("dict[str, list[dict[str, object]]]", data.get("change") or {})
    values = cast("dict[str, list[list[float | None]]]", data["values"])
    cells = wording.cells(data)
    labels = [m["label"] for m in cast("list[dict[str, str]]", data["metrics"])]
    told = 0
    for i, group in enumerate(groups):
        prompt = group["prompt_id"]
        if prompt is None or told == MOST_OF_A_KIND:
            continue
        fails = changes.get("success_rate", [{}] * len(groups))[i].get("trend") == "falling"
        slower = changes.get("p95_latency_ms", [{}] * len(groups))[i].get("trend") == "rising"
        if not fails and not slower:
            continue
        told += 1
        evidence = [f"{label}: {cell}" for label, cell in zip(labels, cells[i], strict=True)]
        if fails:
            evidence += _why(store, context, period, prompt)
        what = "fails more" if fails else "is slower"
        rate = (
            figure(values["success_rate"][i][0], "percent") if fails else figure(values["p95_latency_ms"][i][0], "ms")
        )
        yield Item(
            title=f"{prompt} {what} than before: {rate} {'succeed' if fails else 'at p95'}",
            detail="Look at its failures, and at what changed since: versions, models, traffic."
            if fails
            else "Look at its slow calls: longer inputs and answers, another model, or the provider.",
            evidence=evidence,
            mark="Look into it",
            look="bad",
            path=f"/prompts/{quote(prompt, safe='')}",
        )


def _why(store: Store, context: Context, period: Period, prompt: str) -> list[str]:
    where = (*(f for f in period.where if f.dimension != "prompt_id"), Filter("prompt_id", "in", (prompt,)))
    query = Query(
        context.project, ("total_requests",), period.start, period.end, where=where, tz=context.tz,
        definitions=context.definitions,
    )  # fmt: skip
    return [
        f"{figure(f.share, 'percent')} of its failed calls: {wording.masked(f.message or f.error_name or f.error_type)}"
        for f in failures(store, query, 1).groups
    ]


def _versions(store: Store, context: Context, period: Period, by_prompt: Mapping[str, object]) -> Iterator[Item]:
    """Of the busiest prompts: the newest version against the one before, where the difference is more than noise."""
    data = cast("dict[str, object]", by_prompt["data"])
    start = min(period.start, period.end - LEAST_TO_COMPARE)
    for group in cast("list[dict[str, str | None]]", data["groups"])[:MOST_COMPARED]:
        prompt = group["prompt_id"]
        if prompt is None:
            continue
        where = tuple(f for f in period.where if f.dimension != "prompt_id")
        asked = Comparing(Scope(context.project, start, period.end, (), where), None, context.tz, context.definitions)
        found = versions(store, asked, prompt, None, context.now)
        if found.decision not in {"better", "worse"}:
            continue
        yield Item(
            title=f"{prompt}: {found.sentence}",
            detail="Users were not given versions by chance; an experiment tells causes.",
            evidence=found.lines,
            mark="Migrate" if found.decision == "better" else "Go back",
            look="good" if found.decision == "better" else "bad",
            path=f"/prompts/{quote(prompt, safe='')}",
        )


def _unpriced(store: Store, context: Context, period: Period) -> Iterator[Item]:
    if period.where:  # it is of whole projects
        return
    for one in unpriced(store, context.project, period.start, period.end, context.now)[:MOST_OF_A_KIND]:
        if one.reason != "no_price":
            continue
        yield Item(
            title=f"{one.model or 'A model without a name'} has no price, so its calls are missing from all costs",
            detail="Enter its price; calls so far can be priced again.",
            evidence=[
                f"{one.calls:,} calls of {one.provider or 'an unknown provider'}",
                f"{figure(one.share, 'percent')} of all calls in the period",
            ],
            mark="Add a price",
            look="warning",
            path="/settings/prices",
        )  # fmt: skip


def _savings(store: Store, prices: Prices, project: ProjectRef, context: Context, period: Period) -> Iterator[Item]:
    found = findings(
        store, context.project, period.end - SAVINGS_FROM, period.end, context.now,
        price_of(prices, project, context.now),
    )  # fmt: skip
    told = [suggestion(one) for one in found]
    kept = [one for one in told if period.prompts is None or one.prompt_id in period.prompts]
    for one in kept[:MOST_OF_A_KIND]:
        saving = "" if one.saving_usd is None else f"Saves about {figure(one.saving_usd, 'usd')} a month. "
        yield Item(
            title=one.title,
            detail=f"{saving}{one.detail}",
            evidence=_facts(one.facts),
            mark="Save",
            look="good",
            path="/costs",
        )


def _facts(facts: Sequence[Fact]) -> list[str]:
    """One line each; an interval stands behind what it is of."""
    values = {fact.label: wording.plain(fact.value, fact.unit) for fact in facts}
    found = []
    for label, value in values.items():
        if ", 95 % interval " in label:
            continue
        low, high = (values.get(f"{label}, 95 % interval {end}") for end in ("from", "to"))
        found.append(f"{label}: {value}" if low is None else f"{label}: {value} ({low} to {high})")
    return found
