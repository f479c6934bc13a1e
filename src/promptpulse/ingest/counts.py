"""What came in and what was dropped, by reason: since the start of the process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping


class Counts:
    """Counters of the ways in. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards everything below
        self._dropped: dict[str, Counter[str]] = {}
        self._totals: Counter[str] = Counter()

    def add(self, project: str, *, reasons: Mapping[str, int] | None = None, **totals: int) -> None:
        """`totals`: spans, calls, duplicates, rejected, requests, joined."""
        with self._lock:
            self._totals.update(totals)
            if reasons:
                self._dropped.setdefault(project, Counter()).update(reasons)

    def dropped(self, project: str) -> dict[str, int]:
        """Spans and rows of a project that are no call of their own, by reason."""
        with self._lock:
            return dict(self._dropped.get(project, {}))

    def dropped_in_all(self) -> Counter[str]:
        with self._lock:
            total: Counter[str] = Counter()
            for reasons in self._dropped.values():
                total.update(reasons)
            return total

    def totals(self) -> dict[str, int]:
        with self._lock:
            return dict(self._totals)
