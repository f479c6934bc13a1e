"""How calls of the demo fail: what each provider's client raises, in the classes of the product."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from promptpulse.ingest.classify import Failure, classify


class Kind(IntEnum):
    RATE_LIMIT = 0
    SERVER = 1
    OVERLOADED = 2
    TIMEOUT = 3
    VALIDATION = 4
    FILTER = 5
    CONNECTION = 6


USUAL = (0.40, 0.17, 0.05, 0.16, 0.11, 0.06, 0.05)
"""Shares on a quiet day. 429s lead, as in LLMPerf, where they are 392 of 539 failed calls; here they come in bursts."""
RETRIED = frozenset({Kind.RATE_LIMIT, Kind.SERVER, Kind.OVERLOADED, Kind.TIMEOUT, Kind.CONNECTION})


@dataclass(frozen=True, slots=True)
class Raised:
    """What a client saw."""

    name: str
    http_status: int | None
    message: str

    @property
    def failure(self) -> Failure:
        return classify(self.http_status, self.name, self.message)


_NETWORK = {
    Kind.TIMEOUT: ("APITimeoutError", None, "Request timed out."),
    Kind.CONNECTION: ("APIConnectionError", None, "Connection error."),
}
_OPENAI = {
    **_NETWORK,
    Kind.RATE_LIMIT: (
        "RateLimitError",
        429,
        "Rate limit reached on tokens per min (TPM). Please try again in 412ms.",
    ),
    Kind.SERVER: (
        "InternalServerError",
        500,
        "The server had an error while processing your request. Sorry about that!",
    ),
    Kind.OVERLOADED: ("InternalServerError", 503, "The engine is currently overloaded, please try again later."),
    Kind.VALIDATION: ("BadRequestError", 400, "Invalid 'messages[3].content': string too long."),
    Kind.FILTER: ("BadRequestError", 400, "content_filter: the prompt was flagged by the content management policy."),
}
_ANTHROPIC = {
    **_NETWORK,
    Kind.RATE_LIMIT: (
        "RateLimitError",
        429,
        "This request would exceed the rate limit of your organization.",
    ),
    Kind.SERVER: ("InternalServerError", 500, "Internal server error"),
    Kind.OVERLOADED: ("OverloadedError", 529, "Overloaded"),
    Kind.VALIDATION: ("BadRequestError", 400, "messages: text content blocks must be non-empty"),
    Kind.FILTER: ("BadRequestError", 400, "Output blocked by content_filter policy"),
}
_GOOGLE = {
    Kind.TIMEOUT: ("ServerError", 504, "The request timed out. Please try again."),
    Kind.CONNECTION: ("ConnectError", None, "[Errno 104] Connection reset by peer"),
    Kind.RATE_LIMIT: ("ClientError", 429, "Resource has been exhausted (e.g. check quota)."),
    Kind.SERVER: ("ServerError", 500, "An internal error has occurred."),
    Kind.OVERLOADED: ("ServerError", 503, "The model is overloaded. Please try again later."),
    Kind.VALIDATION: ("ClientError", 400, "Request contains an invalid argument."),
    Kind.FILTER: ("ClientError", 400, "content_filter: the prompt was blocked."),
}
_OTHER = {
    Kind.TIMEOUT: ("ReadTimeout", None, "The read operation timed out"),
    Kind.CONNECTION: ("ConnectError", None, "[Errno 111] Connection refused"),
    Kind.RATE_LIMIT: ("SDKError", 429, "Requests rate limit exceeded"),
    Kind.SERVER: ("SDKError", 500, "Internal server error"),
    Kind.OVERLOADED: ("SDKError", 503, "Service unavailable"),
    Kind.VALIDATION: ("SDKError", 422, "Input should be a valid string"),
    Kind.FILTER: ("SDKError", 400, "content_filter: request refused"),
}
_CLIENTS = {
    "openai": ("openai", _OPENAI),
    "anthropic": ("anthropic", _ANTHROPIC),
    "gcp.gemini": ("google.genai.errors", _GOOGLE),
    "mistral_ai": ("mistralai.models", _OTHER),
    "nordlicht": ("nordlicht.llm", _OTHER),
}


def raised(provider: str, kind: Kind) -> Raised:
    package, known = _CLIENTS[provider]
    name, http_status, message = known[kind]
    return Raised(f"{package}.{name}", http_status, message)
