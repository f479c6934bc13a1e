# ruff: noqa: A005 - `python -m bench statistics`; imported as bench.statistics only
"""How often the statistics of experiments cry wolf, how often they miss, and how long they take: by simulation.

500 experiments of 10,000 users, looked at 50 times, alpha 5 %, of three kinds of metric: a success of 10 %, a log-normal
latency or cost (mean 1.65, deviation 2.16), a rating from 1 to 5 (mean 3.82, deviation 1.17). Seeds are fixed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chisquare

from bench.report import Row
from promptpulse.experiments.stats import Kind, Method, compare, estimates, sample_ratio, units_needed
from promptpulse.metrics.estimates import Estimate, Four, Moments

SIMULATIONS, USERS, LOOKS, ALPHA, PLANNED = 500, 10_000, 50, 0.05, 5000
NOTHING: Four = (0.0, 0.0, 0.0, 0.0)
RATINGS = np.array([0.06, 0.09, 0.17, 0.33, 0.35])
RATING_LIFT = 0.048012
"""Tilt of the weights that moves the mean rating by 0.065 (see `_rating`)."""

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, NDArray[np.bool_], bool], Floats]


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    kind: Kind
    draw: Draw
    """Values of users, by whether they are in B, and whether B is any different."""
    effect: str
    truth: float


def _binary(rng: np.random.Generator, treated: NDArray[np.bool_], differs: bool) -> Floats:  # noqa: FBT001 - a Draw
    return (rng.random(treated.size) < np.where(treated & differs, 0.12, 0.1)).astype(float)


def _lognormal(rng: np.random.Generator, treated: NDArray[np.bool_], differs: bool) -> Floats:  # noqa: FBT001
    return np.exp(rng.standard_normal(treated.size)) * np.where(treated & differs, 1.08, 1.0)


def _rating(rng: np.random.Generator, treated: NDArray[np.bool_], differs: bool) -> Floats:  # noqa: FBT001
    draw = rng.random(treated.size)
    a, b = (np.searchsorted(np.cumsum(weights)[:-1], draw) + 1.0 for weights in (RATINGS, _tilted()))
    return np.where(treated & differs, b, a)


def _tilted() -> Floats:
    weights = RATINGS * np.exp(RATING_LIFT * np.arange(1, 6))
    tilted: Floats = weights / weights.sum()
    return tilted


METRICS = [
    Metric("binary", "proportion", _binary, "+20 %", 0.02),
    Metric("log-normal", "mean", _lognormal, "+8 %", 0.08 * math.exp(0.5)),
    Metric("rating", "mean", _rating, "+0.065", float((_tilted() - RATINGS) @ np.arange(1, 6))),
]


@dataclass(slots=True)
class Found:
    """Experiments in which something was found at any look, by method, and at the last."""

    sequential: int = 0
    peeking: int = 0
    chance: int = 0
    once: int = 0
    lost: int = 0
    """The truth was outside of the sequential interval at some look."""
    lost_peeking: int = 0
    """The same of the t-test's intervals."""


def run(_: Path) -> list[Row]:
    alike = {metric.name: _simulated(metric, differs=False) for metric in METRICS}
    different = {metric.name: _simulated(metric, differs=True) for metric in METRICS}
    _print_table(alike, different)
    rows = [
        Row(f"false alarms in {LOOKS} looks, {name}", f"{100 * share:.1f} %", "5 %", share / ALPHA)
        for name, share in ((name, found.sequential / SIMULATIONS) for name, found in alike.items())
    ]
    rows += [
        Row(f"truth lost at any look, {name}", f"{100 * share:.1f} %", "5 %", share / ALPHA)
        for name, share in ((name, found.lost / SIMULATIONS) for name, found in different.items())
    ]
    return [*rows, *_clustered(), *_ratio(), _power(), *_times()]


def _simulated(metric: Metric, *, differs: bool) -> Found:
    found = Found()
    ends = USERS * np.arange(1, LOOKS + 1) // LOOKS
    truth = metric.truth if differs else 0.0
    for seed in range(SIMULATIONS):
        rng = np.random.default_rng([seed, int(differs)])
        treated = rng.random(USERS) < 0.5
        value = metric.draw(rng, treated, differs)
        control, treatment = (_cumulated(value, treated == side, ends) for side in (False, True))
        alarms, chances, tests, inside, inside_t = [], [], [], [], []
        for a, b in zip(control, treatment, strict=True):
            sides = estimates({"a": a, "b": b}, metric.kind, variance_reduction=False)
            one, other = sides["a"], sides["b"]
            if one is None or other is None:
                continue
            safe = compare(one, other, method="sequential", alpha=ALPHA, planned_units=PLANNED, kind=metric.kind)
            naive = compare(one, other, method="fixed", alpha=ALPHA, planned_units=PLANNED, kind="mean")
            alarms.append(safe.p_value is not None and safe.p_value <= ALPHA)
            tests.append(naive.p_value is not None and naive.p_value <= ALPHA)
            chances.append(max(safe.chance_to_win, 1 - safe.chance_to_win) > 0.95)
            inside.append(safe.low <= truth <= safe.high)
            inside_t.append(naive.low <= truth <= naive.high)
        found.sequential += any(alarms)
        found.peeking += any(tests)
        found.chance += any(chances)
        found.once += tests[-1]
        found.lost += not all(inside)
        found.lost_peeking += not all(inside_t)
    return found


def _cumulated(value: Floats, side: NDArray[np.bool_], ends: NDArray[np.int64]) -> list[Moments]:
    sums = [np.cumsum(np.where(side, weight, 0.0))[ends - 1] for weight in (np.ones_like(value), value, value * value)]
    return [_moments(int(n), float(total), float(squares)) for n, total, squares in zip(*sums, strict=True)]


def _moments(units: int, total: float, squares: float) -> Moments:
    mean = total / units
    variance = max(0.0, squares - units * mean * mean) / (units - 1)
    return Moments(units, units, (mean, 1.0, 0.0, 0.0), ((variance, 0.0, 0.0, 0.0), NOTHING, NOTHING, NOTHING))


def _print_table(alike: dict[str, Found], different: dict[str, Found]) -> None:
    def cells(by_metric: dict[str, Found], field: str) -> str:
        return " / ".join(f"{100 * getattr(found, field) / SIMULATIONS:.1f}" for found in by_metric.values()) + " %"

    names = " / ".join(metric.name for metric in METRICS)
    print(f"\n{SIMULATIONS} experiments of {USERS:,} users, {LOOKS} looks, alpha {ALPHA:.0%}: {names}")
    print(
        f"| method | false alarms | power at {' / '.join(metric.effect for metric in METRICS)} | truth lost at some look |"
    )
    print("|---|---|---|---|")
    methods = [
        (f"always valid, n* = {PLANNED:,} (default)", "sequential", "lost"),
        ("t-test at every look", "peeking", "lost_peeking"),
        ("chance to win above 95 % at any look", "chance", None),
        ("t-test once, at the end", "once", None),
    ]
    for title, field, lost in methods:
        # power of a rule that cries wolf says nothing
        power = cells(different, field) if field in {"sequential", "once"} else "-"
        print(f"| {title} | {cells(alike, field)} | {power} | {cells(different, lost) if lost else '-'} |")


def _clustered() -> list[Row]:
    """2,000 users with 8 calls each on average, of which some users are luckier than others; one look at the end."""
    rows = []
    print("\ncalls of users who differ, 8 a user: false alarms by calls and by users")
    print("| share of variance that is the user's | t-test of calls | delta method on users |")
    print("|---|---|---|")
    for icc in (0.2, 0.35, 0.5):
        by_call = by_user = 0
        for seed in range(SIMULATIONS):
            rng = np.random.default_rng([seed, 2])
            treated = rng.random(2000) < 0.5
            calls = rng.geometric(1 / 8, 2000)
            user = np.repeat(np.arange(2000), calls)
            z = math.sqrt(icc) * rng.standard_normal(2000)[user] + math.sqrt(1 - icc) * rng.standard_normal(user.size)
            good = np.bincount(user, weights=ndtr(z) < 0.1, minlength=2000)
            sides = {str(side): _pairs(good[treated == side], calls[treated == side]) for side in (False, True)}
            found = estimates(sides, "ratio", variance_reduction=False, bounds=(0.0, 1.0))
            naive = {name: _as_calls(moments) for name, moments in sides.items()}
            by_user += _significant(found["False"], found["True"])
            by_call += _significant(naive["False"], naive["True"])
        print(f"| {icc} | {100 * by_call / SIMULATIONS:.1f} % | {100 * by_user / SIMULATIONS:.1f} % |")
        share = by_user / SIMULATIONS
        rows.append(
            Row(
                f"false alarms of one look at 8 calls a user, {icc} the user's",
                f"{100 * share:.1f} %",
                "6.5 %",
                share / 0.065,
            )
        )
    return rows


def _pairs(y: Floats, x: NDArray[np.int64]) -> Moments:
    (yy, yx), (_, xx) = np.cov(np.stack([y, x]))
    return Moments(y.size, int(x.sum()), (float(y.mean()), float(x.mean()), 0.0, 0.0),
                   ((float(yy), float(yx), 0.0, 0.0), (float(yx), float(xx), 0.0, 0.0), NOTHING, NOTHING))  # fmt: skip


def _as_calls(moments: Moments) -> Estimate:
    """As if every call were a unit."""
    p = moments.mean[0] / moments.mean[1]
    return Estimate(moments.observations, moments.observations, p, p * (1 - p))


def _significant(control: Estimate | None, treatment: Estimate | None) -> bool:
    if control is None or treatment is None:
        return False
    found = compare(control, treatment, method="fixed", alpha=ALPHA, planned_units=PLANNED, kind="ratio")
    return found.p_value is not None and found.p_value <= ALPHA


def _ratio() -> list[Row]:
    safe = naive = 0
    for seed in range(1000):
        arrived = np.cumsum(np.random.default_rng([seed, 3]).random(USERS) < 0.5)[USERS // LOOKS - 1 :: USERS // LOOKS]
        counts = [
            (int(b), int(n) - int(b)) for b, n in zip(arrived, USERS * np.arange(1, LOOKS + 1) // LOOKS, strict=True)
        ]
        safe += any(sample_ratio(pair, [50, 50]).p_value < 0.01 for pair in counts)
        naive += any(chisquare(pair).pvalue < 0.01 for pair in counts)
    return [
        Row("sample ratio watched 50 times at 1 %: false alarms", f"{safe / 10:.1f} %", "1 %", safe / 10),
        Row("the same by chi-square", f"{naive / 10:.1f} %", "-", naive / 10, higher_is_better=None),
    ]


def _power() -> Row:
    """Of the size that the calculator names for 80 %, looked at 50 times on the way."""
    needed = units_needed(5, 2, 0.05, [50, 50], ALPHA, 0.8, "sequential") or 0
    ends = needed * np.arange(1, LOOKS + 1) // LOOKS
    found = 0
    for seed in range(SIMULATIONS):
        rng = np.random.default_rng([seed, 4])
        treated = rng.random(needed) < 0.5
        value = 5 + 2 * rng.standard_normal(needed) + np.where(treated, 0.25, 0)
        control, treatment = (_cumulated(value, treated == side, ends) for side in (False, True))
        found += any(_crosses(a, b, needed) for a, b in zip(control, treatment, strict=True))
    share = found / SIMULATIONS
    name = f"power of the {needed:,} units that 80 % need"
    return Row(name, f"{100 * share:.0f} %", "80 %", share / 0.8, higher_is_better=True)


def _crosses(a: Moments, b: Moments, planned: int) -> bool:
    sides = estimates({"a": a, "b": b}, "mean", variance_reduction=False)
    one, other = sides["a"], sides["b"]
    if one is None or other is None:
        return False
    p = compare(one, other, method="sequential", alpha=ALPHA, planned_units=planned, kind="mean").p_value
    return p is not None and p <= ALPHA


def _times() -> list[Row]:
    """From the moments of two variants to the comparison."""
    sides = {"a": _moments(5000, 500, 500), "b": _moments(5100, 600, 600)}
    views: list[tuple[str, Kind, Method]] = [
        ("always valid", "mean", "sequential"),
        ("Welch", "mean", "fixed"),
        ("Newcombe", "proportion", "fixed"),
    ]
    rows = []
    for name, kind, method in views:
        started = math.inf
        for repeat in range(301):
            found = estimates(sides, kind, variance_reduction=True)
            one, other = found["a"], found["b"]
            if one is not None and other is not None:
                compare(one, other, method=method, alpha=ALPHA, planned_units=PLANNED, kind=kind)
            if repeat == 0:  # imports
                started = time.perf_counter()
        ms = (time.perf_counter() - started) / 300 * 1000
        rows.append(Row(f"one analysis, {name}", f"{ms:.3f} ms", "1 ms", ms))
    return rows
