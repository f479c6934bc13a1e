"""Settings databases for tests: a file of SQLite, and a PostgreSQL that is ours alone.

PROMPTPULSE_TEST_POSTGRES=<url of a server> uses that one. Without it a private cluster is started from the binaries of
this machine, on a free port of localhost; without binaries the PostgreSQL half of the tests is skipped, or fails when
PROMPTPULSE_REQUIRE_POSTGRES=1."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text

from promptpulse.db import Database, migrate, open_database

# The fixtures `shared_...` are known to all folders by tests/conftest.py: what folders import is made anew for each of them.


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[str]:
    """URL of a PostgreSQL server, without a database name, where the user may create databases."""
    given = os.environ.get("PROMPTPULSE_TEST_POSTGRES")
    if given:
        yield given.rstrip("/").removesuffix("/postgres")
        return
    binaries = _binaries()
    if binaries is None:
        missing = "no PostgreSQL binaries (initdb, pg_ctl) on this machine; set PROMPTPULSE_TEST_POSTGRES to a URL"
        if os.environ.get("PROMPTPULSE_REQUIRE_POSTGRES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="promptpulse-pg-"))
    port = _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        cluster = folder / "cluster"
        _run(
            binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"
        )
        options = f"-F -p {port} -k {folder} -c listen_addresses=127.0.0.1 -c full_page_writes=off"
        _run(binaries / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            _run(binaries / "pg_ctl", "-D", cluster, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_postgres_database(shared_postgres: str) -> Iterator[Database]:
    """A migrated database that tests of this session share; each leaves it empty."""
    for url in _temporary(shared_postgres):
        shared = open_database(url)
        migrate(shared)
        yield shared
        shared.close()


@pytest.fixture(scope="session")
def shared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a migrated, empty database, to be copied."""
    file = tmp_path_factory.mktemp("settings") / "settings.db"
    opened = open_database(f"sqlite:///{file}")
    migrate(opened)
    opened.close()
    return file


@pytest.fixture(scope="session")
def postgres_server(shared_postgres: str) -> str:
    return shared_postgres


@pytest.fixture(scope="session")
def postgres_database(shared_postgres_database: Database) -> Database:
    return shared_postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without tables, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/settings.db"
        return
    yield from _temporary(request.getfixturevalue("postgres_server"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database, on each engine."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("shared_sqlite"), tmp_path / "settings.db")
        opened = open_database(f"sqlite:///{file}")
        yield opened
        opened.close()
        return
    shared: Database = request.getfixturevalue("postgres_database")
    yield shared
    with shared.writing() as session:
        tables = set(inspect(session.connection()).get_table_names()) - {"alembic_version"}
        session.execute(text(f"TRUNCATE {', '.join(sorted(tables))}"))
        session.execute(text("DROP TABLE IF EXISTS values_of_a_test"))


def _temporary(server: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb") or (installed[-1] if installed else None)
    usable = found is not None and (os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall()))
    return Path(found).parent if found is not None and usable else None


def _run(*command: object) -> None:
    # PostgreSQL refuses to run as root.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_user, *map(str, command)],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
