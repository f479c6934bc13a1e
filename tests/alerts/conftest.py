"""A project that is watched, in a settings database on each engine."""

from __future__ import annotations

import pytest

from alerts.tower import Tower
from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.db import Database, migrate, open_database
from promptpulse.store import Store
from server.conftest import server

__all__ = ["database", "postgres_database", "postgres_server", "server"]


@pytest.fixture
def tower(store: Store, database: Database) -> Tower:
    return Tower.of(store, database)


@pytest.fixture
def lite(store: Store, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]  # a generator of Tower
    """As `tower`, on SQLite alone: for what no database decides."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('tower')}/settings.db")
    migrate(opened)
    yield Tower.of(store, opened)
    opened.close()
