"""Error budgets by hand: the example of the product document, burn rates, how long the rest lasts, what alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from promptpulse.metrics.burn import (
    ROLLING,
    Slot,
    Tally,
    allowed,
    assess,
    budget,
    burn_rate,
    burning,
    covered,
    gone_in,
    merged,
    suggested,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def hours(n: int, total: int, bad: int, until: datetime = NOON) -> list[Slot]:
    """The `n` hours before `until`, all alike."""
    return [Slot(until - (i + 1) * HOUR, until - i * HOUR, total, bad, total) for i in reversed(range(n))]


def minutes(n: int, total: int, bad: int, until: datetime = NOON) -> list[Slot]:
    return [Slot(until - (i + 1) * MINUTE, until - i * MINUTE, total, bad, total) for i in reversed(range(n))]


def test_the_example_of_the_product_document() -> None:
    """99.9 % availability: 43 minutes a month; 12 down, 31 left, meeting."""
    passed = NOON - NOVEMBER[0]
    down = [Slot(NOVEMBER[0] + i * MINUTE, NOVEMBER[0] + (i + 1) * MINUTE, 1, int(i < 12), 5) for i in range(60)]
    rest = [Slot(NOVEMBER[0] + i * HOUR, NOVEMBER[0] + (i + 1) * HOUR, 60, 0, 300) for i in range(1, passed // HOUR)]
    found = assess(99.9, [*down, *rest], NOVEMBER, NOON, 20)
    assert round(found.budget.minutes, 6) == 43.2
    assert found.budget.minutes_spent == pytest.approx(12)
    assert found.budget.minutes_left == pytest.approx(31.2)
    assert found.status == "meeting"


@pytest.mark.parametrize(
    ("target", "minutes_allowed"), [(99.9, 43.2), (99.99, 4.32), (99, 432), (95, 2160), (50, 21600)]
)
def test_the_budget_of_thirty_days(target: float, minutes_allowed: float) -> None:
    assert budget(target, ROLLING, ROLLING, Tally(1, 0, 1)).minutes == pytest.approx(minutes_allowed)


def test_a_budget_of_calls_counts_on_the_traffic_going_on() -> None:
    # 10,000 calls in a third of the period: 30,000 in all, of which 1 % may fail
    left = budget(99, ROLLING, ROLLING / 3, Tally(10_000, 90, 10_000))
    assert left.units == pytest.approx(300)
    assert left.units_left == pytest.approx(210)
    # 90 of 300 are spent, and so are 30 % of the minutes: 0.9 % of 14,400 minutes of 432
    assert left.minutes_spent == pytest.approx(129.6)
    assert left.left_share == pytest.approx(70)


def test_a_burn_rate_of_one_spends_the_budget_in_one_period() -> None:
    assert burn_rate(99.9, Tally(1000, 1, 1000)) == pytest.approx(1)
    assert gone_in(budget(99.9, ROLLING, timedelta(0), Tally(1000, 1, 1000)), Tally(1000, 1, 1000)) == pytest.approx(
        ROLLING, abs=timedelta(seconds=1)
    )


def test_a_budget_is_gone_in_5_h_40_min() -> None:
    # 34 minutes are left of 43.2; a tenth of the calls fails: 340 minutes
    left = budget(99.9, ROLLING, ROLLING, Tally(432_000, 92, 432_000))
    assert left.minutes_left == pytest.approx(34)
    assert gone_in(left, Tally(100, 10, 100)) == pytest.approx(timedelta(hours=5, minutes=40), abs=timedelta(seconds=1))


def test_a_budget_lasts_while_nothing_is_bad_and_while_nothing_is_known() -> None:
    left = budget(99.9, ROLLING, ROLLING, Tally(1000, 1, 1000))
    assert gone_in(left, Tally(100, 0, 100)) is None
    assert gone_in(left, Tally(0, 0, 0)) is None


def test_nothing_is_not_zero() -> None:
    nothing = budget(99.9, ROLLING, ROLLING, Tally(0, 0, 0))
    assert (nothing.minutes_spent, nothing.minutes_left, nothing.left_share) == (None, None, None)
    assert Tally(0, 0, 0).compliance is None
    assert assess(99.9, [], NOVEMBER, NOON, 20).status == "no_data"


def test_what_may_be_bad_is_exact() -> None:
    assert [allowed(t) for t in (99.9, 99.95, 95, 50)] == [0.001, 0.0005, 0.05, 0.5]


BURNS: list[tuple[str, int, int, dict[tuple[str, float], bool]]] = [
    # a target of 99 %: of 100 calls a minute, 15 bad ones burn 15 times, 7 burn 7 times
    ("quick", 60, 15, {("page", 14.4): True, ("page", 6.0): False}),
    ("an hour of 7 is no six hours of 6", 60, 7, {("page", 14.4): False, ("page", 6.0): False}),
    ("six hours of 7", 360, 7, {("page", 14.4): False, ("page", 6.0): True}),
    ("only five minutes", 5, 100, {("page", 14.4): False, ("page", 6.0): False}),
]


@pytest.mark.parametrize(("name", "lasted", "bad", "expected"), BURNS, ids=[b[0] for b in BURNS])
def test_pages_need_both_windows(name: str, lasted: int, bad: int, expected: dict[tuple[str, float], bool]) -> None:
    del name
    good = minutes(360 - lasted, 100, 0, NOON - lasted * MINUTE)
    slots = [*hours(72, 6000, 0, NOON - 6 * HOUR), *good, *minutes(lasted, 100, bad)]
    found = {(str(b.pair.speed), b.pair.factor): b.burning for b in burning(99, slots, NOON, 20)}
    assert {key: found[key] for key in expected} == expected


def test_what_was_good_is_told_without_the_noise_of_floating_point() -> None:
    fast = burning(99.9, minutes(60, 2, 1), NOON, 20)[0]
    assert (fast.good(99.9), fast.least_good(99.9)) == (50.0, 98.56)


def test_a_fault_that_is_over_no_longer_burns() -> None:
    # an hour of 20 bad calls in 100, then six good minutes: the short window says that it is over
    slots = [*minutes(54, 100, 20, NOON - 6 * MINUTE), *minutes(6, 100, 0)]
    fast = burning(99, slots, NOON, 20)[0]
    assert fast.long_burn == pytest.approx(18)
    assert (fast.short_burn, fast.burning) == (0, False)


def test_without_calls_in_the_short_window_nobody_knows() -> None:
    fast = burning(99, minutes(54, 100, 20, NOON - 6 * MINUTE), NOON, 20)[0]
    assert (fast.short_burn, fast.burning) == (None, None)


def test_few_calls_do_not_alert() -> None:
    slots = minutes(10, 1, 1)
    assert burning(99, slots, NOON, 11)[0].burning is False
    assert burning(99, slots, NOON, 10)[0].burning is True


def test_tickets_look_at_days() -> None:
    # 4 bad calls of 100 for two days: 4 times too fast over a day, 2.67 times over three
    slots = [*hours(66, 100, 4, NOON - 6 * HOUR), *minutes(360, 100, 4)]
    found = {b.pair.factor: b.burning for b in burning(99, slots, NOON, 20) if b.pair.speed == "ticket"}
    assert found == {3.0: True, 1.0: True}


def test_a_status_follows_the_budget() -> None:
    def status(bad: int) -> str:
        return assess(99, hours(720, 100, 0)[:-1] + hours(1, 100, bad), (NOON - ROLLING, NOON), NOON, 10_000).status

    # 72,000 calls, 720 may be bad; too few calls in any window to alert
    assert status(0) == "meeting"
    whole = [Slot(NOON - ROLLING, NOON - ROLLING + HOUR, 72_000, bad, 72_000) for bad in (539, 541, 720, 721)]
    found = [assess(99, [slot], (NOON - ROLLING, NOON), NOON, 10_000).status for slot in whole]
    assert found == ["meeting", "at_risk", "at_risk", "violating"]


def test_maintenance_shortens_the_period() -> None:
    span = (NOON - 12 * HOUR, NOON - 11 * HOUR)
    slots = [s for s in hours(720, 60, 0) if s.start != span[0]]
    found = assess(99.9, slots, (NOON - ROLLING, NOON), NOON, 20, [span])
    assert found.excluded == HOUR
    assert found.budget.minutes == pytest.approx(43.2 - 0.06)  # a thousandth of 60 minutes less


def test_spans_are_merged_and_measured() -> None:
    spans = merged(
        [(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR), (NOON - HOUR, NOON - 30 * MINUTE), (NOON, NOON)]
    )
    assert spans == ((NOON - HOUR, NOON - 30 * MINUTE), (NOON, NOON + 2 * HOUR))
    assert covered(spans, NOON - 45 * MINUTE, NOON + HOUR) == 75 * MINUTE


def test_a_target_is_suggested_that_was_met() -> None:
    assert suggested(Tally(1000, 3, 1000)) == 99.5
    assert suggested(Tally(1000, 0, 1000)) == 99.99
    assert suggested(Tally(10, 6, 10)) is None
    assert suggested(Tally(0, 0, 0)) is None


def test_a_month_that_began_before_the_first_call_counts_from_there() -> None:
    # calls since yesterday noon, all bad: one day of 43.2 minutes allowed
    found = assess(99.9, hours(24, 10, 10), NOVEMBER, NOON, 20)
    assert found.budget.minutes_spent == pytest.approx(1440)
    assert found.status == "violating"
