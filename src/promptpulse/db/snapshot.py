"""A copy of the settings database at one moment, while others write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from promptpulse.core.errors import Conflict
from promptpulse.db.database import Database


def copy_to(database: Database, file: Path) -> None:
    """One SQLite file, without a log beside it. Raises `Conflict` for PostgreSQL."""
    if database.engine.dialect.name != "sqlite":
        raise Conflict(
            "the settings database is PostgreSQL: back it up with pg_dump (docs/operations.md)", code="not_embedded"
        )
    connection = database.engine.raw_connection()
    try:
        source = connection.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - of the dialect
        with closing(sqlite3.connect(file)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
