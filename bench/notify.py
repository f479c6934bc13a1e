"""How fast the outbox drains to receivers on this machine, and what receivers that hang cost the others."""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bench.report import Row
from promptpulse.accounts.bootstrap import Beginning, bootstrap
from promptpulse.accounts.values import By
from promptpulse.db import Database, migrate, open_database
from promptpulse.notify import channels
from promptpulse.notify.delivery import Delivery
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.messages import Fact, Message
from promptpulse.notify.models import DeliveryRow
from promptpulse.notify.outbox import enqueue
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending import open_post
from promptpulse.notify.shapes import ChannelIn

MESSAGES, BATCH = 5000, 500
PER_SECOND = 50
HANGING, PROBES = 20, 20
DELAYED_BY_MS = 100
"""What counts as a delay: more than a busy machine varies by itself."""


def run(folder: Path) -> list[Row]:
    folder.mkdir(parents=True)
    with _sink() as url, _Hanging() as hanging, _bench(folder, url, hanging.url) as bench:
        one = bench.drain([bench.good[0]])
        many = bench.drain(bench.good)
        with bench.running():
            alone = bench.latency_ms()
            bench.hang()
            beside = bench.latency_ms()
            hanging.hang_up()  # else their threads wait on, and outlive the database
    budget = f"> {PER_SECOND}/s"
    return [
        Row(f"{MESSAGES:,} messages, one channel", f"{one:,.0f}/s", budget, one / PER_SECOND, higher_is_better=True),
        Row(f"{MESSAGES:,} messages, ten channels", f"{many:,.0f}/s", budget, many / PER_SECOND, higher_is_better=True),
        Row(
            f"commit to arrival, beside {HANGING} receivers that hang",
            f"{beside:.0f} ms (without them {alone:.0f} ms)",
            f"< {DELAYED_BY_MS} ms more",
            max(beside - alone, 0) / DELAYED_BY_MS,
        ),
    ]


class _Bench:
    def __init__(self, database: Database, project: str, url: str, nowhere: str) -> None:
        self.database, self.project = database, project
        keyring = Keyring(Fernet.generate_key().decode())
        by = By("bench", datetime.now(UTC))

        def made(name: str, to: str) -> str:
            with database.writing() as session:
                wanted = ChannelIn(name=name, kind="webhook", url=to)
                return channels.create(session, project, wanted, keyring, by).row.id

        self.good = [made(f"good {i}", url) for i in range(10)]
        self.stuck = [made(f"stuck {i}", nowhere) for i in range(HANGING)]
        post = open_post(guarded_client(allow_private=True), None, "http://127.0.0.1", allow_private=True)
        self._number = 0
        self._delivery = partial(Delivery, database, keyring, post, lambda: datetime.now(UTC), lambda _: None)

    def drain(self, to: list[str]) -> float:
        """Messages a second, from the start of delivery to the last that is noted as sent."""
        for _ in range(MESSAGES // BATCH):
            self.write(BATCH, to)
        delivery = self._delivery("drain")
        began = time.perf_counter()
        delivery.start(alone=True)
        while self._waiting(to):
            time.sleep(0.05)
        took_s = time.perf_counter() - began
        delivery.close()
        return MESSAGES / took_s

    @contextmanager
    def running(self) -> Iterator[None]:
        delivery = self._delivery("bench")
        delivery.start(alone=True)
        try:
            yield
        finally:
            delivery.close()

    def latency_ms(self) -> float:
        """Median from the commit of a message until it is noted as sent."""
        taken = []
        for i in range(PROBES):
            to = [self.good[i % len(self.good)]]
            began = time.perf_counter()
            self.write(1, to)
            while self._waiting(to):
                time.sleep(0.002)
            taken.append((time.perf_counter() - began) * 1000)
        return statistics.median(taken)

    def hang(self) -> None:
        """Begin a request to each receiver that never answers."""
        self.write(len(self.stuck), self.stuck)
        time.sleep(1.5)

    def write(self, count: int, to: list[str]) -> None:
        now = datetime.now(UTC)
        with self.database.writing() as session:
            for i in range(count):
                self._number += 1
                enqueue(session, self.project, [to[i % len(to)]], _message(now), str(self._number), now)

    def _waiting(self, to: list[str]) -> int:
        waiting = select(func.count()).where(DeliveryRow.state == "waiting", DeliveryRow.channel_id.in_(to))
        with self.database.sessions() as session:
            return session.scalar(waiting) or 0


@contextmanager
def _bench(folder: Path, url: str, nowhere: str) -> Iterator[_Bench]:
    database = open_database(f"sqlite:///{folder}/settings.db")
    migrate(database)
    with database.writing() as session:
        done = bootstrap(session, Beginning("key-of-the-bench-0123", "", ""), datetime.now(UTC))
        assert done is not None
    yield _Bench(database, done.project_id, url, nowhere)
    database.close()


def _message(now: datetime) -> Message:
    return Message(
        event="fired",
        thread="alert",
        severity="warning",
        title="p95 latency of support-reply is above 2 s",
        text="It is 3.5 s since 11:55.",
        at=now,
        url="/incidents/1",
        facts=(Fact("p95 latency", "3.5 s"), Fact("Threshold", "2 s")),
        body={"alert_type": "latency_spike", "prompt_id": "support-reply", "metric": "p95_latency", "value": 3500},
    )


class _Receiver(BaseHTTPRequestHandler):
    told: Connection | None = None
    """Learns of every request."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        if self.told is not None:
            self.told.send(b"")

    def log_message(self, *_: object) -> None: ...


def _receive(port: Connection, *, tells: bool) -> None:
    _Receiver.told = port if tells else None
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.daemon_threads = True
    port.send(server.server_port)
    server.serve_forever()


@contextmanager
def _sink() -> Iterator[str]:
    with listening(tells=False) as (url, _):
        yield url


@contextmanager
def listening(*, tells: bool = True) -> Iterator[tuple[str, Connection]]:
    """A receiver that answers at once, as a process of its own; and what tells of each request that came."""
    start = multiprocessing.get_context("spawn")
    ours, theirs = start.Pipe()
    process = start.Process(target=_receive, args=(theirs,), kwargs={"tells": tells}, daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/hook", ours
    finally:
        process.terminate()
        process.join()


class _Hanging:
    """A receiver that takes connections and never answers, until it ends."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._taken: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        if self._thread.is_alive():
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._thread.join()
        for one in self._taken:
            one.close()

    def _take(self) -> None:
        while True:
            try:
                self._taken.append(self._listening.accept()[0])
            except OSError:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
