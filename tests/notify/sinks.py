"""Receivers on this machine: an HTTP server that notes what it gets and answers as told, and a mail server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from server.process import free_port


@dataclass(frozen=True)
class Got:
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    """Monotonic second."""

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Reply:
    status: int = 200
    text: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Sink:
    """Answers as `reply` says; a number of it is a pause."""

    reply: Callable[[Got], Reply] = lambda _: Reply()
    got: list[Got] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    """While set, nothing is answered: a receiver that hangs."""
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                got = Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body, time.monotonic())
                sink.got.append(got)
                if sink.silent.is_set():
                    sink.ended.wait(30)
                    self.close_connection = True
                    return
                reply = sink.reply(got)
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.text.encode())), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.text.encode())

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - theirs

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None: ...

        self.server: HTTPServer = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/T00000000/B00000000/sentinelsecret9xYz"

    def close(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


@dataclass
class MailSink:
    """Takes mails; `refuse` says with which answer it takes one not."""

    got: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuse: Callable[[str], str] = lambda _: ""
    """Of a recipient; "" takes it."""

    def __post_init__(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_RCPT(  # noqa: N802 - theirs
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = self.refuse(address)
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        read = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        self.got.append((list(envelope.rcpt_tos), read))
        return "250 taken"

    def close(self) -> None:
        self._controller.stop()
