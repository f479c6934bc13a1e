"""Identifiers and stable hashing."""

from __future__ import annotations

import hashlib
import os
import uuid
from datetime import datetime


def uuid7(now: datetime, randomness: bytes | None = None) -> str:
    """A time-ordered identifier (RFC 9562, version 7). `randomness` is 10 bytes; drawn from the system when absent."""
    ms = int(now.timestamp() * 1000)
    tail = bytearray(randomness or os.urandom(10))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    return str(uuid.UUID(bytes=ms.to_bytes(6, "big") + bytes(tail)))


def stable_hash(*parts: str) -> str:
    """32 hex digits that depend on `parts` alone, on every machine and in every version of Python."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
