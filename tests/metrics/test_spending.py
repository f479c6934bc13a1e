"""Projections and budgets from stored calls. Numbers are such that a reader can add them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.ingest.writer import insert
from promptpulse.metrics.spending import Period, Projection, Scope, burn, calendar, projections
from promptpulse.store import Answer, Store

NOON = datetime(2037, 10, 21, 12, tzinfo=UTC)
"""A Wednesday; to come, so that no rollup has forgotten its minutes."""
ALL = Scope()


def spend(store: Store, *costs: tuple[datetime, float | None], **fields: object) -> str:
    """A new project with a call for each moment and cost."""
    project = str(uuid4())
    add(store, project, costs, **fields)
    return project


def add(store: Store, project: str, costs: Sequence[tuple[datetime, float | None]], **fields: object) -> None:
    calls = [
        Call(project=project, id=str(uuid4()), ts=to_micros(at), cost_usd=None if usd is None else Decimal(str(usd)), **fields)  # type: ignore[arg-type]
        for at, usd in costs
    ]  # fmt: skip
    insert(store, calls, int(NOON.timestamp()))


def evenly(first: datetime, last: datetime, usd: float = 1.0) -> list[tuple[datetime, float | None]]:
    """`usd` an hour."""
    hours = int((last - first) / timedelta(hours=1))
    return [(first + timedelta(hours=i, minutes=30), usd) for i in range(hours)]


def project_of(store: Store, project: str, period: Period, now: datetime = NOON, tz: str = "UTC") -> Projection:
    return projections(store, project, tz, [(ALL, period)], now)[ALL, period]


def test_an_even_month_ends_at_its_rate(store: Store) -> None:
    project = spend(store, *evenly(datetime(2037, 9, 1, tzinfo=UTC), NOON))
    found = project_of(store, project, "month")
    assert found.spent_usd == 20 * 24 + 12
    assert found.rate_usd == pytest.approx(31 * 24)
    assert found.end is not None
    assert found.end.total_usd == pytest.approx(31 * 24)
    assert found.end.low_usd < 31 * 24 < found.end.high_usd
    assert (found.end.day, len(found.ahead)) == (date(2037, 10, 31), 11)
    assert [d.usd for d in found.days] == [24.0] * 20 + [12.0]
    assert [d.total_usd for d in found.days][-2:] == [480, 492]
    assert (found.before[0].day, found.before[-1].day) == (date(2037, 9, 1), date(2037, 9, 30))
    assert found.before[-1].total_usd == 30 * 24
    assert found.history_days == 50 - 1  # 1 September began before its first call, for all that is known
    assert found.note == ""


@pytest.mark.parametrize(
    ("period", "first", "end"),
    [
        ("day", date(2037, 10, 21), date(2037, 10, 22)),
        ("week", date(2037, 10, 19), date(2037, 10, 26)),
        ("month", date(2037, 10, 1), date(2037, 11, 1)),
    ],
)
def test_periods_begin_where_the_project_is(period: Period, first: date, end: date) -> None:
    found = calendar(period, NOON, "Asia/Kathmandu")
    assert (found.start, found.end) == (first, end)
    assert found.start_at.astimezone(UTC).strftime("%H:%M") == "18:15"


def test_a_call_before_midnight_in_kathmandu_belongs_to_the_day_before(store: Store) -> None:
    midnight = datetime(2037, 10, 20, 18, 15, tzinfo=UTC)  # of the 21st, there
    minute = timedelta(minutes=1)
    project = spend(store, (midnight - minute, 5.0), (midnight + minute, 2.0))
    found = project_of(store, project, "day", tz="Asia/Kathmandu")
    assert found.spent_usd == 2
    assert [(d.day.day, d.usd) for d in (*found.before, *found.days)] == [(20, 5), (21, 2)]


def test_the_day_on_which_clocks_go_back_has_25_hours(store: Store) -> None:
    start = datetime(2037, 10, 24, 22, tzinfo=UTC)  # midnight of Sunday the 25th in Berlin
    project = spend(store, *evenly(start - timedelta(days=30), start + timedelta(hours=26)))
    found = project_of(store, project, "month", start + timedelta(hours=26), "Europe/Berlin")
    assert [(d.day.day, d.usd) for d in found.days[-3:]] == [(24, 24), (25, 25), (26, 1)]
    assert found.spent_usd == 24 * 24 + 25 + 1
    assert found.rate_usd == pytest.approx(31 * 24 + 1)


def test_of_a_new_project_the_rate_is_told_and_no_projection(store: Store) -> None:
    project = spend(store, *evenly(NOON - timedelta(days=2), NOON))
    found = project_of(store, project, "month")
    assert (found.end, found.history_days) == (None, 1)
    assert found.rate_usd is not None
    assert "needs 3 whole days" in found.note
    assert burn(found, 1000).state == "unknown"


def test_unknown_costs_are_not_zero(store: Store) -> None:
    project = spend(store, *[(at, None) for at, _ in evenly(NOON - timedelta(days=9), NOON)])
    found = project_of(store, project, "month")
    assert (found.spent_usd, found.rate_usd, found.end) == (None, None, None)
    assert {d.usd for d in found.days[12:]} == {None}
    assert "known cost" in found.note
    add(store, project, [(NOON - timedelta(hours=2), 3.0)])
    found = project_of(store, project, "month")
    assert (found.spent_usd, found.days[-1].usd, found.days[-2].usd) == (3, 3, None)
    assert found.priced_share == pytest.approx(100 / 217)


def test_without_calls_nothing_was_spent(store: Store) -> None:
    found = project_of(store, str(uuid4()), "week")
    assert (found.spent_usd, found.priced_share, found.end) == (0, None, None)
    assert [d.usd for d in found.days] == [0, 0, 0]


def test_prompts_and_environments_are_told_apart(store: Store) -> None:
    since = NOON - timedelta(days=10)
    project = spend(store, *evenly(since, NOON), prompt_id="a", environment="production")
    add(store, project, evenly(since, NOON, 2), prompt_id="b", environment="production")
    add(store, project, evenly(since, NOON, 4), prompt_id="a", environment="staging")
    scopes = [ALL, Scope("a"), Scope("b"), Scope("a", "staging"), Scope(None, "production"), Scope("nobody")]
    found = projections(store, project, "UTC", [(s, "day") for s in scopes], NOON)
    assert [found[s, "day"].spent_usd for s in scopes] == [7 * 12, 5 * 12, 2 * 12, 4 * 12, 3 * 12, 0]
    ends = [found[s, "day"].end for s in scopes[:-1]]
    assert [e.total_usd for e in ends if e] == pytest.approx([7 * 24, 5 * 24, 2 * 24, 4 * 24, 3 * 24], rel=0.01)


def test_many_budgets_are_few_questions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    query = Store.query

    def noted(store: Store, sql: str, params: dict[str, object]) -> Answer:
        asked.append(sql)
        return query(store, sql, params)

    monkeypatch.setattr(Store, "query", noted)
    scopes = [Scope(f"prompt {i}") for i in range(40)]
    both: tuple[Period, Period] = ("day", "month")
    projections(store, str(uuid4()), "UTC", [(s, p) for s in scopes for p in both], NOON)
    assert len(asked) < 15


@pytest.mark.parametrize(
    ("amount", "state", "crosses_on"),
    [
        (10_000, "ok", None),
        (600, "at_risk", date(2037, 10, 26)),  # 492 by now, 24 a day: 600 on the 25th, more on the 26th
        (100, "over", date(2037, 10, 5)),
    ],
)
def test_a_budget_says_on_which_day_it_is_passed(
    store: Store, amount: float, state: str, crosses_on: date | None
) -> None:
    project = spend(store, *evenly(datetime(2037, 9, 1, tzinfo=UTC), NOON))
    found = burn(project_of(store, project, "month"), amount)
    assert (found.state, found.crosses_on) == (state, crosses_on)
    assert found.spent_share == pytest.approx(100 * 492 / amount)
