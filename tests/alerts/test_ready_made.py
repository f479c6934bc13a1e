"""The six rules that every project begins with fire beyond what the product document says, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.tower import Tower
from clock import NOON
from promptpulse.alerts.backtest import tried
from promptpulse.alerts.ready_made import READY_MADE
from promptpulse.alerts.shapes import PreviewIn
from promptpulse.core.call import Call
from promptpulse.metrics import NONE
from promptpulse.metrics.baseline import Baselines

QUARTER, MINUTE = timedelta(minutes=15), timedelta(minutes=1)
FAULT = NOON - timedelta(hours=5)
Calls = Iterator[list[Call]]


def quarters(tower: Tower, calls: int = 120, latency_ms: float = 100.0, usd: str = "0.01") -> Calls:
    """A day of 120 calls a quarter of an hour, in 100 ms, for a cent each; and then five hours of others."""
    for n in range(-27 * 4, 20):
        usual = {"good": 120, "latency_ms": 100.0, "cost_usd": Decimal("0.01")}
        now = {"good": calls, "latency_ms": latency_ms, "cost_usd": Decimal(usd)}
        yield tower.made(FAULT + n * QUARTER, **(usual if n < 0 else now))  # type: ignore[arg-type]


def minutes(tower: Tower, good: int, failed: int) -> Calls:
    """Half an hour of such minutes."""
    return (tower.made(NOON - n * MINUTE, good, failed) for n in range(1, 31))


def burst(tower: Tower, failed: int) -> Calls:
    yield tower.made(NOON - 10 * MINUTE, good=100, failed=failed)


# of each what is still fine, and what is not
CASES: dict[str, tuple[Callable[[Tower], Calls], Callable[[Tower], Calls]]] = {
    "traffic-spike": (lambda t: quarters(t, calls=220), lambda t: quarters(t, calls=260)),
    "success-rate": (lambda t: minutes(t, 91, 9), lambda t: minutes(t, 89, 11)),
    "latency-spike": (lambda t: quarters(t, latency_ms=190), lambda t: quarters(t, latency_ms=210)),
    "error-rate": (lambda t: minutes(t, 95, 5), lambda t: minutes(t, 94, 6)),
    "server-errors": (lambda t: burst(t, 4), lambda t: burst(t, 5)),
    "cost-anomaly": (lambda t: quarters(t, usd="0.014"), lambda t: quarters(t, usd="0.016")),
}


@pytest.mark.parametrize("key", CASES)
def test_a_ready_made_rule_fires_beyond_its_limit_and_not_before(lite: Tower, key: str) -> None:
    rule = next(one.rule for one in READY_MADE if one.key == key)
    told = []
    for calls in CASES[key]:
        tower = Tower.of(lite.store, lite.database)
        tower.store_all(calls(tower))
        asked = PreviewIn(rule=rule, days=1)
        told.append(tried(tower.store, Baselines(tower.store, tower.clock), tower.ref, asked, NONE, NOON).fired)
    assert told == [0, 1]


def test_these_are_all() -> None:
    assert [one.key for one in READY_MADE] == [*CASES]
    assert all(one.rule.enabled for one in READY_MADE)
