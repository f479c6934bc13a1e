"""Tells open pages that calls, scores, events and notifications have arrived."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Literal

import msgspec

Kind = Literal["calls", "scores", "events", "notifications"]
HEARTBEAT_S = 15.0
PACE_S = 1.0
MAX_LISTENERS = 1000


class Hub:
    """Counts of what was stored, from the writers' threads to event streams of the loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _listeners
        self._listeners: dict[_Listener, str] = {}

    def publish(self, kind: Kind, accepted: Mapping[str, int]) -> None:
        """How many were stored, by project. From any thread."""
        with self._lock:
            listeners = list(self._listeners.items())
        for listener, project in listeners:
            if project in accepted:
                listener.add(kind, accepted[project])

    async def events(self, project: str) -> AsyncIterator[bytes]:
        """Server-sent events: each kind at most once a second, a comment when nothing happens."""
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            if len(self._listeners) >= MAX_LISTENERS:
                yield b"retry: 30000\n\n"  # the page falls back on asking every 30 s
                return
            self._listeners[listener] = project
        try:
            yield b"retry: 3000\n\n"
            while True:
                accepted = await listener.next()
                if accepted is None:
                    return
                if accepted:
                    for kind, n in accepted.items():
                        data = msgspec.json.encode({"accepted": n}).decode()
                        yield f"event: {kind}\ndata: {data}\n\n".encode()
                    await asyncio.sleep(PACE_S)
                else:
                    yield b": still here\n\n"
        finally:
            with self._lock:
                self._listeners.pop(listener, None)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        with self._lock:
            for listener in self._listeners:
                listener.stop()


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arrived = asyncio.Event()
        self._pending: Counter[Kind] = Counter()
        self._stopped = False

    def add(self, kind: Kind, accepted: int) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._add, kind, accepted)

    def _add(self, kind: Kind, accepted: int) -> None:
        self._pending[kind] += accepted
        self._arrived.set()

    def stop(self) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        self._stopped = True
        self._arrived.set()

    async def next(self) -> Mapping[Kind, int] | None:
        """What was stored since last time, empty after a quiet while, None when the server stops."""
        try:
            await asyncio.wait_for(self._arrived.wait(), HEARTBEAT_S)
        except TimeoutError:
            return {}
        if self._stopped:
            return None
        self._arrived.clear()
        accepted, self._pending = self._pending, Counter()
        return accepted
