"""What to do with an experiment, and why.

| | rule, the first that holds | decision |
|---|---|---|
| 1 | no primary metric, or no unit in control or in every treatment | no_data |
| 2 | sample ratio alarm, or more than 1 % and more than 10 units in several variants | unhealthy |
| 3 | before `min_days`; `fixed`: before the planned size | keep_running |
| 4 | a treatment wins: the one with the largest lift of the first primary metric | ship |
| 5 | every treatment is out | keep (control) |
| 6 | every treatment is out or equal to control | equivalent |
| 7 | `fixed` at its planned size: nothing found is the result | keep (control) |
| 8 | else, also when a treatment would win but harm to a guardrail is not excluded yet | keep_running |

A metric of a treatment is
- **equal** when its interval lies within `min_effect`, even if it leaves out 0: true, but not worth having;
- **better**, **worse** when significant after correction;
- **unclear** otherwise; without a `min_effect`, "equal" is never known.

A treatment
- is **harmed** by a guardrail: with `max_harm`, the whole interval is beyond it; without, it is significantly worse at all;
- is **out** when it is harmed, when a primary metric is worse, or when no primary metric can still gain `min_effect`;
- **wins** when a primary metric is better, none is worse, and every guardrail with `max_harm` excludes more harm than that
  (its interval ends before it). A guardrail without `max_harm` that is unclear does not block; it is said;
- is **equal** when all primary metrics are equal, and the guardrails are as a winner's must be.

"Not worse by more than 1 % in quality, and cheaper" is: cost primary (better: down), quality a guardrail with `max_harm`
1 %. Guardrails are tested for absence of harm all together, which needs no correction (intersection-union test: Berger,
"Multiparameter Hypothesis Testing and Acceptance Sampling", 1982).
Chance to win decides nothing. The bayesian view has no verdict of its own; it shows that of the sequential method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from promptpulse.experiments.stats.ratio import SampleRatio
from promptpulse.experiments.stats.values import Comparison

Outcome = Literal["better", "worse", "equal", "unclear"]
DecisionName = Literal["ship", "keep", "equivalent", "keep_running", "unhealthy", "no_data"]

MULTIPLE_SHARE = 0.01
MULTIPLE_UNITS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A metric of one treatment."""

    label: str
    better: Literal["up", "down"]
    comparison: Comparison | None
    """None: not enough data."""
    significant: bool
    """Corrected p-value below alpha."""
    min_effect: float | None = None
    """Fraction of control."""
    max_harm: float | None = None
    """Fraction of control."""
    note: str = ""
    """Why there is no comparison, such as "needs 100 units, has 12"."""


@dataclass(frozen=True, slots=True)
class Treatment:
    id: str
    name: str
    units: int
    primary: Sequence[Judged]
    guardrails: Sequence[Judged] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """Of the experiment, fixed at its start, and where it stands."""

    control_id: str
    control_name: str
    control_units: int
    method: Literal["sequential", "fixed"]
    planned_units: int
    sample_ratio: SampleRatio
    multiple_units: int = 0
    """Seen in more than one variant; left out of the units."""
    days: float | None = None
    """Since the start."""
    min_days: float = 0


@dataclass(frozen=True, slots=True)
class Decision:
    decision: DecisionName
    variant_id: str | None
    """What to ship or keep; None where nothing is decided, or any variant would do."""
    title: str
    reasons: list[str] = field(default_factory=list)


def judge(
    comparison: Comparison, *, better: Literal["up", "down"], significant: bool, min_effect: float | None
) -> Outcome:
    """A metric of a treatment against control, by the rules above."""
    gain = _gain(comparison, better)
    if min_effect is not None and gain is not None and -min_effect <= gain[0] and gain[1] <= min_effect:
        return "equal"
    if not significant or comparison.difference == 0:
        return "unclear"
    return "better" if (comparison.difference > 0) == (better == "up") else "worse"


def holds(comparison: Comparison, *, better: Literal["up", "down"], max_harm: float) -> bool:
    """Whether a guardrail excludes more harm than `max_harm` (fraction of control)."""
    gain = _gain(comparison, better)
    return gain is not None and gain[0] >= -max_harm


def decide(setting: Setting, treatments: Sequence[Treatment]) -> Decision:
    """The verdict, with reasons in the order of their weight."""
    if stopped := _not_yet(setting, treatments):
        return stopped
    stands = [_stand(treatment) for treatment in treatments]
    states = {stand.state for stand in stands}
    if "wins" in states:
        return _ship(stands)
    if states == {"out"}:
        return Decision("keep", setting.control_id, f"Keep {setting.control_name}", _said(stands))
    if states <= {"out", "equal"}:
        names = _list([stand.treatment.name for stand in stands if stand.state == "equal"])
        free = f"{names} and {setting.control_name} do equally well: choose by cost, or by what is simpler."
        return Decision("equivalent", None, "No difference worth having", [*_said(stands), free])
    return _undecided(setting, stands)


State = Literal["wins", "unproven", "equal", "out", "unclear"]


@dataclass(frozen=True, slots=True)
class _Stand:
    treatment: Treatment
    state: State
    reasons: list[str]


def _not_yet(setting: Setting, treatments: Sequence[Treatment]) -> Decision | None:
    """Rules 1 to 3."""
    if not any(treatment.primary for treatment in treatments):
        return Decision("no_data", None, "No primary metric", ["Nothing says what is better: name a primary metric."])
    in_treatments = sum(treatment.units for treatment in treatments)
    units = setting.control_units + in_treatments
    if not setting.control_units or not in_treatments:
        missing = setting.control_name if not setting.control_units else "any treatment"
        why = f"No unit is in {missing} yet." if units else "No unit was assigned yet."
        return Decision(
            "no_data", None, "No data yet", [f"{why} Check that the application evaluates this experiment."]
        )
    if sick := _unhealthy(setting, units):
        return Decision("unhealthy", None, "Do not trust these results", sick)
    waits = []
    if setting.min_days and (setting.days is None or setting.days < setting.min_days):
        waits.append(f"Runs for {setting.days or 0:.1f} of at least {setting.min_days:g} days.")
    if setting.method == "fixed" and units < setting.planned_units:
        waits.append(
            f"{units:,} of {setting.planned_units:,} planned units: a fixed test is looked at once, at its end. "
            "The sequential view may be looked at any time."
        )
    if waits:
        harm = [reason for treatment in treatments for reason in _harm(treatment)]
        return Decision("keep_running", None, "Keep running", waits + harm)
    return None


def _unhealthy(setting: Setting, units: int) -> list[str]:
    sick = []
    ratio = setting.sample_ratio
    if not ratio.healthy:
        chance = f"p {ratio.p_value:.2g}" if ratio.p_value >= 1e-6 else "p < 0.000001"
        sick.append(
            f"Units are not split as the weights say ({chance}). Some are lost, or counted twice, in one variant: look for "
            "errors, redirects or caching that only one variant has, fix it, and start a new experiment."
        )
    share = setting.multiple_units / (units + setting.multiple_units)
    if share > MULTIPLE_SHARE and setting.multiple_units > MULTIPLE_UNITS:
        sick.append(
            f"{setting.multiple_units:,} units ({100 * share:.1f} %) were seen in more than one variant and are left out. "
            "Check that the same user id is sent everywhere, and that calls carry the variant that was assigned."
        )
    return sick


def _stand(treatment: Treatment) -> _Stand:
    outcomes = [
        None
        if metric.comparison is None
        else judge(
            metric.comparison, better=metric.better, significant=metric.significant, min_effect=metric.min_effect
        )
        for metric in treatment.primary
    ]
    said = [
        _sentence(treatment.name, metric, outcome) for metric, outcome in zip(treatment.primary, outcomes, strict=True)
    ]
    harm, unproven, notes = _harm(treatment), _unproven(treatment), _unclear_guardrails(treatment)
    hopeless = bool(outcomes) and all(_cannot_gain(metric) for metric in treatment.primary)
    state: State
    if harm or "worse" in outcomes:
        state = "out"
    elif "better" in outcomes:
        state = "unproven" if unproven else "wins"
    elif outcomes and all(outcome == "equal" for outcome in outcomes):
        state = "unclear" if unproven else "equal"
    elif hopeless:
        state = "out"
        said.append(f"{treatment.name} can no longer gain what was declared worth having.")
    else:
        state = "unclear"
    proven = _proven(treatment) if state == "wins" else []
    waits = unproven if state == "unproven" or "equal" in outcomes else []
    return _Stand(treatment, state, said + harm + proven + waits + notes)


def _harm(treatment: Treatment) -> list[str]:
    """Guardrails that are worse for certain."""
    said = []
    for metric in treatment.guardrails:
        comparison = metric.comparison
        if comparison is None:
            continue
        gain = _gain(comparison, metric.better)
        if metric.max_harm is not None and comparison.lift is not None:
            if gain is not None and gain[1] < -metric.max_harm:
                allowed = f"more than the {_percent(metric.max_harm)} allowed"
                said.append(f"Guardrail {metric.label} of {treatment.name}: worse by {allowed}, {_lift(comparison)}.")
        elif judge(comparison, better=metric.better, significant=metric.significant, min_effect=None) == "worse":
            said.append(f"Guardrail {metric.label} of {treatment.name}: worse, {_lift(comparison)}.")
    return said


def _unproven(treatment: Treatment) -> list[str]:
    """Guardrails with a `max_harm` that more harm might still be hidden behind. Of a control of 0 there is no percentage:
    then only significance counts."""
    said = []
    for metric in treatment.guardrails:
        comparison = metric.comparison
        if metric.max_harm is None or (comparison is not None and comparison.lift is None):
            continue
        if comparison is None or not holds(comparison, better=metric.better, max_harm=metric.max_harm):
            found = (metric.note or "not enough data") if comparison is None else _lift(comparison)
            said.append(
                f"Guardrail {metric.label} of {treatment.name}: may still be worse by more than {_percent(metric.max_harm)}"
                f" ({found}): more units will tell."
            )
    return said


def _proven(treatment: Treatment) -> list[str]:
    """What the guardrails of a winner say: that they hold."""
    return [
        f"Guardrail {metric.label} of {treatment.name}: holds, not worse by more than {_percent(metric.max_harm)}, "
        f"{_lift(metric.comparison)}."
        for metric in treatment.guardrails
        if metric.max_harm is not None and metric.comparison is not None and metric.comparison.lift is not None
    ]


def _unclear_guardrails(treatment: Treatment) -> list[str]:
    said = []
    for metric in treatment.guardrails:
        comparison = metric.comparison
        if metric.significant or (metric.max_harm is not None and (comparison is None or comparison.lift is not None)):
            continue
        found = (metric.note or "not enough data") if comparison is None else _lift(comparison)
        hint = "" if metric.max_harm is not None else " Set a tolerated harm to have it tested."
        said.append(f"Guardrail {metric.label} of {treatment.name}: not clear, does not block, {found}.{hint}")
    return said


def _cannot_gain(metric: Judged) -> bool:
    gain = None if metric.comparison is None else _gain(metric.comparison, metric.better)
    return metric.min_effect is not None and gain is not None and gain[1] < metric.min_effect


def _ship(stands: list[_Stand]) -> Decision:
    winners = [stand for stand in stands if stand.state == "wins"]
    best = max(winners, key=_size)
    name = best.treatment.name
    reasons = list(best.reasons)
    others = [stand for stand in winners if stand is not best]
    if others:
        names = _list([stand.treatment.name for stand in others])
        reasons.append(
            f"{names} also {'wins' if len(others) == 1 else 'win'} against control. {name} has the largest lift; "
            "whether it is truly the best of them was not tested."
        )
    reasons += _said([stand for stand in stands if stand is not best])
    return Decision("ship", best.treatment.id, f"Ship {name}", reasons)


def _undecided(setting: Setting, stands: list[_Stand]) -> Decision:
    reasons = _said(stands)
    if setting.method == "fixed":
        end = (
            f"The planned {setting.planned_units:,} units are reached without a winner. Running on would be peeking: "
            "start a larger experiment if a smaller effect is worth having."
        )
        return Decision("keep", setting.control_id, f"Keep {setting.control_name}", [end, *reasons])
    units = setting.control_units + sum(stand.treatment.units for stand in stands)
    if units >= setting.planned_units:
        reasons.append(
            f"The planned {setting.planned_units:,} units are reached without a result. "
            f"Running on is allowed and may still find one; to stop now, keep {setting.control_name}."
        )
    ahead = next((stand.treatment.name for stand in stands if stand.state == "unproven"), None)
    title = f"Keep running: {ahead} is better, its guardrails are not clear yet" if ahead else "Keep running"
    return Decision("keep_running", None, title, reasons)


def _size(stand: _Stand) -> float:
    """Lift of the first primary metric, up is better; the difference where there is no lift."""
    metric = stand.treatment.primary[0]
    if metric.comparison is None:
        return 0.0
    size = metric.comparison.difference if metric.comparison.lift is None else metric.comparison.lift
    return size if metric.better == "up" else -size


def _gain(comparison: Comparison, better: Literal["up", "down"]) -> tuple[float, float] | None:
    """Interval of the lift, turned so that up is better."""
    low, high = comparison.lift_low, comparison.lift_high
    if low is None or high is None:
        return None
    return (low, high) if better == "up" else (-high, -low)


def _sentence(name: str, metric: Judged, outcome: Outcome | None) -> str:
    if metric.comparison is None:
        return f"{metric.label} of {name}: {metric.note or 'not enough data'}."
    found = _lift(metric.comparison)
    match outcome:
        case "equal":
            return f"{metric.label} of {name}: differs by less than {_percent(metric.min_effect or 0)}, {found}."
        case "better" | "worse":
            return f"{metric.label} of {name}: {outcome}, {found}."
        case _:
            return f"{metric.label} of {name}: may be better or worse, {found}."


def _lift(comparison: Comparison) -> str:
    if comparison.lift is None:
        return f"{comparison.difference:+.4g} ({comparison.low:+.4g} to {comparison.high:+.4g}); control is 0, there is no lift"
    if comparison.lift_low is None or comparison.lift_high is None:
        return f"{_percent(comparison.lift, sign=True)} (any lift is possible)"
    low, high = (_percent(bound, sign=True) for bound in (comparison.lift_low, comparison.lift_high))
    return f"{_percent(comparison.lift, sign=True)} ({low} to {high})"


def _percent(fraction: float, *, sign: bool = False) -> str:
    digits = 2 if abs(fraction) < 0.01 else 1
    text = f"{100 * fraction:{'+' if sign else ''}.{digits}f}"
    text = text.rstrip("0").rstrip(".")
    return f"{'0' if text in {'+0', '-0'} else text} %"


def _said(stands: list[_Stand]) -> list[str]:
    return [reason for stand in stands for reason in stand.reasons]


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
