"""A rollup is a cache: whatever is lost from it comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from making import MakeCall
from promptpulse.ingest.writer import Writer, insert
from promptpulse.metrics import METRICS, Query, days, rollups, run
from promptpulse.store import Store

NOW = datetime.now(UTC)
HOUR = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)


@pytest.mark.parametrize("rollup", rollups.ROLLUPS, ids=lambda r: r.table)
def test_an_hour_that_lost_a_write_is_found_and_rebuilt(
    store: Store, project: str, make_call: MakeCall, rollup: rollups.Source
) -> None:
    insert(store, [make_call(at=HOUR + timedelta(minutes=m), prompt_id="a") for m in (1, 2, 3)], 0)
    store.command(f"DELETE FROM {rollup.table} WHERE project = {{project:String}}", {"project": project})
    lost = run(store, Query(project, ("total_requests",), HOUR, HOUR + timedelta(hours=1)), NOW, source=rollup)
    assert lost.total("total_requests") == 0

    assert rollups.repair(store, NOW) == {rollup.table: 1}

    found = run(store, Query(project, ("total_requests",), HOUR, HOUR + timedelta(hours=1)), NOW, source=rollup)
    assert found.total("total_requests") == 3
    assert rollups.repair(store, NOW) == {}


def test_a_changed_definition_is_built_anew(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [make_call(at=HOUR)], 0)
    store.insert(
        "rollup_definitions",
        {"name": ["calls_1h"], "definition": ["of an older version"]},
        {"name": "String", "definition": "String"},
    )
    assert rollups.ensure(store) == ["calls_1h"]
    frame = run(store, Query(project, ("total_requests",), HOUR, HOUR + timedelta(hours=1), by=("model",)), NOW)
    assert (frame.source, frame.values["total_requests"]) == ("calls_1h", [[1]])


def test_a_day_that_was_reopened_is_marked_again_when_it_is_built(
    store: Store, project: str, make_call: MakeCall
) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    day = (project, (midnight - timedelta(days=1)).date())
    insert(store, [make_call(at=midnight - timedelta(hours=5))], 0)
    for _ in range(2):
        days.build(store, day)
        assert days.whole_days(store, project, midnight - timedelta(days=2), midnight) == [day[1]]
        days.reopen(store, [day])
        assert days.whole_days(store, project, midnight - timedelta(days=2), midnight) == []


def test_whole_days_answer_and_a_late_call_reopens_its_day(store: Store, project: str, make_call: MakeCall) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    start, day = midnight - timedelta(days=3, hours=5), timedelta(days=1)
    at = [start, midnight - 3 * day, midnight - 2 * day, midnight - 2 * day, midnight - timedelta(seconds=1), NOW]
    insert(store, [make_call(at=t, user_id=f"user-{i % 2}", latency_ms=100 * (i + 1)) for i, t in enumerate(at)], 0)
    query = Query(project, tuple(METRICS), start, NOW + timedelta(hours=1), by=("prompt_id",))
    left = unbuilt_of(store, project)
    assert len(left) == 4  # of days without calls there is nothing to build
    for one in left:
        days.build(store, one)
    assert unbuilt_of(store, project) == []

    raw = run(store, query, NOW, source=rollups.RAW)
    read = run(store, query, NOW)
    assert read.source == "days_by_day_and_prompt, calls_1h, days_by_minute, calls"
    assert read.values == raw.values
    assert read.values["total_requests"] == [[6]]
    assert read.values["unique_users"] == [[2]]

    writer = Writer(store, lambda: NOW)
    writer.start()
    late = make_call(at=midnight - 2 * day, user_id="user-9")
    assert writer.write([late]).result(10).accepted == 1
    writer.close()

    again = run(store, query, NOW)
    assert again.values == run(store, query, NOW, source=rollups.RAW).values
    assert again.values["total_requests"] == [[7]]
    assert again.values["unique_users"] == [[3]]
    assert unbuilt_of(store, project) == [(project, (midnight - 2 * day).date())]


def unbuilt_of(store: Store, project: str) -> list[days.Day]:
    """Of this project alone: other tests leave many days in the store."""
    at = NOW.replace(hour=1, minute=0)  # yesterday is over, and today is not, whenever the test runs
    return [day for day in days.unbuilt(store, at) if day[0] == project]
