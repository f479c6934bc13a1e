"""From the wire to the semantic layer and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from promptpulse.core.errors import BadRequest
from promptpulse.core.times import day_start, rfc3339
from promptpulse.files import Kind, Row
from promptpulse.metrics import Change, Filter, Frame, Query, change, first_call, previous, run, zone
from promptpulse.metrics.definitions import INLINE_PREFIX
from promptpulse.metrics.query import EARLIEST, LATEST
from promptpulse.metrics.trend import FEWEST_CALLS
from promptpulse.query.models import SeedAnswer, SeedMetrics
from promptpulse.store import Store

JUMPY = frozenset({"percent", "ms"})
UNMEASURED = 0.1
"""Share of a period that may have passed before the project's first call, to compare with it."""
SEED_METRICS = tuple(SeedMetrics.model_fields)


def answer(store: Store, query: Query, now: datetime, *, compare: bool) -> dict[str, object]:
    """`QueryAnswer` as plain values: frames are large, and were checked when they were made."""
    if not compare:
        frame = run(store, query, now)
        return {"success": True, "data": frame_out(frame), "meta": {"groups_total": frame.groups_total}}
    with ThreadPoolExecutor(1) as beside:
        asked_before = beside.submit(run, store, _before(query, now), now)
        frame = run(store, query, now)
        before = asked_before.result()
    out = frame_out(frame)
    out["compare"] = frame_out(before)
    if query.bucket is None:
        out["change"] = _changes(frame, before, is_comparable=_was_measured(store, before.query))
    return {"success": True, "data": out, "meta": {"groups_total": frame.groups_total}}


def frame_out(frame: Frame) -> dict[str, object]:
    """`FrameOut` as plain values."""
    query = frame.query
    return {
        "start": rfc3339(query.start),
        "end": rfc3339(query.end),
        "bucket": query.bucket,
        "buckets": None if frame.buckets is None else [rfc3339(b) for b in frame.buckets],
        "last_bucket_partial": frame.last_bucket_partial,
        "groups": [dict(zip(query.by, group, strict=True)) for group in frame.groups],
        "metrics": [
            {"key": m.key, "label": m.label, "unit": m.unit, "better": m.better}
            for m in map(query.metric, query.metrics)
        ],
        "values": frame.values,
        "moments": {
            key: [[None if at is None else rfc3339(at) for at in row] for row in rows]
            for key, rows in frame.moments.items()
        },
        "source": frame.source,
        "rows_read": frame.rows_read,
        "elapsed_ms": frame.elapsed_ms,
        "kept_from": None if frame.kept_from is None else rfc3339(frame.kept_from),
    }


def table(store: Store, query: Query, now: datetime) -> tuple[Iterator[Row], dict[str, Kind]]:
    """The frame as rows, one a group and bucket, and its columns."""
    frame = run(store, query, now)
    columns: dict[str, Kind] = {"bucket": "time"} if frame.buckets is not None else {}
    columns |= dict.fromkeys(frame.query.by, "text")
    names = _column_names(frame.query.metrics)
    columns |= dict.fromkeys(names.values(), "number")
    return _rows(frame, names), columns


def _column_names(keys: Sequence[str]) -> dict[str, str]:
    """A formula without its =, with which a spreadsheet would compute it."""
    short = {key: key.removeprefix(INLINE_PREFIX).strip() for key in keys}
    return {
        key: f"{name} ({i})" if list(short.values()).count(name) > 1 else name
        for i, (key, name) in enumerate(short.items())
    }


def _rows(frame: Frame, names: Mapping[str, str]) -> Iterator[Row]:
    for i, group in enumerate(frame.groups):
        for j, bucket in enumerate(frame.buckets or (None,)):
            row: dict[str, object] = {} if bucket is None else {"bucket": rfc3339(bucket)}
            row |= dict(zip(frame.query.by, group, strict=True))
            row |= {name: frame.values[key][i][j] for key, name in names.items()}
            yield row


def seed_metrics(
    store: Store, project: str, prompt_id: str | None, start: datetime, end: datetime, now: datetime
) -> SeedMetrics:
    where = (Filter("prompt_id", "in", (prompt_id,)),) if prompt_id else ()
    frame = run(store, Query(project, SEED_METRICS, start, end, where=where), now)
    return SeedMetrics.model_validate({key: frame.total(key) for key in SEED_METRICS})


def seed_answer(
    store: Store, project: str, prompt_id: str | None, start: str | None, end: str | None, tz: str, now: datetime
) -> SeedAnswer:
    """`GET /api/metrics`: dates are whole days in the project's time zone, `end` inclusive; the last 30 days by default."""
    zoned = zone(tz)
    today = now.astimezone(zoned).date()
    last = end or today.isoformat()
    upper = instant(last, "end", zoned, inclusive=True)
    first = start or (upper.astimezone(zoned) - timedelta(days=30)).date().isoformat()
    lower = instant(first, "start", zoned, inclusive=False)
    if lower >= upper:
        raise BadRequest(f"end: {last} must not be before start: {first}", field="end")
    return SeedAnswer(
        prompt_id=prompt_id,
        period=f"{first} to {last}",
        metrics=seed_metrics(store, project, prompt_id, lower, upper, now),
    )


def instant(text: str, field: str, tz: ZoneInfo, *, inclusive: bool) -> datetime:
    """A date or a date-time, `tz` where it has no zone; the end of the day for an `inclusive` date. Raises BadRequest."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"{field}: {text!r} is not a date such as 2026-11-21 or a date-time such as 2026-11-21T10:00:00Z",
            field=field,
        ) from None
    if not EARLIEST < moment.year < LATEST:
        raise BadRequest(f"{field}: the year of {text} must lie between {EARLIEST} and {LATEST}", field=field)
    if day is not None:
        return day_start(day + timedelta(days=1) if inclusive else day, tz)
    return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(tz)


def _before(query: Query, now: datetime) -> Query:
    """The period of equal length just before. Without buckets, of a period that is not over the part that has passed."""
    earlier = previous(query)
    if query.bucket is None and query.start < now < query.end:
        return replace(earlier, end=earlier.start + (now - query.start))
    return earlier


def _was_measured(store: Store, before: Query) -> bool:
    """Whether the project had calls when the period began: against the first hours of a project, all grows a hundredfold."""
    first = first_call(store, before.project)
    return first is not None and first <= before.start + UNMEASURED * (before.end - before.start)


def _changes(frame: Frame, before: Frame, *, is_comparable: bool) -> dict[str, list[dict[str, object]]]:
    """How each group's values differ from the period before."""
    if not is_comparable:
        return {key: [{"percent": None, "trend": None} for _ in frame.groups] for key in frame.query.metrics}
    place = {group: i for i, group in enumerate(before.groups)}
    pairs = [(i, place.get(group)) for i, group in enumerate(frame.groups)]
    return {key: [_change(frame, before, key, i, j) for i, j in pairs] for key in frame.query.metrics}


def _change(frame: Frame, before: Frame, key: str, i: int, j: int | None) -> dict[str, object]:
    metric = frame.query.metric(key)
    former = metric.empty if j is None else before.total(key, j)
    found: Change = change(frame.total(key, i), former, is_count=metric.unit == "count")
    if metric.unit in JUMPY and "total_requests" in frame.values:
        calls = (frame.total("total_requests", i), 0 if j is None else before.total("total_requests", j))
        if min(n or 0 for n in calls) < FEWEST_CALLS:
            found = Change(found.percent, None)
    return {"percent": found.percent, "trend": found.trend}
