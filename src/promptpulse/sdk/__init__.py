"""The client library: labels calls, fetches prompts, sends scores. Imports nothing else of this package.

Nothing here raises into the program or makes it wait, except `get_prompt` and `get_experiment_prompt`: they wait for the server
once, and raise PromptUnavailable when there is neither an answer, nor a copy, nor a fallback."""

from __future__ import annotations

import atexit
import functools
import os
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, TypeVar, Union

from promptpulse.sdk.client import CALL_BYTES, Client
from promptpulse.sdk.delivery import Stats
from promptpulse.sdk.labelling import Labels
from promptpulse.sdk.settings import Settings, settings_of
from promptpulse.sdk.timed import TimedCall
from promptpulse.sdk.values import (
    Label,
    Message,
    Prompt,
    PromptUnavailable,
    Scalar,
    ScoreValue,
    fallback_of,
)
from promptpulse.sdk.wire import log

if TYPE_CHECKING:
    from datetime import datetime

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

F = TypeVar("F", bound=Callable[..., Any])
Fallback = Union[str, Sequence[Message], Prompt]


class _State:
    """Of the process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.client: Client | None = None
        self.is_set_up = False
        """`init` was called, or the environment was looked at."""
        self.is_traced = False
        self.said: set[str] = set()


_state = _State()


def init(
    key: str | None = None,
    endpoint: str | None = None,
    service: str | None = None,
    *,
    environment: str | None = None,
    instrument: bool | Sequence[str] | None = None,
    capture_content: bool | None = None,
    spool: str | None = None,
    enabled: bool | None = None,
    tracer_provider: object | None = None,
    flush_interval_s: float | None = None,
    timeout_s: float | None = None,
    prompt_timeout_s: float | None = None,
    prompt_ttl_s: float | None = None,
    max_queue_mb: float | None = None,
    max_spool_mb: float | None = None,
    exit_timeout_s: float | None = None,
) -> None:
    """Begin. What is not given is read from the environment: `PROMPTPULSE_KEY`, `PROMPTPULSE_ENDPOINT` (or `_URL`),
    `PROMPTPULSE_SERVICE`, `PROMPTPULSE_ENVIRONMENT`, `PROMPTPULSE_INSTRUMENT`, `PROMPTPULSE_SPOOL`, `PROMPTPULSE_ENABLED`.

    `instrument`: False leaves OpenTelemetry alone; names switch on these instrumentations only. `capture_content`: whether
    instrumentations record texts (the project must keep them, too). `spool`: a folder for what cannot be sent.
    `tracer_provider`: yours, if it is not the global one. Without a key nothing is sent. Called again with other settings it
    begins anew; with the same ones it does nothing."""
    try:
        settings = settings_of(
            key=key,
            endpoint=endpoint,
            service=service,
            environment=environment,
            instrument=instrument,
            spool=None if spool is None else str(spool),
            enabled=enabled,
            flush_interval_s=flush_interval_s,
            timeout_s=timeout_s,
            prompt_timeout_s=prompt_timeout_s,
            prompt_ttl_s=prompt_ttl_s,
            max_queue_mb=max_queue_mb,
            max_spool_mb=max_spool_mb,
            exit_timeout_s=exit_timeout_s,
        )
        _begin(settings, tracer_provider, capture_content=capture_content)
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("init", e)


def prompt(
    name: str | Prompt,
    *,
    version: Label | None = None,
    feature: Label | None = None,
    user_id: Label | None = None,
    session_id: Label | None = None,
    environment: str | None = None,
    experiment_id: Label | None = None,
    variant_id: Label | None = None,
    properties: Mapping[str, Scalar] | None = None,
) -> Labels:
    """Calls inside belong to this prompt: `with promptpulse.prompt("support-reply", version=3): ...`, or as a decorator.

    `name` may be what `get_prompt` or `get_experiment_prompt` gave; version, experiment and variant are then known. Blocks may
    lie in each other: the inner one adds to the outer one. Calls are those that an instrumentation sees, and those of `call`."""
    given = {
        "prompt_version": version,
        "feature": feature,
        "user_id": user_id,
        "session_id": session_id,
        "environment": environment,
        "experiment_id": experiment_id,
        "variant_id": variant_id,
    }
    return Labels(name, given, properties, _oops)


def labels(
    *,
    feature: Label | None = None,
    user_id: Label | None = None,
    session_id: Label | None = None,
    environment: str | None = None,
    properties: Mapping[str, Scalar] | None = None,
) -> Labels:
    """As `prompt`, for what is known before the prompt is: in the middleware of a web server, say."""
    given = {"feature": feature, "user_id": user_id, "session_id": session_id, "environment": environment}
    return Labels(None, given, properties, _oops)


def call(
    name: str | Prompt | None = None,
    *,
    latency_ms: float,
    version: Label | None = None,
    provider: str | None = None,
    model: str | None = None,
    response_model: str | None = None,
    operation: str | None = None,
    status: str | None = None,
    error_type: str | None = None,
    error_name: str | None = None,
    error_message: str | None = None,
    http_status: int | None = None,
    llm_ms: float | None = None,
    network_ms: float | None = None,
    queue_ms: float | None = None,
    first_token_ms: float | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cached_input_tokens: int | None = None,
    cache_write_tokens: int | None = None,
    reasoning_tokens: int | None = None,
    cost_usd: float | None = None,
    user_id: Label | None = None,
    session_id: Label | None = None,
    feature: Label | None = None,
    environment: str | None = None,
    service: str | None = None,
    experiment_id: Label | None = None,
    variant_id: Label | None = None,
    trace_id: str | None = None,
    parent_id: str | None = None,
    finish_reason: str | None = None,
    streaming: bool | None = None,
    properties: Mapping[str, Scalar] | None = None,
    input: str | None = None,  # noqa: A002 - the name on the wire
    output: str | None = None,
    id: str | None = None,  # noqa: A002
    timestamp: datetime | float | str | None = None,
) -> str:
    """Report a call of a model that no instrumentation sees. Returns its id, for scores; "" when nothing is sent.

    `name` is the prompt's; absent, it is that of the block around. `timestamp` is when the call began; absent, it ended just
    now. All other fields: docs/sending-calls.md."""
    try:
        client = _state.client or _client()
        if client is None:
            return ""
        row: dict[str, Any] = dict(name.labels) if isinstance(name, Prompt) else {"prompt_id": name}
        row.update(
            latency_ms=latency_ms,
            provider=provider,
            model=model,
            response_model=response_model,
            operation=operation,
            status=status,
            error_type=error_type,
            error_name=error_name,
            error_message=error_message,
            http_status=http_status,
            llm_ms=llm_ms,
            network_ms=network_ms,
            queue_ms=queue_ms,
            first_token_ms=first_token_ms,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cached_input_tokens=cached_input_tokens,
            cache_write_tokens=cache_write_tokens,
            reasoning_tokens=reasoning_tokens,
            cost_usd=cost_usd,
            feature=feature,
            environment=environment,
            service=service,
            trace_id=trace_id,
            parent_id=parent_id,
            finish_reason=finish_reason,
            streaming=streaming,
            properties=dict(properties) if properties else None,
            input=input,
            output=output,
            id=id,
            timestamp=timestamp,
        )
        if version is not None:
            row["prompt_version"] = version
        if user_id is not None:
            row["user_id"] = user_id
        if session_id is not None:
            row["session_id"] = session_id
        if experiment_id is not None:
            row["experiment_id"] = experiment_id
        if variant_id is not None:
            row["variant_id"] = variant_id
        size = CALL_BYTES + len(input or "") + len(output or "") + len(error_message or "")
        return client.call(row, size)
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("call", e)
        return ""


def timed_call(name: str | Prompt | None = None, **fields: Any) -> TimedCall:
    """Report the call that is made inside: `with promptpulse.timed_call("support-reply", model="my-model") as made: ...`.

    The time is measured; `made.set(output_tokens=96)` adds what is known later, `made.first_token()` marks the first token of
    a stream. An exception makes it a failed call, and goes on to the program."""
    return TimedCall(call, name, fields)


def get_prompt(
    name: str,
    version: int | None = None,
    *,
    environment: str | None = None,
    fallback: Fallback | None = None,
) -> Prompt:
    """The version that the environment serves (`production`, unless `init` says otherwise), or the one asked for.

    The first time, this waits for the server, for 2 s at most; afterwards it answers from memory, and a copy that is older than
    a minute is refreshed behind. When the server is away the copy stays in use; without one, `fallback`. Without that, too,
    PromptUnavailable is raised."""
    found: Prompt | None = None
    try:
        client = _client()
        if client is not None:
            found = client.get_prompt(name, version, environment)
            if found is None and fallback is not None:
                return _fallback(name, fallback).bound(client.score, client.event)
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("get_prompt", e)
    if found is not None:
        return found
    if fallback is not None:
        return _fallback(name, fallback)
    raise PromptUnavailable(
        f"the prompt {name!r} could not be fetched, and there is neither a copy nor a fallback; give fallback=..."
    )


def get_experiment_prompt(
    title: str, context: Mapping[str, Any] | None = None, *, fallback: Fallback | None = None
) -> Prompt:
    """The prompt of the variant that the experiment assigns to the user or session.

    `context` holds `user_id` or `session_id` (those of the block around count, too) and what the experiment targets by. Waiting,
    copies and `fallback` are as of `get_prompt`."""
    found: Prompt | None = None
    try:
        client = _client()
        if client is not None:
            found = client.get_experiment_prompt(title, context or {})
            if found is None and fallback is not None:
                return _fallback(title, fallback).bound(client.score, client.event)
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("get_experiment_prompt", e)
    if found is not None:
        return found
    if fallback is not None:
        return _fallback(title, fallback)
    raise PromptUnavailable(
        f"the experiment {title!r} gave no prompt, and there is neither a copy nor a fallback; give fallback=..."
    )


async def aget_prompt(
    name: str,
    version: int | None = None,
    *,
    environment: str | None = None,
    fallback: Fallback | None = None,
) -> Prompt:
    """As `get_prompt`, without stopping the event loop."""
    found: Prompt = await _in_thread(get_prompt, name, version, environment=environment, fallback=fallback)
    return found


async def aget_experiment_prompt(
    title: str, context: Mapping[str, Any] | None = None, *, fallback: Fallback | None = None
) -> Prompt:
    """As `get_experiment_prompt`, without stopping the event loop."""
    found: Prompt = await _in_thread(get_experiment_prompt, title, context, fallback=fallback)
    return found


def score(
    name: str,
    value: ScoreValue,
    *,
    prompt: str | Prompt | None = None,
    version: Label | None = None,
    call_id: str | None = None,
    trace_id: str | None = None,
    user_id: Label | None = None,
    session_id: Label | None = None,
    comment: str | None = None,
    id: str | None = None,  # noqa: A002 - the name on the wire
    timestamp: datetime | float | str | None = None,
) -> str:
    """Say how good an answer was. It belongs to the call or trace that is named, else to the block around. Returns its id; the
    same `id` again counts once."""
    try:
        client = _client()
        if client is None:
            return ""
        return client.score(
            name, value, prompt=prompt, version=version, call_id=call_id, trace_id=trace_id, user_id=user_id,
            session_id=session_id, comment=comment, id=id, timestamp=timestamp,
        )  # fmt: skip
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("score", e)
        return ""


def event(
    outcome: str,
    *,
    experiment: str | None = None,
    prompt: Prompt | None = None,
    user_id: Label | None = None,
    session_id: Label | None = None,
    score: float | None = None,
    call_id: str | None = None,
    trace_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    id: str | None = None,  # noqa: A002 - the name on the wire
    timestamp: datetime | float | str | None = None,
) -> str:
    """Say what became of a user or session of an experiment: `success`, `failure` or a word of yours. The experiment is named
    by its title, by the prompt it gave, or by the block around. Returns the id of the event."""
    try:
        client = _client()
        if client is None:
            return ""
        return client.event(
            outcome, experiment=experiment, prompt=prompt, user_id=user_id, session_id=session_id, score=score,
            call_id=call_id, trace_id=trace_id, metadata=metadata, id=id, timestamp=timestamp,
        )  # fmt: skip
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("event", e)
        return ""


def flush(timeout_s: float = 5.0) -> bool:
    """Wait until everything so far is sent, or written to the spool. False: it was not, in that time; it is still tried."""
    try:
        client = _state.client
        return client.flush(timeout_s) if client is not None else True
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("flush", e)
        return False


def flushed(function: F) -> F:
    """Decorator for handlers of serverless functions: flushes before the answer, since the process may be frozen after it."""
    import inspect  # noqa: PLC0415

    made: Any
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def handler_async(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            finally:
                await _in_thread(flush)

        made = handler_async
    else:

        @functools.wraps(function)
        def handler(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            finally:
                flush()

        made = handler
    return made  # type: ignore[no-any-return] # it has the signature of `function`


def shutdown(timeout_s: float | None = None) -> None:
    """Flush, and stop. Happens by itself at the end of the program. `init` begins anew."""
    try:
        with _state.lock:
            client, _state.client = _state.client, None
        if client is not None:
            client.close(timeout_s)
    except Exception as e:  # noqa: BLE001 - the host must not see it
        _oops("shutdown", e)


def stats() -> Stats:
    """What was sent, dropped, refused and written to the spool in this process, and what waits."""
    client = _state.client
    return client.stats() if client is not None else Stats({}, {}, {}, {}, 0, "")


# --- the process


def _fallback(name: str, given: Fallback) -> Prompt:
    """Raises PromptUnavailable: a fallback that cannot be read is none."""
    try:
        return fallback_of(name, given)
    except Exception as e:
        raise PromptUnavailable(
            f"{name!r} could not be fetched, and its fallback is neither a text, nor messages, nor a prompt"
        ) from e


def _client() -> Client | None:
    """The client; None when nothing is to be sent. Without `init`, the environment decides."""
    client = _state.client
    if client is not None or _state.is_set_up:
        return client
    with _state.lock:
        if not _state.is_set_up:
            _begin(settings_of(instrument=False), None)
    return _state.client


def _begin(settings: Settings, tracer_provider: object | None, *, capture_content: bool | None = None) -> None:
    with _state.lock:
        before = _state.client
        if before is not None and before.settings == settings:
            return
        _state.is_set_up = True
        _state.client = None
        if settings.enabled and settings.key:
            _state.client = Client(settings)
        elif settings.enabled:
            _say("key", "no key: set PROMPTPULSE_KEY or call promptpulse.init(key=...); nothing is sent")
    if before is not None:
        threading.Thread(target=before.close, name="promptpulse-close", daemon=True).start()
    if _state.client is not None and settings.instrument:
        _trace(settings, tracer_provider, capture_content=capture_content)


def _trace(settings: Settings, tracer_provider: object | None, *, capture_content: bool | None) -> None:
    try:
        from promptpulse.sdk import tracing  # noqa: PLC0415 - OpenTelemetry takes 100 ms to import
    except ImportError as e:
        _say("otel", f"OpenTelemetry cannot be imported ({e}); only calls made by hand are sent")
        return
    if capture_content is not None:
        tracing.capture(capture_content)
    with _state.lock:
        is_new, _state.is_traced = not _state.is_traced, True
    provider = tracer_provider
    if is_new:
        provider = tracing.set_up(settings, tracing.Spans(_put_span, flush), tracer_provider)
    names = None if settings.instrument is True else list(settings.instrument or ())
    log.debug("promptpulse: instrumented %s", tracing.instrument(provider, names))


def _put_span(kind: str, value: object, size: int) -> bool:
    client = _state.client
    return bool(client is not None and client.put(kind, value, size))


def _oops(where: str, error: Exception) -> None:
    _say(where, f"{where}: {type(error).__name__}: {error}")


def _say(what: str, text: str) -> None:
    """Once."""
    if what not in _state.said:
        _state.said.add(what)
        log.warning("promptpulse: %s", text)


async def _in_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    import asyncio  # noqa: PLC0415 - 30 ms that sync programs do not need

    return await asyncio.to_thread(function, *args, **kwargs)


def _after_fork() -> None:
    _state.lock = threading.RLock()
    client = _state.client
    if client is not None:
        client.after_fork()


atexit.register(shutdown)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
