"""The local provider of `tests/client`, and Anthropic's way to answer beside it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from client.provider import INPUT, OUTPUT, Behaviour


class Models(Behaviour):
    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        if not self.path.endswith("/messages"):
            super().do_POST()
            return
        self.rfile.read(int(self.headers["content-length"]))
        self.asked["anthropic"] += 1
        said = [{"type": "text", "text": "Hello"}]
        self._answer(
            200,
            {
                "id": f"msg_{self.asked.total()}", "type": "message", "role": "assistant", "content": said,
                "model": "claude-3-5-haiku-20241022", "stop_reason": "end_turn", "stop_sequence": None,
                "usage": {"input_tokens": INPUT, "output_tokens": OUTPUT},
            },
        )  # fmt: skip


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
