"""Nothing lost, nothing doubled: servers killed, processes forked, programs that end, memory that is full."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import promptpulse
from promptpulse.sdk.delivery import Delivery
from promptpulse.sdk.encode import requests
from promptpulse.sdk.settings import Settings
from promptpulse.sdk.wire import Answer, Wire
from sdk.conftest import Project, program
from server.process import Server, free_port

CALLS = 100_000
KILLS = 2
BOUND_S = 60


@pytest.mark.xdist_group("kill")
@pytest.mark.usefixtures("fresh")
def test_a_hundred_thousand_calls_arrive_once_though_the_server_is_killed(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    promptpulse.init(server.key, server.url, instrument=False, max_queue_mb=200)
    ended = threading.Event()

    def make() -> None:
        for n in range(CALLS):
            promptpulse.call(f"prompt-{n % 5}", latency_ms=n % 1000, model="gpt-4o-mini", input_tokens=n)
        ended.set()

    maker = threading.Thread(target=make)
    began = time.monotonic()
    maker.start()
    for killed in range(1, KILLS + 1):
        goal = killed * CALLS // (KILLS + 2)
        while promptpulse.stats().sent.get("calls", 0) < goal:
            assert time.monotonic() < began + BOUND_S, promptpulse.stats()
            time.sleep(0.005)
        server.kill()
        server.start()
    maker.join(BOUND_S)
    assert ended.is_set()
    assert promptpulse.flush(BOUND_S), promptpulse.stats()

    stats = promptpulse.stats()
    assert (stats.sent, stats.dropped, stats.rejected, stats.waiting) == ({"calls": CALLS}, {}, {}, 0)
    assert server.client.get("/api/v1/status").json()["data"]["calls_stored"] == CALLS
    now = datetime.now(UTC)
    found = server.ask(
        metrics=["total_requests", "input_tokens"],
        start=(now - timedelta(hours=3)).isoformat(),
        end=(now + timedelta(hours=1)).isoformat(),
    )
    values = cast("dict[str, list[list[int]]]", found["values"])
    assert values == {"total_requests": [[CALLS]], "input_tokens": [[CALLS * (CALLS - 1) // 2]]}


MANY = """
import sys, promptpulse
promptpulse.init(instrument=False, exit_timeout_s=1)
for n in range(int(sys.argv[1])):
    promptpulse.call("greeting", latency_ms=n, model="m")
promptpulse.score("rating", 5, prompt="greeting", user_id="u", id="score-1")
"""


def test_what_a_program_could_not_send_outlives_it_in_the_folder(mine: Project, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    env: dict[str, Any] = {"PROMPTPULSE_KEY": mine.key, "PROMPTPULSE_SPOOL": str(tmp_path / "spool")}
    alone = program(MANY, "1500", PROMPTPULSE_URL=nowhere, **env)
    assert alone.returncode == 0, alone.stderr
    assert alone.stderr.count("promptpulse: ") == 1, "the trouble is told once"
    assert mine.key not in alone.stderr
    kept = list((tmp_path / "spool").glob("*.pulse"))
    assert len(kept) >= 2
    assert mine.rows() == []
    twice = tmp_path / "spool" / ("0" + kept[0].name)
    shutil.copy(kept[0], twice)  # as when a program ended before it could delete the file

    later = program("import promptpulse; promptpulse.init(instrument=False)" + WAITED, PROMPTPULSE_URL=mine.url, **env)
    assert (later.returncode, later.stderr) == (0, "")
    assert list((tmp_path / "spool").glob("*.pulse")) == []
    assert mine.client.get("/api/v1/status").json()["data"]["calls_stored"] == 1500
    assert [score["id"] for score in mine.rows("/api/v1/scores")] == ["score-1"]


WAITED = """
import os, time
deadline = time.monotonic() + 20
while any(f.endswith(".pulse") for f in os.listdir(os.environ["PROMPTPULSE_SPOOL"])) and time.monotonic() < deadline:
    time.sleep(0.01)
"""


def test_a_program_ends_in_time_and_says_what_it_lost(mine: Project) -> None:
    began = time.monotonic()
    alone = program(MANY, "10", PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=f"http://127.0.0.1:{free_port()}")
    assert alone.returncode == 0
    assert "11 were dropped before they could be sent" in alone.stderr
    assert time.monotonic() - began < 20


def test_what_waits_at_the_end_of_a_program_is_sent(mine: Project) -> None:
    done = program(MANY, "1234", PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert mine.client.get("/api/v1/status").json()["data"]["calls_stored"] == 1234


FORKING = """
import os, multiprocessing, promptpulse
promptpulse.init(instrument=False, flush_interval_s=60)  # only the ends of processes send
def work(name):
    for n in range(50):
        promptpulse.call(name, latency_ms=n, model="m")
work("before")  # waits in the parent when it forks
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:  # as gunicorn does
        work(f"forked-{child}")
        promptpulse.flush()
        os._exit(0)
    children.append(pid)
context = multiprocessing.get_context("fork")
processes = [context.Process(target=work, args=(f"process-{n}",)) for n in range(2)]
for process in processes:
    process.start()
for process in processes:
    process.join()
assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
work("after")
"""


def test_forked_processes_send_their_own_calls_and_nobody_elses(mine: Project) -> None:
    done = program(FORKING, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url)
    assert done.returncode == 0, done.stderr
    rows = mine.rows(limit="1000")
    names = ["before", "after", "forked-0", "forked-1", "forked-2", "process-0", "process-1"]
    assert {name: sum(row["prompt_id"] == name for row in rows) for name in names} == dict.fromkeys(names, 50)
    assert len(rows) == 350


# --- without a server: what the delivery makes of each answer


class Told(Wire):
    """Answers as told, then 200; remembers how many calls came."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__("http://nowhere", "key", 1)
        self.answers = list(answers)
        self.got: list[bytes] = []

    def send(self, method: str, path: str, *, content: bytes = b"", **_: object) -> Answer:
        answer = self.answers.pop(0) if self.answers else Answer(200, b"{}")
        if answer.is_ok:
            self.got.append(content)
        return answer


def delivery(wire: Wire, **more: object) -> Delivery:
    return Delivery(Settings(key="key", flush_interval_s=0.01, **more), wire, requests)  # type: ignore[arg-type]


def put(to: Delivery, n: int) -> None:
    for i in range(n):
        to.put("calls", {"id": str(i), "latency_ms": 1, "model": "m"}, 1_000)


@pytest.mark.parametrize(
    "answer",
    [Answer(0, error="ConnectError"), Answer(429), Answer(503, retry_after_s=0.01), Answer(500), Answer(408)],
    ids=lambda answer: str(answer.status),
)
def test_what_may_succeed_later_is_sent_again(answer: Answer) -> None:
    wire = Told(answer, answer)
    one = delivery(wire)
    put(one, 3)
    assert one.flush(10)
    assert (len(wire.got), one.stats().sent, one.stats().dropped) == (1, {"calls": 3}, {})
    one.close()


def test_a_body_that_is_too_large_is_cut_in_halves_until_one_call_is_refused() -> None:
    too_large = Answer(413)
    wire = Told(too_large, Answer(200), too_large, Answer(200), too_large)  # 4 -> 2 | 2 -> 1 | 1
    one = delivery(wire)
    put(one, 4)
    assert one.flush(10)
    assert (one.stats().sent, one.stats().rejected) == ({"calls": 3}, {"calls": 1})
    one.close()


def test_a_wrong_key_is_told_and_not_tried_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    one = delivery(Told(Answer(401, b"unknown key"), Answer(401, b"unknown key")))
    put(one, 2)
    assert one.flush(10)
    put(one, 1)
    assert one.flush(10)
    assert one.stats().rejected == {"calls": 3}
    assert len(caplog.records) == 1
    one.close()


def test_memory_is_bounded_and_what_is_too_much_is_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    away = Answer(0, error="ConnectError")
    wire = Told(*[away] * 1000)
    one = delivery(wire, max_queue_mb=0.1)  # 100 calls of 1 kB
    put(one, 5_000)
    stats = one.stats()
    assert stats.waiting <= 200, "100 in the queue, and as many in hand"
    assert stats.dropped["calls"] == 5_000 - stats.waiting
    assert sum("wait already" in record.message for record in caplog.records) == 1
    wire.answers.clear()
    assert one.flush(10)
    assert one.stats().sent["calls"] == stats.waiting
    one.close()


def test_a_full_folder_drops_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = delivery(Told(*[Answer(0, error="ConnectError")] * 1000), spool=str(tmp_path), max_spool_mb=0.01)
    for _ in range(4):
        put(one, 200)
        assert one.flush(10)
    stats = one.stats()
    assert stats.spooled["calls"] + stats.dropped["calls"] == 800
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000
    assert sum("takes no more" in record.message for record in caplog.records) == 1
    one.close()


def test_a_file_that_nobody_can_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "1-1-a.pulse").write_bytes(b"not ours")
    one = delivery(Told(), spool=str(tmp_path))
    put(one, 1)
    assert one.flush(10)
    deadline = time.monotonic() + 10
    while not (tmp_path / "1-1-a.bad").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert one.stats().sent == {"calls": 1}
    one.close()
