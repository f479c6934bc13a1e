"""From a question to SQL: the coarsest table that answers exactly, names from the catalogue, values bound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from promptpulse.metrics.catalogue import PROPERTY_PREFIX, Metric
from promptpulse.metrics.measures import MEASURES, decoded
from promptpulse.metrics.query import Query
from promptpulse.metrics.rollups import RAW, ROLLUPS, Source

_REFERENCE = re.compile(r"\{(\w+)(?::([\d.]+))?\}")
KEEP_MARGIN = timedelta(hours=1)
"""Rollups with a lifetime are trusted up to this long before it ends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement. Its columns: `bucket` (its start in seconds, when the query has one), `g0`, `g1`, ... and the metrics."""

    sql: str
    params: dict[str, object]
    source: Source
    has_bucket: bool = False


def references(metrics: Sequence[Metric]) -> dict[str, tuple[float, ...]]:
    """Measures that the formulas use, each with its quantile levels in ascending order."""
    found: dict[str, set[float]] = {}
    for metric in metrics:
        for name, level in _REFERENCE.findall(metric.formula):
            found.setdefault(name, set()).update([float(level)] if level else [])
    return {name: tuple(sorted(levels)) for name, levels in found.items()}


def pick(
    query: Query,
    starts: Sequence[datetime] | None,
    now: datetime,
    measures: frozenset[str],
    at_most: timedelta | None = None,
) -> Source:
    """The coarsest rollup (of a grain `at_most`) that answers `query` exactly, else the raw table.

    Exactly: it has the measures and dimensions, keeps the whole range, and no edge falls inside one of its rows."""
    cuts = [query.start, *(starts or ())[1:], *([query.end] if query.end < now else [])]
    for rollup in ROLLUPS:
        grain_s = int(rollup.grain.total_seconds())
        if (
            (at_most is None or rollup.grain <= at_most)
            and measures <= rollup.measures
            and query.needed_dimensions <= rollup.dimensions
            and (rollup.keep is None or query.start >= now - rollup.keep + KEEP_MARGIN)
            and all(cut.timestamp() % grain_s == 0 for cut in cuts)
        ):
            return rollup
    return RAW


def plan(
    query: Query,
    metrics: Sequence[Metric],
    starts: Sequence[datetime] | None,
    now: datetime,
    *,
    only: Sequence[Sequence[str]] | None = None,
    source: Source | None = None,
) -> Plan:
    """The statement for `metrics` (all of one kind: peak or not).

    `only`: groups to keep, as stored values. `source` forces a table; the guard of raw against rollup does."""
    used = references(metrics)
    peak = metrics[0].peak
    finest = timedelta(minutes=1) if peak else None  # a peak is a number of minutes
    source = source or pick(query, starts, now, frozenset(used), finest)
    params: dict[str, object] = {"project": query.project, "start": query.start, "end": query.end}
    dimensions = [_dimension(d, i, params) for i, d in enumerate(query.by)]
    keys = [f"g{i}" for i in range(len(dimensions))]
    columns = [f"{d} AS {k}" for d, k in zip(dimensions, keys, strict=True)]
    if starts is not None:
        columns.insert(0, f"{_bucket(source.time, starts, params)} AS bucket")
        keys.insert(0, "bucket")
    grouped = [*keys, "minute"] if peak else keys
    if peak:
        columns.append(f"toStartOfMinute({source.time}, 'UTC') AS minute")
    columns += [f"{_aggregate(name, levels, source)} AS m_{name}" for name, levels in used.items()]
    inner = f"SELECT {', '.join(columns)} FROM {source.table} WHERE {_where(query, source, params, only)}"
    if grouped:
        inner += f" GROUP BY {', '.join(grouped)}"
    outputs = [f"{_highest(m) if m.peak else _formula(m, used)} AS {m.key}" for m in metrics]
    sql = f"SELECT {', '.join([*keys, *outputs])} FROM ({inner})"
    if peak and keys:
        sql += f" GROUP BY {', '.join(keys)}"
    return Plan(sql, params, source, starts is not None)


def count_groups(query: Query, now: datetime) -> Plan:
    """How many groups there are: "12 of 80"."""
    params: dict[str, object] = {"project": query.project, "start": query.start, "end": query.end}
    source = pick(query, None, now, frozenset())
    dimensions = ", ".join(_dimension(d, i, params) for i, d in enumerate(query.by))
    return Plan(
        f"SELECT uniqExact({dimensions}) AS n FROM {source.table} WHERE {_where(query, source, params, None)}",
        params,
        source,
    )


def _where(query: Query, source: Source, params: dict[str, object], only: Sequence[Sequence[str]] | None) -> str:
    t = source.time
    conditions = [
        "project = {project:String}",
        f"{t} >= {{start:DateTime64(6, 'UTC')}}",
        f"{t} < {{end:DateTime64(6, 'UTC')}}",
    ]
    for i, f in enumerate(query.where):
        params[f"f{i}"] = ["" if v is None else v for v in f.values]
        operator = "IN" if f.op == "in" else "NOT IN"
        conditions.append(f"{_dimension(f.dimension, f'f{i}', params)} {operator} {{f{i}:Array(String)}}")
    if only is not None:
        dimensions = [_dimension(d, i, params) for i, d in enumerate(query.by)]
        if len(dimensions) == 1:
            params["only"] = [values[0] for values in only]
            conditions.append(f"{dimensions[0]} IN {{only:Array(String)}}")
        else:
            params["only"] = [tuple(values) for values in only]
            conditions.append(
                f"({', '.join(dimensions)}) IN {{only:Array(Tuple({', '.join(['String'] * len(dimensions))}))}}"
            )
    return " AND ".join(conditions)


def _dimension(key: str, position: int | str, params: dict[str, object]) -> str:
    if key.startswith(PROPERTY_PREFIX):
        name = f"property_{position}"
        params[name] = key.removeprefix(PROPERTY_PREFIX)
        return f"properties[{{{name}:String}}]"
    return key


def _bucket(t: str, starts: Sequence[datetime], params: dict[str, object]) -> str:
    """Start of a row's bucket, in seconds: a division where all are equally long, a search where the calendar decides."""
    seconds = [int(s.timestamp()) for s in starts]
    steps = {b - a for a, b in pairwise(seconds)}
    if len(steps) <= 1:
        params["origin"] = seconds[0]
        params["step"] = steps.pop() if steps else 1 << 40
        offset = f"intDiv(toInt64(toUnixTimestamp({t})) - {{origin:Int64}}, {{step:Int64}})"
        return f"{{origin:Int64}} + {offset} * {{step:Int64}}"
    params["edges"] = seconds
    return f"roundDown(toInt64(toUnixTimestamp({t})), {{edges:Array(Int64)}})"


def _aggregate(name: str, levels: Sequence[float], source: Source) -> str:
    measure = MEASURES[name]
    return measure.raw(levels) if source.is_raw else measure.merged(levels)


def _formula(metric: Metric, used: dict[str, tuple[float, ...]]) -> str:
    def one(reference: re.Match[str]) -> str:
        name, level = reference[1], reference[2]
        if level is None:
            return f"m_{name}"
        return decoded(used[name].index(float(level)) + 1, f"m_{name}")

    return _REFERENCE.sub(one, metric.formula)


def _highest(metric: Metric) -> str:
    return f"max({_REFERENCE.sub(lambda r: f'm_{r[1]}', metric.formula)})"
