"""The state of one series of a rule, and one step of it. Pure: a live rule, a trial over the past and a test take the same steps.

    ok ──wrong──> pending ──held long enough──> firing ──over──> recovering ──over long enough──> ok
     └─no value─> no_data (which is wrong, good or nothing, as the rule says)

Only time that was watched counts: after a pause of the product nothing has "held" during it, a window that reaches into it
says nothing about missing calls, and what fired still fires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from promptpulse.core.times import rfc3339

Phase = Literal["ok", "pending", "firing", "recovering", "no_data"]
OnNoData = Literal["ok", "keep", "alert"]
Cause = Literal["condition", "no_data"]
Verdict = Literal["wrong", "missing", "good", "between", "nothing"]
"""missing: wrong because there is no value. between: neither wrong nor far enough from it. nothing: no time passes."""
FIRING: tuple[Phase, Phase] = ("firing", "recovering")
NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class QuietSpan:
    weekdays: tuple[int, ...]
    """On which it begins; 1 is Monday."""
    start: time
    end: time
    """At or before `start`: on the day after."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Times of the wall clock in which nobody is told."""

    spans: tuple[QuietSpan, ...]
    tz: ZoneInfo

    def covers(self, moment: datetime) -> bool:
        local = moment.astimezone(self.tz)
        at, today = local.time(), local.isoweekday()
        yesterday = (today - 2) % 7 + 1
        for span in self.spans:
            if span.start < span.end:
                if today in span.weekdays and span.start <= at < span.end:
                    return True
            elif (today in span.weekdays and at >= span.start) or (yesterday in span.weekdays and at < span.end):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a rule says about time, missing values and messages."""

    window: timedelta
    gap: timedelta
    """Between steps; after a longer one nobody watched."""
    hold: timedelta = NONE
    recover: timedelta = NONE
    minimum_samples: int = 0
    on_no_data: OnNoData = "ok"
    renotify: timedelta | None = None
    quiet: Quiet | None = None
    counts: bool = False
    """The value is a count or a sum: it is low while calls could not arrive."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A window's value, and where values are wrong. No bound on a side: nothing is wrong there."""

    value: float | None
    samples: int
    low: float | None = None
    high: float | None = None
    clear_low: float | None = None
    """As good again only from here on; `low` when absent."""
    clear_high: float | None = None
    judged: bool = True
    """False: what is normal is not known yet, or there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class State:
    phase: Phase = "ok"
    since: datetime | None = None
    """Of the phase."""
    began_at: datetime | None = None
    """The condition began to hold; None while it does not."""
    held: timedelta = NONE
    """It was watched holding so long."""
    over: timedelta = NONE
    """Of a firing series: it was watched being good so long."""
    fired_at: datetime | None = None
    told_at: datetime | None = None
    """The last message."""
    held_back: bool = False
    """It fires, and nobody was told because of quiet hours."""
    cause: Cause = "condition"
    watched_from: datetime | None = None
    last_at: datetime | None = None

    @property
    def is_plain(self) -> bool:
        """Nothing but ok: it need not be kept."""
        return self.phase == "ok" and self.began_at is None and self.fired_at is None


@dataclass(frozen=True, slots=True)
class Event:
    kind: Literal["fired", "reminder", "resolved"]
    told: bool
    """False: nobody is to be told, because of quiet hours."""
    reason: Literal["", "no_data"] = ""
    """Why it is resolved, where not because the value is good."""


def step(policy: Policy, state: State, reading: Reading, now: datetime) -> tuple[State, Event | None]:
    """The state after a window that ended at `now`. A window that was seen already changes nothing."""
    if state.last_at is not None and now <= state.last_at:
        return state, None
    passed = NONE if state.last_at is None else now - state.last_at
    unbroken = state.last_at is not None and passed <= policy.gap
    state = replace(state, last_at=now, watched_from=state.watched_from if unbroken else now)
    passed = passed if unbroken else NONE
    found = verdict(policy, state, reading, now)
    is_firing = state.phase in FIRING
    match found:
        case "wrong" | "missing":
            moved = _wrong(policy, state, found, passed, now)
        case "good":
            moved = _good(policy, state, reading, passed, now)
        case "between" if is_firing:
            moved = _to(replace(state, over=NONE), "firing", now)
        case "between":
            moved = _to(_forgotten(state), "ok", now)
        case "nothing":
            missing = reading.value is None and state.phase == "ok"
            moved = _to(state, "no_data" if missing else state.phase, now)
    return _told(policy, state, moved, reading, now)


def verdict(policy: Policy, state: State, reading: Reading, now: datetime) -> Verdict:
    """What the reading means for this rule."""
    value = reading.value
    watched = state.watched_from is not None and now - policy.window >= state.watched_from
    if value is None:
        return "good" if policy.on_no_data == "ok" else _missing(policy, watched=watched)
    if reading.samples < policy.minimum_samples or not reading.judged:
        return "nothing" if policy.on_no_data == "keep" else "good"
    too_low = reading.low is not None and value < reading.low
    if too_low and policy.counts and not watched:
        return "nothing"
    if too_low or (reading.high is not None and value > reading.high):
        return "wrong"
    return "good" if _is_clear(reading, value) else "between"


def _is_clear(reading: Reading, value: float) -> bool:
    low = reading.low if reading.clear_low is None else reading.clear_low
    high = reading.high if reading.clear_high is None else reading.clear_high
    return (low is None or value >= low) and (high is None or value <= high)


def _missing(policy: Policy, *, watched: bool) -> Verdict:
    return "missing" if policy.on_no_data == "alert" and watched else "nothing"


def fires_at(policy: Policy, state: State) -> datetime | None:
    """When a series that is wrong will fire, if it stays so."""
    if state.began_at is None or state.phase in FIRING or state.last_at is None:
        return None
    return state.last_at + max(policy.hold - state.held, NONE)


def _wrong(policy: Policy, state: State, found: Literal["wrong", "missing"], passed: timedelta, now: datetime) -> State:
    cause: Cause = "no_data" if found == "missing" else "condition"
    if state.phase in FIRING:
        return _to(replace(state, over=NONE, cause=cause), "firing", now)
    begun = state.began_at is not None
    held = state.held + passed if begun else NONE
    state = replace(state, began_at=state.began_at if begun else now, held=held, cause=cause)
    if held >= policy.hold:
        return _to(replace(state, fired_at=now, over=NONE), "firing", now)
    return _to(state, "no_data" if found == "missing" else "pending", now)


def _good(policy: Policy, state: State, reading: Reading, passed: timedelta, now: datetime) -> State:
    if state.phase not in FIRING:
        return _to(_forgotten(state), "no_data" if reading.value is None else "ok", now)
    over = state.over + passed if state.phase == "recovering" else NONE
    if over < policy.recover:
        return _to(replace(state, over=over), "recovering", now)
    return _to(_forgotten(state), "no_data" if reading.value is None else "ok", now)


def _forgotten(state: State) -> State:
    return replace(state, began_at=None, held=NONE, over=NONE)


def _to(state: State, phase: Phase, now: datetime) -> State:
    return state if state.phase == phase else replace(state, phase=phase, since=now)


def _told(policy: Policy, before: State, after: State, reading: Reading, now: datetime) -> tuple[State, Event | None]:
    """What is said about the step, and that it was said."""
    quiet = policy.quiet is not None and policy.quiet.covers(now)
    was, fires = before.phase in FIRING, after.phase in FIRING
    if fires and not was:
        told = replace(after, held_back=quiet, told_at=None if quiet else now)
        return told, Event("fired", told=not quiet)
    if was and not fires:
        reason: Literal["", "no_data"] = "no_data" if reading.value is None else ""
        resolved = replace(after, held_back=False, told_at=None, cause="condition")
        return resolved, Event("resolved", told=not before.held_back, reason=reason)
    if fires and not quiet:
        due = policy.renotify is not None and after.told_at is not None and now - after.told_at >= policy.renotify
        if after.held_back or (due and after.phase == "firing"):
            return replace(after, held_back=False, told_at=now), Event("reminder", told=True)
    return after, None


def packed(state: State) -> dict[str, JsonValue]:
    """For a column of JSON."""

    def moment(at: datetime | None) -> str | None:
        return None if at is None else rfc3339(at)

    return {
        "phase": state.phase, "since": moment(state.since), "began_at": moment(state.began_at),
        "held_s": state.held.total_seconds(), "over_s": state.over.total_seconds(), "fired_at": moment(state.fired_at),
        "told_at": moment(state.told_at), "held_back": state.held_back, "cause": state.cause,
        "watched_from": moment(state.watched_from), "last_at": moment(state.last_at),
    }  # fmt: skip


PHASES: Mapping[str, Phase] = {p: p for p in ("ok", "pending", "firing", "recovering", "no_data")}


def unpacked(kept: Mapping[str, JsonValue]) -> State:
    def moment(name: str) -> datetime | None:
        text = kept.get(name)
        return datetime.fromisoformat(text) if isinstance(text, str) else None

    def length(name: str) -> timedelta:
        seconds = kept.get(name)
        return timedelta(seconds=seconds) if isinstance(seconds, int | float) else NONE

    return State(
        phase=PHASES[str(kept["phase"])],
        since=moment("since"),
        began_at=moment("began_at"),
        held=length("held_s"),
        over=length("over_s"),
        fired_at=moment("fired_at"),
        told_at=moment("told_at"),
        held_back=kept.get("held_back") is True,
        cause="no_data" if kept.get("cause") == "no_data" else "condition",
        watched_from=moment("watched_from"),
        last_at=moment("last_at"),
    )
