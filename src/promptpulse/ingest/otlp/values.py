"""Attribute values as emitters write them -> the types of a call. Nothing here raises."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from promptpulse.ingest.otlp.decode import Value

MAX_TOKENS = 1_000_000_000
MAX_MS = 1e9
MAX_USD = 1_000_000
NANO_USD = Decimal("0.000000001")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AbsurdValueError(ValueError):
    """A number that is negative, not finite, or beyond any call."""


_T = TypeVar("_T")


def sane(read: Callable[[Value], _T | None], value: Value, absurd: Counter[str], column: str) -> _T | None:
    """What `read` makes of `value`; None for a number that cannot be true, counted as `absurd_<column>`."""
    try:
        return read(value)
    except AbsurdValueError:
        absurd["absurd_" + column] += 1
        return None


def text_of(value: Value, limit: int = 256) -> str:
    """At most `limit` characters; "" for anything that is not a scalar."""
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return f"{value:.15g}" if isinstance(value, float) and math.isfinite(value) else ""


def unquoted(value: Value) -> Value:
    """Langfuse writes metadata as JSON: `"gold"` with its quotes."""
    if isinstance(value, str) and value[:1] == '"' and value[-1:] == '"':
        decoded = json_of(value)
        return value if decoded is None else decoded
    return value


def json_of(value: Value) -> Value:
    """The value inside a JSON text, or a value that came structured; None for what is neither."""
    if not isinstance(value, str):
        return value
    try:
        decoded: Value = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return None
    return decoded


def map_of(value: Value) -> dict[str, Value]:
    decoded = json_of(value) if value else None
    return decoded if isinstance(decoded, dict) else {}


def tokens_of(value: Value) -> int | None:
    """Raises AbsurdValueError."""
    number = value if value.__class__ is int else number_of(value)
    if number is None:
        return None
    if not 0 <= number <= MAX_TOKENS:
        raise AbsurdValueError
    return int(number)


def milliseconds_of(value: Value) -> float | None:
    """Raises AbsurdValueError."""
    number = number_of(value)
    if number is not None and not 0 <= number <= MAX_MS:
        raise AbsurdValueError
    return number


def seconds_in_ms_of(value: Value) -> float | None:
    """Raises AbsurdValueError."""
    number = number_of(value)
    return None if number is None else milliseconds_of(1000.0 * number)


def dollars_of(value: Value) -> Decimal | None:
    """None also for 0, which emitters write for a price they do not know. Raises AbsurdValueError."""
    number = number_of(value)
    if number is None:
        return None
    if not 0 <= number <= MAX_USD:
        raise AbsurdValueError
    return Decimal(repr(number)).quantize(NANO_USD) or None


def number_of(value: Value) -> float | None:
    """A number, also from text. Raises AbsurdValueError for NaN and infinities."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        raise AbsurdValueError
    return number if isinstance(value, float | str) else value


def flag_of(value: Value) -> bool:
    """True also for the text `"True"` (litellm)."""
    return value is True or (isinstance(value, str) and value.lower() == "true") or value == 1


def status_of(value: Value) -> int | None:
    """An HTTP status, also from text; None for other codes (`error.code` may be `content_filter`)."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value) if len(value) == 3 else None
    return value if isinstance(value, int) and 100 <= value <= 599 else None


def time_ns_of(value: Value) -> int | None:
    """Nanoseconds since 1970 from an ISO time, in JSON quotes or not."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip('"'))
    except ValueError:
        return None
    delta = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1_000
