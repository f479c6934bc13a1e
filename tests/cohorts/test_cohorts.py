"""Calls in groups, and users who come back: small enough to count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from making import NOW, MakeCall
from promptpulse.cohorts.service import cohorts, retention_out
from promptpulse.cohorts.shapes import CohortsOut
from promptpulse.core.call import Call
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery, Filter, Query, run
from promptpulse.metrics.cohorts import retention
from promptpulse.store import Store

STOCKHOLM, KATHMANDU = "Europe/Stockholm", "Asia/Kathmandu"
CHANGE = datetime(2026, 10, 25, tzinfo=ZoneInfo(STOCKHOLM))
"""The day on which the clock is put back: 25 hours, two of them called 2."""


def ask(project: str, *metrics: str, **more: object) -> Query:
    given: dict[str, object] = {
        "project": project, "metrics": metrics or ("total_requests",), "start": NOW - timedelta(days=30), "end": NOW,
        "tz": STOCKHOLM, "limit": 50, **more,
    }  # fmt: skip
    return Query(**given)  # type: ignore[arg-type]  # a query in short


def counts(found: CohortsOut) -> dict[str, float | int | None]:
    return {c.label: c.values["total_requests"] for c in found.cohorts}


def local(tz: str, *at: int) -> datetime:
    year, month, day, hour, minute = at
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(tz)).astimezone(UTC)


def test_hours_are_those_of_the_zone_also_where_they_begin_at_a_quarter(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(
        store, [make_call(at=local(KATHMANDU, 2026, 11, 20, h, m)) for h, m in ((0, 5), (0, 55), (1, 1), (23, 59))], 0
    )
    found = cohorts(store, ask(project, tz=KATHMANDU), "hour", NOW)
    assert counts(found) == {"00:00": 2, "01:00": 1, "23:00": 1}
    assert found.total == 3


def test_an_hour_that_comes_twice_is_one_cohort(store: Store, project: str, make_call: MakeCall) -> None:
    begin = CHANGE.astimezone(UTC)
    insert(store, [make_call(at=begin + timedelta(hours=h)) for h in range(25)], 0)
    found = counts(cohorts(store, ask(project, start=begin, end=begin + timedelta(hours=25)), "hour", NOW))
    assert found == {f"{h:02d}:00": 2 if h == 2 else 1 for h in range(24)}


def test_weekdays_begin_at_midnight_of_the_zone(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=local(STOCKHOLM, 2026, 11, day, 0, 30)) for day in (15, 16, 16, 18)], 0)
    assert counts(cohorts(store, ask(project), "weekday", NOW)) == {"Monday": 2, "Wednesday": 1, "Sunday": 1}


def test_days_and_weeks_are_shown_in_order_with_those_without_calls(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [make_call(at=local(STOCKHOLM, 2026, 11, day, 0, 30)) for day in (8, 9, 11)], 0)
    start, end = (local(STOCKHOLM, 2026, 11, day, 0, 0) for day in (8, 12))
    days = cohorts(store, ask(project, start=start, end=end), "day", NOW)
    assert counts(days) == {"2026-11-08": 1, "2026-11-09": 1, "2026-11-10": 0, "2026-11-11": 1}
    assert counts(cohorts(store, ask(project, start=start, end=end), "week", NOW)) == {"2026-11-02": 1, "2026-11-09": 2}
    last = cohorts(store, ask(project, start=start, end=end, limit=2), "day", NOW)
    assert ([c.label for c in last.cohorts], last.total) == (["2026-11-10", "2026-11-11"], 4)


def test_a_user_is_new_if_the_first_call_ever_lies_in_the_range(
    store: Store, project: str, make_call: MakeCall
) -> None:
    insert(store, [
        make_call(ago=timedelta(days=40), user_id="old", prompt_id="another"), make_call(ago=timedelta(days=1), user_id="old"),
        make_call(ago=timedelta(days=2), user_id="new"), make_call(ago=timedelta(days=1), user_id="new", status="error"),
        make_call(ago=timedelta(days=1), user_id="new"), make_call(ago=timedelta(days=1)),
        make_call(ago=timedelta(days=40), user_id="new", project="another " + project),
    ], 0)  # fmt: skip
    where = (Filter("prompt_id", "in", ("greeting",)),)
    found = cohorts(store, ask(project, "total_requests", "error_rate", where=where), "new_users", NOW)
    assert [(c.key, c.values["total_requests"]) for c in found.cohorts] == [("new", 3), ("returning", 1), (None, 1)]
    assert found.cohorts[0].values["error_rate"] == pytest.approx(100 / 3)
    assert "first call ever" in found.definition


def test_dimensions_and_properties_are_shown_by_size_with_how_many_there_are(
    store: Store, project: str, make_call: MakeCall
) -> None:
    features = ["search"] * 3 + ["chat"] * 2 + ["summary"]
    plans: Mapping[str, str] = {"search": "pro", "chat": "free", "summary": ""}
    insert(store, [
        make_call(ago=timedelta(days=1), feature=f, latency_ms=100.0, properties={"plan": plans[f]} if plans[f] else {})
        for f in features
    ], 0)  # fmt: skip
    found = cohorts(store, ask(project, "avg_latency_ms", limit=2), "feature", NOW)
    assert [(c.label, c.values) for c in found.cohorts] == [
        ("search", {"avg_latency_ms": 100}),
        ("chat", {"avg_latency_ms": 100}),
    ]
    assert found.total == 3
    assert found.definition == "By feature of the call, the most calls first."
    by_plan = cohorts(store, ask(project), "properties.plan", NOW)
    assert [(c.key, c.label) for c in by_plan.cohorts] == [("pro", "pro"), ("free", "free"), (None, "Not known")]


@pytest.mark.parametrize(
    "by", ["hour", "weekday", "day", "week", "new_users", "feature", "prompt_version", "properties.plan"]
)
def test_cohorts_together_are_the_whole(store: Store, project: str, make_call: MakeCall, by: str) -> None:
    insert(store, [
        make_call(
            ago=timedelta(hours=7 * i), user_id=("", "u1", "u2")[i % 3], feature=("", "search", "chat")[i % 3],
            prompt_version=str(i % 4), properties={"plan": "pro"} if i % 2 else {},
        )
        for i in range(1, 200)
    ], 0)  # fmt: skip
    query = ask(project, "total_requests", "=count(status = 'success')", start=NOW - timedelta(days=30))
    found = cohorts(store, query, by, NOW)
    whole = run(store, query, NOW)
    for metric in query.metrics:
        assert sum(c.values[metric] or 0 for c in found.cohorts) == whole.total(metric)
    assert len(found.cohorts) == found.total > 1


def test_what_makes_no_cohorts_is_refused(store: Store, project: str) -> None:
    with pytest.raises(
        BadQuery, match="by: 'shoe size' makes no cohorts; use one of hour, weekday, day, week, new_users"
    ):
        cohorts(store, ask(project), "shoe size", NOW)


def test_users_come_back_by_week_of_their_first_call(store: Store, project: str, make_call: MakeCall) -> None:
    """NOW is a Saturday; its week began on Monday, 16 November."""

    def call(user: str, *days: int) -> list[Call]:
        return [make_call(at=local(STOCKHOLM, 2026, 11, day, 0, 30), user_id=user) for day in days]

    insert(store, [
        *call("stays", 2, 9, 16), *call("returns", 2, 16), *call("tries", 3), *call("late", 9, 10), *call("", 9),
        make_call(at=local(STOCKHOLM, 2026, 10, 20, 0, 30), user_id="older"), *call("older", 9),
    ], 0)  # fmt: skip
    found = retention(store, project, STOCKHOLM, 3, NOW)
    assert [(w.monday.isoformat(), w.users, w.returned) for w in found] == [
        ("2026-11-02", 3, (3, 1, 2)), ("2026-11-09", 1, (1, 0)), ("2026-11-16", 0, (0,)),
    ]  # fmt: skip
    out = retention_out(found, STOCKHOLM, filtered=False)
    assert out.weeks[0].percent == [100, pytest.approx(100 / 3), pytest.approx(200 / 3)]
    assert (out.weeks[1].returned, out.weeks[1].percent) == ([1, 0, None], [100, 0, None])
    assert (out.weeks[2].percent, out.last_week_partial) == ([None, None, None], True)


@pytest.mark.parametrize(
    ("tz", "weeks"), [(STOCKHOLM, ["2026-10-19", "2026-10-26"]), (KATHMANDU, ["2026-10-26"]), ("UTC", ["2026-10-19"])]
)
def test_weeks_begin_on_monday_of_the_zone(
    store: Store, project: str, make_call: MakeCall, tz: str, weeks: list[str]
) -> None:
    # in Stockholm Sunday has 25 hours, and ends at 23:00 in UTC; in Kathmandu at 18:15
    sunday = datetime(2026, 10, 25, tzinfo=UTC)
    insert(store, [make_call(at=sunday + timedelta(hours=h), user_id=f"u{h}") for h in (22, 23)], 0)
    found = retention(store, project, tz, 5, NOW)
    assert [w.monday.isoformat() for w in found if w.users] == weeks


def test_of_a_prompt_only_its_calls_count(store: Store, project: str, make_call: MakeCall) -> None:
    at = local(STOCKHOLM, 2026, 11, 10, 0, 30)
    insert(
        store,
        [
            make_call(at=at - timedelta(weeks=1), user_id="u", prompt_id="a"),
            make_call(at=at, user_id="u", prompt_id="b"),
        ],
        0,
    )
    found = retention(store, project, STOCKHOLM, 3, NOW, [Filter("prompt_id", "in", ("b",))])
    assert [(w.monday, w.users) for w in found] == [(date(2026, 11, d), n) for d, n in ((2, 0), (9, 1), (16, 0))]
    assert "with other calls left out" in retention_out(found, STOCKHOLM, filtered=True).definition
