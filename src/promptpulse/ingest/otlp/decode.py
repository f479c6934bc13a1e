"""Bytes of an OTLP/HTTP request -> spans and log records, the same for protobuf and JSON."""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from promptpulse.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue as ProtoValue
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue as ProtoKeyValue
    from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

Media = Literal["protobuf", "json"]
Value: TypeAlias = "str | bool | int | float | bytes | list[Value] | dict[str, Value] | None"
Attributes: TypeAlias = dict[str, Value]

MAX_DEPTH = 32
"""Lists and maps nested deeper than this read as None."""
STATUS_ERROR = 2
KIND_CLIENT = 3


class Event(msgspec.Struct, gc=False):
    name: str
    time_ns: int
    attributes: Attributes


class Span(msgspec.Struct, gc=False):
    """One span as sent. Ids are lower-case hex of whatever length came; `parent_id` is "" for a root."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: int
    start_ns: int
    end_ns: int
    attributes: Attributes
    events: list[Event]
    status_code: int
    status_message: str
    resource: Attributes
    """Shared by all spans of the resource."""
    scope: str


class LogRecord(msgspec.Struct, gc=False):
    trace_id: str
    span_id: str
    event_name: str
    """From `eventName`, or from the attribute `event.name`."""
    time_ns: int
    body: Value
    attributes: Attributes
    scope: str


def decode_traces(body: bytes, media: Media) -> Iterator[Span]:
    """Every span of the request, valid or not (`fault` tells). Raises BadRequest when the body cannot be read.

    Spans are made as they are asked for: one that is used and dropped at once costs a quarter less than one of a list,
    whose parts have left the processor's cache."""
    if media == "json":
        return _spans_of_json(_read_json(body, _JSON_TRACES, "ExportTraceServiceRequest"))
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as e:
        raise _unreadable("protobuf", "ExportTraceServiceRequest", e) from e
    return _spans_of_proto(request)


def decode_logs(body: bytes, media: Media) -> list[LogRecord]:
    """Every log record of the request. Raises BadRequest when the body cannot be read."""
    if media == "json":
        return _logs_of_json(_read_json(body, _JSON_LOGS, "ExportLogsServiceRequest"))
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError as e:
        raise _unreadable("protobuf", "ExportLogsServiceRequest", e) from e
    return [
        _named(
            LogRecord(
                record.trace_id.hex(),
                record.span_id.hex(),
                record.event_name,
                record.time_unix_nano or record.observed_time_unix_nano,
                _proto_value(record.body),
                _proto_attributes(record.attributes),
                scope_logs.scope.name,
            )
        )
        for resource_logs in request.resource_logs
        for scope_logs in resource_logs.scope_logs
        for record in scope_logs.log_records
    ]


def fault(span: Span, earliest_ns: int, latest_ns: int) -> str:
    """Why the span cannot be a record of anything, or ""."""
    if len(span.trace_id) != 32 or span.trace_id == _NO_TRACE:
        return "invalid_trace_id"
    if len(span.span_id) != 16 or span.span_id == _NO_SPAN:
        return "invalid_span_id"
    if not (earliest_ns <= span.start_ns <= latest_ns) or span.end_ns > latest_ns:
        return "time_out_of_range"
    # clocks stepped back while a call ran give a small negative duration; more is a broken span
    if span.end_ns < span.start_ns - 1_000_000_000:
        return "end_before_start"
    return ""


_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


def _unreadable(media: str, message: str, cause: Exception) -> BadRequest:
    return BadRequest(f"the body is not a readable {media} {message}: {cause}; check the content type", field="body")


# --- protobuf


def _spans_of_proto(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource_spans in request.resource_spans:
        resource = _proto_attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope.name
            for span in scope_spans.spans:
                parent = span.parent_span_id
                status = span.status
                yield Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    parent.hex() if parent else "",
                    span.name,
                    span.kind,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    _proto_attributes(span.attributes),
                    _proto_events(span),
                    status.code,
                    status.message,
                    resource,
                    scope,
                )


def _proto_events(span: ProtoSpan) -> list[Event]:
    if not span.events:
        return []
    return [Event(e.name, e.time_unix_nano, _proto_attributes(e.attributes)) for e in span.events]


def _proto_attributes(pairs: Iterable[ProtoKeyValue]) -> Attributes:
    attributes: Attributes = {}
    for pair in pairs:
        value = pair.value
        # most values are texts or counts: asking for these first costs half of asking for the kind
        attributes[pair.key] = value.string_value or value.int_value or _proto_value(value)
    return attributes


def _proto_value(value: ProtoValue, depth: int = 0) -> Value:
    kind = value.WhichOneof("value")
    match kind:
        case "string_value" | "int_value" | "bool_value" | "double_value" | "bytes_value":
            found: Value = getattr(value, kind)
            return found
        case "array_value" if depth < MAX_DEPTH:
            return [_proto_value(item, depth + 1) for item in value.array_value.values]
        case "kvlist_value" if depth < MAX_DEPTH:
            return {pair.key: _proto_value(pair.value, depth + 1) for pair in value.kvlist_value.values}
    return None


# --- JSON: lowerCamelCase keys, hex ids, 64-bit integers as text or number, enums as number (or, wrongly, name)

_Int: TypeAlias = int | str | float | None


class _AnyValue(msgspec.Struct, rename="camel", gc=False):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: _Int = None
    double_value: int | float | str | None = None
    array_value: _Array | None = None
    kvlist_value: _KeyValues | None = None
    bytes_value: str | None = None


class _Array(msgspec.Struct, gc=False):
    values: list[_AnyValue | None] | None = None


class _KeyValue(msgspec.Struct, gc=False):
    key: str = ""
    value: _AnyValue | None = None


class _KeyValues(msgspec.Struct, gc=False):
    values: list[_KeyValue] | None = None


class _Event(msgspec.Struct, rename="camel", gc=False):
    name: str | None = None
    time_unix_nano: _Int = None
    attributes: list[_KeyValue] | None = None


class _Status(msgspec.Struct, gc=False):
    code: _Int = None
    message: str | None = None


class _Span(msgspec.Struct, rename="camel", gc=False):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    name: str | None = None
    kind: _Int = None
    start_time_unix_nano: _Int = None
    end_time_unix_nano: _Int = None
    attributes: list[_KeyValue] | None = None
    events: list[_Event] | None = None
    status: _Status | None = None


class _Scope(msgspec.Struct, gc=False):
    name: str | None = None


class _Resource(msgspec.Struct, gc=False):
    attributes: list[_KeyValue] | None = None


class _ScopeSpans(msgspec.Struct, gc=False):
    scope: _Scope | None = None
    spans: list[_Span] | None = None


class _ResourceSpans(msgspec.Struct, rename="camel", gc=False):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] | None = None


class _Traces(msgspec.Struct, rename="camel", gc=False):
    resource_spans: list[_ResourceSpans] | None = None


class _LogRecord(msgspec.Struct, rename="camel", gc=False):
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None
    time_unix_nano: _Int = None
    observed_time_unix_nano: _Int = None
    body: _AnyValue | None = None
    attributes: list[_KeyValue] | None = None


class _ScopeLogs(msgspec.Struct, rename="camel", gc=False):
    scope: _Scope | None = None
    log_records: list[_LogRecord] | None = None


class _ResourceLogs(msgspec.Struct, rename="camel", gc=False):
    scope_logs: list[_ScopeLogs] | None = None


class _Logs(msgspec.Struct, rename="camel", gc=False):
    resource_logs: list[_ResourceLogs] | None = None


_JSON_TRACES = msgspec.json.Decoder(_Traces)
_JSON_LOGS = msgspec.json.Decoder(_Logs)
_T = TypeVar("_T")
# JavaScript cuts texts between the halves of a surrogate pair and sends the lone half escaped
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_NAMED_ENUMS = {
    "STATUS_CODE_OK": 1,
    "STATUS_CODE_ERROR": 2,
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
}


def _read_json(body: bytes, decoder: msgspec.json.Decoder[_T], message: str) -> _T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as e:
        raise _unreadable("JSON", message, e) from e
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        mended = _LONE_SURROGATE.sub(lambda m: m[1] + (m[2] or rb"\ufffd"), body)
        if mended == body:
            raise _unreadable("JSON", message, e) from e
    except RecursionError as e:
        raise BadRequest(f"the JSON {message} is nested too deeply; flatten its attribute values", field="body") from e
    try:
        return decoder.decode(mended)
    except (ValueError, RecursionError) as e:
        raise _unreadable("JSON", message, e) from e


def _spans_of_json(traces: _Traces) -> Iterator[Span]:
    for resource_spans in traces.resource_spans or ():
        resource = _json_attributes(resource_spans.resource.attributes if resource_spans.resource else None)
        for scope_spans in resource_spans.scope_spans or ():
            scope = (scope_spans.scope.name if scope_spans.scope else None) or ""
            for span in scope_spans.spans or ():
                status = span.status or _NO_STATUS
                yield Span(
                    _hex(span.trace_id),
                    _hex(span.span_id),
                    _hex(span.parent_span_id),
                    span.name or "",
                    _int(span.kind),
                    _int(span.start_time_unix_nano),
                    _int(span.end_time_unix_nano),
                    _json_attributes(span.attributes),
                    [
                        Event(e.name or "", _int(e.time_unix_nano), _json_attributes(e.attributes))
                        for e in span.events or ()
                    ],
                    _int(status.code),
                    status.message or "",
                    resource,
                    scope,
                )


def _logs_of_json(logs: _Logs) -> list[LogRecord]:
    return [
        _named(
            LogRecord(
                _hex(record.trace_id),
                _hex(record.span_id),
                record.event_name or "",
                _int(record.time_unix_nano) or _int(record.observed_time_unix_nano),
                _json_value(record.body),
                _json_attributes(record.attributes),
                (scope_logs.scope.name if scope_logs.scope else None) or "",
            )
        )
        for resource_logs in logs.resource_logs or ()
        for scope_logs in resource_logs.scope_logs or ()
        for record in scope_logs.log_records or ()
    ]


def _named(record: LogRecord) -> LogRecord:
    name = record.attributes.get("event.name")
    if not record.event_name and isinstance(name, str):
        record.event_name = name
    return record


_NO_STATUS = _Status()


def _hex(text: str | None) -> str:
    """Lower-case hex; "" for no id; "?" for one that is not hex, which `fault` refuses by its length."""
    if not text:
        return ""
    try:
        return bytes.fromhex(text).hex()
    except ValueError:
        return "?"


def _int(value: _Int) -> int:
    """An integer of proto3 JSON; 0 when absent or unreadable."""
    if value.__class__ is int:
        return value
    if isinstance(value, str):
        if value in _NAMED_ENUMS:
            return _NAMED_ENUMS[value]
        return int(value) if len(value) <= 20 and value.removeprefix("-").isdecimal() else 0
    return int(value) if isinstance(value, float) and math.isfinite(value) else 0


def _json_attributes(pairs: list[_KeyValue] | None) -> Attributes:
    attributes: Attributes = {}
    for pair in pairs or ():
        value = pair.value
        if value is not None:
            text = value.string_value
            attributes[pair.key] = text if text is not None else _json_value(value)
    return attributes


def _json_value(value: _AnyValue | None, depth: int = 0) -> Value:  # noqa: PLR0911 # one return a kind
    if value is None:
        return None
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return _int(value.int_value)
    if value.bool_value is not None:
        return value.bool_value
    if value.double_value is not None:
        return _float(value.double_value)
    if value.bytes_value is not None:
        return _bytes(value.bytes_value)
    if depth >= MAX_DEPTH:
        return None
    if value.array_value is not None:
        return [_json_value(item, depth + 1) for item in value.array_value.values or ()]
    if value.kvlist_value is not None:
        return {pair.key: _json_value(pair.value, depth + 1) for pair in value.kvlist_value.values or ()}
    return None


def _float(value: float | str) -> float | None:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None
