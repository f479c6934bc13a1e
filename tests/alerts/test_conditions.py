"""Rules of each kind, as they are saved, on calls that a reader can count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from alerts.tower import Tower
from clock import NOON
from promptpulse.alerts.watching import week_before
from promptpulse.incidents.models import IncidentRow
from promptpulse.metrics.definitions import Definitions, custom_metric
from promptpulse.notify.models import DeliveryRow

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WEEK = timedelta(days=7)


def kinds(tower: Tower, until: datetime) -> list[str]:
    return [kind for _, kind in tower.until(until)]


@pytest.mark.parametrize(
    ("condition", "now", "fires"),
    [
        ({"op": "above", "value": 30}, 25, False),  # 25 % more than the 20 of last week
        ({"op": "above", "value": 30}, 27, True),
        ({"op": "below", "value": 30}, 15, False),
        ({"op": "below", "value": 30}, 13, True),
        ({"op": "above", "value": 30, "unit": "absolute"}, 49, False),
        ({"op": "above", "value": 30, "unit": "absolute"}, 51, True),
    ],
    ids=lambda value: str(value) if isinstance(value, int | bool) else " ".join(map(str, value.values())),
)
def test_a_change_is_against_the_same_time_last_week(
    lite: Tower, condition: dict[str, object], now: int, *, fires: bool
) -> None:
    lite.rule(metric="total_requests", condition={"kind": "change", "against": "week", **condition})
    lite.calls(NOON - WEEK + MINUTE + SECOND, good=20)
    lite.calls(NOON - WEEK + 5 * SECOND, good=500)  # a minute earlier: none of its business
    lite.clock.forward(seconds=60)
    lite.round()  # it watches from here on
    lite.clock.forward(seconds=60)
    lite.calls(NOON + MINUTE + SECOND, good=now)
    lite.clock.forward(seconds=10)
    assert [kind for _, _, kind in lite.round().events] == (["fired"] if fires else [])


def test_last_week_is_by_the_clock_on_the_wall() -> None:
    """In Berlin summer time ends on 25 October 2026: noon of the 28th is an hour later in UTC than noon of the 21st."""
    berlin = ZoneInfo("Europe/Berlin")
    assert week_before(datetime(2026, 10, 28, 11, tzinfo=UTC), berlin) == datetime(2026, 10, 21, 10, tzinfo=UTC)
    assert week_before(datetime(2026, 10, 21, 10, tzinfo=UTC), berlin) == datetime(2026, 10, 14, 10, tzinfo=UTC)


def test_what_leaves_the_band_in_which_it_normally_lies_fires(lite: Tower) -> None:
    rules = {
        lite.rule(
            name=direction, metric="total_requests", window_minutes=15, minimum_samples=5,
            condition={"kind": "band", "direction": direction},
        ): direction
        for direction in ("both", "below", "above")
    }  # fmt: skip
    quarter = 15 * MINUTE
    lite.store_all(lite.made(NOON + n * quarter, good=100) for n in range(-40 * 4, 1))
    lite.calls(NOON + quarter, good=8)  # and then hardly anybody calls
    assert lite.until(NOON + quarter, every_s=60) == []
    lite.until(NOON + 2 * quarter, every_s=60)
    assert {rules[alert.source_id] for alert in lite.alerts()} == {"both", "below"}


def test_a_custom_metric_is_watched_of_the_calls_that_meet_the_filters(lite: Tower) -> None:
    slow = custom_metric("custom.slow", "Slow calls", "100 * count(latency_ms > 1000) / count()", unit="percent")
    lite.definitions[lite.project] = Definitions({"custom.slow": slow})
    lite.rule(
        metric="custom.slow", condition={"kind": "threshold", "op": "above", "value": 40},
        where=[{"dimension": "environment", "op": "in", "values": ["production"]}],
    )  # fmt: skip
    lite.calls(NOON + SECOND, good=10, latency_ms=2000.0, environment="staging")
    lite.calls(NOON + SECOND, good=10, environment="production")
    assert kinds(lite, NOON + MINUTE) == []
    lite.calls(NOON + MINUTE + SECOND, good=5, latency_ms=2000.0, environment="production")
    lite.calls(NOON + MINUTE + SECOND, good=5, environment="production")
    assert kinds(lite, NOON + 2 * MINUTE) == ["fired"]
    (alert,) = lite.alerts()
    assert (alert.metric_label, alert.value, alert.unit) == ("Slow calls", 50.0, "percent")


def test_it_is_over_past_the_recovery_threshold(lite: Tower) -> None:
    lite.rule(recovery_value=2)
    for minute, failed in enumerate((10, 4, 0)):
        lite.calls(NOON + minute * MINUTE + SECOND, good=100 - failed, failed=failed)
    assert kinds(lite, NOON + MINUTE) == ["fired"]
    assert kinds(lite, NOON + 2 * MINUTE) == []  # 4 %: below 5, not yet below 2
    assert "resolved" in kinds(lite, NOON + 3 * MINUTE)


def test_it_is_told_again_until_somebody_acknowledges(lite: Tower) -> None:
    lite.channel("warning")
    lite.rule(renotify_minutes=5)
    lite.store_all(lite.made(NOON + minute * MINUTE + SECOND, failed=3) for minute in range(20))
    lite.until(NOON + 12 * MINUTE, every_s=30)
    assert lite.sent() == ["fired", "reminder", "reminder"]
    with lite.database.writing() as session:
        session.execute(update(IncidentRow).where(IncidentRow.project_id == lite.project).values(status="acknowledged"))
    lite.until(NOON + 19 * MINUTE, every_s=30)
    assert lite.sent() == ["fired", "reminder", "reminder"]


def test_a_rule_that_names_channels_tells_these_and_sends_its_runbook(lite: Tower) -> None:
    lite.channel("warning")
    named = lite.channel()
    lite.rule(name="Named", channels=[named], runbook="Call the provider.")
    lite.calls(NOON + SECOND, failed=3)
    assert kinds(lite, NOON + MINUTE) == ["fired"]
    with lite.database.sessions() as session:
        (message,) = session.scalars(select(DeliveryRow).where(DeliveryRow.project_id == lite.project))
    assert message.channel_id == named
    assert "Call the provider." in str(message.message)


def test_the_channels_of_a_severity_are_told(lite: Tower) -> None:
    told = {severity: lite.channel(severity) for severity in ("info", "warning", "critical")}
    lite.rule(name="Grave", severity="critical")
    lite.calls(NOON + SECOND, failed=3)
    assert kinds(lite, NOON + MINUTE) == ["fired"]
    with lite.database.sessions() as session:
        (message,) = session.scalars(select(DeliveryRow).where(DeliveryRow.project_id == lite.project))
    assert message.channel_id == told["critical"]


def test_short_windows_are_judged_each_half_minute_and_longer_ones_each_minute(lite: Tower) -> None:
    lite.rule(name="Short", window_minutes=15)
    lite.rule(name="Long", window_minutes=16)
    judged = []
    for _ in range(18):
        lite.clock.forward(seconds=10)
        judged.append(lite.round().rules)
    # 10 s after the end of a window; the first round finds windows that ended before it
    assert judged == [2, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0]
