"""Costs, by hand: dollars per million tokens times tokens."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price, data_snapshot

from making import MakeCall
from promptpulse.accounts.values import PriceOverride, ProjectRef
from promptpulse.accounts.values import Prices as OverridePrices
from promptpulse.core.call import Call, CostSource
from promptpulse.ingest import price as pricing
from promptpulse.ingest.price import Prices

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
PROJECT = ProjectRef("p", "p", "UTC", capture_content=False, price_version=1)


def priced(call: Call, overrides: Sequence[PriceOverride] = ()) -> Call:
    Prices(lambda _: overrides).price(call, PROJECT)
    return call


def override(model: str, valid_from: date, dollars: str, provider: str = "openai") -> PriceOverride:
    prices = OverridePrices(Decimal(dollars), Decimal(dollars) * 2)
    return PriceOverride("o", provider, model, valid_from, prices, AT, "test")


def test_a_call_costs_its_tokens_at_the_list_price_of_its_day(make_call: MakeCall) -> None:
    # gpt-4o-mini: $0.15 in, $0.60 out, a million
    call = priced(
        make_call(at=AT, provider="openai", model="gpt-4o-mini", input_tokens=1_000_000, output_tokens=500_000)
    )
    assert (call.cost_usd, call.cost_source, call.price_date) == (Decimal("0.45"), CostSource.PRICE_LIST, "2026-11-01")


def test_cached_tokens_are_part_of_the_input_and_cheaper(make_call: MakeCall) -> None:
    # 400 fresh at $0.15 + 600 cached at $0.075 + 100 out at $0.60 = 60 + 45 + 60 millionths
    call = make_call(
        at=AT, provider="openai", model="gpt-4o-mini", input_tokens=1000, cached_input_tokens=600, output_tokens=100
    )
    assert priced(call).cost_usd == Decimal("0.000165")


def test_the_model_that_answered_is_priced(make_call: MakeCall) -> None:
    call = make_call(
        at=AT,
        provider="openai",
        model="alias",
        response_model="gpt-4o-mini-2024-07-18",
        input_tokens=1_000_000,
        output_tokens=0,
    )
    assert priced(call).cost_usd == Decimal("0.15")


def test_an_unknown_model_has_no_price_instead_of_a_price_of_nothing(make_call: MakeCall) -> None:
    call = priced(make_call(at=AT, provider="openai", model="house-model", input_tokens=10, output_tokens=10))
    assert (call.cost_usd, call.cost_source, call.price_date) == (None, CostSource.UNPRICED, "")


def test_usage_that_is_not_known_has_no_price(make_call: MakeCall) -> None:
    assert priced(make_call(at=AT, provider="openai", model="gpt-4o-mini", input_tokens=10)).cost_usd is None
    embedding = make_call(
        at=AT, provider="openai", model="text-embedding-3-small", operation="embeddings", input_tokens=1_000_000
    )
    assert priced(embedding).cost_usd == Decimal("0.02")  # an embedding has no output


def test_a_cost_of_the_client_stays(make_call: MakeCall) -> None:
    call = priced(make_call(at=AT, model="gpt-4o-mini", cost_usd=Decimal("1.25"), input_tokens=1, output_tokens=1))
    assert (call.cost_usd, call.cost_source) == (Decimal("1.25"), CostSource.CLIENT)


def test_own_prices_go_ahead_of_the_list_from_their_day_on(make_call: MakeCall) -> None:
    own = [override("gpt-4o-mini", date(2026, 10, 1), "1"), override("gpt-4o-mini", date(2026, 11, 1), "2")]

    def cost(at: datetime) -> tuple[Decimal | None, str]:
        call = priced(
            make_call(at=at, provider="openai", model="gpt-4o-mini", input_tokens=1_000_000, output_tokens=0), own
        )
        return call.cost_usd, call.cost_source

    assert cost(datetime(2026, 9, 30, tzinfo=UTC)) == (Decimal("0.15"), "price_list")
    assert cost(datetime(2026, 10, 31, tzinfo=UTC)) == (Decimal(1), "override")
    assert cost(datetime(2026, 11, 1, tzinfo=UTC)) == (Decimal(2), "override")


def test_own_prices_are_read_again_when_they_changed(make_call: MakeCall) -> None:
    current = [override("house", date(2026, 1, 1), "1")]
    prices = Prices(lambda _: list(current))

    def cost(version: int) -> Decimal | None:
        call = make_call(at=AT, provider="openai", model="house", input_tokens=1_000_000, output_tokens=0)
        prices.price(call, ProjectRef("p", "p", "UTC", capture_content=False, price_version=version))
        return call.cost_usd

    assert cost(1) == Decimal(1)
    current[0] = override("house", date(2026, 1, 1), "3")
    assert cost(1) == Decimal(1)
    assert cost(2) == Decimal(3)


def test_long_prompts_pay_the_price_of_their_tier(make_call: MakeCall) -> None:
    # claude-sonnet-4-5: $3 up to 200,000 input tokens, $6 for all of them above
    short = make_call(at=AT, provider="anthropic", model="claude-sonnet-4-5", input_tokens=200_000, output_tokens=0)
    long = make_call(at=AT, provider="anthropic", model="claude-sonnet-4-5", input_tokens=300_000, output_tokens=0)
    assert (priced(short).cost_usd, priced(long).cost_usd) == (Decimal("0.6"), Decimal("1.8"))


@pytest.mark.parametrize(("fresh", "output", "cached", "written"), [(1000, 500, 0, 0), (49_000, 1000, 250_000, 1000)])
def test_every_listed_model_costs_what_the_price_library_says(
    make_call: MakeCall, fresh: int, output: int, cached: int, written: int
) -> None:
    compared = 0
    for provider in data_snapshot.get_snapshot().providers:
        for model in provider.models:
            call = make_call(
                at=AT, provider=provider.id, model=model.id, input_tokens=fresh + cached + written, output_tokens=output,
                cached_input_tokens=cached, cache_write_tokens=written,
            )  # fmt: skip
            if priced(call).cost_usd is None:
                continue  # priced by other things than tokens
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a wrong usage key only warns, and misprices
                usage = Usage(
                    input_tokens=fresh + cached + written,
                    output_tokens=output,
                    cache_read_tokens=cached,
                    cache_write_tokens=written,
                )
                listed = calc_price(usage, model.id, provider_id=provider.id, genai_request_timestamp=AT)
            assert call.cost_usd == listed.total_price.quantize(pricing.NANO), (provider.id, model.id)
            compared += 1
    assert compared > 1500
