"""What the client library costs the host's thread: a call by hand, a labelled block, a label on a span, a prompt from memory.

The server is a small process that answers at once, so that what is measured is the library. Overhead counts the median over
rounds of a loop's time divided by its turns; the slowest single call is told beside it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import Row
from promptpulse import sdk

ROUNDS, TURNS = 20, 500
LIMIT_US = 20.0
PAUSE_S = 0.3
"""Between rounds, in which the thread behind sends: a host that makes 500 calls a third of a second."""
ANSWERING = """
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
CONTENT = json.dumps([{"content": "Hello {{name}}"}])
SERVED = {"type": "text", "content": CONTENT, "promptId": "p", "promptVersionId": "v", "name": "greeting", "version": 1}
PROMPT = json.dumps({"data": SERVED}).encode()
class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.say(b"{}")
    def do_GET(self):
        self.say(PROMPT)
    def say(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
print(server.server_port, flush=True)
server.serve_forever()
"""


def _call() -> None:
    sdk.call(
        "support-reply", version=3, provider="openai", model="gpt-4o-mini", latency_ms=812.5, input_tokens=420,
        output_tokens=96, user_id="user-42", feature="chat", properties={"plan": "pro"},
    )  # fmt: skip


def _block() -> None:
    with sdk.prompt("support-reply", version=3, feature="chat", user_id="user-42"):
        pass


def _prompt() -> None:
    sdk.get_prompt("greeting")


def _score() -> None:
    sdk.score("rating", 5, prompt="support-reply", user_id="user-42")


def _spans() -> tuple[Callable[[], None], Callable[[], None]]:
    """A labelled block with a span inside: without our processor, and with it."""
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - only here

    from promptpulse.sdk import tracing  # noqa: PLC0415

    bare, ours = TracerProvider(shutdown_on_exit=False), TracerProvider(shutdown_on_exit=False)
    ours.add_span_processor(tracing.Spans(sdk._put_span, sdk.flush))  # noqa: SLF001 - as `init` does
    attributes = {f"gen_ai.attribute.{n}": "a value of some length" for n in range(15)}

    def one_of(provider: TracerProvider) -> Callable[[], None]:
        tracer = provider.get_tracer("bench")

        def make() -> None:
            with sdk.prompt("support-reply", version=3), tracer.start_as_current_span("chat", attributes=attributes):
                pass

        return make

    return one_of(bare), one_of(ours)


def _measured(one: Callable[[], None], rounds: int = ROUNDS, turns: int = TURNS) -> tuple[float, float]:
    """Microseconds: the median over rounds of the mean, and the 99th percentile of single calls."""
    means, singles = [], []
    clock = time.perf_counter
    for _ in range(rounds):
        began = clock()
        for _ in range(turns):
            one()
        means.append((clock() - began) / turns)
        for _ in range(turns // 5):
            before = clock()
            one()
            singles.append(clock() - before)
        time.sleep(PAUSE_S)
    return statistics.median(means) * 1e6, statistics.quantiles(singles, n=100)[98] * 1e6


def run(folder: Path) -> list[Row]:
    folder.mkdir(parents=True, exist_ok=True)
    answering = subprocess.Popen([sys.executable, "-c", ANSWERING], stdout=subprocess.PIPE, text=True)
    rows = []
    try:
        assert answering.stdout is not None
        sdk.init("key", f"http://127.0.0.1:{answering.stdout.readline().strip()}", instrument=False)
        told = {"call()": _call, "with prompt()": _block, "get_prompt() from memory": _prompt}
        for name, one in told.items():
            one()
            mean_us, p99_us = _measured(one)
            rows.append(_row(f"client library, {name}", mean_us, p99_us))
        mean_us, p99_us = _measured(_score, 2)  # a request each: the thread behind sends some hundred a second
        rows.append(_row("client library, score()", mean_us, p99_us))
        bare, ours = _spans()
        with_ours_us, p99_us = _measured(ours, turns=100)  # 100 calls at once, three times a second
        rows.append(
            _row("client library, labels and hand-over of a span", with_ours_us - _measured(bare, turns=100)[0], p99_us)
        )
        sdk.flush(60)
        lost = sum(sdk.stats().dropped.values()) + sdk.stats().waiting
        rows.append(Row("client library, lost in all of it", f"{lost}", "0", float(lost)))
    finally:
        sdk.shutdown()
        answering.terminate()
        answering.wait(10)
    return rows


def _row(name: str, mean_us: float, p99_us: float) -> Row:
    return Row(name, f"{mean_us:.1f} us (p99 {p99_us:.0f} us)", f"{LIMIT_US:.0f} us", mean_us / LIMIT_US)
