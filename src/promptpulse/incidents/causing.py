"""The most likely cause of an incident in words, from what `metrics.causes` found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptpulse.incidents import shapes
from promptpulse.incidents.wording import figure
from promptpulse.metrics.causes import Carrier, Causes

NAMES = {
    "prompt_version": "Version {value} of {parent}", "prompt_id": "The prompt {value}", "model": "The model {value}",
    "provider": "The provider {value}", "feature": "The feature {value}", "variant_id": "The variant {value}",
    "user_id": "The user {value}", "error_type": "The error {value}", "error_name": "The error {value}",
}  # fmt: skip
NOTES: Mapping[str, str] = {
    "one": "",
    "mix": "No group of calls behaves differently: their shares of the traffic changed.",
    "several": "Several groups of calls together carry the change.",
    "all": "All calls changed alike, whatever they are grouped by: look outside of prompts and models.",
    "unchanged": "The metric has hardly changed against the time before.",
    "too_few": "There are too few calls to tell what changed.",
}
MOST = 5


def cause_out(found: Causes, carrier: Carrier) -> shapes.CauseOut:
    unit = found.metric.unit
    return shapes.CauseOut(
        text=sentence(found, carrier),
        dimension=carrier.dimension,
        value=carrier.value,
        prompt_id=prompt_of(carrier),
        share=carrier.explained,
        before=carrier.before,
        after=carrier.after,
        without=carrier.without,
        calls=carrier.calls_after,
        evidence=list(_evidence(found, carrier, unit)),
    )


def likely(found: Causes) -> Carrier | None:
    """The single cause; a version within it when it is a prompt, because a version can be rolled back."""
    if found.verdict not in {"one", "mix", "several"}:
        return None
    within = found.within
    if within is not None and within.dimension == "prompt_version":
        return within
    return found.most_likely


def others(found: Causes, first: Carrier | None) -> list[shapes.CauseOut]:
    rest = [one for one in found.carriers if one != first and one.explained > 0]
    return [cause_out(found, one) for one in rest[:MOST]]


def note(found: Causes) -> str:
    text = NOTES[found.verdict]
    if found.verdict == "mix" and found.mixes:
        mix = found.mixes[0]
        text = f"{text} By {mix.label.lower()}, this explains {mix.share:.0f} % of the change."
    return text


def named(carrier: Carrier) -> str:
    """`Version 4 of support-reply`."""
    value = "unknown" if carrier.value is None else carrier.value
    pattern = NAMES.get(carrier.dimension, "{label} {value}")
    if carrier.dimension == "prompt_version" and carrier.parent is None:
        pattern = "Version {value}"
    return pattern.format(value=value, parent=carrier.parent, label=carrier.label)


def prompt_of(carrier: Carrier) -> str | None:
    if carrier.dimension == "prompt_version":
        return carrier.parent
    return carrier.value if carrier.dimension == "prompt_id" else None


def sentence(found: Causes, carrier: Carrier) -> str:
    metric, unit = found.metric.label, found.metric.unit
    share = min(100.0, carrier.explained)
    text = f"{named(carrier)} carries {share:.0f} % of the change"
    match carrier.kind:
        case "itself":
            return f"{text}: {metric} is {figure(carrier.after, unit)} there, before {figure(carrier.before, unit)}."
        case "new":
            elsewhere = f", {figure(carrier.others_after, unit)} elsewhere" if carrier.others_after is not None else ""
            calls = "hardly any" if carrier.calls_before else "no"
            return (
                f"{text}: it had {calls} calls before, and {metric} is {figure(carrier.after, unit)} there{elsewhere}."
            )
        case "gone":
            return f"{text}: it has no calls any more."
        case "more" | "less":
            shares = f"{carrier.share_after:.0f} % of the calls, before {carrier.share_before:.0f} %"
            return f"{text}: it makes {shares}, and {metric} is {figure(carrier.after, unit)} there."


def _evidence(found: Causes, carrier: Carrier, unit: str) -> list[str]:
    metric = found.metric.label
    lines = [f"{metric} of all calls looked at: {_pair(found.before, found.after, unit)}."]
    if carrier.others_before is not None or carrier.others_after is not None:
        lines.append(f"Of all others: {_pair(carrier.others_before, carrier.others_after, unit)}.")
    if carrier.without is not None:
        lines.append(f"Had it stayed as before, {metric} would be {figure(carrier.without, unit)}.")
    lines.append(
        f"{carrier.calls_after:,} calls since ({carrier.share_after:.0f} % of all),"
        f" {carrier.calls_before:,} before ({carrier.share_before:.0f} %)."
    )
    within = found.within
    if within is not None and within != carrier and within.explained > 0:
        lines.append(f"Within it, {_lower(named(within))} carries {min(100.0, within.explained):.0f} %.")
    if found.symptom is not None:
        symptom = found.symptom
        lines.append(f"{named(symptom)}: {symptom.calls_after:,} calls since, {symptom.calls_before:,} before.")
    return lines


def deployed_before(cause: shapes.CauseOut, changes: Sequence[shapes.ChangeLine]) -> shapes.ChangeLine | None:
    """The deployment of the version that is the cause."""
    if cause.dimension != "prompt_version":
        return None
    return next(
        (
            one
            for one in changes
            if one.kind in {"deployment", "rollback"}
            and one.prompt == cause.prompt_id
            and str(one.version) == cause.value
        ),
        None,
    )


def _pair(before: float | None, after: float | None, unit: str) -> str:
    return f"{figure(before, unit)} before, {figure(after, unit)} since"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
