"""Numbers for the texts of string scores: `positive` is 1, `negative` is 0. A setting of the project; stored scores
keep their texts, and every average is computed with the numbers of now."""

import math
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import ScoreMapping
from promptpulse.accounts.values import By
from promptpulse.core.errors import Refused
from promptpulse.db import exclusive

MAX_NAMES = 100
MAX_TEXTS = 100
LONGEST = 200
Mappings = Mapping[str, Mapping[str, float]]
"""Numbers by text, by name of the score."""


def mappings_of(session: Session, project_id: str) -> dict[str, dict[str, float]]:
    """Those of the project, in the order of their names."""
    rows = session.scalars(
        select(ScoreMapping).where(ScoreMapping.project_id == project_id).order_by(ScoreMapping.name)
    )
    return {row.name: dict(row.numbers) for row in rows}


def change_mappings(session: Session, project_id: str, wanted: Mappings, by: By) -> dict[str, dict[str, float]]:
    """Replace all of the project's mappings by `wanted`; names without texts are left out. Raises Refused."""
    checked = {name: _checked(name, numbers) for name, numbers in wanted.items() if numbers}
    if len(checked) > MAX_NAMES:
        raise _refused(f"has {len(checked)} names; at most {MAX_NAMES} are allowed", "mappings")
    exclusive(session, f"mappings {project_id}")
    before = mappings_of(session, project_id)
    session.execute(delete(ScoreMapping).where(ScoreMapping.project_id == project_id))
    for name, numbers in checked.items():
        session.add(ScoreMapping(project_id=project_id, name=name, numbers=numbers))
    for name in sorted(before.keys() | checked.keys()):
        if before.get(name) != checked.get(name):
            shown = ", ".join(f"{text}={number:g}" for text, number in checked.get(name, {}).items())
            record(session, project_id, by, "mapping.change", f"score {name}", detail={"numbers": shown[:1000] or None})
    session.flush()
    return mappings_of(session, project_id)


def _checked(name: str, numbers: Mapping[str, float]) -> dict[str, float]:
    field = f"mappings.{name[:50]}"
    if not 1 <= len(name) <= LONGEST:
        raise _refused(f"the name of a score has 1 to {LONGEST} characters", field)
    if len(numbers) > MAX_TEXTS:
        raise _refused(f"has {len(numbers)} texts; at most {MAX_TEXTS} are allowed", field)
    if "\x00" in name:
        raise _refused("holds a NUL character; remove it", field)
    for text, number in numbers.items():
        of_text = f"{field}.{text[:50]}"
        if len(text) > LONGEST:
            raise _refused(f"a text of {len(text)} characters; at most {LONGEST} are allowed", of_text)
        if "\x00" in text:
            raise _refused("holds a NUL character; remove it", of_text)
        if not math.isfinite(number):
            raise _refused(f"is {number}; give a finite number", of_text)
    return {text: float(number) for text, number in numbers.items()}


def _refused(problem: str, field: str) -> Refused:
    return Refused(f"{field}: {problem}", field=field)
