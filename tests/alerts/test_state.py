"""Each step of a rule: from every phase, with every kind of reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from promptpulse.alerts.state import Policy, Quiet, QuietSpan, Reading, State, fires_at, packed, step, unpacked

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = Policy(window=5 * MINUTE, gap=3 * MINUTE, hold=2 * MINUTE, recover=2 * MINUTE)
"""Above 10 for two minutes; good again below 8 for two minutes; one step a minute."""
SIGNS = {"wrong": "!", "good": ".", "between": "~", "none": "?", "few": "f", "unjudged": "u"}


def reading(sign: str) -> Reading:
    value = {"!": 11.0, ".": 1.0, "~": 9.0, "?": None, "f": 11.0, "u": 11.0}[sign]
    return Reading(value, 0 if sign in "?f" else 100, high=10, clear_high=8, judged=sign != "u")


def walk(policy: Policy, signs: str, state: State | None = None) -> tuple[str, State]:
    """One step a minute; of each its phase by its first letter, a capital for an event: F fired, R resolved, M reminder.

    The series has been watched for an hour before. A space is a minute in which nobody watched."""
    state = state or State(watched_from=START - 60 * MINUTE, last_at=START - MINUTE)
    shown = ""
    at = START if state.last_at is None else state.last_at
    for sign in signs:
        at += MINUTE
        if sign == " ":
            shown += " "
            continue
        state, event = step(policy, state, reading(sign), at)
        letter = {"fired": "F", "resolved": "R", "reminder": "M"}[event.kind] if event else state.phase[0]
        shown += letter
    return shown, state


@pytest.mark.parametrize(
    ("signs", "phases"),
    [
        ("...", "ooo"),
        ("!", "p"),
        ("!!", "pp"),
        ("!!!", "ppF"),  # held for two minutes
        ("!!.", "ppo"),
        ("!.!.!.!", "popopop"),  # flapping never adds up
        ("!!.!!.!!", "ppoppopp"),
        ("!!~!!!", "ppoppF"),  # between the two values it does not hold
        ("!!!!!!", "ppFfff"),  # told once
        ("!!!...", "ppFrrR"),  # good for two minutes
        ("!!!..!...", "ppFrrfrrR"),  # wrong again: the same alert, recovery begins anew
        ("!!!..~...", "ppFrrfrrR"),  # not far enough for recovery
        ("!!!~~~~", "ppFffff"),  # hysteresis: between the two values it fires on
        ("!!!...!!!", "ppFrrRppF"),  # a second alert
    ],
)
def test_a_rule_fires_after_it_held_and_resolves_after_it_was_over(signs: str, phases: str) -> None:
    assert walk(RULE, signs)[0] == phases


@pytest.mark.parametrize(
    ("signs", "phases"),
    [("!", "F"), ("!.", "FR"), ("!!.!", "FfRF"), ("!~.", "FfR"), ("~", "o")],
)
def test_without_durations_every_step_counts(signs: str, phases: str) -> None:
    assert walk(replace(RULE, hold=timedelta(0), recover=timedelta(0)), signs)[0] == phases


@pytest.mark.parametrize(
    ("on_no_data", "signs", "phases"),
    [
        ("ok", "???", "nnn"),
        ("ok", "!?!!!", "pnppF"),  # no value is good, so it begins anew
        ("ok", "!!!???", "ppFrrR"),
        ("ok", "!!!?!", "ppFrf"),
        ("keep", "???", "nnn"),
        ("keep", "!?!!", "pppF"),  # no time passes: of four minutes two were seen
        ("keep", "!???!", "ppppp"),
        ("keep", "!!!????", "ppFffff"),
        ("keep", "!!!.??..", "ppFrrrrR"),
        ("keep", "?..", "noo"),
        ("alert", "?", "n"),
        ("alert", "???", "nnF"),  # "for" holds for missing data, too
        ("alert", "??.", "nno"),
        ("alert", "??!", "nnF"),  # missing, then wrong: wrong all the time
        ("alert", "???...", "nnFrrR"),  # that data are back is told as any recovery
        ("alert", "???!!", "nnFff"),
        ("alert", "!!!?", "ppFf"),
    ],
)
def test_a_window_without_a_value_does_what_the_rule_says(on_no_data: str, signs: str, phases: str) -> None:
    assert walk(replace(RULE, on_no_data=on_no_data), signs)[0] == phases  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", ["f", "u"])
@pytest.mark.parametrize(
    ("on_no_data", "signs", "phases"),
    [
        ("ok", "###", "ooo"),
        ("ok", "!!#!", "ppop"),
        ("ok", "!!!###", "ppFrrR"),
        ("alert", "####", "oooo"),  # too few calls are not none
        ("keep", "!!#!", "pppF"),
        ("keep", "!!!###", "ppFfff"),
    ],
)
def test_too_few_samples_and_an_unknown_normal_never_fire(sign: str, on_no_data: str, signs: str, phases: str) -> None:
    policy = replace(RULE, minimum_samples=20, on_no_data=on_no_data)  # type: ignore[arg-type]
    assert walk(policy, signs.replace("#", sign))[0] == phases


@pytest.mark.parametrize(
    ("signs", "phases"),
    [
        ("!!    !", "pp    p"),  # a pause of five minutes: nobody saw it hold
        ("!!    !!", "pp    pF"),  # one minute before, one after
        ("!! !", "pp F"),  # one missed round is no pause
        ("!!!      !", "ppF      f"),  # what fired still fires, and is not told again
        ("!!!.     .", "ppFr     r"),  # nobody saw it being over either
        ("!!!.     ..", "ppFr     rr"),
        ("!!!.     ...", "ppFr     rrR"),
    ],
)
def test_a_restart_neither_fires_nor_forgets(signs: str, phases: str) -> None:
    assert walk(RULE, signs)[0] == phases


def test_missing_data_are_believed_only_when_a_whole_window_was_watched() -> None:
    policy = replace(RULE, on_no_data="alert", hold=timedelta(0))
    # five minutes of pause, then a window that reaches into it five times
    assert walk(policy, ".     ??????") == ("o     nnnnnF", walk(policy, ".     ??????")[1])
    assert walk(policy, "?????F".replace("F", "?"), State())[0] == "nnnnnF"  # a new rule, too


def test_a_low_count_after_a_restart_may_be_the_restart() -> None:
    policy = replace(RULE, counts=True, hold=timedelta(0))
    low = Reading(1, 1, low=5)
    state = State(watched_from=START, last_at=START)
    for minute in range(10, 15):
        state, event = step(policy, state, low, START + minute * MINUTE)
        assert (state.phase, event) == ("ok", None)
    state, event = step(policy, state, low, START + 15 * MINUTE)
    assert event is not None
    assert event.kind == "fired"


def test_a_round_that_was_done_already_changes_nothing() -> None:
    _, state = walk(RULE, "!!")
    assert state.last_at is not None
    again, event = step(RULE, state, reading("!"), state.last_at)
    assert (again, event) == (state, None)
    assert step(RULE, state, reading("!"), state.last_at - MINUTE) == (state, None)


def test_reminders_come_at_their_time_and_only_while_it_is_wrong() -> None:
    policy = replace(RULE, hold=timedelta(0), renotify=3 * MINUTE)
    assert walk(policy, "!!!!!!!")[0] == "FffMffM"
    assert walk(policy, "!!....")[0] == "FfrrR" + "o"
    assert walk(policy, "!!.!!")[0] == "FfrMf"  # due while recovering: it comes when it is wrong again


def test_quiet_hours_hold_the_message_back_until_they_end() -> None:
    quiet = Quiet((QuietSpan((5,), time(12, 2), time(12, 6)),), ZoneInfo("UTC"))  # START is a Friday
    policy = replace(RULE, quiet=quiet)
    state, told = State(watched_from=START - 60 * MINUTE, last_at=START - MINUTE), []
    for minute in range(8):
        state, event = step(policy, state, reading("!"), START + minute * MINUTE)
        told.append((event.kind, event.told) if event else None)
    assert told == [None, None, ("fired", False), None, None, None, ("reminder", True), None]


def test_what_is_over_before_the_quiet_ends_is_never_told() -> None:
    policy = replace(RULE, quiet=Quiet((QuietSpan((5,), time(0), time(0)),), ZoneInfo("UTC")))
    state, told = State(watched_from=START - 60 * MINUTE, last_at=START - MINUTE), []
    for minute, sign in enumerate("!!!..."):
        state, event = step(policy, state, reading(sign), START + minute * MINUTE)
        told.append((event.kind, event.told) if event else None)
    assert told == [None, None, ("fired", False), None, None, ("resolved", False)]
    assert not state.held_back


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-11-20T20:59:00+00:00", False),  # Friday, 21:59 in Berlin
        ("2026-11-20T21:00:00+00:00", True),
        ("2026-11-21T05:59:00+00:00", True),  # Saturday morning, of Friday's night
        ("2026-11-21T06:00:00+00:00", False),
        ("2026-11-21T21:30:00+00:00", False),  # Saturday's night is not quiet
        ("2026-07-03T20:00:00+00:00", True),  # 22:00 in summer
        ("2026-07-03T19:59:00+00:00", False),
    ],
)
def test_quiet_hours_follow_the_wall_clock_over_midnight(moment: str, covered: bool) -> None:
    quiet = Quiet((QuietSpan((5,), time(22), time(7)),), ZoneInfo("Europe/Berlin"))
    assert quiet.covers(datetime.fromisoformat(moment)) is covered


def test_quiet_hours_may_begin_on_sunday_and_end_on_monday() -> None:
    quiet = Quiet((QuietSpan((7,), time(22), time(7)),), ZoneInfo("UTC"))
    assert quiet.covers(datetime(2026, 11, 23, 6, tzinfo=UTC))
    assert not quiet.covers(datetime(2026, 11, 24, 6, tzinfo=UTC))


def test_a_pending_series_tells_when_it_will_fire() -> None:
    _, state = walk(RULE, "!!")
    assert state.last_at is not None
    assert fires_at(RULE, state) == state.last_at + MINUTE
    assert fires_at(RULE, walk(RULE, "!!!")[1]) is None
    assert fires_at(RULE, walk(RULE, ".")[1]) is None


@pytest.mark.parametrize("signs", ["", ".", "!", "!!!", "!!!.", "!!!...", "???"])
def test_a_state_is_the_same_after_it_was_kept(signs: str) -> None:
    _, state = walk(replace(RULE, on_no_data="alert"), signs)
    assert unpacked(packed(state)) == state
