"""A project with a prompt of two versions, and an experiment between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import httpx

from server.making import new_experiment, new_prompt
from server.process import Json

JSON = {"Content-Type": "application/json"}
HALVES: list[Json] = [
    {"name": "Control", "prompt": "greeting", "version": 1, "weight": 50, "control": True},
    {"name": "Treatment", "prompt": "greeting", "version": 2, "weight": 50},
]


@dataclass(frozen=True)
class World:
    client: httpx.Client
    experiment: str
    control: str
    treatment: str

    def send(self, path: str, body: object, status: int = 201) -> Json:
        """`data` of the answer."""
        answer = self.client.post(f"/api/v1{path}", content=json.dumps(body), headers=JSON)
        assert answer.status_code == status, answer.text
        return cast("Json", answer.json()["data"])

    def score(self, *, bucket: str | None = None, user: str = "user-1", status: int = 201, **values: object) -> Json:
        """Sends values of a user of the experiment, each in its own type."""
        body = {"expId": self.experiment, "bucketId": bucket or self.control, "userId": user, "scores": typed(values)}
        return self.send("/scores", body, status)

    def score_call(self, values: Json, **of: object) -> Json:
        return self.send("/scores", {**of, "scores": typed(values)})

    def read(self, path: str, **query: object) -> list[Json]:
        """`data` of a list."""
        return cast("list[Json]", self.whole(path, **query)["data"])

    def one(self, path: str, **query: object) -> Json:
        return cast("Json", self.whole(path, **query)["data"])

    def whole(self, path: str, **query: object) -> Json:
        answer = self.client.get(f"/api/v1{path}", params=query)  # type: ignore[arg-type]  # plain values
        assert answer.status_code == 200, answer.text
        return cast("Json", answer.json())

    def scores(self, **query: object) -> list[Json]:
        return self.read(f"/scores/experiments/{self.experiment}", **query)

    def events(self, **query: object) -> list[Json]:
        return self.read(f"/events/experiment/{self.experiment}", kind="outcome", **query)


def typed(values: Json) -> list[Json]:
    kinds = {bool: "bool", int: "int", float: "float", str: "string"}
    return [{"name": name, "type": kinds[type(value)], "value": value} for name, value in values.items()]


def values_of(submission: Json) -> Json:
    """By name."""
    return {str(score["name"]): score["value"] for score in cast("list[Json]", submission["scores"])}


def chunks(body: object, size: int = 40) -> Iterator[bytes]:
    """As clients send that do not say how long the body is."""
    text = json.dumps(body).encode()
    for i in range(0, len(text), size):
        yield text[i : i + size]


def new_world(client: httpx.Client) -> World:
    new_prompt(client, "greeting", "Hello", "Hi")
    made = new_experiment(client, "running", HALVES)
    control, treatment = (str(v["id"]) for v in cast("list[Json]", made["variants"]))
    return World(client, str(made["id"]), control, treatment)
