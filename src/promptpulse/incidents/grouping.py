"""Which alerts are of one cause, as far as their scopes can tell. Pure.

A scope says, by dimension, which values an alert is about: from the equality filters of its source and from the group of
its series. Two scopes contradict each other when they name one dimension and no common value: version 3 and version 4
cannot both be at fault, but "prompt support-reply" and "model gpt-4o" can be the same calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.metrics import Filter

Scope = Mapping[str, Sequence[str | None]]

NEWEST_WITHIN = timedelta(minutes=30)
"""An incident takes more alerts so long after its newest one."""
REOPENS_WITHIN = timedelta(minutes=10)
"""An alert that fires again so soon after it cleared goes on with its incident."""
ALONE = frozenset({"budget"})
"""Alerts of these sources share an incident only with others of the same one."""
STORM_WITHIN = timedelta(minutes=5)
STORM_FROM = 2
"""So many incidents of one source, opened just now for contradicting series, mean a cause that they share."""


@dataclass(frozen=True, slots=True)
class Open:
    """An incident that is not resolved."""

    id: str
    scope: Scope
    opened_at: datetime
    alerted_at: datetime
    sources: frozenset[tuple[str, str]]
    """Source and source id of its alerts."""


def scope_of(where: Iterable[Filter], group: Mapping[str, str | None]) -> dict[str, list[str | None]]:
    """By dimension: the values that an alert is about, sorted. Other filters than equality say nothing here."""
    found: dict[str, set[str | None]] = {}
    named = [(f.dimension, set(f.values)) for f in where if f.op == "in"]
    for dimension, values in [*named, *((key, {value}) for key, value in group.items())]:
        found[dimension] = found[dimension] & values if dimension in found else values
    return {key: in_order(values) for key, values in sorted(found.items())}


def contradict(a: Scope, b: Scope) -> bool:
    return any(not set(values) & set(b[key]) for key, values in a.items() if values and b.get(key))


def narrowed(a: Scope, b: Scope) -> dict[str, list[str | None]]:
    """What both can be about. Where they contradict each other no value is left: the dimension agrees with all from then on."""
    found: dict[str, list[str | None]] = {}
    for key in sorted({*a, *b}):
        both = set(a[key]) & set(b[key]) if key in a and key in b else {*a.get(key, ()), *b.get(key, ())}
        found[key] = in_order(both)
    return found


def home(scope: Scope, source: tuple[str, str], incidents: Sequence[Open], now: datetime) -> str | None:
    """Id of the incident that an alert joins; None: it opens one.

    The newest incident that still takes alerts and whose scope does not contradict. Else, when its source has just opened
    several incidents, the first of these: whatever hits the third prompt within minutes hits no single prompt."""
    recent = [one for one in incidents if now - one.alerted_at < NEWEST_WITHIN and _may_share(source, one)]
    agreeing = [one for one in recent if not contradict(scope, one.scope)]
    if agreeing:
        return max(agreeing, key=lambda one: (one.alerted_at, one.id)).id
    storm = [one for one in recent if source in one.sources and now - one.opened_at < STORM_WITHIN]
    if len(storm) >= STORM_FROM:
        return min(storm, key=lambda one: (one.opened_at, one.id)).id
    return None


def _may_share(source: tuple[str, str], incident: Open) -> bool:
    """A budget is spent over weeks: that it is passed now has no cause in common with what else happens now."""
    alone = source[0] in ALONE or any(kind in ALONE for kind, _ in incident.sources)
    return not alone or source in incident.sources


def in_order(values: Iterable[str | None]) -> list[str | None]:
    return sorted(values, key=lambda value: (value is None, value or ""))
