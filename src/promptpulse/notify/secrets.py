"""Encryption of what channels must not show: Fernet, with a key of the environment or a file of the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from promptpulse.core.errors import Conflict, Refused


class Keyring:
    """Encrypts with the first key, decrypts with any. Thread-safe."""

    def __init__(self, *keys: str) -> None:
        """Raises Refused when a key is not 32 bytes as URL-safe base64."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as e:
            raise Refused(
                "secret_key must be 32 bytes as URL-safe base64, such as the output of `openssl rand -base64 32 |"
                " tr +/ -_`; several, the newest first, are separated by commas",
                field="secret_key",
            ) from e

    def encrypted(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypted(self, token: str) -> str:
        """Raises Conflict when none of the keys made it."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as e:
            raise Conflict(
                "the stored secret was encrypted with another key than PROMPTPULSE_SECRET_KEY; enter it again",
                code="unreadable_secret",
            ) from e


def open_keyring(given: str, file: Path) -> Keyring:
    """By the keys `given`, separated by commas; else by the one in `file`, which is made when absent."""
    keys = [key.strip() for key in given.split(",") if key.strip()]
    if keys:
        return Keyring(*keys)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Keyring(file.read_text().strip())
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(Fernet.generate_key() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    return Keyring(file.read_text().strip())
