"""A picture of the embedded event store at one moment, and tables made of one.

`ALTER TABLE ... FREEZE` links the files of a table, which never change, into a folder: milliseconds, and no space until parts are
merged. (`BACKUP TO File` is switched off in the embedded engine.) Parts come back by `ATTACH PART`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from promptpulse.core.errors import Conflict
from promptpulse.store.client import Store

MARK = "promptpulse_"
"""Of folders that are ours."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    create: str
    """The statement that makes it, empty."""
    kept: bool
    """Its rows are part of the picture; views and staging tables are made anew, empty."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a table: a folder of files."""

    table: str
    name: str
    folder: Path

    def files(self) -> Iterator[Path]:
        return (file for file in sorted(self.folder.rglob("*")) if file.is_file())


def freeze(store: Store, name: str) -> tuple[list[Table], list[Part]]:
    """All tables, and the parts of their rows as they are now. `thaw` afterwards. Raises `Conflict` for a server's store."""
    folder = folder_of(store)
    tables = list(_tables(store))
    of_folder: dict[str, str] = {}
    for table in tables:
        if table.kept:
            store.command(f"ALTER TABLE {table.name} FREEZE WITH NAME '{MARK}{name}'")
            of_folder |= {Path(path).name: table.name for path in _paths(store, table.name)}
    parts = [
        Part(of_folder[found.parent.name], found.name, found)
        for found in sorted((folder / "shadow" / f"{MARK}{name}").glob("store/*/*/*"))
        if found.is_dir()
    ]
    return tables, parts


def thaw(store: Store, name: str = "") -> None:
    """Delete the links of `freeze`; without a name those of all that were left behind."""
    for found in (folder_of(store) / "shadow").glob(f"{MARK}{name or '*'}"):
        shutil.rmtree(found, ignore_errors=True)


def unfinished(store: Store) -> int:
    """Changes of stored rows that the engine has begun and not ended, and rows that wait for one."""
    found = store.query(
        """
        SELECT (SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done AND NOT is_killed)
          + (SELECT count() FROM repriced) AS n
        """
    )
    return int(str(found.column("n")[0]))


def create(store: Store, tables: Sequence[Mapping[str, object]]) -> None:
    """Of the statements of `Table`: first what holds rows, then the views, which name it."""
    statements = [str(table["create"]) for table in tables]
    for statement in sorted(statements, key=lambda text: text.startswith("CREATE MATERIALIZED VIEW")):
        store.command(statement)


def attach(store: Store, table: str, parts: Sequence[Path]) -> None:
    """Take folders of parts into a table. They are moved away from where they are."""
    place = Path(_paths(store, table)[0]) / "detached"
    place.mkdir(parents=True, exist_ok=True)
    for part in parts:
        shutil.move(part, place / part.name)
        store.command(f"ALTER TABLE {table} ATTACH PART '{part.name}'")


def rows_of(store: Store, table: str) -> int:
    return int(str(store.query(f"SELECT count() AS n FROM {table}").column("n")[0]))


def folder_of(store: Store) -> Path:
    if not store.embedded:
        raise Conflict(
            "the event store is a ClickHouse server: back it up with its own BACKUP statement (docs/operations.md)",
            code="not_embedded",
        )
    return Path(urlsplit(store.url).path)


def _tables(store: Store) -> Iterator[Table]:
    found = store.query(
        "SELECT name, create_table_query, engine FROM system.tables"
        " WHERE database = currentDatabase() AND NOT is_temporary AND NOT startsWith(name, '.inner') ORDER BY name"
    )
    for name, statement, engine in found.rows():
        yield Table(str(name), str(statement), str(engine).endswith("MergeTree"))


def _paths(store: Store, table: str) -> Sequence[str]:
    found = store.query(
        "SELECT data_paths FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
        {"table": table},
    )
    paths = found.column("data_paths")[0]
    return [str(path) for path in paths] if isinstance(paths, list | tuple) else []
