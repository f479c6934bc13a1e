"""The OTLP way in: bytes of a request -> the calls to write. Pure but for `RecentCalls`, which the server keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from promptpulse.core.call import Call
from promptpulse.ingest.otlp import content
from promptpulse.ingest.otlp.content import Content
from promptpulse.ingest.otlp.decode import Attributes, Media, Span, decode_logs, decode_traces, fault
from promptpulse.ingest.otlp.join import Plan, RecentCalls
from promptpulse.ingest.otlp.normalise import Facts, Origin, Terms, describe, origin_of
from promptpulse.ingest.otlp.select import HttpChild, http_child_of, operation_of

__all__ = ["Content", "Media", "Reading", "RecentCalls", "read_logs", "read_traces"]

FIRST_NS = 1_420_070_400 * 10**9
"""2015-01-01; older times are broken clocks."""
NO_PARENT = "0" * 16
FUTURE = timedelta(days=1)


class Reading(msgspec.Struct):
    """What a request of traces holds. Write `calls`, then `commit`, or `abandon` when they were not stored."""

    calls: list[Call]
    spans: int
    rejected: int
    """Malformed spans: the `rejected_spans` of a partial success. Spans that are no calls are not among them."""
    reasons: Counter[str]
    """Why spans became no calls (`wrapper`, `repeated_description`, `invalid_trace_id`, ...); `absurd_<column>` counts
    numbers that were dropped from calls that are kept."""
    error_message: str
    """For the sender; "" when nothing was rejected."""
    _recent: RecentCalls
    _plan: Plan

    def commit(self) -> None:
        """The calls are stored: later descriptions of them are not counted."""
        self._recent.commit(self._plan)

    def abandon(self) -> None:
        """The calls were not stored: they count when they are sent again."""
        self._recent.abandon(self._plan)


def read_traces(
    body: bytes, media: Media, project: str, now: datetime, recent: RecentCalls, *, capture_content: bool = False
) -> Reading:
    """The calls of an `ExportTraceServiceRequest`, decompressed. Raises BadRequest when it cannot be read."""
    reasons: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    latest_ns = int((now + FUTURE).timestamp()) * 10**9
    spans = _valid(decode_traces(body, media), latest_ns, rejected, reasons)
    terms = Terms(project, capture_content, reasons)
    described, links = _described(spans, terms, reasons, has_http=b"http." in body)
    plan = recent.match(project, links, described, now.timestamp())
    reasons.update(plan.dropped)
    reasons.update(rejected)
    refused = rejected.total()
    count = len(links) + refused
    return Reading(plan.calls, count, refused, reasons, _message(rejected, count), recent, plan)


def read_logs(body: bytes, media: Media) -> list[Content]:
    """The texts of calls in an `ExportLogsServiceRequest`, decompressed. Raises BadRequest when it cannot be read."""
    return content.of_logs(decode_logs(body, media))


def _valid(spans: Iterable[Span], latest_ns: int, rejected: Counter[str], reasons: Counter[str]) -> Iterator[Span]:
    for span in spans:
        if wrong := fault(span, FIRST_NS, latest_ns):
            rejected[wrong] += 1
            continue
        parent = span.parent_id
        if parent and (len(parent) != 16 or parent in (NO_PARENT, span.span_id)):
            if parent != NO_PARENT:
                reasons["invalid_parent_id"] += 1
            span.parent_id = ""
        yield span


def _described(
    spans: Iterable[Span], terms: Terms, reasons: Counter[str], *, has_http: bool
) -> tuple[list[tuple[Call, Facts]], list[tuple[str, str]]]:
    """The calls that the spans describe, each by itself, and the tree: keys of spans and of their parents."""
    described: list[tuple[Call, Facts]] = []
    waiting: list[tuple[Span, str]] = []
    """Spans whose HTTP requests may still come."""
    links: list[tuple[str, str]] = []
    http: dict[str, list[HttpChild]] = {}
    raw: dict[str, Span] = {}
    origins = _Origins()
    for span in spans:
        parent_key = span.trace_id + span.parent_id if span.parent_id else ""
        links.append((span.trace_id + span.span_id, parent_key))
        operation, reason = operation_of(span)
        if operation and has_http:
            waiting.append((span, operation))
        elif operation:
            described.append(describe(span, operation, origins.of(span), (), terms))
        else:
            reasons[reason] += 1
            if not parent_key:
                continue
            if (child := http_child_of(span)) is not None:
                http.setdefault(parent_key, []).append(child)
            elif span.scope == "litellm":
                raw[parent_key] = max(span, raw.get(parent_key, span), key=lambda s: s.end_ns)
    for span, operation in waiting:
        children = http.get(span.trace_id + span.span_id, ())
        described.append(describe(span, operation, origins.of(span), children, terms))
    for call, facts in described if raw else ():
        if call.inexact_latency and facts.key in raw:
            _time_by(call, raw[facts.key])
    return described, links


class _Origins:
    """The origin of spans that come resource by resource."""

    def __init__(self) -> None:
        self._resource: Attributes = {}
        self._origin = origin_of({})

    def of(self, span: Span) -> Origin:
        if span.resource is not self._resource:
            self._resource = span.resource
            self._origin = origin_of(span.resource)
        return self._origin


def _time_by(call: Call, request: Span) -> None:
    """litellm wrote its attributes on a span of the application; its own request span has the true times."""
    call.ts = request.start_ns // 1000
    call.latency_ms = max(0, request.end_ns - request.start_ns) / 1e6
    call.inexact_latency = False


def _message(rejected: Counter[str], spans: int) -> str:
    if not rejected:
        return ""
    counts = ", ".join(f"{reason}: {n}" for reason, n in rejected.most_common())
    return (
        f"{rejected.total()} of {spans} spans were not accepted ({counts}). Ids are 16 and 8 bytes and not zero;"
        " times are nanoseconds since 1970, after 2014 and at most a day ahead, the end not before the start."
    )
