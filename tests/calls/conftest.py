"""A settings database on each engine, and the shared server of `tests/server`."""

from fixtures_postgres import database, postgres_database, postgres_server
from server.conftest import own_server, project, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "project", "server"]
