"""Items of the queue -> requests. Runs on the thread of the delivery."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from promptpulse.sdk.request import Request
from promptpulse.sdk.wire import PROTOBUF, json_bytes, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def requests(kind: str, values: Sequence[object]) -> Iterable[Request]:
    if kind == "spans":
        yield _spans(values)
    elif kind == "scores":
        for row in _rows(values):
            yield Request("scores", "/api/v1/scores", whole=row)
    else:
        rows = _rows(values)
        if rows:
            yield Request(kind, "/api/v1/" + kind, count=len(rows), name=kind, rows=rows)


def _rows(values: Sequence[object]) -> list[bytes]:
    found = []
    for value in values:
        try:
            found.append(json_bytes(_row(cast("Mapping[str, Any]", value))))
        except Exception:  # noqa: BLE001, PERF203, S112 - values of the host may do anything; a row costs no other
            continue
    return found


def _row(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what is not known; times as text."""
    row = {name: value for name, value in given.items() if value is not None}
    at = row.get("timestamp")
    if isinstance(at, datetime):
        row["timestamp"] = at.astimezone().isoformat()
    elif isinstance(at, (int, float)):
        row["timestamp"] = rfc3339(at)
    return row


def _spans(values: Sequence[object]) -> Request:
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: PLC0415 - 50 ms

    body = encode_spans(cast("Any", values)).SerializeToString()
    return Request("spans", "/v1/traces", PROTOBUF, len(values), whole=body)
