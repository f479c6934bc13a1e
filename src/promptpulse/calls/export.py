"""Lists as files: streamed, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> Iterator[bytes]:
    """Comma-separated values with a header. Cells that a spreadsheet would run as a formula get a quote in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        if buffer.tell() > 1 << 16:
            yield _taken(buffer)
    yield _taken(buffer)


def as_ndjson(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """One JSON object a line."""
    parts: list[bytes] = []
    for row in rows:
        parts.append(msgspec.json.encode(row) + b"\n")
        if len(parts) >= 200:
            yield b"".join(parts)
            parts.clear()
    yield b"".join(parts)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() if value.startswith(FORMULA_STARTS):
            return f"'{value}"
        case Mapping():
            return msgspec.json.encode(value).decode()
        case _:
            return value
