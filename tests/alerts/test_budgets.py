"""What is told of budgets, on costs that a reader can add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from clock import Clock
from experiments.lab import new_lab
from promptpulse.accounts.models import Project
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By
from promptpulse.alerts.budgets import SEVERITIES, Budgets
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.costs import budgets
from promptpulse.costs.models import BudgetRow
from promptpulse.costs.shapes import BudgetIn, BudgetPatch
from promptpulse.db import Database
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.ingest.writer import insert
from promptpulse.store import Store

NOON = datetime(2037, 11, 18, 12, tzinfo=UTC)
"""A Wednesday; to come, so that no rollup has forgotten its minutes."""


@dataclass
class Purse:
    """A project that spends. Each method is a transaction of its own."""

    store: Store
    database: Database
    project: str
    clock: Clock

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def budget(self, amount_usd: float, **fields: object) -> str:
        wanted = BudgetIn.model_validate({"name": "LLM", "amount_usd": amount_usd, "period": "week", **fields})
        with self.database.writing() as session:
            return budgets.create(session, self.project, wanted, self.by).id

    def change(self, budget_id: str, **fields: object) -> None:
        with self.database.writing() as session:
            row = session.get_one(BudgetRow, budget_id)
            budgets.change(session, row, BudgetPatch.model_validate(fields), self.by)

    def spend(self, usd: str, *at: datetime, prompt: str = "greeting") -> None:
        """Each time; a minute ago when none is given."""
        calls = [
            Call(
                project=self.project,
                id=str(uuid4()),
                ts=to_micros(moment),
                latency_ms=100.0,
                prompt_id=prompt,
                cost_usd=Decimal(usd),
            )
            for moment in at or [self.clock() - timedelta(minutes=1)]
        ]
        insert(self.store, calls, 0)

    def told(self) -> list[tuple[str, str, bool]]:
        """Level, severity and whether it is open, of all there ever was; after a round."""
        self.clock.forward(seconds=1)
        Budgets(self.store, self.database).round(self.clock())
        with self.database.sessions() as session:
            rows = session.scalars(select(AlertRow).where(AlertRow.project_id == self.project)).all()
            ordered = sorted(rows, key=lambda row: (row.fired_at, [*SEVERITIES].index(_level(row))))
            return [(_level(row), row.severity, row.open_key is not None) for row in ordered]

    def alert(self, level: str) -> AlertRow:
        with self.database.sessions() as session:
            rows = session.scalars(
                select(AlertRow).where(AlertRow.project_id == self.project).order_by(AlertRow.id.desc())
            )
            return next(row for row in rows if _level(row) == level)


def _level(row: AlertRow) -> str:
    return row.series.partition(",")[0].removeprefix("level=")


@pytest.fixture
def purse(store: Store, database: Database) -> Purse:
    return Purse(store, database, new_lab(database).project, Clock(NOON))


def test_each_level_is_told_once_a_week_and_ends_with_it(purse: Purse) -> None:
    purse.budget(100)
    purse.spend("49")
    assert purse.told() == []
    purse.spend("1")
    assert purse.told() == [("50", "info", True)]
    purse.spend("35")
    assert purse.told() == [("50", "info", False), ("80", "warning", True)]
    assert purse.alert("50").clear_reason == "80 % is reached"
    spent = purse.alert("80")
    assert (spent.value, spent.threshold, spent.unit, spent.metric) == (85, 80, "usd", "total_cost_usd")
    assert spent.text == (
        "80 % of the budget of $100.00 a week is spent. $85.00 since 16 November. A new week begins on 23 November."
    )
    purse.spend("20")
    last = [("50", "info", False), ("80", "warning", False), ("100", "critical", True)]
    assert purse.told() == last
    assert purse.told() == last
    purse.clock.forward(days=5)
    assert purse.told() == [(level, severity, False) for level, severity, _ in last]
    assert purse.alert("100").clear_reason == "the week is over"
    purse.spend("60")
    assert purse.told()[3:] == [("50", "info", True)]


def test_an_incident_of_a_budget_is_named_by_its_newest_level_or_by_a_person(purse: Purse) -> None:
    purse.budget(100)

    def title() -> str:
        purse.told()
        with purse.database.sessions() as session:
            return session.scalars(select(IncidentRow.title).where(IncidentRow.project_id == purse.project)).one()

    purse.spend("50")
    assert title() == "LLM: 50 % of the budget of $100.00 a week is spent"
    purse.spend("30")
    assert title() == "LLM: 80 % of the budget of $100.00 a week is spent"
    with purse.database.writing() as session:
        session.execute(update(IncidentRow).values(title="Too dear"))
    purse.spend("30")
    assert title() == "Too dear"


def test_a_budget_that_is_far_above_tells_the_highest_level_alone(purse: Purse) -> None:
    purse.budget(100)
    purse.spend("150")
    assert purse.told() == [("100", "critical", True)]


def test_a_raised_budget_is_a_new_one(purse: Purse) -> None:
    budget = purse.budget(100)
    purse.spend("90")
    assert purse.told() == [("80", "warning", True)]
    purse.change(budget, amount_usd=200)
    assert purse.told() == [("80", "warning", False)]
    assert purse.alert("80").clear_reason == "the budget is $200.00 now"
    purse.spend("20")
    assert purse.told()[1:] == [("50", "info", True)]


def test_a_deleted_budget_has_no_alert(purse: Purse) -> None:
    budget = purse.budget(100)
    purse.spend("50")
    assert purse.told() == [("50", "info", True)]
    with purse.database.writing() as session:
        budgets.delete(session, session.get_one(BudgetRow, budget), purse.by)
    assert purse.told() == [("50", "info", False)]


def test_what_somebody_has_resolved_is_not_told_again_in_the_same_week(purse: Purse) -> None:
    purse.budget(100)
    purse.spend("50")
    purse.told()
    with purse.database.writing() as session:
        session.execute(update(AlertRow).values(open_key=None, cleared_at=purse.clock()))
    assert purse.told() == [("50", "info", False)]


def test_a_budget_that_will_be_passed_is_told_and_its_end_too(purse: Purse) -> None:
    """10 dollars a day for three weeks; a week costs 70."""
    purse.spend("0.41666667", *(NOON - timedelta(hours=hour) for hour in range(1, 21 * 24 + 13)))
    # 25 dollars of the week are spent by Wednesday noon
    budget = purse.budget(60)
    assert purse.told() == [("forecast", "warning", True)]
    alert = purse.alert("forecast")
    assert alert.value == pytest.approx(70, rel=0.05)
    assert alert.threshold == 60
    assert "will probably be spent" in alert.text
    purse.change(budget, amount_usd=200)
    assert purse.told() == [("forecast", "warning", False)]
    purse.change(budget, amount_usd=24)
    found = purse.told()[1:]
    assert [level for level, _, is_open in found if is_open] == ["100"]  # it is spent: nothing to foresee


def test_a_budget_of_a_prompt_counts_its_calls_alone_and_weeks_begin_in_the_zone_of_the_project(purse: Purse) -> None:
    with purse.database.writing() as session:
        session.execute(update(Project).where(Project.id == purse.project).values(time_zone="Asia/Kathmandu"))
    purse.budget(10, prompt_id="report", period="day")
    purse.spend("10", prompt="greeting")
    assert purse.told() == []
    purse.spend("5", NOON.replace(hour=18, minute=20), prompt="report")  # 00:05 of the 19th in Kathmandu
    purse.clock.now = NOON.replace(hour=18, minute=10)
    assert purse.told() == []
    purse.clock.now = NOON.replace(hour=18, minute=30)
    assert purse.told() == [("50", "info", True)]
    assert [f["values"] for f in purse.alert("50").where] == [["report"]]


def test_a_project_that_fails_stops_no_other(
    purse: Purse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    purse.budget(100.0)
    with purse.database.writing() as session:
        other_id = create_project(session, "other", "Europe/Berlin", purse.by).id
    other = Purse(purse.store, purse.database, other_id, purse.clock)
    other.budget(100.0)
    of_project = Budgets.evaluate
    asked: list[str] = []

    def evaluate(of: Budgets, project_id: str, tz: str, now: datetime) -> None:
        asked.append(project_id)
        if len(asked) == 1:
            raise ValueError("a fault of ours")
        of_project(of, project_id, tz, now)

    monkeypatch.setattr(Budgets, "evaluate", evaluate)
    Budgets(purse.store, purse.database).round(purse.clock())
    assert set(asked) == {purse.project, other.project}
    assert f"budgets of project {asked[0]} could not be evaluated" in caplog.text
