"""Which calls carry the change of a metric: the version that got slow, the model that fails, the prompt that is new.

Calls of two periods are put into groups by each dimension in turn. A group is judged by a question: had it behaved, and had
it been called, as before, what would the metric be now? The share of the change that is then gone is what it explains. The
answer is exact, also for percentiles: what is kept of a group adds up with the others (sums, or counts of latencies).

Large groups explain much of any change, so a group is a cause only if the other calls do not change alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

from promptpulse.metrics.catalogue import PROPERTY_PREFIX, Metric
from promptpulse.metrics.conditions import Filter
from promptpulse.metrics.fields import field
from promptpulse.metrics.parted import PARENTS, Change, Damage, Floats, Groups, Key, Reading
from promptpulse.metrics.query import checked
from promptpulse.store import Store

__all__ = ["Carrier", "Causes", "Change", "Damage", "Kind", "Mix", "Verdict", "causes"]

Kind = Literal["itself", "more", "less", "new", "gone"]
"""How a group carries the change: it behaves differently; it has a larger or smaller share of the calls (of a sum: more or
fewer calls); it had none before; it has none any more."""
Verdict = Literal["one", "mix", "several", "all", "unchanged", "too_few"]
"""one: a single group carries it. mix: no group behaves differently, their shares of the calls changed. several: some groups
together do. all: calls changed alike, whatever they are grouped by. too_few: calls, to say anything."""

SEARCHED = (
    "prompt_version", "prompt_id", "model", "provider", "feature", "operation", "variant_id", "environment", "response_model",
    "service", "user_id",
)  # fmt: skip
"""Dimensions, the most telling first: of groups of the same calls the first is named."""
SYMPTOMS = ("error_type", "error_name")
"""Say what went wrong, not where."""
FEWEST_CALLS = 10
MOST_CARRIERS = 20
_CARRIES, _HELPS = 0.5, 0.2
"""Shares of the change: of a single cause, and of one of several."""
_SPECIFIC = 0.5
"""Of the change of a group, this much must be missing in the other calls."""
_APART = 0.25
"""As `_SPECIFIC`, of one of several: the others of them are among the other calls."""
_SAME = 0.9
"""A narrower group that explains this much of what a wider one does is the better answer."""
_SHIFTED = 0.6
"""Share of the change that is due to shares of calls, from which on these are the cause."""
_KNOWN_BEFORE = 0.8
"""Of the calls after, this share must be of groups that there were before, to speak of their shares."""
_NEGLIGIBLE = 0.02
"""A share of calls that is so small against that of the other period counts as none."""
_UNCHANGED = 0.01
NO_DAMAGE = Damage(0, None, None, 0, 0.0, None, None)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A group of calls. Sums of the period before are scaled to the length of the period after."""

    dimension: str
    label: str
    """Of the dimension."""
    value: str | None
    parent: str | None
    """Prompt of a version, experiment of a variant."""
    where: tuple[Filter, ...]
    """Selects its calls, together with the filters of the query."""
    kind: Kind
    before: float | None
    """The metric of its calls."""
    after: float | None
    calls_before: int
    calls_after: int
    share_before: float
    """Percent of all calls."""
    share_after: float
    explained: float
    """Percent of the change of all calls; more than 100 when others moved the other way, negative when it did."""
    without: float | None
    """What the metric would be after, if this group were as before."""
    others_before: float | None
    """The metric of all other calls."""
    others_after: float | None
    is_specific: bool
    """The other calls did not change alike."""
    spared: float
    """Percent of its change that the other calls do not share."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of the change is due to the shares of calls that the groups of a dimension have."""

    dimension: str
    label: str
    share: float
    """Percent of the change; the rest is due to groups that behave differently."""


@dataclass(frozen=True, slots=True)
class Causes:
    metric: Metric
    before: float | None
    after: float | None
    calls_before: int
    calls_after: int
    verdict: Verdict
    most_likely: Carrier | None
    """The single cause; of a mix, of several and of all: None or the largest of them."""
    within: Carrier | None
    """Among the calls of the most likely cause, what carries its change in turn."""
    symptom: Carrier | None
    """Type of error that carries the change."""
    carriers: tuple[Carrier, ...]
    """Specific ones first, then by what they explain. At most one of a dimension's groups of the same calls."""
    mixes: tuple[Mix, ...]
    damage: Damage


def causes(store: Store, change: Change, now: datetime) -> Causes:
    """Raises `BadQuery` and `TooHeavy`."""
    found = _causes(store, change, now)
    if found.verdict != "one" or found.most_likely is None or found.most_likely.kind == "gone":
        return found
    inner = replace(change, query=replace(change.query, where=(*change.query.where, *found.most_likely.where)))
    of_inner = _causes(store, inner, now, within=found.most_likely.dimension)
    cause = of_inner.most_likely if of_inner.verdict == "one" else None
    narrower = cause is not None and cause.calls_after < 0.9 * found.most_likely.calls_after
    return replace(found, within=cause if narrower else None)


def _causes(store: Store, change: Change, now: datetime, within: str = "") -> Causes:
    """`within`: the dimension of a group whose calls these are; the damage of its parts is not asked for."""
    asked = checked(
        replace(
            change.query, start=change.before[0], end=change.after[1], bucket=None, by=(), cumulative=False, order_by=""
        )
    )
    reading = Reading(store, asked, change, now)
    whole = reading.of(())
    calls_before, calls_after = int(whole.calls_before.sum()), int(whole.calls_after.sum())
    before_row, after_row = whole.before.sum(axis=0), whole.after.sum(axis=0)
    before, after = reading.evaluate(np.stack([before_row, after_row]))

    def damage(cause: Carrier | None) -> Damage:
        return NO_DAMAGE if within else reading.damage(cause.where if cause else (), before)

    def nothing(verdict: Verdict) -> Causes:
        return Causes(
            reading.metric, before, after, calls_before, calls_after, verdict, None, None, None, (), (), damage(None)
        )

    if (
        after is None
        or before is None
        or calls_before + calls_after < FEWEST_CALLS
        or not (calls_before or reading.adds)
    ):
        return nothing("too_few")
    if abs(after - before) <= _UNCHANGED * max(abs(before), abs(after)):
        return nothing("unchanged")
    total = _Total(before_row, after_row, calls_before, calls_after, before, after)
    carriers: list[Carrier] = []
    symptoms: list[Carrier] = []
    mixes: list[Mix] = []
    searched = reading.telling([d for d in (*SEARCHED, *reading.properties(), *SYMPTOMS) if d != within])
    asking = [_asking(dimension, groups, total) for dimension, groups in reading.of_each(searched).items()]
    for one, values in zip(asking, reading.evaluate_all([one.rows for one in asking]), strict=True):
        dimension = one.dimension
        found, mix = _judged(reading, one, values, total)
        (symptoms if dimension in SYMPTOMS else carriers).extend(found)
        if mix is not None and dimension not in SYMPTOMS:
            mixes.append(mix)
    ranked = _ranked(carriers)
    mixes.sort(key=lambda m: -m.share)
    verdict, most_likely = _verdict(ranked, mixes)
    symptom = next((c for c in _ranked(symptoms) if c.is_specific and c.explained >= 100 * _CARRIES), None)
    return Causes(
        reading.metric, before, after, calls_before, calls_after, verdict, most_likely, None, symptom,
        tuple(ranked[:MOST_CARRIERS]), tuple(mixes), damage(most_likely),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Total:
    before_row: Floats
    after_row: Floats
    calls_before: int
    calls_after: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class _Asking:
    """The groups of a dimension, those that may carry the change, and of what the metric must be known to judge them."""

    dimension: str
    groups: Groups
    chosen: list[int]
    rows: Floats


def _asking(dimension: str, groups: Groups, total: _Total) -> _Asking:
    parents = [key[:-1] for key in groups.keys]
    chosen = [i for i in range(len(groups.keys)) if _may_carry(groups, parents, i, total, dimension)]
    rows = [_as_before(groups, parents, i) for i in chosen]
    at_same_share = _at_same_share(groups)
    sets = [
        groups.before[chosen], groups.after[chosen], total.before_row - groups.before[chosen],
        total.after_row - groups.after[chosen],
        np.stack([total.after_row - groups.after[i] + row for i, row in zip(chosen, rows, strict=True)]) if chosen else rows,
        total.after_row - groups.after[chosen] + at_same_share[chosen],
        (total.after_row - groups.after.sum(axis=0) + at_same_share.sum(axis=0))[None, :],
    ]  # fmt: skip
    width = len(total.after_row)
    return _Asking(dimension, groups, chosen, np.concatenate([np.asarray(s).reshape(-1, width) for s in sets]))


def _judged(
    reading: Reading, one: _Asking, values: Sequence[float | None], total: _Total
) -> tuple[list[Carrier], Mix | None]:
    dimension, groups, chosen = one.dimension, one.groups, one.chosen
    if reading.overlaps(groups, float(total.before_row[-1] + total.after_row[-1])):
        return [], None
    n_before, n_after = groups.calls_before, groups.calls_after
    parents = [key[:-1] for key in groups.keys]
    own_b, own_a, others_b, others_a, without, behaving = (
        values[j * len(chosen) : (j + 1) * len(chosen)] for j in range(6)
    )
    label = field(dimension, "by").label
    moved = total.after - total.before
    found = []
    for j, i in enumerate(chosen):
        left = without[j]
        explained = 1.0 if left is None else (total.after - left) / moved
        by_itself = 0.0 if (b := behaving[j]) is None else (total.after - b) / moved
        kind = _kind(reading, n_before[i], n_after[i], total, by_itself, explained)
        others = total.calls_after - n_after[i]
        spared = _spared(reading, total, kind, (own_b[j], own_a[j]), (others_b[j], others_a[j]), others)
        key = groups.keys[i]
        found.append(
            Carrier(
                dimension, label, key[-1] or None, key[0] or None if len(key) > 1 else None, _selects(dimension, key), kind,
                own_b[j], own_a[j], int(n_before[i]), int(n_after[i]),
                100 * n_before[i] / max(total.calls_before, 1), 100 * n_after[i] / max(total.calls_after, 1),
                100 * explained, left, others_b[j], others_a[j], spared >= _SPECIFIC, 100 * spared,
            )
        )  # fmt: skip
    mixed = values[-1]
    if reading.adds or mixed is None or len(groups.keys) < 2:
        return found, None
    is_parted = dimension not in PARENTS or len(set(parents)) < len(parents)
    if not is_parted or n_after[n_before > 0].sum() < _KNOWN_BEFORE * total.calls_after:
        return found, None
    return found, Mix(dimension, label, 100 * (mixed - total.before) / moved)


def _may_carry(groups: Groups, parents: Sequence[Key], i: int, total: _Total, dimension: str) -> bool:
    value, n_before, n_after = groups.keys[i][-1], groups.calls_before[i], groups.calls_after[i]
    is_all = n_before >= 0.99 * total.calls_before and n_after >= 0.99 * total.calls_after
    if n_before + n_after < FEWEST_CALLS or is_all:
        return False
    if dimension in PARENTS:
        siblings = [j for j, parent in enumerate(parents) if parent == parents[i] and j != i]
        # a version that is alone is the same calls as its prompt
        return bool(parents[i][0] and value and n_after and siblings)
    # calls that did not fail are no symptom, those without a property are all the others, and which snapshot would have
    # answered is not known of calls that failed
    return bool(value) or not (dimension in {*SYMPTOMS, "response_model"} or dimension.startswith(PROPERTY_PREFIX))


def _as_before(groups: Groups, parents: Sequence[Key], i: int) -> Floats:
    """What the group's calls would be, had it behaved and been called as before.

    Calls of a version do not vanish when it does: the versions that its prompt had before answer them."""
    before: Floats = groups.before[i]
    n_before, n_after = float(groups.calls_before[i]), float(groups.calls_after[i])
    if not parents[i]:
        return before
    of_parent = [j for j, parent in enumerate(parents) if parent == parents[i]]
    parent_before, parent_after = groups.calls_before[of_parent].sum(), groups.calls_after[of_parent].sum()
    if not parent_before:
        return before
    as_usual = min(n_before / parent_before * parent_after, n_after)
    found: Floats = np.zeros_like(before)
    if n_before:
        found = found + before * (as_usual / n_before) / groups.scale
    others = [j for j in of_parent if j != i and groups.calls_before[j]]
    rest = n_after - as_usual
    if rest > 0:
        filling = others or of_parent
        calls = groups.calls_before[filling].sum()
        found = found + groups.before[filling].sum(axis=0) / groups.scale * (rest / calls)
    return found


def _at_same_share(groups: Groups) -> Floats:
    """Each group as it behaved before, with the calls it has after. One that is new is as it is."""
    n_before, n_after = groups.calls_before, groups.calls_after
    factor = np.divide(n_after, n_before, out=np.zeros(len(n_after)), where=n_before > 0) / groups.scale
    found: Floats = np.where((n_before > 0)[:, None], groups.before * factor[:, None], groups.after)
    return found


def _kind(reading: Reading, n_before: float, n_after: float, total: _Total, by_itself: float, explained: float) -> Kind:
    share_before, share_after = n_before / max(total.calls_before, 1), n_after / max(total.calls_after, 1)
    if share_before <= _NEGLIGIBLE * share_after:
        return "new"
    if share_after <= _NEGLIGIBLE * share_before:
        return "gone"
    if explained and by_itself / explained >= 0.5:
        return "itself"
    grew = n_after > n_before * reading.scale if reading.adds else share_after > share_before
    return "more" if grew else "less"


def _spared(
    reading: Reading,
    total: _Total,
    kind: Kind,
    own: tuple[float | None, float | None],
    others: tuple[float | None, float | None],
    others_calls: float,
) -> float:
    """Part of the group's change that the other calls do not share: 1 when they stay as they were."""
    if others_calls < FEWEST_CALLS:  # a group that is nearly all calls cannot be told from the rest
        return 1.0 if kind in {"new", "more"} else 0.0
    compared = own if kind == "itself" or (reading.adds and kind in {"more", "less"}) else (total.before, total.after)
    least = 1e-3 * max(abs(total.before), abs(total.after))
    mine, theirs = _move(reading, compared, least), _move(reading, others, least)
    return 0.0 if not mine else 1 - min(max(theirs / mine, 0.0), 1.0)


def _move(reading: Reading, values: tuple[float | None, float | None], least: float) -> float:
    """Of shares in points, of all else as a ratio: what is slow by nature may slow down by more."""
    before, after = values
    if before is None or after is None:
        return 0.0
    if (reading.metric.unit == "percent" and not reading.adds) or min(before, after) < 0:
        return after - before
    return math.log((after + least) / (before + least))


def _ranked(carriers: Sequence[Carrier]) -> list[Carrier]:
    """The best answer first; of groups of the same calls only the most telling."""
    ordered = sorted(carriers, key=lambda c: (not c.is_specific, -c.explained))
    strong = [c for c in ordered if c.is_specific and c.explained >= 100 * _CARRIES]
    if strong:
        top = min(strong[0].explained, 100.0)
        near = [c for c in strong if min(c.explained, 100.0) >= _SAME * top]
        fewest = min(_size(c) for c in near)
        best = min(
            (c for c in near if _size(c) <= 1.1 * fewest), key=lambda c: (c.kind not in {"new", "gone"}, _order(c))
        )
        ordered = [best, *(c for c in ordered if c is not best)]
    found: list[Carrier] = []
    seen: dict[tuple[int, int, float], str] = {}
    for c in ordered:
        same = (c.calls_before, c.calls_after, round(c.explained, 6))
        if seen.setdefault(same, c.dimension) == c.dimension:
            found.append(c)
    return found


def _size(c: Carrier) -> float:
    return c.share_before + c.share_after


def _order(c: Carrier) -> int:
    return SEARCHED.index(c.dimension) if c.dimension in SEARCHED else len(SEARCHED)


def _verdict(ranked: Sequence[Carrier], mixes: Sequence[Mix]) -> tuple[Verdict, Carrier | None]:
    best = next((c for c in ranked[:1] if c.is_specific and c.explained >= 100 * _CARRIES), None)
    shifted = [m.dimension for m in mixes if m.share >= 100 * _SHIFTED]
    if shifted and (best is None or best.kind in {"more", "less"}):
        helping = [c for c in ranked if c.dimension in shifted and c.is_specific and c.explained >= 100 * _HELPS]
        return "mix", best or next(iter(helping), None)
    if best is not None:
        return "one", best
    for dimension in dict.fromkeys(c.dimension for c in ranked):
        some = [
            c for c in ranked if c.dimension == dimension and c.spared >= 100 * _APART and c.explained >= 100 * _HELPS
        ]
        if len(some) > 1 and sum(c.explained for c in some) >= 100 * _SHIFTED:
            return "several", some[0]
    return "all", None


def _selects(dimension: str, key: Key) -> tuple[Filter, ...]:
    names = (PARENTS[dimension], dimension) if dimension in PARENTS else (dimension,)
    return tuple(Filter(name, "in", (value or None,)) for name, value in zip(names, key, strict=True))
