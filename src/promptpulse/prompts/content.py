"""What a version may contain, and how it is read: by people as lines, by clients as JSON text.

Functions that check raise Refused naming the field, such as `content.1.role`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, cast

from pydantic import JsonValue

from promptpulse.core.errors import Refused

PromptType = Literal["text", "chat"]
Config = dict[str, JsonValue]
Content = str | list[dict[str, JsonValue]]

MOST_BYTES = 262_144
"""Of a content, and of a configuration, as JSON text."""
MOST_MESSAGES = 1000
MOST_LEVELS = 32
MOST_NUMBER = 2**63
_VARIABLE = re.compile(r"\{\{([^{}]{1,200})\}\}")


def checked_content(kind: PromptType, content: JsonValue, field: str = "content") -> Content:
    """Text for a text prompt, messages for a chat prompt; other fields of messages are kept. Refused blames `field`."""
    _check_json(content, field, MOST_LEVELS)
    _check_size(content, field)
    match kind, content:
        case "text", str():
            return content
        case "text", _:
            raise Refused(f'{field} must be a string, because type is "text"; messages need type "chat"', field=field)
        case "chat", list() if 0 < len(content) <= MOST_MESSAGES:
            return [_checked_message(message, f"{field}.{i}") for i, message in enumerate(content)]
        case "chat", list():
            raise Refused(f"{field} has {len(content)} messages; a chat prompt has 1 to {MOST_MESSAGES}", field=field)
        case _:
            raise Refused(
                f'{field} must be a list of messages {{role, content}}, because type is "chat"; a string needs type "text"',
                field=field,
            )


def checked_config(config: JsonValue) -> Config:
    if not isinstance(config, dict):
        raise Refused('config must be a JSON object, such as {} or {"model": "gpt-5-mini"}', field="config")
    _check_json(config, "config", MOST_LEVELS)
    _check_size(config, "config")
    return config


def _checked_message(message: JsonValue, field: str) -> dict[str, JsonValue]:
    if not isinstance(message, dict):
        raise Refused(f"{field} must be a message such as {{role, content}}", field=field)
    if message.get("type") == "placeholder":
        _check_word(message.get("name"), f"{field}.name", "the name of the list of messages that is put here")
        return message
    _check_word(message.get("role"), f"{field}.role", "who speaks, such as system, user or assistant")
    content = message.get("content")
    if not isinstance(content, str | list) and not (content is None and message.get("tool_calls")):
        raise Refused(f"{field}.content must be a string, or a list of parts", field=f"{field}.content")
    return message


def _check_word(value: JsonValue, field: str, meaning: str) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > 100:
        raise Refused(f"{field} must be a string of 1 to 100 characters: {meaning}", field=field)


def _check_json(value: JsonValue, field: str, levels: int) -> None:
    """What every database and every client can keep and give back as it is."""
    if isinstance(value, list | dict) and levels == 0:
        raise Refused(f"{field[:200]} is nested deeper than {MOST_LEVELS} levels; make it flatter", field=field[:200])
    match value:
        case list():
            for i, item in enumerate(value):
                _check_json(item, f"{field}.{i}", levels - 1)
        case dict():
            for key, item in value.items():
                _check_text(key, f"a name in {field}", field)
                _check_json(item, f"{field}.{key[:40]}", levels - 1)
        case str():
            _check_text(value, field, field)
        case int() | float() if not -MOST_NUMBER < value < MOST_NUMBER:  # NaN is not either
            raise Refused(f"{field} is not a number that all clients can read: finite, and within 64 bits", field=field)
        case _:
            return


def _check_text(text: str, what: str, field: str) -> None:
    if not is_unicode(text):
        raise Refused(f"{what} contains half a surrogate pair, which is no text; send UTF-8", field=field)


def is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_size(value: JsonValue, field: str) -> None:
    size = len(as_json(value).encode())
    if size > MOST_BYTES:
        raise Refused(f"{field} has {size} bytes as JSON; at most {MOST_BYTES} are allowed", field=field)


def as_json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def wire_content(content: Content) -> str:
    """JSON text as the LaikaTest clients read it."""
    return as_json([{"content": content}] if isinstance(content, str) else cast("JsonValue", content))


def variables(content: Content) -> list[str]:
    """Names in `{{ }}`, each once, in order of appearance."""
    found = (match.strip() for text in _strings(cast("JsonValue", content)) for match in _VARIABLE.findall(text))
    return list(dict.fromkeys(name for name in found if name))


def _strings(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)
        case _:
            return


def lines(content: Content) -> list[str]:
    """As people compare it: a text as it is; of a message `role: content`, then its other fields as JSON."""
    if isinstance(content, str):
        return content.split("\n")
    return [line for message in content for line in _message_lines(message)]


def _message_lines(message: Mapping[str, JsonValue]) -> Sequence[str]:
    if message.get("type") == "placeholder":
        head, told = f"placeholder: {message['name']}", {"type", "name"}
    else:
        content = message.get("content")
        text = content if isinstance(content, str) else as_json(content)
        head, told = f"{message['role']}: {text}", {"role", "content"}
    others = [f"{key}: {as_json(value)}" for key, value in message.items() if key not in told]
    return [*head.split("\n"), *others]
