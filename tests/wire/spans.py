"""Spans by hand, as OTLP/JSON, for rules that no recording shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from promptpulse.core.call import Call
from promptpulse.ingest.otlp import Reading, RecentCalls, read_traces

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOW_NS = int(NOW.timestamp()) * 10**9

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
USED = {"gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 45}

SpanJson = dict[str, Any]


def value(of: object) -> dict[str, Any]:  # noqa: PLR0911 # one return a kind
    """An OTLP/JSON AnyValue."""
    match of:
        case None:
            return {}
        case bool():
            return {"boolValue": of}
        case int():
            return {"intValue": str(of)}
        case float():
            return {"doubleValue": of}
        case str():
            return {"stringValue": of}
        case list():
            return {"arrayValue": {"values": [value(v) for v in of]}}
        case dict():
            return {"kvlistValue": {"values": [{"key": k, "value": value(v)} for k, v in of.items()]}}
    raise TypeError(of)


def span(
    number: int,
    attributes: Mapping[str, object],
    *,
    trace: int = 1,
    parent: int = 0,
    at_ms: float = 0.0,
    ms: float = 100.0,
    scope: str = "a",
    process: str = "process-1",
    kind: int = 3,
    error: str | None = None,
    name: str = "span",
    events: Sequence[tuple[str, float, Mapping[str, object]]] = (),
) -> SpanJson:
    """`number`, `trace` and `parent` become ids; `error` is the message of a failed span, `events` are (name, ms, ...)."""
    start_ns = NOW_NS + int(at_ms * 1e6)
    return {
        "traceId": f"{trace:032x}",
        "spanId": f"{number:016x}",
        "parentSpanId": f"{parent:016x}" if parent else "",
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + int(ms * 1e6)),
        "attributes": [{"key": k, "value": value(v)} for k, v in attributes.items()],
        "events": [
            {
                "name": event,
                "timeUnixNano": str(start_ns + int(after_ms * 1e6)),
                "attributes": [{"key": k, "value": value(v)} for k, v in facts.items()],
            }
            for event, after_ms, facts in events
        ],
        "status": {} if error is None else {"code": 2, "message": error},
        "_scope": scope,
        "_process": process,
    }


def body(*spans: SpanJson, resource: Mapping[str, object] | None = None) -> bytes:
    return json.dumps(
        {
            "resourceSpans": [
                {
                    "resource": {
                        "attributes": [
                            {"key": k, "value": value(v)}
                            for k, v in ({"service.instance.id": s["_process"]} | dict(resource or {})).items()
                        ]
                    },
                    "scopeSpans": [{"scope": {"name": s["_scope"]}, "spans": [s]}],
                }
                for s in spans
            ]
        }
    ).encode()


def read(*spans: SpanJson, recent: RecentCalls | None = None, content: bool = False) -> Reading:
    """One body of these spans, stored."""
    reading = read_traces(body(*spans), "json", "p", NOW, recent or RecentCalls(), capture_content=content)
    reading.commit()
    return reading


def call_of(attributes: Mapping[str, object], **facts: Any) -> Call:
    """The one call that a span describes."""
    (call,) = read(span(1, attributes, **facts)).calls
    return call


def drops(*spans: SpanJson) -> Counter[str]:
    return read(*spans).reasons


def ids(reading: Reading) -> list[int]:
    """Numbers of the spans that were kept."""
    return sorted(int(c.id[32:], 16) for c in reading.calls)
