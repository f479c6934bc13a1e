"""What goes over the wire: requests, and what became of them."""

from __future__ import annotations

import gzip
import json
import logging
import random
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
THREAD = "promptpulse"
"""How names of our threads begin."""
COMPRESSED_FROM = 1_000
SUPPRESSED = ("suppress_instrumentation", "suppress_http_instrumentation")
"""OpenTelemetry's marks for requests that no instrumentation should describe: our own."""

log = logging.getLogger("promptpulse")


@dataclass(frozen=True)
class Answer:
    """Of the server. `status` 0: there was none."""

    status: int
    body: bytes = b""
    retry_after_s: float | None = None
    etag: str = ""
    error: str = ""

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def may_succeed_later(self) -> bool:
        return self.status in (0, 408, 429) or self.status >= 500

    @property
    def reason(self) -> str:
        """For a log line; never holds a key."""
        return self.error or f"{self.status} {self.body[:300].decode('utf-8', 'replace')}"

    def data(self) -> Any:
        """`data` of the answer, None where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found.get("data") if isinstance(found, dict) else None


class Wire:
    """Sends requests. Never raises; usable by several threads, and after a fork."""

    def __init__(self, endpoint: str, key: str, timeout_s: float) -> None:
        self._endpoint, self._key, self._timeout_s = endpoint, key, timeout_s
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()
        self._parents: list[object] = []

    def after_fork(self) -> None:
        """Connections belong to the parent; they are kept, so that nothing says good-bye over them."""
        self._lock = threading.Lock()
        if self._client is not None:
            self._parents.append(self._client)
            self._client = None

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        token = _suppress()
        try:
            client = self._open()
            got = client.request(
                method,
                self._endpoint + path,
                content=content or None,
                headers=dict(headers or {}),
                params=params,
                timeout=timeout_s or self._timeout_s,
            )
        except Exception as e:  # noqa: BLE001 - the host must not see it
            return Answer(0, error=f"{type(e).__name__}: {e}")
        finally:
            _resume(token)
        return Answer(
            got.status_code, got.content, _seconds(got.headers.get("retry-after")), got.headers.get("etag", "")
        )

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                import httpx  # noqa: PLC0415 - 50 ms that the host does not wait for

                logging.getLogger("httpx").addFilter(_is_not_ours)
                self._client = httpx.Client(
                    headers={"Authorization": "Bearer " + self._key, "User-Agent": "promptpulse-python"}
                )
            return self._client


def packed(body: bytes) -> tuple[bytes, Mapping[str, str]]:
    """The body as it is sent, and the header that says so."""
    if len(body) < COMPRESSED_FROM:
        return body, {}
    return gzip.compress(body, 1), {"Content-Encoding": "gzip"}


def json_bytes(value: object) -> bytes:
    """Raises ValueError for what is no JSON. Halves of surrogate pairs become question marks."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "replace")


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def backoff_s(attempt: int, asked_s: float | None, longest_s: float = 30.0) -> float:
    """Before attempt number `attempt` + 1: doubling, with jitter, at least what the server asked for."""
    grown = min(longest_s, 0.25 * 2.0 ** min(attempt, 12))
    wait: float = grown * (0.5 + random.random() / 2)  # noqa: S311 - no secret
    return max(wait, min(asked_s or 0.0, 60.0))


def _is_not_ours(record: logging.LogRecord) -> bool:
    """httpx logs every request; the host did not ask for ours."""
    return not str(record.threadName).startswith(THREAD)


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _suppress() -> object:
    try:
        from opentelemetry import context  # noqa: PLC0415 - imported when something is sent

        found = context.get_current()
        for name in SUPPRESSED:
            found = context.set_value(name, True, found)  # noqa: FBT003 - as OpenTelemetry does
        return context.attach(found)
    except Exception:  # noqa: BLE001 - then it is described, which the server drops
        return None


def _resume(token: object) -> None:
    if token is not None:
        from opentelemetry import context  # noqa: PLC0415

        context.detach(token)  # type: ignore[arg-type] # as attach gave it


def joined(name: str, rows: Sequence[bytes]) -> bytes:
    """`{"name": [rows]}`."""
    return b'{"' + name.encode() + b'":[' + b",".join(rows) + b"]}"
