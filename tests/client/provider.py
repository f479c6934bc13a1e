"""An LLM provider on this machine: the first part of the path says how it behaves."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERED_BY = "gpt-4o-mini-2024-07-18"
INPUT, OUTPUT, CACHED = 1000, 200, 400
"""Tokens of every answer; cached only in the scenario `cached`."""
ERRORS = {
    "limited": (429, {"message": "Rate limit reached for requests", "code": "rate_limit_exceeded"}),
    "broken": (500, {"message": "The server had an error", "type": "server_error"}),
    "refused": (400, {"message": "Invalid 'max_tokens'", "type": "invalid_request_error", "code": "invalid_value"}),
}


class Behaviour(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: Counter[str]
    never: threading.Event

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        json.loads(self.rfile.read(int(self.headers["content-length"])))
        scenario = self.path.split("/")[1]
        self.asked[scenario] += 1
        if scenario == "timeout":
            self.never.wait(30)  # longer than the client's patience; ends with the test
            self.close_connection = True
        elif scenario in ERRORS:
            status, error = ERRORS[scenario]
            self._answer(status, {"error": error})
        elif scenario == "retried" and self.asked[scenario] == 1:
            self._answer(429, {"error": ERRORS["limited"][1]}, retry_after_ms="1")
        elif scenario == "stream":
            self._stream()
        else:
            said = {"role": "assistant", "content": "Hello"}
            choice = {"index": 0, "message": said, "finish_reason": "stop", "logprobs": None}
            cached = CACHED if scenario == "cached" else 0
            self._answer(200, self._common("chat.completion", [choice]) | {"usage": usage(cached)})

    def _common(self, kind: str, choices: Sequence[object]) -> dict[str, object]:
        number = f"chatcmpl-{self.path.split('/')[1]}-{self.asked.total()}"
        return {"id": number, "object": kind, "created": 1_795_000_000, "model": ANSWERED_BY, "choices": choices}

    def _stream(self) -> None:
        def chunk(choices: Sequence[object], **more: object) -> str:
            return f"data: {json.dumps(self._common('chat.completion.chunk', choices) | more)}\n\n"

        def delta(finish: str | None = None, **said: str) -> list[object]:
            return [{"index": 0, "delta": said, "finish_reason": finish}]

        lines = [
            chunk(delta(role="assistant", content="Hel")),
            chunk(delta(content="lo")),
            chunk(delta("stop")),
            chunk([], usage=usage(0)),
            "data: [DONE]\n\n",
        ]
        self._send(200, "".join(lines).encode(), "text/event-stream")

    def _answer(self, status: int, body: dict[str, object], **headers: str) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", **headers)

    def _send(self, status: int, body: bytes, media: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": media, "content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def usage(cached: int) -> dict[str, object]:
    return {
        "prompt_tokens": INPUT,
        "completion_tokens": OUTPUT,
        "total_tokens": INPUT + OUTPUT,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
    }


@contextmanager
def provider() -> Iterator[tuple[str, Counter[str]]]:
    """Its address, and how often each scenario was asked."""
    asked: Counter[str] = Counter()
    never = threading.Event()
    behaviour = type("Provider", (Behaviour,), {"asked": asked, "never": never})
    running = ThreadingHTTPServer(("127.0.0.1", 0), behaviour)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}", asked
    finally:
        never.set()
        running.shutdown()
        running.server_close()
        thread.join(5)
