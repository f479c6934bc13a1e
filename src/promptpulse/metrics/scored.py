"""Functions of formulas over scores, in one statement.

A score counts at its own time. Its prompt, version, user, session, environment, experiment and variant are its own where it
was sent with them; else, like all that only calls have, those of the call it names, or else of the calls of its trace. A
score of a trace counts once in each group that its calls belong to, and meets a condition that one of them meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from promptpulse.metrics.conditions import SCORE_PREFIX, Filter, condition
from promptpulse.metrics.fields import FIELDS, Params, bind
from promptpulse.metrics.formula import Aggregate, Comparison
from promptpulse.metrics.leaves import as_filter, call_test, condition_sql, over_scores, score_test
from promptpulse.metrics.query import HOUR_OF_DAY, NEW_USER, WEEKDAY, Query
from promptpulse.metrics.scores import BEFORE_SCORE, number

OWN = ("prompt_id", "prompt_version", "user_id", "session_id", "environment", "experiment_id", "variant_id")
"""Columns that scores may have themselves."""
AFTER_SCORE = timedelta(days=1)
"""A call is looked for this long after the scores that name it: clocks differ."""
_NEEDS = {NEW_USER: "user_id", HOUR_OF_DAY: "", WEEKDAY: ""}
_SHOWN = "if(type = 'string', text, ifNull(toString(number), ''))"
_TRACE = FIELDS["trace_id"].expression


@dataclass(slots=True)
class _Calls:
    """What is read of the calls of the scores."""

    own: set[str] = field(default_factory=set)
    """Columns that scores may have themselves."""
    columns: list[str] = field(default_factory=list)
    """SQL of what only calls have; they leave as `k0`, `k1`, ..."""

    def column(self, sql: str) -> str:
        self.columns.append(sql)
        return f"k{len(self.columns) - 1}"

    def flag(self, sql: str, *, of_unknown: bool) -> str:
        """A condition on the call. `of_unknown`: what it is for a score whose call is not known."""
        return f"ifNull({self.column(f'toNullable(toUInt8({sql}))')}, {int(of_unknown)})"

    @property
    def is_needed(self) -> bool:
        return bool(self.own or self.columns)


def of_scores(
    query: Query,
    leaves: Mapping[str, Aggregate],
    bucket: str | None,
    dimensions: Sequence[str],
    only: str | None,
    params: Params,
) -> str:
    """Statement of `bucket`, `g0`, `g1`, ... and the `leaves` by their aliases.

    `bucket` and `dimensions` are SQL: over `ts` and the columns of `OWN` or, of a dimension that only calls have, over
    `calls`. `only`: SQL over `g0`, ... that keeps groups. Values are added to `params`."""
    names = sorted({leaf.score or "" for leaf in leaves.values()})
    scope = (
        "project = {project:String} AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"
        f" AND name IN {bind(params, 'Array(String)', names)}"
    )
    value, mapped = number({n: query.definitions.mappings[n] for n in names if n in query.definitions.mappings})
    params |= mapped
    calls = _Calls()
    keys = {} if bucket is None else {"bucket": bucket}
    for i, (key, sql) in enumerate(zip(query.by, dimensions, strict=True)):
        keys[f"g{i}"] = _key(key, sql, calls)
    kept = [_kept(f, calls, params) for f in query.where] + ([only] if only else [])
    holds = {alias: _holds(leaf, value, calls, params) for alias, leaf in leaves.items()}
    columns = [f"{sql} AS {alias}" for alias, sql in keys.items()]
    where = f" WHERE {' AND '.join(kept)}" if kept else ""
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    if not calls.is_needed:
        rows = f"SELECT {', '.join([*columns, 'name', 'type', 'text', 'number'])} FROM scores WHERE {scope}"
        outputs = [f"{over_scores(leaf, holds[alias], value, _SHOWN)} AS {alias}" for alias, leaf in leaves.items()]
        return f"SELECT {', '.join([*keys, *outputs])} FROM ({rows}){where}{grouped}"
    met = [f"max(toUInt8({sql})) AS met_{alias}" for alias, sql in holds.items()]
    once = [*columns, f"any({value}) AS value", f"any({_SHOWN}) AS shown", *met]
    rows = (
        f"SELECT row, {', '.join(once)} FROM ({_placed(scope, calls, params)}){where}"
        f" GROUP BY {', '.join(['row', *keys])}"
    )
    outputs = [f"{over_scores(leaf, f'met_{alias}', 'value', 'shown')} AS {alias}" for alias, leaf in leaves.items()]
    return f"SELECT {', '.join([*keys, *outputs])} FROM ({rows}){grouped}"


def _key(key: str, sql: str, calls: _Calls) -> str:
    if key in OWN or key in _NEEDS:
        if column := _NEEDS.get(key, key):
            calls.own.add(column)
        return f"toString({sql})"
    return calls.column(f"toString({sql})")


def _kept(one: Filter, calls: _Calls, params: Params) -> str:
    sql = condition(one, params)
    if one.dimension in OWN:
        calls.own.add(one.dimension)
        return sql
    of_unknown = {"in": None in one.values, "not_in": None not in one.values, "not_contains": True}
    return calls.flag(sql, of_unknown=of_unknown.get(one.op, False))


def _holds(leaf: Aggregate, value: str, calls: _Calls, params: Params) -> str:
    """Whether a score counts for the leaf."""

    def test_sql(test: Comparison) -> str:
        if test.of.key == f"{SCORE_PREFIX}{leaf.score}":
            return score_test(test, value, params)
        if test.of.key in OWN:
            calls.own.add(test.of.key)
            return condition(as_filter(test), params)
        return calls.flag(call_test(test, params), of_unknown=test.op == "in" and None in test.values)

    return f"(name = {bind(params, 'String', leaf.score)} AND {condition_sql(leaf.where, test_sql)})"


def _placed(scope: str, calls: _Calls, params: Params) -> str:
    """Statement of a row a score and call that tells scores apart: the score's columns, those of `OWN`, and `k0`, ..."""
    own = sorted({"prompt_id", *calls.own} if "prompt_version" in calls.own else calls.own)
    # a score that names its prompt names its version, too; without one it belongs to none
    told = " AND ".join(f"{column} != ''" for column in own if column != "prompt_version")
    told = f"({told})" if told and not calls.columns else "0"
    params |= {"calls_start": _moved(params["start"], -BEFORE_SCORE), "calls_end": _moved(params["end"], AFTER_SCORE)}
    within = "project = {project:String} AND ts >= {calls_start:DateTime64(6, 'UTC')} AND ts < {calls_end:DateTime64(6, 'UTC')}"
    by_call, by_trace = f"NOT {told} AND call_id != ''", f"NOT {told} AND call_id = '' AND trace_id != ''"
    # ids are joined by 64 bits of them: twice as fast, and two of a million calls are confused once in 4e7 times
    link = f"multiIf({by_call}, cityHash64('c', call_id), {by_trace}, cityHash64('t', trace_id), 0)"
    theirs = ", ".join(
        [f"toString({c}) AS {c}_" for c in own] + [f"{sql} AS k{i}" for i, sql in enumerate(calls.columns)]
    )
    found = [
        f"if(s.{'prompt_id' if c == 'prompt_version' else c} != '', toString(s.{c}), c.{c}_) AS {c}" for c in own
    ] + [f"c.k{i} AS k{i}" for i in range(len(calls.columns))]
    mine = ("row", "ts", "name", "type", "number", "text")
    taken = ", ".join([*(f"{c}_" for c in own), *(f"k{i}" for i in range(len(calls.columns)))])
    return f"""
        SELECT {", ".join([*(f"s.{column} AS {column}" for column in mine), *found])}
        FROM (
          SELECT rowNumberInAllBlocks() AS row, {", ".join([*mine[1:], *own])}, {link} AS link
          FROM scores
          WHERE {scope}
        ) AS s
        LEFT JOIN (
          SELECT DISTINCT arrayJoin(arrayFilter(one -> one != 0, [if(is_named, of_call, 0), if(is_traced, of_trace, 0)])) AS link,
            {taken}
          FROM (
            SELECT cityHash64('c', id) AS of_call, cityHash64('t', {_TRACE}) AS of_trace,
              {_among("of_call", "cityHash64('c', call_id)", f"{scope} AND {by_call}")} AS is_named,
              {_among("of_trace", "cityHash64('t', trace_id)", f"{scope} AND {by_trace}")} AS is_traced,
              {theirs}
            FROM calls
            WHERE {within} AND (is_named OR is_traced)
          )
        ) AS c ON s.link = c.link
    """


def _among(link: str, of_score: str, scores: str) -> str:
    """Whether scores name it. Where there are none, which is known before any call is read, nothing is looked for."""
    named = f"(SELECT count() FROM scores WHERE {scores}) > 0"
    return f"({named} AND {link} IN (SELECT {of_score} FROM scores WHERE {scores}))"


def _moved(instant: object, by: timedelta) -> object:
    return instant + by  # type: ignore[operator]  # a time
