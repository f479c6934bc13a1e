"""Steps from an empty database to today's tables: numbered `.sql` files, each applied once, in order."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptpulse.store.client import Store


def migrate(store: Store, *, engine: str = "MergeTree", on_cluster: str = "") -> list[str]:
    """Apply what is missing and return its names. `{engine}` and `{on_cluster}` are the only differences of a cluster."""
    store.command(
        f"CREATE TABLE IF NOT EXISTS schema_steps {on_cluster} (name String, applied_at DateTime DEFAULT now())"
        f" ENGINE = {engine} ORDER BY name"
    )
    done = set(store.query("SELECT name FROM schema_steps").column("name"))
    applied = []
    for step in sorted(files("promptpulse.store").joinpath("migrations").iterdir(), key=lambda f: f.name):
        if not step.name.endswith(".sql") or step.name in done:
            continue
        text = step.read_text().replace("{engine}", engine).replace("{on_cluster}", on_cluster)
        for statement in filter(None, (part.strip() for part in text.split(";\n"))):
            store.command(statement.rstrip(";"))
        store.insert("schema_steps", {"name": [step.name]}, {"name": "String"})
        applied.append(step.name)
    return applied
