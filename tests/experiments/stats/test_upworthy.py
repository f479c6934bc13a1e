"""4,873 real headline tests, with a median of 3,100 impressions a variant, run through the statistics, a fault included.

The Upworthy Research Archive (Matias, Munger, Le Quere, Ebersole, Scientific Data 2021), exploratory part. Its impressions are
one row each; that they are of independent readers is assumed."""

from __future__ import annotations

import csv
import gzip
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from scipy.stats import chisquare

from promptpulse.experiments.stats import (
    Comparison,
    Decision,
    Judged,
    Setting,
    Treatment,
    adjusted,
    compare,
    decide,
    estimates,
    interval_alpha,
    sample_ratio,
)  # fmt: skip
from promptpulse.metrics.estimates import Moments

NOTHING = (0.0, 0.0, 0.0, 0.0)
FAULTY_WEEKS = ("201326", "201402")


@dataclass(frozen=True, slots=True)
class HeadlineTest:
    week: str
    impressions: list[int]
    clicks: list[int]
    first: list[bool]
    """Found best by the publisher."""


@dataclass(frozen=True, slots=True)
class Analysed:
    test: HeadlineTest
    comparisons: list[Comparison]
    p_adjusted: list[float]
    decision: Decision
    seconds: float


def _read(shared: Path) -> list[HeadlineTest]:
    found: dict[str, HeadlineTest] = {}
    with gzip.open(shared / "data" / "upworthy_exploratory.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            test = found.setdefault(row["clickability_test_id"], HeadlineTest(row["test_week"], [], [], []))
            test.impressions.append(int(row["impressions"]))
            test.clicks.append(int(row["clicks"]))
            test.first.append(row["first_place"] == "1")
    return list(found.values())


def _analysed(test: HeadlineTest) -> Analysed:
    """The first headline is control; the verdict as the product finds it."""
    started = time.perf_counter()
    variants = [str(i) for i in range(len(test.impressions))]
    shares = {name: _clicked(n, k) for name, n, k in zip(variants, test.impressions, test.clicks, strict=True)}
    found = estimates(shares, "proportion", variance_reduction=True)
    known = [found[name] for name in variants]
    alpha = interval_alpha(0.05, len(variants) - 1)
    comparisons = [
        compare(known[0], e, method="sequential", alpha=alpha, planned_units=5000, kind="proportion")
        for e in known[1:]
        if known[0] is not None and e is not None
    ]
    corrected = [p for p in adjusted([c.p_value for c in comparisons], "holm") if p is not None]
    treatments = [
        Treatment(name, f"Headline {name}", n, [Judged("Clicks", "up", c, significant=p < 0.05, min_effect=0.05)])
        for name, n, c, p in zip(variants[1:], test.impressions[1:], comparisons, corrected, strict=True)
    ]
    ratio = sample_ratio(test.impressions, [1.0] * len(variants))
    decision = decide(Setting("0", "Headline 0", test.impressions[0], "sequential", 5000, ratio), treatments)
    return Analysed(test, comparisons, corrected, decision, time.perf_counter() - started)


def _clicked(impressions: int, clicks: int) -> Moments:
    p = clicks / impressions
    variance = p * (1 - p) * impressions / (impressions - 1)
    return Moments(impressions, impressions, (p, 1.0, 0.0, 0.0), ((variance, 0.0, 0.0, 0.0), NOTHING, NOTHING, NOTHING))


@pytest.fixture(scope="module")
def tests(shared: Path) -> list[HeadlineTest]:
    return _read(shared)


@pytest.fixture(scope="module")
def analysed(tests: list[HeadlineTest]) -> list[Analysed]:
    return [_analysed(test) for test in tests if len(test.impressions) > 1]


def test_every_test_has_a_verdict_with_a_reason_in_no_time(analysed: list[Analysed]) -> None:
    assert len(analysed) == 4873
    assert all(one.decision.reasons for one in analysed)
    slowest = sorted(one.seconds / len(one.comparisons) for one in analysed)
    assert slowest[len(slowest) // 2] < 0.001


def _share_alarmed(tests: list[HeadlineTest], *, sequential: bool) -> float:
    alarms = 0
    for test in tests:
        if sequential:
            alarms += not sample_ratio(test.impressions, [1.0] * len(test.impressions)).healthy
        else:
            alarms += float(chisquare(test.impressions).pvalue) < 0.001
    return alarms / len(tests)


def test_the_fault_of_2013_is_found_and_gone_after(tests: list[HeadlineTest]) -> None:
    """Chi-square at .001, one look: 67 % and 0.2 %, as published. The always-valid check is stricter: 49 % and 0.03 %."""
    faulty = [test for test in tests if FAULTY_WEEKS[0] <= test.week <= FAULTY_WEEKS[1]]
    after = [test for test in tests if test.week > FAULTY_WEEKS[1]]
    assert _share_alarmed(faulty, sequential=False) == pytest.approx(0.67, abs=0.005)
    assert _share_alarmed(after, sequential=False) == pytest.approx(0.002, abs=0.0005)
    assert _share_alarmed(faulty, sequential=True) == pytest.approx(0.49, abs=0.005)
    assert _share_alarmed(after, sequential=True) < 0.001


def test_faulty_tests_are_called_unhealthy_whatever_they_found(analysed: list[Analysed]) -> None:
    for one in analysed:
        healthy = sample_ratio(one.test.impressions, [1.0] * len(one.test.impressions)).healthy
        assert (one.decision.decision == "unhealthy") == (not healthy)


def test_winners_are_those_that_the_publisher_found(analysed: list[Analysed]) -> None:
    """A click rate of 1 % and 3,100 impressions a headline are little: of the sound tests 6 % have a winner, of 16 % that one
    planned look (Newcombe, Holm) would have found."""
    shipped = [one for one in analysed if one.decision.decision == "ship"]
    kept = [one for one in analysed if one.decision.decision == "keep"]
    assert 0.03 < len(shipped) / len(analysed) < 0.1
    assert sum(one.test.first[int(one.decision.variant_id or 0)] for one in shipped) / len(shipped) > 0.9
    assert all(one.test.first[0] for one in kept)
