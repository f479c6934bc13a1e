"""Rows as files: CSV that is safe to open in a spreadsheet, NDJSON, Parquet. Streamed, in bounded memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

Format = Literal["csv", "ndjson", "parquet"]
Kind = Literal["text", "number", "integer", "boolean", "time", "map"]
Row = Mapping[str, object]
MEDIA: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
FORMATS: tuple[Format, ...] = ("csv", "ndjson", "parquet")
Responses = dict[int | str, dict[str, object]]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "time": pa.string(),
    "map": pa.string(),
}
_BLOCK = 10_000
_CHUNK = 1 << 16


def documented_as_files(*forms: Format, beside: Responses | None = None) -> Responses:
    """`responses=` of a route that answers with such files, too, `beside` what it answers else."""
    others = beside or {}
    success = others.get(200, {})
    content = success.get("content", {})
    assert isinstance(content, dict)  # noqa: S101 - FastAPI types it as anything
    files = {MEDIA[form].partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for form in forms}
    return {**others, 200: {**success, "content": {**content, **files}}}


def export(rows: Iterable[Row], columns: Mapping[str, Kind], form: Format) -> Iterator[bytes]:
    """The file, in pieces. `columns` names what is written, in order. Times are RFC 3339 text, maps JSON text."""
    match form:
        case "csv":
            return _csv(rows, columns)
        case "ndjson":
            return _ndjson(rows)
        case "parquet":
            return _parquet(rows, columns)


def _csv(rows: Iterable[Row], columns: Mapping[str, Kind]) -> Iterator[bytes]:
    """Cells that a spreadsheet would run as a formula get a quote in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _ndjson(rows: Iterable[Row]) -> Iterator[bytes]:
    """One JSON object a line."""
    parts: list[bytes] = []
    for row in rows:
        parts.append(msgspec.json.encode(row) + b"\n")
        if len(parts) >= 200:
            yield b"".join(parts)
            parts.clear()
    yield b"".join(parts)


def _parquet(rows: Iterable[Row], columns: Mapping[str, Kind]) -> Iterator[bytes]:
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    # the format ends with an index of what was written, so the file is made on disk first
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            iterator = iter(rows)
            while block := list(islice(iterator, _BLOCK)):
                arrays = [pa.array([_value(row.get(c)) for row in block], _TYPES[k]) for c, k in columns.items()]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _value(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, Mapping) else value


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
