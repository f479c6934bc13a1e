"""Whether answers of a model changed, and whose doing it was.

Each day is one observation: calls of a day share what the day brings. A change is the day that splits a model's days best
into a level before and a level since. Its chance under "nothing changed" comes from shuffling the days (a permutation test
of the best split), where days that resemble their neighbours count as fewer. All tests of an answer are corrected
together (Holm), so that with no change anywhere a change is told in at most 5 of 100 answers.

Every metric is tested twice: over all calls, and within strata. A stratum is a prompt, version and feature; its calls are
taken as distances from the stratum's mean, so that a new version or another mix moves nothing. What moves within
strata that are there before and since is the provider's doing; what only moves over all calls is one's own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from promptpulse.metrics.conditions import Filter, checked_filter, conditions
from promptpulse.metrics.fields import BadQuery, Params
from promptpulse.metrics.query import zone
from promptpulse.store import Store

ALPHA = 0.05
FEWEST_DAYS = 10
FEWEST_ON_A_SIDE = 3
FEWEST_CALLS = 5
"""A day with fewer of a model tells nothing; nor does a stratum with fewer on a side."""
SMALLEST_CHANGE = 0.05
"""Of the level before; less is not worth a message, true or not."""
SMALLEST_RISE = 0.5
"""Of refusals, in percent of all calls."""
ACTIVE = 0.2
"""A version that takes so much more of its prompt's calls than before became active."""
PROVEN = 0.8
"""Share of a change over all calls that lies within strata, from which on it is no mix."""
MOST_MODELS = 50
MOST_ROWS = 500_000
KEPT_S, MOST_KEPT = 3600.0, 32
ROUNDS = (999, 9_000)
"""Shuffles: the second lot only where the first leaves doubt."""
REFUSED = ("content_filter", "content_filtered", "refusal", "safety", "prohibited_content", "blocklist", "spii",
           "guardrail_intervened")  # fmt: skip
FILTER_WORDS = ("content_filter", "contentfilter", "content policy", "content management policy")
"""As the classification of errors knows them (ingest/classify.py)."""

Array = NDArray[np.float64]
Key = Literal["output_tokens", "latency_ms", "refusals"]
Cause = Literal["provider", "own_change", "mix", "none", "too_few"]


@dataclass(frozen=True, slots=True)
class Scope:
    project: str
    start: datetime
    end: datetime
    tz: str
    where: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What is watched. Levels are means over calls; of latency, geometric ones, which a few slow calls do not move."""

    key: Key
    label: str
    unit: str
    count: str
    """Calls that tell it."""
    total: str
    """Sum over these."""
    is_log: bool = False


_ANSWERED = "status != 'error'"
_REFUSED = (
    "(lower(finish_reason) IN {refused:Array(String)} OR (status = 'error' AND"
    " (multiSearchAnyCaseInsensitive(error_name, {filter_words:Array(String)})"
    " OR multiSearchAnyCaseInsensitive(error_message, {filter_words:Array(String)}))))"
)
MEASURED = (
    Measured("output_tokens", "Output tokens per answer", "tokens", f"countIf({_ANSWERED} AND isNotNull(output_tokens))",
             f"sumIf(toFloat64(ifNull(output_tokens, 0)), {_ANSWERED})"),
    Measured("latency_ms", "Latency, geometric mean", "ms", f"countIf({_ANSWERED})",
             f"sumIf(log(greatest(latency_us, 1) / 1000), {_ANSWERED})", is_log=True),
    Measured("refusals", "Refusals", "percent", "count()", f"100 * countIf({_REFUSED})"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stratum:
    prompt_id: str
    prompt_version: str
    feature: str


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one model: calls and sums by stratum (row) and day (column)."""

    strata: tuple[Stratum, ...]
    days: tuple[date, ...]
    calls: Array
    sums: Array


@dataclass(frozen=True, slots=True)
class Shift:
    before: float | None
    """Level before the change; without one, of the whole range."""
    after: float | None
    change_percent: float | None
    low_percent: float | None
    high_percent: float | None
    changed_on: date | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class MetricDrift:
    of: Measured
    shift: Shift
    days: tuple[tuple[date, float | None], ...]


@dataclass(frozen=True, slots=True)
class Drift:
    provider: str
    model: str
    snapshot: str
    """"" where no new one appeared."""
    snapshot_since: date | None
    metrics: tuple[MetricDrift, ...]


def drift(store: Store, scope: Scope, rng: np.random.Generator) -> list[Drift]:
    """Of each model, the most calls first. Raises `BadQuery`."""
    models = _read(store, scope)
    shifts = shifts_of([series for _, found in models for series in found], MEASURED * len(models), rng)
    snapshots = _snapshots(store, scope)
    found = []
    for i, ((provider, model), series) in enumerate(models):
        name, since = snapshots.get((provider, model), ("", None))
        mine = shifts[i * len(MEASURED) : (i + 1) * len(MEASURED)]
        metrics = tuple(
            MetricDrift(m, shift, _levels(m, one)) for m, shift, one in zip(MEASURED, mine, series, strict=True)
        )
        found.append(Drift(provider, model, name, since, metrics))
    return found


class Drifts:
    """What `drift` found, kept for an hour: it reads a month of calls. Thread-safe."""

    def __init__(self, store: Store, seed: int, timer: Callable[[], float] = time.monotonic) -> None:
        self._store, self._seed, self._timer = store, seed, timer
        self._lock = threading.Lock()  # one computes; who asks for the same meanwhile waits for it
        self._kept: dict[Scope, tuple[float, list[Drift]]] = {}

    def of(self, scope: Scope) -> list[Drift]:
        """Raises `BadQuery`."""
        with self._lock:
            now = self._timer()
            self._kept = {key: kept for key, kept in self._kept.items() if now - kept[0] < KEPT_S}
            if scope not in self._kept:
                while len(self._kept) >= MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[scope] = now, drift(self._store, scope, np.random.default_rng(self._seed))
            return self._kept[scope][1]


def shifts_of(series: Sequence[Series], measured: Sequence[Measured], rng: np.random.Generator) -> list[Shift]:
    """Of each series, all tested together."""
    tests: list[tuple[int, bool, _Split]] = []
    for i, one in enumerate(series):
        days = _days_that_tell(one)
        if len(days) < FEWEST_DAYS:
            continue
        calls = one.calls[:, days]
        if len(one.strata) > 1:
            tests.append((i, False, _split(_overall(one, days), calls.sum(axis=0), rng)))
        tests.append((i, True, _split(_within(one, days), calls.sum(axis=0), rng)))
    kept = _holm([split.p for *_, split in tests])
    found = [_nothing(m, one) for m, one in zip(measured, series, strict=True)]
    for (i, is_within, split), p in sorted(zip(tests, kept, strict=True), key=lambda t: t[0][1]):
        # what lies within strata is looked at last, and decides
        if p < ALPHA:
            told = _told(measured[i], series[i], split, is_within=is_within)
            found[i] = told or found[i]
    return found


@dataclass(frozen=True, slots=True)
class _Split:
    """The best split of the days into before and since."""

    at: int
    """Among the days that tell."""
    p: float
    alike: float
    """How much days resemble their neighbours: correlation, at least 0."""


def _split(values: Array, calls: Array, rng: np.random.Generator) -> _Split:
    # a busy day tells no more than a usual one, for what varies is the day
    weights = np.minimum(calls, np.median(calls))
    gains = _gains(values[None, :], weights[None, :])[0]
    at = int(np.argmax(gains)) + FEWEST_ON_A_SIDE
    whole = float(np.sum(weights * (values - np.average(values, weights=weights)) ** 2))
    if whole <= 1e-12 * float(np.sum(weights * values**2)) or whole == 0:
        return _Split(at, 1.0, 0.0)
    alike = _alike(values, weights, at)
    share = float(gains.max()) / whole
    freedom = len(values) - 2
    f = share / max(1e-12, 1 - share) * freedom * (1 - alike) / (1 + alike)
    least = whole * f / (f + freedom)
    exceeded, rounds = 0, 0
    for lot in ROUNDS:
        order = rng.permuted(np.tile(np.arange(len(values)), (lot, 1)), axis=1)
        exceeded += int(np.sum(_gains(values[order], weights[order]).max(axis=1) >= least))
        rounds += lot
        if exceeded > 5:
            break
    return _Split(at, (1 + exceeded) / (1 + rounds), alike)


def _gains(values: Array, weights: Array) -> Array:
    """Between-sides sum of squares of every split with enough days on both sides; by row."""
    total_w, total = weights.sum(axis=1, keepdims=True), (weights * values).sum(axis=1, keepdims=True)
    places = slice(FEWEST_ON_A_SIDE - 1, values.shape[1] - FEWEST_ON_A_SIDE)
    w = np.cumsum(weights, axis=1)[:, places]
    s = np.cumsum(weights * values, axis=1)[:, places]
    means = s / w - (total - s) / (total_w - w)
    found: Array = means**2 * w * (total_w - w) / total_w
    return found


def _alike(values: Array, weights: Array, at: int) -> float:
    """How much neighbouring days resemble each other around their levels, as an upper limit: one standard error (1 / sqrt n)
    above the correlation seen, to which is added what a split that is chosen hides of it (about 4 / n and more).

    With it false alarms stay within 5 % up to a correlation of 0.5 (tests/metrics/test_drift.py); without, 0.3."""
    left = np.concatenate([
        side - np.average(side, weights=w) for side, w in ((values[:at], weights[:at]), (values[at:], weights[at:]))
    ])  # fmt: skip
    spread = float(np.sum(left**2))
    if spread <= 0:
        return 0.0
    seen = float(np.sum(left[1:] * left[:-1])) / spread
    return min(0.9, max(0.0, seen + (4 + 8 * seen) / len(values) + 1 / math.sqrt(len(values))))


def _days_that_tell(one: Series) -> list[int]:
    return [int(d) for d in np.flatnonzero(one.calls.sum(axis=0) >= FEWEST_CALLS)]


def _overall(one: Series, days: Sequence[int]) -> Array:
    found: Array = one.sums[:, days].sum(axis=0) / one.calls[:, days].sum(axis=0)
    return found


def _within(one: Series, days: Sequence[int]) -> Array:
    """Mean distance of a day's calls from the means of their strata."""
    calls, sums = one.calls[:, days], one.sums[:, days]
    means = sums.sum(axis=1, keepdims=True) / np.maximum(1, calls.sum(axis=1, keepdims=True))
    found: Array = (sums - calls * means).sum(axis=0) / calls.sum(axis=0)
    return found


def _told(m: Measured, one: Series, split: _Split, *, is_within: bool) -> Shift | None:
    """What changed at a split that is no chance; None where it is too little, or no stratum shows it."""
    days = _days_that_tell(one)
    sides = (days[: split.at], days[split.at :])
    calls = [one.calls[:, side].sum(axis=1) for side in sides]
    sums = [one.sums[:, side].sum(axis=1) for side in sides]
    cause: Cause = "provider"
    if is_within:
        both = (calls[0] >= FEWEST_CALLS) & (calls[1] >= FEWEST_CALLS)
        if not both.any():
            return None
        # as if the strata of before were used as much since
        shares = calls[0][both] / calls[0][both].sum()
        before, after = (float(np.sum(shares * sums[i][both] / calls[i][both])) for i in (0, 1))
        values = _within(one, days)
    else:
        before, after = (float(sums[i].sum() / calls[i].sum()) for i in (0, 1))
        values, cause = _overall(one, days), _own_doing(one, sides, calls, sums)
    weights = one.calls[:, days].sum(axis=0)
    error_before, error_after = _errors(values, np.minimum(weights, np.median(weights)), split)
    shift = _as_shift(m, (before, after), (error_before, error_after), len(days) - 2)
    too_little = (
        abs(after - before) < SMALLEST_RISE
        if m.key == "refusals"
        else shift.change_percent is None or abs(shift.change_percent) < 100 * SMALLEST_CHANGE
    )
    if too_little:
        return None
    return Shift(
        shift.before, shift.after, shift.change_percent, shift.low_percent, shift.high_percent,
        one.days[days[split.at]], cause,
    )  # fmt: skip


def _errors(values: Array, weights: Array, split: _Split) -> tuple[float, float]:
    """Standard errors of the levels before and since, from how days vary around them."""
    at = split.at
    sides = ((values[:at], weights[:at]), (values[at:], weights[at:]))
    scatter = sum(float(np.sum(w * (v - np.average(v, weights=w)) ** 2)) for v, w in sides)
    variance = scatter / float(np.mean(weights)) / (len(values) - 2) * (1 + split.alike) / (1 - split.alike)
    before, after = (math.sqrt(variance * float(np.sum(w**2)) / float(np.sum(w)) ** 2) for _, w in sides)
    return before, after


def _as_shift(m: Measured, levels: tuple[float, float], errors: tuple[float, float], freedom: int) -> Shift:
    """Levels in the metric's unit, and the change with its interval (t, delta method; of logarithms, exact)."""
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy takes long to import, and only a change needs it

    t = float(stdtrit(freedom, 1 - ALPHA / 2))
    before, after = levels
    if m.is_log:
        half = t * math.hypot(*errors)
        change, low, high = (100 * math.expm1(after - before + d) for d in (0, -half, half))
        return Shift(math.exp(before), math.exp(after), change, low, high, None, "none")
    if before <= 0:
        return Shift(before, after, None, None, None, None, "none")
    ratio = after / before
    half = 100 * t * math.hypot(errors[1], ratio * errors[0]) / before
    change = 100 * (ratio - 1)
    return Shift(before, after, change, max(-100.0, change - half), change + half, None, "none")


def _own_doing(
    one: Series, sides: tuple[Sequence[int], Sequence[int]], calls: Sequence[Array], sums: Sequence[Array]
) -> Cause:
    """Which part of a change over all calls is largest: versions within prompts, or the mix of prompts and features.

    Parts as Kitagawa, "Components of a Difference Between Two Rates" (1955): shares moved, at mean levels; levels moved,
    at mean shares; first between prompts and features, then within them."""
    total = [float(c.sum()) for c in calls]
    mix = inside = within = 0.0
    groups: dict[tuple[str, str], list[int]] = {}
    for s, stratum in enumerate(one.strata):
        groups.setdefault((stratum.prompt_id, stratum.feature), []).append(s)
    for rows in groups.values():
        n = [float(c[rows].sum()) for c in calls]
        level = [float(y[rows].sum()) / k if k else None for y, k in zip(sums, n, strict=True)]
        known = [v for v in level if v is not None]
        if not known:
            continue
        share = [k / t for k, t in zip(n, total, strict=True)]
        mix += (share[1] - share[0]) * sum(known) / len(known)
        if level[0] is None or level[1] is None:
            continue
        inside += (share[0] + share[1]) / 2 * (level[1] - level[0])
        for s in rows:
            if calls[0][s] and calls[1][s]:
                moved = sums[1][s] / calls[1][s] - sums[0][s] / calls[0][s]
                within += (share[0] + share[1]) / 2 * float(calls[0][s] / n[0] + calls[1][s] / n[1]) / 2 * moved
    whole, versions = mix + inside, inside - within
    if whole and within / whole >= PROVEN:
        return "provider"
    return "own_change" if abs(versions) >= abs(mix) and _became_active(one, sides) else "mix"


def _became_active(one: Series, sides: tuple[Sequence[int], Sequence[int]]) -> bool:
    """Whether some version of a prompt took over calls of it around the day of the change."""
    near = (sides[0][-FEWEST_ON_A_SIDE:], sides[1][: 2 * FEWEST_ON_A_SIDE])
    prompts: dict[str, list[int]] = {}
    for s, stratum in enumerate(one.strata):
        prompts.setdefault(stratum.prompt_id, []).append(s)
    for rows in prompts.values():
        counts: list[dict[str, float]] = [{}, {}]
        for side, found in zip(near, counts, strict=True):
            for s in rows:
                version = one.strata[s].prompt_version
                found[version] = found.get(version, 0.0) + float(one.calls[s, side].sum())
        whole = [sum(found.values()) for found in counts]
        if not all(whole):
            continue
        if any(counts[1][v] / whole[1] - counts[0].get(v, 0.0) / whole[0] >= ACTIVE for v in counts[1]):
            return True
    return False


def _nothing(m: Measured, one: Series) -> Shift:
    calls, total = float(one.calls.sum()), float(one.sums.sum())
    level = None if not calls else total / calls
    if level is not None and m.is_log:
        level = math.exp(level)
    cause: Cause = "none" if len(_days_that_tell(one)) >= FEWEST_DAYS else "too_few"
    return Shift(level, None, None, None, None, None, cause)


def _levels(m: Measured, one: Series) -> tuple[tuple[date, float | None], ...]:
    calls, sums = one.calls.sum(axis=0), one.sums.sum(axis=0)
    found: list[tuple[date, float | None]] = []
    for d, day in enumerate(one.days):
        level = float(sums[d] / calls[d]) if calls[d] else None
        found.append((day, math.exp(level) if level is not None and m.is_log else level))
    return tuple(found)


def _holm(p_values: Sequence[float]) -> list[float]:
    """Corrected for how many there are (Holm 1979)."""
    found, worst = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda j: p_values[j])):
        worst = max(worst, p_values[i] * (len(p_values) - rank))
        found[i] = min(1.0, worst)
    return found


def _read(store: Store, scope: Scope) -> list[tuple[tuple[str, str], list[Series]]]:
    """Of each (provider, model): a series of each metric."""
    if scope.start >= scope.end:
        raise BadQuery("end: must be later than start", field="end")
    params: Params = {
        "project": scope.project, "start": scope.start, "end": scope.end, "tz": scope.tz, "most": MOST_ROWS + 1,
        "refused": list(REFUSED), "filter_words": list(FILTER_WORDS),
    }  # fmt: skip
    filters = " AND ".join(["1", *conditions([checked_filter(f) for f in scope.where], params)])
    figures = ", ".join(f"toFloat64({m.count}) AS n{i}, toFloat64({m.total}) AS s{i}" for i, m in enumerate(MEASURED))
    named = ", ".join(f"n{i}, s{i}" for i in range(len(MEASURED)))
    answer = store.query(
        f"""
        SELECT toString(provider), toString(model), day, toString(prompt_id), toString(prompt_version), toString(feature),
          {named}
        FROM (
          SELECT provider, model, toUInt32(toDate(ts, {{tz:String}})) AS day, prompt_id, prompt_version, feature, {figures}
          FROM calls
          WHERE project = {{project:String}} AND ts >= {{start:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
            AND model != '' AND {filters}
          GROUP BY provider, model, day, prompt_id, prompt_version, feature
        )
        ORDER BY provider, model, prompt_id, prompt_version, feature, day
        LIMIT {{most:UInt32}}
        """,
        params,
    )
    rows = list(answer.rows())
    if len(rows) > MOST_ROWS:
        raise BadQuery(
            "start: too many prompts, versions and features for so many days; take a shorter range", field="start"
        )
    found = []
    for key, mine in groupby(rows, key=lambda row: (str(row[0]), str(row[1]))):
        of_model = list(mine)
        found.append((key, [_series(of_model, i) for i in range(len(MEASURED))]))
    return sorted(found, key=lambda f: -float(f[1][-1].calls.sum()))[:MOST_MODELS]


def _series(rows: Sequence[tuple[object, ...]], metric: int) -> Series:
    """From rows of one model; days without calls in between are there, too."""
    numbers = [int(str(row[2])) for row in rows]
    first, last = min(numbers), max(numbers)
    strata = list(dict.fromkeys(Stratum(str(row[3]), str(row[4]), str(row[5])) for row in rows))
    place = {stratum: i for i, stratum in enumerate(strata)}
    calls, sums = np.zeros((len(strata), last - first + 1)), np.zeros((len(strata), last - first + 1))
    for row, number in zip(rows, numbers, strict=True):
        at = place[Stratum(str(row[3]), str(row[4]), str(row[5]))], number - first
        calls[at], sums[at] = float(str(row[6 + 2 * metric])), float(str(row[7 + 2 * metric]))
    days = tuple(date(1970, 1, 1) + timedelta(days=n) for n in range(first, last + 1))
    return Series(tuple(strata), days, calls, sums)


def _snapshots(store: Store, scope: Scope) -> dict[tuple[str, str], tuple[str, date]]:
    """The newest `response_model` of each model whose first call lies in the range, while another was there before."""
    params: Params = {
        "project": scope.project, "end": scope.end, "before": scope.start - (scope.end - scope.start), "start": scope.start,
    }  # fmt: skip
    filters = " AND ".join(["1", *conditions([checked_filter(f) for f in scope.where], params)])
    answer = store.query(
        f"""
        SELECT provider, model, argMax(snapshot, first), toUnixTimestamp(max(first)) AS since, min(first) AS oldest
        FROM (
          SELECT toString(provider) AS provider, toString(model) AS model, toString(response_model) AS snapshot,
            min(ts) AS first
          FROM calls
          WHERE project = {{project:String}} AND ts >= {{before:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
            AND response_model != '' AND {filters}
          GROUP BY provider, model, snapshot
        )
        GROUP BY provider, model
        HAVING count() > 1 AND max(first) >= {{start:DateTime64(6, 'UTC')}} AND max(first) > oldest
        """,
        params,
    )
    tz = zone(scope.tz)
    return {
        (str(provider), str(model)): (str(name), datetime.fromtimestamp(int(str(since)), tz).date())
        for provider, model, name, since, _ in answer.rows()
    }
