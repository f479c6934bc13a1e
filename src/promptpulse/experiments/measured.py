"""Metrics of an experiment as estimates: what the store knows of each variant, before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from promptpulse.accounts.mappings import Mappings
from promptpulse.experiments import stats
from promptpulse.experiments.present import metric_out
from promptpulse.experiments.values import Experiment, MetricSpec
from promptpulse.metrics import Query, run
from promptpulse.metrics.estimates import Estimate, Moments
from promptpulse.metrics.moments import (
    CallFigures,
    ScoreFigures,
    ScoreKey,
    call_figures,
    outcome_moments,
    score_moments,
)
from promptpulse.metrics.units import HISTORY, UNIT_METRICS, Cohort, Scope
from promptpulse.store import Store

COST = "cost_per_request_usd"
MOST_CALLS_OF_HISTORY = 10_000_000
"""More calls before the start than this, and half as many days are read, or none."""
T = TypeVar("T")
ROLES = ("primary", "guardrail", "secondary")


@dataclass(frozen=True, slots=True)
class Subject:
    """An experiment, and what its numbers depend on beside its facts."""

    experiment: Experiment
    mappings: Mappings
    now: datetime

    @property
    def end(self) -> datetime:
        return self.experiment.concluded_at or self.now

    @property
    def scope(self) -> Scope | None:
        """None before the start."""
        e = self.experiment
        if e.started_at is None or e.started_at >= self.end:
            return None
        return Scope(e.project, e.id, e.unit, tuple(v.id for v in e.variants), e.started_at, self.end)


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric in all variants."""

    spec: MetricSpec
    label: str
    unit: str
    kind: stats.Kind
    scale: float
    """What values are shown in: 100 for percent."""
    raw: Mapping[str, Estimate | None]
    """By variant; the value that the metrics of calls show, too."""
    adjusted: Mapping[str, Estimate | None]
    """By variant, with the history of the units taken out: what is compared."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group of units, such as a segment, or all."""

    metrics: Sequence[Measured]
    calls: Mapping[str, int]
    scores: Mapping[str, int]
    cost: Mapping[str, Estimate | None]
    """Of a request, by variant."""


def in_role_order(specs: Sequence[MetricSpec]) -> list[MetricSpec]:
    """Primary metrics, guardrails, the rest."""
    return sorted(specs, key=lambda spec: ROLES.index(spec.role))


def measured(
    store: Store, subject: Subject, cohort: Cohort, specs: Sequence[MetricSpec], history_from: datetime | None
) -> list[Figures]:
    """Of each segment of the cohort; of all units when it has none."""
    variants = cohort.scope.variants
    of_calls = sorted({COST, *(s.metric for s in specs if s.metric)})
    calls = call_figures(store, cohort, of_calls, history_from)
    scores = score_moments(store, cohort, [score_key(s, subject.mappings) for s in specs if s.score], history_from)
    outcomes = outcome_moments(store, cohort, {s.key: s.outcome for s in specs if s.outcome}, history_from)
    return [
        Figures(
            [_one(spec, subject, (calls, scores, outcomes), _Part(variants, segment)) for spec in specs],
            _Part(variants, segment).of(calls.calls),
            _Part(variants, segment).of(scores.scores),
            stats.estimates(
                _known(_Part(variants, segment).of(calls.moments[COST])), "ratio", variance_reduction=False
            ),
        )
        for segment in range(max(1, len(cohort.segments)))
    ]


def score_key(spec: MetricSpec, mappings: Mappings) -> ScoreKey:
    return ScoreKey(spec.key, spec.score or "", spec.per, mappings.get(spec.score or "", {}))


def history_from(store: Store, subject: Subject) -> datetime | None:
    """Since when the history of the units is read; None: it is not.

    A session has no history. What a project did before the start does not change, so neither does the answer."""
    scope = subject.scope
    if scope is None or scope.unit == "session" or not subject.experiment.analysis.variance_reduction:
        return None
    for window in (HISTORY, HISTORY / 2):
        since = (scope.start - window).replace(second=0, microsecond=0)
        asked = Query(scope.project, ("total_requests",), since, scope.start.replace(second=0, microsecond=0))
        calls = run(store, asked, subject.now).total("total_requests") or 0
        if calls <= MOST_CALLS_OF_HISTORY:
            return scope.start - window
    return None


def kind_of(spec: MetricSpec) -> stats.Kind:
    if spec.metric:
        return UNIT_METRICS[spec.metric].kind
    if spec.outcome:
        return "proportion"
    return "mean" if spec.per == "unit" else "ratio"


def is_share(spec: MetricSpec, *, is_bool: bool) -> bool:
    """Whether the value lies between 0 and 1 and is shown in percent."""
    if spec.metric:
        return UNIT_METRICS[spec.metric].scale == 100
    return spec.outcome is not None or (is_bool and spec.per == "value")


def empty(spec: MetricSpec, experiment: Experiment) -> Measured:
    """Of a metric that nothing is known of."""
    nothing: dict[str, Estimate | None] = dict.fromkeys(v.id for v in experiment.variants)
    share = is_share(spec, is_bool=False)
    out = metric_out(spec, experiment.unit)
    return Measured(spec, out.label, out.unit, kind_of(spec), 100 if share else 1, nothing, nothing)


@dataclass(frozen=True, slots=True)
class _Part:
    """The groups of one segment."""

    variants: Sequence[str]
    segment: int

    def of(self, values: Sequence[T]) -> dict[str, T]:
        """By variant."""
        first = self.segment * len(self.variants)
        return dict(zip(self.variants, values[first : first + len(self.variants)], strict=True))


def _one(
    spec: MetricSpec,
    subject: Subject,
    found: tuple[CallFigures, ScoreFigures, Mapping[str, Sequence[Moments | None]]],
    part: _Part,
) -> Measured:
    calls, scores, outcomes = found
    experiment, kind = subject.experiment, kind_of(spec)
    share = is_share(spec, is_bool=spec.score in scores.bools)
    out = metric_out(spec, experiment.unit)
    unit, scale = ("percent", 100) if share else (out.unit, 1)
    if spec.metric and kind == "percentile":
        known = part.of(calls.percentiles[spec.metric])
        return Measured(spec, out.label, unit, kind, scale, known, known)
    if spec.metric:
        moments = part.of(calls.moments[spec.metric])
    else:
        moments = part.of((outcomes if spec.outcome else scores.moments)[spec.key])
    bounds = (0.0, 1.0) if share else None
    missing: dict[str, Estimate | None] = dict.fromkeys(moments)
    raw, adjusted = (
        missing | stats.estimates(_known(moments), kind, variance_reduction=reduced, bounds=bounds)
        for reduced in (False, experiment.analysis.variance_reduction)
    )
    return Measured(spec, out.label, unit, kind, scale, raw, adjusted)


def _known(moments: Mapping[str, Moments | None]) -> dict[str, Moments]:
    return {variant: m for variant, m in moments.items() if m is not None}
