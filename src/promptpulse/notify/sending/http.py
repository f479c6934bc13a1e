"""One request to a receiver, and what its answer means for the message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from promptpulse.notify.guard import Answered, Forbidden, post
from promptpulse.notify.sending.wording import cut, one_line
from promptpulse.notify.values import Delivered, Later, Outcome, Refused

AGAIN = frozenset({408, 425, 429})
"""With all of 5xx: another try may help."""
SHOWN = 300
LONGEST_WAIT_S = 3600.0
"""A receiver may ask for no more."""
SHORTEST_SECRET = 6


def deliver(
    client: httpx.Client,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[str],
    gone: frozenset[int],
    now: datetime,
) -> Outcome:
    """Post `body`. `gone`: statuses after which the receiver will never answer otherwise. `secrets` are never repeated."""
    try:
        answered = post(client, url, body, {"Content-Type": "application/json", **headers})
    except httpx.TimeoutException:
        return Later(f"{host_of(url)} did not answer in time")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
        return Refused("the address cannot be used for a request; enter it again")
    except httpx.HTTPError as e:
        if isinstance(e.__cause__, Forbidden):
            return Refused(scrubbed(str(e), secrets))
        return Later(scrubbed(f"{host_of(url)} could not be reached: {one_line(str(e))}", secrets))
    return outcome_of(answered, secrets, gone, now)


def outcome_of(answered: Answered, secrets: Sequence[str], gone: frozenset[int], now: datetime) -> Outcome:
    status = answered.status
    said = scrubbed(cut(f"{status} {one_line(answered.text)}".strip(), SHOWN), secrets)
    if 200 <= status < 300:
        return Delivered(said)
    if 300 <= status < 400:
        return Refused(f"{said}: redirects are not followed; enter the final address")
    if status in AGAIN or status >= 500:
        return Later(said, wait_s(answered.retry_after, now))
    return Refused(said, gone=status in gone)


def wait_s(header: str | None, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, an hour at most; None when it is absent or unreadable."""
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text):
        return min(float(text), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT_S)


def scrubbed(text: str, secrets: Sequence[str]) -> str:
    """`text` without any of the secrets, nor the paths and queries of those that are URLs: receivers like to repeat them."""
    parts: set[str] = set()
    for secret in secrets:
        parts.add(secret)
        parts.update(secret.split())
        if "://" in secret:
            url = urlsplit(secret)
            parts.update((url.path, url.path.lstrip("/"), url.query, url.password or "", url.username or ""))
            parts.update(url.path.split("/"))
            parts.update(value for _, _, value in (pair.partition("=") for pair in url.query.split("&")))
            if url.scheme not in {"http", "https"}:
                parts.add(url.netloc)
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            text = text.replace(part, "...")
    return text


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the receiver"
    except ValueError:
        return "the receiver"
