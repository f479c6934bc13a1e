"""What is behind a common problem: figures before and since, the calls that carry the change, what was checked, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from promptpulse.core.errors import AppError
from promptpulse.definitions.asked import FilterIn
from promptpulse.incidents import causing, shapes
from promptpulse.incidents.wording import figure
from promptpulse.metrics import METRICS, Filter, Query, run
from promptpulse.metrics.causes import Change, causes
from promptpulse.store import Store

CheckState = Literal["found", "fine", "unknown"]


class Problem(StrEnum):
    NOT_UPDATING = "metrics-not-updating"
    LATENCY = "high-latency"
    COSTS = "high-costs"
    SUCCESS = "low-success"


class FigureOut(BaseModel):
    metric: str
    label: str
    unit: str
    before: float | None
    after: float | None


class CheckOut(BaseModel):
    """One thing that was looked at."""

    key: str = Field(examples=["deployments"])
    title: str = Field(examples=["Was something deployed?"])
    state: CheckState = Field(description="found: it bears on the problem. unknown: there is nothing to tell it by.")
    text: str = Field(description="What was found: the evidence.")
    advice: str = Field(description='What to do about what was found; "" otherwise.')
    where: list[FilterIn] = Field(description="Together with the filters that were asked for: the calls it is about.")
    prompt_id: str | None = Field(None, description="The prompt it is about.")
    versions: list[str] = Field(default_factory=list, description="Of the prompt: the newer one first.")


class DiagnosisOut(BaseModel):
    problem: Problem
    before: list[datetime] = Field(description="Start, and end (exclusive), of the period compared with.")
    after: list[datetime] = Field(description="Start and end (exclusive) of the period that is looked at.")
    answer: str = Field(examples=["Latency, p95: 3.5 s since, 1.2 s before."])
    figures: list[FigureOut]
    checks: list[CheckOut] = Field(description="What was looked at, in the order in which it should be.")
    most_likely: shapes.CauseOut | None = Field(
        description="The calls that carry the change; null: none do, see `note`."
    )
    others: list[shapes.CauseOut]
    note: str
    advice: list[str] = Field(
        description="What to do, the first first; of the problems with figures, what they bear out."
    )


@dataclass(frozen=True, slots=True)
class Periods:
    """Each `[start, end)`."""

    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem of the calls that `where` selects."""

    project: str
    problem: Problem
    periods: Periods
    where: tuple[Filter, ...] = field(default=())

    def query(self, metrics: Sequence[str], span: tuple[datetime, datetime], by: tuple[str, ...] = ()) -> Query:
        return Query(self.project, tuple(metrics), *span, by=by, where=self.where)

    def only(self, dimension: str) -> tuple[str, ...]:
        """Values that the calls are narrowed to; () where they are not."""
        found = [one for one in self.where if one.dimension == dimension and one.op == "in"]
        return tuple(value for one in found for value in one.values if value is not None)


FIGURES: Mapping[Problem, tuple[str, ...]] = {
    Problem.NOT_UPDATING: ("total_requests",),
    Problem.LATENCY: (
        "p95_latency_ms", "p50_latency_ms", "p95_first_token_ms", "avg_queue_ms", "avg_network_ms", "avg_input_tokens",
        "avg_output_tokens", "error_rate", "total_requests",
    ),
    Problem.COSTS: (
        "total_cost_usd", "total_requests", "cost_per_request_usd", "avg_input_tokens", "avg_output_tokens", "unpriced_requests",
    ),
    Problem.SUCCESS: (
        "success_rate", "timeout_errors", "rate_limit_errors", "model_errors", "validation_errors", "system_errors",
        "other_errors", "total_requests",
    ),
}  # fmt: skip
"""The first is the one that the problem is about."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A check that finds something when a figure is higher than before."""

    key: str
    title: str
    advice: str
    metric: str
    where: tuple[Filter, ...] = ()


def _errors(kind: str) -> tuple[Filter, ...]:
    return (Filter("error_type", "in", (kind,)),)


RISES: Mapping[Problem, tuple[Rise, ...]] = {
    Problem.NOT_UPDATING: (),
    Problem.LATENCY: (
        Rise("slower", "Is it slower than before?", "", "p95_latency_ms"),
        Rise("failing", "Do more calls fail, too?", "More calls fail, too: see the problem low-success.", "error_rate"),
        Rise("long_answers", "Are answers longer?", "Answers are longer: ask for short ones, or set a limit of tokens.",
             "avg_output_tokens"),
        Rise("long_prompts", "Are prompts longer?",
             "Prompts are longer: send less context, and order it so that the provider can cache its beginning.",
             "avg_input_tokens"),
        Rise("first_token", "Does the first token come later?",
             "The first token comes later: the provider is slower, or prompts are longer.", "p95_first_token_ms"),
        Rise("queue", "Do calls wait in your own service?",
             "Calls wait longer before they are sent: look at the queue of your own service.", "avg_queue_ms"),
        Rise("network", "Is the network slower?", "The network takes longer: look at connections, proxies and retries.",
             "avg_network_ms"),
    ),
    Problem.COSTS: (
        Rise("dearer", "Is more spent than before?", "", "total_cost_usd"),
        Rise("requests", "Are there unnecessary requests?",
             "There are more calls: look for retries, loops, and users or features with many.", "total_requests"),
        Rise("long_prompts", "Are prompts bloated?",
             "Prompts are longer: send less of the history and of what is not needed.", "avg_input_tokens"),
        Rise("long_answers", "Are answers verbose?", "Answers are longer: ask for short ones, or set a limit of tokens.",
             "avg_output_tokens"),
        Rise("price", "Does a call cost more?", "A call costs more: see whether the model or its price has changed.",
             "cost_per_request_usd"),
        Rise("unpriced", "Is the sum complete?",
             "There are more calls without a known price, which are not in the sum: give their models a price.",
             "unpriced_requests", (Filter("cost_source", "in", ("unpriced",)),)),
    ),
    Problem.SUCCESS: (
        Rise("timeouts", "Are there timeouts?", "More timeouts: the provider is slow, or the limit is short.",
             "timeout_errors", _errors("timeout")),
        Rise("rate_limits", "Does the provider refuse calls?",
             "More refusals by rate limits: spread the calls, or ask the provider for a higher limit.",
             "rate_limit_errors", _errors("rate_limit")),
        Rise("provider", "Does the provider fail?", "More errors of the provider: wait, or switch to a model of another one.",
             "model_errors", _errors("model_error")),
        Rise("validation", "Are requests wrong?",
             "More wrong requests: look at the newest version, and at what fills its variables.", "validation_errors",
             _errors("validation")),
        Rise("system", "Is there trouble on the way?", "More trouble on the way: look at your own service and its network.",
             "system_errors", _errors("system")),
        Rise("other", "Are there other errors?", "More other errors: read them under Calls.", "other_errors", _errors("other")),
    ),
}  # fmt: skip
LAST: Mapping[Problem, str] = {
    Problem.NOT_UPDATING: "Is the prompt deployed, and do the programs send to this address with a key of this project?",
    Problem.LATENCY: "Try a faster model, a shorter prompt or a cache as an experiment, with p95 latency as its metric.",
    Problem.COSTS: "Read the suggestions of the page Costs: each has the figures that it rests on.",
    Problem.SUCCESS: "Compare the newest version with the one before, and roll back if it is worse.",
}
RISEN = 1.1
"""Of the value before, from which on it is worth a word."""
LEAST_MS = 20
"""Nobody notices a smaller rise of a time."""


def diagnose(store: Store, asked: Asked, more: Sequence[CheckOut], now: datetime) -> DiagnosisOut:
    """`more`: checks of what is no figure. Raises `BadQuery` and `TooHeavy`."""
    problem, periods = asked.problem, asked.periods
    figures = _figures(store, asked, now)
    risen = [_risen(one, {f.metric: f for f in figures}[one.metric]) for one in RISES[problem]]
    told = DiagnosisOut(
        problem=problem, before=[*periods.before], after=[*periods.after], answer=_answer(figures[0]), figures=figures,
        checks=[*more, *risen] if problem is Problem.SUCCESS else [*risen, *more],
        most_likely=None, others=[], note="",
        advice=[*(one.advice for one in risen if one.advice), LAST[problem]],
    )  # fmt: skip
    if problem is Problem.NOT_UPDATING:
        return told
    query = asked.query((figures[0].metric,), (periods.before[0], periods.after[1]))
    try:
        found = causes(store, Change(query, periods.before, periods.after), now)
    except AppError as e:  # too much to read: the rest is still worth knowing
        return told.model_copy(update={"note": f"What carries the change was not looked for: {e.message}"})
    first = causing.likely(found)
    return told.model_copy(
        update={
            "most_likely": None if first is None else causing.cause_out(found, first),
            "others": causing.others(found, first),
            "note": causing.note(found),
        }
    )


def has_risen(of: FigureOut) -> bool | None:
    """None: it is not known before or since."""
    if of.before is None or of.after is None:
        return None
    least = of.before + LEAST_MS if of.unit == "ms" else of.before
    return of.after > max(least, RISEN * of.before)


def _figures(store: Store, asked: Asked, now: datetime) -> list[FigureOut]:
    metrics = FIGURES[asked.problem]
    before, after = (
        run(store, asked.query(metrics, span), now) for span in (asked.periods.before, asked.periods.after)
    )
    return [
        FigureOut(
            metric=key,
            label=METRICS[key].label,
            unit=METRICS[key].unit,
            before=before.total(key),
            after=after.total(key),
        )
        for key in metrics
    ]


def _risen(check: Rise, of: FigureOut) -> CheckOut:
    risen = has_risen(of)
    state: CheckState = "unknown" if risen is None else "found" if risen else "fine"
    return CheckOut(
        key=check.key,
        title=check.title,
        state=state,
        text=_answer(of),
        advice=check.advice if risen else "",
        where=[FilterIn(dimension=one.dimension, op="in", values=list(one.values)) for one in check.where],
    )


def _answer(of: FigureOut) -> str:
    return f"{of.label}: {figure(of.after, of.unit)} since, {figure(of.before, of.unit)} before."


def arrivals(last: datetime | None, dropped: Mapping[str, int], used_percent: float, now: datetime) -> list[CheckOut]:
    """Whether anything arrives, is understood, and is let in."""
    return list(_arrivals(last, dropped, used_percent, now))


OLD_MINUTES = 15


def _arrivals(
    last: datetime | None, dropped: Mapping[str, int], used_percent: float, now: datetime
) -> Iterator[CheckOut]:
    title = "Has a call arrived?"
    minutes = 0 if last is None else max(0, int((now - last).total_seconds() // 60))
    newest = f"The newest call is {minutes:,} min old."
    if last is None:
        advice = "Send one by hand, then look at the address and the key of your programs."
        yield check("arrivals", title, "found", "No call has ever arrived.", advice)
    elif minutes >= OLD_MINUTES:
        advice = "When programs run, look for refusals (401, 403, 429) in their logs."
        yield check("arrivals", title, "found", newest, advice)
    else:
        yield check("arrivals", title, "fine", newest)
    title = "Was all that arrived understood?"
    if dropped:
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(dropped.items(), key=lambda one: -one[1]))
        text = f"Some of what was sent is no call of its own: {reasons}."
        yield check("dropped", title, "found", text, "See Sending calls for the attributes that are read.")
    else:
        yield check("dropped", title, "fine", "Nothing was dropped since the server began.")
    full = used_percent >= 100
    text = f"The busiest key has used {figure(used_percent, 'percent')} of its requests of this minute."
    advice = "Send larger batches, or raise the limit." if full else ""
    yield check("limit", "Are calls refused by the limit of a key?", "found" if full else "fine", text, advice)


def check(key: str, title: str, state: CheckState, text: str, advice: str = "") -> CheckOut:
    return CheckOut(key=key, title=title, state=state, text=text, advice=advice, where=[])
