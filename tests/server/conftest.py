"""A server that tests share, and projects that they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from server.process import Server


@pytest.fixture(scope="session")
def server(shared_server: Server) -> Server:
    """Runs for the whole session: a test uses a project of its own and does not stop it."""
    return shared_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers that a test may stop and kill: `own_server(setting="value")`, not yet started."""
    yield from _servers(tmp_path, from_nothing=False)


@pytest.fixture
def server_from_nothing(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """As `own_server`, started as a user does: for what beginning and end are."""
    yield from _servers(tmp_path, from_nothing=True)


def _servers(folder: Path, *, from_nothing: bool) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def make(**settings: str) -> Server:
        made.append(Server(folder / f"data{len(made)}", settings, from_nothing=from_nothing))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def project(server: Server) -> Iterator[httpx.Client]:
    """A client with all scopes of a project that nobody else uses."""
    with server.client_of(server.project_key(f"project {uuid4()}").key) as client:
        yield client
