"""Functions of formulas as SQL: over the rollups where a measure says the same, else over rows of calls or scores.

Numbers, texts and names of a formula are bound values; what stands in the statement comes from the catalogues in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from promptpulse.metrics.catalogue import PROPERTY_PREFIX
from promptpulse.metrics.conditions import Filter, condition
from promptpulse.metrics.fields import FIELDS, Field, Params, bind
from promptpulse.metrics.formula import (
    Aggregate,
    Comparison,
    Condition,
    Every,
    Expression,
    IfEmpty,
    Literals,
    Not,
    Number,
    Product,
    Read,
    Some,
    Sum,
)
from promptpulse.metrics.measures import ERROR_FAMILIES, ERROR_TYPES, MEASURES, Measure, decoded

Mappings = Mapping[str, Mapping[str, float]]
_PARTS = ("llm", "network", "queue", "first_token")
_MICROS = {"latency_ms": "latency_us"} | {f"{part}_ms": f"{part}_us" for part in _PARTS}
_TOTALS = {
    "input_tokens": "input", "output_tokens": "output", "total_tokens": "total", "cached_input_tokens": "cached",
    "cache_write_tokens": "cache_write", "reasoning_tokens": "reasoning", "cost_usd": "cost",
}  # fmt: skip
_DISTRIBUTIONS = {"latency_ms": "latency", "first_token_ms": "first_token"}
_COUNTS: dict[tuple[str, Literals], str] = {
    ("status", "error"): "{errors}",
    ("status", "success"): "{calls} - {errors}",
    ("incomplete", True): "{incomplete}",
    **{("error_type", name): f"{{error_{name}}}" for name in ERROR_TYPES},
    **{("error_family", name): f"{{family_{name}}}" for name in ERROR_FAMILIES},
}


def _same(key: str, number: str, known: str, scale: str = "") -> dict[tuple[str, str], str]:
    return {
        ("count", key): f"{{{known}}}",
        ("sum", key): f"if({{{known}}} = 0, NULL, {{{number}}}{scale})",
        ("avg", key): f"{{{number}}}{scale} / nullIf({{{known}}}, 0)",
    }


_SAME: dict[tuple[str, str], str] = {("uniq", "user_id"): "{users}"}
_SAME |= _same("latency_ms", "latency_us", "calls", " / 1000")
for _part in _PARTS:
    _SAME |= _same(f"{_part}_ms", f"{_part}_us", f"{_part}_known", " / 1000")
for _key, _name in _TOTALS.items():
    _SAME |= _same(_key, _name, f"{_name}_known")


def measured(leaf: Aggregate) -> str | None:
    """The formula over measures that says the same, exactly; None where there is none."""
    if leaf.score is not None:
        return None
    if leaf.of is None:
        return _counted(leaf.where)
    if leaf.where is not None:
        return None
    if leaf.is_percentile:
        name = _DISTRIBUTIONS.get(leaf.of.key)
        return f"{{{name}:{leaf.level}}}" if name else None
    return _SAME.get((leaf.function, leaf.of.key))


def _counted(where: Condition | None) -> str | None:
    match where:
        case None:
            return "{calls}"
        case Comparison(of=of, op="in", values=(value,)):
            return _COUNTS.get((of.key, value))
        case _:
            return None


def over_calls(leaf: Aggregate, params: Params) -> str:
    """The aggregate over rows of `calls`, Float64 or NULL."""
    holds = condition_sql(leaf.where, lambda test: call_test(test, params))
    if leaf.of is None:
        return f"toFloat64(countIf({holds}))"
    of = _field(leaf.of)
    if leaf.function in {"count", "uniq"}:
        value = of.sql(params)
        known = f"{value} != ''" if of.type == "text" else f"isNotNull({value})"
        return _aggregate(leaf, f"{holds} AND {known}", value)
    us = _MICROS.get(of.key, "")
    number = us or of.number(params)
    known = f"{holds} AND isNotNull({number})"
    if us and leaf.is_percentile:  # the same histogram as the percentiles of the catalogue
        measure = Measure("", "quantiles", us, known)
        return decoded(1, measure.raw((leaf.level,)))
    if leaf.function in {"sum", "avg"}:
        return _aggregate(leaf, known, *_exact(of, us, number))
    return _aggregate(leaf, known, f"ifNull({number}, 0)", " / 1000" if us else "")


def _exact(of: Field, us: str, number: str) -> tuple[str, str]:
    """What is added up, and what follows the sum: whole numbers and decimals have one sum in every order."""
    if us:
        return f"toUInt64(ifNull({us}, 0))", " / 1000"
    if of.key in _TOTALS:
        kind = MEASURES[_TOTALS[of.key]].kind
        whole = f"toUInt64(ifNull({of.key}, 0))"
        return (f"toDecimal128(ifNull({of.key}, 0), 9)" if kind == "money" else whole), ""
    return f"ifNull({number}, 0)", ""


def over_scores(leaf: Aggregate, holds: str, number: str, shown: str) -> str:
    """The aggregate over rows of scores; `number` is a row's number, `shown` its text, `holds` whether it counts."""
    if leaf.function == "count":
        return f"toFloat64(countIf({holds}))"
    if leaf.function == "uniq":
        return _aggregate(leaf, holds, shown)
    known = f"{holds} AND isNotNull({number})"
    return _aggregate(leaf, known, f"ifNull({number}, 0)")


def _aggregate(leaf: Aggregate, counts: str, value: str, scale: str = "") -> str:
    """Over rows for which `counts`; `value` is never NULL there."""
    match leaf.function:
        case "count":
            return f"toFloat64(countIf({counts}))"
        case "uniq":
            return f"toFloat64(uniqCombined64If({value}, {counts}))"
        case "avg":
            return f"toFloat64(sumIf({value}, {counts})){scale} / nullIf(countIf({counts}), 0)"
        case "sum" | "min" | "max":
            return f"if(countIf({counts}) = 0, NULL, toFloat64({leaf.function}If({value}, {counts})){scale})"
        case "stddev":
            return f"ifNotFinite(stddevSampStableIf({value}, {counts}){scale}, NULL)"
        case _:
            return f"ifNotFinite(quantileExactInclusiveIf({leaf.level})({value}, {counts}){scale}, NULL)"


def condition_sql(of: Condition | None, test: Callable[[Comparison], str]) -> str:
    """SQL that is 1 where the condition holds and 0 elsewhere; `test` gives that of a comparison."""
    match of:
        case None:
            return "1"
        case Comparison():
            return test(of)
        case Not():
            return f"NOT ({condition_sql(of.of, test)})"
        case Every():
            return "(" + " AND ".join(f"({condition_sql(part, test)})" for part in of.parts) + ")"
        case Some():
            return "(" + " OR ".join(f"({condition_sql(part, test)})" for part in of.parts) + ")"


def call_test(test: Comparison, params: Params) -> str:
    """A comparison over columns of `calls`. `params` has `project` and `start`."""
    numbers = [v for v in test.values if isinstance(v, float)]
    if not (test.of.key.startswith(PROPERTY_PREFIX) and test.op == "in" and numbers):
        return condition(as_filter(test), params)
    # of a property, = 5 compares numbers: "5.0" is one, too
    among = f"ifNull({_field(test.of).number(params)} IN {bind(params, 'Array(Float64)', numbers)}, 0)"
    others = tuple(v for v in test.values if not isinstance(v, float))
    return f"({among} OR {condition(as_filter(Comparison(test.of, 'in', others)), params)})" if others else among


def as_filter(test: Comparison) -> Filter:
    return Filter(test.of.key, test.op, tuple(map(_spelled, test.values)))


def score_test(test: Comparison, number: str, params: Params) -> str:
    """A comparison of a score with its own value, over rows with the columns of `scores`."""
    if test.op == "contains":
        parts = bind(params, "Array(String)", list(test.values))
        return f"(type = 'string' AND multiSearchAnyCaseInsensitiveUTF8(text, {parts}))"
    if test.op != "in":
        sign = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[test.op]
        return f"ifNull({number} {sign} {bind(params, 'Float64', test.values[0])}, 0)"
    texts = [v for v in test.values if isinstance(v, str)]
    flags = [float(v) for v in test.values if isinstance(v, bool)]
    numbers = [v for v in test.values if isinstance(v, float)]
    found = []
    if texts:
        found.append(f"(type = 'string' AND text IN {bind(params, 'Array(String)', texts)})")
    if flags:
        found.append(f"(type = 'bool' AND ifNull(number IN {bind(params, 'Array(Float64)', flags)}, 0))")
    if numbers:
        found.append(f"ifNull({number} IN {bind(params, 'Array(Float64)', numbers)}, 0)")
    return f"({' OR '.join(found)})"


def expression_sql(of: Expression, leaf: Callable[[Aggregate], str], params: Params) -> str:
    """Arithmetic on the values that `leaf` gives: NULL spreads, and so does a division by 0."""
    match of:
        case Number():
            return bind(params, "Float64", of.value)
        case Aggregate():
            return leaf(of)
        case IfEmpty():
            return f"ifNull({expression_sql(of.of, leaf, params)}, {bind(params, 'Float64', of.otherwise)})"
        case Sum():
            terms = "".join(f" {sign} {expression_sql(term, leaf, params)}" for sign, term in of.terms)
            return f"(0{terms})"
        case Product():
            factors = ((sign, expression_sql(factor, leaf, params)) for sign, factor in of.factors)
            return "(1" + "".join(f" * {sql}" if sign == "*" else f" / nullIf({sql}, 0)" for sign, sql in factors) + ")"


def _field(of: Read) -> Field:
    return Field(of.key, of.key, "text") if of.key.startswith(PROPERTY_PREFIX) else FIELDS[of.key]


def _spelled(value: Literals) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)
