"""What the fields of calls hold: for choosing filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from promptpulse.metrics.catalogue import DIMENSIONS, PROPERTY_PREFIX, Unit
from promptpulse.metrics.conditions import SCORE_PREFIX, calls_where
from promptpulse.metrics.fields import FIELDS, FieldType, Params, bind, field
from promptpulse.metrics.query import Query, checked
from promptpulse.metrics.run import run
from promptpulse.store import Store

MOST_KEYS = 200
_SCORE_TYPES: dict[str, FieldType] = {"int": "number", "float": "number", "bool": "boolean", "string": "text"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by."""

    key: str
    label: str
    type: FieldType
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Common:
    """A value of a field, and how many calls (of a score: how many scores) have it."""

    value: str | None
    """As a filter takes it; None is "not known"."""
    calls: int


def choices(store: Store, project: str, start: datetime, end: datetime) -> list[Choice]:
    """All fields of calls, then properties and scores seen in `[start, end)`, the commonest first."""
    fixed = [Choice(f.key, f.label, f.type, f.unit) for f in FIELDS.values()]
    where, params = calls_where(project, start, end, ())
    keys = store.query(
        f"""
        SELECT arrayJoin(mapKeys(properties)) AS key, count() AS n
        FROM calls
        WHERE {where} AND notEmpty(properties)
        GROUP BY key
        ORDER BY n DESC, key
        LIMIT {bind(params, "UInt32", MOST_KEYS)}
        """,
        params,
    )
    properties = [Choice(f"{PROPERTY_PREFIX}{key}", str(key), "text", None) for key in keys.column("key") if key]
    where, params = calls_where(project, start, end, ())
    scores = store.query(
        f"""
        SELECT name, topK(1)(toString(type))[1] AS type, count() AS n
        FROM scores
        WHERE {where}
        GROUP BY name
        ORDER BY n DESC, name
        LIMIT {bind(params, "UInt32", MOST_KEYS)}
        """,
        params,
    )
    named = [
        Choice(f"{SCORE_PREFIX}{name}", str(name), _SCORE_TYPES.get(str(type_), "text"), None)
        for name, type_, _ in scores.rows()
    ]
    return [*fixed, *properties, *named]


def common_values(store: Store, query: Query, name: str, prefix: str, limit: int, now: datetime) -> list[Common]:
    """The commonest values of a field among the calls of `query` (of a score: among the scores of its range).

    `prefix`: only values that begin so, in any case. Raises `BadQuery`."""
    query = checked(query)
    if name.startswith(SCORE_PREFIX):
        return _of_score(store, query, name.removeprefix(SCORE_PREFIX), prefix, limit)
    of = field(name, "field")
    if of.key in DIMENSIONS and not prefix:
        asked = Query(
            query.project, query.metrics, query.start, query.end, by=(of.key,), where=query.where, limit=limit
        )
        frame = run(store, asked, now)
        return [
            Common(group[0], int(n or 0))
            for group, (n,) in zip(frame.groups, frame.values[query.metrics[0]], strict=True)
        ]
    where, params = calls_where(query.project, query.start, query.end, query.where)
    value = f"nullIf({of.sql(params)}, '')" if of.type == "text" else f"toString({of.sql(params)})"
    return _counted(store, f"SELECT {value} AS value FROM calls WHERE {where}", params, prefix, limit)


def _of_score(store: Store, query: Query, name: str, prefix: str, limit: int) -> list[Common]:
    where, params = calls_where(query.project, query.start, query.end, ())
    value = "multiIf(type = 'string', text, type = 'bool', if(number = 1, 'true', 'false'), toString(number))"
    of_name = f"name = {bind(params, 'String', name)}"
    return _counted(store, f"SELECT {value} AS value FROM scores WHERE {where} AND {of_name}", params, prefix, limit)


def _counted(store: Store, values: str, params: Params, prefix: str, limit: int) -> list[Common]:
    begins = f"WHERE startsWith(lowerUTF8(value), lowerUTF8({bind(params, 'String', prefix)}))" if prefix else ""
    answer = store.query(
        f"""
        SELECT value, count() AS n
        FROM ({values})
        {begins}
        GROUP BY value
        ORDER BY n DESC, value
        LIMIT {bind(params, "UInt32", limit)}
        """,
        params,
    )
    return [Common(None if value is None else str(value), int(str(n))) for value, n in answer.rows()]
