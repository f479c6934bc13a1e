"""Composition root: settings -> services -> routers. The only module that knows every slice."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from promptpulse import __version__
from promptpulse.accounts.access import AccountHeaders
from promptpulse.accounts.bootstrap import Beginning, begin
from promptpulse.accounts.prices import overrides_for
from promptpulse.accounts.routes import router as accounts_router
from promptpulse.accounts.state import Accounts, AccountSettings, open_accounts
from promptpulse.accounts.values import PriceOverride
from promptpulse.actions.actor import Actor
from promptpulse.actions.routes import router as actions_router
from promptpulse.actions.scaling_routes import router as scaling_router
from promptpulse.alerts.budgets import Budgets
from promptpulse.alerts.evaluator import TICK as RULES_EVERY
from promptpulse.alerts.evaluator import RuleEvaluator
from promptpulse.alerts.routes import router as alerts_router
from promptpulse.alerts.service import forget_user
from promptpulse.calls.routes import router as calls_router
from promptpulse.calls.view_routes import router as views_router
from promptpulse.cohorts.routes import router as cohorts_router
from promptpulse.compare.routes import router as compare_router
from promptpulse.core.ids import uuid7
from promptpulse.core.lock import FolderLock
from promptpulse.core.recent import Recent
from promptpulse.core.slots import Slots
from promptpulse.costs.repricing import Repricer
from promptpulse.costs.routes import router as costs_router
from promptpulse.dashboards.data import Sources as DashboardSources
from promptpulse.dashboards.links import Limits as LinkLimits
from promptpulse.dashboards.routes import router as dashboards_router
from promptpulse.dashboards.shared_routes import router as shared_router
from promptpulse.db import Database, open_database
from promptpulse.db import migrate as migrate_database
from promptpulse.definitions.registry import DefinitionRegistry
from promptpulse.definitions.routes import router as definitions_router
from promptpulse.experiments.analysis_routes import router as analysis_router
from promptpulse.experiments.analyst import Analyst
from promptpulse.experiments.assigner import Assigner
from promptpulse.experiments.evaluate import Evaluator
from promptpulse.experiments.registry import Experiments
from promptpulse.experiments.routes import router as experiments_router
from promptpulse.incidents.diagnosis_routes import router as diagnosis_router
from promptpulse.incidents.dossiers import Dossiers
from promptpulse.incidents.dossiers import Sources as DossierSources
from promptpulse.incidents.dossiers import sources as sources_of_dossiers
from promptpulse.incidents.forgetting import call_ids
from promptpulse.incidents.routes import router as incidents_router
from promptpulse.incidents.silence_routes import router as silences_router
from promptpulse.ingest.counts import Counts
from promptpulse.ingest.facts import FactWriter
from promptpulse.ingest.live import Hub
from promptpulse.ingest.otlp import RecentCalls
from promptpulse.ingest.pipeline import Pipeline
from promptpulse.ingest.price import Prices
from promptpulse.ingest.redaction import Redactor
from promptpulse.ingest.routes import router as ingest_router
from promptpulse.ingest.writer import Writer
from promptpulse.jobs import Job, Runner
from promptpulse.metrics import rollups
from promptpulse.metrics.baseline import Baselines
from promptpulse.notify.delivery import Delivery
from promptpulse.notify.delivery import tidy as tidy_outbox
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.models import REPORT
from promptpulse.notify.routes import router as notify_router
from promptpulse.notify.secrets import Keyring, open_keyring
from promptpulse.notify.sending import Post, open_post
from promptpulse.notify.sending.mail import mail_server
from promptpulse.overview.routes import router as overview_router
from promptpulse.prompts.langfuse import router as langfuse_router
from promptpulse.prompts.registry import Registry
from promptpulse.prompts.routes import router as prompts_router
from promptpulse.quality.routes import router as quality_router
from promptpulse.query.routes import router as query_router
from promptpulse.reports.gather import Sources as ReportSources
from promptpulse.reports.mailing import ReportMails
from promptpulse.reports.routes import router as reports_router
from promptpulse.reports.runs import Reporter
from promptpulse.retention.expiring import Expirer
from promptpulse.retention.forgetting import Forgetter, Notes
from promptpulse.retention.routes import router as retention_router
from promptpulse.retention.settings import keep_counts, redaction_of
from promptpulse.scores.langfuse import router as langfuse_scores_router
from promptpulse.scores.routes import router as scores_router
from promptpulse.settings import Settings
from promptpulse.slas.evaluate import Objectives
from promptpulse.slas.routes import router as slas_router
from promptpulse.store import Store, open_store
from promptpulse.store import migrate as migrate_store
from promptpulse.web.errors import add_error_handlers
from promptpulse.web.headers import BodyLimit, SecurityHeaders, SingleSlash
from promptpulse.web.health import router as health_router
from promptpulse.web.openapi import describe
from promptpulse.web.operation import router as operation_router
from promptpulse.web.pages import router as pages_router

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """What routes reach through `request.app.state.services`."""

    settings: Settings
    clock: Clock
    database: Database
    accounts: Accounts
    registry: Registry
    definitions: DefinitionRegistry
    baselines: Baselines
    dossier_sources: DossierSources
    store: Store
    pipeline: Pipeline
    facts: FactWriter
    experiments: Experiments
    assigner: Assigner
    evaluator: Evaluator
    analyst: Analyst
    exports: Slots
    recent: Recent
    """Files that are made from stored rows at the same time."""
    repricer: Repricer
    links: LinkLimits
    keyring: Keyring
    outgoing: httpx.Client
    """For requests to addresses that people enter; use it by `notify.guard.post`."""
    delivery: Delivery
    jobs: Runner
    objectives: Objectives
    actor: Actor
    forgetter: Forgetter
    expirer: Expirer
    reporter: Reporter
    lock: FolderLock | None

    def close(self) -> None:
        """Stop accepting, write what was accepted, close the stores."""
        self.pipeline.hub.close()
        self.forgetter.close()
        self.expirer.close()
        self.jobs.close()
        self.delivery.close()
        self.outgoing.close()
        self.repricer.close()
        self.pipeline.writer.close()
        self.assigner.close()
        self.facts.close()
        keep_counts(self.database, self.pipeline.redactor, self.clock())
        self.accounts.close()
        self.store.close()
        self.database.close()
        if self.lock:
            self.lock.release()


Prepare = Callable[[Store, Database], None]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def open_services(settings: Settings, clock: Clock = system_clock, prepare: Prepare | None = None) -> Services:
    """Open and bring up to date both stores, repair what a crash left, start the writer. `prepare` runs just before that.

    Raises `Conflict` when another process owns the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    store_url = settings.resolved_store_url
    lock = None
    if store_url.startswith("chdb:"):
        lock = FolderLock(settings.data / "lock", f"pid {os.getpid()}, {settings.base_url}")
        lock.acquire()
    try:
        database = open_database(settings.resolved_database_url)
        migrate_database(database)
        begin(database, Beginning(*settings.bootstrap), clock())
        accounts = open_accounts(
            database,
            AccountSettings(settings.rate_limit_per_minute, settings.public_url, settings.secure_cookies),
            clock,
        )
        store = open_event_store(store_url, clock(), settings.max_queries)
        if prepare:
            prepare(store, database)
    except BaseException:
        if lock:
            lock.release()
        raise
    hub = Hub()
    writer, facts, redactor = ways_in(store, database, hub, clock)
    registry = Registry(database, clock)
    experiments = Experiments(database, clock)
    assigner = Assigner(database, clock, facts.events)
    pipeline = Pipeline(
        store=store,
        prices=Prices(prices_of(database)),
        recent=RecentCalls(),
        writer=writer,
        counts=Counts(),
        hub=hub,
        redactor=redactor,
        clock=clock,
        max_body_bytes=settings.max_body_mb << 20,
        prompt_of=experiments.prompt_of,
    )
    writer.start()
    facts.start()
    assigner.start()
    accounts.start()
    repricer = Repricer(store, database, prices_of(database), writer.paused, clock)
    repricer.start()
    keyring = open_keyring(settings.secret_key, settings.data / "secret.key")
    outgoing = guarded_client(allow_private=settings.allow_private_targets)
    delivery = Delivery(
        database,
        keyring,
        post_of(settings, database, keyring, outgoing),
        clock,
        partial(hub.publish, "notifications"),
        uuid7(clock()),
    )
    delivery.start(alone=store.embedded)
    definitions = DefinitionRegistry(database, clock)
    baselines = Baselines(store, clock)
    objectives = Objectives(store, database, definitions.of)
    dossiers = Dossiers(sources_of_dossiers(store, database, definitions.of, baselines))
    rules = RuleEvaluator(store, database, definitions.of, baselines)

    def changed(project_id: str) -> None:
        registry.forget(project_id)
        experiments.forget(project_id)

    forgetter, expirer = (
        Forgetter(store, database, writer.paused, clock, Notes(call_ids, forget_user)),
        Expirer(store, database, writer.paused, clock),
    )
    actor = Actor(store, database, definitions.of, keyring, outgoing, changed)
    analyst = Analyst(store)
    reporter = reporter_of(store, database, analyst, pipeline.prices, definitions)
    repeated = (
        Job("rules", RULES_EVERY, rules.run),
        Job("budgets", timedelta(minutes=5), Budgets(store, database).round),
        Job("objectives", timedelta(minutes=1), objectives.round),
        Job("incidents", timedelta(seconds=15), dossiers.round),
        Job("actions", timedelta(seconds=10), actor.round),
        Job("forgetting", timedelta(seconds=5), forgetter.round),
        Job("retention", timedelta(minutes=10), expirer.round),
        Job("redactions", timedelta(minutes=1), partial(keep_counts, database, redactor)),
        Job("reports", timedelta(seconds=30), reporter.round),
        Job("messages", timedelta(hours=1), partial(tidy_messages, database)),
    )
    jobs = Runner(database, clock, repeated, uuid7(clock()))
    jobs.start(alone=store.embedded)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        accounts=accounts,
        registry=registry,
        definitions=definitions,
        baselines=baselines,
        dossier_sources=dossiers.sources,
        store=store,
        pipeline=pipeline,
        facts=facts,
        experiments=experiments,
        assigner=assigner,
        evaluator=Evaluator(experiments, assigner, registry, clock, random.random),
        analyst=analyst,
        exports=Slots("exports", max(1, settings.max_queries // 2)),
        recent=Recent(),
        repricer=repricer,
        links=LinkLimits(),
        keyring=keyring,
        outgoing=outgoing,
        delivery=delivery,
        jobs=jobs,
        objectives=objectives,
        actor=actor,
        forgetter=forgetter,
        expirer=expirer,
        reporter=reporter,
        lock=lock,
    )


def post_of(settings: Settings, database: Database, keyring: Keyring, outgoing: httpx.Client) -> Post:
    """What sends messages: those of channels, and reports."""
    mails = mail_server(settings.smtp_url, settings.smtp_from)
    post = open_post(outgoing, mails, settings.base_url, allow_private=settings.allow_private_targets)
    reports = ReportMails(database, keyring, mails, settings.base_url)
    return replace(post, senders={**post.senders, REPORT: reports})


def reporter_of(
    store: Store, database: Database, analyst: Analyst, prices: Prices, definitions: DefinitionRegistry
) -> Reporter:
    return Reporter(database, ReportSources(DashboardSources(store, database, analyst), prices), definitions.of)


@contextmanager
def owned_event_store(settings: Settings, now: datetime) -> Iterator[Store]:
    """The event store for a command that writes while no server runs. Raises `Conflict` when one does."""
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(settings.data / "lock", f"pid {os.getpid()}, a command")
    lock.acquire()
    try:
        store = open_event_store(settings.resolved_store_url, now)
        try:
            yield store
        finally:
            store.close()
    finally:
        lock.release()


def open_event_store(url: str, now: datetime, max_queries: int = 4) -> Store:
    """The event store, up to date and whole."""
    store = open_store(url, max_queries)
    migrate_store(store)
    for table in rollups.ensure(store):
        log.info("rollup %s was filled", table)
    for table, hours in rollups.repair(store, now).items():
        log.warning("rollup %s differed from the calls (hours: %d) and was rebuilt there", table, hours)
    return store


def ways_in(store: Store, database: Database, hub: Hub, clock: Clock) -> tuple[Writer, FactWriter, Redactor]:
    """What the writers store was redacted before, and open pages are told of it."""
    redactor = Redactor(redaction_of(database), clock)
    calls = Writer(store, clock, on_stored=partial(hub.publish, "calls"), redact=redactor.calls)
    return calls, FactWriter(store, clock, on_stored=hub.publish, redact=redactor.facts), redactor


def prices_of(database: Database) -> Callable[[str], Sequence[PriceOverride]]:
    """A project's own prices, read anew each time."""

    def read(project_id: str) -> Sequence[PriceOverride]:
        with database.sessions() as session:
            return overrides_for(session, project_id).prices

    return read


def tidy_messages(database: Database, now: datetime) -> None:
    with database.writing() as session:
        tidy_outbox(session, now)


def create_app(services: Services, *, owns_services: bool = True) -> FastAPI:
    """The HTTP face of `services`, which are closed with it when it owns them."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if owns_services:
            await run_in_threadpool(services.close)

    app = api(lifespan)
    app.state.services = services
    app.add_middleware(AccountHeaders)
    app.add_middleware(BodyLimit, max_bytes=services.settings.max_body_mb << 20)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(SingleSlash)
    add_error_handlers(app)
    return app


def api(lifespan: Lifespan | None = None) -> FastAPI:
    """All routes, without anything behind them: enough for the OpenAPI document."""
    app = FastAPI(title="PromptPulse", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    # Routes are tried in this order, so what programs wait for while they serve comes first.
    for router in (
        experiments_router, prompts_router, ingest_router, accounts_router, query_router, calls_router, langfuse_router,
        analysis_router, scores_router, langfuse_scores_router, overview_router, definitions_router, views_router,
        costs_router, compare_router, cohorts_router, quality_router, dashboards_router, shared_router, health_router,
        notify_router, alerts_router, incidents_router, silences_router, slas_router, actions_router, scaling_router,
        diagnosis_router, reports_router, retention_router, operation_router,
    ):  # fmt: skip
        app.include_router(router)
    app.include_router(pages_router)  # last: it answers every other path with the web app
    describe(app)
    return app


def from_environment() -> FastAPI:
    """For servers that take a factory, such as `uvicorn --factory promptpulse.app:from_environment`."""
    return create_app(open_services(Settings()))
