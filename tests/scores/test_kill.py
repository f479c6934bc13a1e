"""A 201 means stored, once, whatever happens to the process: of scores and of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from scores.world import World, new_world, typed
from server.killing import Sender, Sent, acknowledged_by, kill_while_sending, listed, sent_json
from server.process import Json, Server

KILLS = 8


def scores_of(world: World, sender: int) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        sent = f"{sender}-{n}"
        body: Json = {
            "expId": world.experiment, "bucketId": world.control, "userId": f"u{n % 7}", "sdkEventId": sent,
            "scores": typed({"rating": n % 5, "helpful": n % 2 == 0}),
        }  # fmt: skip
        return sent_json("/api/v1/scores", body, [sent])

    return make


def events_of(world: World, sender: int) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        ids = [f"{sender}-{n}-{i}" for i in range(1 + n % 20)]
        about = {"experiment_id": world.experiment, "variant_id": world.treatment, "user_id": "u", "outcome": "x"}
        return sent_json("/api/v1/events", {"events": [{**about, "id": event_id} for event_id in ids]}, ids)

    return make


@pytest.mark.xdist_group("kill")
def test_kills_lose_no_score_and_no_event_and_store_none_twice(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    world = new_world(server.client)
    scores = [Sender(server, scores_of(world, i)) for i in range(2)]
    events = [Sender(server, events_of(world, i)) for i in range(2)]
    kill_while_sending(server, (*scores, *events), KILLS, 1.0)
    for _ in range(2):
        assert_once(listed(server, f"/api/v1/scores/experiments/{world.experiment}"), "submission_id", scores, 2)
        assert_once(listed(server, f"/api/v1/events/experiment/{world.experiment}"), "id", events, 1)
        server.restart()  # what was in the process's memory plays no part


def assert_once(found: list[Json], id_column: str, senders: list[Sender], rows_each: int) -> None:
    expected = dict.fromkeys(acknowledged_by(senders, more_than=20), rows_each)
    assert Counter(str(row[id_column]) for row in found) == Counter(expected)
