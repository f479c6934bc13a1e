"""Alerts and incidents in words: titles, figures, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue

from promptpulse.core.times import rfc3339
from promptpulse.incidents.grouping import Scope, scope_of
from promptpulse.incidents.life import SEVERITIES
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.metrics import Filter
from promptpulse.metrics.conditions import FilterOp
from promptpulse.notify.messages import Event, Fact, Message

LONGEST_TITLE = 200
MOST_NAMED = 3
COUNTED = frozenset({"count", "tokens"})
"""Units of metrics whose labels are plurals: requests, tokens."""
OPS: Mapping[str, FilterOp] = {op: op for op in ("in", "not_in", "contains", "not_contains", "gt", "gte", "lt", "lte")}


def title_of(alert: AlertRow) -> str:
    """One line, such as `p95 latency of support-reply is above 2 s`."""
    of = subject(scope_of(filters_of(alert), alert.group))
    if alert.source != "rule" or not alert.metric_label:
        said = _first_sentence(alert.text)
        return cut(f"{alert.name}: {said}" if said and not said.startswith(alert.name) else said or alert.name)
    what = f"{alert.metric_label}{f' of {of}' if of else ''}"
    if alert.alert_type == "no_data" or alert.value is None:
        return cut(f"{what}: no data")
    if alert.threshold is None:
        return cut(f"{what}: {figure(alert.value, alert.unit)} is unusual")
    verb = "are" if alert.unit in COUNTED else "is"
    return cut(f"{what} {verb} {alert.direction} {figure(alert.threshold, alert.unit)}")


def beyond_title(alert: AlertRow) -> str:
    """What its text says after the sentence that is its title already; "" where that is all."""
    text = alert.text.strip()
    return text if alert.source == "rule" else text.removeprefix(_first_sentence(text)).lstrip(". \n")


def subject(scope: Scope) -> str:
    """`support-reply, version 4`; "" for everything."""
    parts = []
    stated = {key: values for key, values in scope.items() if values}
    for key, values in stated.items():
        named = ["unknown" if value is None else value for value in values]
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        text = f"{', '.join(named[:MOST_NAMED])}{more}"
        parts.append(f"{PLAIN[key]}{text}" if key in PLAIN else f"{key} {text}")
    order = [*PLAIN]
    ranks = [order.index(key) if key in PLAIN else len(order) for key in stated]
    return ", ".join(part for _, part in sorted(zip(ranks, parts, strict=True)))


PLAIN = {
    "prompt_id": "",
    "prompt_version": "version ",
    "model": "",
    "provider": "",
    "feature": "",
    "environment": "in ",
}
"""Dimensions whose values speak for themselves, and the word before them; in this order."""


def figure(value: float | None, unit: str) -> str:
    """`8.3 %`, `3.5 s`, `850 ms`, `$0.018`, `1,250`."""
    if value is None:
        return "no data"
    return FIGURES.get(unit, _significant)(value)


def duration(of: timedelta) -> str:
    """`45 s`, `41 min`, `5 h 40 min`, `3 days 4 h`."""
    seconds = max(0, round(of.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(hours, 24)
    return f"{days} days {rest} h" if rest else f"{days} days"


def filters_of(alert: AlertRow) -> tuple[Filter, ...]:
    found = []
    for each in alert.where:
        values = each["values"]
        assert isinstance(values, list)  # noqa: S101 - written by `where_json`
        texts = tuple(None if value is None else str(value) for value in values)
        found.append(Filter(str(each["dimension"]), OPS[str(each["op"])], texts))
    return tuple(found)


def where_json(where: Sequence[Filter]) -> list[dict[str, JsonValue]]:
    return [{"dimension": f.dimension, "op": f.op, "values": list(f.values)} for f in where]


def plain(text: str, longest: int = 4000) -> str:
    """As PostgreSQL can keep it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]


def cut(text: str, longest: int = LONGEST_TITLE) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def message_of(
    event: Event,
    incident: IncidentRow,
    alert: AlertRow,
    now: datetime,
    title: str,
    text: str,
    *,
    more: Sequence[Fact] = (),
) -> Message:
    """About `incident`, with the figures of `alert`."""
    url = f"/incidents/{incident.id}"
    facts = [Fact(alert.metric_label or "Value", figure(alert.value, alert.unit))]
    if alert.threshold is not None:
        facts.append(Fact("Threshold", f"{alert.direction} {figure(alert.threshold, alert.unit)}"))
    about = subject(scope_of(filters_of(alert), alert.group))
    if about:
        facts.append(Fact("About", about))
    facts.append(Fact("Since", rfc3339(alert.since.replace(microsecond=0))))
    facts += more
    if alert.runbook and event in {"fired", "reminder", "escalated"}:
        facts.append(Fact("Runbook", alert.runbook))
    return Message(
        event=event,
        thread=incident.id,
        severity=SEVERITIES[incident.severity],
        title=title,
        text=text,
        at=now,
        url=url,
        facts=tuple(facts),
        body={
            "alert_type": alert.alert_type,
            "severity": alert.severity,
            "prompt_id": prompt_of(alert),
            "metric": metric_of(alert),
            "value": alert.value,
            "threshold": alert.threshold,
            "timestamp": rfc3339(now),
            "event": event,
            "incident_id": incident.id,
            "incident_status": incident.status,
            "alert_id": alert.id,
            "name": alert.name,
            "title": title,
            "text": text,
            "metric_key": alert.metric,
            "direction": alert.direction,
            "unit": alert.unit,
            "group": dict(alert.group),
            "since": rfc3339(alert.since),
            "url": url,
        },
    )


def metric_of(alert: AlertRow) -> str:
    """As other systems are told it: `p95_latency`. Its unit is a field of its own."""
    own = alert.metric.startswith(("=", "custom."))
    return alert.metric if own or alert.unit != "ms" else alert.metric.removesuffix("_ms")


def prompt_of(alert: AlertRow) -> str | None:
    """The prompt that an alert is about, when it is about one."""
    values = scope_of(filters_of(alert), alert.group).get("prompt_id", [])
    return values[0] if len(values) == 1 else None


def _first_sentence(text: str) -> str:
    return text.strip().split("\n")[0].split(". ")[0].rstrip(".")


def _significant(value: float) -> str:
    """Three digits, without zeros at the end; whole thousands in full."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{float(text):.12f}".rstrip("0").rstrip(".") if "e" in text else text


def _milliseconds(value: float) -> str:
    return f"{_significant(value / 1000)} s" if abs(value) >= 1000 else f"{round(value)} ms"


def _dollars(value: float) -> str:
    """With cents from a dollar on; less than that has few digits that matter."""
    amount = abs(value)
    text = f"{amount:.2f}" if 1 <= amount < 1000 else _significant(amount)
    return f"{'-' if value < 0 else ''}${text}"


FIGURES: Mapping[str, Callable[[float], str]] = {
    "percent": lambda value: f"{_significant(round(value, 2))} %",
    "ms": _milliseconds,
    "usd": _dollars,
    "tokens": lambda value: f"{round(value):,} tokens",
    "count": lambda value: f"{round(value):,}" if abs(value) >= 10 else _significant(value),
    "per_minute": lambda value: f"{_significant(value)} a minute",
}
"""By unit of the catalogue."""
