"""Channels, deliveries and notifications over HTTP, on a server of its own process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from standardwebhooks import Webhook

from notify.office import message
from notify.sinks import MailSink, Reply, Sink
from promptpulse.db import open_database
from promptpulse.notify.inbox import inform
from promptpulse.notify.outbox import channels_for, enqueue
from server.process import Json, Server
from server.test_process import sign_in

SENTINELS = ("sentinelsecret", "sentineltoken", "S" * 32, "sentinelpassword")


@pytest.fixture(scope="module")
def letters() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory, letters: MailSink) -> Iterator[Server]:
    """May reach this machine, and logs all that it can."""
    settings = {"allow_private_targets": "true", "log_level": "debug", "smtp_url": letters.url}
    running = Server(tmp_path_factory.mktemp("open") / "data", settings).start()
    yield running
    running.stop()


@dataclass
class Place:
    server: Server
    client: httpx.Client
    project: str

    def get(self, path: str, **params: object) -> Any:
        answer = self.client.get(f"/api/v1/{path}", params={k: str(v) for k, v in params.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def send(self, method: str, path: str, body: Json | None = None, status: int = 200) -> Any:
        answer = self.client.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json().get("data")

    def channel(self, kind: str, **fields: object) -> Any:
        return self.send("POST", "channels", {"name": f"{kind} channel", "kind": kind, **fields}, 201)

    def enqueue(self, key: str, *channel_ids: str, bell: bool = False) -> None:
        """As a rule would, in another process than the server."""
        database = open_database(f"sqlite:///{self.server.folder}/settings.db")
        now = datetime.now(UTC)
        try:
            with database.writing() as session:
                enqueue(session, self.project, channel_ids, message(), key, now)
                if bell:
                    inform(session, self.project, message(title=key), key, now)
        finally:
            database.close()

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)


@pytest.fixture
def place(open_server: Server) -> Iterator[Place]:
    made = open_server.project_key(f"place {uuid4()}")
    with open_server.client_of(made.key) as client:
        yield Place(open_server, client, made.project)


def test_one_alert_reaches_every_kind_of_channel_and_no_secret_comes_out(
    place: Place, sink: Sink, letters: MailSink
) -> None:
    hook = place.channel("webhook", url=sink.url, authorization="Bearer sentineltoken")
    made = [
        hook,
        place.channel("slack", url=sink.url),
        place.channel("pagerduty", url=sink.url, routing_key="S" * 32),
        place.channel("apprise", url=f"json://user:sentinelpassword@127.0.0.1:{sink.port}/sentinelsecret"),
        place.channel("email", addresses=["grace@example.com"]),
    ]
    before = len(letters.got)
    place.enqueue("fired 1", *(one["id"] for one in made))
    place.until(lambda: len(place.get("deliveries", state="sent")) == 5)
    assert len(sink.got) == 4
    assert len(letters.got) == before + 1
    signed = next(got for got in sink.got if "webhook-signature" in got.headers)
    assert Webhook(hook["signing_secret"]).verify(signed.body, signed.headers)["value"] == 3500

    def echo(got: Any) -> Reply:
        return Reply(400, f"bad request {got.path} {dict(got.headers)} {got.body.decode()} {sink.url}")

    sink.reply = echo
    for one in made:
        place.send("POST", f"channels/{one['id']}/test")
    place.enqueue("fired 2", *(one["id"] for one in made))
    place.until(lambda: len(place.get("deliveries", state="dead")) == 3)
    place.send("PATCH", f"channels/{hook['id']}", {"url": sink.url + "2", "new_signing_secret": True})
    place.send("POST", f"deliveries/{place.get('deliveries', state='dead')[0]['id']}/resend")
    shown = json.dumps([
        place.get("channels"), [place.get(f"channels/{one['id']}") for one in made], place.get("deliveries"),
        place.get("notifications"), place.get(f"projects/{place.project}/audit"), place.get("channels/routing"),
    ])  # fmt: skip
    log = place.server.log
    stored = b"".join(file.read_bytes() for file in Path(place.server.folder).glob("settings.db*"))
    for sentinel in (*SENTINELS, hook["signing_secret"].removeprefix("whsec_")):
        assert sentinel not in shown
        assert sentinel not in log
        assert sentinel.encode() not in stored
    assert "hook" not in shown.replace("webhook", ""), "nor the path of an address"


def test_what_may_be_shown_of_a_channel_helps_to_recognise_it(place: Place, sink: Sink) -> None:
    fields: dict[str, Json] = {
        "webhook": {"url": sink.url}, "pagerduty": {"routing_key": "R" * 28 + "abcd"}, "email": {"addresses": ["a@b"]},
        "apprise": {"url": "json://127.0.0.1/x"},
    }  # fmt: skip
    hints = {kind: place.channel(kind, **given)["hint"] for kind, given in fields.items()}
    assert hints == {"webhook": "127.0.0.1 ...9xYz", "pagerduty": "...abcd", "email": "", "apprise": "json://"}


def test_a_test_says_what_the_receiver_said(place: Place, sink: Sink) -> None:
    channel = place.channel("slack", url=sink.url)
    assert place.get("channels")[0]["state"] == "new"
    sink.reply = lambda _: Reply(403, "invalid_token")
    found = place.send("POST", f"channels/{channel['id']}/test")
    assert (found["ok"], found["said"]) == (False, "403 invalid_token")
    sink.reply = lambda _: Reply()
    found = place.send("POST", f"channels/{channel['id']}/test")
    assert (found["ok"], found["said"]) == (True, "200 ok")
    assert sink.got[-1].json["text"] == "Test: Test message to slack channel"
    assert place.get("channels")[0]["state"] == "ok"
    noted = [e for e in place.get(f"projects/{place.project}/audit") if e["action"] == "channel.test"]
    assert [e["detail"] for e in noted] == [{"ok": True}, {"ok": False}]


def test_a_failing_channel_shows_since_when_and_why_and_recovers(place: Place, sink: Sink) -> None:
    channel = place.channel("webhook", url=sink.url)["id"]
    sink.reply = lambda _: Reply(503, "down")
    place.enqueue("fired 1", channel)
    place.until(lambda: place.get(f"channels/{channel}")["state"] == "failing")
    found = place.get(f"channels/{channel}")
    assert (found["problem"], found["failures"], found["waiting"]) == ("503 down", 1, 1)
    assert found["failing_since"] < found["retry_at"]
    waiting = place.get("deliveries", channel_id=channel)[0]
    assert (waiting["state"], waiting["attempts"], waiting["said"]) == ("waiting", 1, "503 down")
    assert waiting["next_at"] == found["retry_at"]
    sink.reply = lambda _: Reply()
    assert place.send("POST", f"channels/{channel}/test")["ok"], "what works again is tried at once"
    place.until(lambda: place.get(f"channels/{channel}")["waiting"] == 0)
    found = place.get(f"channels/{channel}")
    assert (found["state"], found["problem"], found["failures"]) == ("ok", None, 0)


def test_alerts_are_routed_by_severity(place: Place, sink: Sink) -> None:
    hook = place.channel("webhook", url=sink.url)["id"]
    mail = place.channel("email", addresses=["a@b"], severities=["info"])["id"]
    assert place.get("channels/routing") == {"info": [mail], "warning": [hook], "critical": [hook]}
    wanted: Json = {"info": [], "warning": [mail], "critical": [mail, hook]}
    assert place.send("PUT", "channels/routing", wanted) == wanted
    place.send("PATCH", f"channels/{hook}", {"severities": ["warning"]})
    assert place.get("channels/routing") == {"info": [], "warning": [mail, hook], "critical": [mail]}
    place.send("DELETE", f"channels/{mail}")
    assert place.get("channels/routing") == {"info": [], "warning": [hook], "critical": []}
    database = open_database(f"sqlite:///{place.server.folder}/settings.db")
    with database.sessions() as session:
        assert channels_for(session, place.project, "warning") == (hook,)
    database.close()


def test_two_channels_of_one_name_are_refused_and_changes_are_noted(place: Place, sink: Sink) -> None:
    first = place.channel("webhook", url=sink.url)
    body: Json = {"name": "webhook channel", "kind": "email", "addresses": ["a@b"]}
    assert place.client.post("/api/v1/channels", json=body).json()["field"] == "name"
    place.send("PATCH", f"channels/{first['id']}", {"name": "Renamed", "enabled": False})
    place.send("DELETE", f"channels/{first['id']}")
    noted = [(e["action"], e["target"]) for e in place.get(f"projects/{place.project}/audit")]
    assert noted[:3] == [
        ("channel.delete", "Renamed"), ("channel.change", "Renamed"), ("channel.create", "webhook channel"),
    ]  # fmt: skip


def test_deliveries_are_found_by_channel_thread_and_state(place: Place, sink: Sink) -> None:
    one, two = (
        place.send("POST", "channels", {"name": n, "kind": "webhook", "url": sink.url}, 201)["id"] for n in "ab"
    )
    for i in range(3):
        place.enqueue(f"fired {i}", one, two)
    place.until(lambda: len(place.get("deliveries", state="sent")) == 6)
    assert len(place.get("deliveries", channel_id=one)) == 3
    assert len(place.get("deliveries", thread="alert-1")) == 6
    assert place.get("deliveries", thread="another") == []
    page = place.client.get("/api/v1/deliveries", params={"limit": 2, "offset": 4}).json()
    assert (len(page["data"]), page["meta"]["total"]) == (2, 6)


def test_a_notification_is_for_each_member_and_read_by_each_alone(place: Place) -> None:
    people = []
    for name in ("grace", "alan"):
        wanted = {"email": f"{name}-{uuid4()}@example.com", "role": "viewer"}
        member = place.server.client.post(f"/api/v1/projects/{place.project}/members", json=wanted).json()["data"]
        token = member["sign_in_link"].partition("token=")[2]
        people.append(sign_in(place.server, "/api/v1/session/link", token=token))
    grace, alan = people
    mine = {"project": place.project}

    def inbox(person: httpx.Client, **params: str) -> tuple[list[str], dict[str, int]]:
        answer = person.get("/api/v1/notifications", params=mine | params).json()
        return [n["title"] for n in answer["data"] if not n["read"]], answer["meta"]

    with place.client.stream("GET", "/api/v1/live") as stream:
        lines = stream.iter_lines()
        next(lines)
        for i in range(3):
            place.enqueue(f"n{i}", bell=True)
        assert next(line for line in lines if line.startswith("event")) == "event: notifications"
    assert inbox(grace) == (["n2", "n1", "n0"], {"total": 3, "unread": 3})
    found = grace.get("/api/v1/notifications", params=mine).json()["data"]
    read = grace.post("/api/v1/notifications/read", params=mine, json={"ids": [found[1]["id"], "unknown"]})
    assert read.json()["data"] == {"unread": 2}
    assert inbox(grace, unread="true") == (["n2", "n0"], {"total": 2, "unread": 2})
    assert inbox(alan) == (["n2", "n1", "n0"], {"total": 3, "unread": 3})
    read = grace.post("/api/v1/notifications/read", params=mine, json={"until": found[0]["id"]})
    assert read.json()["data"] == {"unread": 0}
    place.enqueue("n3", bell=True)
    place.enqueue("n3", bell=True)
    assert inbox(grace) == (["n3"], {"total": 4, "unread": 1})
    earlier = grace.post("/api/v1/notifications/read", params=mine, json={"until": found[2]["id"]})
    assert earlier.json()["data"] == {"unread": 1}, "what was read stays read"
    for person in people:
        person.close()


def test_a_key_sees_notifications_and_marks_none(place: Place) -> None:
    place.enqueue("n", bell=True)
    assert place.client.get("/api/v1/notifications").json()["meta"] == {"total": 1, "unread": 1}
    assert place.client.post("/api/v1/notifications/read", json={"ids": []}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"ids": [], "until": "x"}])
def test_what_was_read_is_said_in_one_way(place: Place, body: Json) -> None:
    token = sign_in(place.server, "/api/v1/session/link", token=_new_member(place))
    answer = token.post("/api/v1/notifications/read", params={"project": place.project}, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "ids")
    token.close()


def _new_member(place: Place) -> str:
    wanted = {"email": f"{uuid4()}@example.com", "role": "viewer"}
    member = place.server.client.post(f"/api/v1/projects/{place.project}/members", json=wanted).json()["data"]
    return str(member["sign_in_link"]).partition("token=")[2]


def test_the_key_of_secrets_is_for_the_owner_alone(place: Place) -> None:
    file = place.server.folder / "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600
