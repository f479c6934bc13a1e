"""What the calls inside a block belong to: prompt, version, user, feature, and so on. Works across `await` and tasks."""

from __future__ import annotations

import functools
import inspect
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from promptpulse.sdk.values import Label, Prompt, Scalar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping

F = TypeVar("F", bound=Callable[..., Any])

ATTRIBUTES = {
    "prompt_id": "promptpulse.prompt.name",
    "prompt_version": "promptpulse.prompt.version",
    "feature": "promptpulse.feature",
    "user_id": "user.id",
    "session_id": "session.id",
    "environment": "langfuse.environment",
    "experiment_id": "laikatest.experiment.id",
    "variant_id": "laikatest.experiment.variant_id",
}
"""Label -> attribute of a span, as the server reads it (docs/sending-calls.md)."""
PROPERTY = "promptpulse.property."
OWN = ("promptpulse.", *ATTRIBUTES.values())
"""Beginnings of the attributes that a span hands down where no label does."""
OF_PROMPT = ("prompt_id", "prompt_version", "experiment_id", "variant_id")
"""They change together: a block for another prompt does not inherit the version of the one around it."""


class Frame:
    """The labels of one block, with those of the blocks around it."""

    __slots__ = ("attributes", "call_id", "fields", "prompt", "properties", "trace_id")

    def __init__(
        self, fields: Mapping[str, Label], properties: Mapping[str, Scalar], prompt: Prompt | None = None
    ) -> None:
        self.fields, self.properties, self.prompt = fields, properties, prompt
        self.attributes = {ATTRIBUTES[name]: str(value) for name, value in fields.items()}
        self.attributes.update((PROPERTY + key, _text(value)) for key, value in properties.items())
        self.trace_id = ""
        """Of the last span that began inside."""
        self.call_id = ""
        """Of the last call by hand inside, where it came after the span."""


CURRENT: ContextVar[Frame | None] = ContextVar("promptpulse", default=None)


class Labels:
    """A context manager and a decorator, for sync and async code. Raises nothing."""

    def __init__(
        self,
        prompt: str | Prompt | None,
        fields: Mapping[str, Label | None],
        properties: Mapping[str, Scalar] | None,
        oops: Callable[[str, Exception], None],
    ) -> None:
        self._prompt, self._given, self._properties, self._oops = prompt, fields, properties, oops
        self._entered: list[tuple[Frame, Token[Frame | None]]] = []
        self.frame: Frame | None = None

    @property
    def trace_id(self) -> str | None:
        """Of the last trace that began inside: what scores of traced calls refer to."""
        return self.frame.trace_id or None if self.frame else None

    def __enter__(self) -> Labels:  # noqa: PYI034 - Self is of Python 3.11
        self.frame = self._frame_or_what_can_be_read(CURRENT.get())
        self._entered.append((self.frame, CURRENT.set(self.frame)))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._entered:
            _, token = self._entered.pop()
            try:
                CURRENT.reset(token)
            except ValueError:  # left in another context than entered, as generators of web frameworks are
                CURRENT.set(None)

    async def __aenter__(self) -> Labels:  # noqa: PYI034
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Label every call of a function, a coroutine, a generator or an async generator."""
        return _decorated(function, self._again)

    def _again(self) -> Labels:
        return Labels(self._prompt, self._given, self._properties, self._oops)

    def _frame_or_what_can_be_read(self, around: Frame | None) -> Frame:
        for properties in (self._properties, None):
            try:
                return self._frame(around, properties)
            except Exception as e:  # noqa: BLE001, PERF203 - the host must not see it
                self._oops("labels", e)
        return around or Frame({}, {})

    def _frame(self, around: Frame | None, given: Mapping[str, Scalar] | None) -> Frame:
        own = {name: value for name, value in self._given.items() if value is not None}
        prompt = self._prompt
        if isinstance(prompt, Prompt):
            own = {**prompt.labels, **own}
        elif prompt is not None:
            own["prompt_id"] = prompt
        elif around is not None:
            prompt = around.prompt
        inherited: Mapping[str, Label] = around.fields if around is not None else {}
        if "prompt_id" in own:
            inherited = {name: value for name, value in inherited.items() if name not in OF_PROMPT}
        properties = {**(around.properties if around is not None else {}), **(given or {})}
        return Frame({**inherited, **own}, properties, prompt if isinstance(prompt, Prompt) else None)


def _decorated(function: F, labels: Callable[[], Labels]) -> F:
    made: Any
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def of_asyncgen(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            generator = function(*args, **kwargs)
            try:
                while True:
                    with labels():
                        try:
                            item = await generator.__anext__()
                        except StopAsyncIteration:
                            return
                    yield item
            finally:
                await generator.aclose()

        made = of_asyncgen
    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def of_generator(*args: Any, **kwargs: Any) -> Generator[Any, None, Any]:
            generator = function(*args, **kwargs)
            try:
                while True:
                    with labels():
                        try:
                            item = next(generator)
                        except StopIteration as end:
                            return end.value
                    yield item
            finally:
                generator.close()

        made = of_generator
    elif inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def of_coroutine(*args: Any, **kwargs: Any) -> Any:
            with labels():
                return await function(*args, **kwargs)

        made = of_coroutine
    else:

        @functools.wraps(function)
        def of_function(*args: Any, **kwargs: Any) -> Any:
            with labels():
                return function(*args, **kwargs)

        made = of_function
    return made  # type: ignore[no-any-return] # it has the signature of `function`


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
