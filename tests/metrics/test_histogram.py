"""Bars that every variant shares."""

from __future__ import annotations

import pytest

from making_facts import NOW, START, Making, store_facts
from promptpulse.metrics.histogram import Histogram, Range, edges_of, histogram
from promptpulse.metrics.units import Scope, cohort_of, population
from promptpulse.store import Store


@pytest.fixture
def make(project: str) -> Making:
    return Making(project)


def of(store: Store, project: str, name: str = "rating") -> Histogram | None:
    scope = Scope(project, "e", "user", ("a", "b"), START, NOW)
    return histogram(store, cohort_of(scope, population(store, scope, recent_from=START)), name)


def shown(found: Histogram | None) -> list[tuple[str, tuple[int, ...]]]:
    assert found is not None
    return [(bar.label, bar.counts) for bar in found.bars]


def test_each_rating_has_its_bar_also_the_one_that_nobody_gave(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.score("u1", "a", 1), make.score("u2", "a", 1), make.score("u3", "b", 3)])
    found = of(store, project)
    assert shown(found) == [("1", (2, 0)), ("2", (0, 0)), ("3", (0, 1))]
    assert found is not None
    assert (found.type, found.totals) == ("number", (2, 1))


def test_truths_have_two_bars(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.score("u1", "a", True), make.score("u2", "b", True)])
    found = of(store, project)
    assert shown(found) == [("false", (0, 0)), ("true", (1, 1))]
    assert found is not None
    assert found.type == "bool"


def test_the_most_frequent_texts_have_bars_and_the_rest_is_counted(store: Store, project: str, make: Making) -> None:
    facts = [make.score(f"u{n}-{i}", "ab"[i % 2], f"text {n:02}") for n in range(22) for i in range(23 - n)]
    store_facts(store, facts)
    found = of(store, project)
    assert found is not None
    assert (found.type, len(found.bars), found.other) == ("string", 20, 3 + 2)
    assert shown(found)[0] == ("text 00", (12, 11))
    assert sum(found.totals) == sum(range(2, 24))


def test_fractions_lie_between_round_numbers(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.score("u1", "a", 0.0), make.score("u2", "a", 0.49), make.score("u3", "b", 0.9)])
    found = of(store, project)
    assert found is not None
    assert len(found.bars) == 19
    filled = [(bar.low, bar.high, bar.counts) for bar in found.bars if any(bar.counts)]
    assert filled == [(0, 0.05, (1, 0)), (pytest.approx(0.45), pytest.approx(0.5), (1, 0)),
                      (pytest.approx(0.9), pytest.approx(0.95), (0, 1))]  # fmt: skip


def test_outliers_do_not_flatten_the_rest() -> None:
    edges = edges_of(Range(low=0, high=1_000_000, inner_low=0, inner_high=90, whole=True))
    assert edges.starts[:3] == (0, 5, 10)
    assert edges.labels[-1] == "90 and more"


def test_one_value_has_one_bar() -> None:
    assert len(edges_of(Range(0.5, 0.5, 0.5, 0.5, whole=False)).labels) == 1


def test_a_name_that_nobody_gave_has_no_bars(store: Store, project: str, make: Making) -> None:
    store_facts(store, [make.score("u1", "a", 1)])
    assert of(store, project, "other") is None
