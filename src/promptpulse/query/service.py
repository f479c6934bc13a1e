"""From the wire to the semantic layer and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from promptpulse.core.errors import BadRequest
from promptpulse.core.times import day_start, rfc3339
from promptpulse.metrics import METRICS, Change, Filter, Frame, Query, change, previous, run, zone
from promptpulse.query.models import SeedAnswer, SeedMetrics
from promptpulse.store import Store

SEED_METRICS = tuple(SeedMetrics.model_fields)


def answer(store: Store, query: Query, now: datetime, *, compare: bool) -> dict[str, object]:
    """`QueryAnswer` as plain values: frames are large, and were checked when they were made."""
    frame = run(store, query, now)
    out = frame_out(frame)
    if compare:
        before = run(store, previous(frame.query), now)
        out["compare"] = frame_out(before)
        out["change"] = _changes(store, frame, before, now)
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
            for m in (METRICS[k] for k in query.metrics)
        ],
        "values": frame.values,
        "source": frame.source,
        "rows_read": frame.rows_read,
        "elapsed_ms": frame.elapsed_ms,
    }


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
    upper = _instant(last, "end", zoned, inclusive=True)
    first = start or (upper.astimezone(zoned) - timedelta(days=30)).date().isoformat()
    lower = _instant(first, "start", zoned, inclusive=False)
    if lower >= upper:
        raise BadRequest(f"end: {last} must not be before start: {first}", field="end")
    return SeedAnswer(
        prompt_id=prompt_id,
        period=f"{first} to {last}",
        metrics=seed_metrics(store, project, prompt_id, lower, upper, now),
    )


def _instant(text: str, field: str, tz: ZoneInfo, *, inclusive: bool) -> datetime:
    try:
        day = date.fromisoformat(text)
        return day_start(day + timedelta(days=1) if inclusive else day, tz)
    except (ValueError, OverflowError):
        pass
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=tz)).astimezone(tz)
    except (ValueError, OverflowError):
        raise BadRequest(
            f"{field}: {text!r} is not a date such as 2026-11-21 or a date-time such as 2026-11-21T10:00:00Z",
            field=field,
        ) from None


def _changes(store: Store, frame: Frame, before: Frame, now: datetime) -> dict[str, list[dict[str, object]]]:
    """Totals of each group against the previous period; an unfinished period is compared with an equal part."""
    query = replace(frame.query, bucket=None)
    if query.end > now > query.start:
        query = replace(query, end=now)
        shift = frame.query.end - frame.query.start
        earlier = replace(query, start=query.start - shift, end=now - shift)
    else:
        earlier = previous(query)
    if frame.query.bucket is None and query.end == frame.query.end:
        totals, former = frame, before
    else:
        totals, former = run(store, query, now), run(store, earlier, now)
    place = {group: i for i, group in enumerate(former.groups)}
    here = {group: i for i, group in enumerate(totals.groups)}
    return {
        key: [_change(totals, former, key, here.get(group), place.get(group)) for group in frame.groups]
        for key in frame.query.metrics
    }


def _change(totals: Frame, former: Frame, key: str, i: int | None, j: int | None) -> dict[str, object]:
    metric = METRICS[key]
    now = None if i is None else totals.total(key, i)
    before = metric.empty if j is None else former.total(key, j)
    found: Change = change(now, before, is_count=metric.unit == "count")
    return {"percent": found.percent, "trend": found.trend}
