"""What of the demo is stored already."""

from __future__ import annotations

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
