"""What the calls and scores of up to three prompts or versions show, by unit, so that they can be compared.

A unit is a user, else a session, else the call itself. Each is summed first; only what differs between units counts as
chance. One unit may be in several subjects (a user of two prompts): the covariance of their values says so.

Calls that name neither a user nor a session are units of their own. They are put into `LOOSE` heaps by their ids, which
leaves the variance of sums of independent calls as it is, and the number of groups bounded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from promptpulse.metrics.conditions import Filter, checked_filter, conditions
from promptpulse.metrics.estimates import Estimate, Moments
from promptpulse.metrics.fields import BadQuery, Params
from promptpulse.metrics.measures import MEASURES
from promptpulse.metrics.moments import floats, levels_around, linear_variance, measures_of, over, quantile_estimate
from promptpulse.metrics.placed import placed
from promptpulse.metrics.query import EARLIEST, LATEST
from promptpulse.metrics.scores import Mappings, number
from promptpulse.metrics.units import UNIT_METRICS, UnitMetric
from promptpulse.store import Store

LOOSE = 1 << 16
MOST_SUBJECTS = 3
SCORE_NAMES = 3
_SCORE = UnitMetric("", "ratio", "{y}", "{x}")


@dataclass(frozen=True, slots=True)
class Subject:
    """The calls of a prompt, of one version of it or of all."""

    prompt_id: str
    prompt_version: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    project: str
    start: datetime
    end: datetime
    subjects: tuple[Subject, ...]
    where: tuple[Filter, ...] = ()

    @property
    def params(self) -> Params:
        params: Params = {"project": self.project, "start": self.start, "end": self.end}
        for i, subject in enumerate(self.subjects):
            params[f"prompt{i}"] = subject.prompt_id
            if subject.prompt_version is not None:
                params[f"version{i}"] = subject.prompt_version
        return params

    def is_of(self, i: int) -> str:
        """Condition of the calls, or placed scores, of a subject."""
        prompt = f"prompt_id = {{prompt{i}:String}}"
        if self.subjects[i].prompt_version is None:
            return prompt
        return f"({prompt} AND prompt_version = {{version{i}:String}})"

    @property
    def mask(self) -> str:
        """Subjects of a row, as bits."""
        return " + ".join(f"toUInt8({self.is_of(i)}) * {1 << i}" for i in range(len(self.subjects)))

    @property
    def prompts(self) -> str:
        return f"prompt_id IN ({', '.join(f'{{prompt{i}:String}}' for i in range(len(self.subjects)))})"


@dataclass(frozen=True, slots=True)
class Side:
    """One subject in one metric. A ratio has moments, a percentile is estimated already."""

    moments: Moments | None
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of all subjects."""

    kind: str
    """`ratio` or `percentile`."""
    scale: float
    sides: tuple[Side | None, ...]
    """By subject; None: nothing is known."""
    covariance: Mapping[tuple[int, int], float]
    """Of the values of two subjects, before they are scaled, by the units that are in both."""


@dataclass(frozen=True, slots=True)
class Counted:
    calls: int
    units: int
    users: int
    """Units that are users."""


@dataclass(frozen=True, slots=True)
class Seen:
    counts: tuple[Counted, ...]
    """By subject."""
    metrics: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class ScoreName:
    name: str
    is_bool: bool
    """Every value is true or false."""


def checked(scope: Scope) -> Scope:
    """Raises `BadQuery`."""
    if not 2 <= len(scope.subjects) <= MOST_SUBJECTS:
        raise BadQuery(f"subjects: name 2 to {MOST_SUBJECTS} prompts or versions", field="subjects")
    if len(set(scope.subjects)) < len(scope.subjects):
        raise BadQuery("subjects: each prompt or version may be named once", field="subjects")
    return in_order(scope)


def in_order(scope: Scope) -> Scope:
    """`scope` with a range and filters that can be asked for, whatever its subjects. Raises `BadQuery`."""
    if scope.start >= scope.end:
        raise BadQuery("end: must be later than start", field="end")
    if not EARLIEST <= scope.start.year <= scope.end.year <= LATEST:
        raise BadQuery(f"start: the range must lie between the years {EARLIEST} and {LATEST}", field="start")
    return replace(scope, where=tuple(checked_filter(f) for f in scope.where))


def has_error(key: str) -> bool:
    """Whether `calls_of` can tell how sure the metric is: those that are sums over requests."""
    return key in UNIT_METRICS and UNIT_METRICS[key].kind in {"ratio", "percentile"}


def calls_of(store: Store, scope: Scope, keys: Sequence[str]) -> Seen:
    """Of checked `scope`, and `keys` that have an error."""
    metrics = [UNIT_METRICS[key] for key in keys]
    levels = [m for m in metrics if m.kind == "percentile"]
    subjects = range(len(scope.subjects))
    params = scope.params
    of_range = _range(scope, params)
    curves = _curves(store, scope, levels) if levels else []
    names = sorted({"calls", *(name for m in metrics if m.kind == "ratio" for name in measures_of(m))})
    rows = [f"{MEASURES[name].raw(())} AS r_{name}" for name in names]
    sums = [f"sumIf(r_{name}, bitTest(mask, {i})) AS m{i}_{name}" for name in names for i in subjects]
    for p, m in enumerate(levels):
        for i in subjects:
            curve = curves[p][i]
            params[f"at{p}_{i}"] = curve[len(curve) // 2] if curve else 0.0
            rows.append(f"countIf({m.y} <= {{at{p}_{i}:Float64}}) AS r_below{p}_{i}")
            sums.append(f"sumIf(r_below{p}_{i}, bitTest(mask, {i})) AS m{i}_below{p}")
        rows.append(f"count({m.y}) AS r_known{p}")
        sums += [f"sumIf(r_known{p}, bitTest(mask, {i})) AS m{i}_known{p}" for i in subjects]
    columns = [_columns(m, levels, len(scope.subjects)) for m in metrics]
    # two statements in one: hashing sessions and ids of calls that have a user would take as long as all the rest
    named = "user_id != ''"
    units = {
        named: "cityHash64(user_id)",
        "user_id = ''": f"if(session_id != '', bitNot(cityHash64(session_id)), toUInt64(cityHash64(id) % {LOOSE}))",
    }
    by_unit = " UNION ALL ".join(
        f"""
        SELECT {unit} AS unit, {scope.mask} AS mask, {int(who == named)} AS r_user, {", ".join(rows)}
        FROM calls
        WHERE {of_range} AND ({_any_of(scope)}) AND {who}
        GROUP BY unit, mask
        """
        for who, unit in units.items()
    )
    counts = [f"[sum(m{i}_calls), countIf(m{i}_calls > 0), countIf(m{i}_calls > 0 AND is_user)]" for i in subjects]
    answer = store.query(
        f"""
        SELECT toFloat64(count()) AS n, {", ".join(counts + [c for of_metric in columns for c in of_metric])}
        FROM (
          SELECT unit, any(r_user) AS is_user, {", ".join(sums)}
          FROM ({by_unit})
          GROUP BY unit
        )
        """,
        params,
    )
    n, *values = (column[0] for column in answer.columns)
    counted = tuple(Counted(*(int(v) for v in floats(values[i]))) for i in subjects)
    at = len(counted)
    found = {}
    for m, of_metric in zip(metrics, columns, strict=True):
        arrays = [floats(v) for v in values[at : at + len(of_metric)]]
        at += len(of_metric)
        found[m.key] = _measured(m, arrays, float(str(n)), curves[levels.index(m)] if m in levels else None)
    return Seen(counted, found)


def scores_of(
    store: Store, scope: Scope, mappings: Mappings, names: Sequence[str] | None = None, limit: int = SCORE_NAMES
) -> list[tuple[ScoreName, Measured]]:
    """Mean of each score by subject, true as 100: of `names`, or of those with the most values that are numbers."""
    subjects = range(len(scope.subjects))
    value, mapped = number(mappings)
    params = scope.params | mapped | {"names": list(names or ()), "limit": limit}
    asked = "has({names:Array(String)}, name)" if names is not None else "1"
    unit = (
        "multiIf(user_id != '', cityHash64(user_id), session_id != '', bitNot(cityHash64(session_id)),"
        " cityHash64(if(call_id != '', call_id, submission_id)))"
    )
    sums = [f"sumIf(r_{v}, bitTest(mask, {i})) AS m{i}_{v}" for i in subjects for v in "yx"]
    columns = _columns(_SCORE, [], len(scope.subjects))
    answer = store.query(
        f"""
        SELECT name, countIf(is_bool = 0) = 0 AS is_bool, toFloat64(count()) AS n, {", ".join(columns)}
        FROM (
          SELECT name, unit, min(r_bool) AS is_bool, sum(r_x) AS values, {", ".join(sums)}
          FROM (
            SELECT name, {unit} AS unit, {scope.mask} AS mask, sum(assumeNotNull(value)) AS r_y, count() AS r_x,
              min(type = 'bool') AS r_bool
            FROM (SELECT *, {value} AS value FROM ({placed(scope.where, params, asked, _any_of(scope))}))
            WHERE isNotNull(value)
            GROUP BY name, unit, mask
          )
          GROUP BY name, unit
        )
        GROUP BY name
        ORDER BY sum(values) DESC, name
        LIMIT {{limit:UInt32}}
        """,
        params,
    )
    found = []
    for name, is_bool, n, *values in answer.rows():
        metric = replace(_SCORE, key=str(name), scale=100.0 if is_bool else 1.0)
        measured = _measured(metric, [floats(v) for v in values], float(str(n)), None)
        found.append((ScoreName(str(name), bool(is_bool)), measured))
    return found


def newest_versions(store: Store, scope: Scope, prompt: str) -> list[str]:
    """Versions with calls in the range and under the filters, newest first: by number, or else by their first call ever.

    Raises `BadQuery`."""
    scope = in_order(scope)
    params: Params = {"project": scope.project, "start": scope.start, "end": scope.end, "prompt": prompt}
    filters = " AND ".join(["1", *conditions(scope.where, params)])
    answer = store.query(
        f"""
        SELECT version, first
        FROM (
          SELECT toString(prompt_version) AS version, min(t) AS first
          FROM calls_1h
          WHERE project = {{project:String}} AND t < {{end:DateTime64(6, 'UTC')}} AND prompt_id = {{prompt:String}}
          GROUP BY version
        )
        WHERE version != '' AND version IN (
          SELECT DISTINCT toString(prompt_version)
          FROM calls
          WHERE project = {{project:String}} AND ts >= {{start:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
            AND prompt_id = {{prompt:String}} AND {filters}
        )
        """,
        params,
    )
    found = [(str(first), str(version)) for version, first in answer.rows()]
    if all(version.isdecimal() for _, version in found):  # of the registry, which counts them; an old one may come back
        return sorted((version for _, version in found), key=int, reverse=True)
    return [version for _, version in sorted(found, key=lambda f: (f[0], _natural(f[1])), reverse=True)]


def _natural(version: str) -> list[tuple[int, int, str]]:
    """2.10 comes after 2.9."""
    parts: list[tuple[int, int, str]] = []
    for part in version.replace("-", ".").split("."):
        digits = part.lstrip("vV")
        parts.append((1, int(digits), "") if digits.isdecimal() else (0, 0, part))
    return parts


def _range(scope: Scope, params: Params) -> str:
    parts = [
        "project = {project:String} AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}",
        scope.prompts,
        *conditions(scope.where, params),
    ]
    return " AND ".join(parts)


def _any_of(scope: Scope) -> str:
    return " OR ".join(scope.is_of(i) for i in range(len(scope.subjects)))


def _curves(store: Store, scope: Scope, metrics: Sequence[UnitMetric]) -> list[list[list[float]]]:
    """Of each metric and subject: quantiles in microseconds around the level; empty without calls."""
    params = scope.params
    of_range = _range(scope, params)
    columns = []
    for m in metrics:
        levels = ", ".join(f"{level:.9f}" for level in levels_around(m.level))
        for i in range(len(scope.subjects)):
            columns.append(
                f"quantilesExactInclusiveIf({levels})(ifNull({m.y}, 0), isNotNull({m.y}) AND {scope.is_of(i)})"
            )
            columns.append(f"countIf(isNotNull({m.y}) AND {scope.is_of(i)})")
    answer = store.query(f"SELECT {', '.join(columns)} FROM calls WHERE {of_range}", params)
    values = [column[0] for column in answer.columns]
    pairs = [floats(v) if int(str(n)) else [] for v, n in zip(values[::2], values[1::2], strict=True)]
    k = len(scope.subjects)
    return [pairs[j * k : (j + 1) * k] for j in range(len(metrics))]


def _columns(m: UnitMetric, levels: Sequence[UnitMetric], subjects: int) -> list[str]:
    """Arrays of one metric: of each subject units, observations, known, mean y, mean x, var y, cov, var x; of each pair the
    covariances (y, y), (y, x), (x, y), (x, x) over all units, and the means of x."""
    y, x = (f"{{below{levels.index(m)}}}", f"{{known{levels.index(m)}}}") if m.kind == "percentile" else (m.y, m.x)
    ys = [f"toFloat64({over(y, f'm{i}')})" for i in range(subjects)]
    xs = [f"toFloat64({over(x, f'm{i}')})" for i in range(subjects)]
    found = []
    for i in range(subjects):
        a, b = ys[i], xs[i]
        only = f"{b} > 0"
        known = f"toFloat64(sum(m{i}_{m.known}))" if m.known else f"sum({b})"
        found.append(
            f"[toFloat64(countIf({only})), sum({b}), {known}, avgIf({a}, {only}), avgIf({b}, {only}),"
            f" varSampStableIf({a}, {only}), covarSampStableIf({a}, {b}, {only}), varSampStableIf({b}, {only})]"
        )
    for i, j in combinations(range(subjects), 2):
        pairs = [f"covarSampStable({a}, {b})" for a in (ys[i], xs[i]) for b in (ys[j], xs[j])]
        found.append(f"[{', '.join(pairs)}, avg({xs[i]}), avg({xs[j]})]")
    return found


def _measured(
    m: UnitMetric, arrays: Sequence[Sequence[float]], n: float, curves: Sequence[Sequence[float]] | None
) -> Measured:
    subjects = next(k for k in range(1, MOST_SUBJECTS + 1) if k * (k + 1) // 2 == len(arrays))
    moments = [_moments(array) for array in arrays[:subjects]]
    sides: list[Side | None] = []
    slopes = [1.0] * subjects
    for i, of_side in enumerate(moments):
        if of_side is None:
            sides.append(None)
        elif curves is None:
            sides.append(Side(of_side))
        else:
            estimate = quantile_estimate(m.level, curves[i], of_side)
            sides.append(Side(of_side, estimate))
            error = math.sqrt(linear_variance(of_side) / of_side.units)
            slopes[i] = math.sqrt(estimate.squared_error) / error if estimate else 0.0
    covariance = {}
    for (i, j), array in zip(combinations(range(subjects), 2), arrays[subjects:], strict=True):
        a, b = moments[i], moments[j]
        covariance[i, j] = 0.0
        if a is not None and b is not None and n > 1:
            covariance[i, j] = slopes[i] * slopes[j] * _shared(array, a, b) / n
    return Measured(m.kind, m.scale, tuple(sides), covariance)


def _moments(array: Sequence[float]) -> Moments | None:
    units, observations, known, y, x, yy, yx, xx = array
    if not units or not known:
        return None
    if units < 2:
        yy = yx = xx = 0.0
    return Moments(
        int(units), int(observations), (y, x, 0.0, 0.0),
        ((yy, yx, 0.0, 0.0), (yx, xx, 0.0, 0.0), (0.0,) * 4, (0.0,) * 4),
    )  # fmt: skip


def _shared(array: Sequence[float], a: Moments, b: Moments) -> float:
    """Covariance between units of two ratios, linearised (delta method); units of one subject alone add nothing."""
    yy, yx, xy, xx, mean_a, mean_b = array
    ra, rb = a.mean[0] / a.mean[1], b.mean[0] / b.mean[1]
    found = (yy - rb * yx - ra * xy + ra * rb * xx) / (mean_a * mean_b)
    return found if math.isfinite(found) else 0.0
