"""What was found about savings, in words: what it is, what it assumes, and the figures behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.costs.shapes import Fact, Suggestion
from promptpulse.ingest.price import MILLION, Prices
from promptpulse.metrics.savings import (
    CACHED_GOAL,
    SUCCESS_MARGIN,
    CachedInput,
    CheaperModel,
    CostlyFailures,
    Difference,
    Finding,
    LongPrompt,
)
from promptpulse.metrics.usages import TokenPrice

MONTH_OF = "A month of 30 days, at the traffic of the range and today's prices."


def price_of(prices: Prices, project: ProjectRef, now: datetime) -> Callable[[str, str, str], TokenPrice | None]:
    """Prices of today."""

    def found(provider: str, model: str, response_model: str) -> TokenPrice | None:
        call = Call(
            project=project.id, id="", ts=to_micros(now), provider=provider, model=model, response_model=response_model
        )
        rates = prices.rates(call, project)
        if rates is None:
            return None
        kinds = (rates.input, rates.cached, rates.cache_write, rates.output)
        return TokenPrice(*(float(kind.base / MILLION) for kind in kinds))

    return found


def suggestion(found: Finding) -> Suggestion:
    match found:
        case LongPrompt():
            return _long_prompt(found)
        case CachedInput():
            return _cached_input(found)
        case CostlyFailures():
            return _failures(found)
        case CheaperModel():
            return _cheaper(found)
        case _:
            assert_never(found)


def _long_prompt(found: LongPrompt) -> Suggestion:
    return Suggestion(
        kind="long_prompt",
        title=f"{found.prompt} reads {found.input_per_call:,.0f} tokens a call",
        detail=(
            f"The median call of the project reads {found.median:,.0f}. The saving assumes that half of the input that is"
            f" not cached can go, and that answers stay as long. {MONTH_OF}"
        ),
        saving_usd=found.saving_usd,
        prompt_id=found.prompt,
        model=None,
        facts=[
            Fact(label="Input tokens a call", value=found.input_per_call, unit="tokens"),
            Fact(label="Median of the project", value=found.median, unit="tokens"),
            Fact(label="Requests", value=found.calls, unit="count"),
        ],
    )


def _cached_input(found: CachedInput) -> Suggestion:
    writing = (
        " Writing the cache costs extra with this model, which is not in the figure." if found.pays_to_write else ""
    )
    return Suggestion(
        kind="cached_input",
        title=f"{found.prompt} reads {found.cached_percent:.0f} % of its input from the cache of {found.model}",
        detail=(
            f"Cached input is {found.discount_percent:.0f} % cheaper with this model. Put what never changes first, so that"
            f" calls begin alike. The saving assumes a cached share of {CACHED_GOAL:.0f} %.{writing} {MONTH_OF}"
        ),
        saving_usd=found.saving_usd,
        prompt_id=found.prompt,
        model=found.model,
        facts=[
            Fact(label="Cached share of input", value=found.cached_percent, unit="percent"),
            Fact(label="Input tokens a call", value=found.input_per_call, unit="tokens"),
            Fact(label="Requests", value=found.calls, unit="count"),
        ],
    )


def _failures(found: CostlyFailures) -> Suggestion:
    facts = [
        Fact(label="Failed requests", value=found.failed, unit="count"),
        Fact(label="Cost of failed requests", value=found.failed_cost_usd, unit="usd"),
        Fact(label="Retries", value=found.retries, unit="count"),
    ]
    if found.retried_cost_usd is not None:
        facts.append(Fact(label="Cost of retries, if all were billed", value=found.retried_cost_usd, unit="usd"))
    return Suggestion(
        kind="costly_failures",
        title=f"{found.prompt} pays for {found.failed:,} failed requests",
        detail=(
            "The saving is the cost of the failed requests. Whether a provider bills the attempts before a retry is not"
            f" known, so they are not in it. {MONTH_OF}"
        ),
        saving_usd=found.saving_usd,
        prompt_id=found.prompt,
        model=None,
        facts=facts,
    )


def _cheaper(found: CheaperModel) -> Suggestion:
    scored = [d.name for d in found.differences if d.name]
    calls = "" if found.since is None else f" of calls since {found.since:%Y-%m-%d %H:%M} UTC"
    compared = f"the scores {', '.join(scored)}" if scored else "no score both were given often"
    return Suggestion(
        kind="cheaper_model",
        title=f"{found.prompt}: {found.model} does as well as {found.instead_of}, for less",
        detail=(
            f"Both answered this prompt. Compared were the success rate and {compared}{calls}: with 95 % confidence, the cheaper"
            f" model fails at most {SUCCESS_MARGIN:g} points more{', and its scores are the same' if scored else ''}."
            " Nobody chose at random which model answered: try it in an experiment. The saving assumes the same tokens for"
            f" each answer. {MONTH_OF}"
        ),
        saving_usd=found.saving_usd,
        prompt_id=found.prompt,
        model=found.model,
        facts=[
            Fact(label=f"Cost a request, {found.instead_of}", value=found.instead_of_cost_usd, unit="usd"),
            Fact(label=f"Cost a request, {found.model}", value=found.cost_per_call_usd, unit="usd"),
            *(fact for d in found.differences for fact in _difference(d)),
        ],
    )


def _difference(of: Difference) -> list[Fact]:
    label = f"Difference of {of.name}" if of.name else "Difference of the success rate"
    unit = "score" if of.name else "percent"
    return [
        Fact(label=label, value=of.value, unit=unit),
        Fact(label=f"{label}, 95 % interval from", value=of.low, unit=unit),
        Fact(label=f"{label}, 95 % interval to", value=of.high, unit=unit),
    ]
