"""Expected failures. Each carries what HTTP needs; `app` turns them into an answer once.

AppError
├── BadRequest      400  the request cannot be read
├── Unauthenticated 401  who are you?
├── Forbidden       403  you may not
├── NotFound        404
├── Conflict        409  the state forbids it
├── TooLarge        413
├── UnsupportedType 415
├── Refused         422  readable, but a value is not acceptable
├── TooMany         429  over a rate limit
└── Unavailable     503  try again in a moment
"""

from __future__ import annotations


class AppError(Exception):
    """What is wrong, with the field and the value, and what to do.

    `code` is a stable snake_case word for programs, `field` the offending field of the request."""

    status = 500
    code = "internal"

    def __init__(
        self, message: str, *, code: str | None = None, field: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.retry_after_s = retry_after_s


class BadRequest(AppError):
    status, code = 400, "bad_request"


class Unauthenticated(AppError):
    status, code = 401, "unauthenticated"


class Forbidden(AppError):
    status, code = 403, "forbidden"


class NotFound(AppError):
    status, code = 404, "not_found"


class Conflict(AppError):
    status, code = 409, "conflict"


class TooLarge(AppError):
    status, code = 413, "too_large"


class UnsupportedType(AppError):
    status, code = 415, "unsupported_type"


class Refused(AppError):
    status, code = 422, "refused"


class TooMany(AppError):
    status, code = 429, "rate_limited"


class Unavailable(AppError):
    status, code = 503, "unavailable"
