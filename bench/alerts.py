"""How long a round over 500 rules takes on 10 million calls, how long trying a rule does, how long the dossier of an incident
is made, and how soon a fault is told to a receiver.

In one process, on the store itself; the clock is turned by hand, so that a minute between rounds costs nothing."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography.fernet import Fernet

from bench.dataset import fill
from bench.notify import listening
from bench.report import Row
from promptpulse.accounts.models import Project
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.alerts.backtest import tried
from promptpulse.alerts.evaluator import DELAY, TICK, RuleEvaluator
from promptpulse.alerts.models import RuleSetRow
from promptpulse.alerts.ready_made import READY_MADE, TEMPLATES
from promptpulse.alerts.service import create
from promptpulse.alerts.shapes import PreviewIn, RuleIn
from promptpulse.alerts.watching import OFTEN
from promptpulse.app import open_event_store
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.db import Database, migrate, open_database
from promptpulse.incidents import dossiers
from promptpulse.incidents.service import fire
from promptpulse.incidents.signals import Signal
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE, days, rollups
from promptpulse.metrics.baseline import Baselines
from promptpulse.notify import channels
from promptpulse.notify.delivery import Delivery
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending import open_post
from promptpulse.notify.shapes import ChannelIn
from promptpulse.store import Store

CALLS = int(os.environ.get("PROMPTPULSE_BENCH_CALLS", "10000000"))
RULES = 500
ROUNDS = 12
PHASES = 24
INCIDENT_MINUTES = 20
BY = By("bench", datetime(2026, 1, 1, tzinfo=UTC))


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def run(folder: Path) -> list[Row]:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    clock = Clock(now)
    store = open_event_store(f"chdb://{folder}/events", now)
    database = open_database(f"sqlite:///{folder}/settings.db")
    migrate(database)
    try:
        project = _project(database, "bench")
        print(f"Making {CALLS:,} calls")
        fill(store, project.id, CALLS, now + timedelta(minutes=ROUNDS + 5))
        days.build_all(store, now)
        for table in ("calls", *(r.table for r in (*rollups.ROLLUPS, *rollups.DAY_ROLLUPS))):
            store.command(f"OPTIMIZE TABLE {table} FINAL")
        rows = _rounds(store, database, project, clock)
        rows += _trials(store, project, clock)
        rows += _dossiers(store, database, project, clock)
        return [*rows, *_soonness(store, folder, clock)]
    finally:
        store.close()
        database.close()


def _project(database: Database, name: str) -> ProjectRef:
    with database.writing() as session:
        made: Project = create_project(session, name, "Europe/Berlin", BY)
        session.flush()
        session.add(RuleSetRow(project_id=made.id, keys=[t.key for t in READY_MADE], given_at=BY.at))
        return ProjectRef(made.id, name, made.time_zone, capture_content=False, price_version=0)


def rules() -> Iterator[dict[str, object]]:
    """Of every kind: by prompt, by filter, grouped, against the past, against what is expected, formulas, missing calls."""
    metrics = cycle(
        ["error_rate", "success_rate", "p95_latency_ms", "p99_latency_ms", "total_cost_usd", "total_requests", "errors_5xx",
         "avg_tokens_per_request"]
    )  # fmt: skip
    windows = cycle([5, 1, 15, 5, 60, 5, 30, 5, 1440])
    high: dict[str, object] = {"kind": "threshold", "op": "above", "value": 1e9}
    expected: dict[str, object] = {"kind": "expected", "op": "above", "factor": 50}
    for prompt in cycle([f"prompt-{n:02}" for n in range(20)]):
        of_prompt = [{"dimension": "prompt_id", "op": "in", "values": [prompt]}]
        live = [*of_prompt, {"dimension": "environment", "op": "in", "values": ["production"]}]
        for condition, more in (
            (high, {"where": of_prompt}),
            (high, {"where": of_prompt}),
            (high, {"where": live}),
            (high, {"where": live, "by": ["model"]}),
            (high, {"by": ["prompt_id"]}),
            (high, {"by": ["prompt_id", "prompt_version"]}),
            (high, {"by": ["user_id"], "window_minutes": 5, "metric": "error_rate"}),
            (high, {}),
            (expected, {"where": of_prompt, "metric": "total_requests"}),
            (expected, {"by": ["model"], "metric": "p95_latency_ms"}),
            ({"kind": "band", "direction": "above", "sensitivity": "low"}, {"where": of_prompt, "metric": "total_cost_usd"}),
            ({"kind": "change", "against": "previous", "op": "above", "value": 900}, {"where": of_prompt}),
            ({"kind": "change", "against": "week", "op": "above", "value": 900}, {"by": ["prompt_id"]}),
            ({"kind": "no_data", "minutes": 10}, {"where": of_prompt}),
            (high, {"metric": "=100 * count(latency_ms > 5000) / count()", "where": of_prompt}),
        ):  # fmt: skip
            yield {"metric": next(metrics), "window_minutes": next(windows), "condition": condition, **more}


def _rounds(store: Store, database: Database, project: ProjectRef, clock: Clock) -> list[Row]:
    with database.writing() as session:
        for i, fields in enumerate(islice(rules(), RULES)):
            body = RuleIn.model_validate({"name": f"rule {i}", **fields})
            create(session, project, body, NONE, By("bench", clock()))
    evaluator = RuleEvaluator(store, database, lambda _: NONE, Baselines(store, clock))
    took: list[float] = []
    worked: list[float] = []
    said = []
    for _ in range(ROUNDS):
        clock.now += timedelta(minutes=1)
        before = time.process_time()
        done = evaluator.round(clock.now + DELAY)
        worked.append(time.process_time() - before)
        took.append((done.ask_ms + done.keep_ms) / 1000)
        said.append(done)
    first, rest = took[0], sorted(took[1:])
    last = said[-1]
    shown = f"{RULES} rules on {CALLS:,} calls"
    detail = f"{last.queries} queries, {last.series:,} series, {last.failed} failed"
    cpu = f"{statistics.median(worked[1:]):.2f} s of a processor"
    return [
        Row(f"a round over {shown} ({detail}): longest", f"{rest[-1]:.2f} s", "5 s", rest[-1] / 5),
        Row(f"the same: median ({cpu})", f"{statistics.median(rest):.2f} s", "5 s", statistics.median(rest) / 5),
        Row("the same: first round after a start, which learns what is normal", f"{first:.1f} s", "30 s", first / 30),
    ]


def _trials(store: Store, project: ProjectRef, clock: Clock) -> list[Row]:
    found = []
    for key in ("success-rate", "latency-spike", "no-calls", "cost-per-request-week"):
        asked = PreviewIn(rule=TEMPLATES[key].rule, days=30)
        started = time.perf_counter()
        told = tried(store, Baselines(store, clock), project, asked, NONE, clock())
        took = time.perf_counter() - started
        what = f"30 days of the rule `{key}` tried ({told.series_watched} series)"
        found.append(Row(what, f"{took:.1f} s", "10 s", took / 10))
    return found


def _dossiers(store: Store, database: Database, project: ProjectRef, clock: Clock) -> list[Row]:
    """Of a prompt that fails, and of all calls that are slow: with and without what is known of the month from before."""
    start = clock.now - timedelta(minutes=INCIDENT_MINUTES)
    insert(store, list(_failing(project.id, start, -1, 60 * INCIDENT_MINUTES)), 0)
    took = []
    for metric, unit in (("error_rate", "percent"), ("p95_latency_ms", "ms")):
        signal = Signal(
            project_id=project.id, source="rule", source_id=metric, series="", name=metric, alert_type="metric_above",
            severity="warning", metric=metric, metric_label=metric, unit=unit, direction="above", value=50.0, threshold=5.0,
            since=start, window_s=300,
        )  # fmt: skip
        with database.writing() as session:
            incident = str(fire(session, signal, start).incident_id)
        sources = dossiers.sources(store, database, lambda _: NONE, Baselines(store, clock))
        for _ in range(2):
            started, worked = time.perf_counter(), time.process_time()
            found = dossiers.keep(sources, project.id, incident, clock.now)
            took.append((time.perf_counter() - started, time.process_time() - worked))
            parts = (
                found.chart,
                found.causes,
                found.impact,
                found.errors,
                found.examples,
                found.changes,
                found.versions,
            )
            if any(part.error for part in parts):
                raise RuntimeError(f"a part of the dossier could not be made: {found}")
    (first, worked), again = max(took[::2]), max(took[1::2])[0]
    what = f"dossier of an incident of {INCIDENT_MINUTES} min on {CALLS:,} calls"
    return [
        Row(f"{what}: the first of an hour ({worked:.1f} s of a processor)", f"{first:.1f} s", "3 s", first / 3),
        Row("the same: made again", f"{again:.1f} s", "3 s", again / 3),
    ]


def _soonness(store: Store, folder: Path, clock: Clock) -> list[Row]:
    """A fault that begins at each of some moments of a minute, until a receiver has its message."""
    with listening() as (url, came):
        return _heard(store, folder, clock, url, came)


def _heard(store: Store, folder: Path, clock: Clock, url: str, came: Connection) -> list[Row]:
    database = open_database(f"sqlite:///{folder}/soon.db")
    migrate(database)
    project = _project(database, "soon")
    body = RuleIn.model_validate({
        "name": "Errors", "metric": "error_rate", "window_minutes": 1, "minimum_samples": 5,
        "condition": {"kind": "threshold", "op": "above", "value": 5},
    })  # fmt: skip
    keyring = Keyring(Fernet.generate_key().decode())
    with database.writing() as session:
        create(session, project, body, NONE, By("bench", clock()))
        channels.create(
            session, project.id, ChannelIn(name="sink", kind="webhook", url=url), keyring, By("bench", clock())
        )
    evaluator = RuleEvaluator(store, database, lambda _: NONE, Baselines(store, clock))
    post = open_post(guarded_client(allow_private=True), None, "http://127.0.0.1", allow_private=True)
    delivery = Delivery(database, keyring, post, lambda: datetime.now(UTC), lambda _: None, "bench")
    delivery.start(alone=True)
    waits, legs = [], []
    for phase in range(PHASES):
        clock.now += timedelta(minutes=10)
        evaluator.round(clock.now)
        fault = clock.now + timedelta(seconds=60 + phase * 60 / PHASES)
        insert(store, list(_failing(project.id, fault, phase)), 0)
        spent = 0.0
        while True:
            clock.now += TICK
            started = time.perf_counter()
            events = evaluator.round(clock.now).events
            spent = time.perf_counter() - started
            if any(kind == "fired" for _, _, kind in events):
                break
        if not came.poll(30):
            raise RuntimeError("the receiver heard nothing in 30 s")
        while came.poll(0):
            came.recv()
        heard = time.perf_counter() - started
        legs.append(heard - spent)
        waits.append((clock.now - fault).total_seconds() + heard)
        _until_over(evaluator, clock, came)
    delivery.close()
    database.close()
    bound = (OFTEN + DELAY + TICK).total_seconds()
    return [
        Row(f"fault to message received, worst of {PHASES} moments of a minute (rule of 1 min, `for` 0)",
            f"{max(waits):.0f} s", "90 s", max(waits) / 90),
        Row("the same: from the commit of the round to the receiver, longest", f"{max(legs) * 1000:.0f} ms", "told", 0, None),
        Row("the same by the timetable: edge of a window, delay, next look", f"{bound:.0f} s", "90 s", bound / 90),
    ]  # fmt: skip


def _until_over(evaluator: RuleEvaluator, clock: Clock, came: Connection) -> None:
    """Until the receiver knows that it is over, so that the next message is that of the next fault."""
    while True:
        clock.now += TICK
        if any(kind == "resolved" for _, _, kind in evaluator.round(clock.now).events):
            break
    if not came.poll(30):
        raise RuntimeError("the receiver did not hear of the end in 30 s")
    while came.poll(0.2):
        came.recv()


def _failing(project: str, fault: datetime, phase: int, calls: int = 200) -> Iterator[Call]:
    for i in range(calls):
        yield Call(
            project=project, id=f"fault-{phase}-{i}", ts=to_micros(fault + timedelta(seconds=i)), latency_ms=100.0,
            prompt_id="greeting", status="error", error_type="timeout", error_family="5xx",
        )  # fmt: skip
