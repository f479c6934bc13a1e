"""Every rule of the table in verdict.py, and that nothing else decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from promptpulse.experiments.stats import Comparison, Judged, SampleRatio, Setting, Treatment, decide, holds, judge

SETTING = Setting("a", "A", 2000, "sequential", 10_000, SampleRatio(1.0, healthy=True), days=10)
Better = Literal["up", "down"]


def _lift(low: float, high: float) -> Comparison:
    """Of a control of 1: differences are lifts. Chance to win is sure, and must not matter."""
    middle = (low + high) / 2
    return Comparison(middle, low, high, middle, low, high, 0.5, 1.0)


def _metric(
    low: float, high: float, *, better: Better = "up", min_effect: float | None = 0.02, max_harm: float | None = None,
    label: str = "Quality",
) -> Judged:  # fmt: skip
    return Judged(label, better, _lift(low, high), low > 0 or high < 0, min_effect, max_harm)


def _guardrail(low: float, high: float, max_harm: float | None = None, better: Better = "down") -> Judged:
    return _metric(low, high, better=better, min_effect=None, max_harm=max_harm, label="Latency")


UNKNOWN = Judged("Quality", "up", None, significant=False, note="needs 100 units, has 12")
GAIN, LOSS, SAME, OPEN = _metric(0.03, 0.09), _metric(-0.09, -0.03), _metric(-0.01, 0.01), _metric(-0.05, 0.05)
SMALL_GAIN = _metric(0.005, 0.015)
HOPELESS = _metric(-0.05, 0.01)


def _b(*primary: Judged, guardrails: tuple[Judged, ...] = (), name: str = "B", units: int = 2000) -> Treatment:
    return Treatment(name.lower(), name, units, primary, guardrails)


@pytest.mark.parametrize(
    ("treatments", "decision", "variant", "reason"),
    [
        ([_b(GAIN)], "ship", "b", "Quality of B: better, +6 % (+3 % to +9 %)"),
        ([_b(LOSS)], "keep", "a", "Quality of B: worse, -6 % (-9 % to -3 %)"),
        ([_b(SAME)], "equivalent", None, "differs by less than 2 %"),
        ([_b(SMALL_GAIN)], "equivalent", None, "B and A do equally well"),  # true, and not worth having
        ([_b(OPEN)], "keep_running", None, "may be better or worse"),
        ([_b(HOPELESS)], "keep", "a", "can no longer gain what was declared worth having"),
        ([_b(replace(OPEN, min_effect=None))], "keep_running", None, "may be better or worse"),
        ([_b(replace(SAME, min_effect=None))], "keep_running", None, "may be better or worse"),
        ([_b(UNKNOWN)], "keep_running", None, "needs 100 units, has 12"),
        # down is better
        ([_b(_metric(-0.09, -0.03, better="down"))], "ship", "b", "better, -6 %"),
        ([_b(_metric(0.03, 0.09, better="down"))], "keep", "a", "worse, +6 %"),
        ([_b(_metric(-0.01, 0.05, better="down"))], "keep", "a", "can no longer gain"),
        # several primary metrics: one must be better, none worse
        ([_b(GAIN, OPEN)], "ship", "b", "may be better or worse"),
        ([_b(GAIN, LOSS)], "keep", "a", ": worse, "),
        ([_b(SAME, OPEN)], "keep_running", None, "may be better or worse"),
        # several variants
        ([_b(GAIN), _b(_metric(0.1, 0.2), name="C")], "ship", "c", "B also wins against control. C has the largest lift"),
        ([_b(LOSS), _b(GAIN, name="C")], "ship", "c", "Quality of B: worse"),
        ([_b(OPEN), _b(LOSS, name="C")], "keep_running", None, "Quality of C: worse"),
        ([_b(LOSS), _b(SAME, name="C")], "equivalent", None, "C and A do equally well"),
        ([_b(LOSS), _b(HOPELESS, name="C")], "keep", "a", "Quality of B: worse"),
    ],
)  # fmt: skip
def test_the_primary_metric_decides(
    treatments: list[Treatment], decision: str, variant: str | None, reason: str
) -> None:
    found = decide(SETTING, treatments)
    assert found.decision == decision
    assert found.variant_id == variant
    assert any(reason in line for line in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("primary", "guardrail", "decision", "reason"),
    [
        (GAIN, _guardrail(-0.01, 0.01, 0.02), "ship", "Latency of B: holds, not worse by more than 2 %"),
        (GAIN, _guardrail(-0.10, -0.05, 0.02), "ship", "holds"),  # even faster
        (GAIN, _guardrail(0.005, 0.015, 0.02), "ship", "holds"),  # worse for certain, as far as was allowed
        (GAIN, _guardrail(-0.01, 0.05, 0.02), "keep_running", "may still be worse by more than 2 %"),
        (GAIN, _guardrail(0.01, 0.05, 0.02), "keep_running", "may still be worse by more than 2 %"),
        (GAIN, _guardrail(0.03, 0.05, 0.02), "keep", "worse by more than the 2 % allowed, +4 % (+3 % to +5 %)"),
        (GAIN, _guardrail(-0.09, -0.03, 0.02, better="up"), "keep", "worse by more than the 2 % allowed"),
        (GAIN, _guardrail(0.001, 0.003), "keep", "Latency of B: worse, +0.2 %"),  # any harm, however small
        (GAIN, _guardrail(-0.02, 0.05), "ship", "not clear, does not block"),
        (GAIN, replace(UNKNOWN, max_harm=0.02), "keep_running", "needs 100 units, has 12"),
        (GAIN, UNKNOWN, "ship", "does not block, needs 100 units, has 12"),
        (SAME, _guardrail(0.03, 0.05, 0.02), "keep", "worse by more than the 2 % allowed"),
        (SAME, _guardrail(-0.01, 0.05, 0.02), "keep_running", "may still be worse"),
        (SAME, _guardrail(-0.01, 0.01, 0.02), "equivalent", "do equally well"),
        (OPEN, _guardrail(0.03, 0.05, 0.02), "keep", "worse by more than the 2 % allowed"),
        (LOSS, _guardrail(-0.01, 0.01, 0.02), "keep", "Quality of B: worse"),
    ],
)
def test_a_guardrail_blocks_what_it_was_declared_for(
    primary: Judged, guardrail: Judged, decision: str, reason: str
) -> None:
    found = decide(SETTING, [_b(primary, guardrails=(guardrail,))])
    assert found.decision == decision
    assert any(reason in line for line in found.reasons), found.reasons


def test_cheaper_and_not_worse_wins() -> None:
    """Cost is primary, quality may fall by 1 % at most, p95 rise by 10 %."""
    cost = _metric(-0.3, -0.2, better="down", label="Cost")
    quality = _metric(-0.008, 0.012, min_effect=None, max_harm=0.01)
    assert decide(SETTING, [_b(cost, guardrails=(quality, _guardrail(0.02, 0.08, 0.1)))]).decision == "ship"


def test_of_a_control_without_errors_there_is_no_percentage_and_significance_decides() -> None:
    none_yet = Comparison(0.01, -0.01, 0.03, None, None, None, 0.3, 0.9)
    guardrail = Judged("Errors", "down", none_yet, significant=False, max_harm=0.1)
    found = decide(SETTING, [_b(GAIN, guardrails=(guardrail,))])
    assert found.decision == "ship"
    assert any("control is 0" in line for line in found.reasons)
    worse = replace(guardrail, significant=True, comparison=replace(none_yet, low=0.005))
    assert decide(SETTING, [_b(GAIN, guardrails=(worse,))]).decision == "keep"


@pytest.mark.parametrize(
    ("setting", "decision", "reason"),
    [
        (replace(SETTING, control_units=0), "no_data", "No unit is in A yet"),
        (replace(SETTING, sample_ratio=SampleRatio(1e-9, healthy=False)), "unhealthy", "not split as the weights say"),
        (replace(SETTING, multiple_units=41), "unhealthy", "41 units (1.0 %) were seen in more than one variant"),
        (replace(SETTING, multiple_units=40), "ship", ""),  # 40 of 4,040 are less than 1 %
        (replace(SETTING, min_days=14), "keep_running", "Runs for 10.0 of at least 14 days"),
        (replace(SETTING, min_days=14, days=None), "keep_running", "Runs for 0.0 of at least 14 days"),
        (replace(SETTING, min_days=10), "ship", ""),
        (replace(SETTING, method="fixed"), "keep_running", "4,000 of 10,000 planned units"),
        (replace(SETTING, method="fixed", planned_units=4000), "ship", ""),
    ],
)
def test_a_winner_ships_only_from_a_sound_experiment_that_ran_long_enough(
    setting: Setting, decision: str, reason: str
) -> None:
    found = decide(setting, [_b(GAIN)])
    assert found.decision == decision
    assert any(reason in line for line in found.reasons), found.reasons


def test_few_units_in_two_variants_are_not_yet_a_fault() -> None:
    setting = replace(SETTING, control_units=100, multiple_units=10)  # 5 %, but only ten
    assert decide(setting, [_b(GAIN, units=100)]).decision == "ship"


def test_without_units_or_without_a_primary_metric_there_is_nothing_to_judge() -> None:
    assert decide(SETTING, [_b()]).decision == "no_data"
    nobody = decide(replace(SETTING, control_units=0), [_b(UNKNOWN, units=0)])
    assert nobody.decision == "no_data"
    assert "No unit was assigned yet" in nobody.reasons[0]


def test_harm_is_told_before_the_days_are_over() -> None:
    setting = replace(SETTING, min_days=14)
    found = decide(setting, [_b(OPEN, guardrails=(_guardrail(0.1, 0.2),))])
    assert found.decision == "keep_running"
    assert any("Latency of B: worse" in line for line in found.reasons)


@pytest.mark.parametrize("treatment", [_b(OPEN), _b(GAIN, guardrails=(_guardrail(-0.1, 0.1, 0.02),))])
def test_a_fixed_test_ends_at_its_planned_size_either_way(treatment: Treatment) -> None:
    found = decide(replace(SETTING, method="fixed", planned_units=4000), [treatment])
    assert (found.decision, found.variant_id) == ("keep", "a")
    assert "Running on would be peeking" in found.reasons[0]


def test_a_sequential_test_may_run_on_beyond_its_plan() -> None:
    found = decide(replace(SETTING, planned_units=4000), [_b(OPEN)])
    assert found.decision == "keep_running"
    assert "to stop now, keep A" in found.reasons[-1]


def test_chance_to_win_ships_nothing() -> None:
    sure = replace(OPEN, comparison=replace(_lift(-0.05, 0.05), chance_to_win=0.9999))
    assert decide(SETTING, [_b(sure)]).decision == "keep_running"


@pytest.mark.parametrize(
    ("low", "high", "significant", "better", "expected"),
    [
        (0.03, 0.09, True, "up", "better"),
        (0.03, 0.09, True, "down", "worse"),
        (0.03, 0.09, False, "up", "unclear"),  # the interval is one of many; corrected, it is chance
        (-0.02, 0.02, False, "up", "equal"),
        (0.001, 0.02, True, "up", "equal"),
        (-0.02, 0.03, False, "up", "unclear"),
    ],
)
def test_a_metric_is_better_worse_equal_or_unclear(
    low: float, high: float, significant: bool, better: Better, expected: str
) -> None:
    assert judge(_lift(low, high), better=better, significant=significant, min_effect=0.02) == expected


def test_without_a_bounded_lift_nothing_is_equal() -> None:
    unbounded = replace(_lift(-0.01, 0.01), lift_low=None, lift_high=None)
    assert judge(unbounded, better="up", significant=False, min_effect=0.02) == "unclear"


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [
        (-0.02, 0.01, "up", True),  # at worst 2 % less, 3 % are allowed
        (-0.04, 0.01, "up", False),
        (-0.20, 0.02, "down", True),  # less is better, at worst 2 % more
        (-0.20, 0.04, "down", False),
        (-0.025, -0.005, "up", True),  # worse for certain, but not by more than is allowed
    ],
)
def test_a_guardrail_holds_when_more_harm_than_allowed_is_excluded(
    low: float, high: float, better: Better, expected: bool
) -> None:
    assert holds(_lift(low, high), better=better, max_harm=0.03) is expected
