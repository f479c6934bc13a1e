import pytest

from accounts.world import World, small_world
from clock import Clock
from fixtures_postgres import database, postgres_database, postgres_server
from promptpulse.db import Database

__all__ = ["database", "postgres_database", "postgres_server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return small_world(database, clock)
