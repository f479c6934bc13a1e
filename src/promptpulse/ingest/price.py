"""What a call costs: list prices of its day, the project's own prices ahead of them, never a guess."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from genai_prices import Usage, calc_price
from genai_prices.types import ConditionalPrice, ModelPrice, TieredPrices, TimeOfDateConstraint

from promptpulse.accounts.values import PriceOverride, ProjectRef
from promptpulse.core.call import Call, CostSource
from promptpulse.core.times import from_micros

NANO = Decimal("0.000000001")
MILLION = Decimal(1_000_000)
MAX_COST = Decimal(999_999_999)
"""US dollars; the most that `Decimal(18, 9)` holds."""
CACHED_RATES = 20_000
DAY_US = 86_400_000_000
NO_OUTPUT = frozenset({"embeddings", "rerank"})

PROVIDERS = {
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "aws.bedrock": "aws",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}
"""OpenTelemetry's provider names in the words of `genai-prices`, where they differ."""


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per million tokens: `base`, and from more than `above` input tokens on another price for all of them."""

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, input_tokens: int) -> Decimal:
        found = self.base
        for above, price in self.tiers:
            if input_tokens > above:
                found = price
        return found


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices of a model on a day. `cached` and `cache_write` fall back on `input`, as in `genai-prices`."""

    input: Rate
    output: Rate
    cached: Rate
    cache_write: Rate
    per_request: Decimal
    source: CostSource
    day: str
    """ISO day of the prices."""

    def cost(self, input_tokens: int, output_tokens: int, cached: int, cache_write: int) -> Decimal:
        """US dollars. `input_tokens` includes the other two kinds of input, which are priced apart."""
        fresh = input_tokens - cached - cache_write
        total = fresh * self.input.at(input_tokens) + output_tokens * self.output.at(input_tokens)
        if cached:
            total += cached * self.cached.at(input_tokens)
        if cache_write:
            total += cache_write * self.cache_write.at(input_tokens)
        return (total / MILLION + self.per_request).quantize(NANO)


class Prices:
    """Rates resolved once per project, models and day. Thread-safe.

    `overrides_of` answers a project's own prices; it is asked again when `ProjectRef.price_version` changed."""

    def __init__(self, overrides_of: Callable[[str], Sequence[PriceOverride]]) -> None:
        self._overrides_of = overrides_of
        self._overrides: dict[str, tuple[int, Sequence[PriceOverride]]] = {}
        self._rates: dict[tuple[str, int, str, str, str, int], Rates | None] = {}
        self._lock = threading.Lock()  # guards both caches

    def price(self, call: Call, project: ProjectRef) -> None:
        """Fill `cost_usd`, `cost_source` and `price_date`. A cost that the client gave stays.

        A call whose usage or price is not known stays without a cost."""
        if call.cost_usd is not None:
            call.cost_source = CostSource.CLIENT
            return
        output = 0 if call.output_tokens is None and call.operation in NO_OUTPUT else call.output_tokens
        if call.input_tokens is None or output is None:
            return
        rates = self.rates(call, project)
        if rates is None:
            return
        cached, cache_write = call.cached_input_tokens or 0, call.cache_write_tokens or 0
        if cached + cache_write > call.input_tokens:
            return  # contradictory usage has no honest price
        cost = rates.cost(call.input_tokens, output, cached, cache_write)
        if cost <= MAX_COST:
            call.cost_usd, call.cost_source, call.price_date = cost, rates.source, rates.day

    def rates(self, call: Call, project: ProjectRef) -> Rates | None:
        """Prices of the call's model on the call's day; None where there are none."""
        day = call.ts // DAY_US
        key = (project.id, project.price_version, call.provider, call.response_model, call.model, day)
        try:
            return self._rates[key]
        except KeyError:
            return self._find(call, project, key)

    def _find(self, call: Call, project: ProjectRef, key: tuple[str, int, str, str, str, int]) -> Rates | None:
        at = from_micros(call.ts)
        own = self._own(project)
        models = [m for m in dict.fromkeys((call.response_model, call.model)) if m]
        rates, all_day = next((o for m in models if (o := _override(own, call.provider, m, at.date()))), None), True
        for model in models:
            if rates is None:
                rates, all_day = _list_rates(call.provider, model, at)
        if all_day:
            with self._lock:
                if len(self._rates) >= CACHED_RATES:
                    self._rates.clear()
                self._rates[key] = rates
        return rates

    def _own(self, project: ProjectRef) -> Sequence[PriceOverride]:
        known = self._overrides.get(project.id)
        if known is None or known[0] != project.price_version:
            known = (project.price_version, self._overrides_of(project.id))
            with self._lock:
                self._overrides[project.id] = known
        return known[1]


def _override(own: Sequence[PriceOverride], provider: str, model: str, day: date) -> Rates | None:
    names = {provider, PROVIDERS.get(provider, provider)}
    fitting = [
        o
        for o in own
        if o.model.lower() == model.lower() and o.valid_from <= day and (not provider or o.provider in names)
    ]
    if not fitting:
        return None
    p = max(fitting, key=lambda o: o.valid_from).prices
    base = Rate(p.input_usd_per_mtok)
    return Rates(
        input=base,
        output=Rate(p.output_usd_per_mtok),
        cached=base if p.cached_input_usd_per_mtok is None else Rate(p.cached_input_usd_per_mtok),
        cache_write=base if p.cache_write_usd_per_mtok is None else Rate(p.cache_write_usd_per_mtok),
        per_request=Decimal(0),
        source=CostSource.OVERRIDE,
        day=day.isoformat(),
    )


def _list_rates(provider: str, model: str, at: datetime) -> tuple[Rates | None, bool]:
    """Rates of the public price list, and whether they hold for the whole day."""
    try:
        found = calc_price(
            Usage(input_tokens=1, output_tokens=1),
            model,
            provider_id=PROVIDERS.get(provider, provider) or None,
            genai_request_timestamp=at,
        )
    except LookupError:
        return None, True
    prices = found.model.prices
    all_day = isinstance(prices, ModelPrice) or not any(_by_hour(p) for p in prices)
    p = found.model_price
    base = _rate(p.input_mtok)
    if base is None:
        return None, all_day
    return (
        Rates(
            input=base,
            output=_rate(p.output_mtok) or Rate(Decimal(0)),
            cached=_rate(p.cache_read_mtok) or base,
            cache_write=_rate(p.cache_write_mtok) or base,
            per_request=_flat(p.requests_kcount) / 1000,
            source=CostSource.PRICE_LIST,
            day=at.date().isoformat(),
        ),
        all_day,
    )


def _by_hour(price: ConditionalPrice) -> bool:
    return isinstance(price.constraint, TimeOfDateConstraint)


def _rate(price: Decimal | TieredPrices | None) -> Rate | None:
    if isinstance(price, TieredPrices):
        return Rate(price.base, tuple((tier.start, tier.price) for tier in price.tiers))
    return None if price is None else Rate(price)


def _flat(price: Decimal | TieredPrices | None) -> Decimal:
    return price if isinstance(price, Decimal) else Decimal(0)
