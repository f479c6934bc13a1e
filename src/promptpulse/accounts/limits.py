"""Limits in memory, one process each: requests a minute of a key, and attempts to sign in."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

MINUTE_S = 60
OTLP_PREFIXES = ("/v1/", "/otel/v1/", "/api/public/otel/v1/")


@dataclass(frozen=True, slots=True)
class RateState:
    """Where a key stands in the current minute."""

    limit: int
    """Requests allowed a minute."""
    used: int
    """Requests seen in this minute, refused ones too."""
    reset_s: int
    """Whole seconds until the next minute begins, 1 to 60."""

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        return self.used > self.limit


class RateLimits:
    """Counts requests of each key in fixed minutes. Thread-safe; `_lock` guards the counts."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._lock = Lock()
        self._minute = 0
        self._counts: dict[str, tuple[str, int]] = {}
        """Of the current minute: key id -> (project id, requests)."""

    def take(self, project_id: str, key_id: str, now: datetime) -> RateState:
        """Count one request of the key."""
        with self._lock:
            self._turn(now)
            used = self._counts.get(key_id, (project_id, 0))[1] + 1
            self._counts[key_id] = (project_id, used)
        return self._state(used, now)

    def usage(self, key_id: str, now: datetime) -> RateState:
        """Where the key stands, without counting."""
        with self._lock:
            self._turn(now)
            return self._state(self._counts.get(key_id, ("", 0))[1], now)

    def project_usage(self, project_id: str, now: datetime) -> RateState:
        """Where the project's busiest key stands."""
        with self._lock:
            self._turn(now)
            used = max((n for project, n in self._counts.values() if project == project_id), default=0)
        return self._state(used, now)

    def _turn(self, now: datetime) -> None:
        minute = int(now.timestamp() // MINUTE_S)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()

    def _state(self, used: int, now: datetime) -> RateState:
        return RateState(self.per_minute, used, MINUTE_S - int(now.timestamp() % MINUTE_S))


def is_otlp(path: str) -> bool:
    """Whether exporters post here. They drop a batch on 429, but wait on 503 with a Retry-After of at most 5 s."""
    return ("/" + path.lstrip("/")).startswith(OTLP_PREFIXES)


class Throttle:
    """Allows `attempts` per name in a window that begins with the first one. Thread-safe; `_lock` guards `_seen`."""

    def __init__(self, attempts: int, window: timedelta, names: int = 10_000) -> None:
        self._attempts, self._window, self._names = attempts, window, names
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        """Name -> (beginning of its window, attempts in it); the longest untouched is forgotten first."""

    def wait_s(self, name: str, now: datetime) -> int:
        """Count an attempt. 0: go on; else the whole seconds until the next one is allowed."""
        with self._lock:
            began, count = self._seen.pop(name, (now, 0))
            if now - began >= self._window:
                began, count = now, 0
            self._seen[name] = (began, count + 1)
            while len(self._seen) > self._names:
                self._seen.popitem(last=False)
        if count < self._attempts:
            return 0
        return max(1, math.ceil((began + self._window - now).total_seconds()))

    def give_back(self, name: str) -> None:
        """Uncount one attempt."""
        with self._lock:
            began, count = self._seen.get(name, (None, 0))
            if began is not None:
                self._seen[name] = (began, max(0, count - 1))

    def forgive(self, name: str) -> None:
        with self._lock:
            self._seen.pop(name, None)
