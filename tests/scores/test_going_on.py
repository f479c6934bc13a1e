"""Files of scores and events that broke off go on after their last row: nothing twice, nothing missed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import msgspec
import pyarrow.parquet as pq
import pytest

from scores.world import World, new_world, typed
from server.process import Json, Server

ROWS = 600
"""Many share a moment; some ids hold the character that stands between the parts of a cursor."""


@dataclass(frozen=True)
class File:
    """What is downloaded, and how a row of it is named in a cursor."""

    world: World
    path: str
    place: tuple[str, ...]

    def get(self, form: str, cursor: str = "", cut_at: int | None = None) -> tuple[bytes, int]:
        """The file, or its first `cut_at` bytes; and how many rows were announced."""
        asked = {"format": form, "cursor": cursor}
        with self.world.client.stream("GET", f"/api/v1{self.path}", params=asked) as answer:
            assert answer.status_code == 200
            total = int(answer.headers["x-total-rows"])
            if cut_at is None:
                return answer.read(), total
            return next(answer.iter_bytes(cut_at)), total

    def cursor(self, row: Json) -> str:
        return "_".join(str(row[column]) for column in ("created_at", *self.place))


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    moments = ("2026-01-02T12:00:00Z", "2026-01-02T12:00:00.000001Z")
    with server.client_of(server.project_key(f"going on {uuid4()}").key) as client:
        made = new_world(client)
        about: Json = {"experiment": "running", "variant": "Control", "user_id": "u", "outcome": "clicked"}
        made.send("/events", {"events": [{**about, "id": f"e_{n}", "timestamp": moments[n % 2]} for n in range(ROWS)]})
        about = {"expId": made.experiment, "bucketId": made.control, "userId": "u"}
        about["scores"] = typed({f"a_{n}": n for n in range(100)})
        for n in range(ROWS // 100):
            made.send("/scores", {**about, "sdkEventId": f"s_{n}", "timestamp": moments[n % 2]})
        yield made


@pytest.fixture(params=["scores", "scores of an experiment", "events"])
def file(request: pytest.FixtureRequest, world: World) -> File:
    if request.param == "events":
        return File(world, f"/events/experiment/{world.experiment}", ("id",))
    path = "/scores" if request.param == "scores" else f"/scores/experiments/{world.experiment}"
    return File(world, path, ("submission_id", "name"))


def ndjson(body: bytes) -> list[Json]:
    """The whole lines."""
    return [msgspec.json.decode(line) for line in body[: body.rfind(b"\n") + 1].splitlines()]


def of_csv(body: bytes) -> list[Json]:
    """The whole lines; no cell holds a line break."""
    return [dict(row) for row in csv.DictReader(io.StringIO(body[: body.rfind(b"\n") + 1].decode()))]


def parquet(body: bytes) -> list[Json]:
    rows: list[Json] = pq.read_table(io.BytesIO(body)).to_pylist()
    return rows


@pytest.mark.parametrize(("form", "read"), [("ndjson", ndjson), ("csv", of_csv)])
def test_a_download_that_was_cut_and_its_rest_are_the_whole(
    file: File, form: str, read: Callable[[bytes], list[Json]]
) -> None:
    body, total = file.get(form)
    whole = read(body)
    assert (len(whole), total) == (ROWS, ROWS)
    begun = read(file.get(form, cut_at=len(body) // 3)[0])
    assert 100 < len(begun) < 300
    body, left = file.get(form, file.cursor(begun[-1]))
    assert left == ROWS - len(begun)
    assert begun + read(body) == whole


def test_a_parquet_file_goes_on_after_the_last_row_of_another(file: File) -> None:
    whole = parquet(file.get("parquet")[0])
    for n in (250, 300, ROWS):  # inside a moment, at its end, and at the end of all
        body, left = file.get("parquet", file.cursor(whole[n - 1]))
        assert left == ROWS - n
        assert parquet(body) == whole[n:]
