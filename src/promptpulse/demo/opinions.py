"""What becomes of the demo's calls: scores of people and of a program, outcomes, and the assignments before them.

A function of the call alone, so that the same call is always judged the same. Made up: what a version is worth to its
readers (`company.Version.liked`), that a customer is easily or hardly pleased, and that waiting and failures annoy."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from random import Random

from promptpulse.core.call import Call, Status
from promptpulse.core.facts import Event, Score, ScoreType
from promptpulse.core.times import from_micros, to_micros
from promptpulse.demo.company import HEARD, PROMPTS, Heard
from promptpulse.demo.traffic import World, end_us
from promptpulse.demo.trials import Trial, context_of
from promptpulse.experiments.assign import assignment_event, unit_of

LATEST_US = 900_000_000
"""Nobody says anything later than so long after the call."""
STARS = 4.0
"""Mean of the first version of a prompt."""
CUSTOMERS_SPREAD = 0.35
MOODS_SPREAD = 0.8
FAILED_STARS = -1.8
PATIENCE_MS = 5_000.0
SLOW_STARS = -0.3
"""For each doubling of the wait beyond the patience."""
HELPFUL_FROM, POSITIVE_FROM, NEGATIVE_BELOW = 3.9, 4.2, 3.2
"""Stars, before they are rounded."""
QUALITY, QUALITY_PER_STAR, QUALITY_SPREAD = 0.80, 0.16, 0.09
CUSTOMERS_CLIENT = "2.1.2"
_PRAISE = ("Quick and clear, thanks!", "Exactly what I needed.", "Friendly answer.")
_BLAME = ("Much too long.", "That was not my question.", "I had to ask again.")
_LIKED = {(p.id, v.name): v.liked for p in PROMPTS for v in p.versions}
_QUIET = Heard()


def assignment(trial: Trial, call: Call) -> Event:
    """Of the unit of the call, a moment before it."""
    experiment = trial.experiment
    variant = experiment.variant(call.variant_id)
    assert variant is not None  # noqa: S101 - the call is of this trial
    context = context_of(_number(call.user_id), call.session_id)
    at = max(call.ts - 5_000, to_micros(trial.started_at or trial.written_at))
    return assignment_event(experiment, variant, unit_of(context), context, from_micros(at))


def facts_of(world: World, call: Call) -> Iterator[Score | Event]:
    """Scores and outcomes of a call, in no order, at most `LATEST_US` after its end."""
    heard = HEARD.get(call.prompt_id, _QUIET)
    if not call.user_id or call.environment != "production":
        return
    # an id is random by the seed of the world, so its last digits are dice that nobody else has thrown
    said, evaluated, followed = (int(call.id[i : i + 4], 16) / 0x10000 for i in (36, 40, 44))
    failed = call.status == Status.ERROR
    if said < heard.rated + heard.marked:
        yield from _said(world, call, heard, Random(call.id))  # noqa: S311 - lifelike, not secret
    if evaluated < heard.evaluated and not failed:
        yield _evaluated(call, Random(call.id + "e"))  # noqa: S311
    if call.experiment_id and (heard.resolved or heard.bought):
        outcome = _outcome(heard, followed, _liked(call), failed=failed)
        if outcome:
            yield _followed(world, call, outcome, Random(call.id + "o"))  # noqa: S311


def _said(world: World, call: Call, heard: Heard, dice: Random) -> Iterator[Score]:
    stars = (
        STARS
        + _liked(call)
        + CUSTOMERS_SPREAD * _pleased(world.seed, call.user_id)
        + MOODS_SPREAD * dice.gauss(0, 1)
        + SLOW_STARS * max(0.0, math.log2(call.latency_ms / PATIENCE_MS))
        + (FAILED_STARS if call.status == Status.ERROR else 0)
    )
    ts = _later(call, dice.expovariate(1 / 45) + 4)
    helpful = stars > HELPFUL_FROM
    if not heard.rated:
        yield _score(call, "people", ts, "helpful", helpful)
        return
    comment = ""
    if dice.random() < 0.08 and not 3 <= stars <= POSITIVE_FROM:
        comment = dice.choice(_PRAISE if stars > POSITIVE_FROM else _BLAME)
    yield _score(call, "people", ts, "rating", min(5, max(1, round(stars))), comment)
    if dice.random() < 0.6:
        yield _score(call, "people", ts, "helpful", helpful)
    if dice.random() < 0.35:
        word = "positive" if stars > POSITIVE_FROM else "negative" if stars < NEGATIVE_BELOW else "neutral"
        yield _score(call, "people", ts, "feedback", word)


def _evaluated(call: Call, dice: Random) -> Score:
    quality = QUALITY + QUALITY_PER_STAR * _liked(call) + QUALITY_SPREAD * dice.gauss(0, 1)
    ts = _later(call, dice.uniform(20, 90))
    return _score(call, "evaluator", ts, "quality", round(min(1.0, max(0.0, quality)), 2))


def _outcome(heard: Heard, chance: float, liked: float, *, failed: bool) -> str:
    """Each star makes an outcome more likely by a fourth, and an escalation less likely by as much; "" for none."""
    if heard.bought:
        return "purchase" if not failed and chance < heard.bought * (1 + liked / 4) else ""
    if failed:
        return "failure"
    resolved = heard.resolved * (1 + liked / 4)
    if chance < resolved:
        return "resolved"
    return "escalated" if chance < resolved + heard.escalated * (1 - liked / 2) else ""


def _followed(world: World, call: Call, outcome: str, dice: Random) -> Event:
    trial = world.trial(call.experiment_id)
    variant = trial.experiment.variant(call.variant_id)
    unit = call.user_id if trial.plan.unit == "user" else call.session_id
    return Event(
        project=call.project,
        id=f"{call.id}-{outcome}",
        ts=_later(call, dice.expovariate(1 / 90) + 10),
        kind="outcome",
        experiment_id=call.experiment_id,
        variant_id=call.variant_id,
        variant_name=variant.name if variant else "",
        unit_id=unit,
        user_id=call.user_id,
        session_id=call.session_id,
        outcome=outcome,
        prompt_id=call.prompt_id,
        prompt_version=call.prompt_version,
        trace_id=call.trace_id,
        call_id=call.id,
        metadata=json.dumps({"channel": call.properties.get("channel", "")}),
    )


def _score(call: Call, who: str, ts: int, name: str, value: float | bool | str, comment: str = "") -> Score:  # noqa: FBT001
    kind: ScoreType
    match value:
        case bool():
            kind = "bool"
        case int():
            kind = "int"
        case float():
            kind = "float"
        case _:
            kind = "string"
    return Score(
        project=call.project,
        submission_id=f"{call.id}-{who}",
        ts=ts,
        name=name,
        type=kind,
        number=None if isinstance(value, str) else float(value),
        text=value if isinstance(value, str) else "",
        experiment_id=call.experiment_id,
        variant_id=call.variant_id,
        prompt_id=call.prompt_id,
        prompt_version=call.prompt_version,
        user_id=call.user_id,
        session_id=call.session_id,
        trace_id=call.trace_id,
        call_id=call.id,
        environment=call.environment,
        source="sdk" if who == "people" else "api",
        client_version=CUSTOMERS_CLIENT if who == "people" else "",
        comment=comment,
    )


def _later(call: Call, seconds: float) -> int:
    return end_us(call) + min(int(seconds * 1e6), LATEST_US)


def _liked(call: Call) -> float:
    return _LIKED[call.prompt_id, call.prompt_version]


@lru_cache(maxsize=10_000)
def _pleased(seed: int, user_id: str) -> float:
    """How easily a customer is pleased: 0 on average, with a spread of 1."""
    return Random(f"{seed} {user_id}").gauss(0, 1)  # noqa: S311


def _number(user_id: str) -> int:
    return int(user_id.rpartition("-")[2]) - 1
