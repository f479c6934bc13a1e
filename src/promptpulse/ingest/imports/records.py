"""Rows of a file, plain or gzip, CSV or one JSON object a line: one after another, in bounded memory."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal, cast

from promptpulse.core.errors import BadRequest, NotFound, Refused

Kind = Literal["csv", "ndjson"]
MAX_ROW_BYTES = 20 << 20
GZIP_MAGIC = b"\x1f\x8b"
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it begins, its text, and its cells by column (CSV). `error`: why it cannot be read."""

    line: int
    """Of the decompressed file, from 1."""
    content: bytes
    cells: dict[str, str] | None = None
    error: str = ""


class Records:
    """An open file. `first_line` is the header of a CSV, else the first row."""

    def __init__(self, raw: BinaryIO, size: int, kind: Kind) -> None:
        self._raw = raw
        self._size = size
        zipped = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        self._plain = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else raw
        self._kind = kind
        self._line = 0
        self._text = io.TextIOWrapper(self._plain, encoding="utf-8-sig", errors="surrogateescape", newline="")
        with self._readable():
            self._first = self._plain.readline(MAX_ROW_BYTES) if kind == "ndjson" else self._text.readline(MAX_ROW_BYTES).encode(
                "utf-8", "surrogateescape"
            )  # fmt: skip
        self.first_line = self._first.strip()
        self.columns: tuple[str, ...] = ()
        if kind == "csv":
            self._open_csv()

    def __iter__(self) -> Iterator[Record]:
        with self._readable():
            yield from self._csv_rows() if self._kind == "csv" else self._lines()

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._raw.tell() / self._size if self._size else 1.0

    def _open_csv(self) -> None:
        csv.field_size_limit(MAX_ROW_BYTES)  # texts of calls are longer than the 128 kB that the module allows
        header = self._first.decode("utf-8", "surrogateescape")
        delimiter = max(DELIMITERS, key=header.count)
        self._csv = csv.reader(chain([header], self._text), delimiter=delimiter, strict=False)
        with self._readable():
            self.columns = tuple(name.strip() for name in next(self._csv, []))
        self._line = self._csv.line_num
        if not any(self.columns):
            raise Refused("the file is empty; a CSV begins with a line of column names")
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise Refused(f"the column {twice[0]!r} is there twice; rename one")

    def _csv_rows(self) -> Iterator[Record]:
        for row in self._csv:
            begins, self._line = self._line + 1, self._csv.line_num
            if not row:
                continue
            joined = "\x1f".join(row)
            try:
                content = joined.encode()
            except UnicodeEncodeError:
                yield Record(
                    begins, joined.encode("utf-8", "surrogateescape"), error="the row is not UTF-8; convert the file"
                )
                continue
            if len(row) != len(self.columns):
                yield Record(begins, content, error=f"the row has {len(row)} cells, the header has {len(self.columns)}")
                continue
            yield Record(begins, content, dict(zip(self.columns, row, strict=True)))

    def _lines(self) -> Iterator[Record]:
        line = self._first.removeprefix(b"\xef\xbb\xbf")
        while line:
            self._line += 1
            if len(line) >= MAX_ROW_BYTES and not line.endswith(b"\n"):
                while not line.endswith(b"\n") and (line := self._plain.readline(MAX_ROW_BYTES)):
                    pass
                yield Record(self._line, b"", error=f"the row is longer than {MAX_ROW_BYTES >> 20} MiB")
            elif line.strip():
                yield Record(self._line, line.strip())
            line = self._plain.readline(MAX_ROW_BYTES)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as e:
            raise BadRequest(
                f"the gzip file is damaged or cut off after line {self._line}: {e}; rows before it are kept,"
                " and a whole file can be imported over them"
            ) from None
        except csv.Error as e:
            raise BadRequest(f"the CSV cannot be read after line {self._line}: {e}; rows before it are kept") from None


@contextmanager
def open_records(path: Path, kind: Kind) -> Iterator[Records]:
    """Raises `NotFound`, `Refused` (no header) and, also while reading, `BadRequest` (damaged)."""
    try:
        raw = path.open("rb")
    except OSError as e:
        raise NotFound(f"{path}: {e.strerror}") from None
    with raw:
        yield Records(raw, path.stat().st_size, kind)
