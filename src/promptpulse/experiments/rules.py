"""What an experiment may look like. Pure: each function returns the checked value, or raises Refused naming the field."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from promptpulse.accounts.text import named
from promptpulse.core.errors import Refused
from promptpulse.core.times import rfc3339
from promptpulse.experiments.shapes import Condition, EndCriteria, MetricIn, VariantIn
from promptpulse.experiments.values import MetricSpec
from promptpulse.metrics import METRICS
from promptpulse.metrics.units import UNIT_METRICS

MOST_PRIMARY = 5
TOLERANCE = 0.01
LATEST_YEAR = 2200


def text(value: str, field: str) -> str:
    """Several lines are fine. PostgreSQL keeps no NUL."""
    if "\x00" in value:
        raise Refused(f"{field} contains a NUL character; remove it", field=field)
    return value


def targeting(conditions: Sequence[Condition]) -> list[Condition]:
    for i, condition in enumerate(conditions):
        place = f"targeting.{i}"
        named(condition.attribute, f"{place}.attribute", 200)
        _check_values(condition, f"{place}.values")
    return list(conditions)


def _check_values(condition: Condition, field: str) -> None:
    op, values = condition.op, condition.values
    for value in values:
        if isinstance(value, float) and not math.isfinite(value):
            raise Refused(f"{field}: {value} is not a number to compare with; use a finite one", field=field)
        if isinstance(value, str) and len(value) > 1000:
            raise Refused(f"{field}: a text has {len(value)} characters; at most 1000 are allowed", field=field)
    match op:
        case "exists" | "not_exists":
            if values:
                raise Refused(f"{field}: {op} takes no values; leave them out", field=field)
        case "greater" | "less":
            if len(values) != 1 or isinstance(values[0], bool) or not isinstance(values[0], float | int):
                raise Refused(f"{field}: {op} takes exactly one number, such as [18]", field=field)
        case "contains" | "starts_with":
            if not values or not all(isinstance(v, str) and v for v in values):
                raise Refused(f"{field}: {op} takes one text or more, none of them empty", field=field)
        case _:
            if not values:
                raise Refused(f"{field}: {op} takes one value or more; use exists to ask for any value", field=field)


def variant_names(variants: Sequence[VariantIn]) -> list[str]:
    """Unique, on one line."""
    names = [named(v.name, f"variants.{i}.name") for i, v in enumerate(variants)]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise Refused(f"variants.{i}.name: there are two variants {name!r}; give each its own name",
                          field=f"variants.{i}.name")  # fmt: skip
    return names


def control_of(variants: Sequence[VariantIn]) -> int:
    """Index of the control: the one that is marked, else the first."""
    marked = [i for i, v in enumerate(variants) if v.control]
    if len(marked) > 1:
        raise Refused(
            f"variants.{marked[1]}.control: {len(marked)} variants are marked as control; mark one",
            field=f"variants.{marked[1]}.control",
        )
    return marked[0] if marked else 0


def weights(variants: Sequence[VariantIn]) -> list[float]:
    """Percent, above 0 and 100 in sum; equal when none is given."""
    given = [v.weight for v in variants]
    if all(w is None for w in given):
        return [100 / len(given)] * len(given)
    found: list[float] = []
    for i, w in enumerate(given):
        field = f"variants.{i}.weight"
        if w is None:
            raise Refused(f"{field} is missing; give all weights, or none for equal ones", field=field)
        if w <= 0:
            raise Refused(f"{field} is 0: the variant would never be seen; give it a share, or take it out",
                          field=field)  # fmt: skip
        found.append(w)
    if abs(sum(found) - 100) > TOLERANCE:
        raise Refused(f"variants: the weights sum to {sum(found):g}; they must sum to 100", field="variants")
    return found


def metrics(given: Sequence[MetricIn]) -> list[MetricSpec]:
    """Resolved: nothing is left to a default. Raises Refused for a metric that is there twice."""
    found = [metric(m, f"metrics.{i}") for i, m in enumerate(given)]
    for key, n in Counter(spec.key for spec in found).items():
        if n > 1:
            raise Refused(f"metrics: {key} is there {n} times; name it once", field="metrics")
    primary = sum(spec.role == "primary" for spec in found)
    if primary > MOST_PRIMARY:
        raise Refused(
            f"metrics: {primary} are primary, at most {MOST_PRIMARY} may be; decide what matters, make others secondary",
            field="metrics",
        )
    return found


def metric(given: MetricIn, place: str) -> MetricSpec:
    """Resolved. `place`: what the client calls it."""
    kinds = [name for name in ("score", "metric", "outcome") if getattr(given, name) is not None]
    if len(kinds) != 1:
        said = "none of them" if not kinds else " and ".join(kinds)
        raise Refused(f"{place}: give exactly one of score, metric and outcome, not {said}", field=place)
    if given.primary and given.guardrail:
        raise Refused(f"{place}.guardrail: it is either primary or a guardrail; choose one", field=f"{place}.guardrail")
    if given.per == "unit" and given.score is None:
        raise Refused(f"{place}.per: unit is for scores only; leave it out", field=f"{place}.per")
    if given.max_harm is not None and not given.guardrail:
        raise Refused(f"{place}.max_harm is for guardrails; set guardrail, or leave it out", field=f"{place}.max_harm")
    name = named(given.score or given.metric or given.outcome or "", f"{place}.{kinds[0]}", 200)
    return MetricSpec(
        key=f"{kinds[0]}:{name}" + (":unit" if given.per == "unit" else ""),
        score=name if given.score is not None else None,
        metric=name if given.metric is not None else None,
        outcome=name if given.outcome is not None else None,
        per=given.per,
        role="primary" if given.primary else "guardrail" if given.guardrail else "secondary",
        better=_direction(name, given, place),
        min_effect=given.min_effect,
        max_harm=given.max_harm,
    )


def _direction(name: str, given: MetricIn, place: str) -> Literal["up", "down"]:
    if given.metric is None:
        return given.better or "up"
    _check_known(name, place)
    better = given.better or METRICS[name].better
    if better == "neither":
        raise Refused(f"{place}.better is missing: more {name} may be good or bad; say up or down",
                      field=f"{place}.better")  # fmt: skip
    return better


def _check_known(name: str, place: str) -> None:
    if name not in UNIT_METRICS:
        raise Refused(
            f"{place}.metric: {name!r} cannot be compared between variants; use one of {', '.join(UNIT_METRICS)}",
            field=f"{place}.metric",
        )


def end(given: EndCriteria, now: datetime) -> EndCriteria:
    if given.end_at is None:
        return given
    if given.end_at.tzinfo is None:
        raise Refused("end.end_at has no time zone; add Z or an offset such as +01:00", field="end.end_at")
    if given.end_at <= now:
        raise Refused(f"end.end_at: {rfc3339(given.end_at)} has passed; choose a later one", field="end.end_at")
    if given.end_at.year > LATEST_YEAR:
        raise Refused(f"end.end_at: the year {given.end_at.year} is too far away", field="end.end_at")
    return given
