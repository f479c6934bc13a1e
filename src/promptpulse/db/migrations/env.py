"""Run by Alembic from `promptpulse.db.migrate`, which hands over a connection with an open transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
