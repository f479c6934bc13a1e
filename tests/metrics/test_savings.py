"""What is said about savings, and what is not. Prices are such that a reader can multiply them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from promptpulse.core.call import Call
from promptpulse.core.facts import Score
from promptpulse.core.times import to_micros
from promptpulse.costs.advice import suggestion
from promptpulse.ingest.rows import SCORE_TYPES, fact_columns
from promptpulse.ingest.writer import insert
from promptpulse.metrics.savings import (
    CachedInput,
    CheaperModel,
    CostlyFailures,
    Finding,
    LongPrompt,
    findings,
    success,
)
from promptpulse.metrics.usages import Share, TokenPrice
from promptpulse.store import Store

END = datetime(2026, 10, 21, 12, tzinfo=UTC)
DAYS = 10
START = END - timedelta(days=DAYS)
MONTHS = 3
"""A month has three times as many days as the range."""
DEAR, CHEAP = TokenPrice(1e-5, 1e-6, 1e-5, 2e-5), TokenPrice(1e-6, 1e-6, 1e-6, 2e-6)


def price_of(_provider: str, model: str, _answered: str) -> TokenPrice | None:
    return {"dear": DEAR, "cheap": CHEAP}.get(model)


class Shop:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.project = str(uuid4())

    def calls(self, count: int, model: str = "cheap", **fields: object) -> list[Call]:
        """Spread over the range; of 100 users."""
        price = price_of("", model, "")
        step = timedelta(days=DAYS) / count
        made = []
        for i in range(count):
            given: dict[str, object] = {
                "project": self.project, "id": str(uuid4()), "ts": to_micros(START + i * step), "model": model,
                "prompt_id": "p", "provider": "maker", "user_id": f"u{i % 100}", "input_tokens": 1000, "output_tokens": 100,
            }  # fmt: skip
            given["trace_id"] = uuid4().hex
            call = Call(**{**given, **fields})  # type: ignore[arg-type]  # fields are the test's business
            if price and call.cost_usd is None and call.input_tokens is not None:
                fresh = call.input_tokens - (call.cached_input_tokens or 0)
                paid = fresh * price.input + (call.cached_input_tokens or 0) * price.cached + 100 * price.output
                call.cost_usd = Decimal(str(round(paid, 9)))
            made.append(call)
        insert(self.store, made, int(END.timestamp()))
        return made

    def score(self, calls: list[Call], number: Callable[[int], float], *, by_trace: bool = False) -> None:
        made = [
            Score(
                project=self.project, submission_id=str(uuid4()), ts=c.ts + 1, name="quality", type="float", number=number(i),
                user_id=c.user_id, call_id="" if by_trace else c.id, trace_id=c.trace_id if by_trace else "",
            )
            for i, c in enumerate(calls)
        ]  # fmt: skip
        self.store.insert("scores", fact_columns(made, SCORE_TYPES, int(END.timestamp())), SCORE_TYPES)

    def findings(self) -> list[Finding]:
        return findings(self.store, self.project, START, END, END, price_of)

    def only(self) -> Finding:
        (found,) = self.findings()
        return found


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


def test_a_prompt_that_is_far_longer_than_the_median_is_named(shop: Shop) -> None:
    shop.calls(900, prompt_id="short", input_tokens=500)
    shop.calls(100, "dear", prompt_id="long", input_tokens=8000, cached_input_tokens=4000)
    found = next(f for f in shop.findings() if isinstance(f, LongPrompt))
    assert (found.prompt, found.input_per_call, found.calls) == ("long", 8000, 100)
    assert found.median == pytest.approx(500, rel=0.01)
    assert found.saving_usd == pytest.approx(100 * 2000 * 1e-5 * MONTHS)  # half of the 4000 that are not cached


def test_input_that_could_be_cached_is_named_with_what_half_of_it_would_save(shop: Shop) -> None:
    shop.calls(200, "dear", input_tokens=2000, cached_input_tokens=200)
    found = shop.only()
    assert isinstance(found, CachedInput)
    assert (found.prompt, found.model, found.cached_percent, found.pays_to_write) == ("p", "dear", 10, False)
    assert found.discount_percent == pytest.approx(90)
    assert found.saving_usd == pytest.approx(200 * 800 * 9e-6 * MONTHS)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"cached_input_tokens": 1000}, id="half is cached"),
        pytest.param({"input_tokens": 1000}, id="too short to be cached"),
        pytest.param({"model": "cheap"}, id="cached input costs the same"),
        pytest.param({"model": "unknown"}, id="no price"),
    ],
)
def test_where_caching_cannot_help_nothing_is_said(shop: Shop, fields: dict[str, object]) -> None:
    shop.calls(200, **{"model": "dear", "input_tokens": 2000, **fields})  # type: ignore[arg-type]
    assert shop.findings() == []


def test_failures_that_cost_are_named_and_retries_are_told_beside(shop: Shop) -> None:
    shop.calls(500)
    shop.calls(50, status="error", cost_usd=Decimal("0.01"))
    shop.calls(10, retries=2, cost_usd=Decimal("0.001"))
    shop.calls(40, status="error", input_tokens=None, output_tokens=None)
    found = shop.only()
    assert isinstance(found, CostlyFailures)
    assert (found.failed, found.retries) == (90, 20)
    assert found.failed_cost_usd == pytest.approx(0.5)
    assert found.retried_cost_usd == pytest.approx(10 * 2 * 0.001)
    assert found.saving_usd == pytest.approx(0.5 * MONTHS)


def two_models(shop: Shop, *, cheap_fails: int = 0) -> tuple[list[Call], list[Call]]:
    cheap = shop.calls(1000 - cheap_fails)
    if cheap_fails:
        shop.calls(cheap_fails, status="error")
    return cheap, shop.calls(1000, "dear")


@pytest.mark.parametrize("by_trace", [False, True])
def test_a_cheaper_model_that_does_as_well_is_named(shop: Shop, *, by_trace: bool) -> None:
    cheap, dear = two_models(shop)
    shop.score(cheap, lambda i: i % 7, by_trace=by_trace)
    shop.score(dear, lambda i: i % 7, by_trace=by_trace)
    found = shop.only()
    assert isinstance(found, CheaperModel)
    assert found.since is None
    assert (found.model, found.instead_of, [d.name for d in found.differences]) == ("cheap", "dear", ["", "quality"])
    assert all(d.low <= 0 <= d.high for d in found.differences)
    assert found.saving_usd == pytest.approx(1000 * (1000 * 9e-6 + 100 * 1.8e-5) * MONTHS)
    assert found.instead_of_cost_usd == pytest.approx(10 * found.cost_per_call_usd)


def test_of_many_calls_the_newest_are_compared(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptpulse.metrics.savings.MOST_EVIDENCE", 1000)  # of 2,000
    cheap, dear = two_models(shop)
    shop.score(cheap, lambda i: (10 if i < 400 else 0) + i % 7)  # days ago the cheaper model was given other scores
    shop.score(dear, lambda i: i % 7)
    found = shop.only()
    assert isinstance(found, CheaperModel)
    assert found.since == END - timedelta(days=DAYS / 2)
    assert "of calls since 2026-10-16 12:00 UTC: with" in suggestion(found).detail
    assert [d.value for d in found.differences] == [0, pytest.approx(0, abs=0.02)]


def test_a_cheaper_model_that_fails_more_is_not(shop: Shop) -> None:
    two_models(shop, cheap_fails=60)
    assert [f for f in shop.findings() if isinstance(f, CheaperModel)] == []


def test_a_cheaper_model_with_other_scores_is_not(shop: Shop) -> None:
    cheap, dear = two_models(shop)
    shop.score(cheap, lambda i: i % 7)
    shop.score(dear, lambda i: 1 + i % 7)
    assert shop.findings() == []


def test_scores_of_which_there_are_too_few_to_tell_say_nothing(shop: Shop) -> None:
    cheap, dear = two_models(shop)
    shop.score(cheap[:60], lambda i: i % 7)
    shop.score(dear[:60], lambda i: i % 7)
    assert shop.findings() == []


def test_little_traffic_says_nothing(shop: Shop) -> None:
    assert shop.findings() == []
    shop.calls(99, "dear", input_tokens=5000)
    assert shop.findings() == []


def test_models_that_never_failed_are_not_surely_the_same_after_few_calls() -> None:
    def flawless(n: int) -> Share:
        return Share(n, n, n, n, n, n, n)

    assert success(flawless(20), flawless(20)) is None
    told = success(flawless(500), flawless(500))
    assert told is not None
    assert (told.value, told.cheaper) == (0, 100)
    assert told.low < 0 < told.high
