"""Findings of experiments from memory while there is nothing new."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from promptpulse.accounts.mappings import Mappings
from promptpulse.experiments.analysis import DECIDED, Findings, decision, findings
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.values import Experiment
from promptpulse.metrics.units import facts
from promptpulse.store import Store

LIFE = timedelta(minutes=1)
"""What depends on the time of day, such as requests of the last 30 days, is not older."""
SLOW_S = 1.0
REST = 5
"""What took longer than `SLOW_S` to read is not read again before so many times as long have passed, new facts or not: an
experiment of millions of calls, open in a browser, must not keep the store busy."""
CAPACITY = 200


@dataclass(frozen=True, slots=True)
class _Known:
    experiment: Experiment
    mappings: Mappings
    facts: tuple[int, ...]
    at: datetime
    findings: Findings
    decision: str
    took: timedelta

    def serves(self, subject: Subject) -> bool:
        """Whether it may be shown without a look at the facts."""
        rests = self.took * REST if self.took >= timedelta(seconds=SLOW_S) else timedelta()
        return self.is_of(subject) and subject.now - self.at < min(rests, LIFE)

    def is_of(self, subject: Subject) -> bool:
        return (self.experiment, self.mappings) == (subject.experiment, subject.mappings)


class Analyst:
    """Reads each experiment once for all who look at it, in any method. Thread-safe; `_lock` guards what is known,
    a lock of its own keeps two threads from reading the same experiment at once."""

    def __init__(self, store: Store, timer: Callable[[], float] = time.perf_counter) -> None:
        self._store, self._timer = store, timer
        self._lock = Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._reading: dict[str, tuple[Lock, int]] = {}

    def findings(self, subject: Subject) -> Findings:
        """Includes every fact that is stored when it is asked, unless reading them takes seconds: see `REST`."""
        return self._of(subject).findings

    def has_decided(self, subject: Subject) -> bool:
        """Whether the verdict is one to end with."""
        return self._of(subject).decision in DECIDED

    def decision(self, subject: Subject) -> str:
        """Of the verdict, at most a minute old: for pages that look at many experiments at once."""
        with self._lock:
            known = self._known.get(subject.experiment.id)
        if known and known.is_of(subject) and subject.now - known.at < LIFE:
            return known.decision
        return self._of(subject).decision

    def had_decided(self, experiment_id: str) -> bool:
        """As `has_decided` when somebody last looked; False when nobody did. Reads nothing."""
        with self._lock:
            known = self._known.get(experiment_id)
        return known is not None and known.decision in DECIDED

    def _of(self, subject: Subject) -> _Known:
        key = subject.experiment.id
        with self._lock:
            mine, waiting = self._reading.get(key, (Lock(), 0))
            self._reading[key] = (mine, waiting + 1)
        try:
            with mine:
                return self._read(subject)
        finally:
            with self._lock:
                mine, waiting = self._reading[key]
                if waiting == 1:
                    del self._reading[key]
                else:
                    self._reading[key] = (mine, waiting - 1)

    def _read(self, subject: Subject) -> _Known:
        key, scope = subject.experiment.id, subject.scope
        with self._lock:
            known = self._known.get(key)
        if known and known.serves(subject):
            return known
        counts = facts(self._store, scope) if scope else ()
        if known and known.is_of(subject) and known.facts == counts and subject.now - known.at < LIFE:
            return known
        began = self._timer()
        found = findings(self._store, subject)
        decided = decision(subject, found).decision
        took = timedelta(seconds=self._timer() - began)
        known = _Known(subject.experiment, subject.mappings, counts, subject.now, found, decided, took)
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > CAPACITY:
                self._known.popitem(last=False)
        return known
