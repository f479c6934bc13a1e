"""Units of an experiment: who they are, which variant each belongs to, and what counts as a metric of them.

A unit is a user or a session. It is placed in the variant that its assignments, scores and outcomes of the experiment
name; where there are none, in the variant its calls are stamped with. A stamp is a hint: clients keep the last evaluated
experiment for the whole process, so that under load a call may carry the stamp of somebody else (contracts A.3). Units
that are named in two variants are left out and counted. A unit is exposed by its first assignment, else by its first
row, and rows well before that do not count. Hashes of 64 bits stand for units: a million of them fits in 30 MB, and two of a
million are the same with a chance of 3e-8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.core.times import from_micros, to_micros
from promptpulse.metrics.catalogue import DIMENSIONS, METRICS, PROPERTY_PREFIX
from promptpulse.metrics.fields import BadQuery
from promptpulse.metrics.query import canonical
from promptpulse.store import Store

HISTORY = timedelta(days=28)
"""Before the start: what units did then is no effect of the experiment."""
CLOCKS_DIFFER = timedelta(seconds=5)
"""Rows count this long before their unit was exposed. Assignments are dated by the server, calls by the client: in whole
milliseconds, of which the answer may take less than one (0.5 ms measured), and by a clock that may be seconds behind."""
CONTEXT_PREFIX = "context."
NEW_OR_RETURNING = "new_returning"
SESSION_BOUND = frozenset({"session_id", "user_id", "experiment_id", "variant_id"})
"""Dimensions that make no segments: as many as units, or the experiment itself."""

Kind = Literal["proportion", "mean", "ratio", "percentile"]
Source = Literal["assignments", "facts", "calls"]
TABLES = ("events", "scores", "calls")
SOURCES: tuple[Source, ...] = ("assignments", "facts", "calls")


@dataclass(frozen=True, slots=True)
class UnitMetric:
    """A metric of the catalogue by unit: the sum of `y` over the sum of `x`, with the catalogue's rules of what is known."""

    key: str
    kind: Kind
    y: str
    """Over measures of the catalogue, as its formulas: `{calls} - {errors}`."""
    x: str = ""
    """"" for a mean: 1 for every unit of the variant."""
    scale: float = 1.0
    """100 for percent."""
    known: str = ""
    """A measure that must not be 0 in the whole variant, else nothing is known."""
    level: float = 0.0
    """Of a percentile; `y` is the column of microseconds then."""


def _per_request(key: str, measure: str) -> UnitMetric:
    return UnitMetric(
        key, "ratio", f"{{{measure}}}", f"{{{measure}_known}} + {{free_failures}}", known=f"{measure}_known"
    )


def _percentile(key: str, column: str, level: float) -> UnitMetric:
    return UnitMetric(key, "percentile", column, level=level)


UNIT_METRICS: dict[str, UnitMetric] = {
    m.key: m
    for m in (
        UnitMetric("success_rate", "ratio", "{calls} - {errors}", "{calls}", 100),
        UnitMetric("error_rate", "ratio", "{errors}", "{calls}", 100),
        UnitMetric("avg_latency_ms", "ratio", "{latency_us} / 1000", "{calls}"),
        *(_percentile(f"p{p}_latency_ms", "latency_us", p / 100) for p in (50, 75, 90, 95, 99)),
        UnitMetric("avg_first_token_ms", "ratio", "{first_token_us} / 1000", "{first_token_known}"),
        *(_percentile(f"p{p}_first_token_ms", "first_token_us", p / 100) for p in (50, 95)),
        _per_request("cost_per_request_usd", "cost"),
        _per_request("avg_tokens_per_request", "total"),
        _per_request("avg_input_tokens", "input"),
        _per_request("avg_output_tokens", "output"),
        UnitMetric("total_cost_usd", "mean", "{cost}", known="cost_known"),
        UnitMetric("total_requests", "mean", "{calls}"),
        UnitMetric("total_tokens", "mean", "{total}", known="total_known"),
    )
}
"""What experiments can be judged by. The pooled value of a ratio equals the catalogue's metric over the same calls."""
if not UNIT_METRICS.keys() <= METRICS.keys():
    raise AssertionError("a metric of units is not in the catalogue")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows are read: those of one experiment in `[start, end)`; or, to plan one, those of a prompt."""

    project: str
    experiment_id: str
    unit: Literal["user", "session"]
    variants: tuple[str, ...]
    start: datetime
    end: datetime
    prompt: str = ""
    """Name of a prompt whose units are all in one group, whatever experiment they are in. `variants` is one then."""


@dataclass(frozen=True, slots=True)
class Population:
    """Units by variant, in the order of the scope's variants."""

    units: tuple[int, ...]
    by_period: tuple[tuple[int, ...], ...]
    """Exposed in each of the periods asked for, by variant."""
    recent: int
    """Exposed since `recent_from`."""
    multiple: int
    """Named in more than one variant; left out."""
    calls_without_unit: int
    sources: tuple[Source, ...]
    """The fewest that place every unit, and date its exposure, as all of them would."""
    first: datetime | None = None
    """When the first of the units was exposed."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """What units are told apart by: a dimension of their first call, a key of their context, or whether they are new."""

    key: str
    kind: Literal["call", "context", "new_returning"]
    expression: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units in groups. Group `s * len(variants) + v` is variant `v` of segment `s`; without segments it is variant `v`."""

    scope: Scope
    sources: tuple[Source, ...]
    units: tuple[int, ...]
    """By group."""
    attribute: Attribute | None = None
    segments: tuple[str, ...] = ()

    @property
    def groups(self) -> int:
        return len(self.scope.variants) * max(1, len(self.segments))


def attribute_of(key: str) -> Attribute:
    """Raises `BadQuery` that names what there is."""
    if key == NEW_OR_RETURNING:
        return Attribute(key, "new_returning", "")
    if key.startswith(CONTEXT_PREFIX) and len(key) > len(CONTEXT_PREFIX):
        path = key.removeprefix(CONTEXT_PREFIX).split(".")
        if len(path) <= 10:
            keys = ", ".join(f"{{path{i}:String}}" for i in range(len(path)))
            # a text comes in quotes, a number or true as it is; null is not known
            raw = f"JSONExtractRaw(context, {keys})"
            text = f"JSONExtractString(context, {keys})"
            expression = f"if(startsWith({raw}, '\"'), {text}, if({raw} = 'null', '', {raw}))"
            return Attribute(key, "context", expression, {f"path{i}": part for i, part in enumerate(path)})
    try:
        dimension = canonical(key, "by")
    except BadQuery:
        dimension = ""
    if not dimension or dimension in SESSION_BOUND:
        fit = ", ".join([NEW_OR_RETURNING, *(d for d in DIMENSIONS if d not in SESSION_BOUND)])
        raise BadQuery(
            f"by: {key!r} makes no segments; use one of {fit}, {PROPERTY_PREFIX}<key> or {CONTEXT_PREFIX}<attribute>",
            field="by",
        )
    if dimension.startswith(PROPERTY_PREFIX):
        return Attribute(
            key,
            "call",
            "properties[{property:String}]",
            {"property": dimension.removeprefix(PROPERTY_PREFIX)},
        )
    return Attribute(key, "call", dimension)


def population(store: Store, scope: Scope, periods: Sequence[datetime] = (), *, recent_from: datetime) -> Population:
    """Who takes part. `periods` are the starts after the first of what is counted apart, ascending."""
    sql = f"""
        SELECT
          if(bitCount(mask) > 1, -1, toInt16(bitCount(mask - 1))) AS v,
          arrayCount(edge -> exposed_us >= edge, {{periods:Array(Int64)}}) AS period,
          count() AS units,
          min(exposed_us) AS first,
          countIf(exposed_us >= {{recent:Int64}}) AS recent,
          countIf(assigned = 0) AS unassigned,
          countIf(assigned != 0 AND bitCount(assigned) = 1 AND bitCount(mask) > 1) AS contradicted
        FROM (
          SELECT *, toUnixTimestamp64Micro(exposed) AS exposed_us
          FROM ({_evidence(scope, SOURCES)})
        )
        GROUP BY v, period
    """
    params = {
        **scope_params(scope),
        "periods": [to_micros(p) for p in periods],
        "recent": to_micros(recent_from),
    }
    counts = [[0] * len(scope.variants) for _ in range(len(periods) + 1)]
    multiple = recent = unassigned = contradicted = 0
    first_us: int | None = None
    for row in store.query(sql, params).rows():
        v, period, units, first, late, without, wrong = (int(str(x)) for x in row)
        unassigned, contradicted = unassigned + without, contradicted + wrong
        if v == -1:
            multiple += units
            continue
        counts[period][v] += units
        recent += late
        first_us = first if first_us is None else min(first, first_us)
    sources: tuple[Source, ...] = SOURCES
    if unassigned == 0:
        sources = SOURCES[:2] if contradicted else SOURCES[:1]
    nameless = store.query(
        f"""
        SELECT count() AS n
        FROM calls
        WHERE {in_scope(scope)} AND user_id = '' AND session_id = ''
        """,
        scope_params(scope),
    )
    return Population(
        units=tuple(sum(period[v] for period in counts) for v in range(len(scope.variants))),
        by_period=tuple(tuple(period) for period in counts),
        recent=recent,
        multiple=multiple,
        calls_without_unit=int(str(nameless.columns[0][0])),
        sources=sources,
        first=None if first_us is None else from_micros(first_us),
    )


def facts(store: Store, scope: Scope) -> tuple[int, ...]:
    """How many rows of each kind the scope has: other numbers mean that there is something new."""
    counted = [f"SELECT {i} AS place, count() AS n FROM {t} WHERE {in_scope(scope)}" for i, t in enumerate(TABLES)]
    answer = store.query(" UNION ALL ".join(counted), scope_params(scope))
    by_place = {int(str(place)): int(str(n)) for place, n in answer.rows()}
    return tuple(by_place.get(i, 0) for i in range(len(TABLES)))


def cohort_of(scope: Scope, people: Population) -> Cohort:
    """Every unit, in groups by variant."""
    return Cohort(scope, people.sources, people.units)


def users_of_prompt(
    store: Store, project: str, prompt: str, unit: Literal["user", "session"], window: tuple[datetime, datetime]
) -> tuple[Cohort, datetime | None]:
    """All units that met a prompt in `[start, end)`, as one group, and when the first of them did."""
    scope = Scope(project, "", unit, ("",), *window, prompt)
    answer = store.query(
        f"SELECT count() AS units, toUnixTimestamp64Micro(min(exposed)) AS first FROM ({_by_variant(scope, SOURCES)})",
        scope_params(scope),
    )
    units, first = (int(str(column[0])) for column in answer.columns)
    return Cohort(scope, SOURCES, (units,)), from_micros(first) if units else None


def segmented(store: Store, cohort: Cohort, attribute: Attribute, at_most: int) -> tuple[Cohort, int]:
    """The units of `cohort` in the largest segments, and how many segments there are."""
    answer = store.query(
        f"""
        SELECT value, v, count() AS units, uniqExact(value) OVER () AS segments, sum(units) OVER (PARTITION BY value) AS size
        FROM ({_with_attribute(cohort.scope, cohort.sources, attribute)})
        GROUP BY value, v
        ORDER BY size DESC, value, v
        LIMIT {{rows:UInt32}}
        """,
        {
            **scope_params(cohort.scope),
            **attribute_params(cohort.scope, attribute),
            "rows": at_most * len(cohort.scope.variants),
        },
    )
    counts: dict[str, list[int]] = {}
    total = 0
    for value, v, units, segments, _ in answer.rows():
        total = int(str(segments))
        if str(value) in counts or len(counts) < at_most:
            counts.setdefault(str(value), [0] * len(cohort.scope.variants))[int(str(v))] = int(str(units))
    units_by_group = tuple(n for row in counts.values() for n in row)
    return Cohort(cohort.scope, cohort.sources, units_by_group, attribute, tuple(counts)), total


def placed(cohort: Cohort) -> str:
    """Statement of (unit, exposed, g): who counts, from when, and in which group."""
    if cohort.attribute is None:
        return f"SELECT unit, exposed, v AS g FROM ({_by_variant(cohort.scope, cohort.sources)})"
    return f"""
        SELECT unit, exposed, (indexOf({{segments:Array(String)}}, value) - 1) * {{variant_count:UInt16}} + v AS g
        FROM ({_with_attribute(cohort.scope, cohort.sources, cohort.attribute)})
        WHERE has({{segments:Array(String)}}, value)
    """


def placed_params(cohort: Cohort) -> dict[str, object]:
    """What `placed`, `in_scope` and `COUNTS` bind."""
    params = scope_params(cohort.scope) | {"clocks_differ_s": int(CLOCKS_DIFFER.total_seconds())}
    if cohort.attribute:
        params |= attribute_params(cohort.scope, cohort.attribute)
        params |= {"segments": list(cohort.segments), "variant_count": len(cohort.scope.variants)}
    return params


def scope_params(scope: Scope) -> dict[str, object]:
    return {
        "project": scope.project,
        "experiment": scope.experiment_id,
        "prompt": scope.prompt,
        "variants": list(scope.variants),
        "start": scope.start,
        "end": scope.end,
    }


def attribute_params(scope: Scope, attribute: Attribute) -> dict[str, object]:
    if attribute.kind == "new_returning":
        return {"before": scope.start - HISTORY, "history_s": int(HISTORY.total_seconds())}
    return dict(attribute.params)


def in_scope(scope: Scope) -> str:
    """Its rows. Every read has a project and a time range."""
    of = "prompt_id = {prompt:String}" if scope.prompt else "experiment_id = {experiment:String}"
    return (
        f"project = {{project:String}} AND {of}"
        " AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}"
    )


def unit_text(unit: Literal["user", "session"]) -> str:
    """The unit that a row names; "" for none."""
    first, second = ("user_id", "session_id") if unit == "user" else ("session_id", "user_id")
    return f"if({first} != '', {first}, {second})"


def hashed(text: str) -> str:
    return f"sipHash64({text})"


COUNTS = "ts >= who.exposed - toIntervalSecond({clocks_differ_s:UInt32})"
"""Of a row that is joined with the `placed` units as `who`."""
COUNTED_AT = "greatest(ts, who.exposed)"
"""When such a row counts: not before its unit."""
_BIT = "bitShiftLeft(toUInt16(1), indexOf({variants:Array(String)}, variant_id) - 1)"


def _evidence(scope: Scope, sources: Sequence[Source]) -> str:
    """Statement of (unit, assigned, named, stamped, mask, exposed): sets of variants as bits, what decides, and since when."""
    unit = unit_text(scope.unit)
    named = f"{in_scope(scope)} AND has({{variants:Array(String)}}, variant_id)"
    of_event = f"if(kind = 'assignment' AND unit_id != '', unit_id, {unit})"
    kinds = "kind IN ('assignment', 'outcome')" if "facts" in sources else "kind = 'assignment'"
    parts = [
        f"""
        SELECT {hashed(of_event)} AS unit, if(kind = 'assignment', 1, 2) AS level, {_BIT} AS bit, ts
        FROM events
        WHERE {named} AND {kinds} AND {of_event} != ''
        """
    ]
    for table, level in (("scores", 2), ("calls", 3)):
        if {"scores": "facts", "calls": "calls"}[table] in sources:
            parts.append(
                f"""
                SELECT {hashed(unit)} AS unit, {level} AS level, {_BIT} AS bit, ts
                FROM {table}
                WHERE {named} AND {unit} != ''
                """
            )
    return f"""
        SELECT
          unit,
          groupBitOrIf(bit, level = 1) AS assigned,
          groupBitOrIf(bit, level = 2) AS named,
          groupBitOrIf(bit, level = 3) AS stamped,
          if(bitOr(assigned, named) != 0, bitOr(assigned, named), stamped) AS mask,
          if(assigned != 0, minIf(ts, level = 1), min(ts)) AS exposed
        FROM ({" UNION ALL ".join(parts)})
        GROUP BY unit
    """


def _by_variant(scope: Scope, sources: Sequence[Source]) -> str:
    """Statement of (unit, exposed, v): `v` counts from 0."""
    if scope.prompt:
        unit = unit_text(scope.unit)
        of_event = f"if(unit_id != '', unit_id, {unit})"
        texts = {"events": of_event, "scores": unit, "calls": unit}
        rows = [
            f"SELECT {hashed(text)} AS unit, ts FROM {table} WHERE {in_scope(scope)} AND {text} != ''"
            for table, text in texts.items()
        ]
        return f"SELECT unit, min(ts) AS exposed, toUInt16(0) AS v FROM ({' UNION ALL '.join(rows)}) GROUP BY unit"
    # the position of the only bit that is set is the number of bits set in what lies below it
    return f"""
        SELECT unit, exposed, toUInt16(bitCount(mask - 1)) AS v
        FROM ({_evidence(scope, sources)})
        WHERE bitCount(mask) = 1
    """


def _with_attribute(scope: Scope, sources: Sequence[Source], attribute: Attribute) -> str:
    """Statement of (unit, exposed, v, value): "" is not known."""
    people = _by_variant(scope, sources)
    unit = unit_text(scope.unit)
    match attribute.kind:
        case "call":
            values = f"""
                SELECT {hashed(unit)} AS unit, toString(argMin({attribute.expression}, ts)) AS value
                FROM calls
                WHERE {in_scope(scope)} AND {unit} != ''
                GROUP BY unit
            """
        case "context":
            of_event = f"if(unit_id != '', unit_id, {unit})"
            values = f"""
                SELECT {hashed(of_event)} AS unit, argMin({attribute.expression}, ts) AS value
                FROM events
                WHERE {in_scope(scope)} AND kind = 'assignment' AND {of_event} != ''
                GROUP BY unit
            """
        case "new_returning":
            # a client's clock may be behind: calls of the experiment itself make nobody returning
            values = f"""
                SELECT people.unit AS unit, 'returning' AS value
                FROM calls
                INNER JOIN ({people}) AS people ON {hashed(unit)} = people.unit
                WHERE project = {{project:String}} AND experiment_id != {{experiment:String}} AND {unit} != ''
                  AND ts >= {{before:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
                  AND ts < people.exposed AND ts >= people.exposed - toIntervalSecond({{history_s:UInt32}})
                GROUP BY unit
            """
    missing = "'new'" if attribute.kind == "new_returning" else "''"
    return f"""
        SELECT who.unit AS unit, who.exposed AS exposed, who.v AS v, if(what.value = '', {missing}, what.value) AS value
        FROM ({people}) AS who
        LEFT JOIN ({values}) AS what ON who.unit = what.unit
    """
