"""Opening the settings database, and the two ways to talk to it: reading and writing."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from promptpulse.core.errors import AppError, Refused
from promptpulse.db.base import Base

BUSY_TIMEOUT_MS = 15_000
BEGIN = "promptpulse_begin"
LOG_PAGES = 10_000
"""Of 4 KiB, in the log of SQLite. A writer that fills it waits until the disk has it all; see `Database.checkpoint`."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open settings database; safe to share between threads."""

    engine: Engine
    sessions: sessionmaker[Session]
    """For reading: `with database.sessions() as session`."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at the end, and rolled back on an exception.

        On SQLite it takes the write lock at once and waits for it: a transaction that starts as a reader and then
        writes fails with SQLITE_BUSY_SNAPSHOT, without waiting, when another has written in between."""
        with self.sessions.begin() as session:
            session.connection(execution_options={BEGIN: "BEGIN IMMEDIATE"})
            yield session

    def checkpoint(self) -> None:
        """Write the log of SQLite into the database file, while others go on writing. Nothing to do on PostgreSQL.

        For a thread that nobody waits for, after many writes: the next writer then need not wait for the disk."""
        if self.engine.dialect.name == "sqlite":
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
            finally:
                connection.close()

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:///<path>` (its folder is created) or `postgresql://...`. Raises Refused for any other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as e:
        # It may contain a password, and cannot be taken apart to hide it.
        raise _refused(f"{url[:4]}...") from e
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            engine = _sqlite(parsed)
        case "postgresql" | "postgres":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=20, pool_pre_ping=True
            )
        case _:
            raise _refused(parsed.render_as_string(hide_password=True))
    return Database(engine, sessionmaker(engine, expire_on_commit=False))


def exclusive(session: Session | Connection, name: str) -> None:
    """Wait until no other transaction holds the lock `name`; it is held to the end of this one.

    Takes effect on PostgreSQL; on SQLite writing transactions are alone anyway."""
    bind = session if isinstance(session, Connection) else session.connection()
    if bind.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        bind.execute(select(func.pg_advisory_xact_lock(number)))


def relocked(session: Session, row: Base) -> bool:
    """`row` as the last transaction left it, and nobody else changes it to the end of this one. False: it was deleted since
    it was read.

    To be called before what was read is changed: two who write the same JSON would lose what the first one wrote."""
    key = inspect(row).identity
    return session.get(type(row), key, populate_existing=True, with_for_update=True) is not None


def flush_or(session: Session, error: AppError) -> None:
    """Send what is pending; raises `error` when it breaks a constraint of the database, such as a unique name."""
    try:
        session.flush()
    except IntegrityError as e:
        raise error from e


def _refused(url: str) -> Refused:
    return Refused(
        f"database url {url!r} is not one we can open; use sqlite:////path/to/settings.db or "
        "postgresql://user:password@host/name",
        field="database_url",
    )


def _sqlite(url: URL) -> Engine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), pool_size=10, max_overflow=40)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        # Python's own BEGIN comes before DML only, so DDL would not be in the transaction; we send BEGIN below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))

    return engine
