"""Rounds over the rules of all projects: ask, step, and keep states, incidents and messages in one transaction.

A window ends at a multiple of 30 s (windows of up to 15 minutes) or of a minute, and is judged 10 s later, when calls that
were sent in batches have come. Each end is judged once; ends that passed while nobody watched are not made up for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import or_, select

from promptpulse.accounts.models import Project
from promptpulse.alerts.asking import Answered, answers, merged, worded
from promptpulse.alerts.keeping import AHEAD, Due, Found, Keeping, Round
from promptpulse.alerts.models import RuleHealthRow, RuleRow
from promptpulse.alerts.ready_made import give_ready_made
from promptpulse.alerts.shapes import RuleIn
from promptpulse.alerts.watching import CALLS, OFTEN, Watch, known
from promptpulse.core.stored import tell, unreadable
from promptpulse.core.times import EPOCH
from promptpulse.db import Database, exclusive
from promptpulse.metrics import Definitions, Frame, Query, run
from promptpulse.metrics.baseline import Baselined, Baselines
from promptpulse.metrics.query import MAX_GROUPS
from promptpulse.metrics.run import Group, Value
from promptpulse.metrics.sliding import aligned, empty_of
from promptpulse.store import Store

log = logging.getLogger(__name__)
DELAY = timedelta(seconds=10)
"""After the end of a window until it is judged."""
TICK = timedelta(seconds=10)
"""Between looks for windows that have ended."""
REMEMBERED, RECENT = timedelta(days=1), timedelta(days=7)
"""Series with calls so recently are watched on without calls; a project (or filter) without calls so long is not missed."""
LOOK_AGAIN = timedelta(minutes=10)
KEPT_AT_ONCE = 100
"""Rules of one transaction: others write between them."""
LOOKED_AT = MAX_GROUPS
"""Series that are read: one that fires, or is missed, is told from one without calls also where others have more."""


class RuleEvaluator:
    """One round at a time; what it remembers between rounds only saves work."""

    def __init__(
        self,
        store: Store,
        database: Database,
        definitions: Callable[[str], Definitions],
        baselines: Baselines,
        *,
        delay: timedelta = DELAY,
    ) -> None:
        self._store, self._database, self._definitions, self._baselines = store, database, definitions, baselines
        self._delay = delay
        self._bodies: dict[tuple[str, int], RuleIn | None] = {}
        """None: cannot be read."""
        self._tried: dict[str, datetime] = {}
        self._given: set[str] = set()
        """Projects that have the ready-made rules."""
        self._remembered: dict[tuple[object, ...], tuple[datetime, frozenset[Group]]] = {}

    def run(self, now: datetime) -> None:
        """As a job. Raises Unreadable, after all others were judged, for rules that cannot be read."""
        done = self.round(now)
        if done.failed:
            log.warning("rules that could not be judged: %d of %d", done.failed, done.rules)
        tell(done.unreadable)

    def round(self, now: datetime) -> Round:
        """Judge all windows that have ended and were not judged."""
        done = Round()
        self._give(now)
        due = self._due(now, done)
        if not due:
            return done
        started = time.perf_counter()
        found = self._ask(due, now, done)
        asked = time.perf_counter()
        by_project: dict[str, list[Found]] = {}
        for one in found:
            by_project.setdefault(one.due.watch.project_id, []).append(one)
        for project_id, of_project in by_project.items():
            for at in range(0, len(of_project), KEPT_AT_ONCE):
                with self._database.writing() as session:
                    exclusive(session, f"rules of {project_id}")
                    Keeping(session, now, done).keep(of_project[at : at + KEPT_AT_ONCE])
        for one in found:
            self._tried[one.due.watch.id] = one.due.end
        done.rules = len(due)
        done.ask_ms, done.keep_ms = (asked - started) * 1000, (time.perf_counter() - asked) * 1000
        return done

    def _give(self, now: datetime) -> None:
        with self._database.sessions() as session:
            missing = [p for p in session.scalars(select(Project.id)) if p not in self._given]
        for project_id in missing:
            with self._database.writing() as session:
                if session.get(Project, project_id) is not None:
                    give_ready_made(session, project_id, now)
            self._given.add(project_id)

    def _due(self, now: datetime, done: Round) -> list[Due]:
        latest = aligned(now - self._delay, OFTEN)
        with self._database.sessions() as session:
            rows = session.execute(
                select(
                    RuleRow.id, RuleRow.project_id, RuleRow.name, RuleRow.revision, RuleRow.body, Project.time_zone,
                    RuleHealthRow.evaluated_at, RuleHealthRow.watched_from,
                )
                .join(Project, Project.id == RuleRow.project_id)
                .outerjoin(RuleHealthRow, RuleHealthRow.rule_id == RuleRow.id)
                .where(
                    RuleRow.enabled,
                    or_(
                        RuleHealthRow.evaluated_at.is_(None),
                        RuleHealthRow.evaluated_at < latest,
                        RuleHealthRow.evaluated_at > now + AHEAD,
                    ),
                )
                .order_by(RuleRow.id)
            ).all()  # fmt: skip
        definitions = self._known_definitions({row.project_id for row in rows})
        bodies: dict[tuple[str, int], RuleIn | None] = {}
        found = []
        for row in rows:
            key = (row.id, row.revision)
            body = bodies[key] = self._bodies[key] if key in self._bodies else _read(row.id, row.body)
            if body is None:
                done.unreadable.append(unreadable("the rule", row.name, row.id).message)
            if body is None or row.project_id not in definitions:
                continue
            watch = Watch(row.id, row.project_id, row.revision, body, row.time_zone, definitions[row.project_id])
            end = aligned(now - self._delay, watch.every)
            evaluated_at, tried = (
                at if at is not None and at <= now + AHEAD else None
                for at in (row.evaluated_at, self._tried.get(row.id))
            )
            seen = max(filter(None, (evaluated_at, tried)), default=None)
            if seen is None or seen < end:
                found.append(Due(watch, end, evaluated_at, row.watched_from if evaluated_at else None))
        self._bodies |= bodies
        if len(self._bodies) > 2 * len(rows) + 1000:
            self._bodies = bodies
        return found

    def _known_definitions(self, projects: Iterable[str]) -> dict[str, Definitions]:
        found = {}
        for project_id in projects:
            try:
                found[project_id] = self._definitions(project_id)
            except Exception:
                log.exception("the definitions of project %s cannot be read; its rules wait", project_id)
        return found

    def _ask(self, due: Sequence[Due], now: datetime, done: Round) -> list[Found]:
        def frame_of(query: Query) -> Frame:
            return run(self._store, query, now)

        queries: list[Query] = []
        places: list[tuple[int, int | None]] = []
        failed: dict[int, str] = {}
        for i, one in enumerate(due):
            try:
                queries.append(_wide(one.watch.question(one.end - one.watch.window, one.end)))
                former = one.watch.former_end(one.end)
                if former is not None:
                    queries.append(_wide(one.watch.question(former - one.watch.window, former)))
                places.append(
                    (len(queries) - (1 if former is None else 2), None if former is None else len(queries) - 1)
                )
            except Exception as e:  # noqa: BLE001 - a custom metric that was deleted, say; others go on
                failed[i] = worded(e)
                places.append((-1, None))
        found = answers(frame_of, queries, _empty)
        done.queries += len(merged(queries))
        expected, unlearned = self._expected([one for i, one in enumerate(due) if i not in failed])
        remembered = self._remember([one for i, one in enumerate(due) if i not in failed], frame_of, done)
        return [
            Found(
                due=one,
                answer=ValueError() if i in failed else found[at],
                former=None if former_at is None else found[former_at],
                expected=expected.get(one.watch.id),
                remembered=remembered.get(one.watch.id),
                error=failed.get(i) or unlearned.get(one.watch.id),
            )
            for i, (one, (at, former_at)) in enumerate(zip(due, places, strict=True))
        ]

    def _expected(self, due: Sequence[Due]) -> tuple[dict[str, tuple[Baselined, str]], dict[str, str]]:
        """Baselines by rule, and why there is none."""
        asking = [one for one in due if one.watch.wants_expected]
        # the time does not count: rules that differ in their windows learn together
        queries = [
            replace(one.watch.question(EPOCH, EPOCH + timedelta(hours=1)), metrics=(one.watch.metric_key,), order_by="")
            for one in asking
        ]
        found: dict[str, tuple[Baselined, str]] = {}
        failed: dict[str, str] = {}
        for shared in merged(queries):
            for part in shared.parts:
                one = asking[part.position]
                try:
                    learned = self._baselines.of(shared.query, one.watch.window, one.end, one.end)
                    found[one.watch.id] = learned, part.value or ""
                except Exception as e:  # noqa: BLE001 - as for the values
                    failed[one.watch.id] = worded(e)
        return found, failed

    def _remember(
        self, due: Sequence[Due], frame_of: Callable[[Query], Frame], done: Round
    ) -> dict[str, frozenset[Group]]:
        """Groups with calls lately, of rules that miss them."""
        asking = [one for one in due if one.watch.must_be_remembered]
        stale: dict[tuple[object, ...], tuple[Due, Query]] = {}
        keys: dict[str, tuple[object, ...]] = {}
        for one in asking:
            watch = one.watch
            back = REMEMBERED if watch.body.by else RECENT
            end = aligned(one.end, LOOK_AGAIN)
            query = replace(watch.question(end - back, one.end), metrics=(CALLS,), order_by="")
            key: tuple[object, ...] = (watch.project_id, query.by, query.where, query.limit)
            keys[watch.id] = key
            at, _ = self._remembered.get(key, (None, None))
            if at is None or at < end:
                stale[key] = one, query
        found = answers(frame_of, [query for _, query in stale.values()], _empty)
        done.queries += len(merged([query for _, query in stale.values()]))
        for (key, (one, _)), answer in zip(stale.items(), found, strict=True):
            if isinstance(answer, Answered):
                calls = answer.values[CALLS]
                groups = frozenset(g for g, n in zip(answer.groups, calls, strict=True) if n)
                self._remembered[key] = aligned(one.end, LOOK_AGAIN), groups
        return {id_: self._remembered.get(key, (None, frozenset()))[1] for id_, key in keys.items()}


def _read(rule_id: str, body: object) -> RuleIn | None:
    try:
        return RuleIn.model_validate(body)
    except ValidationError:
        log.exception("rule %s cannot be read; others go on", rule_id)
        return None


def _wide(query: Query) -> Query:
    return replace(query, limit=LOOKED_AT) if query.by else query


def _empty(query: Query, key: str) -> Value:
    return known(empty_of(query.metric(key)))
