"""Models whose calls have no known cost, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from promptpulse.core.times import from_micros
from promptpulse.metrics.fields import COST_MISSING, NO_PRICE
from promptpulse.metrics.query import Query
from promptpulse.metrics.run import run
from promptpulse.store import Store

MOST = 200


@dataclass(frozen=True, slots=True)
class Unpriced:
    provider: str | None
    model: str | None
    calls: int
    share: float
    """Percent of all calls of the range."""
    reason: Literal["no_price", "no_usage"]
    """As the field `cost_missing` of the calls."""
    first_at: datetime
    last_at: datetime


def unpriced(store: Store, project: str, start: datetime, end: datetime, now: datetime) -> list[Unpriced]:
    """The most calls first. Raises `BadQuery`."""
    total = run(store, Query(project, ("total_requests",), start, end), now).total("total_requests")
    answer = store.query(
        f"""
        SELECT
          provider, model, {COST_MISSING} AS missing, count() AS n,
          toUnixTimestamp64Micro(min(ts)) AS first, toUnixTimestamp64Micro(max(ts)) AS last
        FROM calls
        WHERE project = {{project:String}}
          AND ts >= {{start:DateTime64(6, 'UTC')}} AND ts < {{end:DateTime64(6, 'UTC')}}
          AND missing != ''
        GROUP BY provider, model, missing
        ORDER BY n DESC, provider, model, missing
        LIMIT {{limit:UInt32}}
        """,
        {"project": project, "start": start, "end": end, "limit": MOST},
    )
    return [
        Unpriced(
            provider=str(provider) or None,
            model=str(model) or None,
            calls=int(str(n)),
            share=100 * int(str(n)) / total if total else 0.0,
            reason="no_price" if missing == NO_PRICE else "no_usage",
            first_at=from_micros(int(str(first))),
            last_at=from_micros(int(str(last))),
        )
        for provider, model, missing, n, first, last in answer.rows()
    ]
