"""What scores say, how much answers vary, and each value that somebody gave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from promptpulse.core.times import from_micros
from promptpulse.metrics.conditions import Filter, checked_filter, conditions
from promptpulse.metrics.fields import Params
from promptpulse.metrics.measures import GROWTH, MEASURES
from promptpulse.metrics.moments import floats
from promptpulse.metrics.placed import placed, stored
from promptpulse.metrics.scores import Mappings, number
from promptpulse.store import Store

SHOWN_NAMES = 200
SHOWN_TEXTS = 20
_TENTHS = "0.1, 0.5, 0.9"
Kind = Literal["numeric", "boolean", "categorical"]


@dataclass(frozen=True, slots=True)
class Scope:
    project: str
    start: datetime
    end: datetime
    where: tuple[Filter, ...] = ()

    @property
    def params(self) -> Params:
        return {"project": self.project, "start": self.start, "end": self.end}

    @property
    def filters(self) -> list[Filter]:
        return [checked_filter(f) for f in self.where]

    def prompts(self, params: Params) -> str:
        """Condition of the rows that filters of prompts keep."""
        mine = [f for f in self.filters if f.dimension in {"prompt_id", "prompt_version"}]
        return " AND ".join(["1", *conditions(mine, params)])


@dataclass(frozen=True, slots=True)
class Texts:
    text: str
    count: int
    percent: float


@dataclass(slots=True)
class Summary:
    """All values of one name."""

    name: str
    kind: Kind
    """Of most of them."""
    count: int
    mean: float | None
    true_percent: float | None
    before: float | None
    """Mean, or percent of true, in the period of equal length before."""
    texts: list[Texts] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spread:
    count: int
    mean: float | None
    deviation: float | None
    """Standard deviation of a sample; None of fewer than two."""
    p10: float | None
    p50: float | None
    p90: float | None

    @property
    def relative(self) -> float | None:
        """Percent of the mean."""
        return None if self.deviation is None or not self.mean else 100 * self.deviation / abs(self.mean)


@dataclass(frozen=True, slots=True)
class Consistency:
    prompt_id: str
    prompt_version: str
    calls: int
    output_tokens: Spread
    """Of successful calls that tell."""
    latency_ms: Spread
    """Of successful calls. Percentiles are those of the catalogue's histogram."""
    scores: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a score. "" is not known."""

    at: datetime
    name: str
    type: str
    number: float | None
    text: str
    comment: str
    source: str
    user_id: str
    prompt_id: str
    prompt_version: str
    call_id: str
    trace_id: str


def summaries(store: Store, scope: Scope, mappings: Mappings) -> list[Summary]:
    """By name, the most values first. Raises `BadQuery`."""
    value, mapped = number(mappings)
    params = scope.params | mapped
    # both periods are read at once
    params |= {"edge": scope.start, "start": scope.start - (scope.end - scope.start), "names": SHOWN_NAMES}
    rows = _rows(scope, params)
    now = "ts >= {edge:DateTime64(6, 'UTC')}"
    answer = store.query(
        f"""
        SELECT name, countIf({now}) AS n,
          countIf({now} AND type IN ('int', 'float')) AS numbers, countIf({now} AND type = 'bool') AS bools,
          avgIf(value, {now} AND type != 'bool') AS mean, 100 * avgIf(number, {now} AND type = 'bool') AS true_percent,
          avgIf(value, NOT {now} AND type != 'bool') AS mean_before,
          100 * avgIf(number, NOT {now} AND type = 'bool') AS true_before
        FROM (SELECT name, type, number, ts, {value} AS value FROM ({rows}))
        GROUP BY name
        HAVING n > 0
        ORDER BY n DESC, name
        LIMIT {{names:UInt32}}
        """,
        params,
    )
    found = {}
    for name, n, numbers, bools, mean, true_percent, mean_before, true_before in answer.rows():
        count, of_numbers, of_bools = int(str(n)), int(str(numbers)), int(str(bools))
        texts = count - of_numbers - of_bools
        kind: Kind = "numeric"
        if max(of_bools, texts) > of_numbers:
            kind = "boolean" if of_bools >= texts else "categorical"
        found[str(name)] = Summary(
            str(name), kind, count, _known(mean), _known(true_percent),
            _known(true_before if kind == "boolean" else mean_before),
        )  # fmt: skip
    for name, texts_of in _texts(store, scope, [s.name for s in found.values() if s.kind == "categorical"]).items():
        found[name].texts = texts_of
    return list(found.values())


def consistency(store: Store, scope: Scope, mappings: Mappings, limit: int) -> list[Consistency]:
    """By prompt and version, the most calls first. Raises `BadQuery`."""
    params = scope.params | {"limit": limit}
    filters = " AND ".join(["prompt_id != ''", *conditions(scope.filters, params)])
    levels = (0.1, 0.5, 0.9)
    latency = MEASURES["latency"].raw(levels).replace(", 1)", ", status != 'error')")
    answer = store.query(
        f"""
        SELECT toString(prompt_id) AS prompt, toString(prompt_version) AS version, count() AS calls,
          [toFloat64(countIf(good)), avgIf(latency_us, good) / 1000, stddevSampStableIf(latency_us, good) / 1000],
          arrayMap(x -> pow({GROWTH}, x) - 1, {latency}),
          [toFloat64(countIf(told)), avgIf(told_tokens, told), stddevSampStableIf(told_tokens, told)],
          quantilesExactWeightedIf({_TENTHS})(told_tokens, 1, told)
        FROM (
          SELECT *, status != 'error' AS good, good AND isNotNull(output_tokens) AS told, ifNull(output_tokens, 0) AS told_tokens
          FROM calls
          WHERE project = {{project:String}} AND ts >= {{start:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
            AND {filters}
        )
        GROUP BY prompt, version
        ORDER BY calls DESC, prompt, version
        LIMIT {{limit:UInt32}}
        """,
        params,
    )
    scores = _score_spreads(store, scope, mappings)
    return [
        Consistency(
            str(prompt), str(version), int(str(calls)),
            output_tokens=_spread(floats(tokens), floats(token_tenths)),
            latency_ms=_spread(floats(times), floats(time_tenths)),
            scores=scores.get((str(prompt), str(version)), {}),
        )
        for prompt, version, calls, times, time_tenths, tokens, token_tenths in answer.rows()
    ]  # fmt: skip


def feedback(store: Store, scope: Scope, name: str | None, limit: int, offset: int) -> list[Given]:
    """Values, newest first. Raises `BadQuery`."""
    params = scope.params | {"limit": limit, "offset": offset}
    condition = "1"
    if name is not None:
        condition = "name = {name:String}"
        params["name"] = name
    if not scope.where:  # then the page is known before the calls are looked for
        condition += f"""
            AND ts >= (
              SELECT min(ts)
              FROM (
                SELECT ts
                FROM scores
                WHERE project = {{project:String}} AND ts >= {{start:DateTime64(6, 'UTC')}}
                  AND ts < {{end:DateTime64(6, 'UTC')}} AND {condition}
                ORDER BY ts DESC
                LIMIT {{furthest:UInt32}}
              )
            )
        """
        params["furthest"] = limit + offset
    rows = placed(scope.filters, params, condition, scope.prompts(params), once=True)
    answer = store.query(
        f"""
        SELECT toUnixTimestamp64Micro(ts) AS us, name, type, number, text, comment, source, user_id, prompt_id,
          prompt_version, call_id, trace_id
        FROM ({rows})
        ORDER BY us DESC, submission_id, name
        LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}
        """,
        params,
    )
    return [
        Given(from_micros(int(str(us))), str(of), str(type_), _known(n), *(str(text) for text in texts))
        for us, of, type_, n, *texts in answer.rows()
    ]


def _rows(scope: Scope, params: Params, condition: str = "1") -> str:
    if not scope.where:
        return stored(condition)
    return placed(scope.filters, params, condition, scope.prompts(params), once=True)


def _texts(store: Store, scope: Scope, names: Sequence[str]) -> dict[str, list[Texts]]:
    if not names:
        return {}
    params = scope.params | {"names": list(names), "texts": SHOWN_TEXTS}
    condition = "type = 'string' AND has({names:Array(String)}, name)"
    rows = _rows(scope, params, condition)
    answer = store.query(
        f"""
        SELECT name, text, count() AS n, sum(n) OVER (PARTITION BY name) AS whole
        FROM ({rows})
        GROUP BY name, text
        ORDER BY n DESC, text
        LIMIT {{texts:UInt32}} BY name
        """,
        params,
    )
    found: dict[str, list[Texts]] = {name: [] for name in names}
    for name, text, n, whole in answer.rows():
        found[str(name)].append(Texts(str(text), int(str(n)), 100 * int(str(n)) / int(str(whole))))
    return found


def _score_spreads(store: Store, scope: Scope, mappings: Mappings) -> dict[tuple[str, str], dict[str, Spread]]:
    value, mapped = number(mappings)
    params = scope.params | mapped
    rows = placed(scope.filters, params, prompts=scope.prompts(params))
    answer = store.query(
        f"""
        SELECT prompt_id, prompt_version, name, [toFloat64(count()), avg(value), stddevSampStable(value)],
          quantilesExactInclusive({_TENTHS})(value)
        FROM (SELECT prompt_id, prompt_version, name, assumeNotNull({value}) AS value FROM ({rows}) WHERE isNotNull({value}))
        WHERE prompt_id != ''
        GROUP BY prompt_id, prompt_version, name
        ORDER BY name
        """,
        params,
    )
    found: dict[tuple[str, str], dict[str, Spread]] = {}
    for prompt, version, name, figures, tenths in answer.rows():
        found.setdefault((str(prompt), str(version)), {})[str(name)] = _spread(floats(figures), floats(tenths))
    return found


def _spread(figures: Sequence[float], tenths: Sequence[float]) -> Spread:
    count, mean, deviation = figures
    if not count:
        return Spread(0, None, None, None, None, None)
    return Spread(int(count), mean, deviation if count > 1 else None, *tenths)


def _known(value: object) -> float | None:
    """None also where there was nothing to average."""
    if value is None:
        return None
    found = float(str(value))
    return found if math.isfinite(found) else None
