"""A settings database on each engine, the event store, and the shared server of `tests/server`."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from dashboards.board import Board, new_board
from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.db import Database
from server.conftest import own_server, project, server
from server.process import Server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "project", "server"]


@pytest.fixture
def board(database: Database) -> Board:
    return new_board(database)


@pytest.fixture
def elsewhere(server: Server) -> Iterator[httpx.Client]:
    """Another project."""
    with server.client_of(server.project_key(f"project {uuid4()}").key) as client:
        yield client
