"""A project in a settings database on each engine, and the shared server of `tests/server`."""

from __future__ import annotations

import pytest

from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.db import Database
from prompts.shelf import Shelf, new_project
from server.conftest import own_server, project, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "project", "server"]


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database, new_project(database, "default"))
