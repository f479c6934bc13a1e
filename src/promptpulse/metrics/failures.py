"""What failed calls say: failures that read the same but for numbers and ids, the commonest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    bucket = bucket_of("ts", starts, params) if starts else "0"
    answer = store.query(
        f"""
        SELECT
          pattern, sum(n) AS calls, sum(calls) OVER () AS failed, count() OVER () AS patterns,
          toUnixTimestamp64Micro(min(first)) AS first_us, toUnixTimestamp64Micro(max(last)) AS last_us,
          sumMap(prompts) AS prompts_of_all, groupArray((bucket, n)) AS by_bucket
        FROM (
          SELECT
            {ERROR_PATTERN} AS pattern, {bucket} AS bucket, count() AS n, min(ts) AS first, max(ts) AS last,
            sumMapIf(map(toString(prompt_id), toUInt64(1)), prompt_id != '') AS prompts
          FROM calls
          WHERE {where} AND status = 'error'
          GROUP BY pattern, bucket
        )
        GROUP BY pattern
        ORDER BY calls DESC, pattern
        LIMIT {bind(params, "UInt32", limit)}
        """,
        params,
    )
    rows = list(answer.rows())
    newest = _newest(store, query, {str(row[0]): from_micros(int(str(row[5]))) for row in rows})
    failed, patterns = (int(str(n)) for n in rows[0][2:4]) if rows else (0, 0)
    return Failures(
        failed=failed,
        groups=tuple(_failure(row, newest[str(row[0])]) for row in rows),
        groups_total=patterns,
        buckets=None if starts is None else tuple(starts),
        by_bucket=None if starts is None else tuple(_by_bucket(row[-1], starts) for row in rows),
    )


def _newest(store: Store, query: Query, moments: Mapping[str, datetime]) -> dict[str, tuple[str, ...]]:
    """Id, type, family, class and message of the call of each pattern at its moment.

    Apart, because ids take most of the room: reading one for every failure took longer than all the rest."""
    if not moments:
        return {}
    where, params = calls_where(query.project, min(moments.values()), query.end, query.where)
    answer = store.query(
        f"""
        SELECT {ERROR_PATTERN} AS pattern, argMax((id, error_type, error_family, error_name, error_message), (ts, id)) AS newest
        FROM calls
        WHERE {where}
          AND status = 'error'
          AND ts IN {bind(params, "Array(DateTime64(6, 'UTC'))", sorted(set(moments.values())))}
        GROUP BY pattern
        """,
        params,
    )
    return {str(pattern): tuple(map(str, facts)) for pattern, facts in answer.rows() if isinstance(facts, tuple)}


def _failure(row: tuple[object, ...], newest: tuple[str, ...]) -> Failure:
    pattern, calls, failed, _, first_us, last_us, prompts, _ = row
    assert isinstance(prompts, dict)  # noqa: S101 - of `sumMap`
    call_id, error_type, error_family, error_name, message = newest
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


def _by_bucket(counted: object, starts: Sequence[datetime]) -> tuple[int, ...]:
    assert isinstance(counted, Sequence)  # noqa: S101 - of `groupArray`
    calls = {int(bucket_s): int(n) for bucket_s, n in counted}
    return tuple(calls.get(int(start.timestamp()), 0) for start in starts)
