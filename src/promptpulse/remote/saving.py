"""A backup of a running server into a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from promptpulse.remote.client import Remote

PIECE = 1 << 20
Progress = Callable[[int, int | None], None]


def save(remote: Remote, file: Path, progress: Progress) -> int:
    """Write the backup; its size. A file of that name is replaced when all is there, and only then."""
    part = file.with_name(f"{file.name}.part")
    size = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as target,
            remote.stream("/api/v1/server/backup", {}, read_timeout_s=300) as answer,
        ):
            total = int(answer.headers["X-Total-Bytes"])
            for piece in answer.iter_bytes(PIECE):
                target.write(piece)
                size += len(piece)
                progress(size, max(total, size))
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(file)
    return size
