"""Runs the server in the foreground, until a signal."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import msgspec
import uvicorn

from promptpulse.app import Services, create_app
from promptpulse.core.errors import Conflict
from promptpulse.settings import Settings, reachable

GRACE_S = 20


class Server(uvicorn.Server):
    """Ends event streams at once when it is told to stop: they would otherwise keep their connections open."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._services.pipeline.hub.close()
        super().handle_exit(sig, frame)


def listen(settings: Settings) -> socket.socket:
    """A bound socket. Raises `Conflict` when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as e:
        bound.close()
        raise Conflict(
            f"port {settings.port} on {settings.host} cannot be used ({e.strerror}); stop what listens there,"
            " or choose another port with --port",
            code="port_in_use",
        ) from e
    return bound


def serve(services: Services, bound: socket.socket, on_ready: Callable[[str], None]) -> None:
    """Blocks until a signal. `on_ready` gets the address when requests are answered."""
    settings = services.settings
    host, port = bound.getsockname()[:2]
    address = settings.public_url.rstrip("/") or f"http://{reachable(host)}:{port}"
    config = uvicorn.Config(
        create_app(services),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=64 << 10,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
    )
    server = Server(config, services)
    # Calls and spans form no cycles. Collecting less often, and never what start-up left, saves a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # The writer gives the interpreter's lock away at every file and engine call; at the default of 5 ms it would wait for
    # the thread that reads spans for a third of its time.
    sys.setswitchinterval(0.0005)
    started = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await started(sockets)
        if not server.should_exit:
            on_ready(address)

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _ended_well)  # uvicorn raises the signal again after a clean end
    server.startup = startup  # type: ignore[method-assign]  # uvicorn has no hook for "now it answers"
    server.run(sockets=[bound])


def _ended_well(_signal: int, _frame: FrameType | None) -> None:
    """Being told to stop is no failure: the exit code is 0."""


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def configure_logging(settings: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines()
        if settings.log_json
        else logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for noisy in ("uvicorn.error", "alembic", "fontTools", "matplotlib", "fpdf"):
        logging.getLogger(noisy).setLevel("WARNING" if settings.log_level != "debug" else "DEBUG")
    for telling in ("httpx", "httpcore", "urllib3"):
        logging.getLogger(telling).setLevel("WARNING")  # below, they log whole URLs, which are secrets of channels
