"""Rounds over the rules of all projects: ask, step, and keep states, incidents and messages in one transaction.

A window ends at a multiple of 30 s (windows of up to 15 minutes) or of a minute, and is judged 10 s later, when calls that
were sent in batches have come. Each end is judged once; ends that passed while nobody watched are not made up for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, ValidationError
from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.models import Project
from promptpulse.alerts.asking import Answer, Answered, answers, merged, worded
from promptpulse.alerts.models import RuleHealthRow, RuleRow, RuleStateRow
from promptpulse.alerts.ready_made import give_ready_made
from promptpulse.alerts.shapes import Band, RuleIn
from promptpulse.alerts.state import FIRING, Event, Reading, State, packed, step, unpacked
from promptpulse.alerts.watching import CALLS, OFTEN, Given, Watch, known, readings_of
from promptpulse.alerts.wording import alert_type, finding
from promptpulse.core.ids import stable_hash
from promptpulse.core.stored import tell, unreadable
from promptpulse.core.times import EPOCH
from promptpulse.db import Database, exclusive
from promptpulse.incidents import service as incidents
from promptpulse.incidents.signals import Signal, series_key
from promptpulse.metrics import Definitions, Frame, Query, run
from promptpulse.metrics.baseline import Baselined, Baselines
from promptpulse.metrics.query import MAX_GROUPS
from promptpulse.metrics.run import Group, Value
from promptpulse.metrics.sliding import aligned, empty_of
from promptpulse.store import Store

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
DELAY = timedelta(seconds=10)
"""After the end of a window until it is judged."""
TICK = timedelta(seconds=10)
"""Between looks for windows that have ended."""
REMEMBERED, RECENT = timedelta(days=1), timedelta(days=7)
"""Series with calls so recently are watched on without calls; a project (or filter) without calls so long is not missed."""
LOOK_AGAIN = timedelta(minutes=10)
AHEAD = timedelta(minutes=2)
"""A window that ends later was judged by a clock that was wrong: it does not count."""
KEPT_STATES = 500
"""Of a rule: what was over long ago is forgotten first."""
KEPT_AT_ONCE = 100
"""Rules of one transaction: others write between them."""
IN_ONE = 400
"""Values of one IN."""
LOOKED_AT = MAX_GROUPS
"""Series that are read: one that fires, or is missed, is told from one without calls also where others have more."""


@dataclass(slots=True)
class Round:
    """What a round did."""

    rules: int = 0
    queries: int = 0
    failed: int = 0
    series: int = 0
    events: list[tuple[str, str, str]] = field(default_factory=list)
    """`(rule id, series, kind)`"""
    unreadable: list[str] = field(default_factory=list)
    """Rules that cannot be read, in words."""
    ask_ms: float = 0
    keep_ms: float = 0


@dataclass(frozen=True, slots=True)
class _Due:
    watch: Watch
    end: datetime
    evaluated_at: datetime | None
    watched_from: datetime | None


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything known about one rule at one end."""

    due: _Due
    answer: Answer
    former: Answer | None
    expected: tuple[Baselined, str] | None
    """And, of a query that groups in place of a filter, the value of the filter."""
    remembered: frozenset[Group] | None
    """None: nothing need be remembered."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Series:
    """The last window of one series."""

    key: str
    group: Group
    reading: Reading
    row: RuleStateRow | None


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
        by_project: dict[str, list[_Found]] = {}
        for one in found:
            by_project.setdefault(one.due.watch.project_id, []).append(one)
        for project_id, of_project in by_project.items():
            for at in range(0, len(of_project), KEPT_AT_ONCE):
                with self._database.writing() as session:
                    exclusive(session, f"rules of {project_id}")
                    _Keeping(session, now, done).keep(of_project[at : at + KEPT_AT_ONCE])
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

    def _due(self, now: datetime, done: Round) -> list[_Due]:
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
                found.append(_Due(watch, end, evaluated_at, row.watched_from if evaluated_at else None))
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

    def _ask(self, due: Sequence[_Due], now: datetime, done: Round) -> list[_Found]:
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
            _Found(
                due=one,
                answer=ValueError() if i in failed else found[at],
                former=None if former_at is None else found[former_at],
                expected=expected.get(one.watch.id),
                remembered=remembered.get(one.watch.id),
                error=failed.get(i) or unlearned.get(one.watch.id),
            )
            for i, (one, (at, former_at)) in enumerate(zip(due, places, strict=True))
        ]

    def _expected(self, due: Sequence[_Due]) -> tuple[dict[str, tuple[Baselined, str]], dict[str, str]]:
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
        self, due: Sequence[_Due], frame_of: Callable[[Query], Frame], done: Round
    ) -> dict[str, frozenset[Group]]:
        """Groups with calls lately, of rules that miss them."""
        asking = [one for one in due if one.watch.must_be_remembered]
        stale: dict[tuple[object, ...], tuple[_Due, Query]] = {}
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


class _Keeping:
    """What a round found, of the rules of one project, written down in one transaction."""

    def __init__(self, session: Session, now: datetime, done: Round) -> None:
        self._session, self._now, self._done = session, now, done

    def keep(self, found: Sequence[_Found]) -> None:
        ids = [one.due.watch.id for one in found]
        current: dict[str, tuple[int, datetime | None, bool]] = {}
        rows: dict[str, list[RuleStateRow]] = {}
        for some in _cut(ids):
            asked = (
                select(RuleRow.id, RuleRow.revision, RuleHealthRow.evaluated_at, RuleHealthRow.rule_id)
                .outerjoin(RuleHealthRow, RuleHealthRow.rule_id == RuleRow.id)
                .where(RuleRow.id.in_(some), RuleRow.enabled)
            )
            for id_, revision, evaluated_at, health in self._session.execute(asked):
                current[id_] = revision, evaluated_at, health is not None
            for row in self._session.scalars(select(RuleStateRow).where(RuleStateRow.rule_id.in_(some))):
                rows.setdefault(row.rule_id, []).append(row)
        fresh: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        for one in found:
            id_ = one.due.watch.id
            if id_ not in current:
                continue  # deleted or switched off since
            revision, evaluated_at, has_health = current[id_]
            was_here = evaluated_at is not None and one.due.end <= evaluated_at <= self._now + AHEAD
            if revision != one.due.watch.revision or was_here:
                continue  # changed since, or another process was here
            (changed if has_health else fresh).append(self._one(one, rows.get(id_, [])))
        if fresh:
            self._session.execute(insert(RuleHealthRow), [{**_BLANK, **values} for values in fresh])
        # each has the same columns, so that one statement is sent
        for kind in (False, True):
            some_changed = [values for values in changed if ("evaluated_at" in values) is kind]
            if some_changed:
                self._session.execute(update(RuleHealthRow), some_changed)

    def _one(self, found: _Found, rows: Sequence[RuleStateRow]) -> dict[str, object]:
        """The rule's series take their step; what is to be written of its health."""
        error = found.error
        for answer in (found.answer, found.former):
            if error is None and isinstance(answer, Exception):
                error = worded(answer)
        if error is None:
            events = len(self._done.events)
            try:
                with self._session.begin_nested():
                    return self._stepped(found, rows)
            except Exception as e:
                del self._done.events[events:]
                log.exception("rule %s could not be judged", found.due.watch.id)
                error = worded(e)
        self._done.failed += 1
        return {
            "rule_id": found.due.watch.id,
            "error": error[:2000].replace("\x00", ""),
            "failing_since": self._since(found),
        }

    def _since(self, found: _Found) -> datetime:
        health = self._session.get(RuleHealthRow, found.due.watch.id)
        return health.failing_since if health is not None and health.failing_since else self._now

    def _stepped(self, found: _Found, rows: Sequence[RuleStateRow]) -> dict[str, object]:
        due, watch = found.due, found.due.watch
        assert isinstance(found.answer, Answered)  # noqa: S101 - `_one` looked
        series, watched, note = _series_of(found, rows)
        policy = watch.policy
        last, since = due.evaluated_at, due.watched_from
        watched_from = since if last is not None and due.end - last <= policy.gap else due.end
        readings: list[JsonValue] = []
        for one in series:
            state = State() if one.row is None else unpacked(one.row.state)
            state = replace(state, last_at=last, watched_from=since)
            after, event = step(policy, state, one.reading, due.end)
            self._write(watch, one, state, after)
            self._tell(watch, one, after, event)
            group: JsonValue = dict(zip(watch.body.by, one.group, strict=True))
            r = one.reading
            readings.append([one.key, group, r.value, r.low, r.high, r.samples])
        self._done.series += len(series)
        self._forget(rows, watched)
        self._session.flush()
        return {
            "rule_id": watch.id, "evaluated_at": due.end, "watched_from": watched_from, "error": None, "failing_since": None,
            "duration_ms": found.answer.elapsed_ms, "rows_read": found.answer.rows_read,
            "series_total": max(found.answer.groups_total, len(series)), "note": note, "readings": readings,
        }  # fmt: skip

    def _write(self, watch: Watch, one: _Series, before: State, after: State) -> None:
        plain = replace(after, last_at=None, watched_from=None)  # of the rule, not of the series: one row says it
        if one.row is None:
            if not after.is_plain:
                row = RuleStateRow(
                    rule_id=watch.id, series_hash=stable_hash(one.key), project_id=watch.project_id, series=one.key,
                    group=dict(zip(watch.body.by, one.group, strict=True)), phase=after.phase, state=packed(plain),
                    since=after.since, fired_at=after.fired_at,
                )  # fmt: skip
                self._session.add(row)
        elif after.is_plain:
            self._session.delete(one.row)
        elif plain != replace(before, last_at=None, watched_from=None):
            one.row.phase, one.row.state = after.phase, packed(plain)
            one.row.since, one.row.fired_at = after.since, after.fired_at

    def _tell(self, watch: Watch, one: _Series, after: State, event: Event | None) -> None:
        session, now = self._session, self._now
        if event is not None:
            self._done.events.append((watch.id, one.key, event.kind))
        if event is not None and event.kind == "resolved":
            reason = "there is no data any more" if event.reason == "no_data" else ""
            incidents.clear(session, watch.project_id, "rule", watch.id, one.key, one.reading.value, now, reason)
        elif event is not None and event.kind == "reminder":
            incidents.remind(session, signal_of(watch, one.key, one.group, one.reading, after), now)
        elif after.phase == "firing":
            # also without an event: its value and its worst value are brought up to date
            signal = signal_of(watch, one.key, one.group, one.reading, after)
            quiet = watch.policy.quiet
            held = after.held_back or (quiet is not None and quiet.covers(now))
            incidents.fire(session, signal, now, held=held)

    def _forget(self, rows: Sequence[RuleStateRow], seen: frozenset[str]) -> None:
        """Series that nobody misses, and what was over long ago."""
        unseen = [row for row in rows if row.series not in seen]
        gone = {row.series_hash: row for row in unseen if row.phase == "no_data"}
        over = sorted((row for row in unseen if row.phase == "ok"), key=lambda row: row.since or EPOCH)
        gone |= {row.series_hash: row for row in over[: max(0, len(rows) - KEPT_STATES)]}
        for row in gone.values():
            self._session.delete(row)


_BLANK: Mapping[str, object] = {
    "evaluated_at": None, "watched_from": None, "error": None, "failing_since": None, "duration_ms": None, "rows_read": None,
    "series_total": None, "note": "", "readings": [],
}  # fmt: skip


def signal_of(watch: Watch, key: str, group: Group, reading: Reading, state: State) -> Signal:
    value, low, high = reading.value, reading.low, reading.high
    missing = state.cause == "no_data"
    above = high is not None and (low is None or (value is not None and value > high))
    threshold = None if missing else high if above else low
    direction = "above" if above and not missing else "below"
    return Signal(
        project_id=watch.project_id,
        source="rule",
        source_id=watch.id,
        series=key,
        name=watch.body.name,
        alert_type=alert_type(watch.metric, direction, missing=missing),
        severity=watch.body.severity,
        metric=watch.metric_key,
        metric_label=watch.metric.label,
        unit=watch.metric.unit,
        direction="above" if direction == "above" else "below",
        value=value,
        threshold=threshold,
        since=state.began_at or state.fired_at or EPOCH,
        where=watch.where,
        group=dict(zip(watch.body.by, group, strict=True)),
        window_s=int(watch.window.total_seconds()),
        channels=None if watch.body.channels is None else tuple(watch.body.channels),
        runbook=watch.body.runbook,
        text=finding(watch, value, low, high),
    )


def _series_of(found: _Found, rows: Sequence[RuleStateRow]) -> tuple[list[_Series], frozenset[str], str]:
    """Those with calls, those that are more than ok, and those that are missed; keys of these and of those of which nothing is
    known now; and what is to be said of all."""
    watch, answer = found.due.watch, found.answer
    assert isinstance(answer, Answered)  # noqa: S101 - as above
    by = watch.body.by
    kept = {row.series: row for row in rows}
    groups: dict[str, Group] = {}
    for group in answer.groups[: watch.body.series_limit]:
        groups[series_key(dict(zip(by, group, strict=True)))] = group
    for row in rows:
        if row.phase not in {"ok", "no_data"} or (row.phase == "no_data" and found.remembered is not None):
            groups.setdefault(row.series, tuple(row.group.get(name) for name in by))
    for group in sorted(found.remembered or (), key=repr)[: watch.body.series_limit]:
        groups.setdefault(series_key(dict(zip(by, group, strict=True))), group)
    position = {group: i for i, group in enumerate(answer.groups)}
    # of one that is not among those read, nobody knows whether it has calls
    told = answer.groups_total <= len(answer.groups)
    order = [(key, group) for key, group in groups.items() if told or group in position]
    places = [position.get(group) for _, group in order]
    values = _row(answer, watch.metric_key, places, empty_of(watch.metric))
    samples = _row(answer, watch.samples_key, places, 0.0)
    given, note = _given(found, [group for _, group in order])
    bounds = watch.bounds(given)
    readings = readings_of(watch, values, samples, bounds)
    if found.remembered is not None and watch.absence_alerts:
        for i, (_, group) in enumerate(order):
            firing = (before := kept.get(order[i][0])) is not None and before.phase in FIRING
            if readings[i].value is None and group not in found.remembered and not firing:
                # it never had a call, or none for so long that it is not missed
                readings[i] = Reading(0.0, 0, judged=False)
    found_series = [_Series(key, group, readings[i], kept.get(key)) for i, (key, group) in enumerate(order)]
    return found_series, frozenset(groups), note


def _row(answer: Answered, key: str, places: Sequence[int | None], empty: float) -> Floats:
    column = answer.values[key]
    return np.array(
        [empty if i is None else np.nan if (v := column[i]) is None else float(v) for i in places], dtype=np.float64
    )


def _given(found: _Found, groups: Sequence[Group]) -> tuple[Given, str]:
    watch, size = found.due.watch, len(groups)
    if isinstance(found.former, Answered):
        at = {group: i for i, group in enumerate(found.former.groups)}
        empty = empty_of(watch.metric)
        return Given(size, former=_row(found.former, watch.metric_key, [at.get(g) for g in groups], empty)), ""
    if found.expected is None:
        return Given(size), ""
    baselined, value = found.expected
    condition = watch.body.condition
    sensitivity = condition.sensitivity if isinstance(condition, Band) else "medium"
    told = [
        baselined.of(watch.metric_key, (value,) if value else group).at(found.due.end, sensitivity) for group in groups
    ]
    ready = [one.ready for one in told]

    def column(pick: Iterable[float | None]) -> Floats:
        return np.array(
            [np.nan if v is None or not is_ready else v for v, is_ready in zip(pick, ready, strict=True)],
            dtype=np.float64,
        )

    note = ""
    if told and not all(ready):
        hours = max(one.learned_hours for one in told)
        which = "" if not any(ready) else f" of {ready.count(False)} of {len(ready)} series"
        note = f"Learning what is normal{which}: {hours} hours with calls are known so far."
    given = Given(
        size,
        expected=column(one.expected for one in told),
        low=column(one.low for one in told),
        high=column(one.high for one in told),
    )
    return given, note


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


def _cut(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[i : i + IN_ONE] for i in range(0, len(ids), IN_ONE))
