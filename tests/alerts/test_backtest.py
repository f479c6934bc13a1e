"""What a rule would have done: the same as a live rule did, on days that a reader can count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.tower import ERRORS, Tower
from clock import NOON
from promptpulse.alerts import backtest
from promptpulse.alerts.backtest import step_of, tried
from promptpulse.alerts.shapes import PreviewIn, RulePreview
from promptpulse.alerts.state import Policy
from promptpulse.alerts.watching import Given, Watch
from promptpulse.core.errors import Refused
from promptpulse.metrics import NONE
from promptpulse.metrics.baseline import Baselines

MINUTE = timedelta(minutes=1)
FIVE = {"window_minutes": 5}


def trial(tower: Tower, days: int = 1, **fields: object) -> RulePreview:
    asked = PreviewIn.model_validate({"rule": {**ERRORS, **fields}, "days": days})
    return tried(tower.store, Baselines(tower.store, tower.clock), tower.ref, asked, NONE, tower.clock())


def moment(at: datetime) -> str:
    return f"{(at - NOON).total_seconds() / 60:g}"


def test_episodes_begin_and_end_where_a_live_rule_fires_and_resolves(lite: Tower) -> None:
    rule = {"for_minutes": 2, "recovery_minutes": 1, "minimum_samples": 5}
    lite.rule(**rule)
    bad = {3, 10, 11, 12, 13, 14, 20, 21, 22, 24, 25}
    lite.store_all(
        lite.made(NOON + n * MINUTE + timedelta(seconds=1), good=5, failed=5 if n in bad else 0) for n in range(30)
    )
    lived = [(float(at) // 60, kind) for at, kind in lite.until(NOON + 32 * MINUTE, every_s=10)]
    found = trial(lite, **rule)
    assert [kind for _, kind in lived] == ["fired", "resolved"] * (len(lived) // 2)
    assert found.fired == len(lived) // 2 == 2
    lasted = [(moment(e.start), moment(e.end or NOON)) for e in reversed(found.episodes)]
    # windows end at whole minutes; two minutes after the first wrong one, one after the first good one
    assert lasted == [("13", "17"), ("23", "28")]
    assert found.summary.startswith("Would have fired twice in a day, longest")
    assert (found.messages, found.resolved, found.nights) == (4, 2, 0)
    assert found.episodes[0].peak == 50.0


def test_a_rule_that_never_fired_is_told_so_and_what_would_fire_is_suggested(lite: Tower) -> None:
    lite.store_all(lite.made(NOON - n * MINUTE, good=19, failed=1 if n % 50 else 4) for n in range(0, 1200, 5))
    quiet = trial(lite, condition={"kind": "threshold", "op": "above", "value": 50}, **FIVE)
    assert quiet.summary == "Would not have fired in a day."
    noisy = trial(lite, condition={"kind": "threshold", "op": "above", "value": 1}, recovery_minutes=5, **FIVE)
    assert noisy.fired > 0
    loud = trial(lite, condition={"kind": "threshold", "op": "above", "value": 6}, **FIVE)
    # every 50 minutes four of 23 fail: 17.4 %
    assert loud.fired >= 20
    assert loud.suggestion is not None
    assert loud.suggestion.value == 18
    assert loud.suggestion.fired == 0
    assert loud.suggestion.text == "With 18 % it would not have fired in a day."


def test_no_limit_is_suggested_that_can_never_be_passed(lite: Tower) -> None:
    # windows of single calls: every rate is 0 or 100 %
    lite.store_all(lite.made(NOON - n * MINUTE, good=n % 2, failed=1 - n % 2) for n in range(120))
    for metric, op, value in (("error_rate", "above", 5), ("success_rate", "below", 95)):
        found = trial(lite, metric=metric, condition={"kind": "threshold", "op": op, "value": value})
        assert found.fired > 50
        assert found.suggestion is None
        assert found.warnings[-1] == (
            "Windows of few calls make the rate jump to the end of its scale, so no limit fires rarely:"
            " raise the minimum of samples, or take longer windows."
        )


def test_nights_and_quiet_hours_are_those_of_the_project(lite: Tower) -> None:
    for minute in range(20):
        # 23:30 in Berlin on the evening before
        lite.calls(NOON - timedelta(hours=13, minutes=30) + minute * MINUTE, failed=5)
    found = trial(lite, quiet_hours=[{"start": "22:00", "end": "06:00"}])
    assert (found.fired, found.nights, found.messages) == (1, 1, 0)
    assert found.episodes[0].held_back
    assert found.episodes[0].at_night
    assert found.summary.endswith(", at night.")


def test_series_are_tried_each_and_those_that_fire_most_come_first(lite: Tower) -> None:
    for minute in range(10):
        lite.calls(NOON - minute * MINUTE, good=50, prompt_id="good")
        lite.calls(NOON - minute * MINUTE, failed=2, prompt_id="bad")
    found = trial(lite, by=["prompt_id"], series_limit=2)
    assert (found.series_watched, found.series_total, found.fired) == (2, 2, 1)
    assert [one.group for one in found.series] == [{"prompt_id": "bad"}, {"prompt_id": "good"}]
    assert found.episodes[0].group == {"prompt_id": "bad"}
    assert found.episodes[0].end is None
    assert len(found.points) == len(found.series[0].values) == 480
    assert max(v for v in found.series[0].values if v is not None) == 100.0


def test_what_it_cannot_know_is_said(lite: Tower) -> None:
    assert trial(lite).warnings == ["No calls meet the filters in this time: nothing can be said."]
    lite.steady(5, start=NOON - 10 * MINUTE, good=3)
    said = trial(lite, days=2, minimum_samples=50, **FIVE).warnings
    assert said[0].startswith("The project has calls since 2026-11-21 11:50 UTC")
    assert "fewer than 50 samples" in said[1]
    learning = trial(lite, metric="total_requests", condition={"kind": "expected", "op": "above", "factor": 2}, **FIVE)
    assert any("not known yet what is normal" in text for text in learning.warnings)


def test_missing_calls_count_from_the_last_call_on(lite: Tower) -> None:
    lite.store_all(lite.made(NOON - n * MINUTE, good=1) for n in range(0, 600, 2) if not 200 <= n < 260)
    found = trial(lite, condition={"kind": "no_data", "minutes": 15})
    assert [(e.cause, e.peak) for e in found.episodes] == [("no_data", None)]
    assert 40 <= found.episodes[0].minutes <= 50


def test_a_rule_that_is_refused_when_saved_is_refused_when_tried(lite: Tower) -> None:
    with pytest.raises(Refused, match="recovery_value"):
        trial(lite, recovery_value=99)


@pytest.mark.parametrize(
    ("window", "minutes"),
    [
        (1, 1),
        (2, 1),
        (5, 1),
        (7, 1),
        (10, 2),
        (15, 3),
        (30, 5),
        (31, 31),
        (60, 10),
        (240, 40),
        (720, 30),
        (1440, 60),
        (2880, 360),
        (43200, 360),
    ],
)
def test_the_trial_looks_some_six_times_a_window(window: int, minutes: int) -> None:
    assert step_of(window * MINUTE) == minutes * MINUTE
    assert window % minutes == 0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("on_no_data", ["ok", "keep", "alert"])
def test_passing_over_what_stays_ok_changes_nothing(
    seed: int, on_no_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(seed)
    count = 300
    values = np.where(chance.random(count) < 0.15, np.nan, chance.choice([1.0, 9.0, 11.0], count, p=[0.7, 0.15, 0.15]))
    watch = Watch(
        "", "p", 0,
        PreviewIn.model_validate({
            "rule": {**ERRORS, "condition": {"kind": "threshold", "op": "above", "value": 10}, "recovery_value": 8},
        }).rule,
        "UTC", NONE,
    )  # fmt: skip
    policy = Policy(
        window=MINUTE, gap=3 * MINUTE, hold=int(chance.integers(0, 3)) * MINUTE, recover=int(chance.integers(0, 3)) * MINUTE,
        on_no_data=on_no_data, minimum_samples=2, renotify=5 * MINUTE,  # type: ignore[arg-type]  # of the three
    )  # fmt: skip
    ends = [datetime(2026, 11, 20, tzinfo=UTC) + i * MINUTE for i in range(count)]
    samples = chance.integers(0, 12, count).astype(np.float64)
    seen = np.ones(count, dtype=np.bool_)
    past = backtest._Past((), values, samples, samples, Given(count), seen, 0)
    bounds = watch.bounds(past.given)
    short = backtest._replayed(watch, policy, past, bounds, ends)
    monkeypatch.setattr(backtest, "PASSED_OVER", frozenset())
    every = backtest._replayed(watch, policy, past, bounds, ends)
    assert short == every
