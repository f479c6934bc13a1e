"""New costs of stored calls: which calls are asked, how their costs reach the calls and every rollup.

Calls are never written twice: their three columns of cost are changed in place by a mutation, which the views of the rollups
do not see. Every step may be repeated, so a job that was killed repeats its last one:
    stage ── new costs of some calls wait in `repriced`
    apply ── the engine changes these calls, beside everything else
    retell ── the rollups are corrected where they differ from the calls of these days, while the writer waits"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from promptpulse.core.call import Call, CostSource
from promptpulse.core.times import EPOCH, from_micros
from promptpulse.metrics import days, kept
from promptpulse.metrics.measures import FREE_FAILURE, MEASURES
from promptpulse.metrics.rollups import DAY_ROLLUPS, ROLLUPS, correct_costs
from promptpulse.store import Store, StoreError

PAGE = 20_000
PART_CALLS = 200_000
"""Calls of the days that are corrected together: the writer waits for about half a second."""
TYPES = {
    "id": "String",
    "cost_usd": "Nullable(Decimal(18, 9))",
    "cost_source": "String",
    "price_date": "String",
}
_TRIES = 3


class Pause(Protocol):
    def __call__(self) -> AbstractContextManager[None]:
        """While it is open, nobody stores calls."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Calls of a project whose cost may change: never one that the client gave, nor a failure that cost nothing."""

    project: str
    which: Literal["unpriced", "all"]
    provider: str | None = None
    model: str | None = None
    """As asked for or as it answered."""

    def where(self, params: dict[str, object]) -> str:
        """Conditions, `start` and `end` among them; what they bind is added to `params`."""
        params |= {"project": self.project, "client": CostSource.CLIENT.value}
        conditions = [
            "project = {project:String}",
            "ts >= {start:DateTime64(6, 'UTC')}",
            "ts < {end:DateTime64(6, 'UTC')}",
            "cost_source != {client:String}",
            f"NOT ({FREE_FAILURE})",
        ]
        if self.which == "unpriced":
            conditions.append("isNull(cost_usd)")
        if self.provider is not None:
            params["provider"] = self.provider
            conditions.append("provider = {provider:String}")
        if self.model is not None:
            params["model"] = self.model
            conditions.append("(model = {model:String} OR response_model = {model:String})")
        return " AND ".join(conditions)


@dataclass(slots=True)
class Tally:
    """What a job has seen and changed."""

    seen: int = 0
    changed: int = 0
    unpriced: int = 0
    """Still without a cost."""
    before_usd: Decimal | None = None
    after_usd: Decimal | None = None

    def count(self, before: Decimal | None, after: Decimal | None, *, changed: bool) -> None:
        self.seen += 1
        self.changed += changed
        self.unpriced += after is None
        self.before_usd = _plus(self.before_usd, before)
        self.after_usd = _plus(self.after_usd, after)

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.seen + other.seen,
            self.changed + other.changed,
            self.unpriced + other.unpriced,
            _plus(self.before_usd, other.before_usd),
            _plus(self.after_usd, other.after_usd),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A call as far as its price needs it, without its cost; and the cost that is stored."""

    call: Call
    cost: tuple[Decimal | None, str, str] = field(default=(None, "", ""))
    """Amount, source and day of the price."""


def pages(store: Store, selection: Selection, start: datetime, end: datetime) -> Iterator[list[Stored]]:
    """Calls in the order of time. Two that started in the same microsecond are in the same page."""
    at = start
    while True:
        page = _page(store, selection, at, end, PAGE)
        if len(page) == PAGE:
            last = page[-1].call.ts
            page = [one for one in page if one.call.ts < last]
            page += _page(store, selection, from_micros(last), from_micros(last + 1), None)
            yield page
            at = from_micros(last + 1)
        else:
            if page:
                yield page
            return


def _page(store: Store, selection: Selection, start: datetime, end: datetime, limit: int | None) -> list[Stored]:
    params: dict[str, object] = {"start": start, "end": end, "limit": limit}
    answer = store.query(
        f"""
        SELECT
          id, toUnixTimestamp64Micro(ts) AS us, operation, provider, model, response_model,
          input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cost_usd, cost_source, price_date
        FROM calls
        WHERE {selection.where(params)}
        ORDER BY ts
        {"LIMIT {limit:UInt32}" if limit else ""}
        """,
        params,
    )
    return [_stored(selection.project, row) for row in answer.rows()]


def _stored(project: str, row: tuple[object, ...]) -> Stored:
    call_id, us, operation, provider, model, response_model, *tokens, cost, source, day = row
    given, answered, cached, written = (None if n is None else int(str(n)) for n in tokens)
    call = Call(
        project=project,
        id=str(call_id),
        ts=int(str(us)),
        operation=str(operation),
        provider=str(provider),
        model=str(model),
        response_model=str(response_model),
        input_tokens=given,
        output_tokens=answered,
        cached_input_tokens=cached,
        cache_write_tokens=written,
    )
    return Stored(call, (None if cost is None else Decimal(str(cost)), str(source), str(day)))


def clear(store: Store) -> None:
    store.command("TRUNCATE TABLE repriced")


def stage(store: Store, calls: Sequence[Call]) -> None:
    """New costs, to be applied."""
    if calls:
        columns: dict[str, Sequence[object]] = {
            "id": [c.id for c in calls],
            "cost_usd": [c.cost_usd for c in calls],
            "cost_source": [str(c.cost_source) for c in calls],
            "price_date": [c.price_date for c in calls],
        }
        store.insert("repriced", columns, TYPES)


def staged(store: Store) -> int:
    return int(str(store.query("SELECT count() AS n FROM repriced").column("n")[0]))


def apply(store: Store, project: str, start: datetime, end: datetime) -> None:
    """Begin to give the calls of `[start, end)` that are staged their new costs. It is done when `is_applied`."""
    database = store.query("SELECT currentDatabase() AS name").column("name")[0]
    store.command(
        """
        ALTER TABLE calls
        UPDATE
          cost_usd = joinGet({staging:String}, 'cost_usd', id),
          cost_source = joinGet({staging:String}, 'cost_source', id),
          price_date = joinGet({staging:String}, 'price_date', id)
        WHERE project = {project:String}
          AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}
          AND id IN (SELECT id FROM repriced)
        SETTINGS mutations_sync = 0
        """,
        # in a mutation, `joinGet` finds a table only by its full name
        {"staging": f"{database}.repriced", "project": project, "start": start, "end": end},
    )


def is_applied(store: Store) -> bool:
    """Whether all calls have their new costs. Raises `StoreError` when the engine cannot change some, and gives up."""
    answer = store.query(
        """
        SELECT max(latest_fail_reason) AS reason, countIf(NOT is_done) AS n
        FROM system.mutations
        WHERE database = currentDatabase() AND table = 'calls' AND NOT is_done AND positionCaseInsensitive(command, 'repriced') > 0
        """
    )
    reason, n = next(answer.rows())
    if reason:
        store.command(
            "KILL MUTATION WHERE database = currentDatabase() AND table = 'calls' AND NOT is_done"
            " AND positionCaseInsensitive(command, 'repriced') > 0"
        )
        raise StoreError(f"costs of calls cannot be changed: {str(reason)[:300]}", 0)
    return not int(str(n))


def retell(store: Store, project: str, start: datetime, end: datetime, now: datetime, pause: Pause) -> None:
    """Make every rollup tell what the calls of `[start, end)` that are staged say now, some days at a time."""
    for part in _parts(_staged_days(store, project, start, end)):
        # beside a server of its own, other processes may be storing calls: what they made differ is corrected once more
        for _ in range(1 if store.embedded else _TRIES):
            with pause():
                _correct(store, project, part, now)


def _correct(store: Store, project: str, days_of_part: Sequence[date], now: datetime) -> None:
    gone = kept.gone(store)
    part = [day for day in days_of_part if not gone.day(project, day)]
    if not part:
        return
    for rollup in ROLLUPS:
        told = [day for day in part if rollup.keep is None or day >= (now - rollup.keep).date()]
        if told:
            correct_costs(store, rollup, project, told)
    first, last = (datetime.combine(day, time(), UTC) for day in (part[0], part[-1] + timedelta(days=1)))
    whole = set(days.whole_days(store, project, first, last)) & set(part)
    if whole:
        for rollup in DAY_ROLLUPS:
            if any(MEASURES[name].reads("cost_usd") for name in rollup.measures):
                correct_costs(store, rollup, project, sorted(whole))


def _staged_days(store: Store, project: str, start: datetime, end: datetime) -> list[tuple[date, int]]:
    """UTC days with a call that is staged, and how many calls each of them has in all; ascending."""
    answer = store.query(
        """
        SELECT toUInt32(toDate(ts, 'UTC')) AS number, count() AS n
        FROM calls
        WHERE project = {project:String}
          AND ts >= {start:DateTime64(6, 'UTC')} AND ts < {end:DateTime64(6, 'UTC')}
        GROUP BY number
        HAVING countIf(id IN (SELECT id FROM repriced)) > 0
        ORDER BY number
        """,
        {"project": project, "start": start, "end": end},
    )
    return [((EPOCH + timedelta(days=int(str(number)))).date(), int(str(n))) for number, n in answer.rows()]


def _parts(counted: Sequence[tuple[date, int]]) -> Iterator[list[date]]:
    """Days that are corrected together, while the writer waits."""
    part: list[date] = []
    calls = 0
    for day, n in counted:
        if part and calls + n > PART_CALLS:
            yield part
            part, calls = [], 0
        part.append(day)
        calls += n
    if part:
        yield part


def touched_days(start: datetime, end: datetime) -> int:
    """How many UTC days `[start, end)` touches."""
    return ((end - timedelta(microseconds=1)).date() - start.date()).days + 1 if start < end else 0


def _plus(total: Decimal | None, one: Decimal | None) -> Decimal | None:
    return total if one is None else (total or Decimal(0)) + one
