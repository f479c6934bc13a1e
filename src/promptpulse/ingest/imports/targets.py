"""Where an import writes: into the store of a stopped server, or over HTTP to a running one."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call, CostSource
from promptpulse.core.errors import (
    AppError,
    BadRequest,
    Forbidden,
    NotFound,
    Refused,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from promptpulse.core.times import from_micros, rfc3339
from promptpulse.ingest.calls_in import CallIn
from promptpulse.ingest.price import Prices
from promptpulse.ingest.seen import Seen
from promptpulse.ingest.writer import Redact, as_they_are, insert, too_old_of
from promptpulse.store import Store

REQUEST_ROWS = 1_000
ATTEMPTS = 10
LONGEST_WAIT_S = 30.0
AGAIN = frozenset({429, 502, 503, 504})
REFUSALS: dict[int, type[AppError]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound, 413: TooLarge, 422: Refused}
_SENT_FIELDS = tuple(name for name in CallIn.__struct_fields__ if name not in {"timestamp", "cost_usd", "properties"})


@dataclass(frozen=True, slots=True)
class Sent:
    """Outcome of one batch. `rejected`: indices in the batch, and what is wrong."""

    stored: int
    duplicates: int
    rejected: tuple[tuple[int, str], ...] = ()


Write = Callable[[Sequence[Call]], Sent]
"""Stores a batch, each call once. What it raises ends the import; running it again goes on."""


def direct_writer(
    store: Store, project: ProjectRef, prices: Prices, clock: Callable[[], datetime], redact: Redact = as_they_are
) -> Write:
    """Writes into `store`, which no other process may own meanwhile when it is embedded, and whose rollups were repaired
    when it was opened (an earlier import may have been killed)."""
    seen = Seen(store, exclusive=store.embedded)
    seen.load(clock())

    def write(calls: Sequence[Call]) -> Sent:
        now = clock()
        for call in calls:
            call.project = project.id
        too_old = too_old_of(store, calls, now)
        duplicates = seen.duplicates(calls, frozenset(), now) - too_old.keys()
        fresh = [call for i, call in enumerate(calls) if i not in duplicates and i not in too_old]
        for call in fresh:
            if call.cost_source == CostSource.UNPRICED:  # an exported cost keeps its source and the day of its price
                prices.price(call, project)
        if fresh:
            redact(fresh)
            insert(store, fresh, int(now.timestamp()))
            seen.add(fresh)
        return Sent(len(fresh), len(duplicates), tuple(too_old.items()))

    return write


class _Rejected(msgspec.Struct):
    index: int
    error: str


class _Outcome(msgspec.Struct):
    accepted: int
    duplicates: int
    rejected: list[_Rejected]


class _Answer(msgspec.Struct):
    data: _Outcome


class _Failure(msgspec.Struct):
    error: str


class _Busy(Exception):
    """The server did not store the request, and may do so later."""

    def __init__(self, why: str, wait_s: float | None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


def http_writer(
    url: str, key: str, *, client: httpx.Client | None = None, sleep: Callable[[float], None] = time.sleep
) -> Write:
    """Posts to `/api/v1/calls` of the server at `url`. A busy or unreachable server is asked again, for minutes.

    The key decides the project; the server prices what has no cost of its own. Raises `Unavailable` when the server stays
    away, and what the server refuses as it says it."""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise Refused(f"url: {url!r} is not an address; give one such as http://127.0.0.1:8321", field="url")
    return _Http(f"{url.rstrip('/')}/api/v1/calls", key, client or httpx.Client(timeout=60), sleep).write


class _Http:
    def __init__(self, target: str, key: str, client: httpx.Client, sleep: Callable[[float], None]) -> None:
        self._target = target
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        self._client = client
        self._sleep = sleep

    def write(self, calls: Sequence[Call]) -> Sent:
        return _joined([(i, self._post(calls[i : i + REQUEST_ROWS])) for i in range(0, len(calls), REQUEST_ROWS)])

    def _post(self, calls: Sequence[Call]) -> Sent:
        body = gzip.compress(msgspec.json.encode({"calls": [as_row(c) for c in calls]}), compresslevel=3)
        try:
            outcome = self._ask_until_stored(body)
        except TooLarge:
            if len(calls) == 1:
                return Sent(0, 0, ((0, "the call is larger than the server takes; shorten input and output"),))
            half = len(calls) // 2
            return _joined([(0, self._post(calls[:half])), (half, self._post(calls[half:]))])
        return Sent(outcome.accepted, outcome.duplicates, tuple((r.index, r.error) for r in outcome.rejected))

    def _ask_until_stored(self, body: bytes) -> _Outcome:
        delay_s = 0.5
        for _ in range(ATTEMPTS - 1):
            try:
                return self._ask(body)
            except _Busy as e:
                self._sleep(min(e.wait_s or delay_s, LONGEST_WAIT_S))
            delay_s *= 2
        try:
            return self._ask(body)
        except _Busy as e:
            raise Unavailable(
                f"{e}; run the import again when the server is back: it goes on where it stopped"
            ) from None

    def _ask(self, body: bytes) -> _Outcome:
        try:
            response = self._client.post(self._target, content=body, headers=self._headers)
        except httpx.TransportError as e:
            raise _Busy(f"{self._target} cannot be reached: {e}", None) from None
        if response.status_code in AGAIN:
            raise _Busy(
                f"{self._target} answers {response.status_code}", _seconds(response.headers.get("retry-after", ""))
            )
        if response.status_code != 200:
            refusal = REFUSALS.get(response.status_code, BadRequest)
            raise refusal(f"{self._target} answers {response.status_code}: {_error(response.content)}")
        try:
            return msgspec.json.decode(response.content, type=_Answer).data
        except msgspec.MsgspecError:
            raise BadRequest(f"{self._target} does not answer as PromptPulse does; check the address") from None


def as_row(call: Call) -> dict[str, object]:
    """The fields of `POST /api/v1/calls` that are known. A cost from a price list is left to the server to find again."""
    row: dict[str, object] = {"timestamp": rfc3339(from_micros(call.ts)), "latency_ms": call.latency_ms}
    for name in _SENT_FIELDS:
        value = getattr(call, name)
        if value is not None and value != "":
            row[name] = value
    if call.properties:
        row["properties"] = dict(call.properties)
    if call.cost_usd is not None and call.cost_source in {CostSource.UNPRICED, CostSource.CLIENT}:
        row["cost_usd"] = float(call.cost_usd)
    return row


def _joined(parts: Sequence[tuple[int, Sent]]) -> Sent:
    return Sent(
        sum(s.stored for _, s in parts),
        sum(s.duplicates for _, s in parts),
        tuple((offset + i, error) for offset, s in parts for i, error in s.rejected),
    )


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isdecimal() else None


def _error(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Failure).error
    except msgspec.MsgspecError:
        return body[:200].decode("utf-8", "replace")
