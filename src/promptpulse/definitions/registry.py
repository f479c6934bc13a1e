"""Definitions of projects from memory: every query asks for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from promptpulse.accounts.mappings import mappings_of
from promptpulse.db import Database
from promptpulse.definitions import service
from promptpulse.metrics import Definitions

LIFE = timedelta(seconds=4)
CAPACITY = 1000


class DefinitionRegistry:
    """What projects define. Thread-safe; `_lock` guards everything.

    An answer is at most 4 s old. `forget`, called after a commit, makes a change in this process seen at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[datetime, Definitions]] = OrderedDict()
        self._changes = 0

    def of(self, project_id: str) -> Definitions:
        now = self._clock()
        with self._lock:
            changes = self._changes
            read_at, known = self._known.get(project_id, (None, None))
        if read_at and known and timedelta(0) <= now - read_at < LIFE:
            return known
        with self._database.sessions() as session:
            rows = service.custom_metrics(session, project_id)
            found = Definitions({row.key: service.metric_of(row) for row in rows}, mappings_of(session, project_id))
        with self._lock:
            # What changed while we read must not come back.
            if changes == self._changes:
                self._known[project_id] = (now, found)
                self._known.move_to_end(project_id)
                while len(self._known) > CAPACITY:
                    self._known.popitem(last=False)
        return found

    def forget(self, project_id: str) -> None:
        """After a change of the project's definitions or mappings was committed."""
        with self._lock:
            self._changes += 1
            self._known.pop(project_id, None)
