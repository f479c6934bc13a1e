"""Everything that Apprise knows by URL, some hundred services.

Its library opens its own connections, so `guard.watched` looks over its shoulder. It logs URLs, which are secrets: what it
logs is kept from the log of the server, and shown as the answer after the secrets were taken out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Protocol

from promptpulse.notify.guard import ANSWER_S, CONNECT_S, Forbidden, watched
from promptpulse.notify.sending.http import scrubbed
from promptpulse.notify.sending.wording import cut, headline, link, one_line
from promptpulse.notify.values import Delivered, Later, Outcome, Parcel, Refused, Target

LOCAL = frozenset({"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows", "file", "memory"})
"""Schemes of services that are the machine itself."""
TYPES = {"info": "info", "warning": "warning", "critical": "failure"}
_UNKNOWN = "Apprise knows no service by this URL; see its list of services for how to write it"


class _Service(Protocol):
    enabled: bool
    socket_connect_timeout: float
    socket_read_timeout: float

    def notify(self, *, body: str, title: str, notify_type: str) -> bool: ...


def problem_of(url: str) -> str | None:
    """Why Apprise cannot send to `url`, without repeating it; None when it can."""
    scheme = url.partition("://")[0].lower()
    if scheme in LOCAL:
        return f"{scheme}:// is a service of this machine, not of a receiver"
    found = _service(url)
    if found is None:
        return _UNKNOWN
    return None if found.enabled else f"a library that Apprise needs for {scheme}:// is not installed"


def send(base_url: str, target: Target, parcel: Parcel, *, allow_private: bool) -> Outcome:
    message = parcel.message
    problem = problem_of(target.secret.url)
    service = None if problem else _service(target.secret.url)
    if service is None:
        return Refused(problem or _UNKNOWN)
    lines = [message.text, *(f"{fact.label}: {fact.text}" for fact in message.facts), link(base_url, message.url)]
    kind = "success" if message.event == "resolved" else TYPES[message.severity]
    with _heard() as heard, watched(allow_private=allow_private):
        try:
            body = "\n".join(line for line in lines if line.strip()) or message.title
            ok = service.notify(body=body, title=headline(message), notify_type=kind)
        except Forbidden as e:
            return Refused(scrubbed(str(e), target.secret.texts))
        except Exception as e:  # noqa: BLE001 - services of Apprise raise what they like
            return Later(f"Apprise could not send it ({type(e).__name__})")
    if ok:
        return Delivered("sent by Apprise")
    said = one_line(heard[-1]) if heard else "Apprise does not say why"
    return Later(scrubbed(cut(f"not sent: {said}", 500), target.secret.texts))


def _service(url: str) -> _Service | None:
    library = _library()
    with _heard():
        found: _Service | None = library.Apprise.instantiate(url, suppress_exceptions=True)
    if found is not None:
        found.socket_connect_timeout = min(float(found.socket_connect_timeout), CONNECT_S)
        found.socket_read_timeout = min(float(found.socket_read_timeout), ANSWER_S)
    return found


@cache
def _library() -> ModuleType:
    import apprise  # noqa: PLC0415 - takes a second, and few need it

    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its debug lines and warnings hold paths
    module: ModuleType = apprise
    return module


class _Ear(logging.Handler):
    """Keeps what this thread logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.heard.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    ear = _Ear()
    logger = logging.getLogger("apprise")
    logger.addHandler(ear)
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)
