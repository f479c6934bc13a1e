"""Values that programs hold: prompts. A prompt fills in its variables and takes scores."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Union

Label = Union[str, int]
Scalar = Union[str, int, float, bool, None]
Message = dict[str, Any]
Content = Union[str, list[Message]]
ScoreValue = Union[bool, int, float, str]

_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


class PromptUnavailable(LookupError):
    """There is neither the prompt, nor a copy of it, nor a fallback."""


@dataclass(frozen=True)
class Prompt:
    """A version of a prompt, or the fallback of the program."""

    name: str
    type: str
    """`text` or `chat`."""
    content: Content
    version: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    version_id: str = ""
    is_fallback: bool = False
    """The text is the program's own: the server could not be asked, or has none of that name."""
    experiment_id: str | None = None
    variant_id: str | None = None
    variant: str | None = None
    """Name of the variant."""
    enrolled: bool = False
    user_id: Label | None = None
    session_id: Label | None = None
    """Of the unit that an experiment assigned."""
    _score: Callable[..., str] | None = field(default=None, repr=False, compare=False)
    _event: Callable[..., str] | None = field(default=None, repr=False, compare=False)

    @property
    def labels(self) -> dict[str, Label]:
        """What calls made with it are labelled with."""
        found: dict[str, Label | None] = {
            "prompt_id": self.name,
            "prompt_version": self.version,
            "experiment_id": self.experiment_id,
            "variant_id": self.variant_id,
            "user_id": self.user_id,
            "session_id": self.session_id,
        }
        return {name: value for name, value in found.items() if value is not None and value != ""}

    @property
    def variables(self) -> list[str]:
        """Names in `{{ }}`, in order."""
        texts = [self.content] if isinstance(self.content, str) else [str(m.get("content", "")) for m in self.content]
        return list(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text)))

    def compile(self, **variables: object) -> Content:
        """The text, or the messages, with `{{name}}` filled in. What is given no value stays as it is; a placeholder takes a
        list of messages."""
        if isinstance(self.content, str):
            return _filled(self.content, variables)
        messages: list[Message] = []
        for message in self.content:
            if message.get("type") == "placeholder":
                given = variables.get(str(message.get("name", "")))
                messages += (
                    [dict(m) for m in given if isinstance(m, Mapping)] if isinstance(given, (list, tuple)) else []
                )
            else:
                messages.append(_filled_message(message, variables))
        return messages

    def text(self, **variables: object) -> str:
        """As `compile`, always one text: the contents of messages below each other."""
        made = self.compile(**variables)
        return made if isinstance(made, str) else "\n\n".join(str(m.get("content", "")) for m in made)

    def messages(self, role: str = "user", **variables: object) -> list[Message]:
        """As `compile`, always messages: a text is one of `role`."""
        made = self.compile(**variables)
        return [{"role": role, "content": made}] if isinstance(made, str) else made

    def push_score(
        self,
        name: str,
        value: ScoreValue,
        *,
        user_id: Label | None = None,
        session_id: Label | None = None,
        call_id: str | None = None,
        trace_id: str | None = None,
        comment: str | None = None,
        id: str | None = None,  # noqa: A002 - the name on the wire
    ) -> str:
        """Say how good an answer with this prompt was: of its version, and of its variant. Returns the id of the score."""
        if self._score is None:
            return ""
        return self._score(
            name, value, prompt=self, user_id=user_id, session_id=session_id, call_id=call_id, trace_id=trace_id,
            comment=comment, id=id,
        )  # fmt: skip

    def push_event(self, outcome: str, *, score: float | None = None, **more: Any) -> str:
        """Say what became of the experiment's unit; `more` as of `promptpulse.event`."""
        if self._event is None:
            return ""
        return self._event(outcome, prompt=self, score=score, **more)

    def bound(self, score: Callable[..., str], event: Callable[..., str]) -> Prompt:
        return replace(self, _score=score, _event=event)


def prompt_of(data: Mapping[str, Any]) -> Prompt:
    """From the server's answer. Raises ValueError, KeyError or TypeError for anything else."""
    parts = json.loads(data["content"])
    kind = str(data["type"])
    content: Content = [dict(m) for m in parts] if kind == "chat" else str(parts[0]["content"])
    config = data.get("config")
    return Prompt(
        str(data["name"]),
        kind,
        content,
        int(data["version"]),
        config if isinstance(config, dict) else {},
        str(data["promptId"]),
        str(data["promptVersionId"]),
    )


def fallback_of(name: str, given: str | Sequence[Message] | Prompt) -> Prompt:
    if isinstance(given, Prompt):
        return given
    if isinstance(given, str):
        return Prompt(name, "text", given, is_fallback=True)
    return Prompt(name, "chat", [dict(m) for m in given], is_fallback=True)


def _filled(text: str, variables: Mapping[str, object]) -> str:
    return _VARIABLE.sub(lambda found: str(variables[found[1]]) if found[1] in variables else found[0], text)


def _filled_message(message: Message, variables: Mapping[str, object]) -> Message:
    content = message.get("content")
    return {**message, "content": _filled(content, variables)} if isinstance(content, str) else dict(message)
