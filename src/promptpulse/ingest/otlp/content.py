"""Texts of calls, from span attributes and from log records. Read only when a project asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from promptpulse.ingest.otlp.decode import Attributes, LogRecord, Value
from promptpulse.ingest.otlp.values import map_of

MAX_TEXT = 200_000
"""Longer texts are cut."""

INDEXED_INPUT = (re.compile(r"gen_ai\.prompt\.(\d+)\.(.+)"), re.compile(r"llm\.input_messages\.(\d+)\.message\.(.+)"))
INDEXED_OUTPUT = (
    re.compile(r"gen_ai\.completion\.(\d+)\.(.+)"),
    re.compile(r"llm\.output_messages\.(\d+)\.message\.(.+)"),
)
INPUT_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
OUTPUT_EVENT = "gen_ai.choice"
DETAILS_EVENT = "gen_ai.client.inference.operation.details"


class Content(msgspec.Struct, gc=False):
    """The texts of one call that arrived in log records, JSON lists of messages; "" for a side that did not come."""

    id: str
    """Of the call: trace id and span id."""
    input: str = ""
    output: str = ""


def of_span(a: Attributes, operation: str) -> tuple[str, str]:
    """Input and output as JSON, or as plain text where that is all there is; "" when absent."""
    sent = (
        _with_instructions(a)
        or _indexed(a, INDEXED_INPUT)
        or _text(a.get("langfuse.observation.input"))
        or _text(map_of(a.get("request_data")).get("messages"))
    )
    received = (
        _text(a.get("gen_ai.output.messages"))
        or _indexed(a, INDEXED_OUTPUT)
        or _text(a.get("langfuse.observation.output"))
        or _response_data(a.get("response_data"))
    )
    if operation != "embeddings":
        # for embeddings OpenInference puts vectors there, not messages
        sent = sent or _text(a.get("input.value"))
        received = received or _text(a.get("output.value"))
    return sent, received


def of_logs(records: Iterable[LogRecord]) -> list[Content]:
    """One Content a span, messages in the order of their records."""
    sent: dict[str, list[Value]] = {}
    received: dict[str, list[Value]] = {}
    whole: dict[str, Content] = {}
    for record in records:
        key = record.trace_id + record.span_id
        if len(key) != 48:
            continue
        if role := INPUT_EVENTS.get(record.event_name):
            if record.body:
                sent.setdefault(key, []).append(_with_role(record.body, role))
        elif record.event_name == OUTPUT_EVENT:
            if _says_something(record.body):
                received.setdefault(key, []).append(record.body)
        elif record.event_name == DETAILS_EVENT:
            given = record.attributes | (record.body if isinstance(record.body, dict) else {})
            if given.keys() & {"gen_ai.input.messages", "gen_ai.output.messages"}:
                whole[key] = Content(key, *of_span(given, "chat"))
    for key in dict.fromkeys((*sent, *received)):
        entry = whole.setdefault(key, Content(key))
        entry.input = entry.input or _text(sent.get(key))
        entry.output = entry.output or _text(received.get(key))
    return list(whole.values())


def _with_role(body: Value, role: str) -> Value:
    return {"role": role, **body} if isinstance(body, dict) else {"role": role, "content": body}


def _says_something(body: Value) -> bool:
    """With content turned off a choice still comes, with a role and a finish reason alone."""
    message = body.get("message") if isinstance(body, dict) else body
    return bool(message.keys() - {"role"}) if isinstance(message, dict) else bool(message)


def _with_instructions(a: Attributes) -> str:
    messages, instructions = a.get("gen_ai.input.messages"), a.get("gen_ai.system_instructions")
    if not instructions:
        return _text(messages)
    system = _text(instructions)
    listed = _text(messages)
    if system[:1] == "[" and listed[:1] == "[":
        head = f'{{"role":"system","parts":{system}}}'
        return (f"[{head},{listed[1:].lstrip()}" if listed[1:].strip() != "]" else f"[{head}]")[:MAX_TEXT]
    return listed or system


def _response_data(value: Value) -> str:
    """logfire 4: a message, or the text of a stream put together."""
    answer = map_of(value)
    return _text(answer.get("message") or answer.get("combined_chunk_content"))


def _indexed(a: Attributes, patterns: tuple[re.Pattern[str], ...]) -> str:
    """Messages spread over attributes: `gen_ai.prompt.0.content`, `llm.input_messages.0.message.content`."""
    messages: dict[int, dict[str, Value]] = {}
    for name, value in a.items():
        for pattern in patterns:
            if (m := pattern.fullmatch(name)) and len(m[1]) < 6:
                messages.setdefault(int(m[1]), {})[m[2]] = value
    return _text([messages[i] for i in sorted(messages)]) if messages else ""


def _text(value: Value) -> str:
    if not value:
        return ""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    try:
        return msgspec.json.encode(value).decode()[:MAX_TEXT]
    except (TypeError, ValueError, RecursionError):
        return ""
