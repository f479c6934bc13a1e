"""Requests that are sent until they are acknowledged, to a server that is killed meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
import msgspec

from server.process import Json, Server

SEED = 20_261_121
LONGEST_S = 0.3
"""The moment of a kill is chosen within this time."""
THROUGH_WITHIN_S = 60.0


@dataclass(frozen=True)
class Sent:
    path: str
    media: str
    body: bytes
    ids: list[str]
    """Of what an acknowledgement says is stored."""


def sent_json(path: str, body: Json, ids: list[str]) -> Sent:
    return Sent(path, "application/json", msgspec.json.encode(body), ids)


@dataclass
class Sender(threading.Thread):
    """Sends numbered requests one after the other, each again until it is acknowledged."""

    server: Server
    make: Callable[[int], Sent]
    stopping: threading.Event = field(default_factory=threading.Event)
    acknowledged: set[str] = field(default_factory=set)
    through: int = 0
    """Requests that were acknowledged."""
    repeats: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        with self.server.client_of(self.server.key) as client:
            n = 0
            while not self.stopping.is_set():
                sent = self.make(n)
                while not self._post(client, sent):
                    self.repeats += 1
                    self.stopping.wait(0.1)  # the retry of a client; ends nothing: the request must get through
                self.acknowledged.update(sent.ids)
                self.through += 1
                n += 1

    def _post(self, client: httpx.Client, sent: Sent) -> bool:
        try:
            answer = client.post(sent.path, content=sent.body, headers={"Content-Type": sent.media})
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            return False
        if answer.status_code not in {200, 201}:
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
        return True


def kill_while_sending(server: Server, senders: Sequence[Sender], kills: int) -> None:
    """Each sender has got its last request through in the end, nothing was refused, and the kills hit requests.

    Most kills come after all senders have got something through; every fifth as soon as the server answers."""
    for sender in senders:
        sender.start()
    dice = random.Random(SEED)
    wait = threading.Event().wait
    for kill in range(kills):
        if kill % 5:
            _all_through(senders)
        wait(dice.uniform(0, LONGEST_S))  # the moment of the kill is the test
        server.kill()
        server.start()
    for sender in senders:
        sender.stopping.set()
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive(), "a request was never acknowledged"
        assert sender.wrong == []
    assert sum(sender.repeats for sender in senders) >= kills, "no request was hit by a kill"


def _all_through(senders: Sequence[Sender]) -> None:
    before = [sender.through for sender in senders]
    deadline = time.monotonic() + THROUGH_WITHIN_S
    while any(sender.through == n for sender, n in zip(senders, before, strict=True)):
        assert time.monotonic() < deadline, "a sender gets nothing through"
        time.sleep(0.01)  # a bounded wait for a condition


def acknowledged_by(senders: Sequence[Sender], *, more_than: int) -> set[str]:
    found = set().union(*(sender.acknowledged for sender in senders))
    assert len(found) > more_than, "too little traffic to prove anything"
    return found


def listed(server: Server, path: str, **params: str) -> list[Json]:
    """A whole list, as lines of JSON."""
    answer = server.client.get(path, params={**params, "format": "ndjson"})
    assert answer.status_code == 200
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]
