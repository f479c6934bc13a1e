"""What emitters call things (contracts B3): names in order of preference, and the words that are folded."""

from __future__ import annotations

import re

# --- which spans are calls

OPERATIONS = {
    "chat": "chat",
    "text_completion": "text_completion",
    "generate_content": "generate_content",
    "embeddings": "embeddings",
    "rerank": "rerank",
    # litellm writes its own function names
    "completion": "chat",
    "acompletion": "chat",
    "responses": "chat",
    "aresponses": "chat",
    "anthropic_messages": "chat",
    "aanthropic_messages": "chat",
    "text_completions": "text_completion",
    "atext_completion": "text_completion",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "arerank": "rerank",
    "agenerate_content": "generate_content",
    "generate_content_stream": "generate_content",
    "agenerate_content_stream": "generate_content",
}
"""`gen_ai.operation.name` -> operation; what is not here (invoke_agent, execute_tool, fetch_response, ...) is no call."""
REQUEST_TYPES = {
    "chat": "chat",
    "completion": "text_completion",
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "rerank": "rerank",
}
"""`llm.request.type` of OpenLLMetry."""
OPENINFERENCE_KINDS = {"llm": "chat", "embedding": "embeddings"}
LANGFUSE_TYPES = {"generation": "chat", "embedding": "embeddings"}
LAIKATEST_TYPES = {"generation": "chat", "embedding": "embeddings"}
OPERATION_ATTRIBUTES = (
    ("gen_ai.operation.name", OPERATIONS),
    ("llm.request.type", REQUEST_TYPES),
    ("openinference.span.kind", OPENINFERENCE_KINDS),
    ("langfuse.observation.type", LANGFUSE_TYPES),
    ("laikatest.operation.type", LAIKATEST_TYPES),
)
"""The first that is present decides."""
LITELLM_MARKS = ("litellm.call_id", "hidden_params")
"""litellm writes them, also on the span of the application that it finds around the call."""
TRACELOOP_WRAPPERS = frozenset(("workflow", "task", "agent", "tool"))
HTTP_ATTRIBUTES = ("http.request.method", "http.method", "http.response.status_code", "http.status_code")
FAMILIES = {"embeddings": "embeddings", "rerank": "rerank"}
"""Operations that may describe one another; all others are ways to generate."""

# --- which attribute fills which column

COLUMNS: dict[str, tuple[str, ...]] = {
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "request_model": ("gen_ai.request.model", "llm.request.model_name", "embedding.model_name"),
    "one_model": ("llm.model_name", "langfuse.observation.model.name"),
    "response_model": ("gen_ai.response.model", "llm.response.model_name", "llm.response.model"),
    "response_id": ("gen_ai.response.id", "llm.response.id"),
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
    ),
    "total_tokens": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"),
    "cached_input_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cached_tokens",
        "llm.token_count.prompt_details.cache_read",
    ),
    "cache_write_tokens": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "llm.token_count.prompt_details.cache_write",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "llm.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
    ),
    "raw_usage": ("gen_ai.usage.raw",),
    "langfuse_usage": ("langfuse.observation.usage_details",),
    "first_chunk_s": ("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"),
    "first_token_at": ("langfuse.observation.completion_start_time",),
    "streaming": ("gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming", "litellm.request.streaming"),
    "finish": (
        "gen_ai.response.finish_reasons",
        "llm.finish_reason",
        "gen_ai.completion.0.finish_reason",
        "anthropic.message.stop_reason",
        "langfuse.observation.metadata.finish_reason",
    ),
    "error_name": ("error.type",),
    "error_message": ("error.message",),
    "http_status": ("http.response.status_code", "http.status_code", "error.code", "litellm.provider.error.code"),
    "retries": ("http.request.resend_count",),
    "prompt_id": (
        "promptpulse.prompt.name",
        "langfuse.observation.prompt.name",
        "traceloop.prompt.key",
        "gen_ai.prompt.name",
        "laikatest.property.prompt_name",
        "laikatest.property.prompt",
    ),
    "prompt_version": (
        "promptpulse.prompt.version",
        "langfuse.observation.prompt.version",
        "traceloop.prompt.version",
        "gen_ai.prompt.version",
        "llm.prompt_template.version",
        "laikatest.property.prompt_version",
    ),
    "user_id": (
        "laikatest.user.id",
        "user.id",
        "enduser.id",
        "traceloop.association.properties.user_id",
        "langfuse.observation.metadata.langfuse_user_id",
        "laikatest.experiment.user_id",
        "metadata.user_api_key_user_id",
        "litellm.metadata.user_api_key_user_id",
        "gen_ai.user",
        "llm.user",
    ),
    "session_id": (
        "laikatest.session.id",
        "session.id",
        "gen_ai.conversation.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.chat_id",
        "traceloop.association.properties.conversation_id",
        "langfuse.observation.metadata.langfuse_session_id",
        "laikatest.experiment.session_id",
    ),
    "experiment_id": ("laikatest.experiment.id",),
    "variant_id": ("laikatest.experiment.variant_id",),
    "feature": (
        "promptpulse.feature",
        "laikatest.property.feature",
        "traceloop.association.properties.feature",
        "langfuse.observation.metadata.feature",
        "langfuse.trace.metadata.feature",
    ),
    "environment": ("langfuse.environment", "laikatest.property.environment"),
    "cost": (
        "gen_ai.cost.total_cost",
        "litellm.cost.total",
        "operation.cost",
        "llm.cost.total",
        "llm.response.cost",
        "langfuse.observation.cost_details",
        "hidden_params",
        "gen_ai.cost.original_cost",
    ),
    "llm_ms": ("promptpulse.llm_ms",),
    "network_ms": ("promptpulse.network_ms",),
    "queue_ms": ("promptpulse.queue_ms",),
}
RESOURCE_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment", "langfuse.environment")
PROPERTIES = (
    "promptpulse.property.",
    "laikatest.property.",
    "langfuse.observation.metadata.",
    "langfuse.trace.metadata.",
    "traceloop.association.properties.",
)
"""Attributes that begin so and fill no column become properties."""
MAX_PROPERTIES, MAX_PROPERTY_NAME, MAX_PROPERTY = 32, 100, 500

COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names}

PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "xai": "x_ai",
    "gemini": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
    # the Vercel AI SDK before version 7 adds which of the provider's interfaces it is
    "openai.responses": "openai",
    "openai.chat": "openai",
    "openai.completion": "openai",
    "openai.embedding": "openai",
    "anthropic.messages": "anthropic",
    "google.generative-ai": "gcp.gemini",
}
PROVIDERS_OF_MODELS = (
    ("openai", re.compile(r"gpt-|chatgpt-|o[134](-|$)|text-embedding-|codex-|davinci|babbage")),
    ("anthropic", re.compile(r"claude-")),
    ("gcp.gemini", re.compile(r"gemini-")),
    ("mistral_ai", re.compile(r"(mi[sx]tral|ministral|magistral|codestral|pixtral|devstral)-")),
    ("cohere", re.compile(r"(command-|embed-english|embed-multilingual|rerank-(english|multilingual|v\d))")),
    ("deepseek", re.compile(r"deepseek-")),
    ("x_ai", re.compile(r"grok-")),
    ("perplexity", re.compile(r"sonar(-|$)")),
)
"""For emitters that name none (Langfuse): only families that one company serves."""
FINISH_REASONS = {"tool_call": "tool_calls", "end_turn": "stop", "none": "", "null": ""}
FIRST_TOKEN_EVENTS = frozenset(
    ("First Token Stream Event", "gen_ai.content.completion.chunk", "llm.content.completion.chunk")
)
TEXT_COLUMNS = frozenset(
    (
        "response_model",
        "response_id",
        "prompt_id",
        "prompt_version",
        "user_id",
        "session_id",
        "experiment_id",
        "variant_id",
        "feature",
        "environment",
    )
)
"""Columns of COLUMNS that are taken as they are."""
DURATIONS = ("llm_ms", "network_ms", "queue_ms")
TOKEN_COLUMNS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
