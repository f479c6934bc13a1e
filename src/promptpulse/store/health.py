"""How the event store does, for its operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from promptpulse.store.client import Store

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Health:
    calls: int
    bytes: int
    parts: int
    calls_ahead: int
    """Calls that lie in the future."""


def health(store: Store, now: datetime) -> Health:
    parts = store.query(
        """
        SELECT sumIf(rows, table = 'calls') AS calls, sum(bytes_on_disk) AS bytes, count() AS parts
        FROM system.parts
        WHERE active AND database = currentDatabase()
        """
    )
    calls, size, count = next(parts.rows())
    ahead = store.query(
        "SELECT count() AS n FROM calls WHERE ts > {limit:DateTime64(6, 'UTC')}", {"limit": now + CLOCKS_DIFFER}
    )
    return Health(int(str(calls)), int(str(size)), int(str(count)), int(str(ahead.column("n")[0])))
