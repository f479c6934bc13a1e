"""Generic webhooks: the seven fields of the product document first, more after them, signed as Standard Webhooks."""

from __future__ import annotations

from datetime import datetime

import httpx
import msgspec
from pydantic import JsonValue

from promptpulse.notify.messages import Message
from promptpulse.notify.sending.http import deliver
from promptpulse.notify.sending.wording import cut, link, moment
from promptpulse.notify.signing import signed
from promptpulse.notify.values import Outcome, Parcel, Secret, Target

GONE = frozenset({404, 410})
LONGEST_TEXT = 4000


def body_of(message: Message, base_url: str) -> dict[str, JsonValue]:
    given = message.body
    first: dict[str, JsonValue] = {
        "alert_type": given.get("alert_type", message.event),
        "severity": given.get("severity", message.severity),
        "prompt_id": given.get("prompt_id"),
        "metric": given.get("metric"),
        "value": given.get("value"),
        "threshold": given.get("threshold"),
        "timestamp": given.get("timestamp", moment(message.at)),
    }
    more: dict[str, JsonValue] = {
        "event": message.event,
        "title": message.title,
        "text": cut(message.text, LONGEST_TEXT),
        "url": link(base_url, message.url),
        "thread": message.thread,
        "facts": [{"label": fact.label, "text": fact.text} for fact in message.facts],
    }
    return first | {name: value for name, value in given.items() if name not in first} | more


def send(client: httpx.Client, base_url: str, target: Target, parcel: Parcel) -> Outcome:
    body = msgspec.json.encode(body_of(parcel.message, base_url))
    headers = signed(_signing(target.secret, parcel.at), parcel.id, parcel.at, body)
    if target.secret.authorization:
        headers["Authorization"] = target.secret.authorization
    secrets = target.secret.texts
    return deliver(client, target.secret.url, body, headers, secrets=secrets, gone=GONE, now=parcel.at)


def _signing(secret: Secret, now: datetime) -> tuple[str, ...]:
    before = secret.before_until is not None and now < secret.before_until
    return (secret.signing, secret.signing_before) if before and secret.signing_before else (secret.signing,)
