"""The shared server of `tests/server`, and programs that use the client library."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from promptpulse import sdk
from server.conftest import own_server, server
from server.process import Json, Server, environment

__all__ = ["own_server", "server"]


@dataclass(frozen=True)
class Project:
    """A project that nobody else uses."""

    url: str
    key: str
    client: httpx.Client

    def rows(self, path: str = "/api/v1/calls", **params: str) -> list[Json]:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        rows: list[Json] = answer.json()["data"]
        return rows

    def post(self, path: str, body: object) -> Json:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        data: Json = answer.json()["data"]
        return data

    def new_prompt(self, name: str, content: object, **more: object) -> Json:
        kind = "text" if isinstance(content, str) else "chat"
        return self.post("/api/v1/prompts", {"name": name, "type": kind, "content": content, **more})


@pytest.fixture
def mine(server: Server) -> Iterator[Project]:
    key = server.project_key(f"sdk {uuid4()}").key
    with server.client_of(key) as client:
        yield Project(server.url, key, client)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library as at the start of a process, and none of it afterwards."""
    for name in ("KEY", "URL", "ENDPOINT", "SPOOL", "SERVICE", "ENVIRONMENT", "INSTRUMENT", "ENABLED"):
        monkeypatch.delenv(f"PROMPTPULSE_{name}", raising=False)
    sdk.shutdown(0)
    sdk._state.is_set_up = False
    sdk._state.said.clear()
    yield
    sdk.shutdown(0)
    sdk._state.is_set_up = False


def program(text: str, *arguments: str, within_s: float = 60, **env: str) -> subprocess.CompletedProcess[str]:
    """A program of a user, to its end."""
    return subprocess.run(
        [sys.executable, "-c", text, *arguments],
        env={**environment({}), **env},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
