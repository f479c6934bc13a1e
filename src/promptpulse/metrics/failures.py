"""What failed calls say: failures that read the same but for numbers and ids, the commonest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promptpulse.core.times import from_micros
from promptpulse.metrics.conditions import calls_where
from promptpulse.metrics.fields import ERROR_PATTERN, bind
from promptpulse.metrics.plan import bucket_of
from promptpulse.metrics.query import Query, axis, checked
from promptpulse.store import Store

MOST_PROMPTS = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """Failed calls of one pattern. Type, class, message and id are those of the newest."""

    pattern: str
    """Value of the field `error_pattern`."""
    message: str | None
    error_type: str
    error_family: str | None
    error_name: str | None
    calls: int
    share: float
    """Percent of the failed calls."""
    first_at: datetime
    last_at: datetime
    call_id: str
    prompts: tuple[str, ...]
    """Prompts that fail so, the most calls first; the unknown one is left out."""


@dataclass(frozen=True, slots=True)
class Failures:
    failed: int
    groups: tuple[Failure, ...]
    groups_total: int
    buckets: tuple[datetime, ...] | None
    by_bucket: tuple[tuple[int, ...], ...] | None
    """Calls of each group (outer) in each bucket (inner)."""


def failures(store: Store, query: Query, limit: int) -> Failures:
    """Among the calls of `query`: its range, bucket and filters count. Raises `BadQuery`."""
    query = checked(query)
    cut = axis(query)
    starts = None if cut is None else cut[1]
    where, params = calls_where(query.project, query.start, query.end, query.where)
    answer = store.query(
        f"""
        SELECT
          {ERROR_PATTERN} AS pattern, count() AS n, sum(n) OVER () AS failed, count() OVER () AS patterns,
          argMax((id, error_type, error_family, error_name, error_message), (ts, id)) AS newest,
          toUnixTimestamp64Micro(min(ts)) AS first_us, toUnixTimestamp64Micro(max(ts)) AS last_us,
          sumMapIf(map(toString(prompt_id), toUInt64(1)), prompt_id != '') AS prompts
        FROM calls
        WHERE {where} AND status = 'error'
        GROUP BY pattern
        ORDER BY n DESC, pattern
        LIMIT {bind(params, "UInt32", limit)}
        """,
        params,
    )
    rows = list(answer.rows())
    groups = tuple(_failure(row) for row in rows)
    failed, patterns = (int(str(n)) for n in rows[0][2:4]) if rows else (0, 0)
    return Failures(
        failed=failed,
        groups=groups,
        groups_total=patterns,
        buckets=None if starts is None else tuple(starts),
        by_bucket=None if starts is None else _by_bucket(store, query, [g.pattern for g in groups], starts),
    )


def _failure(row: tuple[object, ...]) -> Failure:
    pattern, calls, failed, _, newest, first_us, last_us, prompts = row
    assert isinstance(newest, tuple)  # noqa: S101 - of `argMax` of a tuple
    assert isinstance(prompts, dict)  # noqa: S101 - of `sumMap`
    call_id, error_type, error_family, error_name, message = map(str, newest)
    by_calls = sorted(prompts, key=lambda name: (-prompts[name], name))
    return Failure(
        pattern=str(pattern),
        message=message or None,
        error_type=error_type,
        error_family=error_family or None,
        error_name=error_name or None,
        calls=int(str(calls)),
        share=100 * int(str(calls)) / int(str(failed)),
        first_at=from_micros(int(str(first_us))),
        last_at=from_micros(int(str(last_us))),
        call_id=call_id,
        prompts=tuple(by_calls[:MOST_PROMPTS]),
    )


def _by_bucket(
    store: Store, query: Query, patterns: Sequence[str], starts: Sequence[datetime]
) -> tuple[tuple[int, ...], ...]:
    if not patterns:
        return ()
    where, params = calls_where(query.project, query.start, query.end, query.where)
    answer = store.query(
        f"""
        SELECT {ERROR_PATTERN} AS pattern, {bucket_of("ts", starts, params)} AS bucket, count() AS n
        FROM calls
        WHERE {where} AND status = 'error'
        GROUP BY pattern, bucket
        HAVING pattern IN {bind(params, "Array(String)", list(patterns))}
        """,
        params,
    )
    counts = {pattern: [0] * len(starts) for pattern in patterns}
    column = {int(s.timestamp()): i for i, s in enumerate(starts)}
    for pattern, bucket_s, n in answer.rows():
        counts[str(pattern)][column[int(str(bucket_s))]] = int(str(n))
    return tuple(tuple(counts[pattern]) for pattern in patterns)
