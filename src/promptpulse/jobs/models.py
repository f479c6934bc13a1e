"""Table of jobs: who runs one, and how its last run went."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promptpulse.db import Base, UtcDateTime


class JobRow(Base):
    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(36))
    """Process that runs it now."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Another process may run it then: the holder has died."""
    slot: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Last moment of its timetable that somebody began; no other process begins the same."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int]
    """Failed runs since the last good one."""
    error: Mapped[str | None] = mapped_column(Text)
    """Of the last run; None when it was good."""
