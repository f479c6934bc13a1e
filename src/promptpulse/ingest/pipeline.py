"""What every way in shares: prices, the index of recent calls, the writer, counters and live streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from promptpulse.ingest.counts import Counts
from promptpulse.ingest.live import Hub
from promptpulse.ingest.otlp import RecentCalls
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import Writer
from promptpulse.store import Store

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Hangs on `request.app.state.services.pipeline`. Thread-safe."""

    store: Store
    prices: Prices
    recent: RecentCalls
    writer: Writer
    counts: Counts
    hub: Hub
    clock: Callable[[], datetime]
    max_body_bytes: int
    _reader: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "reader"))

    async def read(self, function: Callable[Concatenate[Pipeline, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(self, ...)` beside the event loop, one body after the other.

        Reading holds the interpreter's lock: several at once would all end late, and keep the writer waiting."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, lambda: function(self, *args, **kwargs))
