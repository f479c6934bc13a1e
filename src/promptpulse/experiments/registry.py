"""Experiments from memory, for whoever asks often: assignment, ingest, scores."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from promptpulse.db import Database
from promptpulse.experiments import service
from promptpulse.experiments.values import Experiment

LIFE = timedelta(seconds=4)
REFRESH = LIFE / 2
"""From this age on, the first who asks reads anew, while others still get what is remembered."""
CAPACITY = 10_000
Key = tuple[str, Literal["title", "id"], str]


@dataclass(slots=True)
class _Known:
    """What was there at `read_at`; None: nothing."""

    experiment: Experiment | None
    read_at: datetime
    is_being_read: bool = False


class Experiments:
    """Finds experiments of a project. Thread-safe; `_lock` guards everything.

    An answer is at most 4 s old. `forget`, called after a commit, makes a change in this process seen at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._lock = Lock()
        self._known: OrderedDict[Key, _Known] = OrderedDict()
        self._changes = 0

    def by_title(self, project_id: str, title: str) -> Experiment | None:
        """The experiment, whatever its status. Reads the database where memory does not know."""
        return self._find((project_id, "title", title))

    def by_id(self, project_id: str, experiment_id: str) -> Experiment | None:
        """As `by_title`."""
        return self._find((project_id, "id", experiment_id))

    def prompt_of(self, project_id: str, experiment_id: str, variant_id: str) -> tuple[str, str] | None:
        """Name and version of the prompt that a variant serves, as calls carry them."""
        experiment = self.by_id(project_id, experiment_id)
        variant = experiment.variant(variant_id) if experiment else None
        return None if variant is None else (variant.prompt, str(variant.version))

    def remembered(self, project_id: str, title: str) -> tuple[Experiment | None, bool]:
        """As `by_title`, and whether memory knows the answer; else call `read`. Never reads the database."""
        return self._recall((project_id, "title", title))

    def read(self, project_id: str, title: str) -> Experiment | None:
        """As `by_title`, from the database."""
        return self._read((project_id, "title", title))

    def forget(self, project_id: str) -> None:
        """After a change of an experiment of the project was committed."""
        with self._lock:
            self._changes += 1
            for key in [key for key in self._known if key[0] == project_id]:
                del self._known[key]

    def _recall(self, key: Key) -> tuple[Experiment | None, bool]:
        now = self._clock()
        with self._lock:
            found = self._known.get(key)
            if found is None or not timedelta(0) <= (age := now - found.read_at) < LIFE:
                return None, False
            if age >= REFRESH and not found.is_being_read:
                found.is_being_read = True
                return None, False
            self._known.move_to_end(key)
            return found.experiment, True

    def _find(self, key: Key) -> Experiment | None:
        experiment, is_known = self._recall(key)
        return experiment if is_known else self._read(key)

    def _read(self, key: Key) -> Experiment | None:
        project_id, by, name = key
        now = self._clock()
        with self._lock:
            changes = self._changes
        with self._database.sessions() as session:
            row = (
                service.titled(session, project_id, name) if by == "title" else service.find(session, project_id, name)
            )
            experiment = None if row is None else service.value_of(row)
        with self._lock:
            # What was changed while we read must not come back.
            if changes == self._changes:
                self._known[key] = _Known(experiment, now)
                self._known.move_to_end(key)
                while len(self._known) > CAPACITY:
                    self._known.popitem(last=False)
        return experiment
