"""What every way in shares: prices, the index of recent calls, the writer, counters and live streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from promptpulse.ingest.counts import Counts
from promptpulse.ingest.live import Hub
from promptpulse.ingest.otlp import RecentCalls
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import Writer
from promptpulse.store import Store


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
