"""Filters of calls: what they may say, and their SQL with bound values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from promptpulse.metrics.fields import BadQuery, Field, FieldType, Params, bind, field

FilterOp = Literal["in", "not_in", "contains", "not_contains", "gt", "gte", "lt", "lte"]
SCORE_PREFIX = "score."
"""`score.<name>` filters by the scores that calls were given."""
TEXT = "text"
"""`text` contains words, of the messages that were captured; all words of one of its values."""
SEARCH = "search"
"""`search` contains a part of an id, a user, a session or an error message."""
MOST_PARTS = 100
MOST_WORDS = 20
_SEARCHED = ("id", "user_id", "session_id", "error_message", "error_name")
_WORD = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+")
"""As the index of texts cuts them (store/migrations/0003)."""
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_OPPOSITES: dict[str, FilterOp] = {"not_in": "in", "not_contains": "contains"}
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep calls whose field is as `op` and `values` say; None is "not known"."""

    dimension: str
    """A field, `properties.<key>` or `score.<name>`."""
    op: FilterOp
    values: tuple[str | None, ...]


def checked_filter(asked: Filter, asked_in: str = "where") -> Filter:
    """`asked` with its short name resolved. Raises `BadQuery` that names the field, the value and what to do."""
    if asked.dimension in {TEXT, SEARCH}:
        _check_search(asked, asked_in)
        return asked
    key: str
    type_: FieldType | None
    if asked.dimension.startswith(SCORE_PREFIX):
        key, type_ = asked.dimension, None
        if key == SCORE_PREFIX:
            raise BadQuery(f"{asked_in}: 'score.' lacks the score's name, as in score.feedback", field=asked_in)
    else:
        found = field(asked.dimension, asked_in)
        key, type_ = found.key, found.type
    if not asked.values:
        raise BadQuery(f"{asked_in}: give the filter of {key} at least one value", field=asked_in)
    if asked.op in _SIGNS:
        _check_bound(key, type_, asked, asked_in)
    elif asked.op in {"contains", "not_contains"}:
        _check_parts(key, type_, asked, asked_in)
    else:
        _check_members(key, type_, asked.values, asked_in)
    return Filter(key, asked.op, asked.values)


def calls_where(project: str, start: datetime, end: datetime, filters: Sequence[Filter]) -> tuple[str, Params]:
    """WHERE of a read of `calls`, of the calls of `[start, end)` that meet checked `filters`, and its values."""
    params: Params = {"project": project, "start": start, "end": end}
    of_range = [
        "project = {project:String}",
        "ts >= {start:DateTime64(6, 'UTC')}",
        "ts < {end:DateTime64(6, 'UTC')}",
    ]
    return " AND ".join([*of_range, *conditions(filters, params)]), params


def conditions(filters: Sequence[Filter], params: Params) -> list[str]:
    """SQL over `calls` for checked `filters`; all must hold.

    `params` has `project`, and `start` where a filter names a score; values are added to it."""
    return [condition(one, params) for one in filters]


def condition(one: Filter, params: Params) -> str:
    """SQL that is 1 for calls to keep and 0 for all others, never NULL."""
    if one.dimension.startswith(SCORE_PREFIX):
        return _of_score(one, params)
    if one.dimension in {TEXT, SEARCH}:
        found = _of_texts(one, params) if one.dimension == TEXT else _of_search(one, params)
        return found if one.op == "contains" else f"NOT {found}"
    of = field(one.dimension, "where")
    if one.op in _SIGNS:
        limit = bind(params, "Float64", float(one.values[0] or 0))
        return f"ifNull({of.number(params)} {_SIGNS[one.op]} {limit}, 0)"
    if one.op in {"contains", "not_contains"}:
        parts = bind(params, "Array(String)", list(one.values))
        found = f"multiSearchAnyCaseInsensitiveUTF8({of.sql(params)}, {parts})"
        return found if one.op == "contains" else f"NOT {found}"
    if of.type == "text":
        return _of_text(of, one, params)
    known = [v for v in one.values if v is not None]
    among = f"ifNull({of.number(params)} IN {bind(params, 'Array(Float64)', [_as_number(v) for v in known])}, 0)"
    if len(known) < len(one.values):
        among = f"({among} OR isNull({of.sql(params)}))"
    return among if one.op == "in" else f"NOT {among}"


def _of_text(of: Field, one: Filter, params: Params) -> str:
    operator = "IN" if one.op == "in" else "NOT IN"
    values = bind(params, "Array(String)", ["" if v is None else v for v in one.values])
    found = f"{of.sql(params)} {operator} {values}"
    # computing the patterns of calls that did not fail would be in vain
    only_failed = of.key == "error_pattern" and one.op == "in" and None not in one.values
    return f"(status = 'error' AND {found})" if only_failed else found


def _of_texts(one: Filter, params: Params) -> str:
    """Calls whose messages hold all words of one of the values."""
    scope = "project = {project:String} AND received_at >= {start:DateTime64(6, 'UTC')} - INTERVAL 1 DAY"
    found = []
    for value in one.values:
        words = [bind(params, "String", word) for word in dict.fromkeys(_WORD.findall(value or ""))]
        held = [
            f"id IN (SELECT id FROM call_texts WHERE {scope} AND (hasAllTokens(input, {w}) OR hasAllTokens(output, {w})))"
            for w in words
        ]
        found.append(f"({' AND '.join(held)})")
    return f"({' OR '.join(found)})"


def _of_search(one: Filter, params: Params) -> str:
    parts = bind(params, "Array(String)", list(one.values))
    return f"({' OR '.join(f'multiSearchAnyCaseInsensitiveUTF8({column}, {parts})' for column in _SEARCHED)})"


def _of_score(one: Filter, params: Params) -> str:
    """Calls that a score names, by itself or by their trace."""
    if one.op in _OPPOSITES:
        return f"NOT {_of_score(Filter(one.dimension, _OPPOSITES[one.op], one.values), params)}"
    name = bind(params, "String", one.dimension.removeprefix(SCORE_PREFIX))
    value = _score_value(one, params)
    scope = f"project = {{project:String}} AND ts >= {{start:DateTime64(6, 'UTC')}} - INTERVAL 1 DAY AND name = {name}"
    found = []
    if value:
        found.append(_named_by(f"{scope} AND {value}"))
    if None in one.values:
        found.append(f"NOT {_named_by(scope)}")
    return f"({' OR '.join(found)})"


def _named_by(scope: str) -> str:
    by_call = f"id IN (SELECT call_id FROM scores WHERE {scope} AND call_id != '')"
    by_trace = f"(SELECT trace_id FROM scores WHERE {scope} AND call_id = '' AND trace_id != '')"
    return f"({by_call} OR {field('trace_id', 'where').expression} IN {by_trace})"


def _score_value(one: Filter, params: Params) -> str:
    known = [v for v in one.values if v is not None]
    if one.op in _SIGNS:
        return f"ifNull(number {_SIGNS[one.op]} {bind(params, 'Float64', float(known[0]))}, 0)"
    if one.op == "contains":
        return f"type = 'string' AND multiSearchAnyCaseInsensitiveUTF8(text, {bind(params, 'Array(String)', known)})"
    if not known:
        return ""
    texts = f"(type = 'string' AND text IN {bind(params, 'Array(String)', known)})"
    numbers = [n for n in map(_read_number, known) if n is not None]
    flags = [float(_BOOLEANS[v]) for v in known if v in _BOOLEANS]
    by_number = f"(type IN ('int', 'float') AND number IN {bind(params, 'Array(Float64)', numbers)})"
    by_flag = f"(type = 'bool' AND number IN {bind(params, 'Array(Float64)', flags)})"
    return f"({texts} OR {by_number} OR {by_flag})"


def _check_bound(key: str, type_: FieldType | None, asked: Filter, asked_in: str) -> None:
    if type_ == "boolean" or (type_ == "text" and not key.startswith("properties.")):
        _refuse(asked_in, f"{key} is not a number, so {asked.op} does not fit; use in, not_in{_contains(type_)}")
    if len(asked.values) != 1 or _read_number(asked.values[0]) is None:
        given = ", ".join(repr(v) for v in asked.values[:5])
        _refuse(asked_in, f"{asked.op} of {key} needs exactly one number, not {given}")


def _check_parts(key: str, type_: FieldType | None, asked: Filter, asked_in: str) -> None:
    if type_ in {"number", "boolean"}:
        _refuse(asked_in, f"{key} is a {type_}, not a text, so {asked.op} does not fit; use in or not_in")
    if len(asked.values) > MOST_PARTS:
        _refuse(asked_in, f"{asked.op} of {key} takes {MOST_PARTS} values at most, not {len(asked.values)}")
    for value in asked.values:
        if not value:
            _refuse(asked_in, f"{asked.op} of {key} needs text, not {value!r}; use in with null for what is not known")


def _check_search(asked: Filter, asked_in: str) -> None:
    if asked.op not in {"contains", "not_contains"}:
        _refuse(asked_in, f"{asked.op} does not fit {asked.dimension}; use contains or not_contains")
    if not asked.values:
        raise BadQuery(f"{asked_in}: give the filter of {asked.dimension} at least one value", field=asked_in)
    _check_parts(asked.dimension, None, asked, asked_in)
    for value in asked.values if asked.dimension == TEXT else ():
        if not 1 <= len(_WORD.findall(value or "")) <= MOST_WORDS:
            _refuse(asked_in, f"{value!r} must have 1 to {MOST_WORDS} words, of letters and digits")


def _check_members(key: str, type_: FieldType | None, values: Sequence[str | None], asked_in: str) -> None:
    fits: dict[str | None, tuple[Callable[[str], bool], str]] = {
        "number": (lambda v: _read_number(v) is not None, "a number"),
        "boolean": (lambda v: v in _BOOLEANS, "true or false"),
    }
    if type_ in fits:
        is_fit, name = fits[type_]
        for value in values:
            if value is not None and not is_fit(value):
                _refuse(asked_in, f"{value!r} does not fit {key}, which is {name}; send {name}, or null for not known")


def _refuse(asked_in: str, why: str) -> None:
    raise BadQuery(f"{asked_in}: {why}", field=asked_in)


def _contains(type_: FieldType | None) -> str:
    return ", contains or not_contains" if type_ == "text" else ""


def _as_number(value: str) -> float:
    return float(_BOOLEANS[value]) if value in _BOOLEANS else float(value)


def _read_number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
