"""How often a number of calls takes which values: a histogram, or one for each bucket of time (a heatmap)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from promptpulse.metrics.bins import Edges, Spread, edges_of
from promptpulse.metrics.catalogue import PROPERTY_PREFIX
from promptpulse.metrics.conditions import calls_where
from promptpulse.metrics.fields import FIELDS, BadQuery, Field, bind, field
from promptpulse.metrics.plan import bucket_of
from promptpulse.metrics.query import Query, axis, checked
from promptpulse.store import Store


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts of calls by bucket and bin; the bins are the same for all buckets."""

    query: Query
    field: Field
    bins: tuple[tuple[float, float], ...]
    """`[low, high)`, ascending; the last one holds its high, too. Empty when no call has the number."""
    scale: Literal["linear", "log"]
    buckets: tuple[datetime, ...] | None
    counts: tuple[tuple[int, ...], ...]
    """Of each bucket (one without buckets), by bin."""
    unknown: int
    """Calls that do not have the number."""

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts))


def distribution(store: Store, query: Query, name: str, bins: int) -> Distribution:
    """Of the field `name` over the calls of `query`: its range, bucket and filters count. Raises `BadQuery`."""
    query, of = checked(query), _number(name)
    cut = axis(query)
    starts = None if cut is None else cut[1]
    spread, calls = _spread(store, query, of)
    buckets = None if starts is None else tuple(starts)
    if spread is None:
        empty: tuple[tuple[int, ...], ...] = ((),) * (1 if starts is None else len(starts))
        return Distribution(query, of, (), "linear", buckets, empty, calls)
    edges = edges_of(spread, bins)
    counts, unknown = _counts(store, query, of, edges, starts)
    pairs = tuple(pairwise((*edges.starts, edges.end)))
    return Distribution(query, of, pairs, edges.scale, buckets, counts, unknown)


def _number(name: str) -> Field:
    found = field(name, "field")
    if found.type == "number" or found.key.startswith(PROPERTY_PREFIX):
        return found
    numbers = ", ".join(f.key for f in FIELDS.values() if f.type == "number")
    raise BadQuery(f"field: {name!r} is not a number; use {PROPERTY_PREFIX}<key> or one of {numbers}", field="field")


def _spread(store: Store, query: Query, of: Field) -> tuple[Spread | None, int]:
    """Where the values lie, None when there are none; and the number of calls."""
    where, params = calls_where(query.project, query.start, query.end, query.where)
    answer = store.query(
        f"""
        SELECT
          count() AS calls, count(x) AS known, min(x) AS low, max(x) AS high,
          quantilesDD(0.005, 0.001, 0.999)(x) AS inner, quantileDDIf(0.005, 0.001)(x, x > 0) AS positive_low,
          countIf(x != floor(x)) AS broken
        FROM (SELECT {of.number(params)} AS x FROM calls WHERE {where})
        """,
        params,
    )
    calls, known, low, high, inner, positive_low, broken = (column[0] for column in answer.columns)
    if not known:
        return None, int(str(calls))
    inner_low, inner_high = inner if isinstance(inner, Sequence) else (low, high)
    # the sketch is 0.5 % wide: what lies beyond the ends is not there
    least, most = float(str(low)), float(str(high))
    within = [min(max(float(str(v)), least), most) for v in (inner_low, inner_high)]
    positive = max(float(str(positive_low)), least) if most > 0 else 0.0
    return Spread(least, most, within[0], within[1], positive, broken == 0), int(str(calls))


def _counts(
    store: Store, query: Query, of: Field, edges: Edges, starts: Sequence[datetime] | None
) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Calls by bucket and bin, and those without the number."""
    where, params = calls_where(query.project, query.start, query.end, query.where)
    number = of.number(params)
    bucket = bucket_of("ts", starts, params) if starts else "0"
    bins = bind(params, "Array(Float64)", list(edges.starts))
    answer = store.query(
        f"""
        SELECT bucket, isNull(x) AS unknown, roundDown(ifNull(x, 0), {bins}) AS bin, count() AS n
        FROM (SELECT {bucket} AS bucket, {number} AS x FROM calls WHERE {where})
        GROUP BY bucket, unknown, bin
        """,
        params,
    )
    row = {0: 0} if starts is None else {int(s.timestamp()): i for i, s in enumerate(starts)}
    column = {start: i for i, start in enumerate(edges.starts)}
    counts = [[0] * len(edges.starts) for _ in row]
    missing = 0
    for bucket_s, unknown, edge, n in answer.rows():
        if unknown:
            missing += int(str(n))
        else:
            counts[row[int(str(bucket_s))]][column[float(str(edge))]] = int(str(n))
    return tuple(map(tuple, counts)), missing
