"""For machines that watch this server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi import Query as QueryParameter
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from promptpulse import __version__
from promptpulse.accounts.access import Access, caller, may_read, project_access
from promptpulse.accounts.credentials import presented
from promptpulse.core.errors import AppError, Unavailable
from promptpulse.metrics import Query, run
from promptpulse.slas.present import slas_out

router = APIRouter(tags=["health"])
MAX_PROMPTS = 100
"""Series a metric: prompts with the most calls."""
RECENT = timedelta(minutes=5)
JOINED = frozenset({"repeated_description", "late_stream_result"})
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)
TOTALS = {
    "total_requests": ("promptpulse_prompt_requests", "Calls stored."),
    "failed_requests": ("promptpulse_prompt_errors", "Failed calls stored."),
    "total_tokens": ("promptpulse_prompt_tokens", "Tokens of stored calls."),
    "total_cost_usd": ("promptpulse_prompt_cost_usd", "Known cost of stored calls in US dollars."),
}
RECENTLY = {
    "success_rate": ("promptpulse_prompt_success_ratio", "Share of successful calls, 0 to 1, last 5 minutes.", 0.01),
    "requests_per_minute": ("promptpulse_prompt_requests_per_minute", "Calls a minute, last 5 minutes.", 1.0),
}
MAX_SERIES = 1000
"""Of what is told by prompt, version and model: those with the most calls."""
OF_VERSIONS = {
    "total_requests": ("promptpulse_calls", "Calls stored, by prompt, version and model."),
    "total_tokens": ("promptpulse_call_tokens", "Tokens of stored calls, by prompt, version and model."),
    "total_cost_usd": (
        "promptpulse_call_cost_usd",
        "Known cost of stored calls in US dollars, by prompt, version and model.",
    ),
}
ERRORS = {
    "timeout_errors": "timeout",
    "rate_limit_errors": "rate_limit",
    "model_errors": "model_error",
    "validation_errors": "validation",
    "system_errors": "system",
    "other_errors": "other",
}
"""Error class by metric."""
OF_SLAS = {
    "left": (
        "promptpulse_sla_budget_left_ratio",
        "Share of the error budget that is left, 0 to 1; negative when overspent.",
    ),
    "burn": ("promptpulse_sla_burn_rate", "Burn rate of the last hour; 1 spends the budget in exactly one period."),
}
QUANTILES = {"p50_latency_ms": "0.5", "p95_latency_ms": "0.95", "p99_latency_ms": "0.99"}


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = __version__


async def scraper(request: Request, project: Annotated[str | None, QueryParameter()] = None) -> Access | None:
    """Read access when a key is sent, None without one; a wrong key is refused."""
    if not presented(request.headers):
        return None
    who = await caller(request, None, None)
    return await may_read(await project_access(request, who, project))


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="The process is alive")
def healthz() -> Health:
    return Health()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Both stores answer")
def readyz(request: Request) -> Health:
    services = request.app.state.services
    try:
        services.store.query("SELECT 1", wait_s=5.0)
        with services.database.sessions() as session:
            session.execute(text("SELECT 1"))
    except AppError as e:
        raise Unavailable(f"the event store does not answer: {e.message}", retry_after_s=5) from e
    except SQLAlchemyError as e:
        raise Unavailable("the settings database does not answer; see the log", retry_after_s=5) from e
    return Health()


@router.get(
    "/metrics",
    summary="Prometheus: health of this server; with a key also figures of its project's prompts",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def metrics(
    request: Request,
    access: Annotated[Access | None, Depends(scraper)],
    accept: Annotated[str, Header()] = "",
) -> Response:
    registry = CollectorRegistry()
    registry.register(_Server(request))
    if access is not None:
        registry.register(_Prompts(request, access.project.id))
        registry.register(_Versions(request, access.project.id))
        registry.register(_Slas(request, access.project.id))
    encoder, content_type = choose_encoder(accept)
    return Response(encoder(registry), headers={"Content-Type": content_type})


class _Server(Collector):
    def __init__(self, request: Request) -> None:
        self._pipeline = request.app.state.services.pipeline

    def collect(self) -> Iterator[Metric]:
        totals = self._pipeline.counts.totals()
        names = {
            "requests": "Ingest requests answered.",
            "spans": "OTLP spans received.",
            "calls": "Calls stored.",
            "duplicates": "Calls sent again and not stored again.",
        }
        for name, help_text in names.items():
            yield CounterMetricFamily(f"promptpulse_ingest_{name}", help_text, value=totals.get(name, 0))
        dropped = CounterMetricFamily(
            "promptpulse_ingest_dropped", "Spans and rows that are no call of their own.", labels=["reason"]
        )
        for reason, n in sorted(self._pipeline.counts.dropped_in_all().items()):
            dropped.add_metric([reason], n)
        yield dropped
        spans = totals.get("spans", 0)
        joined = sum(n for reason, n in self._pipeline.counts.dropped_in_all().items() if reason in JOINED)
        share = "Share of spans that describe a call which another span describes, too."
        yield GaugeMetricFamily("promptpulse_ingest_joined_ratio", share, value=joined / spans if spans else 0)
        yield GaugeMetricFamily(
            "promptpulse_writer_queue_bytes", "Calls waiting to be stored.", value=self._pipeline.writer.queued_bytes
        )
        info = GaugeMetricFamily("promptpulse_build_info", "Version of this server.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info


class _Prompts(Collector):
    def __init__(self, request: Request, project: str) -> None:
        self._services = request.app.state.services
        self._project = project

    def collect(self) -> Iterator[Metric]:
        now: datetime = self._services.clock()
        store = self._services.store
        by = ("prompt_id",)
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        whole = run(store, Query(self._project, tuple(TOTALS), BEGINNING, hour, by=by, limit=MAX_PROMPTS), now)
        for key, (name, help_text) in TOTALS.items():
            family: Metric = CounterMetricFamily(name, help_text, labels=["prompt"])
            self._fill(family, [g[0] for g in whole.groups], [row[0] for row in whole.values[key]], 1.0)
            yield family
        start = (now - RECENT).replace(second=0, microsecond=0)
        recent = run(
            store,
            Query(
                self._project,
                (*RECENTLY, *QUANTILES),
                start,
                now,
                by=by,
                limit=MAX_PROMPTS,
                order_by="requests_per_minute",
            ),
            now,
        )
        for key, (name, help_text, factor) in RECENTLY.items():
            family = GaugeMetricFamily(name, help_text, labels=["prompt"])
            self._fill(family, [g[0] for g in recent.groups], [row[0] for row in recent.values[key]], factor)
            yield family
        latency = GaugeMetricFamily(
            "promptpulse_prompt_latency_seconds", "Latency quantiles, last 5 minutes.", labels=["prompt", "quantile"]
        )
        for key, quantile in QUANTILES.items():
            for group, row in zip(recent.groups, recent.values[key], strict=True):
                if row[0] is not None:
                    latency.add_metric([group[0] or "", quantile], row[0] / 1000)
        yield latency

    @staticmethod
    def _fill(family: Metric, prompts: list[str | None], values: list[float | int | None], factor: float) -> None:
        assert isinstance(family, CounterMetricFamily | GaugeMetricFamily)  # noqa: S101
        for prompt, value in zip(prompts, values, strict=True):
            if value is not None:
                family.add_metric([prompt or ""], value * factor)


class _Versions(Collector):
    """Counters by prompt, version and model: never by user or session, of which there are too many."""

    def __init__(self, request: Request, project: str) -> None:
        self._services = request.app.state.services
        self._project = project

    def collect(self) -> Iterator[Metric]:
        now: datetime = self._services.clock()
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        by = ("prompt_id", "prompt_version", "model")
        asked = Query(self._project, (*OF_VERSIONS, *ERRORS), BEGINNING, hour, by=by, limit=MAX_SERIES)
        found = run(self._services.store, asked, now)
        groups = [[value or "" for value in group] for group in found.groups]
        labels = ["prompt", "version", "model"]
        for key, (name, help_text) in OF_VERSIONS.items():
            family = CounterMetricFamily(name, help_text, labels=labels)
            for group, (value,) in zip(groups, found.values[key], strict=True):
                if value is not None:
                    family.add_metric(group, value)
            yield family
        failed = "Failed calls stored, by prompt, version, model and class of the error."
        errors = CounterMetricFamily("promptpulse_call_errors", failed, labels=[*labels, "error_class"])
        for key, name in ERRORS.items():
            for group, (value,) in zip(groups, found.values[key], strict=True):
                if value:
                    errors.add_metric([*group, name], value)
        yield errors


class _Slas(Collector):
    """As the last evaluation found them; absent without calls."""

    def __init__(self, request: Request, project: str) -> None:
        self._database = request.app.state.services.database
        self._project = project

    def collect(self) -> Iterator[Metric]:
        with self._database.sessions() as session:
            told = slas_out(session, self._project)
        left = GaugeMetricFamily(*OF_SLAS["left"], labels=["sla"])
        burn = GaugeMetricFamily(*OF_SLAS["burn"], labels=["sla"])
        for one in told:
            if one.state is not None and one.state.budget.left_share is not None:
                left.add_metric([one.name], one.state.budget.left_share / 100)
            if one.state is not None and one.state.burn_rate is not None:
                burn.add_metric([one.name], one.state.burn_rate)
        yield left
        yield burn
