"""Requests that are sent until they are acknowledged, to a server that is killed meanwhile."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
import msgspec

from server.process import Json, Server

SEED = 20_261_121


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


def kill_while_sending(server: Server, senders: Sequence[Sender], kills: int, longest_s: float) -> None:
    """Each sender has got its last request through in the end, nothing was refused, and the kills hit requests."""
    for sender in senders:
        sender.start()
    dice = random.Random(SEED)
    wait = threading.Event().wait
    for _ in range(kills):
        wait(dice.uniform(0.1, longest_s))  # the moment of the kill is the test
        server.kill()
        server.start()
    for sender in senders:
        sender.stopping.set()
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive(), "a request was never acknowledged"
        assert sender.wrong == []
    assert sum(sender.repeats for sender in senders) >= kills, "no request was hit by a kill"


def acknowledged_by(senders: Sequence[Sender], *, more_than: int) -> set[str]:
    found = set().union(*(sender.acknowledged for sender in senders))
    assert len(found) > more_than, "too little traffic to prove anything"
    return found


def listed(server: Server, path: str, **params: str) -> list[Json]:
    """A whole list, as lines of JSON."""
    answer = server.client.get(path, params={**params, "format": "ndjson"})
    assert answer.status_code == 200
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]
