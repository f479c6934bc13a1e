"""The settings database on SQLite and on PostgreSQL."""

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import StatementError

import promptpulse.accounts.models
import promptpulse.actions.models
import promptpulse.alerts.models
import promptpulse.calls.models
import promptpulse.costs.models
import promptpulse.dashboards.models
import promptpulse.definitions.models
import promptpulse.experiments.models
import promptpulse.incidents.models
import promptpulse.jobs.models
import promptpulse.notify.models
import promptpulse.prompts.models
import promptpulse.reports.models
import promptpulse.retention.models
import promptpulse.slas.models
from promptpulse.core.errors import Refused
from promptpulse.db import Base, Database, ExactDecimal, UtcDateTime, migrate, open_database

SLICES = (
    promptpulse.accounts.models,
    promptpulse.actions.models,
    promptpulse.alerts.models,
    promptpulse.calls.models,
    promptpulse.costs.models,
    promptpulse.dashboards.models,
    promptpulse.definitions.models,
    promptpulse.experiments.models,
    promptpulse.incidents.models,
    promptpulse.jobs.models,
    promptpulse.notify.models,
    promptpulse.prompts.models,
    promptpulse.reports.models,
    promptpulse.retention.models,
    promptpulse.slas.models,
)
"""Imported, they fill `Base.metadata`."""

values = Table(
    "values_of_a_test", MetaData(), Column("id", Integer), Column("at", UtcDateTime), Column("usd", ExactDecimal)
)


def test_the_migrated_schema_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert difference == []


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    database = open_database(empty_url)
    migrate(database)
    tables = set(inspect(database.engine).get_table_names())
    migrate(database)
    assert set(inspect(database.engine).get_table_names()) == tables == {*Base.metadata.tables, "alembic_version"}
    database.close()


def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    start = multiprocessing.get_context("spawn")
    barrier = start.Barrier(3)
    processes = [start.Process(target=_migrate_together, args=(empty_url, barrier)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = open_database(empty_url)
    with database.sessions() as session:
        assert session.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0017"]
    database.close()


def _migrate_together(url: str, barrier: threading.Barrier) -> None:
    barrier.wait(60)
    database = open_database(url)
    migrate(database)
    database.close()


def test_a_failed_migration_leaves_nothing_behind(empty_url: str) -> None:
    database = open_database(empty_url)
    with database.writing() as session:
        session.execute(text("CREATE TABLE sign_in_links (id INTEGER)"))  # the last table of the migration
    with pytest.raises(Exception, match="sign_in_links"):
        migrate(database)
    assert inspect(database.engine).get_table_names() == ["sign_in_links"]
    database.close()


def test_a_moment_comes_back_in_utc(database: Database) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    with database.writing() as session:
        values.create(session.connection())
        session.execute(insert(values).values(id=1, at=datetime(2026, 1, 2, 5, 45, 0, 123456, kathmandu)))
    with database.sessions() as session:
        at = session.scalar(select(values.c.at))
    assert at == datetime(2026, 1, 2, 0, 0, 0, 123456, UTC)
    assert at.tzinfo is UTC


def test_a_naive_moment_is_refused(database: Database) -> None:
    with database.sessions() as session, pytest.raises(StatementError, match="has no time zone"):
        session.execute(select(values.c.id).where(values.c.at == datetime(2026, 1, 2)))  # noqa: DTZ001


def test_a_decimal_keeps_every_digit(database: Database) -> None:
    amount = Decimal("9999999999.123456789")
    with database.writing() as session:
        values.create(session.connection())
        session.execute(insert(values).values(id=1, usd=amount))
    with database.sessions() as session:
        assert session.scalar(select(values.c.usd)) == amount


def test_a_transaction_that_fails_is_rolled_back(database: Database) -> None:
    with database.writing() as session:
        values.create(session.connection())
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.execute(insert(values).values(id=1))
        raise ZeroDivisionError
    with database.sessions() as session:
        assert session.scalars(select(values.c.id)).all() == []


def test_writers_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    """On SQLite a reader that becomes a writer would fail when another has written in between."""
    database = open_database(f"sqlite:///{tmp_path}/settings.db")
    with database.writing() as session:
        values.create(session.connection())
        session.execute(insert(values).values(id=0))

    def add_one() -> None:
        for _ in range(25):
            with database.writing() as session:
                current: int = session.scalars(select(values.c.id)).one()
                session.execute(values.update().values(id=current + 1))

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.sessions() as session:
        assert session.scalar(select(values.c.id)) == 100
    database.close()


def test_sqlite_is_safe_and_fast_enough(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/a/new/folder/settings.db")
    with database.sessions() as session:
        pragmas = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}
    database.close()


@pytest.mark.parametrize("url", ["mysql://root:secret@localhost/x", "root:secret@localhost/x", "sqlite://", ""])
def test_another_database_is_refused_with_advice(url: str) -> None:
    with pytest.raises(Refused, match=r"use sqlite:////path/to/settings\.db or postgresql://") as refusal:
        open_database(url)
    assert "secret" not in refusal.value.message
