"""Fixtures that every test may use. One chDB folder a process: stores are shared, projects are not."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from fixtures_postgres import shared_postgres, shared_postgres_database, shared_sqlite
from making import NOW, MakeCall
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.metrics import rollups
from promptpulse.store import Store, migrate, open_store
from server.process import Server

__all__ = ["shared_postgres", "shared_postgres_database", "shared_sqlite"]

# The same examples in every run: what was green stays green until the code changes.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


MEMORY = Path("/dev/shm")
PLENTY = 8 << 30


def pytest_configure(config: pytest.Config) -> None:
    if "TMPDIR" not in os.environ and _is_plenty_of_memory():
        # stores and databases then wait for no disk; set TMPDIR to look at what a test has left
        os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="promptpulse-tests-", dir=MEMORY)
        Path(tempfile.tempdir).chmod(0o711)  # PostgreSQL runs as somebody else
        config.add_cleanup(partial(shutil.rmtree, tempfile.tempdir, ignore_errors=True))
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # by number of tests: the order is ours, below


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes: what takes longest begins first, and deletions while the store is small: each looks at every part
    of it. Single tests are last, and fill the gaps."""

    def turn(item: pytest.Item) -> int:
        mark = item.get_closest_marker("xdist_group")
        return 2 if mark is None else int(mark.args not in {("browser",), ("deletions",)})

    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=turn)


def _shares_with_its_module(item: pytest.Item) -> bool:
    """What a module makes once is made once: its tests run in one process."""
    made = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return any(one[-1].scope == "module" for one in made)


def _is_plenty_of_memory() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(available, shutil.disk_usage(MEMORY).free) >= PLENTY


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A real event store, up to date, for the whole run."""
    opened = open_store(f"chdb://{tmp_path_factory.mktemp('events')}")
    migrate(opened)
    rollups.ensure(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The fixture `server` of all folders."""
    running = Server(tmp_path_factory.mktemp("shared") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def project() -> str:
    """Id of a project that no other test uses."""
    return str(uuid4())


@pytest.fixture
def make_call(project: str) -> MakeCall:
    """A call of this test's project, `ago` before `now`; other fields as given."""
    numbers = iter(range(1_000_000))

    def make(*, at: datetime = NOW, ago: timedelta = timedelta(), **fields: object) -> Call:
        given: dict[str, object] = {
            "project": project, "id": f"call-{next(numbers)}", "ts": to_micros(at - ago), "latency_ms": 100.0,
            "prompt_id": "greeting",
        }  # fmt: skip
        return Call(**{**given, **fields})  # type: ignore[arg-type]  # fields are the test's business

    return make


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings and real traces, beside the repository. Its absence is a failure, not a skip."""
    folder = Path(os.environ.get("PROMPTPULSE_SHARED", Path(__file__).parents[1].parent / "shared"))
    if not folder.is_dir():
        pytest.fail(
            f"{folder} is missing: put the shared folder beside the repository, or set PROMPTPULSE_SHARED to it"
        )
    return folder
