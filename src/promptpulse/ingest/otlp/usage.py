"""Tokens of a call: from attributes, or from the provider's or Langfuse's usage object (contracts B2, B3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptpulse.ingest.otlp.tables import TOKEN_COLUMNS
from promptpulse.ingest.otlp.values import MAX_TOKENS, map_of, sane, tokens_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from promptpulse.ingest.otlp.decode import Value

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "input_tokens": (("prompt_tokens",), ("input_tokens",)),
    "output_tokens": (("completion_tokens",), ("output_tokens",)),
    "total_tokens": (("total",), ("total_tokens",)),
    "cached_input_tokens": (
        ("input_cached_tokens",),
        ("cache_read_input_tokens",),
        ("input_cache_read",),
        ("prompt_tokens_details", "cached_tokens"),
        ("input_tokens_details", "cached_tokens"),
    ),
    "cache_write_tokens": (
        ("cache_creation_input_tokens",),
        ("cache_write_input_tokens",),
        ("input_cache_creation",),
        ("prompt_tokens_details", "cache_write_tokens"),
        ("input_tokens_details", "cache_write_tokens"),
    ),
    "reasoning_tokens": (
        ("output_reasoning_tokens",),
        ("reasoning_tokens",),
        ("completion_tokens_details", "reasoning_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
    ),
}
"""Paths into the usage object of a provider, or into Langfuse's own."""


def tokens(found: Mapping[str, Value], absurd: Counter[str]) -> dict[str, object]:
    """The token columns of a call; an absurd number leaves its column unknown."""
    counts: list[int | None] = []
    langfuse = found.get("langfuse_usage")
    raw = found.get("raw_usage", langfuse)
    usage = map_of(raw) if raw else {}
    for column in TOKEN_COLUMNS:
        value = found.get(column)
        if value is None and usage:
            value = _in_usage(usage, column)
        if value is None or (value.__class__ is int and 0 <= value <= MAX_TOKENS):
            counts.append(value)
        else:
            counts.append(sane(tokens_of, value, absurd, column))
    sent, received, total, cached, written, reasoning = counts
    if not written and langfuse:
        written = None  # OpenAI's usage object says 0 for what it does not count, and Langfuse passes it on
    if sent is not None and (cached or written) and _counts_apart(usage, (sent, received, total, cached, written)):
        sent += (cached or 0) + (written or 0)
    if total is None and (sent is not None or received is not None):
        total = (sent or 0) + (received or 0)
    return {
        "input_tokens": sent,
        "output_tokens": received,
        "total_tokens": total,
        "cached_input_tokens": cached,
        "cache_write_tokens": written,
        "reasoning_tokens": reasoning,
    }


def _counts_apart(usage: Mapping[str, Value], counts: tuple[int | None, ...]) -> bool:
    """Whether the input tokens exclude cached ones: fewer than these, in Anthropic's own usage object, or when the
    total only adds up so."""
    sent, received, total, cached, written = (n or 0 for n in counts)
    if cached > sent:
        return True
    if "input_tokens" in usage and ("cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage):
        return True
    return bool(usage) and total == sent + received + cached + written


def _in_usage(usage: Mapping[str, Value], column: str) -> Value:
    side = {"input_tokens": "input", "output_tokens": "output"}.get(column)
    if side and side in usage:
        # Langfuse JS splits: {"input": 56, "input_cached_tokens": 64}; `input` alone is the whole
        parts = [v for k, v in usage.items() if k == side or k.startswith(side + "_")]
        return sum(v for v in parts if isinstance(v, int | float) and v == v)  # noqa: PLR0124 # NaN
    for first, *deeper in PATHS[column]:
        value = usage.get(first)
        for step in deeper:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None
