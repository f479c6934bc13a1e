"""Rows as files: CSV that is safe to open in a spreadsheet, NDJSON, Parquet. Streamed, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Literal

import anyio
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from typing_extensions import Buffer

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
Pieces = Generator[bytes, None, None]
TOTAL_ROWS = "X-Total-Rows"
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


class Attachment(StreamingResponse):
    """A file that is made while it is sent. What made it is closed in the end, also when the client goes away."""

    def __init__(
        self,
        name: str,
        rows: Iterable[Row],
        columns: Mapping[str, Kind],
        form: Format,
        *,
        total: int | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        """`total`: how many rows there are, for a progress bar. `on_end` is called once."""
        pieces = export(rows, columns, form)
        headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
        if total is not None:
            headers[TOTAL_ROWS] = str(total)
        super().__init__(pieces, media_type=MEDIA[form], headers=headers)
        self._pieces, self._on_end = pieces, on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._close)

    def _close(self) -> None:
        self._pieces.close()
        if self._on_end:
            self._on_end()


def export(rows: Iterable[Row], columns: Mapping[str, Kind], form: Format) -> Pieces:
    """The file, in pieces. `columns` names what is written, in order. Times are RFC 3339 text, maps JSON text."""
    match form:
        case "csv":
            return _csv(rows, columns)
        case "ndjson":
            return _ndjson(rows)
        case "parquet":
            return _parquet(rows, columns)


def _csv(rows: Iterable[Row], columns: Mapping[str, Kind]) -> Pieces:
    """Cells that a spreadsheet would run as a formula get a quote in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _ndjson(rows: Iterable[Row]) -> Pieces:
    """One JSON object a line."""
    parts: list[bytes] = []
    for row in rows:
        parts.append(msgspec.json.encode(row) + b"\n")
        if len(parts) >= 200:
            yield b"".join(parts)
            parts.clear()
    yield b"".join(parts)


def _parquet(rows: Iterable[Row], columns: Mapping[str, Kind]) -> Pieces:
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        yield sink.taken()
        iterator = iter(rows)
        while block := list(islice(iterator, _BLOCK)):
            arrays = [pa.array([_value(row.get(c)) for row in block], _TYPES[k]) for c, k in columns.items()]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What was written since it was last taken: the format writes its index last, and never goes back."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, piece: Buffer) -> int:
        size = memoryview(piece).nbytes
        self._written += piece
        self._at += size
        return size

    def taken(self) -> bytes:
        piece = bytes(self._written)
        self._written.clear()
        return piece


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
