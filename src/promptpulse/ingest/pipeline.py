"""What every way in shares: prices, the index of recent calls, the writer, counters and live streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from promptpulse.core.call import Call
from promptpulse.core.facts import NOT_ENROLLED
from promptpulse.ingest.counts import Counts
from promptpulse.ingest.live import Hub
from promptpulse.ingest.otlp import RecentCalls
from promptpulse.ingest.price import Prices
from promptpulse.ingest.redaction import Redactor
from promptpulse.ingest.writer import Writer
from promptpulse.store import Store

PromptOf = Callable[[str, str, str], tuple[str, str] | None]
"""Name and version of the prompt that a variant serves, by ids of project, experiment and variant. From memory: it is
asked for every call that names a variant and no prompt."""
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
    redactor: Redactor
    clock: Callable[[], datetime]
    max_body_bytes: int
    prompt_of: PromptOf = lambda _project, _experiment, _variant: None
    _reader: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "reader"))

    async def read(self, function: Callable[Concatenate[Pipeline, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(self, ...)` beside the event loop, one body after the other.

        Reading holds the interpreter's lock: several at once would all end late, and keep the writer waiting."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, lambda: function(self, *args, **kwargs))

    def place(self, calls: Iterable[Call]) -> None:
        """Calls of a variant get its prompt where they name none; those of nobody who is enrolled belong to no variant."""
        for call in calls:
            if not call.variant_id:
                continue
            if call.variant_id == NOT_ENROLLED:
                call.experiment_id = call.variant_id = ""
            elif call.experiment_id and not call.prompt_id:
                found = self.prompt_of(call.project, call.experiment_id, call.variant_id)
                if found is not None:
                    call.prompt_id, call.prompt_version = found
