from fixtures_postgres import database, empty_url, postgres_server, postgres_template

__all__ = ["database", "empty_url", "postgres_server", "postgres_template"]
