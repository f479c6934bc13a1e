"""Faults put into real traffic: how many the band of what is expected finds, and how often it is wrong without any.

Series: request rates of clients (ServeGen, 14 days at 10 minutes), as calls of 10-minute windows. The first week is learned
from; in the second, at random moments, nobody calls for 20 minutes, or twice or half as many do. The series themselves have
bursts that nobody has labelled: what is found there counts as a false alarm. Only gaps, in which fewer than a tenth of the
expected calls come, are counted apart: they are outages."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from time import process_time

import numpy as np
from numpy.typing import NDArray

from bench.forecast import SHARED
from bench.report import Row
from promptpulse.metrics.baseline import AHEAD, Nature, Past, Sensitivity

Floats = NDArray[np.float64]
STEP, PER_HOUR, PER_WEEK = timedelta(minutes=10), 6, 1008
START = datetime(2026, 6, 1, tzinfo=UTC)
CALLS = Nature(adds=True, is_share=False, is_count=True)
FAULTS, FAULT_WINDOWS = 40, 2
"""Of each kind in each series; how long one lasts."""
BUSY = 100.0
"""Calls in a window, of which half a band can be told from chance."""
SENSITIVITIES: tuple[Sensitivity, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Told:
    outages: float
    """Share of them that is found."""
    spikes: float
    halved: float
    false_a_week: float
    gaps_a_week: float


def run(_folder: Path) -> list[Row]:
    series = list(rates())
    busy = [calls for calls in series if np.median(calls) >= BUSY]
    rows = []
    started = process_time()
    for sensitivity in SENSITIVITIES:
        for name, some in ((f"{len(busy)} busy clients", busy), (f"all {len(series)} clients", series)):
            told = [tried(calls, sensitivity, seed) for seed, calls in enumerate(some)]
            outages, spikes, halved = (
                100 * mean(values)
                for values in ([t.outages for t in told], [t.spikes for t in told], [t.halved for t in told])
            )
            false, gaps = mean(t.false_a_week for t in told), mean(t.gaps_a_week for t in told)
            value = (
                f"{outages:.0f} % of outages, {spikes:.0f} % of doublings, {halved:.0f} % of halvings found;"
                f" {false:.1f} false alarms a week, and {gaps:.1f} gaps of the data"
            )
            rows.append(Row(f"Band, {sensitivity}, {name}", value, "", 1.0, higher_is_better=None))
    us = (process_time() - started) * 1e6 / (len(SENSITIVITIES) * PER_WEEK * (len(series) + len(busy)))
    return [*rows, Row("Band, time of a window", f"{us:.0f} us", "100 us", us / 100)]


def rates() -> Iterator[Floats]:
    found: dict[str, list[float]] = defaultdict(list)
    with gzip.open(SHARED / "servegen_rates_10min.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["model"].startswith("language/"):  # the others last a day
                found[f"{row['model']} {row['client']}"].append(float(row["rate"]))
    for values in found.values():
        yield np.round(np.array(values) * STEP.total_seconds())


def tried(calls: Floats, sensitivity: Sensitivity, seed: int) -> Told:
    low, expected, high = bands(calls, sensitivity)
    values = calls[-PER_WEEK:]
    wrong = (values < low) | (values > high)
    gap = values < expected / 10
    random = np.random.default_rng(seed)
    at = random.integers(0, PER_WEEK - FAULT_WINDOWS, FAULTS)
    places = at[:, None] + np.arange(FAULT_WINDOWS)
    usual = values[places]

    def share(changed: Floats) -> float:
        return float(((changed < low[places]) | (changed > high[places])).any(axis=1).mean())

    return Told(
        share(np.zeros_like(usual)), share(2 * usual), share(usual / 2), episodes(wrong & ~gap), episodes(wrong & gap)
    )


def bands(calls: Floats, sensitivity: Sensitivity) -> tuple[Floats, Floats, Floats]:
    """Low, expected, high of each window of the last week."""
    hours = calls.reshape(-1, PER_HOUR).sum(axis=1)
    first = len(calls) - PER_WEEK
    local = np.arange(len(hours) + AHEAD)
    past = Past(CALLS, START, local, hours, hours, START + first * STEP)
    found = [past.expected(START + i * STEP, STEP, sensitivity) for i in range(first, len(calls))]
    expected = np.array([f.expected or 0.0 for f in found])
    return (
        np.array([f.low or 0.0 for f in found]),
        expected,
        np.array([np.inf if f.high is None else f.high for f in found]),
    )


def episodes(wrong: Sequence[bool] | NDArray[np.bool_], apart: int = PER_HOUR) -> int:
    """Alarms with less than an hour between them are one."""
    at = np.flatnonzero(wrong)
    return 0 if not len(at) else 1 + int((np.diff(at) > apart).sum())
