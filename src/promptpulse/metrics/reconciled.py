"""What a provider billed beside what was counted, by model and UTC day."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from promptpulse.metrics.conditions import Filter
from promptpulse.metrics.query import Query
from promptpulse.metrics.run import run
from promptpulse.store import Store

MOST_MODELS = 500
ALL_MODELS, NO_MODEL = "all models", "no model"
Number = TypeVar("Number", int, float, Decimal)
_DATED = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


@dataclass(frozen=True, slots=True)
class BillLine:
    day: date
    model: str
    """As the provider names it; "" for none."""
    usd: Decimal | None
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of a model on a UTC day."""

    day: date
    provider: str | None
    model: str | None
    response_model: str | None
    usd: float | None
    tokens: int | None
    calls: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Gap:
    """None: one of the two is not known."""

    billed_usd: float | None
    counted_usd: float | None
    gap_usd: float | None
    """Billed minus counted."""
    gap_percent: float | None
    """Of what was billed."""
    billed_tokens: int | None
    counted_tokens: int | None
    calls: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    start: date
    end: date
    """Last day."""
    total: Gap
    models: tuple[tuple[str, Gap], ...]
    """Largest bill first."""
    rows: tuple[tuple[date, str, Gap], ...]
    unpriced: int
    """Calls of these days and models whose cost is not known."""
    unmatched: tuple[str, ...]
    """Billed, and never called here."""
    is_by_model: bool


@dataclass(slots=True)
class _Sum:
    billed: Decimal | None = None
    billed_tokens: int | None = None
    counted: float | None = None
    counted_tokens: int | None = None
    calls: int = 0

    def bill(self, line: BillLine) -> None:
        self.billed = _plus(self.billed, line.usd)
        self.billed_tokens = _plus(self.billed_tokens, line.tokens)

    def count(self, one: Counted) -> None:
        self.counted = _plus(self.counted, one.usd)
        self.counted_tokens = _plus(self.counted_tokens, one.tokens)
        self.calls += one.calls

    def gap(self) -> Gap:
        billed = None if self.billed is None else float(self.billed)
        gap = None if billed is None or self.counted is None else billed - self.counted
        percent = None if gap is None or not billed else 100 * gap / billed
        return Gap(billed, self.counted, gap, percent, self.billed_tokens, self.counted_tokens, self.calls)


def counted(store: Store, project: str, start: date, end: date, provider: str | None, now: datetime) -> list[Counted]:
    """Calls from the UTC day `start` to `end`, inclusive. Raises `BadQuery`."""
    first, until = (datetime.combine(d, time(), UTC) for d in (start, end + timedelta(days=1)))
    metrics = ("total_cost_usd", "total_tokens", "total_requests", "unpriced_requests")
    where = () if provider is None else (Filter("provider", "in", (provider,)),)
    by = ("provider", "model", "response_model")
    asked = Query(project, metrics, first, until, "1d", by, where, limit=MOST_MODELS, order_by="total_requests")
    frame = run(store, asked, now)
    found = []
    for i, (of_provider, model, response_model) in enumerate(frame.groups):
        for j, bucket in enumerate(frame.buckets or ()):
            usd, tokens, calls, unpriced = (frame.values[key][i][j] for key in metrics)
            if calls:
                number = None if tokens is None else int(tokens)
                found.append(
                    Counted(
                        bucket.date(), of_provider, model, response_model, usd, number, int(calls), int(unpriced or 0)
                    )
                )
    return found


def reconciled(bill: Sequence[BillLine], found: Iterable[Counted]) -> Reconciled:
    """Over the days that the bill covers. A bill that names no model is compared as a whole, day by day.

    Without a provider chosen, calls of models that were not billed count only where their provider billed others."""
    days = {line.day for line in bill}
    names = {line.model for line in bill if line.model}
    calls = [one for one in found if one.day in days]
    places: dict[int, str] = {}
    if names:
        matching = _Matching(names)
        places = {i: name for i, one in enumerate(calls) if (name := matching.name_of(one)) is not None}
        providers = {calls[i].provider for i in places}
        for i, one in enumerate(calls):
            if i not in places and one.provider in providers:
                places[i] = one.response_model or one.model or NO_MODEL
    else:
        places = dict.fromkeys(range(len(calls)), ALL_MODELS)
    rows: dict[tuple[date, str], _Sum] = defaultdict(_Sum)
    models: dict[str, _Sum] = defaultdict(_Sum)
    total = _Sum()
    without = NO_MODEL if names else ALL_MODELS
    for line in bill:
        name = line.model or without
        if line.usd is None and line.tokens is None:
            continue  # a day without usage: it is covered all the same
        for sum_ in (rows[line.day, name], models[name], total):
            sum_.bill(line)
    for i, name in places.items():
        for sum_ in (rows[calls[i].day, name], models[name], total):
            sum_.count(calls[i])
    used = set(places.values())
    ranked = sorted(models.items(), key=lambda m: (-(m[1].billed or 0), -(m[1].counted or 0), m[0]))
    return Reconciled(
        start=min(days),
        end=max(days),
        total=total.gap(),
        models=tuple((name, one.gap()) for name, one in ranked),
        rows=tuple((day, name, one.gap()) for (day, name), one in sorted(rows.items())),
        unpriced=sum(calls[i].unpriced for i in places),
        unmatched=tuple(sorted(names - used)),
        is_by_model=bool(names),
    )


def spelled(model: str) -> str:
    """The same for all spellings of a model: `Claude Haiku 4.5`, `anthropic/claude-haiku-4.5`, `claude-haiku-4-5`."""
    return re.sub(r"[\s._]+", "-", model.strip().lower().rpartition("/")[2])


def undated(spelling: str) -> str:
    """Without the date of a snapshot."""
    return _DATED.sub("", spelling)


class _Matching:
    """Finds the billed name of calls: the snapshot that answered, the model asked for, then either without its date."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = {spelled(name): name for name in sorted(names)}
        family: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            family[undated(spelled(name))].append(name)
        # of several billed snapshots, none can be told from the family's name alone
        self._family = {base: members[0] for base, members in family.items() if len(members) == 1}

    def name_of(self, one: Counted) -> str | None:
        spellings = [spelled(name) for name in (one.response_model, one.model) if name]
        for table, keys in ((self._exact, spellings), (self._family, [undated(s) for s in spellings])):
            for key in keys:
                if key in table:
                    return table[key]
        return None


def _plus(total: Number | None, one: Number | None) -> Number | None:
    if total is None or one is None:
        return one if total is None else total
    return total + one
