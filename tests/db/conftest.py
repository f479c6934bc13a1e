from fixtures_postgres import database, empty_url, postgres_database, postgres_server

__all__ = ["database", "empty_url", "postgres_database", "postgres_server"]
