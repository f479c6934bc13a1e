"""OpenTelemetry: labels on spans, spans to the server, instrumentations of installed LLM libraries."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Callable

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider

from promptpulse.sdk.labelling import CURRENT, OWN
from promptpulse.sdk.wire import log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.context import Context

    from promptpulse.sdk.settings import Settings

GROUP = "opentelemetry_instrumentor"
LIBRARIES = frozenset({
    "agno", "alephalpha", "anthropic", "autogen", "autogen_agentchat", "bedrock", "beeai", "claude_agent_sdk", "cohere", "crewai",
    "dspy", "google_adk", "google_genai", "google_generativeai", "groq", "guardrails", "haystack", "instructor", "langchain",
    "litellm", "llama_index", "llamaindex", "mcp", "mistralai", "ollama", "openai", "openai_agents", "openai_v2", "pipecat",
    "portkey", "pydantic_ai", "replicate", "sagemaker", "smolagents", "strands", "together", "transformers", "vertexai", "voyageai",
    "watsonx", "writer",
})  # fmt: skip
"""Names of entry points that describe calls of models. Others (web frameworks, databases) are the host's business."""
SAME = {"openai_v2": "openai", "llamaindex": "llama_index", "google_generativeai": "google_genai"}
PREFERRED = ("opentelemetry.instrumentation.genai.", "openinference.", "opentelemetry.instrumentation.")
"""Of several instrumentations of one library the first is used: it tells most, by our recordings."""
UNINTERESTING = frozenset(("db.system", "db.system.name", "messaging.system"))
SPAN_BYTES = 2_000


class Spans(SpanProcessor):
    """Writes labels on spans that begin, and hands on spans that end. Its work on the host's thread is an append."""

    def __init__(self, put: Callable[[str, object, int], bool], flush: Callable[[float], bool]) -> None:
        self._put, self._flush = put, flush

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        try:
            frame = CURRENT.get()
            if frame is not None:
                span.set_attributes(frame.attributes)
                frame.call_id = ""
                frame.trace_id = format(span.context.trace_id, "032x") if span.context else ""
            else:
                inherited = _of_parent(parent_context)
                if inherited:
                    span.set_attributes(inherited)
        except Exception as e:  # noqa: BLE001 - the host must not see it
            log.debug("promptpulse: labels of a span: %s", e)

    def on_end(self, span: ReadableSpan) -> None:
        try:
            attributes: Any = span.attributes or {}
            if hasattr(attributes, "copy"):
                attributes = attributes.copy()  # a plain dict, which is read ten times faster
            if span.context is None or not span.context.trace_flags.sampled:
                return
            if not UNINTERESTING.isdisjoint(attributes):
                return
            size = SPAN_BYTES + sum(len(value) for value in attributes.values() if isinstance(value, str))
            self._put("spans", span, size)
        except Exception as e:  # noqa: BLE001 - the host must not see it
            log.debug("promptpulse: a span: %s", e)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        self._flush(5.0)


def _of_parent(context: Context | None) -> dict[str, Any]:
    """Labels in another thread come with the span around."""
    parent = trace.get_current_span(context)
    attributes = getattr(parent, "attributes", None) or {}
    if not any(str(name).startswith("promptpulse.") for name in attributes):
        return {}
    return {name: value for name, value in attributes.items() if str(name).startswith(OWN)}


def set_up(settings: Settings, spans: Spans, given: object | None) -> object:
    """The provider that the spans come from: the one given, the host's, or a new one that becomes the global one."""
    provider = given if given is not None else trace.get_tracer_provider()
    if not hasattr(provider, "add_span_processor"):
        attributes = {"service.name": settings.service or "unknown_service"}
        if settings.environment:
            attributes["deployment.environment.name"] = settings.environment
        provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
        trace.set_tracer_provider(provider)
    provider.add_span_processor(spans)
    return provider


def capture(is_wanted: bool) -> None:  # noqa: FBT001 - a setting
    """Tell instrumentations whether to record texts, where the environment does not say."""
    genai, others = ("span_only", "true") if is_wanted else ("no_content", "false")
    os.environ.setdefault("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", genai)
    os.environ.setdefault("TRACELOOP_TRACE_CONTENT", others)
    os.environ.setdefault("OPENINFERENCE_HIDE_INPUTS", "false" if is_wanted else "true")
    os.environ.setdefault("OPENINFERENCE_HIDE_OUTPUTS", "false" if is_wanted else "true")


def instrument(provider: object, only: Sequence[str] | None = None) -> list[str]:
    """Switch on the instrumentations of installed libraries; their names. Those that are on already stay as they are."""
    switched_on = []
    for name, candidates in _chosen(_found(), only).items():
        for entry in candidates:
            if _instrumented(entry, provider):
                switched_on.append(name)
                break
    return switched_on


def _found() -> Iterable[EntryPoint]:
    try:
        every: Any = entry_points()
        found: Iterable[EntryPoint] = every.select(group=GROUP) if hasattr(every, "select") else every.get(GROUP, ())
    except Exception as e:  # noqa: BLE001 - broken metadata of some package
        log.debug("promptpulse: entry points: %s", e)
        return ()
    return found


def _chosen(found: Iterable[EntryPoint], only: Sequence[str] | None) -> dict[str, list[EntryPoint]]:
    """By library, the best first."""
    by_library: dict[str, list[EntryPoint]] = {}
    wanted = None if only is None else {_library(name) for name in only}
    for entry in found:
        library = _library(entry.name)
        if library in LIBRARIES if wanted is None else library in wanted:
            by_library.setdefault(library, []).append(entry)
    for entries in by_library.values():
        entries.sort(key=_rank)
    return by_library


def _library(name: str) -> str:
    plain = name.lower().replace("-", "_")
    return SAME.get(plain, plain)


def _rank(entry: EntryPoint) -> tuple[int, str]:
    place = next((i for i, start in enumerate(PREFERRED) if entry.value.startswith(start)), len(PREFERRED))
    return place, entry.value


def _instrumented(entry: EntryPoint, provider: object) -> bool:
    try:
        instrumentor = entry.load()()
        if getattr(instrumentor, "is_instrumented_by_opentelemetry", False):
            return True
        conflict = getattr(instrumentor, "_check_dependency_conflicts", None)
        if conflict is not None and conflict() is not None:
            return False  # the library is not installed, or too old for it
        instrumentor.instrument(tracer_provider=provider)
    except Exception as e:  # noqa: BLE001 - of packages that are not ours
        log.debug("promptpulse: the instrumentation %s does not work here: %s", entry.value, e)
        return False
    return True
