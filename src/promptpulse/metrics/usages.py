"""What prompts and models used, what failed, and how answers were scored: the statements behind savings."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.placed import any_of
from promptpulse.metrics.query import MAX_GROUPS, Query
from promptpulse.metrics.run import run
from promptpulse.metrics.scores import BEFORE_SCORE
from promptpulse.store import Store

WITHOUT_OUTPUT = ("embeddings", "rerank")
NEWEST = timedelta(days=1)
"""Of the range: which model answers is read from these calls where they tell it, and from all where they do not."""
LOOSE = 1 << 16
"""Calls that name neither a user nor a session are put into so many heaps by their ids: sums of independent calls vary as
their calls do, and the number of groups is bounded."""
_MEASURED = (
    "total_cost_usd", "total_requests", "avg_input_tokens", "input_tokens", "cached_input_tokens", "cache_write_tokens",
    "output_tokens", "failed_requests",
)  # fmt: skip
_RANGE = "project = {project:String} AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"
_SUMS = "count(), sum(n), sum(y), sum(n * n), sum(n * y), sum(y * y)"

Of = tuple[str, str, str]
"""Prompt, provider and model."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The calls that are read."""

    project: str
    start: datetime
    end: datetime

    @property
    def params(self) -> dict[str, object]:
        return {"project": self.project, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars a token."""

    input: float
    cached: float
    cache_write: float
    output: float


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

    @property
    def of(self) -> Of:
        return (self.prompt, self.provider, self.model)

    def at(self, price: TokenPrice) -> float:
        """What these tokens cost."""
        fresh = self.input - self.cached - self.cache_write
        given = fresh * price.input + self.cached * price.cached + self.cache_write * price.cache_write
        return given + self.output * price.output


@dataclass(frozen=True, slots=True)
class Failed:
    """What calls of a prompt that failed, or were tried again, cost."""

    cost_usd: float | None
    retries: int
    retried_cost_usd: float | None
    """If every attempt before the last had cost what the last one did."""


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


def usages(store: Store, scope: Scope, now: datetime) -> list[Usage]:
    """The costliest first; those of no prompt are left out."""
    by = ("prompt_id", "provider", "model", "operation")
    frame = run(store, Query(scope.project, _MEASURED, scope.start, scope.end, by=by, limit=MAX_GROUPS), now)
    groups = [tuple(value or "" for value in group) for group in frame.groups]
    answered = _answered(store, scope, {(prompt, provider, model) for prompt, provider, model, _ in groups if prompt})
    found = []
    for i, (prompt, provider, model, operation) in enumerate(groups):
        if not prompt:
            continue
        cost, calls, length, given, cached, written, output, failed = (frame.total(key, i) for key in _MEASURED)
        found.append(
            Usage(
                prompt, provider, model, answered.get((prompt, provider, model), ""), operation in WITHOUT_OUTPUT,
                int(calls or 0), cost, length, int(given or 0), int(cached or 0), int(written or 0), int(output or 0),
                int(failed or 0),
            )
        )  # fmt: skip
    return found


def _answered(store: Store, scope: Scope, wanted: set[Of]) -> Mapping[Of, str]:
    """The model that answered last, of each that was asked."""
    found: dict[Of, str] = {}
    for since in (max(scope.start, scope.end - NEWEST), scope.start):
        missing = wanted - found.keys()
        if not missing:
            break
        answer = store.query(
            f"""
            SELECT prompt_id, provider, model, argMax(response_model, ts) AS answered
            FROM calls
            WHERE {_RANGE} AND ts >= {{since:DateTime64(6, 'UTC')}} AND prompt_id IN {{prompts:Array(String)}}
            GROUP BY prompt_id, provider, model
            """,
            {**scope.params, "since": since, "prompts": sorted({prompt for prompt, _, _ in missing})},
        )
        for prompt, provider, model, answered in answer.rows():
            found.setdefault((str(prompt), str(provider), str(model)), str(answered))
    return found


def failures(store: Store, scope: Scope) -> Mapping[str, Failed]:
    """By prompt, of those that have any."""
    answer = store.query(
        f"""
        SELECT
          prompt_id,
          if(countIf(status = 'error' AND isNotNull(cost_usd)) = 0, NULL,
            sumIf(toDecimal128(ifNull(cost_usd, 0), 9), status = 'error')) AS failed_cost,
          sum(ifNull(retries, 0)) AS retried,
          if(countIf(retries > 0 AND isNotNull(cost_usd)) = 0, NULL,
            sum(toDecimal128(ifNull(cost_usd, 0), 9) * ifNull(retries, 0))) AS retried_cost
        FROM calls
        WHERE {_RANGE} AND prompt_id != '' AND (status = 'error' OR retries > 0)
        GROUP BY prompt_id
        """,
        scope.params,
    )
    found = {}
    for prompt, failed, retries, retried in answer.rows():
        costs = [None if value is None else float(str(value)) for value in (failed, retried)]
        found[str(prompt)] = Failed(costs[0], int(str(retries)), costs[1])
    return found


def median_input(store: Store, scope: Scope) -> float | None:
    """Input tokens of a call, over all that answer with text."""
    answer = store.query(
        f"""
        SELECT quantileExactWeightedOrNull(0.5)(tokens, n) AS median
        FROM (
          SELECT assumeNotNull(input_tokens) AS tokens, count() AS n
          FROM calls
          WHERE {_RANGE} AND operation NOT IN {{without:Array(String)}} AND isNotNull(input_tokens)
          GROUP BY tokens
        )
        """,
        {**scope.params, "without": list(WITHOUT_OUTPUT)},
    )
    median = answer.column("median")[0]
    return None if median is None else float(str(median))


def successes(store: Store, scope: Scope, prompts: Sequence[str]) -> Mapping[Of, Share]:
    """Calls that did not fail, of all."""
    # two statements in one: hashing sessions and ids of calls that have a user would take as long as all the rest
    units = {
        "user_id != ''": "cityHash64(user_id)",
        "user_id = ''": f"if(session_id != '', bitNot(cityHash64(session_id)), cityHash64(id) % {LOOSE})",
    }
    by_unit = " UNION ALL ".join(
        f"""
        SELECT
          prompt_id, provider, model, {unit} AS unit,
          toFloat64(count()) AS n, toFloat64(countIf(status != 'error')) AS y
        FROM calls
        WHERE {_RANGE} AND prompt_id IN {{prompts:Array(String)}} AND {who}
        GROUP BY prompt_id, provider, model, unit
        """
        for who, unit in units.items()
    )
    answer = store.query(
        f"SELECT prompt_id, provider, model, {_SUMS}, sum(y) FROM ({by_unit}) GROUP BY prompt_id, provider, model",
        {**scope.params, "prompts": list(prompts)},
    )
    found = {}
    for prompt, provider, model, *sums in answer.rows():
        share = _share(sums)
        if share is not None:
            found[str(prompt), str(provider), str(model)] = share
    return found


def scores(store: Store, scope: Scope, prompts: Sequence[str]) -> Mapping[Of, Mapping[str, Share]]:
    """Numbers that people and programs gave, by name. A score counts for the call it names; else for the model that its trace
    had for the prompt, if it had one alone."""
    given = f"{_RANGE} AND isNotNull(number)"
    by_call, by_trace = f"{given} AND call_id != ''", f"{given} AND call_id = '' AND trace_id != ''"
    calls = """
        project = {project:String}
        AND ts >= {calls_start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')} AND prompt_id IN {prompts:Array(String)}
    """
    columns = "submission_id, name, number, user_id, session_id"
    unit = "if(user_id != '', concat('u', user_id), if(session_id != '', concat('s', session_id), concat('c', submission_id)))"
    answer = store.query(
        f"""
        SELECT prompt_id_, provider_, model_, name, {_SUMS}, sum(q)
        FROM (
          SELECT
            prompt_id_, provider_, model_, name, {unit} AS unit,
            toFloat64(count()) AS n, sum(number) AS y, sum(number * number) AS q
          FROM (
            SELECT {columns}, prompt_id_, provider_, model_
            FROM (SELECT {columns}, call_id FROM scores WHERE {by_call}) AS s
            INNER ANY JOIN (
              SELECT id, toString(prompt_id) AS prompt_id_, toString(provider) AS provider_, toString(model) AS model_
              FROM calls
              WHERE {any_of(by_call)} AND {calls} AND id IN (SELECT call_id FROM scores WHERE {by_call})
            ) AS c ON s.call_id = c.id
            UNION ALL
            SELECT {columns}, prompt_id_, provider_, model_
            FROM (
              SELECT {columns}, toString(prompt_id) AS about, trace_id
              FROM scores
              WHERE {by_trace}
            ) AS s
            INNER JOIN (
              SELECT
                {FIELDS["trace_id"].expression} AS trace, toString(prompt_id) AS prompt_id_,
                toString(any(provider)) AS provider_, toString(any(model)) AS model_
              FROM calls
              WHERE {any_of(by_trace)} AND {calls} AND trace IN (SELECT trace_id FROM scores WHERE {by_trace})
              GROUP BY trace, prompt_id_
              HAVING uniqExact(provider, model) = 1
            ) AS c ON s.trace_id = c.trace
            WHERE about IN ('', prompt_id_)
          )
          GROUP BY prompt_id_, provider_, model_, name, unit
        )
        GROUP BY prompt_id_, provider_, model_, name
        """,
        {**scope.params, "calls_start": scope.start - BEFORE_SCORE, "prompts": list(prompts)},
    )
    found: dict[Of, dict[str, Share]] = defaultdict(dict)
    for prompt, provider, model, name, *sums in answer.rows():
        share = _share(sums)
        if share is not None:
            found[str(prompt), str(provider), str(model)][str(name)] = share
    return found


def _share(row: Iterable[object]) -> Share | None:
    units, *sums = (0.0 if value is None else float(str(value)) for value in row)
    return Share(int(units), *sums) if units and sums[0] else None
