"""Slack incoming webhooks, in Block Kit."""

from __future__ import annotations

import httpx
import msgspec
from pydantic import JsonValue

from promptpulse.notify.messages import Message
from promptpulse.notify.sending.http import deliver
from promptpulse.notify.sending.wording import cut, headline, label, link, moment, one_line, sign
from promptpulse.notify.values import Outcome, Parcel, Target

GONE = frozenset({404, 410})
HEADER, SECTION, FIELD, FIELDS, BUTTON_URL, FALLBACK = 150, 3000, 2000, 10, 3000, 1000
"""Characters, and the number of fields, that Slack takes."""
Block = dict[str, JsonValue]


def payload(message: Message, project: str, base_url: str) -> dict[str, JsonValue]:
    blocks: list[JsonValue] = [
        {"type": "header", "text": _plain(f"{sign(message)} {headline(message)}", HEADER)},
    ]
    if message.text.strip():
        blocks.append({"type": "section", "text": _marked(message.text, SECTION)})
    fields: list[JsonValue] = [_field(fact.label, fact.text) for fact in message.facts[:FIELDS]]
    if fields:
        blocks.append({"type": "section", "fields": fields})
    footer = f"{label(message)} · {project} · {moment(message.at)}"
    blocks.append({"type": "context", "elements": [_marked(footer, FIELD)]})
    url = link(base_url, message.url)
    if url.startswith(("http://", "https://")) and len(url) <= BUTTON_URL:
        button: Block = {"type": "button", "action_id": "open", "text": _plain("Open in PromptPulse", 75), "url": url}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": escaped(headline(message), FALLBACK), "blocks": blocks}


def send(client: httpx.Client, base_url: str, target: Target, parcel: Parcel) -> Outcome:
    body = msgspec.json.encode(payload(parcel.message, target.project, base_url))
    secrets = target.secret.texts
    return deliver(client, target.secret.url, body, {}, secrets=secrets, gone=GONE, now=parcel.at)


def escaped(text: str, longest: int) -> str:
    """For mrkdwn: `&`, `<` and `>` as entities, never cut in the middle of one."""
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    found = "".join(entities.get(c, c) for c in text)
    if len(found) <= longest:
        return found
    short, used = [], 0
    for c in text:
        piece = entities.get(c, c)
        if used + len(piece) > longest - 1:
            break
        short.append(piece)
        used += len(piece)
    return "".join(short).rstrip() + "…"


def _plain(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": cut(one_line(text), longest), "emoji": True}


def _marked(text: str, longest: int) -> Block:
    return {"type": "mrkdwn", "text": escaped(text, longest)}


def _field(name: str, text: str) -> Block:
    return {"type": "mrkdwn", "text": f"*{escaped(one_line(name), 200)}*\n{escaped(text or '-', FIELD - 210)}"}
