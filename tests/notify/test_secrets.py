"""How secrets of channels are encrypted, and with which key."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from clock import NOON
from promptpulse.core.errors import Conflict, Refused
from promptpulse.notify.secrets import Keyring, open_keyring
from promptpulse.notify.values import Secret

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    token = open_keyring("", file).encrypted("sentinel")
    assert "sentinel" not in token
    assert file.stat().st_mode & 0o777 == 0o600
    assert open_keyring("", file).decrypted(token) == "sentinel"


def test_a_given_key_makes_no_file(tmp_path: Path) -> None:
    open_keyring(NEW, tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []


def test_a_new_key_reads_what_the_old_one_encrypted_while_both_are_given(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    token = Keyring(OLD).encrypted("sentinel")
    both = open_keyring(f"{NEW}, {OLD}", file)
    assert both.decrypted(token) == "sentinel"
    assert Keyring(NEW).decrypted(both.encrypted("sentinel")) == "sentinel"
    with pytest.raises(Conflict, match="enter it again"):
        Keyring(NEW).decrypted(token)


@pytest.mark.parametrize("key", ["short", "x" * 44, "ü" * 32])
def test_a_key_that_is_none_is_refused_and_not_repeated(key: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="secret_key must be 32 bytes") as refused:
        open_keyring(key, tmp_path / "secret.key")
    assert key not in refused.value.message


def test_a_secret_comes_back_as_it_was() -> None:
    secret = Secret("https://x/ü", "key", "Bearer x", "whsec_a", "whsec_b", NOON)
    assert Secret.decoded(secret.encoded()) == secret
    assert secret.texts == ("https://x/ü", "key", "Bearer x", "whsec_a", "whsec_b")
