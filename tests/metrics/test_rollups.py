"""A rollup is a cache: whatever is lost from it comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import MakeCall

from promptpulse.ingest.writer import insert
from promptpulse.metrics import Query, rollups, run
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
        "rollup_definitions", {"name": ["calls_1h"], "definition": ["of an older version"]}, {"name": "String", "definition": "String"}
    )
    assert rollups.ensure(store) == ["calls_1h"]
    frame = run(store, Query(project, ("total_requests",), HOUR, HOUR + timedelta(hours=1), by=("model",)), NOW)
    assert (frame.source, frame.values["total_requests"]) == ("calls_1h", [[1]])
