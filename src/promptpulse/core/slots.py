"""A bounded number of things at the same time; who comes too late is told to try again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from promptpulse.core.errors import Unavailable

RETRY_AFTER_S = 5


class Slots:
    """Thread-safe. `what` is a plural, for the message."""

    def __init__(self, what: str, most: int) -> None:
        self._what, self._most = what, most
        self._lock = threading.Lock()  # guards _taken
        self._taken = 0

    @property
    def taken(self) -> int:
        return self._taken

    def take(self) -> Callable[[], None]:
        """Give back what this returns, by calling it; calling it again does nothing. Raises `Unavailable`."""
        with self._lock:
            if self._taken >= self._most:
                raise Unavailable(
                    f"too many {self._what} at the same time ({self._most} at most); try again in {RETRY_AFTER_S} s",
                    code="busy",
                    retry_after_s=RETRY_AFTER_S,
                )
            self._taken += 1
        given_back = threading.Event()

        def give_back() -> None:
            with self._lock:
                if not given_back.is_set():
                    given_back.set()
                    self._taken -= 1

        return give_back
