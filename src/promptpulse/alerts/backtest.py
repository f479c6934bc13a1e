"""What a rule would have done: the past days replayed through the same steps as a live rule takes, with what was known then.

Rounds are further apart than those of a live rule, so that weeks are answered in seconds: `step_of` says how far."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from promptpulse.accounts.values import ProjectRef
from promptpulse.alerts.evaluator import DELAY, RECENT, REMEMBERED
from promptpulse.alerts.service import check_question
from promptpulse.alerts.shapes import (
    Band,
    Change,
    Episode,
    Expected,
    NoData,
    PreviewIn,
    PreviewSeries,
    RulePreview,
    SuggestedThreshold,
    Threshold,
)
from promptpulse.alerts.state import FIRING, Policy, Reading, State, step
from promptpulse.alerts.watching import CALLS, DAY, MINUTE, Given, Watch, known
from promptpulse.alerts.wording import direction_of
from promptpulse.incidents.signals import series_key
from promptpulse.incidents.wording import duration, figure
from promptpulse.metrics import Definitions, first_call, zone
from promptpulse.metrics.baseline import Baseline, Baselines
from promptpulse.metrics.bounds import Bounds, Op, change_of, extreme, factor_of, rare, worst
from promptpulse.metrics.run import Group
from promptpulse.metrics.sliding import Windows, aligned, sliding
from promptpulse.store import Store

Floats = NDArray[np.float64]
MOST_STEPS = 800_000
"""Of all series together."""
POINTS, SHOWN, EPISODES = 480, 10, 200
NIGHT_FROM, NIGHT_TO = 22, 7
LEARNED_EVERY = 10 * MINUTE
"""What is expected hardly moves between."""
PASSED_OVER = frozenset({"ok", "no_data"})
"""Phases in which a good window changes nothing."""
RARE_DAYS = 15
"""A rule that fires once in so many days is rare enough."""


@dataclass(frozen=True, slots=True)
class _Past:
    """One series: its windows, and what its bounds follow from."""

    group: Group
    values: Floats
    samples: Floats
    calls: Floats
    given: Given
    seen: NDArray[np.bool_]
    """It had calls lately, so that it would be missed."""
    learning: int
    """Windows of which nothing was expected yet."""


@dataclass(frozen=True, slots=True)
class _Span:
    """From the first step of an episode to its last."""

    began_at: datetime
    fired: int
    resolved: int | None
    held_back: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class _Told:
    spans: tuple[_Span, ...]
    messages: int


def tried(
    store: Store, baselines: Baselines, project: ProjectRef, asked: PreviewIn, definitions: Definitions, now: datetime
) -> RulePreview:
    """Raises Refused, BadQuery and TooHeavy."""
    began = time.perf_counter()
    body = check_question(project, asked.rule, definitions)
    watch = Watch("", project.id, 0, body, project.time_zone, definitions)
    gap = step_of(watch.window)
    end = aligned(now - DELAY, gap)
    start = end - timedelta(days=asked.days)
    found, pasts = _past(store, baselines, watch, start, end, now)
    ends = found.ends[len(found.ends) - len(pasts[0].values) :] if pasts else found.ends
    policy = replace(watch.policy, gap=max(watch.policy.gap, 2 * gap))
    tellings = [_replayed(watch, policy, past, watch.bounds(past.given), ends) for past in pasts]
    episodes = [
        _episode(watch, past, span, ends) for past, told in zip(pasts, tellings, strict=True) for span in told.spans
    ]
    episodes.sort(key=lambda one: one.start, reverse=True)
    firing = [sum((_until(span, ends) - ends[span.fired] for span in told.spans), timedelta()) for told in tellings]
    order = sorted(range(len(pasts)), key=lambda i: (-firing[i], i))[:SHOWN]
    longest = max((one.minutes for one in episodes), default=None)
    marks, series = _chart(watch, [pasts[i] for i in order], ends)
    suggestion = _suggestion(watch, policy, pasts, ends, len(episodes), asked.days)
    warnings = _warnings(watch, pasts, found.groups_total, gap, first_call(store, project.id), start)
    if suggestion is None and len(episodes) > _seldom(asked.days) and _is_share(watch, pasts):
        warnings.append(
            "Windows of few calls make the rate jump to the end of its scale, so no limit fires rarely:"
            " raise the minimum of samples, or take longer windows."
        )
    return RulePreview(
        start=start,
        end=end,
        step_minutes=gap / MINUTE,
        fired=len(episodes),
        resolved=sum(one.end is not None for one in episodes),
        longest_minutes=longest,
        firing_minutes=sum(one.minutes for one in episodes),
        nights=sum(one.at_night for one in episodes),
        messages=sum(told.messages for told in tellings),
        summary=_summary(episodes, asked.days),
        episodes=episodes[:EPISODES],
        points=marks,
        series=series,
        series_watched=len(pasts),
        series_total=found.groups_total,
        metric_label=watch.metric.label,
        unit=watch.metric.unit,
        suggestion=suggestion,
        warnings=warnings,
        elapsed_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def step_of(window: timedelta) -> timedelta:
    """Between the rounds of a trial: a whole part of the window, some six to a window; of days, four a day."""
    if window > DAY:
        return DAY / 4
    minutes = round(window / MINUTE)
    most = 24 if minutes >= 720 else 6
    parts = [n for n in range(1, minutes + 1) if minutes % n == 0 and minutes // n <= most]
    return (1 if minutes <= 30 and parts[0] == minutes else parts[0]) * MINUTE


def _past(
    store: Store, baselines: Baselines, watch: Watch, start: datetime, end: datetime, now: datetime
) -> tuple[Windows, list[_Past]]:
    gap = step_of(watch.window)
    condition = watch.body.condition
    back = timedelta()
    if isinstance(condition, Change):
        back = watch.window if condition.against == "previous" else timedelta(days=7) // gap * gap
    missed = watch.policy.on_no_data == "alert"
    lately = (REMEMBERED if watch.body.by else RECENT) if missed else timedelta()
    lookback = max(back, lately // gap * gap)
    count, lead, shift = (end - start) // gap, lookback // gap, back // gap
    most = max(SHOWN, MOST_STEPS // (count + lead))
    query = watch.question(start - lookback, end)
    query = replace(
        query,
        limit=min(query.limit, most),
        metrics=tuple(dict.fromkeys((*query.metrics, *([CALLS] if missed else [])))),
    )
    found = sliding(store, query, watch.window, gap, now)
    learned = None
    if watch.wants_expected:
        asked = replace(query, metrics=(watch.metric_key,), order_by="")
        learned = baselines.of(asked, watch.window, start, end)
    pasts = []
    for i, group in enumerate(found.groups):
        values, samples = found.values[watch.metric_key][i], found.values[watch.samples_key][i]
        calls = np.nan_to_num(found.values.get(CALLS, found.values[watch.samples_key])[i])
        given, learning = Given(count), 0
        if back:
            given = Given(count, former=values[lead - shift : lead - shift + count])
        if learned is not None:
            ends = found.ends[lead:]
            given, learning = _expected(watch, learned.of(watch.metric_key, group), ends)
        seen = np.ones(count, dtype=np.bool_)
        if missed:
            total = np.concatenate([[0], np.cumsum(calls > 0)])
            at = np.arange(lead, lead + count) + 1
            seen = total[at] > total[np.maximum(at - max(lately // gap, 1), 0)]
        pasts.append(_Past(group, values[lead:], samples[lead:], calls[lead:], given, seen, learning))
    return found, pasts


def _expected(watch: Watch, baseline: Baseline, ends: Sequence[datetime]) -> tuple[Given, int]:
    condition = watch.body.condition
    sensitivity = condition.sensitivity if isinstance(condition, Band) else "medium"
    every = max(1, LEARNED_EVERY // (ends[1] - ends[0])) if len(ends) > 1 else 1
    rows = []
    for at in range(0, len(ends), every):
        told = baseline.at(ends[at], sensitivity)
        row = (told.expected, told.low, told.high) if told.ready else (None, None, None)
        rows.append(row)
    told_of = np.repeat(np.array(rows, dtype=np.float64).reshape(-1, 3), every, axis=0)[: len(ends)]
    given = Given(len(ends), expected=told_of[:, 0], low=told_of[:, 1], high=told_of[:, 2])
    return given, int(np.isnan(told_of[:, 0]).sum())


def _replayed(watch: Watch, policy: Policy, past: _Past, bounds: Bounds, ends: Sequence[datetime]) -> _Told:
    """Step by step; what stays plainly ok is passed over, for it changes nothing."""
    values = (
        np.where(past.values == 0, np.nan, past.values) if isinstance(watch.body.condition, NoData) else past.values
    )
    samples = np.nan_to_num(past.samples)
    wrong = (values < bounds.low) | (values > bounds.high)
    if policy.on_no_data == "alert":
        wrong |= np.isnan(values)
    marks = np.flatnonzero(wrong)
    state = (
        State(watched_from=ends[0] - 2 * policy.window, last_at=ends[0] - (ends[1] - ends[0]))
        if len(ends) > 1
        else State()
    )
    spans: list[_Span] = []
    messages = i = 0
    while i < len(ends):
        if state.phase in PASSED_OVER and state.began_at is None:
            at = int(np.searchsorted(marks, i))
            if at == len(marks):
                break
            if marks[at] > i:
                i = int(marks[at])
                state = replace(state, last_at=ends[i - 1])
        reading = Reading(
            known(values[i]), int(samples[i]), known(bounds.low[i]), known(bounds.high[i]), known(bounds.clear_low[i]),
            known(bounds.clear_high[i]), bool(bounds.judged[i]),
        )  # fmt: skip
        if reading.value is None and policy.on_no_data == "alert" and not past.seen[i] and state.phase not in FIRING:
            reading = Reading(0.0, 0, judged=False)
        state, event = step(policy, state, reading, ends[i])
        if event is not None:
            messages += event.told
            if event.kind == "fired":
                began = state.began_at or ends[i]
                spans.append(_Span(began, i, None, not event.told, state.cause == "no_data"))
            elif event.kind == "resolved":
                spans[-1] = replace(spans[-1], resolved=i)
        i += 1
    return _Told(tuple(spans), messages)


def _until(span: _Span, ends: Sequence[datetime]) -> datetime:
    return ends[-1] if span.resolved is None else ends[span.resolved]


def _episode(watch: Watch, past: _Past, span: _Span, ends: Sequence[datetime]) -> Episode:
    start, until = ends[span.fired], _until(span, ends)
    last = len(ends) if span.resolved is None else span.resolved
    first = span.fired - int((start - span.began_at) / (ends[1] - ends[0])) if len(ends) > 1 else span.fired
    group = dict(zip(watch.body.by, past.group, strict=True))
    peak = None if span.missing else extreme(_op(watch), past.values[first : max(last, span.fired + 1)])
    return Episode(
        series=series_key(group),
        group=group,
        began_at=span.began_at,
        start=start,
        end=None if span.resolved is None else until,
        minutes=round((until - start) / MINUTE, 1),
        peak=peak,
        at_night=is_night(start, zone(watch.tz)),
        held_back=span.held_back,
        cause="no_data" if span.missing else "condition",
    )


def is_night(moment: datetime, tz: ZoneInfo) -> bool:
    hour = moment.astimezone(tz).hour
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def _op(watch: Watch) -> Op:
    return "below" if direction_of(watch.body) == "below" else "above"


def _chart(
    watch: Watch, pasts: Sequence[_Past], ends: Sequence[datetime]
) -> tuple[list[datetime], list[PreviewSeries]]:
    width = -(-len(ends) // POINTS) if ends else 1
    marks = [ends[min(at + width, len(ends)) - 1] for at in range(0, len(ends), width)]
    found = []
    for past in pasts:
        bounds, at = watch.bounds(past.given), worst(_op(watch), past.values, POINTS)
        group = dict(zip(watch.body.by, past.group, strict=True))
        found.append(
            PreviewSeries(
                series=series_key(group),
                group=group,
                values=_listed(past.values[at]),
                lows=_listed(bounds.low[at]),
                highs=_listed(bounds.high[at]),
                expected=_listed(past.given.expected[at]) if watch.wants_expected else [],
            )
        )
    return marks, found


def _listed(values: Floats) -> list[float | None]:
    return [known(value) for value in values]


def _suggestion(
    watch: Watch, policy: Policy, pasts: Sequence[_Past], ends: Sequence[datetime], fired: int, days: int
) -> SuggestedThreshold | None:
    """The nearest limit that would have fired rarely; None where the rule does already, or nothing is known."""
    enough = _seldom(days)
    condition = watch.body.condition
    if not pasts or 1 <= fired <= enough or isinstance(condition, Band | NoData):
        return None
    if isinstance(condition, Change):
        sized = [change_of(past.values, past.given.former, condition.unit) for past in pasts]
    elif isinstance(condition, Expected):
        sized = [factor_of(past.values, past.given.expected) for past in pasts]
    else:
        sized = [past.values for past in pasts]
    judged = [
        np.where(np.nan_to_num(p.samples) >= policy.minimum_samples, v, np.nan)
        for p, v in zip(pasts, sized, strict=True)
    ]
    op, is_share = condition.op, _is_share(watch, pasts)
    for candidate in rare(op, np.concatenate(judged)):
        limit = -candidate if isinstance(condition, Change) and op == "below" else candidate
        if limit <= 0 and not isinstance(condition, Threshold):
            continue
        if is_share and not (limit < 100 if op == "above" else limit > 0):
            continue  # no value ever passes it
        name = "factor" if isinstance(condition, Expected) else "value"
        body = watch.body.model_copy(
            update={"condition": condition.model_copy(update={name: limit}), "recovery_value": None}
        )
        other = replace(watch, body=body)
        count = sum(len(_replayed(other, policy, past, other.bounds(past.given), ends).spans) for past in pasts)
        if count <= enough:
            if limit == getattr(condition, name):
                return None
            said = (
                f"{limit:g} times"
                if name == "factor"
                else (
                    f"{limit:g} %"
                    if isinstance(condition, Change) and condition.unit == "percent"
                    else figure(limit, watch.metric.unit)
                )
            )
            text = f"With {said} it would {_fired(count)} {_within(days)}."
            return SuggestedThreshold(
                value=limit, field="factor" if name == "factor" else "value", fired=count, text=text
            )
    return None


def _seldom(days: int) -> int:
    return max(1, days // RARE_DAYS)


def _is_share(watch: Watch, pasts: Sequence[_Past]) -> bool:
    """Whether it is a threshold of what lies between 0 and 100 %."""
    known = [past.values[np.isfinite(past.values)] for past in pasts]
    inside = all(bool(((values >= 0) & (values <= 100)).all()) for values in known)
    return inside and isinstance(watch.body.condition, Threshold) and watch.metric.unit == "percent"


def _fired(count: int) -> str:
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    return f"have fired {times}" if count else "not have fired"


def _within(days: int) -> str:
    return "in a day" if days == 1 else f"in {days} days"


def _summary(episodes: Sequence[Episode], days: int) -> str:
    if not episodes:
        return f"Would not have fired {_within(days)}."
    longest = max(one.minutes for one in episodes)
    nights = sum(one.at_night for one in episodes)
    lasted = duration(timedelta(minutes=longest))
    said = f"Would {_fired(len(episodes))} {_within(days)}"
    said += f", for {lasted}" if len(episodes) == 1 else f", longest {lasted}"
    if nights:
        said += ", at night" if len(episodes) == 1 else f", {nights} at night"
    return f"{said}."


def _warnings(
    watch: Watch, pasts: Sequence[_Past], total: int, gap: timedelta, first: datetime | None, start: datetime
) -> list[str]:
    if first is None or not pasts:
        return ["No calls meet the filters in this time: nothing can be said."]
    found = []
    if first > start + gap:
        found.append(f"The project has calls since {first:%Y-%m-%d %H:%M} UTC only.")
    if total > len(pasts):
        found.append(f"The {len(pasts)} largest of {total:,} series were tried.")
    samples = np.concatenate([np.nan_to_num(past.samples) for past in pasts])
    least = watch.policy.minimum_samples
    if least:
        few = int((samples < least).sum())
        if 2 * few > len(samples):
            found.append(
                f"{round(100 * few / len(samples))} % of the windows have fewer than {least} samples, the minimum: they never fire."
            )
    learning = sum(past.learning for past in pasts)
    if learning:
        share = round(100 * learning / sum(len(past.values) for past in pasts)) or 1
        found.append(f"For {share} % of the time it was not known yet what is normal.")
    if timedelta() < watch.policy.hold < gap:
        found.append(f"The trial looks every {duration(gap)}, so `for_minutes` counts as if it were that.")
    return found
