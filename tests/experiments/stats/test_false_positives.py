"""The default method does not cry wolf, however often one looks. Seeds are fixed: the shares are the same every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments.stats.simulated import Floats, looks, moments, simulator
from promptpulse.experiments.stats import Kind, Method, compare, estimates, sample_ratio

ALPHA = 0.05
KINDS: dict[str, Kind] = {"binary": "proportion", "lognormal": "mean", "ordinal": "mean"}
Draw = Callable[[np.random.Generator, int], Floats]


def _alarms(shared: Path, metric: str, method: Method, simulations: int) -> float:
    """Share of A/A experiments with 10,000 users and 50 looks that are significant at any look."""
    aa_sim = simulator(shared)
    ends = 10_000 * np.arange(1, 51) // 50
    alarms = 0
    for seed in range(simulations):
        stream = aa_sim.simulate(metric, users=10_000, seed=seed)
        found = looks(stream.value, stream.variant == 1, ends, KINDS[metric], method=method, planned=5000)
        alarms += any(c.p_value is not None and c.p_value <= ALPHA for c in found)
    return alarms / simulations


@pytest.mark.parametrize("metric", list(KINDS))
def test_fifty_looks_at_two_equal_variants_give_at_most_five_percent_false_alarms(shared: Path, metric: str) -> None:
    assert _alarms(shared, metric, "sequential", 500) <= ALPHA


def test_the_same_looks_with_a_plain_t_test_give_many(shared: Path) -> None:
    """The yardstick works: peeking at a t-test gives about 30 %."""
    assert _alarms(shared, "lognormal", "fixed", 30) >= 0.15


def _zero_inflated(rng: np.random.Generator, n: int) -> Floats:
    return np.where(rng.random(n) < 0.05, np.exp(rng.standard_normal(n)), 0.0)


@pytest.mark.parametrize("split", [0.5, 0.1, 0.9])
@pytest.mark.parametrize(
    ("draw", "kind"),
    [
        (lambda rng, n: (rng.random(n) < 0.02).astype(float), "proportion"),
        (lambda rng, n: (rng.random(n) < 0.97).astype(float), "proportion"),
        (lambda rng, n: rng.standard_normal(n), "mean"),
        (lambda rng, n: np.exp(1.5 * rng.standard_normal(n)), "mean"),
        (_zero_inflated, "mean"),
    ],
    ids=["2 %", "97 %", "normal", "long tail", "5 % not zero"],
)
def test_few_units_skew_and_unequal_variants_give_no_more(draw: Draw, kind: Kind, split: float) -> None:
    """From the second unit of a variant on, and for an experiment that was planned far too small."""
    ends = np.unique(np.geomspace(4, 2000, 60).astype(np.int64))
    alarms = 0
    for seed in range(300):
        rng = np.random.default_rng([seed, 7])
        value, treated = draw(rng, 2000), rng.random(2000) < split
        found = looks(value, treated, ends, kind, method="sequential", planned=10)
        alarms += any(c.p_value is not None and c.p_value <= ALPHA for c in found)
    assert alarms / 300 <= ALPHA


def test_intervals_hold_the_truth_at_every_look() -> None:
    """B is truly 0.5 above A: at least 95 % of the experiments never lose it, of the difference and of the lift."""
    ends = np.unique(np.geomspace(20, 4000, 50).astype(np.int64))
    missed = missed_lift = 0
    for seed in range(150):
        rng = np.random.default_rng([seed, 11])
        treated = rng.random(4000) < 0.5
        value = 5 + rng.standard_normal(4000) + np.where(treated, 0.5, 0.0)
        found = list(looks(value, treated, ends, "mean", method="sequential", planned=2000))
        missed += not all(c.low <= 0.5 <= c.high for c in found)
        missed_lift += not all(
            c.lift_low <= 0.1 <= c.lift_high for c in found if c.lift_low is not None and c.lift_high is not None
        )
    assert missed / 150 <= ALPHA
    assert missed_lift / 150 <= ALPHA


def _clustered(rng: np.random.Generator, users: int) -> tuple[Floats, Floats, Floats]:
    """Calls, successes of calls, and the same before, of users who differ."""
    skill = np.clip(rng.normal(0.7, 0.2, users), 0, 1)
    calls, before = rng.geometric(1 / 8, users), rng.geometric(1 / 8, users)
    return (
        calls.astype(float),
        rng.binomial(calls, skill).astype(float),
        np.stack([rng.binomial(before, skill), before]).astype(float),
    )


def test_calls_of_one_user_are_not_independent_and_the_delta_method_knows() -> None:
    delta = naive = 0
    for seed in range(300):
        rng = np.random.default_rng([seed, 13])
        calls, good, _ = _clustered(rng, 800)
        treated = rng.random(800) < 0.5
        by_user = estimates(
            {str(side): moments(good[treated == side], calls[treated == side]) for side in (False, True)},
            "ratio", variance_reduction=False, bounds=(0, 1),
        )  # fmt: skip
        control, treatment = by_user["False"], by_user["True"]
        assert control is not None
        assert treatment is not None
        p = compare(control, treatment, method="fixed", alpha=ALPHA, planned_units=5000, kind="ratio").p_value
        delta += p is not None and p <= ALPHA
        error = sum(
            good[treated == side].sum() * (calls - good)[treated == side].sum() / calls[treated == side].sum() ** 3
            for side in (False, True)
        )
        naive += abs(treatment.value - control.value) > 1.96 * np.sqrt(error)
    assert delta / 300 <= 0.075
    assert naive / 300 >= 0.12


def test_history_takes_variance_away_and_moves_nothing() -> None:
    """A/A with a history: half the variance and more is gone, no bias, and 5 % alarms of a t-test stay 5 %."""
    differences, plain, alarms, shares = [], [], 0, []
    for seed in range(400):
        rng = np.random.default_rng([seed, 17])
        person = rng.standard_normal(400)
        before = np.exp(person + 0.3 * rng.standard_normal(400)) * (rng.random(400) < 0.8)
        after = np.exp(person + 0.3 * rng.standard_normal(400))
        treated = rng.random(400) < 0.3
        sides = {str(side): moments(after[treated == side], np.ones(np.sum(treated == side)), before[treated == side])
                 for side in (False, True)}  # fmt: skip
        with_history = estimates(sides, "mean", variance_reduction=True)
        control, treatment = with_history["False"], with_history["True"]
        assert control is not None
        assert treatment is not None
        result = compare(control, treatment, method="fixed", alpha=ALPHA, planned_units=5000, kind="mean")
        differences.append(result.difference)
        plain.append(sides["True"].mean[0] - sides["False"].mean[0])
        alarms += result.p_value is not None and result.p_value <= ALPHA
        shares.append(control.variance_reduced or 0.0)
    assert abs(np.mean(differences)) <= 2.5 * np.std(differences) / 20  # 400 simulations: 20 = sqrt(400)
    assert np.var(differences) < 0.75 * np.var(plain)
    assert np.mean(shares) == pytest.approx(1 - np.var(differences) / np.var(plain), abs=0.12)
    assert alarms / 400 <= 0.075


def test_the_sample_ratio_may_be_watched() -> None:
    alarms = 0
    for seed in range(1000):
        arrivals = np.random.default_rng([seed, 19]).random(5000) < 0.2
        ends = range(100, 5001, 100)
        alarms += any(not sample_ratio([end - int(s), int(s)], [80, 20]).healthy
                      for end, s in zip(ends, np.cumsum(arrivals)[99::100], strict=True))  # fmt: skip
    assert alarms <= 3  # 1 in 1,000 expected at most


def test_users_that_one_variant_loses_are_noticed(shared: Path) -> None:
    stream = simulator(shared).simulate("binary", users=10_000, srm=0.1, seed=3)
    treated = int(stream.variant.sum())
    assert not sample_ratio([len(stream) - treated, treated], [50, 50]).healthy
