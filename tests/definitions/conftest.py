"""A project in a settings database on each engine, and the shared server of `tests/server`."""

from __future__ import annotations

import pytest

from accounts.world import World, small_world
from clock import Clock
from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.db import Database
from server.conftest import project, server

__all__ = ["database", "postgres_database", "postgres_server", "project", "server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return small_world(database, clock)
