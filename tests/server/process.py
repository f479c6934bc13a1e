"""`promptpulse serve` as a process of its own, as a user runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from server.zygote import Forked, zygote

COMMAND = (sys.executable, "-m", "promptpulse")
KEY = "bootstrap-key-of-the-tests"
READY_WITHIN_S = 90.0
STOPS_WITHIN_S = 15.0
Json = dict[str, object]
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Clients would each read all certificates of the machine, which takes longer than most tests."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """That of this process, with `settings` as the only ones of PromptPulse; and none that change how libraries speak."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PROMPTPULSE_", "OTEL_", "OPENAI_"))}
    return {**kept, **{f"PROMPTPULSE_{name.upper()}": value for name, value in settings.items()}, "COLUMNS": "80"}


@dataclass
class Server:
    """Settings are those of `promptpulse.settings`, by name. `url` stays the same over restarts."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    key: str = KEY
    port: int = field(default_factory=free_port)
    from_nothing: bool = False
    """Started as a user does, not forked (zygote.py)."""
    process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.folder.with_suffix(".log")

    @property
    def log(self) -> str:
        """All that the server printed, over all its starts."""
        return self.log_file.read_text()

    @cached_property
    def client(self) -> httpx.Client:
        """Sends the bootstrap key."""
        return self.client_of(self.key)

    def client_of(self, key: str, **headers: str) -> httpx.Client:
        """Sends the key, if any."""
        given = {"Authorization": f"Bearer {key}", **headers} if key else headers
        return httpx.Client(base_url=self.url, headers=given, timeout=30, verify=NO_TLS)

    def start(self) -> Server:
        """Returns when the server answers /readyz."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        assert self.process is None, "it runs already"
        given = {"bootstrap_key": self.key, "data": str(self.folder), "port": str(self.port), **self.settings}
        self.begin("serve", given)

    def begin(self, command: str, settings: Mapping[str, str], *options: str) -> None:
        """Run a command that serves."""
        env, folder = environment(settings), self.folder.parent
        if not self.from_nothing:
            self.process = zygote().fork([command, *options], env, self.log_file, folder)
            return
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, command, *options], env=env, stdout=log, stderr=subprocess.STDOUT, cwd=folder
            )

    def wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + READY_WITHIN_S
        with httpx.Client(base_url=self.url, timeout=5, verify=NO_TLS) as probe:
            while time.monotonic() < deadline:
                try:
                    if probe.get("/readyz").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                code = self._ended(within_s=0.03)
                assert code is None, f"the server ended with {code}:\n{self.log}"
        raise AssertionError(f"not ready within {READY_WITHIN_S} s:\n{self.log}")

    def _ended(self, within_s: float) -> int | None:
        assert self.process is not None
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOPS_WITHIN_S)
        self.process = None

    def stop(self, within_s: float = STOPS_WITHIN_S, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM, as service managers send it; asserts a clean end."""
        assert self.process is not None
        self.process.send_signal(with_signal)
        code = self._ended(within_s)
        assert code is not None, f"still running {within_s} s after {with_signal.name}:\n{self.log[-3000:]}"
        self.process = None
        assert code == 0, f"{with_signal.name} ended it with {code}:\n{self.log[-3000:]}"

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """End it, however it stands. For fixtures."""
        if self.process is not None:
            self.kill()

    def sign_in_token(self) -> str:
        """Of the link that the first start printed."""
        found = re.search(r"/sign-in\?token=([\w-]+)$", self.log, re.MULTILINE)
        assert found, self.log
        return found[1]

    def peak_memory_mb(self) -> float:
        """The most that the process has held."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    # What nearly every test does.

    def send(self, calls: list[Json], client: httpx.Client | None = None) -> Json:
        """Store calls; the answer's data."""
        answer = (client or self.client).post("/api/v1/calls", json={"calls": calls})
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    def ask(self, client: httpx.Client | None = None, **question: object) -> Json:
        """`data` of a metric query."""
        answer = (client or self.client).post("/api/v1/query", json=question)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    def project_key(
        self, name: str, scopes: tuple[str, ...] = ("ingest", "read", "admin"), **project: str
    ) -> ProjectKey:
        """A new project and a key of it."""
        made = self.client.post("/api/v1/projects", json={"name": name, **project})
        assert made.status_code == 201, made.text
        project_id = str(made.json()["data"]["id"])
        return ProjectKey(project_id, self.new_key(project_id, *scopes))

    def new_key(self, project_id: str, *scopes: str) -> str:
        made = self.client.post("/api/v1/keys", json={"project": project_id, "name": "test", "scopes": list(scopes)})
        assert made.status_code == 201, made.text
        return str(made.json()["data"]["key"])


@dataclass(frozen=True)
class ProjectKey:
    project: str
    key: str


def run(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of `promptpulse` on the data folder, to its end; `settings` as for `Server`."""
    return completed(arguments, {"data": str(folder), **settings})


def completed(
    arguments: Sequence[str], settings: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of `promptpulse`, begun in `folder`, to its end."""
    with TemporaryDirectory() as held:
        out, errors = Path(held, "out"), Path(held, "errors")
        begun = zygote().fork(arguments, environment(settings), out, folder or Path.cwd(), errors)
        try:
            code = begun.wait(60)
        finally:
            begun.kill()
        return subprocess.CompletedProcess(arguments, code, out.read_text(), errors.read_text())
