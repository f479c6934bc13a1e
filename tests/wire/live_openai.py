"""Run by test_live: real OpenAI client, real instrumentations (named as arguments), a provider of our own.

Prints the calls made and the encoded spans, one request body in hex."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

MESSAGES = [{"role": "user", "content": "Hi"}]


class Provider(BaseHTTPRequestHandler):
    """Answers chat completions: model `fail` with 429, else 10 tokens in and 5 out, with an id per answer."""

    answers = 0

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Provider.answers += 1
        common = {"id": f"chatcmpl-{Provider.answers}", "created": 1, "model": "gpt-4o-2024-08-06"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        said = {"role": "assistant", "content": "Hello"}
        if asked["model"] == "fail":
            self.answer(429, json.dumps({"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}))
        elif asked.get("stream"):
            chunks: list[dict[str, object]] = [
                {"choices": [{"index": 0, "delta": said, "finish_reason": None}]},
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                {"choices": [], "usage": usage},
            ]
            lines = [json.dumps({**common, "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
            self.answer(200, "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]), "text/event-stream")
        else:
            choices = [{"index": 0, "message": said, "finish_reason": "stop"}]
            self.answer(200, json.dumps({**common, "object": "chat.completion", "choices": choices, "usage": usage}))

    def answer(self, status: int, text: str, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def make_calls(client: openai.OpenAI) -> int:
    create = client.chat.completions.create
    for _ in range(2):
        create(model="gpt-4o", messages=MESSAGES)  # type: ignore[arg-type] # plain dicts will do
        list(create(model="gpt-4o", messages=MESSAGES, stream=True, stream_options={"include_usage": True}))  # type: ignore[call-overload]
        try:
            create(model="fail", messages=MESSAGES)  # type: ignore[arg-type]
        except openai.RateLimitError:
            continue
    threads = [threading.Thread(target=create, kwargs={"model": "gpt-4o", "messages": MESSAGES}) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 6 + len(threads)


def main(instrumentations: list[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    memory, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    for module in instrumentations:
        importlib.import_module(module).OpenAIInstrumentor().instrument(tracer_provider=provider)
    made = make_calls(openai.OpenAI(api_key="x", base_url=f"http://127.0.0.1:{server.server_port}/v1", max_retries=0))
    bodies = [encode_spans([s]).SerializeToString().hex() for s in memory.get_finished_spans()]
    sys.stdout.write(json.dumps({"made": made, "bodies": bodies}))


if __name__ == "__main__":
    main(sys.argv[1:])
