from __future__ import annotations

import pytest

from promptpulse.core.call import ErrorType
from promptpulse.ingest.classify import classify


@pytest.mark.parametrize(
    ("status", "name", "message", "expected"),
    [
        (None, "APITimeoutError", "Request timed out.", ("timeout", "5xx")),
        (None, "APIConnectionTimeoutError", "", ("timeout", "5xx")),  # contains "Connection"
        (None, "openai.APITimeoutError", "", ("timeout", "5xx")),
        (None, "Timeout", "", ("timeout", "5xx")),
        (None, "ModelTimeoutError", "", ("timeout", "5xx")),
        (None, "ReadTimeout", "", ("timeout", "5xx")),
        (None, "DEADLINE_EXCEEDED", "", ("timeout", "5xx")),
        (None, "", "Request timed out.", ("timeout", "5xx")),
        (None, "ModelAPIError", "Request timed out.", ("timeout", "5xx")),  # a class that says nothing
        (408, "Timeout", "", ("timeout", "5xx")),
        (504, "InternalServerError", "", ("timeout", "5xx")),
        (429, "", "", ("rate_limit", "llm")),
        (429, "", "content_filter in the body", ("rate_limit", "llm")),  # the status comes first
        (None, "openai.RateLimitError", "", ("rate_limit", "llm")),
        (None, "rate_limit_error", "", ("rate_limit", "llm")),
        (None, "insufficient_quota", "", ("rate_limit", "llm")),
        (None, "ModelRateLimitError", "", ("rate_limit", "llm")),
        (500, "InternalServerError", "", ("model_error", "5xx")),
        (503, "", "", ("model_error", "5xx")),
        (529, "overloaded_error", "", ("model_error", "5xx")),
        (None, "api_error", "", ("model_error", "5xx")),  # Anthropic's 500
        (None, "APIError", "The server had an error mid-stream", ("model_error", "llm")),  # OpenAI's broken stream
        (None, "litellm.MidStreamFallbackError", "", ("model_error", "5xx")),
        (400, "BadRequestError", "filtered due to a content policy", ("model_error", "llm")),
        (400, "", "{'code': 'content_filter'}", ("model_error", "llm")),
        (None, "BadRequestError", "filtered: content policy", ("model_error", "llm")),  # litellm gives no status
        (None, "ContentPolicyViolationError", "", ("model_error", "llm")),
        (400, "ContentFilterError", "", ("model_error", "llm")),
        (400, "BadRequestError", "bad", ("validation", "4xx")),
        (422, "", "", ("validation", "4xx")),
        (401, "AuthenticationError", "", ("validation", "4xx")),
        (403, "", "", ("validation", "4xx")),
        (404, "NotFoundError", "", ("validation", "4xx")),
        (None, "ContextWindowExceededError", "", ("validation", "4xx")),
        (None, "invalid_request_error", "", ("validation", "4xx")),
        (None, "APIConnectionError", "Connection error.", ("system", "5xx")),
        (None, "httpx.RemoteProtocolError", "", ("system", "5xx")),
        (None, "KeyError", "'name'", ("system", "5xx")),
        (None, "_OTHER", "", ("system", "5xx")),
        (None, "", "", ("system", "5xx")),
        (200, "APIError", "", ("model_error", "llm")),  # the stream began well
    ],
)
def test_a_failure_is_told_by_status_then_class_then_message(
    status: int | None, name: str, message: str, expected: tuple[str, str]
) -> None:
    assert classify(status, name, message) == expected


def test_a_code_beside_the_class_tells_a_content_filter() -> None:
    assert classify(None, "BadRequestError", "refused", code="content_filter") == ("model_error", "llm")


@pytest.mark.parametrize(
    ("stated", "status", "family"),
    [
        (ErrorType.TIMEOUT, None, "5xx"),
        (ErrorType.RATE_LIMIT, None, "llm"),
        (ErrorType.MODEL_ERROR, 503, "5xx"),
        (ErrorType.MODEL_ERROR, 400, "llm"),
        (ErrorType.MODEL_ERROR, None, "llm"),
        (ErrorType.VALIDATION, None, "4xx"),
        (ErrorType.SYSTEM, None, "5xx"),
        (ErrorType.OTHER, 418, "4xx"),
        (ErrorType.OTHER, None, "5xx"),
    ],
)
def test_a_stated_type_is_believed_and_decides_the_family(stated: ErrorType, status: int | None, family: str) -> None:
    assert classify(status, "RateLimitError", "", stated) == (stated, family)
