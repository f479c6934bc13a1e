"""A backup of a server that works and is killed, and what comes back from it."""

from __future__ import annotations

import json
import stat
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.killing import Sender, Sent, sent_json
from server.process import Json, Server, run

pytestmark = pytest.mark.xdist_group("backup")
BATCH = 20


def batches(name: str) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        ids = [f"{name}-{n}-{i}" for i in range(BATCH)]
        calls: list[Json] = [
            {"id": one, "model": "m", "prompt_id": name, "latency_ms": 10, "cost_usd": 0.5, "input": f"text of {one}"}
            for one in ids
        ]
        return sent_json("/api/v1/calls", {"calls": calls}, ids)

    return make


def ids_of(server: Server) -> set[str]:
    answer = server.client.get("/api/v1/calls", params={"format": "ndjson"})
    assert answer.status_code == 200
    return {json.loads(line)["id"] for line in answer.text.splitlines()}


def requests_of(server: Server) -> set[object]:
    """As a rollup says, and as the calls themselves say."""
    slower: list[Json] = [{"dimension": "latency_ms", "op": "gt", "values": [1]}]
    found = set()
    for where in ([], slower):
        told = server.ask(
            metrics=["total_requests"], where=where, start="2026-01-01T00:00:00Z", end="2100-01-01T00:00:00Z"
        )
        assert isinstance(told["values"], dict)
        found.add(told["values"]["total_requests"][0][0])
    return found


def test_a_backup_under_load_has_all_that_was_acknowledged_before_and_comes_back_after_a_kill(
    own_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = own_server().start()
    project = server.client.get("/api/v1/status").json()["data"]["project"]["id"]
    assert server.client.patch(f"/api/v1/projects/{project}", json={"capture_content": True}).status_code == 200
    assert server.client.post("/api/v1/prompts", json={"name": "kept", "content": "Hello"}).status_code == 201
    senders = [Sender(server, batches(f"sender{i}")) for i in range(2)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 30
    while min(sender.through for sender in senders) < 5:
        assert time.monotonic() < deadline, "the senders get nothing through"
        time.sleep(0.01)  # a bounded wait for a condition
    before = set().union(*(set(sender.acknowledged) for sender in senders))
    file = tmp_path / "backup.tar"
    done = run("backup", str(file), folder=tmp_path / "elsewhere", url=server.url, key=server.key)
    assert done.returncode == 0, done.stderr
    server.kill()
    for sender in senders:
        sender.stopping.set()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = own_server()
    done = run("restore", str(file), folder=restored.folder)
    assert done.returncode == 0, done.stderr
    restored.start()
    found = ids_of(restored)
    assert len(before) >= 2 * 5 * BATCH
    assert before <= found
    assert {len(found)} == requests_of(restored)  # nothing twice, and the rollups agree
    assert restored.client.get("/api/v1/prompts").json()["data"][0]["name"] == "kept"
    one = restored.client.get(f"/api/v1/calls/{min(before)}").json()["data"]
    assert f"text of {min(before)}" in json.dumps(one)

    server.start()  # the one that was killed in its work goes on, and so do the senders
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()
    assert not list((server.folder / "events" / "shadow").glob("promptpulse_*"))
    restored.send([{"id": min(before), "model": "m", "latency_ms": 10}])
    assert len(ids_of(restored)) == len(found)  # what came back is known


def test_a_stopped_server_is_backed_up_from_its_folder(own_server: Callable[..., Server], tmp_path: Path) -> None:
    server = own_server().start()
    server.send([{"id": "one", "model": "m", "latency_ms": 10}])
    file = tmp_path / "backup.tar"
    refused = run("backup", str(file), "--offline", str(server.folder), folder=tmp_path / "elsewhere")
    assert (refused.returncode, "in use by another" in refused.stderr) == (1, True)
    server.stop()
    done = run("backup", str(file), "--offline", str(server.folder), folder=tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr

    folder = tmp_path / "restored"
    cut = tmp_path / "cut.tar"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    changed = tmp_path / "changed.tar"
    changed.write_bytes(_with_a_changed_byte(file))
    for damaged in (cut, changed):
        refused = run("restore", str(damaged), folder=folder)
        assert (refused.returncode, "not whole" in refused.stderr) == (1, True), refused.stderr
    assert list(folder.iterdir()) == []
    assert run("restore", str(file), folder=folder).returncode == 0
    again = run("restore", str(file), folder=folder)
    assert (again.returncode, "holds data already" in again.stderr) == (1, True)


def _with_a_changed_byte(file: Path) -> bytes:
    """In the middle of a column of the calls."""
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        column = next(m for m in tar if m.name.startswith("events/calls/") and m.name.endswith(".bin"))
    content[column.offset_data + column.size // 2] ^= 1
    return bytes(content)
