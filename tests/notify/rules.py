"""What Slack and PagerDuty say that they take, written from their documentation; checked against what their own clients send."""

from __future__ import annotations

import re
from typing import Any

LOOSE_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)|[<>]")


def slack_problems(payload: dict[str, Any]) -> list[str]:
    """Limits of an incoming webhook and of the blocks that we use; empty when it is valid."""
    found = []
    if not payload.get("text"):
        found.append("no text for notifications")
    if set(payload) - {"text", "blocks"}:
        found.append(f"unknown fields {sorted(set(payload) - {'text', 'blocks'})}")
    blocks = payload.get("blocks", [])
    if len(blocks) > 50:
        found.append("more than 50 blocks")
    for block in blocks:
        found += _slack_block(block)
    return found


def _slack_block(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return _slack_text(block["text"], 150, "plain_text")
        case "section":
            found = [] if "text" in block or "fields" in block else ["a section without text and fields"]
            if "text" in block:
                found += _slack_text(block["text"], 3000)
            fields = block.get("fields", [{"type": "mrkdwn", "text": "x"}])
            if not 1 <= len(fields) <= 10:
                found.append(f"{len(fields)} fields")
            return found + [p for f in fields for p in _slack_text(f, 2000)]
        case "context":
            elements = block["elements"]
            found = [] if 1 <= len(elements) <= 10 else [f"{len(elements)} elements of context"]
            return found + [p for e in elements for p in _slack_text(e, 3000)]
        case "actions":
            found = [] if 1 <= len(block["elements"]) <= 25 else ["too many buttons"]
            for button in block["elements"]:
                found += _slack_text(button["text"], 75, "plain_text")
                if len(button.get("url", "")) > 3000 or len(button["action_id"]) > 255:
                    found.append("a button that is too long")
            return found
        case "divider":
            return []
        case other:
            return [f"unknown block {other}"]


def _slack_text(text: dict[str, Any], longest: int, kind: str | None = None) -> list[str]:
    found = []
    if kind and text["type"] != kind:
        found.append(f"{text['type']} instead of {kind}")
    if not 1 <= len(text["text"]) <= longest:
        found.append(f"a text of {len(text['text'])} characters, {longest} allowed")
    if text["type"] == "mrkdwn" and LOOSE_AMPERSAND.search(text["text"]):
        found.append(f"not escaped: {text['text']!r}")
    if text["type"] == "mrkdwn" and "emoji" in text:
        found.append("emoji is for plain_text")
    return found


def pagerduty_problems(event: dict[str, Any]) -> list[str]:
    """Of an event of Events API v2; empty when it is valid."""
    found = []
    if not re.fullmatch(r"[0-9a-zA-Z]{32}", str(event.get("routing_key", ""))):
        found.append("routing_key")
    if event.get("event_action") not in {"trigger", "acknowledge", "resolve"}:
        found.append("event_action")
    if not 1 <= len(event.get("dedup_key", "")) <= 255:
        found.append("dedup_key")
    allowed = {"routing_key", "event_action", "dedup_key", "payload", "links", "images", "client", "client_url"}
    found += sorted(set(event) - allowed)
    if event.get("event_action") != "trigger":
        return found
    payload = event.get("payload", {})
    fields = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}
    found += sorted(set(payload) - fields)
    if not 1 <= len(payload.get("summary", "")) <= 1024:
        found.append("summary")
    if not payload.get("source"):
        found.append("source")
    if payload.get("severity") not in {"critical", "error", "warning", "info"}:
        found.append("severity")
    found += [f"link without href: {link}" for link in event.get("links", []) if not link.get("href")]
    return found
