"""Scores and events as clients send them that repeat what was not acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from scores.world import World, typed
from server.killing import Sender, Sent, acknowledged_by, sent_json
from server.process import Json


def scores_of(world: World) -> Callable[[int], Sent]:
    """Two values each."""

    def make(n: int) -> Sent:
        sent = f"score-{n}"
        body: Json = {
            "expId": world.experiment, "bucketId": world.control, "userId": f"u{n % 7}", "sdkEventId": sent,
            "scores": typed({"rating": n % 5, "helpful": n % 2 == 0}),
        }  # fmt: skip
        return sent_json("/api/v1/scores", body, [sent])

    return make


def events_of(world: World) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        ids = [f"event-{n}-{i}" for i in range(1 + n % 20)]
        about = {"experiment_id": world.experiment, "variant_id": world.treatment, "user_id": "u", "outcome": "x"}
        return sent_json("/api/v1/events", {"events": [{**about, "id": event_id} for event_id in ids]}, ids)

    return make


def assert_once(found: Sequence[Json], id_column: str, sender: Sender, rows_each: int) -> None:
    expected = dict.fromkeys(acknowledged_by([sender], more_than=15), rows_each)
    assert Counter(str(row[id_column]) for row in found) == Counter(expected)
