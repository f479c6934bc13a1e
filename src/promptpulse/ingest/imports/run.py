"""A file of calls into a project: good rows once, bad rows named and kept aside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, BinaryIO, Self

import msgspec
from msgspec import Meta

from promptpulse.core.call import Call, CostSource, ErrorFamily
from promptpulse.core.errors import Refused
from promptpulse.core.ids import stable_hash
from promptpulse.ingest.calls_in import CallIn, Name, Tokens, field_first, to_call
from promptpulse.ingest.imports.formats import Fields, Format
from promptpulse.ingest.imports.records import Record, Records, open_records
from promptpulse.ingest.imports.targets import Write

BATCH_ROWS = 5_000
BATCH_BYTES = 16 << 20
SHOWN_ERRORS = 10


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`rows` = `stored` + `duplicates` + `rejected`."""

    rows: int
    stored: int
    duplicates: int
    """Rows that were stored before."""
    rejected: int
    seconds: float
    errors: tuple[str, ...]
    """The first rejections: "line 17: latency_ms: ..."."""


class Restored(msgspec.Struct):
    """Columns of an export that `POST /api/v1/calls` does not take. A row without a scope gets `import`."""

    incomplete: bool | None = None
    error_family: ErrorFamily | None = None
    retries: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    inexact_latency: bool | None = None
    total_tokens: Tokens | None = None
    cost_source: CostSource | None = None
    price_date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    scope: Name | None = None


_RESTORED = frozenset(Restored.__struct_fields__)
_IGNORED = frozenset({"received_at", "related"})


def import_file(
    path: Path,
    form: Format,
    write: Write,
    now: datetime,
    progress: Callable[[int, float], None],
    rejected_to: Path | None = None,
) -> ImportReport:
    """Store the rows of `path` by `write`. `progress` is told the rows and the share of the file (0 to 1) so far.

    The id of a row without one depends on the file's first line, the format, the row's number and the row. So a file may
    be imported again, renamed, zipped, grown, or after an import that was cut off: each row is stored once. Rejected rows
    go to `rejected_to` (one JSON object a line) with their line and what is wrong; without any, no such file is left.

    Raises `NotFound`, `Refused` (columns are missing), `BadRequest` (the file is damaged) and what `write` raises."""
    started = time.perf_counter()
    counts = _Counts()
    with open_records(path, form.kind) as records, _Rejections(rejected_to, counts) as rejections:
        _check_columns(records, form)
        identity = stable_hash(form.name, form.settings, records.first_line.decode("utf-8", "replace"))
        batch: list[tuple[Record, Call]] = []
        size = 0
        for record in records:
            counts.rows += 1
            try:
                call = _call(record, form, counts.rows, identity, now)
            except ValueError as e:
                rejections.add(record, str(e))
                continue
            batch.append((record, call))
            size += len(record.content)
            if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
                _write(batch, write, counts, rejections)
                batch, size = [], 0
                progress(counts.rows, records.share)
        if batch:
            _write(batch, write, counts, rejections)
        progress(counts.rows, 1.0)
    seconds = time.perf_counter() - started
    return ImportReport(counts.rows, counts.stored, counts.duplicates, counts.rejected, seconds, tuple(counts.errors))


class _Counts:
    def __init__(self) -> None:
        self.rows = self.stored = self.duplicates = self.rejected = 0
        self.errors: list[str] = []


class _Rejections:
    """The file of rejected rows; it comes into being with the first one."""

    def __init__(self, path: Path | None, counts: _Counts) -> None:
        self._path = path
        self._counts = counts
        self._file: BinaryIO | None = None

    def add(self, record: Record, error: str) -> None:
        self._counts.rejected += 1
        if len(self._counts.errors) < SHOWN_ERRORS:
            self._counts.errors.append(f"line {record.line}: {error}")
        if self._path is None:
            return
        if self._file is None:
            try:
                self._file = self._path.open("wb")
            except OSError as e:  # a folder that is only read costs no good row
                self._counts.errors.append(f"{self._path}: rejected rows cannot be kept there: {e.strerror}")
                self._path = None
                return
        row: object = record.cells if record.cells is not None else record.content.decode("utf-8", "replace")
        self._file.write(msgspec.json.encode({"line": record.line, "error": error, "row": row}) + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        elif kind is None and self._path is not None:
            self._path.unlink(missing_ok=True)  # of an earlier run; it would speak of rows that are stored now


def _check_columns(records: Records, form: Format) -> None:
    missing = [name for name in form.needs if name not in records.columns]
    if missing:
        raise Refused(
            f"the column {missing[0]!r}, which {form.name} needs, is not there; the file has {', '.join(records.columns)}",
            field="format",
        )


def _call(record: Record, form: Format, number: int, identity: str, now: datetime) -> Call:
    if record.error:
        raise ValueError(record.error)
    fields = form.fields(record, number)
    extra: Fields = {name: fields.pop(name) for name in _RESTORED & fields.keys()}
    for name in _IGNORED & fields.keys():
        del fields[name]
    lax = form.kind == "csv"  # cells are texts, numbers among them
    try:
        given = msgspec.convert(fields, CallIn, strict=not lax)
        restored = msgspec.convert(extra, Restored, strict=not lax)
    except msgspec.ValidationError as e:
        raise ValueError(field_first(str(e))) from None
    if given.timestamp is None:
        raise ValueError("timestamp: a row of a file must say when the call began")
    if given.id is None or given.id == "":
        given.id = stable_hash(identity, str(number), record.content.decode("utf-8", "replace"))
    call = to_call(given, "", now, scope="import")
    _restore(call, restored)
    return call


def _restore(call: Call, known: Restored) -> None:
    for name in ("incomplete", "retries", "inexact_latency", "total_tokens", "error_family", "scope"):
        value = getattr(known, name)
        if value is not None:
            setattr(call, name, value)
    if call.cost_usd is not None and known.cost_source in {CostSource.PRICE_LIST, CostSource.OVERRIDE}:
        call.cost_source, call.price_date = known.cost_source, known.price_date or ""


def _write(batch: list[tuple[Record, Call]], write: Write, counts: _Counts, rejections: _Rejections) -> None:
    sent = write([call for _, call in batch])
    counts.stored += sent.stored
    counts.duplicates += sent.duplicates
    for index, error in sent.rejected:
        rejections.add(batch[index][0], error)
