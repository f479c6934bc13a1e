"""Where money can be saved: findings in the calls of a range, each with the figures it rests on.

What is found is what the figures say under one stated assumption; what they do not say is not said. Prices are those of
today, handed in by who knows them. Figures a month take the traffic of the range."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.metrics.run import first_call
from promptpulse.metrics.usages import (
    Failed,
    Of,
    Scope,
    Share,
    TokenPrice,
    Usage,
    failures,
    median_input,
    scores,
    successes,
    usages,
)
from promptpulse.store import Store

MONTH = timedelta(days=30)
SHORTEST = timedelta(days=1)
"""Traffic of less says nothing about a month."""
FEWEST_CALLS = 100
WORTH_PERCENT = 1.0
"""Of the known cost of the range: savings below are not worth a word."""
EACH_KIND = 3
MOST_PROMPTS = 10
"""Of which models are compared: those where most can be saved."""
LONG_FACTOR, LONG_TOKENS = 3.0, 1000
CACHED_GOAL = 50.0
"""Percent of input that could be read from the cache."""
CACHEABLE_TOKENS = 1024
"""Shorter inputs are not cached by the providers that say so."""
FEWEST_FAILURES = 20
CHEAPER_PERCENT = 10.0
FEWEST_SCORES = 50
MOST_EVIDENCE = 1_000_000
"""Calls of which two models are compared, about; of more, the newest. Intervals of so many are narrower than any margin here."""
SUCCESS_MARGIN, SCORE_MARGIN = 3.0, 0.25
"""What an interval may reach, to be called noise: points of the success rate, and standard deviations of a score."""
_Z = 1.959964
PriceOf = Callable[[str, str, str], TokenPrice | None]
"""Of a provider, the model asked for and the one that answered, today."""


@dataclass(frozen=True, slots=True)
class LongPrompt:
    prompt: str
    input_per_call: float
    median: float
    calls: int
    saving_usd: float | None
    """A month, with half of the fresh input."""


@dataclass(frozen=True, slots=True)
class CachedInput:
    prompt: str
    model: str
    cached_percent: float
    input_per_call: float
    calls: int
    discount_percent: float
    """By which cached input is cheaper than fresh."""
    pays_to_write: bool
    saving_usd: float


@dataclass(frozen=True, slots=True)
class CostlyFailures:
    prompt: str
    failed: int
    failed_cost_usd: float | None
    retries: int
    retried_cost_usd: float | None
    saving_usd: float | None
    """A month, without the failed calls; retries are not in it: whether they were billed is not known."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Cheaper minus dearer, with its 95 % interval."""

    name: str
    """Of the score; "" for the success rate, in points of percent."""
    value: float
    low: float
    high: float
    cheaper: float
    dearer: float


@dataclass(frozen=True, slots=True)
class CheaperModel:
    prompt: str
    model: str
    instead_of: str
    cost_per_call_usd: float
    instead_of_cost_usd: float
    differences: tuple[Difference, ...]
    since: datetime | None
    """Differences are of the calls since then; None: of the whole range."""
    saving_usd: float


Finding = LongPrompt | CachedInput | CostlyFailures | CheaperModel


def findings(
    store: Store, project: str, start: datetime, end: datetime, now: datetime, price_of: PriceOf
) -> list[Finding]:
    """The largest saving first; those whose saving is not known last."""
    since = first_call(store, project)
    if since is None:
        return []
    begin, until = max(start, since), min(end, now)
    if until - begin < SHORTEST:
        return []
    begin = begin.replace(minute=0, second=0, microsecond=0)  # whole hours are in the rollups
    scope = Scope(project, begin, until)
    used = usages(store, scope, now)
    known = sum(u.cost_usd or 0.0 for u in used)
    months = MONTH / (until - begin)
    worth = known * months * WORTH_PERCENT / 100
    found: list[Finding] = [
        *_best(_long_prompts(used, median_input(store, scope), months, price_of), worth),
        *_best(_cached_inputs(used, months, price_of), worth),
        *_best(_failures(used, failures(store, scope), months), worth),
        *_best(_cheaper(store, scope, used, months, price_of, worth), worth),
    ]
    return sorted(found, key=lambda f: -(f.saving_usd if f.saving_usd is not None else -1.0))


def _best(found: Iterable[Finding], worth: float) -> list[Finding]:
    worthy = [f for f in found if f.saving_usd is None or f.saving_usd >= worth > 0]
    return sorted(worthy, key=lambda f: -(f.saving_usd or 0.0))[:EACH_KIND]


def _by_prompt(usages: Iterable[Usage]) -> Mapping[str, list[Usage]]:
    found: dict[str, list[Usage]] = defaultdict(list)
    for usage in usages:
        found[usage.prompt].append(usage)
    return found


def _long_prompts(
    usages: Sequence[Usage], median: float | None, months: float, price_of: PriceOf
) -> Iterable[LongPrompt]:
    for prompt, own in _by_prompt(u for u in usages if not u.embeds).items():
        told = [u for u in own if u.input_per_call]
        calls = sum(u.calls for u in told)
        length = sum((u.input_per_call or 0) * u.calls for u in told) / calls if calls else 0.0
        if median is None or calls < FEWEST_CALLS or length < max(LONG_FACTOR * median, LONG_TOKENS):
            continue
        savings = [
            (u.input - u.cached - u.cache_write) / 2 * price.input
            for u in own
            if (price := price_of(u.provider, u.model, u.response_model))
        ]
        yield LongPrompt(prompt, length, median, calls, sum(savings) * months if savings else None)


def _cached_inputs(usages: Sequence[Usage], months: float, price_of: PriceOf) -> Iterable[CachedInput]:
    for u in usages:
        price = price_of(u.provider, u.model, u.response_model)
        if price is None or u.embeds or u.calls < FEWEST_CALLS or (u.input_per_call or 0) < CACHEABLE_TOKENS:
            continue
        missing = u.input * CACHED_GOAL / 100 - u.cached
        if missing <= 0 or price.cached >= price.input:
            continue
        yield CachedInput(
            u.prompt,
            u.model,
            100 * u.cached / u.input,
            u.input_per_call or 0.0,
            u.calls,
            100 * (1 - price.cached / price.input),
            price.cache_write > price.input,
            missing * (price.input - price.cached) * months,
        )


def _failures(usages: Sequence[Usage], failed: Mapping[str, Failed], months: float) -> Iterable[CostlyFailures]:
    for prompt, own in _by_prompt(usages).items():
        calls, costs = sum(u.failed for u in own), failed.get(prompt)
        if costs is not None and costs.cost_usd is not None and calls >= FEWEST_FAILURES:
            saving = costs.cost_usd * months
            yield CostlyFailures(prompt, calls, costs.cost_usd, costs.retries, costs.retried_cost_usd, saving)


def _cheaper(
    store: Store, scope: Scope, usages: Sequence[Usage], months: float, price_of: PriceOf, worth: float
) -> list[CheaperModel]:
    """Of pairs of models that answered the same prompt, those where the cheaper one is surely no worse."""
    rates = _rates(usages)
    pairs = [p for p in _pairs(usages, months, price_of) if p[0] >= worth and _may_do(rates[p[1].of], rates[p[2].of])]
    pairs.sort(key=lambda p: -p[0])
    prompts = _prompts(pairs)[:MOST_PROMPTS]
    asked = [p for p in pairs if p[1].prompt in prompts]
    calls = sum(u.calls for u in usages if u.prompt in prompts)
    if not asked:
        return []
    evidence = newest(scope, MOST_EVIDENCE / calls)
    return _no_worse(store, evidence, None if evidence is scope else evidence.start, asked)


_Pair = tuple[float, Usage, Usage]
"""What a month saves, the cheaper and the dearer model."""


def _no_worse(store: Store, scope: Scope, since: datetime | None, pairs: Sequence[_Pair]) -> list[CheaperModel]:
    given = scores(store, scope, _prompts(pairs))
    alike = [
        (pair, differences)
        for pair in pairs
        if (differences := _score_differences(given.get(pair[1].of, {}), given.get(pair[2].of, {}))) is not None
    ]
    shares = successes(store, scope, _prompts([pair for pair, _ in alike])) if alike else {}
    found: dict[tuple[str, str], CheaperModel] = {}
    for (saving, cheap, dear), differences in alike:
        told = success(shares.get(cheap.of), shares.get(dear.of))
        # one that saves more does as well
        if told is not None and (dear.prompt, dear.model) not in found:
            found[dear.prompt, dear.model] = CheaperModel(
                cheap.prompt, cheap.model, dear.model, (cheap.cost_usd or 0) / cheap.calls, (dear.cost_usd or 0) / dear.calls,
                (told, *differences), since, saving,
            )  # fmt: skip
    return list(found.values())


def newest(scope: Scope, share: float) -> Scope:
    """Of its time, by whole hours."""
    if share >= 1:
        return scope
    start = scope.end - (scope.end - scope.start) * share
    return Scope(scope.project, start.replace(minute=0, second=0, microsecond=0), scope.end)


def _prompts(pairs: Iterable[_Pair]) -> list[str]:
    return list(dict.fromkeys(cheap.prompt for _, cheap, _ in pairs))


def _rates(usages: Iterable[Usage]) -> Mapping[Of, tuple[int, int]]:
    """Calls, and those that did not fail."""
    found: dict[Of, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for u in usages:
        calls, succeeded = found[u.of]
        found[u.of] = (calls + u.calls, succeeded + u.calls - u.failed)
    return found


def _may_do(cheap: tuple[int, int], dear: tuple[int, int]) -> bool:
    """Not if the success rates alone, of however many users, say that the cheaper one may be worse."""
    value = 100 * (cheap[1] / cheap[0] - dear[1] / dear[0])
    return value - _Z * _floor(cheap[0], dear[0]) >= -SUCCESS_MARGIN


def _pairs(usages: Sequence[Usage], months: float, price_of: PriceOf) -> Iterable[_Pair]:
    """What a month saves when the tokens of the dearer model cost what those of the cheaper one do."""
    for own in _by_prompt(u for u in usages if u.calls >= FEWEST_CALLS and u.cost_usd and u.model).values():
        for dear in own:
            for cheap in own:
                price = price_of(cheap.provider, cheap.model, cheap.response_model)
                paid = price_of(dear.provider, dear.model, dear.response_model)
                if price is None or paid is None or cheap is dear:
                    continue
                now_usd, then_usd = dear.at(paid), dear.at(price)
                if now_usd > 0 and then_usd <= now_usd * (1 - CHEAPER_PERCENT / 100):
                    yield (now_usd - then_usd) * months, cheap, dear


def success(cheap: Share | None, dear: Share | None) -> Difference | None:
    """Of the success rates; None where the cheaper one may be worse by more than the margin."""
    if cheap is None or dear is None:
        return None
    value = 100 * (cheap.mean - dear.mean)
    half = _Z * max(100 * math.sqrt(cheap.variance + dear.variance), _floor(cheap.n, dear.n))
    if value - half < -SUCCESS_MARGIN:
        return None
    return Difference("", value, value - half, value + half, 100 * cheap.mean, 100 * dear.mean)


def _floor(cheap: float, dear: float) -> float:
    """Of a rate of 0 or 100 % the units show no spread: the error of one more failure than was seen, in points."""
    return 100 * math.sqrt(1 / (cheap + 2) ** 2 + 1 / (dear + 2) ** 2)


def _score_differences(cheap: Mapping[str, Share], dear: Mapping[str, Share]) -> list[Difference] | None:
    """Of every score that both models were given often enough. None: one of them may not be the same."""
    found: list[Difference] = []
    for name in sorted(cheap.keys() & dear.keys()):
        a, b = cheap[name], dear[name]
        if min(a.n, b.n) < FEWEST_SCORES:
            continue
        value, half = a.mean - b.mean, _Z * math.sqrt(a.variance + b.variance)
        # whether more of a score is better is not known: it must be the same
        if abs(value) + half > SCORE_MARGIN * max(a.deviation, b.deviation):
            return None
        found.append(Difference(name, value, value - half, value + half, a.mean, b.mean))
    return found
