"""Custom metrics and latency targets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "custom_metrics",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("better", sa.String(length=10), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=300), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_custom_metrics_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_metrics")),
        sa.UniqueConstraint("project_id", "key", name=op.f("uq_custom_metrics_project_id_key")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_custom_metrics_project_id_name")),
    )
    op.create_table(
        "latency_targets",
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("p50_latency_ms", sa.Double(), nullable=False),
        sa.Column("p95_latency_ms", sa.Double(), nullable=False),
        sa.Column("p99_latency_ms", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_latency_targets_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_latency_targets")),
    )
