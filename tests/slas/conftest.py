"""A project with calls, objectives, and what incidents were told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from clock import Clock
from experiments.lab import new_lab
from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.accounts.values import By
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.db import Database
from promptpulse.incidents import silences
from promptpulse.incidents.models import AlertRow
from promptpulse.incidents.shapes import SilenceIn
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE
from promptpulse.slas import service
from promptpulse.slas.evaluate import Objectives
from promptpulse.slas.models import SlaRow
from promptpulse.slas.present import sla_out
from promptpulse.slas.shapes import SlaIn, SlaOut, SlaState
from promptpulse.store import Store
from server.conftest import own_server, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "server"]

NOON = datetime(2037, 10, 21, 12, tzinfo=UTC)
"""A Wednesday; to come, so that no rollup has forgotten its minutes."""
MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """Each method is a transaction of its own."""

    database: Database
    store: Store
    project: str
    clock: Clock = field(default_factory=lambda: Clock(NOON))
    tz: str = "UTC"

    def __post_init__(self) -> None:
        self.objectives = Objectives(self.store, self.database, lambda _: NONE)

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def calls(self, start: datetime, minutes: int, good: int, bad: int = 0, **fields: object) -> None:
        """So many calls in each of the minutes from `start` on; bad ones are timeouts."""
        failed = {"status": "error", "error_type": "timeout", "error_family": "5xx"}
        found = [
            Call(project=self.project, id=str(uuid4()), ts=to_micros(start + m * MINUTE), **{"prompt_id": "greeting",  # type: ignore[arg-type]
                 "latency_ms": 100.0, **(failed if i < bad else {}), **fields})
            for m in range(minutes) for i in range(good + bad)
        ]  # fmt: skip
        insert(self.store, found, int(self.clock().timestamp()))

    def make(self, **fields: object) -> SlaRow:
        with self.database.writing() as session:
            return service.create(session, self.project, wanted(**fields), self.by)

    def evaluate(self) -> None:
        self.objectives.evaluate(self.project, self.tz, self.clock())

    def read(self, row: SlaRow) -> SlaOut:
        with self.database.sessions() as session:
            return sla_out(
                service.existing(session, self.project, row.id), service.states_of(session, self.project).get(row.id)
            )

    def state(self, row: SlaRow) -> SlaState:
        """Evaluated now."""
        self.evaluate()
        state = self.read(row).state
        assert state is not None
        return state

    def alerts(self) -> list[tuple[str, bool]]:
        """Series and whether it still fires, oldest first."""
        with self.database.sessions() as session:
            rows = session.scalars(
                select(AlertRow).where(AlertRow.source == "sla").order_by(AlertRow.fired_at, AlertRow.id)
            )
            return [(row.series, row.cleared_at is None) for row in rows]

    def maintain(self, start: datetime, end: datetime, **fields: object) -> None:
        given = SilenceIn.model_validate({"kind": "maintenance", "start": start, "end": end, **fields})
        with self.database.writing() as session:
            silences.add(session, self.project, given, By("ada@example.com", min(start, self.clock())))


def wanted(**fields: object) -> SlaIn:
    return SlaIn.model_validate({"name": "Up", "objective": {"kind": "availability"}, "target": 99, **fields})


@pytest.fixture
def world(database: Database, store: Store) -> Iterator[World]:
    yield World(database, store, new_lab(database).project)
