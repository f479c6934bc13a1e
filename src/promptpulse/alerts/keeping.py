"""What a round found, step by step written down: states of series, health of rules, alerts and their messages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from promptpulse.alerts.asking import Answer, Answered, worded
from promptpulse.alerts.models import RuleHealthRow, RuleRow, RuleStateRow
from promptpulse.alerts.shapes import Band
from promptpulse.alerts.state import FIRING, Event, Reading, State, packed, step, unpacked
from promptpulse.alerts.watching import Given, Watch, readings_of
from promptpulse.alerts.wording import alert_type, finding
from promptpulse.core.ids import stable_hash
from promptpulse.core.times import EPOCH
from promptpulse.incidents import service as incidents
from promptpulse.incidents.signals import Signal, series_key
from promptpulse.metrics.baseline import Baselined
from promptpulse.metrics.run import Group
from promptpulse.metrics.sliding import empty_of

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
AHEAD = timedelta(minutes=2)
"""A window that ends later was judged by a clock that was wrong: it does not count."""
KEPT_STATES = 500
"""Of a rule: what was over long ago is forgotten first."""
IN_ONE = 400
"""Values of one IN."""


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
class Due:
    watch: Watch
    end: datetime
    evaluated_at: datetime | None
    watched_from: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """Everything known about one rule at one end."""

    due: Due
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


class Keeping:
    """What a round found, of the rules of one project, written down in one transaction."""

    def __init__(self, session: Session, now: datetime, done: Round) -> None:
        self._session, self._now, self._done = session, now, done

    def keep(self, found: Sequence[Found]) -> None:
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

    def _one(self, found: Found, rows: Sequence[RuleStateRow]) -> dict[str, object]:
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

    def _since(self, found: Found) -> datetime:
        health = self._session.get(RuleHealthRow, found.due.watch.id)
        return health.failing_since if health is not None and health.failing_since else self._now

    def _stepped(self, found: Found, rows: Sequence[RuleStateRow]) -> dict[str, object]:
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


def _series_of(found: Found, rows: Sequence[RuleStateRow]) -> tuple[list[_Series], frozenset[str], str]:
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


def _given(found: Found, groups: Sequence[Group]) -> tuple[Given, str]:
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


def _cut(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[i : i + IN_ONE] for i in range(0, len(ids), IN_ONE))
