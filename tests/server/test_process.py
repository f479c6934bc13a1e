"""The process: how it starts, refuses to start, ends, and what the command line does beside it."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from server.process import KEY, Server, free_port, run
from server.test_once import rows, total

ADMIN = "ada@example.com"
PASSWORD = "correct horse battery"


def one_sentence(text: str) -> str:
    """What a person reads on the error stream, besides the log: one line, no stack trace."""
    lines = [line for line in text.strip().splitlines() if not re.match(r"\d\d:\d\d:\d\d ", line)]
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


def sign_in(server: Server, path: str = "/api/v1/session", **body: str) -> httpx.Client:
    """A browser of a signed-in person; writes carry the CSRF token."""
    browser = server.client_of("")
    answer = browser.post(path, json=body)
    assert answer.status_code == 200, answer.text
    browser.headers["X-CSRF-Token"] = answer.json()["data"]["csrf_token"]
    return browser


def test_a_second_process_on_the_same_folder_is_refused_and_does_no_harm(server: Server) -> None:
    second = run("serve", "--port", "0", folder=server.folder)
    assert second.returncode == 1
    assert second.stdout == ""
    said = one_sentence(second.stderr)
    assert str(server.folder) in said
    assert server.process is not None
    assert f"pid {server.process.pid}" in said
    assert "--data" in said
    assert server.client.get("/readyz").status_code == 200


def test_a_busy_port_is_said_in_one_sentence(server: Server, tmp_path: Path) -> None:
    second = run("serve", "--port", str(server.port), folder=tmp_path / "data")
    assert second.returncode == 1
    said = one_sentence(second.stderr)
    assert f"port {server.port}" in said
    assert "--port" in said


@pytest.mark.parametrize(
    ("settings", "flags", "code", "named"),
    [
        ({"port": "99999"}, (), 2, "port"),
        ({"max_body_mb": "-1"}, (), 2, "max_body_mb"),
        ({}, ("--log-level", "loud"), 2, "log_level"),
        ({"bootstrap_key": "short"}, (), 1, "16"),
        ({"bootstrap_admin_password": PASSWORD}, (), 1, "BOOTSTRAP_ADMIN_EMAIL"),
        ({"store_url": "oracle://db"}, (), 1, "oracle"),
        ({"database_url": "not a url"}, (), 1, "database"),
        ({"store_url": "clickhouse://127.0.0.1:1/db"}, (), 1, "127.0.0.1"),
        ({"database_url": "postgresql://u:secret@127.0.0.1:1/db"}, (), 1, "settings database"),
        ({"host": "not-a-host.invalid"}, (), 1, "not-a-host.invalid"),
    ],
    ids=lambda v: " ".join(f"{k}={x}" for k, x in v.items()) if isinstance(v, dict) else None,
)
def test_a_bad_setting_is_said_in_one_sentence(
    tmp_path: Path, settings: dict[str, str], flags: tuple[str, ...], code: int, named: str
) -> None:
    given = {"port": str(free_port()), **settings}
    ended = run("serve", *flags, folder=tmp_path / "data", **given)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert named in one_sentence(ended.stderr)
    assert "secret" not in ended.stderr


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = run("serve", "--port", str(free_port()), folder=tmp_path / "file" / "data")
    assert ended.returncode == 1
    assert str(tmp_path / "file") in one_sentence(ended.stderr)


def test_sigterm_ends_open_event_streams_and_loses_nothing_that_was_accepted(
    server_from_nothing: Callable[..., Server],
) -> None:
    server = server_from_nothing().start()
    opened, ended = threading.Event(), threading.Event()

    def listen() -> None:
        with server.client_of(KEY) as client, client.stream("GET", "/api/v1/live", timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("retry"):
                    opened.set()
        ended.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert opened.wait(10)
    accepted: list[int] = []
    busy = threading.Event()

    def send(number: int) -> None:
        with server.client_of(KEY) as client:
            for n in range(10_000):
                first = number * 1_000_000 + n * 50
                try:
                    answer = client.post("/api/v1/calls", json={"calls": rows(range(first, first + 50), None)})
                except httpx.TransportError:
                    return
                if answer.status_code != 200:
                    assert answer.status_code == 503, answer.text
                    return
                accepted.append(answer.json()["accepted"])
                if len(accepted) > 20:
                    busy.set()

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(send, n) for n in range(3)]
        assert busy.wait(20)
        server.stop(within_s=8)
        for one in running:
            one.result(30)
    assert ended.wait(5), "the stream did not end"
    server.start()
    assert sum(accepted) <= int(str(total(server))) <= sum(accepted) + 150  # an answer may be lost, a call may not
    server.stop()


def test_an_event_stream_alone_does_not_hold_the_server_up(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    with server.client.stream("GET", "/api/v1/live") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        began = time.monotonic()
        server.stop(within_s=5)
        assert list(lines) == [""]
    assert time.monotonic() - began < 5


def test_a_connection_that_sends_nothing_does_not_hold_the_server_up(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    with socket.create_connection(("127.0.0.1", server.port)) as idle:
        idle.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Le")
        server.stop(within_s=8)


def test_the_first_start_prints_a_link_that_signs_in_once(server_from_nothing: Callable[..., Server]) -> None:
    server = server_from_nothing().start()
    token = server.sign_in_token()
    assert server.client.get(f"/sign-in?token={token}").headers["content-type"].startswith("text/html")
    with closing(sign_in(server, "/api/v1/session/link", token=token)) as browser:
        me = browser.get("/api/v1/session").json()["data"]
        assert (me["user"]["email"], me["user"]["is_admin"]) == ("admin@localhost", True)
        assert [p["name"] for p in me["projects"]] == ["default"]
        again = httpx.post(f"{server.url}/api/v1/session/link", json={"token": token})
        assert (again.status_code, again.json()["success"]) == (401, False)
        assert browser.delete("/api/v1/session").status_code == 200
        assert browser.get("/api/v1/session").json()["data"] is None
    server.restart()
    assert server.log.count("/sign-in?token=") == 1, "a database in use gets no new link"
    server.stop()


def test_the_admin_of_the_environment_signs_in_and_logs_are_json(own_server: Callable[..., Server]) -> None:
    server = own_server(
        bootstrap_admin_email=ADMIN, bootstrap_admin_password=PASSWORD, log_json="true", log_level="debug"
    ).start()
    with closing(sign_in(server, email=ADMIN, password=PASSWORD)) as browser:
        made = browser.post("/api/v1/projects", json={"name": "shop"})
        assert made.status_code == 201, made.text
    wrong = httpx.post(f"{server.url}/api/v1/session", json={"email": ADMIN, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    server.stop()
    assert "/sign-in?token=" not in server.log
    assert PASSWORD not in server.log
    assert KEY not in server.log
    lines = [json.loads(line) for line in server.log.splitlines() if not line.startswith("PromptPulse ")]
    assert lines
    assert all({"at", "level", "logger", "message"} <= line.keys() for line in lines)


def test_ctrl_c_ends_the_server_without_a_complaint(server_from_nothing: Callable[..., Server]) -> None:
    server = server_from_nothing().start()
    server.stop(with_signal=signal.SIGINT)
    assert "Traceback" not in server.log
    assert "Abort" not in server.log


def test_keys_people_and_projects_are_managed_while_the_server_runs(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    folder = server.folder

    def command(*arguments: str) -> str:
        done = run(*arguments, folder=folder, port=str(server.port))
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    project = json.loads(command("projects", "create", "shop", "--time-zone", "Asia/Kathmandu", "--json"))
    assert project["name"] == "shop"
    listed = json.loads(command("projects", "list", "--json"))
    assert {p["name"]: p["time zone"] for p in listed} == {"default": "UTC", "shop": "Asia/Kathmandu"}

    key = command("keys", "create", "collector", "--project", "shop", "--scopes", "ingest,read").strip()
    assert re.fullmatch(r"pp_[\w-]{43}", key)
    with server.client_of(key) as client:
        server.send(rows(range(3), None), client)
        assert total(server, client) == 3
        mine = json.loads(command("keys", "list", "--project", "shop", "--json"))
        assert [(k["name"], k["scopes"], k["revoked"]) for k in mine] == [("collector", "ingest, read", None)]
        assert key not in json.dumps(mine)
        assert "Revoked" in command("keys", "revoke", mine[0]["id"])
        deadline = time.monotonic() + 15  # "a running server notices within 10 seconds"
        while client.get("/api/v1/status").status_code != 401:
            assert time.monotonic() < deadline, "the revoked key still works"
            threading.Event().wait(0.25)

    created = command("users", "create", "grace@example.com", "--admin")
    assert created.startswith("Created grace@example.com")
    link = re.search(rf"{server.url}/sign-in\?token=([\w-]+)$", created, re.MULTILINE)
    assert link, created
    with closing(sign_in(server, "/api/v1/session/link", token=link[1])) as browser:
        assert {p["name"] for p in browser.get("/api/v1/projects").json()["data"]} == {"default", "shop"}
    again = re.fullmatch(rf"{server.url}/sign-in\?token=([\w-]+)\n", command("sign-in-link", "grace@example.com"))
    assert again
    with closing(sign_in(server, "/api/v1/session/link", token=again[1])) as browser:
        assert browser.get("/api/v1/session").json()["data"]["user"]["email"] == "grace@example.com"

    for arguments, named in (
        (("projects", "create", "shop"), "shop"),
        (("keys", "revoke", "[/bold]"), "[/bold]"),
        (("sign-in-link", "nobody@example.com"), "nobody@example.com"),
    ):
        failed = run(*arguments, folder=folder)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert named in one_sentence(failed.stderr)
    server.stop()
