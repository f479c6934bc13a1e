"""Scores with the prompt, version, user and so on that they are about.

A score has these by itself where it was sent with them; else they are those of the call it names, or else of each call of
its trace that tells them apart. By anything that only calls have (a model, a property) it is found through its call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from promptpulse.metrics.conditions import Filter, conditions
from promptpulse.metrics.fields import FIELDS, Params
from promptpulse.metrics.scores import BEFORE_SCORE

AFTER_SCORE = timedelta(days=1)
"""A call is looked for this long after the scores that name it, too: clocks differ."""
OWN = ("prompt_id", "prompt_version", "user_id", "session_id", "environment", "experiment_id", "variant_id")
"""Columns that scores may have themselves."""
_SCORE = ("ts", "submission_id", "name", "type", "number", "text", "comment", "source", "call_id", "trace_id")
_RANGE = "project = {project:String} AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"
_TRACE = FIELDS["trace_id"].expression


def placed(
    where: Sequence[Filter], params: Params, condition: str = "1", prompts: str = "1", *, once: bool = False
) -> str:
    """Statement of scores in `[start, end)` that meet `condition` over their stored columns and the checked filters `where`:
    the columns of `OWN`, and `ts`, `name`, `type`, `number`, ...

    One row a score; one a version, if its trace used several versions and it is not to come `once`. `prompts`: a condition
    over prompt and version that the reader will keep rows by; fewer calls are looked through then. `params` has `project`,
    `start` and `end`; values are added to it."""
    own = [f for f in where if f.dimension in OWN]
    of_calls = [f for f in where if f.dimension not in OWN]
    start, end = params["start"], params["end"]
    assert isinstance(start, datetime)  # noqa: S101 - a time, as is said
    assert isinstance(end, datetime)  # noqa: S101
    params |= {"calls_start": start - BEFORE_SCORE, "calls_end": end + AFTER_SCORE}
    calls = " AND ".join([
        "project = {project:String} AND ts >= {calls_start:DateTime64(6, 'UTC')} AND ts < {calls_end:DateTime64(6, 'UTC')}",
        *conditions(of_calls, params), f"({prompts})",
    ])  # fmt: skip
    scores = f"{_RANGE} AND ({condition})"
    told = " AND ".join(f"{column} != ''" for column in dict.fromkeys(["prompt_id", *(f.dimension for f in own)]))
    by_call, by_trace = f"({told}) = 0 AND call_id != ''", f"({told}) = 0 AND call_id = '' AND trace_id != ''"
    parts = []
    if of_calls:
        by_call, by_trace = "call_id != ''", "call_id = '' AND trace_id != ''"
    else:
        stored = ", ".join([*_SCORE, *OWN])
        parts.append(f"SELECT {stored} FROM scores WHERE {scores} AND (({told}) OR (call_id = '' AND trace_id = ''))")
    join = "INNER" if of_calls else "LEFT"
    mine = ", ".join(f"s.{column} AS {column}" for column in _SCORE)
    found = ", ".join(f"if(s.{column} != '', s.{column}, c.{column}_) AS {column}" for column in OWN)
    theirs = ", ".join(f"toString({column}) AS {column}_" for column in OWN)
    versions = ("prompt_id", "prompt_version")
    of_trace = {column: column if column in versions else f"any({column})" for column in OWN}
    together = ", ".join(f"toString({value}) AS {column}_" for column, value in of_trace.items())
    parts += [
        f"""
        SELECT {mine}, {found}
        FROM (SELECT * FROM scores WHERE {scores} AND {by_call}) AS s
        {join} ANY JOIN (
          SELECT id, {theirs}
          FROM calls
          WHERE {any_of(f"{scores} AND {by_call}")} AND {calls}
            AND id IN (SELECT call_id FROM scores WHERE {scores} AND {by_call})
        ) AS c ON s.call_id = c.id
        """,
        f"""
        SELECT {mine}, {found}
        FROM (SELECT * FROM scores WHERE {scores} AND {by_trace}) AS s
        {join} {"ANY" if once else "ALL"} JOIN (
          SELECT {_TRACE} AS trace, {together}
          FROM calls
          WHERE {any_of(f"{scores} AND {by_trace}")} AND {calls} AND prompt_id != ''
            AND trace IN (SELECT trace_id FROM scores WHERE {scores} AND {by_trace})
          GROUP BY trace, prompt_id_, prompt_version_
        ) AS c ON s.trace_id = c.trace
        """,
    ]
    kept = " AND ".join([*conditions(own, params), f"({prompts})"])
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE {kept}"


def any_of(condition: str) -> str:
    """Condition that there are scores of `condition` at all: known before any call is read."""
    return f"(SELECT count() FROM scores WHERE {condition}) > 0"


def stored(condition: str = "1") -> str:
    """As `placed`, of scores as they are stored: enough where nobody asks what they are about."""
    return f"SELECT * FROM scores WHERE {_RANGE} AND ({condition})"
