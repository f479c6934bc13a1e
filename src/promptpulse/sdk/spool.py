"""Requests that could not be sent, as files: they outlive the program. Sending one twice is harmless, since ids repeat."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from promptpulse.sdk.request import Request

SUFFIX = ".pulse"


class Spool:
    """A folder, shared by any number of processes. Raises nothing."""

    def __init__(self, folder: str, max_mb: float) -> None:
        self._folder = Path(folder).expanduser()
        self._most = int(max_mb * 1_000_000)
        self._held = -1

    def put(self, request: Request) -> bool:
        """Whether it is on the disk now."""
        head = {"kind": request.kind, "count": request.count, "path": request.path, "media": request.media}
        body = json.dumps(head).encode() + b"\n" + request.body()
        try:
            if self._held < 0:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._held = sum(file.stat().st_size for file in self._files())
            if self._held + len(body) > self._most:
                return False
            name = f"{time.time_ns()}-{os.getpid()}-{os.urandom(3).hex()}"
            part = self._folder / (name + ".part")
            with part.open("wb") as out:
                out.write(body)
            part.replace(self._folder / (name + SUFFIX))
        except OSError:
            return False
        return True

    def oldest(self, after: str = "") -> tuple[Path, Request] | None:
        """The next request; a file that cannot be read is put aside."""
        for file in self._files():
            if file.name <= after:
                continue
            try:
                first, _, body = file.read_bytes().partition(b"\n")
                head = json.loads(first)
                found = Request(
                    str(head["kind"]), str(head["path"]), str(head["media"]), int(head["count"]), whole=body
                )
            except FileNotFoundError:
                continue  # another process has sent it
            except (OSError, ValueError, KeyError, TypeError):
                self._aside(file)
                continue
            return file, found
        return None

    def remove(self, file: Path) -> None:
        with suppress(OSError):
            file.unlink()

    def waiting(self) -> int:
        return len(self._files())

    def _aside(self, file: Path) -> None:
        with suppress(OSError):
            file.replace(file.with_suffix(".bad"))

    def _files(self) -> list[Path]:
        try:
            return sorted(file for file in self._folder.iterdir() if file.suffix == SUFFIX)
        except OSError:
            return []
