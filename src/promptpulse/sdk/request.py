"""One request with what it carries, which can be cut in halves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from promptpulse.sdk.wire import JSON, joined

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Request:
    """`rows` are joined under `name`; or the body is `whole`."""

    kind: str
    path: str
    media: str = JSON
    count: int = 1
    name: str = ""
    rows: Sequence[bytes] = field(default_factory=tuple)
    whole: bytes | None = None

    def body(self) -> bytes:
        return self.whole if self.whole is not None else joined(self.name, self.rows)

    def halves(self) -> Sequence[Request]:
        """Empty where it cannot be cut."""
        if len(self.rows) < 2:
            return ()
        middle = len(self.rows) // 2
        return [
            Request(self.kind, self.path, self.media, len(rows), self.name, rows)
            for rows in (self.rows[:middle], self.rows[middle:])
        ]
