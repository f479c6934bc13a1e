"""Questions of many rules, answered together: those that differ in their metric, or in the one value that they filter by,
are one query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from promptpulse.core.errors import AppError
from promptpulse.metrics import DIMENSIONS, BadQuery, Filter, Frame, Query
from promptpulse.metrics.query import MAX_FORMULAS, canonical
from promptpulse.metrics.run import Group, Value

AT_ONCE = 2
"""Queries: pages are answered beside them."""
MOST_VALUES = 500
"""Of a filter that is asked as a group."""
MOST_METRICS = 40


@dataclass(frozen=True, slots=True)
class Answered:
    """Of one question."""

    groups: tuple[Group, ...]
    values: Mapping[str, Sequence[Value]]
    """By metric, of each group; None is "no data"."""
    groups_total: int
    elapsed_ms: float
    rows_read: int | None


Failed = Exception
Answer = Answered | Failed
Run = Callable[[Query], Frame]


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule takes from a shared answer."""

    position: int
    query: Query
    value: str | None = None
    """Of the dimension that the shared query groups by in place of a filter."""


@dataclass(frozen=True, slots=True)
class Shared:
    query: Query
    parts: tuple[Part, ...]


def answers(run: Run, queries: Sequence[Query], empty: Callable[[Query, str], Value]) -> list[Answer]:
    """Of each query, without buckets, in their order. `empty`: the value of a metric where there are no calls.

    What fails fails alone: a shared query that does is asked again in its parts."""
    found: list[Answer | None] = [None] * len(queries)
    shared = merged(queries)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rules") as pool:
        for answered in pool.map(lambda one: _answered(run, one, empty), shared):
            for position, answer in answered:
                found[position] = answer
    return [answer for answer in found if answer is not None]


def count_queries(queries: Sequence[Query]) -> int:
    """How many are asked of the store for so many questions."""
    return len(merged(queries))


def _answered(run: Run, shared: Shared, empty: Callable[[Query, str], Value]) -> list[tuple[int, Answer]]:
    try:
        frame = run(shared.query)
    except Exception as e:  # noqa: BLE001 - whatever it is, it is told in the rule's health, and others go on
        if len(shared.parts) == 1:
            return [(shared.parts[0].position, e)]
        alone = (Shared(part.query, (replace(part, value=None),)) for part in shared.parts)
        return [answer for one in alone for answer in _answered(run, one, empty)]
    index = {group: i for i, group in enumerate(frame.groups)}
    return [(part.position, _of_part(frame, part, index, empty)) for part in shared.parts]


def _of_part(frame: Frame, part: Part, index: Mapping[Group, int], empty: Callable[[Query, str], Value]) -> Answered:
    query = part.query
    if part.value is not None:
        i = index.get((part.value,))
        values = {key: [empty(query, key) if i is None else frame.values[key][i][0]] for key in query.metrics}
        return Answered(((),), values, 1, frame.elapsed_ms, frame.rows_read)
    kept = frame.groups[: query.limit] if query.by else frame.groups
    values = {key: [row[0] for row in frame.values[key][: len(kept)]] for key in query.metrics}
    return Answered(kept, values, frame.groups_total, frame.elapsed_ms, frame.rows_read)


_Key = tuple[str, datetime, datetime, tuple[str, ...], tuple[Filter, ...], str, str, str]


def merged(queries: Sequence[Query]) -> list[Shared]:
    """The queries that answer all of them."""
    lifted: dict[_Key, list[Part]] = {}
    plain: dict[_Key, list[Part]] = {}
    for position, query in enumerate(queries):
        lift = _lift(query)
        if lift is None:
            plain.setdefault(_key(query), []).append(Part(position, query))
        else:
            asked, value = lift
            lifted.setdefault(_key(asked), []).append(Part(position, query, value))
    for part in [parts for same in lifted.values() if len({p.value for p in same}) == 1 for parts in same]:
        plain.setdefault(_key(part.query), []).append(replace(part, value=None))
    found = [_joined(chunk[0].query, chunk) for parts in plain.values() for chunk in _chunks(parts)]
    for parts in lifted.values():
        if len({part.value for part in parts}) > 1:
            lift = _lift(parts[0].query)
            assert lift is not None  # noqa: S101 - it was, above
            found += [_joined(lift[0], chunk) for chunk in _chunks(parts)]
    return found


def _key(query: Query) -> _Key:
    # series are ranked by their samples: others would keep other series
    ranked = query.order_by if query.by else ""
    return query.project, query.start, query.end, query.by, query.where, query.tz, ranked, repr(id(query.definitions))


def _lift(query: Query) -> tuple[Query, str] | None:
    """The query without its one filter by one value of a dimension, and that value."""
    if query.by:
        return None
    for i, one in enumerate(query.where):
        try:
            dimension = canonical(one.dimension, "where")
        except BadQuery:
            continue
        value = one.values[0] if len(one.values) == 1 else None
        if one.op == "in" and value and dimension in DIMENSIONS:
            return replace(query, by=(dimension,), where=(*query.where[:i], *query.where[i + 1 :])), value
    return None


def _chunks(parts: Sequence[Part]) -> list[list[Part]]:
    """As many parts as fit into one query."""
    found: list[list[Part]] = []
    metrics: set[str] = set()
    values: set[str | None] = set()
    for part in parts:
        more = metrics | set(part.query.metrics)
        fits = len(more) <= MOST_METRICS and sum(map(len, more)) <= MAX_FORMULAS // 2
        if not found or not fits or len(values | {part.value}) > MOST_VALUES:
            found.append([])
            more, values = set(part.query.metrics), set()
        found[-1].append(part)
        metrics, values = more, values | {part.value}
    return found


def _joined(asked: Query, parts: Sequence[Part]) -> Shared:
    metrics = tuple(dict.fromkeys(key for part in parts for key in part.query.metrics))
    values = tuple(dict.fromkeys(part.value for part in parts if part.value is not None))
    if not values:
        limit = max(part.query.limit for part in parts)
        return Shared(replace(asked, metrics=metrics, limit=limit), tuple(parts))
    among = Filter(asked.by[0], "in", values)
    query = replace(asked, metrics=metrics, where=(*asked.where, among), limit=len(values), order_by="")
    return Shared(query, tuple(parts))


def worded(error: Exception) -> str:
    """For the rule's health."""
    return error.message if isinstance(error, AppError) else f"{type(error).__name__}: {error}"[:500]
