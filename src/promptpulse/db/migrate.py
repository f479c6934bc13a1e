"""Bringing the settings database to the newest shape. Migrations are files of this package, so a wheel has them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from promptpulse.core.errors import Refused
from promptpulse.db.database import BEGIN, Database, exclusive

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply what is missing, all or nothing. Processes that start at once wait for each other.

    Raises Refused for a database of a newer version, whose migrations are not known here."""
    config = Config()
    # ConfigParser reads % as the start of an interpolation.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
        exclusive(connection, "promptpulse migrate")
        config.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_heads()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if not known.issuperset(current):
            raise Refused(
                f"the settings database is of a newer version of PromptPulse (step {', '.join(current)}); "
                "install that version, or restore a backup of before the upgrade",
                field="database_url",
            )
        command.upgrade(config, "head")
