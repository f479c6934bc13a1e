"""A project with a channel, calls at known moments, and a clock that a test turns from round to round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from sqlalchemy import select

from clock import NOON, Clock
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.alerts import service
from promptpulse.alerts.evaluator import RuleEvaluator
from promptpulse.alerts.keeping import Round
from promptpulse.alerts.models import RuleHealthRow, RuleRow, RuleSetRow, RuleStateRow
from promptpulse.alerts.ready_made import READY_MADE
from promptpulse.alerts.shapes import RuleIn, RulePatch
from promptpulse.core.call import Call
from promptpulse.core.ids import uuid7
from promptpulse.core.times import to_micros
from promptpulse.db import Database
from promptpulse.incidents.models import AlertRow
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE, Definitions
from promptpulse.metrics.baseline import Baselines
from promptpulse.notify.models import ChannelRow, DeliveryRow, RouteRow
from promptpulse.store import Store

_ids = count()
ERRORS = {
    "name": "Errors",
    "metric": "error_rate",
    "window_minutes": 1,
    "condition": {"kind": "threshold", "op": "above", "value": 5},
}


@dataclass
class Tower:
    store: Store
    database: Database
    project: str
    clock: Clock
    evaluator: RuleEvaluator
    definitions: dict[str, Definitions] = field(default_factory=dict)

    @staticmethod
    def of(store: Store, database: Database, *, ready_made: bool = False) -> Tower:
        clock = Clock()
        by = By("ada@example.com", NOON)
        with database.writing() as session:
            project = create_project(session, f"tower {uuid4()}", "Europe/Berlin", by)
            session.flush()
            if not ready_made:
                session.add(RuleSetRow(project_id=project.id, keys=[t.key for t in READY_MADE], given_at=NOON))
        known: dict[str, Definitions] = {}
        evaluator = RuleEvaluator(store, database, lambda p: known.get(p, NONE), Baselines(store, clock))
        return Tower(store, database, project.id, clock, evaluator, known)

    @property
    def ref(self) -> ProjectRef:
        return ProjectRef(self.project, "tower", "Europe/Berlin", capture_content=False, price_version=0)

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def restart(self) -> None:
        """As a new process would: nothing is remembered but what is in the database."""
        self.evaluator = RuleEvaluator(
            self.store, self.database, lambda p: self.definitions.get(p, NONE), Baselines(self.store, self.clock)
        )

    def rule(self, **fields: object) -> str:
        body = RuleIn.model_validate({**ERRORS, **fields})
        definitions = self.definitions.get(self.project, NONE)
        with self.database.writing() as session:
            return service.create(session, self.ref, body, definitions, self.by).id

    def change(self, rule_id: str, **fields: object) -> None:
        with self.database.writing() as session:
            row = service.existing(session, self.project, rule_id)
            service.change(session, self.ref, row, RulePatch.model_validate(fields), NONE, self.by)

    def delete(self, rule_id: str) -> None:
        with self.database.writing() as session:
            service.delete(session, service.existing(session, self.project, rule_id), self.by)

    def channel(self, *severities: str) -> str:
        with self.database.writing() as session:
            row = ChannelRow(
                id=uuid7(NOON), project_id=self.project, name=f"hook {uuid4()}", kind="webhook", enabled=True, settings={},
                secret="", hint="", failures=0, created_at=NOON, created_by="ada@example.com",
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add_all(RouteRow(channel_id=row.id, severity=severity) for severity in severities)
            return row.id

    def calls(self, at: datetime, good: int = 0, failed: int = 0, **fields: object) -> None:
        """Spread over a second from `at` on."""
        insert(self.store, self.made(at, good, failed, **fields), 0)

    def made(self, at: datetime, good: int = 0, failed: int = 0, **fields: object) -> list[Call]:
        """As `calls`, not yet stored: many moments are one insert."""
        found = []
        for i in range(good + failed):
            given: dict[str, object] = {
                "project": self.project, "id": f"tower-{next(_ids)}", "ts": to_micros(at + timedelta(milliseconds=i)),
                "latency_ms": 100.0, "prompt_id": "greeting", **fields,
            }  # fmt: skip
            if i >= good:
                given |= {"status": "error", "error_type": "timeout", "error_family": "5xx"}
            found.append(Call(**given))  # type: ignore[arg-type]  # fields are the test's business
        return found

    def store_all(self, parts: Iterable[list[Call]]) -> None:
        insert(self.store, [call for part in parts for call in part], 0)

    def steady(self, minutes: int, start: datetime = NOON, good: int = 10) -> None:
        """Good calls in each minute."""
        self.store_all(self.made(start + timedelta(minutes=minute, seconds=1), good) for minute in range(minutes))

    def until(self, moment: datetime, every_s: int = 10) -> list[tuple[str, str]]:
        """Rounds up to `moment`; seconds after noon and kind of what happened."""
        found = []
        while self.clock() < moment:
            self.clock.forward(seconds=every_s)
            for _, _, kind in self.round().events:
                found.append((f"{(self.clock() - NOON).total_seconds():g}", kind))
        return found

    def round(self) -> Round:
        return self.evaluator.round(self.clock())

    def states(self, rule_id: str) -> dict[str, str]:
        with self.database.sessions() as session:
            rows = session.scalars(select(RuleStateRow).where(RuleStateRow.rule_id == rule_id)).all()
            return {row.series: row.phase for row in rows}

    def health(self, rule_id: str) -> RuleHealthRow:
        with self.database.sessions() as session:
            return session.get_one(RuleHealthRow, rule_id)

    def readings(self, rule_id: str) -> list[list[object]]:
        with self.database.sessions() as session:
            return [list(r) for r in session.get_one(RuleHealthRow, rule_id).readings]  # type: ignore[arg-type]  # lists

    def alerts(self) -> list[AlertRow]:
        with self.database.sessions() as session:
            found = session.scalars(select(AlertRow).where(AlertRow.project_id == self.project).order_by(AlertRow.id))
            return list(found)

    def sent(self) -> list[str]:
        """Events of the messages in the outbox, in their order."""
        with self.database.sessions() as session:
            rows = session.scalars(
                select(DeliveryRow).where(DeliveryRow.project_id == self.project).order_by(DeliveryRow.id)
            )
            return [str(row.message["event"]) for row in rows]

    def rules(self) -> list[RuleRow]:
        with self.database.sessions() as session:
            return list(service.rules_of(session, self.project))
