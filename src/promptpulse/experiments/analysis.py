"""What an experiment found: exposures, comparisons with control, verdict, forecast and bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from promptpulse.experiments import shapes, stats
from promptpulse.experiments.measured import Figures, Measured, Subject, empty, history_from, in_role_order, measured
from promptpulse.experiments.present import DAY
from promptpulse.experiments.values import Experiment, MetricSpec
from promptpulse.metrics import Filter, Query, run
from promptpulse.metrics.estimates import Estimate
from promptpulse.metrics.units import Population, attribute_of, cohort_of, population, segmented
from promptpulse.store import Store

MONTH = timedelta(days=30)
RECENT = timedelta(days=7)
ENOUGH_TIME, ENOUGH_UNITS = timedelta(hours=1), 10
"""Before, a pace says nothing: two units in 11 seconds are no 15,000 a day."""
MOST_SEGMENTS = 12
DECIDED = frozenset({"ship", "keep", "equivalent"})
"""Verdicts to end with."""
DEFAULT_EFFECT = 5.0
"""Percent: what a forecast plans for where no smallest effect was declared."""
EXPLORATORY = (
    "Segments are exploratory: they were not planned, are smaller, and many are looked at. Significance is corrected for"
    " their number (Benjamini-Hochberg). What one of them shows is a hypothesis for the next experiment."
)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is read of an experiment; the same for every method."""

    people: Population
    figures: Figures
    requests: int
    """Of the experiment's prompts, in the 30 days until now."""
    usd: float | None
    priced_share: float | None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A treatment in one metric, or why there is none."""

    metric: Measured
    variant: str
    shown: stats.Comparison | None
    """By the method that was asked for."""
    judged: stats.Comparison | None
    """By a method that decides: the bayesian view is judged by the sequential method."""
    note: str
    adjusted: float | None = None
    """Corrected p-value of `judged`."""


def findings(store: Store, subject: Subject) -> Findings:
    """Reads the store."""
    e, scope = subject.experiment, subject.scope
    specs = in_role_order(e.metrics)
    requests, usd, priced_share = _traffic(store, subject)
    if scope is None:
        nobody = Population((0,) * len(e.variants), (), 0, 0, 0, ())
        return Findings(nobody, _no_figures(e, specs), requests, usd, priced_share)
    periods = [w.since for w in e.weight_history[1:]]
    people = population(store, scope, periods, recent_from=subject.end - RECENT)
    figures = measured(store, subject, cohort_of(scope, people), specs, history_from(store, subject))[0]
    return Findings(people, figures, requests, usd, priced_share)


def results(subject: Subject, found: Findings, method: shapes.Method) -> shapes.ResultsOut:
    """By one of three methods. Pure."""
    e, people = subject.experiment, found.people
    comparisons = _compared(e, found.figures.metrics, method)
    verdict = decision(subject, found, method)
    total = sum(people.units)
    return shapes.ResultsOut(
        experiment_id=e.id,
        method=method,
        alpha=e.analysis.alpha,
        start=e.started_at,
        end=subject.end,
        units=total,
        multiple_units=people.multiple,
        calls_without_unit=people.calls_without_unit,
        exposures=[
            shapes.Exposure(
                variant_id=v.id, name=v.name, control=v.control, weight=v.weight, units=units,
                share=100 * units / total if total else None,
                calls=found.figures.calls[v.id], scores=found.figures.scores[v.id],
            )
            for v, units in zip(e.variants, people.units, strict=True)
        ],
        sample_ratio=_sample_ratio_out(e, people),
        metrics=[_metric_out(e, metric, comparisons, method) for metric in found.figures.metrics],
        verdict=_verdict_out(verdict),
        forecast=_forecast(subject, found, method, has_verdict=verdict.decision in DECIDED),
        bill=_bill(e, found, method),
    )  # fmt: skip


def decision(subject: Subject, found: Findings, method: shapes.Method = "sequential") -> stats.Decision:
    """The verdict. The bayesian view has that of the sequential method."""
    e = subject.experiment
    decisive: Literal["sequential", "fixed"] = "fixed" if method == "fixed" else "sequential"
    if e.started_at is None:
        return stats.Decision("no_data", None, "Not started", ["The experiment is a draft: nobody was assigned."])
    comparisons = _compared(e, found.figures.metrics, decisive)
    units = dict(zip((v.id for v in e.variants), found.people.units, strict=True))
    setting = stats.Setting(
        control_id=e.control.id,
        control_name=e.control.name,
        control_units=units[e.control.id],
        method=decisive,
        planned_units=e.planned_units,
        sample_ratio=_sample_ratio(e, found.people),
        multiple_units=found.people.multiple,
        days=(subject.end - e.started_at) / DAY,
        min_days=e.analysis.min_days,
    )
    treatments = [
        stats.Treatment(
            v.id, v.name, units[v.id],
            primary=[_judged(e, c) for c in comparisons if c.variant == v.id and c.metric.spec.role == "primary"],
            guardrails=[_judged(e, c) for c in comparisons if c.variant == v.id and c.metric.spec.role == "guardrail"],
        )
        for v in e.variants
        if not v.control
    ]  # fmt: skip
    return stats.decide(setting, treatments)


def segments(store: Store, subject: Subject, people: Population, by: str, method: shapes.Method) -> shapes.SegmentsOut:
    """All metrics in the largest segments. Raises `BadQuery` for what makes no segments."""
    attribute, e, scope = attribute_of(by), subject.experiment, subject.scope
    specs = in_role_order(e.metrics)
    if scope is None:
        return shapes.SegmentsOut(by=by, segments=[], total=0, note=EXPLORATORY)
    cohort, total = segmented(store, cohort_of(scope, people), attribute, MOST_SEGMENTS)
    found = measured(store, subject, cohort, specs, None) if cohort.segments else []
    comparisons = _corrected([_all_compared(e, figures.metrics, method) for figures in found], ("bh", "bh"))
    width = len(e.variants)
    return shapes.SegmentsOut(
        by=by,
        segments=[
            shapes.SegmentResult(
                segment=segment or None,
                units=sum(cohort.units[i * width : (i + 1) * width]),
                metrics=[_metric_out(e, metric, comparisons[i], method) for metric in found[i].metrics],
            )
            for i, segment in enumerate(cohort.segments)
        ],
        total=total,
        note=EXPLORATORY,
    )


def _compared(e: Experiment, metrics: Sequence[Measured], method: shapes.Method) -> list[_Comparison]:
    """Primary metrics and guardrails: no false alarm at all. Secondary ones: few of the alarms are false."""
    return _corrected([_all_compared(e, metrics, method)], ("holm", "bh"))[0]


def _corrected(
    groups: Sequence[list[_Comparison]], corrections: tuple[stats.Family, stats.Family]
) -> list[list[_Comparison]]:
    """p-values corrected for all comparisons of all groups: those of primary metrics and guardrails together by the first
    correction, those of secondary metrics by the second."""
    p_values: dict[int, float | None] = {}
    everything = [c for group in groups for c in group]
    for is_secondary, correction in enumerate(corrections):
        members = [c for c in everything if (c.metric.spec.role == "secondary") == is_secondary]
        found = stats.adjusted([c.judged.p_value if c.judged else None for c in members], correction)
        p_values |= {id(c): p for c, p in zip(members, found, strict=True)}
    return [[replace(c, adjusted=p_values[id(c)]) for c in group] for group in groups]


def _all_compared(e: Experiment, metrics: Sequence[Measured], method: shapes.Method) -> list[_Comparison]:
    decisive: shapes.Method = "sequential" if method == "bayesian" else method
    found = []
    for metric in metrics:
        control = metric.adjusted[e.control.id]
        for v in e.variants:
            if v.control:
                continue
            treatment = metric.adjusted[v.id]
            note = _lacking(e, metric, v.id)
            shown = judged = None
            if not note and control and treatment:
                shown = compared(e, metric.kind, control, treatment, method)
                judged = shown if decisive == method else compared(e, metric.kind, control, treatment, decisive)
            found.append(_Comparison(metric, v.id, shown, judged, note))
    return found


def compared(
    e: Experiment, kind: stats.Kind, control: Estimate, treatment: Estimate, method: shapes.Method
) -> stats.Comparison:
    """Intervals of one metric hold together over all treatments."""
    alpha = stats.interval_alpha(e.analysis.alpha / 100, len(e.variants) - 1)
    return stats.compare(control, treatment, method=method, alpha=alpha, planned_units=e.planned_units, kind=kind)


def _lacking(e: Experiment, metric: Measured, variant: str) -> str:
    """Why a treatment cannot be compared yet; "" when it can."""
    needs = e.analysis.min_units
    for id_, whose in ((variant, ""), (e.control.id, "control ")):
        estimate = metric.adjusted[id_]
        if estimate is None:
            few = " or too few units for a percentile" if metric.kind == "percentile" else ""
            return f"{whose}has no data{few}"
        if estimate.units < needs:
            return f"{whose}needs {needs:,} units, has {estimate.units:,}"
    return ""


def _judged(e: Experiment, c: _Comparison) -> stats.Judged:
    spec = c.metric.spec
    return stats.Judged(
        label=c.metric.label,
        better=spec.better,
        comparison=c.judged,
        significant=_is_significant(e, c),
        min_effect=None if spec.min_effect is None else spec.min_effect / 100,
        max_harm=None if spec.max_harm is None else spec.max_harm / 100,
        note=c.note,
    )


def _is_significant(e: Experiment, c: _Comparison) -> bool:
    return c.adjusted is not None and c.adjusted < e.analysis.alpha / 100


def _metric_out(
    e: Experiment, metric: Measured, comparisons: Sequence[_Comparison], method: shapes.Method
) -> shapes.MetricResult:
    spec = metric.spec
    mine = {c.variant: c for c in comparisons if c.metric is metric}
    return shapes.MetricResult(
        key=spec.key, label=metric.label, unit=metric.unit, better=spec.better, role=spec.role, kind=metric.kind,
        min_effect=spec.min_effect, max_harm=spec.max_harm,
        variants=[_variant_out(e, metric, v.id, mine.get(v.id), method) for v in e.variants],
    )  # fmt: skip


def _variant_out(
    e: Experiment, metric: Measured, variant: str, c: _Comparison | None, method: shapes.Method
) -> shapes.VariantMetric:
    estimate = metric.raw[variant]
    low, high = _interval(e, metric, estimate, method) if estimate else (None, None)
    return shapes.VariantMetric(
        variant_id=variant,
        units=estimate.units if estimate else 0,
        observations=estimate.observations if estimate else 0,
        value=estimate.value * metric.scale if estimate else None,
        low=low,
        high=high,
        versus=_versus(e, c) if c else None,
        note=c.note if c else "",
    )


def _interval(e: Experiment, metric: Measured, estimate: Estimate, method: shapes.Method) -> tuple[float, float]:
    low, high = stats.interval(
        estimate, method=method, alpha=e.analysis.alpha / 100, planned_units=e.planned_units, kind=metric.kind
    )
    if metric.scale == 1:
        return low, high
    return max(0.0, low * metric.scale), min(metric.scale, high * metric.scale)


def _versus(e: Experiment, c: _Comparison) -> shapes.Versus | None:
    if c.shown is None or c.judged is None:
        return None
    spec, scale = c.metric.spec, c.metric.scale
    treatment = c.metric.adjusted[c.variant]
    reduced = treatment.variance_reduced if treatment else None
    significant = _is_significant(e, c)
    low, high = c.shown.low * scale, c.shown.high * scale
    if scale != 1:  # shares differ by 100 points at most
        low, high = max(-scale, low), min(scale, high)
    chance = c.shown.chance_to_win if spec.better == "up" else 1 - c.shown.chance_to_win
    return shapes.Versus(
        difference=c.shown.difference * scale,
        difference_low=low,
        difference_high=high,
        lift=percent(c.shown.lift),
        lift_low=percent(c.shown.lift_low),
        lift_high=percent(c.shown.lift_high),
        p_value=c.shown.p_value,
        p_adjusted=None if c.shown.p_value is None else c.adjusted,
        significant=significant,
        verdict=_outcome(spec, c.judged, significant=significant),
        chance_to_win=100 * chance,
        variance_reduced=percent(reduced),
    )


def _outcome(
    spec: MetricSpec, comparison: stats.Comparison, *, significant: bool
) -> Literal["better", "worse", "equal", "holds", "unclear"]:
    min_effect = None if spec.min_effect is None else spec.min_effect / 100
    outcome = stats.judge(comparison, better=spec.better, significant=significant, min_effect=min_effect)
    if outcome == "better" or spec.max_harm is None:
        return outcome
    return "holds" if stats.holds(comparison, better=spec.better, max_harm=spec.max_harm / 100) else outcome


def percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _sample_ratio(e: Experiment, people: Population) -> stats.SampleRatio:
    """After a change of weights: against the units that each period's weights would have given."""
    if not sum(people.units):
        return stats.SampleRatio(1.0, healthy=True)
    history = [w.by_variant for w in e.weight_history] or [{v.id: v.weight for v in e.variants}]
    expected = [
        sum(sum(units) * weights.get(v.id, 0.0) / 100 for units, weights in zip(people.by_period, history, strict=True))
        for v in e.variants
    ]
    return stats.sample_ratio(people.units, expected)


def _sample_ratio_out(e: Experiment, people: Population) -> shapes.SampleRatio:
    if not sum(people.units):
        return shapes.SampleRatio(p_value=None, healthy=True, message="No units yet.")
    ratio = _sample_ratio(e, people)
    p = f"p = {ratio.p_value:.2g}" if ratio.p_value >= 1e-6 else "p < 0.000001"
    message = (
        f"Units came to the variants as their weights say ({p})."
        if ratio.healthy
        else f"Units did not come to the variants as their weights say ({p}): something loses or repeats them."
    )
    return shapes.SampleRatio(p_value=ratio.p_value, healthy=ratio.healthy, message=message)


def _verdict_out(d: stats.Decision) -> shapes.Verdict:
    return shapes.Verdict(decision=d.decision, variant_id=d.variant_id, title=d.title, reasons=d.reasons)


def _forecast(subject: Subject, found: Findings, method: shapes.Method, *, has_verdict: bool) -> shapes.Forecast:
    e, units = subject.experiment, sum(found.people.units)
    per_day = _per_day(subject, found.people)

    def say(note: str, needed: int | None = None, left: float | None = None) -> shapes.Forecast:
        return shapes.Forecast(units=units, needed_units=needed, units_per_day=per_day, days_left=left, note=note)

    primary = [m for m in found.figures.metrics if m.spec.role == "primary"]
    plans = [_needed(e, m, found.people, method) for m in primary]
    known = [plan for plan in plans if plan is not None]
    if e.started_at is None or e.status == "concluded" or not primary:
        return say("Not started." if e.started_at is None else "Concluded." if primary else "No primary metric.")
    if has_verdict:
        return say("The verdict is there: it can be concluded now.", max(known, default=None), 0)
    if len(known) < len(plans):
        return say("Not enough data of a primary metric to say how long it takes.")
    needed = max(known)
    left = stats.days_left(units, needed, per_day)
    if left is not None:
        left = max(left, e.analysis.min_days - (subject.end - e.started_at) / DAY)
    effects = " and ".join(f"{m.spec.min_effect or DEFAULT_EFFECT:g} % of {m.label}" for m in primary)
    assumed = "" if all(m.spec.min_effect for m in primary) else f" ({DEFAULT_EFFECT:g} % where none was declared)"
    goal = f"{needed:,} units find a change of {effects}{assumed} with a chance of {e.analysis.power:g} %"
    if left is None:
        later = f"how long that takes is said after an hour and {ENOUGH_UNITS} units"
        return say(f"{goal}; {later if _is_early(subject, found.people) else 'nobody came in the last days'}.", needed)
    if left == 0:
        return say(f"{goal}: enough have come.", needed, 0)
    return say(f"{_days(left)} left: {goal}.", needed, left)


def _per_day(subject: Subject, people: Population) -> float | None:
    """New units in the last days, from the first one on; None while it is early, or when nobody came."""
    if people.first is None or not people.recent or _is_early(subject, people):
        return None
    return people.recent / (min(RECENT, subject.end - people.first) / DAY)


def _is_early(subject: Subject, people: Population) -> bool:
    return people.first is None or subject.end - people.first < ENOUGH_TIME or sum(people.units) < ENOUGH_UNITS


def _needed(e: Experiment, metric: Measured, people: Population, method: shapes.Method) -> int | None:
    """Assigned units that are needed; not all of them have, say, a rating."""
    control = metric.adjusted[e.control.id]
    assigned = people.units[e.variants.index(e.control)]
    if control is None or not assigned or control.units < 2:
        return None
    units = stats.units_needed(
        control.value,
        control.variance**0.5,
        (metric.spec.min_effect or DEFAULT_EFFECT) / 100,
        [v.weight for v in sorted(e.variants, key=lambda v: not v.control)],
        e.analysis.alpha / 100,
        e.analysis.power / 100,
        method,
        e.planned_units,
    )
    return None if units is None else round(units * assigned / control.units)


def _days(days: float) -> str:
    return "Less than a day" if days < 1 else f"About {days:,.0f} day{'' if round(days) == 1 else 's'}"


def _bill(e: Experiment, found: Findings, method: shapes.Method) -> shapes.Bill | None:
    costs = found.figures.cost
    if all(costs.get(v.id) is None for v in e.variants):
        return None
    variants = []
    for v in e.variants:
        cost = costs.get(v.id)
        if cost is None:
            variants.append(
                shapes.BillVariant(variant_id=v.id, cost_per_request_usd=None, usd=None, low=None, high=None)
            )
            continue
        low, high = stats.interval(
            cost, method=method, alpha=e.analysis.alpha / 100, planned_units=e.planned_units, kind="ratio"
        )
        variants.append(
            shapes.BillVariant(
                variant_id=v.id,
                cost_per_request_usd=cost.value,
                usd=cost.value * found.requests,
                low=max(0.0, low) * found.requests,
                high=high * found.requests,
            )
        )
    return shapes.Bill(
        requests=found.requests, usd_now=found.usd, priced_share=found.priced_share, variants=variants
    )  # fmt: skip


def _traffic(store: Store, subject: Subject) -> tuple[int, float | None, float | None]:
    """Requests, cost and priced share of the experiment's prompts in the last 30 days."""
    e = subject.experiment
    prompts = tuple(sorted({v.prompt for v in e.variants}))
    # whole hours are answered from the rollups
    end = subject.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    keys = ("total_requests", "total_cost_usd", "priced_share")
    frame = run(
        store, Query(e.project, keys, end - MONTH, end, where=(Filter("prompt_id", "in", prompts),)), subject.now
    )
    requests, usd, priced = (frame.total(key) for key in keys)
    return int(requests or 0), usd if requests else None, priced


def _no_figures(e: Experiment, specs: Sequence[MetricSpec]) -> Figures:
    """Of a draft."""
    ids = [v.id for v in e.variants]
    return Figures([empty(spec, e) for spec in specs], dict.fromkeys(ids, 0), dict.fromkeys(ids, 0), {})
