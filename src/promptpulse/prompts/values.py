"""What the rest of the product sees of the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Served:
    """An immutable version of a prompt, ready to be sent."""

    prompt_id: str
    name: str
    """What calls carry as `prompt_id`."""
    type: Literal["text", "chat"]
    version_id: str
    number: int
    wire_content: str
    """JSON text as the LaikaTest clients read it: `[{"content": "..."}]` of a text prompt, messages of a chat prompt."""
    config: Mapping[str, JsonValue]
    etag: str
    """Another one whenever anything of this changes."""
