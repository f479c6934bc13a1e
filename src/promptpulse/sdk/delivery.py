"""From the host's threads to the server: a bounded queue, one thread that sends, retries, and a folder when asked.

The host's thread only appends. Everything else (encoding, compressing, waiting) happens on the thread of the delivery, which
begins with the first item, and anew in each forked process."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, NamedTuple

from promptpulse.sdk.request import Request
from promptpulse.sdk.spool import Spool
from promptpulse.sdk.wire import THREAD, Answer, Wire, backoff_s, log, packed

if TYPE_CHECKING:
    from promptpulse.sdk.settings import Settings

MAX_ROWS = 1_000
MAX_BYTES = 4_000_000
"""Of a batch, as estimated; the server takes 20 MiB."""
AT_ONCE = 500
"""So many waiting items wake the thread before its interval is over."""

Encode = Callable[[str, Sequence[object]], Iterable[Request]]
"""Requests of items of one kind. Items that cannot be encoded are left out."""


class Item(NamedTuple):
    kind: str
    value: object
    size: int


@dataclass(frozen=True)
class Stats:
    """Since the start of the process. Everything is counted by kind: calls, spans, scores, events."""

    sent: Mapping[str, int]
    """Taken by the server; a repetition counts as such there."""
    dropped: Mapping[str, int]
    """Lost: the memory was full, or the program ended first."""
    rejected: Mapping[str, int]
    """Refused by the server for good."""
    spooled: Mapping[str, int]
    """Written to the folder; they are sent later."""
    waiting: int
    """In memory."""
    last_error: str


class Delivery:
    def __init__(self, settings: Settings, wire: Wire, encode: Encode) -> None:
        self._settings, self._wire, self._encode = settings, wire, encode
        self._most_bytes = int(settings.max_queue_mb * 1_000_000)
        self._spool = Spool(settings.spool, settings.max_spool_mb) if settings.spool else None
        self._queue: deque[Item] = deque()
        self._bytes = 0
        self._put = self._done = 0
        self._counts: dict[str, Counter[str]] = {n: Counter() for n in ("sent", "dropped", "rejected", "spooled")}
        self._last_error = ""
        self._told: set[str] = set()
        self._away_until = 0.0
        self._failures = 0
        self._closing_at: float | None = None
        self._fresh()

    def _fresh(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while it is held
        self._turn = threading.Lock()
        """Whoever sends holds it: the thread, or the host's at its exit."""
        self._wake = threading.Event()
        self._progress = threading.Condition(threading.Lock())
        self._thread: threading.Thread | None = None
        self._hurry = 0
        self._pending: list[Request] = []
        """Requests of the batch in hand that are not settled."""

    def after_fork(self) -> None:
        """What waits is the parent's to send."""
        self._fresh()
        self._queue.clear()
        self._bytes = 0
        self._put = self._done = 0
        self._closing_at = None

    # --- the host's side

    def put(self, kind: str, value: object, size: int) -> bool:
        """Whether it was taken. Blocks for no longer than an append takes."""
        with self._lock:
            if self._bytes + size > self._most_bytes or self._closing_at is not None:
                self._counts["dropped"][kind] += 1
                is_full = True
            else:
                self._queue.append(Item(kind, value, size))
                self._bytes += size
                self._put += 1
                is_full = False
        if is_full:
            self._tell("full", f"{self._settings.max_queue_mb:g} MB wait already; new {kind} are dropped and counted")
            return False
        if self._thread is None:
            self.start()
        if len(self._queue) >= AT_ONCE and not self._wake.is_set():
            self._wake.set()
        return True

    def start(self) -> None:
        """Begin to send, unless that is so already."""
        with self._lock:
            if self._thread is not None or self._closing_at is not None:
                return
            thread = threading.Thread(target=self._run, name=f"{THREAD}-{os.getpid()}", daemon=True)
            self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # the interpreter ends; `close` sends
            self._thread = None
            return
        _at_end_of_child(self.close)

    def flush(self, timeout_s: float) -> bool:
        """Whether everything put before was sent, refused or written to the folder in time."""
        with self._lock:
            goal = self._put
        if self._done >= goal:
            return True
        self.start()
        if not self._is_running():
            self._drain(time.monotonic() + timeout_s)
            return self._done >= goal
        deadline = time.monotonic() + timeout_s
        self._hurry += 1
        self._wake.set()
        try:
            with self._progress:
                return self._progress.wait_for(lambda: self._done >= goal, max(0.0, deadline - time.monotonic()))
        finally:
            self._hurry -= 1

    def close(self, timeout_s: float | None = None) -> None:
        """Send what waits; what is left then goes to the folder, or is lost and counted."""
        wait_s = self._settings.exit_timeout_s if timeout_s is None else timeout_s
        if self._closing_at is not None:
            return
        self.flush(wait_s)
        with self._lock:
            self._closing_at = time.monotonic()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            thread.join(1.0)
        if self._turn.acquire(timeout=0.1):
            self._turn.release()
        else:  # a request is under way and may fail
            self._keep_or_drop(self._pending)
        while batch := self._take():
            self._keep_or_drop(self._requests(batch))
            self._done += len(batch)
        if lost := sum(self._counts["dropped"].values()):
            self._tell(
                "lost", f"{lost} were dropped before they could be sent ({self._last_error or 'the time was over'})"
            )
        self._wire.close()

    def stats(self) -> Stats:
        with self._lock:
            counts = {name: dict(found) for name, found in self._counts.items()}
            waiting = self._put - self._done
        return Stats(
            counts["sent"], counts["dropped"], counts["rejected"], counts["spooled"], waiting, self._last_error
        )

    def _is_running(self) -> bool:
        thread = self._thread
        return thread is not None and (thread.ident is None or thread.is_alive())

    # --- the sending side

    def _run(self) -> None:
        wake = self._wake
        while self._closing_at is None and wake is self._wake:
            wake.wait(self._interval())
            wake.clear()
            try:
                self._drain(None)
                self._send_spooled()
            except Exception as e:  # noqa: BLE001 - the thread must live on
                self._tell("bug", f"{type(e).__name__}: {e}")

    def _interval(self) -> float:
        if self._spool is not None and self._away_until:
            return max(0.01, min(self._settings.flush_interval_s, self._away_until - time.monotonic()))
        return self._settings.flush_interval_s

    def _drain(self, deadline: float | None) -> None:
        """Send until nothing waits, or the time is over."""
        with self._turn:
            while self._closing_at is None and (batch := self._take()):
                self._pending = self._requests(batch)
                while self._pending:
                    self._deliver(self._pending[0], deadline)
                    del self._pending[0]
                with self._progress:
                    self._done += len(batch)
                    self._progress.notify_all()
                if deadline is not None and time.monotonic() > deadline:
                    return

    def _take(self) -> list[Item]:
        taken: list[Item] = []
        size = 0
        with self._lock:
            while self._queue and len(taken) < MAX_ROWS and (not taken or size + self._queue[0].size <= MAX_BYTES):
                item = self._queue.popleft()
                size += item.size
                taken.append(item)
            self._bytes -= size
        return taken

    def _requests(self, batch: Sequence[Item]) -> list[Request]:
        by_kind: dict[str, list[object]] = {}
        for item in batch:
            by_kind.setdefault(item.kind, []).append(item.value)
        made: list[Request] = []
        for kind, values in by_kind.items():
            try:
                found = list(self._encode(kind, values))
            except Exception as e:  # noqa: BLE001 - values of the host may do anything
                self._tell("encode", f"{kind} could not be written down: {type(e).__name__}: {e}")
                found = []
            lost = len(values) - sum(request.count for request in found)
            if lost > 0:
                self._count("rejected", kind, lost)
                self._tell("unreadable", f"{lost} {kind} hold values that are no JSON, such as NaN; they are left out")
            made += found
        return made

    def _deliver(self, request: Request, deadline: float | None) -> None:
        """Until it is settled: sent, refused, in the folder, or out of time."""
        attempt = 0
        while True:
            if self._spool is not None and time.monotonic() < self._away_until and not self._hurry:
                self._set_aside(request, "the server is away")
                return
            answer = self._attempt(request)
            if answer.is_ok:
                self._settle(request, answer)
                return
            if not answer.may_succeed_later:
                self._refused(request, answer, deadline)
                return
            self._failed(answer)
            if self._spool is not None:
                self._set_aside(request, answer.reason)
                return
            if self._is_over(deadline):
                self._count("dropped", request.kind, request.count)
                return
            self._pause(backoff_s(attempt, answer.retry_after_s), deadline)
            if self._is_over(deadline):
                self._count("dropped", request.kind, request.count)
                return
            attempt += 1

    def _attempt(self, request: Request) -> Answer:
        body, headers = packed(request.body())
        return self._wire.send("POST", request.path, content=body, headers={"Content-Type": request.media, **headers})

    def _pause(self, wait_s: float, deadline: float | None) -> None:
        """A flush that begins meanwhile ends it; one that is under way makes it short."""
        if self._hurry:
            wait_s = min(wait_s, 0.2)
        if deadline is not None:
            wait_s = min(wait_s, max(0.0, deadline - time.monotonic()))
        self._wake.wait(wait_s)
        self._wake.clear()

    def _is_over(self, deadline: float | None) -> bool:
        return self._closing_at is not None or (deadline is not None and time.monotonic() >= deadline)

    def _settle(self, request: Request, answer: Answer) -> None:
        self._recovered()
        refused = _refused_rows(answer) if request.kind == "calls" else []
        self._count("sent", request.kind, request.count - len(refused))
        if refused:
            self._count("rejected", request.kind, len(refused))
            self._tell("rejected", f"the server refused {len(refused)} of {request.count} calls: {refused[0]}")

    def _refused(self, request: Request, answer: Answer, deadline: float | None) -> None:
        self._recovered()
        halves = request.halves() if answer.status in (400, 404, 409, 413, 422) else ()
        for half in halves:
            self._deliver(half, deadline)
        if not halves:
            self._last_error = answer.reason
            self._count("rejected", request.kind, request.count)
            self._tell(f"status {answer.status}", f"the server refused {request.kind}: {answer.reason}")

    def _failed(self, answer: Answer) -> None:
        self._failures += 1
        self._last_error = answer.reason
        self._away_until = time.monotonic() + backoff_s(self._failures, answer.retry_after_s)
        self._tell("away", f"{self._settings.endpoint} does not take anything now, trying again: {answer.reason}")

    def _recovered(self) -> None:
        self._failures, self._away_until = 0, 0.0
        if "away" in self._told:
            self._told -= {"away", "full"}
            lost = sum(self._counts["dropped"].values())
            log.warning("promptpulse: sending again%s", f"; {lost} were dropped so far" if lost else "")

    # --- the folder

    def _set_aside(self, request: Request, why: str) -> None:
        assert self._spool is not None  # noqa: S101 - callers look
        if self._spool.put(request):
            self._count("spooled", request.kind, request.count)
        else:
            self._count("dropped", request.kind, request.count)
            self._tell(
                "spool", f"the folder {self._settings.spool} takes no more ({why}); new {request.kind} are dropped"
            )

    def _send_spooled(self) -> None:
        if self._spool is None or time.monotonic() < self._away_until:
            return
        seen = ""
        while self._closing_at is None and (found := self._spool.oldest(seen)):
            file, request = found
            seen = file.name
            answer = self._attempt(request)
            if answer.may_succeed_later:
                self._failed(answer)
                return
            self._spool.remove(file)
            if answer.is_ok:
                self._settle(request, answer)
            else:
                self._refused(request, answer, None)
            if self._queue:
                self._drain(None)

    def _keep_or_drop(self, requests: Sequence[Request]) -> None:
        for request in list(requests):
            if self._spool is not None:
                self._set_aside(request, "the program ends")
            else:
                self._count("dropped", request.kind, request.count)

    # --- counting and telling

    def _count(self, what: str, kind: str, n: int) -> None:
        if n:
            with self._lock:
                self._counts[what][kind] += n

    def _tell(self, what: str, text: str) -> None:
        """Once, until the trouble is over."""
        if what not in self._told:
            self._told.add(what)
            log.warning("promptpulse: %s", text)


def _refused_rows(answer: Answer) -> list[str]:
    data = answer.data()
    rows = data.get("rejected") if isinstance(data, dict) else None
    return [str(row.get("error", "")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _at_end_of_child(close: Callable[[], None]) -> None:
    """Processes of multiprocessing and Celery end without `atexit`, but with finalizers of their own."""
    for name in ("multiprocessing.util", "billiard.util"):
        module = sys.modules.get(name)
        process = sys.modules.get(name.partition(".")[0] + ".process")
        try:
            if module is not None and process is not None and process.current_process().name != "MainProcess":
                module.Finalize(None, close, exitpriority=100)
        except Exception as e:  # noqa: BLE001 - then the interval has to do
            log.debug("promptpulse: no finalizer in %s: %s", name, e)
