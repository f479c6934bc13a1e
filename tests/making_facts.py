"""Scores and events straight into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from promptpulse.core.call import Call
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.ingest.rows import EVENT_TYPES, SCORE_TYPES, fact_columns
from promptpulse.ingest.writer import insert
from promptpulse.store import Store

START = datetime(2026, 11, 10, tzinfo=UTC)
NOW = START + timedelta(days=10)
_ids = count()


def after(hours: float) -> int:
    """So long after the start of the experiment."""
    return to_micros(START + timedelta(hours=hours))


def store_facts(store: Store, facts: Sequence[Score | Event | Call]) -> None:
    scores = [f for f in facts if isinstance(f, Score)]
    events = [f for f in facts if isinstance(f, Event)]
    if scores:
        store.insert("scores", fact_columns(scores, SCORE_TYPES, 0), SCORE_TYPES)
    if events:
        store.insert("events", fact_columns(events, EVENT_TYPES, 0), EVENT_TYPES)
    if calls := [f for f in facts if isinstance(f, Call)]:
        insert(store, calls, 0)


class Making:
    """Facts of one experiment."""

    def __init__(self, project: str, experiment: str = "e") -> None:
        self.project, self.experiment = project, experiment

    def assignment(self, unit: str, variant: str, at: int = after(0), **more: object) -> Event:
        return self._event("assignment", unit, variant, at, more)

    def outcome(self, unit: str, variant: str, outcome: str = "success", at: int = after(1), **more: object) -> Event:
        return self._event("outcome", unit, variant, at, {"outcome": outcome, "user_id": unit, **more})

    def score(
        self,
        unit: str,
        variant: str,
        value: float | bool | str,
        name: str = "rating",
        at: int = after(1),
        **more: object,
    ) -> Score:
        kind = {bool: "bool", int: "int", float: "float", str: "string"}[type(value)]
        given: dict[str, object] = {
            "project": self.project, "submission_id": f"s{next(_ids)}", "ts": at, "name": name, "type": kind,
            "number": None if isinstance(value, str) else float(value), "text": value if isinstance(value, str) else "",
            "experiment_id": self.experiment, "variant_id": variant, "user_id": unit, **more,
        }  # fmt: skip
        return Score(**given)  # type: ignore[arg-type]  # fields are the test's business

    def call(self, unit: str, variant: str, at: int = after(1), **more: object) -> Call:
        given: dict[str, object] = {
            "project": self.project, "id": f"c{next(_ids)}", "ts": at, "latency_ms": 100.0, "prompt_id": "greeting",
            "experiment_id": self.experiment, "variant_id": variant, "user_id": unit, **more,
        }  # fmt: skip
        return Call(**given)  # type: ignore[arg-type]  # fields are the test's business

    def _event(self, kind: str, unit: str, variant: str, at: int, more: dict[str, object]) -> Event:
        given: dict[str, object] = {
            "project": self.project, "id": f"e{next(_ids)}", "ts": at, "kind": kind, "experiment_id": self.experiment,
            "variant_id": variant, "unit_id": unit if kind == "assignment" else "", **more,
        }  # fmt: skip
        return Event(**given)  # type: ignore[arg-type]  # fields are the test's business
