"""A server that tests share, and projects that they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from server.process import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Runs for the whole session: a test uses a project of its own and does not stop it."""
    running = Server(tmp_path_factory.mktemp("shared") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers that a test may stop and kill: `own_server(setting="value")`, not yet started."""
    made: list[Server] = []

    def make(**settings: str) -> Server:
        made.append(Server(tmp_path / f"data{len(made)}", settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def project(server: Server) -> Iterator[httpx.Client]:
    """A client with all scopes of a project that nobody else uses."""
    with server.client_of(server.project_key(f"project {uuid4()}").key) as client:
        yield client
