"""Prompts while servers come and go: copies, refreshing behind, the folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import promptpulse
from sdk.conftest import Project, program
from server.process import Server, free_port

pytestmark = pytest.mark.usefixtures("fresh")


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_deployment_reaches_a_running_program_without_making_it_wait(mine: Project) -> None:
    made = mine.new_prompt("greeting", "Hello {{name}}")
    promptpulse.init(mine.key, mine.url, instrument=False, prompt_ttl_s=0.05)
    assert promptpulse.get_prompt("greeting").version == 1
    mine.post(f"/api/v1/prompts/{made['id']}/versions", {"content": "Hi {{name}}", "deploy_to": "production"})
    wait_for(lambda: promptpulse.get_prompt("greeting").version == 2)
    assert promptpulse.get_prompt("greeting", 1).compile(name="Ada") == "Hello Ada"


def test_copies_stay_in_use_when_the_server_is_gone(own_server: Callable[..., Server], tmp_path: Path) -> None:
    server = own_server().start()
    server.client.post("/api/v1/prompts", json={"name": "greeting", "content": "Hello {{name}}"}).raise_for_status()
    spool = str(tmp_path / "spool")
    promptpulse.init(server.key, server.url, instrument=False, prompt_ttl_s=0.01, spool=spool)
    assert promptpulse.get_prompt("greeting").version == 1
    server.kill()
    for _ in range(20):
        assert promptpulse.get_prompt("greeting").compile(name="Ada") == "Hello Ada"
        time.sleep(0.005)
    assert promptpulse.get_prompt("other", fallback="Hi").is_fallback
    # a program that starts while the server is away finds the copy of the folder
    done = program(
        "import promptpulse; promptpulse.init(instrument=False); p = promptpulse.get_prompt('greeting');"
        "print(p.version, p.text(name='Ada'))",
        PROMPTPULSE_KEY=server.key, PROMPTPULSE_URL=server.url, PROMPTPULSE_SPOOL=spool,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1 Hello Ada\n"), done.stderr


def test_a_server_that_is_away_costs_one_wait_not_one_a_call() -> None:
    promptpulse.init("key", f"http://127.0.0.1:{free_port()}", instrument=False)
    promptpulse.get_prompt("first", fallback="Hi")
    began = time.perf_counter()
    for n in range(1000):
        assert promptpulse.get_prompt(f"prompt-{n}", fallback="Hi").is_fallback
    assert time.perf_counter() - began < 1


LIGHT = """
import sys, promptpulse
before = set(sys.modules)
promptpulse.prompt, promptpulse.call
heavy = {"httpx", "opentelemetry", "pydantic", "fastapi", "asyncio", "msgspec", "numpy"} & {*sys.modules}
print(sorted(heavy), [m for m in sys.modules if m.startswith("promptpulse.") and not m.startswith("promptpulse.sdk")])
"""


def test_importing_it_takes_no_heavy_library_and_nothing_of_the_server() -> None:
    done = program(LIGHT)
    assert (done.returncode, done.stdout) == (0, "[] []\n"), done.stderr
