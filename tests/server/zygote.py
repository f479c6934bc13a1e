"""Servers and commands of tests begin in a fraction of the time: a process that has imported the product forks them.

What it forks is a process of its own, with its own memory, files and signals, that runs the command as
`python -m promptpulse` does. How that begins and ends from nothing is shown in test_process.py."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

PROGRAM = (sys.executable, "-m", "server.forking")


class Forked:
    """As `subprocess.Popen`, of a process that the zygote has forked."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote, self.pid = zygote, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._zygote.ask(poll=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired("promptpulse", timeout)
            time.sleep(min(0.01, left))  # a bounded wait for a condition
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """This side of the process."""

    def __init__(self) -> None:
        paths = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
        self._process = subprocess.Popen(
            PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **paths}, start_new_session=True
        )
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, **asked: object) -> int | None:
        """A process id, or how a process ended."""
        with self._lock:
            given, told = self._process.stdin, self._process.stdout
            assert given is not None
            assert told is not None
            given.write(json.dumps(asked).encode() + b"\n")
            given.flush()
            line = told.readline()
        assert line, "the process that forks servers has ended"
        return cast("int | None", json.loads(line))

    def fork(
        self, arguments: Sequence[str], env: Mapping[str, str], out: Path, folder: Path, errors: Path | None = None
    ) -> Forked:
        """A process that begins in `folder` and writes to the ends of these files; `out` is for errors, too, without `errors`."""
        pid = self.ask(arguments=arguments, env=dict(env), out=str(out), errors=str(errors or out), folder=str(folder))
        assert pid is not None
        return Forked(self, pid)

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)


@cache
def zygote() -> Zygote:
    """One for each process of the tests."""
    return Zygote()
