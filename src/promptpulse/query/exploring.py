"""Distributions and failures on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from promptpulse.core.times import rfc3339
from promptpulse.definitions.asked import RangeIn
from promptpulse.files import Kind, Row
from promptpulse.metrics import Query
from promptpulse.metrics.distribution import Distribution
from promptpulse.metrics.failures import Failures
from promptpulse.query.models import Bin, ErrorGroup, ErrorsOut, HistogramOut

BINS: dict[str, Kind] = {"low": "number", "high": "number", "calls": "integer"}
FAILURES: dict[str, Kind] = {
    "pattern": "text", "error_type": "text", "error_family": "text", "error_name": "text", "message": "text",
    "calls": "integer", "share": "number", "first_at": "time", "last_at": "time", "call_id": "text",
}  # fmt: skip


def question(asked: RangeIn, bucket: str | None, project: str, tz: str) -> Query:
    """The calls asked about; the metric does not matter."""
    return Query(
        project, ("total_requests",), asked.start, asked.end, bucket=bucket, where=asked.filters, tz=asked.tz or tz
    )


def histogram_out(found: Distribution) -> HistogramOut:
    return HistogramOut(
        field=found.field.key,
        label=found.field.label,
        unit=found.field.unit or "number",
        start=rfc3339(found.query.start),
        end=rfc3339(found.query.end),
        bins=[Bin(low=low, high=high) for low, high in found.bins],
        scale=found.scale,
        buckets=None if found.buckets is None else [rfc3339(b) for b in found.buckets],
        counts=[list(row) for row in found.counts],
        total=found.total,
        unknown=found.unknown,
    )


def histogram_table(found: Distribution) -> tuple[Iterator[Row], dict[str, Kind]]:
    """A row a bin, or a bucket and bin."""
    time: dict[str, Kind] = {} if found.buckets is None else {"bucket": "time"}
    return _bins(found), {**time, **BINS}


def _bins(found: Distribution) -> Iterator[Row]:
    for bucket, counts in zip(found.buckets or (None,), found.counts, strict=True):
        when = {} if bucket is None else {"bucket": rfc3339(bucket)}
        for (low, high), calls in zip(found.bins, counts, strict=True):
            yield {**when, "low": low, "high": high, "calls": calls}


def errors_out(found: Failures) -> ErrorsOut:
    return ErrorsOut(
        failed=found.failed,
        groups=[
            ErrorGroup(
                pattern=g.pattern, message=g.message, error_type=g.error_type, error_family=g.error_family,
                error_name=g.error_name, calls=g.calls, share=g.share, first_at=rfc3339(g.first_at), last_at=rfc3339(g.last_at),
                call_id=g.call_id, prompts=list(g.prompts),
            )
            for g in found.groups
        ],
        groups_total=found.groups_total,
        buckets=None if found.buckets is None else [rfc3339(b) for b in found.buckets],
        by_bucket=None if found.by_bucket is None else [list(row) for row in found.by_bucket],
    )  # fmt: skip


def errors_table(found: Failures) -> tuple[Iterator[Row], dict[str, Kind]]:
    """A row a group."""
    groups = errors_out(found).groups
    return (g.model_dump(include=set(FAILURES)) for g in groups), FAILURES
