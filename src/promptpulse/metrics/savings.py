"""Where money can be saved: findings in the calls of a range, each with the figures it rests on.

What is found is what the figures say under one stated assumption; what they do not say is not said. Prices are those of
today, handed in by who knows them. Figures a month take the traffic of the range."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.query import MAX_GROUPS, Query
from promptpulse.metrics.run import first_call, run
from promptpulse.metrics.scores import BEFORE_SCORE
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
SUCCESS_MARGIN, SCORE_MARGIN = 3.0, 0.25
"""What an interval may reach, to be called noise: points of the success rate, and standard deviations of a score."""
_Z = 1.959964
WITHOUT_OUTPUT = ("embeddings", "rerank")
_MEASURED = (
    "total_cost_usd", "total_requests", "avg_input_tokens", "input_tokens", "cached_input_tokens", "cache_write_tokens",
    "output_tokens", "failed_requests",
)  # fmt: skip
_SUMS = "count(), sum(n), sum(y), sum(n * n), sum(n * y), sum(y * y)"
_UNIT = "if(user_id != '', concat('u', user_id), if(session_id != '', concat('s', session_id), concat('c', {own})))"


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars a token."""

    input: float
    cached: float
    cache_write: float
    output: float


_Of = tuple[str, str, str]
"""Prompt, provider and model."""
PriceOf = Callable[[str, str, str], TokenPrice | None]
"""Of a provider, the model asked for and the one that answered, today."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of a prompt by one model."""

    prompt: str
    provider: str
    model: str
    response_model: str
    embeds: bool
    calls: int
    cost_usd: float | None
    input_per_call: float | None
    """Tokens."""
    input: int
    cached: int
    cache_write: int
    output: int
    failed: int
    failed_cost_usd: float | None
    retries: int
    retried_cost_usd: float | None
    """If every attempt before the last had cost what the last one did."""

    @property
    def of(self) -> _Of:
        return (self.prompt, self.provider, self.model)

    def at(self, price: TokenPrice) -> float:
        """What these tokens cost."""
        fresh = self.input - self.cached - self.cache_write
        given = fresh * price.input + self.cached * price.cached + self.cache_write * price.cache_write
        return given + self.output * price.output


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
    usages = _usages(store, project, begin, until, now)
    known = sum(u.cost_usd or 0.0 for u in usages)
    months = MONTH / (until - begin)
    worth = known * months * WORTH_PERCENT / 100
    found: list[Finding] = [
        *_best(_long_prompts(usages, _median(store, project, begin, until), months, price_of), worth),
        *_best(_cached_inputs(usages, months, price_of), worth),
        *_best(_failures(usages, months), worth),
        *_best(_cheaper(store, project, begin, until, usages, months, price_of, worth), worth),
    ]
    return sorted(found, key=lambda f: -(f.saving_usd if f.saving_usd is not None else -1.0))


def _best(found: Iterable[Finding], worth: float) -> list[Finding]:
    worthy = [f for f in found if f.saving_usd is None or f.saving_usd >= worth > 0]
    return sorted(worthy, key=lambda f: -(f.saving_usd or 0.0))[:EACH_KIND]


def _usages(store: Store, project: str, start: datetime, end: datetime, now: datetime) -> list[Usage]:
    """The costliest first; those of no prompt are left out."""
    by = ("prompt_id", "provider", "model", "operation")
    frame = run(store, Query(project, _MEASURED, start, end, by=by, limit=MAX_GROUPS), now)
    more = _failures_and_answers(store, project, start, end)
    found = []
    for i, (prompt, provider, model, operation) in enumerate(frame.groups):
        if prompt is None:
            continue
        cost, calls, length, given, cached, written, output, failed = (frame.total(key, i) for key in _MEASURED)
        own = more.get((prompt, provider or "", model or "", operation or ""), _Rest("", None, 0, None))
        found.append(
            Usage(
                prompt, provider or "", model or "", own.response_model, operation in WITHOUT_OUTPUT, int(calls or 0), cost,
                length, int(given or 0), int(cached or 0), int(written or 0), int(output or 0), int(failed or 0),
                own.failed_cost_usd, own.retries, own.retried_cost_usd,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Rest:
    """What rollups do not tell."""

    response_model: str
    failed_cost_usd: float | None
    retries: int
    retried_cost_usd: float | None


def _failures_and_answers(
    store: Store, project: str, start: datetime, end: datetime
) -> Mapping[tuple[str, str, str, str], _Rest]:
    answer = store.query(
        """
        SELECT
          prompt_id, provider, model, operation, anyLast(response_model) AS answered,
          if(countIf(status = 'error' AND isNotNull(cost_usd)) = 0, NULL,
            sumIf(toDecimal128(ifNull(cost_usd, 0), 9), status = 'error')) AS failed_cost,
          sum(ifNull(retries, 0)) AS retried,
          if(countIf(retries > 0 AND isNotNull(cost_usd)) = 0, NULL,
            sum(toDecimal128(ifNull(cost_usd, 0), 9) * ifNull(retries, 0))) AS retried_cost
        FROM calls
        WHERE project = {project:String}
          AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}
          AND prompt_id != ''
        GROUP BY prompt_id, provider, model, operation
        """,
        {"project": project, "start": start, "end": end},
    )
    found = {}
    for prompt, provider, model, operation, answered, failed, retries, retried in answer.rows():
        costs = [None if value is None else float(str(value)) for value in (failed, retried)]
        key = (str(prompt), str(provider), str(model), str(operation))
        found[key] = _Rest(str(answered), costs[0], int(str(retries)), costs[1])
    return found


def _median(store: Store, project: str, start: datetime, end: datetime) -> float | None:
    """Input tokens of a call, over all that answer with text."""
    answer = store.query(
        """
        SELECT quantileTDigestOrNull(0.5)(input_tokens) AS median
        FROM calls
        WHERE project = {project:String}
          AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}
          AND operation NOT IN {without:Array(String)}
        """,
        {"project": project, "start": start, "end": end, "without": list(WITHOUT_OUTPUT)},
    )
    median = answer.column("median")[0]
    return None if median is None else float(str(median))


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


def _failures(usages: Sequence[Usage], months: float) -> Iterable[CostlyFailures]:
    for prompt, own in _by_prompt(usages).items():
        failed, retries = sum(u.failed for u in own), sum(u.retries for u in own)
        cost = _known_sum(u.failed_cost_usd for u in own)
        retried = _known_sum(u.retried_cost_usd for u in own)
        if cost is not None and failed >= FEWEST_FAILURES:
            yield CostlyFailures(prompt, failed, cost, retries, retried, cost * months)


def _known_sum(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def _cheaper(
    store: Store,
    project: str,
    start: datetime,
    end: datetime,
    usages: Sequence[Usage],
    months: float,
    price_of: PriceOf,
    worth: float,
) -> list[CheaperModel]:
    """Of pairs of models that answered the same prompt, those where the cheaper one is surely no worse."""
    pairs = sorted((p for p in _pairs(usages, months, price_of) if p[0] >= worth), key=lambda p: -p[0])
    prompts = list(dict.fromkeys(cheap.prompt for _, cheap, _ in pairs))[:MOST_PROMPTS]
    if not prompts:
        return []
    successes = _successes(store, project, start, end, prompts)
    scores = _scores(store, project, start, end, prompts)
    found: dict[tuple[str, str], CheaperModel] = {}
    for saving, cheap, dear in pairs:
        if (dear.prompt, dear.model) in found:
            continue  # one that saves more does as well
        differences = [
            success(successes.get(cheap.of), successes.get(dear.of)),
            *_score_differences(scores.get(cheap.of, {}), scores.get(dear.of, {})),
        ]
        if all(d is not None for d in differences):
            found[dear.prompt, dear.model] = CheaperModel(
                cheap.prompt, cheap.model, dear.model, (cheap.cost_usd or 0) / cheap.calls, (dear.cost_usd or 0) / dear.calls,
                tuple(d for d in differences if d is not None), saving,
            )  # fmt: skip
    return list(found.values())


def _pairs(usages: Sequence[Usage], months: float, price_of: PriceOf) -> Iterable[tuple[float, Usage, Usage]]:
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


@dataclass(frozen=True, slots=True)
class Share:
    """Sums over units (users, else sessions, else calls): what they gave, out of what."""

    units: int
    n: float
    y: float
    nn: float
    ny: float
    yy: float
    squares: float = 0.0
    """Of single values."""

    @property
    def mean(self) -> float:
        return self.y / self.n

    @property
    def variance(self) -> float:
        """Of the mean, between units (delta method)."""
        spread = self.yy - 2 * self.mean * self.ny + self.mean**2 * self.nn
        return max(0.0, spread) / self.n**2 * self.units / max(1, self.units - 1)

    @property
    def deviation(self) -> float:
        """Of single values."""
        return math.sqrt(max(0.0, self.squares / self.n - self.mean**2))


def success(cheap: Share | None, dear: Share | None) -> Difference | None:
    """Of the success rates; None where the cheaper one may be worse by more than the margin."""
    if cheap is None or dear is None:
        return None
    value = 100 * (cheap.mean - dear.mean)
    # of a rate of 0 or 100 % the units show no spread: one more failure than was seen
    floor = 100 * math.sqrt(1 / (cheap.n + 2) ** 2 + 1 / (dear.n + 2) ** 2)
    half = _Z * max(100 * math.sqrt(cheap.variance + dear.variance), floor)
    if value - half < -SUCCESS_MARGIN:
        return None
    return Difference("", value, value - half, value + half, 100 * cheap.mean, 100 * dear.mean)


def _score_differences(cheap: Mapping[str, Share], dear: Mapping[str, Share]) -> list[Difference | None]:
    """Of every score that both models were given often enough. None: it may not be the same."""
    found: list[Difference | None] = []
    for name in sorted(cheap.keys() & dear.keys()):
        a, b = cheap[name], dear[name]
        if min(a.n, b.n) < FEWEST_SCORES:
            continue
        value, half = a.mean - b.mean, _Z * math.sqrt(a.variance + b.variance)
        # whether more of a score is better is not known: it must be the same
        is_sure = abs(value) + half <= SCORE_MARGIN * max(a.deviation, b.deviation)
        found.append(Difference(name, value, value - half, value + half, a.mean, b.mean) if is_sure else None)
    return found


def _successes(
    store: Store, project: str, start: datetime, end: datetime, prompts: Sequence[str]
) -> Mapping[_Of, Share]:
    answer = store.query(
        f"""
        SELECT prompt_id, provider, model, {_SUMS}, sum(y)
        FROM (
          SELECT
            prompt_id, provider, model, {_UNIT.format(own="id")} AS unit,
            toFloat64(count()) AS n, toFloat64(countIf(status != 'error')) AS y
          FROM calls
          WHERE project = {{project:String}}
            AND ts >= {{start:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
            AND prompt_id IN {{prompts:Array(String)}}
          GROUP BY prompt_id, provider, model, unit
        )
        GROUP BY prompt_id, provider, model
        """,
        {"project": project, "start": start, "end": end, "prompts": list(prompts)},
    )
    found = {}
    for prompt, provider, model, *sums in answer.rows():
        share = _share(sums)
        if share is not None:
            found[str(prompt), str(provider), str(model)] = share
    return found


def _scores(
    store: Store, project: str, start: datetime, end: datetime, prompts: Sequence[str]
) -> Mapping[_Of, Mapping[str, Share]]:
    """Numbers that people and programs gave, by name. A score counts for the call it names; else for the model that its trace
    had for the prompt, if it had one alone."""
    scores = """
        project = {project:String}
        AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')} AND isNotNull(number)
    """
    calls = """
        project = {project:String}
        AND ts >= {calls_start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')} AND prompt_id IN {prompts:Array(String)}
    """
    given = "submission_id, name, number, user_id, session_id"
    answer = store.query(
        f"""
        SELECT prompt_id_, provider_, model_, name, {_SUMS}, sum(q)
        FROM (
          SELECT
            prompt_id_, provider_, model_, name, {_UNIT.format(own="submission_id")} AS unit,
            toFloat64(count()) AS n, sum(number) AS y, sum(number * number) AS q
          FROM (
            SELECT {given}, prompt_id_, provider_, model_
            FROM (SELECT {given}, call_id FROM scores WHERE {scores} AND call_id != '') AS s
            INNER ANY JOIN (
              SELECT id, toString(prompt_id) AS prompt_id_, toString(provider) AS provider_, toString(model) AS model_
              FROM calls
              WHERE {calls} AND id IN (SELECT call_id FROM scores WHERE {scores} AND call_id != '')
            ) AS c ON s.call_id = c.id
            UNION ALL
            SELECT {given}, prompt_id_, provider_, model_
            FROM (
              SELECT {given}, toString(prompt_id) AS about, trace_id
              FROM scores
              WHERE {scores} AND call_id = '' AND trace_id != ''
            ) AS s
            INNER JOIN (
              SELECT
                {FIELDS["trace_id"].expression} AS trace, toString(prompt_id) AS prompt_id_,
                toString(any(provider)) AS provider_, toString(any(model)) AS model_
              FROM calls
              WHERE {calls} AND trace IN (SELECT trace_id FROM scores WHERE {scores} AND call_id = '' AND trace_id != '')
              GROUP BY trace, prompt_id_
              HAVING uniqExact(provider, model) = 1
            ) AS c ON s.trace_id = c.trace
            WHERE about IN ('', prompt_id_)
          )
          GROUP BY prompt_id_, provider_, model_, name, unit
        )
        GROUP BY prompt_id_, provider_, model_, name
        """,
        {
            "project": project, "start": start, "end": end, "calls_start": start - BEFORE_SCORE, "prompts": list(prompts),
        },
    )  # fmt: skip
    found: dict[_Of, dict[str, Share]] = defaultdict(dict)
    for prompt, provider, model, name, *sums in answer.rows():
        share = _share(sums)
        if share is not None:
            found[str(prompt), str(provider), str(model)][str(name)] = share
    return found


def _share(row: Iterable[object]) -> Share | None:
    units, *sums = (0.0 if value is None else float(str(value)) for value in row)
    return Share(int(units), *sums) if units and sums[0] else None
