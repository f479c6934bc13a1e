"""The local provider of `tests/client`, and beside it Anthropic's way to answer and the newer one of OpenAI."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from client.provider import ANSWERED_BY, INPUT, OUTPUT, Behaviour


class Models(Behaviour):
    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        kind = self.path.rpartition("/")[2]
        if kind not in {"messages", "responses"}:
            super().do_POST()
            return
        self.rfile.read(int(self.headers["content-length"]))
        self.asked[kind] += 1
        number = self.asked.total()
        self._answer(200, _message(number) if kind == "messages" else _response(number))


def _message(number: int) -> dict[str, object]:
    return {
        "id": f"msg_{number}", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello"}],
        "model": "claude-3-5-haiku-20241022", "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": INPUT, "output_tokens": OUTPUT},
    }  # fmt: skip


def _response(number: int) -> dict[str, object]:
    said = {"type": "output_text", "text": "Hello", "annotations": []}
    usage = {
        "input_tokens": INPUT, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": OUTPUT,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": INPUT + OUTPUT,
    }  # fmt: skip
    return {
        "id": f"resp_{number}", "object": "response", "created_at": 1_795_000_000, "model": ANSWERED_BY,
        "status": "completed", "error": None, "incomplete_details": None, "instructions": None,
        "output": [{"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant", "content": [said]}],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "usage": usage,
    }  # fmt: skip


@contextmanager
def models() -> Iterator[dict[str, str]]:
    """The environment of programs that ask it."""
    behaviour = type("Provider", (Models,), {"asked": Counter(), "never": threading.Event()})
    running = ThreadingHTTPServer(("127.0.0.1", 0), behaviour)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{running.server_port}/success"
    try:
        yield {
            "OPENAI_BASE_URL": f"{address}/v1", "OPENAI_API_BASE": f"{address}/v1", "OPENAI_API_KEY": "unused",
            "ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": "unused", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
    finally:
        running.shutdown()
        running.server_close()
        thread.join(5)
