"""Bringing the settings database to the newest shape. Migrations are files of this package, so a wheel has them."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from promptpulse.db.database import BEGIN, Database, exclusive

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply what is missing, all or nothing. Processes that start at once wait for each other."""
    config = Config()
    # ConfigParser reads % as the start of an interpolation.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
        exclusive(connection, "promptpulse migrate")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
