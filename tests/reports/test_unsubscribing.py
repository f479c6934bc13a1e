"""The link of a mail: whoever has it ends the mails to one address of one report, without signing in, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet

from promptpulse.notify.secrets import Keyring, open_keyring
from promptpulse.reports.mailing import token_of, unsubscribe_address
from server.process import Json, Server

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What mail programs send by RFC 8058, as a form."""


@pytest.fixture
def keyring(server: Server) -> Keyring:
    return open_keyring("", server.folder / "secret.key")


@pytest.fixture
def editor(server: Server) -> Iterator[httpx.Client]:
    with server.client_of(server.project_key(f"reports {uuid4()}").key) as client:
        yield client


@pytest.fixture
def stranger(server: Server) -> Iterator[httpx.Client]:
    """A mail program: no key, no cookie."""
    with httpx.Client(base_url=server.url) as client:
        yield client


@pytest.fixture
def report(editor: httpx.Client) -> str:
    body = {"name": "Morning", "schedule": {"kind": "daily"}, "addresses": ["ada@example.com", "grace@example.com"]}
    made: Json = editor.post("/api/v1/reports", json=body).raise_for_status().json()["data"]
    return str(made["id"])


def unsubscribed(editor: httpx.Client, report: str) -> list[str]:
    found: list[str] = editor.get(f"/api/v1/reports/{report}").raise_for_status().json()["data"]["unsubscribed"]
    return found


def test_one_click_ends_the_mails_to_one_address_and_a_second_changes_nothing(
    editor: httpx.Client, stranger: httpx.Client, keyring: Keyring, report: str
) -> None:
    path = urlsplit(unsubscribe_address("http://pulse", token_of(keyring, report, "ada@example.com"))).path
    assert "Unsubscribe from Morning?" in stranger.get(path).raise_for_status().text
    assert unsubscribed(editor, report) == []  # programs that open the links of mails end nothing
    for _ in range(2):
        assert stranger.post(path, data=ONE_CLICK).status_code == 200
        assert unsubscribed(editor, report) == ["ada@example.com"]
    page = stranger.get(path).raise_for_status()
    assert "You are unsubscribed" in page.text
    assert "grace" not in page.text
    assert "set-cookie" not in page.headers
    stranger.post(path, data={"again": "1"}).raise_for_status()
    assert unsubscribed(editor, report) == []


def test_a_link_that_this_server_did_not_make_for_this_ends_nothing(
    editor: httpx.Client, stranger: httpx.Client, keyring: Keyring, report: str
) -> None:
    good = token_of(keyring, report, "ada@example.com")
    another_key = token_of(Keyring(Fernet.generate_key().decode()), report, "ada@example.com")
    another_purpose = keyring.encrypted(f'{{"purpose": "sign in", "report": "{report}", "address": "ada@example.com"}}')
    for token in (good[:-8], good[:40] + "A" + good[41:], another_key, another_purpose, report, "ada@example.com"):
        answer = stranger.post(f"/api/v1/reports/unsubscribe/{token}", data=ONE_CLICK)
        assert answer.status_code == 404, token
    assert unsubscribed(editor, report) == []


def test_the_link_of_a_deleted_report_says_so(
    editor: httpx.Client, stranger: httpx.Client, keyring: Keyring, report: str
) -> None:
    editor.delete(f"/api/v1/reports/{report}").raise_for_status()
    answer = stranger.post(
        f"/api/v1/reports/unsubscribe/{token_of(keyring, report, 'ada@example.com')}", data=ONE_CLICK
    )
    assert answer.status_code == 404
    assert "this report was deleted" in answer.text
