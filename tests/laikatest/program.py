"""Programs of users that have the LaikaTest packages in them, and are told what to do line by line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from server.process import environment

FOLDER = Path(__file__).parent
NODE = Path(sys.executable).with_name("node")
ENDS_WITHIN_S = 30.0


def installed() -> bool:
    return (FOLDER / "node_modules" / "@laikatest").is_dir()


@dataclass(eq=False)
class ClientError(Exception):
    """What the package threw."""

    name: str
    """Of its class."""
    message: str
    status: int | None


@dataclass
class Program:
    """`name`.js of this folder as a process."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [str(NODE), str(FOLDER / f"{self.name}.js"), *self.arguments],
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def do(self, step: str, *given: object) -> object:
        """The outcome of a step. Raises ClientError."""
        assert self.process is not None
        print(json.dumps([step, *given]), file=self._pipe(self.process.stdin), flush=True)
        line = self._pipe(self.process.stdout).readline()
        assert line, self._pipe(self.process.stderr).read()
        told = json.loads(line)
        if failure := told.get("failure"):
            raise ClientError(failure["class"], failure["message"], failure["status"])
        outcome: object = told["outcome"]
        return outcome

    def end(self) -> None:
        """Let it finish what it has begun, such as sending its spans."""
        assert self.process is not None
        _, complaints = self.process.communicate(timeout=ENDS_WITHIN_S)
        assert self.process.returncode == 0, complaints

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe
