"""Where the server connects to when people name the address: never to itself, its network, or its cloud."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import NOON
from notify.office import client, message
from notify.sinks import Reply, Sink
from promptpulse.core.errors import Refused
from promptpulse.notify.guard import Forbidden, Guard, guarded_client, objection, post, watched
from promptpulse.notify.sending import apprise
from promptpulse.notify.values import Parcel, Secret, Target
from promptpulse.notify.values import Refused as Never

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "100.64.0.1",
    "0.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "::1", "fe80::1", "fc00::1", "fd12::1",
    "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:808:808::f5ff:fffe", "100::1",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
]  # fmt: skip
NOBODY = [
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255",
    "ff02::1",
    "::ffff:224.0.0.1",
    "::ffff:0.0.0.0",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_for_those_whom_the_operator_allows(address: str) -> None:
    assert objection(ip_address(address), allow_private=False) is not None
    assert objection(ip_address(address), allow_private=True) is None


@pytest.mark.parametrize("address", [*METADATA, *NOBODY])
def test_metadata_services_and_addresses_of_many_are_for_nobody(address: str) -> None:
    for allow_private in (False, True):
        assert objection(ip_address(address), allow_private=allow_private) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_for_all(address: str) -> None:
    assert objection(ip_address(address), allow_private=False) is None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_no_more_welcome_in_the_clothes_of_ipv6(address: object) -> None:
    plain = objection(ip_address(str(address)), allow_private=False)
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert (objection(ip_address(wrapped), allow_private=False) is None) <= (plain is None)


@pytest.fixture(scope="module")
def strict() -> Iterator[httpx.Client]:
    with guarded_client(allow_private=False) as made:
        yield made


SPELLINGS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "localhost", "[::1]", "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]", "[::ffff:7f00:1]", "0", "0.0.0.0", "[::]", "user@127.0.0.1", "127.0.0.1.", "LOCALHOST",
    "example.com@127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_address_reaches_this_machine(host: str, strict: httpx.Client, sink: Sink) -> None:
    name, _, rest = host.rpartition("@")
    url = f"http://{name + '@' if name else ''}{rest}:{sink.port}/"
    with pytest.raises((httpx.ConnectError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
        post(strict, url, b"{}", {})
    assert sink.got == []


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "gopher://x/", "//example.com", "", "http://", "http:///x"]
)
def test_only_http_is_spoken(url: str, strict: httpx.Client) -> None:
    with pytest.raises((httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)):
        post(strict, url, b"{}", {})
    with pytest.raises(Refused, match="url"):
        Guard(allow_private=False).check_url(url)


def test_a_name_that_resolves_otherwise_the_second_time_gains_nothing(
    strict: httpx.Client, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, private when it is used."""
    answers = iter(["1.1.1.1", "127.0.0.1", "127.0.0.1"])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr("promptpulse.notify.guard.socket.getaddrinfo", resolve)
    url = f"http://rebinding.example:{sink.port}/"
    Guard(allow_private=False).check_url(url)
    with pytest.raises(httpx.ConnectError, match="is private"):
        post(strict, url, b"{}", {})
    assert sink.got == []


def test_the_connection_goes_to_the_address_that_was_checked(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: object, **kinds: object) -> object:
        asked.append(host)
        if host == "receiver.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, port, *args, **kinds)  # type: ignore[arg-type]

    monkeypatch.setattr("promptpulse.notify.guard.socket.getaddrinfo", resolve)
    assert post(client(), f"http://receiver.example:{sink.port}/", b"{}", {}).status == 200
    assert [host for host in asked if not host[0].isdigit()] == ["receiver.example"], "the name is asked for once"
    assert sink.got[0].headers["host"] == f"receiver.example:{sink.port}"


def test_of_several_addresses_only_those_that_are_allowed_are_tried(
    strict: httpx.Client, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        addresses = ["127.0.0.1", "1.1.1.1", "10.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    def connect(_self: object, host: str, *_: object, **__: object) -> None:
        tried.append(host)
        raise httpcore.ConnectError("no")

    monkeypatch.setattr("promptpulse.notify.guard.socket.getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(httpx.ConnectError):
        post(strict, f"http://mixed.example:{sink.port}/", b"{}", {})
    assert tried == ["1.1.1.1"]


def test_a_redirect_is_an_answer_like_another(sink: Sink) -> None:
    sink.reply = lambda _: Reply(302, "", {"Location": "http://169.254.169.254/latest/meta-data"})
    assert post(client(), sink.url, b"{}", {}).status == 302
    assert len(sink.got) == 1


def test_a_proxy_of_the_environment_is_not_used(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, sink.url)
    with guarded_client(allow_private=False) as made, pytest.raises(httpx.ConnectError, match="is private"):
        post(made, "http://127.0.0.1:9/", b"{}", {})
    assert sink.got == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:9/", "https://169.254.169.254/", "http://[::1]/x"]
)
def test_what_people_enter_is_checked_at_once(url: str) -> None:
    with pytest.raises(Refused) as refused:
        Guard(allow_private=False).check_url(url)
    assert refused.value.field == "url"


def test_a_name_that_nobody_knows_now_may_be_entered() -> None:
    Guard(allow_private=False).check_url("https://receiver.invalid/")


def test_libraries_that_connect_by_themselves_are_watched_in_their_thread_alone(sink: Sink) -> None:
    elsewhere: list[bool] = []

    def connect() -> None:
        with socket.create_connection(("127.0.0.1", sink.port)):
            elsewhere.append(True)

    with watched(allow_private=False):
        with pytest.raises(Forbidden, match="is private"):
            socket.create_connection(("127.0.0.1", sink.port))
        with (
            pytest.raises(Forbidden, match="is private"),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        ):
            datagrams.sendto(b"x", ("127.0.0.1", sink.port))
        with pytest.raises(Forbidden, match="socket of this machine"), socket.socket(socket.AF_UNIX) as local:
            local.connect("/run/docker.sock")
        other = threading.Thread(target=connect)
        other.start()
        other.join(5)
    connect()
    assert elsewhere == [True, True]


@pytest.mark.parametrize("scheme", ["json", "xml", "form", "mailto"])
def test_apprise_cannot_reach_this_machine(scheme: str, sink: Sink, new_sink: Callable[[], Sink]) -> None:
    url = {"mailto": f"mailto://u:p@example.com:{sink.port}?smtp=127.0.0.1&to=a@example.com&mode=insecure"}
    secret = Secret(url=url.get(scheme, f"{scheme}://127.0.0.1:{sink.port}/x"))
    target = Target("c", "Any", "apprise", "shop", (), "us", secret)
    found = apprise.send("https://pulse.example.com", target, Parcel("p", message(), NOON), allow_private=False)
    assert isinstance(found, Never)
    assert "is private" in found.said
    assert sink.got == []


@pytest.mark.parametrize("scheme", ["syslog", "dbus", "gnome", "macosx", "windows"])
def test_services_of_this_machine_are_none_of_apprise(scheme: str) -> None:
    assert "service of this machine" in (apprise.problem_of(f"{scheme}://") or "")
