"""From a question to SQL: the coarsest table that answers exactly, names from the catalogue, values bound."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from promptpulse.metrics.catalogue import PROPERTY_PREFIX, Metric
from promptpulse.metrics.conditions import conditions
from promptpulse.metrics.formula import Aggregate
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.leaves import expression_sql, measured, over_calls
from promptpulse.metrics.measures import MEASURES, decoded
from promptpulse.metrics.query import HOUR_OF_DAY, NEW_USER, WEEKDAY, Query, zone
from promptpulse.metrics.rollups import DAY_ROLLUPS, RAW, ROLLUPS, Source
from promptpulse.metrics.scored import of_scores

_REFERENCE = re.compile(r"\{(\w+)(?::([\d.]+))?\}")
KEEP_MARGIN = timedelta(hours=1)
"""Rollups with a lifetime are trusted up to this long before it ends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement. Columns: `bucket` (its start in seconds, if the query has one), groups `g0`, `g1`, ..., metrics `v0`, ..."""

    sql: str
    params: dict[str, object]
    tables: str
    has_bucket: bool = False


def references(metrics: Sequence[Metric]) -> dict[str, tuple[float, ...]]:
    """Measures that the formulas use, each with its quantile levels in ascending order."""
    found: dict[str, set[float]] = {}
    for metric in metrics:
        for name, level in _REFERENCE.findall(" ".join(_templates(metric))):
            found.setdefault(name, set()).update([float(level)] if level else [])
    return {name: tuple(sorted(levels)) for name, levels in found.items()}


def _templates(metric: Metric) -> list[str]:
    """Formulas over measures that the metric needs."""
    formula = formula_of(metric)
    if formula is None:
        return [metric.formula]
    return [template for leaf in formula.aggregates if (template := measured(leaf))]


def _leaves(metrics: Sequence[Metric]) -> list[Aggregate]:
    """Functions of the formulas, each once."""
    formulas = [formula for metric in metrics if (formula := formula_of(metric))]
    return list(dict.fromkeys(leaf for formula in formulas for leaf in formula.aggregates))


def raw_leaves(metrics: Sequence[Metric]) -> list[Aggregate]:
    """Functions over calls that no measure can tell: they are read from the calls."""
    return [leaf for leaf in _leaves(metrics) if leaf.score is None and not measured(leaf)]


def reads_scores(metric: Metric) -> bool:
    return any(leaf.score is not None for leaf in _leaves([metric]))


def reads_calls(metric: Metric) -> bool:
    return metric.custom is None or any(leaf.score is None for leaf in _leaves([metric]))


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
    needed = query.needed_dimensions - {HOUR_OF_DAY, WEEKDAY}  # the time of a row tells them
    for rollup in ROLLUPS:
        grain_s = int(rollup.grain.total_seconds())
        if (
            (at_most is None or rollup.grain <= at_most)
            and measures <= rollup.measures
            and needed <= rollup.dimensions
            and (not query.tells_clock or _strikes_with(query, grain_s))
            and (rollup.keep is None or query.start >= now - rollup.keep + KEEP_MARGIN)
            and all(cut.timestamp() % grain_s == 0 for cut in cuts)
        ):
            return rollup
    return RAW


def _strikes_with(query: Query, grain_s: int) -> bool:
    """Whether hours of the query's zone begin where rows of a rollup do, all through its range."""
    tz, days = zone(query.tz), (query.end - query.start) // timedelta(days=1) + 1
    moments = [*(query.start + timedelta(days=n) for n in range(days)), query.end]
    return all((m.astimezone(tz).utcoffset() or timedelta()).total_seconds() % grain_s == 0 for m in moments)


def pick_days(
    query: Query, starts: Sequence[datetime] | None, measures: frozenset[str], at_most: timedelta | None = None
) -> Source | None:
    """The coarsest rollup of whole days that can answer for the days among `query`."""
    for rollup in DAY_ROLLUPS:
        grain_s = int(rollup.grain.total_seconds())
        if (
            (at_most is None or rollup.grain <= at_most)
            and measures <= rollup.measures
            and query.needed_dimensions <= rollup.dimensions
            and all(start.timestamp() % grain_s == 0 for start in (starts or ())[1:])
        ):
            return rollup
    return None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a statement reads: `days` of the range from `of_days`, all else from `rest`."""

    rest: Source
    of_days: Source | None = None
    days: tuple[date, ...] = ()

    @property
    def tables(self) -> str:
        return f"{self.of_days.table}, {self.rest.table}" if self.of_days else self.rest.table


def plan(
    query: Query,
    metrics: Sequence[Metric],
    starts: Sequence[datetime] | None,
    sources: Sources,
    only: Sequence[Sequence[str]] | None = None,
    span: int = 1,
) -> Plan:
    """The statement for `metrics` (all peaks or none, all of scores or none). `only`: groups to keep, as stored values.
    `span`: buckets that a value covers, its own and those before it; then all are equally long (sliding.py)."""
    params = _params(query)
    if reads_scores(metrics[0]):
        return _with_scores(query, metrics, starts, sources, only, params, span)
    peak = metrics[0].peak
    used, raw = references(metrics), raw_leaves(metrics)
    keys = _keys(query, starts)
    inner = _of_calls(query, used, raw, starts, sources, only, params, by_minute=peak, span=span)
    outputs = [f"{_output(m, used, raw, params)} AS v{i}" for i, m in enumerate(metrics)]
    if peak:
        outputs += [f"{_moment(m)} AS w{i}" for i, m in enumerate(metrics)]
    sql = f"SELECT {', '.join([*keys, *outputs])} FROM ({inner})"
    if peak and keys:
        sql += f" GROUP BY {', '.join(keys)}"
    return Plan(sql, params, sources.tables, starts is not None)


def _keys(query: Query, starts: Sequence[datetime] | None) -> list[str]:
    return [*([] if starts is None else ["bucket"]), *(f"g{i}" for i in range(len(query.by)))]


def _of_calls(
    query: Query,
    used: dict[str, tuple[float, ...]],
    raw: Sequence[Aggregate],
    starts: Sequence[datetime] | None,
    sources: Sources,
    only: Sequence[Sequence[str]] | None,
    params: dict[str, object],
    *,
    by_minute: bool = False,
    span: int = 1,
) -> str:
    """Statement of the keys, the measures `m_...` and the functions `l0`, `l1`, ... over calls."""
    rest = sources.rest
    if span > 1 and starts is not None and rest.is_raw and not (sources.of_days or raw or by_minute):
        return _of_steps(query, used, starts, only, params, span)
    t = (sources.of_days or rest).time
    filters = _filters(query, params, only, t)
    if sources.of_days:
        params["days"] = list(sources.days)
        merged = True
        table = f"({_days_and_rest(query, sources, list(used), params)})"
        table += f" WHERE {' AND '.join(filters)}" if filters else ""
    else:
        merged = not rest.is_raw
        table = f"{rest.table} WHERE {' AND '.join([*_range(rest), *filters])}"
    columns = [f"{_dimension(d, i, params, t)} AS g{i}" for i, d in enumerate(query.by)]
    if starts is not None:
        columns.insert(0, f"{bucket_of(t, starts, params, span)} AS bucket")
    keys = [*_keys(query, starts), *(["minute"] if by_minute else [])]
    if by_minute:
        columns.append(f"toStartOfMinute({t}, 'UTC') AS minute")
    for name, levels in used.items():
        measure = MEASURES[name]
        columns.append(f"{measure.merged(levels) if merged else measure.raw(levels)} AS m_{name}")
    columns += [f"{over_calls(leaf, params)} AS l{i}" for i, leaf in enumerate(raw)]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join(columns)} FROM {table}{grouped}"


def _of_steps(
    query: Query,
    used: dict[str, tuple[float, ...]],
    starts: Sequence[datetime],
    only: Sequence[Sequence[str]] | None,
    params: dict[str, object],
    span: int,
) -> str:
    """As `_of_calls`, of overlapping buckets: each call is read once, and what its step holds is merged `span` times."""
    bucket = bucket_of("step_at", starts, params, span)
    filters = " AND ".join([*_range(RAW), *_filters(query, params, only, RAW.time)])
    groups = [f"g{i}" for i in range(len(query.by))]
    dimensions = [f"{_dimension(d, i, params, RAW.time)} AS g{i}" for i, d in enumerate(query.by)]
    # the state of a conditional aggregate has a type of its own, which a rollup's column would change
    states = [f"CAST({(m := MEASURES[name]).state()}, '{m.column_type}') AS {m.column}" for name in used]
    steps = (
        f"SELECT {', '.join([f'toDateTime({_step_of(RAW.time)}) AS step_at', *dimensions, *states])}"
        f" FROM {RAW.table} WHERE {filters} GROUP BY {', '.join(['step_at', *groups])}"
    )
    merged = [f"{MEASURES[name].merged(levels)} AS m_{name}" for name, levels in used.items()]
    keys = ["bucket", *groups]
    columns = [f"{bucket} AS bucket", *groups, *merged]
    return f"SELECT {', '.join(columns)} FROM ({steps}) GROUP BY {', '.join(keys)}"


def _with_scores(
    query: Query,
    metrics: Sequence[Metric],
    starts: Sequence[datetime] | None,
    sources: Sources,
    only: Sequence[Sequence[str]] | None,
    params: dict[str, object],
    span: int,
) -> Plan:
    """Metrics that read scores, and maybe calls: each side gives its functions and NULL for the other's."""
    used, raw = references(metrics), raw_leaves(metrics)
    leaves = _leaves(metrics)
    aliases = {leaf: f"x{i}" for i, leaf in enumerate(leaves)}
    of_scores_alone = {alias: leaf for leaf, alias in aliases.items() if leaf.score is not None}
    keys = _keys(query, starts)
    dimensions = [_dimension(d, i, params, "ts") for i, d in enumerate(query.by)]
    bucket = None if starts is None else bucket_of("ts", starts, params, span)
    kept = None if only is None else _kept_groups(keys[-len(query.by) :], only, params)
    scored = of_scores(query, of_scores_alone, bucket, dimensions, kept, params)
    empty = "CAST(NULL, 'Nullable(Float64)')"
    given = [alias if alias in of_scores_alone else empty for alias in aliases.values()]
    columns = [f"{sql} AS {alias}" for sql, alias in zip(given, aliases.values(), strict=True)]
    sides = [f"SELECT {', '.join([*keys, *columns])} FROM ({scored})"]
    # who has calls and no scores is a group, too, where the query also asks for calls
    beside = bool(query.by) and only is None and any(reads_calls(m) for m in map(query.metric, query.metrics))
    if used or raw or beside:
        computed = [
            f"{empty if leaf.score is not None else _leaf(leaf, used, raw)} AS {alias}"
            for leaf, alias in aliases.items()
        ]
        of_calls = _of_calls(query, used, raw, starts, sources, only, params, span=span)
        sides.append(f"SELECT {', '.join([*keys, *computed])} FROM ({of_calls})")
    merged = [f"max({alias}) AS y{alias}" for alias in aliases.values()]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    inner = f"SELECT {', '.join([*keys, *merged])} FROM ({' UNION ALL '.join(sides)}){grouped}"

    def value(leaf: Aggregate) -> str:
        return f"ifNull(y{aliases[leaf]}, 0)" if leaf.is_count else f"y{aliases[leaf]}"

    formulas = [formula for metric in metrics if (formula := formula_of(metric))]
    outputs = [f"{expression_sql(formula.root, value, params)} AS v{i}" for i, formula in enumerate(formulas)]
    tables = f"{sources.tables}, scores" if len(sides) > 1 else "scores"
    return Plan(f"SELECT {', '.join([*keys, *outputs])} FROM ({inner})", params, tables, starts is not None)


def count_groups(query: Query, source: Source) -> Plan:
    """How many groups there are: "12 of 80"."""
    params = _params(query)
    where = " AND ".join([*_range(source), *_filters(query, params, None, source.time)])
    dimensions = ", ".join(_dimension(d, i, params, source.time) for i, d in enumerate(query.by))
    return Plan(f"SELECT uniqExact({dimensions}) AS n FROM {source.table} WHERE {where}", params, source.table)


def _range(source: Source) -> list[str]:
    return [
        "project = {project:String}",
        f"{source.time} >= {{start:DateTime64(6, 'UTC')}}",
        f"{source.time} < {{end:DateTime64(6, 'UTC')}}",
    ]


def _days_and_rest(query: Query, sources: Sources, measures: Sequence[str], params: dict[str, object]) -> str:
    """States of the whole days, and of what is left of the range."""
    rest = sources.rest
    dimensions = sorted(query.needed_dimensions)
    # ranges, not "not in these days": the engine finds ranges by its index
    gaps = []
    for i, (start, end) in enumerate(gaps_of(query, sources.days)):
        params |= {f"gap{i}_start": start, f"gap{i}_end": end}
        edges = (f"{{gap{i}_{side}:DateTime64(6, 'UTC')}}" for side in ("start", "end"))
        gaps.append("({0} >= {1} AND {0} < {2})".format(rest.time, *edges))
    left = f"project = {{project:String}} AND ({' OR '.join(gaps) or '0'})"
    states = [MEASURES[name].column for name in measures]
    whole = f"SELECT {', '.join(['t', *dimensions, *states])} FROM {sources.of_days.table if sources.of_days else rest.table}"
    whole += " WHERE project = {project:String} AND toDate(t, 'UTC') IN {days:Array(Date)}"
    if not rest.is_raw:
        return f"{whole} UNION ALL SELECT {', '.join(['t', *dimensions, *states])} FROM {rest.table} WHERE {left}"
    computed = [f"{MEASURES[name].state()} AS {MEASURES[name].column}" for name in measures]
    minutes = f"toStartOfMinute({rest.time}, 'UTC') AS t"
    columns = ", ".join([minutes, *dimensions, *computed])
    return f"{whole} UNION ALL SELECT {columns} FROM {rest.table} WHERE {left} GROUP BY {', '.join(['t', *dimensions])}"


def gaps_of(query: Query, days: Sequence[date]) -> list[tuple[datetime, datetime]]:
    """What the days leave of the query's range, ascending."""
    found, at = [], query.start
    for day in sorted(days):
        start = datetime.combine(day, time(), UTC)
        if at < start:
            found.append((at, start))
        at = start + timedelta(days=1)
    return [*found, (at, query.end)] if at < query.end else found


def _params(query: Query) -> dict[str, object]:
    zoned: dict[str, object] = {"tz": query.tz} if query.tells_clock else {}
    return {"project": query.project, "start": query.start, "end": query.end} | zoned


def _filters(query: Query, params: dict[str, object], only: Sequence[Sequence[str]] | None, t: str) -> list[str]:
    filters = conditions(query.where, params)
    if only is None:
        return filters
    dimensions = [_dimension(d, i, params, t) for i, d in enumerate(query.by)]
    return [*filters, _kept_groups(dimensions, only, params)]


def _kept_groups(dimensions: Sequence[str], only: Sequence[Sequence[str]], params: dict[str, object]) -> str:
    if len(dimensions) == 1:
        params["only"] = [values[0] for values in only]
        return f"{dimensions[0]} IN {{only:Array(String)}}"
    params["only"] = [tuple(values) for values in only]
    types = ", ".join(["String"] * len(dimensions))
    return f"({', '.join(dimensions)}) IN {{only:Array(Tuple({types}))}}"


_OF_COHORTS = {
    HOUR_OF_DAY: "toString(toHour(<t>, {tz:String}))",
    WEEKDAY: "toString(toDayOfWeek(<t>, 0, {tz:String}))",
    NEW_USER: """
        if(user_id = '', '', if(user_id IN (
          SELECT user_id
          FROM calls
          WHERE project = {project:String} AND ts < {start:DateTime64(6, 'UTC')} AND user_id != ''
        ), 'returning', 'new'))
    """,
}


def _dimension(key: str, position: int | str, params: dict[str, object], t: str) -> str:
    """`t`: the column of the time of a row."""
    if key in _OF_COHORTS:
        return _OF_COHORTS[key].replace("<t>", t)
    if key.startswith(PROPERTY_PREFIX):
        name = f"property_{position}"
        params[name] = key.removeprefix(PROPERTY_PREFIX)
        return f"properties[{{{name}:String}}]"
    return key


def bucket_of(t: str, starts: Sequence[datetime], params: dict[str, object], span: int = 1) -> str:
    """Start of a row's bucket, in seconds: a division where all are equally long, a search where the calendar decides.

    `span`: all buckets that cover the row, which are its own and those after it."""
    seconds = [int(s.timestamp()) for s in starts]
    steps = {b - a for a, b in pairwise(seconds)}
    if len(steps) <= 1:
        params["origin"] = seconds[0]
        params["step"] = steps.pop() if steps else 1 << 40
        if span > 1:
            params |= {"span": span, "last": seconds[-1]}
            covering = f"arrayMap(i -> {_step_of(t)} + i * {{step:Int64}}, range({{span:UInt32}}))"
            return f"arrayJoin(arrayFilter(b -> b >= {{origin:Int64}} AND b <= {{last:Int64}}, {covering}))"
        offset = f"intDiv(toInt64(toUnixTimestamp({t})) - {{origin:Int64}}, {{step:Int64}})"
        return f"{{origin:Int64}} + {offset} * {{step:Int64}}"
    params["edges"] = seconds
    return f"roundDown(toInt64(toUnixTimestamp({t})), {{edges:Array(Int64)}})"


def _step_of(t: str) -> str:
    """Start of the step in which `t` lies, which may be before the first bucket."""
    at = f"toInt64(toUnixTimestamp({t}))"
    return f"({at} - positiveModulo({at} - {{origin:Int64}}, {{step:Int64}}))"


def _output(
    metric: Metric, used: dict[str, tuple[float, ...]], raw: Sequence[Aggregate], params: dict[str, object]
) -> str:
    if metric.peak:
        return f"max({_per_minute(metric)})"
    formula = formula_of(metric)
    if formula is None:
        return formula_sql(metric.formula, used)
    return expression_sql(formula.root, lambda leaf: _leaf(leaf, used, raw), params)


def _leaf(leaf: Aggregate, used: dict[str, tuple[float, ...]], raw: Sequence[Aggregate]) -> str:
    template = measured(leaf)
    return f"toFloat64({formula_sql(template, used)})" if template else f"l{raw.index(leaf)}"


def formula_sql(template: str, used: Mapping[str, Sequence[float]]) -> str:
    """`template` over the columns `m_<measure>`, of which quantiles are lists of the levels of `used`."""

    def one(reference: re.Match[str]) -> str:
        name, level = reference[1], reference[2]
        if level is None:
            return f"m_{name}"
        return decoded(list(used[name]).index(float(level)) + 1, f"m_{name}")

    return _REFERENCE.sub(one, template)


def _per_minute(metric: Metric) -> str:
    return _REFERENCE.sub(lambda r: f"m_{r[1]}", metric.formula)


def _moment(metric: Metric) -> str:
    """The minute of a peak, in seconds; of several, the first."""
    at = "toInt64(toUnixTimestamp(minute))"
    return f"argMax({at}, ({_per_minute(metric)}, -{at}))"
