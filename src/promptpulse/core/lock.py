"""One process a folder: an advisory lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from promptpulse.core.errors import Conflict


class FolderLock:
    """`owner` is what a second process reads about the first."""

    def __init__(self, path: Path, owner: str) -> None:
        self._path = path
        self._owner = owner
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Raises `Conflict` that names the owner."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            file.close()
            raise Conflict(
                f"the data folder {self._path.parent} is in use by another PromptPulse ({owner});"
                " stop it, or choose another folder with --data",
                code="folder_in_use",
            ) from None
        file.seek(0)
        file.truncate()
        file.write(self._owner)
        file.flush()
        self._file = file

    @staticmethod
    def owner_of(path: Path) -> str | None:
        """What the process that holds the lock says of itself; None when nobody holds it."""
        try:
            with path.open("r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return file.read().strip()
        except FileNotFoundError:
            pass
        return None

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
