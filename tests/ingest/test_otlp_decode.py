"""Both encodings read alike; what cannot be read says why; one bad span costs no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from promptpulse.core.errors import BadRequest
from promptpulse.ingest.otlp import Content, Media, RecentCalls, read_logs, read_traces
from promptpulse.ingest.otlp.decode import MAX_DEPTH, decode_logs, decode_traces
from wire.spans import CHAT, NOW, NOW_NS, USED, body, ids, read, span, value


def json_values(**values: object) -> dict[str, object]:
    """Attributes as decoded from the given OTLP/JSON values."""
    sent = span(1, {})
    sent["attributes"] = [{"key": k, "value": v} for k, v in values.items()]
    (decoded,) = decode_traces(body(sent), "json")
    return decoded.attributes  # type: ignore[return-value] # dict is invariant


def test_json_values_follow_proto3() -> None:
    assert json_values(
        text={"stringValue": "x"},
        empty={"stringValue": ""},
        number={"intValue": 120},
        text_number={"intValue": "-9223372036854775808"},
        double={"doubleValue": 0.5},
        whole_double={"doubleValue": 3},
        text_double={"doubleValue": "0.25"},
        yes={"boolValue": True},
        no={"boolValue": False},
        nothing={},
        raw={"bytesValue": "AQI="},
        list={"arrayValue": {"values": [{"stringValue": "stop"}, {}, {"intValue": "1"}]}},
        empty_list={"arrayValue": {}},
        map={"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}},
    ) == {
        "text": "x",
        "empty": "",
        "number": 120,
        "text_number": -(2**63),
        "double": 0.5,
        "whole_double": 3.0,
        "text_double": 0.25,
        "yes": True,
        "no": False,
        "nothing": None,
        "raw": b"\1\2",
        "list": ["stop", None, 1],
        "empty_list": [],
        "map": {"a": 1},
    }


def test_infinities_and_nonsense_in_number_fields_are_harmless() -> None:
    values = json_values(
        nan={"doubleValue": "NaN"}, inf={"doubleValue": "Infinity"}, odd={"doubleValue": "x"}, int={"intValue": "12a"}
    )
    assert values["nan"] != values["nan"]
    assert values["inf"] == float("inf")
    assert (values["odd"], values["int"]) == (None, 0)
    facts = {**CHAT, "gen_ai.usage.input_tokens": float("inf")}
    sent = span(1, facts)
    sent["attributes"][-1]["value"] = {"doubleValue": "Infinity"}
    reading = read(sent)
    assert (reading.calls[0].input_tokens, reading.reasons) == (None, {"absurd_input_tokens": 1})


def test_json_ids_come_in_either_case_and_enums_also_by_name() -> None:
    sent = span(0xABCDEF, CHAT, trace=0xFEDCBA)
    sent["traceId"], sent["spanId"] = sent["traceId"].upper(), sent["spanId"].upper()
    sent["kind"], sent["status"] = "SPAN_KIND_CLIENT", {"code": "STATUS_CODE_ERROR", "message": "boom"}
    (call,) = read(sent).calls
    assert (call.id, call.status) == (f"{0xFEDCBA:032x}{0xABCDEF:016x}", "error")


def test_unknown_fields_nulls_and_empty_requests_are_accepted() -> None:
    for empty in (
        b"{}",
        b'{"resourceSpans":null}',
        b'{"resourceSpans":[{}]}',
        b'{"resourceSpans":[{"scopeSpans":[{}]}]}',
    ):
        assert list(decode_traces(empty, "json")) == []
    assert list(decode_traces(b"", "protobuf")) == []
    sent = span(1, CHAT) | {
        "events": None,
        "status": None,
        "links": [{"traceId": "x"}],
        "flags": 257,
        "future": {"a": 1},
    }
    assert len(read(sent).calls) == 1


@pytest.mark.parametrize(
    ("sent", "media", "words"),
    [
        (b"\xff\xff\xff", "protobuf", "not a readable protobuf ExportTraceServiceRequest"),
        (b"{}{", "protobuf", "not a readable protobuf"),
        (b"", "json", "not a readable JSON"),
        (b"{", "json", "not a readable JSON"),
        (b"[]", "json", "Expected `object`"),
        (b'{"resourceSpans": 3}', "json", "resourceSpans"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}', "json", "traceId"),
        (b'{"resourceSpans": "\xff"}', "json", "not a readable JSON"),
        (b'{"x":' * 100_000, "json", "nested too deeply"),
    ],
)
def test_a_body_that_cannot_be_read_says_what_is_wrong(sent: bytes, media: Media, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read_traces(sent, media, "p", NOW, RecentCalls())


def test_half_a_surrogate_pair_costs_no_batch() -> None:
    sent = body(span(1, {**CHAT, "user.id": "CUT"})).replace(b"CUT", rb"a\ud83d b \ud83d\ude00 \\ud83d")
    (call,) = read_traces(sent, "json", "p", NOW, RecentCalls()).calls
    assert call.user_id == "a\ufffd b \U0001f600 \\ud83d"


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"stringValue": "x"}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    return value


def test_values_nested_too_deeply_are_dropped_or_refused_but_never_crash() -> None:
    shallow = json_values(a=nested(MAX_DEPTH))["a"]
    for _ in range(MAX_DEPTH):
        assert isinstance(shallow, list)
        shallow = shallow[0]
    assert shallow == "x"
    assert "x" not in json.dumps(json_values(a=nested(MAX_DEPTH + 1)))
    deep = b'{"arrayValue":{"values":[' * 50_000
    with pytest.raises(BadRequest, match="deep"):
        decode_traces(b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + deep, "json")

    value = AnyValue(string_value="x")
    for _ in range(40):
        outer = AnyValue()
        outer.array_value.values.add().CopyFrom(value)
        value = outer
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add().attributes.add(key="a").value.CopyFrom(value)
    (decoded,) = decode_traces(request.SerializeToString(), "protobuf")
    assert "x" not in json.dumps(decoded.attributes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"traceId": "0" * 32}, "invalid_trace_id"),
        ({"traceId": "abcd"}, "invalid_trace_id"),
        ({"traceId": "zz" * 16}, "invalid_trace_id"),
        ({"traceId": None}, "invalid_trace_id"),
        ({"spanId": "0" * 16}, "invalid_span_id"),
        ({"spanId": "abc"}, "invalid_span_id"),
        ({"startTimeUnixNano": "0"}, "time_out_of_range"),
        ({"startTimeUnixNano": str(1_400_000_000 * 10**9)}, "time_out_of_range"),
        ({"startTimeUnixNano": str(NOW_NS + 2 * 86_400 * 10**9)}, "time_out_of_range"),
        ({"endTimeUnixNano": "9" * 19}, "time_out_of_range"),
        ({"endTimeUnixNano": "0"}, "end_before_start"),
        ({"endTimeUnixNano": str(NOW_NS - 2 * 10**9)}, "end_before_start"),
    ],
)
def test_a_malformed_span_is_refused_alone_with_its_reason(change: dict[str, object], reason: str) -> None:
    reading = read(span(1, CHAT) | change, span(2, CHAT, trace=2))
    assert (ids(reading), reading.spans, reading.rejected, reading.reasons) == ([2], 2, 1, {reason: 1})
    assert f"1 of 2 spans were not accepted ({reason}: 1)" in reading.error_message


def test_a_clock_that_steps_back_a_little_gives_a_call_of_no_duration() -> None:
    (call,) = read(span(1, CHAT, ms=-5.0)).calls
    assert call.latency_ms == 0.0


def test_a_broken_parent_id_makes_a_root() -> None:
    reading = read(span(1, CHAT) | {"parentSpanId": "abc"}, span(2, CHAT, trace=2) | {"parentSpanId": "0" * 16})
    assert [c.parent_id for c in reading.calls] == ["", ""]
    assert reading.reasons == {"invalid_parent_id": 1}


def test_the_latest_time_is_a_day_ahead_of_the_clock() -> None:
    sent = body(span(1, CHAT))
    early = NOW - timedelta(days=2)
    assert read_traces(sent, "json", "p", early, RecentCalls()).rejected == 1


# --- logs


def log(
    name: str,
    content: object,
    *,
    as_attribute: bool = False,
    number: int = 1,
    attributes: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, Any]:
    named = {"event.name": name} if as_attribute else {}
    return {
        "traceId": f"{1:032x}",
        "spanId": f"{number:016x}",
        "observedTimeUnixNano": str(NOW_NS),
        **({} if as_attribute else {"eventName": name}),
        "body": value(content),
        "attributes": [{"key": k, "value": value(v)} for k, v in {**named, **attributes}.items()],
    }


def logs(*records: dict[str, Any]) -> bytes:
    return json.dumps(
        {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "s"}, "logRecords": list(records)}]}]}
    ).encode()


CALL = f"{1:032x}{1:016x}"


@pytest.mark.parametrize("as_attribute", [False, True])
def test_messages_in_log_records_are_gathered_by_call(as_attribute: bool) -> None:
    sent = logs(
        log("gen_ai.system.message", {"content": "Be short."}, as_attribute=as_attribute),
        log("gen_ai.user.message", {"content": "Hi"}, as_attribute=as_attribute),
        log(
            "gen_ai.choice",
            {"index": 0, "message": {"role": "assistant", "content": "Hello"}},
            as_attribute=as_attribute,
        ),
        log("gen_ai.user.message", {}, number=2),
        log("other", {"content": "x"}, number=3),
    )
    assert read_logs(sent, "json") == [
        Content(
            CALL,
            '[{"role":"system","content":"Be short."},{"role":"user","content":"Hi"}]',
            '[{"index":0,"message":{"role":"assistant","content":"Hello"}}]',
        )
    ]


def test_operation_details_hold_structured_messages() -> None:
    message = {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}
    details = {"gen_ai.input.messages": [message]}
    sent = logs(log("gen_ai.client.inference.operation.details", None, attributes=details))
    assert read_logs(sent, "json") == [Content(CALL, json.dumps([message], separators=(",", ":")), "")]


def test_protobuf_logs_read_alike() -> None:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id, record.span_id = bytes.fromhex(CALL[:32]), bytes.fromhex(CALL[32:])
    record.event_name = "gen_ai.user.message"
    record.body.kvlist_value.values.add(key="content").value.string_value = "Hi"
    assert read_logs(request.SerializeToString(), "protobuf") == [Content(CALL, '[{"role":"user","content":"Hi"}]', "")]


def test_unreadable_logs_are_a_bad_request() -> None:
    for sent, media in ((b"\xff\xff", "protobuf"), (b"[", "json")):
        with pytest.raises(BadRequest):
            decode_logs(sent, media)  # type: ignore[arg-type] # mypy widens the literal


def test_protobuf_and_json_give_the_same_call() -> None:
    sent = span(1, {**CHAT, **USED, "gen_ai.response.finish_reasons": ["stop"], "zero": 0, "no": False}, error="boom")
    (wanted,) = decode_traces(body(sent), "json")
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.instance.id").value.string_value = "process-1"
    scope = resource.scope_spans.add()
    scope.scope.name = "a"
    proto = scope.spans.add(
        trace_id=bytes.fromhex(wanted.trace_id),
        span_id=bytes.fromhex(wanted.span_id),
        name=wanted.name,
        kind=3,
        start_time_unix_nano=wanted.start_ns,
        end_time_unix_nano=wanted.end_ns,
    )
    proto.status.code, proto.status.message = 2, "boom"  # type: ignore[assignment] # enums are integers on the wire
    for key, given in wanted.attributes.items():
        value = proto.attributes.add(key=key).value
        if isinstance(given, bool):
            value.bool_value = given
        elif isinstance(given, int):
            value.int_value = given
        elif isinstance(given, str):
            value.string_value = given
        else:
            value.array_value.values.add().string_value = "stop"
    assert list(decode_traces(request.SerializeToString(), "protobuf")) == [wanted]
