"""Checks of a diagnosis that are no figure before and since: deployments, keys, errors, versions, models, filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from promptpulse.accounts.models import ApiKey
from promptpulse.definitions.asked import FilterIn
from promptpulse.incidents.diagnosis import Asked, CheckOut, Problem, check
from promptpulse.incidents.wording import duration, figure
from promptpulse.metrics import run
from promptpulse.metrics.failures import failures
from promptpulse.prompts import service as prompts
from promptpulse.store import Store

FEWEST = 20
"""Calls of a model or version, to speak of it."""
FASTER, WORSE, CACHED, FAILED_COST = 0.7, 0.98, 20, 5
"""A faster model has this share of the other's p95; a worse version this share of the other's success rate. Percent of input
that is cached, and of money that failed calls cost, which are worth a word."""
MOST = 100
NAMED = 3
CACHED_SHARE = "=100 * sum(cached_input_tokens) / sum(input_tokens)"
FAILED_SHARE = "=100 * sum(cost_usd where status = 'error') / sum(cost_usd)"


@dataclass(frozen=True, slots=True)
class Served:
    """A prompt of the registry."""

    prompt: str
    environments: dict[str, int]
    """The version that is served, by environment."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """Something that was deployed in the period that is looked at."""

    prompt: str
    environment: str
    version: int
    previous: int | None
    at: datetime
    by: str
    rolled_back: bool


def served(session: Session, asked: Asked) -> list[Served]:
    """Prompts of the registry, those that are asked for or the ones changed last."""
    only = asked.only("prompt_id")
    if only:
        found = [prompts.prompt_named(session, asked.project, name) for name in only]
        rows = [row for row in found if row is not None and row.archived_at is None]
    else:
        rows = list(prompts.list_prompts(session, asked.project, prompts.Selection(), MOST, 0)[0])
    pointers = prompts.deployed(session, rows)
    return [Served(row.name, pointers.get(row.id, {})) for row in rows]


def deployments(session: Session, asked: Asked) -> list[Deployed]:
    """Newest first, of the prompts and environments that are asked for."""
    names, places = asked.only("prompt_id"), asked.only("environment")
    span = prompts.Span(*asked.periods.after)
    return [
        Deployed(name, row.environment, row.number, row.previous, row.at, row.by, row.kind == "rollback")
        for row, name in prompts.deployments_in(session, asked.project, span, MOST)
        if (not names or name in names) and (not places or row.environment in places)
    ]


def checks(
    store: Store, asked: Asked, known: Sequence[Served], recent: Sequence[Deployed], now: datetime
) -> list[CheckOut]:
    """Of calls and of the registry. Raises `BadQuery` and `TooHeavy`."""
    match asked.problem:
        case Problem.NOT_UPDATING:
            return [_is_deployed(store, asked, known, now), _is_filtered(store, asked, now), _is_past(asked, now)]
        case Problem.LATENCY:
            return [_model(store, asked, now), _cache(store, asked, now)]
        case Problem.COSTS:
            return [_failed_cost(store, asked, now), _cache(store, asked, now)]
        case Problem.SUCCESS:
            worse = _versions(store, asked, now)
            return [_recent(recent, now), _log(store, asked), worse, _rollback(worse, known)]


def keys(rows: Sequence[ApiKey], used: Sequence[datetime | None], now: datetime) -> CheckOut:
    """`used`: when each was used last."""
    title = "Do programs use a key of this project?"
    able = [(row, at) for row, at in zip(rows, used, strict=True) if row.revoked_at is None and "ingest" in row.scopes]
    if not able:
        return check("keys", title, "found", "No key may send calls.", "Make a key with the scope ingest.")
    moments = [(at, row.name) for row, at in able if at is not None]
    if not moments:
        text = f"{len(able)} may send calls, and none was ever used."
        return check("keys", title, "found", text, "Put a key into your programs: each one belongs to one project.")
    at, name = max(moments)
    return check("keys", title, "fine", f"“{name}” was used {duration(now - at)} ago.")


def _is_deployed(store: Store, asked: Asked, known: Sequence[Served], now: datetime) -> CheckOut:
    title = "Is the prompt deployed?"
    names, places = asked.only("prompt_id"), asked.only("environment")
    unknown = [name for name in names if name not in {one.prompt for one in known}]
    if unknown:
        text = f"The registry does not know {_list(unknown)}."
        return check(
            "deployed", title, "unknown", f"{text} That is right when your programs keep their prompts themselves."
        )
    if not known:
        text = "No prompt is in the registry. That is right when your programs keep their prompts themselves."
        return check("deployed", title, "unknown", text)
    missing = [one.prompt for one in known if not [at for at in one.environments if not places or at in places]]
    where = f" in {_list(places)}" if places else ""
    if missing and (names or len(missing) == len(known)):
        found = check("deployed", title, "found", f"Not deployed{where}: {_list(missing)}.",
                      "Deploy a version: programs that ask for the prompt get none.")  # fmt: skip
        return found.model_copy(update={"prompt_id": missing[0]})
    calls = run(store, replace(asked.query(("total_requests",), asked.periods.after, ("prompt_id",)), limit=1000), now)
    called = {group[0] for group in calls.groups}
    silent = [one.prompt for one in known if one.prompt not in missing and one.prompt not in called]
    if silent:
        found = check("deployed", title, "found", f"Deployed{where}, and without a call in this time: {_list(silent)}.",
                      "Do the programs name the prompt (prompt_id) with their calls, and do they run?")  # fmt: skip
        return found.model_copy(update={"prompt_id": silent[0]})
    deployed = len(known) - len(missing)
    text = "It is" if len(names) == 1 else f"{deployed} of {len(known)} are"
    return check("deployed", title, "fine", f"{text} deployed{where}, and called in this time.")


def _is_filtered(store: Store, asked: Asked, now: datetime) -> CheckOut:
    title = "Do the filters hide the calls?"
    if not asked.where:
        return check("filters", title, "fine", "No prompt or environment is chosen.")
    everything = replace(asked, where=())
    shown, there = (
        run(store, one.query(("total_requests",), asked.periods.after), now).total("total_requests") or 0
        for one in (asked, everything)
    )
    text = f"{figure(shown, 'count')} of {figure(there, 'count')} calls of this time fit them."
    if shown == 0 and there > 0:
        return check("filters", title, "found", text, "Choose all prompts and environments.")
    return check("filters", title, "fine", text)


def _is_past(asked: Asked, now: datetime) -> CheckOut:
    title = "Does the time range end now?"
    behind = now - asked.periods.after[1]
    if behind > timedelta(minutes=1):
        return check("range", title, "found", f"It ended {duration(behind)} ago: newer calls are not in it.",
                     "Choose a range that ends now, and refresh.")  # fmt: skip
    return check(
        "range", title, "fine", "It does. A page that is open for long is brought up to date by Refresh, or by Live."
    )


def _recent(recent: Sequence[Deployed], now: datetime) -> CheckOut:
    title = "Was something deployed?"
    if not recent:
        return check("deployments", title, "fine", "No version was deployed in this time.")
    newest = recent[0]
    did = "was rolled back to" if newest.rolled_back else "serves"
    before = f", before it {newest.previous}" if newest.previous is not None else ""
    more = f" {len(recent) - 1} more before it." if len(recent) > 1 else ""
    text = (
        f"{newest.prompt} {did} version {newest.version} in {newest.environment}{before}: by {newest.by},"
        f" {duration(now - newest.at)} ago.{more}"
    )
    found = check(
        "deployments", title, "found", text, "See whether the drop began with it: deployments are marked on charts."
    )
    versions = [str(n) for n in (newest.version, newest.previous) if n is not None]
    return found.model_copy(update={"prompt_id": newest.prompt, "versions": versions})


def _log(store: Store, asked: Asked) -> CheckOut:
    title = "What do the errors say?"
    now = failures(store, asked.query(("failed_requests",), asked.periods.after), MOST)
    if not now.groups:
        return check("errors", title, "fine", "No call failed in this time.")
    earlier = failures(store, asked.query(("failed_requests",), asked.periods.before), 10 * MOST)
    before = {one.pattern for one in earlier.groups}
    new = [one for one in now.groups if one.pattern not in before]
    top = new[0] if new else now.groups[0]
    what = "New" if new else "Most often"
    text = f"{what}: “{(top.message or top.error_type)[:200]}”, {top.calls:,} of {now.failed:,} failed calls."
    told = check("errors", title, "found" if new else "fine", text, "Read the calls that fail so." if new else "")
    return told.model_copy(update={"where": [FilterIn(dimension="error_pattern", op="in", values=[top.pattern])]})


def _versions(store: Store, asked: Asked, now: datetime) -> CheckOut:
    """Of the prompt whose newest version is worst beside the one before it."""
    title = "Is the newest version worse than the one before?"
    worst: tuple[float, str, tuple[str, float], tuple[str, float]] | None = None
    for prompt, newer, older in _pairs(store, asked, now):
        ratio = newer[1] / older[1] if older[1] else 1
        if worst is None or ratio < worst[0]:
            worst = ratio, prompt, newer, older
    if worst is None:
        return check("versions", title, "unknown", "No prompt had two versions with enough calls in this time.")
    ratio, prompt, newer, older = worst
    text = (
        f"{prompt}: version {newer[0]} succeeds in {figure(newer[1], 'percent')} of its calls,"
        f" version {older[0]} in {figure(older[1], 'percent')}."
    )
    found = check("versions", title, "found" if ratio < WORSE else "fine", text,
                  "Compare both: the answer says whether the difference is more than noise." if ratio < WORSE else "")  # fmt: skip
    return found.model_copy(update={"prompt_id": prompt, "versions": [newer[0], older[0]]})


def _pairs(store: Store, asked: Asked, now: datetime) -> Iterator[tuple[str, tuple[str, float], tuple[str, float]]]:
    """Prompt, its newest version with its success rate, and the same of the version before."""
    both = (asked.periods.before[0], asked.periods.after[1])
    query = asked.query(("total_requests", "success_rate"), both, ("prompt_id", "prompt_version"))
    frame = run(store, replace(query, limit=1000), now)
    by_prompt: dict[str, list[tuple[int, float]]] = {}
    for i, (prompt, version) in enumerate(frame.groups):
        rate, calls = frame.total("success_rate", i), frame.total("total_requests", i) or 0
        if prompt is not None and version is not None and version.isdigit() and rate is not None and calls >= FEWEST:
            by_prompt.setdefault(prompt, []).append((int(version), rate))
    for prompt, versions in by_prompt.items():
        if len(versions) > 1:
            older, newer = sorted(versions)[-2:]
            yield prompt, (str(newer[0]), newer[1]), (str(older[0]), older[1])


def _rollback(worse: CheckOut, known: Sequence[Served]) -> CheckOut:
    title = "Would rolling back help?"
    if worse.state != "found":
        return check("rollback", title, "fine" if worse.state == "fine" else "unknown",
                     "Nothing says that a version is worse than the one before.")  # fmt: skip
    newer, older = worse.versions
    places = [
        at for one in known if one.prompt == worse.prompt_id for at, n in one.environments.items() if str(n) == newer
    ]
    if places:
        text = f"{worse.prompt_id} serves version {newer} in {_list(places)}."
        advice = f"Roll back to version {older}, and see the rate recover."
    else:
        text = f"The registry does not serve version {newer} of {worse.prompt_id}."
        advice = f"Serve version {older} again where the prompt is kept."
    told = check("rollback", title, "found", text, advice)
    return told.model_copy(update={"prompt_id": worse.prompt_id, "versions": worse.versions})


def _model(store: Store, asked: Asked, now: datetime) -> CheckOut:
    """Of models that answer the same prompt: others do other work."""
    title = "Is there a faster model?"
    query = asked.query(("total_requests", "p95_latency_ms"), asked.periods.after, ("prompt_id", "model"))
    frame = run(store, replace(query, limit=1000), now)
    by_prompt: dict[str, list[tuple[float, str]]] = {}
    for i, (prompt, model) in enumerate(frame.groups):
        p95, calls = frame.total("p95_latency_ms", i), frame.total("total_requests", i) or 0
        if prompt is not None and model is not None and p95 is not None and calls >= FEWEST:
            by_prompt.setdefault(prompt, []).append((p95, model))
    pairs = [(prompt, min(models), max(models)) for prompt, models in by_prompt.items() if len(models) > 1]
    if not pairs:
        return check("model", title, "unknown", "No prompt was answered by two models often enough to compare them.")
    prompt, (least, fast), (most, slow) = max(pairs, key=lambda pair: pair[2][0] / max(pair[1][0], 1))
    text = f"{prompt}, p95 latency: {figure(least, 'ms')} with {fast}, {figure(most, 'ms')} with {slow}."
    if least > FASTER * most:
        return check("model", title, "fine", f"The models of a prompt are about as fast. {text}")
    return check("model", title, "found", text, f"Consider {fast} in place of {slow}: try it on a part of the calls.")


def _cache(store: Store, asked: Asked, now: datetime) -> CheckOut:
    title = "Does the provider's cache help?"
    share = run(store, asked.query((CACHED_SHARE,), asked.periods.after), now).total(CACHED_SHARE)
    if share is None:
        return check("cache", title, "unknown", "The calls do not say how much of their input was cached.")
    text = f"{figure(share, 'percent')} of the input is read from the cache."
    if share >= CACHED:
        return check("cache", title, "fine", text)
    advice = (
        "Put what never changes first, so that it is cached; keep answers to repeated questions in a cache of your own."
    )
    return check("cache", title, "found", text, advice)


def _failed_cost(store: Store, asked: Asked, now: datetime) -> CheckOut:
    title = "Is money spent on calls that fail?"
    share = run(store, asked.query((FAILED_SHARE,), asked.periods.after), now).total(FAILED_SHARE)
    if share is None:
        return check("failed", title, "unknown", "No call that failed has a known cost.")
    bad = share >= FAILED_COST
    told = check("failed", title, "found" if bad else "fine", f"{figure(share, 'percent')} of the sum is of failed calls.",
                 "Find out why they fail, and do not try again what cannot succeed." if bad else "")  # fmt: skip
    return told.model_copy(update={"where": [FilterIn(dimension="status", op="in", values=["error"])]})


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
