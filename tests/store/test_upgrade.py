"""A data folder whose calls were stored by the first version is opened, brought up to date and answers."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from promptpulse.accounts.bootstrap import Beginning, begin
from promptpulse.accounts.models import Project
from promptpulse.db import migrate, open_database
from server.process import KEY, Server

OLD_STORE = """
import sys
from importlib.resources import files
from promptpulse.store import open_store

store = open_store(f"chdb://{sys.argv[1]}")
first = min(files("promptpulse.store").joinpath("migrations").iterdir(), key=lambda f: f.name)
for statement in filter(None, (s.strip() for s in first.read_text().replace("{engine}", "MergeTree").split(";\\n"))):
    store.command(statement.replace("{on_cluster}", "").rstrip(";"))
store.command("CREATE TABLE schema_steps (name String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name")
store.insert("schema_steps", {"name": [first.name]}, {"name": "String"})
store.command(
    "INSERT INTO calls (project, ts, id, prompt_id, status, latency_us, input_tokens, output_tokens) "
    f"SELECT '{sys.argv[2]}', toDateTime64('2026-01-15 10:00:00', 6, 'UTC') + number, toString(number), 'greeting', "
    "'success', 250000, 10, 5 FROM numbers(100)"
)
store.close()
"""


def test_calls_of_the_first_version_are_counted_by_this_one(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = open_database(f"sqlite:///{folder / 'settings.db'}")
    migrate(database)
    begin(database, Beginning(KEY, "", ""), datetime(2026, 1, 15, tzinfo=UTC))
    with database.sessions() as session:
        project = session.scalars(select(Project.id)).one()
    database.close()
    made = [sys.executable, "-c", OLD_STORE, str(folder / "events"), project]
    assert subprocess.run(made, check=False, timeout=60).returncode == 0  # a process may open one such store only

    server = Server(folder).start()
    try:
        asked = {"prompt_id": "greeting", "start": "2026-01-15", "end": "2026-01-15"}
        told = server.client.get("/api/metrics", params=asked).json()["metrics"]
        server.stop()
    finally:
        server.close()
    assert (told["total_requests"], told["total_tokens"], told["avg_latency_ms"]) == (100, 1500, 250)
