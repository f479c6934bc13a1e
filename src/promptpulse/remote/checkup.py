"""What a running server says of itself, judged: the other half of `promptpulse doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.remote.client import Json, Remote, as_object, as_objects, moment, number
from promptpulse.remote.wording import size

LITTLE_DISK = 2 << 30
MANY_PARTS = 3000
QUEUE = 64 << 20
CLOCKS_DIFFER = timedelta(seconds=5)
RECENT_S = 3600
State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: State
    finding: str


def checkup(remote: Remote, clock: Callable[[], datetime], version: str) -> list[Finding]:
    before = clock()
    told = remote.one("/api/v1/server")
    return list(_findings(told, before, clock(), version))


def _findings(told: Json, before: datetime, after: datetime, version: str) -> Iterator[Finding]:
    store = as_object(told["store"])
    same = told["version"] == version
    said = f"server {told['version']}, Python {told['python']}" + ("" if same else f"; this command is {version}")
    yield Finding("versions", "ok" if same else "warning", said)
    yield _clock(moment(told["now"]), before, after)
    free = number(told["disk_free_bytes"]) or 0
    yield Finding("disk", "ok" if free > LITTLE_DISK else "warning", f"{size(free)} free")
    calls, parts = number(store["calls"]) or 0, number(store["parts"]) or 0
    kind = "embedded" if store["embedded"] else "ClickHouse server"
    yield Finding(
        "event store",
        "ok" if parts < MANY_PARTS else "warning",
        f"{kind}, {calls:,.0f} calls, {size(number(store['bytes']) or 0)} in {parts:.0f} parts",
    )
    if store["calls_ahead"]:
        said = f"{store['calls_ahead']} calls lie in the future; check the clocks of their senders"
        yield Finding("times of calls", "warning", said)
    queued = number(told["queued_bytes"]) or 0
    yield Finding("queue", "ok" if queued < QUEUE else "warning", f"{size(queued)} wait to be stored")
    yield Finding(
        "mail", "ok" if told["mail"] else "warning", "set" if told["mail"] else "PROMPTPULSE_SMTP_URL is not set"
    )
    messages = as_object(told["messages"])
    dead = messages.get("dead")
    said = f"{messages.get('waiting')} wait, {dead} could not be delivered"
    yield Finding("messages", "warning" if dead else "ok", said)
    yield _jobs(as_objects(told["jobs"]))
    yield _slow([one for one in as_objects(told["slow_queries"]) if (number(one["seconds_ago"]) or 0) < RECENT_S])


def _clock(theirs: datetime | None, before: datetime, after: datetime) -> Finding:
    if theirs is None or before - CLOCKS_DIFFER <= theirs <= after + CLOCKS_DIFFER:
        return Finding("clock", "ok", "the server's agrees with this machine's")
    return Finding(
        "clock", "warning", f"the server says {theirs:%Y-%m-%d %H:%M:%S}, this machine {after:%Y-%m-%d %H:%M:%S} (UTC)"
    )


def _jobs(jobs: list[Json]) -> Finding:
    failing = [f"{job['name']} ({job['failures']} times: {job['error']})" for job in jobs if job["error"]]
    if failing:
        return Finding("repeated work", "wrong", f"fails: {'; '.join(failing)}")
    return Finding("repeated work", "ok", f"{len(jobs)} jobs, none failed")


def _slow(slow: list[Json]) -> Finding:
    if not slow:
        return Finding("slow queries", "ok", "none in the last hour")
    worst = max(slow, key=lambda one: number(one["elapsed_ms"]) or 0)
    said = f"{len(slow)} in the last hour, the slowest {worst['elapsed_ms']:.0f} ms: {str(worst['statement'])[:200]}"
    return Finding("slow queries", "warning", said)
