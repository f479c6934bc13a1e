"""Settings databases of every earlier version, with rows in all their tables, become today's and lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from db.test_database import SLICES
from promptpulse.core.errors import Refused
from promptpulse.db import Base, Database, migrate, open_database
from promptpulse.db.migrate import MIGRATIONS

MOMENT = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
Row = dict[str, object]
LEFT_OUT = {"alembic_version"}
VALUES: dict[type, object] = {
    sa.JSON: {"kept": [1, "two", None]}, sa.Boolean: True, sa.DateTime: MOMENT, sa.Date: MOMENT.date(), sa.Integer: 7,
    sa.Float: 1.5, sa.Numeric: Decimal("1.5"), sa.LargeBinary: b"kept",
}  # fmt: skip
"""By type of column; texts say where they stand."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


REVISIONS = sorted(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _bring_to(database: Database, revision: str) -> None:
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _tables(database: Database) -> list[sa.Table]:
    """As they are, those that others refer to first."""
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _fill(database: Database) -> dict[str, Row]:
    """A row in every table."""
    rows: dict[str, Row] = {}
    with database.engine.begin() as connection:
        for table in _tables(database):
            rows[table.name] = {column.name: _value(column, rows) for column in table.columns}
            connection.execute(sa.insert(table).values(rows[table.name]))
    return rows


def _value(column: sa.Column[object], rows: Mapping[str, Row]) -> object:
    for key in column.foreign_keys:
        referred = key.column
        if referred.table.name in rows:
            return rows[referred.table.name][referred.name]
        assert column.nullable, f"{column} refers to {referred}, which is not there yet"
        return None
    if isinstance(column.type, sa.String):
        return f"{column.table.name}.{column.name}"[: column.type.length]
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))


def _read(database: Database) -> dict[str, list[Row]]:
    with database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in _tables(database)
        }


@pytest.mark.parametrize(
    ("empty_url", "revision"),
    [*(("sqlite", r) for r in REVISIONS), *(("postgresql", r) for r in REVISIONS[::5])],
    indirect=["empty_url"],
)
def test_a_database_of_an_earlier_version_keeps_every_row(revision: str, empty_url: str) -> None:
    database = open_database(empty_url)
    try:
        _bring_to(database, revision)
        _fill(database)
        before = _read(database)
        migrate(database)
        after = _read(database)
        with database.engine.connect() as connection:
            differing = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert differing == []
    finally:
        database.close()
    assert SLICES  # imported, their models are what the tables are compared with
    for table, (row,) in before.items():
        (now,) = after[table]
        assert {name: now.get(name) for name in row} == row, table


def test_a_database_of_a_later_version_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('later')}/settings.db")
    migrate(database)
    with database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="newer version of PromptPulse"):
        migrate(database)
    database.close()
