"""Statements and questions about what has arrived."""

from __future__ import annotations

from datetime import datetime, timedelta

from promptpulse.core.times import EPOCH
from promptpulse.metrics import Query, kept, run
from promptpulse.store import Store


def stored(store: Store, project: str, now: datetime) -> int:
    """Calls of the project."""
    return int(
        run(store, Query(project, ("total_requests",), EPOCH, now + timedelta(days=2)), now).total("total_requests")
        or 0
    )


def extent(store: Store, project: str) -> tuple[int, int]:
    """Start of the first and of the last call, microseconds since 1970; to the hour, where calls are no longer kept. The
    project must have had calls."""
    if kept.kept_from(store, project, "calls") is not None:
        hours = store.query(
            "SELECT toUnixTimestamp(min(t)) AS first, toUnixTimestamp(max(t)) AS last FROM calls_1h"
            " WHERE project = {project:String}",
            {"project": project},
        )
        first_s, last_s = next(hours.rows())
        return int(str(first_s)) * 1_000_000, int(str(last_s)) * 1_000_000
    # from both ends of the index: min and max would read every time
    ends = [
        f"SELECT toUnixTimestamp64Micro(ts) AS us FROM calls WHERE project = {{project:String}} ORDER BY ts {order} LIMIT 1"
        for order in ("ASC", "DESC")
    ]
    first, last = (store.query(sql, {"project": project}).column("us")[0] for sql in ends)
    return int(str(first)), int(str(last))


def unpriced_models(
    store: Store, project: str, now: datetime, limit: int = 20
) -> list[tuple[str | None, str | None, int]]:
    """(provider, model, calls) of the last 30 days whose cost is not known, most calls first."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    asked = Query(project, ("unpriced_requests",), end - timedelta(days=30), end, by=("provider", "model"), limit=limit)
    frame = run(store, asked, now)
    found = zip(frame.groups, frame.values["unpriced_requests"], strict=True)
    return [(group[0], group[1], int(row[0])) for group, row in found if row[0]]
