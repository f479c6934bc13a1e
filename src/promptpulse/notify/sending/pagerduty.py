"""PagerDuty Events API v2: an alert is one incident there, by its thread as `dedup_key`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx
import msgspec
from pydantic import JsonValue

from promptpulse.core.ids import stable_hash
from promptpulse.notify.messages import Event, Message
from promptpulse.notify.sending.http import deliver
from promptpulse.notify.sending.wording import cut, link, moment, one_line
from promptpulse.notify.values import Delivered, Outcome, Parcel, Target

RECEIVERS: Mapping[str, str] = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
ACTIONS: Mapping[Event, str] = {
    "fired": "trigger", "reminder": "trigger", "escalated": "trigger", "acknowledged": "acknowledge",
    "resolved": "resolve", "test": "trigger",
}  # fmt: skip
"""Notes are not sent: they would call somebody and never end."""
SUMMARY, DEDUP_KEY, DETAIL = 1024, 255, 4000
GONE: frozenset[int] = frozenset()


def event(message: Message, target: Target, base_url: str) -> dict[str, JsonValue]:
    """Raises KeyError for a note."""
    action = ACTIONS[message.event]
    found: dict[str, JsonValue] = {
        "routing_key": target.secret.routing_key,
        "event_action": action,
        "dedup_key": dedup_key(message.thread),
    }
    if action != "trigger":
        return found
    details: dict[str, JsonValue] = {cut(one_line(f.label), 200): cut(f.text, DETAIL) for f in message.facts[:50]}
    if message.text.strip():
        details["text"] = cut(message.text, DETAIL)
    payload: dict[str, JsonValue] = {
        "summary": cut(one_line(message.title), SUMMARY) or "PromptPulse",
        "source": f"PromptPulse, {target.project}",
        "severity": message.severity,
        "timestamp": moment(message.at),
        "group": target.project,
        "custom_details": details,
    }
    for theirs, ours in (("component", "prompt_id"), ("class", "alert_type")):
        value = message.body.get(ours)
        if isinstance(value, str) and value:
            payload[theirs] = cut(value, 255)
    found |= {"payload": payload, "client": "PromptPulse", "client_url": base_url}
    url = link(base_url, message.url)
    if url:
        found["links"] = [{"href": url, "text": "Open in PromptPulse"}]
    return found


def send(client: httpx.Client, base_url: str, target: Target, parcel: Parcel) -> Outcome:
    message = parcel.message
    if message.event not in ACTIONS:
        return Delivered("a note: PagerDuty is told of alerts only")
    outcome = _enqueue(client, base_url, target, parcel)
    if message.event == "test" and isinstance(outcome, Delivered):
        return _enqueue(client, base_url, target, replace(parcel, message=replace(message, event="resolved")))
    return outcome


def dedup_key(thread: str) -> str:
    return thread if len(thread) <= DEDUP_KEY else stable_hash(thread)


def _enqueue(client: httpx.Client, base_url: str, target: Target, parcel: Parcel) -> Outcome:
    url = target.secret.url or RECEIVERS[target.region]
    body = msgspec.json.encode(event(parcel.message, target, base_url))
    return deliver(client, url, body, {}, secrets=target.secret.texts, gone=GONE, now=parcel.at)
