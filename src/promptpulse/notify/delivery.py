"""Sends what is in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from promptpulse.accounts.values import By
from promptpulse.db import Database


@dataclass(frozen=True, slots=True)
class Tested:
    ok: bool
    said: str
    duration_ms: int


class Delivery:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def start(self, *, alone: bool) -> None: ...

    def close(self) -> None: ...

    def test(self, project_id: str, channel_id: str, by: By) -> Tested:
        raise NotImplementedError
