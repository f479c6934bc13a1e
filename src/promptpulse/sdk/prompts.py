"""Prompts and assignments as the server gives them, kept here: fresh ones at once, stale ones at once and refreshed behind."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Generic, Optional, TypeVar
from urllib.parse import quote

from promptpulse.sdk.values import Prompt, prompt_of
from promptpulse.sdk.wire import JSON, THREAD, Answer, Wire, json_bytes, log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptpulse.sdk.settings import Settings

K = TypeVar("K")
MAX_PROMPTS, MAX_ASSIGNMENTS = 1_000, 20_000
AWAY_S = 5.0
"""After a failed fetch nobody waits for the server for so long."""
USED_WITHIN_S = 3600.0
"""Prompts that nobody asked for are not refreshed."""
Which = tuple[str, Optional[int], str]
"""Name, version, environment."""


@dataclass
class Kept:
    """None: the server has no such prompt."""

    prompt: Prompt | None
    at: float
    used: float
    etag: str = ""
    body: bytes = b""


class Shelf(Generic[K]):
    """The last used, bounded. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, now: float) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                found.used = now
                self._kept.move_to_end(key)
            return found

    def put(self, key: K, kept: Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def all(self) -> list[tuple[K, Kept]]:
        with self._lock:
            return list(self._kept.items())

    def after_fork(self) -> None:
        self._lock = threading.Lock()


class Prompts:
    """`get` and `assigned` wait for the server only for what was never asked before. None: it is not to be had."""

    def __init__(self, settings: Settings, wire: Wire, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._wire, self._clock = settings, wire, clock
        self._prompts: Shelf[Which] = Shelf(MAX_PROMPTS)
        self._assignments: Shelf[str] = Shelf(MAX_ASSIGNMENTS)
        self._away_until = 0.0
        self._folder = Path(settings.spool).expanduser() / "prompts" if settings.spool else None
        self._told: set[str] = set()
        self._fresh()

    def _fresh(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._due: dict[str, Callable[[], object]] = {}

    def after_fork(self) -> None:
        self._fresh()
        self._prompts.after_fork()
        self._assignments.after_fork()

    def get(self, name: str, version: int | None, environment: str) -> Prompt | None:
        which = (name, version, environment)
        now = self._clock()
        kept = self._prompts.get(which, now)
        if kept is None or (kept.prompt is None and now - kept.at > AWAY_S):
            kept = self._fetch(which, kept) if now >= self._away_until else None
            if kept is None:
                return self._from_disk(which)
        elif self._is_stale(which, kept, now):
            self._later(repr(which), lambda: self._fetch(which, kept))
        return kept.prompt

    def assigned(self, title: str, context: Mapping[str, object]) -> Prompt | None:
        unit = context.get("userId") or context.get("user_id") or context.get("sessionId") or context.get("session_id")
        body = json_bytes({"experimentTitle": title, "context": context})
        key = title + "\0" + hashlib.sha256(body).hexdigest()
        now = self._clock()
        kept = self._assignments.get(key, now) if unit else None
        if kept is None or (kept.prompt is None and now - kept.at > AWAY_S):
            return self._assign(key, title, body, is_kept=bool(unit)) if now >= self._away_until else None
        if now - kept.at > self._settings.prompt_ttl_s:
            self._later(key, lambda: self._assign(key, title, body, is_kept=True))
        return kept.prompt

    # --- asking the server

    def _fetch(self, which: Which, known: Kept | None) -> Kept | None:
        """None when the server did not say."""
        name, version, environment = which
        params = {"environment": environment} if version is None else {"version_number": str(version)}
        headers = {"If-None-Match": known.etag} if known is not None and known.etag else {}
        answer = self._wire.send(
            "GET",
            "/api/v1/prompts/by-name/" + quote(name, safe=""),
            params=params,
            headers=headers,
            timeout_s=self._settings.prompt_timeout_s,
        )
        now = self._clock()
        used = known.used if known is not None else now
        if answer.status == 304 and known is not None:
            known.at = now
            return known
        if answer.is_ok:
            try:
                kept = Kept(prompt_of(answer.data()), now, used, answer.etag, answer.body)
            except (ValueError, KeyError, TypeError, IndexError) as e:
                self._failed(replace(answer, error=f"its answer cannot be read: {type(e).__name__}: {e}"))
                return None
            self._prompts.put(which, kept)
            self._to_disk(which, answer.body)
            self._reached()
            return kept
        if answer.status in (404, 422):
            self._tell(f"prompt {name}", f"no prompt {name!r}: {answer.reason}")
            kept = Kept(None, now, used)
            self._prompts.put(which, kept)
            return kept
        self._failed(answer)
        return None

    def _assign(self, key: str, title: str, body: bytes, *, is_kept: bool) -> Prompt | None:
        answer = self._wire.send(
            "POST",
            "/api/v3/experiments/evaluate",
            content=body,
            headers={"Content-Type": JSON},
            timeout_s=self._settings.prompt_timeout_s,
        )
        found: Prompt | None = None
        if answer.is_ok:
            try:
                data = answer.data()
                found = replace(
                    prompt_of(data["prompt"]),
                    experiment_id=str(data["experimentId"]),
                    variant_id=str(data["bucketId"]),
                    variant=str(data["groupName"]),
                    enrolled=bool(data.get("enrolled")),
                )
            except (ValueError, KeyError, TypeError, IndexError) as e:
                self._failed(replace(answer, error=f"its answer cannot be read: {type(e).__name__}: {e}"))
                return None
            version = self.get(found.name, found.version, "")
            found = replace(found, config=version.config) if version is not None else found
            self._reached()
        elif answer.may_succeed_later or answer.status in (401, 403):
            self._failed(answer)
            return None
        else:
            self._tell(f"experiment {title}", f"no variant of the experiment {title!r}: {answer.reason}")
        if is_kept:
            now = self._clock()
            self._assignments.put(key, Kept(found, now, now))
        return found

    def _failed(self, answer: Answer) -> None:
        self._away_until = self._clock() + AWAY_S
        self._tell("away", f"prompts cannot be fetched now, copies are used: {answer.reason}")

    def _reached(self) -> None:
        self._away_until = 0.0
        self._told.discard("away")

    def _tell(self, what: str, text: str) -> None:
        if what not in self._told and len(self._told) < MAX_PROMPTS:
            self._told.add(what)
            log.warning("promptpulse: %s", text)

    # --- behind

    def _is_stale(self, which: Which, kept: Kept, now: float) -> bool:
        """A version never changes."""
        return which[1] is None and now - kept.at > self._settings.prompt_ttl_s

    def _later(self, key: str, refresh: Callable[[], object]) -> None:
        with self._lock:
            if len(self._due) < MAX_ASSIGNMENTS:
                self._due[key] = refresh
            start = self._thread is None
            if start:
                self._thread = threading.Thread(target=self._run, name=f"{THREAD}-prompts", daemon=True)
        if start and self._thread is not None:
            try:
                self._thread.start()
            except RuntimeError:  # the interpreter ends
                self._thread = None
        self._wake.set()

    def _run(self) -> None:
        wake = self._wake
        while wake is self._wake:
            wake.wait(self._settings.prompt_ttl_s)
            wake.clear()
            try:
                self._refresh()
            except Exception as e:  # noqa: BLE001 - the thread must live on
                log.debug("promptpulse: refreshing prompts: %s", e)

    def _refresh(self) -> None:
        while self._clock() >= self._away_until:
            with self._lock:
                if not self._due:
                    break
                key = next(iter(self._due))
                refresh = self._due.pop(key)
            refresh()
        now = self._clock()
        for which, kept in self._prompts.all():
            if now < self._away_until:
                return
            if self._is_stale(which, kept, now) and now - kept.used < USED_WITHIN_S:
                self._fetch(which, kept)

    # --- copies on the disk

    def _file(self, which: Which) -> Path | None:
        if self._folder is None:
            return None
        told = json.dumps([self._settings.endpoint, self._settings.key, *which])
        return self._folder / (hashlib.sha256(told.encode()).hexdigest()[:40] + ".json")

    def _to_disk(self, which: Which, body: bytes) -> None:
        file = self._file(which)
        if file is None:
            return
        part = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(body)
            part.replace(file)
        except OSError as e:
            log.debug("promptpulse: no copy of a prompt in %s: %s", self._folder, e)

    def _from_disk(self, which: Which) -> Prompt | None:
        file = self._file(which)
        if file is None:
            return None
        try:
            return prompt_of(Answer(200, file.read_bytes()).data())
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None
