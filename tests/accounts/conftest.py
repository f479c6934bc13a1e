import pytest

from accounts.world import Clock, World, small_world
from fixtures_postgres import database, postgres_server, postgres_template
from promptpulse.db import Database

__all__ = ["database", "postgres_server", "postgres_template"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return small_world(database, clock)
