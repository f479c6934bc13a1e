"""A call that is measured while it is made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptpulse.sdk.values import Prompt


class TimedCall:
    """Context manager, sync and async. `id` is known after it."""

    def __init__(self, report: Callable[..., str], prompt: str | Prompt | None, fields: Mapping[str, Any]) -> None:
        self._report, self._prompt, self._fields = report, prompt, dict(fields)
        self._began = 0.0
        self.id = ""

    def set(self, **fields: Any) -> None:
        """What became known meanwhile; the names are those of `promptpulse.call`."""
        self._fields.update(fields)

    def first_token(self) -> None:
        """The first token of a stream is here."""
        self._fields.setdefault("first_token_ms", self._elapsed_ms())

    def __enter__(self) -> TimedCall:  # noqa: PYI034 - Self is of Python 3.11
        self._began = time.perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        fields = {"latency_ms": self._elapsed_ms(), **self._fields}
        if error is not None and isinstance(error, Exception) and "status" not in fields:
            status = getattr(error, "status_code", None)
            fields["status"] = "error"
            fields.setdefault("error_name", f"{type(error).__module__}.{type(error).__qualname__}"[:256])
            fields.setdefault("error_message", str(error)[:4000])
            fields.setdefault("http_status", status if isinstance(status, int) and 100 <= status < 600 else None)
        try:
            self.id = self._report(self._prompt, **fields)
        except TypeError:  # a field that does not exist, of which `call` would say so
            self.id = self._report(self._prompt, latency_ms=fields["latency_ms"], model=fields.get("model"))

    async def __aenter__(self) -> TimedCall:  # noqa: PYI034
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.__exit__(kind, error, trace)

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._began) * 1000
