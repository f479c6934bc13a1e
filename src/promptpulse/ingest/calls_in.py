"""`POST /api/v1/calls`: rows as a program writes them, checked one by one, so that bad ones cost no good ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from promptpulse.core.call import Call, ErrorType, Status
from promptpulse.core.errors import BadRequest
from promptpulse.core.ids import uuid7
from promptpulse.core.times import to_micros
from promptpulse.ingest.classify import classify

MAX_ROWS = 10_000
MAX_PROPERTIES = 64
MAX_ERROR_MESSAGE = 4_000
"""Longer error messages are cut: their end is rarely read."""
LARGEST_NUMBER = 10**20
FIRST_TIME = datetime(2015, 1, 1, tzinfo=UTC)
FUTURE = timedelta(days=1)

Name = Annotated[str, Meta(max_length=256)]
Label = Annotated[str, Meta(max_length=256)] | int
Milliseconds = Annotated[float, Meta(ge=0, le=1e9)]
Tokens = Annotated[int, Meta(ge=0, le=1 << 53)]
Scalar = str | int | float | bool | None


class CallIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One call, with the field names of the API. `input_tokens` includes cached ones, `output_tokens` reasoning ones."""

    latency_ms: Milliseconds
    id: Label | None = None
    timestamp: datetime | None = None
    prompt_id: Label | None = None
    prompt_version: Label | None = None
    provider: Name | None = None
    model: Name | None = None
    response_model: Name | None = None
    operation: Name | None = None
    status: Literal["success", "error"] | None = None
    error_type: ErrorType | None = None
    error_name: Name | None = None
    http_status: Annotated[int, Meta(ge=100, le=599)] | None = None
    error_message: str | None = None
    llm_ms: Milliseconds | None = None
    network_ms: Milliseconds | None = None
    queue_ms: Milliseconds | None = None
    first_token_ms: Milliseconds | None = None
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    cached_input_tokens: Tokens | None = None
    cache_write_tokens: Tokens | None = None
    reasoning_tokens: Tokens | None = None
    cost_usd: Annotated[float, Meta(ge=0, le=999_999_999)] | None = None
    user_id: Label | None = None
    session_id: Label | None = None
    feature: Label | None = None
    environment: Name | None = None
    service: Name | None = None
    experiment_id: Label | None = None
    variant_id: Label | None = None
    trace_id: Name | None = None
    parent_id: Name | None = None
    finish_reason: Name | None = None
    streaming: bool | None = None
    properties: dict[str, Scalar] | None = None
    input: str | None = None
    output: str | None = None


_LABELS = tuple(f.name for f in msgspec.structs.fields(CallIn) if f.type == Label | None)


class _Envelope(msgspec.Struct):
    calls: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Row:
    """A call and its place in the request; `undated` when the server gave it its time."""

    index: int
    call: Call
    undated: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    index: int
    error: str


def read_calls(body: bytes, project: str, now: datetime) -> tuple[list[Row], list[Rejected]]:
    """Rows of `{"calls": [...]}`. Raises `BadRequest` when the whole cannot be read."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise BadRequest(f'the body must be {{"calls": [...]}}: {field_first(str(e))}', field="calls") from None
    if len(envelope.calls) > MAX_ROWS:
        raise BadRequest(
            f"calls: {len(envelope.calls)} rows are more than {MAX_ROWS}; send several requests", field="calls"
        )
    rows, rejected = [], []
    for index, raw in enumerate(envelope.calls):
        try:
            rows.append(Row(index, *read_call(raw, project, now)))
        except ValueError as e:
            rejected.append(Rejected(index, str(e)))
    return rows, rejected


def read_call(raw: bytes | msgspec.Raw, project: str, now: datetime) -> tuple[Call, bool]:
    """A call from its JSON object, and whether it came without a time. Raises `ValueError` that names the field."""
    try:
        given = msgspec.json.decode(raw, type=CallIn)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise ValueError(_explained(str(e), raw)) from None
    return to_call(given, project, now), given.timestamp is None


def to_call(given: CallIn, project: str, now: datetime, scope: str = "api") -> Call:
    """The stored form of `given`. Raises `ValueError` that names the field, the value and what to do."""
    if not given.prompt_id and not given.model:
        raise ValueError("prompt_id: give prompt_id or model, so that the call can be counted somewhere")
    for name in _LABELS:
        value = getattr(given, name)
        if isinstance(value, int) and abs(value) >= LARGEST_NUMBER:
            raise ValueError(f"{name}: a number of more than 20 digits; send it as text")
    status = _status(given)
    error_type, family = "", ""
    if status == Status.ERROR:
        error_type, family = classify(
            given.http_status, given.error_name or "", given.error_message or "", given.error_type or None
        )
    _check_tokens(given)
    known = [t for t in (given.input_tokens, given.output_tokens) if t is not None]
    return Call(
        project=project,
        id=_text(given.id) or uuid7(now),
        ts=to_micros(now) if given.timestamp is None else instant_us(given.timestamp, now),
        operation=given.operation or "chat",
        prompt_id=_text(given.prompt_id),
        prompt_version=_text(given.prompt_version),
        provider=(given.provider or "").lower(),
        model=given.model or "",
        response_model=given.response_model or "",
        status=status,
        error_type=error_type,
        error_family=family,
        error_name=given.error_name or "",
        error_message=(given.error_message or "")[:MAX_ERROR_MESSAGE],
        http_status=given.http_status,
        finish_reason=given.finish_reason or "",
        streaming=bool(given.streaming or given.first_token_ms is not None),
        latency_ms=given.latency_ms,
        llm_ms=given.llm_ms,
        network_ms=given.network_ms,
        queue_ms=given.queue_ms,
        first_token_ms=given.first_token_ms,
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
        total_tokens=sum(known) if known else None,
        cached_input_tokens=given.cached_input_tokens,
        cache_write_tokens=given.cache_write_tokens,
        reasoning_tokens=given.reasoning_tokens,
        cost_usd=None if given.cost_usd is None else Decimal(repr(given.cost_usd)).quantize(Decimal("0.000000001")),
        user_id=_text(given.user_id),
        session_id=_text(given.session_id),
        feature=_text(given.feature),
        environment=given.environment or "",
        service=given.service or "",
        scope=scope,
        experiment_id=_text(given.experiment_id),
        variant_id=_text(given.variant_id),
        trace_id=given.trace_id or "",
        parent_id=given.parent_id or "",
        properties=_properties(given.properties or {}),
        input=given.input or "",
        output=given.output or "",
    )


def _status(given: CallIn) -> Status:
    failed = given.error_type is not None or (given.http_status is not None and given.http_status >= 400)
    if given.status == "success" and failed:
        why = f"error_type {given.error_type.value!r}" if given.error_type else f"http_status {given.http_status}"
        raise ValueError(f"status: 'success' contradicts {why}; send status 'error' or leave the error out")
    if given.status is not None:
        return Status(given.status)
    return Status.ERROR if failed or given.error_message else Status.SUCCESS


def instant_us(given: datetime, now: datetime, field: str = "timestamp") -> int:
    """Microseconds since 1970 of a time that a client sent. Raises `ValueError` that names the field."""
    if given.tzinfo is None:
        raise ValueError(f"{field}: {given.isoformat()} has no time zone; add Z or an offset such as +01:00")
    if not FIRST_TIME <= given <= now + FUTURE:
        raise ValueError(f"{field}: {given.isoformat()} is before 2015 or more than a day ahead; check the clock")
    return to_micros(given)


def _check_tokens(given: CallIn) -> None:
    parts = (given.cached_input_tokens or 0) + (given.cache_write_tokens or 0)
    if given.input_tokens is not None and parts > given.input_tokens:
        raise ValueError(
            f"cached_input_tokens: cached and cache-written tokens ({parts}) exceed input_tokens ({given.input_tokens}),"
            " which must include them"
        )
    if given.output_tokens is not None and (given.reasoning_tokens or 0) > given.output_tokens:
        raise ValueError(
            f"reasoning_tokens: {given.reasoning_tokens} exceed output_tokens ({given.output_tokens}), which must include them"
        )


def _properties(given: Mapping[str, Scalar]) -> dict[str, str]:
    if len(given) > MAX_PROPERTIES:
        raise ValueError(f"properties: {len(given)} keys are more than {MAX_PROPERTIES}; keep the ones you group by")
    found = {}
    for key, value in given.items():
        if not key or len(key) > 100:
            raise ValueError(f"properties: the key {key[:20]!r} must have 1 to 100 characters")
        if value is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if len(text) > 1000:
            raise ValueError(f"properties.{key}: longer than 1000 characters; send texts as input or output")
        found[key] = text
    return found


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)


_PATH = re.compile(r"^(.*) - at `(?:\$|key)(?:\[\.\.\.\])?\.?(.*)`$", re.DOTALL)


def field_first(message: str) -> str:
    """msgspec's message with the field in front: "latency_ms: Expected `float`, got `str`"."""
    match = _PATH.match(message)
    return f"{match[2]}: {match[1]}" if match and match[2] else (match[1] if match else message)


_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "object": "an object",
    "bool": "true or false",
    "null": "null",
}
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")


def _explained(message: str, raw: bytes | msgspec.Raw) -> str:
    """msgspec's message with the field, the value and what is expected, in words."""
    if match := _UNKNOWN.match(message):
        return f"{match[1]}: there is no such field; see CallIn in /openapi.json"
    if match := _MISSING.match(message):
        return f"{match[1]}: is missing, and required"
    plain = field_first(message)
    field, colon, expected = plain.partition(": ")
    if not colon:
        return "a row must be an object"
    expected = re.sub(r", got `.*`", "", expected)
    expected = re.sub(r"`([^`]+)`", lambda types: _in_words(types[1]), expected)
    try:
        value = msgspec.json.decode(raw)[field.partition(".")[0].partition("[")[0]]
        shown = msgspec.json.encode(value).decode()
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        return f"{field}: {expected}"
    return f"{field}: {shown[:60]} is not acceptable: {expected[:1].lower()}{expected[1:]}"


def _in_words(types: str) -> str:
    return " or ".join(_WORDS.get(t, t) for t in types.split(" | ") if t != "null")
