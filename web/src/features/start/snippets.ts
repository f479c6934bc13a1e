export interface Snippet {
  name: string;
  /** What to do with it, one sentence. */
  how: string;
  code: string;
}

/** Code that sends a first call to `endpoint` (scheme, host, port) with an API key. */
export function snippets(endpoint: string, key: string): Snippet[] {
  return [
    {
      name: "Python",
      how: "Traces every call of the openai client. Install opentelemetry-instrumentation-openai, opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http.",
      code: `from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter(
    endpoint="${endpoint}/v1/traces",
    headers={"Authorization": "Bearer ${key}"},
)
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument()

OpenAI().chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello"}],
)
provider.shutdown()`,
    },
    {
      name: "OpenTelemetry",
      how: "For any program that already exports OpenTelemetry traces of LLM calls: set these and start it.",
      code: `export OTEL_EXPORTER_OTLP_ENDPOINT="${endpoint}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20${key}"
export OTEL_SERVICE_NAME="my-app"`,
    },
    {
      name: "curl",
      how: "Sends one call without any library.",
      code: `curl ${endpoint}/api/v1/calls \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"calls": [{
    "prompt_id": "hello", "provider": "openai", "model": "gpt-4o-mini",
    "latency_ms": 640, "input_tokens": 12, "output_tokens": 30
  }]}'`,
    },
    {
      name: "JavaScript",
      how: "Sends a call after your own request; works in Node 18 and newer, Deno and Bun.",
      code: `const began = Date.now();
// ... your LLM request here ...

const response = await fetch("${endpoint}/api/v1/calls", {
  method: "POST",
  headers: {
    Authorization: "Bearer ${key}",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    calls: [{
      prompt_id: "hello",
      provider: "openai",
      model: "gpt-4o-mini",
      latency_ms: Date.now() - began,
      input_tokens: 12,
      output_tokens: 30,
    }],
  }),
});
console.log(await response.json());`,
    },
  ];
}
