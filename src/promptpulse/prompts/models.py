"""Tables of the prompt registry. Versions and deployments are never changed once written."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime
from promptpulse.prompts.content import Config, Content


class Prompt(Base):
    __tablename__ = "prompts"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    """What calls carry as `prompt_id`; never changes."""
    type: Mapped[str] = mapped_column(String(10))
    """text or chat."""
    description: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    versions: Mapped[int]
    """How many there are, which is the number of the newest: they are counted from 1 without gaps."""
    deployments: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Of the newest version or deployment."""
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PromptVersion(Base):
    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("prompt_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[Content] = mapped_column(JSON)
    config: Mapped[Config] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PromptPointer(Base):
    """The version that an environment serves."""

    __tablename__ = "prompt_pointers"

    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"), primary_key=True)
    environment: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int]


class PromptDeployment(Base):
    __tablename__ = "prompt_deployments"
    __table_args__ = (
        UniqueConstraint("prompt_id", "position"),
        Index("ix_prompt_deployments_project_id_at", "project_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Counted from 1 within the prompt: the order in which they happened, whatever clocks say."""
    environment: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    previous: Mapped[int | None]
    """Number that was served before; None for the first in this environment."""
    kind: Mapped[str] = mapped_column(String(10))
    """deploy or rollback."""
    message: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(300))
