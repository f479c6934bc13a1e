"""The settings database: engine, column types and migrations. Tables live in the slices that own them."""

from promptpulse.db.base import Base, ExactDecimal, UtcDateTime
from promptpulse.db.database import Database, exclusive, flush_or, open_database, relocked
from promptpulse.db.migrate import migrate

__all__ = [
    "Base",
    "Database",
    "ExactDecimal",
    "UtcDateTime",
    "exclusive",
    "flush_or",
    "migrate",
    "open_database",
    "relocked",
]
