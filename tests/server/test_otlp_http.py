"""OTLP over HTTP as exporters speak it: encodings, framings, paths, credentials, refusals and overload."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from bench.payloads import otlp_batch
from google.protobuf.json_format import MessageToDict
from google.rpc.status_pb2 import Status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from server.process import Server
from server.test_once import total

PROTOBUF, JSON = "application/x-protobuf", "application/json"
PREFIXES = ("", "/otel", "/api/public/otel")
SIGNALS = ("traces", "logs", "metrics")
SPANS = 7
SQUEEZE: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}


def request(seed: int, spans: int = SPANS) -> ExportTraceServiceRequest:
    minute = datetime.now(UTC) - timedelta(minutes=2)
    return ExportTraceServiceRequest.FromString(otlp_batch(spans, seed, int(minute.timestamp()) * 10**9))


def as_json(message: ExportTraceServiceRequest) -> bytes:
    """OTLP/JSON: as protobuf's JSON, but ids are hex."""
    found = MessageToDict(message, use_integers_for_enums=True)
    for resource in found.get("resourceSpans", []):
        for scope in resource["scopeSpans"]:
            for span in scope.get("spans", []):
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in span:
                        span[name] = base64.b64decode(span[name]).hex()
    return json.dumps(found).encode()


def in_pieces(body: bytes) -> Iterator[bytes]:
    """Sent without Content-Length, in chunks that cut messages anywhere."""
    step = 1000 if len(body) < 1 << 20 else 1 << 16
    for start in range(0, len(body), step):
        yield body[start : start + step]


def post(
    client: httpx.Client, body: bytes, media: str = PROTOBUF, path: str = "/v1/traces", encoding: str = "", *,
    chunked: bool = False,
) -> httpx.Response:  # fmt: skip
    headers = {"Content-Type": media, **({"Content-Encoding": encoding} if encoding else {})}
    return client.post(path, content=in_pieces(body) if chunked else body, headers=headers)


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
@pytest.mark.parametrize("encoding", SQUEEZE, ids=["plain", "gzip", "deflate"])
@pytest.mark.parametrize("media", [PROTOBUF, JSON, f"{JSON}; charset=utf-8"], ids=["protobuf", "json", "charset"])
def test_every_encoding_and_framing_is_read_at_every_path(
    server: Server, project: httpx.Client, media: str, encoding: str, chunked: bool
) -> None:
    for n, prefix in enumerate(PREFIXES):
        message = request(n)
        plain = message.SerializeToString() if media == PROTOBUF else as_json(message)
        answer = post(project, SQUEEZE[encoding](plain), media, f"{prefix}/v1/traces", encoding, chunked=chunked)
        assert answer.status_code == 200, answer.text
        assert answer.content == (b"" if media == PROTOBUF else b"{}")
        assert answer.headers["content-type"] == media.partition(";")[0]
        for signal in ("logs", "metrics"):
            nothing = b"" if media == PROTOBUF else b"{}"
            answer = post(
                project, SQUEEZE[encoding](nothing), media, f"{prefix}/v1/{signal}", encoding, chunked=chunked
            )
            assert (answer.status_code, answer.content) == (200, nothing), signal
    assert total(server, project) == SPANS * len(PREFIXES)


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("media", [PROTOBUF, JSON])
def test_an_empty_request_is_a_success(project: httpx.Client, signal: str, media: str) -> None:
    for encoding, squeezed in SQUEEZE.items():
        nothing = b"" if media == PROTOBUF else b"{}"
        answer = post(project, squeezed(nothing), media, f"/v1/{signal}", encoding)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == media


def test_bad_spans_are_told_and_good_ones_kept(server: Server, project: httpx.Client) -> None:
    message = request(1)
    spans = message.resource_spans[0].scope_spans[0].spans
    spans[0].trace_id = b""
    spans[1].span_id = bytes(8)
    spans[2].start_time_unix_nano = 0
    answer = post(project, message.SerializeToString())
    assert answer.status_code == 200
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert partial.rejected_spans == 3
    assert "3 of 7 spans" in partial.error_message
    told = post(project, as_json(message), JSON).json()["partialSuccess"]
    assert told["rejectedSpans"] == "3"
    assert "3 of 7 spans" in told["errorMessage"]
    assert total(server, project) == 4


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("signal", ["traces", "logs"])  # metrics are dropped unread
def test_what_cannot_be_read_is_refused_with_a_status_message(project: httpx.Client, prefix: str, signal: str) -> None:
    path = f"{prefix}/v1/{signal}"
    answer = post(project, b"\xff\xfe no protobuf", PROTOBUF, path)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROTOBUF)
    status = Status.FromString(answer.content)
    assert status.code == 3
    assert status.message
    answer = post(project, b'{"resourceSpans": [', JSON, path)
    assert (answer.status_code, answer.headers["content-type"]) == (400, JSON)
    assert answer.json()["code"] == 3
    assert answer.json()["message"]
    for encoding in ("gzip", "deflate"):
        answer = post(project, b"not compressed", PROTOBUF, path, encoding)
        assert answer.status_code == 400
        assert encoding in Status.FromString(answer.content).message
        cut = SQUEEZE[encoding](request(1).SerializeToString())[:-20]
        assert post(project, cut, PROTOBUF, path, encoding).status_code == 400


@pytest.mark.parametrize(
    ("media", "encoding"), [("text/plain", ""), ("", ""), (PROTOBUF, "br"), (PROTOBUF, "gzip, gzip"), (JSON, "zstd")]
)
def test_unknown_types_and_encodings_are_415(project: httpx.Client, media: str, encoding: str) -> None:
    for path in ("/v1/traces", "/otel/v1/logs"):
        answer = post(project, b"", media, path, encoding)
        assert answer.status_code == 415
        assert (encoding or media or "content-type") in answer.text


def test_a_decompression_bomb_is_413_and_costs_little_memory(own_server: Callable[..., Server]) -> None:
    server = own_server(max_body_mb="20").start()
    before = server.peak_memory_mb()
    for encoding in ("gzip", "deflate"):
        bomb = SQUEEZE[encoding](bytes(500 << 20))
        assert len(bomb) < 1 << 20
        for path in ("/v1/traces", "/api/v1/calls"):
            answer = post(server.client, bomb, JSON if "calls" in path else PROTOBUF, path, encoding)
            assert answer.status_code == 413
            assert "20 MiB" in answer.text
    plain = post(server.client, bytes(21 << 20))
    assert plain.status_code == 413
    assert Status.FromString(plain.content).code == 11
    unsigned = server.client_of("").post(
        "/api/v1/session", content=in_pieces(bytes(21 << 20)), headers={"Content-Type": JSON}
    )
    assert (unsigned.status_code, unsigned.json()["code"]) == (413, "too_large")
    assert server.peak_memory_mb() - before < 150
    assert server.client.get("/readyz").status_code == 200
    server.stop()


def credentials(key: str) -> dict[str, dict[str, str]]:
    def basic(text: str) -> str:
        return "Basic " + base64.b64encode(text.encode()).decode()

    return {
        "bearer": {"Authorization": f"Bearer {key}"},
        "lower case": {"authorization": f"bearer {key}"},
        "basic": {"Authorization": basic(f"public:{key}")},
        "basic, key first": {"Authorization": basic(f"{key}:")},
        "bare": {"Authorization": key},
        "x-api-key": {"x-api-key": key},
    }


@pytest.mark.parametrize("form", credentials(""))
def test_every_form_of_credential_counts_and_a_wrong_key_never_does(server: Server, form: str) -> None:
    mine = server.project_key(f"credentials {form}")
    with server.client_of("", **credentials(mine.key)[form]) as client:
        assert post(client, request(5).SerializeToString()).status_code == 200
        assert total(server, client) == SPANS
    with server.client_of("", **credentials("pp_wrong")[form]) as client:
        for prefix in PREFIXES:
            for signal in SIGNALS:
                answer = post(client, b"", PROTOBUF, f"{prefix}/v1/{signal}")
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"] == "Bearer"
                assert Status.FromString(answer.content).code == 16


@pytest.mark.parametrize("path", ["//v1/traces", "//otel/v1/traces", "///api/public/otel/v1/traces"])
def test_a_doubled_slash_is_one(server: Server, project: httpx.Client, path: str) -> None:
    answer = project.post(
        f"{server.url}{path}", content=request(6).SerializeToString(), headers={"Content-Type": PROTOBUF}
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert post(project, b"\xff", PROTOBUF, f"{server.url}{path}").headers["content-type"] == PROTOBUF
    assert total(server, project) == SPANS


def test_overload_asks_exporters_to_wait_and_others_too(own_server: Callable[..., Server]) -> None:
    server = own_server(rate_limit_per_minute="3").start()
    answers = [post(server.client, request(n).SerializeToString()) for n in range(7)]
    codes = [a.status_code for a in answers]
    assert set(codes) == {200, 503}
    assert codes.count(200) in {3, 6}  # six: a new minute began in between
    refused = answers[codes.index(503)]
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    assert refused.headers["ratelimit-limit"] == "3"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert Status.FromString(refused.content).code == 14
    others = [server.client.get("/api/v1/status") for _ in range(5)]
    limited = [a for a in others if a.status_code == 429]
    assert limited
    assert 1 <= int(limited[0].headers["retry-after"]) <= 60
    assert limited[0].json()["code"] == "rate_limited"
    server.stop()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=60).map(lambda tail: request(9, 2).SerializeToString()[:-30] + tail),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda v: st.lists(v, max_size=3)
            | st.dictionaries(
                st.sampled_from(["resourceSpans", "scopeSpans", "spans", "attributes", "value", "key", "stringValue", "traceId"]),
                v, max_size=3,
            ),
        ).map(lambda v: json.dumps(v).encode()),
        st.integers(1, 5000).map(lambda n: b'{"resourceSpans":' * n),
        st.integers(1, 100_000).map(lambda n: b'{"resourceSpans":' + b"[" * n),
    ),
    media=st.sampled_from([PROTOBUF, JSON]),
    path=st.sampled_from([f"{p}/v1/{s}" for p in PREFIXES for s in SIGNALS]),
    encoding=st.sampled_from(["", "", "gzip", "deflate"]),
    squeeze=st.booleans(),
)  # fmt: skip
def test_no_bytes_make_the_server_fail(
    server: Server, body: bytes, media: str, path: str, encoding: str, squeeze: bool
) -> None:
    sent = SQUEEZE[encoding](body) if squeeze else body
    answer = post(server.client, sent, media, path, encoding)
    assert answer.status_code in {200, 400}, answer.text
    assert answer.headers["content-type"] == media
