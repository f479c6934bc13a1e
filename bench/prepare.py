"""Fills the folder of a stopped server, in a process of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.dataset import fill
from promptpulse.app import open_event_store
from promptpulse.metrics import days, rollups
from promptpulse.settings import Settings


def prepare(data: Path, project: str, calls: int, *, rich: bool = False) -> float:
    """`calls` calls of the last 30 days, merged as they would be after a while. Returns bytes on disk a call."""
    now = datetime.now(UTC)
    store = open_event_store(Settings(data=data).resolved_store_url, now)
    fill(store, project, calls, now, rich=rich)
    days.build_all(store, now)
    tables = ["calls", *(r.table for r in (*rollups.ROLLUPS, *rollups.DAY_ROLLUPS))]
    for table in tables:
        store.command(f"OPTIMIZE TABLE {table} FINAL")
    size = store.query(
        "SELECT sum(bytes_on_disk) AS size FROM system.parts WHERE active AND table IN {tables:Array(String)}",
        {"tables": tables},
    )
    store.close()
    return int(str(size.column("size")[0])) / calls
