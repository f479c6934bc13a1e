"""One client for the embedded engine and for a server: same SQL, same settings, same errors."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import clickhouse_connect
from clickhouse_connect import common
from clickhouse_connect.driver.exceptions import ClickHouseError, DataError

from promptpulse.core.errors import AppError, Refused, Unavailable

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

TOO_HEAVY = {
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    158,  # TOO_MANY_ROWS
    396,  # TOO_MANY_ROWS_OR_BYTES
}
SLOW_MS = 2000
READ_SETTINGS = {
    "max_execution_time": 30,
    "max_memory_usage": 2 << 30,
    # Sums of rows that do not exist are NULL in SQL and None here: missing is not zero.
    "aggregate_functions_null_for_empty": 0,
    "max_threads": 2,
}
ENGINE = {
    # Background work that found nothing to do looks again soon. As it comes, it waits up to seconds, part of them drawn by
    # chance, and so does who deletes: the writer, too, while a day is computed anew (4 s instead of 75 s, measured).
    "background_processing_pool_task_sleep_seconds_when_no_work_random_part": 0,
    "background_processing_pool_thread_sleep_seconds_if_nothing_to_do": 0.01,
}
"""How the embedded engine starts; a server has its own configuration."""
WRITE_SETTINGS = {
    # Views of the table see a repeated insert once, too (measured; design 5).
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_partitions_per_insert_block": 0,
    "max_insert_threads": 1,
    "max_threads": 1,
}


class StoreError(AppError):
    """The engine refused or failed; `engine_code` is ClickHouse's error code (0 when unknown)."""

    status, code = 500, "store_failed"

    def __init__(self, message: str, engine_code: int) -> None:
        super().__init__(message)
        self.engine_code = engine_code


class Unstorable(AppError):
    """A value does not fit its column: trying again cannot help."""

    status, code = 422, "unstorable_value"


class TooHeavy(AppError):
    """The query passed its time or memory bound."""

    status, code = 422, "query_too_heavy"


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns of a result, and what reading it took."""

    names: tuple[str, ...]
    columns: Sequence[Sequence[object]]
    rows_read: int | None
    """None: the embedded engine does not tell."""
    elapsed_ms: float

    def rows(self) -> Iterator[tuple[object, ...]]:
        return zip(*self.columns, strict=True)

    def column(self, name: str) -> Sequence[object]:
        return self.columns[self.names.index(name)] if self.columns else ()


@dataclass(frozen=True, slots=True)
class Slow:
    """A query that took long. Its values are not in it."""

    ended: float
    """By `time.monotonic`."""
    elapsed_ms: float
    sql: str


class Store:
    """A bounded pool of connections to one database. Thread-safe; every method blocks."""

    def __init__(self, url: str, *, readers: int = 4) -> None:
        self.url = url
        self.embedded = urlsplit(url).scheme == "chdb"
        self._readers: queue.LifoQueue[Client] = queue.LifoQueue()
        self._write_lock = threading.Lock()  # a client serves one thread at a time
        with _errors():
            self._writer = _connect(url, WRITE_SETTINGS)
            for _ in range(readers):
                self._readers.put(_connect(url, READ_SETTINGS))
        self._size = readers
        self.slow: deque[Slow] = deque(maxlen=50)
        """The last ones, from old to new."""

    def query(self, sql: str, params: Mapping[str, object] | None = None, *, wait_s: float = 30.0) -> Answer:
        """Read. Values are bound as `{name:Type}`. Raises `TooHeavy`, `Unavailable` (no free connection), `StoreError`."""
        started = time.perf_counter()
        with self._reader(wait_s) as client, _errors():
            result = client.query(sql, parameters=dict(params or {}), column_oriented=True)
        elapsed_ms = (time.perf_counter() - started) * 1000
        if elapsed_ms >= SLOW_MS:
            self.slow.append(Slow(time.monotonic(), elapsed_ms, " ".join(sql.split())[:2000]))
        return Answer(
            tuple(result.column_names),
            result.result_columns,
            None if self.embedded else int(result.summary.get("read_rows", 0)),
            elapsed_ms,
        )

    def command(self, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Write or define something that is not an insert of rows."""
        with self._write_lock, _errors():
            self._writer.command(sql, parameters=dict(params or {}))

    def insert(
        self, table: str, columns: Mapping[str, Sequence[object]], types: Mapping[str, str], *, token: str | None = None
    ) -> None:
        """Store columns of equal length in one insert. The same `token` again is the same insert, and does nothing."""
        settings = {"insert_deduplication_token": token} if token else {}
        with self._write_lock, _errors():
            self._writer.insert(
                table,
                list(columns.values()),
                column_names=list(columns),
                column_type_names=[types[name] for name in columns],
                column_oriented=True,
                settings=settings,
            )

    def close(self) -> None:
        """Waits for running statements; the store is not usable afterwards."""
        for _ in range(self._size):
            self._readers.get(timeout=60).close()
        with self._write_lock:
            self._writer.close()

    @contextmanager
    def _reader(self, wait_s: float) -> Iterator[Client]:
        try:
            client = self._readers.get(timeout=wait_s)
        except queue.Empty:
            raise Unavailable("all query connections are busy; try again in a moment", retry_after_s=2) from None
        try:
            yield client
        finally:
            self._readers.put(client)


def open_store(url: str, readers: int = 4) -> Store:
    """Open (and create) the database at `url`; `readers` queries run at the same time, more wait.

    For `chdb` the folder must belong to this process alone."""
    return Store(url, readers=readers)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except DataError as e:
        raise Unstorable(f"a value cannot be stored: {str(e).partition(chr(10))[0][:300]}") from e
    except ClickHouseError as e:
        code = int(getattr(e, "code", None) or 0)
        if code in TOO_HEAVY:
            raise TooHeavy(
                "the query needs more time or memory than allowed; narrow the time range, raise `bucket` or group by less"
            ) from e
        raise StoreError(str(e).partition("\n")[0][:500], code) from e


def _connect(url: str, settings: Mapping[str, object]) -> Client:
    parts = urlsplit(url)
    common.set_setting("autogenerate_session_id", value=False)
    match parts.scheme:
        case "chdb":
            path = Path(parts.path)
            path.mkdir(parents=True, exist_ok=True)
            engine = f"{path}?{urlencode(ENGINE)}"
            return clickhouse_connect.get_client(interface="chdb", path=engine, settings=dict(settings))
        case "clickhouse" | "clickhouses":
            return clickhouse_connect.get_client(
                host=parts.hostname or "localhost",
                port=parts.port or 0,
                username=parts.username or "default",
                password=parts.password or "",
                database=parts.path.strip("/") or "default",
                secure=parts.scheme == "clickhouses",
                settings=dict(settings),
            )
        case other:
            raise Refused(
                f"store url: {other!r} is not known; use chdb:///folder, clickhouse://host/db or clickhouses://",
                field="store_url",
            )
