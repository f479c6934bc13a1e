"""Pages from new to old over a real store: nothing twice, nothing missed, no connection held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from promptpulse.calls import queries
from promptpulse.core.call import Call
from promptpulse.ingest.writer import insert
from promptpulse.metrics import Filter
from promptpulse.store import Store, newest

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = queries.Selection(NOON, NOON + 3600 * SECOND)
MakeCall = Callable[..., Call]


@pytest.fixture
def moments_of_three(store: Store, project: str, make_call: MakeCall) -> str:
    """Seven moments with three calls each."""
    insert(store, [make_call(at=NOON + n // 3 * SECOND, id=f"{n:02}", model=f"m{n % 2}") for n in range(21)], 0)
    return project


@pytest.mark.parametrize("size", [1, 2, 4, 21, 22])
def test_blocks_meet_where_calls_share_a_moment(
    store: Store, moments_of_three: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "BLOCK", size)
    found = [row["id"] for row in queries.stream(store, moments_of_three, HOUR, 1000)]
    assert found == [f"{n:02}" for n in reversed(range(21))]


@pytest.mark.parametrize("few", [0, 2000])
def test_a_page_in_the_middle_is_the_same_by_moments_and_by_range(
    store: Store, moments_of_three: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "FEW", few)
    odd = queries.Selection(HOUR.start, HOUR.end, (Filter("model", "in", ("m1",)),))
    after = queries.Cursor.parse("2026-11-20T12:00:05Z_16")
    page = queries.page(store, moments_of_three, odd, after, 3)
    assert [row["id"] for row in page] == ["15", "13", "11"]
    assert queries.count(store, moments_of_three, odd, after) == 8


def test_a_limit_cuts_between_blocks_and_inside_one(
    store: Store, moments_of_three: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "BLOCK", 4)
    assert [len(list(queries.stream(store, moments_of_three, HOUR, n))) for n in (4, 5)] == [4, 5]


def test_an_export_that_nobody_reads_on_holds_no_connection(
    store: Store, moments_of_three: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "BLOCK", 4)
    started = [queries.stream(store, moments_of_three, HOUR, 1000) for _ in range(10)]
    assert [next(export)["id"] for export in started] == ["20"] * 10  # more of them than the store has connections
    assert len(queries.page(store, moments_of_three, HOUR, None, 5)) == 5
