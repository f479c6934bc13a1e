"""Tables of policies, and of what they did."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime

Json = dict[str, JsonValue]


class PolicyRow(Base):
    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(index=True)
    settings: Mapped[Json] = mapped_column(JSON)
    """`shapes.PolicyIn` without name, `enabled` and the secret; of a webhook's address only its host."""
    secret: Mapped[str | None] = mapped_column(Text)
    """Of a webhook: `service.Hidden`, encrypted."""
    signed: Mapped[bool]
    """There is a key that signs what is sent."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ActionRunRow(Base):
    """What a policy does about an incident: once, whatever process asks, however often."""

    __tablename__ = "action_runs"
    __table_args__ = (
        UniqueConstraint("policy_key", "incident_id"),
        Index("ix_action_runs_project_id_started_at", "project_id", "started_at"),
        Index("ix_action_runs_project_id_cause", "project_id", "cause"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    policy_id: Mapped[str | None] = mapped_column(ForeignKey("policies.id", ondelete="SET NULL"), index=True)
    policy_key: Mapped[str] = mapped_column(String(50))
    """Id of the policy, with `:dry` behind it for a dry run: it takes nothing away from a real one."""
    policy_name: Mapped[str] = mapped_column(String(100))
    incident_id: Mapped[str] = mapped_column(String(36), index=True)
    alert_id: Mapped[str] = mapped_column(String(36))
    status: Mapped[str] = mapped_column(String(12), index=True)
    dry_run: Mapped[bool]
    action: Mapped[Json] = mapped_column(JSON)
    """`shapes.Action` as it was."""
    cause: Mapped[str] = mapped_column(String(400))
    """What was acted against, such as `rollback support-reply production 7`; "" before it is known."""
    evidence: Mapped[Json] = mapped_column(JSON)
    """`shapes.Evidence`."""
    outcome: Mapped[str] = mapped_column(Text)
    detail: Mapped[Json] = mapped_column(JSON)
    """What is needed to finish, watch or revert it."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    watch_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The process that acts holds it so long; when it is over, the process has ended in the middle."""
