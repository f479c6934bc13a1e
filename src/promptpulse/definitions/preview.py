"""What a formula is, and what it gives, before it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from promptpulse.core.errors import Refused
from promptpulse.core.times import rfc3339
from promptpulse.definitions.shapes import FormulaChecked, FormulaCheckIn, FormulaPreview, FormulaProblem
from promptpulse.metrics import Definitions, Query, run
from promptpulse.metrics.definitions import INLINE_PREFIX
from promptpulse.metrics.formula import FormulaError
from promptpulse.metrics.grammar import parsed
from promptpulse.store import Store


def check(
    store: Store, project_id: str, tz: str, asked: FormulaCheckIn, definitions: Definitions, now: datetime
) -> FormulaChecked:
    """Computes it where the range is given. Raises Refused for half a range."""
    if (asked.start is None) != (asked.end is None):
        missing = "start" if asked.start is None else "end"
        raise Refused(f"{missing}: is missing; a preview needs start and end", field=missing)
    try:
        formula = parsed(asked.formula)
    except FormulaError as e:
        problem = FormulaProblem(message=e.problem, position=e.position, length=e.length)
        return FormulaChecked(problem=problem, reads=[], preview=None)
    preview = None
    if asked.start is not None and asked.end is not None:
        key = f"{INLINE_PREFIX}{asked.formula}"
        query = Query(project_id, (key,), asked.start, asked.end, tz=asked.tz or tz, definitions=definitions)
        preview = _computed(store, query, key, now)
    return FormulaChecked(problem=None, reads=list(formula.reads), preview=preview)


def _computed(store: Store, query: Query, key: str, now: datetime) -> FormulaPreview:
    whole = run(store, query, now).total(key)
    series = run(store, replace(query, bucket="auto"), now)
    return FormulaPreview(
        value=whole, buckets=[rfc3339(b) for b in series.buckets or ()], values=list(series.values[key][0])
    )
