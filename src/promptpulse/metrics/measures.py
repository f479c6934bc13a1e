"""Measures: mergeable aggregates over calls. Rollup column, view, raw SQL and rollup SQL derive from one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GROWTH = "1.015"
"""Ratio of neighbouring latency buckets: at most 0.75 % relative error from 0 ms to over an hour (design 4)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` over columns of `calls`; `condition` says which calls count (empty: all)."""

    name: str
    kind: Literal["count", "sum", "money", "quantiles", "distinct"]
    expression: str = ""
    condition: str = "1"

    @property
    def column(self) -> str:
        """Never equal to an output alias: ClickHouse resolves an alias before a column (code 43)."""
        return f"{self.name}_state"

    def reads(self, column: str) -> bool:
        """Whether its value follows from `column` of a call."""
        return column in self.expression or column in self.condition

    @property
    def column_type(self) -> str:
        match self.kind:
            case "count" | "sum":
                return "SimpleAggregateFunction(sum, UInt64)"
            case "money":
                return "SimpleAggregateFunction(sum, Decimal(38, 9))"
            case "quantiles":
                return "AggregateFunction(quantilesTiming(0.5), UInt16)"
            case "distinct":
                return "AggregateFunction(uniqCombined64, String)"

    def state(self) -> str:
        """The expression of the rollup's view."""
        match self.kind:
            case "quantiles":
                return f"quantilesTimingIfState(0.5)({_log_bucket(self.expression)}, {self.condition})"
            case "distinct":
                return f"uniqCombined64IfState({self.expression}, {self.condition})"
            case _:
                return self.raw(())

    def raw(self, levels: Sequence[float]) -> str:
        """The aggregate over rows of `calls`; `levels` of quantiles, in order."""
        match self.kind:
            case "count":
                return f"countIf({self.condition})"
            case "sum":
                return f"sumIf(toUInt64(ifNull({self.expression}, 0)), {self.condition})"
            case "money":
                return f"sumIf(toDecimal128(ifNull({self.expression}, 0), 9), {self.condition})"
            case "quantiles":
                return f"quantilesTimingIf({_csv(levels)})({_log_bucket(self.expression)}, {self.condition})"
            case "distinct":
                return f"uniqCombined64If({self.expression}, {self.condition})"

    def merged(self, levels: Sequence[float]) -> str:
        """The aggregate over rows of a rollup."""
        match self.kind:
            case "quantiles":
                return f"quantilesTimingMerge({_csv(levels)})({self.column})"
            case "distinct":
                return f"uniqCombined64Merge({self.column})"
            case _:
                return f"sum({self.column})"


def decoded(position: int, alias: str) -> str:
    """Milliseconds of the `position`-th quantile in `alias`; NULL when there was nothing to rank."""
    return f"ifNotFinite(pow({GROWTH}, {alias}[{position}]) - 1, NULL)"


def _log_bucket(us: str) -> str:
    return f"toUInt16(least(1023, round(log1p(ifNull({us}, 0) / 1000) / log({GROWTH}))))"


def _csv(levels: Sequence[float]) -> str:
    return ", ".join(str(level) for level in levels)


def _known(name: str, column: str) -> Measure:
    return Measure(f"{name}_known", "count", condition=f"isNotNull({column})")


_TOKEN_COLUMNS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "total": "total_tokens",
    "cached": "cached_input_tokens",
    "cache_write": "cache_write_tokens",
    "reasoning": "reasoning_tokens",
}
_PARTS = ("llm", "network", "queue", "first_token")
ERROR_TYPES = ("timeout", "rate_limit", "model_error", "validation", "system", "other")
ERROR_FAMILIES = ("4xx", "5xx", "llm")
FREE_FAILURE = "status = 'error' AND isNull(total_tokens) AND isNull(cost_usd)"
"""A failed call that reports neither usage nor cost used nothing; a successful one is simply not known."""

MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure("calls", "count"),
        Measure("errors", "count", condition="status = 'error'"),
        Measure("incomplete", "count", condition="incomplete"),
        *(Measure(f"error_{t}", "count", condition=f"error_type = '{t}'") for t in ERROR_TYPES),
        *(Measure(f"family_{f}", "count", condition=f"error_family = '{f}'") for f in ERROR_FAMILIES),
        Measure("latency_us", "sum", "latency_us"),
        Measure("latency", "quantiles", "latency_us"),
        *(Measure(f"{part}_us", "sum", f"{part}_us") for part in _PARTS),
        *(_known(part, f"{part}_us") for part in _PARTS),
        Measure("first_token", "quantiles", "first_token_us", "isNotNull(first_token_us)"),
        *(Measure(name, "sum", column) for name, column in _TOKEN_COLUMNS.items()),
        *(_known(name, column) for name, column in _TOKEN_COLUMNS.items()),
        Measure("cost", "money", "cost_usd"),
        _known("cost", "cost_usd"),
        Measure("free_failures", "count", condition=FREE_FAILURE),
        Measure("users", "distinct", "user_id", "user_id != ''"),
    )
}
