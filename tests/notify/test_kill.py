"""A server that is killed between claim, send and record loses no message, and a receiver can tell what it has seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from notify.office import message
from notify.sinks import Got, Reply, Sink
from promptpulse.db import Database, open_database
from promptpulse.notify.models import DeliveryRow
from promptpulse.notify.outbox import enqueue
from server.process import Server

ARRIVES_WITHIN_S = 30.0


@contextmanager
def settings_of(server: Server) -> Iterator[Database]:
    database = open_database(f"sqlite:///{server.folder}/settings.db")
    try:
        yield database
    finally:
        database.close()


def write(server: Server, project: str, channel: str, *keys: str) -> dict[str, str]:
    """As a rule would; ids by key."""
    with settings_of(server) as database:
        with database.writing() as session:
            for key in keys:
                enqueue(session, project, [channel], message(), key, datetime.now(UTC))
        with database.sessions() as session:
            rows = session.execute(select(DeliveryRow.key, DeliveryRow.id)).all()
    return {key: delivery_id for key, delivery_id in rows if key in keys}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def arrived(sink: Sink) -> list[str]:
    """Ids in the order in which they first came."""
    return list(dict.fromkeys(got.headers["webhook-id"] for got in sink.got))


def sent(server: Server) -> int:
    with settings_of(server) as database, database.sessions() as session:
        return session.scalar(select(func.count()).where(DeliveryRow.state == "sent")) or 0


@pytest.mark.xdist_group("kill")
def test_kills_lose_no_message(own_server: Callable[..., Server], sink: Sink) -> None:
    server = own_server(allow_private_targets="true").start()
    project = server.client.get("/api/v1/projects").json()["data"][0]["id"]
    hook = {"name": "Hook", "kind": "webhook", "url": sink.url}
    channel = server.client.post("/api/v1/channels", json=hook).json()["data"]["id"]

    sink.silent.set()  # claimed and sent, never answered
    keys = [f"fired {i}" for i in range(20)]
    ids = write(server, project, channel, *keys)
    until(lambda: len(sink.got) == 1)
    server.kill()
    sink.silent.clear()
    sink.ended.set()
    more = write(server, project, channel, "while nothing ran")  # written, never claimed

    killed: list[str] = []

    def kill_at_the_fifth(got: Got) -> Reply:
        if len(arrived(sink)) == 5 and not killed:
            killed.append(got.headers["webhook-id"])
            server.kill()  # received, never recorded
        return Reply()

    sink.reply = kill_at_the_fifth
    server.launch()  # and not waited for: it may be killed before it is ready
    until(lambda: len(killed) == 1 and server.process is None)
    server.start()
    until(lambda: sent(server) == 21)

    expected = [ids[key] for key in keys] + [more["while nothing ran"]]
    assert arrived(sink) == expected
    times = [got.headers["webhook-id"] for got in sink.got]
    assert {one: times.count(one) for one in times if times.count(one) > 1} == {expected[0]: 2, killed[0]: 2}
    assert write(server, project, channel, "fired 0") == {"fired 0": ids["fired 0"]}, "the same key is the same message"
    assert [got.json["alert_type"] for got in sink.got] == ["latency_spike"] * 23
