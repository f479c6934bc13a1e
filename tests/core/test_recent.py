"""Answers that are shared by those who ask at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from promptpulse.core.recent import CAPACITY, LARGEST, Recent


class Counter:
    """Answers 1, 2, 3 ... and has the time it is told."""

    def __init__(self) -> None:
        self.asked, self.now_s = 0, 100.0

    def __call__(self) -> bytes:
        self.asked += 1
        return str(self.asked).encode()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def recent(counter: Counter) -> Recent:
    return Recent(lambda: counter.now_s)


def test_an_answer_is_given_again_until_it_is_too_old(recent: Recent, counter: Counter) -> None:
    assert recent.answer("a", 2, counter) == b"1"
    counter.now_s += 2
    assert recent.answer("a", 2, counter) == b"1"
    counter.now_s += 0.1
    assert recent.answer("a", 2, counter) == b"2"


def test_who_allows_no_age_gets_the_answer_of_now(recent: Recent, counter: Counter) -> None:
    assert [recent.answer("a", age, counter) for age in (2, 0, 2)] == [b"1", b"2", b"1"]


def test_other_questions_have_other_answers(recent: Recent, counter: Counter) -> None:
    assert [recent.answer(key, 2, counter) for key in ("a", "b", "a")] == [b"1", b"2", b"1"]


def test_those_who_ask_while_it_is_computed_wait_for_the_same_answer(recent: Recent, counter: Counter) -> None:
    begun, goes_on = Event(), Event()

    def slow() -> bytes:
        begun.set()
        assert goes_on.wait(10)
        return counter()

    with ThreadPoolExecutor(3) as people:
        first = people.submit(recent.answer, "a", 2, slow)
        assert begun.wait(10)
        others = [people.submit(recent.answer, "a", 2, counter) for _ in range(2)]
        goes_on.set()
        assert [one.result(10) for one in (first, *others)] == [b"1"] * 3
    assert counter.asked == 1


def test_a_failure_is_told_and_not_kept(recent: Recent, counter: Counter) -> None:
    def fails() -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        recent.answer("a", 2, fails)
    assert recent.answer("a", 2, counter) == b"1"


def test_large_answers_and_the_oldest_of_many_are_not_kept(recent: Recent, counter: Counter) -> None:
    large: Callable[[], bytes] = lambda: b"x" * (LARGEST + 1)  # noqa: E731
    recent.answer("large", 2, large)
    assert recent.answer("large", 2, counter) == b"1"
    for n in range(CAPACITY):
        recent.answer(n, 2, counter)
    assert recent.answer("large", 2, counter) == str(CAPACITY + 2).encode()
