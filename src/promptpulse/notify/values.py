"""What the other modules of channels speak with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from pydantic import TypeAdapter

from promptpulse.notify.messages import Message


@dataclass(frozen=True, slots=True)
class Secret:
    """What of a channel is kept encrypted. "" stands for what a channel of its kind does not have."""

    url: str = ""
    routing_key: str = ""
    authorization: str = ""
    signing: str = ""
    """`whsec_...`"""
    signing_before: str = ""
    """The one before; it signs, too, until `before_until`."""
    before_until: datetime | None = None

    def encoded(self) -> str:
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decoded(text: str) -> Secret:
        return msgspec.json.decode(text, type=Secret)

    @property
    def texts(self) -> tuple[str, ...]:
        """What must never be shown, logged, or repeated from an answer."""
        return tuple(
            t for t in (self.url, self.routing_key, self.authorization, self.signing, self.signing_before) if t
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A channel as a sender needs it."""

    id: str
    name: str
    kind: str
    project: str
    """Name of the project."""
    addresses: tuple[str, ...]
    region: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way to one channel."""

    id: str
    """Stable over retries: receivers know by it what they have seen."""
    message: Message
    at: datetime
    """Of this try."""


@dataclass(frozen=True, slots=True)
class Delivered:
    said: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not this time; another try may help."""

    said: str
    after_s: float | None = None
    """What the receiver asked for."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver will never take this message."""

    said: str
    gone: bool = False
    """Nor any other: the channel is to be switched off."""


Outcome = Delivered | Later | Refused
_MESSAGE = TypeAdapter(Message)


def message_json(message: Message) -> dict[str, object]:
    found = msgspec.to_builtins(message)
    assert isinstance(found, dict)  # noqa: S101 - a dataclass
    return found


def message_from(stored: Mapping[str, object]) -> Message:
    return _MESSAGE.validate_python(stored)
