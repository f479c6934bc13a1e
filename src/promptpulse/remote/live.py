"""New calls as they arrive: the server's event stream says when to look."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from promptpulse.core.times import rfc3339
from promptpulse.remote.client import Json, Remote, RemoteError, Unreachable

LATE = timedelta(minutes=15)
"""Calls that began so long ago are still new when they arrive now."""
AT_ONCE = 1000
REMEMBERED = 5000
RETRY_S = 2.0


def tail(remote: Remote, filters: Mapping[str, str | None], first: int, *, follow: bool) -> Iterator[Json]:
    """The newest `first` calls, then (with `follow`, without end) each that arrives, the oldest first.

    Goes on when the server is back. Of more than a thousand calls a second the newest are shown."""
    seen: deque[str] = deque(maxlen=REMEMBERED)
    newest = remote.many("/api/v1/calls", **filters, limit=max(first, 1))
    since = datetime.now(UTC) - LATE
    known = remote.many("/api/v1/calls", **filters, start=rfc3339(since), limit=AT_ONCE)
    seen.extend(str(call["id"]) for call in known)
    seen.extend(str(call["id"]) for call in newest)
    yield from reversed(newest[:first])
    if not follow:
        return
    for _ in arrivals(remote):
        since = datetime.now(UTC) - LATE
        try:
            found = remote.many("/api/v1/calls", **filters, start=rfc3339(since), limit=AT_ONCE)
        except Unreachable:
            continue  # it is asked again when the stream is back
        fresh = [call for call in found if call["id"] not in seen]
        seen.extend(str(call["id"]) for call in fresh)
        yield from reversed(fresh)


def arrivals(remote: Remote) -> Iterator[None]:
    """Once at each connection, then whenever calls have arrived."""
    while True:
        try:
            with remote.stream("/api/v1/live", {}, read_timeout_s=40) as answer:
                yield
                for line in answer.iter_lines():
                    if line == "event: calls":
                        yield
        except Unreachable:
            time.sleep(RETRY_S)
        except RemoteError as e:
            if e.code not in {"unavailable", "internal"}:
                raise
            time.sleep(RETRY_S)
        else:
            time.sleep(RETRY_S)
