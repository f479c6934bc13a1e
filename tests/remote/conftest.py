"""The shared server, a project with a few calls, and the commands on it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from promptpulse.core.times import rfc3339
from server.conftest import own_server, server
from server.process import Server, completed

__all__ = ["own_server", "server"]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Shop:
    """Four calls of two prompts within the last minutes: one of them failed."""

    server: Server
    key: str


@pytest.fixture(scope="session")
def shop(server: Server) -> Iterator[Shop]:
    made = Shop(server, server.project_key("shop of the commands").key)
    now = datetime.now(UTC)
    calls: list[dict[str, object]] = [
        {
            "id": f"call-{i}", "prompt_id": prompt, "model": "gpt-4o", "latency_ms": ms, "status": status,
            "timestamp": rfc3339(now - timedelta(minutes=5, seconds=i)),
        }
        for i, (prompt, ms, status) in enumerate(
            [("greeting", 100, "success"), ("greeting", 300, "error"), ("farewell", 50, "success"), ("farewell", 50, "success")]
        )
    ]  # fmt: skip
    with server.client_of(made.key) as client:
        server.send(calls, client)
    yield made


@pytest.fixture(scope="session")
def promptpulse(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`promptpulse(...)` with the shop's key, to its end."""
    folder: Path = tmp_path_factory.mktemp("commands")

    def run(*arguments: str, key: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        given = {"url": shop.server.url, "key": key or shop.key, **settings}
        return completed(arguments, given, folder)

    return run
