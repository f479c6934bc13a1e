"""What kind of failure: by HTTP status, else by class or code, else by message (contracts B4)."""

from __future__ import annotations

from typing import NamedTuple

from promptpulse.core.call import ErrorFamily, ErrorType


class Failure(NamedTuple):
    type: ErrorType
    family: ErrorFamily


TIMEOUT = Failure(ErrorType.TIMEOUT, ErrorFamily.SERVER)
RATE_LIMIT = Failure(ErrorType.RATE_LIMIT, ErrorFamily.LLM)
SERVER_ERROR = Failure(ErrorType.MODEL_ERROR, ErrorFamily.SERVER)
CONTENT_FILTER = Failure(ErrorType.MODEL_ERROR, ErrorFamily.LLM)
BROKEN_STREAM = Failure(ErrorType.MODEL_ERROR, ErrorFamily.LLM)
VALIDATION = Failure(ErrorType.VALIDATION, ErrorFamily.CLIENT)
SYSTEM = Failure(ErrorType.SYSTEM, ErrorFamily.SERVER)

STATUSES = {408: TIMEOUT, 504: TIMEOUT, 429: RATE_LIMIT}
"""HTTP statuses that do not follow their hundred."""
HUNDREDS = {4: VALIDATION, 5: SERVER_ERROR}

CODES = {"api_error": SERVER_ERROR}
"""Codes whose underscore matters: `api_error` is Anthropic's 500, `APIError` is OpenAI's broken stream."""

NAMES = {
    name: failure
    for failure, names in (
        (
            RATE_LIMIT,
            "ratelimiterror modelratelimiterror ratelimitexceeded ratelimit insufficientquota toomanyrequests",
        ),
        (
            SERVER_ERROR,
            (
                "internalservererror modelservererror serviceunavailableerror overloadederror midstreamfallbackerror"
                " badgatewayerror servererror"
            ),
        ),
        (CONTENT_FILTER, "contentfiltererror contentpolicyviolationerror contentfilter contentpolicyviolation"),
        (BROKEN_STREAM, "apierror"),
        (
            VALIDATION,
            (
                "badrequesterror unprocessableentityerror contextwindowexceedederror modelcontextwindowexceedederror"
                " contextlengthexceeded invalidrequesterror unsupportedparamserror requesttoolarge authenticationerror"
                " permissiondeniederror permissionerror notfounderror modelnotfound conflicterror invalidapikey"
            ),
        ),
        (SYSTEM, "apiconnectionerror modelconnectionerror remoteprotocolerror connecterror"),
    )
    for name in names.split()
}
"""Class names and API codes, without package, case and underscores."""

MESSAGES = (
    ("timed out", TIMEOUT),
    ("timeout", TIMEOUT),
    ("deadline exceeded", TIMEOUT),
    ("rate limit", RATE_LIMIT),
)
"""Looked for when neither status nor class decides."""

FILTER_WORDS = ("content_filter", "content policy", "content management policy")


def classify(
    http_status: int | None, name: str = "", message: str = "", stated: ErrorType | None = None, *, code: str = ""
) -> Failure:
    """The kind of a failed call. `name` is a class (`openai.RateLimitError`) or an API code, `code` a further code,
    `stated` the type that the sender gave, which is believed."""
    if stated is not None:
        return Failure(stated, _family(stated, http_status))
    plain = name.rpartition(".")[2].replace("_", "").replace("-", "").lower()
    by_name = CODES.get(name) or NAMES.get(plain)
    by_status = _by_status(http_status)
    if http_status == 400 or (by_status is None and by_name is VALIDATION):
        text = f"{code} {name} {message}".lower()
        if by_name is CONTENT_FILTER or any(word in text for word in FILTER_WORDS):
            return CONTENT_FILTER
    if by_status is not None:
        return by_status
    # before the table: APIConnectionTimeoutError is a time-out, not a connection error
    if "timeout" in plain or "deadline" in plain:
        return TIMEOUT
    if by_name is not None:
        return by_name
    lowered = message.lower()
    return next((failure for words, failure in MESSAGES if words in lowered), SYSTEM)


def _family(error_type: ErrorType, http_status: int | None) -> ErrorFamily:
    match error_type:
        case ErrorType.TIMEOUT | ErrorType.SYSTEM:
            return ErrorFamily.SERVER
        case ErrorType.RATE_LIMIT:
            return ErrorFamily.LLM
        case ErrorType.VALIDATION:
            return ErrorFamily.CLIENT
    by_status = _by_status(http_status)
    if error_type is ErrorType.MODEL_ERROR:
        return ErrorFamily.SERVER if by_status is SERVER_ERROR else ErrorFamily.LLM
    return by_status.family if by_status else ErrorFamily.SERVER


def _by_status(http_status: int | None) -> Failure | None:
    if http_status is None:
        return None
    return STATUSES.get(http_status) or HUNDREDS.get(http_status // 100)
