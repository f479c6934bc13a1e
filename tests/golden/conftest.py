"""The known calls, told once to the shared server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from golden.known import ZONE, Told, tell
from server.conftest import server
from server.process import Server

__all__ = ["server"]


@pytest.fixture(scope="module")
def told(server: Server) -> Iterator[Told]:
    made = server.project_key("known numbers", time_zone=ZONE)
    with server.client_of(made.key) as client:
        yield tell(client, made.project)
