"""Answers that several ask for at the same time, computed once: people who watch the same live page."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future

CAPACITY = 64
LARGEST = 256 << 10
"""Bytes; larger answers are given to those who wait for them, and not kept."""


class Recent:
    """Thread-safe. Nobody gets an answer that is older than he allows, and nobody who does not ask for an old one gets one."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()  # guards _begun
        self._begun: OrderedDict[Hashable, tuple[float, Future[bytes]]] = OrderedDict()

    def answer(self, key: Hashable, max_age_s: float, compute: Callable[[], bytes]) -> bytes:
        """What `compute` gives, or gave for the same key at most `max_age_s` ago; 0 always computes. Raises what it raises."""
        if max_age_s <= 0:
            return compute()
        with self._lock:
            began, answer = self._begun.get(key, (0.0, None))
            now = self._timer()
            if answer is None or now - began > max_age_s:
                answer, waits = Future(), False
                self._begun[key] = (now, answer)
                self._begun.move_to_end(key)
                if len(self._begun) > CAPACITY:
                    self._begun.popitem(last=False)
            else:
                waits = True
        if waits:
            return answer.result()
        try:
            answer.set_result(compute())
        except BaseException as e:
            self._forget(key, answer)
            answer.set_exception(e)
            raise
        if len(answer.result()) > LARGEST:
            self._forget(key, answer)
        return answer.result()

    def _forget(self, key: Hashable, answer: Future[bytes]) -> None:
        with self._lock:
            if self._begun.get(key, (0.0, None))[1] is answer:
                del self._begun[key]
