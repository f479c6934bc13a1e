"""What went wrong in the shop's last month, as the product has told it: alerts with the figures of the stored calls, what
the people of the shop did about them, and one thing that still goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.values import By, ProjectRef
from promptpulse.alerts import service as alerts
from promptpulse.alerts.models import RuleRow, RuleStateRow
from promptpulse.alerts.ready_made import give_ready_made
from promptpulse.alerts.shapes import RuleIn, Threshold
from promptpulse.alerts.state import State, packed
from promptpulse.core.ids import stable_hash
from promptpulse.core.times import from_micros
from promptpulse.db import Database
from promptpulse.definitions.asked import FilterIn
from promptpulse.demo.company import PROMPTS, REPLY
from promptpulse.demo.history import ACTOR
from promptpulse.demo.traffic import Bad, World
from promptpulse.incidents import changes, dossiers, post_mortem, service
from promptpulse.incidents.models import IncidentRow
from promptpulse.incidents.shapes import DossierOut, IncidentPatch, PostMortemIn
from promptpulse.incidents.signals import Signal, series_key
from promptpulse.metrics import METRICS, NONE, Filter, Query, run
from promptpulse.metrics.baseline import Baselines
from promptpulse.store import Store

RULES_DAYS_AGO = 26.0
OWN_RULE = RuleIn(
    name="Failing support replies", description="Of each version, over a day: one that fails more often than others.",
    metric="error_rate", where=[FilterIn(dimension="prompt_id", values=[PROMPTS[REPLY].id])], by=["prompt_version"],
    window_minutes=1440, condition=Threshold(op="above", value=4.5), recovery_minutes=60, recovery_value=4,
    minimum_samples=100, runbook="Compare the versions; roll back the one that is worse.",
)  # fmt: skip
READY_MADE = "error-rate"
MINUTE = timedelta(minutes=1)
LESSONS = (
    "- [ ] Name a model of another provider as the fallback of every prompt that customers wait for.\n"
    "- [ ] Follow the status page of the provider by a webhook.\n"
)
Done = TypeVar("Done")


def write_mishaps(store: Store, database: Database, world: World, project: ProjectRef, now: datetime) -> None:
    """Once a project; with few calls less happens, because less was noticed."""
    with database.writing() as session:
        found = select(func.count()).select_from(IncidentRow).where(IncidentRow.project_id == project.id)
        if session.scalar(found):
            return
        made = world.anchor - timedelta(days=RULES_DAYS_AGO)
        give_ready_made(session, project.id, made)
        own = alerts.create(session, project, OWN_RULE, NONE, By(ACTOR, made))
        ready_made = next(
            row
            for row in alerts.rules_of(session, project.id)
            if row.ready_made and row.body.get("template") == READY_MADE
        )
    sources = dossiers.sources(store, database, lambda _: NONE, Baselines(store, lambda: now))
    ward = _Ward(store, database, project, sources, now)
    for span in map(_of, world.bad):
        if span.end + timedelta(days=1) < now:
            ward.bad_time(ready_made, span)
    ward.worse_version(own, world, now)


@dataclass(frozen=True, slots=True)
class _Span:
    name: str
    start: datetime
    end: datetime


def _of(bad: Bad) -> _Span:
    return _Span(bad.incident.name, from_micros(bad.start), from_micros(bad.end))


@dataclass(frozen=True, slots=True)
class _Ward:
    store: Store
    database: Database
    project: ProjectRef
    sources: dossiers.Sources
    now: datetime

    def bad_time(self, rule: RuleRow, span: _Span) -> None:
        """Of a provider: noticed after minutes, over by itself; the first one has a post-mortem."""
        fired = span.start + 7 * MINUTE
        signal = self._signal(rule, fired, {}, since=span.start + 2 * MINUTE)
        if signal is None:
            return
        incident = self._opened(signal, fired)
        if incident is None:
            return
        self._change(incident, IncidentPatch(status="acknowledged"), fired + 4 * MINUTE)
        said = "The provider has trouble, all our versions are as before. Waiting, and watching the retries."
        self._change(incident, IncidentPatch(comment=said), fired + 11 * MINUTE)
        over = span.end + 11 * MINUTE
        value = self._value(rule, over, {})
        self._do(lambda s: service.clear(s, self.project.id, "rule", rule.id, "", value, over, "back below 4 %"))
        self._remember(rule, {}, State(since=over, fired_at=fired))
        known = self._look(incident, over + 2 * MINUTE)
        if span.name == "provider outage":
            self._write_up(incident, known, over + timedelta(hours=20))

    def worse_version(self, rule: RuleRow, world: World, now: datetime) -> None:
        """Version 4 fails more often than 3 did: seen when half a day of it has shown it, and it still goes on."""
        worse = next(v for v in PROMPTS[REPLY].versions if v.name == "4")
        deployed = world.anchor - timedelta(days=worse.days_ago or 0)
        group: dict[str, str | None] = {"prompt_version": worse.name}
        fired = deployed + timedelta(hours=12)
        while (signal := self._signal(rule, fired, group, since=fired, samples=OWN_RULE.minimum_samples)) is None:
            fired += timedelta(hours=1)
            if fired > now - timedelta(minutes=30):
                return
        incident = self._opened(signal, fired)
        if incident is None:
            return
        self._remember(rule, group, State("firing", since=fired, began_at=fired, fired_at=fired, told_at=fired))
        self._change(incident, IncidentPatch(status="acknowledged"), min(fired + 40 * MINUTE, now - 10 * MINUTE))
        said = "Version 5 is tried in an experiment and looks better. If it does not win, we roll back to version 3."
        self._change(incident, IncidentPatch(comment=said), min(fired + 55 * MINUTE, now - 5 * MINUTE))

    def _opened(self, signal: Signal, at: datetime) -> str | None:
        alert = self._do(lambda session: service.fire(session, signal, at))
        if alert.incident_id is not None:
            self._look(alert.incident_id, at + MINUTE)
        return alert.incident_id

    def _remember(self, rule: RuleRow, group: dict[str, str | None], state: State) -> None:
        """What the rule knows of a series: it goes on from there."""
        series = series_key(group)
        row = RuleStateRow(
            rule_id=rule.id, series_hash=stable_hash(series), project_id=self.project.id, series=series, group=group,
            phase=state.phase, state=packed(state), since=state.since, fired_at=state.fired_at,
        )  # fmt: skip
        self._do(lambda session: session.merge(row))

    def _look(self, incident: str, at: datetime) -> DossierOut:
        return dossiers.keep(self.sources, self.project.id, incident, self.now, as_of=at)

    def _change(self, incident: str, wanted: IncidentPatch, at: datetime) -> None:
        def act(session: Session) -> None:
            row = changes.existing(session, self.project.id, incident, to_change=True)
            changes.change(session, row, wanted, By(ACTOR, at))

        self._do(act)

    def _write_up(self, incident: str, known: DossierOut, at: datetime) -> None:
        def act(session: Session) -> None:
            row = changes.existing(session, self.project.id, incident, to_change=True)
            post_mortem.draft(session, row, known, By(ACTOR, at))
            text = (row.post_mortem or "").replace(f"- [ ] {post_mortem.NOT_YET}\n", LESSONS)
            later = By(ACTOR, at + 25 * MINUTE)
            post_mortem.save(session, row, PostMortemIn(markdown=text), later)
            changes.set_status(session, row, "post_mortem", later)

        self._do(act)

    def _signal(
        self, rule: RuleRow, at: datetime, group: dict[str, str | None], *, since: datetime, samples: int = 20
    ) -> Signal | None:
        """None where the calls do not bear it out."""
        body = alerts.body_of(rule)
        value = self._value(rule, at, group, samples)
        assert isinstance(body.condition, Threshold)  # noqa: S101 - of the rules above
        if value is None or value <= body.condition.value:
            return None
        metric = METRICS[body.metric]
        return Signal(
            project_id=self.project.id,
            source="rule",
            source_id=rule.id,
            series=series_key(group),
            name=rule.name,
            alert_type="error_rate",
            severity=body.severity,
            metric=body.metric,
            metric_label=metric.label,
            unit=metric.unit,
            direction="above",
            value=value,
            threshold=body.condition.value,
            since=since,
            where=tuple(f.value() for f in body.where),
            group=group,
            window_s=60 * body.window_minutes,
            runbook=body.runbook,
        )

    def _value(self, rule: RuleRow, at: datetime, group: dict[str, str | None], samples: int = 20) -> float | None:
        body = alerts.body_of(rule)
        where = [*(f.value() for f in body.where), *(Filter(key, "in", (value,)) for key, value in group.items())]
        query = Query(
            self.project.id, (body.metric, "total_requests"), at - body.window_minutes * MINUTE, at, where=tuple(where)
        )
        frame = run(self.store, query, self.now)
        value = frame.total(body.metric)
        return None if value is None or (frame.total("total_requests") or 0) < samples else float(value)

    def _do(self, act: Callable[[Session], Done]) -> Done:
        with self.database.writing() as session:
            return act(session)
