"""Every failure leaves as the envelope, in one place."""

from __future__ import annotations

import logging
import re
from functools import cache
from uuid import uuid4

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from google.rpc.status_pb2 import Status
from starlette.exceptions import HTTPException

from promptpulse.accounts.limits import is_otlp
from promptpulse.core.errors import AppError, BadRequest, Refused, UnsupportedType
from promptpulse.core.wording import problem
from promptpulse.store import StoreError

log = logging.getLogger(__name__)

GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 413: 11, 415: 3, 422: 3, 429: 8, 503: 14}
"""HTTP status -> google.rpc.Code, for OTLP clients."""
LANGFUSE_ERRORS = {
    400: "InvalidRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "LangfuseNotFoundError",
    405: "MethodNotAllowedError",
    409: "LangfuseConflictError",
    413: "PayloadTooLargeError",
    429: "TooManyRequestsError",
    503: "ServiceUnavailableError",
}
"""What the Langfuse clients expect as `error`, beside the `message`. They have an error for 400, but none for 422."""
_LINK = re.compile(r"(/shared/)[^/]+")
"""Of a shared dashboard: whoever has it sees the dashboard, so no log shows it."""
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def is_langfuse(path: str) -> bool:
    """Whether Langfuse clients ask here, other than to export traces."""
    return ("/" + path.lstrip("/")).startswith("/api/public/") and not is_otlp(path)


def failure(request: Request, error: AppError) -> Response:
    """The envelope; for OTLP exporters a `google.rpc.Status` in their own encoding. Langfuse clients get 400 for 422."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if is_otlp(request.url.path) and request.headers.get("content-type", "").startswith("application/x-protobuf"):
        body = Status(code=GRPC_CODES.get(error.status, 13), message=error.message).SerializeToString()
        return Response(body, error.status, headers, "application/x-protobuf")
    content: dict[str, object] = {"success": False, "error": error.message, "code": error.code}
    if error.field:
        content["field"] = error.field
    if is_otlp(request.url.path):
        content |= {"code": GRPC_CODES.get(error.status, 13), "message": error.message}
    status = error.status
    if is_langfuse(request.url.path):
        status = 400 if status == 422 else status
        content |= {"error": LANGFUSE_ERRORS.get(status, "InternalServerError"), "message": error.message}
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - Starlette types all handlers alike
    if isinstance(error, StoreError):
        log.error("store: %s (code %d)", error.message, error.engine_code)
    return failure(request, error)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    given = request.headers.get("content-type", "")
    found: AppError
    match first["type"], tuple(first["loc"]):
        case "json_invalid", (_, place):
            wrong = first.get("ctx", {}).get("error", "it ends early")
            found = BadRequest(f"the body is not JSON: {wrong} at character {place}", code="malformed_json")
        case "model_attributes_type", ("body",) if "json" not in given:
            found = UnsupportedType(f"content-type: {given!r} is not known here; send application/json")
        case (("model_attributes_type" | "missing"), ("body",)):
            found = Refused("the body must be a JSON object; see /openapi.json", code="invalid_value")
        case _:
            # the first part of a place says only where in the request it is
            field, message = problem([{**one, "loc": tuple(one["loc"])[1:]} for one in error.errors()])
            text = f"{field}: {message}" if field else message
            found = Refused(text, code="invalid_value", field=field or None)
    return failure(request, found)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status, message = error.status_code, str(error.detail)
    headers = {} if status in {404, 405} else dict(error.headers or {})
    if status in {404, 405}:
        possible = methods_of(request)
        status = 405 if possible else 404
        message = f"there is nothing at {request.url.path}; see /openapi.json"
        if possible:
            message = f"{request.method} is not possible at {request.url.path}, only {possible}; see /openapi.json"
            headers["Allow"] = possible
    elif status == 400:
        message = "the body cannot be read; send JSON in UTF-8"
    found = AppError(message, code=CODES.get(status, "http_error"))
    found.status = status
    answer = failure(request, found)
    answer.headers.update(headers)
    return answer


def methods_of(request: Request) -> str:
    """The methods that the API documents at this path, such as "GET, POST"; "" when it is not a path of the API."""
    found: set[str] = set()
    for path, operations in request.app.openapi()["paths"].items():
        if _pattern(path).fullmatch(request.url.path):
            found.update(method.upper() for method in operations)
    return ", ".join(sorted(found))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def _unexpected(request: Request, error: Exception) -> Response:
    number = uuid4().hex[:12]
    path = _LINK.sub(r"\1...", request.url.path)
    log.error("request failed, error %s: %s %s", number, request.method, path, exc_info=error)
    return failure(
        request, AppError(f"this should not have happened; the server's log tells more under error {number}")
    )
