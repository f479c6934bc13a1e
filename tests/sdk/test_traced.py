"""Real clients of models, instrumented by `init`: labels reach the calls, and scores find them."""

from __future__ import annotations

import json

from client.provider import provider
from sdk.conftest import Project, program

PROGRAM = """
import asyncio, sys
import openai, promptpulse
address = sys.argv[1]
promptpulse.init(service="shop", environment="staging")
ask = dict(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
def client(scenario="success"):
    return openai.OpenAI(api_key="unused", base_url=f"{address}/{scenario}/v1", max_retries=0)

with promptpulse.prompt(
    "support-reply", version=3, feature="chat", user_id="user-42", session_id="s-1", properties={"plan": "pro"}
):
    client().chat.completions.create(**ask)
    promptpulse.score("helpful", True)

@promptpulse.prompt("streamed", version="b")
def streamed():
    for chunk in client("stream").chat.completions.create(stream=True, stream_options={"include_usage": True}, **ask):
        yield chunk
list(streamed())

@promptpulse.prompt("async")
async def asked(user):
    with promptpulse.labels(user_id=user):
        async with openai.AsyncOpenAI(api_key="unused", base_url=f"{address}/success/v1") as c:
            await c.chat.completions.create(**ask)
async def main():
    await asyncio.gather(asked("a"), asked("b"))
asyncio.run(main())

try:
    with promptpulse.prompt("limited"):
        client("limited").chat.completions.create(**ask)
except openai.RateLimitError:
    pass
client().chat.completions.create(**ask)
"""


def test_calls_of_an_instrumented_client_carry_the_labels_of_their_block(mine: Project) -> None:
    with provider() as (address, asked):
        done = program(PROGRAM, address, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert asked.total() == 6
    rows = {(row["prompt_id"], row["user_id"]): row for row in mine.rows()}
    assert len(rows) == 6, "one row a call, though three instrumentations of it are installed"
    reply = rows["support-reply", "user-42"]
    expected = {
        "prompt_version": "3", "feature": "chat", "session_id": "s-1", "properties": {"plan": "pro"}, "service": "shop",
        "environment": "staging", "model": "gpt-4o-mini", "input_tokens": 1000, "output_tokens": 200, "provider": "openai",
    }  # fmt: skip
    assert {name: reply[name] for name in expected} == expected
    assert (rows["streamed", None]["prompt_version"], rows["streamed", None]["streaming"]) == ("b", True)
    assert (rows["async", "a"]["status"], rows["async", "b"]["status"]) == ("success", "success")
    assert (rows["limited", None]["status"], rows["limited", None]["error_type"]) == ("error", "rate_limit")
    assert rows[None, None]["prompt_version"] is None
    (score,) = mine.rows("/api/v1/scores")
    assert (score["trace_id"], score["prompt_id"], score["user_id"]) == (reply["trace_id"], "support-reply", "user-42")


OWN_PROVIDER = """
import sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
theirs = InMemorySpanExporter()
tracing = TracerProvider()
tracing.add_span_processor(SimpleSpanProcessor(theirs))
trace.set_tracer_provider(tracing)
import openai, promptpulse
from concurrent.futures import ThreadPoolExecutor
from opentelemetry import context
promptpulse.init()
promptpulse.init()
ask = dict(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hi"}])
client = openai.OpenAI(api_key="unused", base_url=f"{sys.argv[1]}/success/v1", max_retries=0)
tracer = trace.get_tracer("host")
def in_thread(around):
    with trace.use_span(around):
        client.chat.completions.create(**ask)
with promptpulse.prompt("support-reply", version=3), tracer.start_as_current_span("work") as around:
    with ThreadPoolExecutor() as pool:
        pool.submit(in_thread, around).result()
with tracer.start_as_current_span("query", attributes={"db.system": "postgresql"}):
    pass
promptpulse.flush()
print(sorted(span.name for span in theirs.get_finished_spans()), dict(promptpulse.stats().sent))
"""


def test_the_hosts_own_tracing_stays_and_labels_follow_spans_into_threads(mine: Project) -> None:
    with provider() as (address, _):
        done = program(OWN_PROVIDER, address, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "['chat gpt-4o-mini', 'query', 'work'] {'spans': 2}"
    (row,) = mine.rows()
    assert (row["prompt_id"], row["prompt_version"]) == ("support-reply", "3")


CAPTURED = """
import sys, openai, promptpulse
promptpulse.init(capture_content=True)
client = openai.OpenAI(api_key="unused", base_url=f"{sys.argv[1]}/success/v1", max_retries=0)
client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Where is it?"}])
"""


def test_texts_are_recorded_when_asked_for(mine: Project) -> None:
    project = mine.client.get("/api/v1/projects").json()["data"][0]["id"]
    assert mine.client.patch(f"/api/v1/projects/{project}", json={"capture_content": True}).is_success
    with provider() as (address, _):
        done = program(CAPTURED, address, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url)
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = mine.rows()
    call = mine.client.get(f"/api/v1/calls/{row['id']}").json()["data"]
    assert "Where is it?" in json.dumps(call["input"])
    assert "Hello" in json.dumps(call["output"])
