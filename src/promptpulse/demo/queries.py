"""What of the demo is stored already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promptpulse.core.times import from_micros
from promptpulse.store import Store


def stored(store: Store, project: str) -> tuple[int, int, int, int]:
    """All calls of the project, those of the demo, and the start of the first and the last of the demo's calls
    (microseconds since 1970; meaningless when there are none)."""
    answer = store.query(
        """
        SELECT
          count() AS n,
          countIf(scope = 'demo') AS demo_n,
          toUnixTimestamp64Micro(minIf(ts, scope = 'demo')) AS first_us,
          toUnixTimestamp64Micro(maxIf(ts, scope = 'demo')) AS last_us
        FROM calls
        WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')
        """,
        {"project": project},
    )
    n, demo, first_us, last_us = next(answer.rows())
    return int(str(n)), int(str(demo)), int(str(first_us)), int(str(last_us))


def stored_since(store: Store, project: str, since: datetime) -> set[str]:
    """Ids of calls, submissions of scores, and events."""
    answer = store.query(
        """
        SELECT id FROM calls WHERE project = {project:String} AND ts >= {since:DateTime64(6, 'UTC')}
        UNION ALL
        SELECT submission_id FROM scores WHERE project = {project:String} AND ts >= {since:DateTime64(6, 'UTC')}
        UNION ALL
        SELECT id FROM events WHERE project = {project:String} AND ts >= {since:DateTime64(6, 'UTC')}
        """,
        {"project": project, "since": since},
    )
    return {str(row[0]) for row in answer.rows()}


@dataclass(frozen=True, slots=True)
class Assigned:
    experiment_id: str
    unit_id: str
    variant_id: str
    at: datetime


def assigned(store: Store, project: str, experiment_ids: Sequence[str]) -> list[Assigned]:
    """Who was assigned first to what in these experiments."""
    answer = store.query(
        """
        SELECT experiment_id, unit_id, argMin(variant_id, ts) AS variant, toUnixTimestamp64Micro(min(ts)) AS first_us
        FROM events
        WHERE project = {project:String}
          AND experiment_id IN {experiments:Array(String)}
          AND ts >= toDateTime64(0, 6, 'UTC')
          AND kind = 'assignment'
        GROUP BY experiment_id, unit_id
        """,
        {"project": project, "experiments": list(experiment_ids)},
    )
    return [Assigned(str(e), str(u), str(v), from_micros(int(str(us)))) for e, u, v, us in answer.rows()]
