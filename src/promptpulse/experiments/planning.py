"""How large a test must be, from what the units of a prompt did lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.accounts.mappings import Mappings
from promptpulse.core.errors import Refused
from promptpulse.experiments import rules, shapes, stats
from promptpulse.experiments.measured import is_share, kind_of, score_key
from promptpulse.experiments.present import DAY
from promptpulse.experiments.values import MetricSpec
from promptpulse.metrics.estimates import Estimate
from promptpulse.metrics.moments import call_figures, outcome_moments, score_moments
from promptpulse.metrics.units import UNIT_METRICS, Cohort, users_of_prompt
from promptpulse.store import Store

WINDOW = timedelta(days=28)
CURVE = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4)
"""Multiples of the smallest effect."""


@dataclass(frozen=True, slots=True)
class _Baseline:
    value: float
    deviation: float
    share: float
    """Of the units that the metric is known of."""
    scale: float


def power(store: Store, project: str, asked: shapes.PowerIn, mappings: Mappings, now: datetime) -> shapes.PowerOut:
    """Raises Refused for a metric that is none."""
    spec = rules.metric(asked.metric, "metric") if asked.metric else None
    per_day, measured = asked.units_per_day, None
    if asked.prompt:
        cohort, first = users_of_prompt(store, project, asked.prompt, asked.unit, (now - WINDOW, now))
        if first is not None:
            days = max(1.0, (now - first) / DAY)
            per_day = per_day or cohort.units[0] / days * asked.traffic / 100
            measured = _measured(store, cohort, spec, mappings) if spec else None
    baseline, source = _baseline(asked, spec, measured)
    if baseline is None:
        return shapes.PowerOut(
            baseline=None, deviation=None, baseline_source="unknown", units_per_day=per_day, units=None, units_fixed=None,
            days=None, curve=[], note=_unknown(asked),
        )  # fmt: skip

    def needed(min_effect: float, method: shapes.Method) -> int | None:
        units = stats.units_needed(
            baseline.value,
            baseline.deviation,
            min_effect / 100,
            asked.weights,
            asked.alpha / 100,
            asked.power / 100,
            method,
        )
        return None if units is None else round(units / baseline.share)

    def days_of(units: int | None) -> float | None:
        return units / per_day if units is not None and per_day else None

    units, units_fixed = needed(asked.min_effect, "sequential"), needed(asked.min_effect, "fixed")
    curve = [(effect, needed(effect, "sequential")) for effect in (asked.min_effect * f for f in CURVE)]
    return shapes.PowerOut(
        baseline=baseline.value * baseline.scale,
        deviation=baseline.deviation * baseline.scale,
        baseline_source=source,
        units_per_day=per_day,
        units=units,
        units_fixed=units_fixed,
        days=days_of(units),
        curve=[shapes.PowerPoint(min_effect=effect, units=n, days=days_of(n)) for effect, n in curve if n is not None],
        note=_note(asked, baseline, units, per_day),
    )


def _baseline(
    asked: shapes.PowerIn, spec: MetricSpec | None, measured: _Baseline | None
) -> tuple[_Baseline | None, Literal["given", "measured", "unknown"]]:
    if asked.baseline is None:
        if measured is None:
            return None, "unknown"
        deviation = measured.deviation if asked.deviation is None else asked.deviation / measured.scale
        return _Baseline(measured.value, deviation, measured.share, measured.scale), "measured"
    share = measured.share if measured else 1.0
    is_proportion = asked.is_proportion or (spec is not None and spec.outcome is not None)
    if is_proportion:
        if not 0 < asked.baseline < 100:
            raise Refused(
                f"baseline: {asked.baseline:g} is no proportion; give a percentage between 0 and 100", field="baseline"
            )
        p = asked.baseline / 100
        return _Baseline(p, asked.deviation / 100 if asked.deviation else (p * (1 - p)) ** 0.5, share, 100), "given"
    scale = measured.scale if measured else 1.0
    if asked.deviation is not None:
        return _Baseline(asked.baseline / scale, asked.deviation / scale, share, scale), "given"
    if measured is None:
        return None, "unknown"
    return _Baseline(asked.baseline / scale, measured.deviation, share, scale), "given"


def _measured(store: Store, cohort: Cohort, spec: MetricSpec, mappings: Mappings) -> _Baseline | None:
    """Of all units that met the prompt, as one group."""
    is_bool, estimate, kind = False, None, kind_of(spec)
    if spec.metric and UNIT_METRICS[spec.metric].kind == "percentile":
        estimate = call_figures(store, cohort, [spec.metric]).percentiles[spec.metric][0]
        return _of(estimate, cohort, 1)
    if spec.metric:
        moments = call_figures(store, cohort, [spec.metric]).moments[spec.metric][0]
    elif spec.outcome:
        moments = outcome_moments(store, cohort, {spec.key: spec.outcome})[spec.key][0]
    else:
        figures = score_moments(store, cohort, [score_key(spec, mappings)])
        moments, is_bool = figures.moments[spec.key][0], spec.score in figures.bools
    if moments is None:
        return None
    share = is_share(spec, is_bool=is_bool)
    estimate = stats.estimate(moments, kind, variance_reduction=False, bounds=(0.0, 1.0) if share else None)
    return _of(estimate, cohort, 100 if share else 1)


def _of(estimate: Estimate | None, cohort: Cohort, scale: float) -> _Baseline | None:
    if estimate is None or estimate.units < 2 or estimate.variance <= 0:
        return None
    return _Baseline(
        estimate.value, estimate.variance**0.5, estimate.units / max(cohort.units[0], estimate.units), scale
    )


def _unknown(asked: shapes.PowerIn) -> str:
    if asked.baseline is not None:
        return "Give the standard deviation between units, or name a prompt and a metric to measure it."
    if asked.prompt and asked.metric:
        return f"The last 28 days of {asked.prompt!r} have too little of this metric; give a baseline and a deviation."
    return "Name a prompt and a metric to measure the baseline, or give baseline and deviation."


def _note(asked: shapes.PowerIn, baseline: _Baseline, units: int | None, per_day: float | None) -> str:
    if units is None:
        return "Nothing can be planned for a baseline of 0: a change in percent of it is nothing."
    parts = []
    if baseline.share < 0.999:
        parts.append(f"{100 * baseline.share:.3g} % of the units have a value; the others are counted on top.")
    if per_day is None:
        parts.append("Give units per day, or a prompt with traffic, to know how long it takes.")
    elif units / per_day > 28:
        parts.append(
            f"That is {units / per_day:.0f} days at {per_day:,.3g} {asked.unit}s a day: test a larger effect, or take more"
            " traffic. Units that come back do not count again, so that it may take longer."
        )
    return " ".join(parts)
