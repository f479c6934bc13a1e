"""A user's program: the OpenAI client, one instrumentation, the standard exporter set up by the environment.

Arguments: the instrumentation's module, the address of the provider, then scenarios, which are paths of the provider."""

from __future__ import annotations

import importlib
import sys

import openai
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

MODEL = "gpt-4o-mini"


def call(provider: str, scenario: str) -> None:
    client = openai.OpenAI(
        api_key="unused",
        base_url=f"{provider}/{scenario}/v1",
        max_retries=2 if scenario == "retried" else 0,
        timeout=0.5 if scenario == "timeout" else 20,
    )
    create = client.chat.completions.create
    if scenario.startswith("stream"):
        chunks = create(
            model=MODEL,
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        assert [c.choices[0].delta.content for c in chunks if c.choices] == ["Hel", "lo", None]
    else:
        create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])


def main() -> None:
    instrumentation, provider, *scenarios = sys.argv[1:]
    tracing = TracerProvider()
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracing)
    importlib.import_module(instrumentation).OpenAIInstrumentor().instrument(tracer_provider=tracing)
    for scenario in scenarios:
        try:
            call(provider, scenario)
        except openai.APIError as e:
            sys.stdout.write(f"{scenario}: {type(e).__name__}\n")
        else:
            sys.stdout.write(f"{scenario}: answered\n")
    tracing.shutdown()


if __name__ == "__main__":
    main()
