"""Lifelike calls of a fictional shop: a function of the seed and the time, so that the past can be told again and goes on.

What is taken from real traces (figures and origin in `shapes`): arrivals are a Poisson stream whose rate varies from
minute to minute as Azure's conversation traffic does for customers, and as its far burstier code traffic does for jobs;
input and output tokens follow Azure's and Mooncake's quantiles; shares of cached tokens follow Mooncake; the time to
the first token and a token spread as on LLMPerf's endpoints, with some stalled calls as in LLMDrift; 429s lead the
errors and come in bursts, as in LLMPerf. What is made up: the company and its rhythm of day and week, its users, the
deployments, the two incidents and the version that is worse (all in `company`), network and queue times, retries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from promptpulse.core.call import NO_PROPERTIES, Call, Status
from promptpulse.core.times import EPOCH, to_micros
from promptpulse.demo import company, shapes
from promptpulse.demo.company import CALLS_PER_TURN, INCIDENTS, MODELS, PROMPTS, REPLY
from promptpulse.demo.failures import RETRIED, USUAL, Kind, raised
from promptpulse.demo.shapes import Bools, Floats, Ints
from promptpulse.demo.texts import texts
from promptpulse.demo.trials import Trial, trials

DAYS = 30
CALLS = 200_000
SEED = 20_261_121
HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
DAY_US = 24 * HOUR_US
LONGEST_US = 2 * HOUR_US - 5 * MINUTE_US
"""A session's last turn comes at most so long after the beginning of the hour in which it began, so that its calls come
before the end of the next."""
BLOCK = 20_000
ROLLOUT_US = 2 * HOUR_US
"""Production moves to a version over this time."""
TEXTS_BEFORE = 0.0012
"""Share of calls with texts in the loaded past; of the last hour and of live calls it is `TEXTS_NOW`."""
TEXTS_NOW = 0.5
FINISH = {"openai": ("stop", "length"), "mistral_ai": ("stop", "length"), "nordlicht": ("stop", "length"),
               "anthropic": ("end_turn", "max_tokens"), "gcp.gemini": ("STOP", "MAX_TOKENS")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bad:
    """An incident on the clock; times in microseconds since 1970."""

    incident: company.Incident
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A version that a visitor of the demo has deployed, from that moment on."""

    prompt: int
    staging: bool
    at_us: int
    number: int


@dataclass(frozen=True, slots=True)
class World:
    """All that decides which calls happen, and when. `anchor` is the moment at which the first 30 days end: deployments
    and incidents lie so many days before it, and the calls go on after it."""

    project: str
    zone: ZoneInfo
    anchor: datetime
    seed: int = SEED
    calls_per_day: float = CALLS / DAYS
    """Mean over the `days` before the anchor."""
    days: int = DAYS
    with_texts: bool = True
    turns: tuple[Turn, ...] = ()
    """In the order of time. They change what the calls are like, never which calls there are."""
    _tables: _Tables = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tables", _Tables.of(self))

    @property
    def start(self) -> datetime:
        return self.anchor - timedelta(days=self.days)

    @property
    def trials(self) -> list[Trial]:
        return self._tables.trials

    @property
    def bad(self) -> list[Bad]:
        """The bad times of providers."""
        return self._tables.bad

    def trial(self, experiment_id: str) -> Trial:
        return next(t for t in self.trials if t.experiment.id == experiment_id)

    def between(self, start: datetime, end: datetime) -> Iterator[list[Call]]:
        """The calls that begin in `[start, end)`, in the order of time, an hour at once."""
        first_us, end_us = to_micros(start), to_micros(end)
        hour = first_us // HOUR_US - 1  # sessions of the hour before may go on
        later: list[Call] = []
        while hour * HOUR_US < end_us:
            limit = min(end_us, (hour + 1) * HOUR_US)
            made = sorted([*later, *_hour(self, self._tables, hour)], key=_time)
            later = [c for c in made if c.ts >= limit]
            found = [c for c in made if first_us <= c.ts < limit]
            if found:
                yield found
            hour += 1


def traffic(world: World, start: datetime, end: datetime, block: int = BLOCK) -> Iterator[list[Call]]:
    """The calls of `world` that begin in `[start, end)`, in the order of time, in blocks of about `block`."""
    held: list[Call] = []
    for calls in world.between(start, end):
        held += calls
        if len(held) >= block:
            yield held
            held = []
    if held:
        yield held


class Live:
    """Hands out the calls of `world` as they end, from `since` on. For one thread."""

    def __init__(self, world: World, since: datetime) -> None:
        self._world = world
        self._waiting: list[Call] = []
        """Begun or not, not handed out; latest end first."""
        self._since_us = to_micros(since)
        # whatever still runs at `since` has begun in the hour before, as no call lasts longer
        self._made_until = since - timedelta(hours=1)

    def due(self, now: datetime) -> list[Call]:
        """The calls that have ended since the last time, in the order of their ends."""
        if self._made_until <= now:
            until = max(now, self._made_until) + timedelta(minutes=10)
            made = [c for calls in self._world.between(self._made_until, until) for c in calls]
            self._waiting += [c for c in made if end_us(c) > self._since_us]
            self._waiting.sort(key=end_us, reverse=True)
            self._made_until = until
        ended = []
        now_us = to_micros(now)
        while self._waiting and end_us(self._waiting[-1]) <= now_us:
            ended.append(self._waiting.pop())
        return ended


def _time(call: Call) -> int:
    return call.ts


def end_us(call: Call) -> int:
    """When the call ended, microseconds since 1970."""
    return call.ts + int(call.latency_ms * 1000)


@dataclass(frozen=True, slots=True)
class _Tables:
    """`company` as arrays, so that an hour of calls is made at once. v = prompt's first row + number of the version."""

    rate: float
    """Turns an hour at a rhythm of 1."""
    first_version: Ints
    deployed: Floats
    """In production, by prompt and number of the version; -inf: always there, inf: never, or there is no such version."""
    staged: Floats
    """As `deployed`, in staging."""
    model_of: Floats
    """By v: cumulated shares of `MODELS`."""
    system_tokens: Ints
    input_scale: Floats
    output_scale: Floats
    failing: Floats
    slower: Floats
    versions: list[str]
    joined: Floats
    left: Floats
    activity: Floats
    bad: list[Bad]
    trials: list[Trial]

    @staticmethod
    def of(world: World) -> _Tables:
        anchor_us = to_micros(world.anchor)
        versions = [v for p in PROMPTS for v in p.versions]
        counts = [len(p.versions) for p in PROMPTS]
        deployed, staged = (np.full((len(PROMPTS), max(counts)), np.inf) for _ in range(2))
        for i, prompt in enumerate(PROMPTS):
            for j, version in enumerate(prompt.versions):
                for times, days in ((deployed, version.days_ago), (staged, version.in_staging_days_ago)):
                    times[i, j] = -np.inf if days is None else anchor_us - days * DAY_US
        shares = np.zeros((len(versions), len(MODELS)))
        for row, version in enumerate(versions):
            for model, share in version.models:
                shares[row, MODELS.index(model)] = share
        start_us = anchor_us - world.days * DAY_US
        # enough customers for a year after the first days; later ones are the last to have joined
        users = company.OLD_USERS + round((world.days + 365) * company.NEW_USERS_PER_DAY)
        rng = np.random.default_rng([world.seed, 1])
        joined = start_us + (np.arange(users) - company.OLD_USERS) / company.NEW_USERS_PER_DAY * DAY_US
        joined[: company.OLD_USERS] = -np.inf
        stay = rng.exponential(company.STAY_DAYS, users) * DAY_US
        hours = start_us // HOUR_US + np.arange(world.days * 24)
        mean = float(np.mean([_rhythm(world, int(h)).sum(axis=0).mean() for h in hours]))
        return _Tables(
            rate=world.calls_per_day / 24 / CALLS_PER_TURN / mean,
            first_version=np.cumsum([0, *counts[:-1]]),
            deployed=deployed,
            staged=staged,
            model_of=np.cumsum(shares, axis=1),
            system_tokens=np.array([v.system_tokens for v in versions]),
            input_scale=np.array([v.input_scale for v in versions]),
            output_scale=np.array([v.output_scale for v in versions]),
            failing=np.array([v.failing for v in versions]),
            slower=np.array([v.slower for v in versions]),
            versions=[v.name for v in versions],
            joined=joined,
            left=np.maximum(joined, start_us) + stay,
            activity=rng.lognormal(0, company.ACTIVITY_SPREAD, users),
            bad=[_on_the_clock(world, incident) for incident in INCIDENTS],
            trials=trials(world.project, world.seed, world.anchor),
        )


def _on_the_clock(world: World, incident: company.Incident) -> Bad:
    day = (world.anchor - timedelta(days=incident.days_ago)).astimezone(world.zone).date()
    begin = datetime.combine(day, time(int(incident.hour), round(incident.hour % 1 * 60)), world.zone)
    start = to_micros(begin.astimezone(UTC))
    return Bad(incident, start, start + round(incident.minutes * MINUTE_US))


def _rhythm(world: World, hour: int) -> Floats:
    """Turns of customers and of jobs (rows) in each minute of a UTC hour, in no unit: the mean is scaled to the calls a day."""
    local = (EPOCH + timedelta(hours=hour)).astimezone(world.zone)
    at = local.hour + (local.minute + np.arange(60)) / 60
    weeks = (hour * HOUR_US - to_micros(world.anchor)) / (7 * DAY_US)
    level = shapes.WEEK[local.weekday()] * min(company.GROWTH_PER_WEEK**weeks, 4.0)
    customers = np.interp(at, np.arange(25), np.append(shapes.DAY, shapes.DAY[0]))
    jobs = np.interp(at, np.arange(25), np.append(shapes.JOBS_DAY, shapes.JOBS_DAY[0]))
    made: Floats = level * np.stack([customers * (1 - company.JOB_TURNS), jobs * company.JOB_TURNS])
    return made


@dataclass(slots=True)
class _Turns:
    """What a person or a job wants done; each needs one call or two."""

    ts: Floats
    prompt: Ints
    user: Ints
    """-1: a job."""
    session: Ints
    crowd: Floats
    """How crowded the minute is, 1 being usual."""


def _turns(world: World, t: _Tables, hour: int, rng: np.random.Generator) -> _Turns:
    begin = hour * HOUR_US
    rhythm = _rhythm(world, hour) * t.rate * rng.lognormal(0, shapes.HOUR_SPREAD)
    minutes = begin + np.arange(60) * MINUTE_US
    for bad in t.bad:
        if bad.incident.more_traffic != 1:
            rhythm[:, (minutes >= bad.start) & (minutes < bad.end)] *= bad.incident.more_traffic
    steady, bursty = (rng.gamma(1 / v, v, 60) for v in (shapes.STEADY_VARIANCE, shapes.BURSTY_VARIANCE))
    sessions = rng.poisson(rhythm[0] * steady / 60 / company.TURNS_PER_SESSION)
    jobs = rng.poisson(rhythm[1] * bursty / 60)

    n = int(sessions.sum())
    starts = np.repeat(minutes, sessions) + rng.random(n) * MINUTE_US
    active = (t.joined <= begin) & (t.left > begin)
    odds = np.cumsum(np.where(active, t.activity, 0))
    users = np.searchsorted(odds, rng.random(n) * odds[-1], side="right") if n else np.zeros(0, dtype=np.int64)
    users = np.minimum(users, len(odds) - 1)
    is_support = rng.random(n) < company.SUPPORT_SESSIONS
    length = rng.geometric(1 / company.TURNS_PER_SESSION, n)
    session = np.repeat(np.arange(n), length)
    total = len(session)
    gaps = rng.exponential(40e6, total)
    since = np.cumsum(gaps)
    firsts = np.cumsum(length) - length
    ts = starts[session] + since - np.repeat(since[firsts], length)
    ts = np.minimum(ts, begin + LONGEST_US)
    prompt = np.where(
        is_support[session],
        _pick(company.SUPPORT_SESSION, rng.random(total)),
        _pick(company.SHOPPING_SESSION, rng.random(total)),
    )
    m = int(jobs.sum())
    job_ts = np.repeat(minutes, jobs) + rng.random(m) * MINUTE_US
    ts = np.concatenate([ts, job_ts])
    minute = np.clip(((ts - begin) // MINUTE_US).astype(np.int64), 0, 59)
    is_job = np.arange(len(ts)) >= total
    return _Turns(
        ts=ts,
        prompt=np.concatenate([prompt, _pick(company.JOBS, rng.random(m))]),
        user=np.concatenate([users[session], np.full(m, -1)]),
        session=np.concatenate([session, np.full(m, -1)]),
        crowd=np.where(is_job, bursty[minute], steady[minute]),
    )


def _pick(choices: tuple[tuple[int, float], ...], uniform: Floats) -> Ints:
    shares = np.cumsum([share for _, share in choices])
    numbers = np.array([number for number, _ in choices])
    picked: Ints = numbers[np.minimum(np.searchsorted(shares, uniform, side="right"), len(numbers) - 1)]
    return picked


def _hour(world: World, t: _Tables, hour: int) -> list[Call]:
    """The calls of the sessions and jobs that begin in a UTC hour (hours since 1970), in no order."""
    rng = np.random.default_rng([world.seed, 2, hour])
    turns = _turns(world, t, hour, rng)
    first = len(turns.ts)
    answered = np.flatnonzero(turns.prompt == company.CLASSIFY)
    turn = np.concatenate([np.arange(first), answered])
    n = len(turn)
    if n == 0:
        return []
    prompt = np.concatenate([turns.prompt, np.full(len(answered), REPLY)])
    ts = turns.ts[turn]
    user = turns.user[turn]
    local = (EPOCH + timedelta(hours=hour)).astimezone(world.zone)
    office = local.weekday() < 5 and 9 <= local.hour < 18
    staging = (rng.random(first) < (0.11 if office else 0.015))[turn]

    version = _versions(world, t, prompt, ts, staging, rng)
    session = turns.session[turn]
    experiment, variant = _experiments(t, hour, prompt, ts, user, session, staging)
    tried = experiment >= 0
    version[tried] = t.first_version[prompt[tried]] + _TRIED[experiment[tried], variant[tried]] - 1
    model = (rng.random(n)[:, None] > t.model_of[version]).sum(axis=1).clip(max=len(MODELS) - 1)
    usage = _usage(t, prompt, version, model, rng)
    bad = _in_incident(t, ts, model)
    kind = _failures(t, prompt, version, turns.crowd[turn], bad, rng)
    timing = _timing(t, prompt, version, model, usage, bad, kind, turns.crowd[turn], rng)
    ts = np.floor(ts)
    # the reply is asked for when the intent is known
    ts[first:] = ts[answered] + np.ceil(timing.latency[answered] * 1000) + 4_000
    return _calls(
        world, hour,
        _Made(turn, session, ts.astype(np.int64), prompt, version, model, user, staging, experiment, variant, kind),
        usage, timing, t, rng,
    )  # fmt: skip


def _versions(world: World, t: _Tables, prompt: Ints, ts: Floats, staging: Bools, rng: np.random.Generator) -> Ints:
    rolled_out = ts - rng.random(len(ts)) * ROLLOUT_US
    in_staging, in_production = t.staged[prompt] <= ts[:, None], t.deployed[prompt] <= rolled_out[:, None]
    number = np.where(staging, in_staging.sum(axis=1), in_production.sum(axis=1)) - 1
    found: Ints = t.first_version[prompt] + number
    for turn in world.turns:
        turned = (prompt == turn.prompt) & (staging == turn.staging) & (ts >= turn.at_us)
        found[turned] = t.first_version[turn.prompt] + turn.number - 1
    return found


_TRIED = np.array([(plan.control, plan.treatment) for plan in company.EXPERIMENTS])
"""Numbers of the versions, by experiment and variant."""
_LOCALE = np.array(company.LOCALES)


def _experiments(
    t: _Tables, hour: int, prompt: Ints, ts: Floats, user: Ints, session: Ints, staging: Bools
) -> tuple[Ints, Ints]:
    """Number of the experiment and of the variant of each call, -1: none. A unit keeps its variant."""
    experiment, variant = np.full(len(ts), -1), np.full(len(ts), -1)
    for number, trial in enumerate(t.trials):
        if trial.started_at is None:
            continue
        plan = trial.plan
        fits = (prompt == plan.prompt) & (user >= 0) & ~staging & (ts >= to_micros(trial.started_at))
        if trial.concluded_at:
            fits &= ts < to_micros(trial.concluded_at)
        if plan.locales:
            fits &= np.isin(_LOCALE[user // 3 % len(_LOCALE)], plan.locales)
        units, of_call = np.unique((user if plan.unit == "user" else session)[fits], return_inverse=True)
        names = [company.user_id(u) if plan.unit == "user" else _session_id(hour, u) for u in units.tolist()]
        found = np.array([trial.variant_of(name) for name in names], dtype=np.int64)[of_call]
        variant[fits] = found
        experiment[fits] = np.where(found >= 0, number, -1)
    return experiment, variant


def _session_id(hour: int, session: int) -> str:
    return f"{hour:x}-{session:x}"


@dataclass(slots=True)
class _Usage:
    """Tokens of each call as if it succeeded."""

    input: Ints
    output: Ints
    cached: Ints
    written: Ints
    reasoning: Ints
    capped: Bools


_INPUT_SHAPE = np.array([p.input_shape for p in PROMPTS])
_OUTPUT_SHAPE = np.array([p.output_shape for p in PROMPTS])
_EMBEDS = np.array([p.operation == "embeddings" for p in PROMPTS])
_STREAMING = np.array([p.streaming for p in PROMPTS])
_TIMEOUT = np.array([p.timeout_ms for p in PROMPTS])
_FIRST_TOKEN = np.array([m.first_token_ms for m in MODELS])
_PER_TOKEN = np.array([m.ms_per_token for m in MODELS])
_AUTOMATIC = np.array([m.caching == "automatic" for m in MODELS])
_WRITTEN = np.array([m.caching == "written" for m in MODELS])
_REASONS = np.array([m.reasons for m in MODELS])
_MAX_OUTPUT = 1_000
_SMALLEST_CACHE = 1_024


def _usage(t: _Tables, prompt: Ints, version: Ints, model: Ints, rng: np.random.Generator) -> _Usage:
    n = len(prompt)
    own = np.ceil(shapes.tokens(_INPUT_SHAPE[prompt], rng.random(n)) * t.input_scale[version])
    given = t.system_tokens[version] + np.maximum(own, 2).astype(np.int64)
    drawn = np.ceil(shapes.tokens(_OUTPUT_SHAPE[prompt], rng.random(n)) * t.output_scale[version])
    capped = drawn > _MAX_OUTPUT
    output = np.clip(drawn, 1, _MAX_OUTPUT).astype(np.int64)
    reasoning = np.where(_REASONS[model], np.ceil(rng.lognormal(math.log(120), 0.7, n) / 64) * 64, 0).astype(np.int64)
    # A prefix is reused as often as in Mooncake, and the instructions twice as often as anything else.
    share = np.interp(rng.random(n), shapes.LEVELS, shapes.CACHED_SHARE)
    prefix = np.maximum(t.system_tokens[version], (given * share).astype(np.int64)) // 128 * 128
    prefix = np.minimum(prefix, given)
    caches = (_AUTOMATIC | _WRITTEN)[model] & (given >= _SMALLEST_CACHE)
    hit = caches & (rng.random(n) < min(1.0, 2 * shapes.CACHE_HITS))
    return _Usage(
        input=given,
        output=np.where(_EMBEDS[prompt], 0, output + reasoning),
        cached=np.where(hit, prefix, 0),
        written=np.where(caches & ~hit & _WRITTEN[model], prefix, 0),
        reasoning=reasoning,
        capped=capped & ~_EMBEDS[prompt],
    )


def _in_incident(t: _Tables, ts: Floats, model: Ints) -> Ints:
    """Number of the incident that each call is in, -1: none."""
    found = np.full(len(ts), -1)
    for number, bad in enumerate(t.bad):
        of_provider = np.array([m.provider == bad.incident.provider for m in MODELS])
        found[(ts >= bad.start) & (ts < bad.end) & of_provider[model]] = number
    return found


def _failures(t: _Tables, prompt: Ints, version: Ints, crowd: Floats, bad: Ints, rng: np.random.Generator) -> Ints:
    """`Kind` of each call's failure, -1: it succeeds."""
    n = len(prompt)
    usual = np.array(USUAL)
    # 429s grow with the square of the crowd, whose mean is 1 + variance of a steady minute
    odds = np.tile(usual, (n, 1))
    odds[:, Kind.RATE_LIMIT] *= np.minimum(crowd, 3) ** 2
    odds[_EMBEDS[prompt], Kind.FILTER] = 0
    failing = t.failing[version] * odds.sum(axis=1)
    for number, tb in enumerate(t.bad):
        inside = bad == number
        mix = np.zeros(len(usual))
        for name, share in tb.incident.mix.items():
            mix[Kind[name.upper()]] = share
        failing[inside] = tb.incident.failing
        odds[inside] = mix
    kinds = np.cumsum(odds, axis=1) / odds.sum(axis=1, keepdims=True)
    kind = (rng.random(n)[:, None] > kinds).sum(axis=1).clip(max=len(usual) - 1)
    return np.where(rng.random(n) < failing, kind, -1)


@dataclass(slots=True)
class _Timing:
    """Milliseconds. latency = queue + network + llm, to the last digit that is kept (a microsecond)."""

    latency: Floats
    llm: Floats
    network: Floats
    queue: Floats
    first_token: Floats
    streams: Bools


def _timing(
    t: _Tables, prompt: Ints, version: Ints, model: Ints, usage: _Usage, bad: Ints, kind: Ints, crowd: Floats,
    rng: np.random.Generator,
) -> _Timing:  # fmt: skip
    n = len(prompt)
    slower = t.slower[version] * np.where(
        rng.random(n) < shapes.SLOW_CALLS, np.exp(np.abs(rng.normal(0.9, shapes.SLOW_SPREAD, n))), 1
    )
    for number, tb in enumerate(t.bad):
        slower[bad == number] *= tb.incident.slower
    fresh = usage.input - usage.cached
    first = (_FIRST_TOKEN[model] + fresh * 0.03) * rng.lognormal(0, shapes.FIRST_TOKEN_SPREAD, n) * slower
    per_token = _PER_TOKEN[model] * rng.lognormal(0, shapes.TOKEN_TIME_SPREAD, n) * slower
    llm = first + np.maximum(usage.output - 1, 0) * per_token
    draw = rng.lognormal(0, 0.5, n)
    failed = {
        Kind.RATE_LIMIT: 60 * draw, Kind.SERVER: 900 * draw, Kind.OVERLOADED: 240 * draw, Kind.TIMEOUT: _TIMEOUT[prompt],
        Kind.VALIDATION: 90 * draw, Kind.FILTER: first, Kind.CONNECTION: 15 * draw,
    }  # fmt: skip
    for which, took in failed.items():
        llm = np.where(kind == which, took, np.minimum(llm, _TIMEOUT[prompt]) if which is Kind.TIMEOUT else llm)
    network = rng.lognormal(math.log(38), 0.45, n)
    queue = rng.exponential(3, n) * np.maximum(crowd, 0.2) * np.where(bad >= 0, 12, 1)
    llm, network, queue, first = (
        np.maximum(np.round(ms, 3), 0.001) for ms in (llm, network, queue, np.minimum(first, llm))
    )
    return _Timing(
        latency=np.round(queue + network + llm, 3),
        llm=llm,
        network=network,
        queue=queue,
        first_token=np.round(queue + network + first, 3),
        streams=rng.random(n) < _STREAMING[prompt],
    )


@dataclass(slots=True)
class _Made:
    turn: Ints
    session: Ints
    ts: Ints
    prompt: Ints
    version: Ints
    model: Ints
    user: Ints
    staging: Bools
    experiment: Ints
    variant: Ints
    kind: Ints


_PROPERTIES = [[{"channel": channel, "locale": locale} for locale in company.LOCALES] for channel in company.CHANNELS]
_NIGHTLY = {"job": "nightly"}
_RAISED = {(m.provider, k): (r := raised(m.provider, k), r.failure) for m in MODELS for k in Kind}


def _calls(
    world: World, hour: int, made: _Made, usage: _Usage, timing: _Timing, t: _Tables, rng: np.random.Generator
) -> list[Call]:
    n = len(made.ts)
    traces, spans = rng.bytes(16 * n).hex(), rng.bytes(8 * n).hex()
    retried = (rng.random(n) < 0.015).tolist()
    told = _with_texts(world, made.ts, rng).tolist()
    numbers = rng.integers(0, 1 << 30, n).tolist()
    versions = t.versions
    tried = [trial.experiment for trial in t.trials]
    found = []
    rows = zip(
        made.turn.tolist(), made.session.tolist(), made.ts.tolist(), made.prompt.tolist(), made.version.tolist(),
        made.model.tolist(), made.user.tolist(), made.staging.tolist(), made.experiment.tolist(), made.variant.tolist(),
        made.kind.tolist(), usage.input.tolist(), usage.output.tolist(), usage.cached.tolist(), usage.written.tolist(),
        usage.reasoning.tolist(), usage.capped.tolist(), timing.latency.tolist(), timing.llm.tolist(), timing.network.tolist(),
        timing.queue.tolist(), timing.first_token.tolist(), timing.streams.tolist(), retried, told, numbers, strict=True,
    )  # fmt: skip
    for i, (
        turn, session, ts, prompt_number, version, model_number, user, staging, experiment, variant, kind, given, output, cached,
        written, reasoning, capped, latency, llm, network, queue, first_token, streams, again, tells, number,
    ) in enumerate(rows):  # fmt: skip
        prompt, model = PROMPTS[prompt_number], MODELS[model_number]
        trace = traces[turn * 32 : turn * 32 + 32]
        call = Call(
            project=world.project,
            id=trace + spans[i * 16 : i * 16 + 16],
            ts=ts,
            operation=prompt.operation,
            prompt_id=prompt.id,
            prompt_version=versions[version],
            provider=model.provider,
            model=model.name,
            streaming=streams,
            retries=0,
            latency_ms=latency,
            llm_ms=llm,
            network_ms=network,
            queue_ms=queue,
            feature=prompt.feature,
            environment="staging" if staging else "production",
            service=prompt.service,
            scope="demo",
            trace_id=trace,
        )
        if user >= 0:
            call.user_id = company.user_id(user)
            call.session_id = _session_id(hour, session)
            call.properties = _PROPERTIES[user % 3][user // 3 % 6]
            if experiment >= 0:
                call.experiment_id = tried[experiment].id
                call.variant_id = tried[experiment].variants[variant].id
        else:
            call.properties = _NIGHTLY if prompt_number != company.EXTRACT else NO_PROPERTIES
        if kind >= 0:
            _fail(call, model.provider, Kind(kind))
        else:
            call.response_model = model.snapshot
            call.retries = int(again)
            call.input_tokens = call.total_tokens = given
            if prompt.operation == "chat":
                call.output_tokens, call.total_tokens = output, given + output
                call.finish_reason = FINISH[model.provider][capped]
                if streams:
                    call.first_token_ms = first_token
            if model.caching != "none":
                call.cached_input_tokens = cached
                if model.caching == "written":
                    call.cache_write_tokens = written
            if model.reasons:
                call.reasoning_tokens = reasoning
        if tells:
            call.input, call.output = texts(prompt.id, int(call.prompt_version), number, failed=kind >= 0)
        found.append(call)
    return found


def _with_texts(world: World, ts: Ints, rng: np.random.Generator) -> Bools:
    if not world.with_texts:
        return np.zeros(len(ts), dtype=np.bool_)
    share = np.where(ts >= to_micros(world.anchor) - HOUR_US, TEXTS_NOW, TEXTS_BEFORE)
    return rng.random(len(ts)) < share


def _fail(call: Call, provider: str, kind: Kind) -> None:
    what, failure = _RAISED[provider, kind]
    call.status = Status.ERROR
    call.error_type, call.error_family = failure
    call.error_name, call.error_message, call.http_status = what.name, what.message, what.http_status
    call.retries = 2 if kind in RETRIED else 0
    call.streaming = False
