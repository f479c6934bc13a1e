"""A message that failed waits by itself; those of other threads go on."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
