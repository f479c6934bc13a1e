"""PromptPulse: see how your production prompts do, and decide what to change.

`import promptpulse` is the client library for programs (promptpulse.sdk); its names are loaded when they are first used."""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from promptpulse.sdk import (
        Prompt,
        PromptUnavailable,
        Stats,
        aget_experiment_prompt,
        aget_prompt,
        call,
        event,
        flush,
        flushed,
        get_experiment_prompt,
        get_prompt,
        init,
        labels,
        prompt,
        score,
        shutdown,
        stats,
        timed_call,
    )

__all__ = [
    "Prompt",
    "PromptUnavailable",
    "Stats",
    "aget_experiment_prompt",
    "aget_prompt",
    "call",
    "event",
    "flush",
    "flushed",
    "get_experiment_prompt",
    "get_prompt",
    "init",
    "labels",
    "prompt",
    "score",
    "shutdown",
    "stats",
    "timed_call",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from promptpulse import sdk  # noqa: PLC0415 - the server needs none of it

    found: object = getattr(sdk, name)
    globals()[name] = found
    return found
