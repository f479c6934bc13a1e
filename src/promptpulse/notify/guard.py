"""Where the server may connect to on behalf of people: public addresses only, unless the operator allows others.

Addresses are checked after the name was resolved, and the connection is made to the address that was checked, so that a
name that resolves otherwise the second time gains nothing. Redirects are never followed."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore
import httpx
from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream

from promptpulse.core.errors import Refused

Address = IPv4Address | IPv6Address
CONNECT_S, ANSWER_S = 5.0, 10.0
"""To connect, and for each part of the answer."""
LONGEST_S = 20.0
"""For a request as a whole."""
LONGEST_ANSWER = 4096
"""Bytes of an answer that are read."""
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
COMPATIBLE = IPv6Network("::/96")
METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
)
"""Where clouds tell a machine its credentials. The operator's permission does not cover them."""


class Forbidden(httpcore.ConnectError):
    """The guard refused the address. The text says why."""


def objection(address: Address, *, allow_private: bool) -> str | None:
    """Why nobody may connect to `address`; None when they may."""
    for one in (address, *_inside(address)):
        if one in METADATA:
            return "is the metadata service of a cloud"
        if one.is_multicast or one.is_unspecified or one == IPv4Address("255.255.255.255"):
            return "is no address of a single machine"
        if not allow_private and not _is_public(one):
            return "is private; the operator can allow such addresses with PROMPTPULSE_ALLOW_PRIVATE_TARGETS"
    return None


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.is_site_local or address.scope_id):
        return False
    if address in NAT64[0]:  # how an IPv6 network reaches an IPv4 address, which is judged by itself
        return True
    return address.is_global and not address.is_reserved


def _inside(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in NAT64) or (address in COMPATIBLE and int(address) > 1):
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def resolved(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Addresses of `host` that may be connected to. Raises Forbidden when there is none, ConnectError for no such host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise httpcore.ConnectError(f"the host {host!r} cannot be found") from e
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    objections = {a: objection(ip_address(a), allow_private=allow_private) for a in addresses}
    good = [a for a in addresses if objections[a] is None]
    if not good:
        first = addresses[0]
        shown = f"{host} ({first})" if host.strip("[]") != first else host
        raise Forbidden(f"the address {shown} {objections[first]}")
    return good


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks what people enter, before anything is sent."""

    allow_private: bool

    def check_url(self, url: str, field: str = "url") -> None:
        """Raises Refused for a URL that is not HTTP, and for an address that nobody may connect to. A name that cannot be
        resolved now may pass: it is checked again with every connection."""
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL as e:
            raise Refused(f"{field} cannot be read; write it as https://host/path", field=field) from e
        if parts.scheme not in {"http", "https"} or not parts.host:
            raise Refused(f"{field} must begin with https:// (or http://) and name a host", field=field)
        try:
            resolved(parts.host, parts.port or 443, allow_private=self.allow_private)
        except Forbidden as e:
            raise Refused(f"{field}: {e}", field=field) from e
        except httpcore.ConnectError:
            return


_deadline = threading.local()
"""`at`: monotonic second at which the request of this thread must have ended."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All guarded requests of this thread end by then, however slowly a receiver drips."""
    _deadline.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _deadline.at = None


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    at: float | None = getattr(_deadline, "at", None)
    if at is None:
        return timeout
    left = at - time.monotonic()
    if left <= 0:
        raise error("it took too long")
    return left if timeout is None else min(left, timeout)


class _Stream(NetworkStream):
    """A connection whose every read and write ends by the deadline of the request."""

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Backend(NetworkBackend):
    """Resolves, checks, and connects to what was checked."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        addresses = resolved(host, port, allow_private=self._allow_private)
        for i, address in enumerate(addresses):
            try:
                left = _left(timeout, httpcore.ConnectTimeout)
                return _Stream(self._sockets.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if i == len(addresses) - 1:
                    raise
        raise AssertionError("resolved() returns at least one address")

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> NetworkStream:
        raise Forbidden(f"{path} is a socket of this machine")


class _Transport(httpx.HTTPTransport):
    def __init__(self, *, allow_private: bool) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=None,
            max_keepalive_connections=100,
            keepalive_expiry=5.0,
            network_backend=_Backend(allow_private=allow_private),
        )


def guarded_client(*, allow_private: bool) -> httpx.Client:
    """For every outgoing request to an address that people enter. Thread-safe; `post` is the way to use it.

    A proxy of the environment is not used: it would resolve names by itself, unchecked."""
    for telling in ("httpx", "httpcore"):
        logging.getLogger(telling).setLevel(logging.WARNING)  # below, they log whole URLs, which may be secrets
    return httpx.Client(
        transport=_Transport(allow_private=allow_private),
        timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "PromptPulse"},
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver answered."""

    status: int
    text: str
    """Its beginning."""
    retry_after: str | None
    """The header, as sent."""


def post(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Send `body`; reads no more of the answer than is worth showing. Raises `httpx.HTTPError` and `httpx.InvalidURL`.

    Texts of those errors name no more of the URL than its host."""
    with within(LONGEST_S), client.stream("POST", url, content=body, headers=headers) as answer:
        read = b""
        for chunk in answer.iter_raw():
            read += chunk
            if len(read) >= LONGEST_ANSWER:
                break
        text = read[:LONGEST_ANSWER].decode(errors="replace") if "content-encoding" not in answer.headers else ""
        return Answered(answer.status_code, text.strip(), answer.headers.get("retry-after"))


_watched = threading.local()
"""`allow_private`: while a foreign library sends from this thread, what it may connect to."""
_hook_lock = threading.Lock()
_hook_is_set = threading.Event()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    allow_private = getattr(_watched, "allow_private", None)
    if allow_private is None:
        return
    target = arguments[1]
    if not isinstance(target, tuple):
        raise Forbidden("a socket of this machine was asked for")
    host = str(target[0]).partition("%")[0]
    try:
        address = ip_address(host)
    except ValueError:
        resolved(host, int(target[1]), allow_private=allow_private)
        return
    problem = objection(address, allow_private=allow_private)
    if problem:
        raise Forbidden(f"the address {host} {problem}")


@contextmanager
def watched(*, allow_private: bool) -> Iterator[None]:
    """Refuses forbidden addresses to whatever this thread connects to by Python's sockets: for libraries that take no client
    of ours. The interpreter itself asks us before each connection, with the address it will use; redirects, too."""
    with _hook_lock:
        if not _hook_is_set.is_set():
            sys.addaudithook(_watch)  # cannot be taken back; elsewhere it costs a comparison
            _hook_is_set.set()
    _watched.allow_private = allow_private
    try:
        yield
    finally:
        _watched.allow_private = None
