"""A 201 means stored, once, whatever happens to the process: of scores and of events."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest

from scores.world import World, new_world, typed
from server.process import Json, Server

KILLS = 8
SEED = 20_261_121


@dataclass
class Sender(threading.Thread):
    """Sends numbered requests one after the other, each again until it is acknowledged."""

    server: Server
    path: str
    make: Callable[[int], tuple[Json, list[str]]]
    stopping: threading.Event
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
                body, ids = self.make(n)
                while not self._post(client, body):
                    self.repeats += 1
                    self.stopping.wait(0.1)  # ends nothing: the request must get through
                self.acknowledged.update(ids)
                n += 1

    def _post(self, client: httpx.Client, body: Json) -> bool:
        try:
            answer = client.post(self.path, json=body)
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            return False
        if answer.status_code not in {200, 201}:
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
        return True


def scores_of(world: World, sender: int) -> Callable[[int], tuple[Json, list[str]]]:
    def make(n: int) -> tuple[Json, list[str]]:
        sent = f"{sender}-{n}"
        body: Json = {
            "expId": world.experiment, "bucketId": world.control, "userId": f"u{n % 7}", "sdkEventId": sent,
            "scores": typed({"rating": n % 5, "helpful": n % 2 == 0}),
        }  # fmt: skip
        return body, [sent]

    return make


def events_of(world: World, sender: int) -> Callable[[int], tuple[Json, list[str]]]:
    def make(n: int) -> tuple[Json, list[str]]:
        ids = [f"{sender}-{n}-{i}" for i in range(1 + n % 20)]
        about = {"experiment_id": world.experiment, "variant_id": world.treatment, "user_id": "u", "outcome": "x"}
        return {"events": [{**about, "id": event_id} for event_id in ids]}, ids

    return make


@pytest.mark.xdist_group("kill")
def test_kills_lose_no_score_and_no_event_and_store_none_twice(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    world = new_world(server.client)
    stopping = threading.Event()
    scores = [Sender(server, "/api/v1/scores", scores_of(world, i), stopping) for i in range(2)]
    events = [Sender(server, "/api/v1/events", events_of(world, i), stopping) for i in range(2)]
    for sender in (*scores, *events):
        sender.start()
    dice = random.Random(SEED)
    for _ in range(KILLS):
        stopping.wait(dice.uniform(0.1, 1.0))  # the moment of the kill is the test
        server.kill()
        server.start()
    stopping.set()
    for sender in (*scores, *events):
        sender.join(30)
        assert not sender.is_alive(), "a request was never acknowledged"
        assert sender.wrong == []
    assert sum(sender.repeats for sender in (*scores, *events)) >= KILLS, "no request was hit by a kill"
    for _ in range(2):
        assert_once(rows(server, f"/api/v1/scores/experiments/{world.experiment}"), "submission_id", scores, 2)
        assert_once(rows(server, f"/api/v1/events/experiment/{world.experiment}"), "id", events, 1)
        server.restart()  # what was in the process's memory plays no part


def rows(server: Server, path: str) -> list[Json]:
    answer = server.client.get(path, params={"format": "ndjson"})
    assert answer.status_code == 200
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


def assert_once(found: list[Json], id_column: str, senders: list[Sender], rows_each: int) -> None:
    acknowledged = set().union(*(sender.acknowledged for sender in senders))
    assert len(acknowledged) > 50, "too little traffic to prove anything"
    assert Counter(str(row[id_column]) for row in found) == Counter(dict.fromkeys(acknowledged, rows_each))
