"""Rules and what they found, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from promptpulse.alerts.shapes import Band, Change, Expected, NoData, RuleIn, Threshold
from promptpulse.alerts.watching import Watch
from promptpulse.incidents.wording import duration, figure
from promptpulse.metrics import Metric

SIDES = {"above": ("rose", "more"), "below": ("fell", "less")}
_KINDS: Mapping[str, tuple[str, str]] = {
    "total_requests": ("traffic_spike", "traffic_drop"),
    "requests_per_minute": ("traffic_spike", "traffic_drop"),
    "peak_rpm": ("traffic_spike", "traffic_drop"),
    "success_rate": ("success_rise", "success_drop"),
    "error_rate": ("error_rate", "error_rate_drop"),
    "total_cost_usd": ("cost_anomaly", "cost_drop"),
    "cost_per_request_usd": ("cost_anomaly", "cost_drop"),
}
"""`alert_type` of a value that is too high, and of one that is too low."""


def alert_type(metric: Metric, direction: str, *, missing: bool) -> str:
    """As programs know it."""
    if missing:
        return "no_data"
    high = direction == "above"
    if metric.key in _KINDS:
        return _KINDS[metric.key][0 if high else 1]
    if metric.unit == "ms":
        return "latency_spike" if high else "latency_drop"
    if "error" in metric.key or metric.key.endswith("_errors"):
        return "error_burst" if high else "error_drop"
    if metric.unit == "usd":
        return "cost_anomaly" if high else "cost_drop"
    return "metric_above" if high else "metric_below"


def direction_of(body: RuleIn) -> str:
    """In which a value is wrong, as far as the rule says."""
    match body.condition:
        case Threshold(op=op) | Change(op=op) | Expected(op=op):
            return op
        case Band(direction=direction):
            return "below" if direction == "below" else "above"
        case NoData():
            return "below"


def condition_text(body: RuleIn, unit: str) -> str:
    """Such as `below 95 % for 5 min`."""
    held = f" for {minutes(body.for_minutes)}" if body.for_minutes else ""
    match body.condition:
        case Threshold(op=op, value=value):
            return f"{op} {figure(value, unit)}{held}"
        case Change(op=op, value=value, against=against, unit=of):
            size = f"{value:g} %" if of == "percent" else figure(value, unit)
            than = "the time just before" if against == "previous" else "the same time last week"
            return f"{SIDES[op][0]} by more than {size} against {than}{held}"
        case Expected(op=op, factor=factor):
            return f"{SIDES[op][1]} than {factor:g} times what is normal at this hour{held}"
        case Band(direction=direction):
            side = {"above": "above", "below": "below", "both": "outside"}[direction]
            return f"{side} the band that is normal at this hour{held}"
        case NoData(minutes=of):
            return f"no calls for {minutes(of + body.for_minutes)}"


def finding(watch: Watch, value: float | None, low: float | None, high: float | None) -> str:
    """What is wrong, in one or two sentences."""
    body, unit = watch.body, watch.metric.unit
    within = f"in {minutes(round(watch.window.total_seconds() / 60))}"
    if value is None:
        nothing = "There was no call" if isinstance(body.condition, NoData) else "There was no value"
        return f"{nothing} {within}."
    label = watch.metric.label
    bound = high if high is not None and value > high else low
    said = f"{label}: {figure(value, unit)} {within}"
    # of a threshold the rule says it
    limit = "" if bound is None or isinstance(body.condition, Threshold) else f"; the limit is {figure(bound, unit)}"
    return f"{said}{limit}. Rule: {condition_text(body, unit)}."


def minutes(count: int) -> str:
    return duration(timedelta(minutes=count))
