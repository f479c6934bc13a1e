from fixtures_postgres import database, postgres_database, postgres_server
from server.conftest import server

__all__ = ["database", "postgres_database", "postgres_server", "server"]
