"""The shared server of `tests/server`, and a project with a running experiment that nobody else uses."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from scores.world import World, new_world
from server.conftest import own_server, server
from server.process import Server

__all__ = ["own_server", "server"]


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with server.client_of(server.project_key(f"scores {uuid4()}").key) as client:
        yield new_world(client)
