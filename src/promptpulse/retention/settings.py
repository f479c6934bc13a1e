"""What a project takes out of texts, and how often it did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.models import Project
from promptpulse.accounts.values import By
from promptpulse.core.errors import Refused
from promptpulse.db import Database
from promptpulse.ingest.redaction import API_KEYS, BUILT_IN, CARD_NUMBERS, Pattern, Redaction, Redactor, compiled
from promptpulse.retention.models import RedactionCount, RedactionRow
from promptpulse.retention.shapes import RedactionIn


def redaction_of(database: Database) -> Callable[[str], Redaction]:
    """A project's redaction, read anew each time."""

    def read(project_id: str) -> Redaction:
        with database.sessions() as session:
            row = session.get(RedactionRow, project_id)
            if row is None:
                return BUILT_IN
            # they were checked when they were saved
            own = tuple(Pattern(p["name"], re.compile(p["pattern"])) for p in row.patterns)
            return Redaction(row.api_keys, row.card_numbers, own)

    return read


def redaction_from(wanted: RedactionIn) -> Redaction:
    """Raises Refused for a pattern that is not safe, and for a name that is there twice."""
    names = {API_KEYS, CARD_NUMBERS}
    own = []
    for i, pattern in enumerate(wanted.patterns):
        if pattern.name in names:
            raise Refused(f"patterns.{i}.name: {pattern.name!r} is taken; choose another", field=f"patterns.{i}.name")
        names.add(pattern.name)
        own.append(Pattern(pattern.name, compiled(pattern.pattern, f"patterns.{i}.pattern")))
    return Redaction(wanted.api_keys, wanted.card_numbers, tuple(own))


def change(session: Session, project_id: str, wanted: RedactionIn, by: By) -> None:
    """Raises as `redaction_from`. Call `Redactor.forget` after the commit."""
    redaction_from(wanted)
    row = session.get(RedactionRow, project_id)
    if row is None:
        row = RedactionRow(project_id=project_id)
        session.add(row)
    row.api_keys, row.card_numbers = wanted.api_keys, wanted.card_numbers
    row.patterns = [{"name": p.name, "pattern": p.pattern} for p in wanted.patterns]
    detail: Detail = {
        "api_keys": wanted.api_keys,
        "card_numbers": wanted.card_numbers,
        "patterns": ", ".join(p.name for p in wanted.patterns),
    }
    record(session, project_id, by, "redaction.change", "redaction", detail=detail)


def counts_of(session: Session, project_id: str) -> Mapping[str, int]:
    """Replacements by name, since the project began."""
    rows = session.scalars(select(RedactionCount).where(RedactionCount.project_id == project_id))
    return {row.name: row.replaced for row in rows}


def keep_counts(database: Database, redactor: Redactor, now: datetime) -> None:
    """Add what was counted in memory to what is kept."""
    counts = redactor.take_counts()
    if not counts:
        return
    try:
        with database.writing() as session:
            known = set(session.scalars(select(Project.id).where(Project.id.in_(counts))))
            for project_id in sorted(known):
                _add(session, project_id, counts[project_id], now)
    except BaseException:
        redactor.give_back(counts)
        raise


def _add(session: Session, project_id: str, counts: Counter[str], now: datetime) -> None:
    for name, n in sorted(counts.items()):
        row = session.get(RedactionCount, (project_id, name), with_for_update=True)
        if row is None:
            session.add(RedactionCount(project_id=project_id, name=name, replaced=n, last_at=now))
        else:
            row.replaced, row.last_at = row.replaced + n, now
