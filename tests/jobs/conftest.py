from __future__ import annotations

from fixtures_postgres import database, postgres_database, postgres_server

__all__ = ["database", "postgres_database", "postgres_server"]
