"""What is behind a common problem: figures before and since, the calls that carry the change, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from promptpulse.incidents import causing, shapes
from promptpulse.incidents.wording import figure
from promptpulse.metrics import METRICS, Query, run
from promptpulse.metrics.causes import Change, causes
from promptpulse.store import Store


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


class DiagnosisOut(BaseModel):
    problem: Problem
    before: list[datetime] = Field(description="Start, and end (exclusive), of the period compared with.")
    after: list[datetime] = Field(description="Start and end (exclusive) of the period that is looked at.")
    answer: str = Field(examples=["Latency, p95: 3.5 s since, 1.2 s before."])
    figures: list[FigureOut]
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
ADVICE: Mapping[Problem, Mapping[str, str]] = {
    Problem.NOT_UPDATING: {},
    Problem.LATENCY: {
        "avg_output_tokens": "Answers are longer: ask for short ones, or set a limit of tokens.",
        "avg_input_tokens": "Prompts are longer: send less context, and order it so that the provider can cache its beginning.",
        "avg_queue_ms": "Calls wait longer before they are sent: look at the queue of your own service.",
        "avg_network_ms": "The network takes longer: look at connections, proxies and retries.",
        "p95_first_token_ms": "The first token comes later: the provider is slower, or prompts are longer.",
        "error_rate": "More calls fail, too: see the problem low-success.",
    },
    Problem.COSTS: {
        "total_requests": "There are more calls: look for retries, loops, and users or features with many.",
        "avg_input_tokens": "Prompts are longer: send less of the history and of what is not needed.",
        "avg_output_tokens": "Answers are longer: ask for short ones, or set a limit of tokens.",
        "cost_per_request_usd": "A call costs more: see whether the model or its price has changed.",
        "unpriced_requests": "There are more calls without a known price, which are not in the sum: give their models a price.",
    },
    Problem.SUCCESS: {
        "timeout_errors": "More timeouts: the provider is slow, or the limit is short.",
        "rate_limit_errors": "More refusals by rate limits: spread the calls, or ask the provider for a higher limit.",
        "model_errors": "More errors of the provider: wait, or switch to a model of another one.",
        "validation_errors": "More wrong requests: look at the newest version, and at what fills its variables.",
        "system_errors": "More trouble on the way: look at your own service and its network.",
        "other_errors": "More other errors: read them under Calls.",
    },
}
"""Said of a metric that has risen."""
LAST: Mapping[Problem, str] = {
    Problem.NOT_UPDATING: "Is the prompt deployed, and do the programs send to this address with a key of this project?",
    Problem.LATENCY: "Try a faster model, a shorter prompt or a cache as an experiment, with p95 latency as its metric.",
    Problem.COSTS: "Read the suggestions of the page Costs: each has the figures that it rests on.",
    Problem.SUCCESS: "Compare the newest version with the one before, and roll back if it is worse.",
}
RISEN = 1.1
"""Of the value before, from which on it is worth a word."""


def diagnose(store: Store, project: str, problem: Problem, periods: Periods, now: datetime) -> DiagnosisOut:
    """Raises `BadQuery` and `TooHeavy`."""
    figures = _figures(store, project, FIGURES[problem], periods, now)
    told = DiagnosisOut(
        problem=problem, before=[*periods.before], after=[*periods.after], answer=_answer(figures[0]), figures=figures,
        most_likely=None, others=[], note="", advice=[*_advice(problem, figures), LAST[problem]],
    )  # fmt: skip
    if problem is Problem.NOT_UPDATING:
        return told
    asked = Query(project, (figures[0].metric,), periods.before[0], periods.after[1])
    found = causes(store, Change(asked, periods.before, periods.after), now)
    first = causing.likely(found)
    return told.model_copy(
        update={
            "most_likely": None if first is None else causing.cause_out(found, first),
            "others": causing.others(found, first),
            "note": causing.note(found),
        }
    )


def arrivals(last: datetime | None, dropped: Mapping[str, int], used_percent: float, now: datetime) -> list[str]:
    """What to do when metrics stand still, by what has arrived."""
    return list(_arrivals(last, dropped, used_percent, now))


def _arrivals(last: datetime | None, dropped: Mapping[str, int], used_percent: float, now: datetime) -> Iterator[str]:
    if last is None:
        yield "No call has ever arrived: send one by hand, then look at the address and the key of your programs."
    else:
        minutes = max(0, int((now - last).total_seconds() // 60))
        yield f"The newest call is {minutes:,} min old: when programs run, look for refusals (401, 403, 429) in their logs."
    if dropped:
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(dropped.items(), key=lambda one: -one[1]))
        yield f"Some of what was sent is no call of its own ({reasons}): see Sending calls for the attributes that are read."
    if used_percent >= 100:
        yield "A key has reached its limit of requests a minute: send larger batches, or raise the limit."


def _figures(store: Store, project: str, metrics: Sequence[str], periods: Periods, now: datetime) -> list[FigureOut]:
    before, after = (
        run(store, Query(project, tuple(metrics), start, end), now) for start, end in (periods.before, periods.after)
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


def _answer(of: FigureOut) -> str:
    return f"{of.label}: {figure(of.after, of.unit)} since, {figure(of.before, of.unit)} before."


def _advice(problem: Problem, figures: Sequence[FigureOut]) -> Iterator[str]:
    for of in figures:
        advice = ADVICE[problem].get(of.metric)
        if advice and of.after is not None and of.before is not None and of.after > RISEN * of.before:
            yield advice
